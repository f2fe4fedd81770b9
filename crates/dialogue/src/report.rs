//! What came of the call: facts only with evidence, agreement only in the callee's own words.

pub mod breach;
mod not_reached;
pub mod proof;
mod telling;

use serde::{Deserialize, Serialize};
use telephony::{AudioPosition, UtteranceId};

use crate::brief::{Brief, TaskType};
use crate::conversation::Withheld;
use crate::moves::{EndReason, Note};
use crate::question;
use crate::screening::WhoAnswered;
use crate::transcript::Transcript;

pub use self::breach::{Breach, BreachKind};

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
    /// What we said, or were about to say, beyond what the user had approved, in the order of the call.
    #[serde(default)]
    pub breaches: Vec<Breach>,
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
    /// Whether the proof is good enough to rely on it. What is not proven was only heard.
    #[serde(default)]
    pub is_proven: bool,
    /// The proof.
    pub evidence: Evidence,
}

/// Where and how the callee said it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// The callee's own words: the whole sentence that holds the value.
    pub quote: String,
    /// The utterance they stand in.
    pub utterance: UtteranceId,
    /// Where it begins in the recording.
    pub from: AudioPosition,
    /// Where it ends.
    pub to: AudioPosition,
    /// How the callee affirmed it when it was read back.
    #[serde(default)]
    pub affirmation: Option<Affirmation>,
    /// 0 to 100.
    pub confidence: u8,
}

/// The callee's words by which they affirmed what was read back to them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Affirmation {
    /// The words.
    pub quote: String,
    /// The utterance.
    pub utterance: UtteranceId,
    /// Where it begins in the recording.
    pub from: AudioPosition,
    /// Where it ends.
    pub to: AudioPosition,
}

impl Report {
    /// Returns what came of the call.
    ///
    /// A note becomes a [`Fact`] only if its quote stands in the callee's words of that utterance, its value is what those
    /// words say, the callee has not denied it, and its confidence is at least 50. Whether a fact is proven is a stricter
    /// question, see [`proof`].
    pub fn build(
        brief: &Brief,
        transcript: &Transcript,
        notes: &[Note],
        who_answered: WhoAnswered,
        ended_because: EndReason,
        opted_out: Option<UtteranceId>,
    ) -> Self {
        let found = proof::weigh(brief, transcript, notes);
        let wanted = question::wanted(brief);
        let outcome = outcome(brief, &found, &wanted, ended_because);
        let mut summary = telling::summary(brief, &found, &wanted, outcome, ended_because, opted_out.is_some());
        let follow_ups = telling::follow_ups(brief, &found, outcome, ended_because, opted_out.is_some());
        let facts = found.facts;
        let breaches = breach::find(brief, transcript, &facts, who_answered);
        if let Some(sentence) = breach::summary(&breaches) {
            summary = format!("{summary} {sentence}");
        }
        Self { outcome, summary, facts, who_answered, ended_because, follow_ups, opted_out, breaches }
    }

    /// Adds what was to be said and was held back. A mind may think of the same thing twice before one of its thoughts gets its turn:
    /// what never got one is told only if nothing else tells of it.
    #[must_use]
    pub fn with_withheld(mut self, transcript: &Transcript, withheld: &[Withheld]) -> Self {
        let (spoken, unspoken): (Vec<Breach>, Vec<Breach>) =
            withheld.iter().map(|held| Breach::held_back(transcript, held)).partition(|breach| breach.at.is_some());
        let mut held = spoken;
        for breach in unspoken {
            if !held.iter().any(|known| known.kind == breach.kind && known.about == breach.about) {
                held.push(breach);
            }
        }
        self.breaches.extend(held);
        self.breaches.sort_by_key(|breach| (breach.at.is_none(), breach.at));
        self
    }
}

/// All that is wanted proven: achieved. Some of it: partly. Only heard, or claimed without proof: unconfirmed.
fn outcome(brief: &Brief, found: &proof::Found, wanted: &[&str], ended_because: EndReason) -> Outcome {
    let proven = wanted.iter().filter(|fact| found.is_proven(fact)).count();
    if !wanted.is_empty() && proven == wanted.len() {
        return Outcome::Achieved;
    }
    if proven > 0 {
        return Outcome::Partly;
    }
    let is_message_on_tape = brief.task_type == TaskType::MessageDelivery && ended_because == EndReason::MessageLeft;
    let is_claimed = wanted.iter().any(|fact| found.is_heard(fact) || found.unproven.iter().any(|claimed| claimed == fact));
    if is_claimed || is_message_on_tape { Outcome::Unconfirmed } else { Outcome::NotAchieved }
}

#[cfg(test)]
mod tests;
