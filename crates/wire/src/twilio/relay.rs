//! Messages of a conversation in text (ConversationRelay): Twilio hears and speaks, we think.
//!
//! Twilio is the client of the socket and speaks [`FromCarrier`]; we speak [`FromApp`]. The first message is `setup`; there
//! is no message for the end of the call, the socket closes. What a conversation is set up with is in
//! `document::ConversationRelay`.
//!
//! What surprised us: the words and states of `setup` are in upper case (`IN-PROGRESS`); a turn of ours must end with a
//! `text` that says `last`, after an interruption too; prompts queue while the line stalls and then come in a burst.

mod from_app;
mod from_carrier;

use thiserror::Error;

pub use from_app::FromApp;
pub use from_carrier::{FromCarrier, Info, Setup};

/// So many messages in a row that it cannot read, and Twilio closes the socket.
pub const MAX_MALFORMED: u32 = 10;

/// What it closes the socket with then.
pub const CLOSE_MALFORMED: (u16, &str) = (1007, "Too many consecutive malformed messages.");

/// Why a message cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("{what}")]
pub struct RelayFault {
    /// What is wrong; holds nothing of the message.
    pub what: &'static str,
    /// What Twilio logs for it: 64107.
    pub code: u32,
}

impl RelayFault {
    const fn new(what: &'static str) -> Self {
        Self { what, code: 64107 }
    }
}

/// Counts messages that Twilio cannot read, for the sandbox.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Malformed {
    in_a_row: u32,
}

impl Malformed {
    /// Takes note of a message; returns Twilio's code (64105) if it was one too many and the socket is to be closed.
    pub fn note(&mut self, was_read: bool) -> Option<u32> {
        self.in_a_row = if was_read { 0 } else { self.in_a_row + 1 };
        (self.in_a_row >= MAX_MALFORMED).then_some(64105)
    }
}

/// Reads a JSON object; anything else is none of ours.
fn object(text: &str) -> Result<serde_json::Map<String, serde_json::Value>, RelayFault> {
    match serde_json::from_str(text) {
        Ok(serde_json::Value::Object(object)) => Ok(object),
        _ => Err(RelayFault::new("not a JSON object")),
    }
}

/// Returns text, or a number or flag as text.
fn text_of(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_bad_messages_in_a_row_end_the_session() {
        let mut malformed = Malformed::default();
        let results: Vec<_> = (0..9).map(|_| malformed.note(false)).collect();
        assert_eq!(results, [None; 9]);
        assert_eq!(malformed.note(true), None);
        let last = (0..10).map(|_| malformed.note(false)).last().unwrap();
        assert_eq!(last, Some(64105));
    }
}
