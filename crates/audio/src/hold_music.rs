//! A hold-music loop made from nothing but sines, so that no licence is needed: for the practice network.
//!
//! Four chords (C, A minor, F, G) at two seconds each: a soft pad with overtones, and a plucked arpeggio
//! above it. Eight seconds, and the end fits the beginning.

use std::f32::consts::TAU;
use std::sync::LazyLock;

use crate::frame::RATE_HZ;
use crate::level::{amplitude_of_db, rms_dbfs};

const CHORD_SAMPLES: usize = 2 * RATE_HZ as usize;
const NOTE_SAMPLES: usize = CHORD_SAMPLES / 8;
const LEVEL_DBFS: f32 = -22.0;

/// Half-tones above C4, three to a chord.
const CHORDS: [[i32; 3]; 4] = [[0, 4, 7], [-3, 0, 4], [-7, -3, 0], [-5, -1, 2]];

/// Which note of the chord the arpeggio plays, and how many octaves up.
const ARPEGGIO: [(usize, i32); 8] = [(0, 1), (1, 1), (2, 1), (0, 2), (2, 1), (1, 1), (2, 1), (1, 1)];

static LOOP: LazyLock<Vec<i16>> = LazyLock::new(render);

/// An endless player of the loop. The sound is made once a process (128 kB); playing copies it.
#[derive(Clone, Debug, Default)]
pub struct HoldMusic {
    at: usize,
}

impl HoldMusic {
    /// Returns a player at the beginning of the loop.
    pub fn new() -> Self {
        Self::default()
    }

    /// Overwrites `samples` with the next music, at a mean level of −22 dBFS.
    pub fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            *sample = LOOP[self.at];
            self.at = (self.at + 1) % LOOP.len();
        }
    }
}

fn render() -> Vec<i16> {
    let len = CHORD_SAMPLES * CHORDS.len();
    let mut sound = vec![0.0f32; len];
    for (index, chord) in CHORDS.iter().enumerate() {
        let begins = index * CHORD_SAMPLES;
        for half_tones in chord {
            add_pad(&mut sound, begins, hz(*half_tones));
        }
        for (beat, (note, octave)) in ARPEGGIO.iter().enumerate() {
            add_pluck(&mut sound, begins + beat * NOTE_SAMPLES, hz(chord[*note] + 12 * octave));
        }
    }
    let raw: Vec<i16> = sound.iter().map(|s| (s * 3_000.0) as i16).collect();
    let gain = amplitude_of_db(LEVEL_DBFS - rms_dbfs(&raw));
    sound.iter().map(|s| (s * 3_000.0 * gain) as i16).collect()
}

fn hz(half_tones: i32) -> f32 {
    261.63 * 2f32.powf(half_tones as f32 / 12.0)
}

/// A chord tone with overtones that swells and fades within its chord.
fn add_pad(sound: &mut [f32], begins: usize, hz: f32) {
    for n in 0..CHORD_SAMPLES {
        let swell = (n as f32 / CHORD_SAMPLES as f32 * TAU / 2.0).sin().sqrt();
        let phase = n as f32 * hz * TAU / RATE_HZ as f32;
        sound[begins + n] += 0.5 * swell * (phase.sin() + 0.4 * (2.0 * phase).sin() + 0.2 * (3.0 * phase).sin());
    }
}

/// A plucked string that rings into the next notes, around the end of the loop if need be.
fn add_pluck(sound: &mut [f32], begins: usize, hz: f32) {
    let len = sound.len();
    for n in 0..3 * NOTE_SAMPLES {
        let ring = (n as f32 / 40.0).min(1.0) * (-(n as f32) / (0.9 * NOTE_SAMPLES as f32)).exp();
        let phase = n as f32 * hz * TAU / RATE_HZ as f32;
        sound[(begins + n) % len] += ring * (phase.sin() + 0.5 * (2.0 * phase).sin() + 0.25 * (4.0 * phase).sin());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_music_goes_on_for_ever_at_its_level() {
        let mut music = HoldMusic::new();
        let mut samples = vec![0; 8_000 * 20];
        music.fill(&mut samples);
        assert!((rms_dbfs(&samples) - LEVEL_DBFS).abs() < 0.5);
        assert!(samples.as_chunks::<8_000>().0.iter().all(|second| rms_dbfs(second) > -32.0));
        assert_eq!(samples[..8_000], samples[64_000..72_000]);
    }

    #[test]
    fn the_loop_has_no_click_where_it_closes() {
        let step = |a: i16, b: i16| (i32::from(a) - i32::from(b)).abs();
        let largest = LOOP.windows(2).map(|w| step(w[0], w[1])).max().unwrap();
        assert!(step(LOOP[LOOP.len() - 1], LOOP[0]) <= largest / 2);
    }
}
