//! News of a text message.

use super::result::news;
use crate::twilio::rest::MessageStatus;

impl Default for MessageStatus {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

news! {
    /// News of a message. `Debug` shows no number.
    MessageCallback shows [message_sid, status, error_code] needs "MessageSid" {
        /// `AC…`.
        account_sid: String, "AccountSid";
        /// `SM…` or `MM…`.
        message_sid: String, "MessageSid";
        /// Its state.
        status: MessageStatus, "MessageStatus";
        /// Who sent it.
        from: Option<String>, "From";
        /// Whom it is for.
        to: Option<String>, "To";
        /// Twilio's code of what failed.
        error_code: Option<u32>, "ErrorCode";
    }
}
