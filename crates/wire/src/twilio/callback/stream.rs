//! News of a media stream.

use telephony::Timestamp;

use super::{MissingParameter, others};
use crate::date;
use crate::http::Form;

/// A webhook about a media stream.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StreamCallback {
    /// `AC…`.
    pub account_sid: String,
    /// `CA…`.
    pub call_sid: String,
    /// `MZ…`.
    pub stream_sid: String,
    /// Its name; the SID if it was given none.
    pub stream_name: String,
    /// `stream-started`, `stream-stopped` or `stream-error`.
    pub event: String,
    /// What failed.
    pub error: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// All parameters that have no field here, in their order.
    pub others: Vec<(String, String)>,
}

/// Parameters that have a field.
const KNOWN: [&str; 7] = ["AccountSid", "CallSid", "StreamSid", "StreamName", "StreamEvent", "StreamError", "Timestamp"];

impl StreamCallback {
    /// Reads the parameters of a webhook.
    pub fn read(form: &Form<'_>) -> Result<Self, MissingParameter> {
        let text = |key: &str| form.get(key).unwrap_or_default().to_owned();
        let event = form.filled("StreamEvent").ok_or(MissingParameter { parameter: "StreamEvent" })?.to_owned();
        Ok(Self {
            account_sid: text("AccountSid"),
            call_sid: text("CallSid"),
            stream_sid: text("StreamSid"),
            stream_name: text("StreamName"),
            event,
            error: form.filled("StreamError").map(str::to_owned),
            at: form.get("Timestamp").and_then(date::parse),
            others: others(form, &KNOWN),
        })
    }

    /// Writes the parameters.
    pub fn to_form(&self) -> Form<'_> {
        let mut form = Form::new();
        form.push("AccountSid", self.account_sid.as_str());
        form.push("CallSid", self.call_sid.as_str());
        form.push("StreamSid", self.stream_sid.as_str());
        form.push("StreamName", self.stream_name.as_str());
        form.push("StreamEvent", self.event.as_str());
        form.push_some("StreamError", self.error.as_deref());
        form.push_some("Timestamp", self.at.map(date::iso8601_millis));
        for (key, value) in &self.others {
            form.push(key.as_str(), value.as_str());
        }
        form
    }

    /// Returns Twilio's code of what failed, if its text begins with one: `31920 - Stream - …`.
    pub fn error_code(&self) -> Option<u32> {
        let digits = self.error.as_deref()?.trim_start();
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        digits[..end].parse().ok()
    }
}
