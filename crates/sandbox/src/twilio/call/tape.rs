//! Recordings of a call: what goes on the tape, and what is told about it.

use std::sync::Arc;

use audio::frame::Frame;
use audio::level::rms_dbfs;
use audio::wav::write_wav;
use wire::date;
use wire::http::Method;
use wire::twilio::callback::RecordingCallback;
use wire::twilio::document::{Conference, Dial, Record, StartRecording, Trim};
use wire::twilio::rest::{API_VERSION, RecordingStart};
use wire::twilio::status::RecordingStatus;

use super::Driver;
use crate::clock::wall_clock;
use crate::twilio::fresh_sid;
use crate::twilio::registry::RecordingEntry;
use crate::twilio::webhooks::resolve;

/// One hour: the rest of a longer call is not kept.
const MAX_SAMPLES: usize = 3_600 * 8_000;

/// Frames more silent than this may be cut from the ends.
const SILENCE_DBFS: f32 = -45.0;

/// One recording in progress.
pub(in crate::twilio) struct Tape {
    sid: String,
    source: &'static str,
    is_dual: bool,
    track: Option<String>,
    trims: bool,
    is_whole_call: bool,
    is_paused: bool,
    skips_pause: bool,
    status_callback: Option<String>,
    method: Method,
    events: Vec<String>,
    /// `CF…`, if it is of a conference.
    conference: Option<String>,
    /// What the callee says.
    up: Vec<i16>,
    /// What the callee hears.
    down: Vec<i16>,
}

impl Tape {
    fn new(sid: String, source: &'static str) -> Self {
        Self {
            sid,
            source,
            is_dual: false,
            track: None,
            trims: false,
            is_whole_call: false,
            is_paused: false,
            skips_pause: false,
            status_callback: None,
            method: Method::Post,
            events: Vec::new(),
            conference: None,
            up: Vec::new(),
            down: Vec::new(),
        }
    }

    /// Returns the tape that the API asked for.
    pub fn started(sid: String, start: RecordingStart) -> Self {
        Self {
            is_dual: start.dual,
            track: start.track,
            trims: start.trim_silence,
            status_callback: start.status_callback,
            method: start.status_callback_method.unwrap_or(Method::Post),
            events: start.status_events,
            ..Self::new(sid, "StartCallRecordingAPI")
        }
    }

    /// Returns the tape of a `<Record>`. Its callback may be relative to the document.
    pub fn of_message(sid: String, record: &Record, document: Option<&str>) -> Self {
        Self {
            track: Some("inbound".into()),
            trims: record.trims(),
            status_callback: record.status_callback.as_deref().and_then(|url| resolve(document, url).ok()),
            method: record.status_callback_method,
            events: record.status_events.clone(),
            ..Self::new(sid, "RecordVerb")
        }
    }

    /// Returns what the callee said, if somebody wants it written down.
    pub fn heard(&self) -> Vec<i16> {
        self.up.clone()
    }

    /// Takes 20 ms of both sides.
    pub fn push(&mut self, up: &Frame, down: &Frame) {
        if self.up.len() >= MAX_SAMPLES || (self.is_paused && self.skips_pause) {
            return;
        }
        let wants = |side: &str| !self.is_paused && self.track.as_deref().is_none_or(|track| track == "both" || track == side);
        let (wants_up, wants_down) = (wants("inbound"), wants("outbound"));
        self.up.extend_from_slice(if wants_up { up } else { &audio::SILENCE });
        self.down.extend_from_slice(if wants_down { down } else { &audio::SILENCE });
    }

    fn wants(&self, event: &str) -> bool {
        if self.events.is_empty() { event == "completed" } else { self.events.iter().any(|wanted| wanted == event) }
    }

    /// Cuts silence from both ends and returns whether anything is left.
    fn trim(&mut self) -> bool {
        if !self.trims {
            return !self.up.is_empty();
        }
        let is_silent = |at: usize| rms_dbfs(&self.up[at..at + 160]) < SILENCE_DBFS && rms_dbfs(&self.down[at..at + 160]) < SILENCE_DBFS;
        let frames = self.up.len() / 160;
        let Some(first) = (0..frames).find(|frame| !is_silent(frame * 160)) else { return false };
        let last = (0..frames).rfind(|frame| !is_silent(frame * 160)).unwrap_or(first);
        let range = first * 160..(last + 1) * 160;
        self.up = self.up[range.clone()].to_vec();
        self.down = self.down[range].to_vec();
        true
    }

    fn wav(&self) -> Vec<u8> {
        let pairs = self.up.iter().zip(&self.down);
        if self.is_dual {
            let samples: Vec<i16> = pairs.flat_map(|(up, down)| [*up, *down]).collect();
            return write_wav(8_000, 2, &samples);
        }
        let samples: Vec<i16> = pairs.map(|(up, down)| up.saturating_add(*down)).collect();
        write_wav(8_000, 1, &samples)
    }
}

impl Driver {
    /// Records the whole call, as its create asked.
    pub(super) fn record_whole_call(&mut self) {
        let Ok(sid) = fresh_sid("RE") else { return };
        let tape = Tape {
            is_dual: self.create.records_dual(),
            track: self.create.recording_track.clone(),
            is_whole_call: true,
            status_callback: self.create.recording_status_callback.clone(),
            method: self.create.recording_status_callback_method.unwrap_or(Method::Post),
            events: self.create.recording_status_events.clone(),
            ..Tape::new(sid, "OutboundAPI")
        };
        self.keep_new(&tape);
        self.start_tape(tape);
    }

    /// `<Start><Recording>`.
    pub(super) fn record_beside(&mut self, recording: &StartRecording) {
        let Ok(sid) = fresh_sid("RE") else { return };
        let tape = Tape {
            is_dual: recording.channels.as_deref() != Some("mono"),
            track: recording.track.clone(),
            trims: recording.trim.as_deref() == Some("trim-silence"),
            status_callback: recording.status_callback.clone(),
            method: recording.status_callback_method.unwrap_or(Method::Post),
            events: recording.status_events.clone(),
            ..Tape::new(sid, "StartCallRecordingTwiML")
        };
        self.keep_new(&tape);
        self.start_tape(tape);
    }

    /// Records a `<Dial>`: the first channel is this call, the second whom it dialled. Returns the recording.
    pub(super) fn record_dial(&mut self, dial: &Dial) -> Option<String> {
        let sid = fresh_sid("RE").ok()?;
        let tape = Tape {
            is_dual: dial.record.is_dual(),
            track: dial.recording_track.clone(),
            trims: dial.trim == Trim::TrimSilence,
            status_callback: dial.recording_status_callback.as_deref().and_then(|url| resolve(self.script.url.as_deref(), url).ok()),
            method: dial.recording_status_callback_method,
            events: dial.recording_status_events.clone(),
            ..Tape::new(sid.clone(), "DialVerb")
        };
        self.keep_new(&tape);
        self.start_tape(tape);
        Some(sid)
    }

    /// Returns the tape of a conference, which is filled when it is over.
    pub(super) fn tape_of_room(&self, noun: &Conference, conference: &str) -> Option<Tape> {
        let tape = Tape {
            trims: noun.trim == Trim::TrimSilence,
            status_callback: noun.recording_status_callback.clone(),
            method: noun.recording_status_callback_method,
            events: noun.recording_status_events.clone(),
            conference: Some(conference.to_owned()),
            ..Tape::new(fresh_sid("RE").ok()?, "Conference")
        };
        self.keep_new(&tape);
        self.tape_event(&tape, "in-progress", None);
        Some(tape)
    }

    /// Makes the file of a conference.
    pub(super) fn finish_room(&mut self, mut tape: Tape, samples: Vec<i16>) {
        tape.down = vec![0; samples.len()];
        tape.up = samples;
        self.finish_tape(tape);
    }

    /// Ends a tape by the recording's SID.
    pub(super) fn end_tape(&mut self, sid: &str) -> Option<(String, String, u32)> {
        let at = self.tapes.iter().position(|tape| tape.sid == sid)?;
        let tape = self.tapes.remove(at);
        self.finish_tape(tape)
    }

    fn keep_new(&self, tape: &Tape) {
        let channels = if tape.is_dual { 2 } else { 1 };
        let mut resource = self.service.new_recording(&tape.sid, &self.sid, channels, tape.source);
        resource.conference_sid.clone_from(&tape.conference);
        self.service.registry.with(|shelves| shelves.add_recording(tape.sid.clone(), RecordingEntry { resource, wav: None }));
    }

    pub(super) fn start_tape(&mut self, tape: Tape) {
        self.tape_event(&tape, "in-progress", None);
        self.tapes.push(tape);
    }

    pub(super) fn update_tape(&mut self, sid: &str, status: &str, skips: bool) {
        let Some(at) = self.tapes.iter().position(|tape| tape.sid == sid) else { return };
        if status == "stopped" {
            let tape = self.tapes.remove(at);
            self.finish_tape(tape);
        } else {
            self.tapes[at].is_paused = status == "paused";
            self.tapes[at].skips_pause = skips;
        }
    }

    /// Makes the file and tells about it. Returns SID, address and seconds, or `None` if there is nothing on the tape.
    pub(super) fn finish_tape(&mut self, mut tape: Tape) -> Option<(String, String, u32)> {
        let has_sound = tape.trim();
        let seconds = u32::try_from(tape.up.len().div_ceil(8_000)).unwrap_or(u32::MAX);
        let wav = has_sound.then(|| Arc::new(tape.wav()));
        let status = if has_sound { "completed" } else { "absent" };
        self.service.registry.change_recording(&tape.sid, |entry| {
            entry.resource.status = Some(status.into());
            entry.resource.duration = Some(if has_sound { seconds } else { 0 }.to_string());
            entry.resource.date_updated = Some(date::rfc2822(wall_clock()));
            entry.wav = wav;
        });
        self.tape_event(&tape, status, has_sound.then_some(seconds));
        let url = self.recording_url(&tape.sid);
        if tape.is_whole_call && has_sound {
            self.whole = Some((tape.sid.clone(), url.clone(), seconds));
        }
        has_sound.then_some((tape.sid, url, seconds))
    }

    /// Returns the recording of the whole call, once it is complete.
    pub(super) fn whole_recording(&self) -> Option<(String, String, u32)> {
        self.whole.clone()
    }

    fn recording_url(&self, sid: &str) -> String {
        format!("{}/{API_VERSION}/Accounts/{}/Recordings/{sid}", self.service.base_url, self.service.credentials.account_sid)
    }

    pub(super) fn tape_event(&self, tape: &Tape, status: &str, seconds: Option<u32>) {
        let Some(url) = tape.status_callback.clone().filter(|_| tape.wants(status)) else { return };
        let callback = RecordingCallback {
            account_sid: self.service.credentials.account_sid.clone(),
            call_sid: if tape.conference.is_none() { self.sid.clone() } else { String::new() },
            recording_sid: tape.sid.clone(),
            url: self.recording_url(&tape.sid),
            status: RecordingStatus::parse(status),
            duration: seconds,
            channels: Some(if tape.is_dual { 2 } else { 1 }),
            started_at: Some(wall_clock()),
            source: tape.source.into(),
            track: tape.track.clone(),
            error_code: Some(0),
            conference_sid: tape.conference.clone(),
            others: Vec::new(),
        };
        self.hook("recording", tape.method, url, callback.to_form().into_owned());
    }
}
