//! From the telephone's 8 kHz to the 16 kHz that the listening models expect.

use std::f32::consts::PI;
use std::sync::LazyLock;

/// Taps of one of the two phases. 32 give 3.6 kHz pass band and better than 60 dB of image rejection above 4.4 kHz.
const TAPS: usize = 32;

/// The samples between the given ones: a windowed sinc at half-sample distance. The other phase is the identity.
static HALF_SAMPLE: LazyLock<[f32; TAPS]> = LazyLock::new(|| {
    let mut taps = [0.0_f32; TAPS];
    for (index, tap) in taps.iter_mut().enumerate() {
        let distance = index as f32 - (TAPS as f32 - 1.0) / 2.0;
        let window = 0.42 + 0.5 * (2.0 * PI * distance / TAPS as f32).cos() + 0.08 * (4.0 * PI * distance / TAPS as f32).cos();
        *tap = (PI * distance).sin() / (PI * distance) * window;
    }
    let sum: f32 = taps.iter().sum();
    taps.map(|tap| tap / sum)
});

/// Returns twice as many samples, scaled from ±32768 to ±1. The sound before and after is taken as silence.
pub(crate) fn upsample_to_16k(samples: &[i16]) -> Vec<f32> {
    let taps = &*HALF_SAMPLE;
    let before = TAPS / 2 - 1;
    let mut padded = vec![0.0_f32; samples.len() + TAPS];
    for (to, &from) in padded[before..].iter_mut().zip(samples) {
        *to = f32::from(from) / 32_768.0;
    }
    let mut upsampled = Vec::with_capacity(samples.len() * 2);
    for window in padded.windows(TAPS).take(samples.len()) {
        upsampled.push(window[before]);
        upsampled.push(window.iter().zip(taps).map(|(sample, tap)| sample * tap).sum());
    }
    upsampled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level_at(samples: &[f32], frequency: f32) -> f32 {
        let (mut re, mut im) = (0.0, 0.0);
        for (index, sample) in samples.iter().enumerate() {
            let phase = 2.0 * PI * frequency * index as f32 / 16_000.0;
            re += sample * phase.cos();
            im += sample * phase.sin();
        }
        2.0 * re.hypot(im) / samples.len() as f32
    }

    #[test]
    fn a_tone_keeps_its_level_and_leaves_no_image() {
        for frequency in [200.0, 1_000.0, 3_000.0, 3_400.0] {
            let tone: Vec<i16> = (0..8_000).map(|index| (16_384.0 * (2.0 * PI * frequency * index as f32 / 8_000.0).sin()) as i16).collect();
            let upsampled = &upsample_to_16k(&tone)[1_600..14_400];
            let level = level_at(upsampled, frequency);
            let image = level_at(upsampled, 8_000.0 - frequency);
            assert!((level - 0.5).abs() < 0.01, "{frequency} Hz came out at {level}");
            assert!(image < 0.003, "{frequency} Hz left an image of {image}");
        }
    }

    #[test]
    fn short_and_empty_sounds_are_no_trouble() {
        assert!(upsample_to_16k(&[]).is_empty());
        assert_eq!(upsample_to_16k(&[100]).len(), 2);
    }
}
