//! Ringing, the answer, and the media stream that makes it a conversation.

use super::{Asked, CallMachine, EndedBy, Output, State, Timer};
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
        if self.call.as_ref() != Some(&call) {
            return Vec::new();
        }
        if state == LegState::InProgress {
            self.asked = Asked { lives: true, ..Asked::default() };
        }
        if !self.leg.advances_to(state) {
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
            outputs.push(self.answered(now));
            if !self.line_is_open {
                self.timers.set(Timer::MediaSetup, now + self.config.media_setup);
            }
        }
        outputs
    }

    fn answered(&mut self, now: SessionTime) -> Output {
        self.leg = LegState::InProgress;
        self.timers.cancel(Timer::Ring);
        self.timers.set(Timer::TotalTime, now + self.config.time_limit + self.config.grace);
        Output::Answered
    }

    /// The stream opens only on an answered leg, so it is proof of the answer even if that webhook was lost; and it comes to
    /// an address that only this call was given, so it is proof of the call even if no reply has named it yet.
    pub(super) fn media_opened(&mut self, now: SessionTime) -> Vec<Output> {
        let is_over_for_us = self.end_when_placed.is_some() || self.lost_media;
        let mut outputs = match (&self.state, &self.call) {
            // What was lost is lost: the conversation has ended with its stream.
            (State::Live | State::Placing | State::Unclear, _) if is_over_for_us => return Vec::new(),
            (State::Live, Some(call)) => self.leg_news(now, call.clone(), LegState::InProgress),
            (State::Live, None) => Vec::new(),
            (State::Placing | State::Unclear, _) if self.leg == LegState::InProgress => Vec::new(),
            (State::Placing | State::Unclear, _) => {
                self.timers.cancel(Timer::GiveUp);
                vec![self.answered(now)]
            }
            (State::Idle | State::Ending(_) | State::Over, _) => return Vec::new(),
        };
        self.timers.cancel(Timer::MediaSetup);
        self.timers.cancel(Timer::Poll);
        self.line_is_open = true;
        outputs.push(Output::OpenLine);
        outputs
    }

    /// The far end hung up, or the stream broke: the leg's own state tells which, so ask for it.
    pub(super) fn media_closed(&mut self, now: SessionTime) -> Vec<Output> {
        self.lost_media |= self.line_is_open;
        let mut outputs = self.close_line();
        match self.state {
            State::Live => {
                self.timers.set(Timer::GiveUp, now + self.config.give_up_after);
                self.timers.set(Timer::Poll, now + self.config.poll_every);
                self.asked = Asked::default();
                outputs.push(Output::Poll);
            }
            // Nobody to ask about yet; asked as soon as it has a name.
            State::Placing | State::Unclear if self.lost_media => self.timers.set(Timer::GiveUp, now + self.config.give_up_after),
            State::Idle | State::Placing | State::Unclear | State::Ending(_) | State::Over => {}
        }
        outputs
    }

    /// Sound comes, so it is expected to go on. A stream that nobody said this of is not watched: texts come when they come.
    pub(super) fn media_flows(&mut self, now: SessionTime) -> Vec<Output> {
        if self.line_is_open {
            self.timers.cancel(Timer::MediaLost);
            self.timers.set(Timer::MediaSilence, now + self.config.media_silence);
        }
        Vec::new()
    }

    /// The socket is open and nothing comes: either the leg is over and nobody told us, or we talk to nobody.
    pub(super) fn media_is_silent(&mut self, now: SessionTime) -> Vec<Output> {
        self.timers.set(Timer::MediaLost, now + self.config.poll_every);
        // A call without a name cannot be asked about.
        if self.state == State::Live { vec![Output::Poll] } else { Vec::new() }
    }

    /// The stream is gone, or goes.
    pub(super) fn expect_no_media(&mut self) {
        self.timers.cancel(Timer::MediaSilence);
        self.timers.cancel(Timer::MediaLost);
    }

    /// Of a leg that was picked up, no trace is left but the record that comes later: it is over. Asked once more first, for the record
    /// tells more and may be there by then; and before the answer it proves nothing, for a call is listed late.
    pub(super) fn gone(&mut self) -> Vec<Output> {
        let is_asked_after = matches!(self.state, State::Live | State::Ending(_));
        if !is_asked_after || self.leg != LegState::InProgress {
            return Vec::new();
        }
        self.asked = Asked { gone: self.asked.gone + 1, ..Asked::default() };
        if self.asked.gone < 2 { Vec::new() } else { self.leg_ended(LegState::Completed) }
    }

    fn leg_ended(&mut self, state: LegState) -> Vec<Output> {
        let by = match self.state {
            State::Ending(by) => by,
            State::Idle | State::Placing | State::Unclear | State::Live | State::Over => EndedBy::FarEnd,
        };
        self.end(state, by)
    }
}
