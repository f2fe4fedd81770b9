//! Which of the calls that a carrier lists between two numbers were made for one attempt.
//!
//! A list says from where, to whom and when, not for what. So each call that another attempt is known to have made is set aside, and
//! while another attempt to the same number has no name for its call yet, nothing is said: "dialing" is on disk before a byte leaves,
//! so whoever asks the store after the carrier sees every attempt of which the carrier could have listed a call.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use ::assistant::attempt::AttemptState;
use ports::carrier::{CarrierCall, CarrierError};
use ports::task_store::{OpenAttempt, StoreError, TaskStore};
use telephony::{AttemptId, CarrierCallId, PhoneNumber, Timestamp};

/// Attempts that began so long before one may still have made a call after it.
const LOOKS_BACK: Duration = Duration::from_secs(3_600);

/// Tells the calls of one attempt from those of others.
#[derive(Clone)]
pub(crate) struct OwnCalls {
    store: Arc<dyn TaskStore>,
    attempt: AttemptId,
    number: PhoneNumber,
}

impl OwnCalls {
    pub(crate) fn new(store: Arc<dyn TaskStore>, attempt: AttemptId, number: PhoneNumber) -> Self {
        Self { store, attempt, number }
    }

    /// Returns those of the listed calls that are this attempt's, in their order.
    ///
    /// # Errors
    /// [`CarrierError::Unclear`] if it cannot be told yet.
    pub(crate) async fn among(&self, listed: Vec<CarrierCall>, since: Timestamp, carrier: &'static str) -> Result<Vec<CarrierCall>, CarrierError> {
        let own = among(self.store.as_ref(), &self.attempt, &self.number, since, |_| true).await;
        match own {
            Ok(Some(claimed)) => Ok(listed.into_iter().filter(|call| !claimed.contains(&call.id)).collect()),
            Ok(None) => Err(CarrierError::Unclear { carrier }),
            Err(error) => {
                tracing::warn!(%error, "whose a call at the carrier is cannot be looked up");
                Err(CarrierError::Unclear { carrier })
            }
        }
    }
}

/// Returns the calls that belong to others; `None` while an attempt that `is_led` rings the same number and has no name for its call.
pub(crate) async fn among(
    store: &dyn TaskStore,
    attempt: &AttemptId,
    number: &PhoneNumber,
    since: Timestamp,
    is_led: impl Fn(&AttemptId) -> bool,
) -> Result<Option<HashSet<CarrierCallId>>, StoreError> {
    let others: Vec<OpenAttempt> =
        store.recent(since - LOOKS_BACK).await?.into_iter().filter(|other| other.attempt != *attempt && other.number == *number).collect();
    let is_unnamed = |other: &OpenAttempt| other.call.is_none() && matches!(other.state, AttemptState::Dialing | AttemptState::Unknown);
    if others.iter().any(|other| is_unnamed(other) && is_led(&other.attempt)) {
        return Ok(None);
    }
    Ok(Some(others.into_iter().filter_map(|other| other.call).collect()))
}
