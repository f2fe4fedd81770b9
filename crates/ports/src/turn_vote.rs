//! A second opinion on whether the callee has finished, from the sound of the voice.

use std::sync::Arc;

use telephony::UtteranceId;

/// Says from the sound alone whether a turn is over. An extra vote beside silence and words, never the only one.
pub trait EndOfTurn: Send + Sync {
    /// Listens to up to the last 8 s (8 kHz samples) of an utterance and calls the sink with the probability that
    /// it is finished, 0 to 100. Returns at once; no call to the sink means no opinion.
    fn vote(&self, utterance: UtteranceId, samples: Vec<i16>, sink: VoteSink);
}

/// Receives the vote: the utterance and the probability in percent.
pub type VoteSink = Arc<dyn Fn(UtteranceId, u8) + Send + Sync>;
