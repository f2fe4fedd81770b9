//! The only `now()`.

use telephony::Timestamp;

/// Tells the wall clock's time, for records and law. Deadlines use the session's own monotonic clock.
pub trait Clock: Send + Sync {
    /// Returns the time now.
    fn now(&self) -> Timestamp;
}
