//! What Plivo's wire costs: media messages a call-second (50 in each direction), and the signature of a webhook.
//!
//! `cargo bench -p wire --bench plivo`. The figures of media are those of one call for one second.

use divan::{Bencher, black_box};
use wire::http::{Form, Method};
use wire::plivo::callback::{CallCallback, CallParameters};
use wire::plivo::media::{
    AudioFormat, CarrierStream, FromApp, FromCarrier, Track, decode_payload, read_from_app, read_from_carrier, write_play_audio,
};
use wire::plivo::signature::{Signatures, Signed, SigningKeys};

const FRAMES: usize = 50;
const FORMATS: [AudioFormat; 3] = AudioFormat::ALL;

/// The headers stand beside every message, and may be JSON inside JSON.
const HEADERS: &str = "{\"X-PH-token\":\"0123456789abcdef0123456789abcdef\"}";

fn main() {
    divan::main();
}

fn second_of_audio(format: AudioFormat) -> Vec<Vec<u8>> {
    (0..FRAMES).map(|frame| (0..format.frame_bytes()).map(|at| (frame * 31 + at * 7) as u8).collect()).collect()
}

fn stream(format: AudioFormat) -> CarrierStream {
    CarrierStream::new("MAXXXXXXXXXXXXXXXXXX", "6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42", "0b7a5c1d-9e3f-4d62-8a41-6c2f1e7d9b58", format, HEADERS)
}

#[divan::bench(args = FORMATS)]
fn we_read_a_second_of_audio(bencher: Bencher, format: AudioFormat) {
    let mut stream = stream(format);
    let messages: Vec<String> = second_of_audio(format)
        .iter()
        .enumerate()
        .map(|(at, frame)| {
            let mut out = String::new();
            stream.media(Track::Inbound, 1_789_547_628_021 + at as u64 * 20, frame, &mut out);
            out
        })
        .collect();
    let mut audio = Vec::new();
    bencher.bench_local(|| {
        for message in &messages {
            audio.clear();
            if let Ok(FromCarrier::Media { payload, .. }) = read_from_carrier(black_box(message)) {
                let _ = decode_payload(&payload, &mut audio);
            }
            black_box(&audio);
        }
    });
}

#[divan::bench(args = FORMATS)]
fn we_write_a_second_of_audio(bencher: Bencher, format: AudioFormat) {
    let frames = second_of_audio(format);
    let mut out = String::new();
    bencher.bench_local(|| {
        for frame in &frames {
            out.clear();
            write_play_audio(format, black_box(frame), &mut out);
            black_box(&out);
        }
    });
}

#[divan::bench(args = FORMATS)]
fn the_sandbox_reads_a_second_of_audio(bencher: Bencher, format: AudioFormat) {
    let messages: Vec<String> = second_of_audio(format)
        .iter()
        .map(|frame| {
            let mut out = String::new();
            write_play_audio(format, frame, &mut out);
            out
        })
        .collect();
    let mut audio = Vec::new();
    bencher.bench_local(|| {
        for message in &messages {
            audio.clear();
            if let Ok(FromApp::PlayAudio { payload, .. }) = read_from_app(black_box(message)) {
                let _ = decode_payload(&payload, &mut audio);
            }
            black_box(&audio);
        }
    });
}

#[divan::bench(args = FORMATS)]
fn the_sandbox_writes_a_second_of_audio(bencher: Bencher, format: AudioFormat) {
    let frames = second_of_audio(format);
    let mut stream = stream(format);
    let mut out = String::new();
    bencher.bench_local(|| {
        for (at, frame) in frames.iter().enumerate() {
            out.clear();
            stream.media(Track::Inbound, 1_789_547_628_021 + at as u64 * 20, black_box(frame), &mut out);
            black_box(&out);
        }
    });
}

/// A webhook as it comes: parameters decoded, signature checked, content read.
#[divan::bench]
fn a_webhook_is_verified_and_read(bencher: Bencher) {
    let keys = SigningKeys::new("OGY2YzFkMzE0ZTI4NDk1YTk4NzE2ZDQ1YzQ3YmVh");
    let url = "https://pm.example.com/webhooks/plivo/answer/0123456789abcdef?task=t42";
    let call = "6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42".to_owned();
    let text = |text: &str| Some(text.to_owned());
    let callback = CallCallback {
        call: CallParameters {
            aleg_uuid: Some(call.clone()),
            aleg_request_uuid: Some(call.clone()),
            request_uuid: Some(call.clone()),
            call_uuid: call,
            from: text("14155550100"),
            to: text("14155550199"),
            session_start: text("2026-09-16 08:33:39.219903"),
            parent_auth_id: text("MAXXXXXXXXXXXXXXXXXX"),
            stir_verification: text("Not Applicable"),
            stir_attestation: text("Not Applicable"),
            country_code: text("US"),
            route_type: text(""),
            ..CallParameters::default()
        },
        ..CallCallback::default()
    };
    let body = callback.to_form().encode();
    let signature = keys.sign(Method::Post, url, &Form::parse(&body), "05429567804466091622");
    bencher.bench_local(|| {
        let signed = Signed {
            method: Method::Post,
            url,
            content_type: Some("application/x-www-form-urlencoded"),
            body: black_box(body.as_bytes()),
            signatures: Signatures { own: Some(&signature), main: Some(&signature), nonce: Some("05429567804466091622") },
        };
        let opened = keys.open(&signed);
        opened.map(|opened| CallCallback::read(&opened.parameters))
    });
}
