//! Parameters of requests, in a JSON body or a query: read and checked as Plivo does, written from the same list.
//!
//! [`parameters!`] makes a struct with a reader and a writer from one list, so that the two cannot drift apart. Each line is
//! `field: Type = reader("key", more…);`, read with `reader(body, "key", more…)` and written by its type's [`Write`].

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::RestError;
use super::address::{SocketUrl, WebUrl};
use super::loose::Loose as _;
use crate::http::{Form, Method};
use crate::plivo::headers::HeaderList;
use crate::words::Word;

/// What a request carries: a JSON object, or a query taken as one.
pub(super) struct Body(Map<String, Value>);

impl Body {
    /// Reads a body. None at all, an empty text (as one official library sends) and `null` are an empty object.
    pub fn parse(bytes: &[u8]) -> Result<Self, RestError> {
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(Value::Null) => Ok(Self(Map::new())),
            Ok(Value::String(text)) if text.is_empty() => Ok(Self(Map::new())),
            _ => Err(RestError::new(400, "the body must be a JSON object")),
        }
    }

    /// Takes a query; the last of doubled keys counts.
    pub fn of_query(query: &Form<'_>) -> Self {
        Self(query.pairs().map(|(key, value)| (key.to_owned(), Value::String(value.to_owned()))).collect())
    }

    /// Returns a value; `null` counts as not said.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// Returns a value as text unless it is empty.
    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key).cloned().and_then(String::of).filter(|text| !text.is_empty())
    }

    /// Returns what has none of these keys, nor is a bound of one of them (`key__gte`).
    pub fn others(&self, known: &[&str]) -> Map<String, Value> {
        let is_known = |key: &str| known.contains(&key) || key.split_once("__").is_some_and(|(start, _)| known.contains(&start));
        self.0.iter().filter(|(key, _)| !is_known(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
    }
}

/// Returns parameters as a query.
pub(super) fn query_of(parameters: Map<String, Value>) -> Form<'static> {
    let mut query = Form::new();
    for (key, value) in parameters {
        if let Some(text) = String::of(value) {
            query.push(key, text);
        }
    }
    query
}

/// Makes a struct of parameters. `also` names keys that are read otherwise, or repeat what stands in the path.
macro_rules! parameters {
    (
        $(#[$meta:meta])*
        $name:ident {
            required { $($(#[$required_meta:meta])* $required:ident: $required_ty:ty = $required_read:ident($required_key:literal $(, $required_arg:expr)*);)+ }
            optional { $($(#[$field_meta:meta])* $field:ident: $ty:ty = $read:ident($key:literal $(, $arg:expr)*);)* }
            also [$($also:literal),*]
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        pub struct $name {
            $($(#[$required_meta])* pub $required: $required_ty,)+
            $($(#[$field_meta])* pub $field: $ty,)*
            /// All other parameters, as sent.
            pub others: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            /// Returns the value with nothing but the required parameters.
            pub fn new($($required: impl Into<$required_ty>),+) -> Self {
                Self { $($required: $required.into(),)+ $($field: Default::default(),)* others: serde_json::Map::new() }
            }
        }

        $crate::plivo::rest::body::parameters!(@both $name {
            $($required: $required_read($required_key $(, $required_arg)*);)+
            $($field: $read($key $(, $arg)*);)*
        } [$($also),*]);
    };
    (
        $(#[$meta:meta])*
        $name:ident {
            optional { $($(#[$field_meta:meta])* $field:ident: $ty:ty = $read:ident($key:literal $(, $arg:expr)*);)* }
            also [$($also:literal),*]
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $ty,)*
            /// All other parameters, as sent.
            pub others: serde_json::Map<String, serde_json::Value>,
        }

        $crate::plivo::rest::body::parameters!(@both $name { $($field: $read($key $(, $arg)*);)* } [$($also),*]);
    };
    (@both $name:ident { $($field:ident: $read:ident($key:literal $(, $arg:expr)*);)* } [$($also:literal),*]) => {
        impl $name {
            /// Writes the parameters.
            pub fn to_body(&self) -> serde_json::Map<String, serde_json::Value> {
                use $crate::plivo::rest::body::Write as _;
                let mut body = self.others.clone();
                $(self.$field.write($key, &mut body);)*
                body
            }

            /// Reads and checks the parameters.
            ///
            /// # Errors
            /// What Plivo refuses: 400, with a text that names the parameter.
            pub(super) fn from_body(body: &$crate::plivo::rest::body::Body) -> Result<Self, $crate::plivo::rest::RestError> {
                const KNOWN: &[&str] = &[$($key,)* $($also,)*];
                Ok(Self { $($field: $read(body, $key $(, $arg)*)?,)* others: body.others(KNOWN) })
            }
        }

        /// Shows the names of what is set, no value.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($name))?;
                f.debug_list().entries(self.to_body().keys()).finish()
            }
        }
    };
}

pub(super) use parameters;

/// Writes a parameter, or nothing if it is not set.
pub(super) trait Write {
    fn write(&self, key: &'static str, body: &mut Map<String, Value>);
}

macro_rules! written_as_json {
    ($($ty:ty),+) => {
        $(impl Write for $ty {
            fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
                body.insert(key.to_owned(), self.clone().into());
            }
        })+
    };
}

written_as_json!(String, u32, bool);

impl<T: Write> Write for Option<T> {
    fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
        if let Some(value) = self {
            value.write(key, body);
        }
    }
}

impl Write for Method {
    fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
        body.insert(key.to_owned(), self.as_str().into());
    }
}

impl Write for WebUrl {
    fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
        body.insert(key.to_owned(), self.as_str().into());
    }
}

impl Write for SocketUrl {
    fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
        body.insert(key.to_owned(), self.as_str().into());
    }
}

impl Write for HeaderList {
    fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
        if !self.is_empty() {
            body.insert(key.to_owned(), self.to_text().into());
        }
    }
}

impl<T: Word> Write for T {
    fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
        body.insert(key.to_owned(), self.word().into());
    }
}

/// Words in one text, between commas.
impl<T: Word> Write for Vec<T> {
    fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
        if !self.is_empty() {
            let words: Vec<_> = self.iter().map(Word::word).collect();
            body.insert(key.to_owned(), words.join(",").into());
        }
    }
}

/// Reads text; empty text counts as not said.
pub(super) fn text(body: &Body, key: &str) -> Result<Option<String>, RestError> {
    Ok(body.text(key))
}

/// Reads text that may be empty, where that takes a setting away.
pub(super) fn any_text(body: &Body, key: &str) -> Result<Option<String>, RestError> {
    Ok(body.get(key).cloned().and_then(String::of))
}

/// Reads text that must be there.
pub(super) fn needed(body: &Body, key: &str) -> Result<String, RestError> {
    body.text(key).ok_or_else(|| RestError::missing(key))
}

/// Reads text of so many characters at most.
pub(super) fn text_within(body: &Body, key: &str, longest: usize) -> Result<Option<String>, RestError> {
    match body.text(key) {
        Some(text) if text.chars().count() > longest => Err(RestError::invalid(key, &format!("at most {longest} characters"))),
        text => Ok(text),
    }
}

/// Reads an absolute address.
pub(super) fn url(body: &Body, key: &str) -> Result<Option<WebUrl>, RestError> {
    body.text(key).map(|text| WebUrl::parse(&text).map_err(|_| RestError::invalid(key, "not an absolute http or https URL"))).transpose()
}

/// Reads an absolute address that must be there.
pub(super) fn needed_url(body: &Body, key: &str) -> Result<WebUrl, RestError> {
    url(body, key)?.ok_or_else(|| RestError::missing(key))
}

/// Reads an absolute address; where it is not said, another parameter's stands for it.
pub(super) fn url_or_that_of(body: &Body, key: &str, other: &str) -> Result<WebUrl, RestError> {
    match url(body, key)? {
        Some(url) => Ok(url),
        None => needed_url(body, other),
    }
}

/// Reads the address of a socket that must be there.
pub(super) fn needed_socket(body: &Body, key: &str) -> Result<SocketUrl, RestError> {
    SocketUrl::parse(&needed(body, key)?).map_err(|_| RestError::invalid(key, "not a wss URL of at most 2048 characters"))
}

/// Reads `GET` or `POST`.
pub(super) fn method(body: &Body, key: &str) -> Result<Option<Method>, RestError> {
    match body.text(key).map(|text| Method::parse(&text)) {
        None => Ok(None),
        Some(Some(method @ (Method::Get | Method::Post))) => Ok(Some(method)),
        Some(_) => Err(RestError::invalid(key, "GET or POST")),
    }
}

/// Reads a word of a set; an unknown one is refused.
pub(super) fn word<T: Word>(body: &Body, key: &str) -> Result<Option<T>, RestError> {
    body.text(key).map(|text| known(&text, key)).transpose()
}

/// Reads a word of a set that must be there.
pub(super) fn needed_word<T: Word>(body: &Body, key: &str) -> Result<T, RestError> {
    word(body, key)?.ok_or_else(|| RestError::missing(key))
}

/// Reads words of a set between commas; doubles once.
pub(super) fn words<T: Word + PartialEq>(body: &Body, key: &str) -> Result<Vec<T>, RestError> {
    let mut words = Vec::new();
    for part in body.text(key).unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let word = known(part, key)?;
        if !words.contains(&word) {
            words.push(word);
        }
    }
    Ok(words)
}

fn known<T: Word>(text: &str, key: &str) -> Result<T, RestError> {
    let word = T::read(text);
    if word.is_known() { Ok(word) } else { Err(RestError::invalid(key, &format!("one of {}", T::KNOWN.join(", ")))) }
}

/// Reads a whole number.
pub(super) fn number(body: &Body, key: &str) -> Result<Option<u32>, RestError> {
    let Some(value) = body.get(key).filter(|value| value.as_str() != Some("")) else {
        return Ok(None);
    };
    u32::of(value.clone()).map(Some).ok_or_else(|| RestError::invalid(key, "not a whole number"))
}

/// Reads a whole number of a range.
pub(super) fn within(body: &Body, key: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, RestError> {
    match number(body, key)? {
        Some(number) if !range.contains(&number) => Err(RestError::invalid(key, &format!("{} to {}", range.start(), range.end()))),
        number => Ok(number),
    }
}

/// Reads a whole number; where it is not said, this one stands.
pub(super) fn number_or(body: &Body, key: &str, otherwise: u32) -> Result<u32, RestError> {
    Ok(number(body, key)?.unwrap_or(otherwise))
}

/// Reads `true` or `false`, as JSON or as text.
pub(super) fn flag(body: &Body, key: &str) -> Result<Option<bool>, RestError> {
    let Some(value) = body.get(key).filter(|value| value.as_str() != Some("")) else {
        return Ok(None);
    };
    bool::of(value.clone()).map(Some).ok_or_else(|| RestError::invalid(key, "true or false"))
}

/// Reads a list of headers.
pub(super) fn headers(body: &Body, key: &str) -> Result<HeaderList, RestError> {
    Ok(body.get(key).map(HeaderList::of_json).unwrap_or_default())
}

/// Reads keys to press: digits, `*`, `#`, `w` (half a second), `W` (a whole one), and `@` with the milliseconds of a tone.
pub(super) fn digits(body: &Body, key: &str) -> Result<Option<String>, RestError> {
    match body.text(key) {
        None => Ok(None),
        Some(text) if are_digits(&text) => Ok(Some(text)),
        Some(_) => Err(RestError::invalid(key, "only 0-9 * # w W, and @ with milliseconds at the end")),
    }
}

/// Reads keys to press that must be there.
pub(super) fn needed_digits(body: &Body, key: &str) -> Result<String, RestError> {
    digits(body, key)?.ok_or_else(|| RestError::missing(key))
}

pub(super) fn are_digits(text: &str) -> bool {
    let (keys, tone) = text.split_once('@').unwrap_or((text, "1"));
    let plain = |b: u8| matches!(b, b'0'..=b'9' | b'*' | b'#' | b'w' | b'W');
    !keys.is_empty() && keys.bytes().all(plain) && !tone.is_empty() && tone.bytes().all(|b| b.is_ascii_digit())
}
