//! What may be heard while something else waits: the verbs inside `<Gather>`.

use super::Verb;
use super::attribute::element;
use super::say::Say;
use super::warning::Warnings;
use crate::xml::Element;

/// A verb that may stand inside `<Gather>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Prompt {
    /// Speak.
    Say(Say),
    /// Play a file or keys.
    Play(Play),
    /// Wait.
    Pause {
        /// Seconds; 1 if not said.
        length: u32,
    },
}

impl From<Prompt> for Verb {
    fn from(prompt: Prompt) -> Self {
        match prompt {
            Prompt::Say(say) => Self::Say(say),
            Prompt::Play(play) => Self::Play(play),
            Prompt::Pause { length } => Self::Pause { length },
        }
    }
}

impl Prompt {
    /// Reads the element if it is one of these.
    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Option<Self> {
        Some(match element.name.as_str() {
            "Say" => Self::Say(Say::read(element, warnings)),
            "Play" => Self::Play(Play::read(element, warnings)),
            "Pause" => {
                warnings.of_inside(element);
                Self::Pause { length: Pause::of_attributes(element, warnings).length }
            }
            _ => return None,
        })
    }

    pub(super) fn to_element(&self) -> Element {
        match self {
            Self::Say(say) => say.to_element(),
            Self::Play(play) => play.to_element(),
            Self::Pause { length } => Pause { length: *length, ..Pause::default() }.with_attributes(),
        }
    }
}

element! {
    /// Plays a file, keys, or both: keys first if both are given.
    Play as "Play" {
        /// How often; 0 means until the call ends.
        loops: Option<u32>, "loop";
        /// Keys, with `w` for half a second of silence.
        digits: Option<String>, "digits";
    }
    inside {
        /// Address of the file, perhaps relative.
        url: Option<String>,
    }
}

impl Play {
    /// Returns a `<Play>` of a file.
    pub fn file(url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..Self::default() }
    }

    /// Returns a `<Play>` of keys.
    pub fn keys(digits: impl Into<String>) -> Self {
        Self { digits: Some(digits.into()), ..Self::default() }
    }

    fn read(element: &Element, warnings: &mut Warnings) -> Self {
        warnings.of_elements(element);
        let url = element.all_text().trim().to_owned();
        let play = Self { url: (!url.is_empty()).then_some(url), ..Self::of_attributes(element, warnings) };
        if play.url.is_none() && play.digits.is_none() {
            warnings.of(element, "neither a file nor keys");
        }
        let is_key = |c: char| c.is_ascii_digit() || matches!(c, 'A'..='D' | 'a'..='d' | '#' | '*' | 'w' | 'W');
        if play.digits.as_deref().is_some_and(|digits| !digits.chars().all(is_key)) {
            warnings.of_attribute(element, "digits", "something that is no key");
        }
        play
    }

    fn to_element(&self) -> Element {
        self.with_attributes().text(self.url.clone().unwrap_or_default())
    }
}

element! {
    /// Waits.
    Pause as "Pause" {
        /// Seconds.
        length: u32 = 1, "length";
    }
}
