//! Ringing, the answer, and the media stream that makes it a conversation.

use super::{CallMachine, EndedBy, Output, State, Timer};
use crate::ids::CarrierCallId;
use crate::leg::LegState;
use crate::time::SessionTime;

impl CallMachine {
    pub(super) fn leg_news(&mut self, now: SessionTime, call: CarrierCallId, state: LegState) -> Vec<Output> {
        match self.state {
            // The webhook overtook the reply to our own request.
            State::Placing | State::Unclear => return self.placed(now, call, state),
            State::Idle | State::Over => return Vec::new(),
            State::Live | State::Ending(_) => {}
        }
        if self.call.as_ref() != Some(&call) || !self.leg.advances_to(state) {
            return Vec::new();
        }
        if state.is_terminal() {
            return self.leg_ended(state);
        }
        let was = std::mem::replace(&mut self.leg, state);
        let mut outputs = Vec::new();
        if state == LegState::Ringing {
            outputs.push(Output::Ringing);
        }
        if state == LegState::InProgress {
            debug_assert!(was.advances_to(state), "an answer is news only once");
            outputs.push(Output::Answered);
            self.timers.cancel(Timer::Ring);
            self.timers.set(Timer::TotalTime, now + self.config.time_limit + self.config.grace);
            if !self.line_is_open {
                self.timers.set(Timer::MediaSetup, now + self.config.media_setup);
            }
        }
        outputs
    }

    /// The stream opens only on an answered leg, so it is proof of the answer even if that webhook was lost.
    pub(super) fn media_opened(&mut self, now: SessionTime) -> Vec<Output> {
        let State::Live = self.state else {
            return Vec::new();
        };
        let mut outputs = match &self.call {
            Some(call) => self.leg_news(now, call.clone(), LegState::InProgress),
            None => Vec::new(),
        };
        self.timers.cancel(Timer::MediaSetup);
        self.timers.cancel(Timer::Poll);
        self.line_is_open = true;
        outputs.push(Output::OpenLine);
        outputs
    }

    /// The far end hung up, or the stream broke: the leg's own state tells which, so ask for it.
    pub(super) fn media_closed(&mut self, now: SessionTime) -> Vec<Output> {
        let mut outputs = self.close_line();
        if self.state == State::Live {
            self.timers.set(Timer::GiveUp, now + self.config.give_up_after);
            self.timers.set(Timer::Poll, now + self.config.poll_every);
            outputs.push(Output::Poll);
        }
        outputs
    }

    fn leg_ended(&mut self, state: LegState) -> Vec<Output> {
        let by = match self.state {
            State::Ending(by) => by,
            State::Idle | State::Placing | State::Unclear | State::Live | State::Over => EndedBy::FarEnd,
        };
        self.end(state, by)
    }
}
