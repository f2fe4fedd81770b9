//! Public holidays as rules: a day of the year, a weekday of a month, a distance from Easter.

use crate::csv::{Row, Table};
use crate::literal;

/// Returns the table `HOLIDAYS`.
pub fn table(table: &Table) -> String {
    format!("static HOLIDAYS: &[Holiday] = {};\n", literal::list(table.rows().map(|row| holiday(&row))))
}

fn holiday(row: &Row<'_>) -> String {
    let place = row.read("jurisdiction", "jurisdiction", |text| {
        if text == "*" { Some("None".to_owned()) } else { literal::jurisdiction(text).map(|jurisdiction| format!("Some({jurisdiction})")) }
    });
    let observed = row.read("observed", "way to move a holiday", |word| {
        Some(match word {
            "" => "Never",
            "sat-fri;sun-mon" => "NearestWorkday",
            "sun-mon" => "SundayToMonday",
            "next-workday" => "NextWorkday",
            _ => return None,
        })
    });
    format!(
        "Holiday {{ jurisdiction: {place}, name: {:?}, rule: {}, observed: Observed::{observed}, provenance: {} }}",
        row.get("name"),
        row.read("rule", "rule for a day", rule),
        literal::provenance(row)
    )
}

/// Reads `07-04`, `3 mon 01`, `last mon 05`, `mon-before 05-25`, `easter-2`.
fn rule(text: &str) -> Option<String> {
    if let Some(days) = text.strip_prefix("easter") {
        let days: i8 = days.parse().ok()?;
        return Some(format!("Rule::FromEaster({days})"));
    }
    if let Some(day) = text.strip_prefix("mon-before ") {
        let (month, day) = month_and_day(day)?;
        return Some(format!("Rule::MondayBefore {{ month: {month}, day: {day} }}"));
    }
    let words: Vec<&str> = text.split(' ').collect();
    let [which, weekday, month] = words.as_slice() else {
        let (month, day) = month_and_day(text)?;
        return Some(format!("Rule::Day {{ month: {month}, day: {day} }}"));
    };
    let which: i8 = if *which == "last" { -1 } else { which.parse().ok().filter(|nth| (1..=5).contains(nth))? };
    let weekday = match *weekday {
        "mon" => "Monday",
        "tue" => "Tuesday",
        "wed" => "Wednesday",
        "thu" => "Thursday",
        "fri" => "Friday",
        _ => return None,
    };
    let month: i8 = month.parse().ok().filter(|month| (1..=12).contains(month))?;
    Some(format!("Rule::NthWeekday {{ which: {which}, weekday: Weekday::{weekday}, month: {month} }}"))
}

fn month_and_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let (month, day): (i8, i8) = (month.parse().ok()?, day.parse().ok()?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((month, day))
}
