//! News of a conference and those who are in it.

use telephony::Timestamp;

use super::result::news;
use crate::twilio::rest::ConferenceEnd;
use crate::twilio::status::CallStatus;
use crate::words::words;

words! {
    /// What happened.
    ConferenceNews {
        /// Two are mixed.
        Start = "conference-start",
        /// It is over.
        End = "conference-end",
        /// Somebody came.
        Join = "participant-join",
        /// Somebody went.
        Leave = "participant-leave",
        /// Somebody was muted.
        Mute = "participant-mute",
        /// Somebody was unmuted.
        Unmute = "participant-unmute",
        /// Somebody was put on hold.
        Hold = "participant-hold",
        /// Somebody was taken off hold.
        Unhold = "participant-unhold",
        /// Somebody was changed otherwise.
        Modify = "participant-modify",
        /// Somebody began to speak.
        SpeechStart = "participant-speech-start",
        /// Somebody ceased to speak.
        SpeechStop = "participant-speech-stop",
        /// An announcement ended.
        AnnouncementEnd = "announcement-end",
        /// An announcement failed.
        AnnouncementFail = "announcement-fail",
    }
}

impl Default for ConferenceNews {
    fn default() -> Self {
        Self::Other(String::new())
    }
}

words! {
    /// Why somebody left.
    LeftBecause {
        /// The conference was ended over the API.
        ConferenceEnded = "conference_ended_via_api",
        /// One left whose leaving ends it.
        ModeratorEnded = "moderator_ended_conference",
        /// They were removed over the API.
        Removed = "participant_updated_via_api",
        /// They hung up.
        HungUp = "participant_hung_up",
        /// They never came in.
        AddFailed = "participant_add_failed",
    }
}

news! {
    /// News of a conference. Its name, and what is announced, are not shown by `Debug`.
    ConferenceCallback shows [conference_sid, event, sequence_number] needs "ConferenceSid" {
        /// `AC…`.
        account_sid: String, "AccountSid";
        /// `CF…`.
        conference_sid: String, "ConferenceSid";
        /// Its name.
        friendly_name: Option<String>, "FriendlyName";
        /// Counts; the order of arrival is not promised.
        sequence_number: Option<u32>, "SequenceNumber";
        /// When.
        at: Option<Timestamp>, "Timestamp";
        /// What happened.
        event: ConferenceNews, "StatusCallbackEvent";
        /// `CA…`: of whom.
        call_sid: Option<String>, "CallSid";
        /// The label of whom.
        participant_label: Option<String>, "ParticipantLabel";
        /// Is not heard by the others.
        muted: Option<bool>, "Muted";
        /// Is on hold.
        hold: Option<bool>, "Hold";
        /// Speaks to one only.
        coaching: Option<bool>, "Coaching";
        /// The conference ends with this one.
        end_on_exit: Option<bool>, "EndConferenceOnExit";
        /// The conference begins with this one.
        start_on_enter: Option<bool>, "StartConferenceOnEnter";
        /// The state of the call of one who left.
        participant_call_status: Option<CallStatus>, "ParticipantCallStatus";
        /// Why they left.
        left_because: Option<LeftBecause>, "ReasonParticipantLeft";
        /// The call whose leaving ended it.
        ended_by_call_sid: Option<String>, "CallSidEndingConference";
        /// The label of whom.
        ended_by_label: Option<String>, "ParticipantLabelEndingConference";
        /// Why it ended.
        end: Option<ConferenceEnd>, "ReasonConferenceEnded";
        /// The same for people.
        reason: Option<String>, "Reason";
        /// What was announced.
        announce_url: Option<String>, "AnnounceUrl";
        /// Why that failed.
        announcement_failed: Option<String>, "ReasonAnnouncementFailed";
    }
}
