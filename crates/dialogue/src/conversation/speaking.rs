//! Our lines: spoken in order, paused, dropped, finished by their marks, and never waited for in vain.

use std::time::Duration;

use telephony::{AudioPosition, LineId};

use super::{Conversation, Output, Stage, Timer};
use crate::moves::{EndReason, LineKind};
use crate::transcript::{Speaker, Turn};
use crate::turn::barge_in::{BargeIn, Verdict};

/// One line between `Speak` and its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Line {
    pub id: LineId,
    pub text: String,
    pub kind: LineKind,
    /// Where its first frame stands; `None` before.
    pub started: Option<AudioPosition>,
    /// It was told to stop.
    pub is_stopping: bool,
}

/// Lines that a voice over them has stopped, in case it was nothing.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Dropped {
    lines: Vec<(String, LineKind)>,
    end: Option<EndReason>,
    /// Of the first of them, in thousandths.
    heard_permille: u16,
}

impl Dropped {
    /// Whether "yeah" over these lines may answer them: the last one was a question, and most of it was heard.
    fn was_an_answerable_question(&self) -> bool {
        const MOST: u16 = 600;
        self.heard_permille >= MOST && matches!(self.lines.as_slice(), [(text, _)] if text.trim_end().ends_with('?'))
    }
}

/// A voice that falters over our line is judged again after a frame.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(20);

impl Conversation {
    /// Every line of ours passes here, whoever made it, and is held against what may be said.
    pub(super) fn speak(&mut self, text: String, kind: LineKind) {
        self.last_line += 1;
        let id = LineId(self.last_line);
        let text = self.sayable(id, text, kind);
        self.lines.push_back(Line { id, text: text.clone(), kind, started: None, is_stopping: false });
        self.out.push(Output::Speak { line: id, text, kind });
        if self.lines.len() == 1 {
            self.watch_front_line();
        }
    }

    /// Returns whether the line that plays now (or comes next) may be interrupted.
    pub(super) fn may_be_interrupted(&self) -> bool {
        let leave_is_final = match self.stage {
            Stage::TakingLeave { reason } => self.was_reopened || is_final(reason),
            Stage::Ringing | Stage::Talking | Stage::HandingOver | Stage::HandedOver | Stage::HangingUp | Stage::Over => false,
        };
        !leave_is_final
            && self.lines.front().is_some_and(|line| match line.kind {
                LineKind::Talk | LineKind::ReadBack | LineKind::Reprompt => !line.is_stopping,
                LineKind::Opening | LineKind::Message | LineKind::Goodbye => false,
            })
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.lines.iter().any(|line| line.is_stopping)
    }

    pub(super) fn opening_is_playing(&self) -> bool {
        self.lines.iter().any(|line| line.kind == LineKind::Opening && !line.is_stopping)
    }

    pub(super) fn judge_barge_in(&mut self) {
        if self.barge_in == BargeIn::None {
            return;
        }
        // A voice that has just fallen silent has not held out; whether it is over is known in a moment.
        if self.voice_falters {
            self.timers.set(Timer::BargeIn, self.now + LOOK_AGAIN_AFTER);
            return;
        }
        let verdict = self.barge_in.judge(self.now, &self.config);
        self.follow_verdict(verdict);
    }

    pub(super) fn follow_verdict(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Wait(until) => self.timers.set(Timer::BargeIn, until),
            Verdict::Pause(until) => {
                self.pause_lines();
                self.timers.set(Timer::BargeIn, until);
            }
            Verdict::Stop => self.give_up_the_floor(),
        }
    }

    fn pause_lines(&mut self) {
        if !self.lines_are_paused {
            self.lines_are_paused = true;
            self.timers.cancel(Timer::LineLost);
            self.out.push(Output::PauseLines);
        }
    }

    /// The voice ended before it took the floor.
    pub(super) fn keep_the_floor(&mut self) {
        self.timers.cancel(Timer::BargeIn);
        if self.barge_in.voice_ended() && self.lines_are_paused {
            self.lines_are_paused = false;
            self.out.push(Output::ResumeLines);
            self.watch_front_line();
        }
    }

    /// The callee interrupts us: what we were about to say is dropped, and kept only in case it was nothing.
    fn give_up_the_floor(&mut self) {
        self.timers.cancel(Timer::BargeIn);
        self.barge_in = BargeIn::None;
        if self.lines.iter().all(|line| line.is_stopping) {
            return;
        }
        self.dropped =
            Dropped { lines: self.lines.iter().map(|line| (line.text.clone(), line.kind)).collect(), end: self.leave_reason(), heard_permille: 0 };
        if self.leave_reason().is_some() {
            self.stage = Stage::Talking;
        }
        if let Some(utterance) = &mut self.utterance {
            utterance.interrupted = Some(String::new());
        }
        self.stop_lines();
    }

    pub(super) fn leave_reason(&self) -> Option<EndReason> {
        match self.stage {
            Stage::TakingLeave { reason } => Some(reason),
            Stage::Ringing | Stage::Talking | Stage::HandingOver | Stage::HandedOver | Stage::HangingUp | Stage::Over => None,
        }
    }

    /// Drops all lines. Their answers say what was heard of them.
    pub(super) fn stop_lines(&mut self) {
        self.lines_are_paused = false;
        self.barge_in = BargeIn::None;
        self.timers.cancel(Timer::BargeIn);
        if self.lines.iter().all(|line| line.is_stopping) {
            return;
        }
        for line in &mut self.lines {
            line.is_stopping = true;
        }
        self.timers.cancel(Timer::LineLost);
        self.timers.set(Timer::StopLost, self.now + self.config.stop_timeout);
        self.out.push(Output::StopLines);
    }

    /// The voice that stopped us was nothing, or only said that it listens: say it again. Returns whether there was something.
    pub(super) fn say_again(&mut self) -> bool {
        let dropped = std::mem::take(&mut self.dropped);
        if dropped.lines.is_empty() || self.said_again >= self.config.resay_limit {
            return false;
        }
        self.said_again += 1;
        for (text, kind) in dropped.lines {
            self.speak(text, kind);
        }
        if let Some(reason) = dropped.end {
            self.stage = Stage::TakingLeave { reason };
        }
        true
    }

    /// Returns whether a backchannel over the dropped lines is to be taken as one.
    pub(super) fn may_say_again(&self) -> bool {
        !self.dropped.lines.is_empty() && self.said_again < self.config.resay_limit && !self.dropped.was_an_answerable_question()
    }

    pub(super) fn line_starts(&mut self, id: LineId, at: AudioPosition) {
        if let Some(line) = self.lines.iter_mut().find(|line| line.id == id) {
            line.started.get_or_insert(at);
        }
        if self.lines.front().is_some_and(|line| line.id == id) {
            self.watch_front_line();
        }
    }

    /// A line was played to its end; those before it, whose marks were lost, were too.
    pub(super) fn line_finishes(&mut self, id: LineId, at: AudioPosition) {
        if !self.lines.iter().any(|line| line.id == id) {
            return;
        }
        while let Some(line) = self.lines.pop_front() {
            let was_last = line.id == id;
            let heard_permille = if line.is_stopping && !was_last { self.reckoned_permille(&line) } else { 1_000 };
            self.record_line(&line, heard_permille, at);
            self.line_is_over();
            if line.kind == LineKind::Opening && self.stage != Stage::HangingUp {
                self.opening_was_heard(&line, at);
                self.yield_after_opening();
            }
            if was_last {
                break;
            }
        }
    }

    pub(super) fn line_stops(&mut self, id: LineId, heard_permille: u16, at: AudioPosition) {
        let Some(place) = self.lines.iter().position(|line| line.id == id) else {
            return;
        };
        let Some(line) = self.lines.remove(place) else {
            return;
        };
        let heard_permille = heard_permille.min(1_000);
        let heard = self.record_line(&line, heard_permille, at);
        let is_first = self.dropped.lines.first().is_some_and(|(text, _)| *text == line.text);
        if is_first && line.is_stopping {
            self.dropped.heard_permille = heard_permille;
            if let Some(interrupted) = self.utterance.as_mut().and_then(|utterance| utterance.interrupted.as_mut()) {
                *interrupted = heard;
            }
        }
        self.line_is_over();
    }

    pub(super) fn line_fails(&mut self, id: LineId) {
        let Some(place) = self.lines.iter().position(|line| line.id == id) else {
            return;
        };
        let Some(line) = self.lines.remove(place) else {
            return;
        };
        self.failed_lines = self.failed_lines.saturating_add(1);
        self.line_is_over();
        if line.kind == LineKind::Opening {
            return self.apologize();
        }
        if line.kind == LineKind::Message || self.failed_lines >= self.config.failed_lines_limit {
            self.hang_up(EndReason::EngineFailed);
        }
    }

    fn line_is_over(&mut self) {
        self.silent_since = self.now;
        if !self.is_stopping() {
            self.timers.cancel(Timer::StopLost);
        }
        if self.lines.is_empty() {
            self.lines_are_paused = false;
            self.barge_in = BargeIn::None;
            self.timers.cancel(Timer::BargeIn);
        }
        self.watch_front_line();
    }

    /// Whoever talked through the opening has the floor when it ends: what was to follow it is not said.
    fn yield_after_opening(&mut self) {
        if self.voice_is_on && self.utterance.is_some() && self.may_be_interrupted() {
            self.give_up_the_floor();
        }
    }

    /// Each line has a time by which it must have started, and one by which its mark must have come.
    fn watch_front_line(&mut self) {
        self.timers.cancel(Timer::LineLost);
        if self.lines_are_paused || matches!(self.stage, Stage::HangingUp | Stage::Over) {
            return;
        }
        let Some(line) = self.lines.front().filter(|line| !line.is_stopping) else {
            return;
        };
        let patience = match line.started {
            None => self.config.line_start_timeout,
            Some(_) => self.longest(&line.text) + self.config.lost_mark_slack,
        };
        self.timers.set(Timer::LineLost, self.now + patience.max(Duration::from_millis(1)));
    }

    fn longest(&self, text: &str) -> Duration {
        let chars = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
        Duration::from_millis(chars.saturating_mul(u64::from(self.config.slowest_millis_per_char)))
    }

    pub(super) fn line_is_lost(&mut self) {
        let Some(line) = self.lines.front() else {
            return;
        };
        let id = line.id;
        match line.started {
            None => self.line_fails(id),
            Some(from) => {
                let reckoned = from + u64::try_from(reckoned_length(&line.text).as_millis()).unwrap_or(0) * AudioPosition::RATE_HZ / 1_000;
                self.line_finishes(id, reckoned.min(self.position_of(self.now)));
            }
        }
    }

    /// Nobody told how much of the lines was heard: reckon it from the time they had.
    pub(super) fn stop_is_lost(&mut self) {
        while let Some(line) = self.lines.iter().find(|line| line.is_stopping).cloned() {
            let at = self.position_of(self.now);
            self.line_stops(line.id, self.reckoned_permille(&line), at);
        }
    }

    fn reckoned_permille(&self, line: &Line) -> u16 {
        let Some(from) = line.started else {
            return 0;
        };
        let played = self.position_of(self.now).since(from).as_millis();
        let whole = reckoned_length(&line.text).as_millis().max(1);
        u16::try_from(played * 1_000 / whole).unwrap_or(1_000).min(1_000)
    }

    /// The line closed while we spoke: what was probably heard goes into the transcript.
    pub(super) fn record_unfinished_lines(&mut self) {
        while let Some(line) = self.lines.pop_front() {
            let permille = self.reckoned_permille(&line);
            self.record_line(&line, permille, self.position_of(self.now));
        }
    }

    /// Puts what was heard of a line into the transcript and returns it.
    fn record_line(&mut self, line: &Line, heard_permille: u16, at: AudioPosition) -> String {
        let heard = heard_words(&line.text, heard_permille);
        if !heard.is_empty() {
            let from = line.started.unwrap_or(at).min(at);
            let was_interrupted = heard_permille < 1_000;
            let speaker = Speaker::Assistant(line.id);
            self.record(Turn { speaker, text: heard.clone(), from, to: at, confidence: 100, was_interrupted });
        }
        heard
    }

    /// The transcript is ordered by where turns begin; they are known in the order in which they end.
    pub(super) fn record(&mut self, turn: Turn) {
        if let Speaker::Callee(_) = turn.speaker {
            self.guard.callee_said(&self.brief, &turn.text);
        }
        let place = self.transcript.turns.partition_point(|other| other.from <= turn.from);
        self.transcript.turns.insert(place, turn.clone());
        self.out.push(Output::Said(turn));
    }
}

/// How long a line should take in unhurried English, for when its marks are lost.
fn reckoned_length(text: &str) -> Duration {
    const MILLIS_PER_CHAR: u64 = 65;
    Duration::from_millis(u64::try_from(text.chars().count()).unwrap_or(u64::MAX).saturating_mul(MILLIS_PER_CHAR))
}

/// After these the callee has no more say in it: they asked for the end, or the user did.
pub(super) fn is_final(reason: EndReason) -> bool {
    matches!(reason, EndReason::OptedOut | EndReason::UserEnded | EndReason::EngineFailed | EndReason::MessageLeft | EndReason::VoicemailNoMessage)
}

/// Returns the whole words that were heard, if `permille` thousandths of a line's sound were.
fn heard_words(text: &str, permille: u16) -> String {
    let chars = text.chars().count() * usize::from(permille) / 1_000;
    let Some((end, next)) = text.char_indices().nth(chars) else {
        return text.to_owned();
    };
    let heard = &text[..end];
    let cut = if next.is_whitespace() { Some(end) } else { heard.rfind(char::is_whitespace) };
    cut.and_then(|cut| heard.get(..cut)).unwrap_or_default().trim_end().to_owned()
}

/// Cuts what is to be said into lines: a sentence each, so that the first is heard while the next is rendered.
pub(super) fn lines_of(text: &str) -> Vec<String> {
    /// A shorter sentence ("Thank you.") goes with its neighbour: each line costs a render and a breath.
    const SHORTEST: usize = 24;
    /// A longer one is cut between words, so that no mind can make a line without an end.
    const LONGEST: usize = 300;
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        let next_is_sentence = words.peek().is_some_and(|next| next.starts_with(|c: char| c.is_uppercase()));
        if (next_is_sentence && line.len() >= SHORTEST && ends_sentence(word)) || line.len() >= LONGEST {
            lines.push(std::mem::take(&mut line));
        }
    }
    match lines.last_mut() {
        Some(last) if !line.is_empty() && line.len() < SHORTEST => {
            last.push(' ');
            last.push_str(&line);
        }
        _ if line.is_empty() => {}
        _ => lines.push(line),
    }
    lines
}

fn ends_sentence(word: &str) -> bool {
    const TITLES: [&str; 6] = ["mr.", "mrs.", "ms.", "dr.", "st.", "no."];
    word.ends_with(['.', '?', '!']) && !TITLES.contains(&word.to_lowercase().as_str()) && word.chars().filter(char::is_ascii_alphabetic).count() != 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_count_as_heard() {
        assert_eq!(heard_words("What time do you close?", 0), "");
        assert_eq!(heard_words("What time do you close?", 400), "What time");
        assert_eq!(heard_words("What time do you close?", 999), "What time do you");
        assert_eq!(heard_words("What time do you close?", 1_000), "What time do you close?");
    }

    #[test]
    fn speech_is_cut_at_sentences_but_not_behind_titles() {
        assert_eq!(
            lines_of("Thank you. I would like to see Dr. Miller tomorrow. At nine p.m. if possible. Is that all right?"),
            ["Thank you. I would like to see Dr. Miller tomorrow.", "At nine p.m. if possible. Is that all right?"]
        );
        assert_eq!(lines_of("  "), [""; 0]);
    }
}
