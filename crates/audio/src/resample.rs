//! Changes the sample rate between telephony (8 kHz), models (16 kHz) and voices (24 kHz), streaming.
//!
//! Polyphase filters with a Kaiser window, linear phase, made once for the whole process:
//!
//! | conversion | passes within 0.1 dB | rejects by 60 dB | delay |
//! | --- | --- | --- | --- |
//! | 8 → 16 | 0–3.4 kHz | images from 4.6 kHz | 1.7 ms |
//! | 16 → 8 | 0–3.4 kHz | aliases of 4.6–8 kHz | 1.7 ms |
//! | 24 → 8 | 0–3.4 kHz | aliases of 4.6–12 kHz | 1.7 ms |
//! | 24 → 16 | 0–6.8 kHz | aliases of 9.2–12 kHz | 0.8 ms |
//!
//! The transition band around 4 kHz holds nothing a telephone carries.

use std::f64::consts::PI;
use std::sync::LazyLock;

use crate::spectrum::dot;

/// From which rate to which.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conversion {
    /// Telephone to model.
    Up8To16,
    /// Model to telephone.
    Down16To8,
    /// Voice to telephone.
    Down24To8,
    /// Voice to model, for tests and for callees heard without a line between.
    Down24To16,
}

impl Conversion {
    /// Returns (up, down): the output has up / down times as many samples.
    pub const fn ratio(self) -> (usize, usize) {
        match self {
            Self::Up8To16 => (2, 1),
            Self::Down16To8 => (1, 2),
            Self::Down24To8 => (1, 3),
            Self::Down24To16 => (2, 3),
        }
    }

    fn bank(self) -> &'static Bank {
        // Rates are those of the filter: the input rate times up.
        static UP_8_16: LazyLock<Bank> = LazyLock::new(|| Bank::new(2, 4_000.0, 1_200.0, 16_000.0));
        static DOWN_16_8: LazyLock<Bank> = LazyLock::new(|| Bank::new(1, 4_000.0, 1_200.0, 16_000.0));
        static DOWN_24_8: LazyLock<Bank> = LazyLock::new(|| Bank::new(1, 4_000.0, 1_200.0, 24_000.0));
        static DOWN_24_16: LazyLock<Bank> = LazyLock::new(|| Bank::new(2, 8_000.0, 2_400.0, 48_000.0));
        match self {
            Self::Up8To16 => &UP_8_16,
            Self::Down16To8 => &DOWN_16_8,
            Self::Down24To8 => &DOWN_24_8,
            Self::Down24To16 => &DOWN_24_16,
        }
    }
}

/// A streaming rate converter of one channel; about 700 bytes.
///
/// Output does not depend on how the input is cut into pieces.
#[derive(Clone, Debug)]
pub struct Resampler {
    conversion: Conversion,
    bank: &'static Bank,
    /// The last `taps - 1` inputs and room for one block behind them.
    line: [f32; Resampler::LINE],
    /// Filter-rate steps from the first input of the next block to the next output.
    step: usize,
}

impl Resampler {
    const BLOCK: usize = 64;
    const LINE: usize = 160;

    /// Returns a converter that has heard silence so far.
    pub fn new(conversion: Conversion) -> Self {
        Self { conversion, bank: conversion.bank(), line: [0.0; Self::LINE], step: 0 }
    }

    /// Takes `input` and appends the output it completes, delayed as the table above says.
    ///
    /// Allocates only if `output` has no room left.
    pub fn push(&mut self, input: &[i16], output: &mut Vec<i16>) {
        let (up, down) = self.conversion.ratio();
        let history = self.bank.taps - 1;
        for block in input.chunks(Self::BLOCK) {
            for (slot, sample) in self.line[history..].iter_mut().zip(block) {
                *slot = f32::from(*sample);
            }
            while self.step < block.len() * up {
                let (newest, phase) = (self.step / up, self.step % up);
                let value = self.bank.phases[phase].apply(&self.line[newest..newest + self.bank.taps]);
                // Rounds by hand: the library's rounding is a call on processors without SSE 4.1.
                output.push((value + 0.5f32.copysign(value)) as i16);
                self.step += down;
            }
            self.step -= block.len() * up;
            self.line.copy_within(block.len()..block.len() + history, 0);
        }
    }

    /// Appends what is still in the filter, as if silence of the filter's length followed.
    pub fn flush(&mut self, output: &mut Vec<i16>) {
        let silence = [0; Self::LINE];
        self.push(&silence[..self.bank.taps], output);
    }

    /// Forgets what was heard, for a new stream.
    pub fn reset(&mut self) {
        self.line.fill(0.0);
        self.step = 0;
    }
}

/// Converts a whole piece: no delay, and exactly up / down times as many samples, rounded up.
pub fn resample(conversion: Conversion, input: &[i16]) -> Vec<i16> {
    let (up, down) = conversion.ratio();
    let len = (input.len() * up).div_ceil(down);
    let bank = conversion.bank();
    let delay = bank.delay / down;
    let mut output = Vec::with_capacity(len + delay + bank.taps * up);
    let mut resampler = Resampler::new(conversion);
    // Starting `delay % down` steps in makes the delay a whole number of output samples.
    resampler.step = bank.delay % down;
    resampler.push(input, &mut output);
    resampler.flush(&mut output);
    output.drain(..delay);
    output.truncate(len);
    output
}

#[derive(Debug)]
struct Bank {
    phases: Vec<Phase>,
    /// Inputs each phase looks at.
    taps: usize,
    /// Delay in filter-rate steps: the middle of the prototype.
    delay: usize,
}

#[derive(Debug)]
enum Phase {
    Filter(Vec<f32>),
    /// In a half-band filter every other coefficient but the middle one is zero.
    Copy {
        at: usize,
        gain: f32,
    },
}

impl Phase {
    fn apply(&self, line: &[f32]) -> f32 {
        match self {
            Self::Filter(taps) => dot(taps, line),
            Self::Copy { at, gain } => line[*at] * gain,
        }
    }
}

impl Bank {
    /// Designs a low-pass with its −6 dB point at `cut_hz` and a transition band `width_hz` wide.
    fn new(up: usize, cut_hz: f64, width_hz: f64, rate_hz: f64) -> Self {
        const ATTENUATION_DB: f64 = 65.0;
        // Kaiser's formulas for window shape and length.
        let beta = 0.1102 * (ATTENUATION_DB - 8.7);
        let half = ((ATTENUATION_DB - 7.95) / (2.285 * 2.0 * PI * width_hz / rate_hz) / 2.0).ceil() as usize;
        let cut = 2.0 * cut_hz / rate_hz;
        let prototype: Vec<f64> = (0..=2 * half)
            .map(|n| {
                let x = n as f64 - half as f64;
                let sinc = if n == half { cut } else { (PI * cut * x).sin() / (PI * x) };
                sinc * bessel_i0(beta * (1.0 - (x / half as f64).powi(2)).max(0.0).sqrt()) / bessel_i0(beta)
            })
            .collect();
        let gain = up as f64 / prototype.iter().sum::<f64>();
        // Whole vectors of eight: leading zeros cost less than a remainder.
        let taps = prototype.len().div_ceil(up).next_multiple_of(8);
        let phases = (0..up)
            .map(|phase| {
                // Newest input last, so the filter runs along the line as it lies in memory.
                let at = |tap: usize| prototype.get(phase + (taps - 1 - tap) * up).map_or(0.0, |c| (c * gain) as f32);
                Phase::of((0..taps).map(at).collect())
            })
            .collect();
        Self { phases, taps, delay: half }
    }
}

impl Phase {
    fn of(taps: Vec<f32>) -> Self {
        let mut heard = taps.iter().enumerate().filter(|(_, c)| c.abs() > 1e-6);
        match (heard.next(), heard.next()) {
            (Some((at, gain)), None) => Self::Copy { at, gain: *gain },
            _ => Self::Filter(taps),
        }
    }
}

/// The modified Bessel function of order zero, by its series; 30 terms suffice for arguments below 12.
fn bessel_i0(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..30 {
        term *= (x / 2.0 / f64::from(k)).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::level::rms_dbfs;

    const ALL: [(Conversion, f32, f32); 4] = [
        (Conversion::Up8To16, 8_000.0, 3_400.0),
        (Conversion::Down16To8, 16_000.0, 3_400.0),
        (Conversion::Down24To8, 24_000.0, 3_400.0),
        (Conversion::Down24To16, 24_000.0, 6_800.0),
    ];

    fn sine(hz: f32, rate_hz: f32, len: usize) -> Vec<i16> {
        (0..len).map(|n| (16_000.0 * (f64::from(hz) * n as f64 / f64::from(rate_hz) * 2.0 * PI).sin()) as i16).collect()
    }

    /// The level after the conversion relative to before, without the ends.
    fn gain_db(conversion: Conversion, hz: f32, rate_hz: f32) -> f32 {
        let input = sine(hz, rate_hz, 24_000);
        let output = resample(conversion, &input);
        rms_dbfs(&output[200..output.len() - 200]) - rms_dbfs(&input)
    }

    #[test]
    fn the_pass_band_is_flat() {
        for (conversion, rate_hz, pass_hz) in ALL {
            for share in [0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0] {
                let gain = gain_db(conversion, pass_hz * share, rate_hz);
                assert!(gain.abs() < 0.1, "{conversion:?} changes {} Hz by {gain} dB", pass_hz * share);
            }
        }
    }

    #[test]
    fn what_would_alias_is_rejected() {
        for (conversion, rate_hz, stop_hz) in
            [(Conversion::Down16To8, 16_000.0, 4_600.0), (Conversion::Down24To8, 24_000.0, 4_600.0), (Conversion::Down24To16, 24_000.0, 9_200.0)]
        {
            let mut hz = stop_hz;
            while hz < rate_hz / 2.0 - 50.0 {
                let gain = gain_db(conversion, hz, rate_hz);
                assert!(gain < -60.0, "{conversion:?} lets {hz} Hz through at {gain} dB");
                hz += 313.0;
            }
        }
    }

    #[test]
    fn doubling_the_rate_makes_no_images() {
        let output = resample(Conversion::Up8To16, &sine(1_000.0, 8_000.0, 8_000));
        let pure = sine(1_000.0, 16_000.0, 16_000);
        let error: Vec<i16> = output.iter().zip(&pure).map(|(a, b)| a - b).collect();
        assert!(rms_dbfs(&error[200..15_800]) < rms_dbfs(&pure) - 60.0);
    }

    #[test]
    fn up_and_down_again_is_the_same_sound_in_the_same_place() {
        let speechlike: Vec<i16> = sine(300.0, 8_000.0, 4_000).iter().zip(sine(2_700.0, 8_000.0, 4_000)).map(|(a, b)| a / 2 + b / 3).collect();
        let again = resample(Conversion::Down16To8, &resample(Conversion::Up8To16, &speechlike));
        assert_eq!(again.len(), speechlike.len());
        let error: Vec<i16> = again.iter().zip(&speechlike).map(|(a, b)| a - b).collect();
        assert!(rms_dbfs(&error[100..3_900]) < rms_dbfs(&speechlike) - 45.0);
    }

    #[test]
    fn full_scale_clips_and_does_not_wrap() {
        let square: Vec<i16> = (0..800).map(|n| if n / 8 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
        let output = resample(Conversion::Up8To16, &square);
        assert!(output[100..].windows(2).all(|w| (i32::from(w[0]) - i32::from(w[1])).abs() < 50_000));
    }

    proptest! {
        #[test]
        fn pieces_give_the_same_as_the_whole(input in prop::collection::vec(any::<i16>(), 0..700), cuts in prop::collection::vec(1usize..90, 1..30)) {
            for (conversion, ..) in ALL {
                let (mut whole, mut pieces) = (Vec::new(), Vec::new());
                Resampler::new(conversion).push(&input, &mut whole);
                let mut resampler = Resampler::new(conversion);
                let (mut rest, mut cuts) = (input.as_slice(), cuts.iter().cycle());
                while !rest.is_empty() {
                    let (piece, tail) = rest.split_at(rest.len().min(*cuts.next().unwrap()));
                    resampler.push(piece, &mut pieces);
                    rest = tail;
                }
                prop_assert_eq!(&whole, &pieces);
                let (up, down) = conversion.ratio();
                prop_assert_eq!(resample(conversion, &input).len(), (input.len() * up).div_ceil(down));
            }
        }
    }
}
