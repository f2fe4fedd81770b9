//! `<Dial><Conference>`: the call takes part in a conference until that ends, or it leaves, or is removed.
//!
//! Who waits for the others, or is on hold, hears a document of their own. The first who comes with `record` has the whole
//! conference recorded, to its end; the file is made by whichever call sees that first.

use audio::frame::Frame;
use audio::vad::{VoiceActivity, VoiceConfig, VoiceEdge};
use wire::http::Method;
use wire::twilio::callback::{ConferenceNews, DialStatus, Dialed, LeftBecause};
use wire::twilio::document::{Conference as Noun, Dial};
use wire::twilio::rest::ConferenceEvent;
use wire::twilio::status::CallStatus;

use super::relay::extra_of;
use super::stay::{Backdrop, Because, Stay};
use super::{Doing, Driver, Script};
use crate::room::Room;
use crate::twilio::conferences::{Full, Standing};
use crate::twilio::webhooks::resolve;

/// A call in a conference.
pub(super) struct Conferring {
    dial: Dial,
    noun: Noun,
    conference: String,
    room: Room,
    /// The call's own document.
    outer: Script,
    standing: Option<Standing>,
    has_talked: bool,
    voice: Option<VoiceActivity>,
}

impl Conferring {
    pub(super) fn room(&self) -> Room {
        self.room.clone()
    }

    pub(super) fn ends_at(&self, key: char) -> bool {
        key == '*' && self.dial.hangup_on_star
    }
}

impl Driver {
    pub(super) fn confer(&mut self, dial: Dial, mut noun: Noun) {
        let base = self.script.url.clone();
        for url in [&mut noun.status_callback, &mut noun.recording_status_callback] {
            *url = url.as_deref().and_then(|url| resolve(base.as_deref(), url).ok());
        }
        let account = self.service.credentials.account_sid.clone();
        let Some(conference) = self.service.conference_named(&noun.name) else { return self.application_error(20_500) };
        let entered =
            self.service.conferences.with(&conference, |conference| conference.enter(&account, &self.sid, &noun).map(|()| conference.room.clone()));
        let room = match entered {
            Some(Ok(room)) => room,
            Some(Err(Full)) | None => return self.confer_over(&dial, false, DialStatus::Failed),
        };
        let voice = noun.status_events.contains(&ConferenceEvent::Speaker).then(|| VoiceActivity::new(VoiceConfig::default()));
        let outer = self.set_aside();
        self.doing = Doing::Staying;
        let conferring = Conferring { dial, noun, conference, room, outer, standing: None, has_talked: false, voice };
        self.stay = Some(Stay::Conference(Box::new(conferring)));
        self.look_around();
    }

    pub(super) fn confer_frame(&mut self, up: &Frame) {
        let Some(Stay::Conference(conferring)) = &mut self.stay else { return };
        if conferring.standing == Some(Standing::Talks) {
            conferring.room.say(&self.sid, up);
        }
        let news = match conferring.voice.as_mut().and_then(|voice| voice.push(up)) {
            Some(VoiceEdge::Onset { .. }) => Some(ConferenceNews::SpeechStart),
            Some(VoiceEdge::Offset { .. }) => Some(ConferenceNews::SpeechStop),
            None => None,
        };
        if let Some(news) = news.filter(|_| conferring.standing == Some(Standing::Talks)) {
            self.service.conferences.with(&conferring.conference, |conference| conference.tell_of(news, &self.sid, |_| {}));
        }
        self.look_around();
    }

    /// Looks whether something has changed for this call.
    fn look_around(&mut self) {
        let Some(Stay::Conference(conferring)) = &self.stay else { return };
        let seen = self.service.conferences.with(&conferring.conference, |conference| (conference.standing(&self.sid), conference.take_tape()));
        let (standing, tape) = seen.unwrap_or((Standing::MustLeave(LeftBecause::ConferenceEnded), None));
        if let Some((tape, samples)) = tape {
            self.finish_room(tape, samples);
        }
        let Some(Stay::Conference(conferring)) = &mut self.stay else { return };
        if conferring.standing.as_ref() == Some(&standing) {
            return;
        }
        conferring.standing = Some(standing.clone());
        // Relative addresses count from the document that led here.
        self.script.url.clone_from(&conferring.outer.url);
        match standing {
            Standing::Waits => {
                let (url, method) = (conferring.noun.wait_url.clone(), conferring.noun.wait_method.unwrap_or(Method::Post));
                self.let_hear(url.as_deref(), method, Vec::new());
            }
            Standing::OnHold => {
                let sid = conferring.conference.clone();
                let hold = self.service.conferences.with(&sid, |conference| conference.member(&self.sid).and_then(|member| member.hold.clone()));
                match hold.flatten() {
                    Some((method, url)) => self.let_hear(Some(&url), method, Vec::new()),
                    None => self.let_hear(None, Method::Get, Vec::new()),
                }
            }
            Standing::Talks => {
                conferring.has_talked = true;
                self.stop_inner();
                self.backdrop = Backdrop::Silence;
                self.record_conference();
            }
            Standing::MustLeave(because) => self.confer_leaves(&because),
        }
    }

    /// Leaves the conference; the document goes on.
    pub(super) fn confer_leaves(&mut self, because: &LeftBecause) {
        let Some(Stay::Conference(conferring)) = self.stay.take() else { return };
        let (dial, has_talked) = (conferring.dial.clone(), conferring.has_talked);
        let outer = self.confer_gone(*conferring, because, CallStatus::InProgress);
        self.take_up(outer);
        let status = if *because == LeftBecause::AddFailed { DialStatus::Failed } else { DialStatus::Answered };
        self.confer_over(&dial, has_talked, status);
    }

    fn confer_over(&mut self, dial: &Dial, has_talked: bool, status: DialStatus) {
        let extra = self.confer_result(has_talked, status, CallStatus::InProgress);
        match &dial.action {
            Some(action) => self.ask(dial.method, action, extra),
            None => self.next_verb(),
        }
    }

    pub(super) fn confer_left(&mut self, conferring: Conferring, because: Because) {
        let (dial, has_talked) = (conferring.dial.clone(), conferring.has_talked);
        let status = if because == Because::Redirected { CallStatus::InProgress } else { CallStatus::Completed };
        let outer = self.confer_gone(conferring, &LeftBecause::HungUp, status);
        self.take_up(outer);
        if let Some(action) = dial.action.filter(|_| because == Because::CallOver) {
            let extra = self.confer_result(has_talked, DialStatus::Answered, CallStatus::Completed);
            self.tell_action(dial.method, &action, extra);
        }
    }

    fn confer_gone(&mut self, conferring: Conferring, because: &LeftBecause, status: CallStatus) -> Script {
        self.backdrop = Backdrop::Silence;
        let tape = self.service.conferences.with(&conferring.conference, |conference| {
            conference.leave(&self.sid, because, status);
            conference.take_tape()
        });
        if let Some((tape, samples)) = tape.flatten() {
            self.finish_room(tape, samples);
        }
        conferring.outer
    }

    fn confer_result(&self, has_talked: bool, status: DialStatus, call: CallStatus) -> Vec<(&'static str, String)> {
        let dialed = Dialed { status, bridged: Some(has_talked), ..Dialed::of(self.callback(call)) };
        extra_of(&dialed.to_form(), &["DialCallStatus", "DialBridged"])
    }

    fn record_conference(&self) {
        let Some(Stay::Conference(conferring)) = &self.stay else { return };
        if conferring.noun.record.is_on() {
            let slot = self.slot();
            self.service.conferences.with(&conferring.conference, |conference| {
                conference.record(slot, || self.tape_of_room(&conferring.noun, &conferring.conference));
            });
        }
    }
}
