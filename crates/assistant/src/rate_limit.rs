//! How often one number may be rung, and how many calls may run at once.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::Timestamp;

use crate::codes;
use crate::refusal::{AllowedWhen, Refusal, Rule};
use crate::task::CalleeKind;

/// The caps of an installation.
///
/// Three calls in 24 hours to a business and one to anybody else satisfy the strictest statute found (Florida and
/// Oklahoma: three in 24 hours on one subject). Four calls at once is what one household needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Caps {
    /// Attempts to one business number in 24 hours.
    pub per_business_number: u32,
    /// Attempts to any other number in 24 hours.
    pub per_consumer_number: u32,
    /// Calls at once.
    pub calls_at_once: u32,
}

impl Default for Caps {
    fn default() -> Self {
        Self { per_business_number: 3, per_consumer_number: 1, calls_at_once: 4 }
    }
}

/// What has been done so far. An attempt counts from the moment its intent is written, whatever came of it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Usage {
    /// Attempts to this number in the last 24 hours.
    pub attempts_to_number: u32,
    /// When the oldest of them was made.
    pub oldest_of_them: Option<Timestamp>,
    /// Attempts that have not ended, to any number.
    pub live_calls: u32,
}

/// The span over which attempts to one number are counted.
pub const COUNTED_OVER: Duration = Duration::from_secs(24 * 3_600);

/// Returns what speaks against one more attempt to the number, if anything does.
pub fn check_number(kind: CalleeKind, caps: &Caps, usage: &Usage) -> Option<Refusal> {
    let cap = match kind {
        CalleeKind::Business => caps.per_business_number,
        CalleeKind::Consumer | CalleeKind::Unknown => caps.per_consumer_number,
    };
    if usage.attempts_to_number < cap {
        return None;
    }
    // With one attempt over the cap, the oldest leaving the span is not enough; then the user must look.
    let allowed_when = match usage.oldest_of_them {
        Some(oldest) if usage.attempts_to_number == cap => AllowedWhen::From(oldest + COUNTED_OVER),
        _ => AllowedWhen::AfterRemedy,
    };
    let fact = format!("the number was tried {} times in 24 hours; the cap is {cap}", usage.attempts_to_number);
    Some(Refusal::new(Rule::Caps, &codes::CAP_NUMBER, fact, allowed_when))
}

/// Returns what speaks against one more call at the same time, if anything does.
pub fn check_concurrency(caps: &Caps, usage: &Usage) -> Option<Refusal> {
    if usage.live_calls < caps.calls_at_once {
        return None;
    }
    let fact = format!("{} calls are running; the cap is {}", usage.live_calls, caps.calls_at_once);
    Some(Refusal::new(Rule::Concurrency, &codes::CAP_CONCURRENCY, fact, AllowedWhen::ACallEnds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_business_may_be_tried_three_times_a_day() {
        let usage = |attempts| Usage { attempts_to_number: attempts, oldest_of_them: Some(Timestamp(1_000)), live_calls: 0 };
        let check = |kind, attempts| check_number(kind, &Caps::default(), &usage(attempts));
        assert_eq!(check(CalleeKind::Business, 2), None);
        assert_eq!(check(CalleeKind::Business, 3).unwrap().allowed_when, AllowedWhen::From(Timestamp(86_401_000)));
        assert_eq!(check(CalleeKind::Consumer, 0), None);
        assert_eq!(check(CalleeKind::Unknown, 1).unwrap().code, "cap.number");
    }

    #[test]
    fn the_fifth_call_waits() {
        let usage = |live_calls| Usage { live_calls, ..Usage::default() };
        assert_eq!(check_concurrency(&Caps::default(), &usage(3)), None);
        assert_eq!(check_concurrency(&Caps::default(), &usage(4)).unwrap().allowed_when, AllowedWhen::ACallEnds);
    }
}
