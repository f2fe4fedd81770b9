//! Recordings: start, hold, show, list, fetch.

use serde_json::Value;
use telephony::Timestamp;

use super::checks::{INVALID, Write as _, flag, is_as_asked, lies_within, method, moments, one_of, recording_events, text, url, write_moments};
use super::loose::resource;
use super::price::charge_micros;
use super::{API_VERSION, RestError};
use crate::http::{Form, Method};
use crate::twilio::status::RecordingStatus;
use crate::words::words;

words! {
    /// How many channels a recording has.
    Channels {
        /// Both sides mixed.
        Mono = "mono",
        /// Both sides apart: the first is the call's own, the second that of the leg it made.
        Dual = "dual",
    }
}

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
    /// A set of settings kept at Twilio.
    pub configuration_id: Option<String>,
}

impl RecordingStart {
    pub(super) fn to_form(&self) -> Form<'static> {
        let mut form = Form::new();
        self.status_callback.write("RecordingStatusCallback", &mut form);
        self.status_callback_method.write("RecordingStatusCallbackMethod", &mut form);
        self.status_events.write("RecordingStatusCallbackEvent", &mut form);
        if self.trim_silence {
            form.push("Trim", "trim-silence");
        }
        if self.dual {
            form.push("RecordingChannels", "dual");
        }
        self.track.write("RecordingTrack", &mut form);
        self.configuration_id.write("RecordingConfigurationId", &mut form);
        form
    }

    pub(super) fn from_form(form: &Form<'_>) -> Result<Self, RestError> {
        Ok(Self {
            dual: one_of(form, "RecordingChannels", &["mono", "dual"])?.as_deref() == Some("dual"),
            track: one_of(form, "RecordingTrack", &["inbound", "outbound", "both"])?,
            trim_silence: one_of(form, "Trim", &["trim-silence", "do-not-trim"])?.as_deref() == Some("trim-silence"),
            status_callback: url(form, "RecordingStatusCallback", INVALID)?,
            status_callback_method: method(form, "RecordingStatusCallbackMethod")?,
            status_events: recording_events(form, "RecordingStatusCallbackEvent")?,
            configuration_id: text(form, "RecordingConfigurationId")?,
        })
    }
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
    /// Returns the change that holds a recording; `skip` leaves nothing of the pause in the file, else it is silent.
    pub const fn pause(skip: bool) -> Self {
        Self { status: RecordingStatus::Paused, skip_pause: skip }
    }

    /// Returns the change that goes on after a pause.
    pub const fn resume() -> Self {
        Self { status: RecordingStatus::InProgress, skip_pause: false }
    }

    /// Returns the change that ends a recording.
    pub const fn stop() -> Self {
        Self { status: RecordingStatus::Stopped, skip_pause: false }
    }

    pub(super) fn to_form(&self) -> Form<'static> {
        let mut form = Form::new();
        form.push("Status", self.status.as_str().to_owned());
        if self.status == RecordingStatus::Paused {
            form.push("PauseBehavior", if self.skip_pause { "skip" } else { "silence" });
        }
        form
    }

    pub(super) fn from_form(form: &Form<'_>) -> Result<Self, RestError> {
        let status = one_of(form, "Status", &["paused", "in-progress", "stopped"])?;
        let status = status.ok_or_else(|| RestError::invalid(INVALID, "Status is required"))?;
        let skip_pause = one_of(form, "PauseBehavior", &["skip", "silence"])?.as_deref() == Some("skip");
        Ok(Self { status: RecordingStatus::parse(&status), skip_pause })
    }
}

/// Which recordings to list.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct RecordingFilter {
    /// Those of this call.
    pub call_sid: Option<String>,
    /// Those of this conference.
    pub conference_sid: Option<String>,
    /// Those made at or after this moment.
    pub created_after: Option<Timestamp>,
    /// Those made at or before this moment.
    pub created_before: Option<Timestamp>,
    /// Those too that were deleted in the last forty days.
    pub with_deleted: Option<bool>,
}

impl RecordingFilter {
    pub(super) fn to_query(&self) -> Form<'static> {
        let mut query = Form::new();
        write_moments(&mut query, "DateCreated", self.created_after, self.created_before);
        self.call_sid.write("CallSid", &mut query);
        self.conference_sid.write("ConferenceSid", &mut query);
        self.with_deleted.write("IncludeSoftDeleted", &mut query);
        query
    }

    pub(super) fn from_query(query: &Form<'_>) -> Result<Self, RestError> {
        let (created_after, created_before) = moments(query, "DateCreated")?;
        Ok(Self {
            call_sid: text(query, "CallSid")?,
            conference_sid: text(query, "ConferenceSid")?,
            created_after,
            created_before,
            with_deleted: flag(query, "IncludeSoftDeleted")?,
        })
    }

    /// Returns whether a recording passes the filter.
    pub fn passes(&self, recording: &RecordingResource) -> bool {
        is_as_asked(self.call_sid.as_deref(), recording.call_sid.as_deref())
            && is_as_asked(self.conference_sid.as_deref(), recording.conference_sid.as_deref())
            && lies_within(recording.date_created.as_deref(), self.created_after, self.created_before)
            && (self.with_deleted == Some(true) || recording.status() != Some(RecordingStatus::Deleted))
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

    /// Returns the content type of the sound.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/x-wav",
            Self::Mp3 => "audio/mpeg",
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

/// Where a recording is shown: the shapes differ a little.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RecordingLevel {
    /// Under its call: with `track`.
    Call,
    /// Under its conference: without it.
    Conference,
    /// Under the account: with `media_url` and sub-resources, without `track`.
    Account,
}

resource! {
    /// A recording. Every field may be missing; text fields also read numbers.
    RecordingResource shows [sid, status] {
        /// `AC…`.
        account_sid: String,
        /// `2010-04-01`.
        api_version: String,
        /// The call.
        call_sid: String,
        /// The conference, if it is one's.
        conference_sid: String,
        /// 1 or 2.
        channels: u32,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// RFC 2822.
        start_time: String,
        /// A negative decimal; `null` until rated.
        price: String,
        /// Upper case.
        price_unit: String,
        /// Seconds.
        duration: String,
        /// `RE…`.
        sid: String,
        /// What made it: `StartCallRecordingAPI`, `OutboundAPI`, `RecordVerb`, …
        source: String,
        /// See [`RecordingStatus`].
        status: String,
        /// A number, if it failed.
        error_code: u32,
        /// Of encrypted recordings.
        encryption_details: Value,
        /// `inbound`, `outbound`, `both`; only under a call.
        #[serde(skip_serializing_if = "Option::is_none")]
        track: String,
        /// The path of the resource.
        uri: String,
        /// Only under the account.
        #[serde(skip_serializing_if = "Option::is_none")]
        subresource_uris: Value,
        /// Where the sound is; only under the account.
        #[serde(skip_serializing_if = "Option::is_none")]
        media_url: String,
    }
}

impl RecordingResource {
    /// Returns the state, if said.
    pub fn status(&self) -> Option<RecordingStatus> {
        self.status.as_deref().map(RecordingStatus::parse)
    }

    /// Returns the price in millionths of the currency unit, positive for what we pay.
    pub fn price_micros(&self) -> Option<u64> {
        charge_micros(self.price.as_deref()?)
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
            RecordingLevel::Conference => {
                let conference = self.conference_sid.as_deref().unwrap_or_default();
                shown.uri = Some(format!("{base}/Conferences/{conference}/Recordings/{sid}.json"));
                shown.track = None;
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
}
