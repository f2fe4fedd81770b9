//! Reads the YAML file into a tree in which every key and every value knows its place.
//!
//! A value stays the text that was written: `+15551234567` is a phone number and not an integer, `1.50` is money and not
//! a float. What a text means is the key's business ([`super::setting`]).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Error, Location, Spanned};

use super::problem::{DUPLICATE_KEY, SYNTAX};
use assistant::codes::CodeEntry;

/// Line and column, from 1, in characters.
pub type Place = (u64, u64);

/// A key with its place, and what stands behind it.
#[derive(Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_at: Place,
    /// What stands behind it.
    pub node: Node,
}

/// A value with its place.
#[derive(Debug)]
pub struct Node {
    /// Where it begins.
    pub at: Place,
    /// What it is.
    pub content: Content,
}

/// What a value is.
#[derive(Debug)]
pub enum Content {
    /// Nothing, or `null`, or `~`.
    Nothing,
    /// A text, as written.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A section.
    Section(Vec<Entry>),
}

/// Why the file is not YAML.
#[derive(Debug)]
pub struct SyntaxError {
    /// `config.syntax` or `config.duplicate_key`.
    pub entry: &'static CodeEntry,
    /// Where; `None` if the reader does not say.
    pub at: Option<Place>,
    /// What, in a clause that quotes no value.
    pub what: String,
}

/// Returns the tree of a file; an empty file is [`Content::Nothing`].
pub fn parse(text: &str) -> Result<Node, SyntaxError> {
    // The reader keeps only so many comments at once; a file in which most keys are comments has more.
    let options = serde_saphyr::options! { emit_comments: false };
    let raw: Spanned<Raw> = serde_saphyr::from_str_with_options(text, options).map_err(|error| syntax_error(&error))?;
    Ok(resolve(raw, text))
}

fn syntax_error(error: &Error) -> SyntaxError {
    let error = error.without_snippet();
    let at = error.location().map(place);
    if let Error::DuplicateMappingKey { key, .. } = error {
        let key = key.as_deref().unwrap_or("?");
        return SyntaxError { entry: &DUPLICATE_KEY, at, what: format!("the key `{key}` stands twice") };
    }
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    SyntaxError { entry: &SYNTAX, at, what: what.to_owned() }
}

fn place(location: Location) -> Place {
    (location.line(), location.column())
}

fn resolve(raw: Spanned<Raw>, source: &str) -> Node {
    let content = match raw.value {
        Raw::Nothing => Content::Nothing,
        Raw::Text(text) => Content::Text(text),
        // The reader took the plain text for a number or a truth value; its own words stand in the source.
        Raw::Plain(read) => Content::Text(slice(source, raw.defined).unwrap_or(read)),
        Raw::List(items) => Content::List(items.into_iter().map(|item| resolve(item, source)).collect()),
        Raw::Section(entries) => Content::Section(
            entries.into_iter().map(|(key, value)| Entry { key: key.value, key_at: place(key.referenced), node: resolve(value, source) }).collect(),
        ),
    };
    Node { at: place(raw.referenced), content }
}

fn slice(source: &str, location: Location) -> Option<String> {
    let span = location.span();
    let begin = usize::try_from(span.byte_offset()?).ok()?;
    let end = begin.checked_add(usize::try_from(span.byte_len()?).ok()?)?;
    Some(source.get(begin..end)?.trim().to_owned())
}

/// The tree as the reader gives it.
enum Raw {
    Nothing,
    Text(String),
    Plain(String),
    List(Vec<Spanned<Raw>>),
    Section(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a section, a list or a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Plain(value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut section = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            section.push(entry);
        }
        Ok(Raw::Section(section))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let mut out = String::new();
        match parse(text) {
            Ok(node) => write(&node, "", &mut out),
            Err(error) => out = format!("{} {:?} {}\n", error.entry.code, error.at, error.what),
        }
        expected.assert_eq(&out);
    }

    fn write(node: &Node, path: &str, out: &mut String) {
        match &node.content {
            Content::Nothing => *out += &format!("{path} nothing {:?}\n", node.at),
            Content::Text(text) => *out += &format!("{path} {text:?} {:?}\n", node.at),
            Content::List(items) => items.iter().for_each(|item| write(item, &format!("{path}[]"), out)),
            Content::Section(entries) => entries.iter().for_each(|entry| write(&entry.node, &format!("{path}.{}", entry.key), out)),
        }
    }

    #[test]
    fn values_stay_as_they_are_written() {
        check(
            "é: 1\nv:\n  number: +15551234567   # ours\n  money: 1.50\n  flag: yes\n  quoted: \"a #b\"\n  none:\n  list: [US, 7]\n  ref: ${TOKEN}\n  huge: 123456789012345678901234567890\n",
            expect![[r#"
                .é "1" (1, 4)
                .v.number "+15551234567" (3, 11)
                .v.money "1.50" (4, 10)
                .v.flag "yes" (5, 9)
                .v.quoted "a #b" (6, 11)
                .v.none nothing (7, 7)
                .v.list[] "US" (8, 10)
                .v.list[] "7" (8, 14)
                .v.ref "${TOKEN}" (9, 8)
                .v.huge "123456789012345678901234567890" (10, 9)
            "#]],
        );
    }

    #[test]
    fn a_file_may_consist_of_comments() {
        check(
            &format!("a: 1\n{}b: 2\n", "# note\n".repeat(5_000)),
            expect![[r#"
            .a "1" (1, 4)
            .b "2" (5002, 4)
        "#]],
        );
    }

    #[test]
    fn an_anchor_serves_twice() {
        check(
            "a: &t +1555\nb: *t\n",
            expect![[r#"
            .a "+1555" (1, 7)
            .b "+1555" (2, 4)
        "#]],
        );
    }

    #[test]
    fn what_is_no_yaml_says_where() {
        check(
            "a: [1",
            expect![[r#"
            config.syntax Some((1, 4)) unclosed bracket '['
        "#]],
        );
        check(
            "a: 1\na: secret",
            expect![[r#"
            config.duplicate_key Some((2, 1)) the key `a` stands twice
        "#]],
        );
        check(
            "a: 1\n b: 2",
            expect![[r#"
            config.syntax Some((2, 3)) mapping values are not allowed in this context
        "#]],
        );
        check(
            "a: 1\n---\nb: 2",
            expect![[r#"
            config.syntax Some((3, 1)) multiple YAML documents detected; use from_str_multiple or from_str_multiple_with_options
        "#]],
        );
        check(
            "a: *x",
            expect![[r#"
            config.syntax Some((1, 4)) alias references unknown anchor
        "#]],
        );
    }
}
