//! The receipt that a user says yes to, and the yes.
//!
//! An approval binds a hash of the receipt: change a word and the yes is void. It is good for one attempt.

use std::fmt;
use std::time::Duration;

use dialogue::brief::{Persona, TaskType};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use telephony::cost::{CostPart, Micros};
use telephony::plan::ConversationMode;
use telephony::{PhoneNumber, Private, TaskId, Timestamp};

use crate::budget::Payer;
use crate::notice::Notice;
use crate::task::{CalleeKind, Limits, Line, Schedule, Task};

/// All that the user is shown before a call: whom, why, the first sentence, what may be said, what it may cost.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Receipt {
    /// The task.
    pub task: TaskId,
    /// What kind of errand.
    pub task_type: TaskType,
    /// Whom we ring.
    pub number: PhoneNumber,
    /// Over which network.
    pub line: Line,
    /// Who picks up there, as far as the user knows.
    pub callee_kind: CalleeKind,
    /// Why, in the user's own words.
    pub intent: Private<String>,
    /// For whom, as it is said aloud.
    pub principal: Private<String>,
    /// The first sentence, word for word.
    pub opening: Private<String>,
    /// Facts that may be given when asked: label and value.
    pub may_say: Private<Vec<(String, String)>>,
    /// What is left on a voicemail, if anything.
    pub voicemail_message: Option<Private<String>>,
    /// Manner of speaking.
    pub persona: Persona,
    /// How long and how expensive it may become.
    pub limits: Limits,
    /// When it may be done.
    pub schedule: Schedule,
    /// Whether the call is recorded; the opening then says so.
    pub is_recorded: bool,
    /// What a usual call of this kind costs.
    pub estimated_cost: Micros,
    /// What it costs if it lasts to its time limit, whoever connects it.
    pub worst_case_cost: Micros,
    /// ISO 4217 code of both.
    pub currency: String,
    /// Who connects the call if the first phone provider surely did not; `None` if nobody does.
    #[serde(default)]
    pub second: Option<SecondProvider>,
    /// What the usual cost is made of, and the day its prices were read. Not part of the hash: the sums are.
    #[serde(default)]
    pub cost_parts: Vec<(CostPart, Micros)>,
    /// See `cost_parts`.
    #[serde(default)]
    pub prices_read_on: String,
    /// What the user should know. Not part of the hash: notices follow the hour and bind nothing.
    pub notices: Vec<Notice>,
}

/// A phone provider that is asked if the first one surely placed no call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SecondProvider {
    /// Its name: `plivo`.
    pub provider: String,
    /// The number that the callee then sees; `None` on the practice network, which has one of its own.
    pub from: Option<PhoneNumber>,
    /// How it holds the conversation, where it cannot as the first one would.
    #[serde(default)]
    pub mode: Option<ConversationMode>,
}

/// What the shell adds to a task to make its receipt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quote {
    /// The first sentence, word for word.
    pub opening: String,
    /// Whether the call is recorded.
    pub is_recorded: bool,
    /// What a usual call of this kind costs.
    pub estimated_cost: Micros,
    /// What it costs if it lasts to its time limit.
    pub worst_case_cost: Micros,
    /// ISO 4217 code of both.
    pub currency: String,
    /// Who connects the call if the first phone provider surely did not.
    pub second: Option<SecondProvider>,
    /// What the user should know.
    pub notices: Vec<Notice>,
}

impl Receipt {
    /// Returns who pays.
    pub fn payer(&self) -> Payer {
        Payer { task: Some(self.task.clone()), user: Some(self.principal.clone()) }
    }

    /// Makes the receipt of a task.
    pub fn of(task: &Task, quote: Quote) -> Self {
        Self {
            task: task.id.clone(),
            task_type: task.task_type,
            number: task.number.clone(),
            line: task.line,
            callee_kind: task.callee_kind,
            intent: task.intent.clone(),
            principal: task.principal.clone(),
            opening: Private::new(quote.opening),
            may_say: task.context.clone(),
            voicemail_message: task.voicemail_message.clone(),
            persona: task.persona,
            limits: task.limits,
            schedule: task.schedule,
            is_recorded: quote.is_recorded,
            estimated_cost: quote.estimated_cost,
            worst_case_cost: quote.worst_case_cost,
            currency: quote.currency,
            second: quote.second,
            cost_parts: Vec::new(),
            prices_read_on: String::new(),
            notices: quote.notices,
        }
    }

    /// Returns the text that is hashed: one line a field, in a fixed order, each value with its length before it, so
    /// that no two receipts share a text. Its first line names the version of the form.
    pub fn canonical(&self) -> Private<String> {
        let mut text = Canonical::new("receipt 1");
        text.field("task", self.task.as_str());
        text.field("task_type", &word(&self.task_type));
        text.field("number", self.number.as_e164());
        text.field("line", &word(&self.line));
        text.field("callee_kind", &word(&self.callee_kind));
        text.field("intent", self.intent.expose());
        text.field("principal", self.principal.expose());
        text.field("opening", self.opening.expose());
        for (label, value) in self.may_say.expose() {
            text.field("may_say_label", label);
            text.field("may_say_value", value);
        }
        text.field("voicemail", self.voicemail_message.as_ref().map_or("-", |_| "+"));
        text.field("voicemail_message", self.voicemail_message.as_ref().map_or("", |message| message.expose()));
        text.field("persona", &word(&self.persona));
        text.field("ring_timeout_ms", &self.limits.ring_timeout.as_millis().to_string());
        text.field("total_time_ms", &self.limits.total_time.as_millis().to_string());
        text.field("max_cost", &self.limits.max_cost.0.to_string());
        text.field("max_attempts", &self.limits.max_attempts.to_string());
        text.field("not_before", &moment(self.schedule.not_before));
        text.field("not_after", &moment(self.schedule.not_after));
        text.field("is_recorded", if self.is_recorded { "yes" } else { "no" });
        text.field("estimated_cost", &self.estimated_cost.0.to_string());
        text.field("worst_case_cost", &self.worst_case_cost.0.to_string());
        text.field("currency", &self.currency);
        // Each value has its length before it, so a receipt without a second provider shares no text with one that has it.
        if let Some(second) = &self.second {
            text.field("second_provider", &second.provider);
            text.field("second_from", second.from.as_ref().map_or("-", PhoneNumber::as_e164));
            if let Some(mode) = &second.mode {
                text.field("second_mode", &word(mode));
            }
        }
        Private::new(text.0)
    }

    /// Returns the SHA-256 of [`Receipt::canonical`].
    pub fn hash(&self) -> ReceiptHash {
        let digest = Sha256::digest(self.canonical().expose().as_bytes());
        ReceiptHash(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

struct Canonical(String);

impl Canonical {
    fn new(version: &str) -> Self {
        Self(format!("{version}\n"))
    }

    fn field(&mut self, name: &str, value: &str) {
        self.0.push_str(&format!("{name} {} {value}\n", value.len()));
    }
}

/// Returns the stable word of a unit variant, as it stands in JSON.
fn word(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".into(), |at| at.as_millis().to_string())
}

/// The SHA-256 of a receipt, as 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReceiptHash(String);

impl ReceiptHash {
    /// Wraps a hash read back from a store.
    pub fn new(hex: impl Into<String>) -> Self {
        Self(hex.into())
    }

    /// Returns the hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReceiptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A yes to one receipt, good for one attempt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Approval {
    /// What was approved.
    pub receipt_hash: ReceiptHash,
    /// When.
    pub approved_at: Timestamp,
    /// From this moment on it is void.
    pub expires_at: Timestamp,
    /// By whom.
    pub by: ApprovedBy,
}

/// Who said yes.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovedBy {
    /// The user, having seen the receipt.
    User,
    /// The user's standing choice (`requires_approval: false`, `--yes`). Never the model's.
    StandingChoice,
    /// An earlier yes to the same receipt, which names more than one attempt.
    Renewal,
    /// A standing approval of the user, by its name.
    Standing(String),
}

impl Approval {
    /// How long a yes is good for unless the caller says otherwise: a day, so that a task scheduled for tomorrow morning can be dialed.
    pub const GOOD_FOR: Duration = Duration::from_secs(24 * 3_600);

    /// Returns how long a yes given now is good for: a day from now, or from when the task may begin, or until its deadline,
    /// whichever is latest; at most [`Approval::LONGEST`].
    pub fn good_for(schedule: &Schedule, now: Timestamp) -> Duration {
        let from = schedule.not_before.map_or(now, |not_before| not_before.max(now));
        let end = schedule.not_after.map_or(from + Self::GOOD_FOR, |deadline| deadline.max(from + Self::GOOD_FOR));
        let lasts = u64::try_from(end.as_millis() - now.as_millis()).unwrap_or(0);
        Duration::from_millis(lasts).min(Self::LONGEST)
    }

    /// The longest that a yes is good for: who said it a month ago has forgotten it.
    pub const LONGEST: Duration = Duration::from_secs(31 * 24 * 3_600);

    /// Approves a receipt.
    pub fn of(receipt: &Receipt, by: ApprovedBy, approved_at: Timestamp, good_for: Duration) -> Self {
        Self { receipt_hash: receipt.hash(), approved_at, expires_at: approved_at + good_for, by }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_lasts_as_long_as_the_task_may_be_done_and_no_longer_than_a_month() {
        let now = Timestamp(1_000_000_000);
        let day = Approval::GOOD_FOR;
        let lasts = |not_before: Option<u32>, not_after: Option<u32>| {
            let at = |days: u32| now + day * days;
            Approval::good_for(&Schedule { not_before: not_before.map(at), not_after: not_after.map(at) }, now)
        };
        assert_eq!(lasts(None, None), day);
        assert_eq!(lasts(Some(3), None), day * 4);
        assert_eq!(lasts(None, Some(7)), day * 7);
        assert_eq!(lasts(Some(40), Some(50)), Approval::LONGEST);
    }
}
