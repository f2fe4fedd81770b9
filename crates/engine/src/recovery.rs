//! After a crash: every attempt that was left behind is ended at the carrier and in the books, before anything dials.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::attempt::AttemptState;
use ports::carrier::{Carrier, CarrierCall, CarrierError};
use ports::clock::Clock;
use ports::task_store::{Finish, OpenAttempt, StoreError, TaskStore};
use telephony::cost::{Micros, RateCard};
use telephony::{Disposition, PhoneNumber};

/// What recovery did.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Recovered {
    /// Attempts whose phone never rang.
    pub never_dialed: u32,
    /// Attempts whose call was found at the carrier and ended.
    pub ended: u32,
    /// Attempts of which the carrier gave no clear account.
    pub unclear: u32,
}

/// Ends what a crash left behind. No attempt is ever dialled again here.
///
/// # Errors
/// [`StoreError`]; nothing may dial until it succeeds.
pub async fn recover(
    store: &dyn TaskStore,
    carrier: &Arc<dyn Carrier>,
    from: &PhoneNumber,
    rates: &RateCard,
    clock: &dyn Clock,
) -> Result<Recovered, StoreError> {
    let mut recovered = Recovered::default();
    for open in store.unfinished().await? {
        let (disposition, call) = match open.state {
            AttemptState::Intent => {
                recovered.never_dialed += 1;
                (Disposition::SetupFailed, None)
            }
            _ => match find(carrier, from, &open).await {
                Ok(Some(call)) => {
                    recovered.ended += 1;
                    (Disposition::Interrupted, Some(end(carrier, call).await))
                }
                // Dialing was on disk, yet the carrier knows of no call: the request never left.
                Ok(None) => {
                    recovered.never_dialed += 1;
                    (Disposition::FailedUnknown, None)
                }
                Err(_) => {
                    recovered.unclear += 1;
                    (Disposition::FailedUnknown, None)
                }
            },
        };
        let answered_for = call.and_then(|call| call.duration).unwrap_or(Duration::ZERO);
        let cost = if answered_for.is_zero() { Micros::ZERO } else { rates.call_cost(answered_for) };
        let finish = Finish { disposition, report: None, answered_for, cost, at: clock.now() };
        store.finish_attempt(&open.attempt, &finish).await?;
    }
    Ok(recovered)
}

async fn find(carrier: &Arc<dyn Carrier>, from: &PhoneNumber, open: &OpenAttempt) -> Result<Option<CarrierCall>, CarrierError> {
    match &open.call {
        Some(call) => carrier.fetch_call(call).await,
        None => Ok(carrier.find_calls(from, &open.number, open.began_at).await?.into_iter().next()),
    }
}

/// Hangs up if it still lives, and returns the carrier's last word on it.
async fn end(carrier: &Arc<dyn Carrier>, call: CarrierCall) -> CarrierCall {
    if call.state.is_terminal() {
        return call;
    }
    if let Err(error) = carrier.end_call(&call.id).await {
        tracing::warn!(%error, "a call left behind by a crash could not be ended; the carrier's time limit will");
    }
    match carrier.fetch_call(&call.id).await {
        Ok(Some(ended)) => ended,
        Ok(None) | Err(_) => call,
    }
}
