//! Whether another attempt is worth making after one has ended, and when.
//!
//! Says only what is sensible; each new attempt passes [`crate::policy`] again and needs an approval of its own. Waits grow
//! with every attempt and are stretched by chance, so that calls which failed together do not come back together.
//!
//! An attempt that the carrier put off ("too many requests") rang nobody: it is no try, and is made again within minutes however
//! few tries the task allows.

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

/// How long to wait after a carrier asked for patience and did not say how long.
const AFTER_THROTTLE: Duration = Duration::from_secs(15);

/// We do not come back later than this by ourselves: what is too much now seldom is for longer.
const LONGEST_AFTER_THROTTLE: Duration = Duration::from_secs(600);

/// A carrier that puts us off more often in a row will not take this call soon: 15 s, 30 s and so on make about an hour.
const THROTTLED_AT_MOST: u32 = 10;

/// How often a task was tried.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Tried {
    /// Attempts that may have rung somebody.
    pub attempts: u32,
    /// How often the carrier put us off since the last of them.
    pub throttled: u32,
    /// How long it asked us to wait the last time, if it said so.
    pub asked_wait: Option<Duration>,
}

impl Tried {
    /// Returns the same with one more attempt, which ended so; `asked_wait` is how long the carrier asked us to wait.
    #[must_use]
    pub const fn and(self, disposition: Disposition, asked_wait: Option<Duration>) -> Self {
        if disposition.counts_as_try() {
            Self { attempts: self.attempts.saturating_add(1), throttled: 0, asked_wait: None }
        } else {
            Self { throttled: self.throttled.saturating_add(1), asked_wait, ..self }
        }
    }

    /// Returns how long to wait for a carrier that put us off, if it is worth it.
    fn patience(&self, longest: Duration) -> Retry {
        let doublings = self.throttled.saturating_sub(1).min(20);
        let ours = AFTER_THROTTLE.saturating_mul(1 << doublings).min(LONGEST_AFTER_THROTTLE);
        let wait = match self.asked_wait {
            // It knows best; a carrier that asks again and again for a second does not.
            Some(asked) if self.throttled > 1 => asked.max(ours),
            Some(asked) => asked,
            None => ours,
        };
        if self.throttled >= THROTTLED_AT_MOST || wait > longest { Retry::No } else { Retry::After(wait) }
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

/// Returns whether to try again after an attempt that ended so; `tried` counts it.
pub fn should_retry(disposition: Disposition, tried: &Tried, plan: &RetryPlan) -> Retry {
    use Disposition as D;
    match disposition {
        D::FailedUnknown => return Retry::AskUser,
        D::Throttled => return tried.patience(plan.longest_wait),
        _ => {}
    }
    if tried.attempts >= plan.max_attempts {
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
        | D::Throttled
        | D::FailedUnknown => None,
    };
    let doublings = tried.attempts.saturating_sub(1).min(20);
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
    tried: &Tried,
    plan: &RetryPlan,
    chance: u32,
    now: Timestamp,
    ring: &Ring<'_>,
    task: &Schedule,
) -> NextAttempt {
    let wait = match should_retry(disposition, tried, plan) {
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

    /// So many tries, each of which may have rung somebody.
    fn tried(attempts: u32) -> Tried {
        Tried { attempts, ..Tried::default() }
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
            assert_eq!(should_retry(disposition, &tried(1), &plan()), expected, "{disposition:?}");
        }
        let patient = RetryPlan { after_voicemail: Some(minutes(120)), ..plan() };
        assert_eq!(should_retry(D::Voicemail, &tried(1), &patient), Retry::After(minutes(120)));
    }

    #[test]
    fn an_attempt_without_a_clear_answer_is_never_repeated_by_machine() {
        for attempts in 0..20 {
            assert_eq!(should_retry(Disposition::FailedUnknown, &tried(attempts), &plan()), Retry::AskUser);
        }
    }

    #[test]
    fn whoever_is_put_off_comes_back_later_and_later_and_it_is_no_try() {
        let mut so_far = tried(0);
        let mut waits = Vec::new();
        for _ in 0..10 {
            so_far = so_far.and(Disposition::Throttled, None);
            waits.push(should_retry(Disposition::Throttled, &so_far, &RetryPlan::default()));
        }
        let expected = [15, 30, 60, 120, 240, 480, 600, 600, 600].map(|seconds| Retry::After(Duration::from_secs(seconds)));
        assert_eq!(waits[..9], expected);
        assert_eq!(waits[9], Retry::No, "it is given up");
        assert_eq!((so_far.attempts, so_far.throttled), (0, 10));
        let rang = so_far.and(Disposition::Busy, None);
        assert_eq!((rang.attempts, rang.throttled), (1, 0), "once it rang, the count of that begins anew");
    }

    #[test]
    fn a_carrier_that_says_how_long_to_wait_is_heeded() {
        let seconds = Duration::from_secs;
        let retry = |throttled, asked| {
            let tried = Tried { throttled, asked_wait: Some(seconds(asked)), ..tried(0) };
            should_retry(Disposition::Throttled, &tried, &RetryPlan::default())
        };
        assert_eq!(retry(1, 2), Retry::After(seconds(2)));
        assert_eq!(retry(1, 3_600), Retry::After(seconds(3_600)), "never earlier than it asks");
        assert_eq!(retry(4, 2), Retry::After(seconds(120)), "one that asks for two seconds again and again is not believed");
        assert_eq!(retry(1, 25 * 3_600), Retry::No, "not within a day");
    }

    #[test]
    fn waits_double_up_to_a_day_and_attempts_end() {
        let waits: Vec<Retry> = (1..=10).map(|attempts| should_retry(Disposition::NoAnswer, &tried(attempts), &plan())).collect();
        let expected = [30, 60, 120, 240, 480, 960, 1_440, 1_440, 1_440].map(|wait| Retry::After(minutes(wait)));
        assert_eq!(waits[..9], expected);
        assert_eq!(waits[9], Retry::No);
        assert_eq!(should_retry(Disposition::Busy, &tried(1), &RetryPlan::default()), Retry::No, "one attempt unless the task allows more");
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
        let retry = |disposition, now, task: &Schedule| schedule_retry(disposition, &tried(1), &plan(), 0, utc(now), &ring, task);
        let always = Schedule::default();
        assert_eq!(retry(Disposition::NoAnswer, "2026-11-24T17:00:00Z", &always), NextAttempt::At(utc("2026-11-24T17:30:00Z")));
        assert_eq!(retry(Disposition::NoAnswer, "2026-11-25T00:50:00Z", &always), NextAttempt::At(utc("2026-11-25T13:00:00Z")), "19:50 to 08:00");
        let today = Schedule { not_before: None, not_after: Some(utc("2026-11-25T05:00:00Z")) };
        assert_eq!(retry(Disposition::NoAnswer, "2026-11-25T00:50:00Z", &today), NextAttempt::TooLate);
        assert_eq!(retry(Disposition::Conversed, "2026-11-24T17:00:00Z", &always), NextAttempt::No);
        assert_eq!(retry(Disposition::FailedUnknown, "2026-11-24T17:00:00Z", &always), NextAttempt::AskUser);
    }
}
