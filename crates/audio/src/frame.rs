//! The frame, 20 ms of telephone audio, and the [`Framer`] that cuts any input into frames.

/// Samples a second of telephone audio.
pub const RATE_HZ: u32 = 8_000;

/// Milliseconds in a frame; every carrier sends and expects this length.
pub const FRAME_MS: u32 = 20;

/// Samples in a frame at [`RATE_HZ`].
pub const FRAME_SAMPLES: usize = 160;

/// 20 ms of linear audio at 8 kHz, one channel.
pub type Frame = [i16; FRAME_SAMPLES];

/// A frame of digital silence.
pub const SILENCE: Frame = [0; FRAME_SAMPLES];

/// The μ-law byte that means zero; a buffer of zeros would be full-scale noise instead.
pub const ULAW_SILENCE: u8 = 0xFF;

/// Returns how many samples `millis` last at 8 kHz.
pub const fn samples_of_ms(millis: u32) -> u64 {
    millis as u64 * RATE_HZ as u64 / 1_000
}

/// Cuts pieces of any length into frames and keeps the remainder for the next piece.
///
/// Works for samples (`i16`) and for encoded bytes (`u8`). Allocates nothing.
#[derive(Clone, Debug)]
pub struct Framer<T = i16> {
    pending: [T; FRAME_SAMPLES],
    filled: usize,
    silence: T,
}

impl Framer<i16> {
    /// Returns an empty framer of linear samples.
    pub fn linear() -> Self {
        Self::new(0)
    }
}

impl Framer<u8> {
    /// Returns an empty framer of μ-law bytes.
    pub fn ulaw() -> Self {
        Self::new(ULAW_SILENCE)
    }
}

impl<T: Copy> Framer<T> {
    /// Returns an empty framer that pads with `silence` when flushed.
    pub fn new(silence: T) -> Self {
        Self { pending: [silence; FRAME_SAMPLES], filled: 0, silence }
    }

    /// Takes `input` and hands every frame it completes to `each`, in order.
    pub fn push(&mut self, mut input: &[T], mut each: impl FnMut(&[T; FRAME_SAMPLES])) {
        if self.filled > 0 {
            let take = input.len().min(FRAME_SAMPLES - self.filled);
            let (head, rest) = input.split_at(take);
            self.pending[self.filled..self.filled + take].copy_from_slice(head);
            self.filled += take;
            input = rest;
            if self.filled < FRAME_SAMPLES {
                return;
            }
            each(&self.pending);
            self.filled = 0;
        }
        let (frames, rest) = input.as_chunks::<FRAME_SAMPLES>();
        for frame in frames {
            each(frame);
        }
        self.pending[..rest.len()].copy_from_slice(rest);
        self.filled = rest.len();
    }

    /// Returns the remainder padded with silence, or `None` if nothing is pending.
    pub fn flush(&mut self) -> Option<[T; FRAME_SAMPLES]> {
        if self.filled == 0 {
            return None;
        }
        self.pending[self.filled..].fill(self.silence);
        self.filled = 0;
        Some(self.pending)
    }

    /// Returns how many samples wait for the rest of their frame, always less than a frame.
    pub fn pending(&self) -> usize {
        self.filled
    }

    /// Forgets what is pending, e.g. after the callee interrupted.
    pub fn clear(&mut self) {
        self.filled = 0;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn frames_and_remainder_are_the_input(pieces in prop::collection::vec(prop::collection::vec(any::<i16>(), 0..500), 0..12)) {
            let mut framer = Framer::linear();
            let mut got = Vec::new();
            for piece in &pieces {
                framer.push(piece, |frame| got.extend_from_slice(frame));
            }
            let pending = framer.pending();
            prop_assert!(pending < FRAME_SAMPLES);
            if let Some(last) = framer.flush() {
                got.extend_from_slice(&last[..pending]);
                prop_assert!(last[pending..].iter().all(|&s| s == 0));
            }
            prop_assert_eq!(got, pieces.concat());
        }
    }

    #[test]
    fn a_flushed_ulaw_remainder_is_padded_with_ulaw_silence() {
        let mut framer = Framer::ulaw();
        framer.push(&[1, 2, 3], |_| panic!("no frame is complete"));
        let last = framer.flush().unwrap();
        assert_eq!(last[..4], [1, 2, 3, ULAW_SILENCE]);
        assert_eq!(framer.flush(), None);
    }

    #[test]
    fn twenty_milliseconds_are_a_frame() {
        assert_eq!(samples_of_ms(FRAME_MS), FRAME_SAMPLES as u64);
    }
}
