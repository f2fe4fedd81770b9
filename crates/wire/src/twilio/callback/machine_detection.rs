//! Who answered, found out while the call already goes on.

use super::result::news;
use crate::twilio::status::AnsweredBy;

impl Default for AnsweredBy {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

news! {
    /// Who answered. Comes once a call at most.
    MachineDetectionCallback shows [call_sid, answered_by] needs "CallSid" {
        /// `CA…`.
        call_sid: String, "CallSid";
        /// `AC…`.
        account_sid: String, "AccountSid";
        /// Who.
        answered_by: AnsweredBy, "AnsweredBy";
        /// Milliseconds that it took to find out.
        duration_millis: Option<u32>, "MachineDetectionDuration";
    }
}
