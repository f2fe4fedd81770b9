//! Recordings of whole conferences: begun over the API or by a member's document, and told in the style of who began them.

use std::sync::Arc;

use telephony::Timestamp;
use wire::http::Method;
use wire::plivo::callback::{CallParameters, ConferenceCallback, ConferenceEvent, RestRecordCallback};
use wire::plivo::decimal::Decimal;
use wire::plivo::rest::{FileFormat, RecordingResource};
use wire::plivo::status::CallEvent;

use super::Service;
use super::registry::RecordingEntry;
use super::rest::complete;
use crate::tape::Reel;

/// A recording of a conference in progress.
pub struct RoomRecording {
    /// Its name.
    pub id: String,
    /// In which form.
    pub format: FileFormat,
    /// Where its end is told, and how.
    pub callback: Option<RoomCallback>,
    /// Where what was said is sent in writing.
    pub transcription: Option<(String, Option<Method>)>,
    /// When it began.
    pub began_at: Timestamp,
}

/// Where the end of a conference's recording is told.
pub struct RoomCallback {
    /// The address.
    pub url: String,
    /// How to report there.
    pub method: Option<Method>,
    /// In whose style.
    pub style: RoomStyle,
}

/// Who began the recording of a conference, and so how its end is told.
pub enum RoomStyle {
    /// The API, by the request of this name.
    Rest(String),
    /// The document of a member.
    Document {
        /// The member's call.
        call: String,
        /// The member's name in requests.
        member: String,
    },
}

impl Service {
    /// Begins to record a conference; false if it is recorded already, `None` if it is not there.
    pub(super) fn begin_room(&self, room: &str, recording: RoomRecording) -> Option<bool> {
        let slot = self.network.slot_at(tokio::time::Instant::now());
        let (id, format) = (recording.id.clone(), recording.format.clone());
        let is_begun = self.conferences.with(room, |conference| {
            let is_free = conference.recording.is_none();
            if is_free {
                conference.room.begin_tape(slot);
                conference.recording = Some(recording);
            }
            is_free
        })?;
        if is_begun {
            let resource = RecordingResource {
                call_uuid: None,
                conference_name: Some(room.to_owned()),
                recording_type: Some("conference".to_owned()),
                ..self.new_recording(&id, "", ("", ""), &format)
            };
            self.registry.with(|shelves| shelves.recordings.add(id, RecordingEntry { resource, wav: None }));
        }
        Some(is_begun)
    }

    /// Makes the file of a conference and tells about it.
    pub(super) fn finish_room(self: &Arc<Self>, (room, uuid): (&str, &str), recording: RoomRecording, samples: Vec<i16>) {
        let millis = samples.len() as u64 / 8;
        let began_ms = u64::try_from(recording.began_at.as_millis()).unwrap_or(0);
        let wav = Arc::new(Reel::of_samples(samples).wav());
        self.registry.with(|shelves| {
            if let Some(entry) = shelves.recordings.get_mut(&recording.id) {
                complete(&mut entry.resource, recording.began_at, millis);
                entry.wav = Some(wav);
            }
        });
        if let Some((url, method)) = recording.transcription {
            // The sound is there, for it was just kept.
            let _ = self.transcribe(&recording.id, Some((url, method)));
        }
        let Some(RoomCallback { url, method, style }) = recording.callback else { return };
        let decimal = |number: u64| Some(Decimal::new(number.to_string()));
        let record_url = Some(self.recording_url(&recording.id, recording.format.as_str()));
        let form = match style {
            RoomStyle::Rest(api_id) => RestRecordCallback {
                url: record_url,
                recording_id: recording.id,
                api_id: Some(api_id),
                conference_name: Some(room.to_owned()),
                duration: decimal(millis / 1_000),
                duration_ms: decimal(millis),
                start_ms: decimal(began_ms),
                end_ms: decimal(began_ms + millis),
                ..RestRecordCallback::default()
            }
            .to_form()
            .into_owned(),
            RoomStyle::Document { call, member } => ConferenceCallback {
                call: CallParameters { call_uuid: call, event: Some(CallEvent::parse("ConferenceRecord")), ..CallParameters::default() },
                what: Some(ConferenceEvent::Record),
                conference_name: Some(room.to_owned()),
                conference_uuid: Some(uuid.to_owned()),
                member_id: Some(member),
                record_url,
                recording_id: Some(recording.id),
                recording_duration: decimal(millis / 1_000),
                recording_duration_ms: decimal(millis),
                recording_start_ms: decimal(began_ms),
                recording_end_ms: decimal(began_ms + millis),
                ..ConferenceCallback::default()
            }
            .to_form()
            .into_owned(),
        };
        let webhooks = self.webhooks.clone();
        self.network.spawn(async move {
            // A program that does not take it is not told again.
            let _ = webhooks.send("", method.unwrap_or(Method::Post), &url, &form).await;
        });
    }
}
