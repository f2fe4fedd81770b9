//! `<Say>`: speaks a text.

use super::attribute::element;
use super::limits;
use super::ssml::{self, Spoken};
use super::warning::Warnings;
use crate::xml::Element;

element! {
    /// Speaks a text.
    Say as "Say" {
        /// The voice: `man`, `woman`, `Polly.…`, `Google.…`; the account's own if not said.
        voice: Option<String>, "voice";
        /// The language; `en-US` if not said.
        language: Option<String>, "language";
        /// How often; 0 means until the call ends, a thousand times at most.
        loops: u32 = 1, "loop";
    }
    inside {
        /// Words, and how to say them.
        content: Vec<Spoken>,
    }
}

impl Say {
    /// Returns a `<Say>` of plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { content: vec![Spoken::Text(text.into())], ..Self::default() }
    }

    /// Returns the words as they are to be heard, without SSML.
    pub fn text(&self) -> String {
        ssml::words(&self.content)
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        let say = Self { content: ssml::read(element, warnings), ..Self::of_attributes(element, warnings) };
        limits::say(element, warnings);
        say
    }

    pub(super) fn to_element(&self) -> Element {
        let mut element = self.with_attributes();
        element.children = ssml::write(&self.content);
        element
    }
}
