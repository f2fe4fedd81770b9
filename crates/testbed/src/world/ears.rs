//! Our ears: the callee's sounds as edges of a voice, their words as interim and settled texts.
//!
//! Every word has its place in time. A text is the words between two places, so a cut line, a pause or a look into the
//! middle of a sentence gives what real ears would give.

use std::collections::BTreeMap;

use dialogue::conversation::Input;
use telephony::{AudioPosition, UtteranceId};

use super::{Event, World};

/// From the first sample of a voice to the detector's word on it.
const ONSET_LAG: u64 = 50;
/// From the last sample of a voice to the detector's word on it.
const OFFSET_LAG: u64 = 100;
/// From the request to the settled words.
const SETTLE_MILLIS: u64 = 200;
/// Between two interim texts, and how old each is.
const INTERIM_EVERY: u64 = 500;
const INTERIM_AGE: u64 = 250;
/// The end-of-turn model's time.
const VOTE_MILLIS: u64 = 60;
/// What ears say of clear speech, and of speech in which a word was lost.
const CLEAR: u8 = 90;
const SPOILT: u8 = 60;

/// A word on the callee's leg.
pub(super) struct Word {
    pub from: u64,
    pub to: u64,
    /// As heard; empty if it was not.
    pub text: String,
    pub is_spoilt: bool,
}

#[derive(Default)]
pub(super) struct Ears {
    pub words: Vec<Word>,
    followed: BTreeMap<UtteranceId, AudioPosition>,
    /// How many things sound on the callee's leg: a voice, music, a noise.
    sounds: u32,
    voice_is_on: bool,
    changed_at: u64,
    epoch: u32,
}

impl Ears {
    pub fn unfollow(&mut self, utterance: UtteranceId) {
        self.followed.remove(&utterance);
    }

    /// Forgets the words from `now` on: their speaker fell silent. A word half said is heard.
    pub fn cut(&mut self, now: u64) {
        self.words.retain(|word| word.from.midpoint(word.to) <= now);
    }

    fn text(&self, from: u64, to: u64) -> (String, bool) {
        let words = self.words.iter().filter(|word| (from..to).contains(&word.from.midpoint(word.to)));
        let mut text = String::new();
        let mut is_spoilt = false;
        for word in words {
            is_spoilt |= word.is_spoilt;
            if !word.text.is_empty() {
                text.push_str(if text.is_empty() { "" } else { " " });
                text.push_str(&word.text);
            }
        }
        (text, is_spoilt)
    }
}

impl World {
    /// Something begins or ceases to sound on the callee's leg; the detector notices a little later, if it lasts.
    pub(super) fn sound_changes(&mut self, is_on: bool) {
        let before = self.ears.sounds;
        self.ears.sounds = if is_on { before + 1 } else { before.saturating_sub(1) };
        if (before == 0) == (self.ears.sounds == 0) {
            return;
        }
        self.ears.epoch += 1;
        self.ears.changed_at = self.now;
        let lag = if is_on { ONSET_LAG } else { OFFSET_LAG };
        self.schedule(self.now + lag, Event::VoiceChecked { epoch: self.ears.epoch });
    }

    pub(super) fn voice_is_checked(&mut self, epoch: u32) {
        let is_on = self.ears.sounds > 0;
        if epoch != self.ears.epoch || is_on == self.ears.voice_is_on || self.line.media_since.is_none() {
            return;
        }
        self.ears.voice_is_on = is_on;
        let at = self.position(self.ears.changed_at);
        self.hand_in(if is_on { Input::VoiceOnset { at } } else { Input::VoiceOffset { at } });
    }

    /// What sounds already when the media stream opens is heard from its first frame.
    pub(super) fn open_ears(&mut self) {
        if self.ears.sounds > 0 {
            self.ears.epoch += 1;
            self.ears.changed_at = self.now;
            self.schedule(self.now + ONSET_LAG, Event::VoiceChecked { epoch: self.ears.epoch });
        }
    }

    pub(super) fn follow(&mut self, utterance: UtteranceId, from: AudioPosition) {
        self.ears.followed.insert(utterance, from);
        self.schedule(self.now + INTERIM_EVERY, Event::InterimDue(utterance));
    }

    pub(super) fn interim_is_due(&mut self, utterance: UtteranceId) {
        let Some(from) = self.ears.followed.get(&utterance) else {
            return;
        };
        let (text, _) = self.ears.text(self.at(*from), self.now.saturating_sub(INTERIM_AGE));
        self.schedule(self.now + INTERIM_EVERY, Event::InterimDue(utterance));
        if !text.is_empty() {
            self.hand_in(Input::Interim { utterance, text });
        }
    }

    pub(super) fn settle(&mut self, utterance: UtteranceId, revision: u32, to: AudioPosition) {
        let Some(from) = self.ears.followed.get(&utterance) else {
            return;
        };
        let (text, is_spoilt) = self.ears.text(self.at(*from), self.at(to));
        let confidence = if is_spoilt { SPOILT } else { CLEAR };
        let input = if text.is_empty() { Input::NotSpeech { utterance, revision } } else { Input::Settled { utterance, revision, text, confidence } };
        let is_late = self.chance.permille(self.impairments.late_words_permille);
        let late_by = if is_late { 500 + self.chance.below(3_500) } else { 0 };
        self.schedule(self.now + SETTLE_MILLIS + late_by, Event::Hear(input));
    }

    /// The model hears the melody: it falls only where the speaker has truly come to an end.
    pub(super) fn vote(&mut self, utterance: UtteranceId) {
        let finished = if self.line.callee_is_in_mid_sentence() { 10 } else { 90 };
        self.schedule(self.now + VOTE_MILLIS, Event::Hear(Input::Voted { utterance, finished }));
    }

    /// Returns the time of a place on the call's audio.
    fn at(&self, position: AudioPosition) -> u64 {
        self.line.media_since.unwrap_or(0) + position.as_millis()
    }
}
