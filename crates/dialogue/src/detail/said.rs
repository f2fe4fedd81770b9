//! Whether a line gives a value, however it is written: "+1 (212) 555-0100" is "two one two, 5 5 5, 0100".

use super::Detail;
use crate::speakable::in_words;

/// A value with fewer letters and digits is no proof: "four" stands in many lines that give nothing away.
const LEAST_SIGNS: usize = 4;

/// One word of a text, with digits that are spoken written as digits.
struct Piece {
    text: String,
    from: usize,
    to: usize,
}

/// Returns whether a line gives the value of a detail.
pub fn gives(line: &str, detail: &Detail) -> bool {
    if is_reference(&detail.value) {
        return references(line).any(|name| detail.value.trim().strip_prefix('@') == Some(name));
    }
    holds(line, &detail.value) || holds(line, &in_words(&detail.value))
}

/// Returns whether a text holds a value of at least four letters and digits, as whole words or as a run of digits.
pub fn holds(text: &str, value: &str) -> bool {
    !places(text, value).is_empty()
}

/// Returns the text with each stretch that holds a value replaced.
pub fn replaced(text: &str, value: &str, by: &str) -> String {
    let mut text = text.to_owned();
    for (from, to) in places(&text, value).into_iter().rev() {
        text.replace_range(from..to, by);
    }
    text
}

/// Returns where in a text a value stands, in bytes; places do not overlap.
fn places(text: &str, value: &str) -> Vec<(usize, usize)> {
    let wanted: String = pieces(value).iter().map(|piece| piece.text.as_str()).collect();
    let mut places = Vec::new();
    if wanted.chars().count() < LEAST_SIGNS {
        return places;
    }
    let pieces = pieces(text);
    let mut first = 0;
    while first < pieces.len() {
        match end_of_match(&pieces[first..], &wanted) {
            Some(length) => {
                places.push((pieces[first].from, pieces[first + length - 1].to));
                first += length;
            }
            None => first += 1,
        }
    }
    places
}

/// Returns how many pieces from the first on spell what is wanted; a country code may stand before a number.
fn end_of_match(pieces: &[Piece], wanted: &str) -> Option<usize> {
    let mut rest = wanted;
    for (nth, piece) in pieces.iter().enumerate() {
        rest = rest.strip_prefix(piece.text.as_str())?;
        if rest.is_empty() {
            return Some(nth + 1);
        }
    }
    None
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut at, mut times) = (0, None);
    let is_of_a_word = |c: char| c.is_alphanumeric();
    while let Some(from) = text[at..].find(is_of_a_word).map(|offset| at + offset) {
        let to = text[from..].find(|c| !is_of_a_word(c)).map_or(text.len(), |length| from + length);
        at = to;
        let word = text[from..to].to_lowercase();
        let spoken = match word.as_str() {
            "double" => {
                times = Some((2, from));
                continue;
            }
            "triple" => {
                times = Some((3, from));
                continue;
            }
            "zero" | "oh" => "0",
            "one" => "1",
            "two" => "2",
            "three" => "3",
            "four" => "4",
            "five" => "5",
            "six" => "6",
            "seven" => "7",
            "eight" => "8",
            "nine" => "9",
            word => word,
        };
        let (times, from) = times.take().unwrap_or((1, from));
        pieces.push(Piece { text: spoken.repeat(times), from, to });
    }
    pieces
}

/// Returns whether a value is the name of a secret: "@gym_number".
pub fn is_reference(value: &str) -> bool {
    value.trim().strip_prefix('@').is_some_and(is_secret_name)
}

/// Returns whether a text can name a secret: 1 to 40 small letters, digits and underscores, a letter first.
pub fn is_secret_name(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Longest name of a secret: it is typed, and names a file.
pub const MAX_NAME: usize = 40;

/// Returns the names of secrets that a text refers to, in order. An `@` behind a letter or digit is an e-mail address.
pub fn references(text: &str) -> impl Iterator<Item = &str> {
    placed_references(text).map(|(_, name)| name)
}

/// Returns the text with the value in place of each name of a secret that has one.
pub fn filled(text: &str, value_of: impl Fn(&str) -> Option<String>) -> String {
    let (mut filled, mut done) = (String::new(), 0);
    for (at, name) in placed_references(text) {
        if let Some(value) = value_of(name) {
            filled.push_str(&text[done..at]);
            filled.push_str(&value);
            done = at + 1 + name.len();
        }
    }
    filled.push_str(&text[done..]);
    filled
}

/// The same with the places of their `@`, in bytes.
fn placed_references(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_of_a_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.match_indices('@').filter_map(move |(at, _)| {
        let is_address = text[..at].ends_with(|c: char| c.is_alphanumeric());
        let rest = &text[at + 1..];
        let name = &rest[..rest.find(|c| !is_of_a_name(c)).unwrap_or(rest.len())];
        (!is_address && is_secret_name(name)).then_some((at, name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detail::{FactClass, Permission};

    fn is_given(line: &str, value: &str) -> bool {
        gives(line, &Detail::new("x".to_owned(), value.to_owned(), FactClass::Other, |_| Permission::Say))
    }

    #[test]
    fn a_value_is_found_however_it_is_said() {
        assert!(is_given("The phone is 2 1 2, 5 5 5, 0 1 0 0.", "(212) 555-0100"));
        assert!(is_given("it's two one two, triple five, oh one double oh", "212 555 0100"));
        assert!(is_given("I live at 12 Elm Street, yes", "12 Elm Street"));
        assert!(is_given("The order is A 1 7 B.", "A17B"));
        assert!(is_given("It was Friday, November 27.", "2026-11-27"));
        assert!(!is_given("I live at 112 Elm Street", "12 Elm Street"), "another house");
        assert!(!is_given("A table for four, please.", "4"), "too short to tell");
        assert!(!is_given("The number is 212 555 0199.", "212 555 0100"));
    }

    #[test]
    fn secrets_are_found_by_their_names() {
        assert_eq!(references("It is @gym_number, and @a2.").collect::<Vec<_>>(), ["gym_number", "a2"]);
        assert_eq!(references("sam@example.com, @ home, @Gym").count(), 0);
        assert!(is_given("The member number is @gym_number.", "@gym_number"));
        assert!(!is_given("The member number is @gym_number2.", "@gym_number"));
        assert!(is_reference("@gym") && !is_reference("@gym 7") && !is_reference("gym") && !is_reference("@"));
        assert!(!is_secret_name(&"a".repeat(41)) && !is_secret_name("1a") && !is_secret_name("../x"));
    }

    #[test]
    fn what_the_callee_repeats_is_replaced() {
        assert_eq!(replaced("So that's four four seven, one? And 4471 again.", "4471", "@gym"), "So that's @gym? And @gym again.");
        assert_eq!(replaced("We close at nine.", "4471", "@gym"), "We close at nine.");
    }
}
