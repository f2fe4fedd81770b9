//! Doing what the leg's machine says: requests to the carrier run beside and come back as events.

use std::sync::Arc;

use dialogue::conversation::{self, ToneHeard};
use ports::carrier::{Carrier, CarrierCall, CarrierError, CarrierEvent, CarrierNews, MachineVerdict};
use telephony::call::{Input, Output};
use telephony::leg::LegState;
use telephony::{AudioPosition, CarrierCallId};

use super::{CallDriver, CarrierReply, Event};
use crate::live::LiveEvent;
use crate::media_lane::MediaLane;
use crate::media_link::DriverEnd;

impl CallDriver {
    pub(super) fn perform_on_line(&mut self, output: Output) {
        match output {
            Output::Dial => self.dial(),
            Output::DialBySecond => self.dial_by_second(),
            Output::FindOut => self.find_out(),
            Output::Poll => self.poll(),
            Output::EndCall => self.end_call(),
            Output::Ringing => self.tell(LiveEvent::Ringing),
            Output::Answered => {
                self.facts.answered_at.get_or_insert(self.began.elapsed());
                self.tell(LiveEvent::Answered);
            }
            Output::OpenLine => self.open_line(),
            Output::CloseLine => self.close_line(),
            Output::Ended { leg, by } => self.facts.ended = Some((leg, by)),
        }
    }

    /// The intent is on disk as "dialing" before a byte leaves: the scribe answers first, then the request goes out.
    pub(super) fn dial(&mut self) {
        let Some(cleared) = self.cleared.take() else {
            return;
        };
        self.tell(LiveEvent::Dialing);
        let (carrier, request, sender) = (self.ports.carrier.clone(), self.request.clone(), self.sender.clone());
        let is_written = self.scribe.dialing();
        let (breakers, clock) = (self.ports.breakers.clone(), self.scribe.clock());
        tokio::spawn(async move {
            if !is_written.await {
                sender.send(Event::Carrier(CarrierReply::NotAsked));
                return;
            }
            let reply = if let Err(error) = breakers.take(carrier.name(), clock.now()) {
                Err(error)
            } else {
                let reply = carrier.place_call(cleared, &request).await;
                breakers.tried(carrier.name(), clock.now(), &reply);
                reply
            };
            sender.send(Event::Carrier(CarrierReply::Dialed(reply)));
        });
    }

    fn find_out(&self) {
        let request = self.request.clone();
        let (since, own) = (self.scribe.dialed_at(), self.scribe.own_calls());
        self.ask(async move |carrier| {
            let found = match carrier.find_calls(&request.from, &request.to, since).await {
                Ok(listed) => own.among(listed, since, carrier.name()).await,
                Err(error) => Err(error),
            };
            CarrierReply::Found(found)
        });
    }

    fn poll(&self) {
        let Some(call) = self.call.carrier_call().cloned() else {
            return;
        };
        self.ask(async move |carrier| CarrierReply::Polled(carrier.fetch_call(&call).await));
    }

    fn end_call(&self) {
        let Some(call) = self.call.carrier_call().cloned() else {
            return;
        };
        self.ask(async move |carrier| CarrierReply::HungUp(carrier.end_call(&call).await));
    }

    fn ask<Work, Reply>(&self, work: Work)
    where
        Work: FnOnce(Arc<dyn Carrier>) -> Reply + Send + 'static,
        Reply: Future<Output = CarrierReply> + Send,
    {
        let (carrier, sender) = (self.ports.carrier.clone(), self.sender.clone());
        tokio::spawn(async move { sender.send(Event::Carrier(work(carrier).await)) });
    }

    pub(super) fn carrier_replied(&mut self, reply: CarrierReply) {
        match reply {
            CarrierReply::Dialed(Ok(call)) => self.line(Input::Placed { call: call.id, state: call.state }),
            CarrierReply::Dialed(Err(error)) => self.dial_failed(error),
            CarrierReply::NotAsked => self.dial_not_written(),
            CarrierReply::Found(Ok(calls)) => self.found(calls),
            CarrierReply::Found(Err(_)) => {
                self.facts.could_be_asked = false;
                self.line(Input::NoneFound);
            }
            CarrierReply::Polled(Ok(Some(call))) => {
                self.facts.carrier_duration = call.duration.or(self.facts.carrier_duration);
                self.facts.is_end_told |= call.state.is_terminal();
                self.line(Input::Leg { call: call.id, state: call.state });
            }
            CarrierReply::Polled(Ok(None)) => self.line(Input::Gone),
            CarrierReply::Polled(Err(_)) => {}
            CarrierReply::HungUp(Ok(())) => self.line(Input::HangUpAccepted),
            CarrierReply::HungUp(Err(error)) => {
                tracing::warn!(%error, "the hang-up was not confirmed");
                self.line(Input::HangUpFailed);
            }
        }
    }

    /// Takes up the call that a dial without a clear answer has made. If the carrier made several, one goes on, the one that has come
    /// furthest and of those the first, and the others are ended: the callee has one conversation with us.
    fn found(&mut self, calls: Vec<CarrierCall>) {
        self.facts.could_be_asked = true;
        let is_known = |call: &CarrierCall| self.call.carrier_call() == Some(&call.id);
        // The list is newest first, and of equals the last is taken.
        let ours = calls.iter().position(is_known).or_else(|| {
            let how_far = |call: &CarrierCall| (!call.state.is_terminal(), call.state == LegState::InProgress);
            calls.iter().enumerate().max_by_key(|(_, call)| how_far(call)).map(|(index, _)| index)
        });
        let Some(ours) = ours else {
            return self.line(Input::NoneFound);
        };
        for other in calls.iter().enumerate().filter(|(index, call)| *index != ours && !call.state.is_terminal()) {
            tracing::warn!(carrier = self.ports.carrier.name(), "the carrier made a second call for one dial; it is ended");
            self.end_double(other.1.id.clone());
        }
        let call = &calls[ours];
        self.line(Input::Placed { call: call.id.clone(), state: call.state });
    }

    /// Nobody leads it and nothing waits for its end. What cannot be ended now is found by the sweep, or ended by its time limit.
    fn end_double(&self, call: CarrierCallId) {
        let carrier = self.ports.carrier.clone();
        tokio::spawn(async move {
            if let Err(error) = carrier.end_call(&call).await {
                tracing::warn!(%error, "a second call for one dial could not be ended");
            }
        });
    }

    /// What is not on disk is not done: nobody is asked to dial, no second provider either.
    fn dial_not_written(&mut self) {
        self.facts.not_asked = true;
        self.facts.engine_error = Some("the disk did not take the row that must stand there before a dial, so nothing was dialed".to_owned());
        self.reserve = None;
        self.line(Input::NotPlaced);
    }

    fn dial_failed(&mut self, error: CarrierError) {
        match error {
            CarrierError::Unclear { .. } => {
                self.scribe.unknown();
                self.line(Input::Unclear);
            }
            CarrierError::Unauthorized { .. } | CarrierError::Rejected { .. } | CarrierError::Throttled { .. } | CarrierError::Unreachable { .. } => {
                if let CarrierError::Throttled { wait, .. } = error {
                    self.facts.throttled.get_or_insert(wait);
                }
                self.facts.carrier_error = Some(error);
                self.line(Input::NotPlaced);
            }
        }
    }

    pub(super) fn leg_event(&mut self, event: CarrierEvent) {
        self.scribe.leg_event(event.call.clone(), event.key, event.state);
        self.facts.carrier_duration = event.duration.or(self.facts.carrier_duration);
        self.facts.failure_code = event.failure_code.or(self.facts.failure_code);
        match event.news {
            CarrierNews::Answered(verdict) => self.machine_news(verdict),
            CarrierNews::Recording { recording, state } => self.recording_news(recording, state),
            // A turn comes with its question and is heard there.
            CarrierNews::Nothing | CarrierNews::Turn { .. } | CarrierNews::Incoming { .. } => {}
            // Of calls that our reception has, which is not asked here.
            CarrierNews::Waiting { .. } | CarrierNews::LeftQueue(_) | CarrierNews::Forwarded(_) | CarrierNews::MessageTaken { .. } => {}
        }
        if let Some(state) = event.state {
            self.facts.is_end_told |= state.is_terminal();
            self.line(Input::Leg { call: event.call, state });
        }
    }

    /// The carrier has found out who answered. What is said decides in the end; a beep and a fax it hears better than words tell.
    fn machine_news(&mut self, verdict: MachineVerdict) {
        let tone = match verdict {
            MachineVerdict::Beep => ToneHeard::Beep,
            MachineVerdict::Fax => ToneHeard::Fax,
            MachineVerdict::Human | MachineVerdict::Machine | MachineVerdict::Unknown => return,
        };
        self.hurry();
        self.converse(conversation::Input::Tone(tone));
    }

    pub(super) fn media_opened(&mut self, end: DriverEnd) {
        self.scribe.talking();
        let at = self.position();
        let recorder = self.recorder.take().or_else(|| self.make_recorder.take().and_then(|make| make()));
        let mut lane = MediaLane::new(&self.lane_config, end, recorder);
        if self.left_at.is_some() {
            lane.begin_at(at);
            self.left_at = None;
            self.begin_listening();
        }
        self.lane = Some(lane);
        self.line(Input::MediaOpened);
        self.media_flowed_at = None;
        self.media_flows();
    }

    fn open_line(&mut self) {
        self.facts.answered_at.get_or_insert(self.began.elapsed());
        self.facts.was_connected = true;
        self.tell(LiveEvent::Connected);
        self.converse(conversation::Input::MediaReady);
        if std::mem::take(&mut self.is_coming_back) {
            self.converse(conversation::Input::CameBack);
        }
        if let Some(order) = self.wanted_takeover.take() {
            self.take_over(order);
        }
    }

    /// Invariant I10: once the line is closed nothing is sent, whatever still comes from voice or mind.
    fn close_line(&mut self) {
        self.facts.length = self.position().since(AudioPosition::ZERO);
        self.converse(conversation::Input::Ended);
        self.listening = None;
        self.text_was_open |= self.text.take().is_some();
        if let Some(lane) = self.lane.take() {
            self.recorder = lane.close();
        }
    }
}

/// Returns whether a leg's state, as the carrier last told it, means that it was picked up.
pub(super) fn was_picked_up(leg: LegState) -> bool {
    matches!(leg, LegState::InProgress | LegState::Completed)
}
