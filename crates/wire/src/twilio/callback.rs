//! What Twilio tells us over HTTP while a call lives: requests for a document, states of the leg, results of verbs, states of
//! recordings, streams, conferences and messages. Every value is text on the wire.
//!
//! Whoever knows what an address is for reads that kind alone ([`CallCallback::read`] and its like); [`Webhook::read`] tells
//! the kind by the parameters. Unknown parameters are kept, unreadable numbers stay among them. `Debug` of these types shows
//! identities and states only: the rest is numbers, digits and words.
//!
//! What surprised us: a fallback request and a partial result carry some names of the news of a state; the address of a
//! queue is asked with `DequeingCallSid`, spelt with one `u`.

mod call;
mod conference;
mod dial;
mod fallback;
mod gather;
mod machine_detection;
mod message;
mod queue;
mod record;
mod recording;
mod refer;
mod relay;
mod result;
mod stream;
mod transcription;

pub use call::{CallCallback, Progress};
pub use conference::{ConferenceCallback, ConferenceNews, LeftBecause};
pub use dial::{DialStatus, Dialed};
pub use fallback::Fallback;
pub use gather::{Gathered, PartialSpeech};
pub use machine_detection::MachineDetectionCallback;
pub use message::MessageCallback;
pub use queue::{QueueConnecting, QueueLeft, QueueResult, QueueWait};
pub use record::Recorded;
pub use recording::RecordingCallback;
pub use refer::Referred;
pub use relay::{RelayEnded, SessionStatus};
pub use stream::StreamCallback;
pub use transcription::{LiveTranscriptionCallback, TranscriptionCallback, TranscriptionNews};

use crate::http::Form;

/// The header that doubles of one webhook have in common.
pub const IDEMPOTENCY_HEADER: &str = "i-twilio-idempotency-token";

/// Required parameters are missing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{parameter} is missing")]
pub struct MissingParameter {
    /// Which.
    pub parameter: &'static str,
}

/// A webhook of any kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Webhook {
    /// A request for a document, with nothing to tell but the call.
    Document(CallCallback),
    /// News of a call's state.
    Progress(CallCallback),
    /// A request for a document after another one failed.
    Fallback(Fallback),
    /// What `<Gather>` collected.
    Gathered(Gathered),
    /// What `<Gather>` hears, before it is settled.
    PartialSpeech(PartialSpeech),
    /// What `<Record>` recorded.
    Recorded(Recorded),
    /// How a `<Dial>` ended.
    Dialed(Dialed),
    /// Somebody asks to be sent elsewhere by SIP.
    Referred(Referred),
    /// A request for what is heard in a queue.
    QueueWait(QueueWait),
    /// How waiting in a queue ended.
    QueueLeft(QueueLeft),
    /// Who waited is about to be connected.
    QueueConnecting(QueueConnecting),
    /// How a conversation in text ended.
    RelayEnded(RelayEnded),
    /// Who answered.
    MachineDetection(MachineDetectionCallback),
    /// News of a recording.
    Recording(RecordingCallback),
    /// A recording was written down.
    Transcription(TranscriptionCallback),
    /// Words of a live call.
    LiveTranscription(LiveTranscriptionCallback),
    /// News of a media stream.
    Stream(StreamCallback),
    /// News of a conference.
    Conference(ConferenceCallback),
    /// News of a text message.
    Message(MessageCallback),
}

impl Webhook {
    /// Tells the kind by the parameters, and reads it.
    ///
    /// # Errors
    /// What names neither a call nor anything else that we know.
    pub fn read(form: &Form<'_>) -> Result<Self, MissingParameter> {
        let has = |key: &str| form.get(key).is_some();
        Ok(match () {
            () if has("RecordingStatus") => Self::Recording(RecordingCallback::read(form)?),
            () if has("StreamEvent") => Self::Stream(StreamCallback::read(form)?),
            () if has("TranscriptionEvent") => Self::LiveTranscription(LiveTranscriptionCallback::read(form)?),
            () if has("TranscriptionStatus") => Self::Transcription(TranscriptionCallback::read(form)?),
            () if has("ConferenceSid") && has("StatusCallbackEvent") => Self::Conference(ConferenceCallback::read(form)?),
            () if has("MessageSid") => Self::Message(MessageCallback::read(form)?),
            () if has("AnsweredBy") && !has("CallStatus") => Self::MachineDetection(MachineDetectionCallback::read(form)?),
            () if has("DialCallStatus") => Self::Dialed(Dialed::read(form)?),
            () if has("DequeingCallSid") => Self::QueueConnecting(QueueConnecting::read(form)?),
            () if has("QueueResult") => Self::QueueLeft(QueueLeft::read(form)?),
            () if has("QueuePosition") => Self::QueueWait(QueueWait::read(form)?),
            () if has("UnstableSpeechResult") || has("StableSpeechResult") => Self::PartialSpeech(PartialSpeech::read(form)?),
            () if has("SessionStatus") => Self::RelayEnded(RelayEnded::read(form)?),
            () if has("ReferTransferTarget") => Self::Referred(Referred::read(form)?),
            () if has("ErrorUrl") => Self::Fallback(Fallback::read(form)?),
            () => Self::of_call(CallCallback::read(form)?, form)?,
        })
    }

    fn of_call(call: CallCallback, form: &Form<'_>) -> Result<Self, MissingParameter> {
        let has = |key: &str| form.get(key).is_some();
        Ok(match () {
            () if call.progress.is_some() => Self::Progress(call),
            () if has("RecordingUrl") => Self::Recorded(Recorded::read(form)?),
            () if has("Digits") || has("SpeechResult") => Self::Gathered(Gathered::read(form)?),
            () => Self::Document(call),
        })
    }

    /// Writes the parameters.
    pub fn to_form(&self) -> Form<'_> {
        match self {
            Self::Document(hook) | Self::Progress(hook) => hook.to_form(),
            Self::Fallback(hook) => hook.to_form(),
            Self::Gathered(hook) => hook.to_form(),
            Self::PartialSpeech(hook) => hook.to_form(),
            Self::Recorded(hook) => hook.to_form(),
            Self::Dialed(hook) => hook.to_form(),
            Self::Referred(hook) => hook.to_form(),
            Self::QueueWait(hook) => hook.to_form(),
            Self::QueueLeft(hook) => hook.to_form(),
            Self::QueueConnecting(hook) => hook.to_form(),
            Self::RelayEnded(hook) => hook.to_form(),
            Self::MachineDetection(hook) => hook.to_form(),
            Self::Recording(hook) => hook.to_form(),
            Self::Transcription(hook) => hook.to_form(),
            Self::LiveTranscription(hook) => hook.to_form(),
            Self::Stream(hook) => hook.to_form(),
            Self::Conference(hook) => hook.to_form(),
            Self::Message(hook) => hook.to_form(),
        }
    }

    /// Returns what all of a call's webhooks say, if this one says it.
    pub fn call(&self) -> Option<&CallCallback> {
        match self {
            Self::Document(call) | Self::Progress(call) => Some(call),
            Self::Fallback(Fallback { call, .. })
            | Self::Gathered(Gathered { call, .. })
            | Self::PartialSpeech(PartialSpeech { call, .. })
            | Self::Recorded(Recorded { call, .. })
            | Self::Dialed(Dialed { call, .. })
            | Self::Referred(Referred { call, .. })
            | Self::QueueWait(QueueWait { call, .. })
            | Self::QueueLeft(QueueLeft { call, .. })
            | Self::QueueConnecting(QueueConnecting { call, .. })
            | Self::RelayEnded(RelayEnded { call, .. })
            | Self::Transcription(TranscriptionCallback { call, .. }) => Some(call),
            Self::MachineDetection(_)
            | Self::Recording(_)
            | Self::LiveTranscription(_)
            | Self::Stream(_)
            | Self::Conference(_)
            | Self::Message(_) => None,
        }
    }

    /// Returns whether a document must be answered; everything else wants success and no content.
    pub const fn wants_document(&self) -> bool {
        match self {
            Self::Document(_)
            | Self::Fallback(_)
            | Self::Gathered(_)
            | Self::Recorded(_)
            | Self::Dialed(_)
            | Self::Referred(_)
            | Self::QueueWait(_)
            | Self::QueueLeft(_)
            | Self::QueueConnecting(_)
            | Self::RelayEnded(_) => true,
            Self::Progress(_)
            | Self::PartialSpeech(_)
            | Self::MachineDetection(_)
            | Self::Recording(_)
            | Self::Transcription(_)
            | Self::LiveTranscription(_)
            | Self::Stream(_)
            | Self::Conference(_)
            | Self::Message(_) => false,
        }
    }

    /// Returns what tells doubles of this webhook apart from others; it holds identities and states only.
    ///
    /// `None` for what asks for a document: the same may rightly be asked twice, so only [`IDEMPOTENCY_HEADER`] tells.
    pub fn key(&self) -> Option<String> {
        Some(match self {
            Self::Progress(call) => call.key(),
            Self::PartialSpeech(partial) => format!("{}/partial/{}", partial.call.call_sid, partial.sequence_number?),
            Self::MachineDetection(found) => format!("{}/answered-by", found.call_sid),
            Self::Recording(recording) => format!("{}/{}", recording.recording_sid, recording.status),
            Self::Transcription(transcription) => format!("{}/{}", transcription.transcription_sid, transcription.status),
            Self::LiveTranscription(words) => format!("{}/{}", words.transcription_sid, words.sequence_id?),
            Self::Stream(stream) => format!("{}/{}", stream.stream_sid, stream.event),
            Self::Conference(conference) => format!("{}/{}", conference.conference_sid, conference.sequence_number?),
            Self::Message(message) => format!("{}/{}", message.message_sid, message.status),
            _ => return None,
        })
    }
}

/// Returns the pairs whose keys have no field.
fn others(form: &Form<'_>, known: &[&str]) -> Vec<(String, String)> {
    form.pairs().filter(|(key, _)| !known.contains(key)).map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}
