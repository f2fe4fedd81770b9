//! A series: an errand that comes back. Each occurrence is a task of its own, with a receipt and an approval of its own; this says
//! which occurrence a task is, and which one follows.
//!
//! Of what was missed while nobody ran, at most the latest is made up for, and only until the next one's time has come: a shop is not
//! asked four times today because the machine was off for a month.

use serde::{Deserialize, Serialize};
use telephony::{TaskId, Timestamp};

use crate::recurrence::Recurrence;
use crate::task::Schedule;

/// Which occurrence of a series a task is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Series {
    /// The first task of the series, whose name it has.
    pub id: TaskId,
    /// When the errand comes back.
    pub recurrence: Recurrence,
    /// When the time of this occurrence came.
    pub at: Timestamp,
    /// Which of the tasks of the series this is, from 1.
    pub number: u32,
    /// How many tasks the series has in all; `None`: no end.
    pub times: Option<u32>,
}

impl Series {
    /// Returns a series whose first occurrence is a task at this moment.
    pub const fn first(id: TaskId, recurrence: Recurrence, at: Timestamp, times: Option<u32>) -> Self {
        Self { id, recurrence, at, number: 1, times }
    }

    /// Returns when the time of the next occurrence comes; `None` if this is the last one.
    pub fn next_at(&self) -> Option<Timestamp> {
        if self.times.is_some_and(|times| self.number >= times) {
            return None;
        }
        self.recurrence.next_after(self.at)
    }

    /// Returns the occurrence that follows, made at `now`: the next one, or if that one's time is over too the latest that has come.
    /// `None` if none follows.
    pub fn next(&self, now: Timestamp) -> Option<Self> {
        let mut at = self.next_at()?;
        while let Some(later) = self.recurrence.next_after(at).filter(|later| *later <= now) {
            at = later;
        }
        let next = Self { at, number: self.number.saturating_add(1), ..self.clone() };
        // The last one of a series that has ended is missed as well once its time is over.
        next.schedule().not_after.is_none_or(|end| now < end).then_some(next)
    }

    /// Returns when this occurrence may be dialed: from its time until the time of the one that would follow.
    pub fn schedule(&self) -> Schedule {
        Schedule { not_before: Some(self.at), not_after: self.recurrence.following(self.at) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::recurrence::Rhythm;

    const DAY: Duration = Duration::from_secs(86_400);

    fn utc(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    /// Mondays at ten in New York, from Monday, 2026-11-02 on; then it is 15:00 UTC.
    fn mondays(times: Option<u32>, until: Option<Timestamp>) -> Series {
        let rhythm: Rhythm = "week on mon 10:00".parse().unwrap();
        let recurrence = rhythm.from("2026-11-02", "America/New_York", until).unwrap();
        Series::first(TaskId::new("t1"), recurrence, utc("2026-11-02T15:00:00Z"), times)
    }

    #[test]
    fn the_next_one_follows_and_may_be_dialed_for_a_week() {
        let first = mondays(None, None);
        let second = first.next(first.at + Duration::from_secs(60)).unwrap();
        assert_eq!((second.at, second.number), (utc("2026-11-09T15:00:00Z"), 2));
        assert_eq!(second.schedule(), Schedule { not_before: Some(second.at), not_after: Some(second.at + 7 * DAY) });
    }

    #[test]
    fn at_most_one_that_was_missed_is_made_up_for() {
        let first = mondays(None, None);
        let back = first.at + 30 * DAY;
        let latest = first.next(back).unwrap();
        assert_eq!((latest.at, latest.number), (first.at + 28 * DAY, 2), "two of them are left out");
        assert_eq!(latest.next(back).unwrap().at, first.at + 35 * DAY, "and then it goes on as ever");
    }

    #[test]
    fn a_count_and_an_end_end_it() {
        let twice = mondays(Some(2), None);
        let second = twice.next(twice.at).unwrap();
        assert_eq!((second.next_at(), second.next(second.at)), (None, None));
        let ends = mondays(None, Some(utc("2026-11-12T00:00:00Z")));
        let last = ends.next(ends.at).unwrap();
        assert_eq!((last.at, last.next(last.at)), (ends.at + 7 * DAY, None));
        assert_eq!(ends.next(ends.at + 13 * DAY).map(|made| made.at), Some(last.at), "the last one is made up for while its week lasts");
        assert_eq!(ends.next(ends.at + 14 * DAY), None, "and not a week later");
    }
}
