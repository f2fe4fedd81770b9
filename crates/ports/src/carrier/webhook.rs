//! What a provider sends over HTTP, verified and read.

use std::fmt;
use std::time::Duration;

use telephony::dtmf::Digit;
use telephony::leg::LegState;
use telephony::{CarrierCallId, CarrierRecordingId, PhoneNumber};
use thiserror::Error;

/// A webhook as it arrived.
pub struct WebhookRequest<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The public address that the provider called: configured origin, then path and query as received.
    pub url: &'a str,
    /// Looks a header up by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    /// The raw body.
    pub body: &'a [u8],
}

/// What a webhook says, once verified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CarrierEvent {
    /// The call it is about.
    pub call: CarrierCallId,
    /// State of the leg, if it says one we know.
    pub state: Option<LegState>,
    /// Tells doubles apart: the same event delivered twice has the same key.
    pub key: String,
    /// Length of the answered part, if ended.
    pub duration: Option<Duration>,
    /// The SIP or provider code of a failure, if given.
    pub failure_code: Option<u32>,
    /// What it is about besides.
    pub news: CarrierNews,
}

/// What a webhook tells besides the leg's state. `Debug` shows no words, no keys and no number.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum CarrierNews {
    /// Nothing.
    #[default]
    Nothing,
    /// What a [`telephony::plan::Verb::Listen`] heard: words, keys, or neither.
    Turn {
        /// The words, if any.
        words: Option<String>,
        /// 0 to 100, if the provider says so.
        confidence: Option<u8>,
        /// The keys.
        digits: Vec<Digit>,
    },
    /// Who answered.
    Answered(MachineVerdict),
    /// How a recording is.
    Recording {
        /// Its name at the provider.
        recording: CarrierRecordingId,
        /// Its state.
        state: RecordingState,
    },
    /// Somebody rings a number of ours, or a call that they made asks for its next plan.
    Incoming {
        /// Who; `None` if they withhold it.
        from: Option<PhoneNumber>,
    },
    /// Somebody waits in a queue and asks what to hear.
    Waiting {
        /// 1 is next.
        position: u32,
        /// How long they have waited.
        waited: Duration,
    },
    /// Somebody does not wait in a queue any more.
    LeftQueue(QueueEnd),
    /// Somebody who was rung for a caller is gone, or did not come.
    Forwarded(ForwardEnd),
    /// A message was taken. Its sound may not be ready yet.
    MessageTaken {
        /// Its recording's name at the provider.
        recording: Option<CarrierRecordingId>,
        /// How long it is.
        length: Duration,
        /// The key that ended it, if one did.
        key: Option<Digit>,
    },
}

/// How waiting in a queue ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueueEnd {
    /// They talked with who took them, who is gone now.
    Served,
    /// They hung up.
    HungUp,
    /// There was no room.
    Full,
    /// They were led out, by our plan or by something that failed.
    Left,
}

/// How it went with somebody who was rung for a caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ForwardEnd {
    /// The two talked.
    Talked,
    /// Busy, no answer, not reached.
    NotReached,
}

impl fmt::Debug for CarrierNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("Nothing"),
            Self::Turn { words, digits, .. } => {
                f.debug_struct("Turn").field("has_words", &words.is_some()).field("has_digits", &!digits.is_empty()).finish()
            }
            Self::Answered(verdict) => f.debug_tuple("Answered").field(verdict).finish(),
            Self::Recording { state, .. } => f.debug_tuple("Recording").field(state).finish(),
            Self::Incoming { from } => f.debug_struct("Incoming").field("has_number", &from.is_some()).finish(),
            Self::Waiting { position, waited } => f.debug_struct("Waiting").field("position", position).field("waited", waited).finish(),
            Self::LeftQueue(end) => f.debug_tuple("LeftQueue").field(end).finish(),
            Self::Forwarded(end) => f.debug_tuple("Forwarded").field(end).finish(),
            Self::MessageTaken { length, key, .. } => {
                f.debug_struct("MessageTaken").field("length", length).field("has_key", &key.is_some()).finish()
            }
        }
    }
}

/// Who answered, as a provider finds it out by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MachineVerdict {
    /// A person.
    Human,
    /// A machine, whose greeting goes on or has ended in silence. It may be a menu of keys, which providers do not tell apart.
    Machine,
    /// A machine, after its beep: a message can be left now.
    Beep,
    /// A fax.
    Fax,
    /// It could not be told.
    Unknown,
}

/// How a provider's recording is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordingState {
    /// It runs.
    Running,
    /// It is whole and can be fetched.
    Ready,
    /// There is none: nothing was heard, or it failed.
    Absent,
}

/// Why a webhook or handshake is not accepted.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CallbackError {
    /// No signature, or a wrong one. `puppetmaster doctor` shows the address that was signed.
    #[error("the signature is missing or wrong")]
    Forged,
    /// The signature is right but the content cannot be read.
    #[error("the webhook cannot be read: {what}")]
    Unreadable {
        /// What is wrong; holds no value from the webhook.
        what: &'static str,
    },
}
