//! Number ranges that cost extra, go abroad in domestic guise, or belong to no country.

use crate::csv::{Row, Table};
use crate::literal;

/// Returns the table `PREFIXES`.
pub fn table(table: &Table) -> String {
    format!("pub(super) static PREFIXES: &[PrefixRow] = {};\n", literal::list(table.rows().map(|row| literal_of(&row))))
}

fn literal_of(row: &Row<'_>) -> String {
    let kind = row.read("type", "kind of range", |word| {
        Some(match word {
            "PREMIUM_RATE" => "Premium",
            "SHARED_COST" => "SharedCost",
            "PERSONAL_NUMBER" => "Personal",
            "PAGER" => "Pager",
            "SATELLITE" => "Satellite",
            "SATELLITE_INTL_NETWORK" | "INTL_NETWORK" | "UAN" | "TOLL_FREE" => "GlobalNetwork",
            "CARRIER_SPECIFIC" | "GOVERNMENT" => "CarrierService",
            "DIRECTORY" => "Directory",
            "NANP_FOREIGN" | "US_TERRITORY" => "ForeignBehindOne",
            "IRSF_REPORTED" => "FraudReported",
            _ => return None,
        })
    });
    let is_outright = row.read("policy", "policy", |word| match word {
        "deny" => Some(true),
        "deny-by-default" | "ask" => Some(false),
        _ => None,
    });
    let prefixes = row.read("prefixes_e164", "list of prefixes", |text| {
        let is_prefix = |prefix: &str| {
            prefix
                .strip_prefix('+')
                .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || b"NX".contains(&byte)))
        };
        let prefixes: Vec<&str> = text.split(';').map(str::trim).collect();
        prefixes.iter().all(|prefix| is_prefix(prefix)).then(|| literal::list(prefixes.iter().map(|prefix| literal::text(&prefix[1..]))))
    });
    format!(
        "PrefixRow {{ region: {:?}, kind: RangeKind::{kind}, is_outright: {is_outright}, prefixes: {prefixes}, is_in_plan: {}, example: {:?}, provenance: {} }}",
        row.get("region"),
        !row.get("national_pattern_regex").is_empty(),
        row.get("example_e164"),
        literal::provenance(row)
    )
}
