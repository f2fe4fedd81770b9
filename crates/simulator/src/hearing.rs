//! What a callee makes of words that came through a telephone and a speech recogniser: tolerant by design.
//!
//! Case, punctuation, numbers as words or digits, endings and small mishearings must not matter, or the practice
//! network would test the recogniser's spelling instead of the assistant. [`Pattern`] is what script authors write.

use serde::Deserialize;

/// Words that must all be heard, in any order: `close|closing|shut time|when|late`.
///
/// A space separates what must all be there, `|` separates alternatives, `_` joins words that must stand together
/// (`how_much`). Endings and one misheard letter in five do not matter.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern {
    items: Vec<Vec<Vec<String>>>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A pattern without a word matches everything and is surely a mistake.
    pub fn parse(text: &str) -> Result<Self, String> {
        let items: Vec<Vec<Vec<String>>> = text
            .split_whitespace()
            .map(|item| item.split('|').map(|phrase| words(&phrase.replace('_', " "))).filter(|phrase| !phrase.is_empty()).collect())
            .filter(|item: &Vec<Vec<String>>| !item.is_empty())
            .collect();
        if items.is_empty() {
            return Err(format!("the pattern `{text}` holds no word; write words to listen for, for example \"close|closing time|when\""));
        }
        Ok(Self { items })
    }

    /// Returns how many items matched if all did, else `None`. More is more specific.
    pub fn matches(&self, heard: &Heard) -> Option<usize> {
        self.items.iter().all(|item| item.iter().any(|phrase| heard.has_phrase(phrase))).then_some(self.items.len())
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

/// Heard words in the form in which they are compared.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Heard {
    words: Vec<String>,
}

impl Heard {
    /// Takes in a text.
    pub fn new(text: &str) -> Self {
        Self { words: words(text) }
    }

    /// Returns how many words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Returns whether nothing was understood.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Returns whether one of the alternatives (as in a pattern's item) was heard.
    pub fn has(&self, alternatives: &str) -> bool {
        Pattern::parse(alternatives).is_ok_and(|pattern| pattern.matches(self).is_some())
    }

    fn has_phrase(&self, phrase: &[String]) -> bool {
        self.words.windows(phrase.len()).any(|window| window.iter().zip(phrase).all(|(heard, wanted)| is_like(heard, wanted)))
    }

    /// Returns the numbers that were heard, in order; `9:30` is 9 and 30, zeros are left out.
    pub fn numbers(&self) -> Vec<u32> {
        self.words.iter().filter_map(|word| word.parse().ok()).filter(|number| *number != 0).collect()
    }

    /// Returns the first time of day, in minutes since midnight.
    ///
    /// Without "am" or "pm" an hour from 1 to 11 is taken for the afternoon or evening, as people mean it on a telephone
    /// when they book; `needs_mark` asks for a sign that it is a time at all (am, pm, o'clock, half past, at, minutes).
    pub fn time(&self, needs_mark: bool) -> Option<u16> {
        let marked = self.time_in(true);
        if needs_mark { marked } else { marked.or_else(|| self.time_in(false)) }
    }

    fn time_in(&self, needs_mark: bool) -> Option<u16> {
        let words = &self.words;
        for (at, word) in words.iter().enumerate() {
            let before = |back: usize| at.checked_sub(back).map_or("", |index| words[index].as_str());
            match word.as_str() {
                "noon" | "midday" => return Some(720),
                "midnight" => return Some(0),
                _ => {}
            }
            let Ok(hour) = word.parse::<u16>() else { continue };
            let minute = words.get(at + 1).and_then(|next| next.parse::<u16>().ok()).filter(|minute| *minute < 60 && words[at + 1].len() == 2);
            let rest = &words[(at + 1 + usize::from(minute.is_some())).min(words.len())..];
            let half = half_of_day(rest);
            let (mut hour, mut minute, mut is_marked) = (hour, minute.unwrap_or(0), minute.is_some() || half.is_some());
            if matches!(rest.first().map(String::as_str), Some("oclock")) {
                is_marked = true;
            }
            match (before(2), before(1)) {
                ("half", "past") => (minute, is_marked) = (30, true),
                ("quarter", "past") => (minute, is_marked) = (15, true),
                ("quarter", "to") => (hour, minute, is_marked) = (hour.checked_sub(1).unwrap_or(23), 45, true),
                (_, "at" | "by" | "around" | "about") => is_marked = true,
                _ => {}
            }
            if hour > 23 || (needs_mark && !is_marked) {
                continue;
            }
            let hour = match (half, hour) {
                (Some(Half::Pm), 1..=11) => hour + 12,
                (Some(Half::Am), 12) => 0,
                (None, 1..=8) => hour + 12,
                _ => hour,
            };
            return Some(hour * 60 + minute);
        }
        None
    }

    /// Returns the day that was named, as days from today: a weekday's next coming, "today", "tomorrow".
    pub fn day(&self, today: u8) -> Option<u8> {
        self.words.iter().enumerate().find_map(|(at, word)| {
            if let Some(weekday) = WEEKDAYS.iter().position(|name| is_like(word, name)) {
                return Some((weekday as u8 + 7 - today % 7) % 7);
            }
            match word.as_str() {
                "today" | "tonight" => Some(0),
                "tomorrow" if at >= 2 && self.words[at - 2] == "day" && self.words[at - 1] == "after" => Some(2),
                "tomorrow" => Some(1),
                _ => None,
            }
        })
    }

    /// Returns whether this is a plain yes (`true`), a plain no (`false`) or neither.
    pub fn yes_or_no(&self) -> Option<bool> {
        if self.has("no|nope|not|unfortunately|cannot|cant") {
            return Some(false);
        }
        self.has("yes|yeah|yep|sure|correct|right|exactly|fine|perfect|works|okay|ok|great|good|please|absolutely|certainly").then_some(true)
    }

    /// Returns the words behind the first of these phrases, at most `most`, stopping at a word that begins something else.
    pub fn words_after(&self, phrases: &[&str], most: usize) -> Option<String> {
        phrases.iter().find_map(|phrase| {
            let phrase = words(phrase);
            let at = self.words.windows(phrase.len()).position(|window| window == phrase.as_slice())?;
            let tail = &self.words[at + phrase.len()..];
            let taken: Vec<&str> =
                tail.iter().map(String::as_str).take(most).take_while(|word| !STOP_WORDS.contains(word) && word.parse::<u32>().is_err()).collect();
            (!taken.is_empty()).then(|| taken.join(" "))
        })
    }

    /// Returns the words again, joined by spaces.
    pub fn text(&self) -> String {
        self.words.join(" ")
    }
}

/// Names of the weekdays, Monday first.
pub const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

const STOP_WORDS: [&str; 18] =
    ["and", "for", "at", "on", "please", "is", "the", "a", "my", "we", "i", "would", "thank", "thanks", "party", "today", "tomorrow", "to"];

enum Half {
    Am,
    Pm,
}

/// Finds "am", "pm", "in the evening" within the next four words.
fn half_of_day(rest: &[String]) -> Option<Half> {
    for word in rest.iter().take(4) {
        match word.as_str() {
            "am" | "morning" => return Some(Half::Am),
            "pm" | "evening" | "afternoon" | "tonight" | "night" => return Some(Half::Pm),
            "oclock" | "in" | "the" | "this" | "at" => {}
            _ => return None,
        }
    }
    None
}

/// Cuts a text into words: lower case, no punctuation, number words as digits, `9:30` and `9.30` as two numbers.
fn words(text: &str) -> Vec<String> {
    let joined = text.to_lowercase().replace("a.m.", "am").replace("p.m.", "pm").replace("o'clock", "oclock").replace("o’clock", "oclock");
    let cleaned: String = joined.chars().filter(|c| !matches!(c, '\'' | '’')).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let mut plain: Vec<String> = Vec::new();
    for word in cleaned.split_whitespace() {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        // "9pm", "3rd": a number and its unit.
        if digits > 0 && digits < word.len() {
            plain.push(word[..digits].to_string());
            if !matches!(&word[digits..], "st" | "nd" | "rd" | "th" | "s") {
                plain.push(word[digits..].to_string());
            }
        } else if word == "m" && plain.last().is_some_and(|last| last == "a" || last == "p") {
            // "p m", as some recognisers write it.
            if let Some(last) = plain.last_mut() {
                last.push('m');
            }
        } else {
            plain.push(word.to_string());
        }
    }
    numbers_as_digits(&plain)
}

/// Writes spoken numbers below ten thousand as digits; `twenty five` becomes `25`, `seven thirty` stays two numbers.
fn numbers_as_digits(words: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if let Some((small, to)) = below_hundred(words, at) {
            let (number, to) = with_hundreds(words, small, to);
            at = to;
            out.push(number.to_string());
            continue;
        }
        at += 1;
        let is_hundred = word == "a" && words.get(at).is_some_and(|next| next == "hundred");
        if is_hundred {
            let (number, to) = with_hundreds(words, 1, at);
            at = to;
            out.push(number.to_string());
        } else if word == "oh" {
            out.push("0".into());
        } else {
            out.push(word.clone());
        }
    }
    out
}

/// Reads `nineteen` and `twenty five`; returns the number and where it ends.
fn below_hundred(words: &[String], at: usize) -> Option<(usize, usize)> {
    let word = words.get(at)?;
    if let Some(tens) = TENS.iter().position(|name| name == word) {
        let unit = words.get(at + 1).and_then(|next| UNITS.iter().position(|name| name == next)).filter(|unit| (1..=9).contains(unit));
        return Some(((tens + 2) * 10 + unit.unwrap_or(0), at + 1 + usize::from(unit.is_some())));
    }
    UNITS.iter().position(|name| name == word).map(|unit| (unit, at + 1))
}

/// Adds `hundred and twenty` to the `one` before it.
fn with_hundreds(words: &[String], small: usize, to: usize) -> (usize, usize) {
    if small == 0 || words.get(to).is_none_or(|next| next != "hundred") {
        return (small, to);
    }
    let has_and = words.get(to + 1).is_some_and(|next| next == "and");
    match below_hundred(words, to + 1 + usize::from(has_and)) {
        Some((rest, to)) => (small * 100 + rest, to),
        None => (small * 100, to + 1),
    }
}

const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// Returns whether a heard word passes for the wanted one: the same, the same but for its ending, or misheard by one
/// letter in five.
fn is_like(heard: &str, wanted: &str) -> bool {
    if heard == wanted {
        return true;
    }
    if heard.parse::<u32>().is_ok() || wanted.len() < 4 {
        return false;
    }
    if stem(heard) == stem(wanted) {
        return true;
    }
    wanted.len() >= 5 && distance(heard, wanted) <= wanted.len() / 5
}

fn stem(word: &str) -> &str {
    for ending in ["ings", "ing", "ies", "ed", "es", "s", "e", "y"] {
        if let Some(rest) = word.strip_suffix(ending)
            && rest.len() >= 3
        {
            return rest;
        }
    }
    word
}

/// Edit distance of two short words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, heard: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(&Heard::new(heard)).is_some()
    }

    #[test]
    fn spelling_and_small_mishearings_do_not_matter() {
        assert!(matches("close|closing|shut time|when", "I'd like to know what TIME you close, today."));
        assert!(matches("close time", "what times are you closing"));
        assert!(matches("appointment", "a dentist apointment please"));
        assert!(matches("how_much cost|how_much", "How much is it?"));
        assert!(!matches("close time", "what time do you open"));
        assert!(!matches("how_much", "much ado about how"));
        assert!(!matches("no", "I know nothing of it"));
    }

    #[test]
    fn numbers_read_alike_as_words_and_digits() {
        for text in ["nine thirty pm", "9:30 PM", "9.30 p.m.", "half past nine in the evening", "half past 9 pm"] {
            assert_eq!(Heard::new(text).time(true), Some(21 * 60 + 30), "{text}");
        }
        assert_eq!(Heard::new("at nine").time(true), Some(9 * 60));
        assert_eq!(Heard::new("at seven").time(true), Some(19 * 60));
        assert_eq!(Heard::new("quarter to seven pm").time(true), Some(18 * 60 + 45));
        assert_eq!(Heard::new("a table for four").time(true), None);
        assert_eq!(Heard::new("for twenty-five people").numbers(), [25]);
        assert_eq!(Heard::new("one hundred and twenty dollars, or a hundred for members").numbers(), [120, 100]);
        assert_eq!(Heard::new("twelve hundred").numbers(), [1_200]);
        assert_eq!(Heard::new("ten o'clock in the morning").time(true), Some(600));
        assert_eq!(Heard::new("12:00 am").time(true), Some(0));
    }

    #[test]
    fn days_count_from_today() {
        assert_eq!(Heard::new("on friday evening").day(2), Some(2));
        assert_eq!(Heard::new("Tomorrow, please").day(6), Some(1));
        assert_eq!(Heard::new("the day after tomorrow").day(6), Some(2));
        assert_eq!(Heard::new("what time do you close tonight").day(3), Some(0));
        assert_eq!(Heard::new("hello").day(3), None);
    }

    #[test]
    fn a_name_ends_where_something_else_begins() {
        assert_eq!(Heard::new("The name is Sam Miller, thank you").words_after(&["name is"], 3).as_deref(), Some("sam miller"));
        assert_eq!(Heard::new("hello").words_after(&["name is"], 3), None);
    }

    #[test]
    fn a_pattern_without_words_is_refused() {
        assert!(Pattern::parse(" | ").is_err());
    }
}
