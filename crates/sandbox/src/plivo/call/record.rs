//! `<Record>`: a beep, then what the callee says, until silence, a key, the limit or the end of the call; or the whole call,
//! beside what follows.

use audio::frame::Frame;
use audio::level::rms_dbfs;
use audio::tone::ToneGenerator;
use wire::plivo::document::Record;

use super::tape::{Finished, Tape};
use super::{Doing, Driver};
use crate::plivo::fresh_uuid;
use crate::tape::Sides;

/// Frames more silent than this are silence.
const SILENCE_DBFS: f32 = -45.0;

/// A message being recorded.
pub(super) struct Recording {
    record: Record,
    tape: Tape,
    silent_frames: u32,
}

impl Driver {
    /// Records the whole call from here on. Returns whether the document goes on somewhere else.
    pub(super) fn record_session(&mut self, record: &Record) -> bool {
        let Ok(id) = fresh_uuid() else { return false };
        self.start_tape(Tape::of_document(id.clone(), record, Sides::Both));
        self.tell_begun(record, &id)
    }

    /// Records from when whoever is dialled next answers. Returns whether the document goes on somewhere else.
    pub(super) fn record_dial(&mut self, record: &Record) -> bool {
        let Ok(id) = fresh_uuid() else { return false };
        self.dial_tape = Some(Tape::of_document(id.clone(), record, Sides::Both));
        self.tell_begun(record, &id)
    }

    fn tell_begun(&mut self, record: &Record, id: &str) -> bool {
        let Some(action) = &record.action else { return false };
        let form = self.begun_parameters(id, &record.file_format()).to_form().into_owned();
        if !record.redirect() {
            self.hook("document", record.method, action.clone(), form);
            return false;
        }
        self.act(record.method, action, true, form);
        true
    }

    pub(super) fn record(&mut self, record: Record) {
        let Ok(id) = fresh_uuid() else { return self.next_verb() };
        let tape = Tape::of_document(id, &record, Sides::Callee);
        self.keep_new(&tape);
        if record.play_beep() {
            let mut beep = [0; 8 * 400];
            ToneGenerator::beep(1_000.0, 400).fill(&mut beep);
            self.line.prompter.start_samples(&beep);
        } else {
            self.line.prompter.stop();
        }
        self.doing = Doing::Recording(Box::new(Recording { record, tape, silent_frames: 0 }));
    }

    pub(super) fn record_frame(&mut self, up: &Frame) {
        let beep_is_over = self.line.prompter.is_done();
        let Doing::Recording(recording) = &mut self.doing else { return };
        if !beep_is_over {
            return;
        }
        let has_room = recording.tape.push(up, &audio::SILENCE);
        recording.silent_frames = if rms_dbfs(up) < SILENCE_DBFS { recording.silent_frames + 1 } else { 0 };
        let is_silent = recording.silent_frames >= recording.record.timeout().saturating_mul(50);
        if is_silent || !has_room {
            self.record_ends("");
        }
    }

    pub(super) fn record_key(&mut self, key: char) {
        let ends = |record: &Record| record.finish_on_key() != "none" && record.finish_on_key().contains(key);
        if matches!(&self.doing, Doing::Recording(recording) if ends(&recording.record)) {
            self.record_ends(key.encode_utf8(&mut [0; 4]));
        }
    }

    fn record_ends(&mut self, digits: &str) {
        let Doing::Recording(recording) = std::mem::replace(&mut self.doing, Doing::Idle) else { return };
        let Recording { record, tape, .. } = *recording;
        let finished = self.finish_tape(tape);
        match record.action.as_deref() {
            Some(action) => {
                let form = self.message_parameters(&finished, digits).to_form().into_owned();
                self.act(record.method, action, record.redirect(), form);
            }
            None => self.next_verb(),
        }
    }

    /// The call ends, or goes elsewhere, while a message is recorded: what there is is kept, and the action is told.
    ///
    /// That `Digits` is `hangup` then is from memory.
    pub(super) fn message_cut_off(&mut self, recording: Recording) {
        let finished: Finished = self.finish_tape(recording.tape);
        let Some(action) = recording.record.action.clone() else { return };
        let form = self.message_parameters(&finished, "hangup").to_form().into_owned();
        self.hook("document", recording.record.method, action, form);
    }
}
