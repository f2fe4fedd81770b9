//! One call: a driver that owns the leg, the callee's voice, the document and the stream, and waits for what happens.
//!
//! Everything that must be in time is done in [`Driver::tick`], once every 20 ms of the call, against absolute deadlines: a
//! late tick is followed by the next at once, so frames never drift. Slow work (webhooks, speech, files) runs beside and
//! comes back as an [`Event`].

mod beside;
mod confer;
mod detection;
mod dial;
mod document;
mod gather;
mod origin;
mod progress;
mod record;
mod relay;
mod socket;
mod spoken;
mod stay;
mod stream;
mod tape;
mod transcribe;
mod wait;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use audio::{FRAME_SAMPLES, SILENCE};
use ports::speech_to_text::{Heard, HeardSink, Wanted};
use ports::text_to_speech::VoicePiece;
use simulator::callee::Input as CalleeInput;
use simulator::network::{Input, PracticeLeg};
use telephony::leg::LegState;
use tokio::sync::mpsc;
use wire::http::Method;
use wire::twilio::callback::CallCallback;
use wire::twilio::document::Verb;
use wire::twilio::rest::CreateCall;
use wire::twilio::status::CallStatus;

use super::Service;
use super::registry::Command;
use super::webhooks::HookError;
use crate::clock::wall_clock;
use crate::ear::Ear;
use crate::faults::WebhookFault;
use crate::line::{Line, Misfortune, Told};
use crate::post::{Hook, send_in_order};
use crate::program::HookReply;
use crate::prompter::Need;
use crate::truth::{CallTruth, keep};

pub(super) use origin::Origin;
pub(super) use tape::Tape;

/// Twilio's code for news that were not taken.
const NEWS_NOT_TAKEN: u32 = 15_003;

/// What comes back from work beside the call.
enum Event {
    /// A piece of a callee's line.
    CalleeSpeech(u32, VoicePiece),
    /// A piece of the carrier's own speech.
    CarrierSpeech(u32, VoicePiece),
    /// What the callee's ears made of the program's audio.
    CalleeHeard(Heard),
    /// What one of the carrier's ears made of what it heard; they are numbered.
    CarrierHeard(u32, Heard),
    /// A program's answer to a request for a document.
    Document(u32, Result<HookReply, HookError>),
    /// A pause is over that somebody has rung through.
    Rested(u32),
    /// A file for `<Play>`.
    File(u32, Result<Vec<i16>, u32>),
    /// Something came on the socket of a stream beside.
    SideSocket(String, crate::media_socket::Came),
    /// A piece of speech of a conversation in text.
    RelaySpeech(u32, VoicePiece),
    /// A file of a conversation in text.
    RelayFile(u32, Result<Vec<i16>, u32>),
}

/// What the call is at.
enum Doing {
    /// Nothing: not answered yet, or waiting for a document.
    Waiting,
    /// Finds out who answered, before the document.
    Detecting,
    /// Presses the keys of `SendDigits` before the document.
    SendingDigits,
    /// Plays `<Say>`, `<Play>` or `<Pause>`.
    Prompting,
    /// Collects keys or speech.
    Gathering(Box<gather::Gathering>),
    /// Records a message.
    Recording(Box<record::Recording>),
    /// Is connected to a media stream.
    Streaming(Box<stream::Streaming>),
    /// Is connected to a conversation in text.
    Relaying(Box<relay::Relaying>),
    /// Stays somewhere, and no document plays anything.
    Staying,
}

/// The document in hand.
#[derive(Default)]
struct Script {
    verbs: VecDeque<Verb>,
    /// Where it came from; `None` for an inline one.
    url: Option<String>,
    method: Option<Method>,
    /// The request that is out, counted from 1; answers to earlier ones are passed over.
    request: u32,
    /// Where that request goes.
    asked: Option<String>,
    is_fallback: bool,
}

/// Runs one call from the request to the last webhook.
pub(super) struct Driver {
    service: Arc<Service>,
    sid: String,
    origin: Origin,
    create: CreateCall,
    line: Line,
    orders: mpsc::UnboundedReceiver<Command>,
    /// Unbounded, but fed only by work that this call asked for.
    events: mpsc::UnboundedReceiver<Event>,
    post: mpsc::UnboundedSender<Event>,
    hooks: mpsc::UnboundedSender<Hook>,
    doing: Doing,
    stay: Option<stay::Stay>,
    backdrop: stay::Backdrop,
    script: Script,
    tapes: Vec<Tape>,
    streams: Vec<beside::SideStream>,
    transcriptions: Vec<beside::SideTranscription>,
    detection: Option<Box<detection::Detection>>,
    /// SID, address and seconds of the recording of the whole call.
    whole: Option<(String, String, u32)>,
    status_callback: Option<String>,
    sequence: u32,
    /// How an incoming call was refused.
    refused_as: Option<LegState>,
}

impl Driver {
    /// Returns the driver of a call that was just accepted.
    pub fn new(service: Arc<Service>, sid: String, create: CreateCall, leg: PracticeLeg, orders: mpsc::UnboundedReceiver<Command>) -> Self {
        Self::of_origin(service, sid, create, leg, orders, Origin::Api)
    }

    /// Returns the driver of a call of any origin.
    pub fn of_origin(
        service: Arc<Service>,
        sid: String,
        create: CreateCall,
        leg: PracticeLeg,
        orders: mpsc::UnboundedReceiver<Command>,
        origin: Origin,
    ) -> Self {
        let (post, events) = mpsc::unbounded_channel();
        let heard = heard_to(&post, Event::CalleeHeard);
        let line = Line::new(&service.network, &sid, &create.to, leg, (pieces_to(&post, Event::CalleeSpeech), heard));
        let hooks = news_of(&service, &sid, &line);
        Self {
            status_callback: create.status_callback.clone(),
            service,
            sid,
            origin,
            create,
            line,
            orders,
            events,
            post,
            hooks,
            doing: Doing::Waiting,
            stay: None,
            backdrop: stay::Backdrop::default(),
            script: Script::default(),
            tapes: Vec::new(),
            streams: Vec::new(),
            transcriptions: Vec::new(),
            detection: None,
            whole: None,
            sequence: 0,
            refused_as: None,
        }
    }

    /// Runs the call to its end.
    pub async fn run(mut self) {
        let mut closing = self.service.network.closing.subscribe();
        match &self.origin {
            Origin::Inbound { .. } => self.rings_in(),
            Origin::Api | Origin::Participant { .. } | Origin::Dialled { .. } => self.tell(Input::Placed),
        }
        while !self.line.is_over() {
            if *closing.borrow_and_update() {
                self.hang_up("caller");
                continue;
            }
            let wake_at = self.line.clock.instant_of(self.line.next_wakeup());
            let socket = match &mut self.doing {
                Doing::Streaming(streaming) => Some(&mut streaming.incoming),
                Doing::Relaying(relaying) => Some(&mut relaying.incoming),
                _ => None,
            };
            tokio::select! {
                biased;
                order = self.orders.recv() => match order {
                    Some(order) => self.obey(order),
                    // The record of a running call is never deleted, so this is the end of the sandbox.
                    None => self.hang_up("caller"),
                },
                _ = closing.changed() => {}
                () = tokio::time::sleep_until(wake_at) => self.time_passes(),
                Some(event) = self.events.recv() => self.happened(event),
                came = next_message(socket) => self.socket_came(came),
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
    }

    /// Moves 20 ms of sound both ways.
    fn tick(&mut self) {
        let (mut down, mut up) = (SILENCE, SILENCE);
        self.play_to_callee(&mut down);
        self.stay_hear(&mut down);
        for input in self.line.hear(&down) {
            self.tell(Input::Callee(input));
        }
        if let Some(line) = self.line.voice.fill(&mut up) {
            self.tell(Input::Callee(CalleeInput::Finished { line }));
        }
        for tape in &mut self.tapes {
            tape.push(&up, &down);
        }
        self.beside_frame(&up, &down);
        self.stay_frame(&up);
        self.detection_frame(&up);
        match &self.doing {
            Doing::Streaming(_) => self.stream_frame(&up),
            Doing::Relaying(_) => self.relay_frame(&up),
            Doing::Gathering(_) => self.gather_frame(&up),
            Doing::Recording(_) => self.record_frame(&up),
            Doing::Prompting if self.line.prompter.is_done() => self.next_verb(),
            Doing::SendingDigits if self.line.prompter.is_done() => self.begin(),
            Doing::Prompting | Doing::SendingDigits | Doing::Waiting | Doing::Detecting | Doing::Staying => {}
        }
        self.misbehave();
    }

    fn play_to_callee(&mut self, down: &mut [i16; FRAME_SAMPLES]) {
        match &self.doing {
            Doing::Streaming(_) => self.play_stream(down),
            Doing::Relaying(_) => self.relay_play(down),
            Doing::Prompting | Doing::SendingDigits | Doing::Gathering(_) | Doing::Recording(_) => {
                let needs = self.line.prompter.fill(down);
                self.get(needs);
            }
            Doing::Staying => self.stay_play(down),
            Doing::Waiting | Doing::Detecting => {}
        }
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

    fn drop_line(&mut self) {
        self.line.has_dropped = true;
        self.leave_stay(stay::Because::Lost);
        self.note(|truth| truth.ended_by = Some("fault".into()));
        let now = wall_clock();
        self.service.registry.change(&self.sid, |call| {
            call.state = LegState::Failed;
            call.ended_at = Some(now);
            call.resource.status = Some(CallStatus::of_leg_in_rest(LegState::Failed).as_str().into());
        });
    }

    fn tell(&mut self, input: Input) {
        let now = self.line.clock.now();
        for told in self.line.handle(input) {
            match told {
                Told::State { state, sip_code, ended_by } => self.state_changed(now, state, sip_code, ended_by),
                Told::Key(key) => self.callee_pressed(key),
                Told::Beep => self.detection_beep(),
            }
        }
    }

    fn happened(&mut self, event: Event) {
        match event {
            Event::CalleeSpeech(line, piece) => self.line.voice.take_piece(line, piece),
            Event::CarrierSpeech(job, VoicePiece::Audio(samples)) => self.line.prompter.take(job, &samples),
            Event::CarrierSpeech(job, VoicePiece::End | VoicePiece::Failed) => self.line.prompter.complete(job),
            Event::CalleeHeard(heard) => self.line.voice.take_heard(heard),
            Event::CarrierHeard(number, heard) => self.carrier_heard(number, heard),
            Event::SideSocket(sid, came) => self.side_socket(&sid, came),
            Event::RelaySpeech(job, piece) => self.relay_speech(job, piece),
            Event::RelayFile(job, samples) => self.relay_file(job, samples),
            Event::Document(request, reply) => self.document_came(request, reply),
            Event::Rested(request) if request == self.script.request => self.next_verb(),
            Event::Rested(_) => {}
            Event::File(job, Ok(samples)) => {
                self.line.prompter.take(job, &samples);
                self.line.prompter.complete(job);
            }
            Event::File(job, Err(code)) => {
                self.failed(code);
                self.line.prompter.complete(job);
            }
        }
    }

    fn obey(&mut self, order: Command) {
        match order {
            Command::HangUp => self.hang_up("caller"),
            Command::Between(word) => self.between(word),
            Command::StartStream { sid, start } => self.start_stream(sid, start),
            Command::StopStream(name) => self.stop_side_stream(Some(&name)),
            Command::StartTranscription { sid, start } => self.start_transcription(sid, *start),
            Command::StopTranscription(name) => self.stop_side_transcription(Some(&name)),
            Command::Redirect(instructions) => self.redirect(instructions),
            Command::TimeLimit(seconds) => {
                let from = self.line.answered_at.unwrap_or_else(|| self.line.clock.now());
                self.line.leg.limit_time(from, Duration::from_secs(seconds.into()));
            }
            Command::StatusCallback(url) => self.status_callback = Some(url),
            Command::StatusCallbackMethod(method) => self.create.status_callback_method = Some(method),
            Command::Fallback(url, method) => (self.create.fallback_url, self.create.fallback_method) = (Some(url), method),
            Command::StartRecording { sid, start } => self.start_tape(Tape::started(sid, start)),
            Command::UpdateRecording { sid, status, skips } => self.update_tape(&sid, &status, skips),
        }
    }

    fn socket_came(&mut self, came: crate::media_socket::Came) {
        match &self.doing {
            Doing::Relaying(_) => self.relay_came(came),
            _ => self.stream_came(came),
        }
    }

    fn hang_up(&mut self, by: &'static str) {
        self.line.ended_by.get_or_insert(by);
        self.tell(Input::HangUp);
    }

    /// Gets what the carrier's own sounds need.
    fn get(&mut self, needs: Vec<Need>) {
        for need in needs {
            match need {
                Need::Speech { job, text } => {
                    let post = self.post.clone();
                    self.line.say(&self.service.network, &text, move |piece| {
                        // Nobody listens any more: the call is over.
                        let _ = post.send(Event::CarrierSpeech(job, piece));
                    });
                }
                Need::File { job, url } => self.fetch_file(job, &url),
            }
        }
    }

    /// Returns the way to this call itself, for others.
    fn own_commands(&self) -> Option<mpsc::UnboundedSender<Command>> {
        self.service.registry.with(|shelves| shelves.calls.get(&self.sid).map(|call| call.commands.clone()))
    }

    /// Returns the parameters that every request about this call carries.
    fn callback(&self, status: CallStatus) -> CallCallback {
        let to = self.service.registry.with(|shelves| shelves.calls.get(&self.sid).and_then(|call| call.resource.to.clone()));
        let to = to.unwrap_or_else(|| self.create.to.clone());
        let callback = CallCallback::document_request(&self.service.credentials.account_sid, &self.sid, &self.create.from, &to, status);
        let (direction, parent) = (self.origin.direction().to_owned(), self.origin.parent().map(str::to_owned));
        CallCallback { direction, parent_call_sid: parent, ..callback }
    }

    fn hook(&self, kind: &'static str, method: Method, url: String, form: wire::http::Form<'static>) {
        // The sender ends with the sandbox only.
        let _ = self.hooks.send(Hook { kind, method, url, form });
    }

    fn callee_pressed(&mut self, key: char) {
        self.beside_key(key);
        self.stay_key(key);
        match &self.doing {
            Doing::Streaming(_) => self.stream_key(key),
            Doing::Relaying(_) => self.relay_key(key),
            Doing::Gathering(_) => self.gather_key(key),
            Doing::Recording(_) => self.record_key(key),
            Doing::Waiting | Doing::Detecting | Doing::SendingDigits | Doing::Prompting | Doing::Staying => {}
        }
    }

    /// Opens one of the carrier's own ears.
    fn open_ear(&mut self, wanted: Wanted) -> (u32, Ear) {
        let post = self.post.clone();
        self.line.open_ear(&self.service.network, wanted, move |number, heard| {
            // Nobody listens any more: the call is over.
            let _ = post.send(Event::CarrierHeard(number, heard));
        })
    }

    fn carrier_heard(&mut self, number: u32, heard: Heard) {
        match &self.doing {
            Doing::Relaying(relaying) if relaying.listens_with(number) => self.relay_heard(heard),
            Doing::Gathering(gathering) if gathering.listens_with(number) => self.gather_heard(number, heard),
            _ => self.transcription_heard(number, heard),
        }
    }

    /// Something that Twilio can do and the practice network cannot is passed over, and named.
    fn unsupported(&self, what: &str) {
        self.failed(12_200);
        self.note(|truth| keep(&mut truth.unsupported, what.to_owned()));
    }

    fn failed(&self, code: u32) {
        tracing::debug!(call = %self.sid, code, "the practice network reports an error");
        self.note(|truth| keep(&mut truth.errors, code));
        self.service.log.complain(&self.sid, code, wall_clock());
    }

    fn note(&self, change: impl FnOnce(&mut CallTruth)) {
        self.line.note(change);
    }
}

/// Starts the sender of a call's news.
fn news_of(service: &Arc<Service>, sid: &str, line: &Line) -> mpsc::UnboundedSender<Hook> {
    let reorders = line.faults.webhook == Some(WebhookFault::Reordered);
    let (webhooks, log, sid, truth) = (service.webhooks.clone(), service.log.clone(), sid.to_owned(), line.truth.clone());
    send_in_order(&service.network, (line.truth.clone(), line.clock), reorders, move |hook| {
        let (webhooks, log, sid, truth) = (webhooks.clone(), log.clone(), sid.clone(), truth.clone());
        async move {
            let reply = webhooks.send(hook.method, &hook.url, &hook.form).await;
            let status = reply.as_ref().ok().map(|reply| reply.status);
            if !status.is_some_and(|status| (200..300).contains(&status)) {
                truth.note(|truth| keep(&mut truth.errors, NEWS_NOT_TAKEN));
                log.complain(&sid, NEWS_NOT_TAKEN, wall_clock());
            }
            status
        }
    })
}

/// Waits for the next message of a stream, for ever if there is none.
async fn next_message(socket: Option<&mut mpsc::Receiver<crate::media_socket::Came>>) -> crate::media_socket::Came {
    match socket {
        Some(socket) => socket.recv().await.unwrap_or(crate::media_socket::Came::Closed),
        None => std::future::pending().await,
    }
}

fn pieces_to(post: &mpsc::UnboundedSender<Event>, event: fn(u32, VoicePiece) -> Event) -> Arc<dyn Fn(u32, VoicePiece) + Send + Sync> {
    let post = post.clone();
    Arc::new(move |id, piece| {
        // Nobody listens any more: the call is over.
        let _ = post.send(event(id, piece));
    })
}

fn heard_to(post: &mpsc::UnboundedSender<Event>, event: fn(Heard) -> Event) -> HeardSink {
    let post = post.clone();
    Arc::new(move |heard| {
        let _ = post.send(event(heard));
    })
}
