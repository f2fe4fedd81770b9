//! What a call costs beside the callee's leg, and what is paid without a call: each is reserved before it is spent.

use serde::{Deserialize, Serialize};
use telephony::cost::Micros;
use telephony::{AttemptId, PhoneNumber, Timestamp};

use crate::budget::{self, Budget, Spending};
use crate::dialing::{self, Pause};
use crate::refusal::Refusal;
use crate::spending_alert::AlertRules;
use crate::task::Line;

/// The name of an expense: an identity of chance.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExpenseId(pub String);

/// What is paid for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpenseKind {
    /// A leg to the user's own telephone.
    UserLeg,
    /// A leg to the telephone of somebody whom the user brings in.
    GuestLeg,
    /// A text message to the user.
    TextMessage,
}

impl ExpenseKind {
    /// Returns whether a telephone rings for it, which a pause forbids.
    pub const fn rings(self) -> bool {
        matches!(self, Self::UserLeg | Self::GuestLeg)
    }
}

/// An expense that somebody is about to cause, with the caps that bear on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expense {
    /// Its name.
    pub id: ExpenseId,
    /// What it is for.
    pub kind: ExpenseKind,
    /// The call that it belongs to; its task and its user pay.
    pub attempt: Option<AttemptId>,
    /// The telephone that is rung for it, if one is.
    pub telephone: Option<PhoneNumber>,
    /// The most that it can cost.
    pub worst_case: Micros,
    /// The caps.
    pub budget: Budget,
    /// When spending is worth a word to the user.
    pub alerts: AlertRules,
    /// When it is caused.
    pub at: Timestamp,
}

/// Returns what speaks against an expense; empty if nothing does. A pause forbids what rings a telephone.
pub fn check(kind: ExpenseKind, worst_case: Micros, budget: &Budget, spending: &Spending, pause: Option<&Pause>) -> Vec<Refusal> {
    let mut refusals = dialing::check(pause.filter(|_| kind.rings()), &[], Line::Real);
    refusals.extend(budget::check(worst_case, budget.per_call, budget, spending));
    refusals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_stops_what_rings_and_the_budget_all_that_costs() {
        let pause = Pause { since: Timestamp(0), reason: None };
        let budget = Budget::default();
        let codes = |kind, worst, spending: Spending| -> Vec<&str> {
            check(kind, Micros(worst), &budget, &spending, Some(&pause)).iter().map(|refusal| refusal.code).collect()
        };
        let spent = Spending { last_day: Micros(5_000_000), ..Spending::default() };
        assert_eq!(codes(ExpenseKind::UserLeg, 14_000, Spending::default()), ["dialing.paused"]);
        assert_eq!(codes(ExpenseKind::GuestLeg, 14_000, spent), ["dialing.paused", "budget.day"]);
        assert_eq!(codes(ExpenseKind::TextMessage, 8_300, Spending::default()), [""; 0]);
        assert_eq!(codes(ExpenseKind::TextMessage, 8_300, spent), ["budget.day"]);
    }
}
