//! Words written down by Twilio: of a recording afterwards, of a call while it lives.

use telephony::Timestamp;

use super::result::{news, result};
use crate::date;
use crate::twilio::rest::{Track, TranscriptionStatus};
use crate::words::words;

impl Default for TranscriptionStatus {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

result! {
    /// A recording was written down, or could not be. `Debug` shows no words.
    TranscriptionCallback shows [transcription_sid, status] {
        /// `TR…`.
        transcription_sid: String, "TranscriptionSid";
        /// The words.
        text: Option<String>, "TranscriptionText";
        /// Whether it worked.
        status: TranscriptionStatus, "TranscriptionStatus";
        /// Where they are.
        url: Option<String>, "TranscriptionUrl";
        /// `RE…`.
        recording_sid: Option<String>, "RecordingSid";
        /// Where the sound is.
        recording_url: Option<String>, "RecordingUrl";
    }
}

words! {
    /// What happened to a live transcription.
    TranscriptionNews {
        /// It hears.
        Started = "transcription-started",
        /// It heard something.
        Content = "transcription-content",
        /// It hears no more.
        Stopped = "transcription-stopped",
        /// It failed.
        Error = "transcription-error",
    }
}

impl Default for TranscriptionNews {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

news! {
    /// News of a live transcription. `Debug` shows no words.
    LiveTranscriptionCallback shows [transcription_sid, event, sequence_id] needs "TranscriptionSid" {
        /// `AC…`.
        account_sid: String, "AccountSid";
        /// `CA…`.
        call_sid: String, "CallSid";
        /// `GT…`.
        transcription_sid: String, "TranscriptionSid";
        /// ISO 8601, to the microsecond; see [`LiveTranscriptionCallback::at`].
        timestamp: Option<String>, "Timestamp";
        /// Counts from 1; the order of arrival is not promised.
        sequence_id: Option<u32>, "SequenceId";
        /// What happened.
        event: TranscriptionNews, "TranscriptionEvent";
        /// How its engine is set, JSON.
        provider_configuration: Option<String>, "ProviderConfiguration";
        /// `google` or `deepgram`.
        engine: Option<String>, "TranscriptionEngine";
        /// Its name.
        name: Option<String>, "Name";
        /// Whose words.
        track: Option<Track>, "Track";
        /// What the far end is called.
        inbound_label: Option<String>, "InboundTrackLabel";
        /// What our end is called.
        outbound_label: Option<String>, "OutboundTrackLabel";
        /// Whether words come before they are settled.
        partial_results: Option<bool>, "PartialResults";
        /// The language.
        language: Option<String>, "LanguageCode";
        /// The words, JSON; see [`LiveTranscriptionCallback::words`].
        data: Option<String>, "TranscriptionData";
        /// The words are settled.
        is_final: Option<bool>, "Final";
        /// How stable words are that are not, as text.
        stability: Option<String>, "Stability";
        /// Twilio's code of what failed.
        error_code: Option<u32>, "TranscriptionErrorCode";
        /// What Twilio says of it.
        error: Option<String>, "TranscriptionError";
    }
}

/// What was heard.
#[derive(Clone, PartialEq, Debug, serde::Deserialize)]
struct Data {
    transcript: String,
    confidence: Option<f32>,
}

impl LiveTranscriptionCallback {
    /// Returns when it happened.
    pub fn at(&self) -> Option<Timestamp> {
        date::parse(self.timestamp.as_deref()?)
    }

    /// Returns the words and how sure they are, 0 to 1; partial ones say nothing of that.
    pub fn words(&self) -> Option<(String, Option<f32>)> {
        let data: Data = serde_json::from_str(self.data.as_deref()?).ok()?;
        Some((data.transcript, data.confidence))
    }
}
