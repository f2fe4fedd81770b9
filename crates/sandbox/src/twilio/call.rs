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
use ports::speech_to_text::{Heard, HeardSink};
use ports::text_to_speech::{Speaking, Voice, VoicePiece};
use simulator::callee::{Input as CalleeInput, Output as CalleeOutput};
use simulator::network::{Input, Output, PracticeLeg};
use telephony::SessionTime;
use telephony::leg::LegState;
use tokio::sync::mpsc;
use wire::http::Method;
use wire::twilio::callback::CallCallback;
use wire::twilio::document::Verb;
use wire::twilio::rest::CreateCall;
use wire::twilio::status::CallStatus;

use super::Service;
use super::post::{Hook, send_in_order};
use super::registry::Command;
use super::webhooks::{HookError, HookReply};
use crate::callee_voice::{CalleeVoice, speak};
use crate::clock::{Clock, wall_clock};
use crate::ear::Ear;
use crate::faults::Faults;
use crate::prompter::{Need, Prompter};
use crate::truth::{CallTruth, Notes, keep};

pub(super) use document::samples_of;
pub(super) use origin::Origin;
pub(super) use tape::Tape;

/// Length of a frame.
const FRAME: Duration = Duration::from_millis(20);

/// How long the callee's ears may take for what was said last before the end.
const LAST_WORDS: Duration = Duration::from_secs(8);

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
    SideSocket(String, super::media_socket::Came),
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
    /// When the last documents were asked for.
    recent: VecDeque<SessionTime>,
}

/// Runs one call from the request to the last webhook.
pub(super) struct Driver {
    service: Arc<Service>,
    sid: String,
    origin: Origin,
    truth: Notes,
    create: CreateCall,
    leg: PracticeLeg,
    clock: Clock,
    orders: mpsc::UnboundedReceiver<Command>,
    /// Unbounded, but fed only by work that this call asked for.
    events: mpsc::UnboundedReceiver<Event>,
    post: mpsc::UnboundedSender<Event>,
    hooks: mpsc::UnboundedSender<Hook>,
    voice: CalleeVoice,
    prompter: Prompter,
    carrier_speech: Option<Box<dyn Speaking>>,
    doing: Doing,
    stay: Option<stay::Stay>,
    backdrop: stay::Backdrop,
    script: Script,
    tapes: Vec<Tape>,
    streams: Vec<beside::SideStream>,
    transcriptions: Vec<beside::SideTranscription>,
    detection: Option<Box<detection::Detection>>,
    /// Ears that the carrier has opened on this call.
    ears: u32,
    /// SID, address and seconds of the recording of the whole call.
    whole: Option<(String, String, u32)>,
    status_callback: Option<String>,
    sequence: u32,
    answered_at: Option<SessionTime>,
    frames: u64,
    faults: Faults,
    has_dropped: bool,
    ended_by: Option<&'static str>,
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
        let truth = service.truth.begin(&sid, &create.to);
        let clock = Clock::start(service.config.times.pace);
        let (post, events) = mpsc::unbounded_channel();
        let faults = service.faults.of_call(&sid);
        truth.note(|truth| truth.faults = faults.names());
        let hooks = send_in_order(&service, &sid, truth.clone(), clock);
        let voice = CalleeVoice::new(service.config.speech.clone(), pieces_to(&post, Event::CalleeSpeech), heard_to(&post, Event::CalleeHeard));
        Self {
            status_callback: create.status_callback.clone(),
            service,
            sid,
            origin,
            truth,
            create,
            leg,
            clock,
            orders,
            events,
            post,
            hooks,
            voice,
            prompter: Prompter::default(),
            carrier_speech: None,
            doing: Doing::Waiting,
            stay: None,
            backdrop: stay::Backdrop::default(),
            script: Script::default(),
            tapes: Vec::new(),
            streams: Vec::new(),
            transcriptions: Vec::new(),
            detection: None,
            ears: 0,
            whole: None,
            sequence: 0,
            answered_at: None,
            frames: 0,
            faults,
            has_dropped: false,
            ended_by: None,
            refused_as: None,
        }
    }

    /// Runs the call to its end.
    pub async fn run(mut self) {
        let mut closing = self.service.closing.subscribe();
        match &self.origin {
            Origin::Inbound { .. } => self.rings_in(),
            Origin::Api | Origin::Participant { .. } | Origin::Dialled { .. } => self.tell(Input::Placed),
        }
        while !self.leg.state().is_terminal() && !self.has_dropped {
            if *closing.borrow_and_update() {
                self.hang_up("caller");
                continue;
            }
            let wake_at = self.clock.instant_of(self.next_wakeup());
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
        if !self.has_dropped {
            self.hear_out().await;
        }
    }

    /// The line is gone, but the callee may not have understood yet what was said last: words reach the mind after the ear.
    async fn hear_out(&mut self) {
        let mut closing = self.service.closing.subscribe();
        let patience = tokio::time::sleep(LAST_WORDS);
        tokio::pin!(patience);
        while self.voice.is_listening() && !*closing.borrow_and_update() {
            if let Some(input) = self.voice.last_words() {
                self.note_heard(&input);
                self.tell(Input::Callee(input));
                break;
            }
            tokio::select! {
                biased;
                Some(event) = self.events.recv() => {
                    if let Event::CalleeHeard(heard) = event {
                        self.voice.take_heard(heard);
                    }
                }
                _ = closing.changed() => {}
                () = &mut patience => break,
            }
        }
        let messages = self.leg.callee().messages().to_vec();
        self.note(|truth| truth.messages = messages);
    }

    fn next_wakeup(&self) -> SessionTime {
        // A day is longer than any call.
        let never = SessionTime::ZERO + Duration::from_secs(86_400);
        let tick = self.next_tick();
        self.leg.next_wakeup().into_iter().chain(tick).min().unwrap_or(never)
    }

    fn next_tick(&self) -> Option<SessionTime> {
        let elapsed = FRAME * u32::try_from(self.frames + 1).unwrap_or(u32::MAX);
        self.answered_at.map(|answered_at| answered_at + elapsed)
    }

    fn time_passes(&mut self) {
        let now = self.clock.now();
        if self.leg.next_wakeup().is_some_and(|at| at <= now) {
            self.tell(Input::Wakeup);
        }
        while let Some(due) = self.next_tick().filter(|due| *due <= now)
            && !self.leg.state().is_terminal()
            && !self.has_dropped
        {
            let late_ms = u64::try_from(now.since(due).as_millis()).unwrap_or(u64::MAX);
            self.note(|truth| truth.latest_frame_ms = truth.latest_frame_ms.max(late_ms));
            self.frames += 1;
            self.tick();
        }
    }

    /// Moves 20 ms of sound both ways.
    fn tick(&mut self) {
        let (mut down, mut up) = (SILENCE, SILENCE);
        self.play_to_callee(&mut down);
        self.stay_hear(&mut down);
        for input in self.voice.hear(&down) {
            self.note_heard(&input);
            self.tell(Input::Callee(input));
        }
        if let Some(line) = self.voice.fill(&mut up) {
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
            Doing::Prompting if self.prompter.is_done() => self.next_verb(),
            Doing::SendingDigits if self.prompter.is_done() => self.begin(),
            Doing::Prompting | Doing::SendingDigits | Doing::Waiting | Doing::Detecting | Doing::Staying => {}
        }
        self.misbehave();
    }

    fn play_to_callee(&mut self, down: &mut [i16; FRAME_SAMPLES]) {
        match &self.doing {
            Doing::Streaming(_) => self.play_stream(down),
            Doing::Relaying(_) => self.relay_play(down),
            Doing::Prompting | Doing::SendingDigits | Doing::Gathering(_) | Doing::Recording(_) => {
                let needs = self.prompter.fill(down);
                self.get(needs);
            }
            Doing::Staying => self.stay_play(down),
            Doing::Waiting | Doing::Detecting => {}
        }
    }

    /// Applies the faults that were switched on when the call was made.
    fn misbehave(&mut self) {
        let lasted = FRAME * u32::try_from(self.frames).unwrap_or(u32::MAX);
        if self.faults.callee_hangs_up_after.is_some_and(|after| lasted >= after) {
            self.ended_by = Some("fault");
            self.tell(Input::CalleeHangsUp);
        } else if self.faults.line_drops_after.is_some_and(|after| lasted >= after) {
            self.has_dropped = true;
            self.leave_stay(stay::Because::Lost);
            self.note(|truth| truth.ended_by = Some("fault".into()));
            let now = wall_clock();
            self.service.registry.change(&self.sid, |call| {
                call.state = LegState::Failed;
                call.ended_at = Some(now);
                call.resource.status = Some(CallStatus::of_leg_in_rest(LegState::Failed).as_str().into());
            });
        }
    }

    fn tell(&mut self, input: Input) {
        let now = self.clock.now();
        for output in self.leg.handle(now, input) {
            match output {
                Output::State { state, sip_code, ended_by } => self.state_changed(now, state, sip_code, ended_by),
                Output::Callee(CalleeOutput::SendDigit(digit)) => self.callee_pressed(digit.as_char()),
                Output::Callee(output) => {
                    if let CalleeOutput::Say { text, .. } = &output {
                        self.note(|truth| keep(&mut truth.callee_said, text.clone()));
                    }
                    if output == CalleeOutput::Beep {
                        self.detection_beep();
                    }
                    self.voice.carry_out(&output);
                }
            }
        }
    }

    fn happened(&mut self, event: Event) {
        match event {
            Event::CalleeSpeech(line, piece) => self.voice.take_piece(line, piece),
            Event::CarrierSpeech(job, VoicePiece::Audio(samples)) => self.prompter.take(job, &samples),
            Event::CarrierSpeech(job, VoicePiece::End | VoicePiece::Failed) => self.prompter.complete(job),
            Event::CalleeHeard(heard) => self.voice.take_heard(heard),
            Event::CarrierHeard(number, heard) => self.carrier_heard(number, heard),
            Event::SideSocket(sid, came) => self.side_socket(&sid, came),
            Event::RelaySpeech(job, piece) => self.relay_speech(job, piece),
            Event::RelayFile(job, samples) => self.relay_file(job, samples),
            Event::Document(request, reply) => self.document_came(request, reply),
            Event::Rested(request) if request == self.script.request => self.next_verb(),
            Event::Rested(_) => {}
            Event::File(job, Ok(samples)) => {
                self.prompter.take(job, &samples);
                self.prompter.complete(job);
            }
            Event::File(job, Err(code)) => {
                self.failed(code);
                self.prompter.complete(job);
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
                let from = self.answered_at.unwrap_or_else(|| self.clock.now());
                self.leg.limit_time(from, Duration::from_secs(seconds.into()));
            }
            Command::StatusCallback(url) => self.status_callback = Some(url),
            Command::StatusCallbackMethod(method) => self.create.status_callback_method = Some(method),
            Command::Fallback(url, method) => (self.create.fallback_url, self.create.fallback_method) = (Some(url), method),
            Command::StartRecording { sid, start } => self.start_tape(Tape::started(sid, start)),
            Command::UpdateRecording { sid, status, skips } => self.update_tape(&sid, &status, skips),
        }
    }

    fn socket_came(&mut self, came: super::media_socket::Came) {
        match &self.doing {
            Doing::Relaying(_) => self.relay_came(came),
            _ => self.stream_came(came),
        }
    }

    fn hang_up(&mut self, by: &'static str) {
        self.ended_by.get_or_insert(by);
        self.tell(Input::HangUp);
    }

    /// Gets what the carrier's own sounds need.
    fn get(&mut self, needs: Vec<Need>) {
        for need in needs {
            match need {
                Need::Speech { job, text } => {
                    let post = self.post.clone();
                    let sink = move |piece| {
                        let _ = post.send(Event::CarrierSpeech(job, piece));
                    };
                    self.carrier_speech = speak(self.service.config.speech.as_ref(), &text, Voice::default(), sink);
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
    fn open_ear(&mut self) -> (u32, Ear) {
        self.ears += 1;
        let (number, post) = (self.ears, self.post.clone());
        let sink: HeardSink = Arc::new(move |heard| {
            // Nobody listens any more: the call is over.
            let _ = post.send(Event::CarrierHeard(number, heard));
        });
        let engine = self.service.config.speech.as_ref().map(|speech| speech.ears.as_ref());
        (number, Ear::open(engine, sink))
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

    fn note_heard(&self, input: &CalleeInput) {
        match input {
            CalleeInput::HeardEnd { text } => self.note(|truth| keep(&mut truth.callee_heard, text.clone())),
            CalleeInput::Digit(digit) => self.note(|truth| truth.keys_heard.push(digit.as_char())),
            _ => {}
        }
    }

    fn failed(&self, code: u32) {
        tracing::debug!(call = %self.sid, code, "the practice network reports an error");
        self.note(|truth| keep(&mut truth.errors, code));
        self.service.log.complain(&self.sid, code, wall_clock());
    }

    fn note(&self, change: impl FnOnce(&mut CallTruth)) {
        self.truth.note(change);
    }
}

/// Waits for the next message of a stream, for ever if there is none.
async fn next_message(socket: Option<&mut mpsc::Receiver<super::media_socket::Came>>) -> super::media_socket::Came {
    match socket {
        Some(socket) => socket.recv().await.unwrap_or(super::media_socket::Came::Closed),
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
