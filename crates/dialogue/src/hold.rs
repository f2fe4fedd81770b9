//! On hold: telling a person who comes to the phone from the recording that asks for patience again.
//!
//! While the music plays nothing is transcribed; the conversation listens into it for a moment now and then.

use std::time::Duration;

use crate::conversation::Config;
use crate::screening::sounds_like_a_person;
use crate::turn::endpoint::words_of;

/// Announcements that are remembered. A queue has a handful; beyond that the oldest is forgotten.
const REMEMBERED: usize = 16;

/// What was heard while on hold.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Hold {
    announcements: Vec<Vec<String>>,
}

impl Hold {
    /// Returns whether words on hold are a person's: they greet or ask, or are short and were not said before.
    ///
    /// Remembers them as an announcement if not.
    pub fn is_person(&mut self, text: &str, length: Duration, config: &Config) -> bool {
        let words = words_of(text);
        if self.announcements.contains(&words) {
            return false;
        }
        if sounds_like_a_person(text) || length <= config.greeting_limit {
            return true;
        }
        self.remember(words);
        false
    }

    /// Remembers the words of an announcement.
    pub fn announced(&mut self, text: &str) {
        self.remember(words_of(text));
    }

    fn remember(&mut self, words: Vec<String>) {
        if self.announcements.contains(&words) {
            return;
        }
        if self.announcements.len() == REMEMBERED {
            self.announcements.remove(0);
        }
        self.announcements.push(words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_ends_the_hold_and_a_repeated_announcement_does_not() {
        let config = Config::default();
        let mut hold = Hold::default();
        let long = Duration::from_secs(5);
        assert!(!hold.is_person("Did you know that our shop is open on the web around the clock", long, &config));
        assert!(hold.is_person("Hello, this is Sarah speaking, how can I help you?", long, &config));
        hold.announced("Next caller");
        assert!(!hold.is_person("Next caller.", Duration::from_secs(1), &config));
        assert!(hold.is_person("Corner Shop.", Duration::from_secs(1), &config));
    }
}
