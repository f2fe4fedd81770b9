//! The end of a call: one disposition, one report, and the log's last line.

use std::time::Duration;

use dialogue::moves::EndReason;
use dialogue::report::Report;
use dialogue::transcript::{Speaker, Turn};
use engine::verdict;
use simulator::network::EndedBy;
use telephony::{Disposition, call};

use super::line::Ending;
use super::{Call, World};

/// SIP 603, "Decline": carriers report it as busy, with this code.
const DECLINED: u16 = 603;

impl World {
    pub(super) fn finish(self) -> Call {
        let disposition = self.line.ending.as_ref().map(|ending| self.disposition(ending));
        let end_reason = self.conversation.end_reason();
        let report = self.line.answered.then(|| {
            Report::build(
                self.conversation.brief(),
                self.conversation.transcript(),
                self.conversation.notes(),
                self.conversation.who_answered(),
                end_reason.unwrap_or(EndReason::CalleeLeft),
                self.conversation.opted_out(),
            )
        });
        Call {
            disposition,
            report,
            transcript: self.conversation.transcript().clone(),
            who_answered: self.conversation.who_answered(),
            end_reason,
            messages: self.leg.callee().messages().to_vec(),
            lasted: Duration::from_millis(self.now),
            log: self.log,
        }
    }

    fn disposition(&self, ending: &Ending) -> Disposition {
        if !self.line.answered && ending.sip_code == Some(DECLINED) {
            return Disposition::Rejected;
        }
        verdict::disposition(&verdict::Ending {
            failure_code: None,
            leg: ending.state,
            by: match ending.by {
                EndedBy::Caller => call::EndedBy::Conversation,
                EndedBy::Callee | EndedBy::RingTimeout => call::EndedBy::FarEnd,
                EndedBy::TimeLimit => call::EndedBy::TimeLimit,
            },
            was_answered: self.line.answered,
            was_connected: self.line.media_since.is_some(),
            who: self.conversation.who_answered(),
            reason: self.conversation.end_reason(),
            callee_spoke: self.conversation.transcript().turns.iter().any(|turn| matches!(turn.speaker, Speaker::Callee(_))),
        })
    }

    pub(super) fn said(&mut self, turn: &Turn) {
        let who = match turn.speaker {
            Speaker::Callee(_) => "heard",
            Speaker::Assistant(_) => "   we",
        };
        let cut = if turn.was_interrupted { " [cut]" } else { "" };
        self.note(&format!("{who}: {}{cut}", turn.text));
    }
}
