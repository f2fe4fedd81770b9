//! Which further legs of a call are still to be paid, and what each has cost once it is over.
//!
//! By the carrier's own length if it tells one. A leg that nobody tells the end of is counted from its ring, which is never less
//! than what is charged.

use assistant::expense::ExpenseId;
use ports::carrier::{CarrierCall, CarrierError, CarrierEvent};
use telephony::leg::LegState;
use telephony::{CarrierCallId, SessionTime};

use super::CallDriver;

/// Legs that were rung and whose end is not known, in the order in which they were.
#[derive(Default)]
pub(super) struct PaidLegs(Vec<PaidLeg>);

struct PaidLeg {
    expense: ExpenseId,
    call: Option<CarrierCallId>,
    rung_at: SessionTime,
}

impl PaidLegs {
    /// Returns the leg of this call; the last one that the carrier has not named is, if none is known by this name.
    fn place_of(&self, call: &CarrierCallId) -> Option<usize> {
        let named = self.0.iter().position(|leg| leg.call.as_ref() == Some(call));
        named.or_else(|| self.0.iter().rposition(|leg| leg.call.is_none()))
    }
}

impl CallDriver {
    pub(super) fn leg_is_rung(&mut self, expense: ExpenseId) {
        let rung_at = self.now();
        self.paid_legs.0.push(PaidLeg { expense, call: None, rung_at });
    }

    pub(super) fn leg_is_named(&mut self, call: &CarrierCallId) {
        if let Some(place) = self.paid_legs.place_of(call) {
            let leg = &mut self.paid_legs.0[place];
            if leg.call.is_none() {
                leg.call = Some(call.clone());
                self.scribe.leg_named(leg.expense.clone(), call.clone());
            }
        }
    }

    /// The carrier has refused the leg: nothing rang.
    pub(super) fn leg_is_not_rung(&mut self) {
        if let Some(place) = self.paid_legs.0.iter().rposition(|leg| leg.call.is_none()) {
            let leg = self.paid_legs.0.remove(place);
            self.scribe.leg_unused(leg.expense);
        }
    }

    /// The carrier has answered the request to ring. What it did not answer clearly may ring, and is paid until the end of the call.
    pub(super) fn leg_is_placed(&mut self, placed: &Result<CarrierCall, CarrierError>) {
        match placed {
            Ok(call) => self.leg_is_named(&call.id),
            Err(CarrierError::Unclear { .. }) => {}
            Err(_) => self.leg_is_not_rung(),
        }
    }

    /// News of a further leg: its end is its price.
    pub(super) fn leg_is_told(&mut self, event: &CarrierEvent) {
        self.leg_is_named(&event.call);
        let Some(state) = event.state.filter(|state| state.is_terminal()) else { return };
        let Some(place) = self.paid_legs.place_of(&event.call) else { return };
        let leg = self.paid_legs.0.remove(place);
        match event.duration {
            _ if state != LegState::Completed => self.scribe.leg_unused(leg.expense),
            Some(length) => self.scribe.leg_spent(leg.expense, length),
            None => self.scribe.leg_spent(leg.expense, self.now().since(leg.rung_at)),
        }
    }

    /// The call is over, and with it what the carrier would tell of its other legs.
    pub(super) fn pay_all_legs(&mut self) {
        let now = self.now();
        for leg in std::mem::take(&mut self.paid_legs.0) {
            self.scribe.leg_spent(leg.expense, now.since(leg.rung_at));
        }
    }
}
