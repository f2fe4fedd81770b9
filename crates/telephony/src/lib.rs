//! The vocabulary of telephony: numbers, parties, legs, calls, digits, money and time.
//!
//! Pure values and machines. Nothing here reads a clock, draws a random number or knows a carrier's
//! field names; time and identity come in as arguments, so every call can be replayed.

pub mod call;
pub mod cost;
pub mod disposition;
pub mod dtmf;
pub mod ids;
pub mod leg;
pub mod number;
pub mod plan;
pub mod private;
pub mod recording;
pub mod time;
pub mod trace;

pub use disposition::Disposition;
pub use ids::{AttemptId, CallId, CarrierCallId, CarrierRecordingId, LineId, TaskId, UtteranceId};
pub use number::PhoneNumber;
pub use private::Private;
pub use time::{AudioPosition, SessionTime, Timestamp};
