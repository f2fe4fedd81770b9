//! How a task is carried out when nobody waits for it: how urgent it is, when the callee is there, how it is tried again, for which
//! tasks it waits. No part of the receipt: none of it changes what is said, to whom, or what it may cost.

use serde::{Deserialize, Serialize};
use telephony::{Disposition, Timestamp};

use crate::approval::{Approval, ApprovedBy, Receipt};
use crate::compliance::calling_hours::Ring;
use crate::dependency::Dependency;
use crate::opening_hours::OpeningHours;
use crate::retry::{self, NextAttempt, RetryPlan, Tried};
use crate::series::Series;
use crate::task::{Task, TaskState};

/// How a task is carried out.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TaskPlan {
    /// Of several tasks that are due, the more urgent one is dialed first.
    #[serde(default)]
    pub priority: Priority,
    /// When somebody is there, if somebody knows.
    #[serde(default)]
    pub opening_hours: Option<OpeningHours>,
    /// How it is tried again; how often is the task's own limit.
    #[serde(default)]
    pub retry: RetryPlan,
    /// For which tasks it waits.
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    /// Which occurrence of an errand that comes back it is, if it is one.
    #[serde(default)]
    pub series: Option<Series>,
}

/// How urgent a task is.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// When nothing else is due.
    Low,
    /// Like most.
    #[default]
    Normal,
    /// Before others.
    High,
    /// Before all others.
    Urgent,
}

impl Priority {
    /// Returns its rank: a more urgent one has a higher.
    pub const fn rank(self) -> i64 {
        self as i64
    }
}

/// What becomes of a task after one of its attempts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AfterAttempt {
    /// It is tried again at this moment, under an approval that the first one covers.
    Again(Timestamp, Approval),
    /// It would be tried again, and the approval does not cover that: it waits for a new one.
    AwaitsApproval,
    /// It is over.
    Over(TaskState),
}

impl TaskPlan {
    /// Returns how it is tried again, with the task's own limit.
    pub const fn retry_of(&self, task: &Task) -> RetryPlan {
        RetryPlan { max_attempts: task.limits.max_attempts, ..self.retry }
    }

    /// Returns the call whose hour is asked, narrowed by the callee's opening hours.
    pub fn ring<'a>(&'a self, task: &'a Task) -> Ring<'a> {
        Ring { opening_hours: self.opening_hours.as_ref(), ..Ring::errand(&task.number, task.callee_kind, task.limits.total_time) }
    }

    /// Returns what becomes of a task whose last attempt ended so at `now`; `tried` counts it.
    ///
    /// A receipt names how often the callee may be tried, so a yes to it covers that many attempts; each still gets an approval of its
    /// own, which ends when the first one would have. `approval` is the one that was used, `receipt` is as it stands now.
    pub fn after_attempt(
        &self,
        task: &Task,
        (disposition, tried): (Disposition, Tried),
        approval: &Approval,
        receipt: &Receipt,
        chance: u32,
        now: Timestamp,
    ) -> AfterAttempt {
        match retry::schedule_retry(disposition, &tried, &self.retry_of(task), chance, now, &self.ring(task), &task.schedule) {
            NextAttempt::At(at) if at < approval.expires_at && approval.receipt_hash == receipt.hash() => {
                // Who takes a standing approval back takes back what it renewed as well.
                let by = match &approval.by {
                    ApprovedBy::Standing(id) => ApprovedBy::Standing(id.clone()),
                    ApprovedBy::User | ApprovedBy::StandingChoice | ApprovedBy::Renewal => ApprovedBy::Renewal,
                };
                let renewed = Approval { approved_at: now, by, ..approval.clone() };
                AfterAttempt::Again(at, renewed)
            }
            NextAttempt::At(_) | NextAttempt::AskUser => AfterAttempt::AwaitsApproval,
            NextAttempt::TooLate => AfterAttempt::Over(TaskState::Failed),
            NextAttempt::No => AfterAttempt::Over(TaskState::Done),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use telephony::cost::Micros;

    use super::*;
    use crate::approval::Quote;
    use crate::task::Limits;

    const NOON: Timestamp = Timestamp(1_795_539_600_000); // 2026-11-24 17:00 UTC, noon in New York

    fn task() -> Task {
        Task { limits: Limits { max_attempts: 3, ..Limits::default() }, state: TaskState::Running, ..Task::example(NOON) }
    }

    fn quote() -> Quote {
        Quote {
            opening: "Hello, this is an automated assistant.".into(),
            is_recorded: false,
            estimated_cost: Micros::ZERO,
            worst_case_cost: Micros::ZERO,
            currency: "USD".into(),
            second: None,
            notices: Vec::new(),
        }
    }

    fn after(task: &Task, disposition: Disposition, attempts: u32, now: Timestamp) -> AfterAttempt {
        let receipt = Receipt::of(task, quote());
        let approval = Approval::of(&receipt, ApprovedBy::User, NOON, Approval::GOOD_FOR);
        TaskPlan::default().after_attempt(task, (disposition, Tried { attempts, ..Tried::default() }), &approval, &receipt, 0, now)
    }

    #[test]
    fn a_busy_line_is_tried_again_under_the_same_yes() {
        let AfterAttempt::Again(at, approval) = after(&task(), Disposition::Busy, 1, NOON) else { panic!("not again") };
        assert_eq!(at, NOON + Duration::from_secs(300));
        assert_eq!((approval.by, approval.expires_at), (ApprovedBy::Renewal, NOON + Approval::GOOD_FOR));
    }

    #[test]
    fn a_call_that_was_put_off_is_made_again_within_the_yes_and_the_schedule() {
        let once = Task { limits: Limits::default(), ..task() };
        let put_off = |task: &Task, throttled, now| {
            let receipt = Receipt::of(task, quote());
            let approval = Approval::of(&receipt, ApprovedBy::User, NOON, Approval::GOOD_FOR);
            let tried = Tried { throttled, ..Tried::default() };
            TaskPlan::default().after_attempt(task, (Disposition::Throttled, tried), &approval, &receipt, 0, now)
        };
        let AfterAttempt::Again(at, approval) = put_off(&once, 1, NOON) else { panic!("one attempt is allowed, and none was made") };
        assert_eq!((at, approval.by), (NOON + Duration::from_secs(15), ApprovedBy::Renewal));
        assert_eq!(put_off(&once, 10, NOON), AfterAttempt::Over(TaskState::Done), "it was put off ten times");
        assert_eq!(put_off(&once, 1, NOON + (Approval::GOOD_FOR - Duration::from_secs(5))), AfterAttempt::AwaitsApproval);
        let mut hurried = once;
        hurried.schedule.not_after = Some(NOON + Duration::from_secs(10));
        assert_eq!(put_off(&hurried, 1, NOON), AfterAttempt::Over(TaskState::Failed));
    }

    #[test]
    fn no_yes_lasts_longer_than_it_was_given_for() {
        let late = NOON + (Approval::GOOD_FOR - Duration::from_secs(60));
        assert_eq!(after(&task(), Disposition::Busy, 1, late), AfterAttempt::AwaitsApproval);
    }

    #[test]
    fn what_must_not_be_tried_again_is_over() {
        let task = task();
        assert_eq!(after(&task, Disposition::Conversed, 1, NOON), AfterAttempt::Over(TaskState::Done));
        assert_eq!(after(&task, Disposition::Busy, 3, NOON), AfterAttempt::Over(TaskState::Done), "the task allows three");
        assert_eq!(after(&task, Disposition::FailedUnknown, 1, NOON), AfterAttempt::AwaitsApproval, "perhaps it rang");
        let mut hurried = task;
        hurried.schedule.not_after = Some(NOON + Duration::from_secs(60));
        assert_eq!(after(&hurried, Disposition::Busy, 1, NOON), AfterAttempt::Over(TaskState::Failed));
    }
}
