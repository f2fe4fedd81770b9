//! Times of day: "9 p.m.", "nine", "9.30", "half past nine", "quarter to ten", "twenty one hundred", "noon", "9 to 5".
//!
//! A bare "nine" is a time only where the words around it say so ("at nine", "until nine", or nothing else was said).
//! Which half of the day it means follows from its own words first ("in the evening"), then from what was asked
//! ([`Leaning`]): shops close in the evening. Such a guess has a confidence of 75 or less.

use serde::{Deserialize, Serialize};

use super::Heard;
use super::number;
use super::words::Words;

/// A time of day and the part it plays in its sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Clock {
    /// Minutes since midnight, 0 to 1439.
    pub minute: u16,
    /// What happens then, by the words before it.
    pub role: Role,
}

/// What happens at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Role {
    /// It is when something begins: "we open at", "from".
    Opens,
    /// It is when something ends: "we close at", "until", the second of "nine to five".
    Closes,
    /// The words do not say.
    Unsaid,
}

/// Which half of the day a bare hour probably means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leaning {
    /// It was asked when something closes: 3 to 11 are evening.
    Closing,
    /// It was asked when something opens: 5 to 11 are morning.
    Opening,
    /// A table, a night out: 1 to 11 are after noon.
    Evening,
    /// Office hours: 7 to 11 are morning.
    Office,
}

impl Clock {
    /// Returns the normal form, "21:00".
    pub fn normal(self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

/// Returns all times of day in a text, in order.
pub fn times(text: &str, leaning: Leaning) -> Vec<Heard<Clock>> {
    times_in(&Words::of(text), leaning).into_iter().map(|(time, _)| time).collect()
}

/// Returns all times with the place of their first word.
pub fn times_in(words: &Words<'_>, leaning: Leaning) -> Vec<(Heard<Clock>, usize)> {
    let found = spots(words);
    let mut clocks: Vec<(Heard<Clock>, usize)> = Vec::new();
    for (nth, spot) in found.iter().enumerate() {
        if words.before(spot.from, 1) == "not" && !words.words[spot.from - 1].ends_clause {
            continue;
        }
        let role = role_of(words, &found, nth);
        let leaning = match role {
            Role::Opens => Leaning::Opening,
            Role::Closes => Leaning::Closing,
            Role::Unsaid => leaning,
        };
        let is_range_start = nth + 1 < found.len() && joins(words, spot.to, found[nth + 1].from);
        let (minute, confidence) = match (spot.half, is_range_start.then(|| found[nth + 1])) {
            (None, Some(end)) if !spot.is_whole_day => range_start(*spot, end, leaning),
            _ => resolve(*spot, leaning),
        };
        let quote = words.quote(spot.from, spot.to);
        clocks.push((Heard { value: Clock { minute, role }, quote, confidence }, spot.from));
    }
    clocks
}

/// Returns opening and closing hours that are said together: "nine to five", "we open at 9 and close at 5".
pub fn hours(text: &str) -> Option<Heard<(Clock, Clock)>> {
    let words = Words::of(text);
    let all = times_in(&words, Leaning::Office);
    let opens = all.iter().position(|(time, _)| time.value.role == Role::Opens)?;
    let closes = all.iter().position(|(time, _)| time.value.role == Role::Closes)?;
    let (first, last) = (&all[opens.min(closes)], &all[opens.max(closes)]);
    let from = words.words.get(first.1)?.from;
    let last_to = words.words.get(last.1)?.from + last.0.quote.len();
    let confidence = first.0.confidence.min(last.0.confidence);
    let quote = text.get(from..last_to)?.to_owned();
    Some(Heard { value: (all[opens].0.value, all[closes].0.value), quote, confidence })
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Half {
    Morning,
    Afternoon,
}

/// A time as it was said, before its half of the day is decided.
#[derive(Clone, Copy, Debug)]
struct Spot {
    from: usize,
    to: usize,
    hour: u32,
    minute: u32,
    half: Option<Half>,
    /// 13:00, noon, midnight: no half to decide.
    is_whole_day: bool,
    /// How surely this is a time at all, if its half were said.
    sure: u8,
}

fn spots(words: &Words<'_>) -> Vec<Spot> {
    let mut found: Vec<Spot> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match spot_at(words, at, found.last()) {
            Some(spot) => {
                at = spot.to.max(at + 1);
                found.push(spot);
            }
            None => at = after_number(words, at),
        }
    }
    found
}

/// Passes over a number that is no time, whole, so that its tail is not taken for one.
fn after_number(words: &Words<'_>, at: usize) -> usize {
    number::cardinal(words, at).map_or(at + 1, |number| number.to.max(at + 1))
}

fn spot_at(words: &Words<'_>, at: usize, last: Option<&Spot>) -> Option<Spot> {
    let spot = named(words, at)
        .or_else(|| relative(words, at))
        .or_else(|| military(words, at))
        .or_else(|| written(words, at))
        .or_else(|| spoken(words, at, last))?;
    let after = words.at(spot.to);
    let is_money = MONEY.contains(&after) || matches!(words.before(at, 1), "$" | "£");
    (!is_money && !is_house_number(words, spot.to)).then(|| with_half(words, spot))
}

/// What streets are called: "at 12 Main Street" says where, and no hour.
const STREETS: [&str; 21] = [
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "lane",
    "ln",
    "drive",
    "boulevard",
    "blvd",
    "court",
    "place",
    "square",
    "parkway",
    "highway",
    "terrace",
    "plaza",
    "broadway",
    "alley",
    "crescent",
];

/// Returns whether a number that ends at `to` is followed by the name of a street, of two words at most.
fn is_house_number(words: &Words<'_>, to: usize) -> bool {
    (to..to + 3).take_while(|at| !words.words.get(at - 1).is_some_and(|word| word.ends_clause)).any(|at| STREETS.contains(&words.at(at)))
}

const MONEY: [&str; 9] = ["dollars", "dollar", "bucks", "cents", "euros", "pounds", "%", "percent", "usd"];

fn named(words: &Words<'_>, at: usize) -> Option<Spot> {
    let offset = usize::from(words.at(at) == "12" || words.at(at) == "twelve");
    let hour = match words.at(at + offset) {
        "noon" | "midday" | "noontime" => 12,
        "midnight" => 0,
        _ => return None,
    };
    Some(Spot { from: at, to: at + offset + 1, hour, minute: 0, half: None, is_whole_day: true, sure: 95 })
}

/// "half past nine", "a quarter to ten", "ten past nine", "at ten to nine".
fn relative(words: &Words<'_>, at: usize) -> Option<Spot> {
    let start = at + usize::from(words.at(at) == "a" && words.at(at + 1) == "quarter");
    let (minutes, mut next) = match words.at(start) {
        "half" => (30, start + 1),
        "quarter" => (15, start + 1),
        _ => {
            let minutes = number::below_hundred(words, start).filter(|minutes| (1..30).contains(&minutes.value))?;
            (minutes.value, minutes.to)
        }
    };
    let says_minutes = matches!(words.at(next), "minutes" | "minute");
    next += usize::from(says_minutes);
    let is_after = match words.at(next) {
        "past" | "after" => true,
        "to" | "till" | "til" | "of" | "before" => false,
        _ => return None,
    };
    let is_named = matches!(words.at(start), "half" | "quarter");
    let may_be_range = !is_after && !is_named && !says_minutes;
    let is_said_as_time = matches!(words.before(at, 1), "at" | "until" | "till" | "til" | "by" | "around" | "about");
    if may_be_range && (minutes % 5 != 0 || !is_said_as_time) {
        return None;
    }
    if !is_named && !says_minutes && is_after && words.at(next) == "after" && !is_said_as_time {
        return None;
    }
    let (hour, to, is_whole_day) = match words.at(next + 1) {
        "noon" | "midday" => (12, next + 2, true),
        "midnight" => (24, next + 2, true),
        _ => {
            let hour = number::below_hundred(words, next + 1).filter(|hour| (1..=12).contains(&hour.value))?;
            (hour.value, hour.to, false)
        }
    };
    let (hour, minute) = if is_after { (hour, minutes) } else { (if hour == 1 { 12 } else { hour - 1 }, 60 - minutes) };
    Some(Spot { from: at, to, hour: if is_whole_day { hour % 24 } else { hour }, minute, half: None, is_whole_day, sure: 92 })
}

/// "twenty one hundred", "2100 hours", "oh nine hundred hours", "at 2130".
fn military(words: &Words<'_>, at: usize) -> Option<Spot> {
    let is_zero_led = matches!(words.at(at), "oh" | "zero" | "o");
    let is_said_as_time = SAYS_TIME.contains(&words.before(at, 1));
    if let Some(hour) = number::below_hundred(words, at + usize::from(is_zero_led))
        && hour.value < 24
        && words.at(hour.to) == "hundred"
    {
        let says_hours = words.at(hour.to + 1) == "hours";
        let is_time = says_hours || is_zero_led || is_said_as_time || hour.value >= 13;
        let sure = if says_hours || is_zero_led { 92 } else { 85 };
        let to = hour.to + 1 + usize::from(says_hours);
        return is_time.then_some(Spot { from: at, to, hour: hour.value, minute: 0, half: None, is_whole_day: true, sure });
    }
    let word = words.at(at);
    if word.len() != 4 || !word.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let (hour, minute) = split_digits(word)?;
    let says_hours = words.at(at + 1) == "hours";
    let is_clear = says_hours || (is_said_as_time && (hour >= 13 || word.starts_with('0')));
    let to = at + 1 + usize::from(says_hours);
    is_clear.then_some(Spot { from: at, to, hour, minute, half: None, is_whole_day: true, sure: if says_hours { 92 } else { 85 } })
}

/// "9:30", "9.30", "21:00", and "930 pm" as it is sometimes heard.
fn written(words: &Words<'_>, at: usize) -> Option<Spot> {
    let word = words.at(at);
    if let Some((hour, minute)) = word.split_once([':', '.']) {
        let is_form = (1..=2).contains(&hour.len()) && minute.len() == 2;
        let hour_value: u32 = hour.parse().ok()?;
        let minute: u32 = minute.parse().ok()?;
        let (hour_value, is_whole_day) = (hour_value % 24, hour_value == 0 || hour_value > 12 || hour.starts_with('0'));
        let is_time = is_form && minute < 60 && hour.parse::<u32>().is_ok_and(|hour| hour <= 24);
        let sure = if word.contains(':') { 93 } else { 85 };
        return is_time.then_some(Spot { from: at, to: at + 1, hour: hour_value, minute, half: None, is_whole_day, sure });
    }
    if !(3..=4).contains(&word.len()) {
        return None;
    }
    let (hour, minute) = split_digits(word)?;
    let says_half = matches!(words.at(at + 1), "am" | "pm");
    // "we close at 530": only where nothing else fits, and only on the fives that people name.
    let is_said_as_time = SAYS_TIME.contains(&words.before(at, 1)) && minute % 5 == 0;
    let is_time = (1..=12).contains(&hour) && (says_half || is_said_as_time);
    is_time.then_some(Spot { from: at, to: at + 1, hour, minute, half: None, is_whole_day: false, sure: if says_half { 88 } else { 78 } })
}

/// Words after which a bare number is a time.
const SAYS_TIME: [&str; 9] = ["at", "until", "till", "til", "by", "close", "closes", "open", "opens"];

fn split_digits(word: &str) -> Option<(u32, u32)> {
    if !word.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let (hour, minute) = word.split_at_checked(word.len().checked_sub(2)?)?;
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

/// "nine", "nine thirty", "nine oh five", "9 o'clock", "nine-ish".
fn spoken(words: &Words<'_>, at: usize, last: Option<&Spot>) -> Option<Spot> {
    let (hour, is_guessed) = hour_at(words, at)?;
    if hour.value > 24 {
        return None;
    }
    let mut to = hour.to;
    let mut minute = 0;
    let mut is_clear = false;
    if !words.words[hour.to - 1].ends_clause
        && let Some(minutes) = minutes_at(words, hour.to)
    {
        (minute, to) = (minutes.value, minutes.to);
        is_clear = number::unit(words.at(at)).is_some() || hour.value <= 12;
    }
    if matches!(words.at(to), "o'clock" | "oclock") {
        to += 1;
        is_clear = true;
    } else if words.at(to) == "o" && words.at(to + 1) == "clock" {
        to += 2;
        is_clear = true;
    } else if words.at(to) == "ish" {
        to += 1;
    }
    if is_in_a_row(words, at, to) {
        return None;
    }
    let has_half = half_behind(words, to).is_some();
    if has_half && (1..=12).contains(&hour.value) {
        return Some(Spot { from: at, to, hour: hour.value, minute, half: None, is_whole_day: false, sure: if is_guessed { 70 } else { 95 } });
    }
    if NOT_A_TIME.contains(&words.at(to)) || (is_guessed && !is_clear && !matches!(words.before(at, 1), "at" | "until" | "till" | "by")) {
        return None;
    }
    let is_time = is_clear || is_introduced(words, at, to, hour.value, last);
    let is_whole_day = hour.value == 0 || hour.value > 12;
    let sure = if is_guessed {
        50
    } else if is_clear {
        88
    } else {
        80
    };
    is_time.then_some(Spot { from: at, to, hour: hour.value % 24, minute, half: None, is_whole_day, sure })
}

/// What cannot follow a time: then the number counts something else.
const NOT_A_TIME: [&str; 46] = [
    "dollars", "dollar", "bucks", "cents", "euros", "pounds", "%", "percent", "people", "person", "persons", "guests", "adults", "kids", "children",
    "minutes", "minute", "mins", "hours", "hour", "days", "day", "weeks", "week", "months", "years", "year", "street", "avenue", "st", "nd", "rd",
    "th", "times", "left", "tables", "items", "moment", "second", "sec", "seats", "more", "hundred", "thousand", "business", "of",
];

fn hour_at(words: &Words<'_>, at: usize) -> Option<(number::Number, bool)> {
    if let Some(hour) = number::below_hundred(words, at) {
        return Some((hour, false));
    }
    let value = match words.at(at) {
        "ate" => 8,
        "won" => 1,
        "too" => 2,
        "for" if matches!(words.at(at + 1), "pm" | "am" | "o'clock") => 4,
        "tin" if matches!(words.at(at + 1), "pm" | "am") => 10,
        _ => return None,
    };
    Some((number::Number { value, to: at + 1 }, true))
}

fn minutes_at(words: &Words<'_>, at: usize) -> Option<number::Number> {
    if matches!(words.at(at), "oh" | "o" | "zero") {
        return number::unit(words.at(at + 1)).filter(|unit| (1..10).contains(unit)).map(|value| number::Number { value, to: at + 2 });
    }
    let word = words.at(at);
    if word.starts_with(|c: char| c.is_ascii_digit()) && word.len() != 2 {
        return None;
    }
    number::below_hundred(words, at).filter(|minutes| (10..60).contains(&minutes.value) && !NOT_A_TIME[..16].contains(&words.at(minutes.to)))
}

/// Whether digits stand before or behind it without a pause: then it is part of a number that is read out.
fn is_in_a_row(words: &Words<'_>, at: usize, to: usize) -> bool {
    let is_number = |place: usize| number::unit(words.at(place)).is_some() || words.at(place).starts_with(|c: char| c.is_ascii_digit());
    let touches = |left: usize, right: usize| !words.words[left].ends_clause && gap(words, left, right).is_some_and(|gap| gap.trim().is_empty());
    (is_number(to) && touches(to - 1, to)) || (at > 0 && is_number(at - 1) && touches(at - 1, at))
}

fn is_introduced(words: &Words<'_>, at: usize, to: usize, hour: u32, last: Option<&Spot>) -> bool {
    if last.is_some_and(|last| joins(words, last.to, at) || (last.to == at && words.words[at - 1].ends_clause))
        || (begins_range(words, to) && hour > 0)
    {
        return true;
    }
    let before = words.before(at, 1);
    if matches!(before, "at" | "till" | "til" | "until" | "by" | "close" | "closes" | "around" | "before" | "after" | "from" | "to") {
        return hour <= 12 || matches!(before, "at" | "till" | "til" | "until" | "close" | "closes" | "by");
    }
    if hour > 12 || hour == 0 {
        return false;
    }
    if words.at(to) == "is" && (to + 1..to + 4).any(|place| matches!(words.at(place), "close" | "closing" | "open" | "opening")) {
        return true;
    }
    let fillers = [
        "uh", "um", "oh", "well", "so", "yes", "yeah", "no", "sorry", "actually", "like", "sure", "okay", "ok", "today", "tonight", "tomorrow", "hi",
        "hello",
    ];
    if (0..words.len()).all(|place| (at..to).contains(&place) || fillers.contains(&words.at(place))) {
        return true;
    }
    if hour == 1 && words.at(at) == "one" {
        return false;
    }
    match before {
        "closing" | "open" | "opens" | "is" | "it's" | "its" | "usually" | "be" | "say" | "maybe" | "about" | "do" | "between" | "that's" => true,
        "or" | "and" | "but" | "not" | "no" => last.is_some() || before == "not",
        "for" => matches!(words.before(at, 2), "booked" | "you" | "down" | "it" | "that" | "set" | "tomorrow" | "today" | "tonight"),
        _ => false,
    }
}

/// Whether a range's connecting word and an hour follow: "9 to 5".
fn begins_range(words: &Words<'_>, to: usize) -> bool {
    let next_hour =
        |place: usize| number::below_hundred(words, place).is_some_and(|hour| hour.value <= 24 && !NOT_A_TIME.contains(&words.at(hour.to)));
    match words.at(to) {
        "to" | "till" | "til" | "until" | "through" => next_hour(to + 1) || matches!(words.at(to + 1), "midnight" | "noon"),
        _ => to > 0 && gap(words, to - 1, to).is_some_and(|gap| gap.contains(['-', '–'])) && next_hour(to),
    }
}

/// Whether what stands between two times makes them one range.
fn joins(words: &Words<'_>, to: usize, next_from: usize) -> bool {
    if to == next_from {
        return to > 0 && gap(words, to - 1, to).is_some_and(|gap| gap.contains(['-', '–']));
    }
    next_from == to + 1 && matches!(words.at(to), "to" | "till" | "til" | "until" | "through")
}

fn gap<'a>(words: &Words<'a>, left: usize, right: usize) -> Option<&'a str> {
    words.text.get(words.words.get(left)?.to..words.words.get(right)?.from)
}

fn half_behind(words: &Words<'_>, at: usize) -> Option<(Half, usize)> {
    match words.at(at) {
        "am" => return Some((Half::Morning, at + 1)),
        "pm" => return Some((Half::Afternoon, at + 1)),
        "tonight" => return Some((Half::Afternoon, at + 1)),
        _ => {}
    }
    if words.has_at("at night", at) {
        return Some((Half::Afternoon, at + 2));
    }
    let to = match (words.at(at), words.at(at + 1)) {
        ("in", "the") => at + 2,
        ("this" | "tomorrow", _) => at + 1,
        _ => return None,
    };
    match words.at(to) {
        "morning" => Some((Half::Morning, to + 1)),
        "afternoon" | "evening" => Some((Half::Afternoon, to + 1)),
        _ => None,
    }
}

/// Adds the half of the day that its words say, behind it or elsewhere in its clause.
fn with_half(words: &Words<'_>, mut spot: Spot) -> Spot {
    if let Some((half, to)) = half_behind(words, spot.to) {
        spot.half = Some(half);
        spot.to = to;
        return spot;
    }
    let from = words.clause_start(spot.from);
    for place in from..spot.from {
        let is_greeting = words.before(place, 1) == "good";
        match words.at(place) {
            "tonight" | "evening" | "afternoon" if !is_greeting => spot.half = Some(Half::Afternoon),
            "morning" if !is_greeting => spot.half = Some(Half::Morning),
            _ => continue,
        }
        spot.sure = spot.sure.min(88);
    }
    spot
}

fn role_of(words: &Words<'_>, found: &[Spot], nth: usize) -> Role {
    let spot = found[nth];
    if nth > 0 && joins(words, found[nth - 1].to, spot.from) {
        return Role::Closes;
    }
    let is_start = found.get(nth + 1).is_some_and(|next| joins(words, spot.to, next.from));
    let floor = if nth > 0 { found[nth - 1].to } else { 0 };
    for place in (floor.max(spot.from.saturating_sub(7))..spot.from).rev() {
        match words.at(place) {
            "until" | "till" | "til" if matches!(words.before(place, 1), "closed" | "not") => return Role::Opens,
            "until" | "till" | "til" | "through" => return if is_start { Role::Opens } else { Role::Closes },
            "close" | "closes" | "closing" | "shut" | "shuts" | "closed" => return if is_start { Role::Opens } else { Role::Closes },
            "open" | "opens" | "opening" | "reopen" | "reopens" | "from" => return Role::Opens,
            _ => {}
        }
    }
    if is_start {
        return Role::Opens;
    }
    let ceiling = found.get(nth + 1).map_or(words.len(), |next| next.from);
    for place in spot.to..ceiling.min(spot.to + 6) {
        if words.words[place - 1].ends_clause {
            break;
        }
        match words.at(place) {
            "close" | "closes" | "closing" => return Role::Closes,
            "open" | "opens" | "opening" => return Role::Opens,
            _ => {}
        }
    }
    // "We close at ten on weekends and nine today": the verb serves both, unless the first is half of a range.
    let is_list =
        nth > 0 && spot.from - found[nth - 1].to <= 5 && (found[nth - 1].to..spot.from).any(|place| matches!(words.at(place), "and" | "or" | "but"));
    let is_range_before = nth > 1 && joins(words, found[nth - 2].to, found[nth - 1].from);
    if is_list && !is_range_before { role_of(words, found, nth - 1) } else { Role::Unsaid }
}

fn resolve(spot: Spot, leaning: Leaning) -> (u16, u8) {
    let (hour, confidence) = if spot.is_whole_day {
        (spot.hour, spot.sure)
    } else {
        match (spot.half, spot.hour) {
            (Some(Half::Morning), 12) => (0, spot.sure),
            (Some(Half::Morning), hour) => (hour, spot.sure),
            (Some(Half::Afternoon), 12) => (12, spot.sure),
            (Some(Half::Afternoon), hour) => (hour + 12, spot.sure),
            (None, hour) => {
                let (hour, sure) = lean(hour, leaning);
                (hour, sure.min(spot.sure))
            }
        }
    };
    (u16::try_from(hour % 24 * 60 + spot.minute).unwrap_or(0), confidence)
}

fn lean(hour: u32, leaning: Leaning) -> (u32, u8) {
    match (leaning, hour) {
        (Leaning::Closing, 12) => (0, 55),
        (Leaning::Closing, 1 | 2) => (hour + 12, 55),
        (Leaning::Closing | Leaning::Evening, 3..=11) => (hour + 12, 75),
        (Leaning::Opening, 5..=11) => (hour, 75),
        (Leaning::Office, 7..=11) => (hour, 70),
        (Leaning::Opening | Leaning::Evening | Leaning::Office, 12) => (12, 70),
        (_, hour) => (hour % 12 + 12, 65),
    }
}

/// The start of "9 to 5" is in the morning, that of "5 to 9 pm" takes the half of its end if that makes a shorter day.
fn range_start(start: Spot, end: Spot, leaning: Leaning) -> (u16, u8) {
    let start_as = |half| resolve(Spot { half: Some(half), ..start }, leaning);
    if end.half.is_none() {
        return resolve(start, Leaning::Opening);
    }
    let (end_minute, _) = resolve(end, Leaning::Closing);
    let (morning, afternoon) = (start_as(Half::Morning), start_as(Half::Afternoon));
    let is_late = afternoon.0 < end_minute && !(6..=11).contains(&start.hour);
    let (minute, _) = if is_late { afternoon } else { morning };
    (minute, 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(leaning: Leaning, rows: &[(&str, &str)]) {
        for (text, expected) in rows {
            let found = times(text, leaning);
            let shown: Vec<_> = found.iter().map(|time| format!("{} \"{}\" {}", time.value.normal(), time.quote, time.confidence)).collect();
            assert_eq!(shown.join(", "), *expected, "{text}");
            assert!(found.iter().all(|time| text.contains(&time.quote)), "{text}");
        }
    }

    #[test]
    fn times_that_say_their_half_are_sure() {
        check(
            Leaning::Closing,
            &[
                ("We close at 9 p.m. today.", "21:00 \"9 p.m.\" 95"),
                ("We close at nine p.m.", "21:00 \"nine p.m.\" 95"),
                ("9pm", "21:00 \"9pm\" 95"),
                ("It's 9:30 PM.", "21:30 \"9:30 PM\" 93"),
                ("At 9.30 p.m.", "21:30 \"9.30 p.m.\" 85"),
                ("930 p.m.", "21:30 \"930 p.m.\" 88"),
                ("nine thirty in the evening", "21:30 \"nine thirty in the evening\" 95"),
                ("eight in the morning", "08:00 \"eight in the morning\" 95"),
                ("until 10 tonight", "22:00 \"10 tonight\" 95"),
                ("Tonight we close at ten.", "22:00 \"ten\" 80"),
                ("noon", "12:00 \"noon\" 95"),
                ("We're open until midnight", "00:00 \"midnight\" 95"),
                ("12 noon", "12:00 \"12 noon\" 95"),
                ("12 a.m.", "00:00 \"12 a.m.\" 95"),
                ("half past nine at night", "21:30 \"half past nine at night\" 92"),
                ("a quarter to ten p.m.", "21:45 \"a quarter to ten p.m.\" 92"),
                ("nine oh five pm", "21:05 \"nine oh five pm\" 95"),
                ("ate p.m.", "20:00 \"ate p.m.\" 70"),
            ],
        );
    }

    #[test]
    fn bare_hours_follow_the_question() {
        check(
            Leaning::Closing,
            &[
                ("nine", "21:00 \"nine\" 75"),
                ("9.", "21:00 \"9\" 75"),
                ("Uh, nine today.", "21:00 \"nine\" 75"),
                ("We close at nine thirty.", "21:30 \"nine thirty\" 75"),
                ("9.30", "21:30 \"9.30\" 75"),
                ("9 o'clock", "21:00 \"9 o'clock\" 75"),
                ("at ten to nine", "20:50 \"ten to nine\" 75"),
                ("quarter past six", "18:15 \"quarter past six\" 75"),
                ("We close at 12", "00:00 \"12\" 55"),
                ("until ate", "20:00 \"ate\" 50"),
            ],
        );
        check(Leaning::Opening, &[("nine", "09:00 \"nine\" 75"), ("We open at 10.", "10:00 \"10\" 75")]);
        check(Leaning::Evening, &[("We have a table at seven thirty", "19:30 \"seven thirty\" 75")]);
        check(Leaning::Office, &[("I can do 3 on Friday", "15:00 \"3\" 65"), ("how about 10?", "10:00 \"10\" 70")]);
    }

    #[test]
    fn the_twenty_four_hour_clock_is_understood() {
        check(
            Leaning::Closing,
            &[
                ("21:00", "21:00 \"21:00\" 93"),
                ("twenty one hundred", "21:00 \"twenty one hundred\" 85"),
                ("twenty one hundred hours", "21:00 \"twenty one hundred hours\" 92"),
                ("oh nine hundred", "09:00 \"oh nine hundred\" 92"),
                ("at 2130", "21:30 \"2130\" 85"),
                ("2100 hours", "21:00 \"2100 hours\" 92"),
                ("at twenty one thirty", "21:30 \"twenty one thirty\" 80"),
                ("At 9. Main Street is closed.", "21:00 \"9\" 75"),
                ("The office closes at 530 today.", "17:30 \"530\" 75"),
            ],
        );
    }

    #[test]
    fn other_numbers_are_no_times() {
        for text in [
            "It's 45 dollars.",
            "a table for four",
            "one moment please",
            "in twenty minutes",
            "it takes 2 hours",
            "555 0123",
            "five five five oh one two three",
            "the 27th",
            "4.7",
            "twelve hundred dollars",
            "I am fine",
            "no one is here",
            "at $9",
            "we have 3 tables",
            "9.5 percent",
            "you owe us at 532",
            "flight 530",
            "We are at 12 Main Street next to the library.",
            "at 7 West End Avenue",
            "",
        ] {
            check(Leaning::Closing, &[(text, "")]);
        }
    }

    #[test]
    fn opening_and_closing_are_told_apart() {
        let roles = |text: &str| -> String {
            times(text, Leaning::Office).iter().map(|time| format!("{:?} {}", time.value.role, time.value.normal())).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(roles("We open at 9 and close at 5."), "Opens 09:00, Closes 17:00");
        assert_eq!(roles("nine to five"), "Opens 09:00, Closes 17:00");
        assert_eq!(roles("We're open 9-5."), "Opens 09:00, Closes 17:00");
        assert_eq!(roles("from 5 to 11 p.m."), "Opens 17:00, Closes 23:00");
        assert_eq!(roles("9 a.m. to 9 p.m."), "Opens 09:00, Closes 21:00");
        assert_eq!(roles("we're open until nine"), "Closes 21:00");
        assert_eq!(roles("we're closed until nine"), "Opens 09:00");
        assert_eq!(roles("nine is our closing time"), "Closes 21:00");
        assert_eq!(roles("no, not nine, ten"), "Unsaid 10:00");
        assert_eq!(roles("eleven until midnight"), "Opens 11:00, Closes 00:00");
        let hours = hours("Sure, we open at 9 and close at 5 p.m. on weekdays").unwrap();
        assert_eq!(hours.quote, "9 and close at 5 p.m.");
        assert_eq!((hours.value.0.normal(), hours.value.1.normal()), ("09:00".to_owned(), "17:00".to_owned()));
    }
}
