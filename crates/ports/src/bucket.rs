//! Where sealed objects lie that were moved off this machine.
//!
//! What is put there is ciphertext already, under names that say nothing; whoever keeps the bucket can lose it and not read it.

use std::io::Read;
use std::ops::Range;

use assistant::codes;
use async_trait::async_trait;
use thiserror::Error;

/// A place for whole objects, by name.
#[async_trait]
pub trait Bucket: Send + Sync {
    /// Returns where an object lies there, for people. Two buckets in which the same name is another object give another place.
    fn place(&self, name: &str) -> String;

    /// Puts an object of `size` bytes there, whole or not at all; what has the name already is replaced.
    ///
    /// # Errors
    /// [`BucketError`]; nothing is lost here, put it again later.
    async fn put(&self, name: &str, size: u64, bytes: Box<dyn Read + Send>) -> Result<(), BucketError>;

    /// Returns an object's size in bytes, `None` if there is none.
    ///
    /// # Errors
    /// [`BucketError`].
    async fn size(&self, name: &str) -> Result<Option<u64>, BucketError>;

    /// Returns some bytes of an object: exactly as many as the range has.
    ///
    /// # Errors
    /// [`BucketError::Missing`] if there is no such object, or it is shorter.
    async fn read(&self, name: &str, range: Range<u64>) -> Result<Vec<u8>, BucketError>;

    /// Deletes an object; one that is not there is none the less gone.
    ///
    /// # Errors
    /// [`BucketError`]; it may still be there.
    async fn delete(&self, name: &str) -> Result<(), BucketError>;
}

/// Why a bucket does not do it.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum BucketError {
    /// It does not let us: the credentials are wrong, or may not do this. Look at them.
    #[error("the bucket refuses it: {what}")]
    Refused {
        /// Its status or code.
        what: String,
    },
    /// It has no such object, or there is no such bucket.
    #[error("the bucket does not have it")]
    Missing,
    /// It cannot be reached, or does not manage at the moment. Try again later.
    #[error("the bucket cannot be reached: {what}")]
    Unreachable {
        /// What went wrong, without addresses and secrets.
        what: String,
    },
    /// The object was moved to a bucket that the configuration does not name any more.
    #[error("it was moved to {place}, which the configuration does not name any more")]
    Elsewhere {
        /// Where it was moved to.
        place: String,
    },
}

impl BucketError {
    /// Returns the stable code of the error, an entry of [`assistant::codes::CODES`].
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => codes::STORAGE_REFUSED.code,
            Self::Missing => codes::STORAGE_MISSING.code,
            Self::Unreachable { .. } => codes::STORAGE_UNREACHABLE.code,
            Self::Elsewhere { .. } => codes::STORAGE_ELSEWHERE.code,
        }
    }
}
