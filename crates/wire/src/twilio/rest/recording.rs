//! Recordings: start, hold, show, list.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::call::{loose_text, method_of, one_of, url_of};
use super::{API_VERSION, RestError};
use crate::http::{Form, HttpReply, Method};
use crate::twilio::status::RecordingStatus;

/// How to record a live call.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct RecordingStart {
    /// Both sides apart (`dual`) instead of mixed.
    pub dual: bool,
    /// `inbound`, `outbound` or `both`.
    pub track: Option<String>,
    /// Cut silence at both ends.
    pub trim_silence: bool,
    /// Where to report states.
    pub status_callback: Option<String>,
    /// How to report them; `POST` if not said.
    pub status_callback_method: Option<Method>,
    /// Which states to report; `completed` if none is named.
    pub status_events: Vec<String>,
}

impl RecordingStart {
    pub(super) fn to_form(&self) -> Form<'static> {
        let mut form = Form::new();
        form.push_some("RecordingStatusCallback", self.status_callback.clone());
        form.push_some("RecordingStatusCallbackMethod", self.status_callback_method.map(Method::as_str));
        for event in &self.status_events {
            form.push("RecordingStatusCallbackEvent", event.clone());
        }
        if self.trim_silence {
            form.push("Trim", "trim-silence");
        }
        if self.dual {
            form.push("RecordingChannels", "dual");
        }
        form.push_some("RecordingTrack", self.track.clone());
        form
    }

    pub(super) fn from_form(form: &Form<'_>) -> Result<Self, RestError> {
        Ok(Self {
            dual: one_of(form, "RecordingChannels", &["mono", "dual"], 20001)?.as_deref() == Some("dual"),
            track: one_of(form, "RecordingTrack", &["inbound", "outbound", "both"], 20001)?,
            trim_silence: one_of(form, "Trim", &["trim-silence", "do-not-trim"], 20001)?.as_deref() == Some("trim-silence"),
            status_callback: url_of(form, "RecordingStatusCallback", 20001)?,
            status_callback_method: method_of(form, "RecordingStatusCallbackMethod")?,
            status_events: recording_events(form)?,
        })
    }
}

/// Reads the events of `RecordingStatusCallbackEvent`, repeated or in one value with blanks.
pub(super) fn recording_events(form: &Form<'_>) -> Result<Vec<String>, RestError> {
    let mut events = Vec::new();
    for event in form.all("RecordingStatusCallbackEvent").flat_map(str::split_ascii_whitespace) {
        if !matches!(event, "in-progress" | "completed" | "absent") {
            return Err(RestError::invalid(20001, "Invalid RecordingStatusCallbackEvent"));
        }
        if !events.iter().any(|known| known == event) {
            events.push(event.to_owned());
        }
    }
    Ok(events)
}

/// A change of a recording.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordingUpdate {
    /// Paused, in progress or stopped.
    pub status: RecordingStatus,
    /// What a pause leaves in the file: silence, or nothing (`skip`).
    pub skip_pause: bool,
}

impl RecordingUpdate {
    pub(super) fn to_form(&self) -> Form<'static> {
        let mut form = Form::new();
        form.push("Status", self.status.as_str().to_owned());
        if self.status == RecordingStatus::Paused {
            form.push("PauseBehavior", if self.skip_pause { "skip" } else { "silence" });
        }
        form
    }

    pub(super) fn from_form(form: &Form<'_>) -> Result<Self, RestError> {
        let status = one_of(form, "Status", &["paused", "in-progress", "stopped"], 20001)?;
        let Some(status) = status else {
            return Err(RestError::invalid(20001, "Status is required"));
        };
        let skip_pause = one_of(form, "PauseBehavior", &["skip", "silence"], 20001)?.as_deref() == Some("skip");
        Ok(Self { status: RecordingStatus::parse(&status), skip_pause })
    }
}

/// Which recordings to list.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct RecordingFilter {
    /// Those of this call.
    pub call_sid: Option<String>,
}

impl RecordingFilter {
    pub(super) fn from_query(query: &Form<'_>) -> Result<Self, RestError> {
        Ok(Self { call_sid: query.filled("CallSid").map(str::to_owned) })
    }
}

/// The forms in which the sound of a recording is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MediaFormat {
    /// WAV, 8 kHz.
    Wav,
    /// MP3.
    Mp3,
}

impl MediaFormat {
    /// Returns the ending of the path.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Wav => ".wav",
            Self::Mp3 => ".mp3",
        }
    }

    /// Takes `RE…`, `RE….wav` or `RE….mp3` apart; no ending means WAV.
    pub(super) fn of_name(name: &str) -> Option<(&str, Self)> {
        match name.rsplit_once('.') {
            None => Some((name, Self::Wav)),
            Some((sid, "wav")) => Some((sid, Self::Wav)),
            Some((sid, "mp3")) => Some((sid, Self::Mp3)),
            Some(_) => None,
        }
    }
}

/// Where a recording is shown: the two shapes differ a little.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordingLevel {
    /// Under its call: with `track`.
    Call,
    /// Under the account: with `media_url` and sub-resources, without `track`.
    Account,
}

/// A recording. Every field may be missing; text fields also read numbers.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordingResource {
    /// `AC…`.
    #[serde(deserialize_with = "loose_text")]
    pub account_sid: Option<String>,
    /// `2010-04-01`.
    #[serde(deserialize_with = "loose_text")]
    pub api_version: Option<String>,
    /// The call.
    #[serde(deserialize_with = "loose_text")]
    pub call_sid: Option<String>,
    /// The conference, if it is one's.
    #[serde(deserialize_with = "loose_text")]
    pub conference_sid: Option<String>,
    /// 1 or 2.
    pub channels: Option<u32>,
    /// RFC 2822.
    #[serde(deserialize_with = "loose_text")]
    pub date_created: Option<String>,
    /// RFC 2822.
    #[serde(deserialize_with = "loose_text")]
    pub date_updated: Option<String>,
    /// RFC 2822.
    #[serde(deserialize_with = "loose_text")]
    pub start_time: Option<String>,
    /// A negative decimal; `null` until rated.
    #[serde(deserialize_with = "loose_text")]
    pub price: Option<String>,
    /// Upper case.
    #[serde(deserialize_with = "loose_text")]
    pub price_unit: Option<String>,
    /// Seconds.
    #[serde(deserialize_with = "loose_text")]
    pub duration: Option<String>,
    /// `RE…`.
    #[serde(deserialize_with = "loose_text")]
    pub sid: Option<String>,
    /// What made it: `StartCallRecordingAPI`, `OutboundAPI`, `RecordVerb`, …
    #[serde(deserialize_with = "loose_text")]
    pub source: Option<String>,
    /// See [`RecordingStatus`].
    #[serde(deserialize_with = "loose_text")]
    pub status: Option<String>,
    /// A number, if it failed.
    pub error_code: Option<Value>,
    /// Of encrypted recordings.
    pub encryption_details: Option<Value>,
    /// `inbound`, `outbound`, `both`; only under a call.
    #[serde(deserialize_with = "loose_text", skip_serializing_if = "Option::is_none")]
    pub track: Option<String>,
    /// The path of the resource.
    #[serde(deserialize_with = "loose_text")]
    pub uri: Option<String>,
    /// Only under the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subresource_uris: Option<Value>,
    /// Where the sound is; only under the account.
    #[serde(deserialize_with = "loose_text", skip_serializing_if = "Option::is_none")]
    pub media_url: Option<String>,
}

impl RecordingResource {
    /// Returns the state, if said.
    pub fn status(&self) -> Option<RecordingStatus> {
        self.status.as_deref().map(RecordingStatus::parse)
    }

    /// Returns the resource as shown at a level; `origin` is the API's (`https://api.twilio.com`), for the media address.
    #[must_use]
    pub fn shown_at(&self, level: RecordingLevel, origin: &str) -> Self {
        let mut shown = self.clone();
        let account = self.account_sid.as_deref().unwrap_or_default();
        let call = self.call_sid.as_deref().unwrap_or_default();
        let sid = self.sid.as_deref().unwrap_or_default();
        let base = format!("/{API_VERSION}/Accounts/{account}");
        match level {
            RecordingLevel::Call => {
                shown.uri = Some(format!("{base}/Calls/{call}/Recordings/{sid}.json"));
                shown.track = Some(self.track.clone().unwrap_or_else(|| "both".into()));
                shown.subresource_uris = None;
                shown.media_url = None;
            }
            RecordingLevel::Account => {
                shown.uri = Some(format!("{base}/Recordings/{sid}.json"));
                shown.track = None;
                shown.subresource_uris = Some(serde_json::json!({
                    "add_on_results": format!("{base}/Recordings/{sid}/AddOnResults.json"),
                    "transcriptions": format!("{base}/Recordings/{sid}/Transcriptions.json"),
                }));
                shown.media_url = Some(format!("{origin}{base}/Recordings/{sid}"));
            }
        }
        shown
    }

    /// Returns the reply that carries the recording: 201 for a new one, 200 otherwise.
    pub fn reply(&self, status: u16) -> HttpReply {
        HttpReply::json(status, self)
    }
}
