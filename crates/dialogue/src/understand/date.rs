//! Days: "today", "tomorrow", "Friday", "next Tuesday", "November 27th", "the 27th", "11/27", "in three days".
//!
//! All are resolved to a calendar day from the callee's own today, so that "Friday" can be read back with its date.

use serde::{Deserialize, Serialize};

use super::Heard;
use super::number;
use super::words::Words;
use crate::brief::LocalTime;

/// A calendar day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Day {
    /// Four digits.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// Monday first.
pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// January first.
pub const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl Day {
    /// Returns the day of a moment.
    pub fn of(time: LocalTime) -> Self {
        Self { year: time.year, month: time.month, day: time.day }
    }

    /// Returns the day if the calendar has it.
    pub fn new(year: i16, month: u8, day: u8) -> Option<Self> {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + u8::from(is_leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        ((1..=length).contains(&day) && (1900..=2200).contains(&year)).then_some(Self { year, month, day })
    }

    /// Returns the normal form, "2026-11-27".
    pub fn normal(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// Reads the normal form.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || year.len() != 4 || month.len() != 2 || day.len() != 2 {
            return None;
        }
        Self::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
    }

    /// Returns 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        u8::try_from((self.number() + 3).rem_euclid(7)).unwrap_or(0)
    }

    /// Returns the day this many days later.
    pub fn plus(self, days: i64) -> Self {
        Self::from_number(self.number() + days)
    }

    /// Days since 1970-01-01, by the proleptic Gregorian calendar: years of 365.2425 days that begin in March.
    fn number(self) -> i64 {
        let shifted_year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let day_of_year = (153 * ((i64::from(self.month) + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
    }

    fn from_number(number: i64) -> Self {
        let shifted = number + 719_468;
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_of_year = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_of_year + 2) / 5 + 1;
        let month = if month_of_year < 10 { month_of_year + 3 } else { month_of_year - 9 };
        let year = year_of_era + shifted.div_euclid(146_097) * 400 + i64::from(month <= 2);
        Self { year: i16::try_from(year).unwrap_or(i16::MAX), month: u8::try_from(month).unwrap_or(1), day: u8::try_from(day).unwrap_or(1) }
    }
}

/// Returns all days in a text, in order.
pub fn dates(text: &str, today: Day) -> Vec<Heard<Day>> {
    let words = Words::of(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match day_at(&words, at, today) {
            Some((day, to, confidence)) => {
                found.push(Heard { value: day, quote: words.quote(at, to), confidence });
                at = to;
            }
            None => at += 1,
        }
    }
    merge_weekday_with_date(text, found)
}

/// "Friday, November 27th" is one day, said twice: the date counts, the weekday is part of its quote.
fn merge_weekday_with_date(text: &str, found: Vec<Heard<Day>>) -> Vec<Heard<Day>> {
    let mut merged: Vec<Heard<Day>> = Vec::new();
    for day in found {
        if let Some(last) = merged.last_mut() {
            let both = [", ", " ", ", the ", " the "]
                .iter()
                .map(|between| format!("{}{between}{}", last.quote, day.quote))
                .find(|both| text.contains(both.as_str()));
            if let Some(both) = both.filter(|_| day.value.weekday() == last.value.weekday()) {
                let confidence = day.confidence.max(95);
                *last = Heard { value: day.value, quote: both, confidence };
                continue;
            }
        }
        merged.push(day);
    }
    merged
}

/// Returns the weekday a word names, 0 for Monday.
pub fn weekday(word: &str) -> Option<u8> {
    let word = word.strip_suffix("'s").unwrap_or(word);
    let singular = word.strip_suffix('s').filter(|short| short.ends_with("day")).unwrap_or(word);
    Some(match singular {
        "monday" | "mon" => 0,
        "tuesday" | "tues" | "tue" => 1,
        "wednesday" | "wensday" | "weds" => 2,
        "thursday" | "thurs" | "thur" | "thu" => 3,
        "friday" | "fri" => 4,
        "saturday" => 5,
        "sunday" => 6,
        _ => return None,
    })
}

fn month(word: &str) -> Option<u8> {
    if word == "sept" {
        return Some(9);
    }
    MONTHS
        .iter()
        .position(|month| month.eq_ignore_ascii_case(word) || (word.len() == 3 && month[..3].eq_ignore_ascii_case(word)))
        .and_then(|place| u8::try_from(place + 1).ok())
}

fn day_at(words: &Words<'_>, at: usize, today: Day) -> Option<(Day, usize, u8)> {
    relative(words, at, today)
        .or_else(|| named(words, at, today))
        .or_else(|| calendar(words, at, today))
        .or_else(|| slashed(words, at, today))
        .or_else(|| day_of_month(words, at, today))
}

fn relative(words: &Words<'_>, at: usize, today: Day) -> Option<(Day, usize, u8)> {
    for phrase in ["the day after tomorrow", "day after tomorrow"] {
        if words.has_at(phrase, at) {
            return Some((today.plus(2), at + phrase.split(' ').count(), 95));
        }
    }
    for phrase in ["a week from today", "one week from today", "a week today"] {
        if words.has_at(phrase, at) {
            return Some((today.plus(7), at + phrase.split(' ').count(), 90));
        }
    }
    match words.at(at) {
        "today" | "tonight" | "today's" | "tonight's" => return Some((today, at + 1, 95)),
        "this" if matches!(words.at(at + 1), "morning" | "afternoon" | "evening") => return Some((today, at + 2, 95)),
        "tomorrow" | "tomorrow's" => return Some((today.plus(1), at + 1, 95)),
        "in" => {}
        _ => return None,
    }
    let count = match words.at(at + 1) {
        "a" => number::Number { value: 1, to: at + 2 },
        _ => number::below_hundred(words, at + 1)?,
    };
    match words.at(count.to) {
        "day" | "days" => Some((today.plus(i64::from(count.value)), count.to + 1, 85)),
        "week" | "weeks" => Some((today.plus(7 * i64::from(count.value)), count.to + 1, 75)),
        _ => None,
    }
}

fn named(words: &Words<'_>, at: usize, today: Day) -> Option<(Day, usize, u8)> {
    let (is_next, is_week_later, start) = match words.at(at) {
        "next" => (true, false, at + 1),
        "this" | "coming" => (false, false, at + 1),
        "a" if words.has_at("week from", at + 1) => (false, true, at + 3),
        _ => (false, false, at),
    };
    let weekday = weekday(words.at(start))?;
    let ahead = (7 + i64::from(weekday) - i64::from(today.weekday())) % 7;
    let is_this_week = i64::from(weekday) > i64::from(today.weekday());
    let confidence = match (is_next, ahead) {
        (true, _) => 60,
        (false, 0) => 70,
        _ => 90,
    };
    let extra = if is_week_later || (is_next && (is_this_week || ahead == 0)) { 7 } else { 0 };
    Some((today.plus(ahead + extra), start + 1, confidence))
}

/// "November 27th", "November the 27th", "27th of November", "27 November 2026".
fn calendar(words: &Words<'_>, at: usize, today: Day) -> Option<(Day, usize, u8)> {
    let (month, day, to) = if let Some(month) = month(words.at(at)) {
        let day = number::ordinal(words, at + 1 + usize::from(words.at(at + 1) == "the"), true)?;
        (month, day.value, day.to)
    } else {
        let start = at + usize::from(words.at(at) == "the");
        let day = number::ordinal(words, start, true)?;
        let place = day.to + usize::from(words.at(day.to) == "of");
        (month(words.at(place))?, day.value, place + 1)
    };
    let day = u8::try_from(day).ok()?;
    if let Some(year) = number::digits(words.at(to)).filter(|year| (2_000..2_100).contains(year)) {
        return Some((Day::new(i16::try_from(year).ok()?, month, day)?, to + 1, 95));
    }
    upcoming(today, month, day).map(|day| (day, to, 95))
}

/// "11/27" and "11/27/2026": month first, as in the United States.
fn slashed(words: &Words<'_>, at: usize, today: Day) -> Option<(Day, usize, u8)> {
    let slash_behind = |place: usize| {
        let (Some(left), Some(right)) = (words.words.get(place), words.words.get(place + 1)) else { return false };
        words.text.get(left.to..right.from) == Some("/")
    };
    if !slash_behind(at) {
        return None;
    }
    let month = u8::try_from(number::digits(words.at(at))?).ok()?;
    let day = u8::try_from(number::digits(words.at(at + 1))?).ok()?;
    if slash_behind(at + 1) {
        let year = number::digits(words.at(at + 2))?;
        let year = i16::try_from(if year < 100 { 2_000 + year } else { year }).ok()?;
        return Some((Day::new(year, month, day)?, at + 3, 90));
    }
    upcoming(today, month, day).map(|day| (day, at + 2, 85))
}

/// "the 27th", "on the 14": this month's if it is still to come, else the next month's.
fn day_of_month(words: &Words<'_>, at: usize, today: Day) -> Option<(Day, usize, u8)> {
    if words.at(at) != "the" {
        return None;
    }
    let said = number::ordinal(words, at + 1, false);
    let is_guessed = said.is_none();
    let said = said.or_else(|| {
        number::ordinal(
            words,
            at + 1,
            words.before(at, 1) == "on" && words.words.get(at + 1).is_some_and(|word| word.text.starts_with(|c: char| c.is_ascii_digit())),
        )
    })?;
    if !matches!(words.before(at, 1), "on" | "for" | "until" | "by" | "is" | "before" | "after")
        && matches!(words.at(at + 1), "first" | "second" | "third")
    {
        return None;
    }
    let day = u8::try_from(said.value).ok().filter(|day| (1..=31).contains(day))?;
    let (next_year, next_month) = if today.month == 12 { (today.year + 1, 1) } else { (today.year, today.month + 1) };
    let this = Day::new(today.year, today.month, day).filter(|this| *this >= today);
    let found = this.or_else(|| Day::new(next_year, next_month, day))?;
    Some((found, said.to, if is_guessed { 65 } else { 80 }))
}

fn upcoming(today: Day, month: u8, day: u8) -> Option<Day> {
    let this_year = Day::new(today.year, month, day);
    this_year.filter(|found| *found >= today.plus(-30)).or_else(|| Day::new(today.year + 1, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Tuesday.
    const TODAY: Day = Day { year: 2026, month: 11, day: 24 };

    #[test]
    fn days_are_understood_as_people_say_them() {
        let rows = [
            ("today", "2026-11-24 \"today\" 95"),
            ("We close at nine tonight", "2026-11-24 \"tonight\" 95"),
            ("tomorrow at ten", "2026-11-25 \"tomorrow\" 95"),
            ("the day after tomorrow", "2026-11-26 \"the day after tomorrow\" 95"),
            ("on Friday", "2026-11-27 \"Friday\" 90"),
            ("Fridays", "2026-11-27 \"Fridays\" 90"),
            ("this Friday", "2026-11-27 \"this Friday\" 90"),
            ("next Friday", "2026-12-04 \"next Friday\" 60"),
            ("next Monday", "2026-11-30 \"next Monday\" 60"),
            ("Tuesday", "2026-11-24 \"Tuesday\" 70"),
            ("a week from Friday", "2026-12-04 \"a week from Friday\" 90"),
            ("a week from today", "2026-12-01 \"a week from today\" 90"),
            ("in three days", "2026-11-27 \"in three days\" 85"),
            ("in 2 weeks", "2026-12-08 \"in 2 weeks\" 75"),
            ("November 27th", "2026-11-27 \"November 27th\" 95"),
            ("November twenty seventh", "2026-11-27 \"November twenty seventh\" 95"),
            ("November twenty seven", "2026-11-27 \"November twenty seven\" 95"),
            ("the 27th of November", "2026-11-27 \"the 27th of November\" 95"),
            ("27 November 2027", "2027-11-27 \"27 November 2027\" 95"),
            ("January 5", "2027-01-05 \"January 5\" 95"),
            ("Nov 27", "2026-11-27 \"Nov 27\" 95"),
            ("on the 27th", "2026-11-27 \"the 27th\" 80"),
            ("on the 5th", "2026-12-05 \"the 5th\" 80"),
            ("on the 14", "2026-12-14 \"the 14\" 65"),
            ("11/27", "2026-11-27 \"11/27\" 85"),
            ("11/27/2026", "2026-11-27 \"11/27/2026\" 90"),
            ("Friday, November 27th", "2026-11-27 \"Friday, November 27th\" 95"),
            ("Friday the 27th at 3", "2026-11-27 \"Friday the 27th\" 95"),
            ("Wednesday or Thursday", "2026-11-25 \"Wednesday\" 90, 2026-11-26 \"Thursday\" 90"),
            ("this evening", "2026-11-24 \"this evening\" 95"),
        ];
        for (text, expected) in rows {
            let found = dates(text, TODAY);
            let shown: Vec<_> = found.iter().map(|day| format!("{} \"{}\" {}", day.value.normal(), day.quote, day.confidence)).collect();
            assert_eq!(shown.join(", "), expected, "{text}");
            assert!(found.iter().all(|day| text.contains(&day.quote)), "{text}");
        }
    }

    #[test]
    fn other_words_are_no_days() {
        for text in
            ["you may come", "march on", "the first thing", "the second", "nine", "45 dollars", "we sat in the sun", "February 30", "13/45", ""]
        {
            assert_eq!(dates(text, TODAY), Vec::new(), "{text}");
        }
    }

    #[test]
    fn days_and_their_numbers_are_one_to_one() {
        let mut day = Day { year: 1999, month: 12, day: 31 };
        assert_eq!(day.weekday(), 4);
        for _ in 0..3_000 {
            let next = day.plus(1);
            assert!(next > day && Day::new(next.year, next.month, next.day) == Some(next));
            assert_eq!(next.weekday(), (day.weekday() + 1) % 7);
            day = next;
        }
        assert_eq!(Day::parse("2026-11-27").map(Day::normal).as_deref(), Some("2026-11-27"));
        assert_eq!(Day::parse("2026-02-30"), None);
    }
}
