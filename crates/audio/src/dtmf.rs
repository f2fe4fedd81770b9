//! Touch tones: makes them from keys and hears them in a call.
//!
//! Carriers usually report keys as events beside the audio; these tones are for lines that do not, and
//! for the practice network. Keys are the plain characters `0-9`, `*`, `#`, `A-D`.

use std::f32::consts::TAU;

use crate::frame::{FRAME_SAMPLES, Frame, RATE_HZ, samples_of_ms};
use crate::level::amplitude_of_db;
use crate::spectrum::{Bin, dot, floats};

const LOW_HZ: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
const HIGH_HZ: [f32; 4] = [1_209.0, 1_336.0, 1_477.0, 1_633.0];
const KEYS: [[char; 4]; 4] = [['1', '2', '3', 'A'], ['4', '5', '6', 'B'], ['7', '8', '9', 'C'], ['*', '0', '#', 'D']];

/// Returns the two frequencies of `key` in Hz, `None` if it is not on the pad. Lower case counts as upper.
pub fn frequencies(key: char) -> Option<(f32, f32)> {
    let key = key.to_ascii_uppercase();
    let row = KEYS.iter().position(|row| row.contains(&key))?;
    let column = KEYS[row].iter().position(|k| *k == key)?;
    Some((LOW_HZ[row], HIGH_HZ[column]))
}

/// How keys are sounded.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DtmfConfig {
    /// Length of the tone in ms; ITU-T Q.24 asks receivers to take 40, old menus want 100.
    pub on_ms: u32,
    /// Silence after it in ms.
    pub off_ms: u32,
    /// Level of each of the two tones in dBFS.
    pub dbfs: f32,
}

impl Default for DtmfConfig {
    fn default() -> Self {
        Self { on_ms: 100, off_ms: 60, dbfs: -12.0 }
    }
}

/// Appends the tone of `key` and the silence behind it; `false` if it is not on the pad.
pub fn sound_key(key: char, config: DtmfConfig, out: &mut Vec<i16>) -> bool {
    let Some((low, high)) = frequencies(key) else {
        return false;
    };
    let on = samples_of_ms(config.on_ms) as usize;
    // A sine's peak lies 3 dB above its mean.
    let amplitude = 32_767.0 * amplitude_of_db(config.dbfs + 3.01);
    // 2 ms in and out keep the key from clicking on the neighbours' frequencies.
    let edge = (on / 4).clamp(1, 16) as f32;
    out.extend((0..on).map(|n| {
        let time = n as f32 / RATE_HZ as f32;
        let fade = ((n + 1) as f32 / edge).min((on - n) as f32 / edge).min(1.0);
        (((low * time * TAU).sin() + (high * time * TAU).sin()) * amplitude * fade) as i16
    }));
    out.resize(out.len() + samples_of_ms(config.off_ms) as usize, 0);
    true
}

/// A key heard, in samples since the first pushed frame, exact to a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyEdge {
    /// The key went down.
    Pressed {
        /// `0-9`, `*`, `#`, `A-D`.
        key: char,
        /// The first sample of the tone.
        at: u64,
    },
    /// The key came up.
    Released {
        /// The key that was pressed.
        key: char,
        /// One past the last sample of the tone.
        at: u64,
    },
}

/// Hears touch tones, 20 ms a step. Allocates only when made (10 kB of tables).
///
/// A key is told after two frames in a row, so every tone of at least 60 ms is heard, one of 40 ms if it
/// begins with a frame; it is released after two frames without it, so a drop-out does not double it.
#[derive(Clone, Debug)]
pub struct DtmfDetector {
    low: Box<[Bin; 4]>,
    high: Box<[Bin; 4]>,
    position: u64,
    candidate: Option<(char, u64)>,
    pressed: Option<char>,
    pressed_until: u64,
    missing: u32,
}

impl Default for DtmfDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl DtmfDetector {
    /// The quietest pair heard, both tones together: −42 dBFS. Q.24 asks for about −25 dBm a tone.
    const ENERGY_AT_LEAST: f32 = 68_000.0 * FRAME_SAMPLES as f32;
    /// The share of a frame's energy that lies in the pair; speech spreads its own over harmonics.
    const SHARE_AT_LEAST: f32 = 0.82;
    /// High over low group: +6 and −9 dB, wider than the 4 and 8 dB of Q.24 since codecs tilt the line.
    const TWIST: std::ops::RangeInclusive<f32> = 0.126..=4.0;
    /// The strongest of a group over the next one in it: 6 dB.
    const LEAD: f32 = 4.0;

    /// Returns a detector that has heard nothing.
    pub fn new() -> Self {
        Self {
            low: Box::new(LOW_HZ.map(Bin::new)),
            high: Box::new(HIGH_HZ.map(Bin::new)),
            position: 0,
            candidate: None,
            pressed: None,
            pressed_until: 0,
            missing: 0,
        }
    }

    /// Takes the next frame and returns what it reveals.
    pub fn push(&mut self, frame: &Frame) -> Option<KeyEdge> {
        let begins = self.position;
        self.position += FRAME_SAMPLES as u64;
        let heard = self.key_in(frame);
        if let Some(key) = self.pressed {
            if heard == Some(key) {
                self.missing = 0;
                self.pressed_until = self.position;
                return None;
            }
            self.missing += 1;
            self.note(heard, begins);
            if self.missing < 2 {
                return None;
            }
            self.pressed = None;
            return Some(KeyEdge::Released { key, at: self.pressed_until });
        }
        match (self.candidate, heard) {
            (Some((key, at)), Some(again)) if key == again => {
                self.candidate = None;
                self.pressed = Some(key);
                self.pressed_until = self.position;
                self.missing = 0;
                Some(KeyEdge::Pressed { key, at })
            }
            _ => {
                self.note(heard, begins);
                None
            }
        }
    }

    /// Remembers the first frame of a possible key.
    fn note(&mut self, heard: Option<char>, begins: u64) {
        self.candidate = match (self.candidate, heard) {
            (Some((key, at)), Some(again)) if key == again => Some((key, at)),
            (_, heard) => heard.map(|key| (key, begins)),
        };
    }

    fn key_in(&self, frame: &Frame) -> Option<char> {
        let frame = floats(frame);
        let total = dot(&frame, &frame);
        if total < Self::ENERGY_AT_LEAST {
            return None;
        }
        let (row, low) = strongest(&self.low, &frame)?;
        let (column, high) = strongest(&self.high, &frame)?;
        let is_pair = low + high >= Self::SHARE_AT_LEAST * total && Self::TWIST.contains(&(high / low));
        is_pair.then(|| KEYS[row][column])
    }
}

fn strongest(bins: &[Bin; 4], frame: &[f32; FRAME_SAMPLES]) -> Option<(usize, f32)> {
    let energies = bins.each_ref().map(|bin| bin.energy(frame));
    let (best, energy) = energies.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let leads = energies.iter().enumerate().all(|(i, e)| i == best || energy >= e * DtmfDetector::LEAD);
    leads.then_some((best, energy))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::noise::{Colour, Noise};

    fn heard(samples: &[i16]) -> String {
        let mut detector = DtmfDetector::new();
        let mut padded = samples.to_vec();
        padded.resize(samples.len() + 800, 0);
        let edges = padded.as_chunks::<FRAME_SAMPLES>().0.iter().filter_map(|frame| detector.push(frame));
        edges.filter_map(|edge| if let KeyEdge::Pressed { key, .. } = edge { Some(key) } else { None }).collect()
    }

    fn sounded(keys: &str, config: DtmfConfig) -> Vec<i16> {
        let mut samples = Vec::new();
        for key in keys.chars() {
            assert!(sound_key(key, config, &mut samples));
        }
        samples
    }

    #[test]
    fn every_key_is_heard_as_itself() {
        let all = "0123456789*#ABCD";
        assert_eq!(heard(&sounded(all, DtmfConfig::default())), all);
    }

    #[test]
    fn a_key_is_placed_where_it_sounds() {
        let mut samples = vec![0; 1_600];
        samples.extend(sounded("5", DtmfConfig::default()));
        samples.resize(4_800, 0);
        let mut detector = DtmfDetector::new();
        let edges: Vec<_> = samples.as_chunks::<FRAME_SAMPLES>().0.iter().filter_map(|frame| detector.push(frame)).collect();
        assert_eq!(edges, [KeyEdge::Pressed { key: '5', at: 1_600 }, KeyEdge::Released { key: '5', at: 2_400 }]);
    }

    #[test]
    fn the_same_key_twice_is_two_keys() {
        assert_eq!(heard(&sounded("1155##", DtmfConfig::default())), "1155##");
    }

    #[test]
    fn what_is_not_on_the_pad_makes_no_sound() {
        let mut out = Vec::new();
        assert!(!sound_key('x', DtmfConfig::default(), &mut out));
        assert!(out.is_empty());
    }

    #[test]
    fn a_single_tone_or_noise_is_no_key() {
        let tone: Vec<i16> = (0..8_000).map(|n| (8_000.0 * (n as f32 * 770.0 * TAU / 8_000.0).sin()) as i16).collect();
        assert_eq!(heard(&tone), "");
        let mut noise = vec![0; 80_000];
        Noise::new(Colour::White, -15.0, 5).fill(&mut noise);
        assert_eq!(heard(&noise), "");
    }

    #[test]
    fn keys_of_unequal_tones_are_heard_within_the_twist_of_the_recommendation() {
        for (low_db, high_db) in [(-12.0f32, -8.0f32), (-8.0, -16.0), (-20.0, -20.0)] {
            let samples: Vec<i16> = (0..800)
                .map(|n| {
                    let time = n as f32 / 8_000.0;
                    let tone = |hz: f32, db: f32| (hz * time * TAU).sin() * 32_767.0 * amplitude_of_db(db);
                    (tone(852.0, low_db) + tone(1_336.0, high_db)) as i16
                })
                .collect();
            assert_eq!(heard(&samples), "8", "{low_db} {high_db}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn keys_survive_the_line(keys in "[0-9*#A-D]{1,12}", lead in 0usize..400, on_ms in 60u32..140, off_ms in 60u32..100, dbfs in -30f32..-9.0, seed: u64) {
            let mut samples = vec![0; lead];
            samples.extend(sounded(&keys, DtmfConfig { on_ms, off_ms, dbfs }));
            Noise::new(Colour::Pink, dbfs - 20.0, seed).add_to(&mut samples);
            let mut bytes = vec![0; samples.len()];
            crate::g711::ulaw_encode(&samples, &mut bytes);
            crate::g711::ulaw_decode(&bytes, &mut samples);
            prop_assert_eq!(heard(&samples), keys);
        }
    }
}
