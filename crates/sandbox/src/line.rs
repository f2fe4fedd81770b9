//! One telephone line, whoever's call it is: the leg on the network, the callee's voice and ears, the clock, the carrier's own
//! sounds and what truly happened.
//!
//! A carrier's driver holds one and gives it what the callee is to hear, every 20 ms; what the line has to tell (the phone
//! rings, a key was pressed, a beep) comes back as [`Told`]. It knows no carrier's words.

use std::collections::VecDeque;
use std::time::Duration;

use audio::frame::Frame;
use ports::speech_to_text::{Heard, HeardSink, Wanted};
use ports::text_to_speech::{Speaking, Voice, VoicePiece};
use simulator::callee::{Input as CalleeInput, Output as CalleeOutput};
use simulator::network::{EndedBy, Input, Output, PracticeLeg};
use telephony::SessionTime;
use telephony::leg::LegState;
use tokio::sync::{mpsc, watch};

use crate::callee_voice::{CalleeVoice, PieceSink, speak};
use crate::clock::Clock;
use crate::ear::Ear;
use crate::faults::Faults;
use crate::network::Network;
use crate::prompter::Prompter;
use crate::truth::{CallTruth, Notes, keep};

/// Length of a frame.
pub const FRAME: Duration = Duration::from_millis(20);

/// How long the callee's ears may take for what was said last before the end: nobody waits for it but who reads the log, and ears that
/// many calls share are slow.
const LAST_WORDS: Duration = Duration::from_secs(60);

/// So many documents within ten seconds are a loop that nobody means.
const MAX_DOCUMENTS_IN_TEN_SECONDS: usize = 50;

/// One line.
pub struct Line {
    /// What truly happens.
    pub truth: Notes,
    /// The leg on the network.
    pub leg: PracticeLeg,
    /// The time of the call.
    pub clock: Clock,
    /// The callee's mouth and ears.
    pub voice: CalleeVoice,
    /// The carrier's own sounds.
    pub prompter: Prompter,
    /// When it was answered.
    pub answered_at: Option<SessionTime>,
    /// Frames since the answer.
    pub frames: u64,
    /// What goes wrong with it.
    pub faults: Faults,
    /// Broken, and nobody is told.
    pub has_dropped: bool,
    /// Who or what ended it, in the words of the ground truth, once somebody has said so.
    pub ended_by: Option<&'static str>,
    /// The carrier's speech that is being made.
    carrier_speech: Option<Box<dyn Speaking>>,
    /// Ears that the carrier has opened on it.
    ears: u32,
    /// When the last documents were asked for.
    documents: VecDeque<SessionTime>,
}

/// What the line has to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Told {
    /// The leg is in another state.
    State {
        /// Which.
        state: LegState,
        /// The network's word for it.
        sip_code: Option<u16>,
        /// Who ended it.
        ended_by: Option<EndedBy>,
    },
    /// The callee has pressed a key.
    Key(char),
    /// An answering machine beeps.
    Beep,
}

/// What goes wrong on a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misfortune {
    /// The callee hangs up, whoever it is.
    CalleeHangsUp,
    /// It breaks, and nobody is told.
    Drops,
}

impl Line {
    /// Returns the line of a call that was just accepted. `pieces` and `heard` take what the speech engines bring.
    pub fn new(network: &Network, id: &str, to: &str, leg: PracticeLeg, (pieces, heard): (PieceSink, HeardSink)) -> Self {
        let truth = network.truth.begin(id, to);
        let faults = network.faults.of_call(id);
        truth.note(|truth| truth.faults = faults.names());
        Self {
            truth,
            leg,
            clock: Clock::start(network.config.times.pace),
            voice: CalleeVoice::new(network.config.speech.clone(), pieces, heard),
            prompter: Prompter::default(),
            answered_at: None,
            frames: 0,
            faults,
            has_dropped: false,
            ended_by: None,
            carrier_speech: None,
            ears: 0,
            documents: VecDeque::new(),
        }
    }

    /// Notes what truly happened.
    pub fn note(&self, change: impl FnOnce(&mut CallTruth)) {
        self.truth.note(change);
    }

    /// Returns whether nothing more happens on it.
    pub const fn is_over(&self) -> bool {
        self.leg.state().is_terminal() || self.has_dropped
    }

    /// Returns when something happens on it by itself.
    pub fn next_wakeup(&self) -> SessionTime {
        // A day is longer than any call.
        let never = SessionTime::ZERO + Duration::from_secs(86_400);
        self.leg.next_wakeup().into_iter().chain(self.next_tick()).min().unwrap_or(never)
    }

    fn next_tick(&self) -> Option<SessionTime> {
        let elapsed = FRAME * u32::try_from(self.frames + 1).unwrap_or(u32::MAX);
        self.answered_at.map(|answered_at| answered_at + elapsed)
    }

    /// Counts the tick that is due, if one is and the line is not over. A late tick is followed by the next at once, so frames
    /// never drift.
    pub fn tick_is_due(&mut self, now: SessionTime) -> bool {
        let Some(due) = self.next_tick().filter(|due| *due <= now && !self.is_over()) else { return false };
        let late_ms = u64::try_from(now.since(due).as_millis()).unwrap_or(u64::MAX);
        self.note(|truth| truth.latest_frame_ms = truth.latest_frame_ms.max(late_ms));
        self.frames += 1;
        true
    }

    /// Returns how long it was answered until the tick in hand.
    pub fn lasted(&self) -> Duration {
        FRAME * u32::try_from(self.frames).unwrap_or(u32::MAX)
    }

    /// Returns the network's slot of the tick in hand.
    pub fn slot(&self, network: &Network) -> u64 {
        let tick = self.answered_at.map_or_else(|| self.clock.now(), |answered_at| answered_at + self.lasted());
        network.slot_at(self.clock.instant_of(tick))
    }

    /// Has the leg handle something, and returns what it has to tell about it.
    pub fn handle(&mut self, input: Input) -> Vec<Told> {
        let now = self.clock.now();
        let mut told = Vec::new();
        for output in self.leg.handle(now, input) {
            match output {
                Output::State { state, sip_code, ended_by } => told.push(Told::State { state, sip_code, ended_by }),
                Output::Callee(CalleeOutput::SendDigit(digit)) => told.push(Told::Key(digit.as_char())),
                Output::Callee(output) => {
                    if let CalleeOutput::Say { text, .. } = &output {
                        self.note(|truth| keep(&mut truth.callee_said, text.clone()));
                    }
                    if output == CalleeOutput::Beep {
                        told.push(Told::Beep);
                    }
                    self.voice.carry_out(&output);
                }
            }
        }
        told
    }

    /// Lets the callee hear 20 ms and returns what the leg should know.
    pub fn hear(&mut self, down: &Frame) -> Vec<CalleeInput> {
        let inputs = self.voice.hear(down);
        for input in &inputs {
            self.note_heard(input);
        }
        inputs
    }

    /// Notes what the callee understood.
    pub fn note_heard(&self, input: &CalleeInput) {
        match input {
            CalleeInput::HeardEnd { text } => self.note(|truth| keep(&mut truth.callee_heard, text.clone())),
            CalleeInput::Digit(digit) => self.note(|truth| truth.keys_heard.push(digit.as_char())),
            _ => {}
        }
    }

    /// Returns what goes wrong on it now.
    pub fn misfortune(&self) -> Option<Misfortune> {
        let lasted = self.lasted();
        if self.faults.callee_hangs_up_after.is_some_and(|after| lasted >= after) {
            return Some(Misfortune::CalleeHangsUp);
        }
        self.faults.line_drops_after.is_some_and(|after| lasted >= after).then_some(Misfortune::Drops)
    }

    /// Has the carrier say something; `sink` takes the pieces.
    pub fn say(&mut self, network: &Network, text: &str, sink: impl FnMut(VoicePiece) + Send + 'static) {
        self.carrier_speech = speak(network.config.speech.as_ref(), text, Voice::default(), sink);
    }

    /// Opens one of the carrier's own ears; `sink` takes what it hears, with the number that is returned.
    pub fn open_ear(&mut self, network: &Network, wanted: Wanted, sink: impl Fn(u32, Heard) + Send + Sync + 'static) -> (u32, Ear) {
        self.ears += 1;
        let number = self.ears;
        let engine = network.config.speech.as_ref().map(|speech| speech.ears.as_ref());
        (number, Ear::open(engine, wanted, std::sync::Arc::new(move |heard| sink(number, heard))))
    }

    /// Returns whether the carrier may ask for one more document: guards against those that lead to each other for ever.
    pub fn may_ask(&mut self) -> bool {
        let now = self.clock.now();
        self.documents.retain(|at| now.since(*at).as_secs() < 10);
        self.documents.push_back(now);
        self.documents.len() <= MAX_DOCUMENTS_IN_TEN_SECONDS
    }

    /// Waits, once the line is gone, for what the callee still understands of what was said last: words reach the mind after the ear.
    /// `heard` takes what the ears send out of the driver's events.
    pub async fn last_words<E>(
        &mut self,
        events: &mut mpsc::UnboundedReceiver<E>,
        mut closing: watch::Receiver<bool>,
        heard: impl Fn(E) -> Option<Heard>,
    ) -> Option<CalleeInput> {
        let patience = tokio::time::sleep(LAST_WORDS);
        tokio::pin!(patience);
        while self.voice.is_listening() && !*closing.borrow_and_update() {
            if let Some(input) = self.voice.last_words() {
                self.note_heard(&input);
                return Some(input);
            }
            tokio::select! {
                biased;
                Some(event) = events.recv() => {
                    if let Some(heard) = heard(event) {
                        self.voice.take_heard(heard);
                    }
                }
                _ = closing.changed() => {}
                () = &mut patience => {
                    let input = self.voice.what_is_understood()?;
                    self.note_heard(&input);
                    return Some(input);
                }
            }
        }
        None
    }

    /// Keeps what an answering machine has recorded.
    pub fn keep_messages(&self) {
        let messages = self.leg.callee().messages().to_vec();
        self.note(|truth| truth.messages = messages);
    }
}
