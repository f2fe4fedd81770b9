//! Where a number may be: area codes with their states and time zones, regions with theirs.

use crate::csv::{Row, Table};
use crate::literal;

/// Returns the table `AREA_CODES`, in the order of the codes.
pub fn area_codes(table: &Table) -> String {
    let mut rows: Vec<(u16, String)> = table.rows().map(|row| area_code(&row)).collect();
    rows.sort();
    let is_unique = rows.windows(2).all(|pair| pair[0].0 != pair[1].0);
    assert!(is_unique, "data/{}.csv holds an area code twice", table.name);
    format!("static AREA_CODES: &[AreaCode] = {};\n", literal::list(rows.into_iter().map(|(_, row)| row)))
}

fn area_code(row: &Row<'_>) -> (u16, String) {
    let npa = row.read("npa", "area code", |text| text.parse::<u16>().ok().filter(|npa| (200..1000).contains(npa)));
    let region = row.read("region", "region", literal::jurisdiction);
    let country = row.get("region");
    let states = row.read("states_or_provinces", "list of states", |text| {
        let states: Option<Vec<String>> = split(text).map(|state| literal::jurisdiction(&format!("{country}-{state}"))).collect();
        states.map(literal::list)
    });
    // The likeliest zone first: "today" is understood by it.
    let likeliest = split(row.get("zones_metadata_default")).next().unwrap_or_default();
    let mut zones: Vec<&str> = row.read("zones_conservative", "list of time zones", zones);
    zones.sort_by_key(|zone| *zone != likeliest);
    let zones = literal::list(zones.into_iter().map(literal::text));
    let provenance = literal::provenance(row);
    (npa, format!("AreaCode {{ npa: {npa}, region: {region}, states: {states}, zones: {zones}, provenance: {provenance} }}"))
}

/// Returns the table `REGIONS`, in the order of their names.
pub fn regions(table: &Table) -> String {
    let mut rows: Vec<(String, String)> = table.rows().map(|row| region(&row)).collect();
    rows.sort();
    format!("static REGIONS: &[Region] = {};\n", literal::list(rows.into_iter().map(|(_, row)| row)))
}

fn region(row: &Row<'_>) -> (String, String) {
    let region = row.read("region", "region", literal::jurisdiction);
    let zones = literal::list(row.read("zones", "list of time zones", zones).into_iter().map(literal::text));
    let row_literal = format!("Region {{ region: {region}, zones: {zones}, provenance: {} }}", literal::provenance(row));
    (row.get("region").to_owned(), row_literal)
}

fn zones(text: &str) -> Option<Vec<&str>> {
    let zones: Vec<&str> = split(text).collect();
    (!zones.is_empty() && zones.iter().all(|zone| zone.contains('/'))).then_some(zones)
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|item| !item.is_empty())
}
