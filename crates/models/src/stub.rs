//! Speech and wits for load tests: the ports with fixed delays and next to no cost. Needs a tokio runtime.

use std::sync::Arc;
use std::time::Duration;

use ports::brain::Brain;
use ports::speech_to_text::SpeechToText;
use ports::text_to_speech::TextToSpeech;

/// Ears, a mind and a voice that always take the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StubSpeech {
    /// From [`settle`](ports::speech_to_text::Listening::settle) to the words.
    pub stt: Duration,
    /// From [`consider`](ports::brain::Mind::consider) to the thought.
    pub llm: Duration,
    /// From [`speak`](TextToSpeech::speak) to the first audio.
    pub tts: Duration,
}

impl StubSpeech {
    /// Returns the ears.
    pub fn speech_to_text(&self) -> Arc<dyn SpeechToText> {
        crate::speech_to_text::stub::ears(self.stt)
    }

    /// Returns the brain.
    pub fn brain(&self) -> Arc<dyn Brain> {
        crate::brain::stub::brain(self.llm)
    }

    /// Returns the voice.
    pub fn text_to_speech(&self) -> Arc<dyn TextToSpeech> {
        crate::text_to_speech::stub::voice(self.tts)
    }
}
