//! The power at single frequencies: what a Goertzel filter computes, written as dot products.
//!
//! A Goertzel recursion waits for its last result at every sample; two dot products with a table do the
//! same in vectors, eight samples at once. Shared by `tone`, `dtmf`, `resample` and `vad`.

use std::f32::consts::TAU;

use crate::frame::{FRAME_SAMPLES, RATE_HZ};

/// Returns the sum of products, in eight lanes so that the compiler can use vectors.
pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
    let (left_chunks, left_rest) = left.as_chunks::<8>();
    let (right_chunks, right_rest) = right.as_chunks::<8>();
    let mut lanes = [0.0f32; 8];
    for (l, r) in left_chunks.iter().zip(right_chunks) {
        for lane in 0..8 {
            lanes[lane] += l[lane] * r[lane];
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(l, r)| l * r).sum();
    lanes.iter().sum::<f32>() + rest
}

/// The tables of one frequency, for a frame.
#[derive(Clone, Debug)]
pub(crate) struct Bin {
    cos: [f32; FRAME_SAMPLES],
    sin: [f32; FRAME_SAMPLES],
}

impl Bin {
    pub(crate) fn new(hz: f32) -> Self {
        let angle = |n: usize| (n as f32 - 79.5) * hz * TAU / RATE_HZ as f32;
        Self { cos: std::array::from_fn(|n| angle(n).cos()), sin: std::array::from_fn(|n| angle(n).sin()) }
    }

    /// Returns the sum of `frame` times e^(−iωt), with time counted from the frame's middle.
    pub(crate) fn transform(&self, frame: &[f32; FRAME_SAMPLES]) -> (f32, f32) {
        (dot(&self.cos, frame), -dot(&self.sin, frame))
    }

    /// Returns the energy that a sine of this frequency explains, in the unit of [`dot`]`(frame, frame)`.
    ///
    /// Exact to the leakage of a 20 ms window: a pure sine of the same frequency gives all its energy.
    pub(crate) fn energy(&self, frame: &[f32; FRAME_SAMPLES]) -> f32 {
        let (re, im) = self.transform(frame);
        (re * re + im * im) * 2.0 / FRAME_SAMPLES as f32
    }
}

/// Returns the frame as floats.
pub(crate) fn floats(frame: &[i16; FRAME_SAMPLES]) -> [f32; FRAME_SAMPLES] {
    frame.map(f32::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_gives_all_its_energy_to_its_own_bin_and_little_to_another() {
        let frame: [f32; FRAME_SAMPLES] = std::array::from_fn(|n| 1_000.0 * (n as f32 * 700.0 * TAU / 8_000.0).sin());
        let all = dot(&frame, &frame);
        assert!((Bin::new(700.0).energy(&frame) / all - 1.0).abs() < 0.01);
        assert!(Bin::new(1_200.0).energy(&frame) / all < 0.01);
    }
}
