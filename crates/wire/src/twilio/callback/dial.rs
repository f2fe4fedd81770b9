//! How a `<Dial>` ended.

use super::result::result;
use crate::words::words;

words! {
    /// How the other end was.
    DialStatus {
        /// Was connected, and has gone.
        Completed = "completed",
        /// Was connected, to a conference.
        Answered = "answered",
        /// Busy.
        Busy = "busy",
        /// Nobody answered in time.
        NoAnswer = "no-answer",
        /// Could not be reached.
        Failed = "failed",
        /// The caller gave up before the answer.
        Canceled = "canceled",
    }
}

impl Default for DialStatus {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

result! {
    /// The other end of a `<Dial>` is gone, or never came.
    Dialed shows [status, dial_call_sid] {
        /// How it was.
        status: DialStatus, "DialCallStatus";
        /// Its leg; none for a conference.
        dial_call_sid: Option<String>, "DialCallSid";
        /// Seconds it was connected; none for a conference.
        duration: Option<u32>, "DialCallDuration";
        /// Whether both ever heard each other.
        bridged: Option<bool>, "DialBridged";
        /// Where the sound is, if it was recorded.
        recording_url: Option<String>, "RecordingUrl";
        /// `QU…`, if the other end came out of a queue.
        queue_sid: Option<String>, "QueueSid";
        /// Seconds that it waited there.
        queue_time: Option<u32>, "QueueTime";
    }
}
