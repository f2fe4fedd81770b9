//! `<Conference>`: a room in which several calls are mixed.

use super::attribute::element;
use super::dial::plain_text;
use super::limits;
use super::record::Trim;
use super::warning::Warnings;
use crate::http::Method;
use crate::twilio::rest::{Beep, ConferenceEvent, JitterBuffer};
use crate::words::words;
use crate::xml::Element;

words! {
    /// Whether a conference is recorded.
    ConferenceRecord {
        /// Not.
        Never = "do-not-record",
        /// From when two are mixed.
        FromStart = "record-from-start",
        /// An older way to say that it is.
        Yes = "true",
        /// An older way to say that it is not.
        No = "false",
    }
}

impl ConferenceRecord {
    /// Returns whether there is a recording.
    pub const fn is_on(&self) -> bool {
        matches!(self, Self::FromStart | Self::Yes)
    }
}

element! {
    /// A room in which several calls are mixed, by its name in the account. The name belongs in no log at Twilio: choose one
    /// that says nothing of anybody.
    Conference as "Conference" {
        /// Not heard by the others.
        muted: bool = false, "muted";
        /// A tone for coming and going.
        beep: Beep = Beep::Both, "beep";
        /// The conference begins with this one.
        start_on_enter: bool = true, "startConferenceOnEnter";
        /// The conference ends with this one.
        end_on_exit: bool = false, "endConferenceOnExit";
        /// A name for this participant, usable in place of its call.
        participant_label: Option<String>, "participantLabel";
        /// How much sound is held back.
        jitter_buffer_size: JitterBuffer = JitterBuffer::Large, "jitterBufferSize";
        /// What those hear who wait: `Play`, `Say`, `Pause`, `Redirect`. Empty text means silence; Twilio's music if not said.
        wait_url: Option<String>, "waitUrl";
        /// How to ask for it.
        wait_method: Option<Method>, "waitMethod";
        /// How many there may be.
        max_participants: u32 = limits::MAX_PARTICIPANTS, "maxParticipants";
        /// Whether it is recorded, mixed.
        record: ConferenceRecord = ConferenceRecord::Never, "record";
        /// Where to mix: `us1`, `ie1`, `de1`, …
        region: Option<String>, "region";
        /// What becomes of silence at both ends of the recording.
        trim: Trim = Trim::TrimSilence, "trim";
        /// The call to speak to alone: this one whispers.
        coach: Option<String>, "coach";
        /// Where to report moments of the conference; the first participant's word counts.
        status_callback: Option<String>, "statusCallback";
        /// How to report them.
        status_callback_method: Method = Method::Post, "statusCallbackMethod";
        /// Which.
        status_events: Vec<ConferenceEvent>, "statusCallbackEvent";
        /// Where to report states of the recording.
        recording_status_callback: Option<String>, "recordingStatusCallback";
        /// How to report them.
        recording_status_callback_method: Method = Method::Post, "recordingStatusCallbackMethod";
        /// Which; `completed` if none is named.
        recording_status_events: Vec<String>, "recordingStatusCallbackEvent";
    }
    untyped ["eventCallbackUrl", "recordingConfigurationId"]
    inside {
        /// Its name.
        name: String,
    }
}

impl Conference {
    /// Returns a conference of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    pub(super) fn read(element: &Element, warnings: &mut Warnings) -> Self {
        warnings.of_elements(element);
        let conference = Self { name: plain_text(element), ..Self::of_attributes(element, warnings) };
        limits::conference(element, &conference, warnings);
        conference
    }

    pub(super) fn to_element(&self) -> Element {
        self.with_attributes().text(self.name.clone())
    }
}
