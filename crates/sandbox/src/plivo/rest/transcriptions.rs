//! Recordings written down: asked for over the API, or with the recording itself.

use std::sync::Arc;

use audio::wav::read_wav;
use wire::http::Method;
use wire::plivo::callback::TranscriptionCallback;
use wire::plivo::decimal::Decimal;
use wire::plivo::rest::{Done, RestError, TranscriptionRequest, TranscriptionResource};

use super::{Answer, Asked};
use crate::plivo::Service;
use crate::scribe::write_down;

/// Longest recording that is written down, in samples of all channels: two hours of one.
const MAX_SAMPLES: usize = 2 * 3_600 * 8_000;

impl Service {
    pub(super) fn transcription_request(self: &Arc<Self>, request: TranscriptionRequest, asked: &Asked<'_>) -> Answer {
        match request {
            TranscriptionRequest::Create { recording, transcribe } => {
                self.transcribe(recording.as_str(), Some((transcribe.transcription_callback_url.as_str().to_owned(), None)))?;
                Ok(Done::new(&asked.api_id, "transcription in progress").reply(202))
            }
            TranscriptionRequest::Fetch { recording } => self.holdings.with(|held| {
                let found = held.transcriptions.get(recording.as_str()).ok_or_else(RestError::not_found)?;
                Ok(TranscriptionResource { api_id: Some(asked.api_id.clone()), ..found.clone() }.reply(200))
            }),
            TranscriptionRequest::Delete { recording } => self.holdings.with(|held| {
                held.transcriptions.remove(recording.as_str()).ok_or_else(RestError::not_found)?;
                Ok(Done::new(&asked.api_id, "request accepted").reply(200))
            }),
        }
    }

    /// Has a recording written down, keeps the words and sends them to an address, if there is one.
    ///
    /// # Errors
    /// There is no such recording, or it still runs.
    pub(in crate::plivo) fn transcribe(self: &Arc<Self>, recording: &str, told: Option<(String, Option<Method>)>) -> Result<(), RestError> {
        let (wav, shown) = self
            .registry
            .with(|shelves| {
                let entry = shelves.recordings.get(recording)?;
                Some((entry.wav.clone()?, entry.resource.clone()))
            })
            .ok_or_else(RestError::not_found)?;
        let ears = self.network.config.speech.as_ref().map(|speech| speech.ears.clone());
        let (service, recording) = (Arc::downgrade(self), recording.to_owned());
        self.network.spawn(async move {
            let text = match (ears, read_wav(&wav, MAX_SAMPLES)) {
                (Some(ears), Ok(wav)) => {
                    let mut lines = Some(Vec::new());
                    for channel in 0..wav.channels {
                        let words = write_down(ears.clone(), wav.channel(channel)).await;
                        lines = lines.zip(words).map(|(mut lines, words)| {
                            if !words.is_empty() {
                                lines.push(format!("Speaker {channel}: {words}"));
                            }
                            lines
                        });
                    }
                    lines.map(|lines| lines.join("\n"))
                }
                (None, _) | (_, Err(_)) => None,
            };
            let Some(service) = service.upgrade() else { return };
            let free = Decimal::of_micros(0);
            let millis = shown.recording_duration_ms.as_ref().and_then(Decimal::whole).unwrap_or(0);
            if let Some(text) = &text {
                let resource = TranscriptionResource {
                    cost: Some(free.clone()),
                    rate: Some(free.clone()),
                    recording_duration_ms: shown.recording_duration_ms.clone(),
                    recording_start_ms: shown.recording_start_ms.clone(),
                    status: Some("success".to_owned()),
                    transcription: Some(text.clone()),
                    ..TranscriptionResource::default()
                };
                service.holdings.with(|held| {
                    held.transcriptions.remove(&recording);
                    held.transcriptions.add(recording.clone(), resource);
                });
            }
            let Some((url, method)) = told else { return };
            let error = if text.is_some() { "" } else { "the recording could not be written down" };
            let news = TranscriptionCallback {
                recording_id: recording,
                call_uuid: shown.call_uuid,
                transcription: Some(text.unwrap_or_default()),
                charge: Some(free.clone()),
                rate: Some(free),
                duration: Some(Decimal::new((millis / 1_000).to_string())),
                error: Some(error.to_owned()),
                ..TranscriptionCallback::default()
            };
            // A program that does not take it is not told again.
            let _ = service.webhooks.send("", method.unwrap_or(Method::Post), &url, &news.to_form()).await;
        });
        Ok(())
    }
}
