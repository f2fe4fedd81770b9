//! `<Enqueue>`: the call waits in a queue and hears what its `waitUrl` says, again and again, until it is taken out.

use telephony::SessionTime;
use wire::http::Method;
use wire::twilio::callback::{QueueLeft, QueueResult, QueueWait};
use wire::twilio::document::{Enqueue, Enqueued};
use wire::twilio::rest::CallInstructions;
use wire::twilio::status::CallStatus;

use super::relay::extra_of;
use super::stay::{Backdrop, Because, Stay};
use super::{Driver, Script};
use crate::twilio::fresh_sid;

/// A call that waits.
pub(super) struct Waiting {
    enqueue: Enqueue,
    queue: String,
    /// The call's own document.
    outer: Script,
    since: SessionTime,
    /// Seconds until it was taken out.
    waited: Option<u32>,
}

impl Waiting {
    pub(super) fn queue(&self) -> &str {
        &self.queue
    }

    /// Returns how long it has waited, in seconds; not longer than until it was taken out.
    fn seconds(&self, now: SessionTime) -> u32 {
        self.waited.unwrap_or_else(|| u32::try_from(now.since(self.since).as_secs()).unwrap_or(u32::MAX))
    }

    /// Was taken out; returns how long it waited.
    pub(super) fn taken_out(&mut self, now: SessionTime) -> u32 {
        let seconds = self.seconds(now);
        self.waited = Some(seconds);
        seconds
    }
}

impl Driver {
    pub(super) fn enqueue(&mut self, enqueue: Enqueue) {
        let name = match &enqueue.what {
            Enqueued::In(name) if enqueue.workflow_sid.is_none() => name.clone(),
            Enqueued::In(_) | Enqueued::Task(_) => {
                self.unsupported("Task");
                return self.next_verb();
            }
        };
        let (Ok(fresh), Some(commands)) = (fresh_sid("QU"), self.own_commands()) else { return self.application_error(20_500) };
        let account = self.service.credentials.account_sid.clone();
        let now = self.line.clock.now();
        let entered = self.service.queues.enter(&account, &fresh, &name, enqueue.max_queue_size, &self.sid, commands);
        let mut waiting = Waiting { enqueue, queue: entered.clone().unwrap_or_default(), outer: Script::default(), since: now, waited: None };
        if entered.is_err() {
            return self.wait_goes_on(&waiting, QueueResult::Full);
        }
        waiting.outer = self.set_aside();
        self.stay = Some(Stay::Queue(Box::new(waiting)));
        self.wait_again();
    }

    /// Asks what is to be heard, from the beginning and whenever it has ended.
    pub(super) fn wait_again(&mut self) {
        let now = self.line.clock.now();
        let Some(Stay::Queue(waiting)) = &self.stay else { return };
        let place = self.service.queues.place_of(&waiting.queue, &self.sid);
        let told = QueueWait {
            position: place.map(|place| place.position),
            queue_sid: Some(waiting.queue.clone()),
            queue_time: Some(waiting.seconds(now)),
            average_time: place.map(|place| place.average_seconds),
            size: place.map(|place| place.size),
            max_size: place.map(|place| place.max_size),
            ..QueueWait::of(self.callback(CallStatus::InProgress))
        };
        let keys = ["QueuePosition", "QueueSid", "QueueTime", "AvgQueueTime", "CurrentQueueSize", "MaxQueueSize"];
        let extra = extra_of(&told.to_form(), &keys);
        let (url, method) = (waiting.enqueue.wait_url.clone(), waiting.enqueue.wait_url_method.unwrap_or(Method::Post));
        // Relative addresses count from the document that said it, not from what was heard last.
        self.script.url.clone_from(&waiting.outer.url);
        self.let_hear(url.as_deref(), method, extra);
    }

    /// Leaves the queue; the document goes on.
    pub(super) fn wait_leaves(&mut self, result: QueueResult) {
        let Some(Stay::Queue(waiting)) = self.stay.take() else { return };
        self.service.queues.leave(&waiting.queue, &self.sid);
        self.wait_over(*waiting, result);
    }

    pub(super) fn wait_over(&mut self, mut waiting: Waiting, result: QueueResult) {
        self.backdrop = Backdrop::Silence;
        let outer = std::mem::take(&mut waiting.outer);
        self.take_up(outer);
        self.wait_goes_on(&waiting, result);
    }

    fn wait_goes_on(&mut self, waiting: &Waiting, result: QueueResult) {
        let extra = self.wait_result(waiting, result, CallStatus::InProgress);
        match waiting.enqueue.action.clone() {
            Some(action) => self.ask(waiting.enqueue.method, &action, extra),
            None => self.next_verb(),
        }
    }

    /// The API takes this call out and on.
    pub(super) fn wait_redirected(&mut self, instructions: CallInstructions) {
        if matches!(self.stay, Some(Stay::Queue(_))) {
            self.redirect(instructions);
        }
    }

    pub(super) fn wait_left(&mut self, waiting: Waiting, because: Because) {
        self.service.queues.leave(&waiting.queue, &self.sid);
        let result = if because == Because::Redirected { QueueResult::Redirected } else { QueueResult::HangUp };
        self.wait_told(&waiting, result, because);
        self.take_up(waiting.outer);
    }

    /// Tells the action how it ended; nothing of the answer is run.
    pub(super) fn wait_told(&mut self, waiting: &Waiting, result: QueueResult, because: Because) {
        let status = if because == Because::CallOver { CallStatus::Completed } else { CallStatus::InProgress };
        let extra = self.wait_result(waiting, result, status);
        if let Some(action) = waiting.enqueue.action.as_ref().filter(|_| because != Because::Lost) {
            self.script.url.clone_from(&waiting.outer.url);
            self.tell_action(waiting.enqueue.method, action, extra);
        }
    }

    fn wait_result(&self, waiting: &Waiting, result: QueueResult, status: CallStatus) -> Vec<(&'static str, String)> {
        let told = QueueLeft {
            result,
            queue_sid: Some(waiting.queue.clone()).filter(|queue| !queue.is_empty()),
            queue_time: Some(waiting.seconds(self.line.clock.now())),
            ..QueueLeft::of(self.callback(status))
        };
        extra_of(&told.to_form(), &["QueueResult", "QueueSid", "QueueTime"])
    }
}
