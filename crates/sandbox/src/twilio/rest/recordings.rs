//! Recordings: start, hold, show, list, delete, and their sound.

use audio::wav::{read_wav, write_wav};
use telephony::leg::LegState;
use wire::date;
use wire::http::{Form, HttpReply, split_target};
use wire::twilio::rest::{
    API_VERSION, MediaFormat, Paging, RecordingFilter, RecordingLevel, RecordingResource, RecordingStart, RecordingUpdate, RestError,
    TranscriptionRequest, TranscriptionResource, TranscriptionStatus,
};

use super::pages::page;
use super::{Answer, internal, path};
use crate::clock::wall_clock;
use crate::mp3;
use crate::twilio::registry::{Command, RecordingEntry, Shelves};
use crate::twilio::{Service, fresh_sid};

/// Samples of one recording that are mixed: an hour of both sides.
const MAX_SAMPLES: usize = 2 * 3_600 * 8_000;

/// The state of a recording whose sound is gone.
const DELETED: &str = "deleted";

/// Makes the MP3 that a reply promises out of the WAV that it holds, on its way out.
pub(super) async fn encoded(reply: HttpReply) -> HttpReply {
    let promises_mp3 = reply.headers.iter().any(|(name, value)| name == "content-type" && value == MediaFormat::Mp3.content_type());
    if !promises_mp3 {
        return reply;
    }
    match mp3::encode(reply.body).await {
        Ok(body) => HttpReply { body, ..reply },
        Err(error) => RestError::new(415, 20_001, error.to_string()).reply(),
    }
}

impl Service {
    pub(super) fn start_recording(&self, sid: &str, start: RecordingStart, target: &str) -> Answer {
        let recording = fresh_sid("RE").map_err(|_| internal())?;
        self.registry.with(|shelves| {
            let call = shelves.calls.get(sid).ok_or_else(|| RestError::not_found(path(target)))?;
            if call.state != LegState::InProgress {
                return Err(RestError::not_in_progress());
            }
            let channels = if start.dual { 2 } else { 1 };
            let resource = self.new_recording(&recording, sid, channels, "StartCallRecordingAPI");
            let _ = call.commands.send(Command::StartRecording { sid: recording.clone(), start });
            let reply = resource.shown_at(RecordingLevel::Call, &self.network.base_url).reply(201);
            shelves.add_recording(recording, RecordingEntry { resource, wav: None });
            Ok(reply)
        })
    }

    /// Returns a recording that has just begun.
    pub(in crate::twilio) fn new_recording(&self, sid: &str, call: &str, channels: u32, source: &str) -> RecordingResource {
        let now = date::rfc2822(wall_clock());
        RecordingResource {
            sid: Some(sid.into()),
            account_sid: Some(self.credentials.account_sid.clone()),
            api_version: Some(API_VERSION.into()),
            call_sid: Some(call.into()),
            channels: Some(channels),
            source: Some(source.into()),
            status: Some("in-progress".into()),
            price_unit: Some("USD".into()),
            date_created: Some(now.clone()),
            date_updated: Some(now.clone()),
            start_time: Some(now),
            ..RecordingResource::default()
        }
    }

    pub(super) fn update_recording(&self, call_sid: &str, name: &str, update: RecordingUpdate, target: &str) -> Answer {
        self.registry.with(|shelves| {
            let sid = find_recording(shelves, Some(call_sid), name).ok_or_else(|| RestError::not_found(path(target)))?;
            let call = shelves.calls.get(call_sid).ok_or_else(|| RestError::not_found(path(target)))?;
            if call.state != LegState::InProgress {
                return Err(RestError::not_in_progress());
            }
            let status = update.status.as_str().to_owned();
            let _ = call.commands.send(Command::UpdateRecording { sid: sid.clone(), status: status.clone(), skips: update.skip_pause });
            let entry = shelves.recordings.get_mut(&sid).ok_or_else(|| RestError::not_found(path(target)))?;
            entry.resource.status = Some(status);
            entry.resource.date_updated = Some(date::rfc2822(wall_clock()));
            Ok(entry.resource.shown_at(RecordingLevel::Call, &self.network.base_url).reply(200))
        })
    }

    pub(super) fn fetch_recording(&self, call: Option<&str>, name: &str, target: &str) -> Answer {
        let level = if call.is_some() { RecordingLevel::Call } else { RecordingLevel::Account };
        let with_deleted = Form::parse(split_target(target).1).get("IncludeSoftDeleted") == Some("true");
        self.registry.with(|shelves| {
            let is_deleted_one = with_deleted && shelves.recordings.get(name).is_some_and(is_deleted);
            let sid = if is_deleted_one { Some(name.to_owned()) } else { find_recording(shelves, call, name) };
            let entry = sid.and_then(|sid| shelves.recordings.get(&sid)).ok_or_else(|| RestError::not_found(path(target)))?;
            Ok(entry.resource.shown_at(level, &self.network.base_url).reply(200))
        })
    }

    pub(super) fn list_recordings(&self, call: Option<&str>, filter: &RecordingFilter, paging: &Paging, target: &str) -> Answer {
        let level = if call.is_some() { RecordingLevel::Call } else { RecordingLevel::Account };
        self.registry.with(|shelves| {
            if call.is_some_and(|call| !shelves.calls.contains_key(call)) {
                return Err(RestError::not_found(path(target)));
            }
            let newest_first = shelves.recording_order.iter().rev().filter_map(|sid| shelves.recordings.get(sid)).map(|entry| &entry.resource);
            let fits =
                |recording: &&RecordingResource| call.is_none_or(|call| recording.call_sid.as_deref() == Some(call)) && filter.passes(recording);
            let all: Vec<RecordingResource> = newest_first.filter(fits).map(|recording| recording.shown_at(level, &self.network.base_url)).collect();
            Ok(page("recordings", target, paging, &all, |recording| recording.sid.as_deref()))
        })
    }

    /// Deletes a recording. Its sound is gone at once; what is known of it is still shown to who asks for deleted ones.
    pub(super) fn delete_recording(&self, call: Option<&str>, sid: &str, target: &str) -> Answer {
        self.registry.with(|shelves| {
            let sid = find_recording(shelves, call, sid).ok_or_else(|| RestError::not_found(path(target)))?;
            let entry = shelves.recordings.get_mut(&sid).ok_or_else(|| RestError::not_found(path(target)))?;
            entry.wav = None;
            entry.resource.status = Some(DELETED.into());
            entry.resource.date_updated = Some(date::rfc2822(wall_clock()));
            Ok(HttpReply::empty(204))
        })
    }

    /// Returns the sound as WAV, also if MP3 is asked for: see [`encoded`].
    pub(super) fn recording_media(&self, sid: &str, format: MediaFormat, channels: Option<u32>, target: &str) -> Answer {
        let wav = self.registry.with(|shelves| shelves.recordings.get(sid).and_then(|entry| entry.wav.clone()));
        // Not ready yet, or unknown.
        let wav = wav.ok_or_else(|| RestError::not_found(path(target)))?;
        let body = if channels == Some(1) { mixed(&wav).unwrap_or_else(|| wav.to_vec()) } else { wav.to_vec() };
        Ok(HttpReply { status: 200, headers: vec![("content-type".into(), format.content_type().into())], body })
    }

    /// Keeps a transcription that is being made.
    pub(in crate::twilio) fn keep_transcription(&self, sid: &str, recording: &str, seconds: u32) {
        let account = &self.credentials.account_sid;
        let now = Some(date::rfc2822(wall_clock()));
        let text = |text: &str| Some(text.to_owned());
        let resource = TranscriptionResource {
            sid: text(sid),
            account_sid: text(account),
            api_version: text(API_VERSION),
            date_created: now.clone(),
            date_updated: now,
            duration: Some(seconds.to_string()),
            price_unit: text("USD"),
            recording_sid: text(recording),
            status: text(TranscriptionStatus::InProgress.as_str()),
            kind: text("fast"),
            uri: Some(format!("/{API_VERSION}/Accounts/{account}/Transcriptions/{sid}.json")),
            ..TranscriptionResource::default()
        };
        self.holdings.with(|held| held.transcriptions.add(sid.to_owned(), resource));
    }

    /// A transcription is made, or could not be.
    pub(in crate::twilio) fn transcribed(&self, sid: &str, status: &TranscriptionStatus, words: Option<&str>) {
        self.holdings.with(|held| {
            let Some(made) = held.transcriptions.get_mut(sid) else { return };
            made.status = Some(status.as_str().to_owned());
            made.transcription_text = Some(words.unwrap_or_default().to_owned());
            made.price = Some("-0.00000".into());
            made.date_updated = Some(date::rfc2822(wall_clock()));
        });
    }

    /// Transcriptions of recordings.
    pub(super) fn transcriptions(&self, request: TranscriptionRequest, target: &str) -> Answer {
        let unknown = || RestError::not_found(path(target));
        let (TranscriptionRequest::List { recording, .. }
        | TranscriptionRequest::Fetch { recording, .. }
        | TranscriptionRequest::Delete { recording, .. }) = &request;
        if let Some(recording) = recording
            && self.registry.with(|shelves| !shelves.recordings.contains_key(recording))
        {
            return Err(unknown());
        }
        self.holdings.with(|held| match request {
            TranscriptionRequest::List { recording, paging } => {
                let fits = |made: &&TranscriptionResource| recording.is_none() || made.recording_sid == recording;
                let all: Vec<TranscriptionResource> = held.transcriptions.newest_first().filter(fits).cloned().collect();
                Ok(page("transcriptions", target, &paging, &all, |made| made.sid.as_deref()))
            }
            TranscriptionRequest::Fetch { recording, transcription } => {
                let made = held.transcriptions.get(&transcription).filter(|made| recording.is_none() || made.recording_sid == recording);
                Ok(made.ok_or_else(unknown)?.reply(200))
            }
            TranscriptionRequest::Delete { recording, transcription } => {
                let made = held.transcriptions.get(&transcription).filter(|made| recording.is_none() || made.recording_sid == recording);
                made.ok_or_else(unknown)?;
                held.transcriptions.remove(&transcription);
                Ok(HttpReply::empty(204))
            }
        })
    }
}

/// Returns both sides of a recording as one; `None` if it has one already.
fn mixed(wav: &[u8]) -> Option<Vec<u8>> {
    let wav = read_wav(wav, MAX_SAMPLES).ok().filter(|wav| wav.channels == 2)?;
    let both = wav.channel(0).into_iter().zip(wav.channel(1));
    let samples: Vec<i16> = both.map(|(left, right)| left.saturating_add(right)).collect();
    Some(write_wav(wav.rate_hz, 1, &samples))
}

fn is_deleted(entry: &RecordingEntry) -> bool {
    entry.resource.status.as_deref() == Some(DELETED)
}

/// Finds a recording by its name: a SID, or `Twilio.CURRENT` for the one of the call that still runs.
fn find_recording(shelves: &Shelves, call: Option<&str>, name: &str) -> Option<String> {
    if name != "Twilio.CURRENT" {
        let entry = shelves.recordings.get(name).filter(|entry| !is_deleted(entry))?;
        return call.is_none_or(|call| entry.resource.call_sid.as_deref() == Some(call)).then(|| name.to_owned());
    }
    let newest_first = shelves.recording_order.iter().rev();
    newest_first.filter_map(|sid| shelves.recordings.get_key_value(sid)).find_map(|(sid, entry)| {
        let runs = matches!(entry.resource.status.as_deref(), Some("in-progress" | "paused"));
        (runs && entry.resource.call_sid.as_deref() == call).then(|| sid.clone())
    })
}
