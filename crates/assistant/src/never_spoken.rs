//! What a task may not hold, because it must never be spoken: card numbers, PINs, codes, passwords.
//!
//! Refused when a task is made or changed, so that it is neither kept nor shown to a model. The same digits are looked for again
//! before each line is spoken, see `dialogue::conversation`.

use dialogue::card_digits::{CardWatch, Side};
use dialogue::detail::FactClass;
use dialogue::detail::said::{is_reference, references};
use telephony::AudioPosition;

use crate::fact_class::class_of;

/// Returns whether a text gives digits that look like a card's, or a code with its name.
pub fn gives_card_digits(text: &str) -> bool {
    CardWatch::default().hear(Side::Us, text, AudioPosition::ZERO).is_some()
}

/// Returns whether a fact must never be spoken: by its label, by its digits, or by both together ("security code" → "123").
///
/// The name of a secret gives no digits away, but a PIN is not spoken by any name.
pub fn is_never_spoken(label: &str, value: &str) -> bool {
    class_of(label, value) == FactClass::Code || !is_reference(value) && (gives_card_digits(value) || gives_card_digits(&format!("{label} {value}")))
}

/// Returns whether a secret may be kept: what must never be spoken has no place among what is filled in as it is spoken.
pub fn may_be_a_secret(name: &str, value: &str) -> bool {
    !is_never_spoken(name, value)
}

/// Returns the names of the secrets that the values of facts refer to, each once.
pub fn secrets_of(context: &[(String, String)]) -> Vec<String> {
    let mut names: Vec<String> =
        context.iter().filter(|(_, value)| is_reference(value)).flat_map(|(_, value)| references(value)).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_codes_and_passwords_are_never_spoken() {
        for (label, value) in [
            ("card", "4111 1111 1111 1111"),
            ("whatever", "5555-5555-5555-4444"),
            ("note", "the number is four one one one, one one one one, one one one one, one one one one"),
            ("PIN", "@pin"),
            ("cvc", "123"),
            ("security code", "123"),
            ("password", "swordfish"),
            ("one-time code", "449 120"),
            ("thing (code)", "x"),
        ] {
            assert!(is_never_spoken(label, value), "{label}");
        }
        for (label, value) in [
            ("order number", "4111111111111112"),
            ("phone", "+1 212 555 0100"),
            ("member number", "@gym"),
            ("promo code", "SPRING24"),
            ("pin board (terms)", "the large one"),
        ] {
            assert!(!is_never_spoken(label, value), "{label}");
        }
    }

    #[test]
    fn secrets_are_named_once_and_only_as_whole_values() {
        let context = |values: &[&str]| values.iter().map(|value| ("x".to_owned(), (*value).to_owned())).collect::<Vec<_>>();
        assert_eq!(secrets_of(&context(&["@gym", "@bank", "@gym", "sam@example.com", "see @gym"])), ["bank", "gym"]);
    }
}
