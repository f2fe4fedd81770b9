//! What the user is told when a call has ended, money runs out or something is wrong, and when it is tried again to tell them.
//!
//! Pure. A [`Telling`] is made from the books at the moment of sending, so that what was erased meanwhile is not told any more.

use std::time::Duration;

use dialogue::report::Outcome;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use telephony::{AttemptId, Disposition, Private, TaskId, Timestamp};

use crate::spending_alert::Alert;
use crate::trouble::Trouble;

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

/// Something to be told.
#[derive(Clone, PartialEq, Debug)]
pub struct Telling {
    /// Tells doubles apart: the same for every try and every channel.
    pub event: String,
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub news: News,
}

/// What is told.
#[derive(Clone, PartialEq, Debug)]
pub enum News {
    /// A call has ended.
    CallEnded(EndedCall),
    /// Money is spent in a way that somebody should look at.
    Spending(Alert),
    /// Something is wrong that no call tells of.
    Trouble(Trouble),
}

/// News of a call that has ended.
#[derive(Clone, PartialEq, Debug)]
pub struct EndedCall {
    /// Which task.
    pub task: TaskId,
    /// Which attempt.
    pub attempt: AttemptId,
    /// How it ended on the line.
    pub disposition: Disposition,
    /// What came of it; `None` if nothing could be reported.
    pub outcome: Option<Outcome>,
    /// What came out, in a sentence; `None` if it is not to be told, or was erased.
    pub summary: Option<Private<String>>,
    /// How often we said more than the user had approved. Told also where the summary is not.
    pub breaches: usize,
}

impl Telling {
    /// Leaves out what is said of a call, for those who want to hear only that it ended.
    pub fn leave_out_summary(&mut self) {
        if let News::CallEnded(call) = &mut self.news {
            call.summary = None;
        }
    }

    /// Returns a line for people.
    pub fn title(&self) -> &'static str {
        match &self.news {
            News::CallEnded(call) => call.title(),
            News::Spending(_) => "Look at what your calls cost",
            News::Trouble(trouble) => trouble.title(),
        }
    }

    /// Returns a few lines for people.
    pub fn text(&self) -> String {
        match &self.news {
            News::CallEnded(call) => call.text(),
            News::Spending(alert) => format!("{}.\npuppetmaster costs\n", alert.notice().text),
            News::Trouble(trouble) => format!("{}.\n{}\npuppetmaster doctor\n", trouble.notice().text, trouble.entry().remedy),
        }
    }

    /// Returns it for machines. Its fields are stable.
    pub fn json(&self) -> Value {
        let (kind, data) = match &self.news {
            News::CallEnded(call) => ("call.ended", call.json()),
            News::Spending(alert) => {
                let notice = alert.notice();
                ("spending.alert", json!({ "code": notice.code, "text": notice.text, "alert": alert }))
            }
            News::Trouble(trouble) => {
                let notice = trouble.notice();
                ("installation.trouble", json!({ "code": notice.code, "text": notice.text, "trouble": trouble }))
            }
        };
        json!({ "type": kind, "id": self.event, "timestamp": self.at, "data": data })
    }
}

impl EndedCall {
    fn title(&self) -> &'static str {
        match self.outcome {
            Some(Outcome::Achieved) => "Your call achieved what you asked for",
            Some(Outcome::Partly) => "Your call achieved a part of what you asked for",
            Some(Outcome::Unconfirmed) => "Your call brought an answer that is not confirmed",
            Some(Outcome::NotAchieved) | None => "Your call did not achieve what you asked for",
        }
    }

    fn text(&self) -> String {
        let how = format!("({})", self.disposition.in_words());
        let summary = self.summary.as_ref().map_or_else(String::new, |summary| format!("{}\n", summary.expose()));
        let breaches = match self.breaches {
            0 => String::new(),
            1 => "The call went beyond what you had approved; look at it.\n".to_owned(),
            breaches => format!("The call went beyond what you had approved, {breaches} times; look at it.\n"),
        };
        format!("{} {how}.\n{summary}{breaches}puppetmaster task show {}\n", self.title(), self.task)
    }

    fn json(&self) -> Value {
        json!({
            "task": self.task,
            "attempt": self.attempt,
            "disposition": self.disposition,
            "outcome": self.outcome,
            "summary": self.summary.as_ref().map(Private::expose),
            "breaches": self.breaches,
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

    fn telling(news: News) -> Telling {
        Telling { event: "e1".into(), at: Timestamp(1_000), news }
    }

    fn ended() -> EndedCall {
        EndedCall {
            task: TaskId::new("t1"),
            attempt: AttemptId::new("a1"),
            disposition: Disposition::Conversed,
            outcome: Some(Outcome::Achieved),
            summary: Some(Private::new("They close at nine.".into())),
            breaches: 0,
        }
    }

    #[test]
    fn the_summary_is_told_only_where_it_is_given() {
        let mut told = telling(News::CallEnded(ended()));
        assert_eq!(told.text(), "Your call achieved what you asked for (we talked).\nThey close at nine.\npuppetmaster task show t1\n");
        told.leave_out_summary();
        assert_eq!(told.text(), "Your call achieved what you asked for (we talked).\npuppetmaster task show t1\n");
        let beyond = telling(News::CallEnded(EndedCall { summary: None, breaches: 1, ..ended() }));
        assert!(beyond.text().contains("\nThe call went beyond what you had approved; look at it.\n"), "{}", beyond.text());
        assert_eq!(beyond.json()["data"]["breaches"], 1);
        assert_eq!(told.json()["data"]["summary"], Value::Null);
        assert_eq!(told.json()["id"], "e1");
    }

    #[test]
    fn an_alert_says_how_much_and_where_to_look() {
        let told = telling(News::Spending(Alert::ManyCalls { calls: 11, usual: 2 }));
        assert_eq!(told.text(), "11 calls within an hour; the busiest hour so far had 2.\npuppetmaster costs\n");
        assert_eq!((&told.json()["type"], &told.json()["data"]["code"]), (&json!("spending.alert"), &json!("alert.calls")));
    }

    #[test]
    fn a_trouble_says_what_is_wrong_and_what_to_do() {
        let told = telling(News::Trouble(Trouble::Credentials { provider: "twilio".into() }));
        assert!(told.text().starts_with("twilio does not accept the credentials any more; no call can be made by it.\nNothing is dialed by it."));
        assert_eq!((&told.json()["type"], &told.json()["data"]["code"]), (&json!("installation.trouble"), &json!("alert.credentials")));
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
