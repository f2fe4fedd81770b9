//! Alerts about money: a part of a budget is used up, or calls come faster than this user makes them.
//!
//! The caps stop spending; alerts say so before, while somebody can still ask why. Toll fraud empties a budget within an
//! hour and looks like this: many calls at once, most of them short, to places not called before.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::Timestamp;
use telephony::cost::Micros;

use crate::budget::{Budget, Spending};
use crate::codes::{self, CodeEntry};
use crate::notice::Notice;

/// What an installation has done and usually does.
#[derive(Clone, Copy, Debug)]
pub struct SpendingFacts<'a> {
    /// The caps.
    pub budget: &'a Budget,
    /// Before the last call was dialed or settled.
    pub before: &'a Spending,
    /// After it.
    pub after: &'a Spending,
    /// When the calls of the last hour began, in order, the last one among them.
    pub begun: &'a [Timestamp],
    /// What the calls of the last hour have cost, and may still cost.
    pub spent_in_hour: Micros,
    /// How many calls an hour usually sees: the busiest hour of the last 30 days, this one left out.
    pub usual_calls_an_hour: u32,
    /// What the dearest hour of the last 30 days has cost, this one left out.
    pub usual_cost_an_hour: Micros,
    /// Now.
    pub now: Timestamp,
}

/// When to be alarmed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AlertRules {
    /// At which percentages of a budget, each at most once as spending passes it.
    pub at_percent: Vec<u32>,
    /// How many times the usual number of calls or cost an hour may bring.
    pub times_usual: u32,
    /// Fewer calls than this within an hour are never too fast: a new installation has no usual hour.
    pub calls_always_fine: u32,
    /// Less money than this share of a day's budget within an hour is never too fast, in percent.
    pub percent_of_day_always_fine: u32,
}

/// Half, four fifths, all; three times the busiest hour, but not below ten calls or a quarter of a day's budget.
impl Default for AlertRules {
    fn default() -> Self {
        Self { at_percent: vec![50, 80, 100], times_usual: 3, calls_always_fine: 10, percent_of_day_always_fine: 25 }
    }
}

/// Which budget.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
}

impl Span {
    const fn in_words(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
        }
    }
}

/// Something that somebody should look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// Spending has passed a part of a budget.
    Passed {
        /// Which budget.
        span: Span,
        /// Which part of it.
        percent: u32,
        /// What is spent and reserved.
        spent: Micros,
        /// The budget.
        cap: Micros,
    },
    /// More calls within an hour than usual.
    ManyCalls {
        /// How many.
        calls: u32,
        /// How many the busiest hour has had.
        usual: u32,
    },
    /// More money within an hour than usual.
    MuchMoney {
        /// How much.
        spent: Micros,
        /// How much the dearest hour has cost.
        usual: Micros,
    },
}

impl Alert {
    const fn entry(&self) -> CodeEntry {
        match self {
            Self::Passed { .. } => codes::ALERT_THRESHOLD,
            Self::ManyCalls { .. } => codes::ALERT_CALLS,
            Self::MuchMoney { .. } => codes::ALERT_MONEY,
        }
    }

    /// Returns the alert as a notice for people.
    pub fn notice(&self) -> Notice {
        let text = match self {
            Self::Passed { span, percent, spent, cap } => {
                format!("{percent} % of the budget for {} is used up: {spent} of {cap}", span.in_words())
            }
            Self::ManyCalls { calls, usual } => format!("{calls} calls within an hour; the busiest hour so far had {usual}"),
            Self::MuchMoney { spent, usual } => format!("{spent} spent within an hour; the dearest hour so far cost {usual}"),
        };
        Notice::new(self.entry().code, text)
    }
}

/// Returns what somebody should look at after a call was dialed or settled.
///
/// A threshold is told once, as it is passed; speed is told at the first call that is too many, and again at every doubling.
pub fn alerts(facts: &SpendingFacts<'_>, rules: &AlertRules) -> Vec<Alert> {
    let mut alerts = Vec::new();
    let committed = |spent: Micros, spending: &Spending| spent.plus(spending.reserved);
    let spans = [
        (Span::Day, facts.budget.per_day, committed(facts.before.last_day, facts.before), committed(facts.after.last_day, facts.after)),
        (Span::Week, facts.budget.per_week, committed(facts.before.last_week, facts.before), committed(facts.after.last_week, facts.after)),
        (Span::Month, facts.budget.per_month, committed(facts.before.last_month, facts.before), committed(facts.after.last_month, facts.after)),
    ];
    for (span, cap, before, after) in spans {
        // Of several parts passed at once only the largest is worth telling.
        let is_passed = |percent: &&u32| !has_reached(before, cap, **percent) && has_reached(after, cap, **percent);
        let passed = rules.at_percent.iter().filter(is_passed).max();
        alerts.extend(passed.map(|percent| Alert::Passed { span, percent: *percent, spent: after, cap }));
    }
    alerts.extend(many_calls(facts, rules));
    alerts.extend(much_money(facts, rules));
    alerts
}

fn has_reached(spent: Micros, cap: Micros, percent: u32) -> bool {
    // Of no budget nothing is a part; the caps refuse then.
    cap > Micros::ZERO && u128::from(spent.0) * 100 >= u128::from(cap.0) * u128::from(percent)
}

fn many_calls(facts: &SpendingFacts<'_>, rules: &AlertRules) -> Option<Alert> {
    let hour_ago = facts.now - Duration::from_secs(3_600);
    let in_hour = facts.begun.iter().filter(|begun| hour_ago < **begun && **begun <= facts.now).count();
    let calls = u32::try_from(in_hour).unwrap_or(u32::MAX);
    let fine = rules.calls_always_fine.max(facts.usual_calls_an_hour.saturating_mul(rules.times_usual));
    // The first call above the line, then when it is passed twice, four times, …
    let above = calls.checked_sub(fine)?;
    let is_worth_telling = above == 1 || (above > 1 && calls.is_multiple_of(fine.max(1)) && (calls / fine.max(1)).is_power_of_two());
    is_worth_telling.then_some(Alert::ManyCalls { calls, usual: facts.usual_calls_an_hour })
}

fn much_money(facts: &SpendingFacts<'_>, rules: &AlertRules) -> Option<Alert> {
    let share = u128::from(facts.budget.per_day.0) * u128::from(rules.percent_of_day_always_fine) / 100;
    let fine = u64::try_from(share).unwrap_or(u64::MAX).max(facts.usual_cost_an_hour.0.saturating_mul(u64::from(rules.times_usual)));
    // What the last call added tells whether the line was passed just now.
    let total = |spending: &Spending| spending.last_day.plus(spending.reserved);
    let added = total(facts.after).0.saturating_sub(total(facts.before).0);
    let before = facts.spent_in_hour.0.saturating_sub(added);
    (before <= fine && fine < facts.spent_in_hour.0).then_some(Alert::MuchMoney { spent: facts.spent_in_hour, usual: facts.usual_cost_an_hour })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_539_600_000);

    /// Spending of this many hundredths within a day and a month, of which some is only reserved.
    fn spent(day: u64, month: u64, reserved: u64) -> Spending {
        Spending { last_day: Micros(day * 10_000), last_month: Micros(month * 10_000), reserved: Micros(reserved * 10_000), ..Spending::default() }
    }

    fn told(before: Spending, after: Spending, calls: usize, usual_calls: u32, in_hour: u64, usual_cost: u64) -> Vec<String> {
        let begun: Vec<Timestamp> = (0..calls).map(|index| NOW - Duration::from_secs(10 * (calls - index - 1) as u64)).collect();
        let facts = SpendingFacts {
            budget: &Budget::default(),
            before: &before,
            after: &after,
            begun: &begun,
            spent_in_hour: Micros(in_hour * 10_000),
            usual_calls_an_hour: usual_calls,
            usual_cost_an_hour: Micros(usual_cost * 10_000),
            now: NOW,
        };
        alerts(&facts, &AlertRules::default()).iter().map(|alert| alert.notice()).map(|notice| format!("{}: {}", notice.code, notice.text)).collect()
    }

    #[test]
    fn a_part_of_a_budget_is_told_once_as_it_is_passed() {
        let day = |before, after| told(spent(before, 0, 0), spent(after, 0, 0), 1, 0, 0, 0);
        assert_eq!(day(240, 250), ["alert.threshold: 50 % of the budget for 24 hours is used up: 2.50 of 5.00"]);
        assert_eq!(day(250, 260), [""; 0]);
        assert_eq!(day(240, 249), [""; 0]);
        assert_eq!(day(240, 450), ["alert.threshold: 80 % of the budget for 24 hours is used up: 4.50 of 5.00"], "of several the largest");
        assert_eq!(day(490, 500).len(), 1);
        let month = told(spent(0, 2_490, 0), spent(0, 2_500, 0), 1, 0, 0, 0);
        assert_eq!(month, ["alert.threshold: 50 % of the budget for 30 days is used up: 25.00 of 50.00"]);
    }

    #[test]
    fn what_is_reserved_counts() {
        assert_eq!(told(spent(240, 240, 0), spent(240, 240, 18), 1, 0, 0, 0).len(), 1);
        assert_eq!(told(spent(240, 240, 18), spent(250, 250, 0), 1, 0, 0, 0), [""; 0], "a call that settles below its worst case");
    }

    #[test]
    fn more_calls_than_usual_are_told() {
        let calls = |count, usual| told(Spending::default(), Spending::default(), count, usual, 0, 0);
        assert_eq!(calls(10, 0), [""; 0]);
        assert_eq!(calls(11, 0), ["alert.calls: 11 calls within an hour; the busiest hour so far had 0"]);
        assert_eq!(calls(12, 0), [""; 0], "told once");
        assert_eq!(calls(20, 0).len(), 1, "and again at twice as many");
        assert_eq!(calls(31, 20), [""; 0]);
        assert_eq!(calls(61, 20), ["alert.calls: 61 calls within an hour; the busiest hour so far had 20"]);
    }

    #[test]
    fn more_money_than_usual_is_told() {
        let money = |before, after, usual| told(spent(before, before, 0), spent(after, after, 0), 1, 0, after, usual);
        assert_eq!(money(120, 130, 10), ["alert.money: 1.30 spent within an hour; the dearest hour so far cost 0.10"]);
        assert_eq!(money(110, 120, 10), [""; 0]);
        assert_eq!(money(130, 140, 10), [""; 0], "told once");
        assert_eq!(money(120, 130, 60), [""; 0]);
    }

    #[test]
    fn no_budget_has_no_parts() {
        let facts = SpendingFacts {
            budget: &Budget { per_day: Micros::ZERO, per_week: Micros::ZERO, per_month: Micros::ZERO, ..Budget::default() },
            before: &Spending::default(),
            after: &Spending::default(),
            begun: &[],
            spent_in_hour: Micros::ZERO,
            usual_calls_an_hour: 0,
            usual_cost_an_hour: Micros::ZERO,
            now: NOW,
        };
        assert_eq!(alerts(&facts, &AlertRules::default()), []);
    }
}
