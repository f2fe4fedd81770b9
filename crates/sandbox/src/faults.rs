//! Switches that make the network misbehave, as networks do. Each is read when a call is created.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How the next calls go wrong. The default: not at all.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Faults {
    /// The reply to a create comes so much later, though the phone rings at once: the requester's timeout passes.
    pub create_reply_delay: Option<Duration>,
    /// So long after the answer the line drops: the socket breaks without a goodbye and no webhook tells.
    pub line_drops_after: Option<Duration>,
    /// So long after the answer the callee hangs up, whoever it is.
    pub callee_hangs_up_after: Option<Duration>,
}

/// The switches of a sandbox, shared.
#[derive(Clone, Default, Debug)]
pub struct FaultSwitches(Arc<Mutex<Faults>>);

impl FaultSwitches {
    /// Sets them all.
    pub fn set(&self, faults: Faults) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// Returns how they stand.
    pub fn get(&self) -> Faults {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
