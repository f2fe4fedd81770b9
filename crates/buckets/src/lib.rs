//! Where sealed objects are kept off this machine: S3 and everything that speaks like it.
//!
//! Behind [`ports::bucket::Bucket`]. What comes here is ciphertext; names say nothing of anybody. What fails is tried again a few times
//! within a request, and otherwise by whoever moves objects.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod s3;

pub use s3::{S3, S3Settings, Unusable};
