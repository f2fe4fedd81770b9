//! What Twilio tells us over HTTP while a call lives: requests for a document, states of the leg, results of verbs,
//! states of recordings and streams. Every value is text on the wire.
//!
//! `Debug` of these types shows identities and states only: the rest is numbers, digits and words.

use std::fmt;

use telephony::Timestamp;

use super::rest::API_VERSION;
use super::status::{CallStatus, RecordingStatus};
use crate::date;
use crate::http::Form;

/// A webhook about a call: a request for a document, or news of its state.
#[derive(Clone, PartialEq, Eq)]
pub struct CallCallback {
    /// `AC…`.
    pub account_sid: String,
    /// `CA…`.
    pub call_sid: String,
    /// State of the call.
    pub status: CallStatus,
    /// `inbound`, `outbound-api`, `outbound-dial`.
    pub direction: String,
    /// Who calls; `anonymous` or the like if withheld.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// The call that made this leg, if any.
    pub parent_call_sid: Option<String>,
    /// What only news of the state carry; `None` in a request for a document.
    pub progress: Option<Progress>,
    /// What a verb brought, in its own words: `Digits`, `SpeechResult`, `RecordingUrl`, `AnsweredBy`, … All parameters
    /// that have no field here, in their order.
    pub others: Vec<(String, String)>,
}

/// What news of a call's state carry beside the state.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// When it happened.
    pub at: Option<Timestamp>,
    /// Counts from 0; the order of arrival is not promised.
    pub sequence_number: Option<u32>,
    /// Seconds of the answered part; at the end only.
    pub call_duration: Option<u32>,
    /// The answered part in begun minutes, as billed; at the end only.
    pub billed_minutes: Option<u32>,
    /// What the network said at the end: 200, 404, 486, 487, …
    pub sip_response_code: Option<u32>,
    /// Twilio's code of a failure.
    pub error_code: Option<u32>,
    /// What Twilio says of the failure.
    pub error_message: Option<String>,
    /// Trust in the caller's number: A, B, C.
    pub stir_status: Option<String>,
}

/// Required parameters are missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{parameter} is missing")]
pub struct MissingParameter {
    /// Which.
    pub parameter: &'static str,
}

impl CallCallback {
    /// Returns a request for a document, as sent once a call of the API is answered.
    pub fn document_request(account: &str, call: &str, from: &str, to: &str, status: CallStatus) -> Self {
        Self {
            account_sid: account.to_owned(),
            call_sid: call.to_owned(),
            status,
            direction: "outbound-api".into(),
            from: from.to_owned(),
            to: to.to_owned(),
            parent_call_sid: None,
            progress: None,
            others: Vec::new(),
        }
    }

    /// Returns the same with news of the state.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Returns the same with one more parameter.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.others.push((key.to_owned(), value.into()));
        self
    }

    /// Returns a parameter that has no field of its own.
    pub fn other(&self, key: &str) -> Option<&str> {
        self.others.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Reads the parameters of a webhook. Unknown ones are kept, unreadable numbers count as not said.
    pub fn read(form: &Form<'_>) -> Result<Self, MissingParameter> {
        let mut read = Self {
            account_sid: String::new(),
            call_sid: String::new(),
            status: CallStatus::Other(String::new()),
            direction: String::new(),
            from: String::new(),
            to: String::new(),
            parent_call_sid: None,
            progress: None,
            others: Vec::new(),
        };
        // Fallback requests and partial results carry some of these names too; only this mark makes them news of a state.
        let is_progress = form.get("CallbackSource").is_some() || (form.get("SequenceNumber").is_some() && form.get("Timestamp").is_some());
        let mut progress = Progress::default();
        for (key, value) in form.pairs() {
            match key {
                "AccountSid" => value.clone_into(&mut read.account_sid),
                "CallSid" => value.clone_into(&mut read.call_sid),
                "CallStatus" => read.status = CallStatus::parse(value),
                "Direction" => value.clone_into(&mut read.direction),
                "From" => value.clone_into(&mut read.from),
                "To" => value.clone_into(&mut read.to),
                "ParentCallSid" => read.parent_call_sid = Some(value.to_owned()),
                // Both repeat what stands in `From` and `To`; the last two are constant.
                "Caller" | "Called" | "ApiVersion" | "CallbackSource" => {}
                _ if is_progress && progress.take(key, value) => {}
                _ => read.others.push((key.to_owned(), value.to_owned())),
            }
        }
        if read.call_sid.is_empty() {
            return Err(MissingParameter { parameter: "CallSid" });
        }
        read.progress = is_progress.then_some(progress);
        Ok(read)
    }

    /// Writes the parameters.
    pub fn to_form(&self) -> Form<'_> {
        let mut form = Form::new();
        form.push("AccountSid", self.account_sid.as_str());
        form.push("ApiVersion", API_VERSION);
        form.push("CallSid", self.call_sid.as_str());
        form.push("CallStatus", self.status.as_str());
        form.push("Direction", self.direction.as_str());
        form.push("From", self.from.as_str());
        form.push("To", self.to.as_str());
        form.push("Caller", self.from.as_str());
        form.push("Called", self.to.as_str());
        form.push_some("ParentCallSid", self.parent_call_sid.as_deref());
        if let Some(progress) = &self.progress {
            progress.write(&mut form);
        }
        for (key, value) in &self.others {
            form.push(key.as_str(), value.as_str());
        }
        form
    }

    /// Returns what tells doubles of this webhook apart from others of the same call.
    ///
    /// News of a state are counted by Twilio; a request for a document is known by the state it was made in.
    pub fn key(&self) -> String {
        match self.progress.as_ref().and_then(|progress| progress.sequence_number) {
            Some(number) => format!("{}/{number}/{}", self.call_sid, self.status),
            None if self.progress.is_some() => format!("{}/{}", self.call_sid, self.status),
            None => format!("{}/document/{}", self.call_sid, self.status),
        }
    }
}

impl Progress {
    /// Takes a parameter in if it is one of ours and readable.
    fn take(&mut self, key: &str, value: &str) -> bool {
        let number = || value.parse::<u32>().ok();
        match key {
            "Timestamp" => self.at = date::parse(value),
            "SequenceNumber" => self.sequence_number = number(),
            "CallDuration" => self.call_duration = number(),
            "Duration" => self.billed_minutes = number(),
            "SipResponseCode" => self.sip_response_code = number(),
            "ErrorCode" => self.error_code = number(),
            "ErrorMessage" => self.error_message = Some(value.to_owned()),
            "StirStatus" => self.stir_status = Some(value.to_owned()),
            _ => return false,
        }
        true
    }

    fn write<'a>(&'a self, form: &mut Form<'a>) {
        let text = |number: Option<u32>| number.map(|number| number.to_string());
        form.push_some("Timestamp", self.at.map(date::rfc2822));
        form.push("CallbackSource", "call-progress-events");
        form.push_some("SequenceNumber", text(self.sequence_number));
        form.push_some("StirStatus", self.stir_status.as_deref());
        form.push_some("CallDuration", text(self.call_duration));
        form.push_some("Duration", text(self.billed_minutes));
        form.push_some("SipResponseCode", text(self.sip_response_code));
        form.push_some("ErrorCode", text(self.error_code));
        form.push_some("ErrorMessage", self.error_message.as_deref());
    }
}

impl fmt::Debug for CallCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sequence = self.progress.as_ref().and_then(|progress| progress.sequence_number);
        f.debug_struct("CallCallback")
            .field("call", &self.call_sid)
            .field("status", &self.status)
            .field("sequence", &sequence)
            .finish_non_exhaustive()
    }
}

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
}

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
        })
    }

    /// Writes the parameters.
    pub fn to_form(&self) -> Form<'_> {
        let text = |number: Option<u32>| number.map(|number| number.to_string());
        let mut form = Form::new();
        form.push("AccountSid", self.account_sid.as_str());
        form.push("CallSid", self.call_sid.as_str());
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
        form
    }
}

impl fmt::Debug for RecordingCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordingCallback").field("recording", &self.recording_sid).field("status", &self.status).finish_non_exhaustive()
    }
}

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
}

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
        form
    }
}
