//! What the carrier has of the program's audio and has not played yet, with the marks between.
//!
//! Audio is buffered without a limit that anybody publishes, played in order, 20 ms at a time. A mark is echoed once all
//! audio before it was played; a clear drops the audio and echoes all marks outstanding at once.

use std::collections::VecDeque;

/// μ-law for "no sound".
const SILENCE: u8 = 0xFF;

/// 15 minutes of audio: more than any single answer, less than would hurt.
const MAX_BUFFERED_BYTES: usize = 15 * 60 * 8_000;

/// Marks that may be outstanding at once.
const MAX_MARKS: usize = 10_000;

/// The buffer of one stream.
#[derive(Debug, Default)]
pub struct Playout {
    audio: VecDeque<u8>,
    received: u64,
    played: u64,
    marks: VecDeque<(u64, String)>,
}

impl Playout {
    /// Takes audio to be played after all that is queued; returns false if the buffer is full and it was dropped.
    pub fn push(&mut self, ulaw: &[u8]) -> bool {
        if self.audio.len() + ulaw.len() > MAX_BUFFERED_BYTES {
            return false;
        }
        self.audio.extend(ulaw);
        self.received += ulaw.len() as u64;
        true
    }

    /// Takes a mark. Returns its name back if nothing is queued before it: echo it at once.
    pub fn mark(&mut self, name: String) -> Option<String> {
        if self.audio.is_empty() {
            return Some(name);
        }
        if self.marks.len() < MAX_MARKS {
            self.marks.push_back((self.received, name));
        }
        None
    }

    /// Drops all audio and returns the marks that were outstanding, in order.
    pub fn clear(&mut self) -> Vec<String> {
        self.audio.clear();
        self.received = self.played;
        self.marks.drain(..).map(|(_, name)| name).collect()
    }

    /// Fills the next 20 ms with what is to be played, silence behind it, and returns the marks that this completes.
    pub fn play(&mut self, frame: &mut [u8; 160]) -> Vec<String> {
        let count = self.audio.len().min(frame.len());
        for (slot, byte) in frame.iter_mut().zip(self.audio.drain(..count)) {
            *slot = byte;
        }
        frame[count..].fill(SILENCE);
        self.played += count as u64;
        let done = self.marks.iter().take_while(|(at, _)| *at <= self.played).count();
        self.marks.drain(..done).map(|(_, name)| name).collect()
    }

    /// Returns how many samples wait.
    pub fn queued(&self) -> usize {
        self.audio.len()
    }

    /// Returns how many samples were played in all.
    pub const fn played(&self) -> u64 {
        self.played
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_back_when_all_before_it_was_played() {
        let mut playout = Playout::default();
        playout.push(&[1; 200]);
        assert_eq!(playout.mark("a".into()), None);
        playout.push(&[2; 100]);
        assert_eq!(playout.mark("b".into()), None);
        let mut frame = [0; 160];
        assert!(playout.play(&mut frame).is_empty());
        assert_eq!(playout.play(&mut frame), ["a", "b"]);
        assert_eq!((frame[39], frame[40], frame[139], frame[140]), (1, 2, 2, SILENCE));
        assert_eq!(playout.played(), 300);
    }

    #[test]
    fn a_mark_on_an_empty_buffer_comes_back_at_once() {
        assert_eq!(Playout::default().mark("a".into()).as_deref(), Some("a"));
    }

    #[test]
    fn a_clear_drops_audio_and_returns_all_marks() {
        let mut playout = Playout::default();
        playout.push(&[1; 800]);
        playout.mark("a".into());
        playout.push(&[1; 800]);
        playout.mark("b".into());
        let mut frame = [0; 160];
        playout.play(&mut frame);
        assert_eq!(playout.clear(), ["a", "b"]);
        assert!(playout.play(&mut frame).is_empty());
        assert!(frame.iter().all(|byte| *byte == SILENCE));
        assert_eq!(playout.played(), 160);
        playout.push(&[3; 160]);
        playout.mark("c".into());
        assert_eq!(playout.play(&mut frame), ["c"]);
    }

    #[test]
    fn the_buffer_is_bounded() {
        let mut playout = Playout::default();
        assert!(playout.push(&vec![1; MAX_BUFFERED_BYTES]));
        assert!(!playout.push(&[1]));
    }
}
