//! Webhooks about an audio stream.

use telephony::Timestamp;

use super::parameters::callback;
use crate::date;
use crate::plivo::status::{Direction, StreamEvent};

callback! {
    /// Something happened to an audio stream.
    StreamCallback shows [stream_id, call_uuid, event, reason] about [] needs [stream_id = "StreamID"] {
        /// Its call.
        call_uuid: String = "CallUUID";
        /// What happened; see [`StreamCallback::what`].
        event: String = "Event";
        /// When, ISO 8601.
        timestamp: String = "Timestamp";
        /// Who calls.
        from: String = "From";
        /// Who is called.
        to: String = "To";
        /// Who called whom.
        direction: Direction = "Direction";
        /// Why.
        reason: String = "StatusReason";
        /// Seconds; at the end.
        duration: u32 = "Duration";
    }
}

impl StreamCallback {
    /// Returns what happened, by either of Plivo's namings.
    pub fn what(&self) -> StreamEvent {
        self.event.as_deref().map_or(StreamEvent::Other, StreamEvent::parse)
    }

    /// Returns when.
    pub fn at(&self) -> Option<Timestamp> {
        self.timestamp.as_deref().and_then(date::parse)
    }

    /// Returns what tells doubles of this webhook apart.
    pub fn key(&self) -> String {
        format!("{}/{}", self.stream_id, self.what().as_str())
    }
}
