//! `<PreAnswer>`: what somebody who rings hears before they are answered, in early media. Nothing of it is billed, and nothing that they say
//! or press is heard.

use audio::SILENCE;
use telephony::SessionTime;
use wire::plivo::document::{PreAnswer, PreAnswerStep, Verb};

use super::document::sounds_of;
use super::{Doing, Driver, Mouth};
use crate::line::FRAME;
use crate::prompter::Sound;

/// What is heard in early media.
pub(super) struct Early {
    began: SessionTime,
    frames: u32,
}

impl Early {
    /// Returns when the next 20 ms are due.
    pub(super) fn next_frame(&self) -> SessionTime {
        self.began + FRAME * (self.frames + 1)
    }
}

impl Driver {
    pub(super) fn pre_answer(&mut self, before: PreAnswer) {
        let mut sounds = Vec::new();
        for step in before.steps {
            match step {
                PreAnswerStep::Prompt(prompt) => sounds.extend(sounds_of(&[prompt])),
                PreAnswerStep::Dtmf(dtmf) => sounds.push(Sound::Keys { digits: dtmf.digits, loops: 1 }),
                PreAnswerStep::Message(message) => self.send_message(message),
                PreAnswerStep::GetDigits(digits) => {
                    // Whoever is not answered yet presses nothing here, so only the question is heard.
                    sounds.extend(sounds_of(&digits.prompts));
                    self.unsupported("GetDigits in a PreAnswer");
                }
                PreAnswerStep::Redirect(redirect) => {
                    self.script.verbs.push_front(Verb::Redirect(redirect));
                    break;
                }
            }
        }
        self.doing = Doing::Early(Early { began: self.line.clock.now(), frames: 0 });
        let needs = self.line.prompter.start(sounds);
        self.get(Mouth::Document, needs);
    }

    /// Lets the caller hear what is due.
    pub(super) fn early_frames(&mut self, now: SessionTime) {
        while let Doing::Early(early) = &mut self.doing {
            if early.next_frame() > now {
                return;
            }
            early.frames += 1;
            let mut down = SILENCE;
            let needs = self.line.prompter.fill(&mut down);
            self.get(Mouth::Document, needs);
            // They hold the phone to their ear and know what they heard, but cannot answer it yet.
            let _ = self.line.hear(&down);
            if self.line.prompter.is_done() {
                return self.next_verb();
            }
        }
    }
}
