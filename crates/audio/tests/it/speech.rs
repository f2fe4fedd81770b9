//! Speech to test with: two recorded sentences, and a synthetic voice whose first sample is known.

use std::f32::consts::TAU;

use audio::level::{amplitude_of_db, rms_dbfs};
use audio::wav::read_wav;

/// "And Mister John Dashwood had then leisure …", 7.1 s.
pub fn john_dashwood() -> Vec<i16> {
    read_wav(include_bytes!("../fixtures/john_dashwood.wav"), 1 << 20).unwrap().samples
}

/// "He might even have been made amiable himself.", 3.3 s.
pub fn he_might_even() -> Vec<i16> {
    read_wav(include_bytes!("../fixtures/he_might_even.wav"), 1 << 20).unwrap().samples
}

/// Changes the volume so that the mean level becomes `dbfs`.
pub fn at_level(samples: &[i16], dbfs: f32) -> Vec<i16> {
    let gain = amplitude_of_db(dbfs - rms_dbfs(samples));
    samples.iter().map(|s| (f32::from(*s) * gain) as i16).collect()
}

/// A voice without lungs: glottal pulses of gliding pitch through three formants that change every
/// syllable of 200 ms. Voiced from the very first sample.
pub fn synthetic_voice(pitch_hz: f32, millis: usize, dbfs: f32) -> Vec<i16> {
    const VOWELS: [[f32; 3]; 4] = [[730.0, 1_090.0, 2_440.0], [530.0, 1_840.0, 2_480.0], [570.0, 840.0, 2_410.0], [400.0, 1_920.0, 2_560.0]];
    let mut resonators = [[0.0f32; 2]; 3];
    let mut phase = 0.999;
    let samples: Vec<f32> = (0..millis * 8)
        .map(|n| {
            let time = n as f32 / 8_000.0;
            phase += pitch_hz * (1.0 + 0.06 * (time * 1.3 * TAU).sin()) / 8_000.0;
            let syllable = n / 1_600;
            let swell = 0.4 + 0.6 * ((n % 1_600) as f32 / 1_600.0 * TAU / 2.0).sin();
            let mut sound = if phase >= 1.0 { swell } else { 0.0 };
            phase = phase.fract();
            for (state, hz) in resonators.iter_mut().zip(VOWELS[syllable % VOWELS.len()]) {
                let radius = (-80.0 * TAU / 2.0 / 8_000.0f32).exp();
                let next = sound + 2.0 * radius * (hz * TAU / 8_000.0).cos() * state[0] - radius * radius * state[1];
                state[1] = state[0];
                state[0] = next;
                sound = next * 0.3;
            }
            sound
        })
        .collect();
    let mean = samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32;
    let gain = 32_768.0 * amplitude_of_db(dbfs) / mean.sqrt();
    samples.iter().map(|s| (s * gain) as i16).collect()
}
