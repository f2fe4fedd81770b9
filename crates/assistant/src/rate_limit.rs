//! How often one number may be rung, how fast calls may be begun, and how many may run at once.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::Timestamp;

use crate::budget::{DAY, MONTH, WEEK};
use crate::codes;
use crate::refusal::{AllowedWhen, Refusal, Rule};
use crate::task::CalleeKind;

/// The caps of an installation.
///
/// Three calls in 24 hours to a business and one to anybody else satisfy the strictest statute found (Florida and
/// Oklahoma: three in 24 hours on one subject). Four calls at once is what one household needs. One call a second is what a
/// new account with a carrier may begin; twenty a minute, a hundred a day, three hundred a week and a thousand a month are
/// far more than errands come to, and bound what a mistake or a thief can do before somebody looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Caps {
    /// Attempts to one business number in 24 hours.
    pub per_business_number: u32,
    /// Attempts to any other number in 24 hours.
    pub per_consumer_number: u32,
    /// Calls at once.
    pub calls_at_once: u32,
    /// Calls begun in a second, in all.
    #[serde(default = "per_second")]
    pub calls_per_second: u32,
    /// Calls begun in 60 seconds, in all.
    #[serde(default = "per_minute")]
    pub calls_per_minute: u32,
    /// Calls begun in 24 hours, in all.
    #[serde(default = "per_day")]
    pub calls_per_day: u32,
    /// Calls begun in 7 days, in all.
    #[serde(default = "per_week")]
    pub calls_per_week: u32,
    /// Calls begun in 30 days, in all.
    #[serde(default = "per_month")]
    pub calls_per_month: u32,
}

const fn per_second() -> u32 {
    1
}

const fn per_minute() -> u32 {
    20
}

const fn per_day() -> u32 {
    100
}

const fn per_week() -> u32 {
    300
}

const fn per_month() -> u32 {
    1_000
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            per_business_number: 3,
            per_consumer_number: 1,
            calls_at_once: 4,
            calls_per_second: per_second(),
            calls_per_minute: per_minute(),
            calls_per_day: per_day(),
            calls_per_week: per_week(),
            calls_per_month: per_month(),
        }
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
    /// Attempts that were begun lately, to any number.
    #[serde(default)]
    pub begun: Begun,
    /// Attempts to this number that are being dialed, or were without a clear answer: their calls have no name yet.
    #[serde(default)]
    pub nameless_to_number: u32,
}

/// Attempts that were begun lately, to any number.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Begun {
    /// In the last second.
    pub in_second: u32,
    /// When the oldest of them was.
    pub oldest_in_second: Option<Timestamp>,
    /// In the last minute.
    pub in_minute: u32,
    /// When the oldest of them was.
    pub oldest_in_minute: Option<Timestamp>,
    /// In the last 24 hours.
    pub in_day: u32,
    /// When the oldest of them was.
    pub oldest_in_day: Option<Timestamp>,
    /// In the last 7 days.
    #[serde(default)]
    pub in_week: u32,
    /// When the oldest of them was.
    #[serde(default)]
    pub oldest_in_week: Option<Timestamp>,
    /// In the last 30 days.
    #[serde(default)]
    pub in_month: u32,
    /// When the oldest of them was.
    #[serde(default)]
    pub oldest_in_month: Option<Timestamp>,
}

/// The spans over which beginnings are counted: a second, a minute, a day, a week, a month.
pub const PACE_OVER: [Duration; 5] = [Duration::from_secs(1), Duration::from_secs(60), DAY, WEEK, MONTH];

/// The span over which attempts to one number are counted.
pub const COUNTED_OVER: Duration = DAY;

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

/// Returns what speaks against beginning one more call at `now`, if anything does: the longest of the spans that are full.
pub fn check_pace(caps: &Caps, usage: &Usage, now: Timestamp) -> Option<Refusal> {
    let begun = &usage.begun;
    let [second, minute, day, week, month] = PACE_OVER;
    let spans = [
        (begun.in_month, caps.calls_per_month, begun.oldest_in_month, month, "30 days"),
        (begun.in_week, caps.calls_per_week, begun.oldest_in_week, week, "7 days"),
        (begun.in_day, caps.calls_per_day, begun.oldest_in_day, day, "24 hours"),
        (begun.in_minute, caps.calls_per_minute, begun.oldest_in_minute, minute, "a minute"),
        (begun.in_second, caps.calls_per_second, begun.oldest_in_second, second, "a second"),
    ];
    let (count, cap, oldest, span, words) = spans.into_iter().find(|(count, cap, ..)| count >= cap)?;
    // With more in the span than the cap, the oldest leaving it is not enough; a whole span surely is.
    let at = if count == cap { oldest.map_or(now, |oldest| oldest + span) } else { now + span };
    let fact = format!("{count} calls were begun in {words}; the cap is {cap}");
    Some(Refusal::new(Rule::Concurrency, &codes::CAP_PACE, fact, AllowedWhen::From(at)))
}

/// Returns what speaks against one more call at the same time, if anything does.
///
/// While nobody knows whether a telephone rings for an earlier dial it must not ring for a second one; and a provider's list of calls,
/// which says between which numbers they are and not for whom, could not be told apart any more.
pub fn check_concurrency(caps: &Caps, usage: &Usage) -> Option<Refusal> {
    if usage.nameless_to_number > 0 {
        let entry = codes::CAP_NUMBER_UNCLEAR;
        return Some(Refusal::new(Rule::Concurrency, &entry, entry.text, AllowedWhen::ACallEnds));
    }
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
        let usage = |attempts| Usage { attempts_to_number: attempts, oldest_of_them: Some(Timestamp(1_000)), ..Usage::default() };
        let check = |kind, attempts| check_number(kind, &Caps::default(), &usage(attempts));
        assert_eq!(check(CalleeKind::Business, 2), None);
        assert_eq!(check(CalleeKind::Business, 3).unwrap().allowed_when, AllowedWhen::From(Timestamp(86_401_000)));
        assert_eq!(check(CalleeKind::Consumer, 0), None);
        assert_eq!(check(CalleeKind::Unknown, 1).unwrap().code, "cap.number");
    }

    #[test]
    fn a_number_is_not_rung_while_nobody_knows_whether_it_rings() {
        let check = |nameless_to_number| check_concurrency(&Caps::default(), &Usage { nameless_to_number, ..Usage::default() });
        assert_eq!(check(0), None);
        assert_eq!(check(1).map(|refusal| (refusal.code, refusal.allowed_when)), Some(("cap.number_unclear", AllowedWhen::ACallEnds)));
    }

    #[test]
    fn the_longest_full_span_says_when_the_next_call_may_begin() {
        let now = Timestamp(100_000_000);
        let usage = |in_second, in_minute, in_day| {
            let oldest = |millis| Some(Timestamp(now.0 - millis));
            let begun = Begun {
                in_second,
                oldest_in_second: oldest(400),
                in_minute,
                oldest_in_minute: oldest(20_000),
                in_day,
                oldest_in_day: oldest(3_600_000),
                ..Begun::default()
            };
            Usage { begun, ..Usage::default() }
        };
        let check = |usage: &Usage| check_pace(&Caps::default(), usage, now).map(|refusal| refusal.allowed_when);
        let from = |millis| Some(AllowedWhen::From(Timestamp(now.0 + millis)));
        assert_eq!(check(&usage(0, 19, 99)), None);
        assert_eq!(check(&usage(1, 19, 99)), from(600));
        assert_eq!(check(&usage(1, 20, 99)), from(40_000));
        assert_eq!(check(&usage(1, 20, 100)), from(82_800_000));
        assert_eq!(check(&usage(2, 19, 99)), from(1_000), "the oldest leaving is not enough");
        let long = |in_week, in_month| {
            let begun = Begun { in_week, in_month, oldest_in_week: Some(now - DAY), oldest_in_month: Some(now - WEEK), ..usage(1, 20, 99).begun };
            check(&Usage { begun, ..Usage::default() })
        };
        assert_eq!(long(299, 999), from(40_000));
        assert_eq!(long(300, 999), Some(AllowedWhen::From(now + 6 * DAY)));
        assert_eq!(long(300, 1_000), Some(AllowedWhen::From(now + (MONTH - WEEK))));
    }

    #[test]
    fn caps_that_were_kept_before_there_was_a_month_are_read() {
        let kept = r#"{"per_business_number":3,"per_consumer_number":1,"calls_at_once":4}"#;
        assert_eq!(serde_json::from_str::<Caps>(kept).unwrap(), Caps::default());
    }

    #[test]
    fn the_fifth_call_waits() {
        let usage = |live_calls| Usage { live_calls, ..Usage::default() };
        assert_eq!(check_concurrency(&Caps::default(), &usage(3)), None);
        assert_eq!(check_concurrency(&Caps::default(), &usage(4)).unwrap().allowed_when, AllowedWhen::ACallEnds);
    }
}
