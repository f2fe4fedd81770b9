//! What a store keeps of each call for statistics: no person, no number, no word.

use std::time::Duration;

use dialogue::brief::TaskType;
use dialogue::report::Outcome;
use telephony::cost::Micros;
use telephony::{AttemptId, Disposition, TaskId, Timestamp};

use super::word;
use crate::attempt::Direction;

/// A call that has ended.
#[derive(Clone, PartialEq, Debug)]
pub struct EndedCall {
    /// Which attempt; of a call that came in and belongs to no task, which visit.
    pub attempt: AttemptId,
    /// Of which task, if of any.
    pub task: Option<TaskId>,
    /// Who rang whom.
    pub direction: Direction,
    /// When it was begun.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How it ended on the line.
    pub disposition: Disposition,
    /// What came of it; `None` if there was no report.
    pub outcome: Option<Outcome>,
    /// How long the answered part lasted.
    pub answered_for: Duration,
    /// What it cost: the carrier's price if it is settled, else by the rate card.
    pub cost: Micros,
    /// Whether the cost is the carrier's price, or is nothing.
    pub is_settled: bool,
    /// The kind of errand, if there was one.
    pub task_type: Option<TaskType>,
    /// Where the number belongs, `US`, if the numbering plan knows it.
    pub region: Option<String>,
    /// The hour at the callee's place when it began, 0 to 23.
    pub hour: u8,
    /// The longest that it might have talked.
    pub limit: Duration,
    /// The carrier that connected it, by its name.
    pub provider: Option<String>,
    /// Whether a recording of it was kept.
    pub is_recorded: bool,
    /// From the callee's last sound to our first, for each of our turns that answers one.
    pub response_times: Vec<Duration>,
}

impl EndedCall {
    /// Returns the kind of errand as its stable word; "incoming" for a call that belongs to none.
    pub fn type_word(&self) -> String {
        self.task_type.as_ref().map_or_else(|| "incoming".to_owned(), word)
    }

    /// Returns the carrier's name, "unknown" if none was kept.
    pub fn provider_word(&self) -> String {
        self.provider.clone().unwrap_or_else(|| "unknown".to_owned())
    }

    /// Returns the minutes that carriers bill: begun ones.
    pub const fn begun_minutes(&self) -> u64 {
        self.answered_for.as_millis().div_ceil(60_000) as u64
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A call at noon that cost nothing.
    pub(crate) fn call(attempt: &str, disposition: Disposition, outcome: Option<Outcome>, seconds: u64) -> EndedCall {
        EndedCall {
            attempt: AttemptId::new(attempt),
            task: Some(TaskId::new(format!("t-{attempt}"))),
            direction: Direction::Outbound,
            began_at: Timestamp(1_795_539_600_000),
            ended_at: Timestamp(1_795_539_600_000) + Duration::from_secs(seconds),
            disposition,
            outcome,
            answered_for: Duration::from_secs(seconds),
            cost: Micros::ZERO,
            is_settled: true,
            task_type: Some(TaskType::InformationInquiry),
            region: Some("US".into()),
            hour: 12,
            limit: Duration::from_secs(600),
            provider: Some("twilio".into()),
            is_recorded: false,
            response_times: Vec::new(),
        }
    }

    #[test]
    fn a_begun_minute_is_a_whole_one() {
        let minutes = |seconds| call("a1", Disposition::Conversed, None, seconds).begun_minutes();
        assert_eq!((minutes(0), minutes(1), minutes(60), minutes(61)), (0, 1, 1, 2));
    }
}
