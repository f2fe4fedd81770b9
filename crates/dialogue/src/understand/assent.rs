//! Yes or no. Only words that the callee said count; silence and "hm" are neither.

use super::Heard;
use super::words::Words;

/// Agreement or its opposite.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Assent {
    /// Yes.
    Yes,
    /// No.
    No,
}

const YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "yup",
    "yea",
    "yah",
    "ya",
    "yes sir",
    "yes ma'am",
    "correct",
    "that's correct",
    "that is correct",
    "right",
    "that's right",
    "that is right",
    "you're right",
    "exactly",
    "precisely",
    "absolutely",
    "definitely",
    "certainly",
    "of course",
    "sure",
    "sure thing",
    "for sure",
    "okay",
    "ok",
    "fine",
    "that's fine",
    "all right",
    "alright",
    "sounds good",
    "sounds right",
    "sounds great",
    "perfect",
    "great",
    "indeed",
    "affirmative",
    "uh huh",
    "mm hmm",
    "mhm",
    "mmhmm",
    "yes please",
    "you got it",
    "you bet",
    "you can",
    "that works",
    "works for me",
    "no problem",
    "not a problem",
    "no worries",
    "will do",
    "i will",
    "we will",
    "i can do that",
    "we can do that",
    "it is",
    "it does",
    "we do",
    "we are",
    "i do",
    "they do",
    "we have",
    "we can",
    "i think so",
    "i believe so",
    "i guess so",
    "i guess",
    "done",
    "all set",
    "you're all set",
    "you are all set",
    "got it",
    "i got it",
    "that's it",
    "consider it done",
    "true",
    "si",
];

const NO: &[&str] = &[
    "no",
    "nope",
    "nah",
    "no sir",
    "no ma'am",
    "not really",
    "not quite",
    "not exactly",
    "incorrect",
    "wrong",
    "that's wrong",
    "that is wrong",
    "not right",
    "that's not right",
    "that isn't right",
    "isn't right",
    "not correct",
    "that's not correct",
    "isn't correct",
    "negative",
    "uh uh",
    "we don't",
    "we do not",
    "i don't",
    "we can't",
    "we cannot",
    "i can't",
    "i cannot",
    "we aren't",
    "we are not",
    "we're not",
    "it isn't",
    "it's not",
    "it is not",
    "it doesn't",
    "afraid not",
    "i'm afraid not",
    "unfortunately",
    "unfortunately not",
    "not today",
    "no way",
    "not at all",
    "absolutely not",
    "definitely not",
    "certainly not",
    "of course not",
    "never",
    "we haven't",
    "there isn't",
    "there aren't",
    "there is no",
    "false",
    "don't think so",
    "i don't think so",
    "we won't",
    "i won't",
];

/// Words that look like agreement and are none where they stand: "right now", "okay, one moment", "not sure".
const NOT_YES: &[&str] = &[
    "right now",
    "right away",
    "right here",
    "right there",
    "right back",
    "not sure",
    "i'm not sure",
    "we will see",
    "we do not",
    "we can not",
    "we are not",
    "we are closed",
    "it is not",
    "all right then what",
    "great question",
    "we can't",
    "you can't",
    "fine dining",
    "true story",
    "sure about",
    "of course not",
    "absolutely not",
    "definitely not",
    "certainly not",
    "i do not",
];

/// Agreement that says "I heard you" rather than "that is true".
const MERE_COURTESY: &[&str] = &[
    "okay",
    "ok",
    "fine",
    "that's fine",
    "great",
    "sounds great",
    "all right",
    "alright",
    "got it",
    "i got it",
    "no worries",
    "no problem",
    "not a problem",
    "will do",
    "i will",
    "we will",
    "we have",
    "i guess",
    "i guess so",
    "i think so",
    "i believe so",
];

/// Returns whether a reply clearly affirms what was read back: it says yes and not no, and more than "okay" or "I think so".
pub fn affirms(text: &str) -> bool {
    let is_yes = assent(text).is_some_and(|heard| heard.value == Assent::Yes && heard.confidence >= 80);
    let words = Words::of(text);
    is_yes && said(&words).into_iter().any(|(value, from, to)| value == Assent::Yes && !MERE_COURTESY.contains(&plain(&words, from, to).as_str()))
}

/// Returns whether a reply clearly denies what was read back: it says no and not yes.
pub fn denies(text: &str) -> bool {
    assent(text).is_some_and(|heard| heard.value == Assent::No && heard.confidence >= 70)
}

/// Returns the agreement that a reply expresses, or `None` if it expresses neither.
///
/// The first plain word decides; "no problem" is a yes, "not sure" is neither. A reply that says both is unsure: 50.
pub fn assent(text: &str) -> Option<Heard<Assent>> {
    let words = Words::of(text);
    let said = said(&words);
    let (value, from, to) = said.first().copied()?;
    let says_both = said.iter().any(|(other, ..)| *other != value);
    let is_question = text.trim_end().ends_with('?') && words.len() <= 2;
    let is_weak = matches!(
        words.quote(from, to).to_lowercase().as_str(),
        "i guess" | "i guess so" | "i think so" | "i believe so" | "we have" | "great" | "unfortunately" | "know"
    );
    let confidence = match (is_question, says_both, from) {
        (true, ..) => 40,
        (_, true, _) => 50,
        _ if is_weak => 70,
        (_, _, 0..=2) => 95,
        _ => 80,
    };
    Some(Heard { value, quote: words.quote(from, to), confidence })
}

/// All plain words of agreement and its opposite, with their places.
fn said(words: &Words<'_>) -> Vec<(Assent, usize, usize)> {
    let mut said = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let no = longest_at(words, at, NO).or_else(|| (words.len() == 1 && words.at(0) == "know").then_some(1));
        if no.is_none()
            && let Some(length) = longest_at(words, at, NOT_YES)
        {
            at += length;
            continue;
        }
        let is_negated = matches!(words.before(at, 1), "not" | "isn't" | "don't" | "n't");
        let yes = longest_at(words, at, YES).filter(|_| !is_negated);
        let (value, length) = match (yes, no) {
            (Some(yes), no) if no.is_none_or(|no| yes > no) => (Assent::Yes, yes),
            (_, Some(no)) => (Assent::No, no),
            _ => {
                at += 1;
                continue;
            }
        };
        said.push((value, at, at + length));
        at += length;
    }
    said
}

fn plain(words: &Words<'_>, from: usize, to: usize) -> String {
    words.words[from..to].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Returns whether a reply is nothing but agreement and courtesy: "yes, sure, go ahead".
pub fn is_bare(text: &str) -> bool {
    let fillers = [
        "uh", "um", "oh", "well", "please", "thanks", "thank", "you", "go", "ahead", "hi", "hello", "there", "sir", "ma'am", "what", "is", "it",
        "that's", "that", "how", "can", "i", "help", "and", "so",
    ];
    let words = Words::of(text);
    let mut at = 0;
    while at < words.len() {
        if let Some(length) = longest_at(&words, at, YES).or_else(|| longest_at(&words, at, NO)) {
            at += length;
        } else if fillers.contains(&words.at(at)) {
            at += 1;
        } else {
            return false;
        }
    }
    !words.is_empty()
}

fn longest_at(words: &Words<'_>, at: usize, phrases: &[&str]) -> Option<usize> {
    phrases.iter().filter(|phrase| words.has_at(phrase, at)).map(|phrase| phrase.split(' ').count()).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_told_apart() {
        let rows = [
            ("Yes.", "Yes \"Yes\" 95"),
            ("Yeah, that's right.", "Yes \"Yeah\" 95"),
            ("Yep", "Yes \"Yep\" 95"),
            ("Correct.", "Yes \"Correct\" 95"),
            ("That's correct.", "Yes \"That's correct\" 95"),
            ("That is right", "Yes \"That is right\" 95"),
            ("Mm-hmm.", "Yes \"Mm-hmm\" 95"),
            ("Uh-huh", "Yes \"Uh-huh\" 95"),
            ("Sure thing!", "Yes \"Sure thing\" 95"),
            ("No problem.", "Yes \"No problem\" 95"),
            ("Not a problem at all", "Yes \"Not a problem\" 95"),
            ("You got it.", "Yes \"You got it\" 95"),
            ("Sounds good", "Yes \"Sounds good\" 95"),
            ("Okay, done.", "Yes \"Okay\" 95"),
            ("Well, yes, we do.", "Yes \"yes\" 95"),
            ("I think so.", "Yes \"I think so\" 70"),
            ("You're all set.", "Yes \"You're all set\" 95"),
            ("Yes?", "Yes \"Yes\" 40"),
            ("No.", "No \"No\" 95"),
            ("Nope, sorry", "No \"Nope\" 95"),
            ("No, we close at ten.", "No \"No\" 95"),
            ("That's not right.", "No \"That's not right\" 95"),
            ("It's not correct", "No \"It's not\" 95"),
            ("Not really", "No \"Not really\" 95"),
            ("I'm afraid not", "No \"I'm afraid not\" 95"),
            ("Unfortunately we can't", "No \"Unfortunately\" 70"),
            ("Absolutely not.", "No \"Absolutely not\" 95"),
            ("Of course not", "No \"Of course not\" 95"),
            ("We don't have any", "No \"We don't\" 95"),
            ("Uh-uh", "No \"Uh-uh\" 95"),
            ("know", "No \"know\" 70"),
            ("No, that's right.", "No \"No\" 50"),
        ];
        for (text, expected) in rows {
            let shown = assent(text).map(|heard| format!("{:?} \"{}\" {}", heard.value, heard.quote, heard.confidence));
            assert_eq!(shown.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn only_a_plain_yes_affirms_and_only_a_plain_no_denies() {
        for text in ["Yes.", "Yes, that's right.", "Okay, yes.", "Correct", "Mm-hmm.", "Sure.", "Exactly, no problem.", "You got it."] {
            assert!(affirms(text) && !denies(text), "{text}");
        }
        for text in ["Okay.", "Great.", "I think so.", "I guess.", "Yes?", "No, that's right.", "Hm.", "No.", "Got it, thanks", "All right", ""] {
            assert!(!affirms(text), "{text}");
        }
        for text in ["No.", "No, not quite.", "Nope, ten.", "That's wrong.", "know"] {
            assert!(denies(text), "{text}");
        }
        assert!(!denies("No, that's right.") && !denies("I'm not sure."));
    }

    #[test]
    fn what_is_neither_stays_open() {
        for text in ["", "Hm.", "I'm not sure.", "Nine p.m.", "Right now?", "Hello?", "Let me see", "I don't know", "They know", "who is this"] {
            let heard = assent(text);
            let is_open = heard.as_ref().is_none_or(|heard| text == "I don't know" && heard.value == Assent::No);
            assert!(is_open, "{text}: {heard:?}");
        }
    }

    #[test]
    fn bare_agreement_carries_nothing_else() {
        for text in ["Yes.", "sure, go ahead", "Okay", "Yes, hello?"] {
            assert!(is_bare(text), "{text}");
        }
        for text in ["Yes, at nine.", "we have a table for four", ""] {
            assert!(!is_bare(text), "{text}");
        }
    }
}
