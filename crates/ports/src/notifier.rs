//! Tells the user by one channel.

use assistant::notification::{Channel, Telling};
use async_trait::async_trait;
use telephony::Timestamp;
use telephony::cost::Micros;
use thiserror::Error;

/// A way to tell the user.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Which.
    fn channel(&self) -> Channel;

    /// Returns the most that telling this costs: nothing, but for a text message.
    fn cost(&self, _telling: &Telling) -> Micros {
        Micros::ZERO
    }

    /// Tells; returns when the other side has said that it has it.
    async fn tell(&self, telling: &Telling, now: Timestamp) -> Result<(), NotifyError>;
}

/// Why the user was not told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum NotifyError {
    /// No answer came. Try again later; they may have it already, and know it by its event.
    #[error("no answer")]
    NoAnswer,
    /// The other side is not able to now. Try again later.
    #[error("the other side cannot take it now")]
    Busy,
    /// The other side will not have it: the settings are wrong. Trying again without changing them is of little use.
    #[error("the other side refuses it")]
    Refused,
    /// The address may not be used: it leads into a private network, or nowhere.
    #[error("the address may not be used")]
    BadAddress,
}

impl NotifyError {
    /// Returns the stable word that is kept.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Refused => "refused",
            Self::BadAddress => "bad_address",
        }
    }
}
