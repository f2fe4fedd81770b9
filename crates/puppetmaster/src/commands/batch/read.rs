//! Reads the file of a batch: a table (CSV) or a list (YAML), each mistake with its line and column.
//!
//! Says what stands where; what a field means is [`assistant::batch`]'s to say.

use std::path::Path;

use assistant::batch::{Row, RowProblem};
use assistant::codes;
use serde::Serialize;
use telephony::Private;

use crate::config::yaml::{self, Content, Entry, Node};

/// Larger than any batch that one person can look over.
pub(super) const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Names that mean something whatever their capitals are.
const OWN: [&str; 6] = ["number", "intent", "for", "callee", "type", "voicemail"];

/// A mistake in the file. Quotes no value: a file of calls is full of names and numbers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(super) struct Mistake {
    /// Its line, from 1; 0 for the whole file.
    pub line: u32,
    /// The column or field; empty if it is in none.
    pub field: String,
    /// The stable code.
    pub code: &'static str,
    /// What it is.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

/// What a file holds.
#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Contents {
    /// The rows.
    pub rows: Vec<Row>,
    /// What a list says of all its calls: beside `calls`, by the names of the fields.
    pub shared: Vec<(String, String)>,
}

impl From<RowProblem> for Mistake {
    fn from(problem: RowProblem) -> Self {
        Self { line: problem.line, field: problem.field, code: problem.entry.code, what: problem.entry.text.to_owned(), remedy: problem.entry.remedy }
    }
}

fn mistake(line: u32, field: &str, entry: codes::CodeEntry) -> Mistake {
    RowProblem { line, field: field.to_owned(), entry }.into()
}

/// Reads a file by the ending of its name: `.yaml` and `.yml` are lists, everything else is a table.
///
/// # Errors
/// Every mistake, in order.
pub(super) fn read(path: &Path, text: &str) -> Result<Contents, Vec<Mistake>> {
    let text = text.trim_start_matches('\u{feff}');
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    if matches!(ending.as_deref(), Some("yaml" | "yml")) { list(text) } else { table(text) }
}

fn table(text: &str) -> Result<Contents, Vec<Mistake>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).delimiter(separator(text)).from_reader(text.as_bytes());
    let unreadable = |error: &csv::Error| vec![mistake(line_at(text, error.position()), "", codes::BATCH_CELLS)];
    let heads: Vec<String> = reader.headers().map_err(|error| unreadable(&error))?.iter().map(named).collect();
    let mut mistakes = Vec::new();
    if !text.trim().is_empty() && !heads.iter().any(|head| head == "number") {
        mistakes.push(mistake(1, "number", codes::BATCH_NO_NUMBER));
    }
    for (place, head) in heads.iter().enumerate() {
        // A spreadsheet's empty last columns are no mistake.
        let is_doubled = !head.is_empty() && heads[..place].contains(head);
        let is_nameless = head.is_empty() && heads[place..].iter().any(|later| !later.is_empty());
        if is_doubled || is_nameless {
            mistakes.push(mistake(1, head, codes::BATCH_COLUMN));
        }
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                mistakes.extend(unreadable(&error));
                break;
            }
        };
        let line = line_at(text, record.position());
        if record.iter().all(str::is_empty) {
            continue;
        }
        let is_beyond = |(place, cell): (usize, &str)| !cell.is_empty() && heads.get(place).is_none_or(String::is_empty);
        if record.iter().enumerate().any(is_beyond) {
            mistakes.push(mistake(line, "", codes::BATCH_CELLS));
            continue;
        }
        let fields = heads.iter().zip(record.iter()).filter(|(head, _)| !head.is_empty());
        rows.push(Row { line, fields: Private::new(fields.map(|(head, cell)| (head.clone(), cell.to_owned())).collect()) });
    }
    if mistakes.is_empty() { Ok(Contents { rows, shared: Vec::new() }) } else { Err(mistakes) }
}

/// Returns the line of a record: a position stands before the empty lines that were passed over.
fn line_at(text: &str, position: Option<&csv::Position>) -> u32 {
    let begin = position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0).min(text.len());
    let passed = text.as_bytes()[begin..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    line(1 + text.as_bytes()[..begin + passed].iter().filter(|byte| **byte == b'\n').count() as u64)
}

/// Returns what separates the cells: whichever of comma, semicolon and tab stands most often in the first line.
fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: &u8| first.bytes().filter(|byte| byte == separator).count();
    // Of equals the last one wins.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

fn named(head: &str) -> String {
    let lower = head.to_lowercase();
    if OWN.contains(&lower.as_str()) { lower } else { head.to_owned() }
}

fn line(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn list(text: &str) -> Result<Contents, Vec<Mistake>> {
    let tree = yaml::parse(text).map_err(|error| {
        let what = Mistake { what: error.what, ..mistake(error.at.map_or(0, |(at, _)| line(at)), "", *error.entry) };
        vec![what]
    })?;
    let mut contents = Contents::default();
    let mut mistakes = Vec::new();
    let items = match tree.content {
        Content::List(items) => items,
        Content::Nothing => Vec::new(),
        Content::Text(_) => return Err(vec![mistake(line(tree.at.0), "", codes::BATCH_VALUE)]),
        Content::Section(entries) => {
            let mut items = Vec::new();
            for Entry { key, key_at, node } in entries {
                match (key.as_str(), node.content) {
                    ("calls", Content::List(calls)) => items = calls,
                    (name, Content::Text(text)) if OWN.contains(&name) && name != "number" => contents.shared.push((key, text)),
                    _ => mistakes.push(mistake(line(key_at.0), &key, codes::BATCH_VALUE)),
                }
            }
            items
        }
    };
    for item in items {
        match row(item) {
            Ok(row) => contents.rows.push(row),
            Err(wrong) => mistakes.extend(wrong),
        }
    }
    if mistakes.is_empty() { Ok(contents) } else { Err(mistakes) }
}

fn row(item: Node) -> Result<Row, Vec<Mistake>> {
    let at = line(item.at.0);
    let Content::Section(entries) = item.content else { return Err(vec![mistake(at, "", codes::BATCH_VALUE)]) };
    let (mut fields, mut mistakes) = (Vec::new(), Vec::new());
    for Entry { key, key_at, node } in entries {
        match node.content {
            Content::Text(text) => fields.push((named(&key), text)),
            Content::Nothing => {}
            Content::Section(facts) if key == "facts" => {
                for fact in facts {
                    match fact.node.content {
                        Content::Text(text) => fields.push((fact.key, text)),
                        Content::Nothing => {}
                        Content::List(_) | Content::Section(_) => mistakes.push(mistake(line(fact.key_at.0), &fact.key, codes::BATCH_VALUE)),
                    }
                }
            }
            Content::List(_) | Content::Section(_) => mistakes.push(mistake(line(key_at.0), &key, codes::BATCH_VALUE)),
        }
    }
    if mistakes.is_empty() { Ok(Row { line: at, fields: Private::new(fields) }) } else { Err(mistakes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(name: &str, text: &str) -> Vec<(u32, Vec<(String, String)>)> {
        read(Path::new(name), text).unwrap().rows.into_iter().map(|row| (row.line, row.fields.into_inner())).collect()
    }

    fn wrong(name: &str, text: &str) -> Vec<(u32, String, &'static str)> {
        let mistakes = read(Path::new(name), text).unwrap_err();
        mistakes.into_iter().map(|mistake| (mistake.line, mistake.field, mistake.code)).collect()
    }

    fn fields(fields: &[(&str, &str)]) -> Vec<(String, String)> {
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_table_is_read_as_spreadsheets_write_it() {
        let expected = vec![
            (2, fields(&[("number", "+12125550123"), ("Item", "a tube; 26 inch")])),
            (4, fields(&[("number", "+12125550124"), ("Item", "two\nlines")])),
            (6, fields(&[("number", "+12125550125")])),
        ];
        assert_eq!(
            rows("a.csv", "\u{feff}Number,Item\r\n +12125550123 ,a tube; 26 inch\r\n\r\n+12125550124,\"two\nlines\"\r\n+12125550125\r\n"),
            expected
        );
        assert_eq!(rows("a.csv", "Number;Item;\n+12125550123;\"a tube; 26 inch\";\n;;\n+12125550124;\"two\nlines\"\n+12125550125\n"), expected);
        assert_eq!(rows("a.tsv", "number\tItem\n1\tx\n"), [(2, fields(&[("number", "1"), ("Item", "x")]))]);
        assert_eq!(rows("a.csv", ""), []);
        assert_eq!(wrong("a.csv", "telephone,item\n+12125550123,x\n"), [(1, "number".into(), "batch.no_number")]);
    }

    #[test]
    fn every_mistake_of_a_table_is_told_with_its_line() {
        let text = "number,item,item,,note\n1,a,b,,d\n2,a,b,,d,e\n3,Elm Street 5, left door,b,,d\n";
        assert_eq!(
            wrong("a.csv", text),
            [
                (1, "item".into(), "batch.column"),
                (1, String::new(), "batch.column"),
                (3, String::new(), "batch.cells"),
                (4, String::new(), "batch.cells"),
            ]
        );
    }

    #[test]
    fn a_list_is_read_with_what_its_calls_share() {
        let text = "intent: Ask whether they have {item}\nfor: Sam\ncalls:\n  - number: +12125550123\n    facts:\n      item: 26\n      spare: ~\n  - number: \"+12125550124\"\n    item: 28\n";
        let contents = read(Path::new("a.yml"), text).unwrap();
        assert_eq!(contents.shared, fields(&[("intent", "Ask whether they have {item}"), ("for", "Sam")]));
        assert_eq!(
            rows("a.yml", text),
            [(4, fields(&[("number", "+12125550123"), ("item", "26")])), (8, fields(&[("number", "+12125550124"), ("item", "28")]))]
        );
        assert_eq!(rows("a.yaml", "- number: 1\n- number: 2\n").len(), 2);
    }

    #[test]
    fn every_mistake_of_a_list_is_told_with_its_line() {
        let text = "calls:\n  - number: [1, 2]\n    item: {a: b}\n  - only text\nnumber: 3\nspeed: 4\n";
        assert_eq!(
            wrong("a.yaml", text),
            [
                (5, "number".into(), "batch.value"),
                (6, "speed".into(), "batch.value"),
                (2, "number".into(), "batch.value"),
                (3, "item".into(), "batch.value"),
                (4, String::new(), "batch.value"),
            ]
        );
        assert_eq!(wrong("a.yaml", "- number: 1\n  number: 2\n"), [(2, String::new(), "config.duplicate_key")]);
        assert_eq!(wrong("a.yaml", "just words"), [(1, String::new(), "batch.value")]);
    }
}
