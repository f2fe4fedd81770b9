//! Puts pieces of received audio in order by their media timestamps and fills what never came.
//!
//! Over a WebSocket pieces come in order and rarely fail; over RTP, or through a simulated bad line, they
//! come late, twice or not at all. Positions stay sample-exact in every case: a frame says where it lies,
//! and a transcript or recording made from it stays aligned.
//!
//! Push each piece, then pull until `None`. Memory is fixed at the first call: `max_gap_ms` of samples.

use crate::frame::{FRAME_SAMPLES, Frame, samples_of_ms};

/// The times of a [`JitterBuffer`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JitterConfig {
    /// How long a missing piece is waited for once later audio is there. 60 ms is three frames.
    pub wait_ms: u32,
    /// The longest gap filled with silence; over a longer one the position jumps. 1 s costs 26 kB a call.
    pub max_gap_ms: u32,
}

impl Default for JitterConfig {
    fn default() -> Self {
        Self { wait_ms: 60, max_gap_ms: 1_000 }
    }
}

/// Where a pulled frame lies and how much of it is real.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pulled {
    /// The position of its first sample. Frames are contiguous, except after a gap too long to fill.
    pub at: u64,
    /// Samples of it that never came and are silence now, 0 to 160.
    pub lost: u16,
}

/// What was lost or thrown away since the stream began, in samples.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Losses {
    /// Never came and was filled with silence.
    pub filled: u64,
    /// Never came and was jumped over, because the gap was longer than `max_gap_ms`.
    pub skipped: u64,
    /// Came after its place had been pulled, or twice.
    pub late_or_doubled: u64,
}

/// A reordering window of one direction of a call.
#[derive(Clone, Debug)]
pub struct JitterBuffer {
    wait: u64,
    ring: Box<[i16]>,
    is_there: Box<[bool]>,
    /// The position of the next sample to pull.
    next: u64,
    /// One past the last sample received or announced.
    newest: u64,
    losses: Losses,
}

impl JitterBuffer {
    /// Returns an empty window whose first sample is at position `begins`.
    pub fn new(config: JitterConfig, begins: u64) -> Self {
        let wait = samples_of_ms(config.wait_ms.min(config.max_gap_ms));
        let capacity = (samples_of_ms(config.max_gap_ms.min(10_000)) + wait) as usize + 2 * FRAME_SAMPLES;
        Self { wait, ring: vec![0; capacity].into(), is_there: vec![false; capacity].into(), next: begins, newest: begins, losses: Losses::default() }
    }

    /// Takes a piece whose first sample lies at `at`. What was already pulled or received is dropped.
    pub fn push(&mut self, at: u64, samples: &[i16]) {
        let capacity = self.ring.len() as u64;
        let Some(end) = at.checked_add(samples.len() as u64) else {
            return;
        };
        if at >= self.next.saturating_add(capacity) {
            self.jump_to(at);
        }
        let late = self.next.saturating_sub(at).min(samples.len() as u64);
        // A single piece longer than the window: the caller pulls too seldom.
        let beyond = end.saturating_sub(self.next + capacity);
        self.losses.late_or_doubled += late;
        self.losses.skipped += beyond;
        let kept = &samples[late as usize..samples.len() - beyond as usize];
        if kept.is_empty() {
            return;
        }
        let mut slot = self.slot(at + late);
        for sample in kept {
            if self.is_there[slot] {
                self.losses.late_or_doubled += 1;
            } else {
                self.ring[slot] = *sample;
                self.is_there[slot] = true;
            }
            slot = if slot + 1 == self.ring.len() { 0 } else { slot + 1 };
        }
        self.newest = self.newest.max(end - beyond);
    }

    /// Says that the stream has reached `position` though nothing came, e.g. by the caller's clock.
    ///
    /// Audio before it is then waited for no longer than `wait_ms`.
    pub fn advance_to(&mut self, position: u64) {
        let reachable = self.next + self.ring.len() as u64;
        self.newest = self.newest.max(position.min(reachable));
    }

    /// Writes the next frame to `frame` and says where it lies, or `None` if it is worth waiting.
    pub fn pull(&mut self, frame: &mut Frame) -> Option<Pulled> {
        let available = self.newest - self.next;
        let is_overdue = available >= FRAME_SAMPLES as u64 + self.wait;
        if available < FRAME_SAMPLES as u64 || !(is_overdue || self.next_frame_is_whole()) {
            return None;
        }
        Some(self.take(frame))
    }

    /// Writes what is left at the end of the stream, padded with silence, frame by frame until `None`.
    pub fn flush(&mut self, frame: &mut Frame) -> Option<Pulled> {
        (self.newest > self.next).then(|| self.take(frame))
    }

    /// Returns what was lost so far.
    pub fn losses(&self) -> Losses {
        self.losses
    }

    /// Returns the position of the next sample to be pulled.
    pub fn position(&self) -> u64 {
        self.next
    }

    fn slot(&self, position: u64) -> usize {
        (position % self.ring.len() as u64) as usize
    }

    fn next_frame_is_whole(&self) -> bool {
        let from = self.slot(self.next);
        let until_wrap = (self.ring.len() - from).min(FRAME_SAMPLES);
        let is_whole = |part: &[bool]| part.iter().all(|there| *there);
        is_whole(&self.is_there[from..from + until_wrap]) && is_whole(&self.is_there[..FRAME_SAMPLES - until_wrap])
    }

    fn take(&mut self, frame: &mut Frame) -> Pulled {
        let (at, mut lost) = (self.next, 0);
        let mut slot = self.slot(at);
        for sample in frame.iter_mut() {
            if std::mem::take(&mut self.is_there[slot]) {
                *sample = self.ring[slot];
            } else {
                *sample = 0;
                // Behind the newest sample nothing is lost: it is padding at the end of the stream.
                lost += u16::from(self.next < self.newest);
            }
            slot = if slot + 1 == self.ring.len() { 0 } else { slot + 1 };
            self.next += 1;
        }
        self.newest = self.newest.max(self.next);
        self.losses.filled += u64::from(lost);
        Pulled { at, lost }
    }

    /// Gives up everything before `at`, what was held behind a hole included.
    fn jump_to(&mut self, at: u64) {
        self.losses.skipped += at - self.next;
        self.is_there.fill(false);
        self.next = at;
        self.newest = self.newest.max(at);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn piece(at: u64, len: usize) -> Vec<i16> {
        (at..at + len as u64).map(|p| (p % 30_000) as i16 + 1).collect()
    }

    fn pull_all(buffer: &mut JitterBuffer) -> Vec<(Pulled, Frame)> {
        let mut frame = [0; FRAME_SAMPLES];
        std::iter::from_fn(|| buffer.pull(&mut frame).map(|pulled| (pulled, frame))).collect()
    }

    #[test]
    fn pieces_in_order_come_out_at_once() {
        let mut buffer = JitterBuffer::new(JitterConfig::default(), 0);
        buffer.push(0, &piece(0, 160));
        let got = pull_all(&mut buffer);
        assert_eq!(got.len(), 1);
        assert_eq!(got[0].0, Pulled { at: 0, lost: 0 });
        assert_eq!(got[0].1.as_slice(), piece(0, 160));
    }

    #[test]
    fn two_swapped_pieces_are_put_in_order() {
        let mut buffer = JitterBuffer::new(JitterConfig::default(), 0);
        buffer.push(160, &piece(160, 160));
        assert!(pull_all(&mut buffer).is_empty());
        buffer.push(0, &piece(0, 160));
        let got = pull_all(&mut buffer);
        assert_eq!(got.iter().flat_map(|(_, frame)| *frame).collect::<Vec<_>>(), piece(0, 320));
        assert_eq!(buffer.losses(), Losses::default());
    }

    #[test]
    fn a_piece_that_never_comes_is_silence_after_the_wait() {
        let mut buffer = JitterBuffer::new(JitterConfig::default(), 0);
        for at in [160, 320] {
            buffer.push(at, &piece(at, 160));
            assert!(pull_all(&mut buffer).is_empty());
        }
        buffer.push(480, &piece(480, 160));
        let got = pull_all(&mut buffer);
        assert_eq!(got.iter().map(|(p, _)| (p.at, p.lost)).collect::<Vec<_>>(), [(0, 160), (160, 0), (320, 0), (480, 0)]);
        assert_eq!(got[0].1, [0; 160]);
        buffer.push(0, &piece(0, 160));
        assert_eq!(buffer.losses(), Losses { filled: 160, skipped: 0, late_or_doubled: 160 });
    }

    #[test]
    fn half_a_frame_lost_keeps_the_other_half_in_place() {
        let mut buffer = JitterBuffer::new(JitterConfig { wait_ms: 0, max_gap_ms: 1_000 }, 0);
        buffer.push(80, &piece(80, 80));
        let got = pull_all(&mut buffer);
        assert_eq!(got[0].0, Pulled { at: 0, lost: 80 });
        assert_eq!(got[0].1[80..], piece(80, 80));
    }

    #[test]
    fn a_gap_too_long_to_fill_is_jumped_and_said() {
        let mut buffer = JitterBuffer::new(JitterConfig::default(), 0);
        buffer.push(80_000, &piece(80_000, 160));
        assert_eq!(pull_all(&mut buffer)[0].0, Pulled { at: 80_000, lost: 0 });
        assert_eq!(buffer.losses(), Losses { filled: 0, skipped: 80_000, late_or_doubled: 0 });
    }

    #[test]
    fn a_silent_line_advances_by_the_clock() {
        let mut buffer = JitterBuffer::new(JitterConfig::default(), 0);
        buffer.advance_to(1_600);
        let got = pull_all(&mut buffer);
        assert_eq!(got.last().unwrap().0, Pulled { at: 960, lost: 160 });
    }

    #[test]
    fn the_end_of_the_stream_is_padded_and_not_counted_as_lost() {
        let mut buffer = JitterBuffer::new(JitterConfig::default(), 0);
        buffer.push(0, &piece(0, 100));
        let mut frame = [7; FRAME_SAMPLES];
        assert_eq!(buffer.flush(&mut frame), Some(Pulled { at: 0, lost: 0 }));
        assert_eq!(frame[..100], piece(0, 100));
        assert_eq!(frame[100..], [0; 60]);
        assert_eq!(buffer.flush(&mut frame), None);
    }

    proptest! {
        #[test]
        fn every_sample_comes_out_at_its_own_position_or_as_silence(
            pieces in prop::collection::vec((0u64..40_000, 0usize..600), 0..60),
            wait_ms in 0u32..100, max_gap_ms in 0u32..500,
        ) {
            let mut buffer = JitterBuffer::new(JitterConfig { wait_ms, max_gap_ms }, 0);
            let mut expected = 0;
            for (at, len) in pieces {
                buffer.push(at, &piece(at, len));
                for (pulled, frame) in pull_all(&mut buffer) {
                    prop_assert!(pulled.at >= expected);
                    expected = pulled.at + FRAME_SAMPLES as u64;
                    let truth = piece(pulled.at, FRAME_SAMPLES);
                    let silent = frame.iter().filter(|&&s| s == 0).count();
                    prop_assert_eq!(silent, pulled.lost as usize);
                    prop_assert!(frame.iter().zip(truth).all(|(&got, want)| got == 0 || got == want));
                }
            }
        }
    }
}
