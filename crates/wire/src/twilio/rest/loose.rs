//! Resources of the API: JSON in which any field may be missing, `null`, or a number in place of text.
//!
//! [`resource!`] makes the struct. What is written is exact; what is read is taken as it comes, since the schema, its
//! examples and real replies differ (a price is text in one and a number in the other).

/// Makes a resource whose fields are all optional. `Debug` shows the fields named after `shows`, for the rest is private.
macro_rules! resource {
    ($(#[$meta:meta])* $name:ident shows [$($shown:ident),*] { $($(#[$field_meta:meta])* $field:ident: $ty:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $($(#[$field_meta])* #[serde(deserialize_with = "crate::loose::loose")] pub $field: Option<$ty>,)*
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

/// Makes a resource inside another one loose as well.
macro_rules! inner {
    ($($name:ident),+) => {
        $(impl $crate::loose::Loose for $name {
            fn of(value: serde_json::Value) -> Option<Self> {
                serde_json::from_value(value).ok()
            }
        })+
    };
}

pub(super) use inner;
