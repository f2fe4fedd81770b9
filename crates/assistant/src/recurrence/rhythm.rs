//! How often, and at which hour, as a person writes it: "week on mon 10:00", "2 weeks on tue,fri 9:30", "month on last fri 12:00".

use std::fmt;
use std::str::FromStr;

use super::{Every, GivenRecurrence, Recurrence, RecurrenceError};

/// How often, and at which hour.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rhythm {
    /// How often.
    pub every: Every,
    /// At which minute of the user's day: 0 to 1439.
    pub minute: u16,
}

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const ORDINALS: [&str; 4] = ["first", "second", "third", "fourth"];

impl Rhythm {
    /// Returns the recurrence in a zone from a day on, `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`RecurrenceError`].
    pub fn from(self, day: &str, zone: &str, until: Option<telephony::Timestamp>) -> Result<Recurrence, RecurrenceError> {
        let Self { every, minute } = self;
        Recurrence::new(GivenRecurrence { from: day.to_owned(), every, minute, zone: zone.to_owned(), until })
    }
}

impl FromStr for Rhythm {
    type Err = RecurrenceError;

    fn from_str(text: &str) -> Result<Self, RecurrenceError> {
        read(text).ok_or_else(|| RecurrenceError::NoRhythm { text: text.trim().to_owned() })
    }
}

fn read(text: &str) -> Option<Rhythm> {
    let lower = text.to_lowercase();
    let mut words: Vec<&str> = lower.split_whitespace().filter(|word| !["at", "the", "every"].contains(word)).collect();
    let minute = minute(words.pop()?)?;
    let count = match words.first()?.parse::<u16>() {
        Ok(count) => {
            words.remove(0);
            count
        }
        Err(_) => 1,
    };
    let unit = words.first()?.trim_end_matches('s');
    let on = match words.get(1..)? {
        [] => None,
        ["on", rest @ ..] if !rest.is_empty() => Some(rest),
        _ => return None,
    };
    let every = match (unit, on) {
        ("day", None) => Every::Days(count),
        ("weekday", None) if count == 1 => Every::Weeks { every: 1, on: (0..5).collect() },
        ("week", Some(days)) => {
            let days = days.join(",");
            let mut on = days.split(',').filter(|day| !day.is_empty()).map(weekday).collect::<Option<Vec<u8>>>()?;
            on.sort_unstable();
            on.dedup();
            Every::Weeks { every: count, on }
        }
        ("month", Some(["last", "day"])) => Every::MonthDay { every: count, day: 31 },
        ("month", Some([day])) => Every::MonthDay { every: count, day: day.trim_end_matches('.').parse().ok()? },
        ("month", Some([which, day])) => Every::MonthWeekday { every: count, which: ordinal(which)?, weekday: weekday(day)? },
        _ => return None,
    };
    Some(Rhythm { every, minute })
}

/// Reads `10:00`.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        let fits = digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (hour, minute) = (digits(hour, 1..=2)?, digits(minute, 2..=2)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// Reads `mon`, `monday` or `mondays`.
fn weekday(text: &str) -> Option<u8> {
    let day = text.strip_suffix('s').filter(|day| day.ends_with("day")).unwrap_or(text);
    let place = WEEKDAYS.iter().position(|known| day.len() >= 2 && known.starts_with(day))?;
    u8::try_from(place).ok()
}

fn ordinal(text: &str) -> Option<i8> {
    if text == "last" {
        return Some(-1);
    }
    let place = ORDINALS.iter().position(|known| *known == text)?;
    i8::try_from(place + 1).ok()
}

/// As it is read, so that what is shown can be typed again.
impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = |count: u16, unit: &str| if count == 1 { unit.to_owned() } else { format!("{count} {unit}s") };
        let day = |day: u8| WEEKDAYS.get(usize::from(day)).map_or("?", |day| &day[..3]);
        match &self.every {
            Every::Days(every) => f.write_str(&unit(*every, "day"))?,
            Every::Weeks { every, on } => {
                let days: Vec<&str> = on.iter().map(|on| day(*on)).collect();
                write!(f, "{} on {}", unit(*every, "week"), days.join(","))?;
            }
            Every::MonthDay { every, day: 31 } => write!(f, "{} on last day", unit(*every, "month"))?,
            Every::MonthDay { every, day } => write!(f, "{} on {day}", unit(*every, "month"))?,
            Every::MonthWeekday { every, which, weekday } => {
                let which = usize::try_from(*which - 1).ok().and_then(|place| ORDINALS.get(place)).unwrap_or(&"last");
                write!(f, "{} on {which} {}", unit(*every, "month"), day(*weekday))?;
            }
        }
        write!(f, " {:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}

impl Recurrence {
    /// Returns how often, and at which hour.
    pub fn rhythm(&self) -> Rhythm {
        Rhythm { every: self.0.every.clone(), minute: self.0.minute }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_shown_alike() {
        for (text, shown) in [
            ("day 10:00", "day 10:00"),
            ("every 3 days at 9:30", "3 days 09:30"),
            ("weekday 08:15", "week on mon,tue,wed,thu,fri 08:15"),
            ("week on mon 10:00", "week on mon 10:00"),
            ("Week on Monday, Thursday 10:00", "week on mon,thu 10:00"),
            ("2 weeks on fri,tue 23:59", "2 weeks on tue,fri 23:59"),
            ("month on 15 10:00", "month on 15 10:00"),
            ("month on the last day 10:00", "month on last day 10:00"),
            ("3 months on 31 0:00", "3 months on last day 00:00"),
            ("month on second tue 10:00", "month on second tue 10:00"),
            ("2 months on last friday 10:00", "2 months on last fri 10:00"),
        ] {
            let rhythm: Rhythm = text.parse().unwrap();
            assert_eq!(rhythm.to_string(), shown);
            assert_eq!(shown.parse(), Ok(rhythm), "{shown}");
        }
    }

    #[test]
    fn what_is_no_rhythm_is_refused_with_an_example() {
        for text in ["", "10:00", "day", "day 24:00", "day 10:60", "day 1000", "week 10:00", "week on 10:00", "week on m 10:00", "week on any 10:00"]
        {
            let error = text.parse::<Rhythm>().unwrap_err();
            assert_eq!(error.code(), "schedule.recurrence", "{text}");
            assert!(error.to_string().contains("week on mon 10:00"), "{error}");
        }
        for text in
            ["month on fifth tue 10:00", "month 10:00", "fortnight 10:00", "-2 days 10:00", "day on mon 10:00", "2 weekdays 10:00", "day +1:00"]
        {
            assert!(text.parse::<Rhythm>().is_err(), "{text}");
        }
        let rhythm: Rhythm = "400 days 10:00".parse().unwrap();
        assert!(rhythm.from("2026-11-02", "America/New_York", None).is_err(), "ranges are the recurrence's");
    }
}
