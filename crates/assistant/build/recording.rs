//! What the law of a place asks of whoever records a call.

use crate::csv::{Row, Table};
use crate::literal;

/// Returns the table `RECORDING_LAWS`.
pub fn table(table: &Table) -> String {
    format!("static RECORDING_LAWS: &[RecordingLaw] = {};\n", literal::list(table.rows().map(|row| law(&row))))
}

fn law(row: &Row<'_>) -> String {
    let asks = row.read("treat_as", "reading of the law", |word| {
        Some(match word {
            "one_party" => "OneParty",
            "all_party" => "AllParties",
            "express_yes" => "ExpressYes",
            _ => return None,
        })
    });
    // The stricter reading may be ours, the milder one never.
    let is_strict = row.read("all_party", "answer", |word| match word {
        "yes" | "mixed" | "unknown" => Some(true),
        "no" => Some(false),
        _ => None,
    });
    assert!(asks != "OneParty" || !is_strict, "data/{}.csv line {}: read milder than it stands", "recording_consent", row.line);
    format!(
        "RecordingLaw {{ jurisdiction: {}, asks: Asks::{asks}, statute: {:?}, provenance: {} }}",
        row.read("jurisdiction", "jurisdiction", literal::jurisdiction),
        row.get("statute"),
        literal::provenance(row)
    )
}
