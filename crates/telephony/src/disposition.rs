//! How an attempt ended on the line. What was achieved is the report's business, not this one's.

use serde::{Deserialize, Serialize};

/// How an attempt ended. Every attempt ends with exactly one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// We talked to somebody (or to a machine that let us) and the call ended in good order.
    Conversed,
    /// Voicemail answered; whether a message was left is in the report.
    Voicemail,
    /// The line was busy.
    Busy,
    /// Nobody picked up within the ring timeout.
    NoAnswer,
    /// The callee or their carrier refused the call.
    Rejected,
    /// The number does not exist or cannot be reached.
    Unreachable,
    /// A fax machine answered.
    Fax,
    /// The call was answered and nobody ever said a word.
    Silent,
    /// The callee hung up before the errand could be stated.
    HungUpEarly,
    /// The user cancelled it.
    Canceled,
    /// The media stream or the carrier dropped the line in mid-call.
    LineDropped,
    /// The total time limit ended it.
    TimeLimit,
    /// A restart of our process cut it off.
    Interrupted,
    /// The carrier refused the request; no phone rang.
    CarrierRejected,
    /// The carrier asked to wait before the next request; no phone rang.
    Throttled,
    /// The carrier gave no clear answer and no call was ever found.
    FailedUnknown,
    /// Set-up failed on our side before anybody could hear us.
    SetupFailed,
}

impl Disposition {
    /// Returns whether somebody or something picked up.
    pub const fn was_answered(self) -> bool {
        matches!(
            self,
            Self::Conversed
                | Self::Voicemail
                | Self::Fax
                | Self::Silent
                | Self::HungUpEarly
                | Self::LineDropped
                | Self::TimeLimit
                | Self::Interrupted
        )
    }

    /// Returns whether such an attempt counts as a try to reach the callee. One that the carrier put off rang nobody.
    pub const fn counts_as_try(self) -> bool {
        !matches!(self, Self::Throttled)
    }

    /// Returns a sentence fragment for people: "the line was busy".
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Conversed => "we talked",
            Self::Voicemail => "voicemail answered",
            Self::Busy => "the line was busy",
            Self::NoAnswer => "nobody answered",
            Self::Rejected => "the call was rejected",
            Self::Unreachable => "the number cannot be reached",
            Self::Fax => "a fax machine answered",
            Self::Silent => "somebody picked up and said nothing",
            Self::HungUpEarly => "the callee hung up at once",
            Self::Canceled => "the call was cancelled",
            Self::LineDropped => "the line dropped",
            Self::TimeLimit => "the time limit ended the call",
            Self::Interrupted => "a restart cut the call off",
            Self::CarrierRejected => "the phone provider refused the call",
            Self::Throttled => "the phone provider asked to wait before the next call",
            Self::FailedUnknown => "the phone provider gave no clear answer and no call was found",
            Self::SetupFailed => "the call could not be set up",
        }
    }
}
