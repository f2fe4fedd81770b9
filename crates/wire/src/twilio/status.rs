//! Twilio's words for the states of a call, its events and its recordings, and what they mean for a leg.

mod answered_by;

use std::fmt;

use telephony::leg::LegState;

use crate::words::words;

pub use answered_by::AnsweredBy;

/// The state of a call as Twilio writes it. `initiated` appears in webhooks only; the REST API never shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CallStatus {
    /// Accepted, waits for its turn.
    Queued,
    /// Dialing has begun.
    Initiated,
    /// The far end rings.
    Ringing,
    /// Answered.
    InProgress,
    /// Ended after an answer.
    Completed,
    /// Ended: busy.
    Busy,
    /// Ended: no answer in time.
    NoAnswer,
    /// Ended: cancelled before the answer.
    Canceled,
    /// Ended: could not be connected.
    Failed,
    /// Something newer than we are.
    Other(String),
}

impl CallStatus {
    /// Reads the state; an unknown one is kept.
    pub fn parse(text: &str) -> Self {
        match text {
            "queued" => Self::Queued,
            "initiated" => Self::Initiated,
            "ringing" => Self::Ringing,
            "in-progress" => Self::InProgress,
            "completed" => Self::Completed,
            "busy" => Self::Busy,
            "no-answer" => Self::NoAnswer,
            "canceled" => Self::Canceled,
            "failed" => Self::Failed,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Returns the state as Twilio writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Queued => "queued",
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
            Self::Other(other) => other,
        }
    }

    /// Returns what the state means for a leg, or `None` if it is newer than we are.
    pub const fn leg_state(&self) -> Option<LegState> {
        Some(match self {
            Self::Queued => LegState::Queued,
            Self::Initiated => LegState::Dialing,
            Self::Ringing => LegState::Ringing,
            Self::InProgress => LegState::InProgress,
            Self::Completed => LegState::Completed,
            Self::Busy => LegState::Busy,
            Self::NoAnswer => LegState::NoAnswer,
            Self::Canceled => LegState::Canceled,
            Self::Failed => LegState::Failed,
            Self::Other(_) => return None,
        })
    }

    /// Returns the word that webhooks use for the state of a leg.
    pub const fn of_leg(state: LegState) -> Self {
        match state {
            LegState::Queued => Self::Queued,
            LegState::Dialing => Self::Initiated,
            LegState::Ringing => Self::Ringing,
            LegState::InProgress => Self::InProgress,
            LegState::Completed => Self::Completed,
            LegState::Busy => Self::Busy,
            LegState::NoAnswer => Self::NoAnswer,
            LegState::Canceled => Self::Canceled,
            LegState::Failed => Self::Failed,
        }
    }

    /// Returns the word that the REST API uses for the state of a leg: a leg that is being dialled is still `queued` there.
    pub const fn of_leg_in_rest(state: LegState) -> Self {
        match state {
            LegState::Dialing => Self::Queued,
            other => Self::of_leg(other),
        }
    }
}

impl fmt::Display for CallStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The moments of a call that a status callback can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallEvent {
    /// Dialing begins.
    Initiated,
    /// The far end rings.
    Ringing,
    /// Answered.
    Answered,
    /// Any end.
    Completed,
}

impl CallEvent {
    /// All of them, in the order in which they happen.
    pub const ALL: [Self; 4] = [Self::Initiated, Self::Ringing, Self::Answered, Self::Completed];

    /// Returns the event as Twilio writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initiated => "initiated",
            Self::Ringing => "ringing",
            Self::Answered => "answered",
            Self::Completed => "completed",
        }
    }

    /// Reads an event; `None` for an unknown one.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }

    /// Returns the event that a leg's entry into this state is, if it is one: nothing is told of a queued call.
    pub const fn of_leg(state: LegState) -> Option<Self> {
        match state {
            LegState::Queued => None,
            LegState::Dialing => Some(Self::Initiated),
            LegState::Ringing => Some(Self::Ringing),
            LegState::InProgress => Some(Self::Answered),
            LegState::Completed | LegState::Busy | LegState::NoAnswer | LegState::Canceled | LegState::Failed => Some(Self::Completed),
        }
    }
}

words! {
    /// The states of a recording.
    RecordingStatus {
        /// It runs.
        InProgress = "in-progress",
        /// It is held.
        Paused = "paused",
        /// It ended and is not yet worked on.
        Stopped = "stopped",
        /// It is being made ready.
        Processing = "processing",
        /// It can be fetched.
        Completed = "completed",
        /// There was nothing to record.
        Absent = "absent",
        /// It could not be made. Named in one table of the documents only.
        Failed = "failed",
        /// It was deleted; its description stays for forty days.
        Deleted = "deleted",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_a_leg_has_a_word_that_reads_back() {
        for state in [
            LegState::Queued,
            LegState::Dialing,
            LegState::Ringing,
            LegState::InProgress,
            LegState::Completed,
            LegState::Busy,
            LegState::NoAnswer,
            LegState::Canceled,
            LegState::Failed,
        ] {
            let word = CallStatus::of_leg(state).as_str().to_owned();
            assert_eq!(CallStatus::parse(&word).leg_state(), Some(state));
        }
    }

    #[test]
    fn an_unknown_state_is_kept_and_moves_nothing() {
        let status = CallStatus::parse("on-hold");
        assert_eq!((status.as_str(), status.leg_state()), ("on-hold", None));
    }
}
