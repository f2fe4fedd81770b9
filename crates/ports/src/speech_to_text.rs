//! The ears: audio in, words out, interim while the callee still speaks and settled at a pause.
//!
//! Callbacks instead of channels or futures, so that this crate stays free of any runtime: an engine calls the
//! [`HeardSink`] from whatever thread it works on, and the sink must return at once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use telephony::{AudioPosition, UtteranceId};

use crate::error::SpeechError;

/// Turns speech into text. One engine, loaded once, serves all calls.
pub trait SpeechToText: Send + Sync {
    /// Begins to load whatever the engine needs, in the background. Returns at once; may be called often.
    fn warm_up(&self);

    /// Opens one listening session, for one direction of one call. An engine may spare itself what is not wanted.
    ///
    /// # Errors
    /// [`SpeechError::Missing`] or [`SpeechError::Corrupt`] if a model file is not there or not what it should be.
    fn listen(&self, wanted: Wanted, sink: HeardSink) -> Result<Box<dyn Listening>, SpeechError>;
}

/// What a session is asked to tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// Also what an utterance sounds like while it goes on: for whoever answers before it is over.
    Interims,
    /// Only what was said up to a pause: half the work or less.
    SettledOnly,
}

impl Wanted {
    /// Returns what to ask for when somebody reads interims, or nobody does.
    pub const fn interims_if(somebody_reads_them: bool) -> Self {
        if somebody_reads_them { Self::Interims } else { Self::SettledOnly }
    }
}

/// Receives what a session hears. Called from the engine's own threads; must not block.
pub type HeardSink = Arc<dyn Fn(Heard) + Send + Sync>;

/// One direction of one call, being listened to. Dropping it ends the session; late results are then discarded.
pub trait Listening: Send {
    /// Takes the next audio: 8 kHz samples that begin at `at`. Never blocks; keeps at least the last 30 s.
    ///
    /// Called for every frame, also in silence, so that an utterance may begin a little before it was noticed.
    fn push(&mut self, at: AudioPosition, samples: &[i16]);

    /// An utterance has begun at `from`: interim results, if wanted at all, are wanted until it is settled or dropped.
    fn begin(&mut self, utterance: UtteranceId, from: AudioPosition);

    /// There is a pause at `to`: decode the utterance from its beginning up to there and send [`Heard::Settled`]
    /// (or [`Heard::NotSpeech`]) with this `revision`. The utterance stays open: speech may go on. What an earlier pause of it
    /// was asked about is not wanted any more, and may never be answered.
    fn settle(&mut self, utterance: UtteranceId, revision: u32, to: AudioPosition);

    /// The utterance is over (or was none): nothing more about it is wanted.
    fn end(&mut self, utterance: UtteranceId);
}

/// What was heard.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Heard {
    /// What the utterance sounds like so far; may change.
    Interim {
        /// Which utterance.
        utterance: UtteranceId,
        /// The words so far.
        text: String,
    },
    /// The words of the utterance up to the pause that was asked about.
    Settled {
        /// Which utterance.
        utterance: UtteranceId,
        /// The revision that [`Listening::settle`] named.
        revision: u32,
        /// The words; empty if there were none.
        text: String,
        /// 0 to 100.
        confidence: u8,
    },
    /// The sound up to that pause is no speech: music, noise, tones.
    NotSpeech {
        /// Which utterance.
        utterance: UtteranceId,
        /// The revision that [`Listening::settle`] named.
        revision: u32,
    },
    /// The engine cannot go on with this session.
    Failed {
        /// The utterance in hand, if any.
        utterance: Option<UtteranceId>,
    },
}
