//! What is still to be told: written with the end of a call, with what passed a threshold of money, or as a trouble is noticed; told
//! later, once an event and channel.
//!
//! The event is written once, in the transaction of what it tells. Each channel gets it at least once: a crash between the other
//! side's "received" and our note of it sends it again, with the same event identity, by which the other side tells doubles.

use assistant::notification::{Channel, Telling};
use assistant::trouble::Trouble;
use async_trait::async_trait;
use telephony::Timestamp;

use crate::task_store::StoreError;

/// Keeps what is to be told.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Addresses events that nobody was addressed with yet to these channels; those that happened before `not_before` to none.
    async fn address(&self, channels: &[Channel], not_before: Timestamp, now: Timestamp) -> Result<(), StoreError>;

    /// Returns deliveries whose time has come, the earliest first.
    async fn due(&self, now: Timestamp, at_most: u32) -> Result<Vec<Delivery>, StoreError>;

    /// Returns what a delivery tells, as the books know it now; `None` if what it tells of is gone.
    async fn telling(&self, delivery: &Delivery) -> Result<Option<Telling>, StoreError>;

    /// Keeps what came of a try.
    async fn tried(&self, delivery: &Delivery, outcome: &Tried, now: Timestamp) -> Result<(), StoreError>;

    /// Puts a trouble among what is to be told, unless the same one was put there since `not_since`. Returns whether it was not.
    async fn tell_trouble(&self, trouble: &Trouble, not_since: Timestamp, at: Timestamp) -> Result<bool, StoreError>;

    /// Returns the troubles that were put there since then, oldest first.
    async fn troubles(&self, since: Timestamp) -> Result<Vec<(Timestamp, Trouble)>, StoreError>;
}

/// One event for one channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// The event's identity.
    pub event: String,
    /// Where it goes.
    pub channel: Channel,
    /// How often it was tried.
    pub tries: u32,
}

/// What came of a try.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Tried {
    /// The other side has it.
    Delivered,
    /// It has not, and is tried again.
    Later {
        /// Why, a stable word.
        trouble: &'static str,
        /// When.
        at: Timestamp,
    },
    /// It has not, and nobody tries again.
    GivenUp {
        /// Why, a stable word.
        trouble: &'static str,
    },
}
