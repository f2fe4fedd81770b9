//! Whether another attempt is worth making after one has ended, and when.
//!
//! Says only what is sensible; each new attempt passes [`crate::policy`] again and needs an approval of its own. Waits grow
//! with every attempt and are stretched by chance, so that calls which failed together do not come back together.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::{Disposition, Timestamp};

use crate::compliance::calling_hours::Ring;
use crate::schedule::{self, BestTime};
use crate::task::Schedule;

/// How to try again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RetryPlan {
    /// How often the callee may be tried in all; the task's own limit.
    pub max_attempts: u32,
    /// How long to wait after a busy line. It did not ring, so a try soon after annoys nobody.
    pub after_busy: Duration,
    /// How long to wait when nobody picked up.
    pub after_no_answer: Duration,
    /// How long to wait after the line, the carrier or we failed in mid-call.
    pub after_failure: Duration,
    /// How long to wait after a voicemail answered; `None`: not again, for it may have taken a message.
    pub after_voicemail: Option<Duration>,
    /// No wait is longer, however often was tried.
    pub longest_wait: Duration,
    /// By how many percent chance may lengthen a wait. Never shortens it.
    pub jitter_percent: u32,
}

/// One attempt; if more are allowed, 5 minutes after a busy line, 30 after anything else, twice as long each further time, at
/// most a day, lengthened by up to a fifth.
impl Default for RetryPlan {
    fn default() -> Self {
        Self {
            max_attempts: 1,
            after_busy: Duration::from_secs(300),
            after_no_answer: Duration::from_secs(1_800),
            after_failure: Duration::from_secs(1_800),
            after_voicemail: None,
            longest_wait: Duration::from_secs(24 * 3_600),
            jitter_percent: 20,
        }
    }
}

/// What to do after an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    let first = match disposition {
        D::Busy => Some(plan.after_busy),
        D::NoAnswer => Some(plan.after_no_answer),
        D::LineDropped | D::Interrupted | D::SetupFailed | D::Silent => Some(plan.after_failure),
        D::Voicemail => plan.after_voicemail,
        D::Conversed
        | D::Rejected
        | D::Unreachable
        | D::Fax
        | D::HungUpEarly
        | D::Canceled
        | D::TimeLimit
        | D::CarrierRejected
        | D::FailedUnknown => None,
    };
    let doublings = attempts.saturating_sub(1).min(20);
    first.map_or(Retry::No, |first| Retry::After(first.saturating_mul(1 << doublings).min(plan.longest_wait)))
}

/// Returns a wait lengthened by chance: from not at all to the plan's percentage. `chance` is any number, all equally likely.
pub fn with_jitter(wait: Duration, plan: &RetryPlan, chance: u32) -> Duration {
    let most = wait.saturating_mul(plan.jitter_percent) / 100;
    let share = most.as_nanos() * u128::from(chance) / u128::from(u32::MAX);
    wait.saturating_add(Duration::from_nanos(u64::try_from(share).unwrap_or(u64::MAX)))
}

/// When the next attempt is to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NextAttempt {
    /// At this moment, in decent hours and within the task's schedule.
    At(Timestamp),
    /// Not at all.
    No,
    /// Not in time: the schedule ends before it would be decent to try again.
    TooLate,
    /// Ask the user first.
    AskUser,
}

/// Returns when to make the next attempt after one that ended so at `now`.
///
/// The wait is kept and then the first good moment at the callee's place is taken, so a try at closing time becomes one in
/// the morning.
pub fn schedule_retry(
    disposition: Disposition,
    attempts: u32,
    plan: &RetryPlan,
    chance: u32,
    now: Timestamp,
    ring: &Ring<'_>,
    task: &Schedule,
) -> NextAttempt {
    let wait = match should_retry(disposition, attempts, plan) {
        Retry::After(wait) => with_jitter(wait, plan, chance),
        Retry::No => return NextAttempt::No,
        Retry::AskUser => return NextAttempt::AskUser,
    };
    match schedule::best_time(ring, task, now + wait) {
        BestTime::At(at) => NextAttempt::At(at),
        BestTime::PastDeadline(_) | BestTime::Never => NextAttempt::TooLate,
    }
}

#[cfg(test)]
mod tests {
    use telephony::PhoneNumber;

    use super::*;
    use crate::task::CalleeKind;

    fn plan() -> RetryPlan {
        RetryPlan { max_attempts: 10, ..RetryPlan::default() }
    }

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(minutes * 60)
    }

    #[test]
    fn only_what_may_end_differently_is_tried_again() {
        use Disposition as D;
        let table = [
            (D::Busy, Retry::After(minutes(5))),
            (D::NoAnswer, Retry::After(minutes(30))),
            (D::LineDropped, Retry::After(minutes(30))),
            (D::Interrupted, Retry::After(minutes(30))),
            (D::SetupFailed, Retry::After(minutes(30))),
            (D::Silent, Retry::After(minutes(30))),
            (D::Voicemail, Retry::No),
            (D::Conversed, Retry::No),
            (D::Rejected, Retry::No),
            (D::Unreachable, Retry::No),
            (D::Fax, Retry::No),
            (D::HungUpEarly, Retry::No),
            (D::Canceled, Retry::No),
            (D::TimeLimit, Retry::No),
            (D::CarrierRejected, Retry::No),
            (D::FailedUnknown, Retry::AskUser),
        ];
        for (disposition, expected) in table {
            assert_eq!(should_retry(disposition, 1, &plan()), expected, "{disposition:?}");
        }
        let patient = RetryPlan { after_voicemail: Some(minutes(120)), ..plan() };
        assert_eq!(should_retry(D::Voicemail, 1, &patient), Retry::After(minutes(120)));
    }

    #[test]
    fn an_attempt_without_a_clear_answer_is_never_repeated_by_machine() {
        for attempts in 0..20 {
            assert_eq!(should_retry(Disposition::FailedUnknown, attempts, &plan()), Retry::AskUser);
        }
    }

    #[test]
    fn waits_double_up_to_a_day_and_attempts_end() {
        let waits: Vec<Retry> = (1..=10).map(|attempts| should_retry(Disposition::NoAnswer, attempts, &plan())).collect();
        let expected = [30, 60, 120, 240, 480, 960, 1_440, 1_440, 1_440].map(|wait| Retry::After(minutes(wait)));
        assert_eq!(waits[..9], expected);
        assert_eq!(waits[9], Retry::No);
        assert_eq!(should_retry(Disposition::Busy, 1, &RetryPlan::default()), Retry::No, "one attempt unless the task allows more");
    }

    #[test]
    fn chance_lengthens_a_wait_by_a_fifth_at_most_and_never_shortens_it() {
        let wait = |chance| with_jitter(minutes(30), &plan(), chance);
        assert_eq!((wait(0), wait(u32::MAX)), (minutes(30), minutes(36)));
        assert!((minutes(32)..minutes(34)).contains(&wait(u32::MAX / 2)));
        assert_eq!(with_jitter(minutes(30), &RetryPlan { jitter_percent: 0, ..plan() }, u32::MAX), minutes(30));
    }

    #[test]
    fn a_retry_waits_for_a_decent_hour_and_gives_up_at_the_deadline() {
        let utc = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let number = PhoneNumber::parse("+12125552671").unwrap();
        let ring = Ring::errand(&number, CalleeKind::Business, minutes(10));
        let retry = |disposition, now, task: &Schedule| schedule_retry(disposition, 1, &plan(), 0, utc(now), &ring, task);
        let always = Schedule::default();
        assert_eq!(retry(Disposition::NoAnswer, "2026-11-24T17:00:00Z", &always), NextAttempt::At(utc("2026-11-24T17:30:00Z")));
        assert_eq!(retry(Disposition::NoAnswer, "2026-11-25T00:50:00Z", &always), NextAttempt::At(utc("2026-11-25T13:00:00Z")), "19:50 to 08:00");
        let today = Schedule { not_before: None, not_after: Some(utc("2026-11-25T05:00:00Z")) };
        assert_eq!(retry(Disposition::NoAnswer, "2026-11-25T00:50:00Z", &today), NextAttempt::TooLate);
        assert_eq!(retry(Disposition::Conversed, "2026-11-24T17:00:00Z", &always), NextAttempt::No);
        assert_eq!(retry(Disposition::FailedUnknown, "2026-11-24T17:00:00Z", &always), NextAttempt::AskUser);
    }
}
