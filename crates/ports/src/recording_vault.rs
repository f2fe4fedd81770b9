//! Where recordings and traces are kept: sealed, in pieces, readable up to the last whole piece after a crash.

use assistant::codes;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use telephony::AttemptId;
use thiserror::Error;

use crate::bucket::BucketError;

/// Keeps sealed objects, one of each kind an attempt.
#[async_trait]
pub trait RecordingVault: Send + Sync {
    /// Begins an object; whatever was there before under this name is replaced.
    ///
    /// # Errors
    /// [`VaultError`].
    fn create(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Box<dyn VaultWriter>, VaultError>;

    /// Returns all bytes of an object, or `None` if there is none. An unfinished one gives its whole pieces; one that was moved is fetched.
    ///
    /// # Errors
    /// [`VaultError::Damaged`] if it was altered, or cut although it had been finished; [`VaultError::Bucket`] if it cannot be fetched.
    async fn read(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<Option<Vec<u8>>, VaultError>;

    /// Returns all objects, unfinished ones too, in the order of their names.
    ///
    /// # Errors
    /// [`VaultError`].
    fn list(&self) -> Result<Vec<StoredObject>, VaultError>;

    /// Deletes an object and with it the key that opens it, so that nobody reads it any more, wherever it lies. Returns whether there was one.
    ///
    /// # Errors
    /// [`VaultError`]; the object is still there.
    fn delete(&self, attempt: &AttemptId, kind: ObjectKind) -> Result<bool, VaultError>;

    /// Returns where an object lies, for people.
    fn place(&self, attempt: &AttemptId, kind: ObjectKind) -> String;
}

/// An object as it is listed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StoredObject {
    /// Of which attempt.
    pub attempt: AttemptId,
    /// What it is.
    pub kind: ObjectKind,
    /// Its size on disk, sealed.
    pub sealed_bytes: u64,
    /// Whether its end was written. One that is not is still growing, or a crash cut it off.
    pub is_finished: bool,
}

/// Kinds of objects.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// The stereo recording, WAV.
    Recording,
    /// The trace, JSON lines.
    Trace,
}

impl ObjectKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Recording, Self::Trace];

    /// Returns the kind as a word, part of the object's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Trace => "trace",
        }
    }
}

/// An object being written. Dropping it leaves it unfinished, which is not lost.
pub trait VaultWriter: Send {
    /// Appends. Pieces are written when they are large enough; never waits for more than one small write.
    ///
    /// # Errors
    /// [`VaultError`]; nothing more can be appended.
    fn append(&mut self, bytes: &[u8]) -> Result<(), VaultError>;

    /// Writes what is left and marks the object as whole.
    ///
    /// # Errors
    /// [`VaultError`]; the object stays unfinished.
    fn finish(self: Box<Self>) -> Result<(), VaultError>;

    /// Does the same without making the caller wait, if it can: `done` is told from whatever thread has done it.
    fn finish_then(self: Box<Self>, done: Finished) {
        done(self.finish());
    }
}

/// Is told whether an object was finished. Must not block.
pub type Finished = Box<dyn FnOnce(Result<(), VaultError>) + Send>;

/// Why the vault cannot do it.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum VaultError {
    /// No space left. Free some; the call itself goes on.
    #[error("the disk is full")]
    Full,
    /// The bytes are not those that were written.
    #[error("the object is damaged or was altered")]
    Damaged,
    /// The key file is missing, unreadable, or not the one that sealed this. Restore it from a backup.
    #[error("the vault's key is missing or is another one")]
    WrongKey,
    /// It was moved to a bucket, and cannot be had from there.
    #[error(transparent)]
    Bucket(#[from] BucketError),
    /// The disk failed.
    #[error("the vault cannot be used: {what}")]
    Unavailable {
        /// What the system said.
        what: String,
    },
}

impl VaultError {
    /// Returns the stable code of the error, an entry of [`assistant::codes::CODES`].
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Full => codes::STORE_FULL.code,
            Self::Damaged => codes::STORE_CORRUPT.code,
            Self::WrongKey => codes::STORE_WRONG_KEY.code,
            Self::Bucket(error) => error.code(),
            Self::Unavailable { .. } => codes::STORE_UNAVAILABLE.code,
        }
    }
}
