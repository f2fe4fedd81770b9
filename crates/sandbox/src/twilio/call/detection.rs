//! Who answered: found out from the sound as Twilio's machine detection does, with the verdict that is true.
//!
//! *When* a verdict comes is decided by what is heard and by the create's times: long speech makes a machine, short speech
//! with silence behind it a person. *Which* verdict it is follows from who truly answered, so that a program meets the same
//! one on every run.

use std::time::Duration;

use audio::frame::Frame;
use audio::vad::{VoiceActivity, VoiceConfig, VoiceEdge};
use simulator::script::Scene;
use telephony::SessionTime;
use wire::http::Method;
use wire::twilio::callback::MachineDetectionCallback;
use wire::twilio::status::AnsweredBy;

use super::{Doing, Driver};

/// Milliseconds of speech that make a machine, if not said.
const SPEECH_THRESHOLD_MS: u32 = 2_400;
/// Milliseconds of silence that end a greeting, if not said.
const SPEECH_END_THRESHOLD_MS: u32 = 1_200;
/// Milliseconds of silence at the start that end the search, if not said.
const SILENCE_TIMEOUT_MS: u32 = 5_000;
/// Seconds for all of it, if not said.
const TIMEOUT_S: u32 = 30;
/// Milliseconds of fax tone that tell a fax.
const FAX_MS: u32 = 1_000;

/// Who is at the other end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Nature {
    Person,
    Machine,
    Fax,
    Nobody,
}

/// A search in progress.
pub(super) struct Detection {
    voice: VoiceActivity,
    nature: Nature,
    waits_for_end: bool,
    began: SessionTime,
    frames: u32,
    speech_frames: u32,
    quiet_frames: u32,
    has_spoken: bool,
    is_speech: bool,
    has_beeped: bool,
    speech_threshold: u32,
    speech_end_threshold: u32,
    silence_timeout: u32,
    timeout: u32,
}

impl Detection {
    /// Takes 20 ms of the callee and returns the verdict once there is one.
    fn push(&mut self, up: &Frame) -> Option<AnsweredBy> {
        self.frames += 1;
        match self.voice.push(up) {
            Some(VoiceEdge::Onset { .. }) => (self.is_speech, self.has_spoken, self.quiet_frames) = (true, true, 0),
            Some(VoiceEdge::Offset { .. }) => self.is_speech = false,
            None => {}
        }
        if self.is_speech {
            self.speech_frames += 1;
        } else {
            self.quiet_frames += 1;
        }
        let is_machine = self.nature == Nature::Machine;
        if self.nature == Nature::Fax && self.frames >= frames(FAX_MS) {
            return Some(AnsweredBy::Fax);
        }
        if self.waits_for_end && is_machine {
            return self.end_of_greeting();
        }
        let greeted = self.has_spoken && !self.is_speech && self.quiet_frames >= self.speech_end_threshold;
        if self.speech_frames >= self.speech_threshold || greeted {
            return Some(if is_machine { AnsweredBy::MachineStart } else { self.other() });
        }
        self.nothing_in_time()
    }

    fn end_of_greeting(&self) -> Option<AnsweredBy> {
        if self.has_beeped {
            return Some(AnsweredBy::MachineEndBeep);
        }
        if self.has_spoken && !self.is_speech && self.quiet_frames >= self.speech_end_threshold {
            return Some(AnsweredBy::MachineEndSilence);
        }
        (self.frames >= self.timeout).then_some(AnsweredBy::MachineEndOther)
    }

    fn nothing_in_time(&self) -> Option<AnsweredBy> {
        let is_silent = !self.has_spoken && self.frames >= self.silence_timeout;
        (is_silent || self.frames >= self.timeout).then_some(AnsweredBy::Unknown)
    }

    const fn other(&self) -> AnsweredBy {
        match self.nature {
            Nature::Person => AnsweredBy::Human,
            Nature::Fax => AnsweredBy::Fax,
            Nature::Machine | Nature::Nobody => AnsweredBy::Unknown,
        }
    }
}

impl Driver {
    /// Begins to find out who answered, if that was asked for. Returns whether the document waits for it.
    pub(super) fn detect(&mut self) -> bool {
        let create = &self.create;
        let Some(mode) = create.detection() else { return false };
        self.detection = Some(Box::new(Detection {
            voice: VoiceActivity::new(VoiceConfig::default()),
            nature: nature_of(self.line.leg.callee().script().first_scene().map(|(_, scene)| scene)),
            waits_for_end: mode == "DetectMessageEnd",
            began: self.line.clock.now(),
            frames: 0,
            speech_frames: 0,
            quiet_frames: 0,
            has_spoken: false,
            is_speech: false,
            has_beeped: false,
            speech_threshold: frames(create.machine_detection_speech_threshold.unwrap_or(SPEECH_THRESHOLD_MS)),
            speech_end_threshold: frames(create.machine_detection_speech_end_threshold.unwrap_or(SPEECH_END_THRESHOLD_MS)),
            silence_timeout: frames(create.machine_detection_silence_timeout.unwrap_or(SILENCE_TIMEOUT_MS)),
            timeout: create.machine_detection_timeout.unwrap_or(TIMEOUT_S).saturating_mul(50),
        }));
        !create.async_amd
    }

    /// The callee's machine beeps.
    pub(super) fn detection_beep(&mut self) {
        if let Some(detection) = &mut self.detection {
            detection.has_beeped = true;
        }
    }

    pub(super) fn detection_frame(&mut self, up: &Frame) {
        let Some(detection) = &mut self.detection else { return };
        let Some(verdict) = detection.push(up) else { return };
        let took = self.line.clock.now().since(detection.began);
        self.detection = None;
        self.detected(verdict, took);
    }

    fn detected(&mut self, verdict: AnsweredBy, took: Duration) {
        let millis = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
        self.service.registry.change(&self.sid, |call| call.resource.answered_by = Some(verdict.as_str().to_owned()));
        if let Some(url) = self.create.async_amd_status_callback.clone() {
            let news = MachineDetectionCallback {
                call_sid: self.sid.clone(),
                account_sid: self.service.credentials.account_sid.clone(),
                answered_by: verdict.clone(),
                duration_millis: Some(millis),
                others: Vec::new(),
            };
            let method = self.create.async_amd_status_callback_method.unwrap_or(Method::Post);
            self.hook("machine-detection", method, url, news.to_form().into_owned());
        }
        if matches!(self.doing, Doing::Detecting) {
            let extra = vec![("AnsweredBy", verdict.as_str().to_owned()), ("MachineDetectionDuration", millis.to_string())];
            self.run_instructions(self.create.instructions.clone(), extra);
        }
    }
}

/// What talks without listening is a machine.
fn nature_of(scene: Option<&Scene>) -> Nature {
    match scene {
        Some(Scene::Person(_)) => Nature::Person,
        Some(Scene::Menu(_) | Scene::Hold(_) | Scene::Voicemail(_) | Scene::Screener(_) | Scene::Announcement(_)) => Nature::Machine,
        Some(Scene::Fax(_)) => Nature::Fax,
        Some(Scene::Silence(_)) | None => Nature::Nobody,
    }
}

const fn frames(millis: u32) -> u32 {
    millis / 20
}
