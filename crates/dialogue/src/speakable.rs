//! Values in normal form turned into the words people say: "21:00" into "9 pm", "$45.50" into "45 dollars and 50 cents".
//!
//! Used when a value is read back to the callee and when the report is read by the user. Digits stay digits where
//! every voice reads them right; what a voice would run together (order numbers, codes) is spelled sign by sign.

use crate::understand::date::{Day, MONTHS, WEEKDAYS};

/// Returns a value of normal form in words; a value in no known form comes back as it is.
pub fn in_words(value: &str) -> String {
    let value = value.trim();
    if let Some((open, close)) = value.split_once('-')
        && let (Some(open), Some(close)) = (time(open), time(close))
    {
        return format!("{open} to {close}");
    }
    if let Some(time) = time(value) {
        return time;
    }
    if let Some(day) = Day::parse(value) {
        return day_in_words(day);
    }
    if let Some((day, clock)) = value.split_once(' ')
        && let (Some(day), Some(clock)) = (Day::parse(day), time(clock))
    {
        return format!("{} at {clock}", day_in_words(day));
    }
    if let Some(price) = price(value) {
        return price;
    }
    if let Some(digits) = value.strip_prefix('+').filter(|digits| is_digits(digits)) {
        return format!("plus {}", phone_digits(digits));
    }
    if is_digits(value) && value.len() >= 5 {
        return if matches!(value.len(), 7 | 10 | 11) { phone_digits(value) } else { spell(value) };
    }
    let is_code = value.len() >= 3
        && value.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase())
        && value.chars().any(|c| c.is_ascii_digit())
        && value.chars().any(|c| c.is_ascii_uppercase());
    if is_code { spell(value) } else { value.to_owned() }
}

/// Returns signs one by one, "AB12" as "A B 1 2", with a pause behind every third sign of a long one.
pub fn spell(value: &str) -> String {
    let signs: Vec<String> = value.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_uppercase().to_string()).collect();
    let is_long = signs.len() > 4;
    signs.chunks(if is_long { 3 } else { 4 }).map(|chunk| chunk.join(" ")).collect::<Vec<_>>().join(", ")
}

/// Returns a day with its weekday: "Friday, November 27".
pub fn day_in_words(day: Day) -> String {
    let weekday = WEEKDAYS.get(usize::from(day.weekday())).copied().unwrap_or_default();
    let month = MONTHS.get(usize::from(day.month).saturating_sub(1)).copied().unwrap_or_default();
    format!("{weekday}, {month} {}", day.day)
}

/// Returns a time of day by the twelve-hour clock: "9 pm", "9:30 pm", "noon", "midnight".
pub fn time_in_words(minute: u16) -> String {
    let (hour, minutes) = (minute / 60 % 24, minute % 60);
    let half = if hour < 12 { "am" } else { "pm" };
    let hour_said = if hour % 12 == 0 { 12 } else { hour % 12 };
    match (hour, minutes) {
        (0, 0) => "midnight".to_owned(),
        (12, 0) => "noon".to_owned(),
        (_, 0) => format!("{hour_said} {half}"),
        _ => format!("{hour_said}:{minutes:02} {half}"),
    }
}

fn time(value: &str) -> Option<String> {
    let (hour, minute) = value.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then(|| time_in_words(hour * 60 + minute))
}

fn price(value: &str) -> Option<String> {
    if let Some((low, high)) = value.split_once('-') {
        let (low, high) = (amount(low)?, amount(high)?);
        let unit = [" dollars", " euros", " pounds"].into_iter().find(|unit| low.ends_with(unit) && high.ends_with(unit));
        let low = unit.and_then(|unit| low.strip_suffix(unit)).unwrap_or(&low);
        return Some(format!("{low} to {high}"));
    }
    amount(value)
}

fn amount(value: &str) -> Option<String> {
    let (one, many) = match value.chars().next()? {
        '$' => ("dollar", "dollars"),
        '€' => ("euro", "euros"),
        '£' => ("pound", "pounds"),
        _ => return None,
    };
    let number = &value[value.chars().next()?.len_utf8()..];
    let (whole, cents) = number.split_once('.').unwrap_or((number, "00"));
    if !is_digits(whole) || cents.len() != 2 || !is_digits(cents) {
        return None;
    }
    let whole_said = format!("{whole} {}", if whole == "1" { one } else { many });
    let cents_said = format!("{} cents", cents.trim_start_matches('0'));
    Some(match (whole.trim_start_matches('0'), cents) {
        ("", "00") => "free of charge".to_owned(),
        ("", _) => cents_said,
        (_, "00") => whole_said,
        _ => format!("{whole_said} and {cents_said}"),
    })
}

fn phone_digits(digits: &str) -> String {
    let split: &[usize] = match digits.len() {
        7 => &[3],
        10 => &[3, 6],
        11 => &[1, 4, 7],
        _ => return spell(digits),
    };
    let mut said = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 {
            said.push_str(if split.contains(&place) { ", " } else { " " });
        }
        said.push(digit);
    }
    said
}

fn is_digits(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_said_as_people_say_them() {
        let rows = [
            ("21:00", "9 pm"),
            ("09:30", "9:30 am"),
            ("00:00", "midnight"),
            ("12:00", "noon"),
            ("12:15", "12:15 pm"),
            ("09:00-17:00", "9 am to 5 pm"),
            ("2026-11-27", "Friday, November 27"),
            ("2026-11-27 19:00", "Friday, November 27 at 7 pm"),
            ("$45.00", "45 dollars"),
            ("$45.50", "45 dollars and 50 cents"),
            ("$1.05", "1 dollar and 5 cents"),
            ("$0.50", "50 cents"),
            ("$0.00", "free of charge"),
            ("$40.00-$60.00", "40 to 60 dollars"),
            ("€20.00", "20 euros"),
            ("£30.00", "30 pounds"),
            ("74291", "7 4 2, 9 1"),
            ("2125550123", "2 1 2, 5 5 5, 0 1 2 3"),
            ("+12125550123", "plus 1, 2 1 2, 5 5 5, 0 1 2 3"),
            ("AB123", "A B 1, 2 3"),
            ("5550123", "5 5 5, 0 1 2 3"),
            ("yes", "yes"),
            ("next week", "next week"),
            ("25:00", "25:00"),
            ("2026-02-30", "2026-02-30"),
            ("-", "-"),
            ("", ""),
            ("€", "€"),
            ("$-", "$-"),
        ];
        for (value, words) in rows {
            assert_eq!(in_words(value), words, "{value}");
        }
    }
}
