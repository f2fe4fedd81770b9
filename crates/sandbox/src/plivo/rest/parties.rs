//! Multiparty calls: show, start, end, record, and who takes part.

use std::sync::Arc;
use std::time::Duration;

use telephony::leg::LegState;
use wire::http::{HttpReply, Method};
use wire::plivo::document::MultiPartyCall;
use wire::plivo::party::Party as Number;
use wire::plivo::rest::{
    AddParticipant, AddedCall, CountKey, CreateCall, Members, MembersPlaying, MultipartyFilter, MultipartyId, MultipartyRequest, MultipartyResource,
    Page, ParticipantRequest, ParticipantResource, ParticipantsAdded, ParticipantsChanged, RecordAction, RecordTrack, RecordingStarted, ResourceId,
    RestError, UpdateParticipant, WebUrl,
};

use super::{Answer, Asked, internal, page_of};
use crate::plivo::call::{Guest, Origin, PartyOrder};
use crate::plivo::parties::{Party, TapeOrder, Termination, TrackKind};
use crate::plivo::place::Placing;
use crate::plivo::registry::Command;
use crate::plivo::{Service, fresh_uuid};
use crate::program::samples_of;

/// Seconds that a participant rings, if not said.
const RINGS_S: u32 = 45;

impl Service {
    pub(super) fn party_request(self: &Arc<Self>, request: MultipartyRequest, asked: &Asked<'_>, status: u16) -> Answer {
        let pace = self.network.config.times.pace;
        match request {
            MultipartyRequest::List { filter, paging } => {
                let all = self.parties.all(|party| party.shown(&self.account, pace));
                let all: Vec<MultipartyResource> = all.into_iter().filter(|party| passes(&filter, party)).collect();
                let (items, total) = page_of(&all, &paging);
                Ok(Page::reply(&asked.api_id, asked.target, &paging, &items, total, CountKey::Count))
            }
            MultipartyRequest::Fetch { room } => {
                let shown = self.parties.with(&room, |party| party.shown(&self.account, pace)).ok_or_else(RestError::not_found)?;
                Ok(MultipartyResource { api_id: Some(asked.api_id.clone()), ..shown }.reply(200))
            }
            MultipartyRequest::Start { room } => {
                self.parties.with(&room, Party::start).ok_or_else(RestError::not_found)?;
                Ok(HttpReply::empty(status))
            }
            MultipartyRequest::End { room } => {
                let ends = self.parties.with(&room, |party| party.end(Termination::Hangup));
                if ends == Some(true) { Ok(HttpReply::empty(status)) } else { Err(RestError::not_found()) }
            }
            MultipartyRequest::Record { room, action } => self.record_party(&room, action, asked, status),
            MultipartyRequest::Participant { room, request } => self.participant_request(&room, request, asked, status),
        }
    }

    fn record_party(self: &Arc<Self>, room: &MultipartyId, action: RecordAction, asked: &Asked<'_>, status: u16) -> Answer {
        let live = self.parties.with(room, |party| party.is_live().then(|| (party.uuid.clone(), party.name.clone())));
        let (uuid, name) = live.flatten().ok_or_else(RestError::not_found)?;
        let not_recorded = || RestError::new(404, "the multiparty call is not being recorded");
        match action {
            RecordAction::Start(record) => {
                let order = TapeOrder::of_request(record);
                let format = order.format.clone();
                let id = self.begin_party_tape(&uuid, order);
                let id = id.ok_or_else(|| RestError::new(400, "the multiparty call is being recorded already"))?;
                let started = RecordingStarted {
                    message: Some(format!("MPC: {name} record started")),
                    recording_url: Some(self.recording_url(&id, format.as_str())),
                    recording_id: Some(id),
                    api_id: Some(asked.api_id.clone()),
                    ..RecordingStarted::default()
                };
                Ok(started.reply(status))
            }
            RecordAction::Stop(_) => {
                let taken = self.parties.with_uuid(&uuid, |party| party.tape.take().map(|tape| (tape, party.room.end_tape())));
                let (tape, samples) = taken.flatten().ok_or_else(not_recorded)?;
                self.finish_party_tape(&uuid, &name, tape, samples);
                Ok(HttpReply::empty(status))
            }
            RecordAction::Pause | RecordAction::Resume => {
                let pauses = action == RecordAction::Pause;
                if !self.hold_party_tape(&uuid, pauses) {
                    return Err(not_recorded());
                }
                let what = if pauses { "paused" } else { "resumed" };
                let done = RecordingStarted {
                    message: Some(format!("MPC: {name} record {what}")),
                    api_id: Some(asked.api_id.clone()),
                    ..RecordingStarted::default()
                };
                Ok(done.reply(status))
            }
        }
    }

    /// Records a participant alone, or with what they hear, or both in a file each. Of two the answer names the first, and the news name both.
    fn record_participant(
        self: &Arc<Self>,
        room: &MultipartyId,
        participant: &ResourceId,
        action: RecordAction,
        asked: &Asked<'_>,
        status: u16,
    ) -> Answer {
        let member: u32 = participant.as_str().parse().map_err(|_| RestError::not_found())?;
        let found = self.parties.with(room, |party| {
            let is_in = party.participants.get(&member).is_some_and(|participant| participant.is_in);
            is_in.then(|| (party.uuid.clone(), party.name.clone()))
        });
        let (uuid, name) = found.flatten().ok_or_else(RestError::not_found)?;
        let not_recorded = || RestError::new(404, "the participant is not being recorded");
        let done = |what: &str| RecordingStarted {
            message: Some(format!("MPC: {name} record {what}")),
            api_id: Some(asked.api_id.clone()),
            ..RecordingStarted::default()
        };
        match action {
            RecordAction::Start(record) => {
                let kinds: &[TrackKind] = match record.record_track_type {
                    Some(RecordTrack::Participant) => &[TrackKind::Own],
                    Some(RecordTrack::Both) => &[TrackKind::Own, TrackKind::All],
                    Some(RecordTrack::All) | None => &[TrackKind::All],
                    Some(RecordTrack::Other(_)) => return Err(RestError::invalid("record_track_type", "all, participant or both")),
                };
                let order = TapeOrder::of_request(record);
                let begun = kinds.iter().filter_map(|kind| self.begin_track(&uuid, member, *kind, order.clone())).collect::<Vec<_>>();
                let id = begun.into_iter().next().ok_or_else(|| RestError::new(400, "the participant is being recorded already"))?;
                let recording_url = Some(self.recording_url(&id, order.format.as_str()));
                Ok(RecordingStarted { recording_url, recording_id: Some(id), ..done("started") }.reply(status))
            }
            // Who says nothing ends all of it: programs that know one kind alone say nothing.
            RecordAction::Stop(stop) => {
                let kind = match stop.record_track_type {
                    Some(RecordTrack::Participant) => Some(TrackKind::Own),
                    Some(RecordTrack::All) => Some(TrackKind::All),
                    Some(RecordTrack::Both | RecordTrack::Other(_)) | None => None,
                };
                if self.end_tracks(&uuid, member, kind) { Ok(HttpReply::empty(status)) } else { Err(not_recorded()) }
            }
            RecordAction::Pause if self.hold_tracks(&uuid, member, true) => Ok(done("paused").reply(status)),
            RecordAction::Resume if self.hold_tracks(&uuid, member, false) => Ok(done("resumed").reply(status)),
            RecordAction::Pause | RecordAction::Resume => Err(not_recorded()),
        }
    }

    fn participant_request(self: &Arc<Self>, room: &MultipartyId, request: ParticipantRequest, asked: &Asked<'_>, status: u16) -> Answer {
        match request {
            ParticipantRequest::Add(add) => self.add_participant(room, &add, asked, status),
            ParticipantRequest::List { paging } => {
                let all = self.parties.with(room, |party| {
                    party.participants.values().map(|participant| participant.shown.clone()).collect::<Vec<ParticipantResource>>()
                });
                let (items, total) = page_of(&all.ok_or_else(RestError::not_found)?, &paging);
                Ok(Page::reply(&asked.api_id, asked.target, &paging, &items, total, CountKey::Count))
            }
            ParticipantRequest::Fetch { participant } => {
                let found = self.parties.with(room, |party| {
                    let number: u32 = participant.as_str().parse().ok()?;
                    party.participants.get(&number).map(|participant| participant.shown.clone())
                });
                let shown = found.flatten().ok_or_else(RestError::not_found)?;
                Ok(ParticipantResource { api_id: Some(asked.api_id.clone()), ..shown }.reply(200))
            }
            ParticipantRequest::Update { participants, update } => self.update_participants(room, &participants, &update, asked, status),
            ParticipantRequest::Kick { participant } => {
                self.order_participants(room, &Members::one(participant), &[PartyOrder::Leave])?;
                Ok(HttpReply::empty(status))
            }
            ParticipantRequest::Record { participant, action } => self.record_participant(room, &participant, action, asked, status),
            ParticipantRequest::Play { members, play } => {
                let chosen = self.chosen(room, &members)?;
                let named = chosen.iter().map(|(member, _)| member.clone()).collect();
                let name = self.parties.with(room, |party| party.name.clone());
                self.play_to_participants(room.clone(), chosen.into_iter().map(|(_, call)| call).collect(), play.url.as_str().to_owned());
                let playing = MembersPlaying {
                    message: Some("play queued into MPC".to_owned()),
                    mpc_member_id: Some(named),
                    mpc_name: name,
                    api_id: Some(asked.api_id.clone()),
                    ..MembersPlaying::default()
                };
                Ok(playing.reply(status))
            }
            // What is queued is heard to its end: a room takes sounds and gives none back.
            ParticipantRequest::StopPlay { members } => {
                self.chosen(room, &members)?;
                Ok(HttpReply::empty(status))
            }
        }
    }

    /// Returns the participants that are meant, by member id and call.
    fn chosen(&self, room: &MultipartyId, members: &Members) -> Result<Vec<(String, String)>, RestError> {
        let chosen = self.parties.with(room, |party| {
            let inside = party.participants.values().filter(|participant| participant.is_in);
            let named = inside.filter_map(|participant| participant.shown.member_id.clone().zip(participant.shown.call_uuid.clone()));
            named.filter(|(member, _)| members.include(member)).collect::<Vec<_>>()
        });
        chosen.filter(|chosen| !chosen.is_empty()).ok_or_else(RestError::not_found)
    }

    fn order_participants(&self, room: &MultipartyId, members: &Members, orders: &[PartyOrder]) -> Result<(), RestError> {
        for (_, call) in self.chosen(room, members)? {
            for order in orders {
                // Their call may have ended this moment.
                let _ = self.order(&call, |call| call.state == LegState::InProgress, Command::Party(*order));
            }
        }
        Ok(())
    }

    fn update_participants(&self, room: &MultipartyId, members: &Members, update: &UpdateParticipant, asked: &Asked<'_>, status: u16) -> Answer {
        let mute = update.mute.map(PartyOrder::Mute);
        let hold = update.hold.map(PartyOrder::Hold);
        let coach = update.coach_mode.map(PartyOrder::Coach);
        let orders: Vec<PartyOrder> = [mute, hold, coach].into_iter().flatten().collect();
        if orders.is_empty() {
            return Err(RestError::missing("mute, hold or coach_mode"));
        }
        self.order_participants(room, members, &orders)?;
        let name = self.parties.with(room, |party| party.name.clone()).unwrap_or_default();
        let done = |order: Option<PartyOrder>, what: &str| order.map(|_| format!("MPC: {name} {what} member(s) succeeded"));
        let changed = ParticipantsChanged {
            mute: done(mute, "mute/unmute"),
            hold: done(hold, "hold/unhold"),
            coach_mode: done(coach, "coach mode change of"),
            api_id: Some(asked.api_id.clone()),
            ..ParticipantsChanged::default()
        };
        Ok(changed.reply(status))
    }

    fn play_to_participants(self: &Arc<Self>, room: MultipartyId, calls: Vec<String>, url: String) {
        let service = self.clone();
        self.network.spawn(async move {
            let samples = service.webhooks.fetch(&url).await.ok().and_then(|reply| samples_of(&reply.body)).unwrap_or_default();
            service.parties.with(&room, |party| {
                for call in &calls {
                    party.room.sound_to(call, &samples);
                }
            });
        });
    }

    /// Rings somebody into a multiparty call, or takes a call that lives into it.
    fn add_participant(self: &Arc<Self>, room: &MultipartyId, add: &AddParticipant, asked: &Asked<'_>, status: u16) -> Answer {
        let name = match room {
            MultipartyId::Name(name) => name.as_str().to_owned(),
            MultipartyId::Uuid(_) => self.parties.with(room, |party| party.name.clone()).ok_or_else(RestError::not_found)?,
        };
        let noun = noun_of(add, name);
        let calls = match (&add.call_uuid, &add.from, &add.to) {
            (Some(call), ..) => {
                self.order(call, |call| call.state == LegState::InProgress, Command::JoinParty(Box::new(noun.clone())))?;
                self.tell_adding(&noun, call);
                vec![AddedCall { call_uuid: Some(call.clone()), ..AddedCall::default() }]
            }
            (None, Some(from), Some(to)) => {
                to.all().iter().enumerate().map(|(place, to)| self.ring_participant(add, &noun, (from, to), place)).collect::<Result<Vec<_>, _>>()?
            }
            (None, ..) => return Err(RestError::missing("from")),
        };
        let added = ParticipantsAdded {
            calls: Some(calls),
            message: Some("add participant action initiated".to_owned()),
            request_uuid: fresh_uuid().ok(),
            api_id: Some(asked.api_id.clone()),
            ..ParticipantsAdded::default()
        };
        Ok(added.reply(status))
    }

    fn ring_participant(
        self: &Arc<Self>,
        add: &AddParticipant,
        noun: &MultiPartyCall,
        (from, to): (&str, &str),
        place: usize,
    ) -> Result<AddedCall, RestError> {
        if !self.owns(from) {
            return Err(RestError::invalid("from", "neither a number of the account nor a verified one"));
        }
        let Number::Number(number) = Number::parse(to) else { return Err(RestError::invalid("to", "no number that can be called")) };
        // Nothing is fetched there: who is rung into a multiparty call has no document.
        let nowhere = WebUrl::parse(&self.network.base_url).map_err(|_| internal())?;
        let (told, method) = (add.call_status_callback_url.clone(), add.call_status_callback_method);
        let create = CreateCall {
            caller_name: add.caller_name.clone(),
            send_digits: add.send_digits.clone(),
            ring_url: told.clone(),
            ring_method: method,
            hangup_method: method,
            ..CreateCall::new(from, number.as_e164(), nowhere.clone(), told.unwrap_or(nowhere))
        };
        let ring_s = add.ring_timeout.as_ref().map_or(RINGS_S, |seconds| seconds.of(place));
        let delay = Duration::from_secs(add.delay_dial.as_ref().map_or(0, |seconds| seconds.of(place)).into());
        let config = self.network.leg_config(delay, ring_s, create.time_limit());
        let placed = self.place(Placing {
            leg: self.network.leg_to(&number, config),
            faults: self.network.faults.decide(number.as_e164()),
            create,
            to: number,
            origin: Origin::Party(Box::new(Guest {
                noun: noun.clone(),
                confirm_sound: add
                    .confirm_key_sound_url
                    .as_ref()
                    .map(|url| (url.as_str().to_owned(), add.confirm_key_sound_method.unwrap_or(Method::Get))),
                confirm_key: add.confirm_key.as_ref().and_then(|key| key.chars().next()),
            })),
        });
        let placed = placed.ok_or_else(RestError::too_many_requests)?;
        self.tell_adding(noun, &placed.uuid);
        Ok(AddedCall { to: Some(to.to_owned()), from: Some(from.to_owned()), call_uuid: Some(placed.uuid), ..AddedCall::default() })
    }
}

/// Returns how a document would let somebody in whom the API adds.
fn noun_of(add: &AddParticipant, room: String) -> MultiPartyCall {
    let text = |url: &Option<WebUrl>| url.as_ref().map(|url| url.as_str().to_owned());
    MultiPartyCall {
        max_duration: add.max_duration,
        max_participants: add.max_participants,
        wait_music_url: text(&add.wait_music_url),
        wait_music_method: add.wait_music_method,
        agent_hold_music_url: text(&add.agent_hold_music_url),
        agent_hold_music_method: add.agent_hold_music_method,
        customer_hold_music_url: text(&add.customer_hold_music_url),
        customer_hold_music_method: add.customer_hold_music_method,
        record: add.record,
        record_file_format: add.record_file_format.clone(),
        recording_callback_url: text(&add.recording_callback_url),
        recording_callback_method: add.recording_callback_method.or(Some(Method::Get)),
        status_callback_events: add.status_callback_events.clone(),
        status_callback_url: text(&add.status_callback_url),
        status_callback_method: add.status_callback_method.or(Some(Method::Get)),
        stay_alone: add.stay_alone,
        coach_mode: add.coach_mode,
        mute: add.mute,
        hold: add.hold,
        start_mpc_on_enter: add.start_mpc_on_enter,
        end_mpc_on_exit: add.end_mpc_on_exit,
        enter_sound: add.enter_sound.clone(),
        enter_sound_method: add.enter_sound_method,
        exit_sound: add.exit_sound.clone(),
        exit_sound_method: add.exit_sound_method,
        on_exit_action_url: text(&add.on_exit_action_url),
        on_exit_action_method: add.on_exit_action_method,
        relay_dtmf_inputs: add.relay_dtmf_inputs,
        record_participant_track: add.record_participant_track,
        record_min_member_count: add.record_min_member_count,
        transcript: add.transcript,
        transcription_url: text(&add.transcription_url),
        start_recording_audio: text(&add.start_recording_audio),
        start_recording_audio_method: add.start_recording_audio_method,
        stop_recording_audio: text(&add.stop_recording_audio),
        stop_recording_audio_method: add.stop_recording_audio_method,
        ..MultiPartyCall::joined_as(add.role.clone(), room)
    }
}

fn passes(filter: &MultipartyFilter, party: &MultipartyResource) -> bool {
    let same = |wanted: Option<&str>, is: &Option<String>| wanted.is_none() || wanted == is.as_deref();
    same(filter.friendly_name.as_deref(), &party.friendly_name)
        && same(filter.status.as_ref().map(|status| status.as_str()), &party.status)
        && same(filter.sub_account.as_deref(), &party.sub_account)
        && (filter.termination_cause_code.is_none() || filter.termination_cause_code == party.termination_cause_code)
        && filter.creation_time.contains(party.creation_time.as_deref().and_then(wire::date::parse))
        && filter.end_time.contains(party.end_time.as_deref().and_then(wire::date::parse))
}
