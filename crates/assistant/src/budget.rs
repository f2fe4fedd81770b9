//! Money: the worst case of every call is reserved before it is dialed, so spending never passes a cap.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::cost::Micros;
use telephony::{Private, TaskId};

use crate::codes;
use crate::refusal::{AllowedWhen, Refusal, Rule};

/// The shortest span over which money is counted.
pub const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The middle one.
pub const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);

/// The longest one.
pub const MONTH: Duration = Duration::from_secs(30 * 24 * 3_600);

/// The caps of an installation, in µ of the account's currency. Spans are rolling: the last 24 hours, 7 days, 30 days.
///
/// Everything counts that the provider charges for: the callee's leg, the legs to the user's and guests' telephones, calls that
/// came in, text messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Budget {
    /// The most that one call may cost, whatever its task says.
    pub per_call: Micros,
    /// The most that all attempts of one task may cost together.
    pub per_task: Micros,
    /// The most in 30 days for one user: whoever calls are made for.
    pub per_user: Micros,
    /// The most in 24 hours.
    pub per_day: Micros,
    /// The most in 7 days.
    pub per_week: Micros,
    /// The most in 30 days.
    pub per_month: Micros,
}

/// 1 a call, 3 a task, 5 a day, 20 a week, 50 a month, and the same month for each user.
impl Default for Budget {
    fn default() -> Self {
        Self {
            per_call: Micros(1_000_000),
            per_task: Micros(3_000_000),
            per_user: Micros(50_000_000),
            per_day: Micros(5_000_000),
            per_week: Micros(20_000_000),
            per_month: Micros(50_000_000),
        }
    }
}

/// Who pays: for which task and which user the money would be spent.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Payer {
    /// The task; `None` for what belongs to none.
    pub task: Option<TaskId>,
    /// The user, as they are named aloud; `None` for what is nobody's.
    pub user: Option<Private<String>>,
}

/// What has been spent, and what running calls may still cost.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Spending {
    /// Cost of what ended in the last 24 hours.
    pub last_day: Micros,
    /// Cost of what ended in the last 7 days.
    pub last_week: Micros,
    /// Cost of what ended in the last 30 days.
    pub last_month: Micros,
    /// Worst case of all that has not ended.
    pub reserved: Micros,
    /// Cost and worst case of the payer's task, however long ago.
    pub task: Micros,
    /// Cost of the last 30 days and worst case for the payer's user.
    pub user: Micros,
}

impl Spending {
    /// Returns what is spent once this much more is reserved for the same payer.
    #[must_use]
    pub fn with(self, more: Micros) -> Self {
        Self { reserved: self.reserved.plus(more), task: self.task.plus(more), user: self.user.plus(more), ..self }
    }
}

/// Returns what speaks against a call that may cost `worst_case`; empty if nothing does.
pub fn check(worst_case: Micros, task_cap: Micros, budget: &Budget, spending: &Spending) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let call_cap = task_cap.min(budget.per_call);
    if worst_case > call_cap {
        refusals.push(refusal(&codes::BUDGET_CALL, call_cap, format!("a call to its time limit may cost {worst_case}")));
    }
    if worst_case == Micros::ZERO {
        // A call that costs nothing passes also when the money is spent, so that practice is never barred.
        return refusals;
    }
    let open = spending.reserved;
    for (entry, cap, before, what) in [
        (&codes::BUDGET_TASK, budget.per_task, spending.task, "all attempts of the task"),
        (&codes::BUDGET_USER, budget.per_user, spending.user, "30 days of this user"),
        (&codes::BUDGET_DAY, budget.per_day, spending.last_day.plus(open), "24 hours"),
        (&codes::BUDGET_WEEK, budget.per_week, spending.last_week.plus(open), "7 days"),
        (&codes::BUDGET_MONTH, budget.per_month, spending.last_month.plus(open), "30 days"),
    ] {
        let after = before.plus(worst_case);
        if after > cap {
            refusals.push(refusal(entry, cap, format!("with this call, {what} may cost {after}")));
        }
    }
    refusals
}

fn refusal(entry: &codes::CodeEntry, cap: Micros, fact: String) -> Refusal {
    Refusal::new(Rule::Budget, entry, format!("{fact}; the cap is {cap}"), AllowedWhen::AfterRemedy)
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
        let spending = Spending { last_day: Micros(4_000_000), reserved: Micros(900_000), ..Spending::default() };
        assert_eq!(codes_of(100_000, 1_000_000, spending), [""; 0]);
        assert_eq!(codes_of(100_001, 1_000_000, spending), ["budget.day"]);
    }

    #[test]
    fn a_free_call_needs_no_money() {
        let spent = Spending { last_day: Micros(6_000_000), last_month: Micros(60_000_000), ..Spending::default() };
        assert_eq!(codes_of(0, 0, spent), [""; 0]);
        assert_eq!(codes_of(1, 1, spent), ["budget.day", "budget.month"]);
    }

    #[test]
    fn sums_that_overflow_are_too_much() {
        let spending = Spending { last_day: Micros(u64::MAX), reserved: Micros(u64::MAX), ..Spending::default() };
        assert_eq!(codes_of(1, 1, spending), ["budget.day", "budget.week", "budget.month"]);
    }

    #[test]
    fn every_cap_is_asked_by_itself() {
        let just = |spending: Spending| codes_of(100_000, 1_000_000, spending);
        let zero = Spending::default();
        for (full, code) in [
            (Spending { task: Micros(2_900_001), ..zero }, "budget.task"),
            (Spending { user: Micros(49_900_001), ..zero }, "budget.user"),
            (Spending { last_day: Micros(4_900_001), ..zero }, "budget.day"),
            (Spending { last_week: Micros(19_900_001), ..zero }, "budget.week"),
            (Spending { last_month: Micros(49_900_001), ..zero }, "budget.month"),
        ] {
            assert_eq!(just(full), [code]);
        }
        let all_but_full = Spending {
            task: Micros(2_900_000),
            user: Micros(49_900_000),
            last_day: Micros(4_900_000),
            last_week: Micros(19_900_000),
            last_month: Micros(49_900_000),
            reserved: Micros::ZERO,
        };
        assert_eq!(just(all_but_full), [""; 0], "the last of the money may be spent");
    }
}
