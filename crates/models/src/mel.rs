//! The picture of sound that Whisper and smart-turn look at: the logarithm of energy in 80 mel bands, every 10 ms.
//!
//! 16 kHz, 400-point FFT under a periodic Hann window, hop 160, bands on Slaney's mel scale with Slaney's
//! normalisation, log10, clamped to 8 below the maximum, then (x + 4) / 4.

use std::sync::{Arc, LazyLock};

use realfft::{RealFftPlanner, RealToComplex};

/// Mel bands.
pub(crate) const BANDS: usize = 80;
/// Samples at 16 kHz between two frames.
pub(crate) const HOP: usize = 160;

const WINDOW: usize = 400;
const BINS: usize = WINDOW / 2 + 1;
const RATE_HZ: f32 = 16_000.0;

struct Analysis {
    window: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    /// Of each band: its first bin and the weights from there on.
    bands: Vec<(usize, Vec<f32>)>,
}

static ANALYSIS: LazyLock<Analysis> = LazyLock::new(|| Analysis {
    window: (0..WINDOW).map(|index| 0.5 - 0.5 * (2.0 * std::f32::consts::PI * index as f32 / WINDOW as f32).cos()).collect(),
    fft: RealFftPlanner::new().plan_fft_forward(WINDOW),
    bands: bands(),
});

/// Returns `[BANDS, frames]` for `samples` at 16 kHz followed by silence up to `frames` frames.
pub(crate) fn log_mel(samples: &[f32], frames: usize) -> Vec<f32> {
    let analysis = &*ANALYSIS;
    let mut block = vec![0.0; WINDOW];
    let mut spectrum = analysis.fft.make_output_vec();
    let mut scratch = analysis.fft.make_scratch_vec();
    let silence = 1e-10_f32.log10();
    let mut mel = vec![silence; BANDS * frames];
    let mut loudest = silence;
    for frame in 0..frames {
        let start = (frame * HOP) as isize - (WINDOW / 2) as isize;
        if start >= samples.len() as isize {
            break;
        }
        for (index, (slot, weight)) in block.iter_mut().zip(&analysis.window).enumerate() {
            *slot = sample_at(samples, start + index as isize, frames * HOP) * weight;
        }
        // Cannot fail: the three buffers were made by the plan itself.
        if analysis.fft.process_with_scratch(&mut block, &mut spectrum, &mut scratch).is_err() {
            break;
        }
        let mut power = [0.0_f32; BINS];
        for (slot, bin) in power.iter_mut().zip(&spectrum) {
            *slot = bin.norm_sqr();
        }
        for (band, (first, weights)) in analysis.bands.iter().enumerate() {
            let energy: f32 = weights.iter().zip(&power[*first..]).map(|(weight, power)| weight * power).sum();
            let level = energy.max(1e-10).log10();
            mel[band * frames + frame] = level;
            loudest = loudest.max(level);
        }
    }
    for level in &mut mel {
        *level = (level.max(loudest - 8.0) + 4.0) / 4.0;
    }
    mel
}

/// The sound mirrored at both ends of its window, silent between its own end and the window's.
fn sample_at(samples: &[f32], index: isize, window: usize) -> f32 {
    let last = window as isize - 1;
    let mirrored = if index < 0 {
        -index
    } else if index > last {
        2 * last - index
    } else {
        index
    };
    usize::try_from(mirrored).ok().and_then(|index| samples.get(index)).copied().unwrap_or(0.0)
}

/// Triangles on Slaney's mel scale, linear below 1 kHz and logarithmic above, each of unit area.
fn bands() -> Vec<(usize, Vec<f32>)> {
    let to_hz = |mel: f64| {
        if mel < 15.0 { mel * 200.0 / 3.0 } else { 1_000.0 * ((mel - 15.0) * 6.4_f64.ln() / 27.0).exp() }
    };
    let top = 15.0 + (f64::from(RATE_HZ) / 2.0 / 1_000.0).ln() * 27.0 / 6.4_f64.ln();
    let edges: Vec<f64> = (0..BANDS + 2).map(|index| to_hz(top * index as f64 / (BANDS + 1) as f64)).collect();
    let hz_per_bin = f64::from(RATE_HZ) / WINDOW as f64;
    edges
        .windows(3)
        .map(|edge| {
            let weight = |bin: usize| {
                let hz = bin as f64 * hz_per_bin;
                let rising = (hz - edge[0]) / (edge[1] - edge[0]);
                let falling = (edge[2] - hz) / (edge[2] - edge[1]);
                (rising.min(falling).max(0.0) * 2.0 / (edge[2] - edge[0])) as f32
            };
            let first = (0..BINS).find(|&bin| weight(bin) > 0.0).unwrap_or(0);
            let weights = (first..BINS).map(weight).take_while(|&weight| weight > 0.0).collect();
            (first, weights)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_lights_the_band_it_lies_in() {
        let tone: Vec<f32> = (0..16_000).map(|index| (index as f32 * 2.0 * std::f32::consts::PI * 1_000.0 / RATE_HZ).sin()).collect();
        let mel = log_mel(&tone, 100);
        let column: Vec<f32> = (0..BANDS).map(|band| mel[band * 100 + 50]).collect();
        let loudest = (0..BANDS).max_by(|&a, &b| column[a].total_cmp(&column[b])).unwrap();
        // 1 kHz is mel 15 of 45.2 on Slaney's scale, and band b peaks at mel (b + 1) * 45.2 / 81.
        assert!((25..=27).contains(&loudest), "band {loudest}");
        assert!(column[60] < column[loudest] - 0.9);
    }

    #[test]
    fn bands_match_the_published_filter_bank() {
        // First non-zero weight of librosa.filters.mel(sr=16000, n_fft=400, n_mels=80): 0.024862 at band 0, bin 1.
        let (first, weights) = &bands()[0];
        assert_eq!(*first, 1);
        assert!((weights[0] - 0.024_862).abs() < 1e-4, "{}", weights[0]);
    }
}
