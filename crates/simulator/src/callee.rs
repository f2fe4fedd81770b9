//! The machine that plays a [`Script`]: text in, text out, time as an argument.
//!
//! It does not hear or speak. The sandbox gives it ears and a voice, the testbed hands words over directly. Who holds it
//! reports what the caller does ([`Input`]) and carries out what comes back ([`Output`]); every [`Output::Say`] is
//! answered by [`Input::Finished`] once it was played, unless [`Output::StopSaying`] came first.
//!
//! A person listens to the end, thinks, and answers; a machine (menu, queue, voicemail) talks whoever speaks.

mod machine_scenes;
mod person;

pub(crate) use person::day_in_words;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use telephony::SessionTime;
use telephony::dtmf::Digit;
use telephony::time::TimerTable;

use crate::booking::BookingTalk;
use crate::script::{LineBehaviour, Saying, Scene, Script, Then, Voice, millis};

/// What happened on the callee's side of the line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// The network dials this number.
    Dialed,
    /// The caller's voice begins.
    HeardStart,
    /// The caller's voice pauses; whether it has ended is not known yet. Nobody yields to a mere "mm-hm".
    HeardPause,
    /// The caller's voice has ended, and this is what was understood. Empty: it was nothing.
    HeardEnd {
        /// The words.
        text: String,
    },
    /// The caller pressed a key.
    Digit(Digit),
    /// A line was played to its end.
    Finished {
        /// Which.
        line: u32,
    },
    /// The caller (or the network) ended the call.
    HungUp,
    /// A deadline that [`Callee::next_wakeup`] named has come.
    Wakeup,
}

/// What the callee's side does.
#[derive(Clone, PartialEq, Debug)]
pub enum Output {
    /// The phone rings.
    Ring,
    /// Picked up: both sides hear each other.
    Answer,
    /// A busy line.
    Busy,
    /// The callee declined.
    Reject,
    /// There is no such number.
    Invalid,
    /// Say this. At most one line is being said.
    Say {
        /// Counts the lines of a call from 1.
        line: u32,
        /// The words.
        text: String,
        /// Whose voice.
        voice: Voice,
    },
    /// Stop at once what is being said; it is not reported as finished.
    StopSaying,
    /// A voicemail's beep.
    Beep,
    /// Hold music begins.
    PlayMusic,
    /// A ringback tone begins: somebody behind the answered line is being rung.
    PlayRingback,
    /// A fax machine's tone begins.
    PlayFax,
    /// Music, ringback or fax tone ends.
    StopSound,
    /// The callee presses a key.
    SendDigit(Digit),
    /// The callee hangs up.
    HangUp,
}

/// Deadlines of a callee.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Timer {
    /// The first ring.
    Ring,
    /// Picks up, or refuses.
    Answer,
    /// Says the next prepared line.
    NextLine,
    /// Answers what was heard.
    Think,
    /// Yields to who speaks over them.
    Yield,
    /// Speaks over the caller.
    Interrupt,
    /// Nobody has said anything for too long.
    Silence,
    /// The scene is over, whatever happens.
    SceneEnd,
    /// The voicemail's beep is due.
    Beep,
    /// Hangs up after the last word.
    HangUp,
}

/// What a callee cannot know by itself.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Config {
    /// The day at the callee's place: 0 (Monday) to 6 (Sunday).
    pub today: u8,
    /// Varies how long people think, by up to a fifth; 0: not at all.
    pub seed: u64,
}

/// One callee on one call.
#[derive(Clone, Debug)]
pub struct Callee {
    script: Arc<Script>,
    config: Config,
    phase: Phase,
    scene: String,
    talk: Talk,
    messages: Vec<String>,
    lines: u32,
    timers: TimerTable<Timer>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Idle,
    Dialed,
    Ringing,
    Answered,
    Over,
}

/// What is true only within one scene.
#[derive(Clone, Default, Debug)]
struct Talk {
    queue: VecDeque<Saying>,
    speaking: Option<Speaking>,
    cut_short: Option<Speaking>,
    caller_speaks: bool,
    caller_lines: u32,
    heard: String,
    last_said: Option<String>,
    numbers_said: BTreeSet<u32>,
    times_said: BTreeMap<usize, usize>,
    asks_made: BTreeSet<usize>,
    open_question: Option<String>,
    fallbacks: u32,
    silences: usize,
    booking: BookingTalk,
    readings: u32,
    tries: u32,
    announcement: usize,
    is_recording: bool,
    is_kept: bool,
    is_accepted: bool,
}

#[derive(Clone, Debug)]
struct Speaking {
    line: u32,
    text: String,
    then: Then,
}

impl Callee {
    /// Returns the callee of a script, not dialed yet.
    pub fn new(script: Arc<Script>, config: Config) -> Self {
        Self {
            script,
            config,
            phase: Phase::Idle,
            scene: String::new(),
            talk: Talk::default(),
            messages: Vec::new(),
            lines: 0,
            timers: TimerTable::default(),
        }
    }

    /// Returns what the callee is played from.
    pub fn script(&self) -> &Script {
        &self.script
    }

    /// Returns whether the call is up.
    pub fn is_answered(&self) -> bool {
        self.phase == Phase::Answered
    }

    /// Returns the name of the scene the call is in, empty before the answer.
    pub fn scene(&self) -> &str {
        &self.scene
    }

    /// Returns the messages that voicemail recorded, as it understood them.
    pub fn messages(&self) -> &[String] {
        &self.messages
    }

    /// Returns when it wants to be woken, and for what.
    pub fn next_wakeup(&self) -> Option<(SessionTime, Timer)> {
        self.timers.next()
    }

    /// Takes in what happened and returns what to do, in order.
    pub fn handle(&mut self, now: SessionTime, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        match (input, self.phase) {
            (Input::Dialed, Phase::Idle) => self.dialed(now, &mut out),
            (Input::Wakeup, Phase::Dialed | Phase::Ringing | Phase::Answered) => self.wake_up(now, &mut out),
            (Input::HeardStart, Phase::Answered) => self.heard_start(now),
            (Input::HeardPause, Phase::Answered) => self.timers.cancel(Timer::Yield),
            (Input::HeardEnd { text }, Phase::Answered) => self.heard_end(now, &text),
            (Input::Digit(digit), Phase::Answered) => self.digit(now, digit, &mut out),
            (Input::Finished { line }, Phase::Answered) => self.finished(now, line, &mut out),
            (Input::HungUp, Phase::Dialed | Phase::Ringing | Phase::Answered) => {
                // Most callers end a message by hanging up.
                self.keep_message();
                self.close();
            }
            // A recorder had the last words before the line went; only its ears are slower.
            (Input::HeardEnd { text }, Phase::Over) => self.lengthen_message(&text),
            // Words and keys before the answer are heard by nobody; after the end nothing matters.
            (Input::HeardStart | Input::HeardPause | Input::HeardEnd { .. } | Input::Digit(_) | Input::Finished { .. }, _)
            | (Input::Dialed | Input::Wakeup | Input::HungUp, _) => {}
        }
        out
    }

    fn dialed(&mut self, now: SessionTime, out: &mut Vec<Output>) {
        self.phase = Phase::Dialed;
        let rings_at = now + millis(self.script.line.ring_after_ms);
        match self.script.line.behaviour {
            LineBehaviour::Answers | LineBehaviour::NoAnswer | LineBehaviour::Rejects => self.timers.set(Timer::Ring, rings_at),
            LineBehaviour::Busy | LineBehaviour::Invalid if self.script.line.ring_after_ms == 0 => self.refuse(out),
            LineBehaviour::Busy | LineBehaviour::Invalid => self.timers.set(Timer::Answer, rings_at),
        }
    }

    fn wake_up(&mut self, now: SessionTime, out: &mut Vec<Output>) {
        while let Some(timer) = self.timers.take_due(now) {
            match timer {
                Timer::Ring => self.ring(now, out),
                Timer::Answer => self.answer(now, out),
                Timer::NextLine => self.say_next(out),
                Timer::Think => self.think(now, out),
                Timer::Yield => self.yield_floor(out),
                Timer::Interrupt => self.interrupt(out),
                Timer::Silence => self.silence(now, out),
                Timer::SceneEnd => self.scene_end(now, out),
                Timer::Beep => self.beep(now, out),
                Timer::HangUp => self.hang_up(out),
            }
        }
    }

    fn ring(&mut self, now: SessionTime, out: &mut Vec<Output>) {
        self.phase = Phase::Ringing;
        out.push(Output::Ring);
        if self.script.line.behaviour != LineBehaviour::NoAnswer {
            self.timers.set(Timer::Answer, now + millis(self.script.line.answer_after_ms));
        }
    }

    fn answer(&mut self, now: SessionTime, out: &mut Vec<Output>) {
        match (self.script.line.behaviour, self.script.first_scene().map(|(name, _)| name.to_string())) {
            (LineBehaviour::Answers, Some(scene)) => {
                self.phase = Phase::Answered;
                out.push(Output::Answer);
                self.enter(now, scene, out);
            }
            _ => self.refuse(out),
        }
    }

    fn refuse(&mut self, out: &mut Vec<Output>) {
        out.push(match self.script.line.behaviour {
            LineBehaviour::Busy => Output::Busy,
            LineBehaviour::Rejects => Output::Reject,
            LineBehaviour::Invalid | LineBehaviour::Answers | LineBehaviour::NoAnswer => Output::Invalid,
        });
        self.close();
    }

    fn hang_up(&mut self, out: &mut Vec<Output>) {
        out.push(Output::HangUp);
        self.close();
    }

    fn close(&mut self) {
        self.phase = Phase::Over;
        self.timers = TimerTable::default();
        self.talk.speaking = None;
    }

    /// Begins a scene. What was said in the one before is forgotten: it is somebody else now.
    fn enter(&mut self, now: SessionTime, scene: String, out: &mut Vec<Output>) {
        self.stop_saying(out);
        self.timers = TimerTable::default();
        let caller_speaks = self.talk.caller_speaks;
        self.talk = Talk { caller_speaks, ..Talk::default() };
        self.scene = scene;
        match self.current() {
            Some(Scene::Person(person)) => self.person_begins(now, &person),
            Some(scene) => self.machine_begins(now, &scene, out),
            None => {}
        }
    }

    fn current(&self) -> Option<Scene> {
        self.script.scenes.get(&self.scene).cloned()
    }

    fn voice(&self) -> Voice {
        self.script.scenes.get(&self.scene).and_then(Scene::voice).unwrap_or(self.script.voice)
    }

    /// Prepares lines; each is said so long after the one before it.
    fn prepare(&mut self, now: SessionTime, lines: &[Saying]) {
        self.talk.queue = lines.iter().cloned().collect();
        self.schedule_next(now);
    }

    fn schedule_next(&mut self, now: SessionTime) {
        if let Some(next) = self.talk.queue.front() {
            self.timers.set(Timer::NextLine, now + millis(next.after_ms));
        }
    }

    fn say_next(&mut self, out: &mut Vec<Output>) {
        if self.talk.speaking.is_none()
            && let Some(next) = self.talk.queue.pop_front()
        {
            self.before_machine_line(out);
            self.say(next.say, Then::Stay, out);
        }
    }

    fn say(&mut self, text: String, then: Then, out: &mut Vec<Output>) {
        self.stop_saying(out);
        self.timers.cancel(Timer::Silence);
        self.lines += 1;
        self.talk.numbers_said.extend(numbers_of(&text));
        self.talk.speaking = Some(Speaking { line: self.lines, text: text.clone(), then });
        out.push(Output::Say { line: self.lines, text, voice: self.voice() });
    }

    fn stop_saying(&mut self, out: &mut Vec<Output>) {
        if self.talk.speaking.take().is_some() {
            out.push(Output::StopSaying);
        }
        self.timers.cancel(Timer::Yield);
    }

    fn finished(&mut self, now: SessionTime, line: u32, out: &mut Vec<Output>) {
        let Some(said) = self.talk.speaking.take_if(|speaking| speaking.line == line) else {
            return;
        };
        self.timers.cancel(Timer::Yield);
        match said.then {
            Then::HangUp => self.timers.set(Timer::HangUp, now + millis(400)),
            Then::Goto(scene) => self.enter(now, scene, out),
            Then::Stay if !self.talk.queue.is_empty() => {
                self.after_machine_line(out);
                self.schedule_next(now);
            }
            Then::Stay => match self.current() {
                Some(Scene::Person(person)) => self.person_finished(now, &person),
                Some(scene) => self.machine_finished(now, &scene, out),
                None => {}
            },
        }
    }

    fn heard_start(&mut self, now: SessionTime) {
        self.talk.caller_speaks = true;
        self.talk.caller_lines += 1;
        self.timers.cancel(Timer::Silence);
        self.timers.cancel(Timer::Think);
        if let Some(Scene::Person(person)) = self.current() {
            self.person_hears_start(now, &person);
        }
    }

    fn heard_end(&mut self, now: SessionTime, text: &str) {
        self.talk.caller_speaks = false;
        self.timers.cancel(Timer::Yield);
        self.timers.cancel(Timer::Interrupt);
        if !self.talk.heard.is_empty() && !text.is_empty() {
            self.talk.heard.push(' ');
        }
        // A caller may talk for ever; what a person remembers of it is bounded.
        if self.talk.heard.len() < MAX_HEARD_BYTES {
            self.talk.heard.push_str(text);
        }
        match self.current() {
            Some(Scene::Person(person)) => self.person_hears_end(now, &person),
            Some(scene) => self.machine_hears_end(now, &scene),
            None => {}
        }
    }

    fn think(&mut self, now: SessionTime, out: &mut Vec<Output>) {
        let heard = std::mem::take(&mut self.talk.heard);
        match self.current() {
            Some(Scene::Person(person)) => self.person_answers(now, &person, &heard, out),
            Some(scene) => self.machine_answers(now, &scene, &heard, out),
            None => {}
        }
    }

    fn silence(&mut self, now: SessionTime, out: &mut Vec<Output>) {
        match self.current() {
            Some(Scene::Person(person)) => self.person_hears_nothing(&person, out),
            Some(scene) => self.machine_hears_nothing(now, &scene, out),
            None => {}
        }
    }

    fn scene_end(&mut self, now: SessionTime, out: &mut Vec<Output>) {
        match self.current() {
            Some(Scene::Hold(hold)) => self.go(now, &hold.then, out),
            Some(Scene::Screener(screener)) => self.go(now, &screener.then, out),
            Some(Scene::Person(_) | Scene::Menu(_) | Scene::Voicemail(_) | Scene::Announcement(_) | Scene::Silence(_) | Scene::Fax(_)) | None => {
                self.stop_saying(out);
                self.keep_message();
                self.hang_up(out);
            }
        }
    }

    /// Does what comes next. [`Then::Stay`] waits in silence.
    fn go(&mut self, now: SessionTime, then: &Then, out: &mut Vec<Output>) {
        match then {
            Then::Stay => {}
            Then::HangUp => {
                self.stop_saying(out);
                self.hang_up(out);
            }
            Then::Goto(scene) => {
                if matches!(self.current(), Some(Scene::Hold(_) | Scene::Screener(_) | Scene::Fax(_))) {
                    out.push(Output::StopSound);
                }
                self.enter(now, scene.clone(), out);
            }
        }
    }
}

/// 20,000 bytes are twenty minutes of talk without a pause.
const MAX_HEARD_BYTES: usize = 20_000;

/// Returns the numbers of a text; an hour after noon also as its twelve-hour form, "half past six" also as six thirty.
fn numbers_of(text: &str) -> Vec<u32> {
    let heard = crate::hearing::Heard::new(text);
    let mut numbers = heard.numbers();
    let twelve: Vec<u32> = numbers.iter().filter(|number| (13..=23).contains(*number)).map(|number| number - 12).collect();
    numbers.extend(twelve);
    if heard.has("half_past") {
        numbers.push(30);
    }
    if heard.has("quarter_past") {
        numbers.push(15);
    }
    if heard.has("quarter_to") {
        let hours_before: Vec<u32> =
            numbers.iter().filter(|number| (1..=12).contains(*number)).map(|number| if *number == 1 { 12 } else { number - 1 }).collect();
        numbers.push(45);
        numbers.extend(hours_before);
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::numbers_of;

    #[test]
    fn a_time_agrees_with_its_other_names() {
        let has_all = |said: &str, read_back: &str| {
            let said = numbers_of(said);
            numbers_of(read_back).iter().all(|number| said.contains(number))
        };
        assert!(has_all("today we close at half past six", "so you close at 6:30 pm today"));
        assert!(has_all("at quarter to ten", "so you close at 9:45 pm"));
        assert!(has_all("at 21:00", "so you close at 9 pm"));
        assert!(!has_all("at half past six", "so you close at 6:15 pm"));
    }
}
