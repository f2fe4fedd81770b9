//! A recording written down afterwards: `<Record transcribe>`.

use std::sync::Arc;

use wire::http::Method;
use wire::twilio::callback::TranscriptionCallback;
use wire::twilio::document::{MAX_TRANSCRIBED, Record};
use wire::twilio::rest::{API_VERSION, TranscriptionStatus};
use wire::twilio::status::CallStatus;

use super::Driver;
use crate::scribe::write_down;
use crate::twilio::fresh_sid;
use crate::twilio::webhooks::resolve;

/// Shortest recording that is written down, in seconds.
const MIN_SECONDS: u32 = 2;

impl Driver {
    /// Has a recording written down, if it was asked for, keeps the words and tells them to who wants to know.
    pub(super) fn transcribe(&self, record: &Record, (recording_sid, recording_url, seconds): &(String, String, u32), samples: Vec<i16>) {
        let url = record.transcribe_callback.as_deref().and_then(|url| resolve(self.script.url.as_deref(), url).ok());
        if !record.transcribe && url.is_none() {
            return;
        }
        let Ok(sid) = fresh_sid("TR") else { return };
        let account = self.service.credentials.account_sid.clone();
        self.service.keep_transcription(&sid, recording_sid, *seconds);
        let (service, kept) = (Arc::downgrade(&self.service), sid.clone());
        let news = TranscriptionCallback {
            url: Some(format!("{}/{API_VERSION}/Accounts/{account}/Transcriptions/{sid}", self.service.network.base_url)),
            transcription_sid: sid,
            recording_sid: Some(recording_sid.clone()),
            recording_url: Some(recording_url.clone()),
            ..TranscriptionCallback::of(self.callback(CallStatus::InProgress))
        };
        let fits = (MIN_SECONDS..=MAX_TRANSCRIBED).contains(seconds);
        let ears = self.service.network.config.speech.as_ref().map(|speech| speech.ears.clone()).filter(|_| fits);
        let hooks = self.hooks.clone();
        self.service.network.spawn(async move {
            let text = match ears {
                Some(ears) => write_down(ears, samples).await,
                None => None,
            };
            let status = if text.is_some() { TranscriptionStatus::Completed } else { TranscriptionStatus::Failed };
            if let Some(service) = service.upgrade() {
                service.transcribed(&kept, &status, text.as_deref());
            }
            let Some(url) = url else { return };
            let form = TranscriptionCallback { text, status, ..news }.to_form().into_owned();
            // The sender ends with the sandbox only.
            let _ = hooks.send(super::Hook { kind: "transcription", method: Method::Post, url, form });
        });
    }
}
