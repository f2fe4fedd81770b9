//! How a conversation in text ended.

use super::result::result;
use crate::words::words;

words! {
    /// Who ended the conversation.
    SessionStatus {
        /// We did; the call lives.
        Ended = "ended",
        /// The caller hung up.
        Completed = "completed",
        /// It broke. From memory.
        Failed = "failed",
    }
}

impl Default for SessionStatus {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

result! {
    /// The conversation is over: what next? `Debug` does not show what it handed on.
    RelayEnded shows [session_id, status] {
        /// `VX…`.
        session_id: Option<String>, "SessionId";
        /// Who ended it.
        status: SessionStatus, "SessionStatus";
        /// Seconds.
        duration: Option<u32>, "SessionDuration";
        /// What we handed on at its end, as we wrote it.
        handoff: Option<String>, "HandoffData";
    }
}
