//! Calls: place, show, list, transfer, end.

use std::sync::Arc;
use std::time::Duration;

use telephony::leg::LegState;
use telephony::number::NumberKind;
use telephony::{PhoneNumber, Timestamp};
use tokio::time::Instant;
use wire::http::{HttpReply, Method};
use wire::plivo::clock::session_start;
use wire::plivo::party::Party;
use wire::plivo::rest::{
    CallFilter, CallFired, CallIds, CallRecord, CallRequest, CountKey, CreateCall, Done, LiveCall, LiveFilter, OneOrMany, Page, Paging, RestError,
    Transfer,
};
use wire::plivo::status::Direction;

use super::{Answer, Asked, page_of, refusal};
use crate::clock::wall_clock;
use crate::faults::{CreateFault, Faults};
use crate::plivo::Service;
use crate::plivo::call::Origin;
use crate::plivo::place::Placing;
use crate::plivo::registry::{CallEntry, Command};

/// Lists go back so far if they are not told otherwise.
const WINDOW: Duration = Duration::from_secs(7 * 86_400);

/// A destination that was looked at.
struct Destination {
    number: PhoneNumber,
    faults: Faults,
}

impl Service {
    /// Places a call to each number, and says how long the reply must wait.
    pub(super) fn create_calls(self: &Arc<Self>, create: &CreateCall, asked: &Asked<'_>) -> Result<(HttpReply, Option<Duration>), RestError> {
        self.check_caller(create)?;
        let destinations = create.to.all().iter().map(|to| self.destination(to)).collect::<Result<Vec<_>, _>>()?;
        let faults: Vec<&Faults> = destinations.iter().map(|destination| &destination.faults).collect();
        if let Some(status) =
            faults.iter().find_map(|faults| if let Some(CreateFault::Refused(status)) = faults.create { Some(status) } else { None })
        {
            return Err(refusal(status));
        }
        let after_all = faults.iter().find_map(|faults| match faults.create {
            Some(CreateFault::RefusedAfterAcceptance(status)) => Some(status),
            Some(CreateFault::Refused(_)) | None => None,
        });
        let delay = faults.iter().find_map(|faults| faults.create_reply_delay);
        let is_bulk = destinations.len() > 1;
        let (mut uuids, mut waits) = (Vec::new(), false);
        for destination in destinations {
            let (uuid, turn) = self.fire(create, destination)?;
            waits |= !turn.is_zero();
            uuids.push(uuid);
        }
        let requests = if is_bulk { OneOrMany::many(uuids) } else { OneOrMany::one(uuids.pop().unwrap_or_default()) };
        let fired = CallFired::new(&asked.api_id, requests, waits);
        let reply = match (after_all, &create.callback_url) {
            (Some(status), _) => refusal(status).for_request(&asked.api_id).reply(),
            (None, Some(url)) => {
                self.tell_later(url.as_str().to_owned(), create.callback_method, &fired);
                Done::new(&asked.api_id, "async api spawned").reply(201)
            }
            (None, None) => fired.reply(201),
        };
        Ok((reply, delay))
    }

    /// The caller must be ours. At Plivo itself it may be that the call is placed and ends with 3030.
    fn check_caller(&self, create: &CreateCall) -> Result<(), RestError> {
        let ours = Party::parse(&self.credentials.from_number);
        if Party::parse(&create.from) != ours {
            return Err(RestError::invalid("from", "neither a number of the account nor a verified one"));
        }
        let has_parent = |parent: &String| self.registry.with(|shelves| shelves.calls.get(parent).is_some_and(CallEntry::is_live));
        if create.error_if_parent_not_found == Some(true) && !create.parent_call_uuid.as_ref().is_some_and(has_parent) {
            return Err(RestError::new(400, "the parent call is not live"));
        }
        Ok(())
    }

    fn destination(&self, to: &str) -> Result<Destination, RestError> {
        let number = match Party::parse(to) {
            Party::Number(number) if number.kind() != NumberKind::PremiumRate => number,
            Party::Number(_) | Party::Other(_) => return Err(RestError::invalid("to", "no number that can be called")),
        };
        let faults = self.network.faults.decide(number.as_e164());
        Ok(Destination { number, faults })
    }

    /// Places one call and returns its UUID and how long it waits for its turn.
    fn fire(self: &Arc<Self>, create: &CreateCall, destination: Destination) -> Result<(String, Duration), RestError> {
        let Destination { number, faults } = destination;
        let turn = self.network.gate.queue(Instant::now());
        let ring_s = create.hangup_on_ring.unwrap_or(u32::MAX).min(create.ring_timeout());
        let leg = self.network.leg_to(&number, self.network.leg_config(self.network.queued_for(turn), ring_s, create.time_limit()));
        let placed = self.place(Placing { create: create.clone(), to: number, leg, origin: Origin::Api, faults });
        Ok((placed.ok_or_else(RestError::too_many_requests)?.uuid, turn))
    }

    /// Sends a result to who did not want to wait for it.
    fn tell_later(&self, url: String, method: Option<Method>, fired: &CallFired) {
        let mut form = wire::http::Form::new();
        form.push_some("message", fired.message.clone());
        form.push_some("api_id", fired.api_id.clone());
        form.push_some("request_uuid", fired.request_uuid.as_ref().map(|requests| requests.all().join(",")));
        let (webhooks, form) = (self.webhooks.clone(), form.into_owned());
        self.network.spawn(async move {
            // Nobody is told twice.
            let _ = webhooks.send("", method.unwrap_or(Method::Post), &url, &form).await;
        });
    }

    pub(super) fn call_request(self: &Arc<Self>, request: CallRequest, asked: &Asked<'_>) -> Answer {
        match request {
            CallRequest::Create(create) => self.create_calls(&create, asked).map(|(reply, _)| reply),
            CallRequest::Fetch { call } => self.show_record(call.as_str(), asked),
            CallRequest::FetchLive { call } => self.show_live(call.as_str(), CallEntry::is_live, asked),
            CallRequest::FetchQueued { call } => self.show_live(call.as_str(), CallEntry::is_queued, asked),
            CallRequest::List { filter, paging } => Ok(self.list_records(&filter, &paging, asked)),
            CallRequest::ListLive { filter, paging } => Ok(self.list_live(&filter, &paging, CallEntry::is_live, asked)),
            CallRequest::ListQueued { paging } => Ok(self.list_live(&LiveFilter::default(), &paging, CallEntry::is_queued, asked)),
            CallRequest::HangUp { call } => self.order(call.as_str(), CallEntry::is_live, Command::HangUp).map(|()| HttpReply::empty(204)),
            CallRequest::Cancel { request } => {
                let is_cancellable = |call: &CallEntry| call.state != LegState::InProgress && !call.state.is_terminal();
                self.order(request.as_str(), is_cancellable, Command::HangUp).map(|()| HttpReply::empty(204))
            }
            CallRequest::Transfer { call, transfer } => {
                let (first, second) = match transfer {
                    Transfer::ALeg(first) => (Some(first), None),
                    Transfer::BLeg(second) => (None, Some(second)),
                    Transfer::Both { aleg, bleg } => (Some(aleg), Some(bleg)),
                };
                let is_in_progress = |call: &CallEntry| call.state == LegState::InProgress;
                // The second leg first: whoever dialled it lets go of it otherwise.
                if let Some(second) = second {
                    let leg = self.registry.with(|shelves| shelves.calls.get(call.as_str()).and_then(|call| call.second_leg.clone()));
                    let leg = leg.ok_or_else(|| RestError::new(404, "the call has no second leg"))?;
                    self.order(&leg, is_in_progress, Command::Transfer(second))?;
                }
                if let Some(first) = first {
                    self.order(call.as_str(), is_in_progress, Command::Transfer(first))?;
                }
                Ok(Done::new(&asked.api_id, "call transfered").reply(202))
            }
        }
    }

    /// Tells a call to do something, if it is in a state for it.
    pub(super) fn order(&self, uuid: &str, is_fit: impl Fn(&CallEntry) -> bool, command: Command) -> Result<(), RestError> {
        self.registry.with(|shelves| {
            let call = shelves.calls.get(uuid).filter(|call| is_fit(call)).ok_or_else(call_not_found)?;
            // The driver may just have ended; then the call is over, which is what the next fetch shows.
            let _ = call.commands.send(command);
            Ok(())
        })
    }

    fn show_record(&self, uuid: &str, asked: &Asked<'_>) -> Answer {
        self.registry.with(|shelves| {
            let record = shelves.calls.get(uuid).and_then(|call| self.written(call)).ok_or_else(call_not_found)?;
            Ok(CallRecord { api_id: Some(asked.api_id.clone()), ..record.clone() }.reply(200))
        })
    }

    /// Returns the record of a call, which is there some time after the end.
    fn written<'a>(&self, call: &'a CallEntry) -> Option<&'a CallRecord> {
        let is_written = call.ended_at.is_some_and(|ended_at| ended_at + self.network.config.times.priced_after <= wall_clock());
        call.record.as_ref().filter(|_| is_written)
    }

    fn show_live(&self, uuid: &str, is_fit: impl Fn(&CallEntry) -> bool, asked: &Asked<'_>) -> Answer {
        self.registry.with(|shelves| {
            let call = shelves.calls.get(uuid).filter(|call| is_fit(call)).ok_or_else(call_not_found)?;
            Ok(LiveCall { api_id: Some(asked.api_id.clone()), ..call.live.clone() }.reply(200))
        })
    }

    fn list_records(&self, filter: &CallFilter, paging: &Paging, asked: &Asked<'_>) -> HttpReply {
        let since = Timestamp(wall_clock().as_millis() - i64::try_from(WINDOW.as_millis()).unwrap_or(i64::MAX));
        let all: Vec<CallRecord> = self.registry.with(|shelves| {
            let recent = shelves.calls.newest_first().filter(|call| call.ended_at.is_some_and(|at| at >= since));
            recent.filter_map(|call| self.written(call)).filter(|record| filter.passes(record)).cloned().collect()
        });
        let (items, total) = page_of(&all, paging);
        Page::reply(&asked.api_id, asked.target, paging, &items, total, CountKey::TotalCount)
    }

    fn list_live(&self, filter: &LiveFilter, paging: &Paging, is_fit: impl Fn(&CallEntry) -> bool, asked: &Asked<'_>) -> HttpReply {
        let is_number = |wanted: &Option<String>, is: &Option<String>| {
            wanted.as_deref().is_none_or(|wanted| is.as_deref().is_some_and(|is| Party::parse(is) == Party::parse(wanted)))
        };
        let passes = |call: &LiveCall| {
            let direction = filter.call_direction.as_ref().map(Direction::as_str);
            direction.is_none_or(|direction| call.direction.as_deref() == Some(direction))
                && is_number(&filter.from_number, &call.from)
                && is_number(&filter.to_number, &call.to)
        };
        let all: Vec<String> = self.registry.with(|shelves| {
            let fit = shelves.calls.newest_first().filter(|call| is_fit(call) && passes(&call.live));
            fit.filter_map(|call| call.live.call_uuid.clone()).collect()
        });
        let (calls, _) = page_of(&all, paging);
        CallIds { calls: Some(calls), api_id: Some(asked.api_id.clone()), ..CallIds::default() }.reply(200)
    }
}

pub(super) fn call_not_found() -> RestError {
    RestError::new(404, "call not found")
}

/// Returns when a call began, as it is shown while it lives.
pub(in crate::plivo) fn shown_start(at: Timestamp) -> Option<String> {
    Some(session_start(at))
}
