//! A calendar month: "2026-11", from its first moment to the next month's, in universal time.
//!
//! Universal time, because carriers bill by it; near midnight a call may therefore stand in the neighbour month.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use telephony::Timestamp;
use thiserror::Error;

/// A calendar month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Month {
    first: Date,
}

/// The text names no month between 1970-01 and 9998-12.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("write a month as 2026-11")]
pub struct NoMonth;

impl Month {
    /// Reads `2026-11`.
    ///
    /// # Errors
    /// [`NoMonth`].
    pub fn parse(text: &str) -> Result<Self, NoMonth> {
        let (year, month) = text.trim().split_once('-').ok_or(NoMonth)?;
        let is_digits = |part: &str, digits| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(year, 4) || !is_digits(month, 2) {
            return Err(NoMonth);
        }
        let year: i16 = year.parse().map_err(|_| NoMonth)?;
        let first = Date::new(year, month.parse().map_err(|_| NoMonth)?, 1).map_err(|_| NoMonth)?;
        if (1970..=9998).contains(&year) { Ok(Self { first }) } else { Err(NoMonth) }
    }

    /// Returns the month in which a moment lies; of moments before 1970 or after 9998 the nearest that there is.
    pub fn of(at: Timestamp) -> Self {
        let moment = jiff::Timestamp::from_millisecond(at.as_millis().max(0)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let day = TimeZone::UTC.to_datetime(moment).date().min(date(9998, 12, 1));
        Self { first: day.first_of_month() }
    }

    /// Returns its first moment.
    pub fn since(self) -> Timestamp {
        Timestamp(midnight(self.first))
    }

    /// Returns the next month's first moment.
    pub fn until(self) -> Timestamp {
        Timestamp(midnight(self.first.saturating_add(1.month())))
    }
}

fn midnight(day: Date) -> i64 {
    day.to_zoned(TimeZone::UTC).map_or(0, |zoned| zoned.timestamp().as_millisecond())
}

/// `2026-11`.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn a_month_reaches_to_the_next_one() {
        for (text, since, until) in [
            ("2026-11", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2028-02", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"),
        ] {
            let month = Month::parse(text).unwrap();
            assert_eq!((month.since().0, month.until().0), (millis(since), millis(until)), "{text}");
            assert_eq!((Month::of(month.since()), Month::of(Timestamp(month.until().0 - 1))), (month, month));
            assert_eq!(month.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for text in ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "2026-11-01", "+026-11", "1969-12", "9999-01", "２０２６-11"] {
            assert_eq!(Month::parse(text), Err(NoMonth), "{text}");
        }
        assert_eq!(Month::of(Timestamp(i64::MAX)).to_string(), "1970-01");
        assert_eq!(Month::of(Timestamp(-1)).to_string(), "1970-01");
    }
}
