//! Ending a call and making sure that it has ended.

use super::{CallMachine, EndedBy, Output, State, Timer};
use crate::leg::LegState;
use crate::time::SessionTime;

impl CallMachine {
    /// Whoever asks first is on record as the one who ended it.
    pub(super) fn hang_up(&mut self, now: SessionTime, by: EndedBy) -> Vec<Output> {
        match self.state {
            State::Idle => self.end(LegState::Canceled, by),
            State::Placing | State::Unclear => {
                self.end_when_placed.get_or_insert(by);
                self.timers.cancel(Timer::TotalTime);
                if self.leg == LegState::InProgress && !self.timers.is_set(Timer::GiveUp) {
                    self.timers.set(Timer::GiveUp, now + self.config.give_up_after);
                }
                self.close_line()
            }
            State::Live => {
                self.state = State::Ending(by);
                self.timers.cancel(Timer::Ring);
                self.timers.cancel(Timer::MediaSetup);
                self.timers.cancel(Timer::TotalTime);
                self.timers.set(Timer::GiveUp, now + self.config.give_up_after);
                let mut outputs = self.close_line();
                outputs.push(Output::EndCall);
                outputs
            }
            State::Ending(_) | State::Over => Vec::new(),
        }
    }

    /// Accepted is not ended: the webhook or a poll says when it has.
    pub(super) fn hang_up_accepted(&mut self, now: SessionTime) -> Vec<Output> {
        if matches!(self.state, State::Ending(_)) {
            self.timers.set(Timer::Poll, now + self.config.poll_every);
        }
        Vec::new()
    }

    /// Ending is safe to repeat; look first, then end again if it is still alive.
    pub(super) fn hang_up_failed(&mut self, now: SessionTime) -> Vec<Output> {
        self.hang_up_accepted(now)
    }

    pub(super) fn poll(&mut self, now: SessionTime) -> Vec<Output> {
        match self.state {
            State::Live => {
                self.timers.set(Timer::Poll, now + self.config.poll_every);
                // The stream is gone and the leg lives, or nobody can say within two polls: nobody can be heard, so end it.
                let is_without_stream = !self.line_is_open && self.leg == LegState::InProgress && self.timers.is_set(Timer::GiveUp);
                if is_without_stream && (self.asked.lives || self.asked.unanswered > 0) {
                    return self.hang_up(now, EndedBy::MediaLost);
                }
                self.asked.unanswered += 1;
                vec![Output::Poll]
            }
            State::Ending(_) => {
                self.timers.set(Timer::Poll, now + self.config.poll_every);
                vec![Output::Poll, Output::EndCall]
            }
            State::Idle | State::Placing | State::Unclear | State::Over => Vec::new(),
        }
    }

    /// The carrier should have given up by itself; perhaps it did and the webhook was lost.
    pub(super) fn rang_too_long(&mut self, now: SessionTime) -> Vec<Output> {
        let mut outputs = vec![Output::Poll];
        outputs.extend(self.hang_up(now, EndedBy::FarEnd));
        outputs
    }
}
