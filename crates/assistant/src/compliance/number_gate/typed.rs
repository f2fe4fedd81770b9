//! A number as a person types it: with spaces, brackets, an international prefix, digits of other scripts, or no country code.

use super::emergency;
use crate::codes::{self, CodeEntry};

/// Returns why what was typed is never rung, if it is a short code or reaches an emergency service somewhere.
pub(super) fn never_rung(text: &str) -> Option<CodeEntry> {
    let plain: String = text.trim().chars().map(plain).collect();
    // Whatever else stands there, a word or an extension, makes it no number at all.
    let is_number_like = plain.chars().all(|c| c.is_ascii_digit() || " .-()/+".contains(c));
    let digits: String = plain.chars().filter(char::is_ascii_digit).collect();
    if !is_number_like || digits.is_empty() {
        return None;
    }
    if emergency::is_n11(&digits) {
        return Some(codes::NUMBER_N11);
    }
    // Written with an international prefix, the rest is a number with its country code.
    let behind_prefix = digits.strip_prefix("011").or_else(|| digits.strip_prefix("00"));
    let mut international = [Some(digits.as_str()), behind_prefix].into_iter().flatten();
    if let Some(entry) = international.find_map(|digits| emergency::find(digits, !emergency::is_number(digits))) {
        return Some(entry);
    }
    if plain.starts_with('+') {
        return None;
    }
    emergency::find_national(&digits, behind_prefix).or_else(|| (digits.len() <= 6).then_some(codes::NUMBER_SHORT_CODE))
}

/// Returns a digit, plus or space of another script as the plain one: ９, ٩, ९ are 9.
///
/// Only to recognise what must be refused: no number is ever made of such digits.
fn plain(c: char) -> char {
    const ZEROS: [char; 6] = ['０', '٠', '۰', '०', '০', '𝟎'];
    let digit = ZEROS.iter().find_map(|zero| (u32::from(c)).checked_sub(u32::from(*zero)).filter(|value| *value < 10));
    match (c, digit.and_then(|value| char::from_digit(value, 10))) {
        (_, Some(digit)) => digit,
        ('＋', None) => '+',
        ('\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{3000}', None) => ' ',
        ('‐' | '‑' | '–' | '—' | '－', None) => '-',
        (other, None) => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_other_scripts_are_seen_through() {
        for text in ["９１１", "٩١١", "۹۱۱", "९११", "＋1 911", "9\u{a0}1\u{2007}1", "9–1–1"] {
            assert_eq!(never_rung(text).map(|entry| entry.code), Some("number.emergency"), "{text}");
        }
        assert_eq!(never_rung("911 please"), None, "no number at all, which the parser says");
    }
}
