//! Webhooks about text messages: one that came in, and what became of one that we sent.

use super::parameters::callback;
use crate::plivo::decimal::Decimal;
use crate::plivo::status::MessageStatus;

callback! {
    /// A message that came in.
    MessageCallback shows [message_uuid] about [] needs [message_uuid = "MessageUUID"] {
        /// Who sent it.
        from: String = "From";
        /// Our number.
        to: String = "To";
        /// `sms`, `mms`, …
        kind: String = "Type";
        /// The words.
        text: String = "Text";
        /// What it is about, in Plivo's view.
        intent: String = "MessageIntent";
        /// The pool of numbers.
        powerpack_uuid: String = "PowerpackUUID";
    }
}

callback! {
    /// What became of a message that we sent. The fields are from memory.
    DeliveryCallback shows [message_uuid, status, error_code] about [] needs [message_uuid = "MessageUUID"] {
        /// The message that this is a part of.
        parent_message_uuid: String = "ParentMessageUUID";
        /// `1 of 2`.
        part_info: String = "PartInfo";
        /// Its state.
        status: MessageStatus = "Status";
        /// Why it was not delivered.
        error_code: String = "ErrorCode";
        /// Our number.
        from: String = "From";
        /// Who gets it.
        to: String = "To";
        /// What a part costs.
        total_rate: Decimal = "TotalRate";
        /// What it cost.
        total_amount: Decimal = "TotalAmount";
        /// Parts it was cut into.
        units: u32 = "Units";
        /// When it was accepted.
        queued_time: String = "QueuedTime";
        /// When it was handed on.
        sent_time: String = "SentTime";
        /// When it arrived, or not.
        delivery_report_time: String = "DeliveryReportTime";
    }
}

impl DeliveryCallback {
    /// Returns what tells doubles of this webhook apart.
    pub fn key(&self) -> String {
        format!("{}/{}", self.message_uuid, self.status.as_ref().map_or("", MessageStatus::as_str))
    }
}
