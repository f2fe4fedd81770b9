//! Our voice on its way to the callee: lines one after the other, paused, resumed and cut; and the callee's ear for it.

use std::collections::VecDeque;

use dialogue::conversation::Input;
use dialogue::moves::LineKind;
use simulator::callee;
use telephony::LineId;
use telephony::dtmf::Digit;

use super::invariants::Sight;
use super::{Event, WORD_MILLIS, World};
use crate::impairments::misheard;

/// From a line's words to its first sound.
const VOICE_MILLIS: u64 = 100;
/// The opening was rendered while it rang.
const OPENING_MILLIS: u64 = 20;
/// One key's tone and its gap.
const KEY_MILLIS: u64 = 200;
/// After so much silence the callee thinks that we pause.
const EAR_PAUSE: u64 = 200;
/// After so much silence the callee thinks that we have finished.
const EAR_END: u64 = 650;

struct Playing {
    id: LineId,
    words: Vec<String>,
    played: u64,
    since: Option<u64>,
    is_due: bool,
    /// Words that the callee's ear has taken already.
    taken: usize,
}

impl Playing {
    fn length(&self) -> u64 {
        (self.words.len() as u64 * WORD_MILLIS).max(1)
    }

    fn played_at(&self, now: u64) -> u64 {
        let running = self.since.map_or(0, |since| now - since);
        (self.played + running).min(self.length())
    }

    /// Takes the words that were heard since the last time.
    fn take_heard(&mut self, now: u64) -> Vec<String> {
        let heard = usize::try_from(self.played_at(now) / WORD_MILLIS).unwrap_or(usize::MAX).min(self.words.len());
        let heard_most = heard.max(self.taken);
        let from = std::mem::replace(&mut self.taken, heard_most).min(heard);
        self.words[from..heard].to_vec()
    }
}

#[derive(Default)]
pub(super) struct Voice {
    lines: VecDeque<Playing>,
    keys: Vec<Digit>,
    is_paused: bool,
    epoch: u32,
    /// Counts the sets of keys that were dropped before they sounded.
    pub keys_epoch: u32,
}

impl Voice {
    /// Returns whether a line of ours sounds.
    pub fn sounds(&self) -> bool {
        self.lines.iter().any(|line| line.since.is_some())
    }
}

/// The callee's ear: a turn of ours runs until we were silent for long enough.
#[derive(Default)]
pub(super) struct CalleesEar {
    heard: Vec<String>,
    is_listening: bool,
    epoch: u32,
}

impl World {
    pub(super) fn speak(&mut self, id: LineId, text: String, kind: LineKind) {
        if !self.line.is_open {
            return;
        }
        let words = text.split_whitespace().map(str::to_owned).collect();
        self.voice.lines.push_back(Playing { id, words, played: 0, since: None, is_due: false, taken: 0 });
        if self.voice.lines.len() == 1 {
            let delay = if kind == LineKind::Opening { OPENING_MILLIS } else { VOICE_MILLIS };
            self.schedule(self.now + delay, Event::LineStarts(id));
        }
    }

    pub(super) fn line_starts(&mut self, id: LineId) {
        let (now, epoch, is_paused) = (self.now, self.voice.epoch, self.voice.is_paused);
        let Some(line) = self.voice.lines.front_mut().filter(|line| line.id == id && line.since.is_none()) else {
            return;
        };
        line.is_due = true;
        if is_paused {
            return;
        }
        let is_first = line.played == 0;
        let ends = now + line.length() - line.played;
        line.since = Some(now);
        self.schedule(ends, Event::LineEnds(id, epoch));
        self.see(&Sight::Sounds(id));
        self.callees_ear_hears();
        if is_first {
            self.maybe_a_noise(ends);
            let at = self.here();
            self.hand_in(Input::LineStarted { line: id, at });
        }
    }

    pub(super) fn line_ends(&mut self, id: LineId, epoch: u32) {
        if epoch != self.voice.epoch || self.voice.lines.front().is_none_or(|line| line.id != id) {
            return;
        }
        if let Some(mut line) = self.voice.lines.pop_front() {
            self.callee_takes(line.take_heard(self.now));
        }
        self.see(&Sight::SentInFull(id));
        self.callees_ear_hears_no_more();
        match self.voice.lines.front() {
            Some(next) => {
                let id = next.id;
                self.schedule(self.now + OPENING_MILLIS, Event::LineStarts(id));
            }
            None => self.press_waiting_keys(),
        }
        if !self.chance.permille(self.impairments.lost_marks_permille) {
            let at = self.here();
            self.hand_in(Input::LineFinished { line: id, at });
        }
    }

    /// Somewhere in a line of ours a door slams or a child shouts on the callee's side.
    fn maybe_a_noise(&mut self, line_ends: u64) {
        if self.chance.permille(self.impairments.false_voice_permille) {
            let begins = self.now + self.chance.below(line_ends - self.now);
            let lasts = 80 + self.chance.below(500);
            self.schedule(begins, Event::NoiseSounds { is_on: true });
            self.schedule(begins + lasts, Event::NoiseSounds { is_on: false });
        }
    }

    pub(super) fn pause_lines(&mut self) {
        self.voice.is_paused = true;
        self.freeze();
    }

    pub(super) fn resume_lines(&mut self) {
        self.voice.is_paused = false;
        if let Some(id) = self.voice.lines.front().filter(|line| line.is_due).map(|line| line.id) {
            self.line_starts(id);
        }
    }

    pub(super) fn stop_lines(&mut self) {
        self.voice.is_paused = false;
        self.freeze();
        let at = self.here();
        for mut line in std::mem::take(&mut self.voice.lines) {
            self.callee_takes(line.take_heard(self.now));
            let heard_permille = u16::try_from(line.played * 1_000 / line.length()).unwrap_or(1_000);
            self.schedule(self.now, Event::Hear(Input::LineStopped { line: line.id, heard_permille, at }));
        }
        if !self.voice.keys.is_empty() {
            self.voice.keys.clear();
            self.schedule(self.now, Event::KeysPressed);
        }
    }

    /// The line is closed: what did not sound yet never will.
    pub(super) fn voice_closes(&mut self) {
        self.freeze();
        for mut line in std::mem::take(&mut self.voice.lines) {
            self.callee_takes(line.take_heard(self.now));
        }
        self.voice.keys.clear();
        self.voice.keys_epoch += 1;
    }

    fn freeze(&mut self) {
        self.voice.epoch += 1;
        let now = self.now;
        if let Some(line) = self.voice.lines.front_mut().filter(|line| line.since.is_some()) {
            line.played = line.played_at(now);
            line.since = None;
            self.callees_ear_hears_no_more();
        }
    }

    /// Keys sound behind the lines before them.
    pub(super) fn press(&mut self, digits: Vec<Digit>) {
        if !self.line.is_open {
            return;
        }
        self.voice.keys.extend(digits);
        if self.voice.lines.is_empty() {
            self.press_waiting_keys();
        }
    }

    fn press_waiting_keys(&mut self) {
        let keys = std::mem::take(&mut self.voice.keys);
        if keys.is_empty() {
            return;
        }
        let mut at = self.now;
        for digit in keys {
            at += KEY_MILLIS;
            self.schedule(at, Event::KeyPressed(digit, self.voice.keys_epoch));
        }
        self.schedule(at, Event::KeysPressed);
    }

    fn callees_ear_hears(&mut self) {
        self.callees_ear.epoch += 1;
        if !self.callees_ear.is_listening {
            self.callees_ear.is_listening = true;
            self.tell_callee(callee::Input::HeardStart);
        }
    }

    fn callees_ear_hears_no_more(&mut self) {
        self.callees_ear.epoch += 1;
        let epoch = self.callees_ear.epoch;
        self.schedule(self.now + EAR_PAUSE, Event::EarPauses(epoch));
        self.schedule(self.now + EAR_END, Event::EarEnds(epoch));
    }

    fn callee_takes(&mut self, words: Vec<String>) {
        for word in words {
            let is_spoilt = self.chance.permille(self.impairments.misheard_permille);
            let heard = if is_spoilt { misheard(&word, &mut self.chance) } else { word };
            if !heard.is_empty() {
                self.callees_ear.heard.push(heard);
            }
        }
    }

    pub(super) fn callees_ear_pauses(&mut self, epoch: u32) {
        if epoch == self.callees_ear.epoch {
            self.tell_callee(callee::Input::HeardPause);
        }
    }

    /// The line closes: what was said up to now was heard.
    pub(super) fn callees_ear_closes(&mut self) {
        if self.callees_ear.is_listening {
            self.callees_ear_ends(self.callees_ear.epoch);
        }
    }

    pub(super) fn callees_ear_ends(&mut self, epoch: u32) {
        if epoch != self.callees_ear.epoch {
            return;
        }
        let now = self.now;
        let rest = self.voice.lines.front_mut().map(|line| line.take_heard(now)).unwrap_or_default();
        self.callee_takes(rest);
        self.callees_ear.is_listening = false;
        let text = std::mem::take(&mut self.callees_ear.heard).join(" ");
        self.tell_callee(callee::Input::HeardEnd { text });
    }
}
