//! What `<Gather>` collected.

use super::result::result;

result! {
    /// Keys or speech, or neither if `actionOnEmptyResult` asked for that. Never both: the first kind wins.
    Gathered shows [] {
        /// The keys, without the one that ended it; empty if nothing came.
        digits: Option<String>, "Digits";
        /// The words.
        speech: Option<String>, "SpeechResult";
        /// How sure the hearing is, `0.0` to `1.0` as text; may be missing.
        confidence: Option<String>, "Confidence";
        /// The key that ended it. From memory.
        finished_on_key: Option<String>, "FinishedOnKey";
        /// The language of the words. From memory.
        language: Option<String>, "Language";
    }
}

impl Gathered {
    /// Returns how sure the hearing is, 0 to 1.
    pub fn confidence(&self) -> Option<f32> {
        self.confidence.as_deref()?.trim().parse().ok().filter(|confidence| (0.0..=1.0).contains(confidence))
    }

    /// Returns whether nothing came.
    pub fn is_empty(&self) -> bool {
        let is_empty = |text: &Option<String>| text.as_deref().is_none_or(str::is_empty);
        is_empty(&self.digits) && is_empty(&self.speech)
    }
}

result! {
    /// What is heard before it is settled. All but the unstable words is from memory. Nothing of the answer is read.
    PartialSpeech shows [sequence_number] {
        /// Words that may still change.
        unstable: Option<String>, "UnstableSpeechResult";
        /// Words that will not.
        stable: Option<String>, "StableSpeechResult";
        /// How stable the first are, `0.0` to `1.0` as text.
        stability: Option<String>, "Stability";
        /// Counts those of one `<Gather>`.
        sequence_number: Option<u32>, "SequenceNumber";
    }
}
