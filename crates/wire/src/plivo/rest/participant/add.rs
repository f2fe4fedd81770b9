//! Somebody who is to join a multiparty call: dialled, or brought in from a call that lives.

use crate::http::Method;
use crate::plivo::headers::HeaderList;
use crate::plivo::rest::RestError;
use crate::plivo::rest::address::WebUrl;
use crate::plivo::rest::body::{Body, digits, flag, headers, method, needed_word, parameters, text, text_within, url, within, word, words};
use crate::plivo::rest::id::ResourceId;
use crate::plivo::rest::recording::FileFormat;
use crate::plivo::rest::several::{SecondsEach, Several, seconds_each, several};
use crate::words::words as word_set;

/// Most agents that one request may ring.
const MAX_AGENTS: usize = 20;

word_set! {
    /// What somebody is in a multiparty call.
    Role {
        /// Answers the customer; several may be rung at once.
        Agent = "agent",
        /// May coach agents unheard by the customer.
        Supervisor = "supervisor",
        /// Whom it is about.
        Customer = "customer",
        /// A program that speaks; documented in 2026, unknown to the older libraries.
        AiAgent = "ai-agent",
    }
}

word_set! {
    /// Groups of moments that can be reported.
    EventGroup {
        /// It begins, it ends.
        StateChanges = "mpc-state-changes",
        /// Somebody comes, goes, is muted, held, coaches.
        ParticipantChanges = "participant-state-changes",
        /// Somebody begins or stops to speak.
        Speaking = "participant-speak-events",
        /// Somebody presses a key.
        Digits = "participant-digit-input-events",
        /// What becomes of a request to add somebody.
        Adding = "add-participant-api-events",
        /// From the documentation alone.
        Audio = "participant-audio-events",
    }
}

parameters! {
    /// Somebody to add. Either `from` and `to`, or the call that is brought in.
    AddParticipant {
        required {
            /// What they are.
            role: Role = needed_word("role");
        }
        optional {
            /// Our number.
            from: Option<String> = text("from");
            /// Whom to ring; several only as agents.
            to: Option<Several> = several("to", MAX_AGENTS);
            /// A live call to bring in.
            call_uuid: Option<String> = text("call_uuid");
            /// The name to show, 50 characters at most.
            caller_name: Option<String> = text_within("caller_name", 50);
            /// Where the states of the leg are reported to.
            call_status_callback_url: Option<WebUrl> = url("call_status_callback_url");
            /// How to report them.
            call_status_callback_method: Option<Method> = method("call_status_callback_method");
            /// Headers of the new leg.
            sip_headers: HeaderList = headers("sip_headers");
            /// The key that must be pressed to join.
            confirm_key: Option<String> = key_of_telephone("confirm_key");
            /// What is played before it.
            confirm_key_sound_url: Option<WebUrl> = url("confirm_key_sound_url");
            /// How to ask for that.
            confirm_key_sound_method: Option<Method> = method("confirm_key_sound_method");
            /// What others hear while it rings: an address, `real`, `none`.
            dial_music: Option<String> = text("dial_music");
            /// Seconds each may ring, as many as there are in `to`.
            ring_timeout: Option<SecondsEach> = seconds_each("ring_timeout");
            /// Seconds before each is rung, as many as there are in `to`.
            delay_dial: Option<SecondsEach> = seconds_each("delay_dial");
            /// Seconds the whole may last.
            max_duration: Option<u32> = within("max_duration", 300..=28_800);
            /// How many may join.
            max_participants: Option<u32> = within("max_participants", 2..=10);
            /// From how many members on it is recorded.
            record_min_member_count: Option<u32> = within("record_min_member_count", 1..=2);
            /// What is heard before it begins.
            wait_music_url: Option<WebUrl> = url("wait_music_url");
            /// How to ask for that.
            wait_music_method: Option<Method> = method("wait_music_method");
            /// What a held agent hears.
            agent_hold_music_url: Option<WebUrl> = url("agent_hold_music_url");
            /// How to ask for that.
            agent_hold_music_method: Option<Method> = method("agent_hold_music_method");
            /// What a held customer hears.
            customer_hold_music_url: Option<WebUrl> = url("customer_hold_music_url");
            /// How to ask for that.
            customer_hold_music_method: Option<Method> = method("customer_hold_music_method");
            /// Where states of the recording are reported to.
            recording_callback_url: Option<WebUrl> = url("recording_callback_url");
            /// How to report them.
            recording_callback_method: Option<Method> = method("recording_callback_method");
            /// Where moments are reported to.
            status_callback_url: Option<WebUrl> = url("status_callback_url");
            /// How to report them.
            status_callback_method: Option<Method> = method("status_callback_method");
            /// Which; the first two groups if none is named.
            status_callback_events: Vec<EventGroup> = words("status_callback_events");
            /// Where the document is fetched after they left.
            on_exit_action_url: Option<WebUrl> = url("on_exit_action_url");
            /// How to ask there.
            on_exit_action_method: Option<Method> = method("on_exit_action_method");
            /// Record the whole.
            record: Option<bool> = flag("record");
            /// Record this one apart.
            record_participant_track: Option<bool> = flag("record_participant_track");
            /// `mp3` if not said.
            record_file_format: Option<FileFormat> = word("record_file_format");
            /// One alone may stay.
            stay_alone: Option<bool> = flag("stay_alone");
            /// A supervisor is heard by agents alone.
            coach_mode: Option<bool> = flag("coach_mode");
            /// Join unheard.
            mute: Option<bool> = flag("mute");
            /// Join on hold.
            hold: Option<bool> = flag("hold");
            /// Joining begins it.
            start_mpc_on_enter: Option<bool> = flag("start_mpc_on_enter");
            /// Leaving ends it.
            end_mpc_on_exit: Option<bool> = flag("end_mpc_on_exit");
            /// Keys are heard by others.
            relay_dtmf_inputs: Option<bool> = flag("relay_dtmf_inputs");
            /// An address, `beep:1`, `beep:2`, `none`.
            enter_sound: Option<String> = text("enter_sound");
            /// How to ask for that.
            enter_sound_method: Option<Method> = method("enter_sound_method");
            /// An address, `beep:1`, `beep:2`, `none`.
            exit_sound: Option<String> = text("exit_sound");
            /// How to ask for that.
            exit_sound_method: Option<Method> = method("exit_sound_method");
            /// What is played when recording begins.
            start_recording_audio: Option<WebUrl> = url("start_recording_audio");
            /// How to ask for that.
            start_recording_audio_method: Option<Method> = method("start_recording_audio_method");
            /// What is played when recording ends.
            stop_recording_audio: Option<WebUrl> = url("stop_recording_audio");
            /// How to ask for that.
            stop_recording_audio_method: Option<Method> = method("stop_recording_audio_method");
            /// Make it although nobody else is in it.
            create_mpc_with_single_participant: Option<bool> = flag("create_mpc_with_single_participant");
            /// Keys to press once answered.
            send_digits: Option<String> = digits("send_digits");
            /// Press them in early media already.
            send_on_preanswer: Option<bool> = flag("send_on_preanswer");
            /// Transcribe it.
            transcript: Option<bool> = flag("transcript");
            /// Where the transcription is sent.
            transcription_url: Option<WebUrl> = url("transcription_url");
        }
        also []
    }
}

impl AddParticipant {
    /// Returns somebody to dial in.
    pub fn dialled(role: Role, from: impl Into<String>, to: impl Into<Several>) -> Self {
        Self { from: Some(from.into()), to: Some(to.into()), ..Self::new(role) }
    }

    /// Returns a live call to bring in.
    pub fn brought_in(role: Role, call: &ResourceId) -> Self {
        Self { call_uuid: Some(call.as_str().to_owned()), ..Self::new(role) }
    }

    pub(super) fn read(body: &Body) -> Result<Self, RestError> {
        let add = Self::from_body(body)?;
        let rung = add.to.as_ref().map_or(0, |to| to.all().len());
        match (&add.call_uuid, &add.from, rung) {
            (Some(_), None, 0) => {}
            (Some(_), ..) => return Err(RestError::invalid("call_uuid", "not together with from and to")),
            (None, Some(_), 1..) => {}
            (None, Some(_), 0) => return Err(RestError::missing("to")),
            (None, None, _) => return Err(RestError::missing("from")),
        }
        if rung > 1 && add.role != Role::Agent {
            return Err(RestError::invalid("to", "several only for the role agent"));
        }
        let entries = |list: &Option<SecondsEach>| list.as_ref().map_or(0, |list| list.count());
        if rung > 0 && entries(&add.ring_timeout).max(entries(&add.delay_dial)) > rung {
            return Err(RestError::invalid("ring_timeout", "not more of them than there are in to"));
        }
        Ok(add)
    }
}

/// Reads one key.
fn key_of_telephone(body: &Body, key: &str) -> Result<Option<String>, RestError> {
    match body.text(key) {
        Some(text) if !matches!(text.as_bytes(), [b'0'..=b'9' | b'#' | b'*']) => Err(RestError::invalid(key, "one of 0-9 # *")),
        text => Ok(text),
    }
}
