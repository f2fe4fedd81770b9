//! One call's talk in texts: the carrier hears and speaks, we are told words and say lines.
//!
//! Stands where [`crate::media_lane`], ears and voice stand in a call with audio, and speaks to the same conversation: what
//! the carrier tells becomes the conversation's inputs, as if we had heard it. No socket and no clock. Where the carrier
//! does not say when something sounded, it is reckoned from the length of its words; such places in the recording are
//! good to about a second.

use std::collections::VecDeque;
use std::time::Duration;

use dialogue::conversation::{Config, Input};
use dialogue::moves::LineKind;
use telephony::{AudioPosition, LineId, SessionTime, UtteranceId};

/// What a word of the callee lasts, its gap included: 180 words a minute.
const WORD: Duration = Duration::from_millis(330);

/// What a character of ours lasts when the carrier speaks it: 14 to 19 a second, by the voices measured.
const CHARACTER: Duration = Duration::from_millis(60);

/// From handing a line over to its first sound.
const BEFORE_A_LINE: Duration = Duration::from_millis(300);

/// After we have ceased to be heard, lines that wait begin within this time, or were played already and reckoned too long.
const BETWEEN_LINES: Duration = Duration::from_millis(1_500);

/// On top of the reckoned length of a line that nothing follows.
const PATIENCE: Duration = Duration::from_secs(1);

/// The callee's words if the carrier does not say how sure it is. What decides is read back anyway.
const CONFIDENCE: u8 = 80;

/// Returns a conversation's waits for a call in texts.
///
/// The carrier has already waited for the end of the callee's turn and decides what interrupts, so only what is plainly
/// unfinished waits for more, and only where more can come: between two webhooks nobody listens.
pub fn config(mut config: Config, keeps_listening: bool) -> Config {
    let unfinished = if keeps_listening { Duration::from_millis(600) } else { Duration::ZERO };
    config.pause_after = Duration::ZERO;
    config.confirm_after = Duration::ZERO;
    config.settle_after = Duration::ZERO;
    config.complete_after = Duration::ZERO;
    config.voted_after = Duration::ZERO;
    config.likely_after = Duration::ZERO;
    config.incomplete_after = unfinished;
    config.digits_after = unfinished;
    config.machine_after = unfinished;
    // The carrier needs its own time to begin, and its marks are our reckoning.
    // A line may have to wait for the carrier's next question, and that for the end of the callee's longest speech.
    config.line_start_timeout = if keeps_listening { Duration::from_secs(20) } else { Duration::from_secs(75) };
    config.lost_mark_slack = Duration::from_secs(8);
    config
}

struct Line {
    id: LineId,
    text: String,
    /// How long it is reckoned to sound.
    length: Duration,
    /// When it is reckoned to sound, once the carrier has it; moved when the carrier says so.
    times: Option<(SessionTime, SessionTime)>,
    has_started: bool,
}

impl Line {
    /// Returns how much of it was heard at `now`, in thousandths.
    fn heard_permille(&self, now: SessionTime) -> u16 {
        let whole = self.length.as_micros().max(1);
        let heard = self.times.map_or(0, |(begins, _)| now.since(begins).as_micros());
        u16::try_from((heard * 1_000 / whole).min(1_000)).unwrap_or(1_000)
    }
}

/// What the callee is saying, up to the end of their turn.
#[derive(Default)]
struct Turn {
    utterance: Option<UtteranceId>,
    /// Settled by the carrier, piece by piece.
    settled: Vec<String>,
    /// Not settled yet.
    interim: String,
    confidence: Option<u8>,
    /// The conversation was told that there is a voice.
    voice_is_on: bool,
}

impl Turn {
    fn words(&self) -> String {
        let pieces = self.settled.iter().map(String::as_str).chain(std::iter::once(self.interim.as_str()));
        pieces.filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// One call's texts.
pub struct TextLane {
    opened: SessionTime,
    lines: VecDeque<Line>,
    turn: Turn,
    /// Where the callee's last turn ended: the next cannot begin before.
    last_voice: SessionTime,
    /// The carrier tells when we cease to be heard, so nothing need be reckoned.
    tells_when_we_are_heard: bool,
    /// Since when nothing of us is heard, as far as the carrier tells.
    silent_since: Option<SessionTime>,
    /// What was cut off by the carrier, as it was heard.
    cut_off_after: Option<String>,
}

impl TextLane {
    /// Returns the lane of a call whose texts began to flow then.
    pub fn new(now: SessionTime) -> Self {
        Self {
            opened: now,
            lines: VecDeque::new(),
            turn: Turn::default(),
            last_voice: now,
            tells_when_we_are_heard: false,
            silent_since: None,
            cut_off_after: None,
        }
    }

    /// Returns where the call's audio is now, were it streamed.
    pub fn position(&self, now: SessionTime) -> AudioPosition {
        AudioPosition::from_millis(u64::try_from(now.since(self.opened.min(now)).as_millis()).unwrap_or(u64::MAX))
    }

    /// Takes note of a line that is to be said. Returns whether the callee may cut it short.
    ///
    /// It is reckoned from [`TextLane::hand_over`] on.
    pub fn speak(&mut self, line: LineId, text: &str, kind: LineKind) -> bool {
        self.silent_since = None;
        let reckoned = CHARACTER * u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        // What ends the call must not be cut short by a reckoning.
        let length = if matches!(kind, LineKind::Goodbye | LineKind::Message) { reckoned * 3 / 2 + PATIENCE } else { reckoned };
        self.lines.push_back(Line { id: line, text: text.to_owned(), length, times: None, has_started: false });
        matches!(kind, LineKind::Talk | LineKind::ReadBack | LineKind::Reprompt)
    }

    /// The carrier has now got all lines that were to be said.
    pub fn hand_over(&mut self, now: SessionTime) {
        let mut from = now + BEFORE_A_LINE;
        for line in &mut self.lines {
            let (_, ends) = *line.times.get_or_insert((from, from + line.length));
            from = ends.max(from);
        }
    }

    /// Returns when something is reckoned to happen: a line begins or ends.
    pub fn next_wakeup(&self) -> Option<SessionTime> {
        let first = self.lines.front()?;
        let (begins, ends) = first.times?;
        match (self.tells_when_we_are_heard, first.has_started) {
            (true, _) => self.silent_since.map(|since| since + BETWEEN_LINES),
            (false, false) => Some(begins),
            (false, true) => Some(ends),
        }
    }

    /// Lets the lines begin and end that are reckoned to have.
    pub fn wake(&mut self, now: SessionTime, inputs: &mut Vec<Input>) {
        if self.tells_when_we_are_heard {
            if self.silent_since.is_some_and(|since| since + BETWEEN_LINES <= now) {
                self.silent_since = None;
                self.all_was_played(now, inputs);
            }
            return;
        }
        self.start_lines(now, inputs);
        while self.lines.front().and_then(|line| line.times).is_some_and(|(_, ends)| ends <= now) {
            self.finish_front(inputs);
            self.start_lines(now, inputs);
        }
    }

    /// The carrier says that we begin or cease to be heard.
    pub fn heard_of_us(&mut self, now: SessionTime, are_heard: bool, inputs: &mut Vec<Input>) {
        self.tells_when_we_are_heard = true;
        self.silent_since = (!are_heard && !self.lines.is_empty()).then_some(now);
        if are_heard {
            // Everything that waits is reckoned anew from here.
            let mut from = now;
            for line in self.lines.iter_mut().filter(|line| line.times.is_some()) {
                line.times = Some((from, from + line.length));
                from = from + line.length;
            }
            self.start_lines(now, inputs);
            return;
        }
        // A pause between two lines ends the first only; what is reckoned too short or too long by a third still counts.
        while let Some(line) = self.lines.front() {
            let Some((_, ends)) = line.times.filter(|_| line.has_started) else {
                break;
            };
            let was_heard_last = ends + line.length / 3 + BEFORE_A_LINE >= now;
            self.finish_front_at(now, inputs);
            if was_heard_last {
                break;
            }
            self.start_lines(now, inputs);
        }
        if self.lines.is_empty() {
            self.silent_since = None;
        }
    }

    /// Everything handed over was played: the carrier asks for more.
    pub fn all_was_played(&mut self, now: SessionTime, inputs: &mut Vec<Input>) {
        while let Some((begins, _)) = self.lines.front().and_then(|line| line.times) {
            self.start_front(begins.min(now), inputs);
            self.finish_front_at(now, inputs);
        }
    }

    /// The callee's words: all of their turn so far, or its end.
    pub fn heard(&mut self, now: SessionTime, words: &str, is_last: bool, confidence: Option<u8>, inputs: &mut Vec<Input>) {
        let words = words.trim();
        if words.is_empty() && !self.turn.voice_is_on {
            return;
        }
        if !self.turn.voice_is_on {
            self.turn.voice_is_on = true;
            let count = u32::try_from(words.split_whitespace().count().max(1)).unwrap_or(u32::MAX);
            let began = self.before(now, WORD * count).max(self.last_voice);
            // What was played before the callee began was played to its end.
            self.wake(began, inputs);
            inputs.push(Input::VoiceOnset { at: self.position(began) });
        }
        if is_last {
            self.turn.settled.push(words.to_owned());
            self.turn.interim.clear();
        } else {
            self.turn.interim = words.to_owned();
        }
        self.turn.confidence = confidence.or(self.turn.confidence);
        if let Some(utterance) = self.turn.utterance {
            inputs.push(Input::Interim { utterance, text: self.turn.words() });
        }
        if is_last {
            self.turn.voice_is_on = false;
            self.last_voice = now;
            inputs.push(Input::VoiceOffset { at: self.position(now) });
        }
    }

    /// The callee spoke over us and the carrier has silenced us after these words of ours.
    pub fn interrupted(&mut self, now: SessionTime, heard: &str, inputs: &mut Vec<Input>) {
        self.cut_off_after = Some(heard.to_owned());
        if !self.turn.voice_is_on {
            self.turn.voice_is_on = true;
            inputs.push(Input::VoiceOnset { at: self.position(now.max(self.last_voice)) });
        }
    }

    /// The conversation follows what the callee says under this name.
    pub fn follow(&mut self, utterance: UtteranceId, inputs: &mut Vec<Input>) {
        self.turn.utterance = Some(utterance);
        let words = self.turn.words();
        if !words.is_empty() {
            inputs.push(Input::Interim { utterance, text: words });
        }
    }

    /// The conversation asks for the words up to a pause.
    pub fn settle(&mut self, utterance: UtteranceId, revision: u32, inputs: &mut Vec<Input>) {
        let words = if self.turn.utterance == Some(utterance) { self.turn.words() } else { String::new() };
        inputs.push(match words.is_empty() {
            true => Input::NotSpeech { utterance, revision },
            false => Input::Settled { utterance, revision, text: words, confidence: self.turn.confidence.unwrap_or(CONFIDENCE) },
        });
    }

    /// The turn is over: what comes next is another one.
    pub fn unfollow(&mut self, utterance: UtteranceId) {
        if self.turn.utterance == Some(utterance) {
            let voice_is_on = self.turn.voice_is_on;
            self.turn = Turn { voice_is_on, ..Turn::default() };
        }
    }

    /// Drops all lines and says of each how much was heard: as the carrier told, else as reckoned.
    pub fn stop(&mut self, now: SessionTime, inputs: &mut Vec<Input>) {
        let at = self.position(now);
        let mut heard = self.cut_off_after.take().map(|heard| Heard::new(&heard));
        for line in self.lines.drain(..) {
            let heard_permille = match &mut heard {
                Some(heard) => heard.take(&line.text),
                None => line.heard_permille(now),
            };
            inputs.push(match heard_permille {
                1_000 => Input::LineFinished { line: line.id, at },
                heard_permille => Input::LineStopped { line: line.id, heard_permille, at },
            });
        }
    }

    fn start_lines(&mut self, now: SessionTime, inputs: &mut Vec<Input>) {
        if let Some((begins, _)) = self.lines.front().and_then(|line| line.times).filter(|(begins, _)| *begins <= now) {
            self.start_front(begins, inputs);
        }
    }

    fn start_front(&mut self, at: SessionTime, inputs: &mut Vec<Input>) {
        let at = self.position(at);
        if let Some(line) = self.lines.front_mut().filter(|line| !line.has_started) {
            line.has_started = true;
            inputs.push(Input::LineStarted { line: line.id, at });
        }
    }

    fn finish_front(&mut self, inputs: &mut Vec<Input>) {
        if let Some((_, ends)) = self.lines.front().and_then(|line| line.times) {
            self.finish_front_at(ends, inputs);
        }
    }

    fn finish_front_at(&mut self, at: SessionTime, inputs: &mut Vec<Input>) {
        let at = self.position(at);
        if let Some(line) = self.lines.pop_front() {
            inputs.push(Input::LineFinished { line: line.id, at });
        }
    }

    fn before(&self, now: SessionTime, earlier: Duration) -> SessionTime {
        let earlier = u64::try_from(earlier.as_micros()).unwrap_or(u64::MAX);
        SessionTime(now.0.saturating_sub(earlier)).max(self.opened)
    }
}

/// What a carrier says was heard of our lines, letter by letter: its text may differ in blanks and signs.
struct Heard {
    letters: usize,
}

impl Heard {
    fn new(heard: &str) -> Self {
        Self { letters: letters(heard) }
    }

    /// Returns how much of the next line that is, in thousandths.
    fn take(&mut self, line: &str) -> u16 {
        let whole = letters(line).max(1);
        let heard = self.letters.min(whole);
        self.letters -= heard;
        u16::try_from(heard * 1_000 / whole).unwrap_or(1_000)
    }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|letter| letter.is_alphanumeric()).count()
}

#[cfg(test)]
mod tests;
