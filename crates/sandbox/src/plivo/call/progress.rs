//! What becomes of a leg: it rings, is answered, ends; what is told of that, what it cost, and what ends with it.

use std::time::Duration;

use simulator::network::{EndedBy, Input};
use telephony::SessionTime;
use telephony::leg::LegState;
use wire::http::Method;
use wire::plivo::callback::{CallCallback, CallParameters};
use wire::plivo::clock::{AccountTime, with_offset};
use wire::plivo::decimal::Decimal;
use wire::plivo::error_codes::{DocumentSource, cause};
use wire::plivo::rest::CallRecord;
use wire::plivo::status::{CallEvent, CallStatus, HangupSource};

use super::party::PartyExit;
use super::{Doing, Driver, Ending, Mouth, Origin};
use crate::caller::RINGS_S;
use crate::clock::wall_clock;
use crate::plivo::between::Between;
use crate::plivo::rest::shown_start;
use crate::prompter::Sound;
use crate::truth::keep;

impl Driver {
    pub(super) fn state_changed(&mut self, state: LegState, sip_code: Option<u16>, ended_by: Option<EndedBy>) {
        // Nobody is dialled, and it rings already.
        if self.origin.is_inbound() && matches!(state, LegState::Dialing | LegState::Ringing) {
            return;
        }
        let state = self.refused_as.filter(|_| state == LegState::Canceled).unwrap_or(state);
        let status = CallStatus::of_leg(state);
        let now = self.line.clock.now();
        if state == LegState::InProgress {
            self.line.answered_at = Some(now);
            self.answered_at = Some(wall_clock());
        }
        self.note(|truth| {
            keep(&mut truth.states, status.as_str().to_owned());
            match state {
                LegState::Ringing => truth.rings += 1,
                LegState::InProgress => truth.answered_after_ms = Some(now.as_millis()),
                _ => {}
            }
        });
        let requested_at = self.requested_at;
        self.service.registry.change(&self.uuid, |call| {
            call.state = state;
            call.live.call_status = Some(status.as_str().to_owned());
            if matches!(state, LegState::Ringing | LegState::InProgress) {
                call.live.session_start = shown_start(requested_at);
            }
        });
        match state {
            LegState::Ringing => self.rings(),
            LegState::InProgress => self.answered(),
            state if state.is_terminal() => self.is_over(state, sip_code, ended_by),
            _ => {}
        }
    }

    /// Somebody of the cast rings: the program says what becomes of it.
    pub(super) fn rings_in(&mut self) {
        self.note(|truth| {
            truth.rings += 1;
            keep(&mut truth.states, CallStatus::Ringing.as_str().to_owned());
        });
        self.gives_up_at = Some(self.line.clock.now() + Duration::from_secs(RINGS_S.into()));
        self.begin();
    }

    /// Answers a call that somebody of the cast makes, if it is one and nobody has yet.
    pub(super) fn pick_up(&mut self) {
        if self.line.answered_at.is_none() && self.origin.is_inbound() {
            self.tell(Input::Placed);
            self.tell(Input::Wakeup);
        }
    }

    /// Returns when something happens by itself to a call that came in and was not answered.
    pub(super) fn wakeup_before_answer(&self) -> Option<SessionTime> {
        if !self.origin.is_inbound() || self.line.answered_at.is_some() {
            return None;
        }
        let waits_until = match &self.doing {
            Doing::Waiting(waiting) => Some(waiting.until()),
            Doing::Early(early) => Some(early.next_frame()),
            _ => None,
        };
        [waits_until, self.hangs_up_at, self.gives_up_at].into_iter().flatten().min()
    }

    pub(super) fn time_passes_before_answer(&mut self, now: SessionTime) {
        if self.gives_up_at.is_some_and(|at| at <= now) {
            return self.end(Ending { code: 1_000, source: HangupSource::Caller, by: "callee" });
        }
        if self.hangs_up_at.is_some_and(|at| at <= now) {
            return self.end(Ending { code: 6_000, source: HangupSource::AnswerXml, by: "document" });
        }
        if matches!(&self.doing, Doing::Waiting(waiting) if waiting.until() <= now) {
            self.next_verb();
        }
        self.early_frames(now);
    }

    fn rings(&mut self) {
        self.tell_dialer(Between::Rings);
        let Some(url) = self.create.ring_url.clone() else { return };
        let ring = CallParameters {
            aleg_uuid: None,
            aleg_request_uuid: None,
            // Here alone, and only of the caller.
            from: Some(self.ends().0),
            caller_name: Some(String::new()),
            stir_verification: None,
            stir_attestation: None,
            ..self.parameters(CallStatus::Ringing, Some(CallEvent::Ring))
        };
        let callback = CallCallback { call: ring, others: self.custom_headers(), ..CallCallback::default() };
        self.hook("ringing", self.create.ring_method, url.as_str().to_owned(), callback.to_form().into_owned());
    }

    fn answered(&mut self) {
        if self.origin.is_inbound() {
            return;
        }
        self.tell_dialer(Between::Answered { call: self.uuid.clone() });
        match self.create.send_digits.clone() {
            Some(digits) => {
                self.doing = Doing::SendingDigits;
                // A tone's own length, behind the @, is not heard here.
                let digits = digits.split('@').next().unwrap_or_default().to_owned();
                let needs = self.line.prompter.start(vec![Sound::Keys { digits, loops: 1 }]);
                self.get(Mouth::Document, needs);
                self.detect();
            }
            None if self.detect() => self.doing = Doing::Detecting,
            None => self.begin(),
        }
    }

    /// Asks for the first document; what was dialled by another's has none.
    pub(super) fn begin(&mut self) {
        if self.is_bound {
            return self.begin_link();
        }
        if matches!(self.origin, Origin::Party(_)) {
            return self.begin_guest();
        }
        let (url, method) = (self.create.answer_url.as_str().to_owned(), self.create.answer_method.unwrap_or(Method::Post));
        self.ask(DocumentSource::Answer, method, &url, self.document_request(CallEvent::StartApp));
    }

    /// Returns what is said when a document is asked for.
    pub(super) fn document_request(&self, event: CallEvent) -> wire::http::Form<'static> {
        let call = CallParameters {
            bill_rate: Some(self.service.minute_rate()),
            caller_name: self.origin.is_inbound().then(|| self.ends().0),
            country_code: Some("US".to_owned()),
            route_type: Some(String::new()),
            ..self.parameters(self.status(), Some(event))
        };
        CallCallback { call, others: self.custom_headers(), ..CallCallback::default() }.to_form().into_owned()
    }

    /// The line breaks, and nobody is told.
    pub(super) fn drop_line(&mut self) {
        self.line.has_dropped = true;
        self.stream = None;
        self.leave_conference(false);
        self.leave_party(PartyExit::CallGone);
        self.leave_dial(false);
        self.leave_link(6_020, HangupSource::Plivo);
        self.adding_is_over();
        self.note(|truth| truth.ended_by = Some("fault".into()));
        let ending = Ending { code: 6_020, source: HangupSource::Plivo, by: "fault" };
        self.write_record(LegState::Failed, &ending);
    }

    /// Ends everything that hangs on the line, and tells.
    fn is_over(&mut self, state: LegState, sip_code: Option<u16>, ended_by: Option<EndedBy>) {
        let ending = self.ending_of(state, sip_code, ended_by);
        self.leave_conference(false);
        self.leave_party(PartyExit::CallGone);
        self.leave_dial(true);
        self.leave_link(ending.code, ending.source.clone());
        self.adding_is_over();
        if let Doing::Recording(recording) = std::mem::replace(&mut self.doing, Doing::Idle) {
            self.message_cut_off(*recording);
        }
        self.stop_stream("call ended");
        for tape in std::mem::take(&mut self.tapes) {
            self.finish_tape(tape);
        }
        let lasted = self.line.answered_at.map(|answered_at| self.line.clock.now().since(answered_at));
        let by = self.line.ended_by.unwrap_or(ending.by);
        self.note(|truth| {
            truth.ended_by.get_or_insert_with(|| by.to_owned());
            truth.lasted_ms = lasted.map(|lasted| u64::try_from(lasted.as_millis()).unwrap_or(u64::MAX));
        });
        self.write_record(state, &ending);
        self.tell_end(state, &ending);
    }

    /// Returns why the call ends: what we know, or what the network says.
    fn ending_of(&self, state: LegState, sip_code: Option<u16>, ended_by: Option<EndedBy>) -> Ending {
        let ending = |code, source, by| Ending { code, source, by };
        let known = self.ending.clone();
        if self.origin.is_inbound() && self.line.answered_at.is_none() {
            return known.unwrap_or_else(|| ending(1_000, HangupSource::Caller, "callee"));
        }
        let far_end = if self.origin.is_inbound() { HangupSource::Caller } else { HangupSource::Callee };
        match (state, sip_code, ended_by) {
            (LegState::Canceled, ..) => match known {
                Some(known) if known.code != 4_000 => known,
                Some(known) => Ending { code: 1_000, ..known },
                None => ending(1_000, HangupSource::ApiRequest, "caller"),
            },
            (LegState::Busy, Some(603), _) => ending(3_020, HangupSource::Callee, "callee"),
            (LegState::Busy, ..) => ending(3_010, HangupSource::Carrier, "callee"),
            (LegState::NoAnswer, ..) => ending(6_010, HangupSource::Plivo, "ring timeout"),
            (LegState::Failed, Some(404), _) => ending(2_000, HangupSource::Carrier, "callee"),
            (LegState::Failed, ..) => ending(5_020, HangupSource::Carrier, "callee"),
            (_, _, Some(EndedBy::TimeLimit)) => ending(6_000, HangupSource::Plivo, "time limit"),
            (_, _, Some(EndedBy::Callee)) => ending(4_000, far_end, "callee"),
            _ => known.unwrap_or_else(|| ending(4_000, HangupSource::ApiRequest, "caller")),
        }
    }

    /// Returns seconds of the answered part, and of it in begun minutes.
    pub(super) fn seconds(&self) -> (u32, u32) {
        let Some(answered_at) = self.line.answered_at else { return (0, 0) };
        let millis = self.line.clock.now().since(answered_at).as_millis();
        let seconds = u32::try_from((millis + 500) / 1_000).unwrap_or(u32::MAX);
        (seconds, seconds.div_ceil(60).max(1).saturating_mul(60))
    }

    fn cost(&self, billed: u32) -> Decimal {
        Decimal::of_micros(self.service.network.config.plivo_minute_micros.saturating_mul(u64::from(billed / 60)))
    }

    fn write_record(&self, state: LegState, ending: &Ending) {
        let (seconds, billed) = self.seconds();
        let (from, to) = self.ends();
        let text = |text: &str| Some(text.to_owned());
        let record = CallRecord {
            call_uuid: text(&self.uuid),
            parent_call_uuid: self.create.parent_call_uuid.clone(),
            call_direction: text(self.origin.direction().as_str()),
            from_number: Some(from),
            to_number: Some(to),
            initiation_time: Some(with_offset(self.requested_at)),
            answer_time: self.answered_at.map(with_offset),
            end_time: Some(with_offset(wall_clock())),
            call_duration: Some(seconds),
            bill_duration: Some(seconds),
            billed_duration: Some(billed),
            total_rate: Some(self.service.minute_rate()),
            total_amount: Some(self.cost(billed)),
            call_state: text(call_state(state)),
            hangup_cause_code: Some(ending.code),
            hangup_cause_name: cause(ending.code).map(|cause| cause.name.to_owned()),
            hangup_source: text(ending.source.as_str()),
            stir_verification: text("Not Applicable"),
            stir_attestation: text("Not Applicable"),
            resource_uri: Some(format!("/v1/Account/{}/Call/{}/", self.service.account, self.uuid)),
            ..CallRecord::default()
        };
        self.service.registry.change(&self.uuid, |call| {
            call.state = state;
            call.ended_at = Some(wall_clock());
            call.record = Some(record);
        });
    }

    fn tell_end(&self, state: LegState, ending: &Ending) {
        // Of a leg that was dialled, its `<Dial>` tells; of one that was rung into a multiparty call, that tells, unless the API wants it told.
        let is_told = self.create.ring_url.is_some();
        if matches!(self.origin, Origin::Dialled(_)) || matches!(self.origin, Origin::Party(_) if !is_told) {
            return;
        }
        let (seconds, billed) = self.seconds();
        let time = |at| AccountTime::of_utc(at);
        let call =
            CallParameters { bill_rate: Some(self.service.minute_rate()), ..self.parameters(CallStatus::of_leg(state), Some(CallEvent::Hangup)) };
        let callback = CallCallback {
            call,
            duration: Some(seconds),
            bill_duration: Some(billed),
            total_cost: Some(self.cost(billed)),
            hangup_cause: Some(network_word(ending.code).to_owned()),
            hangup_cause_code: Some(ending.code),
            hangup_cause_name: cause(ending.code).map(|cause| cause.name.to_owned()),
            hangup_source: Some(ending.source.clone()),
            start_time: Some(time(self.requested_at)),
            answer_time: self.answered_at.map(time),
            end_time: Some(time(wall_clock())),
            others: self.custom_headers(),
        };
        let url = self.create.hangup_url.as_str().to_owned();
        self.hook("hangup", self.create.hangup_method, url, callback.to_form().into_owned());
    }
}

/// Returns the state of a record; its values are a guess from the two that were seen.
const fn call_state(state: LegState) -> &'static str {
    match state {
        LegState::Completed | LegState::InProgress => "ANSWER",
        LegState::Busy => "BUSY",
        LegState::NoAnswer => "NO_ANSWER",
        LegState::Canceled => "CANCEL",
        LegState::Failed | LegState::Queued | LegState::Dialing | LegState::Ringing => "FAILED",
    }
}

/// Returns the word of the network for a cause, as the switch behind Plivo has it.
pub(super) const fn network_word(code: u32) -> &'static str {
    match code {
        1_000 | 9_000 => "ORIGINATOR_CANCEL",
        2_000 => "UNALLOCATED_NUMBER",
        3_010 => "USER_BUSY",
        3_020 => "CALL_REJECTED",
        6_010 => "NO_ANSWER",
        5_020 | 6_020 => "NETWORK_OUT_OF_ORDER",
        6_000 => "ALLOTTED_TIMEOUT",
        _ => "NORMAL_CLEARING",
    }
}
