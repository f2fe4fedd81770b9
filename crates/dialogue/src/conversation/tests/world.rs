//! The world around one conversation, in virtual time: detector, ears, voice, mind and carrier with fixed delays.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::time::Duration;

use expect_test::Expect;
use telephony::dtmf::Digit;
use telephony::{AudioPosition, LineId, SessionTime, UtteranceId};

use super::super::{Config, Conversation, Input, Output, ToneHeard};
use crate::brief::{Brief, LocalTime, Persona, TaskType};
use crate::moves::{EndReason, LineKind, Move, Note, Observation, Thought, ThoughtId};
use crate::transcript::Speaker;

pub(crate) fn brief() -> Brief {
    Brief {
        task_type: TaskType::InformationInquiry,
        intent: "Ask what time they close today".to_owned(),
        principal: "Sam Miller".to_owned(),
        may_disclose: Vec::new(),
        voicemail_message: Some("Please call back.".to_owned()),
        persona: Persona::ProfessionalAssistant,
        is_recorded: true,
        local_time: LocalTime { year: 2026, month: 11, day: 24, weekday: 1, minute: 600 },
        time_limit: Duration::from_secs(180),
        is_ring_back: false,
        listens_along: false,
    }
}

const ONSET_LAG: u64 = 50;
const STIR_LAG: u64 = 30;
const OFFSET_LAG: u64 = 100;
const EARS: u64 = 200;
const VOICE: u64 = 100;
const MIND: u64 = 10;
const OPENING_MILLIS: u64 = 3_000;
const MILLIS_PER_CHAR: u64 = 50;

#[derive(Clone, Debug)]
enum Event {
    In(Input),
    /// What sounds on the callee's leg from now on.
    Sounds(String),
    /// From now on the carrier sends no marks.
    MarksGetLost,
    Starts(LineId),
    Ends(LineId, u32),
}

struct Playing {
    id: LineId,
    length: u64,
    played: u64,
    since: Option<u64>,
    is_due: bool,
}

pub(super) struct World {
    pub conversation: Conversation,
    now: u64,
    events: BTreeMap<(u64, u32), Event>,
    sequence: u32,
    log: String,
    sound: String,
    mind: VecDeque<Thought>,
    mind_delay: u64,
    /// How much later than the stream the callee's audio begins, from here in the trace on.
    audio_delay: u64,
    voice_since: u64,
    lines: VecDeque<Playing>,
    is_paused: bool,
    epoch: u32,
    marks_are_lost: bool,
    stops_are_lost: bool,
    ears_are_deaf: bool,
    shows_all: bool,
    pub records: Vec<(SessionTime, Input, Vec<Output>)>,
}

/// Checks what is done in a trace, without the traffic with the ears.
pub(super) fn check(trace: &str, expected: &Expect) {
    expected.assert_eq(&World::run(brief(), Config::default(), trace, false).log);
}

/// Checks all that comes out in a trace.
pub(super) fn check_all(trace: &str, expected: &Expect) {
    expected.assert_eq(&World::run(brief(), Config::default(), trace, true).log);
}

/// Checks what stands in the transcript after a trace.
pub(super) fn check_transcript(trace: &str, expected: &Expect) {
    let world = World::run(brief(), Config::default(), trace, false);
    let mut text = String::new();
    for turn in &world.conversation.transcript().turns {
        let who = match turn.speaker {
            Speaker::Callee(UtteranceId(id)) => format!("callee {id}"),
            Speaker::Assistant(LineId(id)) => format!("assistant {id}"),
            Speaker::User => "user".to_owned(),
        };
        let (from, to) = (turn.from.as_millis(), turn.to.as_millis());
        let cut = if turn.was_interrupted { " [cut]" } else { "" };
        let said = if turn.text == world.conversation.opening.text { "(opening)" } else { &turn.text };
        writeln!(text, "{from}..{to} {who}: {said}{cut}").unwrap();
    }
    expected.assert_eq(&text);
}

impl World {
    pub fn run(brief: Brief, config: Config, trace: &str, shows_all: bool) -> Self {
        let mut world = Self {
            conversation: Conversation::new(brief, config),
            now: 0,
            events: BTreeMap::new(),
            sequence: 0,
            log: String::new(),
            sound: String::new(),
            mind: VecDeque::new(),
            mind_delay: MIND,
            audio_delay: 0,
            voice_since: 0,
            lines: VecDeque::new(),
            is_paused: false,
            epoch: 0,
            marks_are_lost: false,
            stops_are_lost: false,
            ears_are_deaf: false,
            shows_all,
            records: Vec::new(),
        };
        let mut until = 0;
        for line in trace.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
            match first {
                "mind" => world.mind.push_back(thought(rest)),
                "slow-mind" => world.mind_delay = rest.parse().unwrap(),
                "lost-stops" => world.stops_are_lost = true,
                "audio-is-delayed" => world.audio_delay = rest.parse().unwrap(),
                "deaf-ears" => world.ears_are_deaf = true,
                seconds => {
                    let at = (seconds.parse::<f64>().unwrap() * 1_000.0).round() as u64;
                    until = until.max(at);
                    world.schedule_trace(at, rest);
                }
            }
        }
        world.run_until(until);
        world
    }

    pub fn log(&self) -> &str {
        &self.log
    }

    fn schedule_trace(&mut self, at: u64, what: &str) {
        let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
        let position = AudioPosition::from_millis(at - self.audio_delay);
        match verb {
            "voice" => {
                self.voice_since = at;
                self.schedule(at, Event::Sounds(rest.to_owned()));
                self.schedule(at + ONSET_LAG, Event::In(Input::VoiceOnset { at: position }));
            }
            "quiet" => {
                self.schedule(self.voice_since, Event::Sounds(rest.to_owned()));
                self.schedule(at, Event::Sounds(rest.to_owned()));
                self.schedule(at + OFFSET_LAG, Event::In(Input::VoiceOffset { at: position }));
            }
            "stirs" => self.schedule(at + STIR_LAG, Event::In(Input::VoiceStirs { at: position })),
            "lost-marks" => self.schedule(at, Event::MarksGetLost),
            _ => self.schedule(at, Event::In(input(verb, rest))),
        }
    }

    fn schedule(&mut self, at: u64, event: Event) {
        self.sequence += 1;
        self.events.insert((at, self.sequence), event);
    }

    fn run_until(&mut self, until: u64) {
        loop {
            let event_at = self.events.keys().next().map(|(at, _)| *at);
            let wakeup_at = self.conversation.next_wakeup().map(|(at, _)| at.0.div_ceil(1_000));
            let Some(next) = [event_at, wakeup_at].into_iter().flatten().min().filter(|next| *next <= until) else {
                return;
            };
            self.now = next;
            if event_at == Some(next) {
                let (_, event) = self.events.pop_first().unwrap();
                self.happen(event);
            } else {
                self.hand_in(Input::Wakeup);
            }
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::In(input) => self.hand_in(input),
            Event::Sounds(sound) => self.sound = sound,
            Event::MarksGetLost => self.marks_are_lost = true,
            Event::Starts(id) => self.start(id),
            Event::Ends(id, epoch) if epoch == self.epoch && self.lines.front().is_some_and(|line| line.id == id) => {
                self.lines.pop_front();
                self.start_next(VOICE.min(20));
                if !self.marks_are_lost {
                    self.hand_in(Input::LineFinished { line: id, at: self.here() });
                }
            }
            Event::Ends(..) => {}
        }
    }

    fn here(&self) -> AudioPosition {
        AudioPosition::from_millis(self.now)
    }

    fn hand_in(&mut self, input: Input) {
        let now = SessionTime::from_millis(self.now);
        let outputs = self.conversation.handle(now, input.clone());
        self.records.push((now, input, outputs.clone()));
        if let Some((at, timer)) = self.conversation.next_wakeup() {
            assert!(at > now, "{timer:?} is due already");
        }
        for output in outputs {
            self.show(&output);
            self.perform(output);
        }
    }

    fn perform(&mut self, output: Output) {
        match output {
            Output::Speak { line, text, kind } => {
                let length = if kind == LineKind::Opening { OPENING_MILLIS } else { text.chars().count() as u64 * MILLIS_PER_CHAR };
                self.lines.push_back(Playing { id: line, length, played: 0, since: None, is_due: false });
                if self.lines.len() == 1 {
                    self.start_next(if kind == LineKind::Opening { 20 } else { VOICE });
                }
            }
            Output::PauseLines => {
                self.is_paused = true;
                self.freeze();
            }
            Output::ResumeLines => {
                self.is_paused = false;
                if let Some(line) = self.lines.front().filter(|line| line.is_due) {
                    let id = line.id;
                    self.start(id);
                }
            }
            Output::StopLines => {
                self.is_paused = false;
                self.freeze();
                for line in std::mem::take(&mut self.lines) {
                    let heard_permille = u16::try_from(line.played * 1_000 / line.length.max(1)).unwrap();
                    if !self.stops_are_lost {
                        let stopped = Input::LineStopped { line: line.id, heard_permille, at: self.here() };
                        self.schedule(self.now, Event::In(stopped));
                    }
                }
            }
            Output::Settle { utterance, revision, .. } if !self.ears_are_deaf => {
                let sound = self.sound.clone();
                let input = if sound.is_empty() || sound.starts_with('(') {
                    Input::NotSpeech { utterance, revision }
                } else {
                    Input::Settled { utterance, revision, text: sound, confidence: 90 }
                };
                self.schedule(self.now + EARS, Event::In(input));
            }
            Output::Think { id, .. } => {
                let thought = self.mind.pop_front().unwrap_or_default();
                self.schedule(self.now + self.mind_delay, Event::In(Input::Thought { id, thought }));
            }
            Output::PressDigits { .. } => self.schedule(self.now + 300, Event::In(Input::DigitsPressed)),
            Output::HangUp { .. } => self.schedule(self.now + 100, Event::In(Input::Ended)),
            Output::Settle { .. }
            | Output::Prepare { .. }
            | Output::Follow { .. }
            | Output::Vote { .. }
            | Output::Unfollow { .. }
            | Output::Abandon { .. }
            | Output::Screened { .. }
            | Output::Heard { .. }
            | Output::Said(_)
            | Output::HandOver
            | Output::OptOut { .. } => {}
        }
    }

    fn start_next(&mut self, delay: u64) {
        if let Some(line) = self.lines.front() {
            let id = line.id;
            self.schedule(self.now + delay, Event::Starts(id));
        }
    }

    fn start(&mut self, id: LineId) {
        let (now, epoch, is_paused) = (self.now, self.epoch, self.is_paused);
        let Some(line) = self.lines.front_mut().filter(|line| line.id == id && line.since.is_none()) else {
            return;
        };
        line.is_due = true;
        if is_paused {
            return;
        }
        line.since = Some(now);
        let (ends, is_first) = (now + line.length - line.played, line.played == 0);
        self.schedule(ends, Event::Ends(id, epoch));
        if is_first {
            self.hand_in(Input::LineStarted { line: id, at: self.here() });
        }
    }

    fn freeze(&mut self) {
        self.epoch += 1;
        if let Some(line) = self.lines.front_mut()
            && let Some(since) = line.since.take()
        {
            line.played += self.now - since;
        }
    }

    fn show(&mut self, output: &Output) {
        let text = match output {
            Output::Prepare { .. } => "prepare".to_owned(),
            Output::Speak { kind: LineKind::Opening, line, .. } => format!("speak {}: (opening)", line.0),
            Output::Speak { line, text, kind: LineKind::Talk } => format!("speak {}: {text}", line.0),
            Output::Speak { line, text, kind } => format!("speak {} ({kind:?}): {text}", line.0),
            Output::PauseLines => "pause".to_owned(),
            Output::ResumeLines => "resume".to_owned(),
            Output::StopLines => "stop".to_owned(),
            Output::Think { id, seen } => format!("think {}: {}", id.0, observation(seen)),
            Output::Abandon { id } => format!("abandon {}", id.0),
            Output::PressDigits { digits } => format!("press {}", digits.iter().map(ToString::to_string).collect::<String>()),
            Output::Screened { who } => format!("screened {who:?}"),
            Output::OptOut { utterance } => format!("opt-out in {}", utterance.0),
            Output::HandOver => "hand over".to_owned(),
            Output::HangUp { reason } => format!("hang-up {reason:?}"),
            Output::Follow { utterance, from } if self.shows_all => format!("follow {} from {}", utterance.0, from.as_millis()),
            Output::Settle { utterance, revision, to } if self.shows_all => {
                format!("settle {}/{revision} to {}", utterance.0, to.as_millis())
            }
            Output::Vote { utterance } if self.shows_all => format!("vote {}", utterance.0),
            Output::Unfollow { utterance } if self.shows_all => format!("unfollow {}", utterance.0),
            Output::Heard { utterance, text } if self.shows_all => format!("heard {}: {text}", utterance.0),
            Output::Said(turn) if self.shows_all => {
                let is_opening = turn.text == self.conversation.opening.text;
                let text = if is_opening { "(opening)" } else { &turn.text };
                format!("said {:?}: {text}", turn.speaker)
            }
            Output::Follow { .. }
            | Output::Settle { .. }
            | Output::Vote { .. }
            | Output::Unfollow { .. }
            | Output::Heard { .. }
            | Output::Said(_) => return,
        };
        writeln!(self.log, "{} {text}", SessionTime::from_millis(self.now)).unwrap();
    }
}

fn observation(seen: &Observation) -> String {
    match seen {
        Observation::CalleeSaid { text, who, interrupted, .. } => {
            let cut = interrupted.as_ref().map(|heard| format!(" [cut us at \"{heard}\"]")).unwrap_or_default();
            format!("{who:?} said \"{text}\"{cut}")
        }
        Observation::Menu { text, .. } => format!("menu \"{text}\""),
        Observation::ScreenerAsks { text, .. } => format!("screener \"{text}\""),
        other => format!("{other:?}"),
    }
}

/// `say …`, `ask …` (same), `bye …`, `message …`, `reprompt …`, `wait`, `press 12`, `opt-out`, `note`, `end Done`; parted by `|`.
fn thought(text: &str) -> Thought {
    let moves = text.split('|').map(str::trim).filter(|step| !step.is_empty()).map(|step| {
        let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
        let say = |kind| Move::Say { text: rest.to_owned(), kind };
        match verb {
            "say" => say(LineKind::Talk),
            "bye" => say(LineKind::Goodbye),
            "message" => say(LineKind::Message),
            "reprompt" => say(LineKind::Reprompt),
            "wait" => Move::Wait,
            "press" => Move::PressDigits { digits: rest.chars().filter_map(Digit::new).collect() },
            "opt-out" => Move::OptOut { utterance: UtteranceId(rest.parse().unwrap()) },
            "note" => Move::Note(Note {
                fact: "closing_time".to_owned(),
                value: rest.to_owned(),
                quote: rest.to_owned(),
                utterance: UtteranceId(1),
                affirmed_in: None,
                confidence: 90,
            }),
            "end" => Move::End { reason: reason(rest) },
            other => panic!("no such move: {other}"),
        }
    });
    Thought { moves: moves.collect() }
}

fn reason(text: &str) -> EndReason {
    match text {
        "done" => EndReason::Done,
        "declined" => EndReason::Declined,
        "opted-out" => EndReason::OptedOut,
        "time-limit" => EndReason::TimeLimit,
        other => panic!("no such reason: {other}"),
    }
}

fn input(verb: &str, rest: &str) -> Input {
    let (utterance, text) = rest.split_once(' ').unwrap_or((rest, ""));
    match verb {
        "dialing" => Input::Dialing,
        "media" => Input::MediaReady,
        "nothing" => Input::VoiceWasNothing,
        "falters" => Input::VoiceFalters,
        "goes-on" => Input::VoiceGoesOn,
        "arrived" => Input::AudioArrived { to: AudioPosition::from_millis(rest.parse().unwrap()) },
        "beep" => Input::Tone(ToneHeard::Beep),
        "fax" => Input::Tone(ToneHeard::Fax),
        "busy" => Input::Tone(ToneHeard::Busy),
        "ringback" => Input::Tone(ToneHeard::Ringback),
        "key" => Input::Digit(Digit::new(rest.chars().next().unwrap()).unwrap()),
        "interim" => Input::Interim { utterance: UtteranceId(utterance.parse().unwrap()), text: text.to_owned() },
        "voted" => Input::Voted { utterance: UtteranceId(utterance.parse().unwrap()), finished: text.parse().unwrap() },
        "failed" => Input::LineFailed { line: LineId(rest.parse().unwrap()) },
        "thought" => Input::Thought { id: ThoughtId(utterance.parse().unwrap()), thought: thought(text) },
        "user-end" => Input::UserWantsEnd,
        "ears-failed" => Input::EarsFailed,
        "ended" => Input::Ended,
        "end" => Input::Wakeup,
        other => panic!("no such input: {other}"),
    }
}
