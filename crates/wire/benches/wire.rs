//! What the wire costs: media messages a call-second (50 in each direction), and the signature of a voice webhook.
//!
//! `cargo bench -p wire`. The figures of media are those of one call for one second.

use divan::{Bencher, black_box};
use wire::http::Form;
use wire::twilio::callback::CallCallback;
use wire::twilio::media::{CarrierStream, FromApp, FromCarrier, Track, decode_payload, read_from_app, read_from_carrier, write_media};
use wire::twilio::signature::{Algorithm, Signed, SigningKey};
use wire::twilio::status::CallStatus;

const FRAMES: usize = 50;
const STREAM: &str = "MZ00000000000000000000000000000001";

fn main() {
    divan::main();
}

fn second_of_audio() -> Vec<[u8; 160]> {
    (0..FRAMES).map(|frame| std::array::from_fn(|at| (frame * 31 + at * 7) as u8)).collect()
}

#[divan::bench]
fn we_read_a_second_of_audio(bencher: Bencher) {
    let mut stream = CarrierStream::new("AC00000000000000000000000000000001", "CA00000000000000000000000000000001", STREAM);
    let messages: Vec<String> = second_of_audio()
        .iter()
        .enumerate()
        .map(|(at, frame)| {
            let mut out = String::new();
            stream.media(Track::Inbound, at as u64 * 20, frame, &mut out);
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

#[divan::bench]
fn we_write_a_second_of_audio(bencher: Bencher) {
    let frames = second_of_audio();
    let mut out = String::new();
    bencher.bench_local(|| {
        for frame in &frames {
            out.clear();
            write_media(STREAM, black_box(frame), &mut out);
            black_box(&out);
        }
    });
}

#[divan::bench]
fn the_sandbox_reads_a_second_of_audio(bencher: Bencher) {
    let messages: Vec<String> = second_of_audio()
        .iter()
        .map(|frame| {
            let mut out = String::new();
            write_media(STREAM, frame, &mut out);
            out
        })
        .collect();
    let mut audio = Vec::new();
    bencher.bench_local(|| {
        for message in &messages {
            audio.clear();
            if let Ok(FromApp::Media { payload, .. }) = read_from_app(black_box(message)) {
                let _ = decode_payload(&payload, &mut audio);
            }
            black_box(&audio);
        }
    });
}

#[divan::bench]
fn the_sandbox_writes_a_second_of_audio(bencher: Bencher) {
    let frames = second_of_audio();
    let mut stream = CarrierStream::new("AC00000000000000000000000000000001", "CA00000000000000000000000000000001", STREAM);
    let mut out = String::new();
    bencher.bench_local(|| {
        for (at, frame) in frames.iter().enumerate() {
            out.clear();
            stream.media(Track::Inbound, at as u64 * 20, black_box(frame), &mut out);
            black_box(&out);
        }
    });
}

/// A voice webhook as it comes: parameters decoded, signature checked, content read.
#[divan::bench]
fn a_voice_webhook_is_verified_and_read(bencher: Bencher) {
    let key = SigningKey::new("0123456789abcdef0123456789abcdef");
    let url = "https://pm.example.com/webhooks/twilio/answer/0123456789abcdef";
    let mut callback = CallCallback::document_request(
        "AC00000000000000000000000000000001",
        "CA00000000000000000000000000000001",
        "+15005550006",
        "+15005550010",
        CallStatus::InProgress,
    );
    for side in ["From", "To", "Caller", "Called"] {
        for (part, value) in [("City", "SAN FRANCISCO"), ("State", "CA"), ("Zip", "94105"), ("Country", "US")] {
            callback = callback.with(&format!("{side}{part}"), value);
        }
    }
    let form = callback.to_form();
    let (body, signature) = (form.encode(), key.sign(url, &form, Algorithm::HmacSha1));
    bencher.bench_local(|| {
        let signed = Signed {
            url: black_box(url),
            content_type: Some("application/x-www-form-urlencoded"),
            body: black_box(body.as_bytes()),
            signature: Some(&signature),
            settings: None,
        };
        let form = key.open(&signed).ok();
        let read = form.as_ref().and_then(|form| CallCallback::read(form).ok());
        black_box(read.is_some())
    });
}

#[divan::bench]
fn a_form_is_parsed(bencher: Bencher) {
    let body = "AccountSid=AC1&CallSid=CA1&From=%2B15005550006&To=%2B15005550010&FromCity=SAN+FRANCISCO";
    bencher.bench_local(|| black_box(Form::parse(black_box(body)).pairs().len()));
}
