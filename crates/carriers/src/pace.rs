//! How fast calls may be asked for: a bucket of leaves that fills at a steady rate.
//!
//! Pure: the time comes in. The shell waits as long as it is told, so that nothing is asked for faster than the carrier takes
//! it: what waits at the carrier loses its ringing time there, what waits here loses nothing.

use std::time::Duration;

/// Leaves to ask for a call. One is there at the start; unused ones pile up to one second's worth.
#[derive(Clone, Debug)]
pub struct Pace {
    /// Time in which one leave grows.
    interval: Duration,
    /// How many may pile up.
    most: u32,
    /// When the next leave would be there if none piled up, since the beginning of time here; may lie in the past.
    next: Duration,
}

impl Pace {
    /// Returns a pace of so many a second; nought counts as one.
    pub fn per_second(calls: u32) -> Self {
        let most = calls.max(1);
        Self { interval: Duration::from_secs(1) / most, most, next: Duration::ZERO }
    }

    /// Takes a leave and returns how long to wait before it may be used. `now` is any clock that does not go back.
    ///
    /// Leaves are given in the order in which they are asked for: two who ask at once wait for different moments.
    pub fn take(&mut self, now: Duration) -> Duration {
        // At most `most` leaves lie in the past.
        let earliest = now.saturating_sub(self.interval * (self.most - 1));
        let at = self.next.max(earliest);
        self.next = at + self.interval;
        at.saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn one_a_second_is_one_a_second() {
        let mut pace = Pace::per_second(1);
        let waits = [ms(5_000), ms(5_000), ms(5_000), ms(5_500), ms(20_000), ms(20_001)].map(|now| pace.take(now));
        assert_eq!(waits, [ms(0), ms(1_000), ms(2_000), ms(2_500), ms(0), ms(999)]);
    }

    #[test]
    fn a_second_s_worth_piles_up_and_no_more() {
        let mut pace = Pace::per_second(4);
        let waits: Vec<_> = (0..6).map(|_| pace.take(ms(60_000))).collect();
        assert_eq!(waits, [ms(0), ms(0), ms(0), ms(0), ms(250), ms(500)]);
    }

    /// Whatever is asked, no second has more than twice the rate, and no ten seconds more than ten times it and one second's worth.
    #[test]
    fn no_window_is_overfull() {
        let mut pace = Pace::per_second(3);
        let mut moments = Vec::new();
        for asked in 0..200_u64 {
            let now = ms(asked * 37 % 5_000 + asked * 90);
            moments.push(now.max(moments.last().copied().unwrap_or_default()));
        }
        let used: Vec<Duration> = moments.into_iter().map(|now| now + pace.take(now)).collect();
        assert!(used.is_sorted());
        for (index, first) in used.iter().enumerate() {
            let within = used[index..].iter().filter(|moment| **moment < *first + ms(10_000)).count();
            assert!(within <= 33, "{within}");
        }
    }

    #[test]
    fn nought_counts_as_one() {
        assert_eq!(Pace::per_second(0).take(ms(9_000)), ms(0));
    }
}
