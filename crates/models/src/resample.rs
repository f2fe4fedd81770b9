//! From the telephone's 8 kHz to the 16 kHz that the listening models expect, and from any voice's rate to the telephone's.

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

/// Returns a sound of any rate from 8 kHz up at 8 kHz: a windowed sinc below 3.7 kHz, laid over each output sample.
///
/// For speech that is not streamed; `audio::resample` is faster for the rates that it knows. A lower rate is stretched.
pub(crate) fn to_8k(samples: &[i16], rate_hz: u32) -> Vec<i16> {
    const CUT_HZ: f64 = 3_700.0;
    // Zero crossings of the sinc on either side: the transition ends below 4.3 kHz.
    const CROSSINGS: f64 = 12.0;
    if rate_hz == 8_000 {
        return samples.to_vec();
    }
    let rate = f64::from(rate_hz);
    let cut = 2.0 * CUT_HZ.min(rate / 2.0) / rate;
    let reach = CROSSINGS / cut;
    let length = (samples.len() as f64 * 8_000.0 / rate).ceil() as usize;
    let at = |index: usize| {
        let center = index as f64 * rate / 8_000.0;
        let from = (center - reach).ceil().max(0.0) as usize;
        let to = ((center + reach).floor() as usize + 1).min(samples.len());
        let sum: f64 = (from..to.max(from))
            .map(|n| {
                let distance = n as f64 - center;
                let x = std::f64::consts::PI * cut * distance;
                let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
                let window = 0.5 + 0.5 * (std::f64::consts::PI * distance / reach).cos();
                f64::from(samples[n]) * sinc * window * cut
            })
            .sum();
        sum.clamp(-32_768.0, 32_767.0) as i16
    };
    (0..length).map(at).collect()
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

    #[test]
    fn any_rate_comes_down_to_the_telephones_without_aliases() {
        for rate in [11_025, 16_000, 22_050, 24_000, 44_100, 48_000_u32] {
            let tone = |frequency: f32| -> Vec<i16> {
                (0..rate).map(|n| (16_384.0 * (2.0 * PI * frequency * n as f32 / rate as f32).sin()) as i16).collect()
            };
            let kept = to_8k(&tone(1_000.0), rate);
            assert_eq!(kept.len(), 8_000, "{rate}");
            let loudest = kept[400..7_600].iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
            assert!((16_000..16_800).contains(&loudest), "{rate}: {loudest}");
            let alias = to_8k(&tone(4_900.0), rate);
            let loudest = alias[400..7_600].iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0);
            assert!(loudest < 200, "{rate}: an alias of {loudest}");
        }
    }
}
