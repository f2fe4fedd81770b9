//! Elements of a document as structs: [`element!`] makes reader and writer of the attributes from one list.

use super::warning::Warnings;
use crate::twilio::value::Value;
use crate::xml::Element;

/// Makes the struct of an element. `field: Type = default, "attribute" | "other spelling";`, the default is the type's own if
/// none is named. An attribute that has its default is not written. `untyped` attributes exist but have no field here: they
/// are kept without a warning. What stands `inside` the element is read and written by its own code.
macro_rules! element {
    (
        $(#[$meta:meta])*
        $name:ident as $tag:literal {
            $($(#[$field_meta:meta])* $field:ident: $ty:ty $(= $default:expr)?, $attribute:literal $(| $alias:literal)*;)*
        }
        $(untyped [$($untyped:literal),+])?
        $(inside { $($(#[$inner_meta:meta])* $inner:ident: $inner_ty:ty,)* })?
    ) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Debug)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $ty,)*
            $($($(#[$inner_meta])* pub $inner: $inner_ty,)*)?
            /// Attributes without a field of their own, as written.
            pub others: Vec<(String, String)>,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($field: $crate::twilio::document::attribute::element!(@default $($default)?),)*
                    $($($inner: Default::default(),)*)?
                    others: Vec::new(),
                }
            }
        }

        impl $name {
            /// Reads the attributes.
            pub(in crate::twilio::document) fn of_attributes(
                element: &$crate::xml::Element,
                warnings: &mut $crate::twilio::document::warning::Warnings,
            ) -> Self {
                #[allow(unused_mut, reason = "an element without attributes takes none")]
                let mut read = Self::default();
                #[allow(unused_mut, reason = "an element without attributes takes none")]
                let mut attributes = $crate::twilio::document::attribute::Attributes::new(element, warnings);
                $(attributes.take(&[$attribute $(, $alias)*], &mut read.$field);)*
                read.others = attributes.rest(&[$($($untyped),+)?]);
                read
            }

            /// Returns the element with its attributes and nothing inside.
            pub(in crate::twilio::document) fn with_attributes(&self) -> $crate::xml::Element {
                let mut element = $crate::xml::Element::new($tag);
                #[allow(unused_variables, reason = "an element without attributes has no defaults")]
                let plain = Self::default();
                $($crate::twilio::document::attribute::put(&mut element, $attribute, &self.$field, &plain.$field);)*
                element.attributes.extend(self.others.iter().cloned());
                element
            }
        }
    };
    (@default) => { Default::default() };
    (@default $default:expr) => { $default };
}

pub(super) use element;

/// Seconds, or as many as Twilio sees fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seconds {
    /// As many as Twilio sees fit.
    Auto,
    /// So many.
    Of(u32),
}

impl Seconds {
    /// Returns how many, unless Twilio decides.
    pub const fn number(self) -> Option<u32> {
        match self {
            Self::Auto => None,
            Self::Of(seconds) => Some(seconds),
        }
    }
}

impl Value for Seconds {
    fn read(text: &str) -> Option<Self> {
        match text.trim() {
            "auto" => Some(Self::Auto),
            text => text.parse().ok().map(Self::Of),
        }
    }

    fn write(&self) -> Option<String> {
        Some(self.number().map_or_else(|| "auto".to_owned(), |seconds| seconds.to_string()))
    }
}

/// The attributes of an element, ticked off as they are read.
pub(super) struct Attributes<'a, 'w> {
    element: &'a Element,
    taken: Vec<&'static str>,
    warnings: &'w mut Warnings,
}

impl<'a, 'w> Attributes<'a, 'w> {
    pub fn new(element: &'a Element, warnings: &'w mut Warnings) -> Self {
        Self { element, taken: Vec::new(), warnings }
    }

    /// Reads an attribute under any of its names; what is missing or cannot be read leaves the default.
    pub fn take<T: Value>(&mut self, names: &[&'static str], into: &mut T) {
        self.taken.extend_from_slice(names);
        let Some((name, text)) = names.iter().find_map(|name| Some((*name, self.element.attribute(name)?))) else {
            return;
        };
        match T::read(text) {
            Some(value) => {
                if !value.is_known() {
                    self.warnings.of_attribute(self.element, name, "an unknown value");
                }
                *into = value;
            }
            None => self.warnings.of_attribute(self.element, name, "a value that cannot be read is passed over"),
        }
    }

    /// Returns what nobody read; warns of it unless it is one of these names.
    pub fn rest(&mut self, untyped: &[&str]) -> Vec<(String, String)> {
        let rest: Vec<_> = self.element.attributes.iter().filter(|(key, _)| !self.taken.contains(&key.as_str())).cloned().collect();
        for (key, _) in rest.iter().filter(|(key, _)| !untyped.contains(&key.as_str())) {
            self.warnings.of_attribute(self.element, key, "an unknown attribute");
        }
        rest
    }
}

/// Writes an attribute that differs from its default.
pub(super) fn put<T: Value + PartialEq>(element: &mut Element, name: &str, value: &T, default: &T) {
    if value != default
        && let Some(text) = value.write()
    {
        element.attributes.push((name.to_owned(), text));
    }
}
