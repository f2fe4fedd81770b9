//! The voice of callees without a speech engine: a hum as long as the words would take, with syllables in it.

use ports::text_to_speech::Voice;

/// Samples a character at normal pace: 60 ms.
const SAMPLES_A_CHARACTER: f32 = 480.0;

/// Returns the hum of a text, 8 kHz.
pub fn hum(text: &str, voice: Voice) -> Vec<i16> {
    let length = (text.chars().count() as f32 * SAMPLES_A_CHARACTER / voice.pace.max(0.1)) as usize;
    let pitch_hz = 150.0 * voice.pitch;
    (0..length)
        .map(|at| {
            let seconds = at as f32 / 8_000.0;
            let phase = std::f32::consts::TAU * pitch_hz * seconds;
            let tone: f32 = (1..=8).map(|harmonic| (phase * harmonic as f32).sin() / harmonic as f32).sum();
            // Four syllables a second.
            let syllable = 0.55 - 0.45 * (std::f32::consts::TAU * 4.0 * seconds).cos();
            (tone * syllable * 3_500.0) as i16
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hum_is_as_long_as_its_words_and_never_clips() {
        let samples = hum("hello there", Voice::default());
        assert_eq!(samples.len(), 11 * 480);
        assert!(samples.iter().any(|sample| *sample > 2_000));
        assert!(samples.iter().all(|sample| sample.unsigned_abs() < 12_000));
    }
}
