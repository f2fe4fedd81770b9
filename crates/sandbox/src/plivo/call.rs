//! One call: a driver that owns the line, the document and the stream, and waits for what happens.
//!
//! Everything that must be in time is done in [`Driver::tick`], once every 20 ms of the call, against absolute deadlines. Slow
//! work (webhooks, speech, files) runs beside and comes back as an [`Event`].

mod aside;
mod asking;
mod beside;
mod confer;
mod detection;
mod dial;
mod document;
mod early;
mod link;
mod news;
mod origin;
mod party;
mod progress;
mod record;
mod sounds;
mod stream;
mod tape;
mod wait;

use std::collections::VecDeque;
use std::sync::Arc;

use audio::SILENCE;
use ports::speech_to_text::{Heard, HeardSink, Wanted};
use ports::text_to_speech::VoicePiece;
use simulator::callee::Input as CalleeInput;
use simulator::network::{Input, PracticeLeg};
use telephony::leg::LegState;
use telephony::{PhoneNumber, SessionTime, Timestamp};
use tokio::sync::mpsc;
use wire::http::Method;
use wire::plivo::document::{MultiPartyCall, Verb};
use wire::plivo::error_codes::DocumentSource;
use wire::plivo::rest::CreateCall;
use wire::plivo::status::{CallStatus, HangupSource};

use super::Service;
use super::registry::Command;
use crate::clock::wall_clock;
use crate::ear::Ear;
use crate::line::{Line, Misfortune, Told};
use crate::media_socket::Came;
use crate::post::Hook;
use crate::program::{HookReply, Unreached};
use crate::truth::{CallTruth, keep};

pub(super) use aside::read_sounds;
pub(super) use origin::{Guest, Origin};
pub(super) use party::PartyOrder;

/// Which of the carrier's mouths something is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mouth {
    /// The document's.
    Document,
    /// What the API wants to be heard beside it.
    Beside,
}

/// What comes back from work beside the call.
enum Event {
    /// A piece of a callee's line.
    CalleeSpeech(u32, VoicePiece),
    /// A piece of the carrier's own speech.
    CarrierSpeech(Mouth, u32, VoicePiece),
    /// What the callee's ears made of the program's audio.
    CalleeHeard(Heard),
    /// What one of the carrier's ears made of what it heard; they are numbered.
    CarrierHeard(u32, Heard),
    /// A program's answer to a request for a document.
    Document(u32, Result<HookReply, Unreached>),
    /// A program's answer to a request for something to be heard aside.
    Aside(u32, Result<HookReply, Unreached>),
    /// A file that is played; `None` if there is none.
    File(Mouth, u32, Option<Vec<i16>>),
}

/// What the call is at.
enum Doing {
    /// Nothing: not answered yet, or waiting for a document.
    Idle,
    /// Finds out whether a machine answered, before the document.
    Detecting,
    /// Lets somebody who rings hear something before they are answered.
    Early(early::Early),
    /// Presses the keys of `send_digits` before the document.
    SendingDigits,
    /// Plays `<Speak>`, `<Play>` or presses keys that are waited for.
    Prompting,
    /// Waits, for a time, silence or a beep.
    Waiting(wait::Waiting),
    /// Collects keys or speech.
    Asking(Box<asking::Asking>),
    /// Records a message.
    Recording(Box<record::Recording>),
    /// Stays in its stream.
    Streaming,
    /// Is in a conference.
    Conferring(Box<confer::Conferring>),
    /// Is in a multiparty call.
    Partying(Box<party::Partying>),
    /// Has dialled somebody.
    Dialing(Box<dial::Dialing>),
    /// Was dialled by another call.
    Linked(Box<link::Linked>),
}

/// The document in hand.
struct Script {
    verbs: VecDeque<Verb>,
    /// The request that is out, counted from 1; answers to earlier ones are passed over.
    request: u32,
    /// What that request is for.
    source: DocumentSource,
    /// How often the answer address has failed, and since when.
    failures: u32,
    failing_since: Option<SessionTime>,
    is_fallback: bool,
}

/// Why the call ends, as Plivo says it.
#[derive(Clone, Debug)]
struct Ending {
    code: u32,
    source: HangupSource,
    /// In the words of the ground truth.
    by: &'static str,
}

/// Runs one call from the request to the last webhook.
pub(super) struct Driver {
    service: Arc<Service>,
    uuid: String,
    to: PhoneNumber,
    create: CreateCall,
    origin: Origin,
    /// Was dialled by a call that it still belongs to.
    is_bound: bool,
    line: Line,
    orders: mpsc::UnboundedReceiver<Command>,
    /// Unbounded, but fed only by work that this call asked for.
    events: mpsc::UnboundedReceiver<Event>,
    post: mpsc::UnboundedSender<Event>,
    hooks: mpsc::UnboundedSender<Hook>,
    doing: Doing,
    script: Script,
    /// What the API wants to be heard.
    beside: beside::Beside,
    /// What is heard while it waits for somebody.
    aside: aside::Aside,
    stream: Option<Box<stream::Streaming>>,
    tapes: Vec<tape::Tape>,
    /// Begins when whoever is dialled answers.
    dial_tape: Option<tape::Tape>,
    detection: Option<Box<detection::Detection>>,
    is_machine: bool,
    /// A `<Hangup>` for later.
    hangs_up_at: Option<SessionTime>,
    /// Who rings us gives up then.
    gives_up_at: Option<SessionTime>,
    /// The API adds it to this multiparty call, and has not told yet what came of that.
    adding: Option<Box<MultiPartyCall>>,
    /// What a call that came in is to its caller if it is refused.
    refused_as: Option<LegState>,
    ending: Option<Ending>,
    requested_at: Timestamp,
    answered_at: Option<Timestamp>,
}

impl Driver {
    /// Returns the driver of a call that was just accepted.
    pub fn new(
        service: Arc<Service>,
        uuid: String,
        (create, to): (CreateCall, PhoneNumber),
        leg: PracticeLeg,
        orders: mpsc::UnboundedReceiver<Command>,
        origin: Origin,
    ) -> Self {
        let (post, events) = mpsc::unbounded_channel();
        let heard = heard_to(&post);
        let line = Line::new(&service.network, &uuid, to.as_e164(), leg, (pieces_to(&post), heard));
        let hooks = news::sender(&service, &uuid, &line);
        Self {
            service,
            uuid,
            to,
            create,
            is_bound: origin.dialled().is_some(),
            adding: origin.guest().map(|guest| Box::new(guest.noun.clone())),
            origin,
            line,
            orders,
            events,
            post,
            hooks,
            doing: Doing::Idle,
            script: Script {
                verbs: VecDeque::new(),
                request: 0,
                source: DocumentSource::Answer,
                failures: 0,
                failing_since: None,
                is_fallback: false,
            },
            beside: beside::Beside::default(),
            aside: aside::Aside::default(),
            stream: None,
            tapes: Vec::new(),
            dial_tape: None,
            detection: None,
            is_machine: false,
            hangs_up_at: None,
            gives_up_at: None,
            refused_as: None,
            ending: None,
            requested_at: wall_clock(),
            answered_at: None,
        }
    }

    /// Runs the call to its end.
    pub async fn run(mut self) {
        let mut closing = self.service.network.closing.subscribe();
        if self.origin.is_inbound() {
            self.rings_in();
        } else {
            self.tell(Input::Placed);
        }
        while !self.line.is_over() {
            if *closing.borrow_and_update() {
                self.end_by_api();
                continue;
            }
            let wakeup = self.wakeup_before_answer().map_or(self.line.next_wakeup(), |at| at.min(self.line.next_wakeup()));
            let wake_at = self.line.clock.instant_of(wakeup);
            let socket = self.stream.as_mut().map(|stream| &mut stream.incoming);
            tokio::select! {
                biased;
                order = self.orders.recv() => match order {
                    Some(order) => self.obey(order),
                    // The record of a running call is never deleted, so this is the end of the sandbox.
                    None => self.end_by_api(),
                },
                _ = closing.changed() => {}
                () = tokio::time::sleep_until(wake_at) => self.time_passes(),
                Some(event) = self.events.recv() => self.happened(event),
                came = next_message(socket) => self.stream_came(came),
            }
        }
        if !self.line.has_dropped {
            self.hear_out().await;
        }
    }

    /// The line is gone, but the callee may not have understood yet what was said last: words reach the mind after the ear.
    async fn hear_out(&mut self) {
        let closing = self.service.network.closing.subscribe();
        let heard = |event| if let Event::CalleeHeard(heard) = event { Some(heard) } else { None };
        if let Some(input) = self.line.last_words(&mut self.events, closing, heard).await {
            self.tell(Input::Callee(input));
        }
        self.line.keep_messages();
    }

    fn time_passes(&mut self) {
        let now = self.line.clock.now();
        if self.line.leg.next_wakeup().is_some_and(|at| at <= now) {
            self.tell(Input::Wakeup);
        }
        while self.line.tick_is_due(now) {
            self.tick();
        }
        if self.wakeup_before_answer().is_some_and(|at| at <= now) {
            self.time_passes_before_answer(now);
        }
    }

    /// Moves 20 ms of sound both ways.
    fn tick(&mut self) {
        let (mut down, mut up) = (SILENCE, SILENCE);
        self.play_to_callee(&mut down);
        for input in self.line.hear(&down) {
            self.tell(Input::Callee(input));
        }
        if let Some(line) = self.line.voice.fill(&mut up) {
            self.tell(Input::Callee(CalleeInput::Finished { line }));
        }
        self.record_tapes(&up, &down);
        self.stream_frame(&up, &down);
        self.detection_frame(&up);
        match &self.doing {
            Doing::Asking(_) => self.asking_frame(&up),
            Doing::Recording(_) => self.record_frame(&up),
            Doing::Waiting(_) => self.waiting_frame(&up),
            Doing::Conferring(_) => self.confer_frame(&up),
            Doing::Dialing(dialing) => {
                if let Some(room) = dialing.room() {
                    room.say(&self.uuid, &up);
                }
            }
            Doing::Linked(_) => self.link_frame(&up),
            Doing::Partying(_) => self.party_frame(&up, &down),
            Doing::Prompting if self.line.prompter.is_done() => self.next_verb(),
            Doing::SendingDigits if self.line.prompter.is_done() => self.begin(),
            Doing::Prompting | Doing::SendingDigits | Doing::Idle | Doing::Detecting | Doing::Early(_) | Doing::Streaming => {}
        }
        if self.hangs_up_at.is_some_and(|at| at <= self.line.clock.now()) {
            self.end(Ending { code: 6_000, source: HangupSource::AnswerXml, by: "document" });
        }
        self.misbehave();
    }

    /// Applies the faults that were switched on when the call was made.
    fn misbehave(&mut self) {
        match self.line.misfortune() {
            Some(Misfortune::CalleeHangsUp) => {
                self.line.ended_by = Some("fault");
                self.tell(Input::CalleeHangsUp);
            }
            Some(Misfortune::Drops) => self.drop_line(),
            None => {}
        }
    }

    fn tell(&mut self, input: Input) {
        for told in self.line.handle(input) {
            match told {
                Told::State { state, sip_code, ended_by } => self.state_changed(state, sip_code, ended_by),
                Told::Key(key) => self.callee_pressed(key),
                Told::Beep => self.callee_beeped(),
            }
        }
    }

    fn happened(&mut self, event: Event) {
        match event {
            Event::CalleeSpeech(line, piece) => self.line.voice.take_piece(line, piece),
            Event::CalleeHeard(heard) => self.line.voice.take_heard(heard),
            Event::CarrierHeard(number, heard) => self.asking_heard(number, heard),
            Event::Document(request, reply) => self.document_came(request, reply),
            Event::Aside(request, reply) => self.aside_came(request, reply),
            Event::CarrierSpeech(mouth, job, VoicePiece::Audio(samples)) => self.mouth(mouth).take(job, &samples),
            Event::CarrierSpeech(mouth, job, VoicePiece::End | VoicePiece::Failed) => self.mouth(mouth).complete(job),
            Event::File(mouth, job, samples) => {
                let samples = samples.unwrap_or_default();
                self.mouth(mouth).take(job, &samples);
                self.mouth(mouth).complete(job);
            }
        }
    }

    fn obey(&mut self, order: Command) {
        match order {
            Command::HangUp => self.end_by_api(),
            Command::Transfer(next) => self.transfer(&next),
            Command::Live { request, recording } => self.live(*request, recording),
            Command::StartStream { id, start } => self.start_stream(id, *start),
            Command::StopStream => self.stop_stream("api"),
            Command::LeaveConference => self.leave_conference(true),
            Command::JoinParty(noun) => self.taken_into_party(*noun),
            Command::Party(order) => self.party_order(order),
            Command::Between(word) => self.leg_said(word),
        }
    }

    fn end_by_api(&mut self) {
        self.end(Ending { code: 4_000, source: HangupSource::ApiRequest, by: "caller" });
    }

    /// Ends the call, for a reason.
    fn end(&mut self, ending: Ending) {
        self.line.ended_by.get_or_insert(ending.by);
        self.ending.get_or_insert(ending);
        self.tell(Input::HangUp);
    }

    fn callee_pressed(&mut self, key: char) {
        self.stream_key(key);
        match &self.doing {
            Doing::Asking(_) => self.asking_key(key),
            Doing::Recording(_) => self.record_key(key),
            Doing::Conferring(_) => self.confer_key(key),
            Doing::Dialing(_) => self.dial_key(key),
            Doing::Linked(_) => self.link_key(key),
            Doing::Partying(_) => self.party_key(key),
            Doing::Idle | Doing::Detecting | Doing::Early(_) | Doing::SendingDigits | Doing::Prompting | Doing::Waiting(_) | Doing::Streaming => {}
        }
    }

    fn callee_beeped(&mut self) {
        self.detection_beep();
        self.waiting_beep();
    }

    /// Opens one of the carrier's own ears.
    fn open_ear(&mut self, wanted: Wanted) -> (u32, Ear) {
        let post = self.post.clone();
        self.line.open_ear(&self.service.network, wanted, move |number, heard| {
            // Nobody listens any more: the call is over.
            let _ = post.send(Event::CarrierHeard(number, heard));
        })
    }

    /// Something that Plivo can do and the practice network cannot is passed over, and named.
    fn unsupported(&self, what: &str) {
        self.note(|truth| keep(&mut truth.unsupported, what.to_owned()));
    }

    fn failed(&self, code: u32) {
        tracing::debug!(call = %self.uuid, code, "the practice network ends a call for a fault of its document");
        self.note(|truth| keep(&mut truth.errors, code));
    }

    fn note(&self, change: impl FnOnce(&mut CallTruth)) {
        self.line.note(change);
    }

    fn hook(&self, kind: &'static str, method: Option<Method>, url: String, form: wire::http::Form<'static>) {
        // The sender ends with the sandbox only.
        let _ = self.hooks.send(Hook { kind, method: method.unwrap_or(Method::Post), url, form });
    }

    fn status(&self) -> CallStatus {
        let state = self.line.leg.state();
        // Of a call that comes in, the leg begins with the answer.
        let rings = self.origin.is_inbound() && !state.is_terminal() && self.line.answered_at.is_none();
        CallStatus::of_leg(if rings { LegState::Ringing } else { state })
    }
}

/// Waits for the next message of a stream, for ever if there is none.
async fn next_message(socket: Option<&mut mpsc::Receiver<Came>>) -> Came {
    match socket {
        Some(socket) => socket.recv().await.unwrap_or(Came::Closed),
        None => std::future::pending().await,
    }
}

fn pieces_to(post: &mpsc::UnboundedSender<Event>) -> Arc<dyn Fn(u32, VoicePiece) + Send + Sync> {
    let post = post.clone();
    Arc::new(move |id, piece| {
        // Nobody listens any more: the call is over.
        let _ = post.send(Event::CalleeSpeech(id, piece));
    })
}

fn heard_to(post: &mpsc::UnboundedSender<Event>) -> HeardSink {
    let post = post.clone();
    Arc::new(move |heard| {
        let _ = post.send(Event::CalleeHeard(heard));
    })
}
