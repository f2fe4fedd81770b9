//! The end: after the last line is heard, at the user's wish, by a failure, or because the line closed.

use super::thinking::About;
use super::{Conversation, Output, Stage, Timer};
use crate::disclosure::APOLOGY;
use crate::moves::{EndReason, LineKind, Observation};
use crate::screening::WhoAnswered;
use telephony::time::TimerTable;

impl Conversation {
    /// Hangs up once all lines were heard, and the callee, if they are speaking, has had time for their goodbye.
    pub(super) fn hang_up_if_all_is_said(&mut self) {
        let Stage::TakingLeave { reason } = self.stage else {
            return;
        };
        if !self.lines.is_empty() || self.thinking.is_some() {
            return;
        }
        let callee_is_speaking = self.utterance.is_some() && !super::speaking::is_final(reason);
        if !callee_is_speaking {
            self.hang_up(reason);
        } else if !self.timers.is_set(Timer::Farewell) {
            self.timers.set(Timer::Farewell, self.now + self.config.farewell_patience);
        }
    }

    pub(super) fn hang_up_after_leave(&mut self) {
        if let Stage::TakingLeave { reason } = self.stage {
            self.hang_up(reason);
        }
    }

    /// The user wants it to end: the mind says goodbye. To a machine, before we are heard, or the second time: at once.
    pub(super) fn user_wants_end(&mut self) {
        let is_person = matches!(self.who, WhoAnswered::Human | WhoAnswered::Unknown);
        let was_asked = self.leave_reason() == Some(EndReason::UserEnded);
        if !is_person || was_asked || self.opening_is_playing() {
            self.hang_up(EndReason::UserEnded);
            return;
        }
        self.dropped = super::speaking::Dropped::default();
        self.stop_lines();
        self.let_utterance_close();
        self.ask(About::Event, Observation::UserWantsEnd);
        self.stage = Stage::TakingLeave { reason: EndReason::UserEnded };
    }

    /// Hearing or thinking failed, or we talk in circles: an apology, a goodbye.
    pub(super) fn cannot_go_on(&mut self, reason: EndReason) {
        match (self.stage, self.who) {
            (Stage::TakingLeave { reason }, _) if self.thinking.is_some() && self.lines.is_empty() => self.hang_up(reason),
            // We are leaving anyway.
            (Stage::TakingLeave { .. }, _) => self.forget_thought(),
            (_, WhoAnswered::Human | WhoAnswered::Unknown) => self.take_leave(reason),
            _ => self.hang_up(reason),
        }
    }

    /// Nobody can be told who calls, so nothing is talked about: whoever picked up hears what can be said without a voice that works,
    /// if there is such a thing, and that was it. A machine needs no apology.
    pub(super) fn apologize(&mut self) {
        let hears_us = matches!(self.who, WhoAnswered::Human | WhoAnswered::Unknown);
        if !hears_us || self.stage != Stage::Talking {
            return self.hang_up(EndReason::EngineFailed);
        }
        self.forget_thought();
        self.dropped = super::speaking::Dropped::default();
        self.stop_lines();
        // The next line that fails ends the call.
        self.failed_lines = self.config.failed_lines_limit;
        self.speak(APOLOGY.to_owned(), LineKind::Goodbye);
        self.stage = Stage::TakingLeave { reason: EndReason::EngineFailed };
    }

    /// Asks the carrier to hang up. Nothing is said, asked or awaited after that.
    pub(super) fn hang_up(&mut self, reason: EndReason) {
        if matches!(self.stage, Stage::HangingUp | Stage::Over) {
            return;
        }
        self.forget_thought();
        self.close_utterance();
        self.end_reason = Some(reason);
        self.stage = Stage::HangingUp;
        self.timers = TimerTable::default();
        self.out.push(Output::HangUp { reason });
    }

    /// The line is closed: what is known goes into the transcript, and that was it.
    pub(super) fn line_closed(&mut self) {
        let reason = self.leave_reason().unwrap_or(EndReason::CalleeLeft);
        self.stage = Stage::Over;
        self.close_utterance();
        self.record_unfinished_lines();
        self.end_reason.get_or_insert(reason);
        self.thinking = None;
        self.timers = TimerTable::default();
        debug_assert!(self.out.iter().all(|output| matches!(output, Output::Said(_))), "only the transcript grows when the line closes");
    }
}
