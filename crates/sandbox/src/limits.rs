//! How much the account may ask at once: requests in a second, requests at the same time, calls in a second.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::Limits;

/// Counts against [`Limits`].
pub struct Gate {
    limits: Limits,
    at_once: Arc<AtomicUsize>,
    /// When the present second began, and how many came in it.
    second: Mutex<Option<(Instant, u32)>>,
    /// When the next call may leave the queue.
    next_call: Mutex<Option<Instant>>,
}

/// A request that is being answered.
pub struct Inside(Arc<AtomicUsize>);

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Gate {
    pub fn new(limits: Limits) -> Self {
        Self { limits, at_once: Arc::default(), second: Mutex::default(), next_call: Mutex::default() }
    }

    /// Lets a request in and returns how many are inside with it.
    pub fn enter(&self) -> (Inside, usize) {
        let count = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        (Inside(self.at_once.clone()), count)
    }

    /// Returns whether a request that is one of so many at once may be answered.
    pub fn admits(&self, at_once: usize, now: Instant) -> bool {
        let is_too_many = self.limits.requests_at_once.is_some_and(|most| at_once > most as usize);
        !is_too_many && self.limits.requests_per_second.is_none_or(|most| self.count(now) <= most)
    }

    fn count(&self, now: Instant) -> u32 {
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, count) = second.filter(|(began, _)| now.duration_since(*began) < Duration::from_secs(1)).unwrap_or((now, 0));
        *second = Some((began, count.saturating_add(1)));
        count.saturating_add(1)
    }

    /// Gives a call its turn and returns how long it waits for it.
    pub fn queue(&self, now: Instant) -> Duration {
        let Some(rate) = self.limits.calls_per_second.filter(|rate| *rate > 0.0) else { return Duration::ZERO };
        let mut next = self.next_call.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.map_or(now, |next| next.max(now));
        *next = Some(turn + Duration::from_secs_f64(1.0 / rate.max(0.001)));
        turn.duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_leave_the_queue_at_the_rate_of_the_account() {
        let gate = Gate::new(Limits { calls_per_second: Some(2.0), ..Limits::default() });
        let now = Instant::now();
        let waits = [now, now, now].map(|now| gate.queue(now).as_millis());
        assert_eq!(waits, [0, 500, 1_000]);
        assert_eq!(gate.queue(now + Duration::from_secs(9)).as_millis(), 0);
        assert_eq!(Gate::new(Limits::default()).queue(now), Duration::ZERO);
    }

    #[test]
    fn too_many_requests_in_a_second_are_not_admitted() {
        let gate = Gate::new(Limits { requests_per_second: Some(2), ..Limits::default() });
        let now = Instant::now();
        assert_eq!([gate.admits(1, now), gate.admits(1, now), gate.admits(1, now)], [true, true, false]);
        assert!(gate.admits(1, now + Duration::from_secs(1)));
    }

    #[test]
    fn too_many_at_once_are_not_admitted() {
        let gate = Gate::new(Limits { requests_at_once: Some(1), ..Limits::default() });
        let (first, count) = gate.enter();
        assert!(gate.admits(count, Instant::now()));
        let (_second, count) = gate.enter();
        assert!(!gate.admits(count, Instant::now()));
        drop(first);
        let _ = gate.enter();
        assert_eq!(gate.enter().1, 2);
    }
}
