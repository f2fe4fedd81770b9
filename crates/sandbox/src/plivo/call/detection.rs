//! Whether a machine answered. Plivo tells of machines alone: people, and whatever it cannot tell, are not mentioned.
//!
//! *When* the finding comes is decided by what is heard and by the create's times. *That* it is a machine follows from who
//! truly answered, so that a program meets the same finding on every run.

use audio::frame::Frame;
use audio::vad::{VoiceActivity, VoiceConfig, VoiceEdge};
use simulator::script::Scene;
use wire::plivo::callback::{CallParameters, MachineCallback};
use wire::plivo::rest::MachineDetection;
use wire::plivo::status::{CallEvent, HangupSource};

use super::{Doing, Driver, Ending};

/// Milliseconds of speech without a pause that make a machine, if not said: what `machine_detection_initial_greeting` is by a
/// compatible carrier's word.
const GREETING_MS: u32 = 1_500;
/// Milliseconds for all of it, if not said.
const ALL_MS: u32 = 5_000;

/// A search in progress.
pub(super) struct Detection {
    voice: VoiceActivity,
    is_machine: bool,
    has_beeped: bool,
    is_speech: bool,
    speech_frames: u32,
    greeting_frames: u32,
    frames_left: u32,
}

impl Detection {
    /// Takes 20 ms of the callee, and returns whether it is a machine once that is decided.
    fn push(&mut self, up: &Frame) -> Option<bool> {
        match self.voice.push(up) {
            Some(VoiceEdge::Onset { .. }) => self.is_speech = true,
            Some(VoiceEdge::Offset { .. }) => self.is_speech = false,
            None => {}
        }
        self.speech_frames = if self.is_speech { self.speech_frames + 1 } else { 0 };
        self.frames_left = self.frames_left.saturating_sub(1);
        let is_long = self.speech_frames >= self.greeting_frames || self.has_beeped;
        if self.is_machine && is_long {
            return Some(true);
        }
        (self.frames_left == 0).then_some(false)
    }
}

impl Driver {
    /// Begins to find out who answered, if that was asked for. Returns whether the document waits for it.
    pub(super) fn detect(&mut self) -> bool {
        if self.create.machine_detection.is_none() {
            return false;
        }
        let scene = self.line.leg.callee().script().first_scene().map(|(_, scene)| scene);
        let is_machine = matches!(scene, Some(Scene::Voicemail(_) | Scene::Menu(_) | Scene::Announcement(_) | Scene::Screener(_) | Scene::Hold(_)));
        self.detection = Some(Box::new(Detection {
            voice: VoiceActivity::new(VoiceConfig::default()),
            is_machine,
            has_beeped: false,
            is_speech: false,
            speech_frames: 0,
            greeting_frames: self.create.machine_detection_initial_greeting.unwrap_or(GREETING_MS) / 20,
            frames_left: self.create.machine_detection_time.unwrap_or(ALL_MS) / 20,
        }));
        self.create.machine_detection_url.is_none()
    }

    /// The callee's machine beeps.
    pub(super) fn detection_beep(&mut self) {
        if let Some(detection) = &mut self.detection {
            detection.has_beeped = true;
        }
    }

    pub(super) fn detection_frame(&mut self, up: &Frame) {
        let Some(detection) = &mut self.detection else { return };
        let Some(is_machine) = detection.push(up) else { return };
        self.detection = None;
        self.is_machine = is_machine;
        let ends = is_machine && self.create.machine_detection == Some(MachineDetection::HangUp);
        if is_machine && let Some(url) = self.create.machine_detection_url.clone() {
            let base = self.parameters(self.status(), Some(CallEvent::MachineDetection));
            let call = CallParameters { session_start: None, parent_auth_id: None, stir_verification: None, stir_attestation: None, ..base };
            let if_machine = Some(if ends { "hangup" } else { "continue" }.to_owned());
            let news = MachineCallback { call, if_machine, ..MachineCallback::default() };
            self.hook("machine-detection", self.create.machine_detection_method, url.as_str().to_owned(), news.to_form().into_owned());
        }
        if ends {
            return self.end(Ending { code: 9_100, source: HangupSource::Plivo, by: "machine detection" });
        }
        if matches!(self.doing, Doing::Detecting) {
            self.begin();
        }
    }
}
