//! What was said, by whom, when. Interim words never enter here; settled words never change.

use serde::{Deserialize, Serialize};
use telephony::{AudioPosition, LineId, UtteranceId};

/// A call's settled words in order of their beginning.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Transcript {
    /// The turns.
    pub turns: Vec<Turn>,
}

/// One piece of speech by one side.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Turn {
    /// Who spoke.
    pub speaker: Speaker,
    /// Settled words; of the assistant's line only what was played.
    pub text: String,
    /// First sample.
    pub from: AudioPosition,
    /// One past the last sample.
    pub to: AudioPosition,
    /// 0 to 100; 100 for our own words.
    pub confidence: u8,
    /// Whether the other side cut it short.
    pub was_interrupted: bool,
}

/// Who spoke, and which of their utterances or lines it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// Whoever speaks on the callee's leg.
    Callee(UtteranceId),
    /// Our voice.
    Assistant(LineId),
    /// The user, who had taken the call over, and whoever they had brought in; heard only if the assistant listened along.
    User,
}

/// From this confidence on, words are taken as they were heard; below it they are asked for again and prove nothing alone.
///
/// Whole sentences in quiet practice calls come out of the local ears with 86 to 93.
pub const HEARD_WELL: u8 = 70;

impl Turn {
    /// Returns whether the ears are sure of the words.
    pub const fn is_heard_well(&self) -> bool {
        self.confidence >= HEARD_WELL
    }
}

impl Transcript {
    /// Returns the callee's turn of this utterance.
    pub fn of_utterance(&self, utterance: UtteranceId) -> Option<&Turn> {
        self.turns.iter().find(|turn| turn.speaker == Speaker::Callee(utterance))
    }
}
