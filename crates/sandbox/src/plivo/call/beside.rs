//! What the API does on a live call beside its document: plays, speaks, presses keys, records.

use audio::frame::Frame;
use audio::mixer::mix_into;
use audio::{FRAME_SAMPLES, SILENCE};
use ports::text_to_speech::Speaking;
use wire::plivo::rest::{LiveRequest, PlayFiles, SpeakText};

use super::tape::Tape;
use super::{Driver, Mouth};
use crate::prompter::{Prompter, Sound};

/// What is heard beside the document.
#[derive(Default)]
pub(super) struct Beside {
    /// Its sounds.
    pub prompter: Prompter,
    /// The speech that is being made.
    pub speech: Option<Box<dyn Speaking>>,
    kind: Option<Kind>,
    /// Nothing else is heard meanwhile.
    is_alone: bool,
}

/// What is heard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Play,
    Speak,
    Keys,
}

impl Driver {
    pub(super) fn live(&mut self, request: LiveRequest, recording: Option<(String, String)>) {
        match request {
            LiveRequest::Play(PlayFiles { urls, r#loop, mix, .. }) => {
                let loops = u32::from(r#loop != Some(true));
                let files = urls.split(',').map(|url| Sound::File { url: url.trim().to_owned(), loops });
                self.sound_beside(Kind::Play, files.collect(), mix);
            }
            LiveRequest::Speak(SpeakText { text, r#loop, mix, .. }) => {
                let loops = u32::from(r#loop != Some(true));
                self.sound_beside(Kind::Speak, vec![Sound::Speech { text, loops }], mix);
            }
            LiveRequest::PressDigits(press) => self.press_beside(press.digits),
            LiveRequest::StopPlay => self.stop_beside(Kind::Play),
            LiveRequest::StopSpeak => self.stop_beside(Kind::Speak),
            LiveRequest::Record(record) => {
                if let Some((id, api_id)) = recording {
                    self.start_tape(Tape::of_request(id, api_id, &record));
                }
            }
            // All of them: the address names none. What a document records ends with it as well.
            LiveRequest::StopRecord => {
                for tape in std::mem::take(&mut self.tapes) {
                    self.finish_tape(tape);
                }
            }
        }
    }

    /// Presses keys while the document goes on.
    pub(super) fn press_beside(&mut self, digits: String) {
        self.sound_beside(Kind::Keys, vec![Sound::Keys { digits, loops: 1 }], None);
    }

    fn sound_beside(&mut self, kind: Kind, sounds: Vec<Sound>, mix: Option<bool>) {
        self.beside.kind = Some(kind);
        self.beside.is_alone = mix == Some(false);
        let needs = self.beside.prompter.start(sounds);
        self.get(Mouth::Beside, needs);
    }

    fn stop_beside(&mut self, kind: Kind) {
        if self.beside.kind == Some(kind) {
            self.beside.prompter.stop();
            self.beside.speech = None;
            self.beside.kind = None;
        }
    }

    /// Adds what is heard beside the document, or lets it alone be heard.
    pub(super) fn play_beside(&mut self, down: &mut Frame) {
        if self.beside.kind.is_none() {
            return;
        }
        let mut sound = [0; FRAME_SAMPLES];
        let needs = self.beside.prompter.fill(&mut sound);
        self.get(Mouth::Beside, needs);
        if self.beside.is_alone {
            *down = SILENCE;
        }
        mix_into(down, &sound);
        if self.beside.prompter.is_done() {
            self.beside.kind = None;
        }
    }
}
