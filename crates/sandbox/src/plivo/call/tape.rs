//! Recordings of a call: what goes on the tape, and what is told about it, in the style of who asked for it.

use std::sync::Arc;

use audio::frame::Frame;
use telephony::Timestamp;
use wire::http::Method;
use wire::plivo::callback::{RecordCallback, RestRecordCallback};
use wire::plivo::decimal::Decimal;
use wire::plivo::document::Record;
use wire::plivo::rest::{ChannelLayout, FileFormat, RecordCall};
use wire::plivo::status::CallEvent;

use super::Driver;
use crate::clock::wall_clock;
use crate::plivo::registry::RecordingEntry;
use crate::plivo::rest::complete;
use crate::tape::{Reel, Sides};

/// Who asked for a recording, and so how its end is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// The document.
    Document,
    /// The API, by the request of this name.
    Rest(String),
}

/// One recording in progress.
pub(super) struct Tape {
    pub id: String,
    reel: Reel,
    style: Style,
    format: FileFormat,
    callback: Option<(String, Option<Method>)>,
    transcription: Option<(String, Option<Method>)>,
    frames_left: u32,
    began_at: Timestamp,
}

impl Tape {
    /// Returns the tape of a `<Record>`: of the callee alone if it is a message.
    pub fn of_document(id: String, record: &Record, sides: Sides) -> Self {
        let is_dual = record.record_channel_type() == ChannelLayout::Stereo && sides == Sides::Both;
        Self {
            callback: record.callback_url.clone().map(|url| (url, record.callback_method)),
            transcription: record.transcription_url.clone().map(|url| (url, record.transcription_method)),
            ..Self::new(id, (Style::Document, record.file_format()), Reel::of_sides(sides, is_dual), record.max_length())
        }
    }

    /// Returns the tape that the API asked for.
    pub fn of_request(id: String, api_id: String, record: &RecordCall) -> Self {
        let format = record.file_format.clone().unwrap_or(FileFormat::Mp3);
        let reel = Reel::of_sides(Sides::Both, record.record_channel_type == Some(ChannelLayout::Stereo));
        Self {
            callback: record.callback_url.as_ref().map(|url| (url.as_str().to_owned(), record.callback_method)),
            transcription: record.transcription_url.as_ref().map(|url| (url.as_str().to_owned(), record.transcription_method)),
            ..Self::new(id, (Style::Rest(api_id), format), reel, record.time_limit)
        }
    }

    fn new(id: String, (style, format): (Style, FileFormat), reel: Reel, seconds: u32) -> Self {
        Self { id, reel, style, format, callback: None, transcription: None, frames_left: seconds.saturating_mul(50), began_at: wall_clock() }
    }

    /// Takes 20 ms of both sides, and returns whether there is room for more.
    pub fn push(&mut self, up: &Frame, down: &Frame) -> bool {
        self.reel.push(up, down);
        self.frames_left = self.frames_left.saturating_sub(1);
        self.frames_left > 0
    }

    fn millis(&self) -> u64 {
        self.reel.callee().len() as u64 / 8
    }
}

/// What is known of a recording once it is complete.
pub(super) struct Finished {
    pub id: String,
    pub url: String,
    millis: u64,
    began_at: Timestamp,
}

impl Finished {
    fn decimals(&self) -> [Option<Decimal>; 4] {
        let began = u64::try_from(self.began_at.as_millis()).unwrap_or(0);
        let decimal = |number: u64| Some(Decimal::new(number.to_string()));
        [decimal(self.millis / 1_000), decimal(self.millis), decimal(began), decimal(began + self.millis)]
    }
}

impl Driver {
    /// Keeps a tape that begins now.
    pub(super) fn keep_new(&self, tape: &Tape) {
        let (from, to) = self.ends();
        let resource = self.service.new_recording(&tape.id, &self.uuid, (&from, &to), &tape.format);
        self.service.registry.with(|shelves| shelves.recordings.add(tape.id.clone(), RecordingEntry { resource, wav: None }));
    }

    pub(super) fn start_tape(&mut self, tape: Tape) {
        self.keep_new(&tape);
        self.tapes.push(tape);
    }

    /// Takes 20 ms on all tapes; what is full ends, unnoticed by who did not say how long it is to be.
    pub(super) fn record_tapes(&mut self, up: &Frame, down: &Frame) {
        let mut full = Vec::new();
        for at in (0..self.tapes.len()).rev() {
            if !self.tapes[at].push(up, down) {
                full.push(self.tapes.remove(at));
            }
        }
        for tape in full {
            self.finish_tape(tape);
        }
    }

    /// Makes the file and tells about it.
    pub(super) fn finish_tape(&self, tape: Tape) -> Finished {
        let finished =
            Finished { url: self.service.recording_url(&tape.id, tape.format.as_str()), millis: tape.millis(), began_at: tape.began_at, id: tape.id };
        let wav = Arc::new(tape.reel.wav());
        self.service.registry.with(|shelves| {
            if let Some(entry) = shelves.recordings.get_mut(&finished.id) {
                complete(&mut entry.resource, finished.began_at, finished.millis);
                entry.wav = Some(wav);
            }
        });
        if let Some((url, method)) = tape.callback {
            let form = match &tape.style {
                Style::Document => self.finished_parameters(&finished).to_form().into_owned(),
                Style::Rest(api_id) => self.rest_parameters(&finished, api_id).to_form().into_owned(),
            };
            self.hook("recording", method, url, form);
        }
        if let Some((url, method)) = tape.transcription {
            // The sound is there, for it was just kept.
            let _ = self.service.transcribe(&finished.id, Some((url, method)));
        }
        finished
    }

    /// Returns what is told about a finished recording of a document.
    fn finished_parameters(&self, finished: &Finished) -> RecordCallback {
        let [duration, duration_ms, start_ms, end_ms] = finished.decimals();
        let event = CallEvent::parse("RecordStop");
        RecordCallback {
            call: self.parameters(self.status(), Some(event)),
            recording_id: finished.id.clone(),
            url: Some(finished.url.clone()),
            duration,
            duration_ms,
            start_ms,
            end_ms,
            ..RecordCallback::default()
        }
    }

    /// Returns what is told where a document goes on after a message.
    pub(super) fn message_parameters(&self, finished: &Finished, digits: &str) -> RecordCallback {
        let call = self.parameters(self.status(), Some(CallEvent::Redirect));
        RecordCallback { call, digits: Some(digits.to_owned()), ..self.finished_parameters(finished) }
    }

    /// Returns what is told of a recording that has begun.
    pub(super) fn begun_parameters(&self, id: &str, format: &FileFormat) -> RecordCallback {
        let unknown = || Some(Decimal::new("-1"));
        RecordCallback {
            call: self.parameters(self.status(), Some(CallEvent::Redirect)),
            recording_id: id.to_owned(),
            url: Some(self.service.recording_url(id, format.as_str())),
            duration: unknown(),
            duration_ms: unknown(),
            start_ms: unknown(),
            end_ms: unknown(),
            digits: Some(String::new()),
            ..RecordCallback::default()
        }
    }

    fn rest_parameters(&self, finished: &Finished, api_id: &str) -> RestRecordCallback {
        let [duration, duration_ms, start_ms, end_ms] = finished.decimals();
        RestRecordCallback {
            recording_id: finished.id.clone(),
            api_id: Some(api_id.to_owned()),
            call_uuid: Some(self.uuid.clone()),
            url: Some(finished.url.clone()),
            duration,
            duration_ms,
            start_ms,
            end_ms,
            ..RestRecordCallback::default()
        }
    }
}
