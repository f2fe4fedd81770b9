//! Transcriptions of recordings, made after the recording (`<Record transcribe>`).

use super::loose::resource;
use super::price::charge_micros;
use super::route::{Asked, delete, get, list, segment};
use super::{Paging, RestError};
use crate::http::{Form, HttpRequest, Method};
use crate::words::words;

words! {
    /// The states of a transcription.
    TranscriptionStatus {
        /// It is being made.
        InProgress = "in-progress",
        /// It can be read.
        Completed = "completed",
        /// It could not be made.
        Failed = "failed",
    }
}

resource! {
    /// A transcription as the API shows it. `Debug` shows no words.
    TranscriptionResource shows [sid, status] {
        /// `TR…`.
        sid: String,
        /// `AC…`.
        account_sid: String,
        /// `2010-04-01`.
        api_version: String,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// Seconds, as text.
        duration: String,
        /// A negative decimal, as text.
        price: String,
        /// Upper case.
        price_unit: String,
        /// `RE…`.
        recording_sid: String,
        /// See [`TranscriptionStatus`].
        status: String,
        /// The words.
        transcription_text: String,
        /// `fast` as a rule.
        #[serde(rename = "type")]
        kind: String,
        /// The path of the resource.
        uri: String,
    }
}

impl TranscriptionResource {
    /// Returns the state, if said.
    pub fn status(&self) -> Option<TranscriptionStatus> {
        self.status.as_deref().map(TranscriptionStatus::parse)
    }

    /// Returns the price in millionths of the currency unit, positive for what we pay.
    pub fn price_micros(&self) -> Option<u64> {
        charge_micros(self.price.as_deref()?)
    }
}

/// What can be asked of transcriptions, all or those of one recording.
#[derive(Clone, PartialEq, Debug)]
pub enum TranscriptionRequest {
    /// List them.
    List {
        /// Those of this recording.
        recording: Option<String>,
        /// Which page.
        paging: Paging,
    },
    /// Show one.
    Fetch {
        /// The recording, if the path names it.
        recording: Option<String>,
        /// `TR…`.
        transcription: String,
    },
    /// Delete one. Answer 204.
    Delete {
        /// The recording, if the path names it.
        recording: Option<String>,
        /// `TR…`.
        transcription: String,
    },
}

impl TranscriptionRequest {
    pub(super) fn parse(asked: &Asked<'_>, recording: Option<&str>, rest: &[&str]) -> Result<Self, RestError> {
        let recording = recording.map(str::to_owned);
        Ok(match (asked.method, rest) {
            (Method::Get, []) => Self::List { recording, paging: asked.paging()? },
            (Method::Get, [transcription]) => Self::Fetch { recording, transcription: (*transcription).to_owned() },
            (Method::Delete, [transcription]) => Self::Delete { recording, transcription: (*transcription).to_owned() },
            (_, [] | [_]) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let all = |recording: &Option<String>| match recording {
            Some(recording) => format!("{account}/Recordings/{}/Transcriptions", segment(recording)),
            None => format!("{account}/Transcriptions"),
        };
        match self {
            Self::List { recording, paging } => list(all(recording), Form::new(), paging),
            Self::Fetch { recording, transcription } => get(format!("{}/{}", all(recording), segment(transcription))),
            Self::Delete { recording, transcription } => delete(format!("{}/{}", all(recording), segment(transcription))),
        }
    }
}
