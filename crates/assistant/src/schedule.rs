//! The best moment for a call: within the task's schedule, in decent hours wherever the phone may be, and, where the callee's
//! opening hours are known, neither while they unlock the door nor while they count the till.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::Timestamp;

use crate::compliance::calling_hours::{self, Ring};
use crate::task::Schedule;

/// How long after opening a shop is left in peace, if that costs nothing.
const SETTLING: Duration = Duration::from_secs(15 * 60);

/// How long before closing it is.
const CLOSING: Duration = Duration::from_secs(30 * 60);

/// For a better moment a call waits at most this long: answers are wanted today.
const WORTH_WAITING: Duration = Duration::from_secs(4 * 3_600);

/// When to call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BestTime {
    /// At this moment.
    At(Timestamp),
    /// It would be allowed at this moment, and the task's schedule is over by then.
    PastDeadline(Timestamp),
    /// It is not allowed within three weeks, or nobody knows where the phone is.
    Never,
}

/// Returns the best moment for a call from `from` on.
///
/// The gate is asked again at that moment: this is a plan and no leave.
pub fn best_time(ring: &Ring<'_>, task: &Schedule, from: Timestamp) -> BestTime {
    let from = task.not_before.map_or(from, |not_before| not_before.max(from));
    let is_in_time = |at: Timestamp| task.not_after.is_none_or(|deadline| at < deadline);
    let Some(earliest) = calling_hours::next_allowed(ring, from) else { return BestTime::Never };
    if !is_in_time(earliest) {
        return BestTime::PastDeadline(earliest);
    }
    let quiet = ring.opening_hours.map(|hours| hours.without_edges(SETTLING, CLOSING));
    let better = quiet.and_then(|quiet| calling_hours::next_allowed(&Ring { opening_hours: Some(&quiet), ..*ring }, earliest));
    let is_worth_it = |at: &Timestamp| is_in_time(*at) && *at <= earliest + WORTH_WAITING;
    BestTime::At(better.filter(is_worth_it).unwrap_or(earliest))
}

#[cfg(test)]
mod tests {
    use telephony::PhoneNumber;

    use super::*;
    use crate::opening_hours::OpeningHours;
    use crate::task::CalleeKind;

    fn utc(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    /// Asks for a New York shop on Wednesday, 25 November 2026; all times are UTC, five hours ahead of the shop's.
    fn best(hours: Option<&str>, not_before: Option<&str>, not_after: Option<&str>, from: &str) -> BestTime {
        let number = PhoneNumber::parse("+12125552671").unwrap();
        let hours: Option<OpeningHours> = hours.map(|hours| hours.parse().unwrap());
        let errand = Ring::errand(&number, CalleeKind::Business, Duration::from_secs(600));
        let ring = Ring { opening_hours: hours.as_ref(), ..errand };
        let moment = |time: &str| utc(&format!("2026-11-25T{time}:00Z"));
        best_time(&ring, &Schedule { not_before: not_before.map(moment), not_after: not_after.map(moment) }, moment(from))
    }

    fn at(time: &str) -> BestTime {
        BestTime::At(utc(&format!("2026-11-25T{time}:00Z")))
    }

    #[test]
    fn without_opening_hours_the_first_decent_moment_is_best() {
        assert_eq!(best(None, None, None, "17:00"), at("17:00"));
        assert_eq!(best(None, None, None, "08:00"), at("13:00"), "08:00 there");
        assert_eq!(best(None, Some("15:30"), None, "08:00"), at("15:30"));
    }

    #[test]
    fn a_shop_is_left_in_peace_while_it_opens_and_closes() {
        let shop = Some("Mo-Su 10:00-18:00");
        assert_eq!(best(shop, None, None, "13:00"), at("15:15"), "a quarter past ten");
        assert_eq!(best(shop, None, None, "15:05"), at("15:15"));
        assert_eq!(best(shop, None, None, "17:00"), at("17:00"), "noon");
        assert_eq!(best(shop, None, None, "22:40"), at("22:40"), "20 minutes before closing, since tomorrow is too long to wait");
        assert_eq!(best(Some("Mo-Su 10:00-12:00,13:00-18:00"), None, None, "16:40"), at("18:15"), "after lunch");
    }

    #[test]
    fn a_deadline_comes_before_comfort() {
        let shop = Some("Mo-Su 10:00-18:00");
        assert_eq!(best(shop, None, Some("15:10"), "13:00"), at("15:00"), "ten sharp");
        assert_eq!(best(shop, None, Some("14:00"), "13:00"), BestTime::PastDeadline(utc("2026-11-25T15:00:00Z")));
    }

    #[test]
    fn hours_too_short_for_quiet_are_taken_as_they_are() {
        assert_eq!(best(Some("Mo-Su 10:00-10:30"), None, None, "13:00"), at("15:00"));
        assert_eq!(best(Some("Mo-Su off"), None, None, "13:00"), BestTime::Never);
    }
}
