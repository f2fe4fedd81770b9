//! A call that came to us: its leg is there before the machine is.

use super::{CallMachine, Output, State};
use crate::ids::CarrierCallId;
use crate::leg::LegState;
use crate::time::SessionTime;

impl CallMachine {
    /// Whoever rings us is answered by our first plan, so the leg counts as answered; the stream has its usual time to come.
    pub(super) fn arrived(&mut self, now: SessionTime, call: CarrierCallId) -> Vec<Output> {
        match self.state {
            State::Idle => {
                self.state = State::Live;
                self.call = Some(call.clone());
                self.leg_news(now, call, LegState::InProgress)
            }
            // A machine that has begun has its call already.
            State::Placing | State::Unclear | State::Live | State::Ending(_) | State::Over => Vec::new(),
        }
    }
}
