//! Participants of a conference: add, show, list, change, remove. A participant is named by its call or by its label.
//!
//! What surprised us: an update knows no `Status`; somebody is removed by `DELETE`. A conference that has ended has none.

use super::address::{is_address, looks_like_a_number};
use super::checks::{
    INVALID, call_events, flag, method, number, one_of, parameters, recording_events, text, text_within, url, url_or_none, within, word,
    words as events,
};
use super::loose::resource;
use super::recording::Channels;
use super::route::{Asked, delete, get, list, post, segment};
use super::{Paging, RestError};
use crate::http::{Form, HttpRequest, Method};
use crate::twilio::status::CallEvent;
use crate::words::words;

words! {
    /// Who hears a tone when somebody comes or goes.
    Beep {
        /// At both.
        Both = "true",
        /// Never.
        Never = "false",
        /// When somebody comes.
        OnEnter = "onEnter",
        /// When somebody goes.
        OnExit = "onExit",
    }
}

words! {
    /// How much sound is held back against unevenness.
    JitterBuffer {
        /// Nothing.
        Off = "off",
        /// 20 ms to 200 ms as a rule.
        Small = "small",
        /// More.
        Medium = "medium",
        /// Most.
        Large = "large",
    }
}

words! {
    /// The moments of a conference that can be reported.
    ConferenceEvent {
        /// Two are mixed.
        Start = "start",
        /// It is over.
        End = "end",
        /// Somebody came.
        Join = "join",
        /// Somebody went.
        Leave = "leave",
        /// Somebody was muted or not any more.
        Mute = "mute",
        /// Somebody was put on hold or not any more.
        Hold = "hold",
        /// Somebody was changed otherwise.
        Modify = "modify",
        /// Somebody began or ceased to speak.
        Speaker = "speaker",
        /// An announcement ended or failed.
        Announcement = "announcement",
    }
}

words! {
    /// The states of a participant.
    ParticipantStatus {
        /// Waits for its turn to be rung.
        Queued = "queued",
        /// Is being rung.
        Connecting = "connecting",
        /// Its telephone rings.
        Ringing = "ringing",
        /// Is in.
        Connected = "connected",
        /// Has left.
        Complete = "complete",
        /// Could not be reached.
        Failed = "failed",
    }
}

parameters! {
    /// Somebody to ring and bring into a conference. `Debug` shows which parameters are set, no number and no address.
    CreateParticipant {
        required {
            /// Our number.
            from: String = caller("From");
            /// Whom to ring: a number, `sip:…`, `client:…` or `app:…`.
            to: String = callee("To");
        }
        optional {
            /// A name for this participant, usable in place of its call from now on.
            label: Option<String> = text_within("Label", 128);
            /// Where to report the leg's states.
            status_callback: Option<String> = url("StatusCallback", INVALID);
            /// How to report them.
            status_callback_method: Option<Method> = method("StatusCallbackMethod");
            /// Which moments of the leg to report.
            status_events: Vec<CallEvent> = call_events("StatusCallbackEvent");
            /// Seconds it may ring, 5 to 600; 60 if not said.
            timeout: Option<u32> = within("Timeout", 5..=600, 21208);
            /// Seconds after which the carrier ends the leg.
            time_limit: Option<u32> = number("TimeLimit", INVALID);
            /// Let the conference hear the ringing. Yes if not said.
            early_media: Option<bool> = flag("EarlyMedia");
            /// A tone for coming and going; both if not said.
            beep: Option<Beep> = word("Beep");
            /// Not heard by the others.
            muted: Option<bool> = flag("Muted");
            /// The conference begins with this one. Yes if not said.
            start_conference_on_enter: Option<bool> = flag("StartConferenceOnEnter");
            /// The conference ends with this one. No if not said.
            end_conference_on_exit: Option<bool> = flag("EndConferenceOnExit");
            /// What those hear who wait; empty text means silence.
            wait_url: Option<String> = url_or_none("WaitUrl", INVALID);
            /// How to ask for it.
            wait_method: Option<Method> = method("WaitMethod");
            /// How many there may be, 2 to 250.
            max_participants: Option<u32> = within("MaxParticipants", 2..=250, INVALID);
            /// Speaks to one participant only.
            coaching: Option<bool> = flag("Coaching");
            /// To which: the call of the one who is coached.
            call_sid_to_coach: Option<String> = text("CallSidToCoach");
            /// How much sound is held back.
            jitter_buffer_size: Option<JitterBuffer> = word("JitterBufferSize");
            /// Where to mix.
            region: Option<String> = text("Region");
            /// Record this leg.
            record: Option<bool> = flag("Record");
            /// One channel, or both sides apart.
            recording_channels: Option<Channels> = word("RecordingChannels");
            /// Which sides to record.
            recording_track: Option<String> = one_of("RecordingTrack", &["inbound", "outbound", "both"]);
            /// Where to report the recording's states.
            recording_status_callback: Option<String> = url("RecordingStatusCallback", INVALID);
            /// How to report them.
            recording_status_callback_method: Option<Method> = method("RecordingStatusCallbackMethod");
            /// Which to report.
            recording_status_events: Vec<String> = recording_events("RecordingStatusCallbackEvent");
            /// `trim-silence` or `do-not-trim`.
            trim: Option<String> = one_of("Trim", &["trim-silence", "do-not-trim"]);
            /// Record the conference: `true`, `false`, `record-from-start`, `do-not-record`.
            conference_record: Option<String> = one_of("ConferenceRecord", &["true", "false", "record-from-start", "do-not-record"]);
            /// `trim-silence` or `do-not-trim`.
            conference_trim: Option<String> = one_of("ConferenceTrim", &["trim-silence", "do-not-trim"]);
            /// Where to report the conference's moments; the first participant's word counts.
            conference_status_callback: Option<String> = url("ConferenceStatusCallback", INVALID);
            /// How to report them.
            conference_status_callback_method: Option<Method> = method("ConferenceStatusCallbackMethod");
            /// Which; start and end if none is named.
            conference_status_events: Vec<ConferenceEvent> = events("ConferenceStatusCallbackEvent");
            /// Where to report the states of the conference's recording.
            conference_recording_status_callback: Option<String> = url("ConferenceRecordingStatusCallback", INVALID);
            /// How to report them.
            conference_recording_status_callback_method: Option<Method> = method("ConferenceRecordingStatusCallbackMethod");
            /// Which.
            conference_recording_status_events: Vec<String> = recording_events("ConferenceRecordingStatusCallbackEvent");
            /// Have the carrier find out who answered: `Enable` or `DetectMessageEnd`.
            machine_detection: Option<String> = one_of("MachineDetection", &["Enable", "DetectMessageEnd"]);
            /// Seconds it may take for that.
            machine_detection_timeout: Option<u32> = number("MachineDetectionTimeout", INVALID);
            /// Milliseconds of speech that make a machine.
            machine_detection_speech_threshold: Option<u32> = within("MachineDetectionSpeechThreshold", 1_000..=6_000, INVALID);
            /// Milliseconds of silence that end a greeting.
            machine_detection_speech_end_threshold: Option<u32> = within("MachineDetectionSpeechEndThreshold", 500..=5_000, INVALID);
            /// Milliseconds of silence at the start that end the search.
            machine_detection_silence_timeout: Option<u32> = within("MachineDetectionSilenceTimeout", 2_000..=10_000, INVALID);
            /// Where to report the finding.
            amd_status_callback: Option<String> = url("AmdStatusCallback", INVALID);
            /// How to report it.
            amd_status_callback_method: Option<Method> = method("AmdStatusCallbackMethod");
            /// The number to show instead of `from`.
            caller_id: Option<String> = text("CallerId");
            /// What the telephone may show as the reason of the call.
            call_reason: Option<String> = text("CallReason");
            /// Of an incoming call, to pass its caller's number on.
            call_token: Option<String> = text("CallToken");
            /// `BY…`: another carrier's trunk.
            byoc: Option<String> = text("Byoc");
        }
    }
}

fn callee(form: &Form<'_>, key: &str) -> Result<String, RestError> {
    address(form, key, 21201, 21211)
}

fn caller(form: &Form<'_>, key: &str) -> Result<String, RestError> {
    address(form, key, 21213, 21212)
}

fn address(form: &Form<'_>, key: &str, missing: u32, bad: u32) -> Result<String, RestError> {
    let text = form.filled(key).ok_or_else(|| RestError::invalid(missing, format!("No '{key}' number is specified")))?;
    let fits = looks_like_a_number(text) || is_address(text);
    if fits { Ok(text.to_owned()) } else { Err(RestError::invalid(bad, format!("{key} is not a valid phone number"))) }
}

parameters! {
    /// A change of a participant.
    ParticipantUpdate {
        optional {
            /// Not heard by the others.
            muted: Option<bool> = flag("Muted");
            /// Neither heard nor hearing: plays `hold_url`.
            hold: Option<bool> = flag("Hold");
            /// What is heard on hold.
            hold_url: Option<String> = url("HoldUrl", INVALID);
            /// How to ask for it; `GET` if not said.
            hold_method: Option<Method> = method("HoldMethod");
            /// Something for this one only to hear.
            announce_url: Option<String> = url("AnnounceUrl", INVALID);
            /// How to ask for it.
            announce_method: Option<Method> = method("AnnounceMethod");
            /// What is heard while waiting; empty text means silence.
            wait_url: Option<String> = url_or_none("WaitUrl", INVALID);
            /// How to ask for it.
            wait_method: Option<Method> = method("WaitMethod");
            /// A tone when this one goes.
            beep_on_exit: Option<bool> = flag("BeepOnExit");
            /// The conference ends with this one.
            end_conference_on_exit: Option<bool> = flag("EndConferenceOnExit");
            /// Speaks to one participant only.
            coaching: Option<bool> = flag("Coaching");
            /// To which.
            call_sid_to_coach: Option<String> = text("CallSidToCoach");
        }
    }
}

impl ParticipantUpdate {
    /// Returns the change that mutes, or unmutes.
    pub fn mute(muted: bool) -> Self {
        Self { muted: Some(muted), ..Self::default() }
    }

    /// Returns the change that puts on hold with something to hear, or takes off it.
    pub fn hold(music: Option<&str>) -> Self {
        Self { hold: Some(true), hold_url: music.map(str::to_owned), ..Self::default() }
    }

    /// Returns the change that takes off hold.
    pub fn unhold() -> Self {
        Self { hold: Some(false), ..Self::default() }
    }

    /// Returns the change that lets this one speak to another only, heard by nobody else.
    pub fn coach(call_sid: impl Into<String>) -> Self {
        Self { coaching: Some(true), call_sid_to_coach: Some(call_sid.into()), ..Self::default() }
    }

    /// Returns the change that plays something to this one only.
    pub fn announce(url: impl Into<String>) -> Self {
        Self { announce_url: Some(url.into()), ..Self::default() }
    }
}

parameters! {
    /// Which participants to list.
    ParticipantFilter {
        optional {
            /// Those that are muted, or not.
            muted: Option<bool> = flag("Muted");
            /// Those on hold, or not.
            hold: Option<bool> = flag("Hold");
            /// Those that coach, or not.
            coaching: Option<bool> = flag("Coaching");
        }
        also ["PageSize", "Page", "PageToken"]
    }
}

impl ParticipantFilter {
    /// Returns whether a participant passes the filter.
    pub fn passes(&self, participant: &ParticipantResource) -> bool {
        let fits = |wanted: Option<bool>, is: Option<bool>| wanted.is_none_or(|wanted| is.unwrap_or(false) == wanted);
        fits(self.muted, participant.muted) && fits(self.hold, participant.hold) && fits(self.coaching, participant.coaching)
    }
}

resource! {
    /// A participant as the API shows it.
    ParticipantResource shows [call_sid, status] {
        /// `AC…`.
        account_sid: String,
        /// `CA…`, by which it is named.
        call_sid: String,
        /// Its other name, if it has one.
        label: String,
        /// `CF…`.
        conference_sid: String,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// The conference ends with this one.
        end_conference_on_exit: bool,
        /// Not heard by the others.
        muted: bool,
        /// On hold.
        hold: bool,
        /// See [`ParticipantStatus`].
        status: String,
        /// The conference begins with this one.
        start_conference_on_enter: bool,
        /// Speaks to one participant only.
        coaching: bool,
        /// To which.
        call_sid_to_coach: String,
        /// Milliseconds that the call waits for its turn, as text; only in the reply to a create.
        #[serde(skip_serializing_if = "Option::is_none")]
        queue_time: String,
        /// The path of the resource.
        uri: String,
    }
}

impl ParticipantResource {
    /// Returns somebody who waits to be rung.
    pub fn queued(account: &str, conference: &str, call: &str) -> Self {
        Self {
            account_sid: Some(account.to_owned()),
            call_sid: Some(call.to_owned()),
            conference_sid: Some(conference.to_owned()),
            end_conference_on_exit: Some(false),
            muted: Some(false),
            hold: Some(false),
            status: Some("queued".into()),
            start_conference_on_enter: Some(true),
            coaching: Some(false),
            queue_time: Some("0".into()),
            uri: Some(format!("/{}/Accounts/{account}/Conferences/{conference}/Participants/{call}.json", super::API_VERSION)),
            ..Self::default()
        }
    }

    /// Returns the state, if said.
    pub fn status(&self) -> Option<ParticipantStatus> {
        self.status.as_deref().map(ParticipantStatus::parse)
    }
}

/// What can be asked of the participants of a conference.
#[derive(Clone, PartialEq, Debug)]
pub enum ParticipantRequest {
    /// Ring somebody and bring them in. Answer 201.
    Add(Box<CreateParticipant>),
    /// List those who are in.
    List {
        /// Which.
        filter: ParticipantFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show one.
    Fetch {
        /// `CA…` or a label.
        participant: String,
    },
    /// Mute, hold, coach, announce.
    Update {
        /// `CA…` or a label.
        participant: String,
        /// What to change.
        update: Box<ParticipantUpdate>,
    },
    /// Remove one. Answer 204.
    Remove {
        /// `CA…` or a label.
        participant: String,
    },
}

impl ParticipantRequest {
    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        let own = |text: &&str| (*text).to_owned();
        Ok(match (asked.method, rest) {
            (Method::Post, []) => Self::Add(Box::new(CreateParticipant::from_form(&asked.form)?)),
            (Method::Get, []) => Self::List { filter: ParticipantFilter::from_form(&asked.query)?, paging: asked.paging()? },
            (Method::Get, [participant]) => Self::Fetch { participant: own(participant) },
            (Method::Post, [participant]) => {
                Self::Update { participant: own(participant), update: Box::new(ParticipantUpdate::from_form(&asked.form)?) }
            }
            (Method::Delete, [participant]) => Self::Remove { participant: own(participant) },
            (_, []) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str, conference: &str) -> HttpRequest {
        let all = format!("{account}/Conferences/{}/Participants", segment(conference));
        let one = |participant: &str| format!("{all}/{}", segment(participant));
        match self {
            Self::Add(participant) => post(all, &participant.to_form()),
            Self::List { filter, paging } => list(all, filter.to_form(), paging),
            Self::Fetch { participant } => get(one(participant)),
            Self::Update { participant, update } => post(one(participant), &update.to_form()),
            Self::Remove { participant } => delete(one(participant)),
        }
    }
}
