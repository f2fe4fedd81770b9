//! Permission to record: a recorder cannot be built without one.

use serde::{Deserialize, Serialize};

/// Leave to record one call. Only [`RecordingGrant::after_notice`] makes one, from the reason why it is lawful.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RecordingGrant {
    basis: RecordingBasis,
}

/// Why a call may be recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingBasis {
    /// A practice call: nobody real is on the line.
    Practice,
    /// The opening says that the call is recorded, and the callee stays.
    Notice,
}

impl RecordingGrant {
    /// Returns the grant for a call whose opening announces the recording.
    ///
    /// The notice is spoken on practice calls as well, so that practice sounds like the real thing.
    pub const fn after_notice(basis: RecordingBasis) -> Self {
        Self { basis }
    }

    /// Returns why the call may be recorded.
    pub const fn basis(&self) -> RecordingBasis {
        self.basis
    }
}
