//! Many in one call: `<Conference>`, the older kind, and `<MultiPartyCall>`, with roles, hold and coaching.

use super::attributes::{Attributes, Faults, element, flag, method, needed_word, number, text, text_inside, url, url_or, within, word, words};
use crate::http::Method;
use crate::plivo::rest::{EventGroup, FileFormat, Role};
use crate::xml::Element;

/// Sounds that need no file.
const BEEPS: &[&str] = &["", "beep:1", "beep:2", "none"];

element! {
    /// Joins a conference. Its sounds are documents of `<Play>`, `<Speak>`, `<Wait>`, asked for by `POST`.
    Conference = "Conference" {
        /// Nobody hears this member.
        muted: Option<bool> = flag("muted") [bool: false];
        /// What is heard when this member comes: `beep:1`, `beep:2`, an address.
        enter_sound: Option<String> = url_or("enterSound", BEEPS);
        /// What is heard when this member goes.
        exit_sound: Option<String> = url_or("exitSound", BEEPS);
        /// How many may join.
        max_members: Option<u32> = within("maxMembers", 1..=20) [u32: 20];
        /// Seconds it may last.
        time_limit: Option<u32> = number("timeLimit") [u32: 86_400];
        /// `*` leaves it.
        hangup_on_star: Option<bool> = flag("hangupOnStar") [bool: false];
        /// This member may stay alone.
        stay_alone: Option<bool> = flag("stayAlone") [bool: true];
        /// Joining begins it; others wait.
        start_conference_on_enter: Option<bool> = flag("startConferenceOnEnter") [bool: true];
        /// Leaving ends it. Give it to one leg alone: the ancestor ends it with the *last* member who has it.
        end_conference_on_exit: Option<bool> = flag("endConferenceOnExit") [bool: false];
        /// What is heard while waiting.
        wait_sound: Option<String> = url("waitSound");
        /// Record it.
        record: Option<bool> = flag("record") [bool: false];
        /// In which form.
        record_file_format: Option<FileFormat> = word("recordFileFormat") [FileFormat: FileFormat::Mp3];
        /// Record one who is alone, too.
        record_when_alone: Option<bool> = flag("recordWhenAlone");
        /// `auto`; the others are history.
        transcription_type: Option<String> = text("transcriptionType");
        /// Where the transcription is sent.
        transcription_url: Option<String> = url("transcriptionUrl");
        /// How to send it.
        transcription_method: Option<Method> = method("transcriptionMethod") [Method: Method::Post];
        /// Where to go on afterwards.
        action: Option<String> = url("action");
        /// How to ask there.
        method: Option<Method> = method("method") [Method: Method::Post];
        /// Where comings and goings are reported to.
        callback_url: Option<String> = url("callbackUrl");
        /// How to report them.
        callback_method: Option<Method> = method("callbackMethod") [Method: Method::Post];
        /// Go on with what `action` answers; if not, its answer is not read.
        redirect: Option<bool> = flag("redirect") [bool: true];
        /// Keys that are reported, between commas.
        digits_match: Option<String> = text("digitsMatch");
        /// Report who speaks.
        floor_event: Option<bool> = flag("floorEvent") [bool: false];
        /// Keys are heard by others.
        relay_dtmf: Option<bool> = flag("relayDTMF") [bool: true];
    }
    inside {
        /// Its name.
        room: String,
    }
}

impl Conference {
    /// Returns a waiting room: the call hears `wait_sound` until somebody joins who begins the conference.
    pub fn waiting(room: impl Into<String>, wait_sound: impl Into<String>) -> Self {
        Self { room: room.into(), wait_sound: Some(wait_sound.into()), start_conference_on_enter: Some(false), ..Self::default() }
    }

    /// Returns the place of who begins a conference and ends it by leaving.
    pub fn hosting(room: impl Into<String>) -> Self {
        Self { room: room.into(), start_conference_on_enter: Some(true), end_conference_on_exit: Some(true), ..Self::default() }
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut conference = Self::read_attributes(&mut Attributes { element, faults }, &[]);
        conference.room = text_inside(element, faults);
        conference
    }

    pub(super) fn write(&self) -> Element {
        self.write_attributes().text(self.room.clone())
    }
}

element! {
    /// Joins a multiparty call.
    MultiPartyCall = "MultiPartyCall" {
        /// What this participant is.
        role: Option<Role> = needed_word("role");
        /// Seconds it may last.
        max_duration: Option<u32> = within("maxDuration", 300..=28_800) [u32: 14_400];
        /// How many may join.
        max_participants: Option<u32> = within("maxParticipants", 2..=10) [u32: 10];
        /// From how many members on it is recorded.
        record_min_member_count: Option<u32> = within("recordMinMemberCount", 1..=2) [u32: 1];
        /// What is heard before it begins.
        wait_music_url: Option<String> = url("waitMusicUrl");
        /// How to ask for that.
        wait_music_method: Option<Method> = method("waitMusicMethod") [Method: Method::Get];
        /// Seconds of waiting.
        wait_time: Option<u32> = within("waitTime", 0..=1_800);
        /// What a held agent hears.
        agent_hold_music_url: Option<String> = url("agentHoldMusicUrl");
        /// How to ask for that.
        agent_hold_music_method: Option<Method> = method("agentHoldMusicMethod") [Method: Method::Get];
        /// What a held customer hears.
        customer_hold_music_url: Option<String> = url("customerHoldMusicUrl");
        /// How to ask for that.
        customer_hold_music_method: Option<Method> = method("customerHoldMusicMethod") [Method: Method::Get];
        /// Record it.
        record: Option<bool> = flag("record") [bool: false];
        /// Record this one apart.
        record_participant_track: Option<bool> = flag("recordParticipantTrack") [bool: false];
        /// In which form.
        record_file_format: Option<FileFormat> = word("recordFileFormat") [FileFormat: FileFormat::Mp3];
        /// Record who coaches, too; documented in 2026, unknown to the older libraries.
        record_coach_voice: Option<bool> = flag("recordCoachVoice");
        /// Where states of the recording are reported to.
        recording_callback_url: Option<String> = url("recordingCallbackUrl");
        /// How to report them.
        recording_callback_method: Option<Method> = method("recordingCallbackMethod") [Method: Method::Post];
        /// Which moments are reported; the first two groups if none is named.
        status_callback_events: Vec<EventGroup> = words("statusCallbackEvents");
        /// Where they are reported to.
        status_callback_url: Option<String> = url("statusCallbackUrl");
        /// How to report them.
        status_callback_method: Option<Method> = method("statusCallbackMethod") [Method: Method::Post];
        /// This one may stay alone.
        stay_alone: Option<bool> = flag("stayAlone") [bool: false];
        /// A supervisor is heard by agents alone.
        coach_mode: Option<bool> = flag("coachMode") [bool: true];
        /// Join unheard.
        mute: Option<bool> = flag("mute") [bool: false];
        /// Join on hold.
        hold: Option<bool> = flag("hold") [bool: false];
        /// Joining begins it.
        start_mpc_on_enter: Option<bool> = flag("startMpcOnEnter") [bool: true];
        /// Leaving ends it.
        end_mpc_on_exit: Option<bool> = flag("endMpcOnExit") [bool: false];
        /// Wait for an agent; documented in 2026, unknown to the older libraries.
        wait_for_agent: Option<bool> = flag("waitForAgent");
        /// What is heard when this one comes.
        enter_sound: Option<String> = url_or("enterSound", BEEPS) [String: "beep:1".to_owned()];
        /// How to ask for that.
        enter_sound_method: Option<Method> = method("enterSoundMethod") [Method: Method::Get];
        /// What is heard when this one goes.
        exit_sound: Option<String> = url_or("exitSound", BEEPS) [String: "beep:2".to_owned()];
        /// How to ask for that.
        exit_sound_method: Option<Method> = method("exitSoundMethod") [Method: Method::Get];
        /// Where to go on afterwards.
        on_exit_action_url: Option<String> = url("onExitActionUrl");
        /// How to ask there.
        on_exit_action_method: Option<Method> = method("onExitActionMethod") [Method: Method::Post];
        /// Keys are heard by others.
        relay_dtmf_inputs: Option<bool> = flag("relayDTMFInputs") [bool: false];
        /// What is played when recording begins.
        start_recording_audio: Option<String> = url("startRecordingAudio");
        /// How to ask for that.
        start_recording_audio_method: Option<Method> = method("startRecordingAudioMethod") [Method: Method::Get];
        /// What is played when recording ends.
        stop_recording_audio: Option<String> = url("stopRecordingAudio");
        /// How to ask for that.
        stop_recording_audio_method: Option<Method> = method("stopRecordingAudioMethod") [Method: Method::Get];
        /// Transcribe it.
        transcript: Option<bool> = flag("transcript") [bool: false];
        /// Where the transcription is sent.
        transcription_url: Option<String> = url("transcriptionUrl");
    }
    inside {
        /// Its name.
        room: String,
        /// Attributes of programs that speak (`aiAgentStream…`), as written: documented in 2026 without a list.
        others: Vec<(String, String)>,
    }
}

/// How attributes begin of which no list is documented.
const OPEN_ENDED: &[&str] = &["aiAgentStream"];

impl MultiPartyCall {
    /// Returns a place in a multiparty call.
    pub fn joined_as(role: Role, room: impl Into<String>) -> Self {
        Self { role: Some(role), room: room.into(), ..Self::default() }
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut call = Self::read_attributes(&mut Attributes { element, faults }, OPEN_ENDED);
        call.room = text_inside(element, faults);
        let is_open_ended = |name: &str| OPEN_ENDED.iter().any(|start| name.starts_with(start));
        call.others = element.attributes.iter().filter(|(name, _)| is_open_ended(name)).cloned().collect();
        call
    }

    pub(super) fn write(&self) -> Element {
        let mut element = self.write_attributes();
        element.attributes.extend(self.others.iter().cloned());
        element.text(self.room.clone())
    }
}
