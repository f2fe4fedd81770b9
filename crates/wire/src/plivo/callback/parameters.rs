//! Parameters of webhooks: every value is text on the wire. Read and written from the same list; what has no field, or has a
//! value that does not fit, is kept as it came.

use std::borrow::Cow;

use super::MissingParameter;
use crate::http::Form;
use crate::plivo::clock::AccountTime;
use crate::plivo::decimal::Decimal;
use crate::words::Word;

/// The parameters of a webhook, ticked off as they are read.
pub(super) struct Bag(Vec<Option<(String, String)>>);

impl Bag {
    pub fn new(form: &Form<'_>) -> Self {
        Self(form.pairs().map(|(key, value)| Some((key.to_owned(), value.to_owned()))).collect())
    }

    /// Takes a parameter; one whose value does not fit stays.
    pub fn take<T: Parameter>(&mut self, key: &str) -> Option<T> {
        let place = self.0.iter_mut().find(|place| place.as_ref().is_some_and(|(name, _)| name == key))?;
        let read = T::read(&place.as_ref()?.1)?;
        *place = None;
        Some(read)
    }

    /// Takes a parameter that must be there and not be empty.
    pub fn take_needed(&mut self, key: &'static str) -> Result<String, MissingParameter> {
        self.take(key).filter(|value: &String| !value.is_empty()).ok_or(MissingParameter { parameter: key })
    }

    pub fn rest(self) -> Vec<(String, String)> {
        self.0.into_iter().flatten().collect()
    }
}

/// Pairs to be written.
pub(super) type Pairs<'a> = Vec<(Cow<'a, str>, Cow<'a, str>)>;

/// Returns pairs as a form in the order in which Plivo sends them: by the bytes of their keys.
pub(super) fn form_of(mut pairs: Pairs<'_>) -> Form<'_> {
    pairs.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    let mut form = Form::new();
    for (key, value) in pairs {
        form.push(key, value);
    }
    form
}

/// A value of a webhook.
pub(super) trait Parameter: Sized {
    fn read(text: &str) -> Option<Self>;
    fn text(&self) -> Cow<'_, str>;
}

impl Parameter for String {
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

/// Only in the plain form, so that it is written as it was read.
impl Parameter for u32 {
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &Self| number.to_string() == text)
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl Parameter for bool {
    fn read(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }
}

impl Parameter for Decimal {
    fn read(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_str())
    }
}

impl Parameter for AccountTime {
    fn read(text: &str) -> Option<Self> {
        Some(Self::new(text))
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_str())
    }
}

impl<T: Word> Parameter for T {
    fn read(text: &str) -> Option<Self> {
        Some(T::read(text))
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.word())
    }
}

/// Makes a webhook: `about [call]` gives it the parameters of a call, `needs [field = "Key"]` one without which it says
/// nothing. `Debug` shows the fields named after `shows`, for the rest is private.
macro_rules! callback {
    (
        $(#[$meta:meta])*
        $name:ident shows [$($shown:ident),*] about [$($group:ident)?] needs [$($needed:ident = $needed_key:literal)?] {
            $($(#[$field_meta:meta])* $field:ident: $ty:ty = $key:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq, Eq)]
        pub struct $name {
            $(
                /// Which call it is about.
                pub $group: $crate::plivo::callback::CallParameters,
            )?
            $(
                /// What it is about.
                pub $needed: String,
            )?
            $($(#[$field_meta])* pub $field: Option<$ty>,)*
            /// All parameters that have no field here, in their order.
            pub others: Vec<(String, String)>,
        }

        impl $name {
            /// Reads the parameters. Unknown ones are kept, and those with a value that does not fit.
            ///
            /// # Errors
            /// A parameter without which the webhook says nothing is missing.
            pub fn read(form: &$crate::http::Form<'_>) -> Result<Self, $crate::plivo::callback::MissingParameter> {
                let mut bag = $crate::plivo::callback::parameters::Bag::new(form);
                Ok(Self {
                    $($group: $crate::plivo::callback::CallParameters::take(&mut bag)?,)?
                    $($needed: bag.take_needed($needed_key)?,)?
                    $($field: bag.take($key),)*
                    others: bag.rest(),
                })
            }

            /// Writes the parameters, in the order in which Plivo sends them.
            pub fn to_form(&self) -> $crate::http::Form<'_> {
                use std::borrow::Cow;
                let mut pairs: $crate::plivo::callback::parameters::Pairs<'_> = vec![
                    $((Cow::Borrowed($needed_key), Cow::Borrowed(self.$needed.as_str())),)?
                ];
                $(self.$group.put(&mut pairs);)?
                $(if let Some(value) = &self.$field {
                    pairs.push((Cow::Borrowed($key), $crate::plivo::callback::parameters::Parameter::text(value)));
                })*
                pairs.extend(self.others.iter().map(|(key, value)| (Cow::Borrowed(key.as_str()), Cow::Borrowed(value.as_str()))));
                $crate::plivo::callback::parameters::form_of(pairs)
            }

            /// Returns a parameter that has no field of its own.
            pub fn other(&self, key: &str) -> Option<&str> {
                self.others.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($group), &self.$group))?
                    $(.field(stringify!($shown), &self.$shown))*
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(super) use callback;
