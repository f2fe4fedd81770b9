//! What a watcher of a live call sees: the terminal, the dashboard, a test.

use dialogue::screening::WhoAnswered;
use dialogue::transcript::Turn;
use serde::Serialize;
use telephony::UtteranceId;

use crate::recording_guard::RecordingNews;

/// Something a watcher may show. A watcher that lags loses events, never the call.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum LiveEvent {
    /// The carrier was asked to dial.
    Dialing,
    /// The phone provider surely placed no call; the second one is asked.
    AsksSecond {
        /// Its name.
        provider: String,
        /// Why the first one placed none.
        because: String,
    },
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
    /// The user's telephone is rung, for them to take the call over.
    OperatorRinging,
    /// The user has picked up and wants the call.
    OperatorJoined,
    /// Callee and user are together; the assistant is out.
    HandedOver,
    /// In the room in which user and callee talk, something is as the user wanted it.
    RoomChanged {
        /// What.
        change: RoomChange,
    },
    /// It is not.
    RoomNotChanged,
    /// Somebody is rung whom the user wants to have in the room.
    GuestRinging,
    /// They have come in.
    GuestJoined,
    /// A guest has left.
    GuestLeft,
    /// The one who was rung does not come.
    GuestNotReached,
    /// The user has given the call back.
    OperatorLeft,
    /// The user did not get the call; the assistant goes on.
    TakeoverFailed {
        /// Why.
        why: NotTaken,
    },
    /// The recording stops for a moment, goes on, or is deleted.
    Recording {
        /// Which.
        news: RecordingNews,
    },
    /// We are hanging up.
    HangingUp,
    /// The call is over; the report follows.
    Ended,
}

/// A change in the room in which user and callee talk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomChange {
    /// The callee does not hear the user.
    UserMuted,
    /// The callee hears the user again.
    UserUnmuted,
    /// The callee hears music.
    CalleeHeld,
    /// The callee is back.
    CalleeBack,
    /// The guest who came last is heard by the user alone.
    GuestWhispers,
    /// All hear the guest again.
    GuestSpeaksToAll,
    /// The guest who came last has to go.
    GuestRemoved,
    /// All hear what the user wrote.
    Announced,
}

/// Why a user did not get a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotTaken {
    /// Nobody talks yet, or not any more.
    NoCall,
    /// Their telephone rings already, or they have the call.
    UnderWay,
    /// The carrier did not ring their telephone.
    NotRung,
    /// Nobody picked up and pressed one.
    NotAnswered,
    /// The carrier did not connect the two.
    NotConnected,
}

impl NotTaken {
    /// Returns the reason in words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::NoCall => "there is nobody on the line to hand over",
            Self::UnderWay => "it is under way already",
            Self::NotRung => "your telephone could not be rung",
            Self::NotAnswered => "nobody picked up and pressed one",
            Self::NotConnected => "the two calls could not be connected",
        }
    }
}
