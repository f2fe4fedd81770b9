//! Somebody who talks: what they know, ask, interrupt with, and when they end the call.

use serde::Deserialize;

use super::{Booking, Saying, Then, Voice};
use crate::hearing::Pattern;

/// Somebody who talks.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Their voice, if not the script's.
    #[serde(default)]
    pub voice: Option<Voice>,
    /// What they say on picking up, one after the other.
    #[serde(default)]
    pub greeting: Vec<Saying>,
    /// What they know.
    #[serde(default)]
    pub knows: Vec<Topic>,
    /// Times they can give away.
    #[serde(default)]
    pub booking: Option<Booking>,
    /// What they bring up themselves: "are you a robot?", "never call again".
    #[serde(default)]
    pub asks: Vec<Ask>,
    /// When they speak over the caller.
    #[serde(default)]
    pub interrupts: Vec<Interrupt>,
    /// What they say if they understood nothing, in turn; the last is repeated.
    #[serde(default = "Person::default_fallback")]
    pub fallback: Vec<String>,
    /// After so many fallbacks in a row they give up and hang up.
    #[serde(default = "Person::default_patience")]
    pub patience: u32,
    /// What they say before they give up.
    #[serde(default = "Person::default_gives_up")]
    pub gives_up: String,
    /// From the end of the caller's words to their own first sound.
    #[serde(default = "Person::default_thinks")]
    pub thinks_ms: u64,
    /// What they do when the caller speaks over them.
    #[serde(default)]
    pub when_spoken_over: WhenSpokenOver,
    /// How long they go on before they yield.
    #[serde(default = "Person::default_yields")]
    pub yields_after_ms: u64,
    /// What they do when nobody says anything.
    #[serde(default)]
    pub silence: SilenceRule,
    /// When they end the call.
    #[serde(default)]
    pub hang_up: HangUpRule,
}

impl Person {
    fn default_fallback() -> Vec<String> {
        vec!["Sorry, could you repeat that?".into(), "I'm sorry, I did not get that. Could you say it again?".into()]
    }

    const fn default_patience() -> u32 {
        4
    }

    fn default_gives_up() -> String {
        "I'm sorry, I can't help you. Goodbye.".into()
    }

    const fn default_thinks() -> u64 {
        500
    }

    const fn default_yields() -> u64 {
        600
    }
}

/// Something a person knows.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// What it is about; for the reader only.
    pub topic: String,
    /// Any of these patterns brings it up. The pattern with the most words wins over others.
    pub when: Vec<Pattern>,
    /// None of these may match.
    #[serde(default)]
    pub unless: Vec<Pattern>,
    /// The answers, in turn: the second is said when it is asked again; the last is repeated.
    /// `{hours}` is filled in from `by_day`, `{day}` with "today", "tomorrow" or the weekday's name.
    pub say: Vec<String>,
    /// What `{hours}` stands for on each day of the week.
    #[serde(default)]
    pub by_day: Option<Week>,
    /// Keys they press with it.
    #[serde(default)]
    pub presses: String,
    /// What happens once it was said.
    #[serde(default)]
    pub then: Then,
}

/// One text for each day of the week.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Week {
    /// Monday's.
    pub monday: String,
    /// Tuesday's.
    pub tuesday: String,
    /// Wednesday's.
    pub wednesday: String,
    /// Thursday's.
    pub thursday: String,
    /// Friday's.
    pub friday: String,
    /// Saturday's.
    pub saturday: String,
    /// Sunday's.
    pub sunday: String,
}

impl Week {
    /// Returns the text of a weekday, 0 (Monday) to 6 (Sunday).
    pub fn of(&self, weekday: u8) -> &str {
        match weekday % 7 {
            0 => &self.monday,
            1 => &self.tuesday,
            2 => &self.wednesday,
            3 => &self.thursday,
            4 => &self.friday,
            5 => &self.saturday,
            _ => &self.sunday,
        }
    }
}

/// Something they bring up themselves.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// After the caller's n-th utterance, counted from 1 in this scene.
    pub after_line: u32,
    /// The words.
    pub say: String,
    /// What happens then.
    #[serde(default)]
    pub then: Then,
}

/// When they speak over the caller.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interrupt {
    /// The caller's n-th utterance, counted from 1 in this scene.
    pub line: u32,
    /// So long after it began, if it still goes on.
    pub after_ms: u64,
    /// The words.
    pub say: String,
}

/// What a person does when the caller speaks over them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenSpokenOver {
    /// Stops after `yields_after_ms`.
    #[default]
    Yields,
    /// Goes on to the end.
    TalksOver,
}

/// What a person does when nobody says anything.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SilenceRule {
    /// So long without a sound.
    pub after_ms: u64,
    /// What they say then, in turn. After the last they hang up.
    pub say: Vec<String>,
}

impl Default for SilenceRule {
    fn default() -> Self {
        Self { after_ms: 7_000, say: vec!["Hello? Is anybody there?".into(), "Hello?".into()] }
    }
}

/// When a person ends the call.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HangUpRule {
    /// So long after this scene began, whatever happens.
    pub after_ms: Option<u64>,
    /// What they answer to a leave-taking, before they hang up themselves.
    pub goodbye: String,
    /// What counts as leave-taking.
    pub on: Vec<Pattern>,
}

impl Default for HangUpRule {
    fn default() -> Self {
        Self {
            after_ms: None,
            goodbye: "Goodbye.".into(),
            on: ["goodbye|bye", "good bye", "have_a_good|have_a_nice|have_a_great|have_a_lovely", "take_care"]
                .iter()
                .filter_map(|text| Pattern::parse(text).ok())
                .collect(),
        }
    }
}
