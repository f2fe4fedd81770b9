//! "Are you a robot?"

use crate::understand::words::Words;

/// Returns the place of a question whether a machine is talking.
pub(super) fn question(words: &Words<'_>) -> Option<(usize, usize, u8)> {
    const WHAT: &[&str] = &[
        "robot",
        "machine",
        "computer",
        "bot",
        "ai",
        "a i",
        "human",
        "real person",
        "actual person",
        "live person",
        "real human",
        "automated",
        "recording",
        "robocall",
        "chatgpt",
        "alexa",
        "siri",
        "a person",
        "real",
        "artificial",
        "synthetic",
        "virtual assistant",
    ];
    const ASK: &[&str] = &[
        "are you",
        "you a",
        "is this a",
        "is this an",
        "is this",
        "am i",
        "are we",
        "you sound",
        "you're a",
        "you are a",
        "is it a",
        "is that a",
        "who am i",
        "is there a",
        "can i talk to a",
        "can i speak to a",
        "can i speak with a",
        "let me talk to a",
        "let me speak to a",
        "i want to talk to a",
        "i want a",
        "speaking to a",
        "talking to a",
        "speaking with a",
        "talking with a",
    ];
    let (from, length) = words.find_any(ASK)?;
    let start = from + length;
    let (what, what_length) = (start.saturating_sub(1)..words.len().min(start + 7)).find_map(|place| {
        WHAT.iter().filter(|phrase| words.has_at(phrase, place)).map(|phrase| phrase.split(' ').count()).max().map(|length| (place, length))
    })?;
    let is_other = words.at(what) == "real" && matches!(words.at(what + 1), "estate" | "quick" | "time")
        || words.at(what) == "recording" && words.before(what, 1) == "you"
        || words.has_any(&["recording this", "recording the call", "answering machine", "your computer"]);
    (!is_other && what >= from).then_some((from, what + what_length, 92))
}
