//! Webhooks about recordings and their transcriptions. Those of documents and those of the REST API say the same in two
//! styles.

use std::time::Duration;

use super::MissingParameter;
use super::parameters::callback;
use crate::http::Form;
use crate::plivo::decimal::Decimal;

callback! {
    /// A recording of a document: begun (lengths are -1 then) or finished.
    RecordCallback shows [recording_id] about [call] needs [recording_id = "RecordingID"] {
        /// Where the sound is. Anyone who knows it may be able to listen.
        url: String = "RecordUrl";
        /// Seconds.
        duration: Decimal = "RecordingDuration";
        /// Milliseconds.
        duration_ms: Decimal = "RecordingDurationMs";
        /// Milliseconds since 1970.
        start_ms: Decimal = "RecordingStartMs";
        /// Milliseconds since 1970.
        end_ms: Decimal = "RecordingEndMs";
        /// The key that ended it; from memory `hangup` if the caller did.
        digits: String = "Digits";
    }
}

callback! {
    /// A recording that was asked for over REST, finished.
    RestRecordCallback shows [recording_id] about [] needs [recording_id = "recording_id"] {
        /// Plivo's name for the request that began it.
        api_id: String = "api_id";
        /// Its call.
        call_uuid: String = "call_uuid";
        /// Its conference.
        conference_name: String = "conference_name";
        /// Where the sound is. Anyone who knows it may be able to listen.
        url: String = "record_url";
        /// Seconds.
        duration: Decimal = "recording_duration";
        /// Milliseconds.
        duration_ms: Decimal = "recording_duration_ms";
        /// Milliseconds since 1970.
        start_ms: Decimal = "recording_start_ms";
        /// Milliseconds since 1970.
        end_ms: Decimal = "recording_end_ms";
    }
}

/// A webhook about a recording, in either style.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordingCallback {
    /// Of a document.
    Document(Box<RecordCallback>),
    /// Of a request.
    Rest(Box<RestRecordCallback>),
}

impl RecordingCallback {
    /// Reads a webhook in either style.
    ///
    /// # Errors
    /// No recording is named.
    pub fn read(form: &Form<'_>) -> Result<Self, MissingParameter> {
        if form.get("recording_id").is_some() {
            return RestRecordCallback::read(form).map(|record| Self::Rest(Box::new(record)));
        }
        RecordCallback::read(form).map(|record| Self::Document(Box::new(record)))
    }

    /// Writes the parameters.
    pub fn to_form(&self) -> Form<'_> {
        match self {
            Self::Document(record) => record.to_form(),
            Self::Rest(record) => record.to_form(),
        }
    }

    /// Returns the recording.
    pub fn recording_id(&self) -> &str {
        match self {
            Self::Document(record) => &record.recording_id,
            Self::Rest(record) => &record.recording_id,
        }
    }

    /// Returns its call; a conference's has none.
    pub fn call_uuid(&self) -> Option<&str> {
        match self {
            Self::Document(record) => Some(&record.call.call_uuid),
            Self::Rest(record) => record.call_uuid.as_deref(),
        }
    }

    /// Returns where the sound is.
    pub fn media_url(&self) -> Option<&str> {
        match self {
            Self::Document(record) => record.url.as_deref(),
            Self::Rest(record) => record.url.as_deref(),
        }
    }

    /// Returns how long it is; `None` while it runs, which Plivo writes as -1.
    pub fn length(&self) -> Option<Duration> {
        let (millis, seconds) = match self {
            Self::Document(record) => (&record.duration_ms, &record.duration),
            Self::Rest(record) => (&record.duration_ms, &record.duration),
        };
        let known = |length: &Option<Decimal>| length.as_ref()?.whole().and_then(|length| u64::try_from(length).ok());
        known(millis).map(Duration::from_millis).or_else(|| known(seconds).map(Duration::from_secs))
    }

    /// Returns whether it is finished and can be fetched.
    pub fn is_finished(&self) -> bool {
        self.length().is_some()
    }

    /// Returns what tells doubles of this webhook apart: each recording begins once and ends once.
    pub fn key(&self) -> String {
        format!("{}/{}", self.recording_id(), if self.is_finished() { "finished" } else { "begun" })
    }
}

callback! {
    /// A transcription that Plivo made.
    TranscriptionCallback shows [] about [] needs [recording_id = "recording_id"] {
        /// Its call.
        call_uuid: String = "call_uuid";
        /// The words.
        transcription: String = "transcription";
        /// What it cost.
        charge: Decimal = "transcription_charge";
        /// What a minute costs.
        rate: Decimal = "transcription_rate";
        /// Seconds.
        duration: Decimal = "duration";
        /// Why there is none; blank if there is.
        error: String = "error";
    }
}

impl TranscriptionCallback {
    /// Returns why there is no transcription, if there is none.
    pub fn failure(&self) -> Option<&str> {
        self.error.as_deref().filter(|error| !error.is_empty())
    }
}
