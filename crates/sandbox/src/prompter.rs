//! What the carrier itself plays to the callee: speech, files, keys and silence, one after the other.
//!
//! Decides what is next and keeps the samples; making speech and fetching files is the call's business, which hands the
//! results back with the number of the [`Need`] that asked for them.

use std::collections::VecDeque;

use audio::dtmf::{DtmfConfig, sound_key};
use audio::frame::Frame;
use audio::{FRAME_SAMPLES, SILENCE};

/// "For ever" is at most so often: as at Twilio.
const MAX_LOOPS: u32 = 1_000;

/// Something that is heard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Sound {
    /// Words.
    Speech {
        /// Which.
        text: String,
        /// How often; 0: for ever.
        loops: u32,
    },
    /// A file.
    File {
        /// Its address, perhaps relative.
        url: String,
        /// How often; 0: for ever.
        loops: u32,
    },
    /// Tones of keys, with `w` and `W` for pauses.
    Keys {
        /// Which.
        digits: String,
        /// How often; 0: for ever.
        loops: u32,
    },
    /// Nothing, for so many milliseconds. An hour at most: the call's own limit ends it long before.
    Silence {
        /// How long.
        millis: u32,
    },
}

#[cfg(test)]
impl Sound {
    /// Returns words that are said once.
    pub fn words(text: impl Into<String>) -> Self {
        Self::Speech { text: text.into(), loops: 1 }
    }
}

/// Something the call must get.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Need {
    /// Speech of a text.
    Speech {
        /// Hand the result back with this.
        job: u32,
        /// The words.
        text: String,
    },
    /// The samples of a file.
    File {
        /// Hand the result back with this.
        job: u32,
        /// Its address, perhaps relative.
        url: String,
    },
}

/// The carrier's own sounds, in order.
#[derive(Debug, Default)]
pub struct Prompter {
    waiting: VecDeque<Sound>,
    job: u32,
    is_awaiting: bool,
    /// What is being played, kept for repetitions.
    whole: Vec<i16>,
    rest: VecDeque<i16>,
    loops_left: u32,
    is_active: bool,
}

impl Prompter {
    /// Begins with these; anything before is dropped.
    pub fn start(&mut self, sounds: Vec<Sound>) -> Vec<Need> {
        self.stop();
        self.waiting = sounds.into();
        self.advance()
    }

    /// Begins with samples; anything before is dropped.
    pub fn start_samples(&mut self, samples: &[i16]) {
        self.stop();
        self.begin(1);
        self.rest.extend(samples);
    }

    /// Stops at once.
    pub fn stop(&mut self) {
        let job = self.job + 1;
        *self = Self { job, ..Self::default() };
    }

    /// Returns whether all was played.
    pub fn is_done(&self) -> bool {
        !self.is_active && self.waiting.is_empty()
    }

    fn advance(&mut self) -> Vec<Need> {
        if let Some(sound) = self.waiting.pop_front() {
            self.job += 1;
            self.whole.clear();
            self.rest.clear();
            match sound {
                Sound::Speech { text, loops } => {
                    self.begin(loops);
                    self.is_awaiting = true;
                    return vec![Need::Speech { job: self.job, text }];
                }
                Sound::File { url, loops } => {
                    self.begin(loops);
                    self.is_awaiting = true;
                    return vec![Need::File { job: self.job, url }];
                }
                Sound::Keys { digits, loops } => {
                    self.begin(loops);
                    self.whole = keys(&digits);
                    self.rest.extend(&self.whole);
                }
                Sound::Silence { millis } => {
                    self.begin(1);
                    self.rest.resize(8 * millis.min(3_600_000) as usize, 0);
                }
            }
            return Vec::new();
        }
        self.is_active = false;
        Vec::new()
    }

    fn begin(&mut self, loops: u32) {
        self.is_active = true;
        self.loops_left = if loops == 0 { MAX_LOOPS } else { loops.min(MAX_LOOPS) } - 1;
    }

    /// Takes samples of a job; those of jobs that were stopped are passed over.
    pub fn take(&mut self, job: u32, samples: &[i16]) {
        if self.is_awaiting && job == self.job {
            self.whole.extend_from_slice(samples);
            self.rest.extend(samples);
        }
    }

    /// A job has given all its samples.
    pub fn complete(&mut self, job: u32) {
        if job == self.job {
            self.is_awaiting = false;
        }
    }

    /// Fills the next 20 ms and returns what is needed to go on.
    pub fn fill(&mut self, frame: &mut Frame) -> Vec<Need> {
        *frame = SILENCE;
        let count = self.rest.len().min(FRAME_SAMPLES);
        for (slot, sample) in frame.iter_mut().zip(self.rest.drain(..count)) {
            *slot = sample;
        }
        if !self.is_active || self.is_awaiting || !self.rest.is_empty() {
            return Vec::new();
        }
        if self.loops_left > 0 && !self.whole.is_empty() {
            self.loops_left -= 1;
            self.rest.extend(&self.whole);
            return Vec::new();
        }
        self.advance()
    }
}

/// Returns the tones of keys; `w` is half a second of silence, `W` a whole one.
pub fn keys(digits: &str) -> Vec<i16> {
    let mut samples = Vec::new();
    for digit in digits.chars() {
        match digit {
            'w' => samples.resize(samples.len() + 4_000, 0),
            'W' => samples.resize(samples.len() + 8_000, 0),
            key => {
                sound_key(key, DtmfConfig::default(), &mut samples);
            }
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play_out(prompter: &mut Prompter) -> (usize, Vec<Need>) {
        let (mut frames, mut needs) = (0, Vec::new());
        while !prompter.is_done() && needs.is_empty() && frames < 10_000 {
            let mut frame = SILENCE;
            needs = prompter.fill(&mut frame);
            frames += 1;
        }
        (frames, needs)
    }

    #[test]
    fn verbs_sound_one_after_the_other() {
        let mut prompter = Prompter::default();
        let needs = prompter.start(vec![Sound::words("hi"), Sound::Silence { millis: 1_000 }, Sound::words("bye")]);
        assert_eq!(needs, [Need::Speech { job: 2, text: "hi".into() }]);
        prompter.take(2, &[1; 320]);
        prompter.complete(2);
        // Two frames of speech, fifty of silence.
        assert_eq!(play_out(&mut prompter), (52, vec![Need::Speech { job: 4, text: "bye".into() }]));
        prompter.complete(4);
        assert_eq!(play_out(&mut prompter), (1, vec![]));
        assert!(prompter.is_done());
    }

    #[test]
    fn a_loop_repeats_and_a_stop_ends_it() {
        let mut prompter = Prompter::default();
        let sound = Sound::Keys { digits: "1".into(), loops: 3 };
        prompter.start(vec![sound.clone()]);
        // A key is 160 ms: 8 frames.
        assert_eq!(play_out(&mut prompter).0, 24);
        prompter.start(vec![sound]);
        prompter.stop();
        assert!(prompter.is_done());
    }

    #[test]
    fn samples_of_a_stopped_job_are_passed_over() {
        let mut prompter = Prompter::default();
        prompter.start(vec![Sound::words("one")]);
        prompter.start(vec![Sound::words("two")]);
        prompter.take(2, &[5; 160]);
        let mut frame = SILENCE;
        prompter.fill(&mut frame);
        assert_eq!(frame, SILENCE);
    }
}
