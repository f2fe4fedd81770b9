//! JSON as carriers truly send it: any field may be missing, `null`, or a number in place of text.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Reads a field; `null` and what does not fit count as missing.
pub(crate) fn loose<'de, D: Deserializer<'de>, T: Loose>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(T::of(Value::deserialize(deserializer)?))
}

/// A value that takes what fits from any JSON.
pub(crate) trait Loose: Sized {
    /// Returns what fits.
    fn of(value: Value) -> Option<Self>;
}

impl Loose for String {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

impl Loose for u32 {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_u64().and_then(|number| Self::try_from(number).ok()),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl Loose for bool {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Bool(flag) => Some(flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }
}

impl Loose for Value {
    fn of(value: Value) -> Option<Self> {
        (!value.is_null()).then_some(value)
    }
}

impl Loose for Map<String, Value> {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Object(map) => Some(map),
            _ => None,
        }
    }
}

impl<T: serde::de::DeserializeOwned> Loose for Vec<T> {
    fn of(value: Value) -> Option<Self> {
        serde_json::from_value(value).ok()
    }
}
