//! Webhooks of a `<MultiPartyCall>`.

use super::parameters::callback;
use crate::plivo::decimal::Decimal;
use crate::plivo::rest::Role;
use crate::words::words;

words! {
    /// What happened in a multiparty call.
    MultipartyEvent {
        /// Somebody waits in it.
        Initialized = "MPCInitialized",
        /// It begins.
        Start = "MPCStart",
        /// It is over.
        End = "MPCEnd",
        /// Somebody came.
        Join = "ParticipantJoin",
        /// Somebody went.
        Exit = "ParticipantExit",
        /// Somebody is heard no more.
        Mute = "ParticipantMute",
        /// Somebody is heard again.
        Unmute = "ParticipantUnmute",
        /// Somebody is on hold.
        Hold = "ParticipantHold",
        /// Somebody is off hold.
        Unhold = "ParticipantUnhold",
        /// A supervisor is heard by agents alone.
        CoachModeStart = "ParticipantCoachModeStart",
        /// A supervisor is heard by all.
        CoachModeStop = "ParticipantCoachModeStop",
        /// Somebody begins to speak.
        SpeakStart = "ParticipantSpeakStart",
        /// Somebody stops.
        SpeakStop = "ParticipantSpeakStop",
        /// Somebody pressed a key.
        DigitInput = "ParticipantDigitInput",
        /// Somebody is being added.
        AddInitiated = "AddParticipantByAPIActionInitiated",
        /// Somebody was added, or not.
        AddCompleted = "AddParticipantByAPIActionCompleted",
        /// A recording begins.
        RecordingInitiated = "MPCRecordingInitiated",
        /// It is held.
        RecordingPaused = "MPCRecordingPaused",
        /// It goes on.
        RecordingResumed = "MPCRecordingResumed",
        /// It is finished.
        RecordingCompleted = "MPCRecordingCompleted",
        /// It failed.
        RecordingFailed = "MPCRecordingFailed",
    }
}

callback! {
    /// Something happened in a multiparty call, or to its recording.
    MultipartyCallback shows [what, mpc_uuid, member_id] about [] needs [mpc_uuid = "MPCUUID"] {
        /// What.
        what: MultipartyEvent = "EventName";
        /// Its name.
        mpc_name: String = "MPCName";
        /// When, with an offset.
        at: String = "EventTimestamp";
        /// Counts the webhooks of one multiparty call.
        sequence_number: u32 = "SequenceNumber";
        /// Who.
        member_id: String = "MemberID";
        /// What they are.
        role: Role = "ParticipantRole";
        /// Their call.
        participant_call_uuid: String = "ParticipantCallUUID";
        /// They are heard by agents alone.
        coach_mode: bool = "ParticipantCoachMode";
        /// Seconds; at the end.
        duration: u32 = "MPCDuration";
        /// Seconds in begun minutes, as billed; at the end.
        billed_duration: u32 = "MPCBilledDuration";
        /// What it cost; at the end.
        billed_amount: Decimal = "MPCBilledAmount";
        /// The recording.
        recording_uuid: String = "RecordingUUID";
        /// Where its sound is.
        recording_url: String = "RecordingURL";
        /// `mp3` or `wav`.
        recording_format: String = "RecordingFormat";
        /// Seconds.
        recording_duration: Decimal = "RecordingDuration";
        /// When it began, with an offset.
        recording_start_time: String = "RecordingStartTime";
        /// When it ended, with an offset.
        recording_end_time: String = "RecordingEndTime";
    }
}

impl MultipartyCallback {
    /// Returns what tells doubles of this webhook apart.
    pub fn key(&self) -> String {
        let number = self.sequence_number.map(|number| number.to_string()).unwrap_or_default();
        format!("{}/{}/{number}", self.mpc_uuid, self.what.as_ref().map_or("", MultipartyEvent::as_str))
    }
}

callback! {
    /// A call has left a multiparty call, and a document is wanted.
    MultipartyLeft shows [mpc_uuid, member_id] about [call] needs [] {
        /// The multiparty call.
        mpc_uuid: String = "MPCUUID";
        /// Its name.
        mpc_name: String = "MPCFriendlyName";
        /// Who left.
        member_id: String = "MemberID";
        /// Their call.
        participant_call_uuid: String = "ParticipantCallUUID";
        /// When they came, with an offset.
        join_time: String = "ParticipantJoinTime";
        /// When they left, with an offset.
        end_time: String = "ParticipantEndTime";
        /// What they were.
        role: Role = "ParticipantRole";
    }
}
