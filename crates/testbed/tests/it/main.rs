//! The testbed's integration tests, one binary.
#![allow(clippy::unwrap_used)]

mod reliability;
mod simulate;
mod workspace;
