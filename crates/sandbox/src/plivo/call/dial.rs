//! `<Dial>`: rings others, connects the first who answers, goes on when that one is gone.
//!
//! Each number is a call of its own with its own driver and its own bill. It says when it can be connected and when it is
//! over; sound goes through a room for two. A call that came in is answered by the connection, not before.

use std::time::Duration;

use audio::frame::Frame;
use audio::tone::ToneGenerator;
use tokio::sync::mpsc;
use wire::http::{Form, Method};
use wire::plivo::callback::{CallParameters, DialAction, DialCallback, DialEvent, DialStatus};
use wire::plivo::document::{Destination, Dial, Number};
use wire::plivo::error_codes::cause;
use wire::plivo::party::Party;
use wire::plivo::rest::CreateCall;
use wire::plivo::status::{CallEvent, HangupSource};

use super::origin::{Dialled, Origin};
use super::progress::network_word;
use super::{Doing, Driver};
use crate::plivo::between::{Between, LegEnd};
use crate::plivo::place::Placing;
use crate::plivo::registry::Command;
use crate::room::{Part, Room};

/// Seconds that it rings, if the document does not say: a telephone network's own patience. Plivo's is not documented.
const RINGS_S: u32 = 120;

/// Somebody is dialled, or connected.
pub(super) struct Dialing {
    dial: Dial,
    legs: Vec<Leg>,
    has_rung: bool,
    connected: Option<String>,
    room: Room,
    ringback: Option<ToneGenerator>,
    keys: [String; 2],
}

struct Leg {
    call: String,
    commands: mpsc::UnboundedSender<Command>,
    from: String,
    to: String,
    end: Option<LegEnd>,
}

/// Why nobody more is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LetGo {
    /// Somebody else was quicker.
    LostRace,
    /// Whoever dialled is gone, or wants something else.
    CallerGone,
}

impl Dialing {
    /// Returns where both hear each other.
    pub(super) fn room(&self) -> Option<&Room> {
        self.connected.as_ref().map(|_| &self.room)
    }
}

impl Driver {
    pub(super) fn dial(&mut self, dial: Dial) {
        let mut dialing = Dialing {
            legs: Vec::new(),
            has_rung: false,
            connected: None,
            room: self.service.network.new_room(),
            ringback: Some(ToneGenerator::ringback()),
            keys: Default::default(),
            dial,
        };
        for to in dialing.dial.to.clone() {
            match to {
                Destination::Number(number) => {
                    if let Some(leg) = self.ring_leg(&dialing.dial, &number) {
                        dialing.legs.push(leg);
                    }
                }
                Destination::User(_) => self.unsupported("User"),
            }
        }
        if dialing.legs.is_empty() {
            return self.dial_over(dialing, DialStatus::Failed, "");
        }
        match dialing.dial.dial_music.clone() {
            Some(url) if url != "real" => {
                dialing.ringback = None;
                self.hear_aside(&url, true);
            }
            Some(_) | None => self.stop_aside(),
        }
        self.doing = Doing::Dialing(Box::new(dialing));
    }

    /// Rings one number; `None` if it cannot be rung.
    fn ring_leg(&mut self, dial: &Dial, target: &Number) -> Option<Leg> {
        let Party::Number(number) = Party::parse(&target.number) else {
            self.failed(2_000);
            return None;
        };
        let from = target.caller_id.clone().or_else(|| dial.caller_id.clone()).unwrap_or_else(|| self.create.from.clone());
        if !self.may_show(&from) {
            self.failed(3_030);
            return None;
        }
        let own = self.service.registry.with(|shelves| shelves.calls.get(&self.uuid).map(|call| call.commands.clone()))?;
        // Nothing is fetched and nothing is told there: a leg that was dialled has no document, and its news go to the `<Dial>`.
        let nowhere = self.create.answer_url.clone();
        let create = CreateCall {
            parent_call_uuid: Some(self.uuid.clone()),
            send_digits: target.send_digits.clone(),
            caller_name: target.caller_name.clone().or_else(|| dial.caller_name.clone()),
            ..CreateCall::new(from.as_str(), number.as_e164(), nowhere.clone(), nowhere)
        };
        let config = self.service.network.leg_config(Duration::ZERO, dial.timeout.unwrap_or(RINGS_S), dial.time_limit());
        let dialled = Dialled {
            by: self.uuid.clone(),
            to: own,
            confirm_sound: dial.confirm_sound.clone(),
            confirm_key: dial.confirm_key.as_ref().and_then(|key| key.chars().next()),
            confirm_timeout: dial.confirm_timeout,
        };
        let placed = self.service.place(Placing {
            leg: self.service.network.leg_to(&number, config),
            faults: self.service.network.faults.decide(number.as_e164()),
            create,
            to: number.clone(),
            origin: Origin::Dialled(dialled),
        })?;
        let (from, to) = (digits_of(&from), digits_of(number.as_e164()));
        Some(Leg { call: placed.uuid, commands: placed.commands, from, to, end: None })
    }

    /// The number to show must be the account's, or one of this call's own.
    fn may_show(&self, number: &str) -> bool {
        let number = Party::parse(number);
        let own = [self.service.credentials.from_number.as_str(), &self.create.from, self.to.as_e164()];
        own.into_iter().any(|own| Party::parse(own) == number)
    }

    /// Lets the caller hear that it rings.
    pub(super) fn dial_hear(&mut self, down: &mut Frame) {
        let Doing::Dialing(dialing) = &mut self.doing else { return };
        if dialing.connected.is_some() {
            return;
        }
        match &mut dialing.ringback {
            Some(tone) => {
                tone.fill(down);
            }
            None => {
                let needs = self.line.prompter.fill(down);
                self.get(super::Mouth::Document, needs);
                self.aside_again();
            }
        }
    }

    /// A word of a leg that was dialled.
    pub(super) fn leg_said(&mut self, word: Between) {
        match word {
            Between::Rings => {
                if let Doing::Dialing(dialing) = &mut self.doing {
                    dialing.has_rung = true;
                }
            }
            Between::Answered { call } => self.dial_event(&call, DialEvent::Answer, "DialAnswer", |_| {}),
            Between::Ready { call } => self.leg_ready(&call),
            Between::Pressed { call, key } => self.dial_pressed(Some(&call), key),
            Between::Over { call, end } => self.leg_over(&call, end),
            Between::Connect { room } => self.link_connected(room),
            Between::LetGo { code, source } => self.link_let_go(code, source),
        }
    }

    /// Somebody who was dialled can be connected: the first one is, the others are let go.
    fn leg_ready(&mut self, call: &str) {
        let Doing::Dialing(dialing) = &mut self.doing else { return };
        let Some(leg) = dialing.legs.iter().find(|leg| leg.call == call) else { return };
        if dialing.connected.is_some() {
            return;
        }
        dialing.room.enter(&self.uuid, Part::default());
        if leg.commands.send(Command::Between(Between::Connect { room: dialing.room.clone() })).is_err() {
            return;
        }
        dialing.connected = Some(call.to_owned());
        for other in dialing.legs.iter().filter(|leg| leg.call != call && leg.end.is_none()) {
            let_go(other, LetGo::LostRace);
        }
        self.service.registry.change(&self.uuid, |entry| entry.second_leg = Some(call.to_owned()));
        self.stop_aside();
        self.pick_up();
        if let Some(tape) = self.dial_tape.take() {
            self.start_tape(tape);
        }
        self.dial_event(call, DialEvent::Connected, "DialConnected", |_| {});
    }

    /// Somebody who was dialled is gone.
    fn leg_over(&mut self, call: &str, end: LegEnd) {
        let Doing::Dialing(dialing) = &mut self.doing else { return };
        let Some(leg) = dialing.legs.iter_mut().find(|leg| leg.call == call) else { return };
        leg.end = Some(end.clone());
        self.dial_event(call, DialEvent::Hangup, "DialHangup", |news| {
            news.duration = Some(end.seconds);
            news.bill_duration = Some(end.billed);
            news.hangup_cause = Some(end.word.to_owned());
            news.hangup_cause_code = Some(end.code);
            news.hangup_cause_name = cause(end.code).map(|cause| cause.name.to_owned());
            news.hangup_source = Some(end.source.clone());
        });
        let Doing::Dialing(dialing) = &self.doing else { return };
        if dialing.connected.as_deref() == Some(call) {
            return self.dial_ends(DialStatus::Completed, end.word);
        }
        let ends: Option<Vec<&LegEnd>> = dialing.legs.iter().map(|leg| leg.end.as_ref()).collect();
        let Some(ends) = ends.filter(|_| dialing.connected.is_none()) else { return };
        // Of several, the one that was reached furthest.
        let order = [DialStatus::Completed, DialStatus::Busy, DialStatus::NoAnswer, DialStatus::Failed];
        let best = order.iter().find_map(|status| ends.iter().find(|end| end.status == *status)).or(ends.last());
        let (status, word) = best.map_or((DialStatus::Failed, ""), |end| (end.status.clone(), end.word));
        self.dial_ends(status, word);
    }

    /// The caller has pressed a key.
    pub(super) fn dial_key(&mut self, key: char) {
        let Doing::Dialing(dialing) = &self.doing else { return };
        if key == '*' && dialing.dial.hangup_on_star() {
            let status = if dialing.connected.is_some() { DialStatus::Completed } else { DialStatus::Cancel };
            return self.dial_ends(status, "ORIGINATOR_CANCEL");
        }
        self.dial_pressed(None, key);
    }

    /// Somebody has pressed a key; the caller, if no leg is named.
    fn dial_pressed(&mut self, leg: Option<&str>, key: char) {
        let Doing::Dialing(dialing) = &mut self.doing else { return };
        let Some(connected) = dialing.connected.clone().filter(|connected| leg.is_none_or(|leg| leg == connected)) else { return };
        let (wanted, so_far, who) = match leg {
            None => (&dialing.dial.digits_match, &mut dialing.keys[0], "ALeg"),
            Some(_) => (&dialing.dial.digits_match_bleg, &mut dialing.keys[1], "BLeg"),
        };
        so_far.push(key);
        let matched = wanted.as_deref().unwrap_or_default().split(',').map(str::trim);
        let Some(digits) = matched.filter(|wanted| !wanted.is_empty()).find(|wanted| so_far.ends_with(wanted)).map(str::to_owned) else { return };
        so_far.clear();
        self.dial_event(&connected, DialEvent::Digits, "DialDigitsMatch", |news| {
            news.digits = Some(digits);
            news.pressed_by = Some(who.to_owned());
            news.bleg_status = None;
        });
    }

    fn dial_event(&self, call: &str, what: DialEvent, event: &str, more: impl FnOnce(&mut DialCallback)) {
        let Doing::Dialing(dialing) = &self.doing else { return };
        let (Some(url), Some(leg)) = (dialing.dial.callback_url.clone(), dialing.legs.iter().find(|leg| leg.call == call)) else { return };
        let mut news = DialCallback {
            call: CallParameters { call_uuid: self.uuid.clone(), event: Some(CallEvent::parse(event)), ..CallParameters::default() },
            bleg_status: Some(what.as_str().to_owned()),
            what: Some(what),
            dial_aleg_uuid: Some(self.uuid.clone()),
            bleg_uuid: Some(leg.call.clone()),
            bleg_from: Some(leg.from.clone()),
            bleg_to: Some(leg.to.clone()),
            ..DialCallback::default()
        };
        more(&mut news);
        self.hook("dial", dialing.dial.callback_method, url, news.to_form().into_owned());
    }

    fn dial_ends(&mut self, status: DialStatus, word: &str) {
        if let Doing::Dialing(dialing) = std::mem::replace(&mut self.doing, Doing::Idle) {
            self.dial_over(*dialing, status, word);
        }
    }

    /// The document goes on.
    fn dial_over(&mut self, dialing: Dialing, status: DialStatus, word: &str) {
        let (action, method, redirects) = (dialing.dial.action.clone(), dialing.dial.method, dialing.dial.redirect());
        let form = self.dial_result(&dialing, status, word);
        match action {
            Some(action) => self.act(method, &action, redirects, form),
            None => self.next_verb(),
        }
    }

    /// Leaves a `<Dial>` before its time, because the call is over or goes elsewhere.
    pub(super) fn leave_dial(&mut self, is_over: bool) {
        if !matches!(self.doing, Doing::Dialing(_)) {
            return;
        }
        let Doing::Dialing(dialing) = std::mem::replace(&mut self.doing, Doing::Idle) else { return };
        let (action, method): (_, Option<Method>) = (dialing.dial.action.clone(), dialing.dial.method);
        let (status, word) =
            if dialing.connected.is_some() { (DialStatus::Completed, "NORMAL_CLEARING") } else { (DialStatus::Cancel, "ORIGINATOR_CANCEL") };
        let form = self.dial_result(&dialing, status, word);
        if let Some(action) = action.filter(|_| is_over) {
            self.hook("document", method, action, form);
        }
    }

    /// Lets everybody go and returns what is told of it.
    fn dial_result(&mut self, dialing: &Dialing, status: DialStatus, word: &str) -> Form<'static> {
        self.stop_aside();
        dialing.room.leave(&self.uuid);
        self.service.registry.change(&self.uuid, |entry| entry.second_leg = None);
        for leg in dialing.legs.iter().filter(|leg| leg.end.is_none()) {
            let_go(leg, LetGo::CallerGone);
        }
        let told = DialAction {
            call: self.parameters(self.status(), Some(CallEvent::Redirect)),
            status: Some(status),
            rang: Some(dialing.has_rung),
            hangup_cause: Some(word.to_owned()),
            dial_aleg_uuid: Some(self.uuid.clone()),
            dial_bleg_uuid: Some(dialing.connected.clone().unwrap_or_default()),
            ..DialAction::default()
        };
        told.to_form().into_owned()
    }
}

/// Tells a leg that nobody needs it any more. What it makes of that depends on whether it was answered.
fn let_go(leg: &Leg, why: LetGo) {
    let (code, source) = match why {
        LetGo::LostRace => (9_000, HangupSource::Plivo),
        LetGo::CallerGone => (4_000, HangupSource::Caller),
    };
    // It may have ended this moment.
    let _ = leg.commands.send(Command::Between(Between::LetGo { code, source }));
}

/// Returns a number as webhooks write it.
fn digits_of(number: &str) -> String {
    match Party::parse(number) {
        Party::Number(number) => wire::plivo::party::bare(&number).to_owned(),
        Party::Other(text) => text,
    }
}

/// Returns how the leg of a `<Dial>` ended, for who dialled.
pub(super) fn status_for_dialer(code: u32) -> DialStatus {
    match code {
        3_010 | 3_020 => DialStatus::Busy,
        // Who does not confirm has not answered, for whoever waits for them.
        6_010 | 9_110 => DialStatus::NoAnswer,
        1_000 | 9_000 => DialStatus::Cancel,
        4_000..=4_030 | 6_000 => DialStatus::Completed,
        _ => DialStatus::Failed,
    }
}

/// Returns how a leg ended, for who dialled.
pub(super) fn end_of(code: u32, source: HangupSource, (seconds, billed): (u32, u32)) -> LegEnd {
    LegEnd { status: status_for_dialer(code), code, word: network_word(code), source, seconds, billed }
}
