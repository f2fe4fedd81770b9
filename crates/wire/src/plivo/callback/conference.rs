//! Webhooks of a `<Conference>`.

use super::parameters::callback;
use crate::plivo::decimal::Decimal;
use crate::words::words;

words! {
    /// What happened in a conference. (`Event` says it too, in words that are not verified.)
    ConferenceEvent {
        /// Somebody came.
        Enter = "enter",
        /// Somebody went.
        Exit = "exit",
        /// Keys were pressed that were asked for.
        Digits = "digits",
        /// Somebody speaks.
        Floor = "floor",
        /// It was recorded.
        Record = "record",
    }
}

callback! {
    /// Something happened in a conference.
    ConferenceCallback shows [what, conference_uuid, member_id] about [call] needs [] {
        /// What.
        what: ConferenceEvent = "ConferenceAction";
        /// Its name.
        conference_name: String = "ConferenceName";
        /// Its UUID.
        conference_uuid: String = "ConferenceUUID";
        /// Who.
        member_id: String = "ConferenceMemberID";
        /// The keys.
        digits: String = "ConferenceDigitsMatch";
        /// The recording.
        recording_id: String = "RecordingID";
        /// Where its sound is.
        record_url: String = "RecordUrl";
        /// Seconds.
        recording_duration: Decimal = "RecordingDuration";
        /// Milliseconds.
        recording_duration_ms: Decimal = "RecordingDurationMs";
        /// Milliseconds since 1970.
        recording_start_ms: Decimal = "RecordingStartMs";
        /// Milliseconds since 1970.
        recording_end_ms: Decimal = "RecordingEndMs";
    }
}

impl ConferenceCallback {
    /// Returns what tells doubles of this webhook apart. One who comes back has a new member's number.
    pub fn key(&self) -> String {
        let part = |text: &Option<String>| text.as_deref().unwrap_or_default().to_owned();
        let what = self.what.as_ref().map_or("", ConferenceEvent::as_str);
        format!("{}/{}/{what}/{}", part(&self.conference_uuid), part(&self.member_id), part(&self.recording_id))
    }
}

callback! {
    /// A call has left a conference, and a document is wanted.
    ConferenceLeft shows [conference_uuid, member_id] about [call] needs [] {
        /// The conference's name.
        conference_name: String = "ConferenceName";
        /// The conference's UUID.
        conference_uuid: String = "ConferenceUUID";
        /// Who left.
        member_id: String = "ConferenceMemberID";
        /// The recording; blank if there is none.
        recording_id: String = "RecordingID";
        /// Where its sound is.
        record_url: String = "RecordUrl";
    }
}
