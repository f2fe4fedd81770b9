//! Recordings of a call: what goes on the tape, and what is told about it.

use std::sync::Arc;

use audio::frame::Frame;
use wire::date;
use wire::http::Method;
use wire::twilio::callback::RecordingCallback;
use wire::twilio::document::{Conference, Dial, Record, StartRecording, Trim};
use wire::twilio::rest::{API_VERSION, RecordingStart};
use wire::twilio::status::RecordingStatus;

use super::Driver;
use crate::clock::wall_clock;
use crate::tape::{Reel, Sides};
use crate::twilio::fresh_sid;
use crate::twilio::registry::RecordingEntry;
use crate::twilio::webhooks::resolve;

/// One recording in progress.
pub(in crate::twilio) struct Tape {
    sid: String,
    source: &'static str,
    reel: Reel,
    track: Option<String>,
    trims: bool,
    is_whole_call: bool,
    status_callback: Option<String>,
    method: Method,
    events: Vec<String>,
    /// `CF…`, if it is of a conference.
    conference: Option<String>,
}

impl Tape {
    fn new(sid: String, source: &'static str) -> Self {
        Self {
            sid,
            source,
            reel: Reel::default(),
            track: None,
            trims: false,
            is_whole_call: false,
            status_callback: None,
            method: Method::Post,
            events: Vec::new(),
            conference: None,
        }
    }

    /// Returns the tape that the API asked for.
    pub fn started(sid: String, start: RecordingStart) -> Self {
        Self {
            trims: start.trim_silence,
            status_callback: start.status_callback,
            method: start.status_callback_method.unwrap_or(Method::Post),
            events: start.status_events,
            ..Self::new(sid, "StartCallRecordingAPI")
        }
        .of_track(start.track, start.dual)
    }

    /// Returns the tape of a `<Record>`. Its callback may be relative to the document.
    pub fn of_message(sid: String, record: &Record, document: Option<&str>) -> Self {
        Self {
            trims: record.trims(),
            status_callback: record.status_callback.as_deref().and_then(|url| resolve(document, url).ok()),
            method: record.status_callback_method,
            events: record.status_events.clone(),
            ..Self::new(sid, "RecordVerb")
        }
        .of_track(Some("inbound".into()), false)
    }

    /// Returns what the callee said, if somebody wants it written down.
    pub fn heard(&self) -> Vec<i16> {
        self.reel.callee().to_vec()
    }

    /// Takes 20 ms of both sides.
    pub fn push(&mut self, up: &Frame, down: &Frame) {
        self.reel.push(up, down);
    }

    /// Returns the tape with what is kept of the call: `inbound`, `outbound` or all, on so many channels.
    fn of_track(mut self, track: Option<String>, is_dual: bool) -> Self {
        self.reel.sides = match track.as_deref() {
            Some("inbound") => Sides::Callee,
            Some("outbound") => Sides::Carrier,
            Some(_) | None => Sides::Both,
        };
        self.reel.is_dual = is_dual;
        self.track = track;
        self
    }

    fn wants(&self, event: &str) -> bool {
        if self.events.is_empty() { event == "completed" } else { self.events.iter().any(|wanted| wanted == event) }
    }
}

impl Driver {
    /// Records the whole call, as its create asked.
    pub(super) fn record_whole_call(&mut self) {
        let Ok(sid) = fresh_sid("RE") else { return };
        let tape = Tape {
            is_whole_call: true,
            status_callback: self.create.recording_status_callback.clone(),
            method: self.create.recording_status_callback_method.unwrap_or(Method::Post),
            events: self.create.recording_status_events.clone(),
            ..Tape::new(sid, "OutboundAPI")
        }
        .of_track(self.create.recording_track.clone(), self.create.records_dual());
        self.keep_new(&tape);
        self.start_tape(tape);
    }

    /// `<Start><Recording>`.
    pub(super) fn record_beside(&mut self, recording: &StartRecording) {
        let Ok(sid) = fresh_sid("RE") else { return };
        let tape = Tape {
            trims: recording.trim.as_deref() == Some("trim-silence"),
            status_callback: recording.status_callback.clone(),
            method: recording.status_callback_method.unwrap_or(Method::Post),
            events: recording.status_events.clone(),
            ..Tape::new(sid, "StartCallRecordingTwiML")
        }
        .of_track(recording.track.clone(), recording.channels.as_deref() != Some("mono"));
        self.keep_new(&tape);
        self.start_tape(tape);
    }

    /// Records a `<Dial>`: the first channel is this call, the second whom it dialled. Returns the recording.
    pub(super) fn record_dial(&mut self, dial: &Dial) -> Option<String> {
        let sid = fresh_sid("RE").ok()?;
        let tape = Tape {
            trims: dial.trim == Trim::TrimSilence,
            status_callback: dial.recording_status_callback.as_deref().and_then(|url| resolve(self.script.url.as_deref(), url).ok()),
            method: dial.recording_status_callback_method,
            events: dial.recording_status_events.clone(),
            ..Tape::new(sid.clone(), "DialVerb")
        }
        .of_track(dial.recording_track.clone(), dial.record.is_dual());
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
        tape.reel = Reel::of_samples(samples);
        self.finish_tape(tape);
    }

    /// Ends a tape by the recording's SID.
    pub(super) fn end_tape(&mut self, sid: &str) -> Option<(String, String, u32)> {
        let at = self.tapes.iter().position(|tape| tape.sid == sid)?;
        let tape = self.tapes.remove(at);
        self.finish_tape(tape)
    }

    fn keep_new(&self, tape: &Tape) {
        let channels = if tape.reel.is_dual { 2 } else { 1 };
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
            self.tapes[at].reel.is_paused = status == "paused";
            self.tapes[at].reel.skips_pause = skips;
        }
    }

    /// Makes the file and tells about it. Returns SID, address and seconds, or `None` if there is nothing on the tape.
    pub(super) fn finish_tape(&mut self, mut tape: Tape) -> Option<(String, String, u32)> {
        let has_sound = if tape.trims { tape.reel.trim() } else { !tape.reel.is_empty() };
        let seconds = tape.reel.seconds();
        let wav = has_sound.then(|| Arc::new(tape.reel.wav()));
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
        format!("{}/{API_VERSION}/Accounts/{}/Recordings/{sid}", self.service.network.base_url, self.service.credentials.account_sid)
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
            channels: Some(if tape.reel.is_dual { 2 } else { 1 }),
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
