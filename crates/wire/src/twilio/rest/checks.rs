//! Parameters of requests: read and checked as Twilio does, written from the same list.
//!
//! [`parameters!`] makes a struct with a reader and a writer from one list, so that the two cannot drift apart. The readers
//! here refuse with Twilio's own codes; where none is documented it is 20001.

use std::ops::RangeInclusive;

use telephony::Timestamp;

use super::RestError;
use crate::date;
use crate::http::{Form, Method};
use crate::twilio::status::CallEvent;
use crate::words::Word;

/// The code of a parameter that has none of its own.
pub(super) const INVALID: u32 = 20001;

/// Most numbered pairs that a request may carry.
///
/// Source: OpenAPI description of Streams, 2026-04.
pub(super) const MAX_CUSTOM_PARAMETERS: usize = 99;

/// Makes a struct of parameters: `field: Type = reader("Key", more…);` reads with `reader(form, "Key", more…)`, and is
/// written by its type's [`Write`]. What has no field is kept in `others`.
macro_rules! parameters {
    (
        $(#[$meta:meta])*
        $name:ident {
            required { $($(#[$required_meta:meta])* $required:ident: $required_ty:ty = $required_read:ident($required_key:literal $(, $required_arg:expr)*);)+ }
            optional { $($(#[$field_meta:meta])* $field:ident: $ty:ty = $read:ident($key:literal $(, $arg:expr)*);)* }
            $(also [$($also:literal),+])?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[$required_meta])* pub $required: $required_ty,)+
            $($(#[$field_meta])* pub $field: $ty,)*
            /// All other parameters, as sent.
            pub others: Vec<(String, String)>,
        }

        impl $name {
            /// Returns the value with nothing but the required parameters.
            pub fn new($($required: impl Into<$required_ty>),+) -> Self {
                Self { $($required: $required.into(),)+ $($field: Default::default(),)* others: Vec::new() }
            }
        }

        $crate::twilio::rest::checks::parameters!(@both $name {
            $($required: $required_read($required_key $(, $required_arg)*);)+
            $($field: $read($key $(, $arg)*);)*
        } [$($($also),+)?]);
    };
    (
        $(#[$meta:meta])*
        $name:ident {
            optional { $($(#[$field_meta:meta])* $field:ident: $ty:ty = $read:ident($key:literal $(, $arg:expr)*);)* }
            $(also [$($also:literal),+])?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $ty,)*
            /// All other parameters, as sent.
            pub others: Vec<(String, String)>,
        }

        $crate::twilio::rest::checks::parameters!(@both $name { $($field: $read($key $(, $arg)*);)* } [$($($also),+)?]);
    };
    (@both $name:ident { $($field:ident: $read:ident($key:literal $(, $arg:expr)*);)* } [$($also:literal),*]) => {
        impl $name {
            /// Writes the parameters as a form.
            pub fn to_form(&self) -> $crate::http::Form<'static> {
                use $crate::twilio::rest::checks::Write as _;
                let mut form = $crate::http::Form::new();
                $(self.$field.write($key, &mut form);)*
                for (key, value) in &self.others {
                    form.push(key.clone(), value.clone());
                }
                form
            }

            /// Reads and checks the parameters as Twilio does.
            ///
            /// # Errors
            /// What Twilio would refuse, with its code.
            pub fn from_form(form: &$crate::http::Form<'_>) -> Result<Self, $crate::twilio::rest::RestError> {
                const KNOWN: &[&str] = &[$($key,)* $($also,)*];
                Ok(Self {
                    $($field: $read(form, $key $(, $arg)*)?,)*
                    others: $crate::twilio::rest::checks::others(form, KNOWN),
                })
            }
        }

        /// Shows the names of what is set, no value.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}{:?}", stringify!($name), self.to_form())
            }
        }
    };
}

pub(super) use parameters;

/// Writes a parameter, or nothing if it is not set.
pub(super) trait Write {
    fn write(&self, key: &'static str, form: &mut Form<'static>);
}

impl Write for String {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        form.push(key, self.clone());
    }
}

impl Write for u32 {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        form.push(key, self.to_string());
    }
}

/// A flag that is off if nothing is said is only said if it is on.
impl Write for bool {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        if *self {
            form.push(key, "true");
        }
    }
}

impl Write for Option<bool> {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        form.push_some(key, self.map(|flag| if flag { "true" } else { "false" }));
    }
}

impl Write for Option<String> {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        form.push_some(key, self.clone());
    }
}

impl Write for Option<u32> {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        form.push_some(key, self.map(|number| number.to_string()));
    }
}

impl Write for Option<Method> {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        form.push_some(key, self.map(Method::as_str));
    }
}

impl Write for Method {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        form.push(key, self.as_str());
    }
}

impl Write for Vec<String> {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        for value in self {
            form.push(key, value.clone());
        }
    }
}

/// Numbered pairs: `Parameter1.Name=…&Parameter1.Value=…`.
impl Write for Vec<(String, String)> {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        for (at, (name, value)) in self.iter().take(MAX_CUSTOM_PARAMETERS).enumerate() {
            form.push(format!("{key}{}.Name", at + 1), name.clone());
            form.push(format!("{key}{}.Value", at + 1), value.clone());
        }
    }
}

impl Write for Vec<CallEvent> {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        for event in self {
            form.push(key, event.as_str());
        }
    }
}

impl<T: Word> Write for Option<T> {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        form.push_some(key, self.as_ref().map(|value| value.word().to_owned()));
    }
}

impl<T: Word> Write for Vec<T> {
    fn write(&self, key: &'static str, form: &mut Form<'static>) {
        for value in self {
            form.push(key, value.word().to_owned());
        }
    }
}

/// Returns the pairs whose keys have no field; a known key with a star stands for all that begin like it.
pub(super) fn others(form: &Form<'_>, known: &[&str]) -> Vec<(String, String)> {
    let is_known = |key: &str| known.iter().any(|known| known.strip_suffix('*').map_or(*known == key, |start| key.starts_with(start)));
    form.pairs().filter(|(key, _)| !is_known(key)).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Reads text; empty text counts as not said.
pub(super) fn text(form: &Form<'_>, key: &str) -> Result<Option<String>, RestError> {
    Ok(form.filled(key).map(str::to_owned))
}

/// Reads text that may be empty, where that says something: it takes a setting away.
pub(super) fn any_text(form: &Form<'_>, key: &str) -> Result<Option<String>, RestError> {
    Ok(form.get(key).map(str::to_owned))
}

/// Reads all texts of a repeated key.
pub(super) fn texts(form: &Form<'_>, key: &str) -> Result<Vec<String>, RestError> {
    Ok(form.all(key).filter(|value| !value.is_empty()).map(str::to_owned).collect())
}

/// Reads text that must be there.
pub(super) fn needed(form: &Form<'_>, key: &str, code: u32) -> Result<String, RestError> {
    form.filled(key).map(str::to_owned).ok_or_else(|| RestError::invalid(code, format!("{key} is required")))
}

/// Reads text of so many characters at most.
pub(super) fn text_within(form: &Form<'_>, key: &str, longest: usize) -> Result<Option<String>, RestError> {
    match form.filled(key) {
        Some(value) if value.chars().count() > longest => Err(RestError::invalid(INVALID, format!("{key} is longer than {longest} characters"))),
        value => Ok(value.map(str::to_owned)),
    }
}

/// Reads an absolute `http` or `https` address. Twilio refuses hosts with an underscore.
pub(super) fn url(form: &Form<'_>, key: &str, code: u32) -> Result<Option<String>, RestError> {
    form.filled(key).map(|url| address_of_web(url, key, code)).transpose()
}

/// Reads an address that may be empty, which takes it away.
pub(super) fn url_or_none(form: &Form<'_>, key: &str, code: u32) -> Result<Option<String>, RestError> {
    match form.get(key) {
        Some("") => Ok(Some(String::new())),
        _ => url(form, key, code),
    }
}

/// Reads an address that must be there.
pub(super) fn needed_url(form: &Form<'_>, key: &str, code: u32) -> Result<String, RestError> {
    address_of_web(&needed(form, key, code)?, key, code)
}

fn address_of_web(url: &str, key: &str, code: u32) -> Result<String, RestError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || host.contains(['_', ' ']) {
        return Err(RestError::invalid(code, format!("{key} is not a valid URL")));
    }
    Ok(url.to_owned())
}

/// Reads the address of a socket that must be there: `wss`, or `ws` for tests on one machine; no query.
pub(super) fn needed_socket(form: &Form<'_>, key: &str) -> Result<String, RestError> {
    let url = needed(form, key, INVALID)?;
    let rest = url.strip_prefix("wss://").or_else(|| url.strip_prefix("ws://")).unwrap_or_default();
    if rest.split('/').next().is_none_or(str::is_empty) || url.contains(['?', ' ']) {
        return Err(RestError::invalid(INVALID, format!("{key} is not a valid wss URL without a query")));
    }
    Ok(url)
}

/// Reads `GET` or `POST`.
pub(super) fn method(form: &Form<'_>, key: &str) -> Result<Option<Method>, RestError> {
    match form.filled(key).map(Method::parse) {
        None => Ok(None),
        Some(Some(method @ (Method::Get | Method::Post))) => Ok(Some(method)),
        Some(_) => Err(RestError::invalid(21209, format!("{key} must be GET or POST"))),
    }
}

/// Reads a word of a list.
pub(super) fn one_of(form: &Form<'_>, key: &str, allowed: &[&str]) -> Result<Option<String>, RestError> {
    match form.filled(key) {
        None => Ok(None),
        Some(value) if allowed.contains(&value) => Ok(Some(value.to_owned())),
        Some(_) => Err(RestError::invalid(INVALID, format!("{key} must be one of {}", allowed.join(", ")))),
    }
}

/// Reads one word of a set; an unknown one is refused.
pub(super) fn word<T: Word>(form: &Form<'_>, key: &str) -> Result<Option<T>, RestError> {
    form.filled(key).map(|value| known(value, key)).transpose()
}

/// Reads words of a set, repeated or in one value with blanks; doubles once.
pub(super) fn words<T: Word + PartialEq>(form: &Form<'_>, key: &str) -> Result<Vec<T>, RestError> {
    let mut words = Vec::new();
    for value in form.all(key).flat_map(str::split_ascii_whitespace) {
        let word = known(value, key)?;
        if !words.contains(&word) {
            words.push(word);
        }
    }
    Ok(words)
}

fn known<T: Word>(value: &str, key: &str) -> Result<T, RestError> {
    let word = T::read(value);
    if word.is_known() { Ok(word) } else { Err(RestError::invalid(INVALID, format!("{key} must be one of {}", T::KNOWN.join(", ")))) }
}

/// Reads the events of a leg.
pub(super) fn call_events(form: &Form<'_>, key: &str) -> Result<Vec<CallEvent>, RestError> {
    let mut events = Vec::new();
    for word in form.all(key).flat_map(str::split_ascii_whitespace) {
        let event = CallEvent::parse(word).ok_or_else(|| RestError::invalid(INVALID, format!("Invalid {key}")))?;
        if !events.contains(&event) {
            events.push(event);
        }
    }
    Ok(events)
}

/// Reads the events of a recording, repeated or in one value with blanks.
pub(super) fn recording_events(form: &Form<'_>, key: &str) -> Result<Vec<String>, RestError> {
    let mut events = Vec::new();
    for event in form.all(key).flat_map(str::split_ascii_whitespace) {
        if !matches!(event, "in-progress" | "completed" | "absent") {
            return Err(RestError::invalid(INVALID, format!("Invalid {key}")));
        }
        if !events.iter().any(|known| known == event) {
            events.push(event.to_owned());
        }
    }
    Ok(events)
}

/// Reads a whole number.
pub(super) fn number(form: &Form<'_>, key: &str, code: u32) -> Result<Option<u32>, RestError> {
    match form.filled(key) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| RestError::invalid(code, format!("{key} is not a number"))),
    }
}

/// Reads a whole number of a range.
pub(super) fn within(form: &Form<'_>, key: &str, range: RangeInclusive<u32>, code: u32) -> Result<Option<u32>, RestError> {
    match number(form, key, code)? {
        Some(number) if !range.contains(&number) => {
            Err(RestError::invalid(code, format!("{key} must be between {} and {}", range.start(), range.end())))
        }
        number => Ok(number),
    }
}

/// Reads `true` or `false`.
pub(super) fn flag(form: &Form<'_>, key: &str) -> Result<Option<bool>, RestError> {
    match form.filled(key) {
        None => Ok(None),
        Some(value) if value.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(value) if value.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(_) => Err(RestError::invalid(INVALID, format!("{key} must be true or false"))),
    }
}

/// Reads a flag that is off if nothing is said.
pub(super) fn is_on(form: &Form<'_>, key: &str) -> Result<bool, RestError> {
    Ok(flag(form, key)?.unwrap_or(false))
}

/// Reads the keys that are pressed once a call is connected; `w` waits half a second, `W` a whole one.
pub(super) fn send_digits(form: &Form<'_>, key: &str) -> Result<Option<String>, RestError> {
    let Some(digits) = form.filled(key) else {
        return Ok(None);
    };
    let sound = digits.len() <= 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'D' | b'#' | b'*' | b'w' | b'W'));
    if sound { Ok(Some(digits.to_owned())) } else { Err(RestError::invalid(21206, format!("{key} is invalid"))) }
}

/// Reads the filters of a date: at or after one moment, at or before another. The key alone means that whole day if it is a
/// bare date, that second if it is a moment.
pub(super) fn moments(query: &Form<'_>, key: &str) -> Result<(Option<Timestamp>, Option<Timestamp>), RestError> {
    let read = |key: &str| match query.filled(key) {
        None => Ok(None),
        Some(text) => {
            date::parse_second(text).map(Some).ok_or_else(|| RestError::invalid(INVALID, format!("Invalid {}", key.trim_end_matches(['<', '>']))))
        }
    };
    let length = if query.filled(key).is_some_and(|text| text.len() == 10) { 86_399_000 } else { 0 };
    let exact = read(key)?;
    let after = read(&format!("{key}>"))?.or(exact);
    let before = read(&format!("{key}<"))?.or(exact.map(|at| Timestamp(at.as_millis() + length)));
    Ok((after, before))
}

/// Writes the filters of a date.
pub(super) fn write_moments(query: &mut Form<'static>, key: &'static str, after: Option<Timestamp>, before: Option<Timestamp>) {
    if let Some(before) = before {
        query.push(format!("{key}<"), date::iso8601(before));
    }
    if let Some(after) = after {
        query.push(format!("{key}>"), date::iso8601(after));
    }
}

/// Returns whether a date of a resource lies within these moments; one that is missing lies in none.
pub(super) fn lies_within(text: Option<&str>, after: Option<Timestamp>, before: Option<Timestamp>) -> bool {
    if after.is_none() && before.is_none() {
        return true;
    }
    text.and_then(date::parse).is_some_and(|at| after.is_none_or(|after| at >= after) && before.is_none_or(|before| at <= before))
}

/// Returns whether a value of a resource is what is asked for; nothing asked for is always so.
pub(super) fn is_as_asked(wanted: Option<&str>, is: Option<&str>) -> bool {
    wanted.is_none() || wanted == is
}
