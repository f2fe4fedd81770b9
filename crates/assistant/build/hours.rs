//! Calling windows: of statutes, and the product's own.

use crate::csv::{Row, Table};
use crate::literal;

/// Returns the tables `LAWS` and the product's windows.
pub fn table(table: &Table) -> String {
    let is_own = |row: &Row<'_>| row.get("jurisdiction").starts_with("PM-");
    let laws = literal::list(table.rows().filter(|row| !is_own(row)).map(|row| law(&row)));
    let mut text = format!("pub(super) static LAWS: &[HoursLaw] = {laws};\n");
    for (name, constant) in [("PM-DEFAULT-CONSUMER", "CONSUMER"), ("PM-DEFAULT-BUSINESS", "BUSINESS"), ("PM-HARD-STOP", "HARD_STOP")] {
        let Some(row) = table.rows().find(|row| row.get("jurisdiction") == name) else { panic!("data/{}.csv lacks {name}", table.name) };
        text.push_str(&format!("/// `{name}`.\npub(super) static {constant}: Week = {};\n", week(&row)));
    }
    let strangers: Vec<&str> = table.rows().filter(is_own).map(|row| row.get("jurisdiction")).collect();
    assert_eq!(strangers.len(), 3, "data/{}.csv holds windows of the product that nothing reads: {strangers:?}", table.name);
    text
}

fn law(row: &Row<'_>) -> String {
    let applies_to = row.read("applies_to", "kind of call", |word| {
        Some(match word {
            "solicitation" => "Solicitation",
            "automated solicitation" | "prerecorded" => "AutomatedSolicitation",
            _ => return None,
        })
    });
    let cap = row.read("max_calls_per_24h", "number of calls", |text| {
        if text.is_empty() { Some("None".into()) } else { text.parse::<u32>().ok().map(|cap| format!("Some({cap})")) }
    });
    format!(
        "HoursLaw {{ jurisdiction: {}, applies_to: AppliesTo::{applies_to}, week: {}, calls_in_24_hours: {cap}, statute: {:?}, provenance: {} }}",
        row.read("jurisdiction", "jurisdiction", literal::jurisdiction),
        week(row),
        row.get("statute"),
        literal::provenance(row)
    )
}

fn week(row: &Row<'_>) -> String {
    let day = |column| row.read(column, "list of windows", literal::windows);
    // A blank cell says nothing of holidays: they are days like others there.
    let holidays = if row.get("holidays").is_empty() { "None".to_owned() } else { format!("Some({})", day("holidays")) };
    format!("Week {{ workdays: {}, saturday: {}, sunday: {}, holidays: {holidays} }}", day("mon_fri"), day("sat"), day("sun"))
}
