//! What networks do to what they carry: loss, jitter, lateness, doubling, reordering. Seeded, so a bad day replays.
//!
//! One [`Impairer`] serves one direction of one thing (frames of a stream, webhooks of a call). It decides when each item
//! arrives, how often, or whether at all; who holds it delivers in order of the times it names.

use std::time::Duration;

use telephony::SessionTime;

/// How bad a network is. The default is a perfect one.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Impairment {
    /// Of a thousand items so many never arrive.
    pub lost_permille: u16,
    /// Of a thousand items so many arrive twice.
    pub doubled_permille: u16,
    /// Of a thousand items so many are held back by `late_by`, and so overtaken by those behind them.
    pub late_permille: u16,
    /// How late a late item is.
    pub late_by: Duration,
    /// Every item needs at least this long.
    pub latency: Duration,
    /// And up to so much longer, evenly spread.
    pub jitter: Duration,
}

/// Applies an [`Impairment`] to one direction.
#[derive(Clone, Debug)]
pub struct Impairer {
    impairment: Impairment,
    chance: Chance,
}

impl Impairer {
    /// Returns the network of this seed.
    pub fn new(impairment: Impairment, seed: u64) -> Self {
        Self { impairment, chance: Chance::new(seed) }
    }

    /// Returns when an item sent at `now` arrives: never, once or twice. Draws the same number of chances for every item.
    pub fn deliveries(&mut self, now: SessionTime) -> Vec<SessionTime> {
        let is_lost = self.chance.permille(self.impairment.lost_permille);
        let is_doubled = self.chance.permille(self.impairment.doubled_permille);
        let (first, second) = (self.arrival(now), self.arrival(now));
        match (is_lost, is_doubled) {
            (true, _) => Vec::new(),
            (false, false) => vec![first],
            (false, true) => vec![first, second],
        }
    }

    fn arrival(&mut self, now: SessionTime) -> SessionTime {
        let jitter_us = u64::try_from(self.impairment.jitter.as_micros()).unwrap_or(u64::MAX - 1);
        let jitter = Duration::from_micros(self.chance.below(jitter_us + 1));
        let is_late = self.chance.permille(self.impairment.late_permille);
        let on_time = now + self.impairment.latency + jitter;
        if is_late { on_time + self.impairment.late_by } else { on_time }
    }
}

/// Seeded chance: SplitMix64. Not for secrets.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// Returns the sequence of this seed.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// Returns the next 64 bits.
    pub const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number below `bound`, which is at least 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        u64::try_from((u128::from(self.next()) * u128::from(bound.max(1))) >> 64).unwrap_or(0)
    }

    /// Returns true so many times in a thousand.
    pub fn permille(&mut self, permille: u16) -> bool {
        self.below(1_000) < u64::from(permille)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_network_delivers_at_once_and_once() {
        let mut network = Impairer::new(Impairment::default(), 7);
        assert_eq!(network.deliveries(SessionTime::from_millis(5)), [SessionTime::from_millis(5)]);
    }

    #[test]
    fn a_seed_replays_its_day() {
        let bad = Impairment {
            lost_permille: 50,
            doubled_permille: 50,
            late_permille: 100,
            late_by: Duration::from_millis(300),
            jitter: Duration::from_millis(40),
            ..Impairment::default()
        };
        let day = |seed| {
            let mut network = Impairer::new(bad, seed);
            (0..1_000).map(|at| network.deliveries(SessionTime::from_millis(at * 20))).collect::<Vec<_>>()
        };
        assert_eq!(day(1), day(1));
        assert_ne!(day(1), day(2));
        let lost = day(1).iter().filter(|deliveries| deliveries.is_empty()).count();
        let doubled = day(1).iter().filter(|deliveries| deliveries.len() == 2).count();
        assert!((25..=80).contains(&lost), "{lost} of 1000 lost");
        assert!((25..=80).contains(&doubled), "{doubled} of 1000 doubled");
    }

    #[test]
    fn late_items_are_overtaken() {
        let late = Impairment { late_permille: 1_000, late_by: Duration::from_millis(100), ..Impairment::default() };
        let mut network = Impairer::new(late, 3);
        assert_eq!(network.deliveries(SessionTime::ZERO), [SessionTime::from_millis(100)]);
    }
}
