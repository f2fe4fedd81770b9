//! Transcription while a call lives: Twilio hears and sends text to a webhook.

use super::RestError;
use super::checks::{INVALID, flag, method, parameters, text, url, word};
use super::route::{Asked, post, segment, stop};
use super::stream::{StreamResource, Track};
use crate::http::{HttpRequest, Method};

parameters! {
    /// A transcription to be started. `Debug` shows which parameters are set.
    TranscriptionStart {
        optional {
            /// Its name, unique in the call.
            name: Option<String> = text("Name");
            /// Whose words.
            track: Option<Track> = word("Track");
            /// Where the words go.
            status_callback: Option<String> = url("StatusCallbackUrl", INVALID);
            /// How they go there.
            status_callback_method: Option<Method> = method("StatusCallbackMethod");
            /// What the far end is called in the webhooks.
            inbound_track_label: Option<String> = text("InboundTrackLabel");
            /// What our end is called in the webhooks.
            outbound_track_label: Option<String> = text("OutboundTrackLabel");
            /// Words before they are settled, too.
            partial_results: Option<bool> = flag("PartialResults");
            /// `en-US` if not said.
            language_code: Option<String> = text("LanguageCode");
            /// `google` or `deepgram`.
            transcription_engine: Option<String> = text("TranscriptionEngine");
            /// Stars in place of coarse words.
            profanity_filter: Option<bool> = flag("ProfanityFilter");
            /// The engine's model.
            speech_model: Option<String> = text("SpeechModel");
            /// Words to expect, with commas.
            hints: Option<String> = text("Hints");
            /// Commas and full stops.
            enable_automatic_punctuation: Option<bool> = flag("EnableAutomaticPunctuation");
            /// `GA…` or a name: has the words analysed.
            intelligence_service: Option<String> = text("IntelligenceService");
            /// The engine's own words in the webhooks, too.
            enable_provider_data: Option<bool> = flag("EnableProviderData");
        }
    }
}

/// What can be asked of the transcriptions of a live call.
#[derive(Clone, PartialEq, Debug)]
pub enum LiveTranscriptionRequest {
    /// Start one. Answer 200 with [`started`].
    Start(Box<TranscriptionStart>),
    /// Stop one.
    Stop {
        /// `GT…`, or its name.
        transcription: String,
    },
}

/// Returns a transcription that runs, as the API shows it.
pub fn started(account: &str, call: &str, sid: &str, name: Option<&str>) -> StreamResource {
    StreamResource::running(account, call, "Transcriptions", sid, name)
}

impl LiveTranscriptionRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        Ok(match (asked.method, rest) {
            (Method::Post, []) => Self::Start(Box::new(TranscriptionStart::from_form(&asked.form)?)),
            (Method::Post, [transcription]) => {
                asked.must_stop()?;
                Self::Stop { transcription: (*transcription).to_owned() }
            }
            (_, [] | [_]) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str, call: &str) -> HttpRequest {
        let all = format!("{account}/Calls/{}/Transcriptions", segment(call));
        match self {
            Self::Start(start) => post(all, &start.to_form()),
            Self::Stop { transcription } => stop(&all, transcription),
        }
    }
}
