//! Figures over all attempts that have ended.

use std::time::Duration;

use dialogue::report::Outcome;
use serde::Serialize;
use telephony::Disposition;
use telephony::cost::Micros;

/// Attempts that ended alike, added up. What a store can count cheaply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Group {
    /// How they ended on the line.
    pub disposition: Disposition,
    /// What came of them; `None` if there was no report.
    pub outcome: Option<Outcome>,
    /// How many.
    pub attempts: u64,
    /// How long they were answered, together.
    pub answered_for: Duration,
    /// What they cost, together.
    pub cost: Micros,
}

/// Figures over all attempts that have ended.
#[derive(Clone, Default, PartialEq, Debug, Serialize)]
pub struct Statistics {
    /// How many attempts ended.
    pub attempts: u64,
    /// How many of them were answered by somebody or something.
    pub answered: u64,
    /// How many achieved everything that was asked.
    pub achieved: u64,
    /// `achieved` of `attempts`, 0.0 to 1.0; `None` without attempts.
    pub success_rate: Option<f64>,
    /// Length of all answered calls together, in milliseconds.
    pub total_millis: u64,
    /// Average length of an answered call, in milliseconds; `None` without answered calls.
    pub average_millis: Option<u64>,
    /// What all of them cost, in µ.
    pub cost: Micros,
    /// How many ended in which way, most frequent first, ties in the order of their words.
    pub by_disposition: Vec<DispositionCount>,
}

/// How many attempts ended in one way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct DispositionCount {
    /// Which way.
    pub disposition: Disposition,
    /// How many.
    pub attempts: u64,
}

impl Statistics {
    /// Adds groups up.
    pub fn of(groups: &[Group]) -> Self {
        let mut sum = Self::default();
        let mut counts: Vec<DispositionCount> = Vec::new();
        for group in groups {
            sum.attempts += group.attempts;
            sum.cost = sum.cost.plus(group.cost);
            sum.total_millis += u64::try_from(group.answered_for.as_millis()).unwrap_or(u64::MAX);
            if group.disposition.was_answered() {
                sum.answered += group.attempts;
            }
            if group.outcome == Some(Outcome::Achieved) {
                sum.achieved += group.attempts;
            }
            match counts.iter_mut().find(|count| count.disposition == group.disposition) {
                Some(count) => count.attempts += group.attempts,
                None => counts.push(DispositionCount { disposition: group.disposition, attempts: group.attempts }),
            }
        }
        counts.sort_by(|a, b| b.attempts.cmp(&a.attempts).then_with(|| a.disposition.in_words().cmp(b.disposition.in_words())));
        sum.success_rate = (sum.attempts > 0).then(|| sum.achieved as f64 / sum.attempts as f64);
        sum.average_millis = sum.total_millis.checked_div(sum.answered);
        sum.by_disposition = counts;
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(disposition: Disposition, outcome: Option<Outcome>, attempts: u64, seconds: u64, cost: u64) -> Group {
        Group { disposition, outcome, attempts, answered_for: Duration::from_secs(seconds), cost: Micros(cost) }
    }

    #[test]
    fn groups_add_up() {
        let figures = Statistics::of(&[
            group(Disposition::Conversed, Some(Outcome::Achieved), 3, 90, 42_000),
            group(Disposition::Conversed, Some(Outcome::Unconfirmed), 1, 30, 14_000),
            group(Disposition::Busy, Some(Outcome::NotAchieved), 2, 0, 0),
        ]);
        assert_eq!((figures.attempts, figures.answered, figures.achieved), (6, 4, 3));
        assert_eq!(figures.success_rate, Some(0.5));
        assert_eq!((figures.total_millis, figures.average_millis), (120_000, Some(30_000)));
        assert_eq!(figures.cost, Micros(56_000));
        assert_eq!(figures.by_disposition[0], DispositionCount { disposition: Disposition::Conversed, attempts: 4 });
        assert_eq!(figures.by_disposition[1], DispositionCount { disposition: Disposition::Busy, attempts: 2 });
    }

    #[test]
    fn nothing_has_no_rate() {
        assert_eq!(Statistics::of(&[]), Statistics::default());
    }
}
