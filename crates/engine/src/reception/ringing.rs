//! For whom the user's telephone is rung: for those who wait, and no longer than they do.
//!
//! What is not known, as after a restart, stops nothing: then it rings to its end, and who picks up is connected with the next caller.

use std::time::Duration;

use ::assistant::expense::ExpenseId;
use telephony::CarrierCallId;

use super::{Guests, REMEMBERED_AT_MOST, Reception};

/// The user's telephone, being rung or talked on.
#[derive(Debug)]
pub(super) struct Rung {
    /// Under which its cost is written down.
    pub(super) expense: ExpenseId,
    queue: String,
    /// Its call, once the carrier has named it.
    call: Option<CarrierCallId>,
    is_picked_up: bool,
}

impl Rung {
    /// Returns a telephone that is about to be rung for a queue.
    pub(super) fn new(queue: &str, expense: ExpenseId) -> Self {
        Self { expense, queue: queue.to_owned(), call: None, is_picked_up: false }
    }
}

impl Guests {
    fn does_anybody_wait(&self, queue: &str) -> bool {
        self.lines.get(queue).is_some_and(|line| !line.is_empty()) || self.waiting.get(queue).is_some_and(|waiting| !waiting.is_empty())
    }

    /// Returns the call that rings for nobody, once, and lets whoever comes next be rung for at once.
    fn rings_for_nobody(&mut self) -> Option<CarrierCallId> {
        let rung = self.rung.as_ref().filter(|rung| !rung.is_picked_up && !self.does_anybody_wait(&rung.queue))?;
        let call = rung.call.clone()?;
        self.rung.as_mut()?.call = None;
        self.operator_rung_at = None;
        Some(call)
    }
}

impl Reception {
    /// Somebody waits in a queue of the carrier's.
    pub(super) fn waits(&self, queue: &str, call: &CarrierCallId) {
        let mut guests = self.guests();
        let waiting = guests.waiting.entry(queue.to_owned()).or_default();
        if waiting.len() >= REMEMBERED_AT_MOST {
            waiting.clear();
        }
        waiting.insert(call.clone());
    }

    /// Somebody has hung up, was taken or was sent away: if nobody waits behind them, the user's telephone need not ring.
    pub(super) fn waits_no_more(&self, call: &CarrierCallId) {
        let useless = {
            let mut guests = self.guests();
            guests.waiting.retain(|_, waiting| {
                waiting.remove(call);
                !waiting.is_empty()
            });
            guests.rings_for_nobody()
        };
        self.stop_ringing(useless);
    }

    /// The carrier rings the user's telephone; who waited may be gone by now.
    pub(super) fn is_rung_as(&self, call: CarrierCallId) {
        let useless = {
            let mut guests = self.guests();
            if let Some(rung) = &mut guests.rung {
                rung.call = Some(call);
            }
            guests.rings_for_nobody()
        };
        self.stop_ringing(useless);
    }

    /// The user's telephone was picked up, or has heard that somebody waits. Returns whether it is known that nobody does any more.
    pub(super) fn picked_up_for_nobody(&self) -> bool {
        let mut guests = self.guests();
        let Some(rung) = &mut guests.rung else { return false };
        rung.is_picked_up = true;
        let queue = rung.queue.clone();
        !guests.does_anybody_wait(&queue)
    }

    fn stop_ringing(&self, call: Option<CarrierCallId>) {
        if let Some(call) = call {
            tracing::info!("the user's telephone is not rung any longer: nobody waits");
            self.end_beside(call, Duration::ZERO);
        }
    }
}
