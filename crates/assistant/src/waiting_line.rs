//! A queue of our own, for phone providers that have none: first in, first out.
//!
//! Pure: whose turn it is, who finds it full and who has waited too long. Who waits asks again and again what to hear, so whoever does not
//! ask any more has gone, told or not; and after a restart the line is made anew by those who ask, the first to ask first.

use std::time::Duration;

use telephony::{CarrierCallId, SessionTime};

use crate::menu::Queue;

/// Who has not asked for so long has gone: what is heard between two questions lasts twenty seconds.
const GONE_AFTER: Duration = Duration::from_secs(60);

/// Those who wait, the next one first.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct WaitingLine {
    waiting: Vec<Waiting>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Waiting {
    call: CarrierCallId,
    since: SessionTime,
    asked_at: SessionTime,
}

/// What somebody who asks is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// They wait, at this position: 1 is next.
    At(u32),
    /// So many wait already that they cannot.
    Full,
    /// They have waited as long as one may, and wait no more.
    WaitedTooLong,
}

impl WaitingLine {
    /// Somebody asks what to hear: who is not in the line yet comes in at its end.
    pub fn ask(&mut self, call: &CarrierCallId, queue: &Queue, now: SessionTime) -> Place {
        self.forget_the_gone(now);
        let index = match self.index_of(call) {
            Some(index) => index,
            None if self.waiting.len() >= queue.most as usize => return Place::Full,
            None => {
                self.waiting.push(Waiting { call: call.clone(), since: now, asked_at: now });
                self.waiting.len() - 1
            }
        };
        if now.since(self.waiting[index].since) >= queue.longest_wait {
            self.waiting.remove(index);
            return Place::WaitedTooLong;
        }
        self.waiting[index].asked_at = now;
        Place::At(u32::try_from(index + 1).unwrap_or(u32::MAX))
    }

    /// Takes out who is next.
    pub fn take(&mut self, now: SessionTime) -> Option<CarrierCallId> {
        self.forget_the_gone(now);
        (!self.waiting.is_empty()).then(|| self.waiting.remove(0).call)
    }

    /// Returns whether nobody waits, as far as is known.
    pub const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Somebody has hung up.
    pub fn leave(&mut self, call: &CarrierCallId) {
        self.waiting.retain(|waiting| waiting.call != *call);
    }

    fn index_of(&self, call: &CarrierCallId) -> Option<usize> {
        self.waiting.iter().position(|waiting| waiting.call == *call)
    }

    fn forget_the_gone(&mut self, now: SessionTime) {
        self.waiting.retain(|waiting| now.since(waiting.asked_at) < GONE_AFTER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUEUE: Queue = Queue { most: 2, longest_wait: Duration::from_secs(100) };

    fn at(seconds: u64) -> SessionTime {
        SessionTime::from_millis(seconds * 1_000)
    }

    fn call(name: &str) -> CarrierCallId {
        CarrierCallId::new(name)
    }

    #[test]
    fn who_came_first_is_next_and_everybody_else_moves_up() {
        let mut line = WaitingLine::default();
        assert_eq!(line.ask(&call("a"), &QUEUE, at(0)), Place::At(1));
        assert_eq!(line.ask(&call("b"), &QUEUE, at(1)), Place::At(2));
        assert_eq!(line.ask(&call("b"), &QUEUE, at(20)), Place::At(2), "asking again changes nothing");
        assert_eq!(line.ask(&call("c"), &QUEUE, at(20)), Place::Full);
        assert_eq!(line.take(at(21)), Some(call("a")));
        assert_eq!(line.ask(&call("b"), &QUEUE, at(30)), Place::At(1));
        assert_eq!(line.ask(&call("c"), &QUEUE, at(30)), Place::At(2));
        line.leave(&call("b"));
        assert_eq!((line.take(at(31)), line.take(at(31))), (Some(call("c")), None));
    }

    #[test]
    fn who_does_not_ask_any_more_has_gone() {
        let mut line = WaitingLine::default();
        line.ask(&call("a"), &QUEUE, at(0));
        line.ask(&call("b"), &QUEUE, at(50));
        assert_eq!(line.take(at(61)), Some(call("b")), "nobody told that the first one hung up");
    }

    #[test]
    fn who_has_waited_long_enough_waits_no_more() {
        let mut line = WaitingLine::default();
        for second in [0, 20, 40, 60, 80, 99] {
            assert_eq!(line.ask(&call("a"), &QUEUE, at(second)), Place::At(1));
        }
        assert_eq!(line.ask(&call("a"), &QUEUE, at(100)), Place::WaitedTooLong);
        assert_eq!(line.ask(&call("a"), &QUEUE, at(101)), Place::At(1), "whoever comes again is new");
    }
}
