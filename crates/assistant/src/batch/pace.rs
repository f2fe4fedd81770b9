//! How fast the calls of a batch are dialed.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use telephony::Timestamp;

/// How fast calls are dialed. The installation's own caps hold besides.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pace {
    /// Calls of the batch at once.
    pub calls_at_once: u32,
    /// Calls begun in any 60 minutes.
    pub calls_an_hour: u32,
    /// The least time between two beginnings.
    pub least_gap: Duration,
}

/// Two at once, sixty an hour, ten seconds apart: what a diligent person with two telephones could do.
impl Default for Pace {
    fn default() -> Self {
        Self { calls_at_once: 2, calls_an_hour: 60, least_gap: Duration::from_secs(10) }
    }
}

/// When the next call of a batch may begin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NextStart {
    /// At this moment, which may be now.
    At(Timestamp),
    /// Once a running call has ended.
    WhenOneEnds,
    /// Never: the pace allows no calls.
    Never,
}

/// The span over which the beginnings of a batch's calls are counted.
pub const COUNTED_OVER: Duration = Duration::from_secs(3_600);

/// Calls of a batch that were begun lately. An attempt counts from the moment its intent is written.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Begun {
    /// When, over [`COUNTED_OVER`], in order.
    pub at: Vec<Timestamp>,
    /// How many run.
    pub running: u32,
}

const HOUR: Duration = COUNTED_OVER;

impl Pace {
    /// The longest time between two beginnings: what is older is not counted.
    pub const LONGEST_GAP: Duration = COUNTED_OVER;

    /// Returns how long after the first of so many calls the last one begins at the earliest, if every call ends at once.
    pub fn lasts(&self, calls: u32) -> Duration {
        let gaps = calls.saturating_sub(1);
        let by_gap = self.least_gap.saturating_mul(gaps);
        let whole_hours = gaps.checked_div(self.calls_an_hour).unwrap_or(0);
        // Within its last hour the calls follow each other by the gap alone.
        let last_hour = self.least_gap.saturating_mul(gaps.checked_rem(self.calls_an_hour).unwrap_or(0));
        by_gap.max(HOUR.saturating_mul(whole_hours).saturating_add(last_hour))
    }

    /// Returns when the next call may begin.
    pub fn after(&self, begun: &Begun, now: Timestamp) -> NextStart {
        self.next_start(&begun.at, begun.running, now)
    }

    /// Returns when the next call may begin. `begun` are the beginnings of the batch's calls in order, `running` how many run.
    pub fn next_start(&self, begun: &[Timestamp], running: u32, now: Timestamp) -> NextStart {
        if self.calls_at_once == 0 || self.calls_an_hour == 0 {
            return NextStart::Never;
        }
        if running >= self.calls_at_once {
            return NextStart::WhenOneEnds;
        }
        let after_gap = begun.last().map_or(now, |last| *last + self.least_gap);
        // The call that must leave the hour before another may begin.
        let allowed = usize::try_from(self.calls_an_hour).unwrap_or(usize::MAX);
        let oldest = begun.len().checked_sub(allowed).and_then(|place| begun.get(place));
        let after_hour = oldest.map_or(now, |oldest| *oldest + HOUR);
        NextStart::At(now.max(after_gap).max(after_hour))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000)
    }

    #[test]
    fn calls_keep_their_distance() {
        let pace = Pace::default();
        assert_eq!(pace.next_start(&[], 0, at(0)), NextStart::At(at(0)));
        assert_eq!(pace.next_start(&[at(0)], 1, at(3)), NextStart::At(at(10)));
        assert_eq!(pace.next_start(&[at(0)], 1, at(30)), NextStart::At(at(30)));
        assert_eq!(pace.next_start(&[at(0), at(10)], 2, at(30)), NextStart::WhenOneEnds);
        assert_eq!(Pace { calls_an_hour: 0, ..pace }.next_start(&[], 0, at(0)), NextStart::Never);
    }

    #[test]
    fn no_hour_holds_more_calls_than_allowed() {
        let pace = Pace { calls_at_once: 10, calls_an_hour: 3, least_gap: Duration::from_secs(60) };
        let mut begun = Vec::new();
        let mut now = at(0);
        while begun.len() < 12 {
            let NextStart::At(next) = pace.next_start(&begun, 0, now) else { panic!() };
            begun.push(next);
            now = next;
        }
        assert_eq!(begun[..5], [at(0), at(60), at(120), at(3_600), at(3_660)]);
        assert!(begun.windows(4).all(|four| four[3] >= four[0] + HOUR), "{begun:?}");
        let lasts: Vec<Timestamp> = (1..=12).map(|calls| at(0) + pace.lasts(calls)).collect();
        assert_eq!(lasts, begun, "as long as it truly takes");
        assert_eq!(pace.lasts(0), Duration::ZERO);
    }
}
