//! The voice: text in, a stream of telephone audio out.

use serde::{Deserialize, Serialize};

use crate::error::SpeechError;

/// Turns text into speech. One engine, loaded once, serves all calls.
pub trait TextToSpeech: Send + Sync {
    /// Begins to load whatever the engine needs, in the background. Returns at once; may be called often.
    fn warm_up(&self);

    /// Speaks a text. Audio comes through the sink as soon as the first piece is ready, in order, ended by
    /// [`VoicePiece::End`] or [`VoicePiece::Failed`]. Dropping the returned handle stops the work soon.
    ///
    /// Numbers, times and prices in the text are written as people write them ("9 pm", "$12.50", "+1 212-555-0123");
    /// saying them is the engine's business.
    ///
    /// # Errors
    /// [`SpeechError::Missing`] or [`SpeechError::Corrupt`] if a model file is not there or not what it should be.
    fn speak(&self, request: SpeakRequest, sink: VoiceSink) -> Result<Box<dyn Speaking>, SpeechError>;
}

/// What to say and how.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SpeakRequest {
    /// The words.
    pub text: String,
    /// Whose voice.
    pub voice: Voice,
}

/// A manner of speaking.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Voice {
    /// Factor on the pitch: 1.0 is the engine's own voice, 0.58, 0.8 and 1.25 sound like other people.
    pub pitch: f32,
    /// Factor on the pace: 1.0 is normal, 1.2 is brisk.
    pub pace: f32,
}

impl Default for Voice {
    fn default() -> Self {
        Self { pitch: 1.0, pace: 1.0 }
    }
}

/// Receives audio. Called from the engine's own threads; must not block.
pub type VoiceSink = Box<dyn FnMut(VoicePiece) + Send>;

/// A piece of speech.
#[derive(Clone, PartialEq, Debug)]
pub enum VoicePiece {
    /// 8 kHz samples, loudness about −20 dBFS.
    Audio(Vec<i16>),
    /// The text is spoken.
    End,
    /// The engine could not go on.
    Failed,
}

/// Speech being made; dropping it stops the work.
pub trait Speaking: Send {}
