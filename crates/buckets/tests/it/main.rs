//! The integration tests of the buckets, one binary.
#![allow(clippy::unwrap_used)]

mod fake_s3;
mod s3;
