//! The version of a table: how many rows it has, the day of its oldest row, a fingerprint of its text.

use crate::csv::Table;
use crate::literal;

/// Returns the constant that holds a table's version.
pub fn constant(table: &Table, text: &str) -> String {
    let oldest = table.rows().map(|row| (row.get("checked_on"), row)).min_by_key(|(day, _)| *day);
    let Some((_, oldest)) = oldest else { panic!("data/{}.csv has no rows", table.name) };
    format!(
        "/// `data/{name}.csv`.\npub const {constant}: DataVersion = DataVersion {{ table: {name:?}, checked_on: {day}, rows: {rows}, fingerprint: {fingerprint:#018x} }};\n",
        name = table.name,
        constant = table.name.to_uppercase(),
        day = literal::day(&oldest),
        rows = table.len(),
        fingerprint = fingerprint(text),
    )
}

/// Returns the day of each row.
pub fn ages(table: &Table) -> String {
    table.rows().map(|row| format!("({:?}, {}, {}), ", table.name, row.line, literal::day(&row))).collect()
}

/// Returns the 64-bit FNV-1a hash of a text: enough to tell two versions of a table apart, and no proof against malice.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
