//! Three clocks, three types, never mixed.
//!
//! [`SessionTime`] is monotonic and serves deadlines, [`Timestamp`] is the wall clock and serves records and law,
//! [`AudioPosition`] counts samples and serves proof ("at 00:12.3 of the recording").

use std::fmt;
use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Time since the call's session began, in microseconds, from a monotonic clock.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionTime(pub u64);

impl SessionTime {
    /// The moment the session began.
    pub const ZERO: Self = Self(0);

    /// Returns the time `millis` milliseconds after the session began.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000)
    }

    /// Returns whole milliseconds since the session began.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000
    }

    /// Returns the time that has passed since `earlier`, or zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for SessionTime {
    type Output = Self;

    fn add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(later.as_micros()).unwrap_or(u64::MAX)))
    }
}

/// `12.345`: seconds and milliseconds, as traces write it.
impl fmt::Display for SessionTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1_000_000, self.0 / 1_000 % 1_000)
    }
}

/// Wall-clock time: milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns the milliseconds since 1970-01-01 UTC.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, later: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(later.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, earlier: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(earlier.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// A place in a call's audio: samples at 8 kHz since the media stream began.
///
/// The recording and the transcript count from the same zero, so a position is the place to listen.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AudioPosition(pub u64);

impl AudioPosition {
    /// The first sample of the media stream.
    pub const ZERO: Self = Self(0);

    /// Samples a second of telephone audio.
    pub const RATE_HZ: u64 = 8_000;

    /// Returns the position `millis` milliseconds into the stream.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * Self::RATE_HZ / 1_000)
    }

    /// Returns whole milliseconds from the start of the stream.
    pub const fn as_millis(self) -> u64 {
        self.0 * 1_000 / Self::RATE_HZ
    }

    /// Returns the length of audio between `earlier` and this position, zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0) * 1_000_000 / Self::RATE_HZ)
    }
}

impl Add<u64> for AudioPosition {
    type Output = Self;

    fn add(self, samples: u64) -> Self {
        Self(self.0.saturating_add(samples))
    }
}

impl Sub<u64> for AudioPosition {
    type Output = Self;

    fn sub(self, samples: u64) -> Self {
        Self(self.0.saturating_sub(samples))
    }
}

/// `00:12.3`: minutes, seconds and tenths, as reports write it.
impl fmt::Display for AudioPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.as_millis();
        write!(f, "{:02}:{:02}.{}", millis / 60_000, millis / 1_000 % 60, millis / 100 % 10)
    }
}

/// A closed list of named deadlines: at most one each.
///
/// Machines are small, so a sorted search over a short vector beats a heap and keeps replay order plain:
/// the earliest deadline first, ties in the order of the timer's own `Ord`.
#[derive(Clone, Debug)]
pub struct TimerTable<T> {
    deadlines: Vec<(T, SessionTime)>,
}

impl<T> Default for TimerTable<T> {
    fn default() -> Self {
        Self { deadlines: Vec::new() }
    }
}

impl<T: Copy + Ord> TimerTable<T> {
    /// Sets (or moves) a deadline.
    pub fn set(&mut self, timer: T, at: SessionTime) {
        self.cancel(timer);
        self.deadlines.push((timer, at));
    }

    /// Forgets a deadline; nothing happens if it was not set.
    pub fn cancel(&mut self, timer: T) {
        self.deadlines.retain(|(other, _)| *other != timer);
    }

    /// Returns whether the deadline is set.
    pub fn is_set(&self, timer: T) -> bool {
        self.deadlines.iter().any(|(other, _)| *other == timer)
    }

    /// Returns when this deadline is, if it is set.
    pub fn deadline(&self, timer: T) -> Option<SessionTime> {
        self.deadlines.iter().find(|(other, _)| *other == timer).map(|(_, at)| *at)
    }

    /// Returns the earliest deadline without taking it.
    pub fn next(&self) -> Option<(SessionTime, T)> {
        self.deadlines.iter().map(|(timer, at)| (*at, *timer)).min()
    }

    /// Takes the earliest deadline that is due at `now`.
    pub fn take_due(&mut self, now: SessionTime) -> Option<T> {
        let (at, timer) = self.next()?;
        if at > now {
            return None;
        }
        self.cancel(timer);
        Some(timer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn due_timers_come_out_earliest_first() {
        let mut timers = TimerTable::default();
        timers.set('b', SessionTime::from_millis(20));
        timers.set('a', SessionTime::from_millis(30));
        timers.set('a', SessionTime::from_millis(10));
        assert_eq!(timers.take_due(SessionTime::from_millis(25)), Some('a'));
        assert_eq!(timers.take_due(SessionTime::from_millis(25)), Some('b'));
        assert_eq!(timers.take_due(SessionTime::from_millis(25)), None);
    }

    #[test]
    fn positions_read_as_minutes_seconds_tenths() {
        assert_eq!(AudioPosition::from_millis(72_340).to_string(), "01:12.3");
    }
}
