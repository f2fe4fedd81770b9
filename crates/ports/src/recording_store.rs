//! Recordings that a carrier makes of our calls, from the moment at which it begins to record until nothing of them is left there.
//!
//! A row says what is to be done with one, so that a crash, a full disk or a carrier that is out of reach loses none and keeps none
//! that must not be kept. Each method is one transaction.

use async_trait::async_trait;
use telephony::{AttemptId, AudioPosition, CarrierCallId, CarrierRecordingId, Timestamp};

use crate::task_store::StoreError;

/// Keeps what must survive a crash.
#[async_trait]
pub trait RecordingStore: Send + Sync {
    /// Keeps that a carrier records a call, or what more is known of it. A recording that is not wanted any more stays so, and one
    /// that is kept or done with changes no more.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn await_recording(&self, recording: &AwaitedRecording) -> Result<(), StoreError>;

    /// Moves a recording on; it never goes back. Returns whether it moved: a recording that was erased meanwhile is not kept.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if none is awaited of this attempt.
    async fn move_recording(&self, attempt: &AttemptId, to: RecordingProgress, at: Timestamp) -> Result<bool, StoreError>;

    /// Returns the recordings of which something is still to be done, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn awaited_recordings(&self) -> Result<Vec<AwaitedRecording>, StoreError>;
}

/// A recording at a carrier.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AwaitedRecording {
    /// Of which attempt.
    pub attempt: AttemptId,
    /// The carrier that makes it, by its name.
    pub carrier: String,
    /// The call, by its name there.
    pub call: CarrierCallId,
    /// The recording, by its name there, once the carrier has told of it.
    pub recording: Option<CarrierRecordingId>,
    /// How far it is.
    pub progress: RecordingProgress,
    /// What must be silent in our copy: beginning and end, to the end of the recording where none is said.
    pub silences: Vec<(AudioPosition, Option<AudioPosition>)>,
    /// Whether `silences` are all of them: the call was heard to its end.
    pub is_heard_out: bool,
    /// Whether it is deleted there once it is kept here.
    pub deletes_there: bool,
    /// Since when it is awaited.
    pub since: Timestamp,
}

/// How far a recording at a carrier is. Only ever moves down this list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RecordingProgress {
    /// It is to be fetched.
    Wanted,
    /// It lies in the vault, and may still lie at the carrier.
    Kept,
    /// Nobody may keep it: the callee objected, it was erased, or it is over its time. It is to be deleted at the carrier.
    Unwanted,
    /// Nothing is left to be done.
    Over,
}

impl RecordingProgress {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Wanted, Self::Kept, Self::Unwanted, Self::Over];

    /// Returns it as a stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Kept => "kept",
            Self::Unwanted => "unwanted",
            Self::Over => "over",
        }
    }

    /// Returns what is written with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|progress| progress.as_str() == word)
    }
}
