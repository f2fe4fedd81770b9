//! Figures over calls that have ended: how many, how they went, how long, how dear, how quick to answer.
//!
//! Pure: a store gives what it kept of each call ([`EndedCall`]), and everything here is added up from that. [`costs`]
//! sorts the money by month, provider, kind or task, [`advice`] says what would make calls cheaper, [`month`] reads "2026-11".

pub mod advice;
pub mod costs;
pub mod csv;
pub mod ended_call;
pub mod month;

use std::collections::BTreeMap;
use std::time::Duration;

use dialogue::report::Outcome;
use serde::Serialize;
use telephony::cost::Micros;

pub use ended_call::EndedCall;

use crate::attempt::Direction;
use crate::task::TaskState;

/// How many tasks there are.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize)]
pub struct TaskCounts {
    /// All of them.
    pub made: u64,
    /// Those that ended with a report, whatever it says.
    pub done: u64,
    /// Those that the user gave up.
    pub canceled: u64,
    /// Those that came to nothing.
    pub failed: u64,
    /// Those that have not ended.
    pub open: u64,
    /// Those of which an attempt achieved everything that was asked.
    pub achieved: u64,
}

impl TaskCounts {
    /// Counts tasks of one state.
    pub fn add(&mut self, state: TaskState, tasks: u64) {
        self.made += tasks;
        match state {
            TaskState::Done => self.done += tasks,
            TaskState::Canceled => self.canceled += tasks,
            TaskState::Failed => self.failed += tasks,
            TaskState::Draft | TaskState::AwaitingApproval | TaskState::Approved | TaskState::Running => self.open += tasks,
        }
    }

    fn success_rate(&self) -> Option<f64> {
        let ended = self.done + self.failed;
        (ended > 0).then(|| self.achieved.min(ended) as f64 / ended as f64)
    }
}

/// Figures of some calls.
#[derive(Clone, Default, PartialEq, Debug, Serialize)]
pub struct Figures {
    /// How many attempts ended.
    pub attempts: u64,
    /// How many of them somebody or something answered.
    pub answered: u64,
    /// How many achieved everything that was asked.
    pub achieved: u64,
    /// `achieved` of `attempts`, 0.0 to 1.0; `None` without attempts.
    pub success_rate: Option<f64>,
    /// Length of all answered calls together, in milliseconds.
    pub talked_ms: u64,
    /// Average length of an answered call, in milliseconds; `None` without answered calls.
    pub average_ms: Option<u64>,
    /// What all of them cost, in µ.
    pub cost: Micros,
    /// Average cost of an answered call, in µ; `None` without answered calls.
    pub average_cost: Option<Micros>,
    /// Time from the callee's last sound to our first; `None` where none was measured.
    pub response_time: Option<ResponseTime>,
}

/// How quickly we answered a callee.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct ResponseTime {
    /// How many of our turns were measured.
    pub turns: u64,
    /// The middle one, in milliseconds.
    pub median_ms: u64,
    /// Nine of ten were as quick as this, in milliseconds.
    pub p90_ms: u64,
    /// The slowest, in milliseconds.
    pub slowest_ms: u64,
}

/// A part of the calls, under its word.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Part {
    /// Which part: "information_inquiry", "twilio", "14", "busy".
    pub key: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Figures over calls that have ended. Calls that came in and belong to no errand are counted apart: nobody asked for them.
#[derive(Clone, Default, PartialEq, Debug, Serialize)]
pub struct Statistics {
    /// The tasks.
    pub tasks: TaskCounts,
    /// Tasks that achieved everything, of those that ended and were not given up: 0.0 to 1.0; `None` without such tasks. Further
    /// attempts do not lower it, as they do the rate of `total`.
    pub task_success_rate: Option<f64>,
    /// All attempts.
    pub total: Figures,
    /// Calls that came in and belong to no errand.
    pub came_in: u64,
    /// By kind of errand, most frequent first.
    pub by_type: Vec<Part>,
    /// By phone provider, most frequent first.
    pub by_provider: Vec<Part>,
    /// By hour at the callee's place, "00" to "23", in their order.
    pub by_hour: Vec<Part>,
    /// By how they ended, most frequent first.
    pub by_disposition: Vec<Part>,
}

impl Statistics {
    /// Adds calls up.
    pub fn of(calls: &[EndedCall], tasks: TaskCounts) -> Self {
        let attempts: Vec<&EndedCall> = calls.iter().filter(|call| call.task.is_some()).collect();
        let mut by_hour = parts(&attempts, |call| format!("{:02}", call.hour));
        by_hour.sort_by(|a, b| a.key.cmp(&b.key));
        Self {
            tasks,
            task_success_rate: tasks.success_rate(),
            total: Figures::of(&attempts),
            came_in: (calls.len() - attempts.len()) as u64,
            by_type: parts(&attempts, EndedCall::type_word),
            by_provider: parts(&attempts, EndedCall::provider_word),
            by_hour,
            by_disposition: parts(&attempts, |call| word(&call.disposition)),
        }
    }
}

impl Figures {
    /// Adds calls up.
    pub fn of(calls: &[&EndedCall]) -> Self {
        let mut sum = Self { attempts: calls.len() as u64, ..Self::default() };
        let mut times = Vec::new();
        for call in calls {
            sum.cost = sum.cost.plus(call.cost);
            sum.talked_ms = sum.talked_ms.saturating_add(millis(call.answered_for));
            // Whoever rings back was not answered but answers: they are there.
            sum.answered += u64::from(call.disposition.was_answered() || call.direction == Direction::Inbound);
            sum.achieved += u64::from(call.outcome == Some(Outcome::Achieved));
            times.extend(call.response_times.iter().copied());
        }
        sum.success_rate = (sum.attempts > 0).then(|| sum.achieved as f64 / sum.attempts as f64);
        sum.average_ms = sum.talked_ms.checked_div(sum.answered);
        sum.average_cost = sum.cost.0.checked_div(sum.answered).map(Micros);
        sum.response_time = ResponseTime::of(times);
        sum
    }
}

impl ResponseTime {
    /// Sorts times; `None` if there are none. A rank is the smallest time that at least so many are not above.
    fn of(mut times: Vec<Duration>) -> Option<Self> {
        times.sort_unstable();
        let rank = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied().map(millis);
        Some(Self { turns: times.len() as u64, median_ms: rank(50)?, p90_ms: rank(90)?, slowest_ms: rank(100)? })
    }
}

/// Returns the parts into which a word sorts calls, most frequent first, ties in the order of their words.
pub(crate) fn parts(calls: &[&EndedCall], key: impl Fn(&EndedCall) -> String) -> Vec<Part> {
    let mut sorted: BTreeMap<String, Vec<&EndedCall>> = BTreeMap::new();
    for call in calls {
        sorted.entry(key(call)).or_default().push(call);
    }
    let mut parts: Vec<Part> = sorted.into_iter().map(|(key, calls)| Part { key, figures: Figures::of(&calls) }).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.figures.attempts));
    parts
}

/// Returns a unit variant as its stable word, as it stands in JSON.
pub(crate) fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        // Only values whose JSON is a word are given here.
        _ => String::new(),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use telephony::Disposition;

    use super::ended_call::tests::call;
    use super::*;

    #[test]
    fn calls_add_up() {
        let calls = [
            EndedCall { cost: Micros(14_000), ..call("a1", Disposition::Conversed, Some(Outcome::Achieved), 30) },
            EndedCall { cost: Micros(28_000), ..call("a2", Disposition::Conversed, Some(Outcome::Unconfirmed), 90) },
            call("a3", Disposition::Busy, Some(Outcome::NotAchieved), 0),
            EndedCall { hour: 9, ..call("a4", Disposition::Busy, None, 0) },
            EndedCall { task: None, direction: Direction::Inbound, ..call("v1", Disposition::Conversed, None, 10) },
        ];
        let mut tasks = TaskCounts::default();
        tasks.add(TaskState::Done, 3);
        tasks.add(TaskState::Running, 1);
        tasks.add(TaskState::Canceled, 2);
        tasks.add(TaskState::Failed, 1);
        tasks.achieved = 3;
        let figures = Statistics::of(&calls, tasks);
        let total = &figures.total;
        assert_eq!((figures.tasks.made, figures.tasks.done, figures.tasks.open, figures.came_in), (7, 3, 1, 1));
        assert_eq!(figures.task_success_rate, Some(0.75), "who gives a task up has not failed at it");
        assert_eq!((total.attempts, total.answered, total.achieved, total.success_rate), (4, 2, 1, Some(0.25)));
        assert_eq!((total.talked_ms, total.average_ms), (120_000, Some(60_000)));
        assert_eq!((total.cost, total.average_cost), (Micros(42_000), Some(Micros(21_000))));
        let keys = |parts: &[Part]| parts.iter().map(|part| (part.key.clone(), part.figures.attempts)).collect::<Vec<_>>();
        assert_eq!(keys(&figures.by_disposition), [("busy".into(), 2), ("conversed".into(), 2)]);
        assert_eq!(keys(&figures.by_hour), [("09".into(), 1), ("12".into(), 3)]);
        assert_eq!(keys(&figures.by_provider), [("twilio".into(), 4)]);
        assert_eq!(keys(&figures.by_type), [("information_inquiry".into(), 4)]);
    }

    #[test]
    fn nothing_has_no_rate() {
        assert_eq!(Statistics::of(&[], TaskCounts::default()), Statistics::default());
    }

    #[test]
    fn response_times_are_ranked_over_all_calls() {
        let times = |millis: &[u64]| millis.iter().copied().map(Duration::from_millis).collect::<Vec<_>>();
        let of = |millis: &[u64]| ResponseTime::of(times(millis)).map(|time| (time.turns, time.median_ms, time.p90_ms, time.slowest_ms));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[700]), Some((1, 700, 700, 700)));
        assert_eq!(of(&[900, 700]), Some((2, 700, 900, 900)));
        assert_eq!(of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), Some((10, 5, 9, 10)));
    }
}
