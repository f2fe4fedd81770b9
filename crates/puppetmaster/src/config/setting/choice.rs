//! One of a few words.

use assistant::policy::Solicitation;
use carriers::registry::Practised;
use dialogue::brief::Persona;
use telephony::plan::ConversationMode;

use super::{Around, Setting, Wrong};
use crate::config::Provider;

impl Setting for bool {
    fn expects(&self) -> String {
        "true or false".into()
    }

    /// Takes also what `.env` files commonly hold: yes/no, on/off, 1/0.
    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => true,
            "false" | "no" | "off" | "0" => false,
            _ => return Err(Wrong::value()),
        };
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn choices(&self) -> &'static [&'static str] {
        &["true", "false"]
    }
}

impl Setting for Option<bool> {
    fn expects(&self) -> String {
        false.expects()
    }

    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong> {
        let mut choice = false;
        choice.set(text, around)?;
        *self = Some(choice);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.map(|choice| choice.to_string())
    }

    fn choices(&self) -> &'static [&'static str] {
        false.choices()
    }
}

impl Setting for Provider {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let found = Self::ALL.into_iter().find(|provider| provider.as_str() == text);
        *self = found.ok_or_else(Wrong::value)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.as_str().into())
    }

    fn choices(&self) -> &'static [&'static str] {
        &["mock", "twilio", "plivo", "sip"]
    }
}

impl Setting for Practised {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = Self::ALL.into_iter().find(|practised| practised.as_str() == text).ok_or_else(Wrong::value)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.as_str().into())
    }

    fn choices(&self) -> &'static [&'static str] {
        const { &[Self::ALL[0].as_str(), Self::ALL[1].as_str()] }
    }
}

impl Setting for Option<Practised> {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong> {
        let mut provider = Practised::default();
        provider.set(text, around)?;
        *self = Some(provider);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Setting::show)
    }

    fn choices(&self) -> &'static [&'static str] {
        Practised::default().choices()
    }
}

impl Setting for Solicitation {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = match text {
            "refused" => Self::Refused,
            "with_registry" => Self::WithRegistry,
            _ => return Err(Wrong::value()),
        };
        Ok(())
    }

    fn show(&self) -> Option<String> {
        let word = match self {
            Self::Refused => "refused",
            Self::WithRegistry => "with_registry",
        };
        Some(word.into())
    }

    fn choices(&self) -> &'static [&'static str] {
        &["refused", "with_registry"]
    }
}

const PERSONAS: [(Persona, &str); 4] = [
    (Persona::ProfessionalAssistant, "professional_assistant"),
    (Persona::FriendlyHelper, "friendly_helper"),
    (Persona::FormalRepresentative, "formal_representative"),
    (Persona::Concise, "concise"),
];

impl Setting for Persona {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let found = PERSONAS.into_iter().find(|(_, name)| *name == text);
        *self = found.ok_or_else(Wrong::value)?.0;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        PERSONAS.iter().find(|(persona, _)| persona == self).map(|(_, name)| (*name).to_owned())
    }

    fn choices(&self) -> &'static [&'static str] {
        const { &[PERSONAS[0].1, PERSONAS[1].1, PERSONAS[2].1, PERSONAS[3].1] }
    }
}

const MODES: [(ConversationMode, &str); 3] =
    [(ConversationMode::MediaStream, "media_stream"), (ConversationMode::TextRelay, "text_relay"), (ConversationMode::SpokenTurns, "spoken_turns")];

impl Setting for ConversationMode {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let found = MODES.into_iter().find(|(_, name)| *name == text);
        *self = found.ok_or_else(Wrong::value)?.0;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        MODES.iter().find(|(mode, _)| mode == self).map(|(_, name)| (*name).to_owned())
    }

    fn choices(&self) -> &'static [&'static str] {
        const { &[MODES[0].1, MODES[1].1, MODES[2].1] }
    }
}

pub(super) fn one_of(choices: &[&str]) -> String {
    format!("one of {}", choices.join(", "))
}
