//! `<Record>`: records the far end. Verbs behind it are never reached.

use super::attribute::element;
use super::limits;
use super::warning::Warnings;
use crate::http::Method;
use crate::words::words;
use crate::xml::Element;

words! {
    /// What becomes of silence at both ends.
    Trim {
        /// It is cut.
        TrimSilence = "trim-silence",
        /// It stays.
        DoNotTrim = "do-not-trim",
    }
}

/// Longest recording that is transcribed, in seconds, and the longest one of a `<Record>` that says nothing else then.
///
/// Source: Twilio's page of `<Record>`, 2025.
pub const MAX_TRANSCRIBED: u32 = 120;

element! {
    /// Records the far end until silence, a key, or the limit.
    Record as "Record" {
        /// Where to go on; the document itself if not said.
        action: Option<String>, "action";
        /// How to ask there.
        method: Method = Method::Post, "method";
        /// Seconds of silence that end it; 0 means none.
        timeout: u32 = 5, "timeout";
        /// Keys that end it.
        finish_on_key: String = "1234567890*#".to_owned(), "finishOnKey";
        /// Longest length in seconds.
        max_length: u32 = 3_600, "maxLength";
        /// Beep before it.
        play_beep: bool = true, "playBeep";
        /// What becomes of silence at both ends.
        trim: Trim = Trim::TrimSilence, "trim";
        /// Where to report states of the recording.
        status_callback: Option<String>, "recordingStatusCallback";
        /// How to report them.
        status_callback_method: Method = Method::Post, "recordingStatusCallbackMethod";
        /// Which; `completed` if none is named.
        status_events: Vec<String>, "recordingStatusCallbackEvent";
        /// Write down what was said: English, 2 to [`MAX_TRANSCRIBED`] seconds.
        transcribe: bool = false, "transcribe";
        /// Where to send what was said; says `transcribe` by itself.
        transcribe_callback: Option<String>, "transcribeCallback";
    }
    untyped ["recordingConfigurationId"]
}

impl Record {
    /// Returns whether silence at both ends is cut.
    pub fn trims(&self) -> bool {
        self.trim != Trim::DoNotTrim
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        warnings.of_inside(element);
        let mut record = Self::of_attributes(element, warnings);
        if record.transcribe && element.attribute("maxLength").is_none() {
            record.max_length = MAX_TRANSCRIBED;
        }
        limits::record(element, &record, warnings);
        record
    }

    pub(super) fn to_element(&self) -> Element {
        let element = self.with_attributes();
        // What is usual is left out, but with `transcribe` another length is usual.
        let must_say = self.transcribe && self.max_length == Self::default().max_length;
        if must_say { element.with("maxLength", self.max_length.to_string()) } else { element }
    }
}

#[cfg(test)]
mod tests {
    use super::Record;
    use crate::twilio::document::{Document, Verb};

    #[test]
    fn a_long_recording_that_is_transcribed_stays_long() {
        let record = Record { transcribe: true, ..Record::default() };
        let document = Document::default().then(Verb::Record(Box::new(record)));
        assert_eq!(Document::parse(&document.to_xml()).unwrap().document, document);
    }
}
