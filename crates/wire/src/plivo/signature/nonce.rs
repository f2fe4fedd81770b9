//! The nonces of webhooks that were verified: so that what comes twice is known. Holds no time of its own.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use telephony::Timestamp;

/// Whether a nonce was seen before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seen {
    /// Never, as far as is remembered.
    First,
    /// Before: Plivo tries again, or somebody plays a webhook back. Answer as the first time, and do nothing.
    Again,
}

/// The nonces of verified webhooks, for so long and so many. Time comes in; nothing here reads a clock.
#[derive(Clone, Debug)]
pub struct NonceMemory {
    keep_for: Duration,
    most: usize,
    seen: BTreeMap<Box<str>, Timestamp>,
    order: VecDeque<(Timestamp, Box<str>)>,
}

impl Default for NonceMemory {
    /// Ten minutes, more than the 55 seconds within which Plivo tries again. At the default rate of 2 calls a second and
    /// six webhooks a call that is 7200; there is room for twice as many.
    fn default() -> Self {
        Self::new(Duration::from_secs(600), 16_384)
    }
}

impl NonceMemory {
    /// Returns a memory that keeps so many nonces for so long; when it is full, the oldest go first.
    pub fn new(keep_for: Duration, most: usize) -> Self {
        Self { keep_for, most: most.max(1), seen: BTreeMap::new(), order: VecDeque::new() }
    }

    /// Remembers the nonce of a webhook whose signature is right, and returns whether it was seen before.
    ///
    /// A clock that goes backwards only makes the memory longer.
    pub fn see(&mut self, now: Timestamp, nonce: &str) -> Seen {
        self.forget(now);
        if self.seen.contains_key(nonce) {
            return Seen::Again;
        }
        if self.order.len() >= self.most {
            self.forget_oldest();
        }
        let nonce: Box<str> = nonce.into();
        self.order.push_back((now, nonce.clone()));
        self.seen.insert(nonce, now);
        Seen::First
    }

    /// Returns how many are remembered.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Returns whether none is.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    fn forget(&mut self, now: Timestamp) {
        let keep_for = i64::try_from(self.keep_for.as_millis()).unwrap_or(i64::MAX);
        while self.order.front().is_some_and(|(at, _)| now.as_millis().saturating_sub(at.as_millis()) > keep_for) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, nonce)) = self.order.pop_front() {
            self.seen.remove(&nonce);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_new_once_and_forgotten_in_time() {
        let mut memory = NonceMemory::new(Duration::from_secs(600), 100);
        let at = |seconds: i64| Timestamp(seconds * 1_000);
        assert_eq!((memory.see(at(0), "1"), memory.see(at(5), "1"), memory.see(at(600), "1")), (Seen::First, Seen::Again, Seen::Again));
        assert_eq!((memory.see(at(601), "1"), memory.len()), (Seen::First, 1));
        assert_eq!((memory.see(at(300), "1"), memory.see(at(-5), "2")), (Seen::Again, Seen::First));
    }

    #[test]
    fn the_memory_has_a_bound() {
        let mut memory = NonceMemory::new(Duration::from_secs(600), 3);
        for nonce in ["1", "2", "3", "4"] {
            assert_eq!(memory.see(Timestamp(0), nonce), Seen::First);
        }
        assert_eq!((memory.len(), memory.see(Timestamp(0), "4"), memory.see(Timestamp(0), "1")), (3, Seen::Again, Seen::First));
        assert!(!memory.is_empty());
    }
}
