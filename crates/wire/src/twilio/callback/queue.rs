//! Waiting in a queue: what is heard, how it ends, whom it leads to.

use super::result::result;
use crate::words::words;

words! {
    /// How waiting ended.
    QueueResult {
        /// Was connected, and the other end has gone.
        Bridged = "bridged",
        /// Is being connected.
        Bridging = "bridging-in-process",
        /// Something failed.
        Error = "error",
        /// The caller hung up.
        HangUp = "hangup",
        /// The waiting document said `<Leave>`.
        Leave = "leave",
        /// Was taken out over the API.
        Redirected = "redirected",
        /// Was taken out over the API while connected.
        RedirectedFromBridged = "redirected-from-bridged",
        /// There was no room.
        Full = "queue-full",
        /// Twilio failed.
        SystemError = "system-error",
    }
}

impl Default for QueueResult {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

result! {
    /// Somebody waits: what are they to hear?
    QueueWait shows [queue_sid, position] {
        /// 1 is next.
        position: Option<u32>, "QueuePosition";
        /// `QU…`.
        queue_sid: Option<String>, "QueueSid";
        /// Seconds that they have waited.
        queue_time: Option<u32>, "QueueTime";
        /// Seconds that people wait here.
        average_time: Option<u32>, "AvgQueueTime";
        /// How many wait.
        size: Option<u32>, "CurrentQueueSize";
        /// How many may wait.
        max_size: Option<u32>, "MaxQueueSize";
    }
}

result! {
    /// Somebody does not wait any more: what next?
    QueueLeft shows [result, queue_sid] {
        /// How it ended.
        result: QueueResult, "QueueResult";
        /// `QU…`.
        queue_sid: Option<String>, "QueueSid";
        /// Seconds that they waited.
        queue_time: Option<u32>, "QueueTime";
    }
}

result! {
    /// Somebody who waited is about to be connected: what are they to hear before? The call is theirs.
    QueueConnecting shows [queue_sid] {
        /// `QU…`.
        queue_sid: Option<String>, "QueueSid";
        /// Seconds that they waited.
        queue_time: Option<u32>, "QueueTime";
        /// The call that takes them out.
        dequeuing_call_sid: Option<String>, "DequeingCallSid";
    }
}
