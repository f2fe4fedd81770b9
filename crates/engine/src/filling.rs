//! Fills secrets in right before a line is spoken, and takes them out of what the callee repeats.
//!
//! The mind, the conversation, the transcript, the trace and whoever watches know a secret by its name alone, "@gym_number". Its
//! value is here, in memory, for as long as the call lasts, and in what the voice or the carrier is given to speak. Digits are
//! looked at once more after filling in: two halves of a card number would each have passed as a secret.

use std::fmt;

use ::assistant::compliance::recording::card_digits::{CardWatch, Side};
use dialogue::conversation::{DECLINE, Input, WhyWithheld, Withheld};
use dialogue::detail::said::{filled, replaced};
use dialogue::moves::Move;
use dialogue::speakable::in_words;
use telephony::{AudioPosition, LineId, Private};

/// The secrets of one call, by name.
#[derive(Clone, Default)]
pub struct Secrets {
    values: Vec<(String, Private<String>)>,
}

impl Secrets {
    /// Returns secrets that can be filled in.
    pub fn new(values: Vec<(String, Private<String>)>) -> Self {
        Self { values }
    }
}

/// Tells how many there are.
impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({})", self.values.len())
    }
}

/// One call's filling in.
pub(crate) struct Filling {
    secrets: Secrets,
    cards: CardWatch,
    withheld: Vec<Withheld>,
}

impl Filling {
    pub(crate) fn new(secrets: Secrets) -> Self {
        Self { secrets, cards: CardWatch::default(), withheld: Vec::new() }
    }

    /// Returns a line as it is spoken: each name of a secret replaced by its value, digits one by one.
    pub(crate) fn fill(&mut self, line: LineId, text: &str) -> String {
        let value_of = |name: &str| self.secrets.values.iter().find(|(known, _)| known == name).map(|(_, value)| aloud(value.expose()));
        let spoken = filled(text, value_of);
        if self.cards.hear(Side::Us, &spoken, AudioPosition::ZERO).is_some() && spoken != text {
            self.withheld.push(Withheld { line: Some(line), why: WhyWithheld::CardDigits });
            return DECLINE.to_owned();
        }
        spoken
    }

    /// Returns what was held back after filling in.
    pub(crate) fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }

    /// Puts names in place of values in what the callee says, so that neither mind nor transcript gets to see them, and hides
    /// digits of a card in what the mind wants to say: the conversation declines such a line, and the trace keeps no digits.
    pub(crate) fn hide(&mut self, input: &mut Input) {
        if let Input::Thought { thought, .. } = input {
            for step in &mut thought.moves {
                if let Move::Say { text, .. } = step
                    && let Some(masked) = self.cards.masked(Side::Us, text)
                {
                    *text = masked;
                }
            }
        }
        if let Input::Settled { text, .. } = input {
            self.cards.hear(Side::Callee, text, AudioPosition::ZERO);
        }
        if let Input::Interim { text, .. } | Input::Settled { text, .. } | Input::Overheard { text, .. } = input {
            for (name, value) in &self.secrets.values {
                let hidden = replaced(text, value.expose(), &format!("@{name}"));
                if hidden != *text {
                    *text = hidden;
                }
            }
        }
    }
}

/// Returns a value as it is read out: numbers and codes sign by sign.
fn aloud(value: &str) -> String {
    let value = value.trim();
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let is_number = digits.len() >= 5 && value.chars().all(|c| c.is_ascii_digit() || " ()-.".contains(c));
    in_words(if is_number { &digits } else { value })
}

#[cfg(test)]
mod tests {
    use dialogue::moves::{LineKind, Thought, ThoughtId};
    use telephony::UtteranceId;

    use super::*;

    fn filling(values: &[(&str, &str)]) -> Filling {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), Private::new((*value).to_owned())));
        Filling::new(Secrets::new(values.collect()))
    }

    #[test]
    fn a_name_becomes_its_value_only_where_it_is_spoken() {
        let mut filling = filling(&[("gym", "88-7123"), ("gym_name", "Blue Heron")]);
        let line = "The number is @gym, and the word is @gym_name. Not @other, nor sam@gym.com.";
        assert_eq!(filling.fill(LineId(1), line), "The number is 8 8 7, 1 2 3, and the word is Blue Heron. Not @other, nor sam@gym.com.");
        assert_eq!(filling.withheld(), []);
        assert_eq!(format!("{:?}", Secrets::new(Vec::new())), "Secrets(0)");
    }

    #[test]
    fn what_the_callee_repeats_goes_on_by_its_name() {
        let mut filling = filling(&[("gym", "88-7123")]);
        let mut input =
            Input::Settled { utterance: UtteranceId(1), revision: 1, text: "So that's eight eight seven, one two three?".to_owned(), confidence: 90 };
        filling.hide(&mut input);
        assert!(matches!(&input, Input::Settled { text, .. } if text == "So that's @gym?"), "{input:?}");
    }

    #[test]
    fn digits_of_a_card_are_hidden_in_a_thought() {
        let mut filling = filling(&[]);
        let text = "The card is 4111 1111 1111 1111.".to_owned();
        let thought = Thought { moves: vec![Move::Say { text, kind: LineKind::Talk }] };
        let mut input = Input::Thought { id: ThoughtId(1), thought };
        filling.hide(&mut input);
        assert!(format!("{input:?}").contains("The card is [hidden]."), "{input:?}");
    }

    #[test]
    fn two_secrets_make_no_card_number() {
        let mut filling = filling(&[("a", "4111 1111"), ("b", "1111 1111")]);
        assert_eq!(filling.fill(LineId(1), "It begins with @a."), "It begins with 4 1 1, 1 1 1, 1 1.");
        assert_eq!(filling.fill(LineId(2), "@b"), DECLINE);
        assert_eq!(filling.fill(LineId(3), "@a @b"), DECLINE);
        assert_eq!(filling.withheld().len(), 2);
    }
}
