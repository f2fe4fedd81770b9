//! Tells by a text message to the user's telephone, which the phone provider sends from a number of ours.
//!
//! A provider knows no doubles of messages, so one whose fate is not clear counts as told: better once less than twice.

use std::sync::Arc;

use assistant::notification::{Channel, Telling};
use async_trait::async_trait;
use ports::carrier::{Carrier, CarrierError};
use ports::notifier::{Notifier, NotifyError};
use telephony::cost::Micros;
use telephony::{PhoneNumber, Private, Timestamp};

/// The longest message, in characters: two parts of the network's own 153, which is what a summary takes at most.
const CHARS_AT_MOST: usize = 306;

/// Tells by a text message.
pub struct TextMessage {
    /// Who sends it.
    pub carrier: Arc<dyn Carrier>,
    /// Our number.
    pub from: PhoneNumber,
    /// The user's telephone.
    pub to: PhoneNumber,
    /// What one part of a message costs.
    pub price: Micros,
}

impl TextMessage {
    fn text(telling: &Telling) -> String {
        telling.text().trim_end().chars().take(CHARS_AT_MOST).collect()
    }
}

/// Returns how many parts a message is charged as: of 160 characters alone and 153 each of several, and of 70 and 67 if one of them
/// is not in the network's own alphabet. Every character beyond ASCII counts as such, so the figure is never too low.
///
/// Source: GSM 03.38 and 03.40 (lengths of single and concatenated messages).
fn parts(text: &str) -> u64 {
    let (alone, each, length) = if text.is_ascii() { (160, 153, text.len()) } else { (70, 67, text.encode_utf16().count()) };
    let parts = if length <= alone { 1 } else { length.div_ceil(each) };
    u64::try_from(parts).unwrap_or(u64::MAX)
}

#[async_trait]
impl Notifier for TextMessage {
    fn channel(&self) -> Channel {
        Channel::TextMessage
    }

    fn cost(&self, telling: &Telling) -> Micros {
        Micros(self.price.0.saturating_mul(parts(&Self::text(telling))))
    }

    async fn tell(&self, telling: &Telling, _: Timestamp) -> Result<(), NotifyError> {
        let text = Self::text(telling);
        match self.carrier.send_text(&self.from, &self.to, &Private::new(text)).await {
            Ok(()) => Ok(()),
            Err(CarrierError::Unclear { .. }) => {
                tracing::warn!("the phone provider did not say whether it sent a text message; it is not sent again");
                Ok(())
            }
            Err(CarrierError::Unauthorized { .. } | CarrierError::Rejected { .. }) => Err(NotifyError::Refused),
            Err(CarrierError::Throttled { .. }) => Err(NotifyError::Busy),
            Err(CarrierError::Unreachable { .. }) => Err(NotifyError::NoAnswer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_charged_by_its_parts() {
        let counts = [("a", 160), ("a", 161), ("a", 306), ("ä", 70), ("ä", 71), ("ä", 306)].map(|(letter, count)| parts(&letter.repeat(count)));
        assert_eq!(counts, [1, 2, 2, 1, 2, 5]);
        assert_eq!(parts(""), 1);
    }
}
