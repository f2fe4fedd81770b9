//! Money: the worst case of every call is reserved before it is dialed, so spending never passes a cap.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::cost::Micros;

use crate::codes;
use crate::refusal::{AllowedWhen, Refusal, Rule};

/// The shorter span over which money is counted.
pub const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The longer span.
pub const MONTH: Duration = Duration::from_secs(30 * 24 * 3_600);

/// The caps of an installation, in µ of the account's currency. Spans are rolling: the last 24 hours, the last 30 days.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Budget {
    /// The most that one call may cost, whatever its task says.
    pub per_call: Micros,
    /// The most in 24 hours.
    pub per_day: Micros,
    /// The most in 30 days.
    pub per_month: Micros,
}

/// 1, 5 and 50 units of money.
impl Default for Budget {
    fn default() -> Self {
        Self { per_call: Micros(1_000_000), per_day: Micros(5_000_000), per_month: Micros(50_000_000) }
    }
}

/// What has been spent, and what running calls may still cost.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Spending {
    /// Cost of the calls that ended in the last 24 hours.
    pub last_day: Micros,
    /// Cost of the calls that ended in the last 30 days.
    pub last_month: Micros,
    /// Worst case of all attempts that have not ended.
    pub reserved: Micros,
}

/// Returns what speaks against a call that may cost `worst_case`; empty if nothing does.
pub fn check(worst_case: Micros, task_cap: Micros, budget: &Budget, spending: &Spending) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut refuse = |entry, cap: Micros, fact: String| {
        refusals.push(Refusal::new(Rule::Budget, entry, format!("{fact}; the cap is {cap}"), AllowedWhen::AfterRemedy));
    };
    let call_cap = task_cap.min(budget.per_call);
    if worst_case > call_cap {
        refuse(&codes::BUDGET_CALL, call_cap, format!("a call to its time limit may cost {worst_case}"));
    }
    let after = |spent: Micros| spent.plus(spending.reserved).plus(worst_case);
    // A call that costs nothing passes also when the money is spent, so that practice is never barred.
    if worst_case > Micros::ZERO && after(spending.last_day) > budget.per_day {
        refuse(&codes::BUDGET_DAY, budget.per_day, format!("with this call, 24 hours may cost {}", after(spending.last_day)));
    }
    if worst_case > Micros::ZERO && after(spending.last_month) > budget.per_month {
        refuse(&codes::BUDGET_MONTH, budget.per_month, format!("with this call, 30 days may cost {}", after(spending.last_month)));
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes_of(worst: u64, task_cap: u64, spending: Spending) -> Vec<&'static str> {
        check(Micros(worst), Micros(task_cap), &Budget::default(), &spending).iter().map(|refusal| refusal.code).collect()
    }

    #[test]
    fn the_worst_case_counts_and_not_the_estimate() {
        assert_eq!(codes_of(180_000, 1_000_000, Spending::default()), [""; 0]);
        assert_eq!(codes_of(180_000, 179_999, Spending::default()), ["budget.call"]);
        assert_eq!(codes_of(1_000_001, 9_000_000, Spending::default()), ["budget.call"], "a task cannot lift the installation's cap");
    }

    #[test]
    fn running_calls_count_with_their_worst_case() {
        let spending = Spending { last_day: Micros(4_000_000), last_month: Micros(4_000_000), reserved: Micros(900_000) };
        assert_eq!(codes_of(100_000, 1_000_000, spending), [""; 0]);
        assert_eq!(codes_of(100_001, 1_000_000, spending), ["budget.day"]);
    }

    #[test]
    fn a_free_call_needs_no_money() {
        let spent = Spending { last_day: Micros(6_000_000), last_month: Micros(60_000_000), reserved: Micros::ZERO };
        assert_eq!(codes_of(0, 0, spent), [""; 0]);
        assert_eq!(codes_of(1, 1, spent), ["budget.day", "budget.month"]);
    }

    #[test]
    fn sums_that_overflow_are_too_much() {
        let spending = Spending { last_day: Micros(u64::MAX), last_month: Micros(0), reserved: Micros(u64::MAX) };
        assert_eq!(codes_of(1, 1, spending), ["budget.day", "budget.month"]);
    }
}
