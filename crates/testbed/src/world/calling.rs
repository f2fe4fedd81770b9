//! Our end of the line: the call's machine, fed with what the carrier tells, and what it says done in order.
//!
//! Stands where the engine's driver stands, rule for rule: the conversation has the line from the open media stream to
//! the machine's word that it is closed.

use dialogue::conversation::{self, Output as Says};
use telephony::call::{EndedBy, Input, Output};
use telephony::leg::LegState;

use super::carrier::{Request, WAY_MILLIS, Webhook, call_id};
use super::invariants::Sight;
use super::{Event, World};

/// The stop request is on disk after so long.
const DISK_MILLIS: u64 = 5;

/// What is noticed on the way, for the end.
#[derive(Default)]
pub(super) struct Facts {
    pub was_answered: bool,
    pub was_connected: bool,
    pub failure_code: Option<u32>,
    pub ended: Option<(LegState, EndedBy)>,
}

/// Whether the callee's request never to be called again is on disk.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) enum OptOut {
    #[default]
    None,
    Pending,
    Kept,
}

impl World {
    /// Gives the call's machine an input and does what it says.
    pub(super) fn call(&mut self, input: Input) {
        for output in self.call.handle(self.time(), input) {
            self.see(&Sight::Call(&output));
            self.perform_on_line(&output);
        }
    }

    fn perform_on_line(&mut self, output: &Output) {
        match output {
            Output::Dial | Output::DialBySecond => self.ask(Request::Dial),
            Output::FindOut => {
                self.note("(the dial is unclear: we ask which calls there are)");
                self.ask(Request::FindOut);
            }
            Output::Poll => {
                self.note("(we ask how the leg is)");
                self.ask(Request::Poll);
            }
            Output::EndCall => self.ask(Request::End),
            Output::Ringing => {}
            Output::Answered => self.facts.was_answered = true,
            Output::OpenLine => {
                self.facts.was_answered = true;
                self.facts.was_connected = true;
                self.hand_in(conversation::Input::MediaReady);
                self.open_ears();
            }
            Output::CloseLine => self.close_line(),
            Output::Ended { leg, by } => {
                self.note(&format!("(the books close: {leg:?}, by {by:?})"));
                self.facts.ended = Some((*leg, *by));
            }
        }
    }

    fn ask(&mut self, request: Request) {
        self.schedule(self.now + WAY_MILLIS, Event::CarrierIsAsked(request));
    }

    pub(super) fn carrier_replied(&mut self, reply: Input) {
        if matches!(reply, Input::Placed { .. }) {
            self.see(&Sight::Named);
        }
        self.call(reply);
    }

    pub(super) fn webhook_comes(&mut self, webhook: Webhook) {
        self.facts.failure_code = webhook.failure_code.or(self.facts.failure_code);
        self.see(&Sight::Named);
        self.call(Input::Leg { call: call_id(), state: webhook.state });
    }

    pub(super) fn media_opened(&mut self) {
        if self.is_over() {
            return;
        }
        self.line.media_since = Some(self.now);
        self.line.is_open = true;
        self.call(Input::MediaOpened);
    }

    pub(super) fn media_closed(&mut self) {
        if self.line.is_open {
            self.call(Input::MediaClosed);
        }
    }

    /// Once the line is closed nothing is sent, whatever still comes from voice or mind.
    fn close_line(&mut self) {
        self.hand_in(conversation::Input::Ended);
        self.voice_closes();
        self.line.is_open = false;
    }

    /// The request is on its way to the disk.
    pub(super) fn opts_out(&mut self) {
        self.note("(asked never to be called again)");
        self.opt_out = OptOut::Pending;
        self.schedule(self.now + DISK_MILLIS, Event::OptOutKept);
    }

    /// What was to follow the stop request waited until it was on disk.
    pub(super) fn opt_out_is_kept(&mut self) {
        self.opt_out = OptOut::Kept;
        self.see(&Sight::OptOutKept);
        for says in std::mem::take(&mut self.held_back) {
            self.perform(says);
        }
    }

    /// Returns whether an output must wait, and keeps it until then.
    pub(super) fn holds_back(&mut self, says: Says) -> Option<Says> {
        if self.opt_out == OptOut::Pending {
            self.held_back.push(says);
            return None;
        }
        Some(says)
    }

    /// Returns whether the books are closed and everything is on disk.
    pub(super) fn is_over(&self) -> bool {
        self.call.is_over() && self.opt_out != OptOut::Pending
    }
}
