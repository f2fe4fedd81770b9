//! Webhooks as structs: [`result!`] makes one that adds to what every webhook about a call says, [`news!`] one that stands
//! alone. Reader and writer come from one list.

/// Makes the struct of what a verb brought: a `call`, and parameters of its own. What cannot be read stays in `call.others`.
macro_rules! result {
    ($(#[$meta:meta])* $name:ident shows [$($shown:ident),*] {
        $($(#[$field_meta:meta])* $field:ident: $ty:ty, $key:literal;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name {
            /// What every webhook about a call says.
            pub call: $crate::twilio::callback::CallCallback,
            $($(#[$field_meta])* pub $field: $ty,)*
        }

        impl $name {
            /// Returns a call with nothing added.
            pub fn of(call: $crate::twilio::callback::CallCallback) -> Self {
                Self { call, $($field: Default::default(),)* }
            }

            /// Reads the parameters of a webhook.
            ///
            /// # Errors
            /// What names no call.
            pub fn read(form: &$crate::http::Form<'_>) -> Result<Self, $crate::twilio::callback::MissingParameter> {
                let mut read = Self::of($crate::twilio::callback::CallCallback::read(form)?);
                $(if let Some(value) = read.call.take($key) {
                    read.$field = value;
                })*
                Ok(read)
            }

            /// Writes the parameters.
            pub fn to_form(&self) -> $crate::http::Form<'_> {
                let mut form = self.call.known();
                $(form.push_some($key, $crate::twilio::value::Value::write(&self.$field));)*
                self.call.push_others(&mut form);
                form
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).field("call", &self.call.call_sid)$(.field(stringify!($shown), &self.$shown))*.finish_non_exhaustive()
            }
        }
    };
}

/// Makes the struct of news that stand alone. What has no field, or cannot be read, is kept in `others`.
macro_rules! news {
    ($(#[$meta:meta])* $name:ident shows [$($shown:ident),*] needs $needed:literal {
        $($(#[$field_meta:meta])* $field:ident: $ty:ty, $key:literal;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $ty,)*
            /// All parameters that have no field here, in their order.
            pub others: Vec<(String, String)>,
        }

        impl $name {
            /// Reads the parameters of a webhook.
            ///
            /// # Errors
            /// The one parameter without which it tells nothing.
            pub fn read(form: &$crate::http::Form<'_>) -> Result<Self, $crate::twilio::callback::MissingParameter> {
                if form.filled($needed).is_none() {
                    return Err($crate::twilio::callback::MissingParameter { parameter: $needed });
                }
                let mut read = Self::default();
                // The first of a doubled parameter counts, the others are kept beside.
                let mut taken: Vec<&str> = Vec::with_capacity(8);
                for (key, text) in form.pairs() {
                    let is_read = match key {
                        $($key if !taken.contains(&$key) => $crate::twilio::value::Value::read(text).map(|value| read.$field = value).is_some(),)*
                        _ => false,
                    };
                    if is_read {
                        taken.push(key);
                    } else {
                        read.others.push((key.to_owned(), text.to_owned()));
                    }
                }
                Ok(read)
            }

            /// Writes the parameters.
            pub fn to_form(&self) -> $crate::http::Form<'_> {
                let mut form = $crate::http::Form::new();
                $(form.push_some($key, $crate::twilio::value::Value::write(&self.$field));)*
                for (key, value) in &self.others {
                    form.push(key.as_str(), value.as_str());
                }
                form
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($shown), &self.$shown))*.finish_non_exhaustive()
            }
        }
    };
}

pub(super) use {news, result};
