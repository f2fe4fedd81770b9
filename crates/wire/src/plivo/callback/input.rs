//! What a question of a document brought: keys or speech.

use super::parameters::callback;
use crate::plivo::decimal::Decimal;
use crate::words::words;

words! {
    /// How an answer came.
    InputKind {
        /// By keys.
        Dtmf = "dtmf",
        /// By speech.
        Speech = "speech",
    }
}

callback! {
    /// The answer to a `<GetInput>` or `<GetDigits>`. Plivo sends none if nothing came.
    InputCallback shows [kind] about [call] needs [] {
        /// How it came; not of `<GetDigits>`.
        kind: InputKind = "InputType";
        /// The keys, without the one that ended it; blank if it was speech.
        digits: String = "Digits";
        /// The words; blank if it was keys.
        speech: String = "Speech";
        /// How certain, 0 to 1.
        confidence: Decimal = "SpeechConfidenceScore";
        /// What hearing them cost.
        billed_amount: Decimal = "BilledAmount";
    }
}

/// What was answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer<'a> {
    /// Keys.
    Keys(&'a str),
    /// Words.
    Speech(&'a str),
    /// Nothing. The hosted service is silent then; a compatible one was seen to say so.
    Nothing,
}

impl InputCallback {
    /// Returns what was answered.
    pub fn answer(&self) -> Answer<'_> {
        let filled = |text: &'_ Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
        match self.kind {
            Some(InputKind::Speech) if filled(&self.speech) => Answer::Speech(self.speech.as_deref().unwrap_or_default()),
            Some(InputKind::Speech) => Answer::Nothing,
            _ if filled(&self.digits) => Answer::Keys(self.digits.as_deref().unwrap_or_default()),
            _ if filled(&self.speech) => Answer::Speech(self.speech.as_deref().unwrap_or_default()),
            _ => Answer::Nothing,
        }
    }
}

callback! {
    /// Text that may still change.
    InterimCallback shows [sequence_number] about [call] needs [] {
        /// What will not change any more.
        stable: String = "StableSpeech";
        /// What may.
        unstable: String = "UnstableSpeech";
        /// How likely it stays, 0 to 1.
        stability: Decimal = "Stability";
        /// Counts the webhooks of one question.
        sequence_number: u32 = "SequenceNumber";
    }
}
