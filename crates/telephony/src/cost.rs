//! Money: millionths of a currency unit, begun minutes, rate cards.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An amount in millionths (µ) of a currency unit: 14 000 µ USD are 1.4 cents.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub u64);

impl Micros {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Returns the sum, or the largest amount if it does not fit.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// `0.028`: units with up to four decimals, at least two.
impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:04}", self.0 / 1_000_000, self.0 % 1_000_000 / 100);
        let shortest = text.len() - 2;
        let kept = text.trim_end_matches('0').len().max(shortest);
        f.write_str(&text[..kept])
    }
}

/// What a carrier charges, with the day the figures were read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RateCard {
    /// ISO 4217 code.
    pub currency: String,
    /// µ per begun minute of an answered leg.
    pub leg_per_minute: Micros,
    /// µ per begun minute of media stream.
    pub stream_per_minute: Micros,
    /// `YYYY-MM-DD` on which the figures were read.
    pub read_on: String,
}

impl RateCard {
    /// The practice network's card: nothing costs anything.
    pub fn free() -> Self {
        Self { currency: "USD".into(), leg_per_minute: Micros::ZERO, stream_per_minute: Micros::ZERO, read_on: "2026-11-22".into() }
    }

    /// Twilio's list prices for calls to US numbers: 0.0140 a minute and leg, media streams 0.0040.
    ///
    /// Source: Twilio voice pricing, read 2026-05; the stream price is recalled, not confirmed.
    pub fn twilio_us() -> Self {
        Self { currency: "USD".into(), leg_per_minute: Micros(14_000), stream_per_minute: Micros(4_000), read_on: "2026-05-01".into() }
    }

    /// Returns what an answered call of this length costs.
    pub fn call_cost(&self, answered_for: Duration) -> Micros {
        let leg = leg_cost(answered_for, self.leg_per_minute);
        let stream = leg_cost(answered_for, self.stream_per_minute);
        leg.plus(stream)
    }
}

/// Returns what an answered leg costs.
///
/// Carriers bill begun minutes: 61 s at 14 000 µ a minute cost 28 000 µ. Saturates instead of overflowing.
///
/// Source: Twilio support article 223132307, "How do you round minutes for billing".
pub fn leg_cost(answered_for: Duration, per_minute: Micros) -> Micros {
    let begun_minutes = answered_for.as_millis().div_ceil(60_000);
    Micros(u64::try_from(begun_minutes).unwrap_or(u64::MAX).saturating_mul(per_minute.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_minute_costs_a_whole_one() {
        assert_eq!(leg_cost(Duration::from_secs(61), Micros(14_000)), Micros(28_000));
        assert_eq!(leg_cost(Duration::ZERO, Micros(14_000)), Micros::ZERO);
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(Micros(28_000).to_string(), "0.028");
        assert_eq!(Micros(0).to_string(), "0.00");
        assert_eq!(Micros(1_250_000).to_string(), "1.25");
    }
}
