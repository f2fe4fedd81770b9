//! After a call: the price that the carrier tells, minutes or hours later, takes the place of our own reckoning.
//!
//! Asked for at the next start, and whenever somebody looks at costs. A carrier that does not know yet is asked again then;
//! what is older than `ASKED_FOR` stays as it was reckoned. Pure but for the two ports.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::policy::Rules;
use ports::carrier::{Carrier, CarrierCall};
use ports::clock::Clock;
use ports::task_store::{StoreError, TaskStore, Unsettled};
use telephony::cost::{Micros, RateCard};

/// How long after its end a price is asked for. Twilio tells it within hours; its records last longer.
const ASKED_FOR: Duration = Duration::from_secs(14 * 86_400);

/// Prices asked for at once, a request each; the rest waits for the next time.
const AT_MOST: u32 = 50;

/// What came of it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Settled {
    /// Prices that are settled now.
    pub settled: u32,
    /// Prices that are still open.
    pub open: u32,
}

/// Asks the carriers, each with what it charges, for open prices of their own calls and keeps them.
///
/// # Errors
/// [`StoreError`]. A carrier that does not answer leaves prices open, which is no error.
pub async fn settle(
    store: &dyn TaskStore,
    carriers: &[(Arc<dyn Carrier>, RateCard)],
    rules: &Rules,
    clock: &dyn Clock,
) -> Result<Settled, StoreError> {
    let mut settled = Settled::default();
    for open in store.unsettled(clock.now() - ASKED_FOR, AT_MOST).await? {
        // Whoever connected it may not be in use any more; then nobody is left to ask.
        let Some((carrier, rates)) = carriers.iter().find(|(carrier, _)| open.provider.as_deref().is_none_or(|name| name == carrier.name())) else {
            settled.open += 1;
            continue;
        };
        let told = match carrier.fetch_call(&open.call).await {
            Ok(call) => call,
            Err(error) => {
                tracing::debug!(%error, "a price could not be asked for");
                None
            }
        };
        match cost(&open, told.as_ref(), rates) {
            Some(cost) => {
                store.settle_price(&open.attempt, cost, clock.now(), rules).await?;
                settled.settled += 1;
            }
            None => settled.open += 1,
        }
    }
    Ok(settled)
}

/// Returns what a call cost by the carrier's word, `None` if it has not told or counts in another currency.
fn cost(open: &Unsettled, told: Option<&CarrierCall>, rates: &RateCard) -> Option<Micros> {
    let call = told?;
    let (price, currency) = call.price.as_ref()?;
    // The carrier's length is what it charges for; ours may end a moment later.
    let answered_for = call.duration.unwrap_or(open.answered_for);
    currency.eq_ignore_ascii_case(&rates.currency).then(|| rates.settled_cost(*price, answered_for))
}

#[cfg(test)]
mod tests {
    use telephony::leg::LegState;
    use telephony::{AttemptId, CarrierCallId};

    use super::*;

    fn told(price: Option<(u64, &str)>, seconds: Option<u64>) -> CarrierCall {
        CarrierCall {
            id: CarrierCallId::new("CA1"),
            state: LegState::Completed,
            started_at: None,
            duration: seconds.map(Duration::from_secs),
            price: price.map(|(micros, currency)| (Micros(micros), currency.to_owned())),
        }
    }

    #[test]
    fn the_price_of_the_leg_is_the_carrier_s_and_the_rest_by_the_card() {
        let open =
            Unsettled { attempt: AttemptId::new("a1"), provider: None, call: CarrierCallId::new("CA1"), answered_for: Duration::from_secs(61) };
        let card = RateCard::twilio_us();
        let cost = |told: Option<CarrierCall>| cost(&open, told.as_ref(), &card);
        assert_eq!(cost(Some(told(Some((26_000, "USD")), None))), Some(Micros(34_000)), "two minutes of stream beside it");
        assert_eq!(cost(Some(told(Some((13_000, "usd")), Some(60)))), Some(Micros(17_000)), "the carrier counted one minute");
        assert_eq!(cost(Some(told(None, None))), None, "not told yet");
        assert_eq!(cost(Some(told(Some((1, "EUR")), None))), None, "another currency");
        assert_eq!(cost(None), None, "no such call");
    }
}
