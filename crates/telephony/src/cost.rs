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

/// What a call can cost money for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostPart {
    /// The connection to the callee.
    Leg,
    /// Its sound, streamed to us and back.
    Stream,
    /// The carrier hears and speaks for us over a socket of texts.
    Relay,
    /// The carrier records.
    Recording,
    /// The carrier puts the callee's speech into text, turn by turn.
    Transcription,
    /// The carrier finds out whether a machine answered.
    Detection,
}

impl CostPart {
    /// Returns it in words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Leg => "connection",
            Self::Stream => "media stream",
            Self::Relay => "conversation relay",
            Self::Recording => "recording",
            Self::Transcription => "speech to text",
            Self::Detection => "machine detection",
        }
    }
}

/// What every call of an installation uses beside its leg: only that is charged.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallUses {
    /// A media stream.
    pub stream: bool,
    /// A relay of texts.
    pub relay: bool,
    /// A recording at the carrier.
    pub recording: bool,
    /// Speech to text at the carrier.
    pub transcription: bool,
    /// Machine detection at the carrier.
    pub detection: bool,
}

/// What a carrier charges, with the day the figures were read, and what of it calls use.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RateCard {
    /// ISO 4217 code.
    pub currency: String,
    /// µ per begun minute of an answered leg.
    pub leg_per_minute: Micros,
    /// µ per begun minute of media stream.
    pub stream_per_minute: Micros,
    /// µ per begun minute of a relay of texts.
    pub relay_per_minute: Micros,
    /// µ per begun minute that the carrier records.
    pub recording_per_minute: Micros,
    /// µ per begun minute of speech that the carrier puts into text.
    pub transcription_per_minute: Micros,
    /// µ per answered call in which the carrier looks for machines.
    pub detection_per_call: Micros,
    /// µ per part of a text message, the networks' own fees with it.
    pub text_message: Micros,
    /// µ a month for our number; part of no call.
    pub number_per_month: Micros,
    /// `YYYY-MM-DD` on which the figures were read.
    pub read_on: String,
    /// What calls use.
    pub uses: CallUses,
}

impl RateCard {
    /// The practice network's card: nothing costs anything.
    pub fn free() -> Self {
        Self {
            currency: "USD".into(),
            leg_per_minute: Micros::ZERO,
            stream_per_minute: Micros::ZERO,
            relay_per_minute: Micros::ZERO,
            recording_per_minute: Micros::ZERO,
            transcription_per_minute: Micros::ZERO,
            detection_per_call: Micros::ZERO,
            text_message: Micros::ZERO,
            number_per_month: Micros::ZERO,
            read_on: "2026-11-22".into(),
            uses: CallUses::default(),
        }
    }

    /// Twilio's list prices for calls to US numbers, with a media stream.
    ///
    /// Source: Twilio voice pricing, read 2026-05: leg 0.0140 a minute, local number 1.15 a month; recording 0.0025 a minute and
    /// transcription 0.05 a minute from the OpenAPI examples of 2026-04 (speech in a `<Gather>` is charged by use, at a price that
    /// is not confirmed and comes to about as much); machine detection about 0.0075 a call from Twilio's own guides; media stream
    /// 0.0040 and conversation relay 0.07 a minute are recalled, not confirmed. A text message is 0.0083 a part (read 2026-05), to which
    /// the networks' own fees come; those are recalled as 0.003 to 0.005, and the higher figure stands here.
    pub fn twilio_us() -> Self {
        Self {
            currency: "USD".into(),
            leg_per_minute: Micros(14_000),
            stream_per_minute: Micros(4_000),
            relay_per_minute: Micros(70_000),
            recording_per_minute: Micros(2_500),
            transcription_per_minute: Micros(50_000),
            detection_per_call: Micros(7_500),
            text_message: Micros(13_300),
            number_per_month: Micros(1_150_000),
            read_on: "2026-05-01".into(),
            uses: CallUses { stream: true, ..CallUses::default() },
        }
    }

    /// Plivo's prices for calls to US numbers, with a media stream. It has no relay of texts, records for nothing, and finds
    /// machines for nothing.
    ///
    /// None of them was read from a current list: leg 0.0120 and local number 0.80 stand in the fixtures of Plivo's own
    /// libraries (about 0.0115 and 0.50 are recalled); media stream 0.0040 is from Plivo's blog of 2026, while an example of its
    /// API bills 0.0030; speech of a question is charged in blocks of 15 seconds at a price that is recalled, 0.02. Of two
    /// figures the higher one stands here, so that a budget is never passed. For a text message Twilio's figure stands, which is not
    /// lower as far as is recalled. The account's own prices are read by `doctor`.
    pub fn plivo_us() -> Self {
        Self {
            currency: "USD".into(),
            leg_per_minute: Micros(12_000),
            stream_per_minute: Micros(4_000),
            relay_per_minute: Micros::ZERO,
            recording_per_minute: Micros::ZERO,
            transcription_per_minute: Micros(80_000),
            detection_per_call: Micros::ZERO,
            text_message: Micros(13_300),
            number_per_month: Micros(800_000),
            read_on: "2026-09-15".into(),
            uses: CallUses { stream: true, ..CallUses::default() },
        }
    }

    /// Returns what an answered call of this length costs, by what for; what is free is left out.
    pub fn parts(&self, answered_for: Duration) -> Vec<(CostPart, Micros)> {
        let CallUses { stream, relay, recording, transcription, detection } = self.uses;
        let minutes = |is_used: bool, per_minute: Micros| if is_used { leg_cost(answered_for, per_minute) } else { Micros::ZERO };
        let once = if detection && !answered_for.is_zero() { self.detection_per_call } else { Micros::ZERO };
        let parts = [
            (CostPart::Leg, minutes(true, self.leg_per_minute)),
            (CostPart::Stream, minutes(stream, self.stream_per_minute)),
            (CostPart::Relay, minutes(relay, self.relay_per_minute)),
            (CostPart::Recording, minutes(recording, self.recording_per_minute)),
            (CostPart::Transcription, minutes(transcription, self.transcription_per_minute)),
            (CostPart::Detection, once),
        ];
        parts.into_iter().filter(|(_, amount)| *amount > Micros::ZERO).collect()
    }

    /// Returns what an answered call of this length costs.
    pub fn call_cost(&self, answered_for: Duration) -> Micros {
        self.parts(answered_for).into_iter().fold(Micros::ZERO, |sum, (_, amount)| sum.plus(amount))
    }

    /// Returns what a caller costs who is connected with somebody else for so long: carriers bill both legs.
    pub fn forwarded_cost(&self, time_limit: Duration) -> Micros {
        let leg = self.call_cost(time_limit);
        leg.plus(leg)
    }

    /// Returns what such a call costs once the carrier has told the price of its leg: that price, and all else by the card,
    /// for the price of a call covers the connection only.
    ///
    /// Source: OpenAPI description of the call's `price`, 2026-04.
    pub fn settled_cost(&self, leg_price: Micros, answered_for: Duration) -> Micros {
        let beside = self.parts(answered_for).into_iter().filter(|(part, _)| *part != CostPart::Leg);
        beside.fold(leg_price, |sum, (_, amount)| sum.plus(amount))
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
    fn a_call_costs_for_what_it_uses_and_nothing_else() {
        let mut card = RateCard::twilio_us();
        let minute_and_a_bit = Duration::from_secs(61);
        assert_eq!(card.parts(minute_and_a_bit), [(CostPart::Leg, Micros(28_000)), (CostPart::Stream, Micros(8_000))]);
        assert_eq!(card.call_cost(minute_and_a_bit), Micros(36_000));
        card.uses = CallUses { relay: true, recording: true, detection: true, ..CallUses::default() };
        let relay = [(CostPart::Leg, 28_000), (CostPart::Relay, 140_000), (CostPart::Recording, 5_000), (CostPart::Detection, 7_500)];
        assert_eq!(card.parts(minute_and_a_bit), relay.map(|(part, amount)| (part, Micros(amount))));
        card.uses = CallUses { transcription: true, ..CallUses::default() };
        assert_eq!(card.call_cost(Duration::from_secs(1)), Micros(64_000));
        assert_eq!((card.call_cost(Duration::ZERO), RateCard::free().call_cost(minute_and_a_bit)), (Micros::ZERO, Micros::ZERO));
    }

    #[test]
    fn trap_32_both_legs_of_a_forwarded_call_are_billed() {
        for card in [RateCard::plivo_us(), RateCard::twilio_us()] {
            assert_eq!(card.forwarded_cost(Duration::from_secs(61)).0, 2 * card.call_cost(Duration::from_secs(61)).0);
        }
    }

    #[test]
    fn plivo_charges_for_speech_and_neither_for_recording_nor_for_machines() {
        let every_use = CallUses { stream: true, relay: true, recording: true, transcription: true, detection: true };
        let card = RateCard { uses: every_use, ..RateCard::plivo_us() };
        let parts = [(CostPart::Leg, Micros(24_000)), (CostPart::Stream, Micros(8_000)), (CostPart::Transcription, Micros(160_000))];
        assert_eq!(card.parts(Duration::from_secs(66)), parts);
    }

    #[test]
    fn the_carrier_s_price_stands_for_the_leg_alone() {
        let card = RateCard::twilio_us();
        assert_eq!(card.settled_cost(Micros(13_000), Duration::from_secs(30)), Micros(17_000));
        assert_eq!(card.settled_cost(Micros::ZERO, Duration::ZERO), Micros::ZERO);
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(Micros(28_000).to_string(), "0.028");
        assert_eq!(Micros(0).to_string(), "0.00");
        assert_eq!(Micros(1_250_000).to_string(), "1.25");
    }
}
