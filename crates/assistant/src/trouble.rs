//! What is wrong with an installation that no call tells of, and that its user should hear of: each trouble is told once.
//!
//! Pure. [`ForgeryWatch`] decides when forged webhooks are more than the internet's usual noise.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::codes::{self, CodeEntry};
use crate::notice::Notice;

/// Something that somebody should look at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Many requests pretended to come from a phone provider.
    Forgeries {
        /// How many.
        count: u64,
        /// Within how many seconds.
        within_seconds: u64,
    },
    /// A phone provider does not accept our credentials.
    Credentials {
        /// Its name.
        provider: String,
    },
    /// The clock of this machine jumped.
    Clock {
        /// By how many seconds; below zero: back.
        seconds: i64,
    },
}

impl Trouble {
    /// Returns the entry of its code.
    pub const fn entry(&self) -> &'static CodeEntry {
        match self {
            Self::Forgeries { .. } => &codes::ALERT_FORGERIES,
            Self::Credentials { .. } => &codes::ALERT_CREDENTIALS,
            Self::Clock { .. } => &codes::ALERT_CLOCK,
        }
    }

    /// Returns whether another one is the same trouble, perhaps at another moment.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Forgeries { .. }, Self::Forgeries { .. }) | (Self::Clock { .. }, Self::Clock { .. }) => true,
            (Self::Credentials { provider }, Self::Credentials { provider: theirs }) => provider == theirs,
            (Self::Forgeries { .. } | Self::Credentials { .. } | Self::Clock { .. }, _) => false,
        }
    }

    /// Returns a line for people.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Forgeries { .. } => "Somebody pretends to be your phone provider",
            Self::Clock { .. } => "The clock of the machine that calls for you jumped",
            Self::Credentials { .. } => "Your phone provider does not accept the credentials",
        }
    }

    /// Returns the trouble as a notice for people.
    pub fn notice(&self) -> Notice {
        let text = match self {
            Self::Forgeries { count, within_seconds } => {
                format!(
                    "{count} webhooks and sockets without a good signature or token came within {} minutes; all were refused",
                    within_seconds / 60
                )
            }
            Self::Clock { seconds } => {
                let way = if *seconds < 0 { "back" } else { "forward" };
                format!(
                    "the clock jumped {} s {way}, or the machine slept; nothing is dialed until it agrees with the phone provider's",
                    seconds.unsigned_abs()
                )
            }
            Self::Credentials { provider } => format!("{provider} does not accept the credentials any more; no call can be made by it"),
        };
        Notice::new(self.entry().code, text)
    }
}

/// So many refused requests within [`SPAN`] are no noise: a scanner that meets our address by chance knows none of its paths.
const MANY: u64 = 20;

/// Over how long they are counted.
const SPAN: Duration = Duration::from_secs(600);

/// The same trouble is not told again within so long, also by another process.
pub const NOT_AGAIN_WITHIN: Duration = Duration::from_secs(86_400);

/// Watches how many requests were refused because nobody had signed them.
#[derive(Clone, Default, Debug)]
pub struct ForgeryWatch {
    /// When was looked and how many there were by then, oldest first, over the span.
    looks: VecDeque<(Duration, u64)>,
    was_told: bool,
}

impl ForgeryWatch {
    /// Takes a look: how many were refused since the process began, so long after it did. Returns the trouble if it is new: it is
    /// over only once none came for a whole span.
    pub fn look(&mut self, after: Duration, refused: u64) -> Option<Trouble> {
        if self.looks.is_empty() {
            self.looks.push_back((Duration::ZERO, 0));
        }
        // The last one outside of the span stays: what came since then is counted.
        while self.looks.get(1).is_some_and(|(at, _)| *at + SPAN <= after) {
            self.looks.pop_front();
        }
        let (since, before) = self.looks.front().copied().unwrap_or_default();
        self.looks.push_back((after, refused));
        let count = refused.saturating_sub(before);
        if count == 0 {
            self.was_told = false;
        }
        if count < MANY || self.was_told {
            return None;
        }
        self.was_told = true;
        Some(Trouble::Forgeries { count, within_seconds: after.saturating_sub(since).min(SPAN).max(Duration::from_secs(60)).as_secs() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(minutes * 60)
    }

    #[test]
    fn many_forgeries_within_a_while_are_told_once_until_it_is_calm() {
        let mut watch = ForgeryWatch::default();
        // A few a minute for an hour are noise.
        let noise = (1..60).find_map(|minute| watch.look(minutes(minute), minute));
        assert_eq!(noise, None);
        let told = watch.look(minutes(61), 59 + 40);
        assert!(matches!(told, Some(Trouble::Forgeries { count: 40.., within_seconds: 60..=600 })), "{told:?}");
        assert_eq!(watch.look(minutes(62), 59 + 400), None, "it is told already");
        let still = (63..72).find_map(|minute| watch.look(minutes(minute), 59 + 400 + minute));
        assert_eq!(still, None, "it goes on");
        let calm = (72..90).find_map(|minute| watch.look(minutes(minute), 531));
        assert_eq!(calm, None);
        assert!(watch.look(minutes(91), 531 + 20).is_some(), "another one");
    }

    #[test]
    fn the_first_look_counts_from_the_start_of_the_process() {
        assert_eq!(ForgeryWatch::default().look(minutes(1), MANY - 1), None);
        assert_eq!(ForgeryWatch::default().look(minutes(1), MANY), Some(Trouble::Forgeries { count: MANY, within_seconds: 60 }));
    }

    #[test]
    fn a_trouble_says_what_it_is_and_comes_back_from_its_row() {
        let twilio = Trouble::Credentials { provider: "twilio".into() };
        assert_eq!(twilio.notice().text, "twilio does not accept the credentials any more; no call can be made by it");
        let many = Trouble::Forgeries { count: 31, within_seconds: 600 };
        assert_eq!(many.notice().text, "31 webhooks and sockets without a good signature or token came within 10 minutes; all were refused");
        let clock = Trouble::Clock { seconds: -7_200 };
        assert!(clock.notice().text.starts_with("the clock jumped 7200 s back"));
        for trouble in [twilio.clone(), many.clone(), clock] {
            assert_eq!(serde_json::from_str::<Trouble>(&serde_json::to_string(&trouble).unwrap()).unwrap(), trouble);
            assert!(codes::find(&trouble.notice().code).is_some());
        }
        assert!(many.is_same(&Trouble::Forgeries { count: 1, within_seconds: 60 }) && !many.is_same(&twilio));
        assert!(!twilio.is_same(&Trouble::Credentials { provider: "plivo".into() }));
    }
}
