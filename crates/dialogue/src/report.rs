//! What came of the call: facts only with evidence, agreement only in the callee's own words.

use serde::{Deserialize, Serialize};
use telephony::{AudioPosition, UtteranceId};

use crate::brief::Brief;
use crate::moves::{EndReason, Note};
use crate::screening::WhoAnswered;
use crate::transcript::Transcript;

/// What came of the errand. Transport is the disposition's business: a perfect call may achieve nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Report {
    /// What was achieved.
    pub outcome: Outcome,
    /// One or two sentences for the user.
    pub summary: String,
    /// What was learnt, each with its proof.
    pub facts: Vec<Fact>,
    /// Who answered.
    pub who_answered: WhoAnswered,
    /// Why the conversation ended.
    pub ended_because: EndReason,
    /// What the user may want to do next.
    pub follow_ups: Vec<String>,
    /// The callee asked never to be called again, and where they said so.
    pub opted_out: Option<UtteranceId>,
}

/// Four outcomes and no others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that was asked for is proven.
    Achieved,
    /// Some of it is.
    Partly,
    /// None of it is.
    NotAchieved,
    /// Something was said, but the proof is not good enough to rely on it.
    Unconfirmed,
}

/// Something learnt, with the words that prove it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about, as in [`crate::moves::Note::fact`].
    pub fact: String,
    /// The value in normal form.
    pub value: String,
    /// The value as people say it: "9 pm".
    pub in_words: String,
    /// The proof.
    pub evidence: Evidence,
}

/// Where and how the callee said it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// The callee's own words.
    pub quote: String,
    /// The utterance they stand in.
    pub utterance: UtteranceId,
    /// Where it begins in the recording.
    pub from: AudioPosition,
    /// Where it ends.
    pub to: AudioPosition,
    /// The utterance that affirmed it when read back.
    pub affirmed_in: Option<UtteranceId>,
    /// 0 to 100.
    pub confidence: u8,
}

impl Report {
    /// Returns what came of the call. A note counts only if its quote stands in the callee's words.
    pub fn build(
        _brief: &Brief,
        _transcript: &Transcript,
        _notes: &[Note],
        who_answered: WhoAnswered,
        ended_because: EndReason,
        opted_out: Option<UtteranceId>,
    ) -> Self {
        Self {
            outcome: Outcome::NotAchieved,
            summary: String::new(),
            facts: Vec::new(),
            who_answered,
            ended_because,
            follow_ups: Vec::new(),
            opted_out,
        }
    }
}
