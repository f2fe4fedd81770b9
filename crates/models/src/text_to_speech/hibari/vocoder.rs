//! From the net's frames to telephone sound: a train of pulses and noise, shaped by the spectra the net predicts.
//!
//! The net speaks of 24 kHz (FFT 1200, hop 300). A telephone hears below 4 kHz, so only the lowest third of the bins
//! is computed, with FFT 400 and hop 100 at 8 kHz: the same frames, the same windows, a third of the work, and nothing
//! to resample.
//!
//! S = e^min(lh,7) · e^(iπ·tanh th) · STFT(pulses(f0)) + e^min(ln,7) · Z + e^min(lr,7) · e^(i·phi), Z complex noise.

use std::f32::consts::PI;
use std::sync::{Arc, LazyLock};

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Rate of the sound.
pub(super) const RATE_HZ: f32 = 8_000.0;

const FFT: usize = 400;
const HOP: usize = 100;
/// Bins of 20 Hz up to 4 kHz. The topmost are faded out, so that nothing folds.
const BINS: usize = FFT / 2;
const FADE_FROM: usize = 180;
/// Harmonics are made up to here.
const HIGHEST_HZ: f32 = 3_900.0;
/// Below this the voice is silent.
const LOWEST_HZ: f32 = 40.0;
/// Loudness of the speech in a phrase: −20 dBFS.
const LOUDNESS: f32 = 0.1;

/// What the net predicts: `[601, frames]` each, `f0` in Hz for each frame.
pub(super) struct Frames<'a> {
    pub(super) lh: &'a [f32],
    pub(super) th: &'a [f32],
    pub(super) ln: &'a [f32],
    pub(super) lr: &'a [f32],
    pub(super) phi: &'a [f32],
    pub(super) f0: &'a [f32],
}

struct Tools {
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    /// Normally distributed numbers. Each frame takes a stretch from another place.
    noise: Vec<f32>,
}

static TOOLS: LazyLock<Tools> = LazyLock::new(|| {
    let mut planner = RealFftPlanner::new();
    Tools {
        window: (0..FFT).map(|index| 0.5 - 0.5 * (2.0 * PI * index as f32 / FFT as f32).cos()).collect(),
        forward: planner.plan_fft_forward(FFT),
        inverse: planner.plan_fft_inverse(FFT),
        noise: normal_numbers(1 << 16),
    }
});

/// Returns the sound at 8 kHz, at the net's own loudness.
pub(super) fn sound(frames: &Frames<'_>) -> Vec<f32> {
    let tools = &*TOOLS;
    let count = frames.f0.len();
    let pulses = pulses(frames.f0);
    let mut block = vec![0.0_f32; FFT];
    let mut spectrum = tools.forward.make_output_vec();
    let mut shaped = tools.inverse.make_input_vec();
    let mut scratch = tools.forward.make_scratch_vec();
    let mut inverse_scratch = tools.inverse.make_scratch_vec();
    let mut sound = vec![0.0_f32; count * HOP + FFT];
    let mut weight = vec![0.0_f32; count * HOP + FFT];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for frame in 0..count {
        let start = (frame * HOP) as isize - (FFT / 2) as isize;
        for (index, (slot, window)) in block.iter_mut().zip(&tools.window).enumerate() {
            // The window over 100 makes a unit cosine peak at 1.
            *slot = mirrored(&pulses, start + index as isize) * window / HOP as f32;
        }
        if tools.forward.process_with_scratch(&mut block, &mut spectrum, &mut scratch).is_err() {
            break;
        }
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = &tools.noise[(seed >> 33) as usize % (tools.noise.len() - 2 * BINS)..];
        for bin in 0..BINS {
            let at = bin * count + frame;
            let level = |log: f32| log.min(7.0).exp();
            let turn = PI * tanh(frames.th[at]);
            let mut value = spectrum[bin] * Complex32::from_polar(level(frames.lh[at]), turn)
                + Complex32::new(noise[2 * bin], noise[2 * bin + 1]) * level(frames.ln[at])
                + Complex32::from_polar(level(frames.lr[at]), frames.phi[at]);
            if bin >= FADE_FROM {
                value *= (BINS - bin) as f32 / (BINS - FADE_FROM) as f32;
            }
            shaped[bin] = value;
        }
        shaped[0].im = 0.0;
        shaped[BINS] = Complex32::default();
        if tools.inverse.process_with_scratch(&mut shaped, &mut block, &mut inverse_scratch).is_err() {
            break;
        }
        let place = frame * HOP;
        for (index, (sample, window)) in block.iter().zip(&tools.window).enumerate() {
            sound[place + index] += sample * window;
            weight[place + index] += window * window;
        }
    }
    let half = FFT / 2;
    // 1200: the inverse transform of the net's own size is normalised by it.
    (half..half + count * HOP).map(|index| sound[index] / weight[index].max(1e-6) / 1_200.0).collect()
}

/// Returns the speech in `sound` at −20 dBFS, without the silence around it, followed by `pause` samples of silence.
pub(super) fn telephone(sound: &[f32], pause: usize) -> Vec<i16> {
    const STEP: usize = 160;
    let levels: Vec<f32> = sound.chunks(STEP).map(|step| step.iter().map(|sample| sample * sample).sum::<f32>() / step.len() as f32).collect();
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    if loudest <= 0.0 {
        return vec![0; pause];
    }
    // Speech is what lies within 30 dB of the loudest 20 ms; what surrounds it within 45 dB is kept as its attack and end.
    let speech: Vec<f32> = levels.iter().copied().filter(|&level| level > loudest * 1e-3).collect();
    let gain = LOUDNESS / (speech.iter().sum::<f32>() / speech.len() as f32).sqrt();
    let audible = |&level: &f32| level > loudest * 3e-5;
    let first = levels.iter().position(audible).unwrap_or(0).saturating_sub(1);
    let last = levels.iter().rposition(audible).map_or(levels.len(), |last| last + 2);
    let kept = &sound[first * STEP..(last * STEP).min(sound.len())];
    let mut samples: Vec<i16> = kept.iter().map(|sample| (limited(sample * gain) * 32_767.0) as i16).collect();
    samples.resize(samples.len() + pause, 0);
    samples
}

/// Bends what is above 0.7 so that it never reaches 1.
fn limited(sample: f32) -> f32 {
    const KNEE: f32 = 0.7;
    let over = sample.abs() - KNEE;
    if over <= 0.0 { sample } else { sample.signum() * (KNEE + (1.0 - KNEE) * tanh(over / (1.0 - KNEE))) }
}

/// A train of pulses with the pitch of `f0`: all harmonics below [`HIGHEST_HZ`] at unit amplitude.
///
/// Σ cos(h·t) for h = 1..H is sin((H + ½)·t) / (2·sin(t / 2)) − ½.
fn pulses(f0: &[f32]) -> Vec<f32> {
    let at = |frame: isize| f0[frame.clamp(0, f0.len() as isize - 1) as usize];
    let mut phase = 0.0_f64;
    let mut pulses = Vec::with_capacity(f0.len() * HOP);
    for index in 0..f0.len() * HOP {
        // Frames are centred, so sample j of frame k lies at k + (j + ½) / hop − ½.
        let place = (index as f32 + 0.5) / HOP as f32 - 0.5;
        let (before, between) = (place.floor(), place - place.floor());
        let frequency = at(before as isize) * (1.0 - between) + at(before as isize + 1) * between;
        phase = (phase + f64::from(frequency.max(LOWEST_HZ) / RATE_HZ)).fract();
        if frequency <= LOWEST_HZ {
            pulses.push(0.0);
            continue;
        }
        let turn = 2.0 * PI * phase as f32;
        let harmonics = (HIGHEST_HZ / frequency).floor() + 0.5;
        let divisor = 2.0 * (turn / 2.0).sin();
        pulses.push(if divisor.abs() < 2e-3 { harmonics - 0.5 } else { (harmonics * turn).sin() / divisor - 0.5 });
    }
    pulses
}

fn mirrored(samples: &[f32], index: isize) -> f32 {
    let last = samples.len() as isize - 1;
    let index = if index < 0 {
        -index
    } else if index > last {
        2 * last - index
    } else {
        index
    };
    samples.get(index.max(0) as usize).copied().unwrap_or(0.0)
}

/// Three times faster than the library's, exact to 1e-6 where it matters.
fn tanh(x: f32) -> f32 {
    let e = (2.0 * x.clamp(-9.0, 9.0)).exp();
    (e - 1.0) / (e + 1.0)
}

/// Box and Muller's method over a fixed sequence, so that a text sounds the same each time.
fn normal_numbers(count: usize) -> Vec<f32> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 40) as f32 + 1.0) / 16_777_217.0
    };
    (0..count).map(|_| (-2.0 * uniform().ln()).sqrt() * (2.0 * PI * uniform()).cos()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_unit_variance() {
        let noise = normal_numbers(1 << 16);
        let variance = noise.iter().map(|number| number * number).sum::<f32>() / noise.len() as f32;
        assert!((variance - 1.0).abs() < 0.02, "{variance}");
    }

    #[test]
    fn pulses_come_at_the_pitch() {
        let pulses = pulses(&[200.0; 80]);
        let peaks = pulses.windows(3).filter(|w| w[1] > 10.0 && w[1] >= w[0] && w[1] > w[2]).count();
        assert!((198..=202).contains(&peaks), "{peaks} in a second");
        assert!(super::pulses(&[0.0; 10]).iter().all(|&sample| sample == 0.0));
    }

    #[test]
    fn loudness_is_minus_twenty_whatever_came_in() {
        for level in [0.001, 0.5, 20.0] {
            let tone: Vec<f32> = (0..8_000).map(|index| level * (index as f32 * 0.3).sin()).collect();
            let samples = telephone(&tone, 800);
            let energy: f32 = samples[..8_000].iter().map(|&sample| (f32::from(sample) / 32_768.0).powi(2)).sum();
            let rms = (energy / 8_000.0).sqrt();
            assert!((rms - 0.1).abs() < 0.005, "{rms}");
            assert_eq!(samples.len(), 8_800);
        }
        assert_eq!(telephone(&[0.0; 500], 3), [0, 0, 0]);
    }
}
