//! News of a recording, of a call or a conference.

use std::fmt;

use telephony::Timestamp;

use super::{MissingParameter, others};
use crate::date;
use crate::http::Form;
use crate::twilio::status::RecordingStatus;

/// A webhook about a recording.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordingCallback {
    /// `AC…`.
    pub account_sid: String,
    /// `CA…`; empty for a conference's.
    pub call_sid: String,
    /// `RE…`.
    pub recording_sid: String,
    /// Where the sound is, once completed. Anyone who knows it may be able to listen.
    pub url: String,
    /// State of the recording.
    pub status: RecordingStatus,
    /// Seconds.
    pub duration: Option<u32>,
    /// 1 or 2.
    pub channels: Option<u32>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// What made it.
    pub source: String,
    /// `inbound`, `outbound`, `both`.
    pub track: Option<String>,
    /// 0 if nothing failed.
    pub error_code: Option<u32>,
    /// `CF…`; a conference's only.
    pub conference_sid: Option<String>,
    /// All parameters that have no field here, in their order.
    pub others: Vec<(String, String)>,
}

/// Parameters that have a field.
const KNOWN: [&str; 12] = [
    "AccountSid",
    "CallSid",
    "RecordingSid",
    "RecordingUrl",
    "RecordingStatus",
    "RecordingDuration",
    "RecordingChannels",
    "RecordingStartTime",
    "RecordingSource",
    "RecordingTrack",
    "ErrorCode",
    "ConferenceSid",
];

impl RecordingCallback {
    /// Reads the parameters of a webhook.
    pub fn read(form: &Form<'_>) -> Result<Self, MissingParameter> {
        let text = |key: &str| form.get(key).unwrap_or_default().to_owned();
        let number = |key: &str| form.get(key).and_then(|value| value.parse().ok());
        let recording_sid = form.filled("RecordingSid").ok_or(MissingParameter { parameter: "RecordingSid" })?.to_owned();
        let status = form.filled("RecordingStatus").ok_or(MissingParameter { parameter: "RecordingStatus" })?;
        Ok(Self {
            account_sid: text("AccountSid"),
            call_sid: text("CallSid"),
            recording_sid,
            url: text("RecordingUrl"),
            status: RecordingStatus::parse(status),
            duration: number("RecordingDuration"),
            channels: number("RecordingChannels"),
            started_at: form.get("RecordingStartTime").and_then(date::parse),
            source: text("RecordingSource"),
            track: form.get("RecordingTrack").map(str::to_owned),
            error_code: number("ErrorCode"),
            conference_sid: form.filled("ConferenceSid").map(str::to_owned),
            others: others(form, &KNOWN),
        })
    }

    /// Writes the parameters.
    pub fn to_form(&self) -> Form<'_> {
        let text = |number: Option<u32>| number.map(|number| number.to_string());
        let mut form = Form::new();
        form.push("AccountSid", self.account_sid.as_str());
        if !self.call_sid.is_empty() || self.conference_sid.is_none() {
            form.push("CallSid", self.call_sid.as_str());
        }
        form.push_some("ConferenceSid", self.conference_sid.as_deref());
        form.push("RecordingSid", self.recording_sid.as_str());
        form.push("RecordingUrl", self.url.as_str());
        form.push("RecordingStatus", self.status.as_str());
        // A recording that still runs is said to have lasted -1 seconds.
        let running = (self.status == RecordingStatus::InProgress).then(|| "-1".to_owned());
        form.push_some("RecordingDuration", text(self.duration).or(running));
        form.push_some("RecordingChannels", text(self.channels));
        form.push_some("RecordingStartTime", self.started_at.map(date::rfc2822));
        form.push("RecordingSource", self.source.as_str());
        form.push_some("RecordingTrack", self.track.as_deref());
        form.push_some("ErrorCode", text(self.error_code));
        for (key, value) in &self.others {
            form.push(key.as_str(), value.as_str());
        }
        form
    }
}

impl fmt::Debug for RecordingCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordingCallback").field("recording", &self.recording_sid).field("status", &self.status).finish_non_exhaustive()
    }
}
