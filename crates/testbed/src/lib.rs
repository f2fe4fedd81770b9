//! Virtual time over all machines: the whole cast in a thousand calls without a socket.
//!
//! [`world`] plays one call as text in and text out; [`verdict`] compares what came of it with what its scenario expects;
//! [`simulate`] does so many times on all cores, with seeded impairments, and says how a bad call is replayed.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod impairments;
pub mod scenario;
pub mod simulate;
pub mod summary;
pub mod verdict;
pub mod world;
