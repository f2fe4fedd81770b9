//! `<MultiPartyCall>`: the call hears all others of it, by its role, until it leaves or is taken out, or all of it is over; then it
//! goes on where it says, or ends.

use audio::frame::Frame;
use audio::hold_music::HoldMusic;
use audio::vad::{VoiceActivity, VoiceConfig, VoiceEdge};
use wire::http::Method;
use wire::plivo::callback::{MultipartyCallback, MultipartyEvent, MultipartyLeft};
use wire::plivo::clock::with_offset;
use wire::plivo::decimal::Decimal;
use wire::plivo::document::MultiPartyCall;
use wire::plivo::rest::{EventGroup, Role};
use wire::plivo::status::{CallEvent, HangupSource};

use super::{Doing, Driver, Ending, Mouth};
use crate::clock::wall_clock;
use crate::plivo::fresh_uuid;
use crate::plivo::parties::{Party, Standing, TapeOrder, Termination, TrackKind};
use crate::prompter::keys;
use crate::room::Room;

/// Somebody in a multiparty call.
pub(super) struct Partying {
    noun: MultiPartyCall,
    uuid: String,
    room: Room,
    member: u32,
    /// Nobody has come yet who starts it.
    waits: bool,
    is_held: bool,
    /// What is heard meanwhile, if the document names nothing.
    music: Option<HoldMusic>,
    /// Finds where this participant speaks, if somebody wants to know.
    voice: Option<VoiceActivity>,
}

/// What the API wants of a participant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::plivo) enum PartyOrder {
    /// Be heard, or not.
    Mute(bool),
    /// Wait beside it, or come back.
    Hold(bool),
    /// Be heard by agents alone, or by all.
    Coach(bool),
    /// Leave it.
    Leave,
}

/// How somebody's part ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PartyExit {
    /// All of it is over.
    Over,
    /// They were taken out.
    Kicked,
    /// Their call is over, or goes elsewhere.
    CallGone,
}

impl Partying {
    pub(super) const fn room(&self) -> &Room {
        &self.room
    }
}

impl Driver {
    pub(super) fn join_party(&mut self, noun: MultiPartyCall) {
        self.name_what_is_passed_over(&noun);
        let (account, network) = (&self.service.account, &self.service.network);
        let fresh = || Some((fresh_uuid().ok()?, network.new_room()));
        // One who is not let in goes on with the document.
        let Some((uuid, room, member, changed)) = self.service.parties.join(account, &noun, &self.uuid, fresh) else {
            self.adding_is_over();
            return self.next_verb();
        };
        let enter_sound = noun.enter_sound();
        self.service.sound_in(&room, Some(&enter_sound), noun.enter_sound_method(), || self.document_request(CallEvent::Redirect));
        let speaks_are_told = noun.status_callback_events.contains(&EventGroup::Speaking);
        // Who comes into one that has begun hears no music for a moment.
        let waits = self.service.parties.with_uuid(&uuid, |party| party.standing()) == Some(Standing::Waits);
        let partying = Partying {
            uuid: uuid.clone(),
            room,
            member,
            waits,
            is_held: noun.hold(),
            music: None,
            voice: speaks_are_told.then(|| VoiceActivity::new(VoiceConfig::default())),
            noun,
        };
        if changed.is_new {
            self.party_event(&partying, MultipartyEvent::Initialized, false);
        }
        if changed.has_started {
            self.party_event(&partying, MultipartyEvent::Start, false);
        }
        self.party_event(&partying, MultipartyEvent::Join, true);
        self.adding_is_over();
        let order = TapeOrder::of_document(&partying.noun);
        if partying.noun.record() {
            self.service.parties.with_uuid(&uuid, |party| party.wanted_tape.get_or_insert_with(|| order.clone()).members);
        }
        self.service.begin_wanted_tape(&uuid);
        if partying.noun.record_participant_track() {
            // Who has just come in is not recorded yet.
            let _ = self.service.begin_track(&uuid, member, TrackKind::Own, order);
        }
        self.doing = Doing::Partying(Box::new(partying));
        self.party_music();
    }

    /// Names what a multiparty call can do at Plivo, and not here: of none of it is documented what it does.
    fn name_what_is_passed_over(&self, noun: &MultiPartyCall) {
        let wanted = [
            (noun.wait_time.is_some(), "waitTime"),
            (noun.wait_for_agent == Some(true), "waitForAgent"),
            (noun.record_coach_voice == Some(true), "recordCoachVoice"),
            (noun.status_callback_events.contains(&EventGroup::Audio), "participant-audio-events"),
        ];
        let named = wanted.into_iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, name)| name);
        for name in named.chain(noun.others.iter().map(|(name, _)| name.as_str())) {
            self.unsupported(&format!("MultiPartyCall {name}"));
        }
    }

    /// Lets whoever waits or is held hear what there is for it, and others nothing but each other.
    fn party_music(&mut self) {
        let Doing::Partying(partying) = &mut self.doing else { return };
        let noun = &partying.noun;
        let (url, method) = match (partying.is_held, partying.waits, &noun.role) {
            (true, _, Some(Role::Agent | Role::Supervisor)) => (noun.agent_hold_music_url.clone(), noun.agent_hold_music_method),
            (true, ..) => (noun.customer_hold_music_url.clone(), noun.customer_hold_music_method),
            (false, true, _) => (noun.wait_music_url.clone(), noun.wait_music_method),
            (false, false, _) => {
                partying.music = None;
                return self.stop_aside();
            }
        };
        partying.music = url.is_none().then(HoldMusic::new);
        match url {
            Some(url) => self.hear_aside_by(method.unwrap_or(Method::Get), &url, true),
            None => self.stop_aside(),
        }
    }

    pub(super) fn party_hear(&mut self, down: &mut Frame) {
        let Doing::Partying(partying) = &mut self.doing else { return };
        if !partying.waits && !partying.is_held {
            return;
        }
        match &mut partying.music {
            Some(music) => music.fill(down),
            None => {
                let needs = self.line.prompter.fill(down);
                self.get(Mouth::Document, needs);
                self.aside_again();
            }
        }
    }

    pub(super) fn party_frame(&mut self, up: &Frame, down: &Frame) {
        let pace = self.service.network.config.times.pace;
        let Doing::Partying(partying) = &mut self.doing else { return };
        let standing = self.service.parties.with_uuid(&partying.uuid, |party| {
            if party.standing() == Standing::Runs && party.is_too_long(pace) {
                party.end(Termination::MaxDuration);
            }
            if party.standing() == Standing::Runs {
                party.keep_tracks(partying.member, up, down);
            }
            party.standing()
        });
        match standing {
            None | Some(Standing::Over) => return self.leave_party(PartyExit::Over),
            Some(Standing::Waits) => return,
            Some(Standing::Runs) => {}
        }
        partying.room.say(&self.uuid, up);
        let edge = partying.voice.as_mut().and_then(|voice| voice.push(up));
        if std::mem::take(&mut partying.waits) {
            self.party_music();
        }
        let event = match edge {
            Some(VoiceEdge::Onset { .. }) => MultipartyEvent::SpeakStart,
            Some(VoiceEdge::Offset { .. }) => MultipartyEvent::SpeakStop,
            None => return,
        };
        if let Doing::Partying(partying) = &self.doing {
            self.party_event(partying, event, true);
        }
    }

    pub(super) fn party_key(&self, key: char) {
        let Doing::Partying(partying) = &self.doing else { return };
        if partying.noun.relay_dtmf_inputs() {
            partying.room.sound(&keys(key.encode_utf8(&mut [0; 4])), Some(&self.uuid));
        }
        self.party_event(partying, MultipartyEvent::DigitInput, true);
    }

    /// The API wants something of this participant.
    pub(super) fn party_order(&mut self, order: PartyOrder) {
        let Doing::Partying(partying) = &mut self.doing else { return };
        let (uuid, member) = (partying.uuid.clone(), partying.member);
        let change = |change: fn(&mut wire::plivo::rest::ParticipantResource, bool), is_on: bool| {
            self.service.parties.with_uuid(&uuid, |party| party.change(member, |shown| change(shown, is_on)));
        };
        let event = match order {
            PartyOrder::Mute(is_on) => {
                change(|shown, is_on| shown.mute = Some(is_on), is_on);
                if is_on { MultipartyEvent::Mute } else { MultipartyEvent::Unmute }
            }
            PartyOrder::Hold(is_on) => {
                change(|shown, is_on| shown.hold = Some(is_on), is_on);
                partying.is_held = is_on;
                if is_on { MultipartyEvent::Hold } else { MultipartyEvent::Unhold }
            }
            PartyOrder::Coach(is_on) => {
                change(|shown, is_on| shown.coach_mode = Some(is_on), is_on);
                if is_on { MultipartyEvent::CoachModeStart } else { MultipartyEvent::CoachModeStop }
            }
            PartyOrder::Leave => return self.leave_party(PartyExit::Kicked),
        };
        if matches!(order, PartyOrder::Hold(_)) {
            self.party_music();
        }
        if let Doing::Partying(partying) = &self.doing {
            self.party_event(partying, event, true);
        }
    }

    /// Leaves the multiparty call, if it is in one.
    pub(super) fn leave_party(&mut self, exit: PartyExit) {
        if !matches!(self.doing, Doing::Partying(_)) {
            return;
        }
        let Doing::Partying(partying) = std::mem::replace(&mut self.doing, Doing::Idle) else { return };
        self.stop_aside();
        let (code, why) = match exit {
            PartyExit::Over => (4_020, "Multiparty Call Ended"),
            PartyExit::Kicked => (4_030, "Kicked Out Of Multiparty Call"),
            PartyExit::CallGone => (4_000, "Normal Hangup"),
        };
        let left = self.service.parties.leave(&partying.uuid, partying.member, why);
        self.service.end_tracks(&partying.uuid, partying.member, None);
        let (exit_sound, method) = (partying.noun.exit_sound(), partying.noun.exit_sound_method());
        self.service.sound_in(&partying.room, Some(&exit_sound), method, || self.document_request(CallEvent::Redirect));
        self.party_event(&partying, MultipartyEvent::Exit, true);
        let over = self.service.parties.with_uuid(&partying.uuid, Party::take_end).flatten();
        if let Some(tape) = over {
            self.party_event(&partying, MultipartyEvent::End, false);
            if let Some((tape, samples)) = tape {
                self.service.finish_party_tape(&partying.uuid, &partying.noun.room, tape, samples);
            }
        }
        if exit == PartyExit::CallGone {
            return;
        }
        let Some(url) = partying.noun.on_exit_action_url.clone() else {
            return self.end(Ending { code, source: HangupSource::Plivo, by: "document" });
        };
        let told = MultipartyLeft {
            call: self.parameters(self.status(), Some(CallEvent::Redirect)),
            mpc_uuid: Some(partying.uuid.clone()),
            mpc_name: Some(partying.noun.room.clone()),
            member_id: Some(partying.member.to_string()),
            participant_call_uuid: Some(self.uuid.clone()),
            join_time: left.map(|(joined_at, _)| with_offset(joined_at)),
            end_time: Some(with_offset(wall_clock())),
            role: partying.noun.role.clone(),
            ..MultipartyLeft::default()
        };
        self.act(partying.noun.on_exit_action_method, &url, true, told.to_form().into_owned());
    }

    /// Whoever the API wanted to add has come, or will not.
    pub(super) fn adding_is_over(&mut self) {
        if let Some(noun) = self.adding.take()
            && let Some((told, form)) = self.service.news_of_adding(&noun, &self.uuid, MultipartyEvent::AddCompleted)
        {
            self.hook("multiparty", Some(told.method), told.url, form);
        }
    }

    fn party_event(&self, partying: &Partying, what: MultipartyEvent, is_of_participant: bool) {
        let group = match what {
            MultipartyEvent::SpeakStart | MultipartyEvent::SpeakStop => EventGroup::Speaking,
            MultipartyEvent::DigitInput => EventGroup::Digits,
            _ if is_of_participant => EventGroup::ParticipantChanges,
            _ => EventGroup::StateChanges,
        };
        let pace = self.service.network.config.times.pace;
        let told = self.service.parties.with_uuid(&partying.uuid, |party| {
            let told = party.told.clone().filter(|told| told.groups.contains(&group))?;
            let coaches = party.participants.get(&partying.member).and_then(|participant| participant.shown.coach_mode);
            Some((told, party.next_number(), party.seconds(pace), coaches))
        });
        let Some((told, number, seconds, coaches)) = told.flatten() else { return };
        let is_end = what == MultipartyEvent::End;
        let news = MultipartyCallback {
            mpc_uuid: partying.uuid.clone(),
            mpc_name: Some(partying.noun.room.clone()),
            at: Some(with_offset(wall_clock())),
            sequence_number: Some(number),
            member_id: is_of_participant.then(|| partying.member.to_string()),
            role: partying.noun.role.clone().filter(|_| is_of_participant),
            participant_call_uuid: is_of_participant.then(|| self.uuid.clone()),
            coach_mode: coaches.filter(|_| is_of_participant),
            duration: is_end.then_some(seconds),
            billed_duration: is_end.then_some(seconds.div_ceil(60) * 60),
            billed_amount: is_end.then(|| Decimal::of_micros(0)),
            what: Some(what),
            ..MultipartyCallback::default()
        };
        self.hook("multiparty", Some(told.method), told.url, news.to_form().into_owned());
    }
}
