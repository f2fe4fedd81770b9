//! What a second of one call costs: each benchmark handles 50 frames, so its time is µs per call-second.
//!
//! `cargo bench -p audio`. The bench profile is optimised like a release.

use std::hint::black_box;

use audio::dtmf::DtmfDetector;
use audio::g711::{ulaw_decode, ulaw_encode};
use audio::jitter::{JitterBuffer, JitterConfig};
use audio::mixer::{Gain, mix_into};
use audio::playout::{Pacer, PacerConfig, Playout};
use audio::resample::{Conversion, Resampler};
use audio::tone::ToneDetector;
use audio::vad::{VoiceActivity, VoiceConfig};
use audio::wav::{Side, StereoInterleaver, read_wav};
use audio::{FRAME_SAMPLES, Frame};
use divan::Bencher;

fn main() {
    divan::main();
}

/// A second from the middle of a read sentence.
fn speech() -> Vec<i16> {
    let wav = read_wav(include_bytes!("../tests/fixtures/john_dashwood.wav"), 1 << 20);
    wav.map(|wav| wav.samples[16_000..24_000].to_vec()).unwrap_or_default()
}

fn frames(samples: &[i16]) -> &[Frame] {
    samples.as_chunks::<FRAME_SAMPLES>().0
}

#[divan::bench]
fn ulaw_decode_and_encode(bencher: Bencher) {
    let mut bytes = vec![0; 8_000];
    ulaw_encode(&speech(), &mut bytes);
    let mut frame = [0; FRAME_SAMPLES];
    let mut back = [0; FRAME_SAMPLES];
    bencher.bench_local(|| {
        for chunk in bytes.as_chunks::<FRAME_SAMPLES>().0 {
            ulaw_decode(black_box(chunk), &mut frame);
            ulaw_encode(black_box(&frame), &mut back);
        }
        back[0]
    });
}

#[divan::bench]
fn vad_gated_silence(bencher: Bencher) {
    vad(bencher, &vec![3; 8_000]);
}

#[divan::bench]
fn vad_speech(bencher: Bencher) {
    vad(bencher, &speech());
}

fn vad(bencher: Bencher, second: &[i16]) {
    let mut vad = VoiceActivity::new(VoiceConfig::default());
    bencher.bench_local(|| frames(second).iter().filter_map(|frame| vad.push(black_box(frame))).count());
}

#[divan::bench]
fn dtmf_speech(bencher: Bencher) {
    let (second, mut detector) = (speech(), DtmfDetector::new());
    bencher.bench_local(|| frames(&second).iter().filter_map(|frame| detector.push(black_box(frame))).count());
}

#[divan::bench]
fn dtmf_silence(bencher: Bencher) {
    let (second, mut detector) = (vec![3; 8_000], DtmfDetector::new());
    bencher.bench_local(|| frames(&second).iter().filter_map(|frame| detector.push(black_box(frame))).count());
}

#[divan::bench]
fn tones_speech(bencher: Bencher) {
    tones(bencher, &speech());
}

#[divan::bench]
fn tones_silence(bencher: Bencher) {
    tones(bencher, &vec![3; 8_000]);
}

fn tones(bencher: Bencher, second: &[i16]) {
    let mut detector = ToneDetector::new();
    bencher.bench_local(|| {
        let mut count = 0;
        for frame in frames(second) {
            detector.push(black_box(frame), |_| count += 1);
        }
        count
    });
}

/// Queue, send, mark and echo each frame, three frames behind, as a media lane does at its busiest.
#[divan::bench]
fn playout_with_a_mark_a_frame(bencher: Bencher) {
    let names: Vec<String> = (0..50).map(|n| format!("m{n}")).collect();
    let mut playout = Playout::new();
    let mut pacer = Pacer::new(PacerConfig::default());
    let mut now_us = 0;
    bencher.bench_local(|| {
        for n in 0..50 {
            playout.queue(1, 160);
            let due = pacer.due(now_us).min(1);
            pacer.sent(now_us, due);
            playout.sent(u64::from(due) * 160);
            playout.mark_sent(&names[n]);
            playout.mark_echoed(&names[(n + 47) % 50], |_| ());
            now_us += Pacer::FRAME_US;
        }
        playout.heard()
    });
}

#[divan::bench]
fn resample_8_to_16(bencher: Bencher) {
    resample(bencher, Conversion::Up8To16, 160);
}

#[divan::bench]
fn resample_24_to_8(bencher: Bencher) {
    resample(bencher, Conversion::Down24To8, 480);
}

fn resample(bencher: Bencher, conversion: Conversion, piece: usize) {
    let second: Vec<i16> = speech().into_iter().cycle().take(piece * 50).collect();
    let (mut resampler, mut out) = (Resampler::new(conversion), Vec::with_capacity(1_024));
    bencher.bench_local(|| {
        for piece in second.chunks(piece) {
            out.clear();
            resampler.push(black_box(piece), &mut out);
        }
        out.len()
    });
}

#[divan::bench]
fn jitter_in_order(bencher: Bencher) {
    let second = speech();
    let (mut buffer, mut at, mut frame) = (JitterBuffer::new(JitterConfig::default(), 0), 0, [0; FRAME_SAMPLES]);
    bencher.bench_local(|| {
        for piece in frames(&second) {
            buffer.push(at, black_box(piece));
            at += FRAME_SAMPLES as u64;
            buffer.pull(&mut frame);
        }
        frame[0]
    });
}

#[divan::bench]
fn mix_with_gain(bencher: Bencher) {
    let (second, mut gain) = (speech(), Gain::new(0.3));
    bencher.bench_local(|| {
        let mut last = 0;
        for frame in frames(&second) {
            let mut mix = *black_box(frame);
            gain.apply(&mut mix);
            mix_into(&mut mix, frame);
            last = mix[0];
        }
        last
    });
}

#[divan::bench]
fn stereo_recording(bencher: Bencher) {
    let second = speech();
    let (mut interleaver, mut at, mut out) = (StereoInterleaver::new(16_000), 0, Vec::with_capacity(40_000));
    bencher.bench_local(|| {
        out.clear();
        for frame in frames(&second) {
            interleaver.push(Side::Left, at, black_box(frame), &mut out);
            interleaver.push(Side::Right, at, black_box(frame), &mut out);
            at += FRAME_SAMPLES as u64;
        }
        out.len()
    });
}
