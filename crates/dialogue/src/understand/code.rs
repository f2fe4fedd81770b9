//! Digits and letters that are read out one by one: phone numbers, order numbers, confirmation codes.

use super::Heard;
use super::number;
use super::words::Words;

/// Returns the longest run of digits that is read out: "five five five, oh one two three", "555-0123", "double five".
pub fn digits(text: &str) -> Option<Heard<String>> {
    let words = Words::of(text);
    runs(&words, false).into_iter().filter(|run| run.code.len() >= 3).max_by_key(|run| run.code.len()).map(|run| {
        let confidence = if run.code.len() >= 5 { 85 } else { 70 };
        Heard { value: run.code, quote: words.quote(run.from, run.to), confidence }
    })
}

/// Returns a phone number's digits, if their count is one that a North American number has (7, 10, or 11 from a 1).
pub fn phone_number(text: &str) -> Option<Heard<String>> {
    let words = Words::of(text);
    let fits = |code: &str| matches!(code.len(), 7 | 10) || (code.len() == 11 && code.starts_with('1'));
    let run = runs(&words, false).into_iter().find(|run| fits(&run.code))?;
    Some(Heard { quote: words.quote(run.from, run.to), value: run.code, confidence: 88 })
}

/// Returns a code of digits and letters: "A B 1 2 3", "B as in Boy, four four two", "AB123".
///
/// Needs three signs, and either a digit or a word like "confirmation" or "number" in the same reply.
pub fn confirmation(text: &str) -> Option<Heard<String>> {
    let words = Words::of(text);
    let is_announced = words.has_any(&["confirmation", "number", "code", "reference", "it's", "is"]);
    runs(&words, true)
        .into_iter()
        .filter(|run| run.code.len() >= 3 && (run.code.chars().any(|c| c.is_ascii_digit()) || (is_announced && run.code.len() >= 4)))
        .max_by_key(|run| run.code.len())
        .map(|run| Heard { quote: words.quote(run.from, run.to), value: run.code, confidence: 85 })
}

struct Run {
    code: String,
    from: usize,
    to: usize,
}

fn runs(words: &Words<'_>, letters: bool) -> Vec<Run> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let mut run = Run { code: String::new(), from: at, to: at };
        while let Some((signs, to)) = signs_at(words, run.to, letters, !run.code.is_empty()) {
            run.code.push_str(&signs);
            run.to = to;
        }
        if run.code.is_empty() || is_counted(words, &run) {
            at += 1;
        } else {
            at = run.to;
            found.push(run);
        }
    }
    found
}

/// "45 dollars", "9 pm" and "$45" are no codes.
fn is_counted(words: &Words<'_>, run: &Run) -> bool {
    matches!(words.at(run.to), "dollars" | "pm" | "am" | "o'clock" | "minutes" | "hours" | "days" | "people" | "%")
        || matches!(words.before(run.from, 1), "$")
}

fn signs_at(words: &Words<'_>, at: usize, letters: bool, has_begun: bool) -> Option<(String, usize)> {
    let word = words.at(at);
    let times = match word {
        "double" => 2,
        "triple" => 3,
        _ => 1,
    };
    if times > 1 {
        let (signs, to) = signs_at(words, at + 1, letters, true).filter(|(signs, _)| signs.len() == 1)?;
        return Some((signs.repeat(times), to));
    }
    if word.chars().all(|c| c.is_ascii_digit()) && !word.is_empty() && word.len() <= 16 {
        return Some((word.to_owned(), at + 1));
    }
    if word.contains(',') && word.chars().all(|c| c.is_ascii_digit() || c == ',') {
        return Some((word.replace(',', ""), at + 1));
    }
    if has_begun && words.at(at) == "hundred" {
        return Some(("00".to_owned(), at + 1));
    }
    if let Some(value) = number::unit(word) {
        return Some((value.to_string(), at + 1));
    }
    if number::tens(word).is_some() {
        return number::below_hundred(words, at).map(|number| (number.value.to_string(), number.to));
    }
    if matches!(word, "oh" | "o") && (has_begun || number::unit(words.at(at + 1)).is_some()) {
        return Some((if letters && word == "o" { "O" } else { "0" }.to_owned(), at + 1));
    }
    if !letters {
        return (matches!(word, "for" | "to" | "too" | "ate" | "won") && has_begun && number::unit(words.at(at + 1)).is_some())
            .then(|| (homophone(word).to_owned(), at + 1));
    }
    letter_at(words, at, has_begun)
}

fn homophone(word: &str) -> &'static str {
    match word {
        "for" => "4",
        "ate" => "8",
        "won" => "1",
        _ => "2",
    }
}

const SPELLING: [&str; 26] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo", "lima", "mike", "november", "oscar", "papa",
    "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "xray", "yankee", "zulu",
];

fn letter_at(words: &Words<'_>, at: usize, has_begun: bool) -> Option<(String, usize)> {
    let word = words.at(at);
    let raw = words.words.get(at).and_then(|word| words.text.get(word.from..word.to)).unwrap_or_default();
    if word.len() == 1 && word.is_ascii() {
        let is_spelled = matches!((words.at(at + 1), words.at(at + 2)), ("as", "in"));
        if is_spelled {
            return Some((word.to_uppercase(), at + 4));
        }
        if matches!(words.at(at + 1), "like" | "for") && has_begun {
            return Some((word.to_uppercase(), at + 3));
        }
        let is_article = matches!(word, "a" | "i") && raw.chars().all(char::is_lowercase);
        return (!is_article || has_begun).then(|| (word.to_uppercase(), at + 1));
    }
    if (2..=4).contains(&raw.len()) && raw.chars().all(|c| c.is_ascii_uppercase()) && !matches!(raw, "OK" | "AM" | "PM") {
        return Some((raw.to_owned(), at + 1));
    }
    SPELLING
        .iter()
        .find(|spelling| **spelling == word)
        .filter(|_| has_begun || SPELLING.contains(&words.at(at + 1)) || number::unit(words.at(at + 1)).is_some())
        .map(|spelling| (spelling[..1].to_uppercase(), at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_collected_as_they_are_read_out() {
        let rows = [
            ("five five five oh one two three", "5550123"),
            ("555-0123", "5550123"),
            ("double five five, zero one two three", "5550123"),
            ("it's 7 4 2 9 1", "74291"),
            ("seventy four two ninety one", "74291"),
            ("triple zero one", "0001"),
            ("eight hundred five five five", "800555"),
            ("one two for five", "1245"),
        ];
        for (text, value) in rows {
            let heard = digits(text).unwrap();
            assert_eq!(heard.value, value, "{text}");
            assert!(text.contains(&heard.quote), "{text}");
        }
        for text in ["nine p.m.", "45 dollars", "one moment", "", "table for four"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }

    #[test]
    fn phone_numbers_have_the_right_length() {
        assert_eq!(phone_number("Call 212-555-0123 instead").unwrap().value, "2125550123");
        assert_eq!(phone_number("one eight hundred five five five oh one two three").unwrap().value, "18005550123");
        assert_eq!(phone_number("212 555 012"), None);
    }

    #[test]
    fn confirmation_codes_mix_letters_and_digits() {
        let rows = [
            ("It's A B 1 2 3.", "AB123"),
            ("Your confirmation number is AB123.", "AB123"),
            ("B as in boy, four four two", "B442"),
            ("the number is 74291", "74291"),
            ("bravo tango 7 9", "BT79"),
            ("confirmation code X Y Z Q", "XYZQ"),
        ];
        for (text, value) in rows {
            let heard = confirmation(text);
            assert_eq!(heard.as_ref().map(|heard| heard.value.as_str()), Some(value), "{text}");
            assert!(text.contains(&heard.unwrap().quote), "{text}");
        }
        for text in ["No, there isn't one.", "You're all set for 9 pm", "I am a person", "we don't use a number", ""] {
            assert_eq!(confirmation(text), None, "{text}");
        }
    }
}
