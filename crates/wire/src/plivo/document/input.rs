//! What is asked: `<GetInput>` (keys, speech) and `<GetDigits>` (keys).

use super::Prompt;
use super::attributes::{
    Attributes, Faults, element, finish_key, flag, method, needed_url, no_words, number, seconds_or_auto, text, url, within, word,
};
use crate::http::Method;
use crate::words::words;
use crate::xml::{Element, Node};

words! {
    /// What counts as an answer.
    InputType {
        /// Keys.
        Dtmf = "dtmf",
        /// Speech.
        Speech = "speech",
        /// Whichever comes first.
        Both = "dtmf speech",
    }
}

element! {
    /// Collects keys or speech while prompts play.
    ///
    /// If nothing comes, nobody is asked: the next element runs. Put there what is to be done then.
    GetInput = "GetInput" {
        /// Where what was collected is sent.
        action: String = needed_url("action");
        /// How to send it.
        method: Option<Method> = method("method") [Method: Method::Post];
        /// What counts.
        input_type: Option<InputType> = input_type("inputType");
        /// Seconds for all of it.
        execution_timeout: Option<u32> = within("executionTimeout", 5..=60) [u32: 15];
        /// Seconds between keys, or `auto`.
        digit_end_timeout: Option<String> = seconds_or_auto("digitEndTimeout", 2..=10) [String: "auto".to_owned()];
        /// Seconds of silence that end speech, or `auto`.
        speech_end_timeout: Option<String> = seconds_or_auto("speechEndTimeout", 2..=10) [String: "auto".to_owned()];
        /// Seconds until the first input; from the documentation alone.
        start_input_timeout: Option<u32> = number("startInputTimeout");
        /// How often; from the documentation alone.
        retries: Option<u32> = number("retries");
        /// End at this many keys.
        num_digits: Option<u32> = within("numDigits", 1..=32) [u32: 32];
        /// End at this key; empty or `none` for no key.
        finish_on_key: Option<String> = finish_key("finishOnKey") [String: "#".to_owned()];
        /// Language of the speech.
        language: Option<String> = text("language") [String: "en-US".to_owned()];
        /// Made for what kind of speech.
        speech_model: Option<SpeechModel> = word("speechModel");
        /// Words to expect, between commas.
        hints: Option<String> = hints("hints");
        /// Leave bad words out.
        profanity_filter: Option<bool> = flag("profanityFilter") [bool: false];
        /// Where interim text is sent.
        interim_callback: Option<String> = url("interimSpeechResultsCallback");
        /// How to send it.
        interim_callback_method: Option<Method> = method("interimSpeechResultsCallbackMethod") [Method: Method::Post];
        /// Keep what was collected in Plivo's log. Say `false` where secrets are asked for.
        log: Option<bool> = flag("log") [bool: true];
        /// Go on with what `action` answers; if not, its answer is not read.
        redirect: Option<bool> = flag("redirect") [bool: true];
    }
    inside {
        /// What plays meanwhile.
        prompts: Vec<Prompt>,
    }
}

words! {
    /// What kind of speech is expected.
    SpeechModel {
        /// Any.
        Default = "default",
        /// Short commands.
        CommandAndSearch = "command_and_search",
        /// A telephone call.
        PhoneCall = "phone_call",
    }
}

impl GetInput {
    /// Returns a question.
    pub fn new(action: impl Into<String>, input_type: InputType) -> Self {
        Self { action: action.into(), input_type: Some(input_type), ..Self::default() }
    }

    /// Returns the question with what was answered kept out of Plivo's log: for PINs and the like.
    #[must_use]
    pub fn for_a_secret(self) -> Self {
        Self { log: Some(false), ..self }
    }

    /// Returns whether keys count.
    pub fn hears_keys(&self) -> bool {
        self.input_type.as_ref().is_some_and(|kind| matches!(kind, InputType::Dtmf | InputType::Both))
    }

    /// Returns whether speech counts.
    pub fn hears_speech(&self) -> bool {
        self.input_type.as_ref().is_some_and(|kind| matches!(kind, InputType::Speech | InputType::Both))
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut input = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        input.prompts = read_prompts(element, faults);
        input
    }

    pub(super) fn write(&self) -> Element {
        with_prompts(self.write_attributes(), &self.prompts)
    }
}

element! {
    /// Collects keys while prompts play.
    GetDigits = "GetDigits" {
        /// Where the keys are sent.
        action: String = needed_url("action");
        /// How to send them.
        method: Option<Method> = method("method") [Method: Method::Post];
        /// End at this many keys.
        num_digits: Option<u32> = number("numDigits") [u32: 99];
        /// Seconds until the first key.
        timeout: Option<u32> = number("timeout") [u32: 5];
        /// Seconds between keys.
        digit_timeout: Option<u32> = number("digitTimeout") [u32: 2];
        /// End at this key; empty or `none` for no key.
        finish_on_key: Option<String> = finish_key("finishOnKey") [String: "#".to_owned()];
        /// How often it is asked.
        retries: Option<u32> = number("retries") [u32: 1];
        /// Go on with what `action` answers; if not, its answer is not read.
        redirect: Option<bool> = flag("redirect") [bool: true];
        /// Beep before it.
        play_beep: Option<bool> = flag("playBeep") [bool: false];
        /// Keys that count.
        valid_digits: Option<String> = text("validDigits") [String: "1234567890*#".to_owned()];
        /// What is played at others.
        invalid_digits_sound: Option<String> = url("invalidDigitsSound");
        /// Keep the keys in Plivo's log. Say `false` where secrets are asked for.
        log: Option<bool> = flag("log") [bool: true];
    }
    inside {
        /// What plays meanwhile.
        prompts: Vec<Prompt>,
    }
}

impl GetDigits {
    /// Returns a question.
    pub fn new(action: impl Into<String>) -> Self {
        Self { action: action.into(), ..Self::default() }
    }

    /// Returns the question with the keys kept out of Plivo's log: for PINs and the like.
    #[must_use]
    pub fn for_a_secret(self) -> Self {
        Self { log: Some(false), ..self }
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut digits = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        digits.prompts = read_prompts(element, faults);
        digits
    }

    pub(super) fn write(&self) -> Element {
        with_prompts(self.write_attributes(), &self.prompts)
    }
}

/// Reads what counts; the order of the two words carries no meaning.
fn input_type(attributes: &mut Attributes<'_>, key: &'static str) -> Option<InputType> {
    let Some(text) = attributes.get(key) else {
        attributes.refuse(key, "a required attribute is missing");
        return None;
    };
    let mut words: Vec<_> = text.split_ascii_whitespace().collect();
    words.sort_unstable();
    let kind = InputType::parse(&words.join(" "));
    if matches!(kind, InputType::Other(_)) {
        attributes.refuse(key, "an unknown value");
    }
    Some(kind)
}

/// Reads words to expect: 500 at most, of 100 characters at most, 10 000 in all.
fn hints(attributes: &mut Attributes<'_>, key: &'static str) -> Option<String> {
    let hints = text(attributes, key)?;
    let length = |text: &str| text.chars().count();
    if length(&hints) > 10_000 || hints.split(',').count() > 500 || hints.split(',').any(|hint| length(hint.trim()) > 100) {
        attributes.doubt(key, "more words to expect than Plivo takes");
    }
    Some(hints)
}

fn read_prompts(element: &Element, faults: &mut Faults) -> Vec<Prompt> {
    no_words(element, faults);
    let mut prompts = Vec::new();
    for inner in element.elements() {
        match Prompt::read(inner, faults) {
            Some(prompt) => prompts.push(prompt),
            None => faults.refuse(&inner.name, "this element cannot stand inside a question"),
        }
    }
    prompts
}

fn with_prompts(element: Element, prompts: &[Prompt]) -> Element {
    Element { children: prompts.iter().map(|prompt| Node::Element(prompt.write())).collect(), ..element }
}
