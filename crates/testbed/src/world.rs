//! One call in virtual time: the machines of a real call and a callee, tied by words instead of sound.
//!
//! The world stands where the engine's driver, media lane, ears and voice stand on one side and the carrier and its
//! network on the other, with fixed delays. Speech is as long as its words; what is heard of it depends on when it was
//! cut. No clock and no chance but the call's seed: the same [`Scene`] gives the same [`Call`].

mod calling;
mod carrier;
mod ears;
mod ending;
mod invariants;
mod line;
#[cfg(test)]
mod tests;
mod voice;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use dialogue::brief::Brief;
use dialogue::conversation::{Config, Conversation, Input, Output};
use dialogue::moves::{EndReason, ThoughtId};
use dialogue::report::Report;
use dialogue::screening::WhoAnswered;
use dialogue::script::Script as Mind;
use dialogue::transcript::Transcript;
use simulator::impairment::Chance;
use simulator::network::{self, PracticeLeg};
use simulator::script::Script;
use telephony::call::{self, CallMachine};
use telephony::dtmf::Digit;
use telephony::{AudioPosition, Disposition, LineId, SessionTime, UtteranceId};

use self::calling::{Facts, OptOut};
use self::carrier::{Carrier, Request, Webhook};
use self::ears::Ears;
pub use self::invariants::Broken;
use self::invariants::{Sight, Watch};
use self::line::Line;
use self::voice::{CalleesEar, Voice};
use crate::impairments::Impairments;

/// A word of brisk speech, its gap included: 180 words a minute.
pub(crate) const WORD_MILLIS: u64 = 330;
/// The scripted mind answers at once; this is the way there and back.
const MIND_MILLIS: u64 = 10;
/// How long the phone may ring.
const RING_TIMEOUT: Duration = Duration::from_secs(45);
/// The carrier's own time limit is so far behind the brief's, so that we can take our leave.
const BEHIND_THE_BRIEF: Duration = Duration::from_secs(15);
/// No call lasts longer than this after its first ring, whatever its brief says: a machine that does is stuck.
const LONGEST_CALL_MILLIS: u64 = 30 * 60 * 1_000;
/// A call of three minutes takes some two thousand steps; one that takes so many goes round without time passing.
const MOST_STEPS: u32 = 500_000;

/// What is played: who is rung, what for, and what goes wrong on the way.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The callee.
    pub script: Arc<Script>,
    /// The errand.
    pub brief: Brief,
    /// Decides how long the callee thinks and which impairments strike.
    pub seed: u64,
    /// How bad the line is.
    pub impairments: Impairments,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Call {
    /// How the attempt ended on the line. `None` if it never ended, which no call may do.
    pub disposition: Option<Disposition>,
    /// What came of the errand; `None` if nobody answered.
    pub report: Option<Report>,
    /// Who said what.
    pub transcript: Transcript,
    /// Who answered, or who was there at the end.
    pub who_answered: WhoAnswered,
    /// Why the conversation ended, if it began.
    pub end_reason: Option<EndReason>,
    /// Messages that a voicemail recorded.
    pub messages: Vec<String>,
    /// Virtual time from the request to the end.
    pub lasted: Duration,
    /// What must never be and was: the call was stopped there.
    pub broken: Option<Broken>,
    /// Everything that happened, a line each, for people.
    pub log: String,
}

/// Plays one call to its end.
pub fn play(scene: Scene) -> Call {
    World::new(scene).run()
}

enum Event {
    Hear(Input),
    CarrierIsAsked(Request),
    CarrierReplied(call::Input),
    Webhook(Webhook),
    HeldWebhooksLeave,
    MediaOpens,
    MediaBreaks,
    MediaCloses,
    OptOutKept,
    CalleeSounds { line: u32, is_on: bool },
    CalleeFinished { line: u32 },
    NoiseSounds { is_on: bool },
    VoiceChecked { epoch: u32 },
    InterimDue(UtteranceId),
    LineStarts(LineId),
    LineEnds(LineId, u32),
    EarPauses(u32),
    EarEnds(u32),
    KeyPressed(Digit, u32),
    KeysPressed,
}

struct World {
    call: CallMachine,
    facts: Facts,
    conversation: Conversation,
    opt_out: OptOut,
    held_back: Vec<Output>,
    mind: Mind,
    /// The script before its last thought, for when that is abandoned.
    mind_before: Mind,
    last_thought: Option<ThoughtId>,
    carrier: Carrier,
    leg: PracticeLeg,
    line: Line,
    ears: Ears,
    voice: Voice,
    callees_ear: CalleesEar,
    impairments: Impairments,
    chance: Chance,
    now: u64,
    events: BTreeMap<(u64, u32), Event>,
    sequence: u32,
    steps: u32,
    watch: Watch,
    broken: Option<Broken>,
    log: String,
}

impl World {
    fn new(scene: Scene) -> Self {
        let mind = Mind::new(scene.brief.clone());
        let time_limit = scene.brief.time_limit + BEHIND_THE_BRIEF;
        let config = network::Config {
            time_limit,
            ring_timeout: RING_TIMEOUT,
            callee: simulator::callee::Config { today: scene.brief.local_time.weekday, seed: scene.seed },
            ..network::Config::default()
        };
        Self {
            call: CallMachine::new(call::Config::new(RING_TIMEOUT, time_limit)),
            facts: Facts::default(),
            watch: Watch::new(scene.brief.clone()),
            broken: None,
            steps: 0,
            opt_out: OptOut::None,
            held_back: Vec::new(),
            carrier: Carrier::new(scene.impairments, scene.seed),
            conversation: Conversation::new(scene.brief, Config::default()),
            mind_before: mind.clone(),
            mind,
            last_thought: None,
            leg: PracticeLeg::new(scene.script, config),
            line: Line::default(),
            ears: Ears::default(),
            voice: Voice::default(),
            callees_ear: CalleesEar::default(),
            impairments: scene.impairments,
            chance: Chance::new(scene.seed),
            now: 0,
            events: BTreeMap::new(),
            sequence: 0,
            log: String::new(),
        }
    }

    fn run(mut self) -> Call {
        self.begin();
        while self.advance() {}
        self.finish()
    }

    fn begin(&mut self) {
        self.hand_in(Input::Dialing);
        self.call(call::Input::Start);
    }

    /// Takes one step and returns whether another may follow.
    fn advance(&mut self) -> bool {
        let Some(next) = self.next_moment().filter(|next| *next <= LONGEST_CALL_MILLIS) else { return false };
        if self.is_over() || self.broken.is_some() || self.steps >= MOST_STEPS {
            return false;
        }
        self.now = next;
        self.steps += 1;
        self.step();
        self.see(&Sight::Step { now: self.time(), we_sound: self.voice.sounds() });
        true
    }

    /// Shows the watch what happens. The first break is kept; no step follows it.
    fn see(&mut self, sight: &Sight<'_>) {
        if let Err(what) = self.watch.see(sight) {
            self.breaks(what);
        }
    }

    fn breaks(&mut self, what: &str) {
        if self.broken.is_none() {
            let broken = Broken { step: self.steps, at: self.time(), what: what.to_owned() };
            self.note(&format!("!! {broken}"));
            self.broken = Some(broken);
        }
    }

    fn next_moment(&self) -> Option<u64> {
        let event = self.events.keys().next().map(|(at, _)| *at);
        let network = self.leg.next_wakeup().map(in_millis);
        let conversation = self.conversation_wakes_at();
        let call = self.call.next_wakeup().map(|(at, _)| in_millis(at));
        event.into_iter().chain(network).chain(conversation).chain(call).min().map(|next| next.max(self.now))
    }

    /// Nobody waits for anything on a line that is not open.
    fn conversation_wakes_at(&self) -> Option<u64> {
        self.conversation.next_wakeup().filter(|_| self.line.is_open).map(|(at, _)| in_millis(at))
    }

    /// Events first, then the network, then our machines: what is known is handed in before who waits for it wakes.
    fn step(&mut self) {
        let now = self.now;
        if let Some(entry) = self.events.first_entry().filter(|entry| entry.key().0 <= now) {
            let event = entry.remove();
            self.happen(event);
        } else if self.leg.next_wakeup().is_some_and(|at| in_millis(at) <= now) {
            self.tell_network(network::Input::Wakeup);
        } else if self.conversation_wakes_at().is_some_and(|at| at <= now) {
            self.hand_in(Input::Wakeup);
        } else {
            self.call(call::Input::Wakeup);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Hear(input) => self.hand_in(input),
            Event::CarrierIsAsked(request) => self.carrier_is_asked(request),
            Event::CarrierReplied(reply) => self.carrier_replied(reply),
            Event::Webhook(webhook) => self.webhook_comes(webhook),
            Event::HeldWebhooksLeave => self.held_webhooks_leave(self.now),
            Event::MediaOpens => self.media_opens(),
            Event::MediaBreaks => self.media_breaks(),
            Event::MediaCloses => self.media_closed(),
            Event::OptOutKept => self.opt_out_is_kept(),
            Event::CalleeSounds { line, is_on } => self.callee_sounds(line, is_on),
            Event::CalleeFinished { line } => self.callee_finished(line),
            Event::NoiseSounds { is_on } => self.sound_changes(is_on),
            Event::VoiceChecked { epoch } => self.voice_is_checked(epoch),
            Event::InterimDue(utterance) => self.interim_is_due(utterance),
            Event::LineStarts(line) => self.line_starts(line),
            Event::LineEnds(line, epoch) => self.line_ends(line, epoch),
            Event::EarPauses(epoch) => self.callees_ear_pauses(epoch),
            Event::EarEnds(epoch) => self.callees_ear_ends(epoch),
            Event::KeyPressed(digit, epoch) => self.key_is_pressed(digit, epoch),
            Event::KeysPressed => self.hand_in(Input::DigitsPressed),
        }
    }

    fn schedule(&mut self, at: u64, event: Event) {
        self.sequence += 1;
        self.events.insert((at, self.sequence), event);
    }

    fn time(&self) -> SessionTime {
        SessionTime::from_millis(self.now)
    }

    /// Returns where a time is on the call's audio, which begins with the media stream.
    fn position(&self, at: u64) -> AudioPosition {
        AudioPosition::from_millis(at.saturating_sub(self.line.media_since.unwrap_or(at)))
    }

    fn here(&self) -> AudioPosition {
        self.position(self.now)
    }

    fn note(&mut self, what: &str) {
        let at = self.time();
        // Writing to a string cannot fail.
        let _ = writeln!(self.log, "{at:>8} {what}");
    }

    fn hand_in(&mut self, input: Input) {
        for output in self.conversation.handle(self.time(), input) {
            self.perform(output);
        }
    }

    fn perform(&mut self, output: Output) {
        let Some(output) = self.holds_back(output) else { return };
        self.see(&Sight::Done(&output));
        match output {
            Output::Speak { line, text, kind } => self.speak(line, text, kind),
            Output::PauseLines => self.pause_lines(),
            Output::ResumeLines => self.resume_lines(),
            Output::StopLines => self.stop_lines(),
            Output::PressDigits { digits } => self.press(digits),
            Output::Follow { utterance, from } => self.follow(utterance, from),
            Output::Settle { utterance, revision, to } => self.settle(utterance, revision, to),
            Output::Vote { utterance } => self.vote(utterance),
            Output::Unfollow { utterance } => self.ears.unfollow(utterance),
            Output::Think { id, seen } => {
                self.mind_before = self.mind.clone();
                self.last_thought = Some(id);
                let thought = self.mind.handle(seen);
                self.schedule(self.now + MIND_MILLIS, Event::Hear(Input::Thought { id, thought }));
            }
            // The callee went on talking, so what the script made of half a sentence never happened.
            Output::Abandon { id } => {
                if self.last_thought == Some(id) {
                    self.mind = self.mind_before.clone();
                    self.last_thought = None;
                }
            }
            Output::Screened { who } => self.note(&format!("(screened: {who:?})")),
            Output::Said(turn) => self.said(&turn),
            Output::OptOut { .. } => self.opts_out(),
            // No user is at hand to take a simulated call.
            Output::HandOver => {}
            Output::HangUp { reason } => {
                self.note(&format!("(we hang up: {reason:?})"));
                self.call(call::Input::HangUp);
            }
            Output::Prepare { .. } | Output::Heard { .. } => {}
        }
    }
}

/// Deadlines are kept in microseconds; the world ticks in whole milliseconds, never before the deadline.
fn in_millis(at: SessionTime) -> u64 {
    at.0.div_ceil(1_000)
}
