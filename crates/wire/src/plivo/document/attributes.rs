//! Attributes of elements: read and checked, written from the same list.
//!
//! [`element!`] makes a struct with a reader and a writer from one list. Each line is `field: Type = reader("key", more…);`;
//! `[Type: value]` behind it is what holds if nothing is said, and gives a function of the field's name. What is not said is
//! not written either.

use std::ops::RangeInclusive;

use super::Fault;
use crate::http::Method;
use crate::plivo::headers::HeaderList;
use crate::words::Word;
use crate::xml::{Element, Node};

/// What is wrong with a document, as it is found.
#[derive(Default)]
pub(super) struct Faults {
    /// For these Plivo surely refuses the whole document.
    pub refused: Vec<Fault>,
    /// These it may refuse, or take for something else than meant.
    pub doubts: Vec<Fault>,
}

impl Faults {
    pub fn refuse(&mut self, element: &str, what: &'static str) {
        self.refused.push(Fault { element: element.to_owned(), attribute: None, what });
    }

    pub fn doubt(&mut self, element: &str, what: &'static str) {
        self.doubts.push(Fault { element: element.to_owned(), attribute: None, what });
    }
}

/// The attributes of an element, and where its faults go.
pub(super) struct Attributes<'a> {
    pub element: &'a Element,
    pub faults: &'a mut Faults,
}

impl Attributes<'_> {
    pub fn get(&self, key: &str) -> Option<&str> {
        self.element.attribute(key)
    }

    fn fault(&self, key: &'static str, what: &'static str) -> Fault {
        Fault { element: self.element.name.clone(), attribute: Some(key.to_owned()), what }
    }

    pub fn refuse(&mut self, key: &'static str, what: &'static str) {
        let fault = self.fault(key, what);
        self.faults.refused.push(fault);
    }

    pub fn doubt(&mut self, key: &'static str, what: &'static str) {
        let fault = self.fault(key, what);
        self.faults.doubts.push(fault);
    }

    /// Refuses what is not known. Names are told in upper and lower case.
    pub fn refuse_others(&mut self, known: &[&str], prefixes: &[&str]) {
        for (name, _) in &self.element.attributes {
            if !known.contains(&name.as_str()) && !prefixes.iter().any(|prefix| name.starts_with(prefix)) {
                let fault = Fault { element: self.element.name.clone(), attribute: Some(name.clone()), what: "an unknown attribute" };
                self.faults.refused.push(fault);
            }
        }
    }
}

/// Makes an element. `Debug` shows which attributes are set, no value: they hold numbers, words and addresses.
macro_rules! element {
    (
        $(#[$meta:meta])*
        $name:ident = $tag:literal {
            $($(#[$field_meta:meta])* $field:ident: $ty:ty = $read:ident($key:literal $(, $arg:expr)*) $([$held_ty:ty: $held:expr])?;)*
        }
        inside { $($(#[$inner_meta:meta])* $inner:ident: $inner_ty:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $ty,)*
            $($(#[$inner_meta])* pub $inner: $inner_ty,)*
        }

        impl $name {
            /// The name of the element.
            pub const TAG: &'static str = $tag;

            const KNOWN: &'static [&'static str] = &[$($key),*];

            $($(
                /// Returns what holds: what is said, else Plivo's default.
                pub fn $field(&self) -> $held_ty {
                    match &self.$field {
                        Some(said) => said.to_owned(),
                        None => $held,
                    }
                }
            )?)*

            /// Reads the attributes; what is inside is left empty.
            fn read_attributes(attributes: &mut $crate::plivo::document::attributes::Attributes<'_>, prefixes: &[&str]) -> Self {
                attributes.refuse_others(Self::KNOWN, prefixes);
                Self {
                    $($field: $read(attributes, $key $(, $arg)*),)*
                    $($inner: Default::default(),)*
                }
            }

            /// Writes the element with its attributes; what is inside is left out.
            fn write_attributes(&self) -> $crate::xml::Element {
                use $crate::plivo::document::attributes::Write as _;
                let mut element = $crate::xml::Element::new($tag);
                $(self.$field.write($key, &mut element);)*
                element
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($tag)?;
                f.debug_list().entries(self.write_attributes().attributes.iter().map(|(name, _)| name)).finish()
            }
        }
    };
}

pub(super) use element;

/// Writes an attribute, or nothing if it is not set.
pub(super) trait Write {
    fn write(&self, key: &'static str, element: &mut Element);
}

fn push(key: &'static str, value: impl Into<String>, element: &mut Element) {
    element.attributes.push((key.to_owned(), value.into()));
}

impl<T: Write> Write for Option<T> {
    fn write(&self, key: &'static str, element: &mut Element) {
        if let Some(value) = self {
            value.write(key, element);
        }
    }
}

impl Write for String {
    fn write(&self, key: &'static str, element: &mut Element) {
        push(key, self.as_str(), element);
    }
}

impl Write for u32 {
    fn write(&self, key: &'static str, element: &mut Element) {
        push(key, self.to_string(), element);
    }
}

impl Write for bool {
    fn write(&self, key: &'static str, element: &mut Element) {
        push(key, if *self { "true" } else { "false" }, element);
    }
}

impl Write for Method {
    fn write(&self, key: &'static str, element: &mut Element) {
        push(key, self.as_str(), element);
    }
}

impl Write for HeaderList {
    fn write(&self, key: &'static str, element: &mut Element) {
        if !self.is_empty() {
            push(key, self.to_text(), element);
        }
    }
}

impl<T: Word> Write for T {
    fn write(&self, key: &'static str, element: &mut Element) {
        push(key, self.word(), element);
    }
}

/// Words between commas.
impl<T: Word> Write for Vec<T> {
    fn write(&self, key: &'static str, element: &mut Element) {
        if !self.is_empty() {
            push(key, self.iter().map(Word::word).collect::<Vec<_>>().join(","), element);
        }
    }
}

/// Reads text.
pub(super) fn text(attributes: &mut Attributes<'_>, key: &'static str) -> Option<String> {
    attributes.get(key).map(str::to_owned)
}

/// Reads text that must be there.
pub(super) fn needed(attributes: &mut Attributes<'_>, key: &'static str) -> String {
    let text = text(attributes, key).unwrap_or_default();
    if text.trim().is_empty() {
        attributes.refuse(key, "a required attribute is missing");
    }
    text
}

/// Reads an address. One that is not absolute ends the call when it is needed (7022 and its kin), not before.
pub(super) fn url(attributes: &mut Attributes<'_>, key: &'static str) -> Option<String> {
    let url = text(attributes, key)?;
    check_url(&url, key, attributes);
    Some(url)
}

/// Reads an address that must be there.
pub(super) fn needed_url(attributes: &mut Attributes<'_>, key: &'static str) -> String {
    let url = needed(attributes, key);
    if !url.trim().is_empty() {
        check_url(&url, key, attributes);
    }
    url
}

fn check_url(url: &str, key: &'static str, attributes: &mut Attributes<'_>) {
    if !is_web_url(url.trim()) {
        attributes.doubt(key, "an address that is not absolute");
    }
}

pub(super) fn is_web_url(url: &str) -> bool {
    crate::plivo::rest::address::is_absolute(url, &["https://", "http://"])
}

/// Reads an address, or one of these words.
pub(super) fn url_or(attributes: &mut Attributes<'_>, key: &'static str, words: &[&str]) -> Option<String> {
    let text = text(attributes, key)?;
    if !words.contains(&text.as_str()) {
        check_url(&text, key, attributes);
    }
    Some(text)
}

/// Reads text of so many characters at most.
pub(super) fn text_within(attributes: &mut Attributes<'_>, key: &'static str, longest: usize) -> Option<String> {
    let text = text(attributes, key)?;
    if text.chars().count() > longest {
        attributes.doubt(key, "longer than Plivo takes");
    }
    Some(text)
}

/// Reads `true` or `false`.
pub(super) fn flag(attributes: &mut Attributes<'_>, key: &'static str) -> Option<bool> {
    match attributes.get(key)?.trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => {
            attributes.refuse(key, "neither true nor false");
            None
        }
    }
}

/// Reads a whole number.
pub(super) fn number(attributes: &mut Attributes<'_>, key: &'static str) -> Option<u32> {
    let number = attributes.get(key)?.trim().parse().ok();
    if number.is_none() {
        attributes.refuse(key, "not a whole number");
    }
    number
}

/// Reads a whole number of a range.
pub(super) fn within(attributes: &mut Attributes<'_>, key: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
    let number = number(attributes, key)?;
    if !range.contains(&number) {
        attributes.doubt(key, "out of the documented range");
    }
    Some(number)
}

/// Reads seconds of a range, or `auto`.
pub(super) fn seconds_or_auto(attributes: &mut Attributes<'_>, key: &'static str, range: RangeInclusive<u32>) -> Option<String> {
    let text = text(attributes, key)?;
    if text.trim() != "auto" && !text.trim().parse::<u32>().is_ok_and(|number| range.contains(&number)) {
        attributes.doubt(key, "neither auto nor in the documented range");
    }
    Some(text)
}

/// Reads `GET` or `POST`.
pub(super) fn method(attributes: &mut Attributes<'_>, key: &'static str) -> Option<Method> {
    match Method::parse(attributes.get(key)?.trim()) {
        Some(method @ (Method::Get | Method::Post)) => Some(method),
        Some(Method::Delete) | None => {
            attributes.refuse(key, "neither GET nor POST");
            None
        }
    }
}

/// Reads a word of a set; an unknown one is kept, and doubted.
pub(super) fn word<T: Word>(attributes: &mut Attributes<'_>, key: &'static str) -> Option<T> {
    let word = T::read(attributes.get(key)?.trim());
    if !word.is_known() {
        attributes.doubt(key, "an unknown value");
    }
    Some(word)
}

/// Reads a word of a set that must be there; an unknown one is refused, as by the official libraries.
pub(super) fn needed_word<T: Word>(attributes: &mut Attributes<'_>, key: &'static str) -> Option<T> {
    let Some(text) = attributes.get(key) else {
        attributes.refuse(key, "a required attribute is missing");
        return None;
    };
    let word = T::read(text.trim());
    if !word.is_known() {
        attributes.refuse(key, "an unknown value");
    }
    Some(word)
}

/// Reads words of a set between commas.
pub(super) fn words<T: Word>(attributes: &mut Attributes<'_>, key: &'static str) -> Vec<T> {
    let text = text(attributes, key).unwrap_or_default();
    let words: Vec<T> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(T::read).collect();
    if !words.iter().all(Word::is_known) {
        attributes.doubt(key, "an unknown value");
    }
    words
}

/// Reads a list of headers.
pub(super) fn headers(attributes: &mut Attributes<'_>, key: &'static str) -> HeaderList {
    let list = attributes.get(key).map(HeaderList::parse).unwrap_or_default();
    if let Some(what) = list.fault() {
        attributes.doubt(key, what);
    }
    list
}

/// Reads keys that end an input: one of `0-9 * #`, nothing, or `none`.
pub(super) fn finish_key(attributes: &mut Attributes<'_>, key: &'static str) -> Option<String> {
    let text = text(attributes, key)?;
    let is_key = matches!(text.as_bytes(), [b'0'..=b'9' | b'*' | b'#']);
    if !is_key && !text.is_empty() && text != "none" {
        attributes.doubt(key, "an unknown value");
    }
    Some(text)
}

/// Returns the text of an element that holds nothing else, without blanks around it.
pub(super) fn text_inside(element: &Element, faults: &mut Faults) -> String {
    if element.elements().next().is_some() {
        faults.refuse(&element.name, "an element inside one that holds text alone");
    }
    let text = element.all_text().trim().to_owned();
    if text.is_empty() {
        faults.doubt(&element.name, "the element is empty");
    }
    text
}

/// Checks that there is nothing inside an element.
pub(super) fn nothing_inside(element: &Element, faults: &mut Faults) {
    if element.elements().next().is_some() {
        faults.refuse(&element.name, "an element inside one that holds none");
    }
    no_words(element, faults);
}

/// Checks that there are no words between the elements inside.
pub(super) fn no_words(element: &Element, faults: &mut Faults) {
    if element.children.iter().any(|node| matches!(node, Node::Text(text) if !text.trim().is_empty())) {
        faults.doubt(&element.name, "words where only elements are read");
    }
}
