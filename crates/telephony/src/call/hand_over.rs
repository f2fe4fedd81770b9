//! The call with somebody else: its leg lives on without a stream of ours, and may come back.

use super::{CallMachine, Output, State, Timer};
use crate::leg::LegState;
use crate::time::SessionTime;

/// How much rarer the leg is asked after while somebody else has it: its webhooks tell, and this is for lost ones.
const RARELY: u32 = 8;

impl CallMachine {
    /// The stream of ours ends because the call goes elsewhere, not because it was lost. Nothing is closed or ended for it.
    pub(super) fn handed_over(&mut self, now: SessionTime) -> Vec<Output> {
        if self.state == State::Live && self.leg == LegState::InProgress {
            self.line_is_open = false;
            self.is_elsewhere = true;
            self.expect_no_media();
            self.timers.cancel(Timer::MediaSetup);
            self.timers.set(Timer::Poll, now + self.config.poll_every * RARELY);
        }
        Vec::new()
    }

    /// The call is on its way back: if no stream comes, it is as if none had ever come.
    pub(super) fn taken_back(&mut self, now: SessionTime) -> Vec<Output> {
        if std::mem::take(&mut self.is_elsewhere) && self.state == State::Live {
            self.timers.cancel(Timer::Poll);
            self.timers.set(Timer::MediaSetup, now + self.config.media_setup);
        }
        Vec::new()
    }
}
