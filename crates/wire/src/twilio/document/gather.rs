//! `<Gather>`: collects keys or speech.

use super::attribute::{Seconds, element};
use super::limits;
use super::prompt::Prompt;
use super::warning::Warnings;
use crate::http::Method;
use crate::twilio::value::Value;
use crate::xml::{Element, Node};

/// What to listen for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Input {
    /// Keys.
    Dtmf,
    /// Speech.
    Speech,
    /// Whichever comes first.
    Both,
}

impl Input {
    /// Returns whether keys are listened for.
    pub const fn dtmf(self) -> bool {
        matches!(self, Self::Dtmf | Self::Both)
    }

    /// Returns whether speech is listened for.
    pub const fn speech(self) -> bool {
        matches!(self, Self::Speech | Self::Both)
    }
}

impl Value for Input {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace().peekable();
        words.peek()?;
        let (mut dtmf, mut speech) = (false, false);
        for word in words {
            match word {
                "dtmf" => dtmf = true,
                "speech" => speech = true,
                _ => return None,
            }
        }
        Some(match (dtmf, speech) {
            (_, false) => Self::Dtmf,
            (false, true) => Self::Speech,
            (true, true) => Self::Both,
        })
    }

    fn write(&self) -> Option<String> {
        Some(match self {
            Self::Dtmf => "dtmf".to_owned(),
            Self::Speech => "speech".to_owned(),
            Self::Both => "dtmf speech".to_owned(),
        })
    }
}

element! {
    /// Collects keys or speech while prompts inside it play.
    ///
    /// The defaults of `bargeIn` and `maxSpeechTime` are from memory.
    Gather as "Gather" {
        /// Where to send what was collected; the document itself if not said.
        action: Option<String>, "action";
        /// How to send it.
        method: Method = Method::Post, "method";
        /// What to listen for.
        input: Input = Input::Dtmf, "input";
        /// Seconds of silence after the prompt that end it.
        timeout: Seconds = Seconds::Of(5), "timeout";
        /// Seconds of silence that end speech; the same as `timeout` if not said.
        speech_timeout: Option<Seconds>, "speechTimeout";
        /// Longest speech in seconds; 60 if not said.
        max_speech_time: Option<u32>, "maxSpeechTime";
        /// End at this many keys.
        num_digits: Option<u32>, "numDigits";
        /// End at this key; empty means that no key ends it.
        finish_on_key: String = "#".to_owned(), "finishOnKey";
        /// Ask `action` even if nothing came.
        action_on_empty_result: bool = false, "actionOnEmptyResult";
        /// Stop the prompt when somebody speaks.
        barge_in: bool = true, "bargeIn";
        /// Language of the speech; `en-US` if not said.
        language: Option<String>, "language";
        /// Words to expect, with commas: 500 of 100 characters at most.
        hints: Option<String>, "hints";
        /// Stars in place of coarse words, all but their first letter.
        profanity_filter: bool = true, "profanityFilter";
        /// Who hears: `default`, `phone_call`, `googlev2_telephony`, `deepgram_nova-3`, …
        speech_model: Option<String>, "speechModel";
        /// Hear better for more money. Out of use.
        enhanced: bool = false, "enhanced";
        /// Where to send interim text.
        partial_result_callback: Option<String>, "partialResultCallback";
        /// How to send it.
        partial_result_callback_method: Method = Method::Post, "partialResultCallbackMethod";
    }
    untyped ["debug"]
    inside {
        /// What is heard meanwhile.
        prompts: Vec<Prompt>,
    }
}

impl Gather {
    /// Returns whether this key ends it.
    pub fn ends_at(&self, key: char) -> bool {
        self.finish_on_key.contains(key)
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        let mut gather = Self::of_attributes(element, warnings);
        warnings.of_text(element);
        for inner in element.elements() {
            match Prompt::read(inner, warnings) {
                Some(prompt) => gather.prompts.push(prompt),
                None => warnings.of(inner, "an element that cannot stand inside <Gather> is passed over"),
            }
        }
        limits::gather(element, &gather, warnings);
        gather
    }

    pub(super) fn to_element(&self) -> Element {
        let mut element = self.with_attributes();
        element.children = self.prompts.iter().map(|prompt| Node::Element(prompt.to_element())).collect();
        element
    }
}
