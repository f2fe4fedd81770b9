//! What the carrier speaks for a program in a conversation in text: pieces of turns, played one after the other, and how much
//! of a turn was heard when somebody speaks over it.
//!
//! Keeps the samples; making speech and fetching files is the call's business, which hands results back with the number of
//! the job. Speaking begins with the first sentence, long before a turn is complete.

use std::collections::VecDeque;

use audio::frame::Frame;
use audio::{FRAME_SAMPLES, SILENCE};
use wire::twilio::document::Interruptible;

/// "For ever" is at most so often.
const MAX_LOOPS: u32 = 1_000;

/// A text without an end of a sentence is spoken from this length on.
const MAX_PENDING_CHARS: usize = 400;

/// Something that must be made into sound.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Job {
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
        /// Its address.
        url: String,
    },
}

/// How something may be cut short.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manners {
    /// By the callee.
    pub interruptible: Interruptible,
    /// By what the program says next.
    pub preemptible: bool,
}

/// What was heard of a turn until it was cut short.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct HeardUntil {
    /// The words, whole ones only.
    pub words: String,
    /// How long.
    pub millis: u64,
}

/// What a tick of playing brought.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Played {
    /// These words were heard to their end.
    pub words: Option<String>,
}

struct Segment {
    job: u32,
    turn: u32,
    words: String,
    manners: Manners,
    samples: Vec<i16>,
    is_complete: bool,
    loops_left: u32,
    at: usize,
}

/// The program's turns, spoken.
#[derive(Default)]
pub struct Spoken {
    segments: VecDeque<Segment>,
    jobs: u32,
    turn: u32,
    is_turn_open: bool,
    pending: String,
    /// Words of the turn in hand that were heard.
    heard: String,
    heard_turn: u32,
    heard_samples: u64,
}

impl Spoken {
    /// Takes a piece of a turn. Returns what is to be spoken now.
    pub fn text(&mut self, token: &str, is_last: bool, manners: &Manners) -> Vec<Job> {
        self.turn_goes_on();
        self.pending.push_str(token);
        let mut jobs = Vec::new();
        while let Some(end) = end_of_sentence(&self.pending) {
            let rest = self.pending.split_off(end);
            let sentence = std::mem::replace(&mut self.pending, rest);
            jobs.extend(self.speak(sentence, manners));
        }
        if is_last {
            let rest = std::mem::take(&mut self.pending);
            jobs.extend(self.speak(rest, manners));
            self.is_turn_open = false;
        }
        jobs
    }

    /// Takes a file to be played after all that was said.
    pub fn file(&mut self, url: String, loops: u32, manners: &Manners) -> Job {
        self.turn_goes_on();
        self.is_turn_open = false;
        let loops = if loops == 0 { MAX_LOOPS } else { loops.min(MAX_LOOPS) };
        let job = self.push(String::new(), manners, loops);
        Job::File { job, url }
    }

    /// Takes samples that are there already.
    pub fn samples(&mut self, samples: &[i16], manners: &Manners) {
        let job = self.push(String::new(), manners, 1);
        self.take(job, samples);
        self.complete(job);
    }

    fn speak(&mut self, words: String, manners: &Manners) -> Option<Job> {
        if words.trim().is_empty() {
            return None;
        }
        let text = words.trim().to_owned();
        let job = self.push(words, manners, 1);
        Some(Job::Speech { job, text })
    }

    fn push(&mut self, words: String, manners: &Manners, loops: u32) -> u32 {
        self.jobs += 1;
        let (job, turn) = (self.jobs, self.turn);
        let manners = manners.clone();
        self.segments.push_back(Segment { job, turn, words, manners, samples: Vec::new(), is_complete: false, loops_left: loops - 1, at: 0 });
        job
    }

    /// A new turn cuts short what may be preempted.
    fn turn_goes_on(&mut self) {
        if !self.is_turn_open {
            self.is_turn_open = true;
            self.turn += 1;
            self.segments.retain(|segment| !segment.manners.preemptible);
        }
    }

    /// Takes samples of a job; those of jobs that were cut short are passed over.
    pub fn take(&mut self, job: u32, samples: &[i16]) {
        if let Some(segment) = self.segments.iter_mut().find(|segment| segment.job == job) {
            segment.samples.extend_from_slice(samples);
        }
    }

    /// A job has given all its samples.
    pub fn complete(&mut self, job: u32) {
        if let Some(segment) = self.segments.iter_mut().find(|segment| segment.job == job) {
            segment.is_complete = true;
        }
    }

    /// Returns whether something is heard, or about to be.
    pub fn is_speaking(&self) -> bool {
        !self.segments.is_empty()
    }

    /// Returns what may interrupt what is being heard, if something is.
    pub fn interruptible(&self) -> Option<&Interruptible> {
        self.segments.front().map(|segment| &segment.manners.interruptible)
    }

    /// Fills the next 20 ms.
    pub fn fill(&mut self, frame: &mut Frame) -> Played {
        *frame = SILENCE;
        let mut played = Played::default();
        let Some(segment) = self.segments.front_mut() else { return played };
        if segment.turn != self.heard_turn {
            self.heard_turn = segment.turn;
            self.heard.clear();
            self.heard_samples = 0;
        }
        let count = (segment.samples.len() - segment.at).min(FRAME_SAMPLES);
        frame[..count].copy_from_slice(&segment.samples[segment.at..segment.at + count]);
        segment.at += count;
        self.heard_samples += count as u64;
        if segment.at < segment.samples.len() || !segment.is_complete {
            return played;
        }
        if segment.loops_left > 0 && !segment.samples.is_empty() {
            segment.loops_left -= 1;
            segment.at = 0;
            return played;
        }
        if let Some(segment) = self.segments.pop_front() {
            self.heard.push_str(&segment.words);
            played.words = Some(segment.words).filter(|words| !words.is_empty());
        }
        played
    }

    /// Stops at once and returns what was heard of the turn.
    pub fn interrupt(&mut self) -> HeardUntil {
        let mut words = std::mem::take(&mut self.heard);
        if let Some(segment) = self.segments.front()
            && segment.turn == self.heard_turn
        {
            words.push_str(words_until(&segment.words, segment.at, segment.samples.len()));
        }
        let heard = HeardUntil { words: words.trim().to_owned(), millis: self.heard_samples / 8 };
        self.segments.clear();
        self.pending.clear();
        self.is_turn_open = false;
        self.heard_samples = 0;
        heard
    }
}

/// Returns the whole words of a text that fit into the part of it that was played.
fn words_until(words: &str, played: usize, all: usize) -> &str {
    if all == 0 {
        return "";
    }
    let chars = words.chars().count() * played.min(all) / all;
    let reached = words.char_indices().nth(chars).map_or(words.len(), |(at, _)| at);
    if words[reached..].chars().next().is_none_or(char::is_whitespace) {
        return &words[..reached];
    }
    let end = words[..reached].rfind(char::is_whitespace).unwrap_or(0);
    &words[..end]
}

/// Returns where the first sentence ends, if one is complete: behind its mark and the blank that follows.
fn end_of_sentence(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if matches!(c, '.' | '!' | '?' | ';' | ':')
            && let Some((next, blank)) = chars.peek()
            && blank.is_whitespace()
        {
            return Some(next + blank.len_utf8());
        }
        if at >= MAX_PENDING_CHARS && c.is_whitespace() {
            return Some(at + c.len_utf8());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manners() -> Manners {
        Manners { interruptible: Interruptible::Any, preemptible: false }
    }

    fn texts(jobs: Vec<Job>) -> Vec<String> {
        jobs.into_iter().filter_map(|job| if let Job::Speech { text, .. } = job { Some(text) } else { None }).collect()
    }

    fn play(spoken: &mut Spoken, frames: usize) -> Vec<String> {
        let mut frame = SILENCE;
        (0..frames).filter_map(|_| spoken.fill(&mut frame).words).collect()
    }

    #[test]
    fn sentences_are_spoken_before_the_turn_is_complete() {
        let mut spoken = Spoken::default();
        assert!(texts(spoken.text("Hello", false, &manners())).is_empty());
        assert_eq!(texts(spoken.text(", there. I am", false, &manners())), ["Hello, there."]);
        assert_eq!(texts(spoken.text(" calling! ", false, &manners())), ["I am calling!"]);
        assert_eq!(texts(spoken.text("Bye", true, &manners())), ["Bye"]);
        assert!(texts(spoken.text("", true, &manners())).is_empty());
    }

    #[test]
    fn what_was_heard_until_an_interruption_is_told_in_whole_words() {
        let mut spoken = Spoken::default();
        assert_eq!(spoken.text("One two. Three four five six.", true, &manners()).len(), 2);
        spoken.take(1, &[1; 1_600]);
        spoken.complete(1);
        spoken.take(2, &[1; 3_200]);
        spoken.complete(2);
        assert_eq!(play(&mut spoken, 20), ["One two. "]);
        assert_eq!(spoken.interrupt(), HeardUntil { words: "One two. Three four".into(), millis: 400 });
        assert!(!spoken.is_speaking());
        // Samples of what was cut short are passed over.
        spoken.take(2, &[1; 160]);
        assert!(!spoken.is_speaking());
    }

    #[test]
    fn what_was_heard_counts_from_the_beginning_of_the_turn() {
        let mut spoken = Spoken::default();
        for turn in 1..=2 {
            spoken.text("Said", true, &manners());
            spoken.take(turn, &[1; 320]);
            spoken.complete(turn);
        }
        assert_eq!(play(&mut spoken, 3), ["Said"]);
        assert_eq!(spoken.interrupt(), HeardUntil { words: String::new(), millis: 20 });
    }

    #[test]
    fn a_new_turn_cuts_short_what_may_be_preempted() {
        let mut spoken = Spoken::default();
        let idle = Manners { preemptible: true, ..manners() };
        spoken.text("One moment", true, &idle);
        spoken.take(1, &[1; 16_000]);
        spoken.text("Here I am", true, &manners());
        spoken.take(2, &[2; 160]);
        let mut frame = SILENCE;
        spoken.fill(&mut frame);
        assert_eq!(frame, [2; 160]);
    }

    #[test]
    fn files_repeat() {
        let mut spoken = Spoken::default();
        assert_eq!(spoken.file("http://e/x.wav".into(), 3, &manners()), Job::File { job: 1, url: "http://e/x.wav".into() });
        spoken.take(1, &[1; 320]);
        spoken.complete(1);
        play(&mut spoken, 5);
        assert!(spoken.is_speaking());
        play(&mut spoken, 1);
        assert!(!spoken.is_speaking());
    }
}
