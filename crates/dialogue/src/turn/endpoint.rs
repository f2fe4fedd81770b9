//! When a pause ends the callee's turn: the words decide, and where they do not tell, the sound's vote.
//!
//! Measured on telephone speech, an end-of-turn model alone holds only 2–6 of 12 unfinished sentences, so the words
//! come first: "we are open until" is unfinished however it sounds, "at nine." is finished.

use std::time::Duration;

use crate::conversation::Config;

/// How finished a piece of text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Completeness {
    /// A question, a closed slot (a time, a price, a day), yes or no, thanks, a goodbye.
    Complete,
    /// A sentence with its full stop; the recogniser sets those generously.
    Likely,
    /// Nobody can tell from the words.
    Unclear,
    /// It ends in a word that wants another: "and", "the", "until", "um".
    Incomplete,
    /// Digits are being read out, and more may follow.
    Digits,
}

/// Who is speaking, as far as their pauses are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// A person, or somebody of whom we do not know yet.
    Person,
    /// A recording, which pauses between its sentences.
    Machine,
}

/// Returns how much silence, from the last voiced sample, ends a turn with these words.
///
/// `vote` is the sound's, 0 to 100, if one has come.
pub fn turn_ends_after(completeness: Completeness, pace: Pace, vote: Option<u8>, config: &Config) -> Duration {
    let voted = vote.map(|vote| vote >= config.vote_threshold);
    match (pace, completeness, voted) {
        (Pace::Machine, _, _) => config.machine_after,
        (Pace::Person, Completeness::Complete, _) => config.complete_after,
        (Pace::Person, Completeness::Likely | Completeness::Unclear, Some(true)) => config.voted_after,
        (Pace::Person, Completeness::Likely, None) => config.likely_after,
        (Pace::Person, Completeness::Likely, Some(false)) => config.incomplete_after,
        (Pace::Person, Completeness::Unclear, None | Some(false)) => config.incomplete_after,
        (Pace::Person, Completeness::Incomplete, _) => config.incomplete_after,
        (Pace::Person, Completeness::Digits, _) => config.digits_after,
    }
}

/// Returns how finished the words are.
pub fn completeness(text: &str) -> Completeness {
    let text = text.trim();
    let words = words_of(text);
    let Some(last) = words.last() else {
        return Completeness::Incomplete;
    };
    if text.ends_with('?') {
        return Completeness::Complete;
    }
    if text.ends_with("...") || text.ends_with('…') || text.ends_with('-') {
        return Completeness::Incomplete;
    }
    match trailing_digits(&words) {
        0 | 1 => {}
        2..=9 => return Completeness::Digits,
        _ => return Completeness::Complete,
    }
    if ["thank you", "hold on"].iter().any(|phrase| words.join(" ").ends_with(phrase)) {
        return Completeness::Complete;
    }
    let is_question = asks(&words) && (!WANTS_MORE.contains(&last.as_str()) || ENDS_QUESTIONS.contains(&last.as_str()));
    if is_question && !text.ends_with(',') {
        return Completeness::Complete;
    }
    if WANTS_MORE.contains(&last.as_str()) || text.ends_with(',') {
        return Completeness::Incomplete;
    }
    if closes(&words) {
        return Completeness::Complete;
    }
    if words.len() >= 3 && (text.ends_with('.') || text.ends_with('!')) {
        return Completeness::Likely;
    }
    Completeness::Unclear
}

/// Returns the text's words in lower case, without the signs around them.
pub(crate) fn words_of(text: &str) -> Vec<String> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '$').to_lowercase().replace('’', "'"))
        .filter(|word| !word.is_empty())
        .collect()
}

/// Returns whether the words ask something even without a question mark, which recognisers forget.
pub(crate) fn asks(words: &[String]) -> bool {
    words.len() >= 3 && words.first().is_some_and(|first| ASKS.contains(&first.as_str()))
}

const WANTS_MORE: [&str; 62] = [
    "a", "about", "after", "an", "and", "are", "as", "at", "because", "before", "between", "but", "by", "can", "could", "er", "erm", "every", "for",
    "from", "have", "hmm", "i", "i'll", "i'm", "if", "in", "is", "it's", "its", "just", "like", "my", "not", "of", "on", "or", "our", "so", "than",
    "that's", "the", "their", "then", "there's", "they", "through", "till", "to", "uh", "um", "until", "very", "was", "we", "we'll", "we're", "well",
    "when", "with", "would", "your",
];

/// Of those, the ones that a question may end in: "what is this about", "where are you calling from".
const ENDS_QUESTIONS: [&str; 8] = ["about", "at", "for", "from", "in", "of", "on", "with"];

const CLOSES: [&str; 52] = [
    "a.m",
    "absolutely",
    "afternoon",
    "ahead",
    "am",
    "anytime",
    "available",
    "bye",
    "cents",
    "closed",
    "correct",
    "course",
    "dollars",
    "evening",
    "exactly",
    "friday",
    "goodbye",
    "hello",
    "help",
    "here",
    "hi",
    "midnight",
    "moment",
    "monday",
    "morning",
    "nah",
    "no",
    "nope",
    "noon",
    "o'clock",
    "ok",
    "okay",
    "p.m",
    "percent",
    "perfect",
    "please",
    "pm",
    "right",
    "saturday",
    "speaking",
    "sunday",
    "sure",
    "thanks",
    "thursday",
    "today",
    "tomorrow",
    "tonight",
    "tuesday",
    "wednesday",
    "welcome",
    "yeah",
    "yes",
];

const ASKS: [&str; 22] = [
    "are", "can", "could", "did", "do", "does", "have", "how", "is", "may", "should", "was", "what", "what's", "when", "where", "which", "who",
    "who's", "why", "will", "would",
];

const NUMBER_WORDS: [&str; 28] = [
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
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
];

/// A closed slot at the end: a yes, a thanks, a day, a time, an amount.
fn closes(words: &[String]) -> bool {
    let Some(last) = words.last() else {
        return false;
    };
    let has_digit = last.chars().any(|c| c.is_ascii_digit());
    has_digit || CLOSES.contains(&last.as_str()) || NUMBER_WORDS.contains(&last.as_str())
}

/// How many digits of a number that is read out stand at the end; a single number ("nine", "45") counts as one.
fn trailing_digits(words: &[String]) -> usize {
    let mut count = 0;
    for word in words.iter().rev() {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let is_group = digits > 0 && word.chars().all(|c| c.is_ascii_digit() || c == '-');
        if is_group {
            count += if digits < 3 && count == 0 { 1 } else { digits };
        } else if is_digit_word(word) {
            count += 1;
        } else {
            break;
        }
    }
    count
}

fn is_digit_word(word: &str) -> bool {
    NUMBER_WORDS.iter().take(10).any(|digit| *digit == word) || matches!(word, "oh" | "o" | "double" | "triple")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_tell_how_finished_a_turn_is() {
        use Completeness::{Complete, Digits, Incomplete, Likely, Unclear};
        for (text, expected) in [
            ("What is this about?", Complete),
            ("what is this about", Complete),
            ("We close at nine.", Complete),
            ("We close at 9:30 p.m.", Complete),
            ("That would be $45.50.", Complete),
            ("Yes", Complete),
            ("Okay, thank you.", Complete),
            ("Hold on.", Complete),
            ("212-555-0123", Complete),
            ("The number is 212-555", Digits),
            ("two one two", Digits),
            ("It is five five five oh one", Digits),
            ("We are open Monday through,", Incomplete),
            ("We are open until", Incomplete),
            ("Um.", Incomplete),
            ("Let me see, the...", Incomplete),
            ("", Incomplete),
            ("I have to ask my colleague.", Likely),
            ("Corner Shop", Unclear),
            ("you can come by", Incomplete),
        ] {
            assert_eq!(completeness(text), expected, "{text}");
        }
    }

    #[test]
    fn the_vote_counts_only_where_the_words_do_not_tell() {
        let config = Config::default();
        let wait = |completeness, vote| turn_ends_after(completeness, Pace::Person, vote, &config);
        assert_eq!(wait(Completeness::Complete, Some(0)), config.complete_after);
        assert_eq!(wait(Completeness::Incomplete, Some(100)), config.incomplete_after);
        assert_eq!(wait(Completeness::Unclear, Some(100)), config.voted_after);
        assert_eq!(wait(Completeness::Unclear, None), config.incomplete_after);
        assert_eq!(wait(Completeness::Likely, None), config.likely_after);
        assert_eq!(wait(Completeness::Likely, Some(10)), config.incomplete_after);
        assert_eq!(wait(Completeness::Digits, None), config.digits_after);
        assert_eq!(turn_ends_after(Completeness::Complete, Pace::Machine, None, &config), config.machine_after);
    }
}
