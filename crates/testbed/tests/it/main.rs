//! The testbed's integration tests, one binary.
#![allow(clippy::unwrap_used)]

mod simulate;
mod workspace;
