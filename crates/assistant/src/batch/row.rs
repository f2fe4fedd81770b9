//! Rows of a table become drafts of tasks. All mistakes at once, each with its row.

use dialogue::brief::TaskType;
use telephony::{PhoneNumber, Private};

use crate::codes::{self, CodeEntry};
use crate::compliance::number_gate;
use crate::missing_facts;
use crate::task::{CalleeKind, MAX_CONTEXT_FACTS, MAX_INTENT_CHARS};

/// A batch has at most this many rows: what one person can look over before saying yes to it.
pub const MOST_ROWS: usize = 500;

/// A row as its reader found it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Where it stands in its file, from 1; for the user.
    pub line: u32,
    /// Its fields by name, in order; empty ones may be left out.
    pub fields: Private<Vec<(String, String)>>,
}

/// What all rows share, unless they say otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Template {
    /// What is to be done; `{item}` is filled in from the row's field `item`. A row's own `intent` takes its place.
    pub intent: Option<Private<String>>,
    /// For whom. A row's own `for` takes its place.
    pub principal: Option<Private<String>>,
    /// Who picks up. A row's own `callee` takes its place.
    pub callee_kind: CalleeKind,
    /// What kind of errand; told from the intent if not given. A row's own `type` takes its place.
    pub task_type: Option<TaskType>,
    /// What is left on a voicemail, filled in as the intent is. A row's own `voicemail` takes its place.
    pub voicemail_message: Option<Private<String>>,
    /// Whether a row may lack facts that its kind of errand needs.
    pub allows_missing_facts: bool,
}

/// A task to be made of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// The row.
    pub line: u32,
    /// Whom to ring.
    pub number: PhoneNumber,
    /// What is to be done.
    pub intent: Private<String>,
    /// What kind of errand.
    pub task_type: TaskType,
    /// For whom.
    pub principal: Private<String>,
    /// What is left on a voicemail; `None` leaves nothing.
    pub voicemail_message: Option<Private<String>>,
    /// Who picks up.
    pub callee_kind: CalleeKind,
    /// Facts that may be given: the row's other fields.
    pub context: Private<Vec<(String, String)>>,
}

/// A mistake in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowProblem {
    /// Where.
    pub line: u32,
    /// In which field; empty if it is not in one.
    pub field: String,
    /// What it is, with what to do about it.
    pub entry: CodeEntry,
}

const NUMBER: &str = "number";
const INTENT: &str = "intent";
const PRINCIPAL: &str = "for";
const CALLEE: &str = "callee";
const TYPE: &str = "type";
const VOICEMAIL: &str = "voicemail";

/// The fields that are no facts.
const OWN: [&str; 6] = [NUMBER, INTENT, PRINCIPAL, CALLEE, TYPE, VOICEMAIL];

/// Returns the drafts of all rows.
///
/// `allowed_regions` as for [`number_gate::check_text`].
///
/// # Errors
/// Every mistake of every row, in order. No draft then: a batch is approved as a whole.
pub fn drafts(rows: &[Row], template: &Template, allowed_regions: &[String]) -> Result<Vec<Draft>, Vec<RowProblem>> {
    let problem = |line: u32, field: &str, entry| RowProblem { line, field: field.to_owned(), entry };
    if rows.is_empty() || rows.len() > MOST_ROWS {
        return Err(vec![problem(0, "", codes::BATCH_SIZE)]);
    }
    let mut drafts: Vec<Draft> = Vec::with_capacity(rows.len());
    let mut problems = Vec::new();
    for row in rows {
        match draft(row, template, allowed_regions) {
            Ok(draft) => {
                let is_double = drafts.iter().any(|earlier| earlier.number == draft.number && earlier.intent == draft.intent);
                if is_double {
                    problems.push(problem(row.line, NUMBER, codes::BATCH_DOUBLED));
                }
                drafts.push(draft);
            }
            Err(wrong) => problems.extend(wrong.into_iter().map(|(field, entry)| problem(row.line, &field, entry))),
        }
    }
    if problems.is_empty() { Ok(drafts) } else { Err(problems) }
}

type Wrong = Vec<(String, CodeEntry)>;

fn draft(row: &Row, template: &Template, allowed_regions: &[String]) -> Result<Draft, Wrong> {
    let fields = row.fields.expose();
    let own = |name: &str| fields.iter().find(|(field, value)| field == name && !value.trim().is_empty()).map(|(_, value)| value.trim());
    let mut wrong: Wrong = Vec::new();
    let number = number_gate::check_text(own(NUMBER).unwrap_or_default(), allowed_regions);
    if let Err(refusal) = &number {
        wrong.extend(codes::find(refusal.code).map(|entry| (NUMBER.to_owned(), *entry)));
    }
    let intent = own(INTENT).or(template.intent.as_ref().map(|intent| intent.expose().as_str())).unwrap_or_default();
    let (intent, unfilled) = fill(intent, &own);
    wrong.extend(unfilled.into_iter().map(|name| (name, codes::BATCH_FIELD)));
    if intent.trim().is_empty() {
        wrong.push((INTENT.to_owned(), codes::TASK_EMPTY_INTENT));
    }
    let principal = own(PRINCIPAL).or(template.principal.as_ref().map(|principal| principal.expose().as_str())).unwrap_or_default();
    if principal.is_empty() {
        wrong.push((PRINCIPAL.to_owned(), codes::TASK_NO_PRINCIPAL));
    }
    let callee_kind = match own(CALLEE) {
        None => Some(template.callee_kind),
        Some("business") => Some(CalleeKind::Business),
        Some("person" | "consumer") => Some(CalleeKind::Consumer),
        Some("unknown") => Some(CalleeKind::Unknown),
        Some(_) => None,
    };
    if callee_kind.is_none() {
        wrong.push((CALLEE.to_owned(), codes::BATCH_CALLEE));
    }
    let task_type = match own(TYPE) {
        None => Some(template.task_type.unwrap_or_else(|| TaskType::told_from(&intent))),
        Some(word) => serde_json::from_value(serde_json::Value::from(word)).ok(),
    };
    if task_type.is_none() {
        wrong.push((TYPE.to_owned(), codes::BATCH_TYPE));
    }
    let voicemail = own(VOICEMAIL).or(template.voicemail_message.as_ref().map(|message| message.expose().as_str()));
    let voicemail = voicemail.map(|message| fill(message, &own));
    wrong.extend(voicemail.iter().flat_map(|(_, unfilled)| unfilled).map(|name| (name.clone(), codes::BATCH_FIELD)));
    let facts: Vec<(String, String)> =
        fields.iter().filter(|(name, value)| !OWN.contains(&name.as_str()) && !value.trim().is_empty()).cloned().collect();
    if intent.chars().count() > MAX_INTENT_CHARS || facts.len() > MAX_CONTEXT_FACTS {
        wrong.push((INTENT.to_owned(), codes::TASK_TOO_LONG));
    }
    if !template.allows_missing_facts
        && !intent.trim().is_empty()
        && let Some(task_type) = task_type
    {
        let missing = missing_facts::missing(task_type, &intent, &facts);
        wrong.extend(missing.into_iter().map(|fact| (fact.label.to_owned(), codes::BATCH_FACT)));
    }
    match (number, callee_kind, task_type) {
        (Ok(number), Some(callee_kind), Some(task_type)) if wrong.is_empty() => Ok(Draft {
            line: row.line,
            number,
            task_type,
            intent: Private::new(intent),
            principal: Private::new(principal.to_owned()),
            voicemail_message: voicemail.map(|(message, _)| Private::new(message)),
            callee_kind,
            context: Private::new(facts),
        }),
        _ => Err(wrong),
    }
}

/// Fills `{name}` from the row's fields; returns the names that it has no field for. A brace without its partner stays.
fn fill<'a>(text: &str, own: &impl Fn(&str) -> Option<&'a str>) -> (String, Vec<String>) {
    let (mut filled, mut unfilled) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = behind.split_once('}') else {
            filled.push('{');
            rest = behind;
            continue;
        };
        match own(name.trim()) {
            Some(value) => filled.push_str(value),
            None => unfilled.push(name.trim().to_owned()),
        }
        rest = after;
    }
    filled.push_str(rest);
    (filled, unfilled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u32, fields: &[(&str, &str)]) -> Row {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Row { line, fields: Private::new(fields) }
    }

    fn template() -> Template {
        Template {
            intent: Some(Private::new("Ask whether they have {item} in stock".into())),
            principal: Some(Private::new("Sam Miller".into())),
            callee_kind: CalleeKind::Business,
            ..Template::default()
        }
    }

    fn wrong(rows: &[Row], template: &Template) -> Vec<(u32, String, &'static str)> {
        let problems = drafts(rows, template, &["US".into()]).unwrap_err();
        problems.into_iter().map(|problem| (problem.line, problem.field, problem.entry.code)).collect()
    }

    #[test]
    fn rows_fill_the_template_and_bring_their_facts() {
        let rows = [
            row(2, &[("number", "+1 212 555 2671"), ("item", "a 26 inch tube"), ("bicycle", "red"), ("note", " ")]),
            row(
                3,
                &[
                    ("number", "+12125552672"),
                    ("item", ""),
                    ("intent", "Book a table for four tonight at 7"),
                    ("for", "Alex"),
                    ("callee", "unknown"),
                    ("voicemail", "Please call {for} back"),
                ],
            ),
        ];
        let drafts = drafts(&rows, &template(), &["US".into()]).unwrap();
        assert_eq!(drafts[0].intent.expose(), "Ask whether they have a 26 inch tube in stock");
        assert_eq!((drafts[0].principal.expose().as_str(), drafts[0].callee_kind), ("Sam Miller", CalleeKind::Business));
        assert_eq!(drafts[0].context.expose(), &[("item".into(), "a 26 inch tube".into()), ("bicycle".into(), "red".into())]);
        assert_eq!(
            (drafts[1].task_type, drafts[1].principal.expose().as_str(), drafts[1].callee_kind),
            (TaskType::Reservation, "Alex", CalleeKind::Unknown)
        );
        assert_eq!(drafts[0].voicemail_message, None);
        assert_eq!(drafts[1].voicemail_message.as_ref().map(|message| message.expose().as_str()), Some("Please call Alex back"));
        assert_eq!(drafts[1].context.expose(), &[], "what is said of the call itself is no fact");
    }

    #[test]
    fn every_mistake_of_every_row_is_told_at_once() {
        let rows = [
            row(2, &[("number", "911"), ("item", "x"), ("callee", "shop")]),
            row(3, &[("number", "+12125552671")]),
            row(4, &[("item", "x")]),
            row(5, &[("number", "+12125552672"), ("item", "x")]),
            row(6, &[("number", "+1 (212) 555-2672"), ("item", "x")]),
        ];
        let expected = [
            (2, "number", "number.emergency"),
            (2, "callee", "batch.callee"),
            (3, "item", "batch.field"),
            (4, "number", "number.empty"),
            (6, "number", "batch.doubled"),
        ];
        assert_eq!(wrong(&rows, &template()), expected.map(|(line, field, code)| (line, field.to_owned(), code)));
        assert_eq!(
            wrong(&[row(2, &[("number", "+12125552671")])], &Template::default()).iter().map(|(.., code)| *code).collect::<Vec<_>>(),
            ["task.empty_intent", "task.no_principal"]
        );
    }

    #[test]
    fn a_row_names_its_kind_and_brings_the_facts_that_it_needs() {
        let rows = [
            row(2, &[("number", "+12125552671"), ("item", "x"), ("type", "quote_request")]),
            row(3, &[("number", "+12125552672"), ("item", "x"), ("type", "quote")]),
            row(4, &[("number", "+12125552673"), ("intent", "Book a table"), ("party size", "four")]),
        ];
        assert_eq!(wrong(&rows, &template()), [(3, "type".into(), "batch.type"), (4, "when".into(), "batch.fact")]);
        let drafts = drafts(&[rows[0].clone(), rows[2].clone()], &Template { allows_missing_facts: true, ..template() }, &["US".into()]).unwrap();
        assert_eq!((drafts[0].task_type, drafts[1].task_type), (TaskType::QuoteRequest, TaskType::Reservation));
    }

    #[test]
    fn a_batch_has_rows_and_not_too_many() {
        assert_eq!(wrong(&[], &template()), [(0, String::new(), "batch.size")]);
        let many: Vec<Row> = (0..501).map(|line| row(line, &[])).collect();
        assert_eq!(wrong(&many, &template()), [(0, String::new(), "batch.size")]);
    }

    #[test]
    fn braces_without_partner_stay() {
        assert_eq!(fill("a {b} {c", &|name| (name == "b").then_some("x")), ("a x {c".into(), vec![]));
        assert_eq!(fill("{d}{e}", &|_| None), (String::new(), vec!["d".into(), "e".into()]));
    }
}
