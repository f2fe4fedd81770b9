//! The leg and who sits at its other end: states, words, tones, music, keys, and the end.

use dialogue::conversation::{Input, ToneHeard};
use simulator::callee::{self, Output as CalleeDoes};
use simulator::network::{self, Output};
use telephony::dtmf::Digit;
use telephony::leg::LegState;

use super::ears::Word;
use super::invariants::Sight;
use super::{Event, WORD_MILLIS, World};
use crate::impairments::misheard;

/// People pause so long between two sentences: long enough for the detector, too short for a turn.
const SENTENCE_GAP: u64 = 200;
/// A voicemail's beep.
const BEEP_MILLIS: u64 = 400;
/// A ringback or a fax tone is known for what it is after so long.
const TONE_MILLIS: u64 = 1_200;

#[derive(Default)]
pub(super) struct Line {
    /// When the media stream opened, on which the call's audio begins.
    pub media_since: Option<u64>,
    /// Whether it is open: sound goes both ways.
    pub is_open: bool,
    saying: Option<Saying>,
    music_is_on: bool,
}

struct Saying {
    line: u32,
    sounds: bool,
}

impl Line {
    /// Returns whether the callee only draws breath.
    pub fn callee_is_in_mid_sentence(&self) -> bool {
        self.saying.is_some()
    }
}

impl World {
    pub(super) fn tell_network(&mut self, input: network::Input) {
        for output in self.leg.handle(self.time(), input) {
            match output {
                Output::State { state, sip_code, ended_by: _ } => self.leg_is(state, sip_code),
                Output::Callee(does) => self.callee_does(does),
            }
        }
    }

    pub(super) fn tell_callee(&mut self, input: callee::Input) {
        self.tell_network(network::Input::Callee(input));
    }

    /// The truth about the leg; we hear of it by the carrier's webhooks, its answers and the media stream.
    fn leg_is(&mut self, state: LegState, sip_code: Option<u16>) {
        self.note(&format!("({state:?})"));
        self.see(&Sight::Leg(state));
        if state.is_terminal() {
            self.fall_silent();
        }
        self.carrier_sees(state, sip_code);
    }

    fn callee_does(&mut self, does: CalleeDoes) {
        match does {
            CalleeDoes::Say { line, text, .. } => self.callee_says(line, &text),
            CalleeDoes::StopSaying => self.fall_silent(),
            CalleeDoes::Beep => self.tone(BEEP_MILLIS, ToneHeard::Beep),
            CalleeDoes::PlayRingback => self.tone(TONE_MILLIS, ToneHeard::Ringback),
            CalleeDoes::PlayFax => self.tone(TONE_MILLIS, ToneHeard::Fax),
            CalleeDoes::PlayMusic if !self.line.music_is_on => {
                self.note("(music)");
                self.line.music_is_on = true;
                self.sound_changes(true);
            }
            CalleeDoes::StopSound if self.line.music_is_on => {
                self.line.music_is_on = false;
                self.sound_changes(false);
            }
            CalleeDoes::SendDigit(digit) => self.hand_in(Input::Digit(digit)),
            // States of the line come as such; a ringback that ends is not reported by a detector.
            CalleeDoes::Ring
            | CalleeDoes::Answer
            | CalleeDoes::Busy
            | CalleeDoes::Reject
            | CalleeDoes::Invalid
            | CalleeDoes::HangUp
            | CalleeDoes::PlayMusic
            | CalleeDoes::StopSound => {}
        }
    }

    fn tone(&mut self, after: u64, tone: ToneHeard) {
        self.note(&format!("({tone:?})"));
        self.schedule(self.now + after, Event::Hear(Input::Tone(tone)));
    }

    /// Lays the words out in time, with a breath after each sentence.
    fn callee_says(&mut self, line: u32, text: &str) {
        self.note(&format!("callee speaks: {text}"));
        self.line.saying = Some(Saying { line, sounds: false });
        let mut at = self.now;
        self.schedule(at, Event::CalleeSounds { line, is_on: true });
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let is_spoilt = self.chance.permille(self.impairments.misheard_permille);
            let heard = if is_spoilt { misheard(word, &mut self.chance) } else { word.to_owned() };
            let is_noticed = is_spoilt && !self.chance.permille(self.impairments.unnoticed_permille);
            self.ears.words.push(Word { from: at, to: at + WORD_MILLIS, text: heard, is_spoilt: is_noticed });
            at += WORD_MILLIS;
            if words.peek().is_some() && word.ends_with(['.', '?', '!']) {
                self.schedule(at, Event::CalleeSounds { line, is_on: false });
                at += SENTENCE_GAP;
                self.schedule(at, Event::CalleeSounds { line, is_on: true });
            }
        }
        self.schedule(at, Event::CalleeFinished { line });
    }

    pub(super) fn callee_sounds(&mut self, line: u32, is_on: bool) {
        if let Some(saying) = self.line.saying.as_mut().filter(|saying| saying.line == line && saying.sounds != is_on) {
            saying.sounds = is_on;
            self.sound_changes(is_on);
        }
    }

    pub(super) fn callee_finished(&mut self, line: u32) {
        if self.line.saying.as_ref().is_some_and(|saying| saying.line == line) {
            self.fall_silent();
            self.tell_callee(callee::Input::Finished { line });
        }
    }

    fn fall_silent(&mut self) {
        if let Some(saying) = self.line.saying.take() {
            self.ears.cut(self.now);
            if saying.sounds {
                self.sound_changes(false);
            }
        }
    }

    pub(super) fn key_is_pressed(&mut self, digit: Digit, epoch: u32) {
        if epoch == self.voice.keys_epoch {
            self.note(&format!("(we press {digit})"));
            self.see(&Sight::Key);
            self.tell_callee(callee::Input::Digit(digit));
        }
    }
}
