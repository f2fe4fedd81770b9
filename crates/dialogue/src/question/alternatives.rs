//! What else the user would accept, read from the conditions of the intent: "if not, 8 is fine too", "any time after 3".
//!
//! Held back until it is needed: the callee hears of an alternative only when what was asked for is not to be had.

use crate::understand::clock::{self, Leaning};
use crate::understand::date::{self, Day};
use crate::understand::words::Words;

/// Days and times that would do instead.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Alternatives {
    /// Exact times, in the order they were given.
    pub times: Vec<u16>,
    /// First and last minute of spans that would do.
    pub spans: Vec<(u16, u16)>,
    /// Other days.
    pub days: Vec<Day>,
    /// Any time would do.
    pub any_time: bool,
    /// Any day would do.
    pub any_day: bool,
}

impl Alternatives {
    /// Reads conditions. What they do not allow in words is not allowed.
    pub fn read(conditions: &str, leaning: Leaning, today: Day) -> Self {
        let words = Words::of(conditions);
        let found = clock::times_in(&words, leaning);
        let minutes: Vec<u16> = found.iter().map(|(time, _)| time.value.minute).collect();
        let first = found.first().map_or(0, |(_, place)| *place);
        let before = |word: &str| words.words[..first.min(words.len())].iter().any(|other| other.text == word);
        let is_limit = words.has_any(&["no later than", "not later than", "at the latest", "no earlier than", "not before", "not after"]);
        let mut read = Self { days: date::dates(conditions, today).into_iter().map(|day| day.value).collect(), ..Self::default() };
        read.any_day = words.has_any(&["any day", "another day", "any other day", "day doesn't matter", "flexible on the day"]);
        read.any_time = minutes.is_empty()
            && words.has_any(&["any time", "anytime", "whenever", "another time", "any other time", "time doesn't matter", "flexible"]);
        match minutes[..] {
            [from, to] if before("between") || before("from") || before("anywhere") => read.spans.push((from.min(to), from.max(to))),
            [from] if before("after") || words.has_any(&["or later", "no earlier than", "not before", "onwards"]) => {
                read.spans.push((from, 23 * 60 + 59))
            }
            [to] if before("before") || before("until") || words.has_any(&["or earlier", "no later than", "not later than", "at the latest"]) => {
                read.spans.push((0, to))
            }
            _ if is_limit => {}
            _ => read.times = minutes,
        }
        read
    }

    /// Returns whether an offer would do instead of what was asked for. A part that the offer leaves out stays as asked.
    pub fn allow(&self, offered_day: Option<Day>, offered_time: Option<u16>, asked_day: Option<Day>, asked_time: Option<u16>) -> bool {
        let day_fits = offered_day.is_none_or(|day| Some(day) == asked_day || self.any_day || self.days.contains(&day));
        let time_fits = offered_time.is_none_or(|time| {
            Some(time) == asked_time
                || self.any_time
                || self.times.contains(&time)
                || self.spans.iter().any(|(from, to)| (*from..=*to).contains(&time))
        });
        day_fits && time_fits && (offered_day.is_some() || offered_time.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Day = Day { year: 2026, month: 11, day: 24 };

    #[test]
    fn only_what_the_user_said_is_allowed() {
        let allows =
            |conditions: &str, time: u16| Alternatives::read(conditions, Leaning::Evening, TODAY).allow(None, Some(time * 60), None, Some(19 * 60));
        assert!(allows("if not, 8 p.m. is fine", 20));
        assert!(!allows("if not, 8 p.m. is fine", 21));
        assert!(allows("any time after 6 p.m. is fine", 21));
        assert!(allows("between 6 and 9 p.m. is fine", 20));
        assert!(!allows("between 6 and 9 p.m. is fine", 17));
        assert!(allows("otherwise any time", 11));
        assert!(allows("no later than 8 p.m.", 18));
        assert!(!allows("no later than 8 p.m.", 21));
        assert!(!allows("", 20));
        assert!(allows("", 19));
        let days = Alternatives::read("Saturday works too", Leaning::Office, TODAY);
        assert!(days.allow(Day::new(2026, 11, 28), None, Day::new(2026, 11, 27), None));
        assert!(!days.allow(Day::new(2026, 11, 29), None, Day::new(2026, 11, 27), None));
    }
}
