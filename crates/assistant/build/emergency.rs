//! Numbers that reach emergency services, crisis lines and the like.

use crate::csv::{Row, Table};
use crate::literal;

/// Returns the table `EMERGENCY`.
pub fn table(table: &Table) -> String {
    // Ordinary lines of emergency centres have no public list: the row is a reminder that a stop list must hold them.
    let numbers = table.rows().filter(|row| row.get("number") != "PSAP-10-digit");
    let mut rows: Vec<(bool, String)> = numbers.map(|row| (row.get("type") != "emergency", literal_of(&row))).collect();
    // The graver reading of the same digits is found first.
    rows.sort_by_key(|(is_milder, _)| *is_milder);
    format!(
        "/// Emergency services first.\npub(super) static EMERGENCY: &[EmergencyRow] = {};\n",
        literal::list(rows.into_iter().map(|(_, row)| row))
    )
}

fn literal_of(row: &Row<'_>) -> String {
    let number = row.read("number", "number", |text| (text.len() >= 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text));
    let code = row.read("country_code", "country code", |text| text.parse::<u16>().ok());
    let kind = row.read("type", "kind of emergency number", |word| {
        Some(match word {
            "emergency" => "Emergency",
            "n11-or-crisis" => "N11OrCrisis",
            "harmonised-116" => "Harmonised116",
            "crisis-or-public-safety" => "CrisisOrPublicSafety",
            _ => return None,
        })
    });
    row.read("policy", "policy", |word| (word == "never-dial").then_some(()));
    // Long numbers stand with their country code already.
    let international = if code != 0 && number.len() < 10 { format!("{code}{number}") } else { String::new() };
    format!(
        "EmergencyRow {{ region: {:?}, number: {number:?}, international: {international:?}, kind: EmergencyKind::{kind}, provenance: {} }}",
        row.get("region"),
        literal::provenance(row)
    )
}
