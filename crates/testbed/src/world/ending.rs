//! The end of a call: one disposition, one report, and the log's last line.

use std::time::Duration;

use dialogue::moves::EndReason;
use dialogue::report::Report;
use dialogue::transcript::{Speaker, Turn};
use engine::verdict;
use telephony::Disposition;
use telephony::call::EndedBy;
use telephony::leg::LegState;

use super::{Call, World};

impl World {
    pub(super) fn finish(mut self) -> Call {
        let disposition = self.facts.ended.map(|(leg, by)| self.disposition(leg, by));
        let report = disposition.filter(|disposition| Report::not_reached(*disposition).is_none()).map(|_| self.report());
        if self.broken.is_none()
            && let Err(what) = self.watch.see_the_end(report.as_ref(), self.conversation.transcript())
        {
            self.breaks(what);
        }
        Call {
            disposition,
            report,
            transcript: self.conversation.transcript().clone(),
            who_answered: self.conversation.who_answered(),
            end_reason: self.conversation.end_reason(),
            messages: self.leg.callee().messages().to_vec(),
            lasted: Duration::from_millis(self.now),
            broken: self.broken,
            log: self.log,
        }
    }

    fn report(&self) -> Report {
        Report::build(
            self.conversation.brief(),
            self.conversation.transcript(),
            self.conversation.notes(),
            self.conversation.who_answered(),
            self.conversation.end_reason().unwrap_or(EndReason::CalleeLeft),
            self.conversation.opted_out(),
        )
        .with_withheld(self.conversation.transcript(), self.conversation.withheld())
    }

    /// The engine's own verdict, on what the engine would know.
    fn disposition(&self, leg: LegState, by: EndedBy) -> Disposition {
        verdict::disposition(&verdict::Ending {
            leg,
            by,
            was_answered: self.facts.was_answered,
            was_connected: self.facts.was_connected,
            who: self.conversation.who_answered(),
            reason: self.conversation.end_reason(),
            callee_spoke: self.conversation.transcript().turns.iter().any(|turn| matches!(turn.speaker, Speaker::Callee(_))),
            failure_code: self.facts.failure_code,
            was_throttled: false,
        })
    }

    pub(super) fn said(&mut self, turn: &Turn) {
        let who = match turn.speaker {
            Speaker::Callee(_) => "heard",
            Speaker::Assistant(_) => "   we",
            Speaker::User => " user",
        };
        let cut = if turn.was_interrupted { " [cut]" } else { "" };
        self.note(&format!("{who}: {}{cut}", turn.text));
    }
}
