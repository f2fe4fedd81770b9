//! What all of a conference hear when somebody comes or goes, or when it is recorded: one of Plivo's beeps, or what lies at an address, which is
//! a file or a document of `<Play>`, `<Speak>` and `<Wait>`. What cannot be had is silent, and holds nobody up.

use std::sync::Arc;

use audio::SILENCE;
use audio::tone::ToneGenerator;
use wire::http::{Form, Method};

use super::Service;
use super::call::read_sounds;
use crate::callee_voice::spoken;
use crate::program::samples_of;
use crate::prompter::{Need, Prompter, Sound};
use crate::room::Room;

/// Longest of these sounds, in samples: half a minute. The rest is not heard.
const LONGEST: usize = 30 * 8_000;

/// A sound at an address.
#[derive(Clone, Debug)]
pub struct Cue {
    /// The address.
    pub url: String,
    /// How to ask there.
    pub method: Method,
}

impl Service {
    /// Lets all of a room hear one of Plivo's own sounds, or what lies at an address, asked for with this form.
    pub(super) fn sound_in(self: &Arc<Self>, room: &Room, sound: Option<&str>, method: Method, form: impl FnOnce() -> Form<'static>) {
        match sound {
            Some("beep:1") => beep(room, 440.0),
            Some("beep:2") => beep(room, 350.0),
            Some(url) if url.starts_with("http") => self.cue_in(room, Cue { url: url.to_owned(), method }, form()),
            Some(_) | None => {}
        }
    }

    /// Lets all of a room hear what lies at an address, once it is there.
    pub(super) fn cue_in(self: &Arc<Self>, room: &Room, cue: Cue, form: Form<'static>) {
        let (service, room) = (self.clone(), room.clone());
        self.network.spawn(async move {
            let samples = service.samples_at(&cue, &form).await;
            room.sound(&samples, None);
        });
    }

    async fn samples_at(&self, cue: &Cue, form: &Form<'_>) -> Vec<i16> {
        let Ok(reply) = self.webhooks.ask("", cue.method, &cue.url, form).await else { return Vec::new() };
        if let Some(samples) = samples_of(&reply.body).filter(|_| (200..300).contains(&reply.status)) {
            return samples;
        }
        match read_sounds(Ok(reply)) {
            Ok(sounds) => self.played(sounds).await,
            Err(code) => {
                tracing::debug!(code, "a sound of a conference is neither a file nor a document");
                Vec::new()
            }
        }
    }

    async fn played(&self, sounds: Vec<Sound>) -> Vec<i16> {
        let (mut prompter, mut samples) = (Prompter::default(), Vec::new());
        let mut needs = prompter.start(sounds);
        while !prompter.is_done() && samples.len() < LONGEST {
            for need in needs {
                let (job, sound) = match need {
                    Need::Speech { job, text } => (job, spoken(self.network.config.speech.as_ref(), &text).await),
                    Need::File { job, url } => {
                        (job, self.webhooks.fetch(&url).await.ok().and_then(|reply| samples_of(&reply.body)).unwrap_or_default())
                    }
                };
                prompter.take(job, &sound);
                prompter.complete(job);
            }
            let mut frame = SILENCE;
            needs = prompter.fill(&mut frame);
            samples.extend(frame);
        }
        samples
    }
}

fn beep(room: &Room, pitch: f32) {
    let mut samples = vec![0; 8 * 200];
    ToneGenerator::beep(pitch, 200).fill(&mut samples);
    room.sound(&samples, None);
}
