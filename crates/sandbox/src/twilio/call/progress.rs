//! What becomes of a leg: it rings, is answered, ends; what is told of that, and what begins or ends with it.

use std::time::Duration;

use simulator::network::{EndedBy, Input};
use telephony::SessionTime;
use telephony::leg::LegState;
use wire::date;
use wire::http::Method;
use wire::twilio::callback::{LeftBecause, Progress};
use wire::twilio::status::{CallEvent, CallStatus};

use super::{Doing, Driver, Origin, stay};
use crate::clock::wall_clock;
use crate::prompter::Sound;
use crate::truth::keep;

impl Driver {
    pub(super) fn state_changed(&mut self, now: SessionTime, state: LegState, sip_code: Option<u16>, ended_by: Option<EndedBy>) {
        let is_inbound = matches!(self.origin, Origin::Inbound { .. });
        // It rings already, and nobody is dialled.
        if is_inbound && matches!(state, LegState::Dialing | LegState::Ringing) {
            return;
        }
        let state = self.refused_as.filter(|_| state == LegState::Canceled).unwrap_or(state);
        let was_queued = self.sequence == 0
            && !is_inbound
            && self.service.registry.with(|shelves| shelves.calls.get(&self.sid).is_some_and(|call| call.state == LegState::Queued));
        let wall = wall_clock();
        let lasted = self.line.answered_at.map(|answered_at| now.since(answered_at));
        let seconds = lasted.map(|lasted| u32::try_from((lasted.as_millis() + 500) / 1_000).unwrap_or(u32::MAX));
        if state == LegState::InProgress {
            self.line.answered_at = Some(now);
        }
        self.note(|truth| {
            keep(&mut truth.states, CallStatus::of_leg(state).as_str().to_owned());
            match state {
                LegState::Ringing => truth.rings += 1,
                LegState::InProgress => truth.answered_after_ms = Some(now.as_millis()),
                _ => {}
            }
        });
        if state.is_terminal() {
            self.close(ended_by, lasted);
        }
        self.service.registry.change(&self.sid, |call| {
            let at = Some(date::rfc2822(wall));
            call.state = state;
            call.resource.status = Some(CallStatus::of_leg_in_rest(state).as_str().to_owned());
            call.resource.date_updated.clone_from(&at);
            if state == LegState::Dialing {
                call.resource.start_time.clone_from(&at);
            }
            if state.is_terminal() {
                call.ended_at = Some(wall);
                call.resource.end_time = at;
                call.resource.duration = Some(seconds.unwrap_or(0).to_string());
            }
        });
        // A call that is cancelled while it waits for its turn was never dialled: nobody is told.
        if let Some(event) = CallEvent::of_leg(state)
            && !(was_queued && state.is_terminal())
        {
            self.report(event, state, sip_code, seconds);
        }
        if state == LegState::InProgress {
            self.answered();
        }
    }

    pub(super) fn answered(&mut self) {
        if self.create.record {
            self.record_whole_call();
        }
        // The document of an incoming call runs already: it has answered it.
        if matches!(self.origin, Origin::Inbound { .. }) {
            return;
        }
        match self.create.send_digits.clone() {
            Some(digits) => {
                self.doing = Doing::SendingDigits;
                let needs = self.line.prompter.start(vec![Sound::Keys { digits, loops: 1 }]);
                self.get(needs);
            }
            None if self.detect() => self.doing = Doing::Detecting,
            None => self.begin(),
        }
    }

    /// Begins with what the call is for.
    pub(super) fn begin(&mut self) {
        match &self.origin {
            Origin::Dialled { to, .. } => self.begin_link(to.clone()),
            Origin::Api | Origin::Participant { .. } | Origin::Inbound { .. } => self.run_instructions(self.create.instructions.clone(), Vec::new()),
        }
    }

    /// Returns whether both sides hear each other.
    pub(super) const fn is_picked_up(&self) -> bool {
        self.line.answered_at.is_some()
    }

    /// Answers a call that somebody of the cast makes, if it is one and nobody has yet.
    pub(super) fn pick_up(&mut self) {
        if !self.is_picked_up() && matches!(self.origin, Origin::Inbound { .. }) {
            self.tell(Input::Placed);
            self.tell(Input::Wakeup);
        }
    }

    /// Somebody of the cast rings: the program says what becomes of it.
    pub(super) fn rings_in(&mut self) {
        self.note(|truth| {
            truth.rings += 1;
            keep(&mut truth.states, CallStatus::Ringing.as_str().to_owned());
        });
        self.begin();
    }

    /// Refuses an incoming call that was not answered.
    pub(super) fn refuse(&mut self, is_busy: bool) {
        self.refused_as = Some(if is_busy { LegState::Busy } else { LegState::NoAnswer });
        self.hang_up("document");
    }

    /// Ends everything that hangs on the line.
    pub(super) fn close(&mut self, ended_by: Option<EndedBy>, lasted: Option<Duration>) {
        match std::mem::replace(&mut self.doing, Doing::Waiting) {
            Doing::Streaming(streaming) => self.stop_stream(*streaming),
            Doing::Relaying(relaying) => self.relay_cut_off(*relaying, true),
            Doing::Recording(recording) => self.message_cut_off(*recording),
            Doing::Gathering(_) | Doing::Waiting | Doing::Detecting | Doing::SendingDigits | Doing::Prompting | Doing::Staying => {}
        }
        let was_linked = matches!(self.stay, Some(stay::Stay::Linked(_)));
        self.leave_stay(stay::Because::CallOver);
        if let Origin::Dialled { to, .. } = &self.origin
            && !was_linked
        {
            // Whoever dialled may be gone already.
            let _ = to.send(self.is_over());
        }
        if let Origin::Participant { conference } = &self.origin {
            // Whoever has never come in is not waited for any more.
            let status = CallStatus::of_leg(self.line.leg.state());
            self.service.conferences.with(conference, |conference| conference.leave(&self.sid, &LeftBecause::AddFailed, status));
        }
        self.end_beside();
        for tape in std::mem::take(&mut self.tapes) {
            self.finish_tape(tape);
        }
        let by = self.line.ended_by.unwrap_or(match ended_by {
            Some(EndedBy::Callee) => "callee",
            Some(EndedBy::RingTimeout) => "ring timeout",
            Some(EndedBy::TimeLimit) => "time limit",
            Some(EndedBy::Caller) | None => "caller",
        });
        self.note(|truth| {
            truth.ended_by.get_or_insert_with(|| by.to_owned());
            truth.lasted_ms = lasted.map(|lasted| u64::try_from(lasted.as_millis()).unwrap_or(u64::MAX));
        });
    }

    /// Sends news of a state if they are wanted.
    pub(super) fn report(&mut self, event: CallEvent, state: LegState, sip_code: Option<u16>, seconds: Option<u32>) {
        let Some(url) = self.status_callback.clone().filter(|_| self.create.wants(event)) else { return };
        let is_over = state.is_terminal();
        let progress = Progress {
            at: Some(wall_clock()),
            sequence_number: Some(self.sequence),
            call_duration: is_over.then(|| seconds.unwrap_or(0)),
            billed_minutes: (state == LegState::Completed).then(|| seconds.unwrap_or(0).div_ceil(60)),
            sip_response_code: sip_code.map(u32::from),
            stir_status: matches!(state, LegState::Ringing | LegState::InProgress).then(|| "A".to_owned()),
            ..Progress::default()
        };
        self.sequence += 1;
        let mut callback = self.callback(CallStatus::of_leg(state)).with_progress(progress);
        if is_over && let Some((sid, url, seconds)) = self.whole_recording() {
            callback = callback.with("RecordingUrl", url).with("RecordingSid", sid).with("RecordingDuration", seconds.to_string());
        }
        let method = self.create.status_callback_method.unwrap_or(Method::Post);
        self.hook(event.as_str(), method, url, callback.to_form().into_owned());
    }
}
