//! A telephone network in a box, without sockets: callees written in YAML, the cast that ships, impairments.
//!
//! Pure: text in, text out, time as an argument, chance as a seed. The sandbox puts sound and sockets around it, the
//! testbed runs a thousand calls of it in virtual time. Nothing here knows a carrier's field names.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod booking;
pub mod callee;
pub mod cast;
pub mod hearing;
pub mod impairment;
pub mod network;
pub mod script;
