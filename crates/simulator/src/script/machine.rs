//! What answers without being a person: menus, queues, voicemail, screeners, announcements, silence, fax.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Saying, Then, Voice};
use crate::hearing::Pattern;

/// "Press one for…".
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Menu {
    /// Its voice, if not the script's.
    #[serde(default)]
    pub voice: Option<Voice>,
    /// What is read out, again after every mistake.
    pub prompt: Vec<Saying>,
    /// Keys and the scenes they lead to.
    pub keys: BTreeMap<char, String>,
    /// Spoken choices, for menus that listen.
    #[serde(default)]
    pub spoken: Vec<Spoken>,
    /// What is said to a wrong key.
    #[serde(default = "Menu::default_invalid")]
    pub invalid: String,
    /// From the end of the prompt to its repetition.
    #[serde(default = "Menu::default_timeout")]
    pub timeout_ms: u64,
    /// How many times it is read out in all.
    #[serde(default = "Menu::default_readings")]
    pub readings: u32,
    /// What happens after the last reading.
    #[serde(default = "Menu::default_then")]
    pub then: Then,
}

impl Menu {
    fn default_invalid() -> String {
        "Sorry, that is not a valid choice.".into()
    }

    const fn default_timeout() -> u64 {
        5_000
    }

    const fn default_readings() -> u32 {
        3
    }

    const fn default_then() -> Then {
        Then::HangUp
    }
}

/// A choice that may be spoken.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spoken {
    /// Any of these.
    pub when: Vec<Pattern>,
    /// Leads there.
    pub goto: String,
}

/// A queue with music and announcements.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The announcements' voice, if not the script's.
    #[serde(default)]
    pub voice: Option<Voice>,
    /// How long it lasts in all.
    pub seconds: u64,
    /// Whether there is music between the announcements.
    #[serde(default = "Hold::default_music")]
    pub music: bool,
    /// Said from time to time, each so long after the one before it ended.
    #[serde(default)]
    pub announcements: Vec<Saying>,
    /// Who comes then.
    pub then: Then,
}

impl Hold {
    const fn default_music() -> bool {
        true
    }
}

/// A greeting, a beep and a recorder.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Voicemail {
    /// The greeting's voice, if not the script's.
    #[serde(default)]
    pub voice: Option<Voice>,
    /// The greeting.
    pub greeting: Vec<Saying>,
    /// From the end of the greeting to the beep; left out: no beep, as some boxes do.
    #[serde(default)]
    pub beep_after_ms: Option<u64>,
    /// The longest message.
    #[serde(default = "Voicemail::default_records")]
    pub records_seconds: u64,
    /// So much silence ends the message.
    #[serde(default = "Voicemail::default_silence")]
    pub silence_seconds: u64,
    /// The mailbox is full: hangs up after the greeting and records nothing.
    #[serde(default)]
    pub is_full: bool,
}

impl Voicemail {
    const fn default_records() -> u64 {
        60
    }

    const fn default_silence() -> u64 {
        6
    }
}

/// A machine that asks who is calling before it puts anybody through.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screener {
    /// Its voice, if not the script's.
    #[serde(default)]
    pub voice: Option<Voice>,
    /// What it asks.
    pub prompt: Vec<Saying>,
    /// The answer must hold one of these; empty takes any answer of three words.
    #[serde(default)]
    pub accepts: Vec<Pattern>,
    /// What it says to an answer that will do.
    pub put_through: String,
    /// What it says to one that will not.
    pub again: String,
    /// How many answers it hears before it hangs up.
    #[serde(default = "Screener::default_tries")]
    pub tries: u32,
    /// How long it waits for an answer.
    #[serde(default = "Screener::default_timeout")]
    pub timeout_ms: u64,
    /// How long the callee lets it ring before they take the call.
    #[serde(default = "Screener::default_rings")]
    pub rings_ms: u64,
    /// Who comes then.
    pub then: Then,
}

impl Screener {
    const fn default_tries() -> u32 {
        2
    }

    const fn default_timeout() -> u64 {
        8_000
    }

    const fn default_rings() -> u64 {
        2_500
    }
}

/// A recorded text that ends by itself.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// Its voice, if not the script's.
    #[serde(default)]
    pub voice: Option<Voice>,
    /// The text.
    pub say: Vec<Saying>,
    /// What happens then.
    #[serde(default = "Menu::default_then")]
    pub then: Then,
}

/// Answered, and not a word.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// After so long the line is given up.
    pub hangs_up_after_ms: u64,
}

/// A fax machine.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fax {
    /// After so long it gives up.
    pub hangs_up_after_ms: u64,
}
