//! Moments as Plivo writes them. Three clocks meet on this wire, so they are three types:
//!
//! - UTC: `SessionStart` of webhooks and `session_start` of live calls, `2026-09-16 08:33:39.219903`, a [`Timestamp`] once read;
//! - with an offset: records of the REST API, `2026-09-16 14:03:39+05:30`, a [`Timestamp`] as well;
//! - the account's own time zone, unsaid: `StartTime`, `AnswerTime`, `EndTime` of the hang-up webhook. They stay text
//!   ([`AccountTime`]), for whoever takes them for UTC is hours off. When we received the webhook is the truth.

use telephony::Timestamp;

use crate::date;

/// A moment of the account's own time zone, which is not said. Good for showing, not for counting.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountTime(String);

impl AccountTime {
    /// Keeps a moment as it was written.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the moment as an account in UTC writes it.
    pub fn of_utc(at: Timestamp) -> Self {
        Self(seconds(at))
    }

    /// Returns the moment as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns the moment as `SessionStart` has it: `2026-09-16 08:33:39.219000`, UTC.
pub fn session_start(at: Timestamp) -> String {
    let text = date::iso8601_millis(at);
    format!("{}000", text.trim_end_matches('Z').replacen('T', " ", 1))
}

/// Returns the moment as records of the REST API have it: `2026-09-16 08:33:39+00:00`.
pub fn with_offset(at: Timestamp) -> String {
    seconds(at) + "+00:00"
}

/// Returns the moment as filters of lists have it: `2026-09-16 08:33:39`, or `2026-09-16 08:33` on the full minute.
///
/// Whether Plivo takes it for UTC or for the account's own time is not documented: ask for a day more than you need, and
/// pick from what comes back.
pub fn filter(at: Timestamp) -> String {
    let text = seconds(at);
    text.strip_suffix(":00").filter(|_| at.as_millis() % 60_000 == 0).map_or_else(|| text.clone(), str::to_owned)
}

fn seconds(at: Timestamp) -> String {
    date::iso8601(at).trim_end_matches('Z').replacen('T', " ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_reads_back_as_the_same_moment() {
        let at = Timestamp(1_789_547_619_219);
        assert_eq!(session_start(at), "2026-09-16 08:33:39.219000");
        assert_eq!(date::parse(&session_start(at)), Some(at));
        assert_eq!(with_offset(at), "2026-09-16 08:33:39+00:00");
        assert_eq!(date::parse("2026-09-16 14:03:39.219903+05:30"), Some(at));
        assert_eq!((filter(at), filter(Timestamp(1_789_547_580_000))), ("2026-09-16 08:33:39".into(), "2026-09-16 08:33".into()));
        assert_eq!(AccountTime::of_utc(at).as_str(), "2026-09-16 08:33:39");
    }
}
