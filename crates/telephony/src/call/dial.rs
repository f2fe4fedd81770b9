//! From the intent to a call that the carrier knows, or surely does not.

use super::{CallMachine, EndedBy, Output, State, Timer};
use crate::ids::CarrierCallId;
use crate::leg::LegState;
use crate::time::SessionTime;

impl CallMachine {
    pub(super) fn start(&mut self, _now: SessionTime) -> Vec<Output> {
        match self.state {
            State::Idle => {
                self.state = State::Placing;
                vec![Output::Dial]
            }
            // A second start is our own mistake; a second ring would be the callee's.
            State::Placing | State::Unclear | State::Live | State::Ending(_) | State::Over => Vec::new(),
        }
    }

    /// The carrier named the call: by its reply, by a webhook that overtook the reply, or by a search.
    pub(super) fn placed(&mut self, now: SessionTime, call: CarrierCallId, state: LegState) -> Vec<Output> {
        match self.state {
            State::Placing | State::Unclear => {
                self.call = Some(call.clone());
                self.state = State::Live;
                self.timers.cancel(Timer::FindOut);
                self.timers.cancel(Timer::GiveUp);
                if self.leg != LegState::InProgress {
                    self.timers.set(Timer::Ring, now + self.config.ring_timeout + self.config.grace);
                }
                if let Some(by) = self.end_when_placed.take() {
                    return self.hang_up(now, by);
                }
                let mut outputs = self.leg_news(now, call, state);
                if self.lost_media && self.state == State::Live {
                    outputs.extend(self.media_closed(now));
                }
                outputs
            }
            // The reply came after a webhook had already told us.
            State::Live | State::Ending(_) => self.leg_news(now, call, state),
            State::Idle | State::Over => Vec::new(),
        }
    }

    /// Surely no call of the carrier we asked: the second may be asked, once. It is not if the user has given up meanwhile, nor if
    /// anything was heard of a call after all, for then the phone may be ringing.
    pub(super) fn not_placed(&mut self) -> Vec<Output> {
        let is_silent = self.leg == LegState::Queued && self.end_when_placed.is_none();
        match self.state {
            State::Placing if self.config.has_second && !self.is_with_second && is_silent => {
                self.is_with_second = true;
                vec![Output::DialBySecond]
            }
            State::Idle | State::Placing | State::Unclear | State::Live | State::Ending(_) | State::Over => {
                let by = self.end_when_placed.unwrap_or(EndedBy::Carrier);
                self.end(LegState::Failed, by)
            }
        }
    }

    pub(super) fn unclear(&mut self, now: SessionTime) -> Vec<Output> {
        match self.state {
            State::Placing => {
                self.state = State::Unclear;
                // Whoever talks to us is there, and a call that ends is given up by itself.
                if self.leg != LegState::InProgress {
                    self.timers.set(Timer::GiveUp, now + self.config.ring_timeout + self.config.give_up_after);
                }
                vec![Output::FindOut]
            }
            State::Idle | State::Unclear | State::Live | State::Ending(_) | State::Over => Vec::new(),
        }
    }

    /// The carrier lists late what it accepted, so one empty list proves nothing: ask until patience ends.
    pub(super) fn none_found(&mut self, now: SessionTime) -> Vec<Output> {
        if self.state == State::Unclear {
            self.timers.set(Timer::FindOut, now + self.config.poll_every);
        }
        Vec::new()
    }

    pub(super) fn find_out(&mut self, _now: SessionTime) -> Vec<Output> {
        if self.state == State::Unclear { vec![Output::FindOut] } else { Vec::new() }
    }

    pub(super) fn give_up(&mut self) -> Vec<Output> {
        let by = match self.state {
            State::Ending(by) => by,
            // We talked, and then it ended for us: that nobody named it does not change that.
            State::Placing | State::Unclear if self.leg == LegState::InProgress => self.end_when_placed.unwrap_or(EndedBy::MediaLost),
            State::Idle | State::Placing | State::Unclear | State::Live | State::Over => EndedBy::Unknown,
        };
        // Only a leg that rang for too long is ended in the name of the far end, and nobody has answered it.
        let leg = if by == EndedBy::FarEnd { LegState::NoAnswer } else { LegState::Failed };
        self.end(leg, by)
    }
}
