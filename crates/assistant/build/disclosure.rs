//! What an opening must say by law, and by which words it is recognised.

use crate::csv::{Row, Table};
use crate::literal;

/// Returns the table `DUTIES`.
pub fn duties(table: &Table) -> String {
    format!("pub(super) static DUTIES: &[Duty] = {};\n", literal::list(table.rows().map(|row| duty(&row))))
}

fn duty(row: &Row<'_>) -> String {
    let authority = row.read("jurisdiction", "jurisdiction", |text| {
        Some(match text {
            "PM-DEFAULT" | "PRACTICE" => "Authority::Custom".to_owned(),
            other => format!("Authority::Law({})", literal::jurisdiction(other)?),
        })
    });
    let in_force = row.read("in_force", "date", |text| {
        Some(match text {
            "always" | "in force" => "InForce::Always".to_owned(),
            "proposed" | "not checked" => "InForce::NotYet".to_owned(),
            other => {
                // "2026-08-02 new systems; …" is in force from its first date; a bare year from its first day.
                let first = other.split([' ', ';']).next()?;
                let day = match first.len() {
                    4 => format!("{first}-01-01"),
                    7 => format!("{first}-01"),
                    _ => first.to_owned(),
                };
                format!("InForce::From({})", literal::date(&day)?)
            }
        })
    });
    // "online only" and "no" do not speak of calls; "partly" and "yes (aural)" do.
    let is_for_calls = row.read("applies_to_phone_voice", "answer", |text| match text.split([' ', '(']).next()? {
        "yes" | "partly" => Some(true),
        "no" | "online" => Some(false),
        _ => None,
    });
    let slots = row.read("opening_must", "list of parts", |text| {
        let slots: Option<Vec<String>> = text.split(';').filter(|word| !word.is_empty()).map(slot).collect();
        slots.map(literal::list)
    });
    format!(
        "Duty {{ authority: {authority}, law: {:?}, in_force: {in_force}, is_for_calls: {is_for_calls}, opening_must: {slots}, provenance: {} }}",
        row.get("law"),
        literal::provenance(row)
    )
}

/// Returns the table `WORDS`.
pub fn words(table: &Table) -> String {
    format!("static WORDS: &[Phrase] = {};\n", literal::list(table.rows().map(|row| phrase(&row))))
}

fn phrase(row: &Row<'_>) -> String {
    let language = row.read("language", "language", |text| (text.len() == 2).then_some(text));
    let phrase = row.read("phrase", "phrase in lower case", |text| (!text.is_empty() && text.to_lowercase() == text).then_some(text));
    format!("Phrase {{ language: {language:?}, part: {}, text: {phrase:?} }}", row.read("slot", "part of an opening", slot))
}

fn slot(word: &str) -> Option<String> {
    Some(
        match word {
            "machine" => "Part::Machine",
            "principal" => "Part::Principal",
            "purpose" => "Part::Purpose",
            "recording" => "Part::Recording",
            "callback" => "Part::Callback",
            "not_human" => "Part::NotHuman",
            _ => return None,
        }
        .to_owned(),
    )
}
