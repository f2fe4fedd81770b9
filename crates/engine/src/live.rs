//! What a watcher of a live call sees: the terminal, the dashboard, a test.

use dialogue::screening::WhoAnswered;
use dialogue::transcript::Turn;
use serde::Serialize;
use telephony::UtteranceId;

/// Something a watcher may show. A watcher that lags loses events, never the call.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LiveEvent {
    /// The carrier was asked to dial.
    Dialing,
    /// The far end rings.
    Ringing,
    /// Somebody or something picked up.
    Answered,
    /// The line to the conversation is open.
    Connected,
    /// It is known who answered, or who is there now.
    Screened {
        /// Who.
        who: WhoAnswered,
    },
    /// Words that may still change.
    Hearing {
        /// Which utterance.
        utterance: UtteranceId,
        /// The words so far.
        text: String,
    },
    /// The assistant has begun to say this.
    Saying {
        /// The words.
        text: String,
    },
    /// A settled turn.
    Said {
        /// The turn.
        turn: Turn,
    },
    /// Keys were pressed.
    Pressed {
        /// The keys.
        digits: String,
    },
    /// We are hanging up.
    HangingUp,
    /// The call is over; the report follows.
    Ended,
}
