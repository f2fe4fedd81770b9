//! Resources of the API: JSON in which any field may be missing, `null`, or a number in place of text.
//!
//! [`resource!`] makes the struct. Fields under `sometimes` are left out if there is none; the others are written as `null`,
//! as Plivo does. What has no field is kept: the samples that we know are years old, and fields are added all the time.

use serde_json::Value;

use crate::plivo::decimal::Decimal;

/// Makes a resource whose fields are all optional. `Debug` shows the fields named after `shows`, for the rest is private.
macro_rules! resource {
    (
        $(#[$meta:meta])* $name:ident shows [$($shown:ident),*] {
            $($(#[$field_meta:meta])* $field:ident: $ty:ty,)*
        }
        sometimes { $($(#[$some_meta:meta])* $some:ident: $some_ty:ty,)* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$field_meta])* #[serde(deserialize_with = "crate::loose::loose")] pub $field: Option<$ty>,)*
            $(
                $(#[$some_meta])*
                #[serde(deserialize_with = "crate::loose::loose", skip_serializing_if = "Option::is_none")]
                pub $some: Option<$some_ty>,
            )*
            /// Plivo's name for the request that showed this; entries of a list have none as a rule.
            #[serde(deserialize_with = "crate::loose::loose", skip_serializing_if = "Option::is_none")]
            pub api_id: Option<String>,
            /// All that has no field here.
            #[serde(flatten)]
            pub others: serde_json::Map<String, serde_json::Value>,
        }

        impl $name {
            /// Returns the reply that carries this.
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

pub(super) use crate::loose::Loose;

impl Loose for Decimal {
    fn of(value: Value) -> Option<Self> {
        Self::of_json(&value)
    }
}

/// One text, or several: a bulk request answers with a list where a single one has text.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct OneOrMany {
    items: Vec<String>,
    is_list: bool,
}

impl OneOrMany {
    /// Returns one.
    pub fn one(item: impl Into<String>) -> Self {
        Self { items: vec![item.into()], is_list: false }
    }

    /// Returns a list.
    pub fn many(items: impl IntoIterator<Item = String>) -> Self {
        Self { items: items.into_iter().collect(), is_list: true }
    }

    /// Returns all of them.
    pub fn all(&self) -> &[String] {
        &self.items
    }

    /// Returns the only one; `None` if there are several.
    pub fn only(&self) -> Option<&str> {
        match self.items.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

impl Loose for OneOrMany {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Array(_) => Some(Self::many(Vec::of(value)?)),
            other => Some(Self::one(String::of(other)?)),
        }
    }
}

impl serde::Serialize for OneOrMany {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.only() {
            Some(one) if !self.is_list => serializer.serialize_str(one),
            _ => self.items.serialize(serializer),
        }
    }
}

resource! {
    /// What Plivo answers when it only says that something was done.
    Done shows [message] {
        /// `play started`, `kicked`, `changed`, …: text, not to be matched.
        message: String,
    }
    sometimes {}
}

impl Done {
    /// Returns an answer with this text.
    pub fn new(api_id: &str, message: &str) -> Self {
        Self { message: Some(message.to_owned()), api_id: Some(api_id.to_owned()), ..Self::default() }
    }
}
