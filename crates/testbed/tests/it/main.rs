//! The testbed's integration tests, one binary.
#![allow(clippy::unwrap_used)]

mod accidents;
mod bad_days;
mod reliability;
mod simulate;
mod workspace;
