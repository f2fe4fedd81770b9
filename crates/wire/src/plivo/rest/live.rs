//! Actions on a live call: play, speak, press keys, record, and stop each of them.

use super::address::WebUrl;
use super::body::{Body, flag, method, needed, needed_digits, number, number_or, parameters, text, url, word};
use super::id::ResourceId;
use super::recording::{ChannelLayout, FileFormat, ReportType};
use super::route::Asked;
use super::{AuthId, Outgoing, RestError};
use crate::http::Method;
use crate::words::words;

/// What can be asked of a live call beside its document.
#[derive(Clone, PartialEq, Debug)]
pub enum LiveRequest {
    /// Play files. Answer 202 `play started`.
    Play(PlayFiles),
    /// Answer 204.
    StopPlay,
    /// Speak a text. Answer 202 `speak started`.
    Speak(SpeakText),
    /// Answer 204.
    StopSpeak,
    /// Press keys. Answer 202 `digits sent`.
    PressDigits(PressDigits),
    /// Record. Answer 202 with a [`RecordingStarted`](super::RecordingStarted).
    Record(RecordCall),
    /// Answer 204.
    StopRecord,
}

impl LiveRequest {
    pub(super) fn parse(asked: &Asked, parts: &[&str]) -> Result<Self, RestError> {
        let body = &asked.body;
        Ok(match (asked.method, parts) {
            (Method::Post, ["Play"]) => Self::Play(PlayFiles::from_body(body)?),
            (Method::Delete, ["Play"]) => Self::StopPlay,
            (Method::Post, ["Speak"]) => Self::Speak(SpeakText::from_body(body)?),
            (Method::Delete, ["Speak"]) => Self::StopSpeak,
            (Method::Post, ["DTMF"]) => Self::PressDigits(PressDigits::from_body(body)?),
            (Method::Post, ["Record"]) => Self::Record(RecordCall::from_body(body)?),
            (Method::Delete, ["Record"]) => Self::StopRecord,
            _ => return Err(RestError::not_found()),
        })
    }

    /// Builds the request.
    pub fn write(&self, account: &AuthId, call: &ResourceId) -> Outgoing {
        let below = |action: &str| format!("/Call/{call}/{action}/");
        match self {
            Self::Play(play) => Outgoing::post(account, &below("Play"), play.to_body()),
            Self::StopPlay => Outgoing::delete(account, &below("Play")),
            Self::Speak(speak) => Outgoing::post(account, &below("Speak"), speak.to_body()),
            Self::StopSpeak => Outgoing::delete(account, &below("Speak")),
            Self::PressDigits(press) => Outgoing::post(account, &below("DTMF"), press.to_body()),
            Self::Record(record) => Outgoing::post(account, &below("Record"), record.to_body()),
            Self::StopRecord => Outgoing::delete(account, &below("Record")),
        }
    }
}

words! {
    /// Which legs of a call an action is for.
    Legs {
        /// The leg that Plivo made first, or that called in.
        ALeg = "aleg",
        /// The leg that a `<Dial>` made.
        BLeg = "bleg",
        /// Both.
        Both = "both",
    }
}

parameters! {
    /// Files to play into a call.
    PlayFiles {
        required {
            /// Addresses of mp3 or wav files, between commas.
            urls: String = needed("urls");
        }
        optional {
            /// Seconds of each file.
            length: Option<u32> = number("length");
            /// Who hears it; the first leg if not said.
            legs: Option<Legs> = word("legs");
            /// Again and again.
            r#loop: Option<bool> = flag("loop");
            /// Over what is said; if not, the line is silent meanwhile.
            mix: Option<bool> = flag("mix");
        }
        also ["call_uuid"]
    }
}

parameters! {
    /// A text to speak into a call.
    SpeakText {
        required {
            /// The words.
            text: String = needed("text");
        }
        optional {
            /// `WOMAN` (if not said), `MAN`, or a `Polly` voice.
            voice: Option<String> = voice("voice");
            /// `en-US` if not said.
            language: Option<String> = text("language");
            /// Who hears it; the first leg if not said.
            legs: Option<Legs> = word("legs");
            /// Again and again.
            r#loop: Option<bool> = flag("loop");
            /// Over what is said; if not, the line is silent meanwhile.
            mix: Option<bool> = flag("mix");
        }
        also ["call_uuid", "length"]
    }
}

/// Reads the voice; the official library for Go sends it under the key `length`.
fn voice(body: &Body, key: &str) -> Result<Option<String>, RestError> {
    let misplaced = || body.text("length").filter(|text| text.bytes().any(|b| b.is_ascii_alphabetic()));
    Ok(body.text(key).or_else(misplaced))
}

parameters! {
    /// Keys to press.
    PressDigits {
        required {
            /// `0-9 * #`, `w` for half a second of silence, `W` for a whole one.
            digits: String = needed_digits("digits");
        }
        optional {
            /// Who hears them; the first leg if not said.
            leg: Option<Legs> = leg("leg");
        }
        also ["call_uuid", "legs"]
    }
}

/// Reads the leg; the official library for Go says `legs`.
fn leg(body: &Body, key: &str) -> Result<Option<Legs>, RestError> {
    match word(body, key)? {
        Some(leg) => Ok(Some(leg)),
        None => word(body, "legs"),
    }
}

parameters! {
    /// How to record a call.
    ///
    /// The length is always said: a recording that says nothing ends after a minute, unnoticed.
    RecordCall {
        required {
            /// Seconds after which it ends.
            time_limit: u32 = number_or("time_limit", 60);
        }
        optional {
            /// `mp3` if not said.
            file_format: Option<FileFormat> = word("file_format");
            /// One channel if not said (documents: two).
            record_channel_type: Option<ChannelLayout> = word("record_channel_type");
            /// `auto`; the others are history.
            transcription_type: Option<String> = text("transcription_type");
            /// Where the transcription is sent.
            transcription_url: Option<WebUrl> = url("transcription_url");
            /// How to send it.
            transcription_method: Option<Method> = method("transcription_method");
            /// How much of it.
            transcription_report_type: Option<ReportType> = word("transcription_report_type");
            /// Where the finished recording is reported to.
            callback_url: Option<WebUrl> = url("callback_url");
            /// How to report it; `POST` if not said.
            callback_method: Option<Method> = method("callback_method");
        }
        also ["call_uuid"]
    }
}
