//! Calls: place, show, list, change, delete.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use telephony::PhoneNumber;
use telephony::leg::LegState;
use telephony::number::NumberKind;
use tokio::sync::mpsc;
use tokio::time::Instant;
use wire::date;
use wire::http::HttpReply;
use wire::twilio::rest::{CallFilter, CallResource, CallUpdate, CreateCall, Paging, RestError};
use wire::twilio::status::CallStatus;

use super::pages::page;
use super::{Answer, internal, path, refusal};
use crate::clock::wall_clock;
use crate::faults::CreateFault;
use crate::twilio::call::Driver;
use crate::twilio::registry::{CallEntry, Command};
use crate::twilio::{Service, fresh_sid};

impl Service {
    /// Places a call, and says how long the reply must wait.
    pub(super) fn create_call(self: &Arc<Self>, mut create: CreateCall) -> Result<(HttpReply, Option<Duration>), RestError> {
        let number_sid = self.caller_of(&create.from)?;
        let number = number_of(&create.to)?;
        if !self.may_be_called(&number) {
            return Err(RestError::invalid(21_215, "Account not authorized to call that number"));
        }
        number.as_e164().clone_into(&mut create.to);
        self.instruct(&mut create)?;
        let faults = self.network.faults.decide(&create.to);
        if let Some(CreateFault::Refused(status)) = faults.create {
            return Err(refusal(status));
        }
        let Some(line) = self.network.take_line() else {
            return Err(RestError::too_many_requests());
        };
        let sid = fresh_sid("CA").map_err(|_| internal())?;
        let turn = self.network.gate.queue(Instant::now());
        let mut resource = CallResource::queued(&self.credentials.account_sid, &sid, number.as_e164(), &create.from);
        resource.phone_number_sid = number_sid;
        resource.queue_time = Some(turn.as_millis().to_string());
        let reply = match faults.create {
            Some(CreateFault::RefusedAfterAcceptance(status)) => refusal(status).reply(),
            Some(CreateFault::Refused(_)) | None => resource.reply(201),
        };
        let delay = faults.create_reply_delay;
        let now = date::rfc2822(wall_clock());
        (resource.date_created, resource.date_updated) = (Some(now.clone()), Some(now));
        let (commands, orders) = mpsc::unbounded_channel();
        self.registry.with(|shelves| {
            shelves.add_call(sid.clone(), CallEntry { resource, state: LegState::Queued, ended_at: None, commands, beside: BTreeSet::new() });
        });
        self.network.faults.assign(&sid, faults);
        let (ring_s, limit_s) = (create.timeout.unwrap_or(60), create.time_limit.unwrap_or(4 * 3_600));
        let leg = self.network.leg_to(&number, self.network.leg_config(self.network.queued_for(turn), ring_s, limit_s));
        let driver = Driver::new(self.clone(), sid, create, leg, orders);
        self.network.spawn(async move {
            driver.run().await;
            drop(line);
        });
        Ok((reply, delay))
    }

    /// Returns the SID of the account's number that a call is to come from; none if it is one that its owner proved.
    fn caller_of(&self, from: &str) -> Result<Option<String>, RestError> {
        self.holdings.with(|held| match held.own_number(from) {
            Some(sid) => Ok(Some(sid)),
            None if held.is_proved(from) => Ok(None),
            None => Err(RestError::invalid(21_210, "The source phone number provided is not yet verified for your account.")),
        })
    }

    pub(super) fn fetch_call(&self, sid: &str, target: &str) -> Answer {
        self.registry.with(|shelves| match shelves.calls.get(sid) {
            Some(call) => Ok(self.shown(call).reply(200)),
            None => Err(RestError::not_found(path(target))),
        })
    }

    /// Returns a call as it is now: the price comes some time after the end. Practice costs nothing.
    fn shown(&self, call: &CallEntry) -> CallResource {
        let mut resource = call.resource.clone();
        if call.ended_at.is_some_and(|ended_at| ended_at + self.network.config.times.priced_after <= wall_clock()) {
            resource.price = Some("-0.00000".into());
        }
        resource
    }

    pub(super) fn list_calls(&self, filter: &CallFilter, paging: &Paging, target: &str) -> Answer {
        self.registry.with(|shelves| {
            let newest_first = shelves.call_order.iter().rev().filter_map(|sid| shelves.calls.get(sid)).map(|call| self.shown(call));
            let all: Vec<CallResource> = newest_first.filter(|call| filter.passes(call)).collect();
            Ok(page("calls", target, paging, &all, |call| call.sid.as_deref()))
        })
    }

    pub(super) fn update_call(&self, sid: &str, update: CallUpdate, target: &str) -> Answer {
        self.registry.with(|shelves| {
            let call = shelves.calls.get(sid).filter(|call| !call.state.is_terminal()).ok_or_else(|| RestError::not_found(path(target)))?;
            for command in commands(&update, call.state)? {
                // The driver may just have ended; then the call is over, which is what the next fetch shows.
                let _ = call.commands.send(command);
            }
            Ok(self.shown(call).reply(200))
        })
    }

    pub(super) fn delete_call(&self, sid: &str, target: &str) -> Answer {
        self.registry.with(|shelves| {
            let call = shelves.calls.get(sid).ok_or_else(|| RestError::not_found(path(target)))?;
            if !call.state.is_terminal() {
                return Err(RestError::new(409, 20_009, "The call has not ended"));
            }
            shelves.calls.remove(sid);
            shelves.call_order.retain(|other| other != sid);
            Ok(HttpReply::empty(204))
        })
    }
}

/// Reads a number that can be rung.
pub(super) fn number_of(to: &str) -> Result<PhoneNumber, RestError> {
    let Ok(number) = PhoneNumber::parse(to) else {
        return Err(RestError::invalid(21_214, "'To' phone number cannot be reached"));
    };
    match number.kind() {
        // Exchange 555 is outside of the plan in some area codes, and the cast may live there.
        NumberKind::Invalid if !number.is_fictional() => Err(RestError::invalid(21_217, "Phone number does not appear to be valid")),
        NumberKind::PremiumRate => Err(RestError::invalid(21_202, "This number is a premium number")),
        _ => Ok(number),
    }
}

/// Returns what an update asks of a call in this state.
fn commands(update: &CallUpdate, state: LegState) -> Result<Vec<Command>, RestError> {
    let mut commands = Vec::new();
    match &update.status {
        Some(CallStatus::Canceled) if state == LegState::InProgress => return Err(RestError::not_in_progress()),
        Some(CallStatus::Canceled | CallStatus::Completed) => commands.push(Command::HangUp),
        Some(_) => return Err(RestError::invalid(20_001, "Invalid Status")),
        None => {}
    }
    if let Some(url) = &update.fallback_url {
        commands.push(Command::Fallback(url.clone(), update.fallback_method));
    }
    if let Some(instructions) = &update.instructions {
        if state != LegState::InProgress {
            return Err(RestError::not_in_progress());
        }
        commands.push(Command::Redirect(instructions.clone()));
    }
    commands.extend(update.time_limit.map(Command::TimeLimit));
    commands.extend(update.status_callback.clone().map(Command::StatusCallback));
    commands.extend(update.status_callback_method.map(Command::StatusCallbackMethod));
    Ok(commands)
}
