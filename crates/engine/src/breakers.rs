//! The breakers of all phone providers of a process: whom nothing is dialed by for a while, told to logs and counters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::assistant::breaker::{Breaker, Change, Resting, Tried, Trouble};
use ports::carrier::{CarrierCall, CarrierError};
use telephony::Timestamp;

use crate::metrics::Metrics;
use crate::troubles::Troubles;

/// One breaker a provider. The default knows of none and holds nobody back, for whoever dials nothing.
#[derive(Default)]
pub struct Breakers {
    by_carrier: Mutex<BTreeMap<&'static str, Breaker>>,
    metrics: Arc<Metrics>,
    troubles: Troubles,
    /// Providers whose trouble with the credentials was told, until they accept some.
    refuse_us: Mutex<BTreeSet<&'static str>>,
}

impl Breakers {
    /// Returns breakers for these providers, all of which count as working.
    pub fn new(carriers: impl IntoIterator<Item = &'static str>, metrics: Arc<Metrics>, troubles: Troubles) -> Self {
        let by_carrier = carriers.into_iter().map(|name| (name, Breaker::default())).collect();
        Self { by_carrier: Mutex::new(by_carrier), metrics, troubles, refuse_us: Mutex::default() }
    }

    /// Returns until when nothing can be dialed, because every provider is left alone; `None` if one may be asked.
    pub fn resting(&self, now: Timestamp) -> Option<Resting> {
        let breakers = self.lock();
        let resting: Option<Vec<Resting>> = breakers.values().map(|breaker| breaker.resting(now)).collect();
        resting?.into_iter().min_by_key(|resting| resting.until)
    }

    /// Takes leave for one dial by a provider.
    ///
    /// # Errors
    /// The failure that the provider had before, in its place: nothing may be sent now.
    pub(crate) fn take(&self, carrier: &'static str, now: Timestamp) -> Result<(), CarrierError> {
        let taken = self.lock().entry(carrier).or_default().take(now);
        taken.map_err(|resting| match resting.trouble {
            Trouble::Credentials => CarrierError::Unauthorized { carrier, code: 0 },
            Trouble::OutOfOrder => CarrierError::Unreachable { carrier },
        })
    }

    /// Takes note of a provider's answer to a dial.
    pub(crate) fn tried(&self, carrier: &'static str, now: Timestamp, reply: &Result<CarrierCall, CarrierError>) {
        self.heed_credentials(carrier, reply);
        let tried = match reply {
            Ok(_) | Err(CarrierError::Rejected { .. }) => Tried::Answered,
            // It works and has much to do.
            Err(CarrierError::Throttled { .. }) => return,
            Err(CarrierError::Unauthorized { .. }) => Tried::Failed(Trouble::Credentials),
            Err(CarrierError::Unreachable { .. } | CarrierError::Unclear { .. }) => Tried::Failed(Trouble::OutOfOrder),
        };
        let (change, resting) = {
            let mut breakers = self.lock();
            let breaker = breakers.entry(carrier).or_default();
            let change = breaker.tried(now, tried);
            (change, breakers.values().filter(|breaker| breaker.resting(now).is_some()).count())
        };
        match change {
            Change::None => return,
            Change::Rests(rests) => {
                let seconds = rests.until.as_millis().saturating_sub(now.as_millis()) / 1_000;
                tracing::warn!(carrier, seconds, trouble = ?rests.trouble, "a phone provider failed again and again; nothing is dialed by it for a while");
                Metrics::add(&self.metrics.carrier_rests, 1);
            }
            Change::Works => tracing::info!(carrier, "a phone provider works again"),
        }
        self.metrics.resting_carriers.store(resting as u64, std::sync::atomic::Ordering::Relaxed);
    }

    /// Tells once that a provider does not accept the credentials. One dial is enough: no other will go better.
    fn heed_credentials(&self, carrier: &'static str, reply: &Result<CarrierCall, CarrierError>) {
        let mut refuse_us = self.refuse_us.lock().unwrap_or_else(PoisonError::into_inner);
        match reply {
            Err(CarrierError::Unauthorized { .. }) if refuse_us.insert(carrier) => {
                self.troubles.tell(::assistant::trouble::Trouble::Credentials { provider: carrier.to_owned() });
            }
            Ok(_) | Err(CarrierError::Rejected { .. }) => {
                refuse_us.remove(carrier);
            }
            Err(_) => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Breaker>> {
        self.by_carrier.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    const NOON: Timestamp = Timestamp(1_795_539_600_000);

    #[test]
    fn as_long_as_one_provider_may_be_asked_something_may_be_dialed() {
        let metrics = Arc::new(Metrics::default());
        let breakers = Breakers::new(["one", "two"], metrics.clone(), Troubles::default());
        let dead = |carrier| Err(CarrierError::Unreachable { carrier });
        for _ in 0..3 {
            breakers.tried("one", NOON, &dead("one"));
        }
        assert_eq!((breakers.resting(NOON), breakers.take("two", NOON)), (None, Ok(())));
        assert_eq!(breakers.take("one", NOON), Err(CarrierError::Unreachable { carrier: "one" }));
        for _ in 0..3 {
            breakers.tried("two", NOON, &Err(CarrierError::Unauthorized { carrier: "two", code: 20003 }));
        }
        assert!(breakers.resting(NOON).is_some());
        assert_eq!((metrics.resting_carriers.load(Ordering::Relaxed), metrics.carrier_rests.load(Ordering::Relaxed)), (2, 2));
        breakers.tried("one", NOON, &Err(CarrierError::Rejected { carrier: "one", code: 21219, message: String::new() }));
        assert_eq!((breakers.resting(NOON), metrics.resting_carriers.load(Ordering::Relaxed)), (None, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_that_are_not_accepted_are_told_until_they_are_again() {
        let (sender, mut told) = tokio::sync::mpsc::channel(9);
        let breakers = Breakers::new(["one", "two"], Arc::default(), Troubles::through(sender));
        let refused = |carrier| Err(CarrierError::Unauthorized { carrier, code: 401 });
        let mut after = |carrier, reply| {
            breakers.tried(carrier, NOON, &reply);
            told.try_recv().ok()
        };
        let trouble = |provider: &str| Some(::assistant::trouble::Trouble::Credentials { provider: provider.into() });
        assert_eq!((after("one", refused("one")), after("one", refused("one"))), (trouble("one"), None), "once");
        assert_eq!(after("two", refused("two")), trouble("two"));
        assert_eq!(after("one", Err(CarrierError::Unreachable { carrier: "one" })), None);
        assert_eq!(after("one", refused("one")), None, "being away is not accepting them");
        assert_eq!(after("one", Err(CarrierError::Rejected { carrier: "one", code: 21219, message: String::new() })), None);
        assert_eq!(after("one", refused("one")), trouble("one"), "it accepted them in between");
    }

    #[test]
    fn whoever_dials_nothing_is_held_back_by_nothing() {
        assert_eq!(Breakers::default().resting(NOON), None);
    }
}
