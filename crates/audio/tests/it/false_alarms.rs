//! Tones and keys must be heard beside speech and music, and never in them.

use audio::dtmf::{DtmfConfig, DtmfDetector, KeyEdge, sound_key};
use audio::hold_music::HoldMusic;
use audio::mixer::mix_into;
use audio::tone::{Tone, ToneDetector, ToneEdge, ToneGenerator};
use audio::{FRAME_SAMPLES, Frame};

use crate::speech::{at_level, he_might_even, john_dashwood, synthetic_voice};

fn tones(samples: &[i16]) -> Vec<ToneEdge> {
    let mut detector = ToneDetector::new();
    let mut edges = Vec::new();
    for frame in frames(samples) {
        detector.push(frame, |edge| edges.push(edge));
    }
    edges
}

fn keys(samples: &[i16]) -> String {
    let mut detector = DtmfDetector::new();
    let edges = frames(samples).filter_map(|frame| detector.push(frame));
    edges.filter_map(|edge| if let KeyEdge::Pressed { key, .. } = edge { Some(key) } else { None }).collect()
}

fn frames(samples: &[i16]) -> impl Iterator<Item = &Frame> {
    samples.as_chunks::<FRAME_SAMPLES>().0.iter()
}

/// Everything that is neither a tone nor a key, at several levels and cuts against the frames.
fn confusing_sounds() -> Vec<(&'static str, Vec<i16>)> {
    let mut music = vec![0; 8_000 * 20];
    HoldMusic::new().fill(&mut music);
    let mut both = music.clone();
    mix_into(&mut both[8_000..], &at_level(&john_dashwood(), -20.0));
    let mut sounds = vec![("music", music), ("speech over music", both)];
    for shift in [0, 37, 80, 121] {
        sounds.push(("sentence", john_dashwood()[shift..].to_vec()));
        sounds.push(("loud sentence", at_level(&he_might_even()[shift..], -12.0)));
    }
    for pitch_hz in [90.0, 150.0, 230.0, 350.0] {
        sounds.push(("synthetic voice", synthetic_voice(pitch_hz, 4_000, -18.0)));
    }
    sounds
}

#[test]
fn speech_and_music_hold_no_tones() {
    for (name, sound) in confusing_sounds() {
        assert_eq!(tones(&sound), [], "{name}");
    }
}

#[test]
fn speech_and_music_hold_no_keys() {
    for (name, sound) in confusing_sounds() {
        assert_eq!(keys(&sound), "", "{name}");
    }
}

#[test]
fn the_beep_after_a_greeting_is_told_before_it_ends() {
    let mut samples = at_level(&he_might_even(), -20.0);
    samples.resize(samples.len() / FRAME_SAMPLES * FRAME_SAMPLES + 70, 0);
    let begins = samples.len() as u64;
    let mut beep = [0; 4_000];
    ToneGenerator::beep(1_000.0, 400).fill(&mut beep);
    samples.extend(beep);
    let mut detector = ToneDetector::new();
    let mut told = None;
    for (index, frame) in frames(&samples).enumerate() {
        detector.push(frame, |edge| {
            if let ToneEdge::Start { tone: Tone::Beep, at } = edge {
                assert_eq!(told, None);
                told = Some((at, (index + 1) * FRAME_SAMPLES));
            }
        });
    }
    let (at, told) = told.unwrap();
    assert!(at.abs_diff(begins) <= 160, "{at} is not {begins}");
    assert!(told as u64 <= begins + 1_120, "told {} ms after its begin", (told as u64 - begins) / 8);
}

#[test]
fn keys_pressed_between_words_are_heard() {
    let mut samples = at_level(&he_might_even(), -22.0);
    for key in "42#".chars() {
        assert!(sound_key(key, DtmfConfig::default(), &mut samples));
    }
    samples.extend(at_level(&john_dashwood(), -22.0));
    assert_eq!(keys(&samples), "42#");
}
