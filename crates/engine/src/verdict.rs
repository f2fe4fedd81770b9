//! From how the leg and the conversation ended to the attempt's one disposition.

use dialogue::moves::EndReason;
use dialogue::screening::WhoAnswered;
use telephony::Disposition;
use telephony::call::EndedBy;
use telephony::leg::LegState;

/// What is known when a call is over.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    /// How the leg ended.
    pub leg: LegState,
    /// Who or what ended it.
    pub by: EndedBy,
    /// Whether it was ever answered.
    pub was_answered: bool,
    /// Whether the conversation ever had the line.
    pub was_connected: bool,
    /// Who answered.
    pub who: WhoAnswered,
    /// Why the conversation ended, if it did so by itself.
    pub reason: Option<EndReason>,
    /// Whether the callee said any word that was settled.
    pub callee_spoke: bool,
    /// The SIP code of the failure, if the carrier told one.
    pub failure_code: Option<u32>,
    /// Whether a carrier that was asked to place it asked for patience.
    pub was_throttled: bool,
}

/// SIP codes by which a callee, their device or their carrier says "no" to a call that it could have taken: 603 Decline,
/// 607 Unwanted (RFC 8197), 608 Rejected (RFC 8688). Carriers report all of them as busy or failed.
const SAYS_NO: [u32; 3] = [603, 607, 608];

/// Returns the disposition of an attempt.
pub fn disposition(ending: &Ending) -> Disposition {
    match ending.by {
        EndedBy::Carrier if ending.was_throttled => return Disposition::Throttled,
        EndedBy::Carrier => return Disposition::CarrierRejected,
        EndedBy::Unknown => return Disposition::FailedUnknown,
        EndedBy::User if !ending.callee_spoke => return Disposition::Canceled,
        EndedBy::SetupTimeout => return Disposition::SetupFailed,
        EndedBy::User | EndedBy::Conversation | EndedBy::FarEnd | EndedBy::MediaLost | EndedBy::TimeLimit => {}
    }
    if !ending.was_answered {
        let says_no = ending.failure_code.is_some_and(|code| SAYS_NO.contains(&code));
        return match ending.leg {
            LegState::Busy | LegState::Failed | LegState::NoAnswer if says_no => Disposition::Rejected,
            LegState::Busy => Disposition::Busy,
            LegState::Failed => Disposition::Unreachable,
            LegState::Canceled if ending.by == EndedBy::User => Disposition::Canceled,
            LegState::NoAnswer | LegState::Canceled | LegState::Queued | LegState::Dialing | LegState::Ringing => Disposition::NoAnswer,
            // Only what was answered ends in good order, so the news of the answer was lost or overtaken.
            LegState::Completed if ending.by == EndedBy::FarEnd => Disposition::HungUpEarly,
            // Ended by us before we ever saw an answer.
            LegState::InProgress | LegState::Completed => Disposition::SetupFailed,
        };
    }
    if !ending.was_connected {
        return if ending.by == EndedBy::FarEnd { Disposition::HungUpEarly } else { Disposition::SetupFailed };
    }
    match (ending.who, ending.reason, ending.by) {
        (_, Some(EndReason::TimeLimit), _) | (_, _, EndedBy::TimeLimit) => Disposition::TimeLimit,
        (WhoAnswered::Fax, ..) => Disposition::Fax,
        (WhoAnswered::Voicemail, ..) => Disposition::Voicemail,
        (_, _, EndedBy::MediaLost) => Disposition::LineDropped,
        (_, _, EndedBy::FarEnd) if !ending.callee_spoke => Disposition::HungUpEarly,
        (_, Some(EndReason::NoInput), _) | (WhoAnswered::Silence, ..) if !ending.callee_spoke => Disposition::Silent,
        (_, _, EndedBy::User) => Disposition::Canceled,
        _ => Disposition::Conversed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALKED: Ending = Ending {
        leg: LegState::Completed,
        by: EndedBy::Conversation,
        was_answered: true,
        was_connected: true,
        who: WhoAnswered::Human,
        reason: Some(EndReason::Done),
        callee_spoke: true,
        failure_code: None,
        was_throttled: false,
    };
    const UNANSWERED: Ending = Ending {
        was_answered: false,
        was_connected: false,
        by: EndedBy::FarEnd,
        who: WhoAnswered::Unknown,
        reason: None,
        callee_spoke: false,
        ..TALKED
    };

    #[test]
    fn every_ending_has_its_disposition() {
        let table = [
            (TALKED, Disposition::Conversed),
            (Ending { leg: LegState::Busy, ..UNANSWERED }, Disposition::Busy),
            (Ending { leg: LegState::Busy, failure_code: Some(486), ..UNANSWERED }, Disposition::Busy),
            (Ending { leg: LegState::Busy, failure_code: Some(603), ..UNANSWERED }, Disposition::Rejected),
            (Ending { leg: LegState::Failed, failure_code: Some(608), ..UNANSWERED }, Disposition::Rejected),
            (Ending { leg: LegState::NoAnswer, ..UNANSWERED }, Disposition::NoAnswer),
            (Ending { leg: LegState::Failed, ..UNANSWERED }, Disposition::Unreachable),
            (Ending { leg: LegState::Canceled, by: EndedBy::User, ..UNANSWERED }, Disposition::Canceled),
            (Ending { by: EndedBy::Carrier, leg: LegState::Failed, ..UNANSWERED }, Disposition::CarrierRejected),
            (Ending { by: EndedBy::Carrier, leg: LegState::Failed, was_throttled: true, ..UNANSWERED }, Disposition::Throttled),
            (Ending { by: EndedBy::Unknown, leg: LegState::Failed, ..UNANSWERED }, Disposition::FailedUnknown),
            (Ending { leg: LegState::Completed, ..UNANSWERED }, Disposition::HungUpEarly),
            (Ending { leg: LegState::Completed, by: EndedBy::Conversation, ..UNANSWERED }, Disposition::SetupFailed),
            (Ending { by: EndedBy::FarEnd, callee_spoke: false, reason: None, ..TALKED }, Disposition::HungUpEarly),
            (Ending { by: EndedBy::MediaLost, ..TALKED }, Disposition::LineDropped),
            (Ending { by: EndedBy::SetupTimeout, was_connected: false, ..TALKED }, Disposition::SetupFailed),
            (Ending { who: WhoAnswered::Voicemail, ..TALKED }, Disposition::Voicemail),
            (Ending { who: WhoAnswered::Silence, reason: Some(EndReason::NoInput), callee_spoke: false, ..TALKED }, Disposition::Silent),
            (Ending { reason: Some(EndReason::TimeLimit), ..TALKED }, Disposition::TimeLimit),
        ];
        for (ending, expected) in table {
            assert_eq!(disposition(&ending), expected, "{ending:?}");
        }
    }
}
