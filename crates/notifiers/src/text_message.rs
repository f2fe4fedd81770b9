//! Tells by a text message to the user's telephone, which the phone provider sends from a number of ours.
//!
//! A provider knows no doubles of messages, so one whose fate is not clear counts as told: better once less than twice.

use std::sync::Arc;

use assistant::notification::{Channel, Telling};
use async_trait::async_trait;
use ports::carrier::{Carrier, CarrierError};
use ports::notifier::{Notifier, NotifyError};
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
}

#[async_trait]
impl Notifier for TextMessage {
    fn channel(&self) -> Channel {
        Channel::TextMessage
    }

    async fn tell(&self, telling: &Telling, _: Timestamp) -> Result<(), NotifyError> {
        let text: String = telling.text().trim_end().chars().take(CHARS_AT_MOST).collect();
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
