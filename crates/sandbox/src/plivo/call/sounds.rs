//! What is heard on the line: the carrier's own speech, files and keys, and where they come from.

use audio::FRAME_SAMPLES;
use audio::frame::Frame;

use super::{Doing, Driver, Event, Mouth};
use crate::callee_voice::speak;
use crate::program::samples_of;
use crate::prompter::{Need, Prompter};

impl Driver {
    /// Fills what the callee is to hear in this frame, from whoever has something to be heard.
    pub(super) fn play_to_callee(&mut self, down: &mut Frame) {
        if matches!(self.doing, Doing::Prompting | Doing::SendingDigits | Doing::Asking(_) | Doing::Recording(_)) {
            let needs = self.line.prompter.fill(down);
            self.get(Mouth::Document, needs);
        }
        self.dial_hear(down);
        self.link_hear(down);
        self.confer_wait_hear(down);
        self.party_hear(down);
        self.room_hear(down);
        let mut sound = [0; FRAME_SAMPLES];
        if self.play_stream(&mut sound) {
            audio::mixer::mix_into(down, &sound);
        }
        self.play_beside(down);
    }

    /// Returns one of the carrier's mouths.
    pub(super) fn mouth(&mut self, mouth: Mouth) -> &mut Prompter {
        match mouth {
            Mouth::Document => &mut self.line.prompter,
            Mouth::Beside => &mut self.beside.prompter,
        }
    }

    /// Gets what the carrier's own sounds need.
    pub(super) fn get(&mut self, mouth: Mouth, needs: Vec<Need>) {
        for need in needs {
            let post = self.post.clone();
            match need {
                Need::Speech { job, text } => {
                    let sink = move |piece| {
                        // Nobody listens any more: the call is over.
                        let _ = post.send(Event::CarrierSpeech(mouth, job, piece));
                    };
                    match mouth {
                        Mouth::Document => self.line.say(&self.service.network, &text, sink),
                        Mouth::Beside => {
                            let voice = ports::text_to_speech::Voice::default();
                            self.beside.speech = speak(self.service.network.config.speech.as_ref(), &text, voice, sink);
                        }
                    }
                }
                Need::File { job, url } => {
                    let webhooks = self.service.webhooks.clone();
                    self.service.network.spawn(async move {
                        // A file that cannot be had is silent: Plivo goes on with the next element.
                        let samples = webhooks.fetch(&url).await.ok().and_then(|reply| samples_of(&reply.body));
                        let _ = post.send(Event::File(mouth, job, samples));
                    });
                }
            }
        }
    }
}
