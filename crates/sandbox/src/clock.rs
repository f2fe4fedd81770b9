//! The clock of one call: session time from a monotonic clock, faster than life only in tests.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use telephony::{SessionTime, Timestamp};
use tokio::time::Instant;

/// Counts from the request for the call.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: Instant,
    pace: f64,
}

impl Clock {
    /// Starts now. A pace of 4 lets four seconds of the call pass in one.
    pub fn start(pace: f64) -> Self {
        Self { began: Instant::now(), pace: pace.clamp(0.1, 100.0) }
    }

    /// Returns the time of the call.
    pub fn now(&self) -> SessionTime {
        SessionTime::ZERO + self.began.elapsed().mul_f64(self.pace)
    }

    /// Returns when a time of the call will be.
    pub fn instant_of(&self, at: SessionTime) -> Instant {
        self.began + at.since(SessionTime::ZERO).div_f64(self.pace)
    }
}

/// Returns the wall-clock time.
pub fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Returns the weekday in New York's standard time, 0 (Monday) to 6 (Sunday): where the cast lives.
pub fn weekday_of(at: Timestamp) -> u8 {
    const DAY_MS: i64 = 86_400_000;
    let days = (at.as_millis() - 5 * 3_600_000).div_euclid(DAY_MS);
    // 1970-01-01 was a Thursday.
    u8::try_from((days + 3).rem_euclid(7)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_are_those_of_new_york() {
        // 2026-11-24 03:00 UTC is Monday evening there, 06:00 UTC is Tuesday.
        assert_eq!(weekday_of(Timestamp(1_795_489_200_000)), 0);
        assert_eq!(weekday_of(Timestamp(1_795_489_200_000 + 3 * 3_600_000)), 1);
    }
}
