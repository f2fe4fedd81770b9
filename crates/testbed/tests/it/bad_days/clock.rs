//! The wall clock of a day in virtual time: it goes on over crashes, each of which ends a runtime with a clock of its own.

use std::sync::{Arc, Mutex, PoisonError};

use store::contract::NOON;
use telephony::Timestamp;
use tokio::time::Instant;

/// The clock. A clone shows the same time.
#[derive(Clone)]
pub struct DayClock(Arc<Mutex<(u64, Option<Instant>)>>);

impl DayClock {
    /// Returns a clock that stands at noon.
    pub fn new() -> Self {
        Self::at(NOON)
    }

    /// Returns a clock that stands at this moment.
    pub fn at(moment: Timestamp) -> Self {
        Self(Arc::new(Mutex::new((u64::try_from(moment.as_millis()).unwrap(), None))))
    }

    /// Returns milliseconds since 1970.
    pub fn millis(&self) -> u64 {
        let (base, since) = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        base + since.map_or(0, |since| u64::try_from(since.elapsed().as_millis()).unwrap())
    }

    /// Lets it go with the runtime's clock.
    pub fn goes(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(Instant::now());
    }

    /// Stops it: the runtime ends. It then shows so much later, when the next one begins.
    pub fn stops(&self, until_next: u64) {
        let now = self.millis();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (now + until_next, None);
    }
}
