//! A callee as its author writes it: one YAML file with a number, a line, a voice and one or more scenes.
//!
//! Read once at the door by [`Script::parse`]; what it returns cannot be wrong any more: the number is fictional, every
//! scene that is named exists, every pattern can be matched. The machine that plays it is [`crate::callee::Callee`].

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use telephony::PhoneNumber;
use thiserror::Error;

mod booking;
mod check;
mod expectation;
mod machine;
mod person;

pub use booking::{Booking, ClockTime, Need, Weekday};
pub use expectation::Expectation;
pub use machine::{Announcement, Fax, Hold, Menu, Screener, Silence, Spoken, Voicemail};
pub use person::{Ask, HangUpRule, Interrupt, Person, SilenceRule, Topic, Week, WhenSpokenOver};

/// A callee: who they are, how their line behaves, what they know and do.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Where they are reached. Line 0100 to 0199 of exchange 555, so that no real telephone has it.
    pub number: PhoneNumber,
    /// A short name: "Corner shop".
    pub name: String,
    /// One line for the list of the cast.
    pub description: String,
    /// What the line does before anybody speaks.
    #[serde(default)]
    pub line: Line,
    /// The voice of every scene that has none of its own.
    #[serde(default)]
    pub voice: Voice,
    /// The scene that answers. May be left out if there is only one.
    #[serde(default)]
    pub begins_at: Option<String>,
    /// The places one can get to on this line, by name. Empty only if the line never answers.
    #[serde(default)]
    pub scenes: BTreeMap<String, Scene>,
    /// What a standard task against this callee must come to.
    #[serde(default)]
    pub expect: Vec<Expectation>,
}

/// What a line does before anybody speaks.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Line {
    /// From dialing to the first ring.
    pub ring_after_ms: u64,
    /// From the first ring to the answer, the busy signal or the refusal.
    pub answer_after_ms: u64,
    /// What happens then.
    pub behaviour: LineBehaviour,
}

impl Default for Line {
    fn default() -> Self {
        Self { ring_after_ms: 400, answer_after_ms: 1_600, behaviour: LineBehaviour::Answers }
    }
}

/// How a line takes a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineBehaviour {
    /// Rings, then answers.
    Answers,
    /// Never rings: somebody is talking already.
    Busy,
    /// Rings for ever; the caller's ring timeout ends it.
    NoAnswer,
    /// Rings, then the callee presses "decline".
    Rejects,
    /// No such subscriber.
    Invalid,
}

/// A manner of speaking: factors on the pitch and the pace of the engine's own voice.
#[derive(Clone, Copy, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Voice {
    /// 0.5 to 2; 0.58, 0.8 and 1.25 sound like other people.
    pub pitch: f32,
    /// 0.5 to 2; 1.2 is brisk.
    pub pace: f32,
}

impl Default for Voice {
    fn default() -> Self {
        Self { pitch: 0.8, pace: 1.0 }
    }
}

/// A place one can get to on a line.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scene {
    /// Somebody who talks.
    Person(Box<Person>),
    /// "Press one for…".
    Menu(Menu),
    /// A queue with music and announcements.
    Hold(Hold),
    /// A greeting, a beep and a recorder.
    Voicemail(Voicemail),
    /// A machine that asks who is calling before it puts anybody through.
    Screener(Screener),
    /// A recorded text that ends by itself.
    Announcement(Announcement),
    /// Answered, and not a word.
    Silence(Silence),
    /// A fax machine.
    Fax(Fax),
}

/// One thing said, some time after what came before it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    /// The pause before it.
    #[serde(default = "Saying::default_after")]
    pub after_ms: u64,
    /// The words.
    pub say: String,
}

impl Saying {
    const fn default_after() -> u64 {
        300
    }
}

/// What happens after something was said.
#[derive(Clone, Default, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// The talk goes on.
    #[default]
    Stay,
    /// They hang up.
    HangUp,
    /// The call goes to another scene.
    Goto(String),
}

/// Why a script cannot be played.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("{file}{}: {what}", at.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default())]
pub struct ScriptError {
    /// Which file.
    pub file: String,
    /// Line and column, counted from 1, if known.
    pub at: Option<(u64, u64)>,
    /// What is wrong and what to do.
    pub what: String,
}

impl Script {
    /// Reads a script. `file` is only named in errors.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place and what to do.
    pub fn parse(file: &str, yaml: &str) -> Result<Self, ScriptError> {
        let script: Self = serde_saphyr::from_str(yaml).map_err(|error| unreadable(file, &error))?;
        script.check().map_err(|(word, what)| ScriptError { file: file.into(), at: place_of(yaml, &word), what })?;
        Ok(script)
    }

    /// Returns the scene that answers, and its name. `None` only for a line that never answers.
    pub fn first_scene(&self) -> Option<(&str, &Scene)> {
        let (name, scene) = match &self.begins_at {
            Some(name) => self.scenes.get_key_value(name)?,
            None => self.scenes.first_key_value()?,
        };
        Some((name, scene))
    }
}

impl Scene {
    /// Returns the scene's own voice, if it has one.
    pub const fn voice(&self) -> Option<Voice> {
        match self {
            Self::Person(person) => person.voice,
            Self::Menu(menu) => menu.voice,
            Self::Hold(hold) => hold.voice,
            Self::Voicemail(voicemail) => voicemail.voice,
            Self::Screener(screener) => screener.voice,
            Self::Announcement(announcement) => announcement.voice,
            Self::Silence(_) | Self::Fax(_) => None,
        }
    }
}

fn unreadable(file: &str, error: &serde_saphyr::Error) -> ScriptError {
    let at = error.location().map(|location| (location.line(), location.column()));
    let text = error.without_snippet().to_string();
    let what = text.split(" at line ").next().unwrap_or(&text).to_string();
    ScriptError { file: file.into(), at, what: format!("{what}; compare with the scripts in `scenarios/`") }
}

/// Returns where a word first stands in a text. Good enough to find the line: semantic errors name a word of the file.
fn place_of(yaml: &str, word: &str) -> Option<(u64, u64)> {
    yaml.lines().enumerate().find_map(|(line, text)| text.find(word).map(|column| (line as u64 + 1, column as u64 + 1)))
}

/// Returns milliseconds of a script as a duration.
pub(crate) const fn millis(value: u64) -> Duration {
    Duration::from_millis(value)
}
