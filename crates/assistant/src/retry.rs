//! Whether another attempt is worth making after one has ended, and when.
//!
//! Says only what is sensible; each new attempt passes [`crate::policy`] again and needs an approval of its own.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::Disposition;

/// How to try again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RetryPlan {
    /// How often the callee may be tried in all; the task's own limit.
    pub max_attempts: u32,
    /// How long to wait after a busy line.
    pub after_busy: Duration,
    /// How long to wait after anything else.
    pub after_others: Duration,
}

/// One attempt; if more are allowed, 5 minutes after a busy line and 30 minutes after anything else.
impl Default for RetryPlan {
    fn default() -> Self {
        Self { max_attempts: 1, after_busy: Duration::from_secs(300), after_others: Duration::from_secs(1_800) }
    }
}

/// What to do after an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retry {
    /// Try again after this long.
    After(Duration),
    /// Trying again would not help, or might annoy somebody.
    No,
    /// Nobody knows whether a phone rang: ask the user before anything else.
    AskUser,
}

/// Returns whether to try again after an attempt that ended so, `attempts` being how many were made.
pub fn should_retry(disposition: Disposition, attempts: u32, plan: &RetryPlan) -> Retry {
    use Disposition as D;
    if disposition == D::FailedUnknown {
        return Retry::AskUser;
    }
    if attempts >= plan.max_attempts {
        return Retry::No;
    }
    match disposition {
        D::Busy => Retry::After(plan.after_busy),
        D::NoAnswer | D::LineDropped | D::Interrupted | D::SetupFailed | D::Silent => Retry::After(plan.after_others),
        D::Conversed
        | D::Voicemail
        | D::Rejected
        | D::Unreachable
        | D::Fax
        | D::HungUpEarly
        | D::Canceled
        | D::TimeLimit
        | D::CarrierRejected
        | D::FailedUnknown => Retry::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_end_differently_is_tried_again() {
        let plan = RetryPlan { max_attempts: 3, ..RetryPlan::default() };
        assert_eq!(should_retry(Disposition::Busy, 1, &plan), Retry::After(Duration::from_secs(300)));
        assert_eq!(should_retry(Disposition::NoAnswer, 2, &plan), Retry::After(Duration::from_secs(1_800)));
        assert_eq!(should_retry(Disposition::NoAnswer, 3, &plan), Retry::No);
        assert_eq!(should_retry(Disposition::Rejected, 1, &plan), Retry::No);
        assert_eq!(should_retry(Disposition::HungUpEarly, 1, &plan), Retry::No);
    }

    #[test]
    fn an_attempt_without_a_clear_answer_is_never_repeated_by_machine() {
        let plan = RetryPlan { max_attempts: 10, ..RetryPlan::default() };
        assert_eq!(should_retry(Disposition::FailedUnknown, 1, &plan), Retry::AskUser);
    }
}
