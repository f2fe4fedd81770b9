//! Silence, tones, noise and music hold no words, and none are made up.

use std::f32::consts::TAU;

use audio::hold_music::HoldMusic;
use ports::speech_to_text::Heard;

use crate::line::{UTTERANCE, over_the_line, settled};

const SECOND: usize = 8_000;

fn sound(seconds: usize, at: impl Fn(f32) -> f32) -> Vec<i16> {
    (0..seconds * SECOND).map(|index| (at(index as f32 / SECOND as f32) * 8_000.0) as i16).collect()
}

#[track_caller]
fn assert_no_speech(name: &str, sound: &[i16]) {
    assert_eq!(settled(&over_the_line(sound)), Heard::NotSpeech { utterance: UTTERANCE, revision: 7 }, "{name}");
}

#[test]
fn silence_and_a_quiet_line_are_no_speech() {
    assert_no_speech("silence", &vec![0; 3 * SECOND]);
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as f32 / 32_768.0 - 1.0
    };
    let hiss: Vec<i16> = (0..3 * SECOND).map(|_| (noise() * 25.0) as i16).collect();
    assert_no_speech("hiss", &hiss);
    let loud: Vec<i16> = (0..3 * SECOND).map(|_| (noise() * 3_000.0) as i16).collect();
    assert_no_speech("loud noise", &loud);
}

#[test]
fn tones_of_the_network_are_no_speech() {
    let ringback = |t: f32| if t % 6.0 < 2.0 { ((TAU * 440.0 * t).sin() + (TAU * 480.0 * t).sin()) / 2.0 } else { 0.0 };
    let busy = |t: f32| if t % 1.0 < 0.5 { ((TAU * 480.0 * t).sin() + (TAU * 620.0 * t).sin()) / 2.0 } else { 0.0 };
    let beep = |t: f32| if t < 0.8 { (TAU * 1_000.0 * t).sin() } else { 0.0 };
    let digits = |t: f32| if t % 0.3 < 0.2 { ((TAU * 770.0 * t).sin() + (TAU * 1_336.0 * t).sin()) / 2.0 } else { 0.0 };
    assert_no_speech("ringback", &sound(8, ringback));
    assert_no_speech("busy", &sound(4, busy));
    assert_no_speech("beep", &sound(2, beep));
    assert_no_speech("dialled digits", &sound(3, digits));
}

#[test]
fn hold_music_is_no_speech() {
    // A melody over chords, each note a decaying string of six harmonics.
    let note = |t: f32, hz: f32, from: f32| {
        let age = t - from;
        if age < 0.0 { 0.0 } else { (1..=6).map(|h| (TAU * hz * h as f32 * t).sin() / (h * h) as f32).sum::<f32>() * (-3.0 * age).exp() }
    };
    let melody = [523.3, 587.3, 659.3, 784.0, 659.3, 587.3, 523.3, 392.0];
    let chords = [[261.6, 329.6, 392.0], [220.0, 261.6, 329.6], [174.6, 220.0, 261.6], [196.0, 246.9, 293.7]];
    let music = sound(10, |t| {
        let beat = (t / 0.4).floor();
        let bar = (t / 1.6).floor();
        let lead = note(t, melody[beat as usize % 8], beat * 0.4);
        let chord: f32 = chords[bar as usize % 4].iter().map(|&hz| note(t, hz, bar * 1.6)).sum();
        0.35 * lead + 0.2 * chord
    });
    assert_no_speech("music", &music);
    let mut practice = vec![0; 10 * SECOND];
    HoldMusic::new().fill(&mut practice);
    assert_no_speech("the music of the practice network", &practice);
}

#[test]
fn an_utterance_that_never_began_is_no_speech() {
    let (mut session, heard) = crate::line::listen();
    session.settle(UTTERANCE, 3, telephony::AudioPosition(800));
    assert_eq!(heard.recv_timeout(crate::line::PATIENCE).unwrap(), Heard::NotSpeech { utterance: UTTERANCE, revision: 3 });
}
