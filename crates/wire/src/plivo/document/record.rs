//! `<Record>`: a message after a beep, or the whole call beside what follows.

use super::attributes::{Attributes, Faults, element, flag, method, nothing_inside, number, text, url, word};
use crate::http::Method;
use crate::plivo::rest::{ChannelLayout, FileFormat, ReportType};
use crate::xml::Element;

element! {
    /// Records the far end until silence, a key or the limit; or the whole call, and goes on at once.
    Record = "Record" {
        /// Where to go on; at once, without a length, if the whole call is recorded.
        action: Option<String> = url("action");
        /// How to ask there.
        method: Option<Method> = method("method") [Method: Method::Post];
        /// In which form.
        file_format: Option<FileFormat> = word("fileFormat") [FileFormat: FileFormat::Mp3];
        /// Go on with what `action` answers; if not, its answer is not read.
        redirect: Option<bool> = flag("redirect") [bool: true];
        /// Seconds of silence that end it.
        timeout: Option<u32> = number("timeout") [u32: 15];
        /// Seconds it may last. Say it always: a minute is short, and whether it cuts the recording of a whole call too is
        /// not documented.
        max_length: Option<u32> = number("maxLength") [u32: 60];
        /// Keys that end it; `none` for no key.
        finish_on_key: Option<String> = text("finishOnKey") [String: "#".to_owned()];
        /// Beep before it.
        play_beep: Option<bool> = flag("playBeep") [bool: true];
        /// Record the whole call from here on.
        record_session: Option<bool> = flag("recordSession") [bool: false];
        /// Record the whole call once a `<Dial>` is answered.
        start_on_dial_answer: Option<bool> = flag("startOnDialAnswer") [bool: false];
        /// Channels.
        record_channel_type: Option<ChannelLayout> = word("recordChannelType") [ChannelLayout: ChannelLayout::Stereo];
        /// `auto`; the others are history.
        transcription_type: Option<String> = text("transcriptionType");
        /// Where the transcription is sent.
        transcription_url: Option<String> = url("transcriptionUrl");
        /// How to send it.
        transcription_method: Option<Method> = method("transcriptionMethod") [Method: Method::Post];
        /// How much of it.
        transcription_report_type: Option<ReportType> = word("transcriptionReportType");
        /// Where the finished recording is reported to.
        callback_url: Option<String> = url("callbackUrl");
        /// How to report it.
        callback_method: Option<Method> = method("callbackMethod") [Method: Method::Post];
    }
    inside {}
}

impl Record {
    /// Returns a recording of the whole call, so long at most, which does not hold up what follows. It must stand before a
    /// `<Stream>` or `<Dial>`.
    pub fn whole_call(most_seconds: u32, callback_url: impl Into<String>) -> Self {
        Self { record_session: Some(true), max_length: Some(most_seconds), callback_url: Some(callback_url.into()), ..Self::default() }
    }

    /// Returns whether the call goes on while it is recorded.
    pub fn runs_beside(&self) -> bool {
        self.record_session() || self.start_on_dial_answer()
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let record = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        nothing_inside(element, faults);
        record
    }

    pub(super) fn write(&self) -> Element {
        self.write_attributes()
    }
}
