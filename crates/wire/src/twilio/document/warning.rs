//! What is not right in a document, though it can be run: Twilio notes it and goes on.

use std::fmt;

use crate::xml::{Element, Node, line_and_column};

/// Warnings that are kept of one document: the first ones tell enough.
const MAX_WARNINGS: usize = 100;

/// Twilio's code for what its schema does not know.
pub(super) const SCHEMA: u32 = 12200;

/// Something in a document that is passed over, taken for its default, or beyond a limit; the call goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// Twilio's code, 12200 as a rule.
    pub code: u32,
    /// The element it is about.
    pub element: String,
    /// The attribute it is about, if it is about one.
    pub attribute: Option<String>,
    /// What is wrong.
    pub what: &'static str,
    /// Where the element begins, in bytes.
    pub at: u64,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.attribute {
            Some(attribute) => write!(f, "<{} {attribute}>: {}", self.element, self.what),
            None => write!(f, "<{}>: {}", self.element, self.what),
        }
    }
}

/// Why a document is not right to the letter.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct ParseError {
    /// Twilio's code.
    pub code: u32,
    /// What is wrong, and of which element.
    pub what: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

impl ParseError {
    pub(super) fn new(text: &str, code: u32, what: String, at: u64) -> Self {
        let (line, column) = line_and_column(text, at);
        Self { code, what, line, column }
    }
}

/// Collects warnings while a document is read.
pub(super) struct Warnings {
    found: Vec<Warning>,
    to_the_letter: bool,
}

impl Warnings {
    /// Returns none so far. `to_the_letter` also takes what Twilio only notices when it gets there.
    pub const fn new(to_the_letter: bool) -> Self {
        Self { found: Vec::new(), to_the_letter }
    }

    pub fn into_inner(self) -> Vec<Warning> {
        self.found
    }

    /// Warns of what fails when it is run and not when it is read: of that Twilio tells with other codes, at its time.
    pub fn of_what_will_fail(&mut self, element: &Element, attribute: &str, what: &'static str) {
        if self.to_the_letter {
            self.of_attribute(element, attribute, what);
        }
    }

    pub fn of(&mut self, element: &Element, what: &'static str) {
        self.push(SCHEMA, element, None, what);
    }

    pub fn of_attribute(&mut self, element: &Element, attribute: &str, what: &'static str) {
        self.push(SCHEMA, element, Some(attribute.to_owned()), what);
    }

    pub fn push(&mut self, code: u32, element: &Element, attribute: Option<String>, what: &'static str) {
        if self.found.len() < MAX_WARNINGS {
            self.found.push(Warning { code, element: element.name.clone(), attribute, what, at: element.place.0 });
        }
    }

    /// Warns of text where there may be none.
    pub fn of_text(&mut self, element: &Element) {
        let has_text = element.children.iter().any(|node| matches!(node, Node::Text(text) if !text.trim().is_empty()));
        if has_text {
            self.of(element, "text that is passed over");
        }
    }

    /// Warns of everything inside an element that may have nothing inside.
    pub fn of_inside(&mut self, element: &Element) {
        self.of_text(element);
        for inner in element.elements() {
            self.of(inner, "an element that cannot stand here is passed over");
        }
    }

    /// Warns of elements inside one that may have text only.
    pub fn of_elements(&mut self, element: &Element) {
        for inner in element.elements() {
            self.of(inner, "an element that cannot stand here is passed over");
        }
    }
}
