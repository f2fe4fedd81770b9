//! The multiparty calls of the account: who is in them and who was, what they cost, what of them is recorded.
//!
//! One lives from the first participant to the last, or until somebody ends it; afterwards it is shown by its UUID alone, and
//! its name is free again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use audio::frame::Frame;
use telephony::Timestamp;
use wire::http::Method;
use wire::plivo::clock::with_offset;
use wire::plivo::decimal::Decimal;
use wire::plivo::document::MultiPartyCall;
use wire::plivo::rest::{
    AuthId, EventGroup, FileFormat, MultipartyId, MultipartyResource, MultipartyStatus, ParticipantResource, RecordMultiparty, Role,
};

use super::room_sounds::Cue;
use crate::clock::wall_clock;
use crate::room::{Part, Room};
use crate::shelf::Shelf;
use crate::tape::{Reel, Sides};

/// Multiparty calls that are remembered.
const MOST: usize = 1_000;

/// Why one ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Termination {
    /// Nobody is left.
    NobodyLeft,
    /// Somebody was left alone who may not be.
    Alone,
    /// It lasted too long.
    MaxDuration,
    /// The API ended it, or a participant left with whom it ends.
    Hangup,
}

impl Termination {
    /// Returns Plivo's code and words for it.
    const fn shown(self) -> (u32, &'static str) {
        match self {
            Self::NobodyLeft => (1_000, "No Active Participants"),
            Self::Alone => (1_010, "Stay Alone Not Permitted"),
            Self::MaxDuration => (2_000, "Max Duration"),
            Self::Hangup => (3_000, "Hangup API"),
        }
    }
}

/// One who takes part, or did.
pub struct Participant {
    /// How the API shows them.
    pub shown: ParticipantResource,
    joined_at: Timestamp,
    ends_on_exit: bool,
    /// Still takes part.
    pub is_in: bool,
    /// What is recorded of them, one of a kind at most.
    tracks: Vec<Track>,
}

/// Which sound of a participant is recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TrackKind {
    /// What they say.
    Own,
    /// What they say and what they hear, each on a channel.
    All,
}

/// One participant's own recording in progress.
struct Track {
    kind: TrackKind,
    tape: PartyTape,
    reel: Reel,
}

/// Where states of it are told.
#[derive(Clone)]
pub struct Told {
    /// The address.
    pub url: String,
    /// How to report there.
    pub method: Method,
    /// What is told.
    pub groups: Vec<EventGroup>,
}

/// How something is to be recorded.
#[derive(Clone, Debug)]
pub struct TapeOrder {
    /// In which form.
    pub format: FileFormat,
    /// Where its states are told.
    pub callback: Option<(String, Method)>,
    /// Whether it is written down.
    pub is_written_down: bool,
    /// Where the words are sent.
    pub words_to: Option<String>,
    /// What all hear when it begins.
    pub begins_with: Option<Cue>,
    /// What all hear when it ends.
    pub ends_with: Option<Cue>,
    /// It begins once so many take part.
    pub members: usize,
}

impl TapeOrder {
    /// Returns how a request wants it.
    pub fn of_request(record: RecordMultiparty) -> Self {
        let method = record.recording_callback_method.unwrap_or(Method::Get);
        Self {
            format: record.file_format.unwrap_or(FileFormat::Mp3),
            callback: record.recording_callback_url.map(|url| (url.as_str().to_owned(), method)),
            is_written_down: false,
            words_to: None,
            begins_with: None,
            ends_with: None,
            members: 1,
        }
    }

    /// Returns how the document of a participant wants it.
    pub fn of_document(noun: &MultiPartyCall) -> Self {
        let cue = |url: &Option<String>, method: Method| url.clone().map(|url| Cue { url, method });
        Self {
            format: noun.record_file_format(),
            callback: noun.recording_callback_url.clone().map(|url| (url, noun.recording_callback_method.unwrap_or(Method::Post))),
            is_written_down: noun.transcript(),
            words_to: noun.transcription_url.clone(),
            begins_with: cue(&noun.start_recording_audio, noun.start_recording_audio_method()),
            ends_with: cue(&noun.stop_recording_audio, noun.stop_recording_audio_method()),
            members: noun.record_min_member_count() as usize,
        }
    }
}

/// A recording of it in progress.
pub struct PartyTape {
    /// Its name.
    pub id: String,
    /// How it is recorded.
    pub order: TapeOrder,
    /// When it began.
    pub began_at: Timestamp,
    /// Nothing is recorded just now.
    pub is_paused: bool,
}

/// One multiparty call.
pub struct Party {
    /// Its UUID.
    pub uuid: String,
    /// Its name.
    pub name: String,
    /// Where they hear each other.
    pub room: Room,
    /// By member id, those who left as well.
    pub participants: BTreeMap<u32, Participant>,
    /// What is recorded of it.
    pub tape: Option<PartyTape>,
    /// How it is to be recorded once enough take part.
    pub wanted_tape: Option<TapeOrder>,
    /// Where states of it are told: as who said so first wanted.
    pub told: Option<Told>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    ended: Option<(Timestamp, Termination)>,
    had_company: bool,
    most: u32,
    max_duration: u32,
    stay_alone: bool,
    sequence: u32,
    end_is_told: bool,
}

/// What it is at for a participant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Nobody who starts it has come yet.
    Waits,
    /// They hear each other.
    Runs,
    /// It is over.
    Over,
}

/// What the end of somebody's part, or a beginning, changed.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Changed {
    /// It came to be.
    pub is_new: bool,
    /// It started.
    pub has_started: bool,
    /// It ended.
    pub has_ended: bool,
}

impl Party {
    /// Returns the next number of its news.
    pub const fn next_number(&mut self) -> u32 {
        self.sequence += 1;
        self.sequence
    }

    /// Returns whether it has not ended.
    pub const fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    /// Returns how many take part.
    pub fn count(&self) -> usize {
        self.participants.values().filter(|participant| participant.is_in).count()
    }

    /// Returns what it is at.
    pub const fn standing(&self) -> Standing {
        match (self.ended, self.started_at) {
            (Some(_), _) => Standing::Over,
            (None, Some(_)) => Standing::Runs,
            (None, None) => Standing::Waits,
        }
    }

    /// Starts it; false if it runs or is over.
    pub fn start(&mut self) -> bool {
        let starts = self.standing() == Standing::Waits;
        if starts {
            self.started_at = Some(wall_clock());
        }
        starts
    }

    /// Ends it; false if it is over. Those who are in it go on with their documents, or end.
    pub fn end(&mut self, why: Termination) -> bool {
        let ends = self.is_live();
        if ends {
            self.ended = Some((wall_clock(), why));
        }
        ends
    }

    /// Returns whether somebody is left alone who may not be.
    pub const fn is_left_alone(&self, count: usize) -> bool {
        self.had_company && count == 1 && !self.stay_alone
    }

    /// Returns whether it has lasted as long as it may.
    pub fn is_too_long(&self, pace: f64) -> bool {
        self.seconds(pace) >= self.max_duration
    }

    /// Returns how long it lasted, in seconds of its calls, which are faster than life in tests only.
    pub fn seconds(&self, pace: f64) -> u32 {
        let Some(started_at) = self.started_at else { return 0 };
        let until = self.ended.map_or_else(wall_clock, |(at, _)| at);
        let millis = u64::try_from(until.as_millis() - started_at.as_millis()).unwrap_or(0);
        u32::try_from(Duration::from_millis(millis).mul_f64(pace).as_secs()).unwrap_or(u32::MAX)
    }

    /// Returns once, when it is over, that this must be told, with what was recorded until then.
    pub fn take_end(&mut self) -> Option<Option<(PartyTape, Vec<i16>)>> {
        if self.is_live() || std::mem::replace(&mut self.end_is_told, true) {
            return None;
        }
        Some(self.tape.take().map(|tape| (tape, self.room.end_tape())))
    }

    /// Returns how the API shows it.
    pub fn shown(&self, account: &AuthId, pace: f64) -> MultipartyResource {
        let status = match (self.ended, self.started_at) {
            (Some(_), _) => MultipartyStatus::Ended,
            (None, Some(_)) => MultipartyStatus::Active,
            (None, None) => MultipartyStatus::Initialized,
        };
        let recording = match &self.tape {
            Some(tape) if tape.is_paused => "paused",
            Some(_) => "recording",
            None => "not-recording",
        };
        let uri = format!("/v1/Account/{account}/MultiPartyCall/uuid_{}/", self.uuid);
        let ended_after = self.ended.map(|_| self.seconds(pace));
        let termination = self.ended.map(|(_, why)| why.shown());
        MultipartyResource {
            mpc_uuid: Some(self.uuid.clone()),
            friendly_name: Some(self.name.clone()),
            status: Some(status.as_str().to_owned()),
            creation_time: Some(with_offset(self.created_at)),
            start_time: self.started_at.map(with_offset),
            end_time: self.ended.map(|(at, _)| with_offset(at)),
            duration: ended_after,
            billed_duration: ended_after.map(|seconds| seconds.div_ceil(60) * 60),
            billed_amount: ended_after.map(|_| Decimal::of_micros(0)),
            max_participants: Some(self.most),
            max_duration: Some(self.max_duration),
            stay_alone: Some(self.stay_alone),
            recording: Some(recording.to_owned()),
            participants: Some(format!("{uri}Participant/")),
            termination_cause: termination.map(|(_, text)| text.to_owned()),
            termination_cause_code: termination.map(|(code, _)| code),
            resource_uri: Some(uri),
            ..MultipartyResource::default()
        }
    }

    /// Changes how somebody takes part, and how that is shown.
    pub fn change(&mut self, member: u32, change: impl FnOnce(&mut ParticipantResource)) {
        let agent = self.agent();
        let Some(participant) = self.participants.get_mut(&member) else { return };
        change(&mut participant.shown);
        let part = part_of(&participant.shown, agent.as_deref());
        if let Some(call) = &participant.shown.call_uuid {
            self.room.change(call, |place| *place = part);
        }
    }

    /// Returns how it is to be recorded, once, when enough take part and nothing of it is recorded yet.
    pub fn take_wanted_tape(&mut self) -> Option<TapeOrder> {
        let count = self.count();
        self.wanted_tape.take_if(|order| count >= order.members)
    }

    /// Begins to record a participant, and returns their call; `None` if that is done already, or they take no part.
    pub fn begin_track(&mut self, member: u32, kind: TrackKind, tape: PartyTape) -> Option<String> {
        let participant = self.participants.get_mut(&member)?;
        if !participant.is_in || participant.tracks.iter().any(|track| track.kind == kind) {
            return None;
        }
        let mut reel = match kind {
            TrackKind::Own => Reel::of_sides(Sides::Callee, false),
            TrackKind::All => Reel::of_sides(Sides::Both, true),
        };
        reel.skips_pause = true;
        participant.tracks.push(Track { kind, tape, reel });
        participant.shown.call_uuid.clone()
    }

    /// Holds what is recorded of a participant, or goes on with it, and returns that: what is in a state for it.
    pub fn hold_tracks(&mut self, member: u32, is_held: bool) -> Vec<&PartyTape> {
        let tracks = self.participants.get_mut(&member).into_iter().flat_map(|participant| &mut participant.tracks);
        let change = |track: &mut Track| {
            let changes = track.tape.is_paused != is_held;
            (track.tape.is_paused, track.reel.is_paused) = (is_held, is_held);
            changes
        };
        tracks.filter_map(|track| change(track).then_some(&track.tape)).collect()
    }

    /// Keeps what a participant says and hears now, if they are recorded.
    pub fn keep_tracks(&mut self, member: u32, up: &Frame, down: &Frame) {
        for track in self.participants.get_mut(&member).into_iter().flat_map(|participant| &mut participant.tracks) {
            track.reel.push(up, down);
        }
    }

    /// Takes away what is recorded of a participant, of one kind or of each.
    pub fn take_tracks(&mut self, member: u32, kind: Option<TrackKind>) -> Vec<(PartyTape, Reel)> {
        let Some(participant) = self.participants.get_mut(&member) else { return Vec::new() };
        let taken = participant.tracks.extract_if(.., |track| kind.is_none_or(|kind| kind == track.kind));
        taken.map(|track| (track.tape, track.reel)).collect()
    }

    /// Returns the call of an agent, whom supervisors coach.
    fn agent(&self) -> Option<String> {
        let is_agent = |participant: &&Participant| participant.is_in && participant.shown.role.as_deref() == Some(Role::Agent.as_str());
        self.participants.values().find(is_agent).and_then(|participant| participant.shown.call_uuid.clone())
    }
}

/// Returns how somebody hears and is heard. A supervisor who coaches is heard by an agent alone.
fn part_of(shown: &ParticipantResource, agent: Option<&str>) -> Part {
    let coaches = shown.coach_mode == Some(true) && shown.role.as_deref() == Some(Role::Supervisor.as_str());
    Part {
        is_muted: shown.mute == Some(true) || coaches && agent.is_none(),
        is_on_hold: shown.hold == Some(true),
        coaches: agent.filter(|_| coaches).map(str::to_owned),
        ..Part::default()
    }
}

/// All of them.
pub struct Parties(Mutex<Kept>);

struct Kept {
    parties: Shelf<Party>,
    members: u32,
}

impl Default for Parties {
    fn default() -> Self {
        Self(Mutex::new(Kept { parties: Shelf::new(MOST), members: 0 }))
    }
}

impl Parties {
    /// Does something with one of them; nothing in it may wait. A name leads to the one that lives.
    pub fn with<T>(&self, room: &MultipartyId, act: impl FnOnce(&mut Party) -> T) -> Option<T> {
        let mut kept = self.lock();
        let uuid = match room {
            MultipartyId::Uuid(uuid) => uuid.as_str().to_owned(),
            MultipartyId::Name(name) => kept.live(name.as_str())?,
        };
        kept.parties.get_mut(&uuid).map(act)
    }

    /// The same by UUID.
    pub fn with_uuid<T>(&self, uuid: &str, act: impl FnOnce(&mut Party) -> T) -> Option<T> {
        self.lock().parties.get_mut(uuid).map(act)
    }

    /// Returns something of each, the newest first.
    pub fn all<T>(&self, show: impl Fn(&Party) -> T) -> Vec<T> {
        self.lock().parties.newest_first().map(show).collect()
    }

    /// Lets a call in, and returns the UUID, the room, the member's id and what that changed. `None` if so many are in it already.
    pub fn join(
        &self,
        account: &AuthId,
        noun: &MultiPartyCall,
        call: &str,
        fresh: impl FnOnce() -> Option<(String, Room)>,
    ) -> Option<(String, Room, u32, Changed)> {
        let mut kept = self.lock();
        let mut changed = Changed::default();
        let uuid = match kept.live(&noun.room) {
            Some(uuid) => uuid,
            None => {
                changed.is_new = true;
                let (uuid, room) = fresh()?;
                kept.parties.add(uuid.clone(), new_party(uuid.clone(), room, noun));
                uuid
            }
        };
        kept.members += 1;
        let member = kept.members;
        let party = kept.parties.get_mut(&uuid)?;
        if party.count() >= party.most as usize {
            return None;
        }
        if party.told.is_none() {
            party.told = told_of(noun);
        }
        let agent = party.agent();
        let shown = new_participant(account, &uuid, member, noun, call);
        party.room.enter(call, part_of(&shown, agent.as_deref()));
        let (joined_at, ends_on_exit) = (wall_clock(), noun.end_mpc_on_exit());
        party.participants.insert(member, Participant { shown, joined_at, ends_on_exit, is_in: true, tracks: Vec::new() });
        changed.has_started = noun.start_mpc_on_enter() && party.start();
        party.had_company |= party.count() > 1;
        Some((uuid.clone(), party.room.clone(), member, changed))
    }

    /// Somebody goes. Returns when they had come, and whether it ended with that.
    pub fn leave(&self, uuid: &str, member: u32, why: &str) -> Option<(Timestamp, Changed)> {
        let mut kept = self.lock();
        let party = kept.parties.get_mut(uuid)?;
        let gone = party.participants.get_mut(&member).filter(|participant| participant.is_in)?;
        gone.is_in = false;
        gone.shown.exit_time = Some(with_offset(wall_clock()));
        gone.shown.exit_cause = Some(why.to_owned());
        let (joined_at, ends) = (gone.joined_at, gone.ends_on_exit);
        if let Some(call) = &gone.shown.call_uuid {
            party.room.leave(call);
        }
        let has_ended = match party.count() {
            0 => party.end(Termination::NobodyLeft),
            _ if ends => party.end(Termination::Hangup),
            count if party.is_left_alone(count) => party.end(Termination::Alone),
            _ => false,
        };
        Some((joined_at, Changed { has_ended, ..Changed::default() }))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn live(&self, name: &str) -> Option<String> {
        self.parties.newest_first().find(|party| party.name == name && party.is_live()).map(|party| party.uuid.clone())
    }
}

/// Returns where a participant's document or request wants states told.
pub fn told_of(noun: &MultiPartyCall) -> Option<Told> {
    let url = noun.status_callback_url.clone()?;
    let groups = if noun.status_callback_events.is_empty() {
        vec![EventGroup::StateChanges, EventGroup::ParticipantChanges]
    } else {
        noun.status_callback_events.clone()
    };
    Some(Told { url, method: noun.status_callback_method.unwrap_or(Method::Post), groups })
}

fn new_party(uuid: String, room: Room, noun: &MultiPartyCall) -> Party {
    Party {
        uuid,
        name: noun.room.clone(),
        room,
        participants: BTreeMap::new(),
        tape: None,
        wanted_tape: None,
        told: None,
        created_at: wall_clock(),
        started_at: None,
        ended: None,
        had_company: false,
        most: noun.max_participants(),
        max_duration: noun.max_duration(),
        stay_alone: noun.stay_alone(),
        sequence: 0,
        end_is_told: false,
    }
}

fn new_participant(account: &AuthId, uuid: &str, member: u32, noun: &MultiPartyCall, call: &str) -> ParticipantResource {
    let text = |text: &str| Some(text.to_owned());
    ParticipantResource {
        member_id: Some(member.to_string()),
        mpc_uuid: text(uuid),
        call_uuid: text(call),
        role: noun.role.as_ref().map(|role| role.as_str().to_owned()),
        coach_mode: Some(noun.coach_mode()),
        mute: Some(noun.mute()),
        hold: Some(noun.hold()),
        join_time: Some(with_offset(wall_clock())),
        start_mpc_on_enter: Some(noun.start_mpc_on_enter()),
        end_mpc_on_exit: Some(noun.end_mpc_on_exit()),
        resource_uri: Some(format!("/v1/Account/{account}/MultiPartyCall/uuid_{uuid}/Participant/{member}/")),
        ..ParticipantResource::default()
    }
}
