//! `<ConversationRelay>`: Twilio hears and speaks, a socket carries text. What the socket carries is in `twilio::relay`.

use super::attribute::element;
use super::limits;
use super::parameter;
use super::warning::Warnings;
use crate::twilio::value::Value;
use crate::words::words;
use crate::xml::Element;

words! {
    /// What interrupts what is being said, or is reported meanwhile.
    Interruptible {
        /// Nothing.
        Nothing = "none",
        /// Keys.
        Dtmf = "dtmf",
        /// Speech.
        Speech = "speech",
        /// Either.
        Any = "any",
        /// An older way to say either.
        Yes = "true",
        /// An older way to say nothing.
        No = "false",
    }
}

impl Interruptible {
    /// Returns whether speech does it.
    pub const fn by_speech(&self) -> bool {
        matches!(self, Self::Speech | Self::Any | Self::Yes)
    }

    /// Returns whether keys do it.
    pub const fn by_keys(&self) -> bool {
        matches!(self, Self::Dtmf | Self::Any | Self::Yes)
    }
}

words! {
    /// How little speech interrupts.
    Sensitivity {
        /// Much.
        Low = "low",
        /// Some.
        Medium = "medium",
        /// A word.
        High = "high",
    }
}

words! {
    /// Who speaks.
    TtsProvider {
        /// Google.
        Google = "Google",
        /// Amazon.
        Amazon = "Amazon",
        /// ElevenLabs.
        ElevenLabs = "ElevenLabs",
    }
}

words! {
    /// Who hears.
    TranscriptionProvider {
        /// Google.
        Google = "Google",
        /// Deepgram.
        Deepgram = "Deepgram",
    }
}

/// Silence that ends speech.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpeechTimeout {
    /// As much as the provider sees fit.
    Auto,
    /// So many milliseconds.
    Millis(u32),
}

impl Value for SpeechTimeout {
    fn read(text: &str) -> Option<Self> {
        match text.trim() {
            "auto" => Some(Self::Auto),
            text => text.parse().ok().map(Self::Millis),
        }
    }

    fn write(&self) -> Option<String> {
        Some(match self {
            Self::Auto => "auto".to_owned(),
            Self::Millis(millis) => millis.to_string(),
        })
    }
}

element! {
    /// A conversation in text.
    ///
    /// The attributes without a field exist in Twilio's libraries; what they do is not documented where we could read it.
    ConversationRelay as "ConversationRelay" {
        /// Address of the socket: `wss://…`.
        url: String, "url";
        /// What is said first.
        welcome_greeting: Option<String>, "welcomeGreeting";
        /// What interrupts that.
        welcome_greeting_interruptible: Interruptible = Interruptible::Any, "welcomeGreetingInterruptible";
        /// Language of hearing and speaking; `en-US` if not said.
        language: Option<String>, "language";
        /// Language of speaking alone.
        tts_language: Option<String>, "ttsLanguage";
        /// Language of hearing alone; `multi` finds it out.
        transcription_language: Option<String>, "transcriptionLanguage";
        /// Who speaks.
        tts_provider: TtsProvider = TtsProvider::ElevenLabs, "ttsProvider";
        /// With which voice.
        voice: Option<String>, "voice";
        /// Who hears; it depends on the account's age if not said.
        transcription_provider: Option<TranscriptionProvider>, "transcriptionProvider";
        /// With which model.
        speech_model: Option<String>, "speechModel";
        /// What interrupts what is being said.
        interruptible: Interruptible = Interruptible::Any, "interruptible";
        /// How little of it.
        interrupt_sensitivity: Sensitivity = Sensitivity::High, "interruptSensitivity";
        /// Report keys.
        dtmf_detection: bool = false, "dtmfDetection";
        /// What is reported while something is being said.
        report_input_during_speech: Interruptible = Interruptible::Nothing, "reportInputDuringAgentSpeech";
        /// What is said may be cut short by what comes to be said next.
        preemptible: bool = false, "preemptible";
        /// Words to expect, with commas.
        hints: Option<String>, "hints";
        /// What is reported beside: `debugging`, and (now in `events`) `speaker-events`, `tokens-played`.
        debug: Vec<String>, "debug";
        /// `speaker-events`, `tokens-played`.
        events: Vec<String>, "events";
        /// `on`, `auto`, `off`: numbers in words before they are spoken.
        elevenlabs_text_normalization: Option<String>, "elevenlabsTextNormalization";
        /// `GA…` or a name: has the words analysed.
        intelligence_service: Option<String>, "intelligenceService";
        /// Words before they are settled, too.
        partial_prompts: bool = false, "partialPrompts";
        /// Stars in place of coarse words; the default is not documented.
        profanity_filter: Option<bool>, "profanityFilter";
        /// How sure the end of a turn must be.
        eot_threshold: Option<String>, "eotThreshold";
        /// Silence that ends speech.
        speech_timeout: Option<SpeechTimeout>, "speechTimeout" | "speechtimeout";
        /// Numbers as figures.
        deepgram_smart_format: Option<bool>, "deepgramSmartFormat" | "deepgramsmartformat";
        /// "Uh-huh" does not interrupt.
        ignore_backchannel: Option<bool>, "ignoreBackchannel" | "ignorebackchannel";
    }
    untyped [
        "conversationConfiguration", "backgroundNoiseReduction", "backgroundnoisereduction", "partialPromptOnHangup", "eagerEotThreshold",
        "asrSmartFormat", "ttsTextNormalization", "ttsLanguageTextNormalization", "elevenlabsLanguageTextNormalization", "includeInPrompt",
        "customerName", "applicationReconnect", "echoPromptFiltering", "turnDetection"
    ]
    inside {
        /// What is different in other languages.
        languages: Vec<Language>,
        /// What `setup` carries as `customParameters`.
        parameters: Vec<(String, String)>,
    }
}

element! {
    /// What is different in one language.
    Language as "Language" {
        /// Which: `fr-FR`.
        code: String, "code";
        /// Who speaks.
        tts_provider: Option<TtsProvider>, "ttsProvider";
        /// With which voice.
        voice: Option<String>, "voice";
        /// Who hears.
        transcription_provider: Option<TranscriptionProvider>, "transcriptionProvider";
        /// With which model.
        speech_model: Option<String>, "speechModel";
    }
    untyped ["hints", "asrSmartFormat", "ttsTextNormalization", "ttsLanguageTextNormalization"]
}

impl ConversationRelay {
    /// Returns a conversation over this socket.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        let mut relay = Self::of_attributes(element, warnings);
        warnings.of_text(element);
        for inner in element.elements() {
            match inner.name.as_str() {
                "Language" => {
                    warnings.of_inside(inner);
                    relay.languages.push(Language::of_attributes(inner, warnings));
                }
                "Parameter" => parameter::read_into(inner, &mut relay.parameters, warnings),
                _ => warnings.of(inner, "an element that cannot stand inside <ConversationRelay> is passed over"),
            }
        }
        limits::socket(element, &relay.url, warnings);
        relay
    }

    pub(super) fn to_element(&self) -> Element {
        let element = self.languages.iter().fold(self.with_attributes(), |element, language| element.child(language.with_attributes()));
        parameter::write_into(element, &self.parameters)
    }
}
