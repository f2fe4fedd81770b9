//! What `<Record>` recorded.

use super::result::result;

/// What stands in place of a key if the call ended.
const HANG_UP: &str = "hangup";

result! {
    /// A message of the far end. Its file may not be ready yet.
    Recorded shows [recording_sid, duration] {
        /// Where the sound will be.
        recording_url: Option<String>, "RecordingUrl";
        /// `RE…`. From memory.
        recording_sid: Option<String>, "RecordingSid";
        /// Seconds.
        duration: Option<u32>, "RecordingDuration";
        /// The key that ended it, or `hangup`; missing if it was silence or the limit.
        ended_by: Option<String>, "Digits";
    }
}

impl Recorded {
    /// Returns whether it ended because the call did; then nothing of the answer is run.
    pub fn is_hang_up(&self) -> bool {
        self.ended_by.as_deref() == Some(HANG_UP)
    }
}
