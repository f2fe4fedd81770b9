//! `<Conference>`: the call hears all others of it, until it leaves or is taken out, or the conference is over; then its document
//! goes on.

use audio::frame::Frame;
use audio::vad::{VoiceActivity, VoiceConfig, VoiceEdge};
use telephony::SessionTime;
use wire::http::Method;
use wire::plivo::callback::{CallParameters, ConferenceCallback, ConferenceEvent, ConferenceLeft};
use wire::plivo::document::Conference;
use wire::plivo::rest::ConferenceMember;
use wire::plivo::status::CallEvent;

use super::{Doing, Driver, Mouth};
use crate::clock::wall_clock;
use crate::plivo::conferences::{Joining, Standing};
use crate::plivo::fresh_uuid;
use crate::plivo::room_recording::{RoomCallback, RoomRecording, RoomStyle};
use crate::prompter::keys;
use crate::room::Room;

/// Somebody in a conference.
pub(super) struct Conferring {
    noun: Conference,
    uuid: String,
    member: String,
    room: Room,
    until: SessionTime,
    keys: String,
    /// Nobody has come yet who begins it.
    waits: bool,
    /// Was not alone once.
    had_company: bool,
    /// Finds where this member speaks, if somebody wants to know.
    floor: Option<VoiceActivity>,
}

impl Driver {
    pub(super) fn confer(&mut self, noun: Conference) {
        let commands = self.service.registry.with(|shelves| shelves.calls.get(&self.uuid).map(|call| call.commands.clone()));
        let Some(commands) = commands else { return self.next_verb() };
        let member = self.service.next_member();
        let text = |text: String| Some(text);
        let (from, to) = self.ends();
        let shown = ConferenceMember {
            muted: Some(noun.muted()),
            deaf: Some(false),
            member_id: text(member.clone()),
            from: text(from.trim_start_matches('+').to_owned()),
            to: text(to),
            caller_name: text(self.create.caller_name.clone().unwrap_or_default()),
            direction: text(self.origin.direction().as_str().to_owned()),
            call_uuid: text(self.uuid.clone()),
            ..ConferenceMember::default()
        };
        let joining = Joining {
            call: self.uuid.clone(),
            id: member.clone(),
            commands,
            is_muted: noun.muted(),
            begins: noun.start_conference_on_enter(),
            ends_on_exit: noun.end_conference_on_exit(),
            shown,
        };
        let network = &self.service.network;
        let joined = self.service.conferences.join(&noun.room, noun.max_members(), joining, || Some((fresh_uuid().ok()?, network.new_room())));
        let Some((uuid, room)) = joined else { return self.next_verb() };
        self.service.sound_in(&room, noun.enter_sound.as_deref(), Method::Post, || self.document_request(CallEvent::Redirect));
        let until = self.line.clock.now() + std::time::Duration::from_secs(noun.time_limit().into());
        let floor = noun.floor_event().then(|| VoiceActivity::new(VoiceConfig::default()));
        let waits = self.service.conferences.standing(&noun.room).0 == Standing::Waits;
        let wait_sound = noun.wait_sound.clone().filter(|_| waits);
        let conferring = Conferring { noun, uuid, member, room, until, keys: String::new(), waits, had_company: false, floor };
        self.conference_event(&conferring, ConferenceEvent::Enter, "ConferenceEnter", None);
        self.record_room(&conferring);
        self.doing = Doing::Conferring(Box::new(conferring));
        match wait_sound {
            Some(url) => self.hear_aside(&url, true),
            None => self.stop_aside(),
        }
    }

    /// Begins to record the conference, if the document wants it and nobody does so yet.
    fn record_room(&self, conferring: &Conferring) {
        let noun = &conferring.noun;
        let Some(id) = noun.record().then(fresh_uuid).and_then(Result::ok) else { return };
        let style = RoomStyle::Document { call: self.uuid.clone(), member: conferring.member.clone() };
        let recording = RoomRecording {
            id,
            format: noun.record_file_format(),
            callback: noun.callback_url.clone().map(|url| RoomCallback { url, method: noun.callback_method, style }),
            transcription: noun.transcription_url.clone().map(|url| (url, noun.transcription_method)),
            began_at: wall_clock(),
        };
        // Somebody else may have begun it already.
        let _ = self.service.begin_room(&noun.room, recording);
    }

    /// Lets whoever waits hear what there is for the waiting.
    pub(super) fn confer_wait_hear(&mut self, down: &mut Frame) {
        if matches!(&self.doing, Doing::Conferring(conferring) if conferring.waits) {
            let needs = self.line.prompter.fill(down);
            self.get(Mouth::Document, needs);
            self.aside_again();
        }
    }

    /// Returns where others are heard, if it is in a conference or connected.
    fn room(&self) -> Option<Room> {
        match &self.doing {
            Doing::Conferring(conferring) => Some(conferring.room.clone()),
            Doing::Dialing(dialing) => dialing.room().cloned(),
            Doing::Linked(linked) => linked.room().cloned(),
            Doing::Partying(partying) => Some(partying.room().clone()),
            _ => None,
        }
    }

    /// Adds what the others say.
    pub(super) fn room_hear(&mut self, down: &mut Frame) {
        let Some(room) = self.room() else { return };
        let slot = self.line.slot(&self.service.network);
        for other in room.hear(&self.uuid, slot, down) {
            self.note(|truth| {
                if !truth.heard_calls.contains(&other) {
                    truth.heard_calls.push(other);
                }
            });
        }
    }

    pub(super) fn confer_frame(&mut self, up: &Frame) {
        let Doing::Conferring(conferring) = &mut self.doing else { return };
        let (standing, members) = self.service.conferences.standing(&conferring.noun.room);
        match standing {
            Standing::Waits => return,
            Standing::Runs => {}
            Standing::Over => return self.leave_conference(true),
        }
        conferring.had_company |= members > 1;
        let is_left_alone = conferring.had_company && members == 1 && !conferring.noun.stay_alone();
        if is_left_alone || conferring.until <= self.line.clock.now() {
            return self.leave_conference(true);
        }
        conferring.room.say(&self.uuid, up);
        let has_floor = conferring.floor.as_mut().and_then(|floor| floor.push(up));
        if std::mem::take(&mut conferring.waits) {
            self.stop_aside();
        }
        if matches!(has_floor, Some(VoiceEdge::Onset { .. }))
            && let Doing::Conferring(conferring) = &self.doing
        {
            self.conference_event(conferring, ConferenceEvent::Floor, "ConferenceFloor", None);
        }
    }

    pub(super) fn confer_key(&mut self, key: char) {
        let Doing::Conferring(conferring) = &mut self.doing else { return };
        if key == '*' && conferring.noun.hangup_on_star() {
            return self.leave_conference(true);
        }
        if conferring.noun.relay_dtmf() {
            conferring.room.sound(&keys(key.encode_utf8(&mut [0; 4])), Some(&self.uuid));
        }
        conferring.keys.push(key);
        let wanted = conferring.noun.digits_match.clone().unwrap_or_default();
        let matched = wanted.split(',').map(str::trim).find(|wanted| !wanted.is_empty() && conferring.keys.ends_with(wanted));
        if let Some(digits) = matched.map(str::to_owned) {
            conferring.keys.clear();
            if let Doing::Conferring(conferring) = &self.doing {
                self.conference_event(conferring, ConferenceEvent::Digits, "ConferenceDigits", Some(digits));
            }
        }
    }

    /// Leaves the conference, if it is in one; its document goes on if that is wanted.
    pub(super) fn leave_conference(&mut self, goes_on: bool) {
        if !matches!(self.doing, Doing::Conferring(_)) {
            return;
        }
        let Doing::Conferring(conferring) = std::mem::replace(&mut self.doing, Doing::Idle) else { return };
        self.stop_aside();
        let room = conferring.noun.room.as_str();
        let tape = self.service.conferences.with(room, |conference| conference.recording.as_ref().map(|tape| (tape.id.clone(), tape.format.clone())));
        let recorded = self.service.conferences.leave(room, &self.uuid);
        if let Some((recording, samples)) = recorded {
            self.service.finish_room((room, &conferring.uuid), recording, samples);
        }
        let exit_sound = conferring.noun.exit_sound.as_deref();
        self.service.sound_in(&conferring.room, exit_sound, Method::Post, || self.document_request(CallEvent::Redirect));
        self.conference_event(&conferring, ConferenceEvent::Exit, "ConferenceExit", None);
        if !goes_on {
            return;
        }
        let tape = tape.flatten();
        let Some(action) = conferring.noun.action.clone() else { return self.next_verb() };
        let left = ConferenceLeft {
            call: self.parameters(self.status(), Some(CallEvent::Redirect)),
            conference_name: Some(conferring.noun.room.clone()),
            conference_uuid: Some(conferring.uuid.clone()),
            member_id: Some(conferring.member.clone()),
            record_url: Some(tape.as_ref().map(|(id, format)| self.service.recording_url(id, format.as_str())).unwrap_or_default()),
            recording_id: Some(tape.map(|(id, _)| id).unwrap_or_default()),
            ..ConferenceLeft::default()
        };
        self.act(conferring.noun.method, &action, conferring.noun.redirect(), left.to_form().into_owned());
    }

    fn conference_event(&self, conferring: &Conferring, what: ConferenceEvent, event: &str, digits: Option<String>) {
        let Some(url) = conferring.noun.callback_url.clone() else { return };
        let callback = ConferenceCallback {
            call: CallParameters { call_uuid: self.uuid.clone(), event: Some(CallEvent::parse(event)), ..CallParameters::default() },
            what: Some(what),
            conference_name: Some(conferring.noun.room.clone()),
            conference_uuid: Some(conferring.uuid.clone()),
            member_id: Some(conferring.member.clone()),
            digits,
            ..ConferenceCallback::default()
        };
        self.hook("conference", conferring.noun.callback_method, url, callback.to_form().into_owned());
    }
}
