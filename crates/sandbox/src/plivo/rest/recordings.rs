//! Recordings: list, show, fetch, delete.

use telephony::Timestamp;
use wire::http::HttpReply;
use wire::plivo::clock::with_offset;
use wire::plivo::decimal::Decimal;
use wire::plivo::rest::{CountKey, FileFormat, Page, RecordingFilter, RecordingRequest, RecordingResource, RestError};

use super::{Answer, Asked, page_of};
use crate::plivo::Service;

/// The content type of a reply that holds WAV and promises MP3.
pub(super) const MP3: &str = "audio/mpeg";

impl Service {
    pub(super) fn recording_request(&self, request: RecordingRequest, asked: &Asked<'_>) -> Answer {
        match request {
            RecordingRequest::List { filter, paging } => {
                let all: Vec<RecordingResource> = self.registry.with(|shelves| {
                    let shown = shelves.recordings.newest_first().filter(|entry| entry.wav.is_some()).map(|entry| &entry.resource);
                    shown.filter(|recording| passes(&filter, recording)).cloned().collect()
                });
                let (items, total) = page_of(&all, &paging);
                Ok(Page::reply(&asked.api_id, asked.target, &paging, &items, total, CountKey::TotalCount))
            }
            RecordingRequest::Fetch { recording } => self.registry.with(|shelves| {
                let entry = shelves.recordings.get(recording.as_str()).filter(|entry| entry.wav.is_some()).ok_or_else(RestError::not_found)?;
                Ok(RecordingResource { api_id: Some(asked.api_id.clone()), ..entry.resource.clone() }.reply(200))
            }),
            RecordingRequest::Delete { recording } => {
                self.registry.with(|shelves| shelves.recordings.remove(recording.as_str())).ok_or_else(RestError::not_found)?;
                Ok(HttpReply::empty(204))
            }
            RecordingRequest::Media { recording, format } => {
                let wav = self.registry.with(|shelves| shelves.recordings.get(recording.as_str()).and_then(|entry| entry.wav.clone()));
                // Not ready yet, or unknown.
                let wav = wav.ok_or_else(RestError::not_found)?;
                let content_type = if format == FileFormat::Wav { "audio/x-wav" } else { MP3 };
                Ok(HttpReply { status: 200, headers: vec![("content-type".into(), content_type.into())], body: wav.to_vec() })
            }
        }
    }

    /// Returns a recording of a call that was just begun, not listed yet.
    pub(in crate::plivo) fn new_recording(&self, id: &str, call: &str, (from, to): (&str, &str), format: &FileFormat) -> RecordingResource {
        let text = |text: &str| Some(text.to_owned());
        RecordingResource {
            recording_id: text(id),
            call_uuid: text(call),
            recording_type: text("normal"),
            recording_format: text(format.as_str()),
            recording_url: Some(self.recording_url(id, format.as_str())),
            recording_storage_duration: Some(0),
            recording_storage_rate: Some(Decimal::new("0.0004")),
            from_number: text(from),
            to_number: text(to),
            resource_uri: Some(format!("/v1/Account/{}/Recording/{id}/", self.account)),
            ..RecordingResource::default()
        }
    }
}

/// Writes down how long a recording is.
pub(in crate::plivo) fn complete(recording: &mut RecordingResource, started_at: Timestamp, millis: u64) {
    let started_ms = u64::try_from(started_at.as_millis()).unwrap_or(0);
    let decimal = |millis: u64| Some(Decimal::new(format!("{millis}.00000")));
    recording.add_time = Some(with_offset(started_at));
    recording.recording_duration_ms = decimal(millis);
    recording.recording_start_ms = decimal(started_ms);
    recording.recording_end_ms = decimal(started_ms + millis);
    recording.rounded_recording_duration = Some(u32::try_from(millis.div_ceil(60_000) * 60).unwrap_or(u32::MAX));
}

fn passes(filter: &RecordingFilter, recording: &RecordingResource) -> bool {
    let bare = |number: &str| number.trim_start_matches('+').to_owned();
    let same = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
    let number = |wanted: &Option<String>, is: &Option<String>| wanted.as_deref().map(bare) == is.as_deref().map(bare) || wanted.is_none();
    same(&filter.call_uuid, &recording.call_uuid)
        && same(&filter.conference_name, &recording.conference_name)
        && number(&filter.from_number, &recording.from_number)
        && number(&filter.to_number, &recording.to_number)
        && filter.add_time.contains(recording.add_time.as_deref().and_then(wire::date::parse))
}
