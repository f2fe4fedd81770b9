//! Transcriptions of recordings, made by Plivo.

use super::address::WebUrl;
use super::body::{needed_url, parameters};
use super::id::ResourceId;
use super::loose::resource;
use super::route::Asked;
use super::{AuthId, Outgoing, RestError};
use crate::http::Method;
use crate::plivo::decimal::Decimal;

/// What can be asked of a recording's transcription.
#[derive(Clone, PartialEq, Debug)]
pub enum TranscriptionRequest {
    /// Make one. Answer 202 `transcription in progress`.
    Create {
        /// The recording.
        recording: ResourceId,
        /// Where it is sent.
        transcribe: Transcribe,
    },
    /// Show it. Answer [`TranscriptionResource`].
    Fetch {
        /// The recording.
        recording: ResourceId,
    },
    /// Delete it. Answer `request accepted`.
    Delete {
        /// The recording.
        recording: ResourceId,
    },
}

impl TranscriptionRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        let [recording] = parts else { return Err(RestError::not_found()) };
        let recording = ResourceId::parse(recording)?;
        Ok(match asked.method {
            Method::Post => Self::Create { recording, transcribe: Transcribe::from_body(&asked.body)? },
            Method::Get => Self::Fetch { recording },
            Method::Delete => Self::Delete { recording },
        })
    }

    /// Builds the request.
    pub fn write(&self, account: &AuthId) -> Outgoing {
        match self {
            Self::Create { recording, transcribe } => Outgoing::post(account, &format!("/Transcription/{recording}/"), transcribe.to_body()),
            Self::Fetch { recording } => Outgoing::get(account, &format!("/Transcription/{recording}/?type=transcription")),
            Self::Delete { recording } => Outgoing::delete(account, &format!("/Transcription/{recording}/")),
        }
    }
}

parameters! {
    /// A transcription to be made.
    Transcribe {
        required {
            /// Where it is sent.
            transcription_callback_url: WebUrl = needed_url("transcription_callback_url");
        }
        optional {}
        also ["recording_id"]
    }
}

resource! {
    /// A transcription.
    TranscriptionResource shows [status] {
        /// What it cost.
        cost: Decimal,
        /// What a minute costs.
        rate: Decimal,
        /// Milliseconds.
        recording_duration_ms: Decimal,
        /// Milliseconds since 1970.
        recording_start_ms: Decimal,
        /// `success`.
        status: String,
        /// The words, a line a speaker: `Speaker 0: …`.
        transcription: String,
    }
    sometimes {}
}
