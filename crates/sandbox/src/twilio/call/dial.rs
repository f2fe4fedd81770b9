//! `<Dial>` of numbers and of whoever waits in a queue: rings others, connects the first who answers, goes on when that one
//! is gone.
//!
//! Each number is a call of its own with its own driver. It says when it can be connected and when it is over; sound goes
//! through a room for two.

use std::collections::VecDeque;

use audio::frame::Frame;
use audio::tone::ToneGenerator;
use telephony::leg::LegState;
use telephony::{PhoneNumber, SessionTime};
use tokio::sync::mpsc;
use wire::http::Method;
use wire::twilio::callback::{DialStatus, Dialed, QueueResult};
use wire::twilio::document::{Dial, DialQueue, DialRecord, DialTo, Number, Target};
use wire::twilio::rest::{CallInstructions, CreateCall};
use wire::twilio::status::CallStatus;

use super::relay::extra_of;
use super::stay::{Backdrop, Because, Stay};
use super::wait::Waiting;
use super::{Doing, Driver, Origin};
use crate::room::{Part, Room};
use crate::twilio::between::Between;
use crate::twilio::registry::Command;
use crate::twilio::webhooks::resolve;

/// Twilio lets it ring so many seconds longer than it was asked to.
const RING_BUFFER_S: u32 = 5;

/// Somebody is dialled, or connected.
pub(super) struct Dialing {
    dial: Dial,
    legs: Vec<Leg>,
    /// Whom to ring after them, if it goes one after the other.
    next: VecDeque<Target>,
    looking: Option<Looking>,
    connected: Option<Connected>,
    room: Room,
    tape: Option<String>,
    /// The queue that the other end came from, and how long they waited there.
    queue: Option<(String, u32)>,
}

struct Leg {
    call: String,
    commands: mpsc::UnboundedSender<Command>,
    status: Option<DialStatus>,
    is_from_queue: bool,
}

/// Waits for somebody in a queue.
struct Looking {
    queue: DialQueue,
    until: SessionTime,
}

struct Connected {
    call: String,
    since: SessionTime,
}

/// The other end of somebody's `<Dial>`.
pub(super) struct Linked {
    to: mpsc::UnboundedSender<Command>,
    room: Option<Room>,
    is_whispering: bool,
    /// Where it waited before, if it came out of a queue.
    after: Option<Box<Waiting>>,
}

impl Dialing {
    pub(super) fn room(&self) -> Option<Room> {
        self.connected.as_ref().map(|_| self.room.clone())
    }

    pub(super) fn ends_at(&self, key: char) -> bool {
        key == '*' && self.dial.hangup_on_star
    }
}

impl Linked {
    pub(super) fn room(&self) -> Option<Room> {
        self.room.clone()
    }

    pub(super) const fn is_whispering(&self) -> bool {
        self.is_whispering
    }
}

impl Driver {
    pub(super) fn dial(&mut self, dial: Dial) {
        if !dial.answer_on_bridge || matches!(dial.to, DialTo::Conference(_)) {
            self.pick_up();
        }
        match &dial.to {
            DialTo::Conference(noun) => {
                let noun = (**noun).clone();
                self.confer(dial, noun);
            }
            DialTo::Queue(queue) => {
                let queue = queue.clone();
                self.dial_queue(dial, queue);
            }
            DialTo::Plain(number) => {
                let targets = vec![Target::Number(Number::new(number.clone()))];
                self.dial_targets(dial, targets);
            }
            DialTo::Targets(targets) => {
                let targets = targets.clone();
                self.dial_targets(dial, targets);
            }
        }
    }

    fn dialing(&self, dial: Dial) -> Dialing {
        Dialing {
            dial,
            legs: Vec::new(),
            next: VecDeque::new(),
            looking: None,
            connected: None,
            room: self.service.network.new_room(),
            tape: None,
            queue: None,
        }
    }

    fn dial_targets(&mut self, dial: Dial, targets: Vec<Target>) {
        let is_sequential = dial.sequential;
        let mut dialing = self.dialing(dial);
        if !self.may_show(&dialing.dial) {
            self.failed(13_214);
            return self.dial_over(dialing, DialStatus::Failed);
        }
        dialing.next = targets.into();
        if matches!(dialing.dial.record, DialRecord::FromRinging | DialRecord::FromRingingDual) {
            dialing.tape = self.record_dial(&dialing.dial);
        }
        self.ring_next(&mut dialing, if is_sequential { 1 } else { usize::MAX });
        if dialing.legs.is_empty() {
            return self.dial_over(dialing, DialStatus::Failed);
        }
        self.backdrop = if self.is_picked_up() { Backdrop::Ringback(ToneGenerator::ringback()) } else { Backdrop::Silence };
        self.doing = Doing::Staying;
        self.stay = Some(Stay::Dial(Box::new(dialing)));
    }

    /// The number to show must be the account's, or one of this call's own.
    fn may_show(&self, dial: &Dial) -> bool {
        let own = [&self.service.credentials.from_number, &self.create.from, &self.create.to];
        dial.caller_id.as_ref().is_none_or(|id| own.contains(&id))
    }

    fn ring_next(&mut self, dialing: &mut Dialing, count: usize) {
        let mut rung = 0;
        while rung < count
            && let Some(target) = dialing.next.pop_front()
        {
            match target {
                Target::Number(number) => {
                    if let Some(leg) = self.ring(&dialing.dial, &number) {
                        dialing.legs.push(leg);
                        rung += 1;
                    }
                }
                Target::Client(_) => self.unsupported("Client"),
                Target::Sip(_) => self.unsupported("Sip"),
                Target::Other(element) => self.unsupported(&element.name),
            }
        }
    }

    fn ring(&mut self, dial: &Dial, target: &Number) -> Option<Leg> {
        let Ok(number) = PhoneNumber::parse(&target.number) else {
            self.failed(13_223);
            return None;
        };
        let base = self.script.url.clone();
        let address = |url: &Option<String>| url.as_deref().and_then(|url| resolve(base.as_deref(), url).ok());
        let instructions = match address(&target.url) {
            Some(url) => CallInstructions::Url { url, method: target.method },
            None => CallInstructions::Twiml("<Response/>".into()),
        };
        let from = dial.caller_id.clone().unwrap_or_else(|| self.create.from.clone());
        let mut create = CreateCall::new(number.as_e164(), from, instructions);
        create.status_callback = address(&target.status_callback);
        create.status_callback_method = Some(target.status_callback_method);
        create.status_events.clone_from(&target.status_events);
        create.send_digits.clone_from(&target.send_digits);
        create.machine_detection = target.machine_detection.as_ref().map(|detection| detection.as_str().to_owned());
        create.machine_detection_timeout = target.machine_detection_timeout;
        create.machine_detection_speech_threshold = target.machine_detection_speech_threshold;
        create.machine_detection_speech_end_threshold = target.machine_detection_speech_end_threshold;
        create.machine_detection_silence_timeout = target.machine_detection_silence_timeout;
        create.async_amd = true;
        create.async_amd_status_callback = address(&target.amd_status_callback);
        create.async_amd_status_callback_method = Some(target.amd_status_callback_method);
        let config = self.service.network.leg_config(std::time::Duration::ZERO, dial.timeout.saturating_add(RING_BUFFER_S), dial.time_limit);
        let leg = self.service.network.leg_to(&number, config);
        let origin = Origin::Dialled { by: self.sid.clone(), to: self.own_commands()? };
        let placed = self.service.place(create, leg, origin, LegState::Queued)?;
        Some(Leg { call: placed.sid, commands: placed.commands, status: None, is_from_queue: false })
    }

    fn dial_queue(&mut self, dial: Dial, queue: DialQueue) {
        let until = self.line.clock.now() + std::time::Duration::from_secs(dial.timeout.into());
        let mut dialing = self.dialing(dial);
        if !self.service.queues.is_there(&queue.name) {
            self.failed(13_221);
            return self.dial_over(dialing, DialStatus::Failed);
        }
        dialing.looking = Some(Looking { queue, until });
        self.backdrop = Backdrop::Silence;
        self.doing = Doing::Staying;
        self.stay = Some(Stay::Dial(Box::new(dialing)));
    }

    pub(super) fn dial_frame(&mut self, up: &Frame) {
        let now = self.line.clock.now();
        let (sid, own) = (self.sid.clone(), self.own_commands());
        let base = self.script.url.clone();
        let Some(Stay::Dial(dialing)) = &mut self.stay else { return };
        if let Some(looking) = &dialing.looking {
            let taken = self.service.queues.take_front(&looking.queue.name);
            match (taken, own) {
                (Some((queue, waits)), Some(own)) => {
                    let seconds = self.service.queues.seconds_since(waits.since);
                    let url = looking.queue.url.as_deref().and_then(|url| resolve(base.as_deref(), url).ok());
                    let url = url.map(|url| (looking.queue.method, url));
                    let word = Between::TakenOut { by: sid, to: own, url };
                    if waits.commands.send(Command::Between(word)).is_ok() {
                        dialing.looking = None;
                        dialing.queue = Some((queue, seconds));
                        dialing.legs.push(Leg { call: waits.call, commands: waits.commands, status: None, is_from_queue: true });
                    }
                }
                (None | Some(_), _) if now >= looking.until => {
                    dialing.looking = None;
                    self.dial_ends(DialStatus::NoAnswer);
                }
                (None | Some(_), _) => {}
            }
            return;
        }
        if dialing.connected.is_some() {
            dialing.room.say(&sid, up);
        }
    }

    /// Somebody who was dialled can be connected: the first one is, the others are let go.
    pub(super) fn leg_ready(&mut self, call: &str) {
        let now = self.line.clock.now();
        let Some(Stay::Dial(dialing)) = &mut self.stay else { return };
        if dialing.connected.is_some() {
            return;
        }
        let Some(leg) = dialing.legs.iter().find(|leg| leg.call == call) else { return };
        dialing.room.enter(&self.sid, Part::default());
        if leg.commands.send(Command::Between(Between::Connect { room: dialing.room.clone() })).is_err() {
            return;
        }
        for other in dialing.legs.iter().filter(|leg| leg.call != call && leg.status.is_none()) {
            let _ = other.commands.send(Command::HangUp);
        }
        dialing.connected = Some(Connected { call: call.to_owned(), since: now });
        let (dial, has_tape) = (dialing.dial.clone(), dialing.tape.is_some());
        self.pick_up();
        self.backdrop = Backdrop::Silence;
        if !has_tape && dial.record.is_on() {
            let tape = self.record_dial(&dial);
            if let Some(Stay::Dial(dialing)) = &mut self.stay {
                dialing.tape = tape;
            }
        }
    }

    /// Somebody who was dialled is gone.
    pub(super) fn leg_over(&mut self, call: &str, status: DialStatus) {
        let Some(Stay::Dial(dialing)) = &mut self.stay else { return };
        let Some(leg) = dialing.legs.iter_mut().find(|leg| leg.call == call) else { return };
        leg.status = Some(status);
        if dialing.connected.as_ref().is_some_and(|connected| connected.call == call) {
            return self.dial_ends(DialStatus::Completed);
        }
        if dialing.connected.is_some() || dialing.legs.iter().any(|leg| leg.status.is_none()) {
            return;
        }
        if !dialing.next.is_empty()
            && let Some(Stay::Dial(mut dialing)) = self.stay.take()
        {
            self.ring_next(&mut dialing, 1);
            self.stay = Some(Stay::Dial(dialing));
        }
        let Some(Stay::Dial(dialing)) = &self.stay else { return };
        if dialing.legs.iter().all(|leg| leg.status.is_some()) {
            // Of several, the one that was reached furthest.
            let order = [DialStatus::Completed, DialStatus::Busy, DialStatus::NoAnswer, DialStatus::Failed];
            let status = order.into_iter().find(|status| dialing.legs.iter().any(|leg| leg.status.as_ref() == Some(status)));
            self.dial_ends(status.unwrap_or(DialStatus::Failed));
        }
    }

    /// The caller ends it with a key.
    pub(super) fn dial_cut(&mut self) {
        let is_connected = matches!(&self.stay, Some(Stay::Dial(dialing)) if dialing.connected.is_some());
        self.dial_ends(if is_connected { DialStatus::Completed } else { DialStatus::Canceled });
    }

    fn dial_ends(&mut self, status: DialStatus) {
        if let Some(Stay::Dial(dialing)) = self.stay.take() {
            self.backdrop = Backdrop::Silence;
            self.dial_over(*dialing, status);
        }
    }

    /// The document goes on.
    fn dial_over(&mut self, dialing: Dialing, status: DialStatus) {
        let (action, method) = (dialing.dial.action.clone(), dialing.dial.method);
        let extra = self.dial_result(dialing, status, CallStatus::InProgress);
        match action {
            Some(action) => self.ask(method, &action, extra),
            None => self.next_verb(),
        }
    }

    pub(super) fn dial_left(&mut self, dialing: Dialing, because: Because) {
        let status = if dialing.connected.is_some() { DialStatus::Completed } else { DialStatus::Canceled };
        let (action, method) = (dialing.dial.action.clone(), dialing.dial.method);
        let extra = self.dial_result(dialing, status, CallStatus::Completed);
        if let Some(action) = action.filter(|_| because == Because::CallOver) {
            self.tell_action(method, &action, extra);
        }
    }

    /// Lets everybody go and returns what is told of it.
    fn dial_result(&mut self, dialing: Dialing, status: DialStatus, call: CallStatus) -> Vec<(&'static str, String)> {
        dialing.room.leave(&self.sid);
        for leg in dialing.legs.iter().filter(|leg| leg.status.is_none()) {
            let word = if leg.is_from_queue { Command::Between(Between::Released) } else { Command::HangUp };
            let _ = leg.commands.send(word);
        }
        let now = self.line.clock.now();
        let told = dialing.connected.as_ref().map(|connected| connected.call.clone()).or_else(|| dialing.legs.last().map(|leg| leg.call.clone()));
        let seconds = dialing.connected.as_ref().map(|connected| u32::try_from(now.since(connected.since).as_secs()).unwrap_or(u32::MAX));
        let recording = dialing.tape.and_then(|sid| self.end_tape(&sid));
        let (queue_sid, queue_time) = dialing.queue.unzip();
        let dialed = Dialed {
            status,
            dial_call_sid: told,
            duration: seconds.or(Some(0)),
            bridged: Some(dialing.connected.is_some()),
            recording_url: recording.map(|(_, url, _)| url),
            queue_sid,
            queue_time,
            ..Dialed::of(self.callback(call))
        };
        let keys = ["DialCallStatus", "DialCallSid", "DialCallDuration", "DialBridged", "RecordingUrl", "QueueSid", "QueueTime"];
        extra_of(&dialed.to_form(), &keys)
    }

    /// Was answered: hears what is for its ear only, or is ready at once.
    pub(super) fn begin_link(&mut self, to: mpsc::UnboundedSender<Command>) {
        self.stay = Some(Stay::Linked(Box::new(Linked { to, room: None, is_whispering: true, after: None })));
        match self.create.instructions.clone() {
            CallInstructions::Url { url, method } => self.ask(method, &url, Vec::new()),
            CallInstructions::Twiml(_) | CallInstructions::Application(_) => self.inner_ended(),
        }
    }

    /// Returns what who dialled must know.
    pub(super) fn is_over(&self) -> Command {
        let status = match self.line.leg.state() {
            LegState::Busy => DialStatus::Busy,
            LegState::NoAnswer => DialStatus::NoAnswer,
            LegState::Canceled => DialStatus::Canceled,
            LegState::Failed => DialStatus::Failed,
            LegState::Queued | LegState::Dialing | LegState::Ringing | LegState::InProgress | LegState::Completed => DialStatus::Completed,
        };
        Command::Between(Between::Over { call: self.sid.clone(), status })
    }

    /// A word of another call.
    pub(super) fn between(&mut self, word: Between) {
        match word {
            Between::Ready { call } => self.leg_ready(&call),
            Between::Over { call, status } => self.leg_over(&call, status),
            Between::Connect { room } => self.link_connected(room),
            Between::TakenOut { by, to, url } => self.taken_out(&by, to, url),
            Between::Released => self.link_released(),
            Between::Redirected(instructions) => self.wait_redirected(instructions),
        }
    }

    /// Somebody takes this call out of its queue.
    pub(super) fn taken_out(&mut self, by: &str, to: mpsc::UnboundedSender<Command>, url: Option<(Method, String)>) {
        let Some(Stay::Queue(mut waiting)) = self.stay.take() else { return };
        self.stop_inner();
        self.backdrop = Backdrop::Silence;
        let now = self.line.clock.now();
        let extra =
            vec![("QueueSid", waiting.queue().to_owned()), ("QueueTime", waiting.taken_out(now).to_string()), ("DequeingCallSid", by.to_owned())];
        self.stay = Some(Stay::Linked(Box::new(Linked { to, room: None, is_whispering: true, after: Some(waiting) })));
        match url {
            Some((method, url)) => self.ask(method, &url, extra),
            None => self.inner_ended(),
        }
    }

    pub(super) fn link_ready(&mut self) {
        let Some(Stay::Linked(linked)) = &mut self.stay else { return };
        linked.is_whispering = false;
        // Whoever dialled may be gone; then it hangs up.
        if linked.to.send(Command::Between(Between::Ready { call: self.sid.clone() })).is_err() {
            self.hang_up("caller");
        }
    }

    pub(super) fn link_connected(&mut self, room: Room) {
        let Some(Stay::Linked(linked)) = &mut self.stay else { return };
        room.enter(&self.sid, Part::default());
        linked.room = Some(room);
        self.doing = Doing::Staying;
    }

    /// The other end is gone, and this call goes on where it waited before.
    pub(super) fn link_released(&mut self) {
        let Some(Stay::Linked(linked)) = self.stay.take() else { return };
        if let Some(room) = &linked.room {
            room.leave(&self.sid);
        }
        match linked.after {
            Some(waiting) => self.wait_over(*waiting, QueueResult::Bridged),
            None => self.hang_up("caller"),
        }
    }

    pub(super) fn link_left(&mut self, linked: Linked, because: Because) {
        if let Some(room) = &linked.room {
            room.leave(&self.sid);
        }
        // Whoever dialled may be gone already.
        let _ = linked.to.send(self.is_over());
        if let Some(waiting) = linked.after {
            let result = if because == Because::Redirected { QueueResult::RedirectedFromBridged } else { QueueResult::Bridged };
            self.wait_told(&waiting, result, because);
        }
    }
}
