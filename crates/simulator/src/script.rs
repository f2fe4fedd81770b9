//! A callee as its author writes it: one YAML file with a number, a line, a voice and one or more scenes.
//!
//! Read once at the door by [`Script::parse`]; what it returns cannot be wrong any more: the number is fictional, every
//! scene that is named exists, every pattern can be matched. The machine that plays it is [`crate::callee::Callee`].

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use telephony::{Disposition, PhoneNumber};
use thiserror::Error;

use crate::hearing::Pattern;

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

/// Times a person can give away: asks for what is missing, offers another time if one is taken.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Booking {
    /// What is booked: "table", "appointment".
    pub what: String,
    /// Any of these patterns begins it.
    pub when: Vec<Pattern>,
    /// What must be known before it is agreed, in the order it is asked.
    pub needs: Vec<Need>,
    /// Times that are free on any open day, `HH:MM` in 24 hours.
    pub free: Vec<ClockTime>,
    /// Weekdays on which nothing can be booked, 0 (Monday) to 6 (Sunday) by name.
    #[serde(default)]
    pub closed_on: Vec<Weekday>,
    /// What is said when all is known and free. `{what}`, `{day}`, `{time}`, `{party}`, `{name}` are filled in.
    pub agreed: String,
    /// What is said when the time is taken; `{offer}` is the nearest free one, `{time}` the one that was asked for.
    #[serde(default = "Booking::default_taken")]
    pub taken: String,
    /// What is said when nothing is free at all.
    #[serde(default = "Booking::default_full")]
    pub full: String,
    /// What is said when the day is a closed one.
    #[serde(default = "Booking::default_closed")]
    pub closed: String,
}

impl Booking {
    fn default_taken() -> String {
        "I'm sorry, {time} is taken. I could offer you {offer}. Would that work?".into()
    }

    fn default_full() -> String {
        "I'm sorry, we are fully booked.".into()
    }

    fn default_closed() -> String {
        "I'm sorry, we are closed on {day}. Would another day work?".into()
    }
}

/// One thing a booking needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Which day.
    Day,
    /// What time.
    Time,
    /// How many people.
    Party,
    /// Whose name.
    Name,
}

/// A time of day, minutes since midnight; written `19:30`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct ClockTime(pub u16);

impl TryFrom<String> for ClockTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a time of day; write it in 24 hours, for example \"19:30\"");
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        let hour: u16 = hour.parse().map_err(|_| wrong())?;
        let minute: u16 = minute.parse().map_err(|_| wrong())?;
        if hour > 23 || minute > 59 {
            return Err(wrong());
        }
        Ok(Self(hour * 60 + minute))
    }
}

impl ClockTime {
    /// Returns the time as people of the practice network say it: `7:30 pm`, `noon`.
    pub fn in_words(self) -> String {
        let (hour, minute) = (self.0 / 60, self.0 % 60);
        if hour == 12 && minute == 0 {
            return "noon".into();
        }
        let half = if hour < 12 { "am" } else { "pm" };
        let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
        if minute == 0 { format!("{hour} {half}") } else { format!("{hour}:{minute:02} {half}") }
    }
}

/// A day of the week by name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// 0.
    Monday,
    /// 1.
    Tuesday,
    /// 2.
    Wednesday,
    /// 3.
    Thursday,
    /// 4.
    Friday,
    /// 5.
    Saturday,
    /// 6.
    Sunday,
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

/// What a standard task against a callee must come to. Words as the report writes them.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// `information_inquiry`, `reservation`…
    #[serde(default = "Expectation::default_task_type")]
    pub task_type: String,
    /// What the user asks for.
    pub intent: String,
    /// For whom the call is made; left out: "a customer".
    #[serde(default = "Expectation::default_principal")]
    pub principal: String,
    /// What may be said when asked: "party size" → "four".
    #[serde(default)]
    pub context: BTreeMap<String, String>,
    /// What to leave on a voicemail.
    #[serde(default)]
    pub voicemail_message: Option<String>,
    /// How the attempt ends.
    pub disposition: Disposition,
    /// `achieved`, `partly`, `not_achieved`, `unconfirmed`; left out if nobody answered.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Facts that must be in the report: `closing_time` → `21:00`. `*` takes any value.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
    /// Who answered, at the end: `human`, `voicemail`…
    #[serde(default)]
    pub who_answered: Option<String>,
    /// Whether the callee must have been noted as not to be called again.
    #[serde(default)]
    pub opted_out: bool,
}

impl Expectation {
    fn default_task_type() -> String {
        "information_inquiry".into()
    }

    /// For whom a call is made if the script does not say.
    pub fn default_principal() -> String {
        "a customer".into()
    }
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

    /// Checks what the types cannot. An error is a word to look for in the file, and what is wrong.
    fn check(&self) -> Result<(), (String, String)> {
        if !self.number.is_fictional() {
            return Err((
                "number".into(),
                "the number must be a fictional one, so that no real telephone has it: +1, an area code, 555, and a line from 0100 to 0199, for example \"+12125550187\"".into(),
            ));
        }
        if self.line.behaviour == LineBehaviour::Answers && self.scenes.is_empty() {
            return Err(("line".into(), "the line answers, but there is no scene; add one under `scenes`, for example `shop: { person: … }`".into()));
        }
        match &self.begins_at {
            Some(name) => self.must_exist(name)?,
            None if self.scenes.len() > 1 => {
                return Err(("scenes".into(), "there are several scenes; say with `begins_at` which one answers".into()));
            }
            None => {}
        }
        for scene in self.scenes.values() {
            for target in scene.targets() {
                self.must_exist(target)?;
            }
            scene.check()?;
        }
        self.voices().into_iter().try_for_each(check_voice)
    }

    fn must_exist(&self, name: &str) -> Result<(), (String, String)> {
        if self.scenes.contains_key(name) {
            return Ok(());
        }
        let known = self.scenes.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        Err((name.into(), format!("there is no scene `{name}`; the scenes are: {known}")))
    }

    fn voices(&self) -> Vec<Voice> {
        let own = self.scenes.values().filter_map(Scene::voice);
        std::iter::once(self.voice).chain(own).collect()
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

    fn targets(&self) -> Vec<&str> {
        let thens: Vec<&Then> = match self {
            Self::Person(person) => person.knows.iter().map(|topic| &topic.then).chain(person.asks.iter().map(|ask| &ask.then)).collect(),
            Self::Menu(menu) => {
                let keys = menu.keys.values().map(String::as_str);
                let spoken = menu.spoken.iter().map(|spoken| spoken.goto.as_str());
                let last = menu.then.target();
                return keys.chain(spoken).chain(last).collect();
            }
            Self::Hold(hold) => vec![&hold.then],
            Self::Screener(screener) => vec![&screener.then],
            Self::Announcement(announcement) => vec![&announcement.then],
            Self::Voicemail(_) | Self::Silence(_) | Self::Fax(_) => Vec::new(),
        };
        thens.into_iter().filter_map(Then::target).collect()
    }

    fn check(&self) -> Result<(), (String, String)> {
        match self {
            Self::Person(person) => person.check(),
            Self::Menu(menu) => menu.check(),
            Self::Hold(_) | Self::Voicemail(_) | Self::Screener(_) | Self::Announcement(_) | Self::Silence(_) | Self::Fax(_) => Ok(()),
        }
    }
}

impl Then {
    fn target(&self) -> Option<&str> {
        match self {
            Self::Goto(name) => Some(name),
            Self::Stay | Self::HangUp => None,
        }
    }
}

impl Person {
    fn check(&self) -> Result<(), (String, String)> {
        if self.fallback.is_empty() {
            return Err(("fallback".into(), "`fallback` is empty; give at least one sentence, or leave it out for the usual ones".into()));
        }
        for topic in &self.knows {
            if topic.say.is_empty() || topic.when.is_empty() {
                return Err((
                    topic.topic.clone(),
                    format!("the topic `{}` needs at least one pattern under `when` and one sentence under `say`", topic.topic),
                ));
            }
            if topic.by_day.is_none() && topic.say.iter().any(|text| text.contains("{hours}")) {
                return Err((topic.topic.clone(), format!("the topic `{}` says {{hours}} but has no `by_day`; add the seven days", topic.topic)));
            }
        }
        Ok(())
    }
}

impl Menu {
    fn check(&self) -> Result<(), (String, String)> {
        match self.keys.keys().find(|key| telephony::dtmf::Digit::new(**key).is_none()) {
            Some(key) => Err(("keys".into(), format!("a telephone has no key `{key}`; use \"0\" to \"9\", \"*\" or \"#\""))),
            None => Ok(()),
        }
    }
}

fn check_voice(voice: Voice) -> Result<(), (String, String)> {
    let range = 0.5..=2.0;
    if range.contains(&voice.pitch) && range.contains(&voice.pace) {
        return Ok(());
    }
    Err(("voice".into(), "`pitch` and `pace` are factors from 0.5 to 2; 1 is the engine's own voice".into()))
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
