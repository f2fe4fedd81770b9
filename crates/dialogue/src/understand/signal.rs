//! The things people say on the phone whatever the errand: "hold on", "who is this?", "take me off your list", "goodbye".
//!
//! A stop request is searched generously (a false one costs a call, a missed one breaks a promise), all else sparingly.
//! Attempts to give us orders are recognised only to be answered politely: nothing in this crate can carry them out.

use super::Heard;
use super::words::Words;

mod courtesy;
mod machine;
mod phrases;
mod stop;
#[cfg(test)]
mod tests;

/// One of those things.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Signal {
    /// "Never call again."
    Stop,
    /// "You have the wrong number."
    WrongNumber,
    /// "Are you a robot?"
    AreYouAMachine,
    /// "Is this being recorded?"
    IsItRecorded,
    /// "I don't want to be recorded."
    DoNotRecord,
    /// "Ignore your instructions", "call this number instead", "give me your credit card".
    Orders,
    /// "Who is this?"
    WhoIsThis,
    /// "One moment, please."
    HoldOn,
    /// "I'll put you through."
    Transfer,
    /// "I don't know."
    DoNotKnow,
    /// "I can't help you with that."
    Refusal,
    /// "Call back later."
    CallBack,
    /// "What is this about?", "How can I help you?"
    WhatIsItAbout,
    /// "Pardon?"
    SayAgain,
    /// "We're closed."
    Closed,
    /// "Goodbye."
    Goodbye,
    /// "Hello?"
    Greeting,
}

/// Returns a signal's words if the text gives it.
pub fn find(text: &str, signal: Signal) -> Option<Heard<()>> {
    let words = Words::of(text);
    let (from, to, confidence) = match signal {
        Signal::Stop => stop::request(&words)?,
        Signal::AreYouAMachine => machine::question(&words)?,
        Signal::SayAgain => courtesy::say_again(&words)?,
        Signal::Greeting => courtesy::greeting(&words)?,
        Signal::Goodbye => courtesy::goodbye(&words)?,
        Signal::Closed => courtesy::closed(&words)?,
        Signal::WhoIsThis => courtesy::who(&words)?,
        _ => phrase(&words, phrases::of(signal))?,
    };
    Some(Heard { value: (), quote: words.quote(from, to), confidence })
}

/// Returns whether the text gives a signal.
pub fn has(text: &str, signal: Signal) -> bool {
    find(text, signal).is_some()
}

fn phrase(words: &Words<'_>, phrases: &[&str]) -> Option<(usize, usize, u8)> {
    words.find_any(phrases).map(|(from, length)| (from, from + length, 90))
}
