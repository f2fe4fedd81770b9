//! Resources of the API: JSON in which any field may be missing, `null`, or a number in place of text.
//!
//! [`resource!`] makes the struct. What is written is exact; what is read is taken as it comes, since the schema, its
//! examples and real replies differ (a price is text in one and a number in the other).

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// Makes a resource whose fields are all optional. `Debug` shows the fields named after `shows`, for the rest is private.
macro_rules! resource {
    ($(#[$meta:meta])* $name:ident shows [$($shown:ident),*] { $($(#[$field_meta:meta])* $field:ident: $ty:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$field_meta])* #[serde(deserialize_with = "crate::twilio::rest::loose::loose")] pub $field: Option<$ty>,)*
        }

        impl $name {
            /// Returns the reply that carries the resource: 201 for a new one as a rule, 200 otherwise.
            pub fn reply(&self, status: u16) -> $crate::http::HttpReply {
                $crate::http::HttpReply::json(status, self)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($shown), &self.$shown))*.finish_non_exhaustive()
            }
        }
    };
}

pub(super) use resource;

/// Reads a field; `null` and what does not fit count as missing.
pub(super) fn loose<'de, D: Deserializer<'de>, T: Loose>(deserializer: D) -> Result<Option<T>, D::Error> {
    Ok(T::of(Value::deserialize(deserializer)?))
}

/// A value that takes what fits from any JSON.
pub(super) trait Loose: Sized {
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

/// Makes a resource inside another one loose as well.
macro_rules! inner {
    ($($name:ident),+) => {
        $(impl $crate::twilio::rest::loose::Loose for $name {
            fn of(value: serde_json::Value) -> Option<Self> {
                serde_json::from_value(value).ok()
            }
        })+
    };
}

pub(super) use inner;
