//! `<Start>` and `<Stop>`: what goes on beside the document, and beside those that follow it.

use super::attribute::element;
use super::limits;
use super::parameter;
use super::stream::Stream;
use super::warning::Warnings;
use crate::http::Method;
use crate::twilio::rest::Track;
use crate::xml::Element;

element! {
    /// Starts something; the next verb runs at once.
    Start as "Start" {
        /// Exists in Twilio's library without a word on it.
        action: Option<String>, "action";
        /// The same.
        method: Method = Method::Post, "method";
    }
    inside {
        /// What.
        what: Started,
    }
}

/// What a `<Start>` starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Started {
    /// A media stream that only listens.
    Stream(Stream),
    /// A recording of the call.
    Recording(StartRecording),
    /// A transcription of the call.
    Transcription(Box<StartTranscription>),
    /// Something we do not know, kept as it is.
    Other(Element),
}

impl Default for Started {
    fn default() -> Self {
        Self::Recording(StartRecording::default())
    }
}

impl From<Started> for Start {
    fn from(what: Started) -> Self {
        Self { what, ..Self::default() }
    }
}

impl Start {
    /// Reads all that is inside: several in one `<Start>` are as good as one each.
    pub(super) fn read_all(element: &Element, warnings: &mut Warnings) -> Vec<Self> {
        warnings.of_text(element);
        let start = Self::of_attributes(element, warnings);
        element.elements().map(|inner| Self { what: Started::read(inner, warnings), ..start.clone() }).collect()
    }

    pub(super) fn to_element(&self) -> Element {
        self.with_attributes().child(match &self.what {
            Started::Stream(stream) => stream.to_element(),
            Started::Recording(recording) => recording.with_attributes(),
            Started::Transcription(transcription) => transcription.to_element(),
            Started::Other(element) => element.clone(),
        })
    }
}

impl Started {
    fn read(element: &Element, warnings: &mut Warnings) -> Self {
        match element.name.as_str() {
            "Stream" => Self::Stream(Stream::read(element, warnings)),
            "Recording" => Self::Recording(StartRecording::read(element, warnings)),
            "Transcription" => Self::Transcription(Box::new(StartTranscription::read(element, warnings))),
            // Exists at Twilio and is not for this program.
            "Siprec" => Self::Other(element.clone()),
            _ => {
                warnings.of(element, "an element that cannot stand inside <Start> is passed over");
                Self::Other(element.clone())
            }
        }
    }
}

element! {
    /// A recording started beside the document. Its own word counts; nothing is announced.
    StartRecording as "Recording" {
        /// Where to report its states: an absolute address, for a relative one is never asked.
        status_callback: Option<String>, "recordingStatusCallback";
        /// How to report them.
        status_callback_method: Option<Method>, "recordingStatusCallbackMethod";
        /// Which; `completed` if none is named.
        status_events: Vec<String>, "recordingStatusCallbackEvent";
        /// `mono` or `dual`; the default (`dual`) is from memory.
        channels: Option<String>, "channels";
        /// `inbound`, `outbound`, `both`.
        track: Option<String>, "track";
        /// `trim-silence` or `do-not-trim`.
        trim: Option<String>, "trim";
    }
    untyped ["recordingConfigurationId"]
}

impl StartRecording {
    fn read(element: &Element, warnings: &mut Warnings) -> Self {
        warnings.of_inside(element);
        let recording = Self::of_attributes(element, warnings);
        limits::absolute(element, "recordingStatusCallback", recording.status_callback.as_deref(), warnings);
        recording
    }
}

element! {
    /// A transcription started beside the document.
    StartTranscription as "Transcription" {
        /// Its name, unique in the call.
        name: Option<String>, "name";
        /// Where the words go: an absolute address.
        status_callback_url: Option<String>, "statusCallbackUrl";
        /// How they go there.
        status_callback_method: Method = Method::Post, "statusCallbackMethod";
        /// `en-US` if not said.
        language_code: Option<String>, "languageCode";
        /// Whose words.
        track: Track = Track::Both, "track";
        /// What the far end is called in the webhooks.
        inbound_track_label: Option<String>, "inboundTrackLabel";
        /// What our end is called in the webhooks.
        outbound_track_label: Option<String>, "outboundTrackLabel";
        /// `google` or `deepgram`.
        transcription_engine: Option<String>, "transcriptionEngine";
        /// The engine's model.
        speech_model: Option<String>, "speechModel";
        /// Words before they are settled, too.
        partial_results: bool = false, "partialResults";
        /// Stars in place of coarse words.
        profanity_filter: bool = true, "profanityFilter";
        /// Words to expect, with commas.
        hints: Option<String>, "hints";
        /// Commas and full stops.
        enable_automatic_punctuation: bool = true, "enableAutomaticPunctuation";
        /// The engine's own words in the webhooks, too.
        enable_provider_data: bool = false, "enableProviderData";
        /// `GA…` or a name: has the words analysed.
        intelligence_service: Option<String>, "intelligenceService";
    }
    untyped ["conversationConfiguration", "conversationId", "recordingConfigurationId"]
    inside {
        /// Names and values for it: `<Config>` and `<Parameter>`, kept as they are.
        inner: Vec<Element>,
    }
}

impl StartTranscription {
    fn read(element: &Element, warnings: &mut Warnings) -> Self {
        warnings.of_text(element);
        let mut transcription = Self::of_attributes(element, warnings);
        for inner in element.elements() {
            if matches!(inner.name.as_str(), "Config" | "Parameter") {
                let mut pair = Vec::new();
                parameter::read_into(inner, &mut pair, warnings);
                transcription.inner.push(inner.clone());
            } else {
                warnings.of(inner, "an element that cannot stand inside <Transcription> is passed over");
            }
        }
        limits::absolute(element, "statusCallbackUrl", transcription.status_callback_url.as_deref(), warnings);
        limits::hints(element, transcription.hints.as_deref(), warnings);
        transcription
    }

    fn to_element(&self) -> Element {
        self.inner.iter().cloned().fold(self.with_attributes(), Element::child)
    }
}

/// What a `<Stop>` stops, by its name; the only one if it has none. A recording is stopped over the API alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// A media stream.
    Stream(Option<String>),
    /// A transcription.
    Transcription(Option<String>),
    /// Something we do not know, kept as it is.
    Other(Element),
}

impl Stop {
    pub(super) fn read_all(element: &Element, warnings: &mut Warnings) -> Vec<Self> {
        warnings.of_text(element);
        for (name, _) in &element.attributes {
            warnings.of_attribute(element, name, "an unknown attribute is passed over");
        }
        element.elements().map(|inner| Self::read(inner, warnings)).collect()
    }

    fn read(element: &Element, warnings: &mut Warnings) -> Self {
        let name = element.attribute("name").map(str::to_owned);
        match element.name.as_str() {
            // Twilio's library takes all attributes of what was started; only the name counts.
            "Stream" => Self::Stream(name),
            "Transcription" => Self::Transcription(name),
            "Siprec" => Self::Other(element.clone()),
            _ => {
                warnings.of(element, "an element that cannot stand inside <Stop> is passed over");
                Self::Other(element.clone())
            }
        }
    }

    pub(super) fn to_element(&self) -> Element {
        Element::new("Stop").child(match self {
            Self::Stream(name) => Element::new("Stream").with_some("name", name.clone()),
            Self::Transcription(name) => Element::new("Transcription").with_some("name", name.clone()),
            Self::Other(element) => element.clone(),
        })
    }
}
