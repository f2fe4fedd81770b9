//! Announcements in a conference: a sound or a short document that all, or one, hear over what is said.

use std::sync::Arc;
use std::time::Duration;

use wire::http::{Form, Method};
use wire::twilio::callback::ConferenceNews;
use wire::twilio::document::{Document, Verb};

use super::Service;
use super::webhooks::resolve;
use crate::callee_voice::spoken;
use crate::program::{HookReply, samples_of};
use crate::prompter::keys;

/// Longest announcement, in samples: ten minutes.
const MAX_SAMPLES: usize = 4_800_000;

impl Service {
    /// Lets all in a conference, or one of them, hear what is at an address, and tells when that has ended or failed.
    pub(super) fn announce(self: &Arc<Self>, conference: String, call: Option<String>, method: Method, url: String) {
        let service = self.clone();
        self.network.spawn(async move {
            let heard = service.announcement(&conference, method, &url).await;
            let news = if let Ok(samples) = &heard {
                service.conferences.with(&conference, |conference| match &call {
                    Some(call) => conference.room.sound_to(call, samples),
                    None => conference.room.sound(samples, None),
                });
                let lasts = Duration::from_millis(samples.len() as u64 / 8).div_f64(service.network.config.times.pace);
                tokio::time::sleep(lasts).await;
                ConferenceNews::AnnouncementEnd
            } else {
                ConferenceNews::AnnouncementFail
            };
            service.conferences.with(&conference, |conference| {
                conference.tell(news, |told| {
                    told.call_sid = call;
                    told.announce_url = Some(url);
                    told.announcement_failed = heard.err().map(|code| format!("Error {code}"));
                });
            });
        });
    }

    async fn announcement(&self, conference: &str, method: Method, url: &str) -> Result<Vec<i16>, u32> {
        let mut form = Form::new();
        form.push("AccountSid", self.credentials.account_sid.as_str());
        form.push("ConferenceSid", conference);
        let reply = self.webhooks.send(method, url, &form).await.map_err(|error| error.code)?;
        if !(200..300).contains(&reply.status) {
            return Err(11_200);
        }
        self.sound_of(&reply, url).await
    }

    /// Returns the sound of a reply: of a file, or of the verbs of a document that can be heard.
    async fn sound_of(&self, reply: &HookReply, base: &str) -> Result<Vec<i16>, u32> {
        if reply.content_type.starts_with("audio/") {
            return samples_of(&reply.body).ok_or(12_300);
        }
        let parsed = Document::parse(&String::from_utf8_lossy(&reply.body)).map_err(|error| error.code())?;
        let mut samples = Vec::new();
        for verb in parsed.document.verbs {
            match verb {
                Verb::Say(say) => samples.extend(spoken(self.network.config.speech.as_ref(), &say.text()).await),
                Verb::Pause { length } => samples.resize(samples.len() + 8_000 * length.min(600) as usize, 0),
                Verb::Play(play) => {
                    samples.extend(keys(play.digits.as_deref().unwrap_or_default()));
                    if let Some(url) = play.url {
                        let url = resolve(Some(base), &url).map_err(|error| error.code)?;
                        let file = self.webhooks.fetch(&url).await.map_err(|error| error.code)?;
                        samples.extend(samples_of(&file.body).ok_or(13_420_u32)?);
                    }
                }
                // Nothing else has a meaning in an announcement.
                _ => return Err(12_200),
            }
            if samples.len() > MAX_SAMPLES {
                return Err(11_750);
            }
        }
        Ok(samples)
    }
}
