//! What is recorded of a call: two sides, 20 ms at a time, and the file that is made of them.

use audio::frame::Frame;
use audio::level::rms_dbfs;
use audio::wav::write_wav;

/// One hour: the rest of a longer call is not kept.
const MAX_SAMPLES: usize = 3_600 * 8_000;

/// Frames more silent than this may be cut from the ends.
const SILENCE_DBFS: f32 = -45.0;

/// Which sides of a call are kept. The other is silent.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Sides {
    /// Both.
    #[default]
    Both,
    /// What the callee says.
    Callee,
    /// What the callee hears.
    Carrier,
}

/// The sound of one recording.
#[derive(Default)]
pub struct Reel {
    /// What is kept.
    pub sides: Sides,
    /// Two channels: the callee, and what the callee hears.
    pub is_dual: bool,
    /// On hold: what comes is silence, or left out.
    pub is_paused: bool,
    /// Leaves held time out instead of filling it with silence.
    pub skips_pause: bool,
    up: Vec<i16>,
    down: Vec<i16>,
}

impl Reel {
    /// Returns an empty one that keeps these sides, on one channel or two.
    pub fn of_sides(sides: Sides, is_dual: bool) -> Self {
        Self { sides, is_dual, ..Self::default() }
    }

    /// Returns the recording of something that was mixed elsewhere.
    pub fn of_samples(samples: Vec<i16>) -> Self {
        Self { down: vec![0; samples.len()], up: samples, ..Self::default() }
    }

    /// Takes 20 ms of both sides.
    pub fn push(&mut self, up: &Frame, down: &Frame) {
        if self.up.len() >= MAX_SAMPLES || (self.is_paused && self.skips_pause) {
            return;
        }
        let wants_up = !self.is_paused && self.sides != Sides::Carrier;
        let wants_down = !self.is_paused && self.sides != Sides::Callee;
        self.up.extend_from_slice(if wants_up { up } else { &audio::SILENCE });
        self.down.extend_from_slice(if wants_down { down } else { &audio::SILENCE });
    }

    /// Returns what the callee said.
    pub fn callee(&self) -> &[i16] {
        &self.up
    }

    /// Returns whether nothing is on it.
    pub const fn is_empty(&self) -> bool {
        self.up.is_empty()
    }

    /// Returns how long it is, in begun seconds.
    pub fn seconds(&self) -> u32 {
        u32::try_from(self.up.len().div_ceil(8_000)).unwrap_or(u32::MAX)
    }

    /// Cuts silence from both ends and returns whether anything is left.
    pub fn trim(&mut self) -> bool {
        let is_silent = |at: usize| rms_dbfs(&self.up[at..at + 160]) < SILENCE_DBFS && rms_dbfs(&self.down[at..at + 160]) < SILENCE_DBFS;
        let frames = self.up.len() / 160;
        let Some(first) = (0..frames).find(|frame| !is_silent(frame * 160)) else { return false };
        let last = (0..frames).rfind(|frame| !is_silent(frame * 160)).unwrap_or(first);
        let range = first * 160..(last + 1) * 160;
        self.up = self.up[range.clone()].to_vec();
        self.down = self.down[range].to_vec();
        true
    }

    /// Returns the file, of one channel or two.
    pub fn wav(&self) -> Vec<u8> {
        let pairs = self.up.iter().zip(&self.down);
        if self.is_dual {
            let samples: Vec<i16> = pairs.flat_map(|(up, down)| [*up, *down]).collect();
            return write_wav(8_000, 2, &samples);
        }
        let samples: Vec<i16> = pairs.map(|(up, down)| up.saturating_add(*down)).collect();
        write_wav(8_000, 1, &samples)
    }
}
