//! What everybody says on the phone: who is there, pardon, hello, goodbye, we are closed.

use super::phrase;
use crate::understand::words::Words;

/// Returns the place of what asks who is calling.
pub(super) fn who(words: &Words<'_>) -> Option<(usize, usize, u8)> {
    phrase(
        words,
        &[
            "who is this",
            "who's this",
            "who is calling",
            "who's calling",
            "who are you",
            "who am i speaking",
            "who am i talking",
            "whom am i speaking",
            "who is it",
            "who's it",
            "who do i have",
            "who are you calling for",
            "who are you with",
            "who is that",
            "who's that",
            "may i ask who",
            "can i ask who",
            "your name",
            "where are you calling from",
            "what company",
            "which company",
            "who did you say",
            "on whose behalf",
            "on behalf of who",
            "and you are",
        ],
    )
}

/// Returns the place of what asks to hear it again.
pub(super) fn say_again(words: &Words<'_>) -> Option<(usize, usize, u8)> {
    const SHORT: &[&str] = &[
        "what",
        "sorry",
        "pardon",
        "pardon me",
        "excuse me",
        "huh",
        "come again",
        "what's that",
        "what was that",
        "sorry what",
        "i'm sorry",
        "i'm sorry what",
        "eh",
        "what did you say",
    ];
    const ANYWHERE: &[&str] = &[
        "say that again",
        "say it again",
        "repeat that",
        "repeat the",
        "could you repeat",
        "can you repeat",
        "please repeat",
        "one more time",
        "didn't catch",
        "did not catch",
        "didn't get that",
        "didn't hear",
        "didn't understand",
        "don't understand",
        "do not understand",
        "can't hear you",
        "cannot hear you",
        "can barely hear",
        "you're breaking up",
        "you are breaking up",
        "speak up",
        "speak slower",
        "slow down",
        "what did you say",
        "what do you mean",
        "come again",
        "i beg your pardon",
    ];
    if SHORT.iter().any(|short| short.split(' ').count() == words.len() && words.has_at(short, 0)) {
        return Some((0, words.len(), 85));
    }
    phrase(words, ANYWHERE)
}

/// Returns the place of what greets.
pub(super) fn greeting(words: &Words<'_>) -> Option<(usize, usize, u8)> {
    let is_greeting = matches!(words.at(0), "hello" | "hi" | "hey" | "hiya" | "welcome")
        || words.has_at("good morning", 0)
        || words.has_at("good afternoon", 0)
        || words.has_at("good evening", 0)
        || words.has_any(&["thank you for calling", "thanks for calling", "speaking"]);
    is_greeting.then_some((0, words.len(), 80))
}

/// Returns the place of what takes leave.
pub(super) fn goodbye(words: &Words<'_>) -> Option<(usize, usize, u8)> {
    let found = phrase(
        words,
        &[
            "goodbye",
            "good bye",
            "bye",
            "bye bye",
            "have a good one",
            "have a good day",
            "have a nice day",
            "have a great day",
            "have a good evening",
            "have a good night",
            "take care",
            "see you later",
            "see ya",
            "gotta go",
            "have to go",
            "i'm hanging up",
            "i am hanging up",
            "i'm gonna hang up",
            "talk to you later",
            "good night",
        ],
    )?;
    let is_visit = words.has_at("have to go", found.0) && matches!(words.at(found.1), "online" | "to" | "through" | "on");
    (!is_visit).then_some(found)
}

/// Returns the place of what says that they are closed.
pub(super) fn closed(words: &Words<'_>) -> Option<(usize, usize, u8)> {
    let found = phrase(
        words,
        &[
            "we're closed",
            "we are closed",
            "closed today",
            "closed right now",
            "closed already",
            "already closed",
            "closed now",
            "not open",
            "we're not open",
            "we are not open",
            "we aren't open",
            "closed for",
            "closed all day",
            "it's closed",
            "we don't open",
            "closed on",
            "closed tomorrow",
            "closed tonight",
        ],
    )?;
    // "We're closed Mondays, today we close at nine" is about another day; whoever asks compares the days.
    Some(found)
}
