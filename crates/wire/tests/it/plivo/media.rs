//! Messages of a media socket, checked against the official stream library.

use serde_json::Value;
use wire::plivo::media::*;

use super::{golden, text};

const GOLDEN: &str = include_str!("../../fixtures/plivo/stream_messages.json");
const ACCOUNT: &str = "MAXXXXXXXXXXXXXXXXXX";
const CALL: &str = "6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42";
const STREAM: &str = "0b7a5c1d-9e3f-4d62-8a41-6c2f1e7d9b58";

fn audio(payload: &str) -> Vec<u8> {
    let mut out = Vec::new();
    decode_payload(payload, &mut out).unwrap();
    out
}

fn messages<'g>(golden: &'g Value, key: &str) -> impl Iterator<Item = (&'g str, &'g Value)> {
    golden[key].as_array().unwrap().iter().map(|entry| (text(entry, "name"), &entry["message"]))
}

/// Writes each message anew from what was read of it; the JSON must be the same to the type of each value.
#[test]
fn what_the_carrier_says_is_written_as_it_was_read() {
    let golden = golden(GOLDEN);
    for (name, expected) in messages(&golden, "from_carrier") {
        let message = expected.to_string();
        let headers = expected["extra_headers"].as_str().unwrap_or_default();
        let format = match &read_from_carrier(&message).unwrap() {
            FromCarrier::Start(start) => start.format.unwrap(),
            _ => AudioFormat::Mulaw8k,
        };
        let mut stream = CarrierStream::new(ACCOUNT, CALL, STREAM, format, headers);
        let mut out = String::new();
        match read_from_carrier(&message).unwrap() {
            FromCarrier::Start(start) => {
                assert_eq!((start.stream_id.as_str(), start.call_uuid.as_str(), start.account_id.as_str()), (STREAM, CALL, ACCOUNT), "{name}");
                stream.start(&[Track::Inbound], &mut out);
            }
            FromCarrier::Media { track, at_millis, payload } => stream.media(track, at_millis, &audio(&payload), &mut out),
            FromCarrier::Dtmf { digit } => stream.dtmf(digit.chars().next().unwrap(), 1_789_547_629_021, &mut out),
            FromCarrier::Played { name } => stream.played(&name, &mut out),
            FromCarrier::Cleared => stream.cleared(&mut out),
            other => panic!("{name}: {other:?}"),
        }
        let mut ours: Value = serde_json::from_str(&out).unwrap();
        // The counter belongs to the whole session; here each message is the first of its stream.
        assert_eq!(ours["sequenceNumber"], 1, "{name}");
        ours["sequenceNumber"] = expected["sequenceNumber"].clone();
        assert_eq!(&ours, expected, "{name}");
    }
}

#[test]
fn the_forms_of_a_start_are_told_apart() {
    let golden = golden(GOLDEN);
    let starts: Vec<_> = messages(&golden, "from_carrier")
        .filter_map(|(_, message)| match read_from_carrier(&message.to_string()).unwrap() {
            FromCarrier::Start(start) => Some((start.format, start.headers.get("task").map(str::to_owned))),
            _ => None,
        })
        .collect();
    let task = || Some("t42".to_owned());
    assert_eq!(starts, [(Some(AudioFormat::Mulaw8k), task()), (Some(AudioFormat::L16At8k), None), (Some(AudioFormat::L16At16k), task())]);
    let lengths: Vec<_> = messages(&golden, "from_carrier")
        .filter_map(|(_, message)| match read_from_carrier(&message.to_string()).unwrap() {
            FromCarrier::Media { payload, .. } => Some(audio(&payload).len()),
            _ => None,
        })
        .collect();
    assert_eq!(lengths, [AudioFormat::Mulaw8k.frame_bytes(), AudioFormat::L16At8k.frame_bytes()]);
}

#[test]
fn what_must_be_tolerated_is() {
    let golden = golden(GOLDEN);
    let read: Vec<_> = messages(&golden, "from_carrier_tolerate").map(|(name, message)| (name, message.to_string())).collect();
    let [legacy, stop, failed, error] = read.as_slice() else { panic!("{read:?}") };
    assert!(matches!(read_from_carrier(&legacy.1), Ok(FromCarrier::Media { track: Track::Inbound, at_millis: 1_711_216_222_735, .. })));
    assert_eq!(read_from_carrier(&stop.1), Ok(FromCarrier::Stop));
    assert_eq!(read_from_carrier(&failed.1), Ok(FromCarrier::Failed { reason: "unsupported format".into() }));
    assert_eq!(read_from_carrier(&error.1), Ok(FromCarrier::Failed { reason: "buffer_overflow".into() }));

    let plain: Vec<_> = messages(&golden, "to_carrier").map(|(_, message)| message.to_string()).collect();
    let play = read_from_app(&plain[0]).unwrap();
    for (name, message) in messages(&golden, "to_carrier_simulator_must_tolerate") {
        let message = message.to_string();
        let read = read_from_app(&message).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert!(read == play || read == FromApp::ClearAudio, "{name}");
    }
}

#[test]
fn what_we_say_is_written_as_it_was_read() {
    let golden = golden(GOLDEN);
    let mut count = 0;
    for (name, expected) in messages(&golden, "to_carrier") {
        let mut out = String::new();
        match read_from_app(&expected.to_string()).unwrap() {
            FromApp::PlayAudio { format, payload } => {
                let sound = audio(&payload);
                assert_eq!(write_play_audio(format, &sound, &mut out), sound.len(), "{name}");
            }
            FromApp::Checkpoint { name } => write_checkpoint(STREAM, &name, &mut out),
            FromApp::ClearAudio => write_clear_audio(STREAM, &mut out),
            FromApp::SendDtmf { digits } => write_send_dtmf(&digits, &mut out),
        }
        assert_eq!(&serde_json::from_str::<Value>(&out).unwrap(), expected, "{name}");
        count += 1;
    }
    assert_eq!(count, 5);
}

#[test]
fn the_counters_of_a_session_are_numbers_from_one() {
    let mut stream = CarrierStream::new(ACCOUNT, CALL, STREAM, AudioFormat::Mulaw8k, "{}");
    let mut messages = vec![String::new(); 5];
    stream.start(&[Track::Inbound], &mut messages[0]);
    stream.media(Track::Inbound, 20, &[0xff; 160], &mut messages[1]);
    stream.played("a", &mut messages[2]);
    stream.media(Track::Inbound, 40, &[0xff; 160], &mut messages[3]);
    stream.cleared(&mut messages[4]);
    let messages: Vec<Value> = messages.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let numbers: Vec<_> = messages.iter().map(|message| message["sequenceNumber"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    assert_eq!((messages[1]["media"]["chunk"].as_u64(), messages[3]["media"]["chunk"].as_u64()), (Some(1), Some(2)));
}
