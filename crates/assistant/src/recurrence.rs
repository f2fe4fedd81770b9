//! Errands that come back: every day, every second Tuesday, on the last of the month.
//!
//! Says on which days, at the user's hour and in the user's zone; each occurrence becomes a task of its own, with its own
//! receipt and approval ([`crate::series`]). A person writes it as a [`Rhythm`].

mod rhythm;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use telephony::Timestamp;
use thiserror::Error;

use crate::codes;
use crate::compliance::place::time_zone;

pub use rhythm::Rhythm;

/// An errand that comes back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "GivenRecurrence", into = "GivenRecurrence")]
pub struct Recurrence(GivenRecurrence);

/// A recurrence as it is given. [`Recurrence::new`] checks it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GivenRecurrence {
    /// The day of the first occurrence, or one before it: what "every second" counts from. `YYYY-MM-DD`.
    pub from: String,
    /// How often.
    pub every: Every,
    /// At which minute of the user's day: 0 to 1439.
    pub minute: u16,
    /// The user's IANA time zone.
    pub zone: String,
    /// No occurrence at or after this moment.
    pub until: Option<Timestamp>,
}

/// How often.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Every so many days: 1 to 366.
    Days(u16),
    /// On these weekdays, 0 (Monday) to 6, of every so many weeks: 1 to 52.
    Weeks {
        /// Every how many weeks.
        every: u16,
        /// On which weekdays.
        on: Vec<u8>,
    },
    /// On this day of every so many months, 1 to 12; months that are too short have it on their last day.
    MonthDay {
        /// Every how many months.
        every: u16,
        /// 1 to 31.
        day: u8,
    },
    /// On the first to fourth (1 to 4) or last (-1) such weekday of every so many months.
    MonthWeekday {
        /// Every how many months.
        every: u16,
        /// Which.
        which: i8,
        /// 0 (Monday) to 6.
        weekday: u8,
    },
}

/// Why a recurrence cannot be taken.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum RecurrenceError {
    /// A number outside its range.
    #[error("{what} must be {range}")]
    OutOfRange {
        /// Which.
        what: &'static str,
        /// From where to where.
        range: &'static str,
    },
    /// Not a day.
    #[error("\"{from}\" is no day; write year, month and day, for example 2026-11-25")]
    NoDay {
        /// What was given.
        from: String,
    },
    /// Not a zone.
    #[error("there is no time zone \"{zone}\"; write its IANA name, for example America/Chicago")]
    NoZone {
        /// What was given.
        zone: String,
    },
    /// Not how often and when.
    #[error(
        "\"{text}\" does not say how often and when; write \"day 10:00\", \"weekday 10:00\", \"week on mon 10:00\", \"2 weeks on tue,fri 9:30\", \
         \"month on 15 10:00\", \"month on last day 10:00\" or \"month on second tue 10:00\""
    )]
    NoRhythm {
        /// What was given.
        text: String,
    },
}

impl RecurrenceError {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        codes::SCHEDULE_RECURRENCE.code
    }
}

impl Recurrence {
    /// Takes a recurrence as it was given.
    ///
    /// # Errors
    /// [`RecurrenceError`].
    pub fn new(given: GivenRecurrence) -> Result<Self, RecurrenceError> {
        let within =
            |what, value: u16, most: u16, range| if (1..=most).contains(&value) { Ok(()) } else { Err(RecurrenceError::OutOfRange { what, range }) };
        match &given.every {
            Every::Days(every) => within("the number of days", *every, 366, "1 to 366")?,
            Every::Weeks { every, on } => {
                within("the number of weeks", *every, 52, "1 to 52")?;
                if on.is_empty() || on.iter().any(|day| *day > 6) {
                    return Err(RecurrenceError::OutOfRange { what: "the weekdays", range: "one or more of 0 (Monday) to 6 (Sunday)" });
                }
            }
            Every::MonthDay { every, day } => {
                within("the number of months", *every, 12, "1 to 12")?;
                within("the day of the month", u16::from(*day), 31, "1 to 31")?;
            }
            Every::MonthWeekday { every, which, weekday } => {
                within("the number of months", *every, 12, "1 to 12")?;
                if !matches!(which, 1..=4 | -1) || *weekday > 6 {
                    return Err(RecurrenceError::OutOfRange {
                        what: "the weekday of the month",
                        range: "the first to fourth or last (-1) of 0 (Monday) to 6 (Sunday)",
                    });
                }
            }
        }
        if given.minute > 1_439 {
            return Err(RecurrenceError::OutOfRange { what: "the minute of the day", range: "0 to 1439" });
        }
        if given.from.parse::<Date>().is_err() {
            return Err(RecurrenceError::NoDay { from: given.from });
        }
        if time_zone(&given.zone).is_none() {
            return Err(RecurrenceError::NoZone { zone: given.zone });
        }
        Ok(Self(given))
    }

    /// Returns the first occurrence after a moment; `None` if there is none any more.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        self.following(after).filter(|found| self.0.until.is_none_or(|until| *found < until))
    }

    /// Returns the same as if it had no end.
    pub fn following(&self, after: Timestamp) -> Option<Timestamp> {
        let zone = time_zone(&self.0.zone)?;
        let from: Date = self.0.from.parse().ok()?;
        let after = jiff::Timestamp::from_millisecond(after.as_millis()).ok()?;
        let mut day = zone.to_datetime(after).date().max(from);
        // The rarest occurrence is yearly; five years pass over every leap day.
        for _ in 0..5 * 366 {
            if self.falls_on(day, from) {
                let local = day.at(0, 0, 0, 0).checked_add(i64::from(self.0.minute).minutes()).ok()?;
                let at = zone.to_ambiguous_timestamp(local).compatible().ok()?;
                let found = Timestamp(at.as_millisecond());
                if at > after {
                    return Some(found);
                }
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// Returns after which moment nothing occurs any more, if it has an end.
    pub const fn until(&self) -> Option<Timestamp> {
        self.0.until
    }

    fn falls_on(&self, day: Date, from: Date) -> bool {
        let days = day.since(from).map_or(-1, |span| span.get_days());
        if days < 0 {
            return false;
        }
        let months = i32::from(day.year() - from.year()) * 12 + i32::from(day.month()) - i32::from(from.month());
        let is_nth = |count: i32, every: u16| count % i32::from(every) == 0;
        match &self.0.every {
            Every::Days(every) => is_nth(days, *every),
            Every::Weeks { every, on } => {
                // Weeks begin on Monday, so "every second week on Monday and Friday" keeps both in one week.
                let first_monday = i32::from(from.weekday().to_monday_zero_offset());
                let weekday = day.weekday().to_monday_zero_offset().unsigned_abs();
                is_nth((days + first_monday) / 7, *every) && on.contains(&weekday)
            }
            Every::MonthDay { every, day: wanted } => {
                let last = day.days_in_month();
                is_nth(months, *every) && day.day() == i8::try_from(*wanted).unwrap_or(31).min(last)
            }
            Every::MonthWeekday { every, which, weekday } => {
                let weekday = Weekday::from_monday_zero_offset(i8::try_from(*weekday).unwrap_or(0));
                let wanted = weekday.and_then(|weekday| day.nth_weekday_of_month(*which, weekday));
                is_nth(months, *every) && wanted.is_ok_and(|wanted| wanted == day)
            }
        }
    }
}

impl TryFrom<GivenRecurrence> for Recurrence {
    type Error = RecurrenceError;

    fn try_from(given: GivenRecurrence) -> Result<Self, RecurrenceError> {
        Self::new(given)
    }
}

impl From<Recurrence> for GivenRecurrence {
    fn from(recurrence: Recurrence) -> Self {
        recurrence.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recurrence(every: Every) -> GivenRecurrence {
        GivenRecurrence { from: "2026-11-02".into(), every, minute: 600, zone: "America/New_York".into(), until: None }
    }

    /// Returns the next occurrences after 2026-11-02 08:00 in New York, as local times.
    fn next(given: GivenRecurrence, count: usize) -> Vec<String> {
        let recurrence = Recurrence::new(given).unwrap();
        let mut at = Timestamp("2026-11-02T13:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let mut found = Vec::new();
        while let Some(next) = recurrence.next_after(at).filter(|_| found.len() < count) {
            let local = time_zone("America/New_York").unwrap().to_datetime(jiff::Timestamp::from_millisecond(next.0).unwrap());
            found.push(local.strftime("%a %Y-%m-%d %H:%M").to_string());
            at = next;
        }
        found
    }

    #[test]
    fn days_weeks_and_months_come_back() {
        assert_eq!(next(recurrence(Every::Days(10)), 3), ["Mon 2026-11-02 10:00", "Thu 2026-11-12 10:00", "Sun 2026-11-22 10:00"]);
        let weeks = Every::Weeks { every: 2, on: vec![0, 4] };
        assert_eq!(next(recurrence(weeks), 4), ["Mon 2026-11-02 10:00", "Fri 2026-11-06 10:00", "Mon 2026-11-16 10:00", "Fri 2026-11-20 10:00"]);
        let last = Every::MonthDay { every: 1, day: 31 };
        assert_eq!(next(recurrence(last), 4), ["Mon 2026-11-30 10:00", "Thu 2026-12-31 10:00", "Sun 2027-01-31 10:00", "Sun 2027-02-28 10:00"]);
        let tuesday = Every::MonthWeekday { every: 3, which: 2, weekday: 1 };
        assert_eq!(next(recurrence(tuesday), 2), ["Tue 2026-11-10 10:00", "Tue 2027-02-09 10:00"]);
        let friday = Every::MonthWeekday { every: 1, which: -1, weekday: 4 };
        assert_eq!(next(recurrence(friday), 1), ["Fri 2026-11-27 10:00"]);
    }

    #[test]
    fn the_hour_stays_when_the_clock_changes() {
        let spring = GivenRecurrence { from: "2026-03-06".into(), ..recurrence(Every::Days(1)) };
        let recurrence = Recurrence::new(spring).unwrap();
        let utc = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        assert_eq!(recurrence.next_after(utc("2026-03-07T00:00:00Z")), Some(utc("2026-03-07T15:00:00Z")));
        assert_eq!(recurrence.next_after(utc("2026-03-08T00:00:00Z")), Some(utc("2026-03-08T14:00:00Z")));
    }

    /// Clocks in New York leave out 02:00 to 03:00 on 2026-03-08 and have 01:00 to 02:00 twice on 2026-11-01.
    #[test]
    fn an_hour_that_is_left_out_comes_later_and_one_that_comes_twice_rings_once() {
        let utc = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let at = |from: &str, minute| Recurrence::new(GivenRecurrence { from: from.into(), minute, ..recurrence(Every::Days(1)) }).unwrap();
        let spring = at("2026-03-07", 150);
        let first = spring.next_after(utc("2026-03-07T12:00:00Z")).unwrap();
        assert_eq!(first, utc("2026-03-08T07:30:00Z"), "03:30, for there is no 02:30");
        assert_eq!(spring.next_after(first), Some(utc("2026-03-09T06:30:00Z")));
        let autumn = at("2026-10-31", 90);
        let first = autumn.next_after(utc("2026-10-31T12:00:00Z")).unwrap();
        assert_eq!(first, utc("2026-11-01T05:30:00Z"), "the first 01:30");
        assert_eq!(autumn.next_after(first), Some(utc("2026-11-02T06:30:00Z")), "not the second one");
    }

    #[test]
    fn an_end_ends_it() {
        let until = Timestamp("2026-11-12T15:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let ended = GivenRecurrence { until: Some(until), ..recurrence(Every::Days(10)) };
        assert_eq!(next(ended, 5), ["Mon 2026-11-02 10:00"]);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_range() {
        let error = |given| Recurrence::new(given).unwrap_err();
        let wrong = [
            recurrence(Every::Days(0)),
            recurrence(Every::Days(367)),
            recurrence(Every::Weeks { every: 1, on: vec![] }),
            recurrence(Every::Weeks { every: 1, on: vec![7] }),
            recurrence(Every::MonthDay { every: 1, day: 32 }),
            recurrence(Every::MonthWeekday { every: 1, which: 5, weekday: 0 }),
            GivenRecurrence { minute: 1_440, ..recurrence(Every::Days(1)) },
            GivenRecurrence { from: "tomorrow".into(), ..recurrence(Every::Days(1)) },
            GivenRecurrence { zone: "Mars/Base".into(), ..recurrence(Every::Days(1)) },
        ];
        for given in wrong {
            assert_eq!(error(given.clone()).code(), "schedule.recurrence", "{given:?}");
        }
        assert_eq!(error(recurrence(Every::Days(0))).to_string(), "the number of days must be 1 to 366");
        let kept = serde_json::to_string(&Recurrence::new(recurrence(Every::Days(1))).unwrap()).unwrap();
        assert!(serde_json::from_str::<Recurrence>(&kept).is_ok());
        assert!(serde_json::from_str::<Recurrence>(&kept.replace("600", "6000")).is_err());
    }
}
