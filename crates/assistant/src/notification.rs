//! What the user is told when a call has ended, and when it is tried again to tell them.
//!
//! Pure. A [`Telling`] is made from the books at the moment of sending, so that what was erased meanwhile is not told any more.

use std::time::Duration;

use dialogue::report::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use telephony::{AttemptId, Disposition, Private, TaskId, Timestamp};

/// Where the user can be told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A request to an address of theirs, signed.
    Webhook,
    /// A message to their mailbox.
    Email,
    /// A push message by a ntfy server.
    Ntfy,
    /// A program on this machine.
    Command,
    /// A text message by the phone provider.
    TextMessage,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Webhook, Self::Email, Self::Ntfy, Self::Command, Self::TextMessage];

    /// Returns the stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Email => "email",
            Self::Ntfy => "ntfy",
            Self::Command => "command",
            Self::TextMessage => "text_message",
        }
    }

    /// Returns the channel of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == word)
    }
}

/// News of a call that has ended.
#[derive(Clone, PartialEq, Debug)]
pub struct Telling {
    /// Tells doubles apart: the same for every try and every channel.
    pub event: String,
    /// Which task.
    pub task: TaskId,
    /// Which attempt.
    pub attempt: AttemptId,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How it ended on the line.
    pub disposition: Disposition,
    /// What came of it; `None` if nothing could be reported.
    pub outcome: Option<Outcome>,
    /// What came out, in a sentence; `None` if it is not to be told, or was erased.
    pub summary: Option<Private<String>>,
}

impl Telling {
    /// Returns a line for people.
    pub fn title(&self) -> &'static str {
        match self.outcome {
            Some(Outcome::Achieved) => "Your call achieved what you asked for",
            Some(Outcome::Partly) => "Your call achieved a part of what you asked for",
            Some(Outcome::Unconfirmed) => "Your call brought an answer that is not confirmed",
            Some(Outcome::NotAchieved) | None => "Your call did not achieve what you asked for",
        }
    }

    /// Returns a few lines for people.
    pub fn text(&self) -> String {
        let how = format!("({})", self.disposition.in_words());
        let summary = self.summary.as_ref().map_or_else(String::new, |summary| format!("{}\n", summary.expose()));
        format!("{} {how}.\n{summary}puppetmaster task show {}\n", self.title(), self.task)
    }

    /// Returns it for machines. Its fields are stable.
    pub fn json(&self) -> Value {
        json!({
            "type": "call.ended",
            "id": self.event,
            "timestamp": self.ended_at,
            "data": {
                "task": self.task,
                "attempt": self.attempt,
                "disposition": self.disposition,
                "outcome": self.outcome,
                "summary": self.summary.as_ref().map(Private::expose),
            },
        })
    }
}

/// After a failed try, the next one comes so much later. Quick at first, for a server that restarts; then for three days, as
/// Stripe does, for one that nobody looks after over a weekend.
const WAITS: [Duration; 10] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(2 * 60),
    Duration::from_secs(10 * 60),
    Duration::from_secs(3_600),
    Duration::from_secs(4 * 3_600),
    Duration::from_secs(12 * 3_600),
    Duration::from_secs(18 * 3_600),
    Duration::from_secs(18 * 3_600),
    Duration::from_secs(18 * 3_600),
];

/// Returns how long after the `tries`th failed try the next one comes; `None` if it is given up.
pub fn next_try(tries: u32) -> Option<Duration> {
    usize::try_from(tries).ok().and_then(|tries| WAITS.get(tries.saturating_sub(1))).copied()
}

/// News older than this is not told any more: who switches notifications on wants to hear of the calls to come.
pub const STALE_AFTER: Duration = Duration::from_secs(3 * 86_400);

#[cfg(test)]
mod tests {
    use super::*;

    fn telling() -> Telling {
        Telling {
            event: "e1".into(),
            task: TaskId::new("t1"),
            attempt: AttemptId::new("a1"),
            ended_at: Timestamp(1_000),
            disposition: Disposition::Conversed,
            outcome: Some(Outcome::Achieved),
            summary: Some(Private::new("They close at nine.".into())),
        }
    }

    #[test]
    fn the_summary_is_told_only_where_it_is_given() {
        let whole = telling();
        assert_eq!(whole.text(), "Your call achieved what you asked for (we talked).\nThey close at nine.\npuppetmaster task show t1\n");
        let short = Telling { summary: None, ..whole };
        assert_eq!(short.text(), "Your call achieved what you asked for (we talked).\npuppetmaster task show t1\n");
        assert_eq!(short.json()["data"]["summary"], Value::Null);
        assert_eq!(short.json()["id"], "e1");
    }

    #[test]
    fn tries_come_ever_later_and_end_after_three_days() {
        let waits: Vec<Duration> = (1..).map_while(next_try).collect();
        assert!(waits.is_sorted() && next_try(0) == next_try(1) && next_try(11).is_none());
        let whole: Duration = waits.iter().sum();
        assert!((Duration::from_secs(70 * 3_600)..Duration::from_secs(74 * 3_600)).contains(&whole), "{whole:?}");
    }

    #[test]
    fn words_lead_back_to_their_channels() {
        assert!(Channel::ALL.into_iter().all(|channel| Channel::from_word(channel.as_str()) == Some(channel)));
    }
}
