//! When the voice detector tells speech, where it places it, and what it does not fall for.

use audio::level::{SILENCE_DBFS, rms_dbfs};
use audio::mixer::mix_into;
use audio::noise::{Colour, Noise};
use audio::vad::{VoiceActivity, VoiceConfig, VoiceEdge};
use audio::{FRAME_SAMPLES, Frame};

use crate::speech::{at_level, he_might_even, john_dashwood, synthetic_voice};

/// Each edge with the position at which it was told.
fn edges(samples: &[i16]) -> Vec<(VoiceEdge, u64)> {
    let mut vad = VoiceActivity::new(VoiceConfig::default());
    frames(samples).filter_map(|frame| vad.push(frame).map(|edge| (edge, vad.position()))).collect()
}

fn frames(samples: &[i16]) -> impl Iterator<Item = &Frame> {
    samples.as_chunks::<FRAME_SAMPLES>().0.iter()
}

fn first_onset(edges: &[(VoiceEdge, u64)]) -> (u64, u64) {
    let onset = edges.iter().find_map(|(edge, told)| if let VoiceEdge::Onset { at } = edge { Some((*at, *told)) } else { None });
    onset.unwrap_or_else(|| panic!("no onset in {edges:?}"))
}

fn after_silence(lead: usize, sound: &[i16], tail: usize) -> Vec<i16> {
    let mut samples = vec![0; lead];
    samples.extend_from_slice(sound);
    samples.resize(samples.len() + tail, 0);
    samples
}

#[test]
fn a_voice_is_told_within_80_ms_of_its_first_sample() {
    for pitch_hz in [85.0, 110.0, 140.0, 180.0, 220.0, 260.0] {
        for dbfs in [-18.0, -26.0, -34.0] {
            for lead in [8_000, 8_040, 8_080, 8_120] {
                let samples = after_silence(lead, &synthetic_voice(pitch_hz, 1_000, dbfs), 4_000);
                let (at, told) = first_onset(&edges(&samples));
                let begins = lead as u64;
                assert!(told <= begins + 640, "{pitch_hz} Hz at {dbfs} dBFS told after {} ms", (told - begins) / 8);
                assert!(at.abs_diff(begins) <= 160, "{pitch_hz} Hz at {dbfs} dBFS placed {at}, begins {begins}");
            }
        }
    }
}

#[test]
fn a_voice_in_the_noise_of_a_line_is_told_as_soon() {
    for seed in 0..8 {
        let mut samples = after_silence(24_000, &synthetic_voice(130.0, 1_500, -22.0), 8_000);
        Noise::new(Colour::Pink, -45.0, seed).add_to(&mut samples);
        let found = edges(&samples);
        let (at, told) = first_onset(&found);
        assert!(told <= 24_000 + 640 && at.abs_diff(24_000) <= 480, "{found:?}");
        assert!(matches!(found.last(), Some((VoiceEdge::Offset { .. }, _))), "{found:?}");
    }
}

#[test]
fn the_end_of_a_voice_is_told_after_the_hang_over() {
    let samples = after_silence(8_000, &synthetic_voice(120.0, 1_000, -22.0), 8_000);
    let found = edges(&samples);
    let Some((VoiceEdge::Offset { at }, told)) = found.last() else { panic!("{found:?}") };
    assert!(at.abs_diff(16_000) <= 480, "{found:?}");
    assert!(*told <= 16_000 + 480 + 800, "{found:?}");
}

#[test]
fn a_read_sentence_is_found_from_its_first_to_its_last_word() {
    // By the level of the recordings: speech from 0.22 to 6.86 s, and from 0.26 to 3.0 s.
    for (name, sentence, begins, ends) in [("Dashwood", john_dashwood(), 1_760, 54_880), ("himself", he_might_even(), 2_080, 24_000)] {
        for dbfs in [-20.0, -28.0, -33.0] {
            let found = edges(&after_silence(8_000, &at_level(&sentence, dbfs), 8_000));
            let (at, told) = first_onset(&found);
            assert!(at.abs_diff(8_000 + begins) <= 960 && told <= 8_000 + begins + 1_600, "{name}: {found:?}");
            let Some((VoiceEdge::Offset { at }, _)) = found.last() else { panic!("{found:?}") };
            assert!(at.abs_diff(8_000 + ends) <= 2_400, "{name}: {found:?}");
            let spoken: i64 = found
                .iter()
                .map(|(edge, _)| match edge {
                    VoiceEdge::Onset { at } => -(*at as i64),
                    VoiceEdge::Offset { at } => *at as i64,
                })
                .sum();
            assert!(spoken as u64 > (ends - begins) * 8 / 10, "{name} at {dbfs} dBFS: {found:?}");
        }
    }
}

#[test]
fn edges_alternate_and_never_go_back() {
    let mut samples = after_silence(4_000, &john_dashwood(), 4_000);
    Noise::new(Colour::White, -38.0, 2).add_to(&mut samples);
    let mut last = 0;
    for (index, (edge, told)) in edges(&samples).into_iter().enumerate() {
        let at = match edge {
            VoiceEdge::Onset { at } => {
                assert_eq!(index % 2, 0);
                at
            }
            VoiceEdge::Offset { at } => {
                assert_eq!(index % 2, 1);
                at
            }
        };
        assert!(last <= at && at <= told);
        last = at;
    }
}

#[test]
fn a_minute_of_steady_noise_is_not_speech() {
    for colour in [Colour::White, Colour::Pink] {
        for (seed, dbfs) in [(1, -45.0), (2, -35.0), (3, -25.0)] {
            let mut noise = vec![0; 60 * 8_000];
            Noise::new(colour, dbfs, seed).fill(&mut noise);
            assert_eq!(edges(&noise), [], "{colour:?} at {dbfs} dBFS");
        }
    }
}

/// Hears `line` while we play `own`, telling the detector how loud we are.
fn edges_while_we_speak(own: &[i16], line: &[i16]) -> Vec<(VoiceEdge, u64)> {
    let mut vad = VoiceActivity::new(VoiceConfig::default());
    let mut found = Vec::new();
    let mut own = frames(own);
    for frame in frames(line) {
        vad.set_reference_level(own.next().map_or(SILENCE_DBFS, |sent| rms_dbfs(sent)));
        found.extend(vad.push(frame).map(|edge| (edge, vad.position())));
    }
    found
}

#[test]
fn our_echo_at_minus_15_db_does_not_interrupt_us() {
    let own = at_level(&john_dashwood(), -20.0);
    for delay_ms in [0, 40, 120, 200, 300] {
        let echo = after_silence(delay_ms * 8, &at_level(&own, -35.0), 8_000);
        assert_eq!(edges_while_we_speak(&own, &echo), [], "echo after {delay_ms} ms");
        assert_ne!(edges(&echo), [], "without the reference the echo is a voice");
    }
}

#[test]
fn the_callee_is_heard_over_our_voice_and_its_echo() {
    let own = at_level(&john_dashwood(), -20.0);
    let mut line = after_silence(960, &at_level(&own, -35.0), 8_000);
    // At 3.0 s, while we speak; the sentence begins 0.26 s in.
    let callee = at_level(&he_might_even(), -20.0);
    mix_into(&mut line[24_000..], &callee);
    let (at, told) = first_onset(&edges_while_we_speak(&own, &line));
    let begins = 24_000 + 2_080;
    assert!(at + 480 >= begins && told <= begins + 1_600, "placed {at}, told {told}, begins {begins}");
}
