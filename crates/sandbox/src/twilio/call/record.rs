//! `<Record>`: a beep, then what the callee says, until silence, a key, the limit or the end of the call.

use audio::frame::Frame;
use audio::level::rms_dbfs;
use audio::tone::ToneGenerator;
use wire::http::Method;
use wire::twilio::document::Record;

use super::tape::Tape;
use super::{Doing, Driver};
use crate::twilio::fresh_sid;
use crate::twilio::registry::RecordingEntry;

/// Frames more silent than this are silence.
const SILENCE_DBFS: f32 = -45.0;

/// A message being recorded.
pub(super) struct Recording {
    record: Record,
    tape: Tape,
    silent_frames: u32,
    frames: u32,
}

impl Driver {
    pub(super) fn record(&mut self, record: Record) {
        let Ok(sid) = fresh_sid("RE") else { return self.application_error(20_500) };
        let resource = self.service.new_recording(&sid, &self.sid, 1, "RecordVerb");
        self.service.registry.with(|shelves| shelves.add_recording(sid.clone(), RecordingEntry { resource, wav: None }));
        let tape = Tape::of_message(sid, &record, self.script.url.as_deref());
        if record.play_beep {
            let mut beep = [0; 8 * 400];
            ToneGenerator::beep(1_000.0, 400).fill(&mut beep);
            self.line.prompter.start_samples(&beep);
        } else {
            self.line.prompter.stop();
        }
        self.tape_event(&tape, "in-progress", None);
        self.doing = Doing::Recording(Box::new(Recording { record, tape, silent_frames: 0, frames: 0 }));
    }

    pub(super) fn record_frame(&mut self, up: &Frame) {
        let beep_is_over = self.line.prompter.is_done();
        let Doing::Recording(recording) = &mut self.doing else { return };
        if !beep_is_over {
            return;
        }
        recording.frames += 1;
        recording.tape.push(up, &audio::SILENCE);
        recording.silent_frames = if rms_dbfs(up) < SILENCE_DBFS { recording.silent_frames + 1 } else { 0 };
        let is_silent = recording.record.timeout > 0 && recording.silent_frames >= recording.record.timeout.saturating_mul(50);
        let is_full = recording.frames >= recording.record.max_length.saturating_mul(50);
        if is_silent || is_full {
            self.record_ends(None);
        }
    }

    pub(super) fn record_key(&mut self, key: char) {
        if matches!(&self.doing, Doing::Recording(recording) if recording.record.finish_on_key.contains(key)) {
            self.record_ends(Some(key.to_string()));
        }
    }

    /// Goes on where the document says; with nothing recorded, at the next verb.
    fn record_ends(&mut self, digits: Option<String>) {
        let Doing::Recording(recording) = std::mem::replace(&mut self.doing, Doing::Waiting) else { return };
        let Recording { record, tape, .. } = *recording;
        let samples = tape.heard();
        match self.finish_tape(tape) {
            Some(parameters) => {
                self.transcribe(&record, &parameters, samples);
                self.ask_after_record(&record, parameters, digits);
            }
            None => self.next_verb(),
        }
    }

    fn ask_after_record(&mut self, record: &Record, (sid, url, seconds): (String, String, u32), digits: Option<String>) {
        let mut extra = vec![("RecordingUrl", url), ("RecordingSid", sid), ("RecordingDuration", seconds.to_string())];
        extra.extend(digits.map(|digits| ("Digits", digits)));
        self.ask(record.method, record.action.as_deref().unwrap_or_default(), extra);
    }

    /// The call ends while a message is recorded: what there is is kept, and the program is told with `Digits=hangup`.
    pub(super) fn message_cut_off(&mut self, recording: Recording) {
        let samples = recording.tape.heard();
        let Some(parameters) = self.finish_tape(recording.tape) else { return };
        self.transcribe(&recording.record, &parameters, samples);
        let (sid, url, seconds) = parameters;
        let Some(action) = recording.record.action.clone() else { return };
        let Ok(action) = crate::twilio::webhooks::resolve(self.script.url.as_deref(), &action) else { return };
        let callback = self
            .callback(wire::twilio::status::CallStatus::Completed)
            .with("RecordingUrl", url)
            .with("RecordingSid", sid)
            .with("RecordingDuration", seconds.to_string())
            .with("Digits", "hangup");
        let method: Method = recording.record.method;
        self.hook("document", method, action, callback.to_form().into_owned());
    }
}
