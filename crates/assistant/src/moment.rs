//! Moments as people write them: read in the zone of whoever wrote them, shown in the zone of whoever reads them.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use telephony::Timestamp;
use thiserror::Error;

use crate::codes;
use crate::compliance::place::time_zone;

/// A text is no moment, or its zone is none.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum MomentError {
    /// Not a moment.
    #[error("\"{text}\" is no moment; write 2026-11-30 09:30, 09:30, 2026-11-30T09:30:00-05:00, or +90m, +2h, +3d from now")]
    NoMoment {
        /// What was given.
        text: String,
    },
    /// Not a zone.
    #[error("there is no time zone \"{zone}\"; write its IANA name, for example America/Chicago")]
    NoZone {
        /// What was given.
        zone: String,
    },
}

impl MomentError {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoMoment { .. } => codes::SCHEDULE_MOMENT.code,
            Self::NoZone { .. } => codes::TASK_TIME_ZONE.code,
        }
    }
}

/// Reads a moment as a person in `zone` writes it: day and hour, an hour (the next time that it is that late), a day (its beginning),
/// a moment with its own offset, or a span from now.
///
/// An hour that a change of clocks leaves out is the one after it; one that comes twice is the first.
///
/// # Errors
/// [`MomentError`].
pub fn read(text: &str, zone: &str, now: Timestamp) -> Result<Timestamp, MomentError> {
    let tz = zone_of(zone)?;
    let text = text.trim();
    let wrong = || MomentError::NoMoment { text: text.to_owned() };
    if let Some(span) = text.strip_prefix('+') {
        return span_of(span).map(|span| now + span).ok_or_else(wrong);
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp(at.as_millisecond()));
    }
    let local = |at: DateTime| tz.to_ambiguous_timestamp(at).compatible().ok().map(|at| Timestamp(at.as_millisecond()));
    if let Some((day, hour)) = text.split_once(['T', ' ']) {
        let at = day.parse::<Date>().ok().zip(clock(hour)).map(|(day, hour)| day.to_datetime(hour));
        return at.and_then(local).ok_or_else(wrong);
    }
    if let Ok(day) = text.parse::<Date>() {
        return local(day.to_datetime(Time::midnight())).ok_or_else(wrong);
    }
    let hour = clock(text).ok_or_else(wrong)?;
    let today = tz.to_datetime(instant(now)).date();
    let tomorrow = today.tomorrow().ok();
    let days = [Some(today), tomorrow].into_iter().flatten();
    days.filter_map(|day| local(day.to_datetime(hour))).find(|at| *at > now).ok_or_else(wrong)
}

/// Returns a moment for people: "Mon 2026-11-30 09:30" in their zone; in UTC, and saying so, if there is no such zone.
pub fn show(at: Timestamp, zone: &str) -> String {
    let (tz, ending) = time_zone(zone).map_or((TimeZone::UTC, " UTC"), |tz| (tz, if zone == "UTC" { " UTC" } else { "" }));
    let local = tz.to_datetime(instant(at));
    format!("{}{ending}", local.strftime("%a %Y-%m-%d %H:%M"))
}

/// Returns the day of a moment in a zone: `2026-11-30`.
///
/// # Errors
/// [`MomentError::NoZone`].
pub fn day(at: Timestamp, zone: &str) -> Result<String, MomentError> {
    Ok(zone_of(zone)?.to_datetime(instant(at)).date().to_string())
}

/// Returns a moment for machines and files: `2026-11-30T14:30:00Z`.
pub fn show_exact(at: Timestamp) -> String {
    instant(at).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn zone_of(zone: &str) -> Result<TimeZone, MomentError> {
    time_zone(zone).ok_or_else(|| MomentError::NoZone { zone: zone.to_owned() })
}

/// Reads `09:30` or `09:30:15`.
fn clock(text: &str) -> Option<Time> {
    let mut parts = text.trim().split(':');
    let mut part = || parts.next().filter(|part| part.len() <= 2 && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let (hour, minute) = (part()?, part()?);
    let second = part().unwrap_or("0");
    if parts.next().is_some() {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?, 0).ok()
}

/// Reads `90m`, `2h` or `3d`: at most a year.
fn span_of(text: &str) -> Option<Duration> {
    let unit = match text.chars().last()? {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let count: u64 = text[..text.len() - 1].parse().ok()?;
    let seconds = count.checked_mul(unit).filter(|seconds| *seconds <= 366 * 86_400)?;
    Some(Duration::from_secs(seconds))
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    // Moments beyond jiff's range (the year 9999) cannot come from a clock; they are treated as its beginning, 1970.
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24, noon in New York.
    const NOON: Timestamp = Timestamp(1_795_539_600_000);

    #[test]
    fn moments_are_read_in_the_writers_zone_and_shown_in_the_readers() {
        let table = [
            ("2026-11-30 09:30", "Mon 2026-11-30 09:30"),
            ("2026-11-30T09:30", "Mon 2026-11-30 09:30"),
            ("2026-11-30T09:30:00-05:00", "Mon 2026-11-30 09:30"),
            ("2026-11-30T14:30:00Z", "Mon 2026-11-30 09:30"),
            ("2026-11-30", "Mon 2026-11-30 00:00"),
            ("15:00", "Tue 2026-11-24 15:00"),
            ("09:30", "Wed 2026-11-25 09:30"),
            ("12:00", "Wed 2026-11-25 12:00"),
            ("+90m", "Tue 2026-11-24 13:30"),
            ("+2h", "Tue 2026-11-24 14:00"),
            ("+3d", "Fri 2026-11-27 12:00"),
            ("2027-03-14 02:30", "Sun 2027-03-14 03:30"),
        ];
        for (text, expected) in table {
            let at = read(text, "America/New_York", NOON).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(show(at, "America/New_York"), expected, "{text}");
        }
        assert_eq!(show(NOON, "Europe/Berlin"), "Tue 2026-11-24 18:00");
        assert_eq!(show(NOON, "UTC"), "Tue 2026-11-24 17:00 UTC");
        assert_eq!(show(NOON, "Nowhere/Town"), "Tue 2026-11-24 17:00 UTC");
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "tomorrow", "25:00", "9", "2026-13-01", "+", "+5", "+5x", "+999999999999d", "2026-11-30 9", "09:30:00:00", "+é"] {
            let error = read(text, "America/New_York", NOON).unwrap_err();
            assert_eq!(error.code(), "schedule.moment", "{text}");
        }
        assert_eq!(read("09:30", "Mars/Base", NOON).unwrap_err().code(), "task.time_zone");
    }
}
