//! The table of what must hold and what may go wrong: every row is there, every test that it names exists, and the page is made of it.
//!
//! Tests are looked for in the sources and not by running `cargo test -- --list`, which would build everything first. A test that a
//! macro makes is known by its name in the macro's list.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use expect_test::expect_file;

/// The table, a row a line.
const TABLE: &str = include_str!("../../data/reliability.txt");

/// The letters of the rows, what they are, and how many there are of each.
const KINDS: &[(char, &str, std::ops::RangeInclusive<u32>)] = &[
    ('I', "Invariants", 1..=15),
    ('F', "Faults", 1..=58),
    ('K', "Points at which a dial can be cut off", 0..=14),
    ('A', "Accidents that happened to others", 1..=25),
    ('S', "Safety", 1..=64),
];

/// What stands above the tables.
const INTRODUCTION: &str = include_str!("../../data/reliability.md");

/// One row.
#[derive(Debug)]
struct Row<'a> {
    id: &'a str,
    what: &'a str,
    layer: &'a str,
    tests: Vec<&'a str>,
    open: &'a str,
}

/// How far a row is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Whole,
    InPart,
    Open,
}

impl Row<'_> {
    fn shown(&self) -> Shown {
        match (self.tests.is_empty(), self.open.is_empty()) {
            (true, _) => Shown::Open,
            (false, false) => Shown::InPart,
            (false, true) => Shown::Whole,
        }
    }
}

fn rows() -> Vec<Row<'static>> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let row = |line: &'static str| {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let [id, what, layer, tests, open] = columns[..] else { panic!("five columns are expected: {line}") };
        Row { id, what, layer, tests: tests.split_whitespace().collect(), open }
    };
    lines.map(row).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

#[test]
fn every_row_is_there_once_and_in_order() {
    let expected: Vec<String> = KINDS.iter().flat_map(|(kind, _, numbers)| numbers.clone().map(move |number| format!("{kind}{number}"))).collect();
    let found: Vec<&str> = rows().iter().map(|row| row.id).collect();
    assert_eq!(found, expected);
    for row in rows() {
        assert!(!row.what.is_empty() && row.tests.is_empty() == row.layer.is_empty(), "{row:?}");
        assert!(!row.tests.is_empty() || !row.open.is_empty(), "{} has neither a test nor a reason", row.id);
    }
}

/// Returns the file that a test's name leads to, and the name of its function.
fn place<'a>(test: &'a str, root: &Path) -> (PathBuf, &'a str) {
    let parts: Vec<&str> = test.split("::").collect();
    let [name, modules @ .., function] = &parts[..] else { panic!("{test} is no name of a test") };
    let folder = root.join("crates").join(name);
    let of = |modules: &[&str]| modules.iter().fold(PathBuf::new(), |path, module| path.join(module));
    let file = match modules.split_first() {
        Some((&"it", modules)) => folder.join("tests/it").join(of(modules)),
        _ => folder.join("src").join(of(modules)),
    };
    (file.with_extension("rs"), function)
}

/// Returns whether a source holds a test of this name: a function below a test's attribute, a name in the list of a macro, or a
/// program in a document that must not compile.
fn holds(source: &str, function: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let is_test = |at: usize| {
        let mut above = lines[..at].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("///"));
        above.any(|line| line.starts_with("#[") && line.contains("test"))
    };
    let is_function = |line: &str| {
        let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ").trim_start_matches("async ");
        line.strip_prefix("fn ").and_then(|rest| rest.strip_prefix(function)).is_some_and(|rest| rest.starts_with('(') || rest.starts_with('<'))
    };
    let as_function = lines.iter().enumerate().any(|(at, line)| is_function(line) && is_test(at));
    let is_refused_program = |at: usize, line: &str| {
        let mut above = lines[..at].iter().rev().take_while(|line| line.starts_with("/// ") || **line == "///");
        let fence = above.find(|line| line.starts_with("/// ```"));
        line.strip_prefix("/// ").is_some_and(is_function) && fence.is_some_and(|fence| fence.ends_with("compile_fail"))
    };
    let in_document = lines.iter().enumerate().any(|(at, line)| is_refused_program(at, line));
    let is_in_a_list = |line: &str| {
        let list = line.split_once("!(").map_or(line, |(_, list)| list);
        list.trim_end_matches([')', ';']).split(',').any(|name| name.trim() == function)
    };
    as_function || in_document || lines.iter().any(|line| is_in_a_list(line))
}

#[test]
fn every_test_that_a_row_names_exists() {
    let root = root();
    let mut sources: BTreeMap<PathBuf, Option<String>> = BTreeMap::new();
    let mut missing = Vec::new();
    for row in rows() {
        for test in &row.tests {
            let (file, function) = place(test, &root);
            let source = sources.entry(file).or_insert_with_key(|file| std::fs::read_to_string(file).ok());
            if !source.as_ref().is_some_and(|source| holds(source, function)) {
                missing.push(format!("{}: {test}", row.id));
            }
        }
    }
    assert_eq!(missing, [""; 0], "these rows name tests that do not exist");
}

#[test]
fn a_name_that_only_stands_somewhere_is_no_test() {
    assert!(holds("#[test]\nfn it_holds() {}", "it_holds"));
    assert!(holds("    #[tokio::test(flavor = \"multi_thread\")]\n    async fn it_holds() {}", "it_holds"));
    assert!(holds("passes!(\n    one,\n    it_holds,\n);", "it_holds") && holds("passes!(one, it_holds);", "it_holds"));
    assert!(holds("/// ```compile_fail\n/// # use x;\n/// async fn it_holds() {}\n/// ```", "it_holds"));
    assert!(!holds("/// ```\n/// fn it_holds() {}\n/// ```", "it_holds"), "that one compiles");
    assert!(!holds("fn it_holds() {}", "it_holds"), "no attribute");
    assert!(!holds("#[test]\nfn it_holds_more() {}\n// it_holds", "it_holds"), "another name");
}

/// Returns the page: what is shown, what is shown in part, what is open.
fn page() -> String {
    let rows = rows();
    let mut out = String::from(INTRODUCTION);
    // Writing into a String cannot fail.
    let _ = writeln!(out, "\n## What is shown\n\n| | rows | shown by tests | in part | open |\n| --- | --- | --- | --- | --- |");
    for (kind, title, _) in KINDS {
        let of_kind: Vec<&Row> = rows.iter().filter(|row| row.id.starts_with(*kind)).collect();
        let count = |shown| of_kind.iter().filter(|row| row.shown() == shown).count();
        let _ =
            writeln!(out, "| {title} ({kind}) | {} | {} | {} | {} |", of_kind.len(), count(Shown::Whole), count(Shown::InPart), count(Shown::Open));
    }
    for (kind, title, _) in KINDS {
        let of_kind = || rows.iter().filter(|row| row.id.starts_with(*kind));
        let _ = writeln!(out, "\n## {title}\n\n| | what | where it is shown | tests |\n| --- | --- | --- | --- |");
        for row in of_kind().filter(|row| row.shown() != Shown::Open) {
            let tests: Vec<String> = row.tests.iter().map(|test| format!("`{test}`")).collect();
            let mark = if row.shown() == Shown::InPart { " (in part)" } else { "" };
            let _ = writeln!(out, "| {}{mark} | {} | {} | {} |", row.id, row.what, row.layer, tests.join("<br>"));
        }
        if of_kind().any(|row| row.shown() != Shown::Whole) {
            let _ = writeln!(out, "\nOpen:\n");
            for row in of_kind().filter(|row| row.shown() != Shown::Whole) {
                let _ = writeln!(out, "- **{}** {}: {}", row.id, row.what, row.open);
            }
        }
    }
    out
}

/// `UPDATE_EXPECT=1 cargo test --release -p testbed --test it reliability` writes it anew.
#[test]
fn the_page_is_current() {
    expect_file!["../../../../docs/reliability.md"].assert_eq(&page());
}
