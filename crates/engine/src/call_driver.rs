//! One call, one task: everything that can happen to it comes through one closed [`Event`], goes to its machines, and
//! what they answer is done in order.
//!
//! Control comes before audio. Nothing here waits for a model, a carrier or a disk: each of them works beside and
//! answers with an event. What went into the machines and what came out is written to the trace.

mod carrier_recording;
mod carrier_work;
mod ending;
mod guests;
mod overhearing;
mod paid_legs;
mod recording;
mod room;
mod second_provider;
mod takeover;
mod talk;
mod text_talk;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::assistant::compliance::recording::RecordingPlan;
use ::assistant::policy::{Cleared, Reserve};
use dialogue::brief::Brief;
use dialogue::conversation::{self, Conversation};
use dialogue::moves::{Thought, ThoughtId};
use ports::brain::{Brain, Mind};
use ports::carrier::{CallRequest, Carrier, CarrierCall, CarrierError, CarrierEvent, ConversationMode, RelayEvent, Track};
use ports::speech_to_text::{Heard, Listening, SpeechToText};
use ports::text_to_speech::{TextToSpeech, Voice, VoicePiece};
use ports::turn_vote::EndOfTurn;
use telephony::call::{self, CallMachine};
use telephony::plan::Plan;
use telephony::{AudioPosition, CarrierCallId, SessionTime, UtteranceId};
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::breakers::Breakers;
use crate::filling::{Filling, Secrets};
use crate::live::{LiveEvent, RoomChange};
use crate::media_lane::{LaneConfig, MediaLane};
use crate::media_link::{DriverEnd, FromCarrier};
use crate::recorder::Recorder;
use crate::recording_guard::RecordingGuard;
use crate::relay_link::RelayDriverEnd;
use crate::scribe::Scribe;
use crate::trace_writer::{Setup, TraceWriter, Traced};
use crate::voicing::{RenderId, Voicing};

pub use carrier_recording::CarrierRecording;
pub use ending::CallOutcome;
pub use overhearing::MakeOverhear;
pub use recording::{NotYet, Recorded};
pub use room::RoomWish;
pub use second_provider::{PassedOver, SecondWay};
pub use takeover::{TakeoverAddresses, TakeoverOrder};

/// Control events that may wait for a driver. Each producer has few under way, so only a stuck driver meets the bound.
const CONTROL_AT_MOST: usize = 1_024;

/// Everything that can happen to a call, but for its audio and the passing of time.
pub enum Event {
    /// The carrier says something of the leg.
    Leg(CarrierEvent),
    /// The carrier's media stream was let in.
    MediaOpened(DriverEnd),
    /// The carrier's stream of texts was let in.
    RelayOpened(RelayDriverEnd),
    /// The carrier asks for its next plan, and says what it heard meanwhile.
    TurnAsked(CarrierEvent, oneshot::Sender<Plan>),
    /// The carrier answered a request of ours.
    Carrier(CarrierReply),
    /// The ears heard something.
    Heard(Heard),
    /// The sound's vote on whether an utterance is finished, in percent.
    Voted(UtteranceId, u8),
    /// The mind answered.
    Thought(ThoughtId, Thought),
    /// A piece of speech has come.
    Voice(RenderId, VoicePiece),
    /// The stop request is on disk, or could not be put there.
    OptOutKept(bool),
    /// The user wants to take the call over.
    TakeOver(TakeoverOrder),
    /// Their telephone was rung, or not.
    OperatorPlaced(Result<CarrierCall, CarrierError>),
    /// Their telephone asks what to do.
    OperatorAsked(CarrierEvent, oneshot::Sender<Plan>),
    /// They have left the room, and their telephone asks what to do.
    OperatorLeft(CarrierEvent, oneshot::Sender<Plan>),
    /// News of the leg to their telephone.
    OperatorLeg(CarrierEvent),
    /// The user, who has the call, wants something in the room.
    Wished(RoomWish),
    /// The carrier has done it, or not.
    WishDone(RoomChange, Result<(), CarrierError>),
    /// A guest's telephone was rung, or not.
    GuestPlaced(Result<CarrierCall, CarrierError>),
    /// A guest's telephone asks what to do.
    GuestAsked(CarrierEvent, oneshot::Sender<Plan>),
    /// News of the leg to a guest's telephone.
    GuestLeg(CarrierEvent),
    /// A stream was let in that only listens to the talk of others.
    OverhearingOpened(DriverEnd),
    /// The ears heard something there.
    Overheard(Track, Heard),
    /// The carrier asks what all in the room are to hear.
    AnnouncementAsked(oneshot::Sender<Plan>),
    /// The callee's leg was sent to ask, or not.
    SentElsewhere(Result<(), CarrierError>),
    /// It asks.
    ElsewhereAsked(CarrierEvent, oneshot::Sender<Plan>),
    /// The user wants the call ended with a goodbye.
    EndPolitely,
    /// The user wants the call gone at once.
    Cancel,
}

/// The carrier's answer to a request of ours.
pub enum CarrierReply {
    /// To the dial.
    Dialed(Result<CarrierCall, CarrierError>),
    /// It was not asked: "dialing" could not be written.
    NotAsked,
    /// To the question which calls there are.
    Found(Result<Vec<CarrierCall>, CarrierError>),
    /// To the question how the leg is.
    Polled(Result<Option<CarrierCall>, CarrierError>),
    /// To the hang-up.
    HungUp(Result<(), CarrierError>),
}

/// Where a call's events are sent. Never waits and never drops silently: a queue that is full ends the call.
#[derive(Clone)]
pub struct ControlSender {
    sender: mpsc::Sender<Event>,
    has_overflowed: Arc<AtomicBool>,
}

impl ControlSender {
    /// Sends an event; one for a call that is over is dropped.
    pub fn send(&self, event: Event) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.sender.try_send(event) {
            self.has_overflowed.store(true, Ordering::Relaxed);
        }
    }
}

/// Where a driver takes its events from.
pub struct ControlReceiver {
    receiver: mpsc::Receiver<Event>,
    has_overflowed: Arc<AtomicBool>,
}

/// Returns the two ends of a call's control.
pub fn control() -> (ControlSender, ControlReceiver) {
    let (sender, receiver) = mpsc::channel(CONTROL_AT_MOST);
    let has_overflowed = Arc::new(AtomicBool::new(false));
    (ControlSender { sender, has_overflowed: has_overflowed.clone() }, ControlReceiver { receiver, has_overflowed })
}

/// The world as a call sees it.
#[derive(Clone)]
pub struct CallPorts {
    /// Who connects us.
    pub carrier: Arc<dyn Carrier>,
    /// The ears.
    pub ears: Arc<dyn SpeechToText>,
    /// The voice.
    pub voice: Arc<dyn TextToSpeech>,
    /// The vote on the end of a turn, if there is one.
    pub end_of_turn: Option<Arc<dyn EndOfTurn>>,
    /// The mind.
    pub brain: Arc<dyn Brain>,
    /// Which phone providers are left alone for a while: those of the gate.
    pub breakers: Arc<Breakers>,
}

/// How a call begins.
pub enum Begins {
    /// We dial, with leave to, which the dial uses up.
    Dialed(Box<Cleared>),
    /// It came to us, and the carrier names it so.
    Arrived(CarrierCallId),
}

/// One call to be made.
pub struct CallOrder {
    /// How it begins.
    pub begins: Begins,
    /// What the carrier must know.
    pub request: CallRequest,
    /// Who dials if the carrier surely did not; used only if the clearance is for two.
    pub second: Option<SecondWay>,
    /// What the conversation must know.
    pub brief: Brief,
    /// What is filled in as it is spoken.
    pub secrets: Secrets,
    /// The conversation's times.
    pub conversation: conversation::Config,
    /// The leg's times.
    pub call: call::Config,
    /// The lane's times.
    pub lane: LaneConfig,
    /// Our manner of speaking.
    pub voice: Voice,
    /// Recorder and trace.
    pub records: Records,
    /// How the conversation is held.
    pub mode: ConversationMode,
    /// Where the carrier asks for each of our turns, and where a call goes on whose stream does not come about.
    pub turn_url: String,
    /// Where the carrier asks if the user takes the call over.
    pub takeover: TakeoverAddresses,
    /// Makes the plan that opens the conversation's stream once more, with a token of its own.
    pub reopen: Reopen,
    /// Lets us listen on once the user has the call, if that is wanted.
    pub overhear: MakeOverhear,
}

/// Makes the plan that opens a conversation's stream once more.
pub type Reopen = Box<dyn Fn() -> Plan + Send>;

/// One call under way.
pub struct CallDriver {
    ports: CallPorts,
    control: ControlReceiver,
    sender: ControlSender,
    began: Instant,
    cleared: Option<Cleared>,
    /// Leave to dial by the second provider.
    reserve: Option<Reserve>,
    second: Option<SecondWay>,
    arrived: Option<CarrierCallId>,
    request: CallRequest,
    call: CallMachine,
    conversation: Conversation,
    mode: ConversationMode,
    turn_url: String,
    takeover: Option<takeover::Takeover>,
    paid_legs: paid_legs::PaidLegs,
    /// The user wants the call as soon as there is one.
    wanted_takeover: Option<TakeoverOrder>,
    takeover_addresses: TakeoverAddresses,
    reopen: Reopen,
    overhear: MakeOverhear,
    overhearing: Option<overhearing::Overhearing>,
    /// The next stream is that of a call that comes back.
    is_coming_back: bool,
    /// Where and when our stream ended as the call went elsewhere.
    left_at: Option<(AudioPosition, SessionTime)>,
    /// When texts began to flow first.
    text_since: Option<SessionTime>,
    text: Option<text_talk::TextTalk>,
    text_was_open: bool,
    carrier_recording: Option<CarrierRecording>,
    lane: Option<MediaLane>,
    /// When the leg's machine heard last that its stream carries sound.
    media_flowed_at: Option<SessionTime>,
    lane_config: LaneConfig,
    make_recorder: Option<MakeRecorder>,
    recorder: Option<Recorder>,
    guard: RecordingGuard,
    delete_recording: Option<DeleteRecording>,
    deleting: Option<JoinHandle<()>>,
    listening: Option<Box<dyn Listening>>,
    mind: Box<dyn Mind>,
    voicing: Voicing,
    filling: Filling,
    vote_window: talk::VoteWindow,
    held_back: Vec<conversation::Output>,
    watchers: broadcast::Sender<LiveEvent>,
    scribe: Scribe,
    trace: Option<TraceWriter>,
    facts: ending::Facts,
}

impl CallDriver {
    /// Returns a driver that has not begun. `sender` must be the other end of `control`.
    pub fn new(
        order: CallOrder,
        ports: CallPorts,
        (sender, control): (ControlSender, ControlReceiver),
        watchers: broadcast::Sender<LiveEvent>,
        scribe: Scribe,
    ) -> Self {
        let thoughts = sender.clone();
        let mind = ports.brain.open(&order.brief, Box::new(move |id, thought| thoughts.send(Event::Thought(id, thought))));
        let pieces = sender.clone();
        let voicing = Voicing::new(ports.voice.clone(), order.voice, Arc::new(move |id, piece| pieces.send(Event::Voice(id, piece))));
        let (mut cleared, arrived) = match order.begins {
            Begins::Dialed(cleared) => (Some(*cleared), None),
            Begins::Arrived(call) => (None, Some(call)),
        };
        let reserve = cleared.as_mut().and_then(Cleared::take_reserve);
        let call = call::Config { has_second: reserve.is_some() && order.second.is_some(), ..order.call };
        let mut trace = order.records.trace;
        if let Some(trace) = &mut trace {
            trace.begin(&Setup { brief: order.brief.clone(), conversation: order.conversation.clone(), call: call.clone() });
        }
        Self {
            vote_window: talk::VoteWindow::new(ports.end_of_turn.is_some()),
            ports,
            control,
            sender,
            began: Instant::now(),
            cleared,
            reserve,
            second: order.second,
            arrived,
            request: order.request,
            call: CallMachine::new(call),
            conversation: Conversation::new(order.brief, order.conversation),
            mode: order.mode,
            turn_url: order.turn_url,
            takeover: None,
            paid_legs: paid_legs::PaidLegs::default(),
            wanted_takeover: None,
            takeover_addresses: order.takeover,
            reopen: order.reopen,
            overhear: order.overhear,
            overhearing: None,
            is_coming_back: false,
            left_at: None,
            text_since: None,
            text: None,
            text_was_open: false,
            carrier_recording: order.records.carrier,
            lane: None,
            media_flowed_at: None,
            lane_config: order.lane,
            make_recorder: order.records.recorder,
            recorder: None,
            guard: RecordingGuard::new(&order.records.plan),
            delete_recording: order.records.delete,
            deleting: None,
            listening: None,
            mind,
            voicing,
            filling: Filling::new(order.secrets),
            held_back: Vec::new(),
            watchers,
            scribe,
            trace,
            facts: ending::Facts::default(),
        }
    }

    /// Makes the call and returns what came of it, once the carrier's leg is over and everything is on disk.
    pub async fn run(mut self) -> CallOutcome {
        // In texts the carrier hears and speaks; if its stream does not come about, too.
        if !self.mode.is_in_text() {
            self.begin_listening();
        }
        self.converse(conversation::Input::Dialing);
        let begins = self.arrived.take().map_or(call::Input::Start, |call| call::Input::Arrived { call });
        self.line(begins);
        let sleep = sleep_until(self.began);
        tokio::pin!(sleep);
        while !self.call.is_over() {
            self.step(sleep.as_mut()).await;
        }
        self.hear_the_last_words().await;
        self.finish().await
    }

    async fn step(&mut self, mut sleep: std::pin::Pin<&mut Sleep>) {
        let wake_at = self.next_wakeup();
        if let Some(at) = wake_at {
            let deadline = self.began + std::time::Duration::from_micros(at.0);
            if sleep.deadline() != deadline {
                sleep.as_mut().reset(deadline);
            }
        }
        tokio::select! {
            biased;
            event = self.control.receiver.recv() => {
                if let Some(event) = event {
                    self.take(event);
                }
            }
            () = sleep, if wake_at.is_some() => {}
            message = next_message(&mut self.lane) => self.take_media(message),
            event = next_text(&mut self.text) => self.take_relay(event),
            message = overhearing::next_overheard(&mut self.overhearing) => self.overhears(message),
        }
        self.wake();
        if self.control.has_overflowed.swap(false, Ordering::Relaxed) {
            tracing::error!("a call's control queue overflowed; the call is ended");
            self.line(call::Input::Cancel);
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Leg(event) => self.leg_event(event),
            Event::MediaOpened(end) => self.media_opened(end),
            Event::RelayOpened(end) => self.relay_opened(end),
            Event::TurnAsked(event, reply) => self.turn_asked(event, reply),
            Event::Carrier(reply) => self.carrier_replied(reply),
            Event::Heard(heard) => self.words(heard),
            Event::Voted(utterance, finished) => self.converse(conversation::Input::Voted { utterance, finished }),
            Event::Thought(id, thought) => self.converse(conversation::Input::Thought { id, thought }),
            Event::Voice(render, piece) => self.voice_piece(render, piece),
            Event::OptOutKept(is_kept) => self.opt_out_kept(is_kept),
            Event::TakeOver(order) => self.take_over(order),
            Event::OperatorPlaced(placed) => self.operator_placed(placed),
            Event::OperatorAsked(event, reply) => self.operator_asked(&event, reply),
            Event::OperatorLeft(event, reply) => self.operator_left(&event, reply),
            Event::OperatorLeg(event) => {
                self.leg_is_told(&event);
                self.operator_leg(&event);
            }
            Event::Wished(wish) => self.wished(wish),
            Event::WishDone(change, done) => self.wish_done(change, done),
            Event::GuestPlaced(placed) => self.guest_placed(placed),
            Event::GuestAsked(event, reply) => self.guest_asked(&event, reply),
            Event::GuestLeg(event) => {
                self.leg_is_told(&event);
                self.guest_leg(&event);
            }
            Event::OverhearingOpened(end) => self.overhearing_opened(end),
            Event::Overheard(track, heard) => self.overheard(track, heard),
            Event::AnnouncementAsked(reply) => self.announcement_asked(reply),
            Event::SentElsewhere(sent) => self.sent_elsewhere(sent),
            Event::ElsewhereAsked(event, reply) => self.elsewhere_asked(event, reply),
            Event::EndPolitely => self.end_politely(),
            Event::Cancel => self.line(call::Input::Cancel),
        }
    }

    fn take_media(&mut self, message: FromCarrier) {
        match message {
            FromCarrier::Audio { track: Track::FromCallee, at_millis, ulaw } => self.audio(at_millis, &ulaw),
            // Our own voice.
            FromCarrier::Audio { track: Track::ToCallee, .. } => {}
            FromCarrier::Mark(name) => {
                let mut inputs = Vec::new();
                if let Some(lane) = &mut self.lane {
                    lane.mark(&name, &mut inputs);
                }
                self.converse_all(inputs);
            }
            FromCarrier::Digit(digit) => self.converse(conversation::Input::Digit(digit)),
            FromCarrier::Closed => self.line(call::Input::MediaClosed),
        }
    }

    /// Sends the audio that is due and wakes the machines whose deadlines have come.
    fn wake(&mut self) {
        let now = self.now();
        let mut inputs = Vec::new();
        if let Some(lane) = &mut self.lane {
            lane.pace(now, &mut inputs);
        }
        self.converse_all(inputs);
        if (self.lane.is_some() || self.text.is_some()) && self.conversation.next_wakeup().is_some_and(|(at, _)| at <= now) {
            self.converse(conversation::Input::Wakeup);
        }
        if self.call.next_wakeup().is_some_and(|(at, _)| at <= now) {
            self.line(call::Input::Wakeup);
        }
        self.wake_text(now);
        if let Some(lane) = &mut self.lane {
            lane.let_out(self.guard.settled(lane.position()), self.guard.rules());
        }
    }

    fn next_wakeup(&self) -> Option<SessionTime> {
        let lane = self.lane.as_ref();
        let text = self.text.as_ref();
        let is_open = lane.is_some() || text.is_some();
        let conversation = self.conversation.next_wakeup().filter(|_| is_open).map(|(at, _)| at);
        let call = self.call.next_wakeup().map(|(at, _)| at);
        [lane.and_then(MediaLane::next_wakeup), text.and_then(text_talk::TextTalk::next_wakeup), conversation, call].into_iter().flatten().min()
    }

    /// Gives the conversation an input and does what it says.
    fn converse(&mut self, mut input: conversation::Input) {
        let (now, at) = (self.now(), self.position());
        self.guard.before(&mut input, at);
        self.filling.hide(&mut input);
        let outputs = self.conversation.handle(now, input.clone());
        self.guard.after(&input, &outputs, at);
        self.heed_the_guard();
        if let Some(trace) = &mut self.trace {
            trace.record(&Traced::conversation(now, input, outputs.clone()));
        }
        for output in outputs {
            self.perform(output);
        }
    }

    fn converse_all(&mut self, inputs: Vec<conversation::Input>) {
        for input in inputs {
            self.converse(input);
        }
    }

    /// Gives the leg's machine an input and does what it says.
    fn line(&mut self, input: call::Input) {
        let now = self.now();
        let outputs = self.call.handle(now, input.clone());
        if let Some(trace) = &mut self.trace {
            trace.record(&Traced::call(now, input, outputs.clone()));
        }
        self.keep_name();
        for output in outputs {
            self.perform_on_line(output);
        }
    }

    /// Writes down the call's name as soon as anybody has told it: the reply, a webhook that overtook it, or a search.
    fn keep_name(&mut self) {
        if !self.facts.has_name
            && let Some(call) = self.call.carrier_call()
        {
            self.scribe.placed(call.clone());
            self.facts.has_name = true;
        }
    }

    fn now(&self) -> SessionTime {
        SessionTime(u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    fn tell(&self, event: LiveEvent) {
        // Nobody watching is no error.
        let _ = self.watchers.send(event);
    }

    fn position(&self) -> AudioPosition {
        let text = self.text.as_ref().map(|text| text.position(self.now()));
        let heard = text.or(self.lane.as_ref().map(MediaLane::position));
        let overheard = self.overhearing.as_ref().map(overhearing::Overhearing::position);
        // The ruler of the call goes on while others talk.
        let away = self.left_at.map(|(position, at)| {
            let away = AudioPosition::from_millis(u64::try_from(self.now().since(at).as_millis()).unwrap_or(0));
            AudioPosition(position.0 + away.0)
        });
        heard.or(overheard).or(away).unwrap_or(AudioPosition::ZERO)
    }
}

/// Makes a call's recorder; `None` if the vault cannot be used.
pub type MakeRecorder = Box<dyn FnOnce() -> Option<Recorder> + Send>;

/// Deletes what there is of a call's recording in the vault.
pub type DeleteRecording = Box<dyn FnOnce() + Send>;

/// What is kept of the call besides the store's rows.
pub struct Records {
    /// Whether the call may be recorded, and from when on.
    pub plan: RecordingPlan,
    /// Deletes the recording, if the callee does not want it.
    pub delete: Option<DeleteRecording>,
    /// Makes the recorder once the line is open, if the call may be recorded; a call that nobody answers leaves no file.
    pub recorder: Option<MakeRecorder>,
    /// What the carrier records in our place, where no audio comes to us.
    pub carrier: Option<CarrierRecording>,
    /// The trace.
    pub trace: Option<TraceWriter>,
}

async fn next_message(lane: &mut Option<MediaLane>) -> FromCarrier {
    match lane {
        Some(lane) => lane.link().next().await,
        None => std::future::pending().await,
    }
}

async fn next_text(text: &mut Option<text_talk::TextTalk>) -> Option<RelayEvent> {
    match text {
        Some(text) => text.next().await,
        None => std::future::pending().await,
    }
}
