//! A conversation in texts: the provider hears and speaks, words come and go over a socket.

use std::fmt;

use telephony::CarrierCallId;
use telephony::dtmf::Digit;

use super::MediaError;

/// Reads and writes the messages of one socket of texts.
pub trait RelayCodec: Send {
    /// Reads one text message.
    ///
    /// # Errors
    /// A message that cannot be read is an error; one that is merely unknown is [`RelayEvent::Other`].
    fn read(&mut self, message: &str) -> Result<RelayEvent, MediaError>;

    /// Returns a message of ours as it is sent.
    fn write(&mut self, message: &RelayMessage) -> String;
}

/// What a message of the socket says. `Debug` shows no words, no keys and no token.
#[derive(Clone, PartialEq, Eq)]
pub enum RelayEvent {
    /// The session begins.
    Started {
        /// The call at the provider.
        call: CarrierCallId,
        /// The one-time token that the session presents.
        token: Option<String>,
    },
    /// The callee's words.
    Heard {
        /// The words: all of the turn so far if it goes on.
        words: String,
        /// The provider takes the turn as ended.
        is_last: bool,
    },
    /// The callee spoke over us and the provider has silenced us.
    Interrupted {
        /// What was heard of our line until then.
        heard: String,
    },
    /// The callee pressed a key.
    Digit(Digit),
    /// We begin or cease to be heard.
    WeAreHeard(bool),
    /// A message of ours was refused.
    Refused,
    /// Something newer than we are.
    Other,
}

impl fmt::Debug for RelayEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { .. } => f.write_str("Started"),
            Self::Heard { is_last, .. } => f.debug_struct("Heard").field("is_last", is_last).finish_non_exhaustive(),
            Self::Interrupted { .. } => f.write_str("Interrupted"),
            Self::Digit(_) => f.write_str("Digit"),
            Self::WeAreHeard(are_heard) => f.debug_tuple("WeAreHeard").field(are_heard).finish(),
            Self::Refused => f.write_str("Refused"),
            Self::Other => f.write_str("Other"),
        }
    }
}

/// What we send.
#[derive(Clone, PartialEq, Eq)]
pub enum RelayMessage {
    /// Say this after what was said before.
    Line {
        /// The words.
        text: String,
        /// Whether the callee may cut it short.
        may_interrupt: bool,
    },
    /// Press these keys.
    Press(Vec<Digit>),
    /// End the session; the call goes on with the next verb of its plan.
    End,
}

impl fmt::Debug for RelayMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Line { .. } => "Line",
            Self::Press(_) => "Press",
            Self::End => "End",
        })
    }
}
