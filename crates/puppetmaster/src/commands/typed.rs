//! Lines that the user types while a call runs, and what they mean.

use std::io::{self, BufRead};

use tokio::sync::mpsc;

/// Lines that wait to be looked at; a user who types more is not in a hurry.
const WAITING_AT_MOST: usize = 8;

/// What is said to a line that means nothing.
pub(super) const KEYS: &str = "type t to take the call, x to send the callee to your telephone, m to mute yourself, h to let the callee wait, \
    g NUMBER to bring somebody in, w to let them whisper, k to let them go, s WORDS to have something said; then Enter";

/// What a line asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wish<'a> {
    /// My telephone shall ring; `is_cold`: the callee is sent there for good.
    TakeOver { is_cold: bool },
    /// The callee shall not hear me, or hear me again.
    Mute,
    /// The callee shall wait, or come back.
    Hold,
    /// This number shall be rung and brought in.
    Invite(&'a str),
    /// The guest shall be heard by me alone, or by all again.
    Whisper,
    /// The guest shall go.
    RemoveGuest,
    /// All shall hear this.
    Announce(&'a str),
}

impl<'a> Wish<'a> {
    /// Reads a line; `None` if it means nothing.
    pub(super) fn of(line: &'a str) -> Option<Self> {
        let (key, rest) = line.trim().split_once(char::is_whitespace).map_or((line.trim(), ""), |(key, rest)| (key, rest.trim()));
        Some(match (key, rest.is_empty()) {
            ("t", true) => Self::TakeOver { is_cold: false },
            ("x", true) => Self::TakeOver { is_cold: true },
            ("m", true) => Self::Mute,
            ("h", true) => Self::Hold,
            ("w", true) => Self::Whisper,
            ("k", true) => Self::RemoveGuest,
            ("g", false) => Self::Invite(rest),
            ("s", false) => Self::Announce(rest),
            _ => return None,
        })
    }
}

/// The lines, as they come.
pub(super) struct Typed {
    lines: mpsc::Receiver<String>,
    has_ended: bool,
}

impl Typed {
    /// Begins to read. The thread ends with the input or with the program, whichever is first: a blocked read cannot be ended.
    pub(super) fn begin() -> Self {
        let (sender, lines) = mpsc::channel(WAITING_AT_MOST);
        // Without a thread nothing can be typed, and the call goes on.
        let _ = std::thread::Builder::new().name("typed".into()).spawn(move || {
            for line in io::stdin().lock().lines().map_while(Result::ok) {
                if sender.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        Self { lines, has_ended: false }
    }

    /// Waits for the next line; for ever once the input has ended.
    pub(super) async fn next(&mut self) -> String {
        if !self.has_ended {
            match self.lines.recv().await {
                Some(line) => return line,
                None => self.has_ended = true,
            }
        }
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_wish_or_means_nothing() {
        assert_eq!(Wish::of(" t "), Some(Wish::TakeOver { is_cold: false }));
        assert_eq!(Wish::of("g +1 212 555 0150"), Some(Wish::Invite("+1 212 555 0150")));
        assert_eq!(Wish::of("s\tI am muted, one moment"), Some(Wish::Announce("I am muted, one moment")));
        for nothing in ["", "g", "s ", "t now", "hello", "T"] {
            assert_eq!(Wish::of(nothing), None, "{nothing}");
        }
    }
}
