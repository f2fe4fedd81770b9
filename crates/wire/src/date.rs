//! Dates as carriers write them: RFC 2822 (`Tue, 20 Oct 2026 14:03:09 +0000`) and ISO 8601 (`2026-10-20T14:03:09Z`).
//!
//! UTC is written; on reading, an offset is honoured. No leap seconds, no clock.

use std::ops::RangeInclusive;

use telephony::Timestamp;

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MILLIS_PER_DAY: i64 = 86_400_000;

/// Moments of the years 1 to 9999, in milliseconds since the epoch: beyond them the formats have no room.
const WRITABLE: RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// A moment taken apart, UTC.
struct Civil {
    days: i64,
    year: i64,
    month: u32,
    day: u32,
    hour: i64,
    minute: i64,
    second: i64,
    milli: i64,
}

/// Returns the moment as `Tue, 20 Oct 2026 14:03:09 +0000`, whole seconds.
pub fn rfc2822(at: Timestamp) -> String {
    let civil = civil(at);
    let day_name = DAYS[usize::try_from(civil.days.rem_euclid(7)).unwrap_or(0)];
    let month_name = MONTHS[civil.month as usize - 1];
    format!("{day_name}, {:02} {month_name} {:04} {:02}:{:02}:{:02} +0000", civil.day, civil.year, civil.hour, civil.minute, civil.second)
}

/// Returns the moment as `2026-10-20T14:03:09Z`, whole seconds.
pub fn iso8601(at: Timestamp) -> String {
    let civil = civil(at);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second)
}

/// Returns the moment as `2026-10-20T14:03:09.123Z`, as stream callbacks write it.
pub fn iso8601_millis(at: Timestamp) -> String {
    let civil = civil(at);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.milli)
}

/// Reads a moment as [`parse`] does, and leaves out what is less than a second: for filters, which are written in whole seconds.
pub fn parse_second(text: &str) -> Option<Timestamp> {
    let millis = parse(text)?.as_millis();
    Some(Timestamp(millis - millis.rem_euclid(1_000)))
}

/// Reads either form, and a bare day `2026-10-20` as its midnight. `None` for anything else.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.as_bytes().first()?.is_ascii_digit() && text.as_bytes().get(4) == Some(&b'-') {
        return parse_iso8601(text);
    }
    parse_rfc2822(text)
}

fn parse_rfc2822(text: &str) -> Option<Timestamp> {
    let rest = text.split_once(',').map_or(text, |(_, rest)| rest);
    let mut words = rest.split_ascii_whitespace();
    let day: u32 = number(words.next()?)?;
    let month_name = words.next()?;
    let month = u32::try_from(MONTHS.iter().position(|name| name.eq_ignore_ascii_case(month_name))?).ok()? + 1;
    let year: i64 = number(words.next()?)?;
    let day_millis = parse_time(words.next()?)?;
    let offset = match words.next() {
        None | Some("GMT" | "UTC" | "UT" | "Z") => 0,
        Some(zone) => parse_offset(zone)?,
    };
    moment(year, month, day, day_millis - offset)
}

fn parse_iso8601(text: &str) -> Option<Timestamp> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let year: i64 = number(parts.next()?)?;
    let month: u32 = number(parts.next()?)?;
    let day: u32 = number(parts.next()?)?;
    if parts.next().is_some() {
        return None;
    }
    let Some(time) = time else {
        return moment(year, month, day, 0);
    };
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        None => (time, 0),
        Some(at) if time[at..].eq_ignore_ascii_case("z") => (&time[..at], 0),
        Some(at) => (&time[..at], parse_offset(&time[at..])?),
    };
    moment(year, month, day, parse_time(clock)? - offset)
}

/// `14:03:09` or `14:03:09.123` to milliseconds of the day.
fn parse_time(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let hour: i64 = number(parts.next()?)?;
    let minute: i64 = number(parts.next()?)?;
    let seconds = parts.next().unwrap_or("0");
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let second: i64 = number(whole)?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut millis = 0;
    for place in 0..3 {
        let digit = fraction.as_bytes().get(place).copied().unwrap_or(b'0');
        if !digit.is_ascii_digit() {
            return None;
        }
        millis = millis * 10 + i64::from(digit - b'0');
    }
    Some(((hour * 60 + minute) * 60 + second) * 1_000 + millis)
}

/// `+0130` or `+01:30` to milliseconds.
fn parse_offset(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    if digits.len() != 4 {
        return None;
    }
    let hours: i64 = number(digits.get(..2)?)?;
    let minutes: i64 = number(digits.get(2..)?)?;
    Some(sign * (hours * 60 + minutes) * 60_000)
}

/// Reads plain digits; signs and blanks are refused, unlike by `str::parse` alone.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

fn moment(year: i64, month: u32, day: u32, millis_of_day: i64) -> Option<Timestamp> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1..=9_999).contains(&year) {
        return None;
    }
    let millis = days_from_civil(year, month, day) * MILLIS_PER_DAY + millis_of_day;
    // An offset can lead out of the years that the formats have room for.
    WRITABLE.contains(&millis).then_some(Timestamp(millis))
}

/// Days since 1970-01-01 of a day of the proleptic Gregorian calendar; years are counted from March so that the leap day is last.
fn days_from_civil(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil(at: Timestamp) -> Civil {
    let millis = at.as_millis().clamp(*WRITABLE.start(), *WRITABLE.end());
    let days = millis.div_euclid(MILLIS_PER_DAY);
    let of_day = millis.rem_euclid(MILLIS_PER_DAY);
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Civil {
        days,
        year,
        month: u32::try_from(month).unwrap_or(1),
        day: u32::try_from(day).unwrap_or(1),
        hour: of_day / 3_600_000,
        minute: of_day / 60_000 % 60,
        second: of_day / 1_000 % 60,
        milli: of_day % 1_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_name_the_same_moment() {
        let at = Timestamp(1_792_504_989_000);
        assert_eq!(rfc2822(at), "Tue, 20 Oct 2026 14:03:09 +0000");
        assert_eq!(iso8601(at), "2026-10-20T14:03:09Z");
        assert_eq!(iso8601_millis(at), "2026-10-20T14:03:09.000Z");
        assert_eq!(parse("Tue, 20 Oct 2026 14:03:09 +0000"), Some(at));
        assert_eq!(parse("Tue, 20 Oct 2026 16:03:09 +0200"), Some(at));
        assert_eq!(parse("2026-10-20T14:03:09Z"), Some(at));
        assert_eq!(parse("2026-10-20T10:03:09.000-04:00"), Some(at));
        assert_eq!(parse("2026-10-20"), Some(Timestamp(1_792_454_400_000)));
    }

    #[test]
    fn what_is_read_can_be_written() {
        assert_eq!(parse("9999-12-31T23:59:59-01:00"), None);
        assert_eq!(parse("0001-01-01T00:00:00+01:00"), None);
        assert_eq!(parse("9999-12-31T23:59:59.999Z").map(iso8601_millis).as_deref(), Some("9999-12-31T23:59:59.999Z"));
        assert_eq!(parse_second("2026-10-20T14:03:09.999Z").map(iso8601_millis).as_deref(), Some("2026-10-20T14:03:09.000Z"));
        assert_eq!(parse_second("1969-12-31T23:59:59.5Z"), Some(Timestamp(-1_000)));
    }

    #[test]
    fn leap_days_and_the_epoch_are_right() {
        assert_eq!(rfc2822(Timestamp(0)), "Thu, 01 Jan 1970 00:00:00 +0000");
        assert_eq!(iso8601(Timestamp(951_782_400_000)), "2000-02-29T00:00:00Z");
        assert_eq!(parse("2000-02-29T00:00:00Z"), Some(Timestamp(951_782_400_000)));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "soon", "2026-13-01", "2026-10-20T25:00:00Z", "Tue, 20 Foo 2026 14:03:09 +0000", "2026-10-20T14:03:09+2", "20é26-1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
