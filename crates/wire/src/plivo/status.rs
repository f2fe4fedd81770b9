//! Plivo's words for the states of calls, streams and messages, and what they mean for a leg.

use telephony::leg::LegState;

use super::error_codes::{Outcome, cause};
use crate::words::words;

words! {
    /// The state of a call, in webhooks (`CallStatus`) and over REST (`call_status`).
    CallStatus {
        /// Waits for its turn; only over REST.
        Queued = "queued",
        /// The far end rings; an incoming call that nothing has answered yet.
        Ringing = "ringing",
        /// Answered.
        InProgress = "in-progress",
        /// Ended after an answer.
        Completed = "completed",
        /// Ended: busy.
        Busy = "busy",
        /// Ended: could not be connected.
        Failed = "failed",
        /// Ended: no answer in time.
        Timeout = "timeout",
        /// Ended: no answer.
        NoAnswer = "no-answer",
        /// Ended: cancelled before the answer.
        Cancel = "cancel",
    }
}

impl CallStatus {
    /// Returns what the state means for a leg, or `None` if it is newer than we are.
    pub const fn leg_state(&self) -> Option<LegState> {
        Some(match self {
            Self::Queued => LegState::Queued,
            Self::Ringing => LegState::Ringing,
            Self::InProgress => LegState::InProgress,
            Self::Completed => LegState::Completed,
            Self::Busy => LegState::Busy,
            Self::Failed => LegState::Failed,
            Self::Timeout | Self::NoAnswer => LegState::NoAnswer,
            Self::Cancel => LegState::Canceled,
            Self::Other(_) => return None,
        })
    }

    /// Returns Plivo's word for the state of a leg. It has none for dialing: such a call is still queued.
    pub const fn of_leg(state: LegState) -> Self {
        match state {
            LegState::Queued | LegState::Dialing => Self::Queued,
            LegState::Ringing => Self::Ringing,
            LegState::InProgress => Self::InProgress,
            LegState::Completed => Self::Completed,
            LegState::Busy => Self::Busy,
            LegState::NoAnswer => Self::NoAnswer,
            LegState::Canceled => Self::Cancel,
            LegState::Failed => Self::Failed,
        }
    }
}

/// Returns the state of a leg that ended with this cause; what the cause does not tell, the status does.
///
/// The cause decides, for it is the finer of the two: a status may say `failed` of a line that was busy.
pub fn leg_state_at_end(cause_code: Option<u32>, status: Option<&CallStatus>) -> Option<LegState> {
    // Cause 0 is "unknown", and tells nothing.
    let by_cause = cause_code.filter(|code| *code != 0).and_then(cause).map(|cause| match cause.outcome {
        Outcome::Completed | Outcome::CompletedByLimit | Outcome::Machine => LegState::Completed,
        Outcome::Busy => LegState::Busy,
        Outcome::NoAnswer => LegState::NoAnswer,
        Outcome::Canceled | Outcome::AnsweredElsewhere => LegState::Canceled,
        // A leg has no state for "said no"; the SIP code of the cause says it.
        Outcome::Rejected | Outcome::Failed => LegState::Failed,
    });
    by_cause.or_else(|| status.and_then(CallStatus::leg_state)).map(|state| if state.is_terminal() { state } else { LegState::Failed })
}

words! {
    /// What a webhook about a call is for (`Event`). Do not rely on it beyond these: other webhooks fill it as they like.
    CallEvent {
        /// The far end rings.
        Ring = "Ring",
        /// The call was answered, or came in: a document is wanted.
        StartApp = "StartApp",
        /// A step of a document is done, or the call was transferred: the next document is wanted.
        Redirect = "Redirect",
        /// A machine answered.
        MachineDetection = "MachineDetection",
        /// The call is over.
        Hangup = "Hangup",
    }
}

words! {
    /// Who called whom.
    Direction {
        /// Somebody called us.
        Inbound = "inbound",
        /// We called somebody.
        Outbound = "outbound",
    }
}

words! {
    /// Who or what ended a call.
    HangupSource {
        /// Who called.
        Caller = "Caller",
        /// Who was called.
        Callee = "Callee",
        /// Plivo: a time limit, a machine.
        Plivo = "Plivo",
        /// The network.
        Carrier = "Carrier",
        /// We, over REST.
        ApiRequest = "API Request",
        /// We, by a document.
        AnswerXml = "Answer XML",
        /// Something went wrong.
        Error = "Error",
        /// Nobody knows.
        Unknown = "Unknown",
    }
}

/// What happened to an audio stream. Plivo's own pages name it in two ways; both are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StreamEvent {
    /// The socket is open: `started`, `StartStream`.
    Started,
    /// The stream ended in good order: `stopped`, `StopStream`.
    Stopped,
    /// The socket could not be opened, or broke: `failed`, `DroppedStream`.
    Dropped,
    /// More sound came than is played: `DegradedStream`.
    Degraded,
    /// Something newer than we are.
    Other,
}

impl StreamEvent {
    /// Reads any of the names.
    pub fn parse(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        let begins = |starts: &[&str]| starts.iter().any(|start| text.starts_with(start));
        match () {
            () if begins(&["start"]) => Self::Started,
            () if begins(&["stop"]) => Self::Stopped,
            () if begins(&["drop", "fail"]) => Self::Dropped,
            () if begins(&["degrad"]) => Self::Degraded,
            () => Self::Other,
        }
    }

    /// Returns the name that the troubleshooting page and Plivo's own tools use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "StartStream",
            Self::Stopped => "StopStream",
            Self::Dropped => "DroppedStream",
            Self::Degraded => "DegradedStream",
            Self::Other => "Unknown",
        }
    }
}

words! {
    /// The states of a message.
    MessageStatus {
        /// Accepted.
        Queued = "queued",
        /// Handed on.
        Sent = "sent",
        /// Could not be sent.
        Failed = "failed",
        /// Arrived.
        Delivered = "delivered",
        /// Did not arrive.
        Undelivered = "undelivered",
        /// Refused on its way.
        Rejected = "rejected",
        /// Was read.
        Read = "read",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_of_a_leg_has_a_word_that_reads_back() {
        for state in
            [LegState::Ringing, LegState::InProgress, LegState::Completed, LegState::Busy, LegState::NoAnswer, LegState::Canceled, LegState::Failed]
        {
            assert_eq!(CallStatus::parse(CallStatus::of_leg(state).as_str()).leg_state(), Some(state));
        }
        assert_eq!(CallStatus::parse("on-hold").leg_state(), None);
    }

    #[test]
    fn the_cause_decides_and_the_status_fills_in() {
        let state = |code, status: &str| leg_state_at_end(code, Some(&CallStatus::parse(status)));
        assert_eq!(state(Some(3010), "failed"), Some(LegState::Busy));
        assert_eq!(state(Some(0), "completed"), Some(LegState::Completed));
        assert_eq!(state(Some(99_999), "no-answer"), Some(LegState::NoAnswer));
        assert_eq!(state(None, "timeout"), Some(LegState::NoAnswer));
        assert_eq!(state(None, "in-progress"), Some(LegState::Failed));
        assert_eq!(leg_state_at_end(Some(6010), None), Some(LegState::NoAnswer));
        assert_eq!(leg_state_at_end(None, None), None);
    }

    #[test]
    fn both_namings_of_stream_events_mean_the_same() {
        for (names, event) in [
            (["started", "StartStream"], StreamEvent::Started),
            (["stopped", "stopstream"], StreamEvent::Stopped),
            (["failed", "DroppedStream"], StreamEvent::Dropped),
            (["degraded", "DegradedStream"], StreamEvent::Degraded),
        ] {
            assert_eq!(names.map(StreamEvent::parse), [event, event]);
            assert_eq!(StreamEvent::parse(event.as_str()), event);
        }
        assert_eq!(StreamEvent::parse("tea"), StreamEvent::Other);
    }
}
