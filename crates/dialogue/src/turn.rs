//! Whose turn it is: when the callee's turn is over, when their voice over ours takes the floor, when silence is too long.
//!
//! Three small judges without any input or output of their own; [`crate::conversation::Conversation`] asks them.
//! All counts from the voice itself (first and last voiced sample), not from when a detector told us.

pub mod barge_in;
pub mod endpoint;
pub mod silence;
