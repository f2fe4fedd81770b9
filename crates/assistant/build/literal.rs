//! Writes values as Rust: texts, days, windows, places, where a row comes from.

use crate::csv::Row;

/// Returns a text as a literal.
pub fn text(text: &str) -> String {
    format!("{text:?}")
}

/// Returns a list as a slice.
pub fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("&[{}]", items.into_iter().collect::<Vec<_>>().join(",\n"))
}

/// Returns where a row comes from: its source, how well it is known, when it was checked.
pub fn provenance(row: &Row<'_>) -> String {
    let known = row.read("honesty", "mark of honesty", |word| {
        Some(match word {
            "verified" => "verified",
            "verified-partly" | "verified+memory" => "verified_in_part",
            "verified-conflict" => "disputed",
            "derived" => "derived",
            "memory" => "recalled",
            _ => return None,
        })
    });
    let source = row.read("source", "source", |text| (!text.is_empty()).then_some(text));
    format!("Provenance::{known}({source:?}, {})", row.read("checked_on", "day (YYYY-MM-DD)", numbers))
}

/// Returns the day on which a row was checked.
pub fn day(row: &Row<'_>) -> String {
    row.read("checked_on", "day (YYYY-MM-DD)", date)
}

/// Returns `YYYY-MM-DD` as a date.
pub fn date(text: &str) -> Option<String> {
    numbers(text).map(|numbers| format!("Date::constant({numbers})"))
}

/// Returns `YYYY-MM-DD` as three numbers.
fn numbers(text: &str) -> Option<String> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let is_day = parts.next().is_none() && year.len() == 4 && month.len() == 2 && day.len() == 2;
    let number = |part: &str| part.parse::<u16>().ok();
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    (is_day && (1..=12).contains(&month) && (1..=31).contains(&day)).then(|| format!("{year}, {month}, {day}"))
}

/// Returns `US` or `US-FL` as a jurisdiction.
pub fn jurisdiction(text: &str) -> Option<String> {
    let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase());
    match text.split_once('-') {
        None => two(text).then(|| format!("Jurisdiction::country(*b{text:?})")),
        Some((country, state)) => (two(country) && two(state)).then(|| format!("Jurisdiction::state(*b{country:?}, *b{state:?})")),
    }
}

/// Returns `10:00-13:00;14:00-20:00` as windows; `none` is an empty list.
pub fn windows(text: &str) -> Option<String> {
    if text == "none" {
        return Some("&[]".to_owned());
    }
    let spans: Option<Vec<String>> = text.split(';').map(window).collect();
    Some(list(spans?))
}

fn window(span: &str) -> Option<String> {
    let (opens, closes) = span.split_once('-')?;
    let (opens, closes) = (minutes(opens)?, minutes(closes)?);
    (opens < closes).then(|| format!("Window::new({opens}, {closes})"))
}

fn minutes(clock: &str) -> Option<u16> {
    let (hour, minute) = clock.split_once(':')?;
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    (hour <= 24 && minute < 60 && hour * 60 + minute <= 1440).then_some(hour * 60 + minute)
}
