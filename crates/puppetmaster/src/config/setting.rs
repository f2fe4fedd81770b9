//! The types a key may have: how each is read from text, what it expects, how it is shown.
//!
//! A value comes as text from every source (file, environment, flag) and is read here, once; behind [`Setting::set`]
//! it cannot be wrong any more. Text of a [`Setting::is_private`] value never enters an error.

mod amount;
mod choice;
mod name;
mod place;
mod secret;
#[cfg(test)]
mod tests;

use std::path::Path;

use assistant::codes::CodeEntry;

use crate::config::problem::{BAD_VALUE, OUT_OF_RANGE};

pub use amount::{Count, Percentages, Seconds};
pub use name::{AccountId, Currency, Day, PlainName, SpokenName, ZoneName};
pub use place::{Directory, NamedFile, PublicUrl};

/// A value of the configuration.
pub trait Setting {
    /// Returns what may be written, as the end of "expected …": "whole seconds, 15 to 120".
    fn expects(&self) -> String;

    /// Takes the value that the text means; leaves the old one if the text means none.
    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong>;

    /// Returns the value as text that [`Setting::set`] would take, `None` if it is not set. A secret is masked.
    fn show(&self) -> Option<String>;

    /// Returns whether the text names a person, a number or a secret, and so stays out of errors.
    fn is_private(&self) -> bool {
        false
    }

    /// Returns whether the value is a secret: never from the command line, never shown.
    fn is_secret(&self) -> bool {
        false
    }

    /// Returns whether several values in a YAML sequence are welcome.
    fn is_list(&self) -> bool {
        false
    }

    /// Returns the few words that the value can be, if it is one of few: the nearest is offered to who misspells one.
    fn choices(&self) -> &'static [&'static str] {
        &[]
    }
}

/// What a relative path is relative to.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The directory of the file in which the value stands, or the working directory.
    pub directory: &'a Path,
    /// For paths that begin with `~/`.
    pub home: Option<&'a Path>,
}

/// Why a text is not a value.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// `config.bad_value` or `config.out_of_range`.
    pub entry: &'static CodeEntry,
    /// Why, if the expectation alone does not say it. Never holds the text.
    pub why: Option<String>,
}

impl Wrong {
    const fn value() -> Self {
        Self { entry: &BAD_VALUE, why: None }
    }

    fn because(why: impl Into<String>) -> Self {
        Self { entry: &BAD_VALUE, why: Some(why.into()) }
    }

    const fn range() -> Self {
        Self { entry: &OUT_OF_RANGE, why: None }
    }
}
