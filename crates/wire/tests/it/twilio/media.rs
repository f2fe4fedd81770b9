//! A media session, message by message.

use serde_json::Value;
use wire::twilio::media::{
    CarrierStream, FromApp, FromCarrier, Track, decode_payload, read_from_app, read_from_carrier, write_clear, write_mark, write_media,
};

use super::golden;

const GOLDEN: &str = include_str!("../../fixtures/twilio/ws_media_streams.json");
const ACCOUNT: &str = "AC00000000000000000000000000000001";
const CALL: &str = "CA00000000000000000000000000000001";
const STREAM: &str = "MZ00000000000000000000000000000001";

fn audio(payload: &str) -> Vec<u8> {
    let mut out = Vec::new();
    decode_payload(payload, &mut out).unwrap();
    out
}

/// Writes each message of the session anew from what was read of it; the JSON must be the same to the type of each value.
#[test]
fn the_session_is_written_as_it_was_read() {
    let golden = golden(GOLDEN);
    let session = golden["bidirectional_session"].as_array().unwrap();
    assert_eq!(session.len(), 13);
    for entry in session {
        let expected = &entry["message"];
        let text = expected.to_string();
        let mut out = String::new();
        if entry["dir"] == "app->twilio" {
            match read_from_app(&text).unwrap() {
                FromApp::Media { stream_sid, payload } => write_media(&stream_sid, &audio(&payload), &mut out),
                FromApp::Mark { stream_sid, name } => write_mark(&stream_sid, &name, &mut out),
                FromApp::Clear { stream_sid } => write_clear(&stream_sid, &mut out),
            }
            assert_eq!(&serde_json::from_str::<Value>(&out).unwrap(), expected);
            continue;
        }
        let mut stream = CarrierStream::new(ACCOUNT, CALL, STREAM);
        match read_from_carrier(&text).unwrap() {
            FromCarrier::Connected => stream.connected(&mut out),
            FromCarrier::Start(start) => stream.start(&start.parameters, &mut out),
            FromCarrier::Media { track, at_millis, payload } => stream.media(track, at_millis, &audio(&payload), &mut out),
            FromCarrier::Mark { name } => stream.mark(&name, &mut out),
            FromCarrier::Dtmf { digit } => stream.dtmf(digit.chars().next().unwrap(), &mut out),
            FromCarrier::Stop => stream.stop(&mut out),
            FromCarrier::Other => panic!("{text}"),
        }
        let mut ours: Value = serde_json::from_str(&out).unwrap();
        // The counters belong to the whole session; here each message is the first of its stream.
        if let Some(number) = expected.get("sequenceNumber") {
            assert_eq!(ours["sequenceNumber"], "1");
            ours["sequenceNumber"] = number.clone();
        }
        if let Some(chunk) = expected["media"].get("chunk") {
            assert_eq!(ours["media"]["chunk"], "1");
            ours["media"]["chunk"] = chunk.clone();
        }
        assert_eq!(&ours, expected);
    }
}

#[test]
fn the_counters_of_a_session_are_text_and_count_as_twilio_does() {
    let mut stream = CarrierStream::new(ACCOUNT, CALL, STREAM);
    let mut messages = vec![String::new(); 5];
    stream.start(&[], &mut messages[0]);
    stream.media(Track::Inbound, 20, &[0xff; 160], &mut messages[1]);
    stream.mark("a", &mut messages[2]);
    stream.media(Track::Inbound, 40, &[0xff; 160], &mut messages[3]);
    stream.stop(&mut messages[4]);
    let messages: Vec<Value> = messages.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let numbers: Vec<_> = messages.iter().map(|message| message["sequenceNumber"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5"]);
    assert_eq!((messages[1]["media"]["chunk"].as_str(), messages[3]["media"]["chunk"].as_str()), (Some("1"), Some("2")));
}

#[test]
fn both_tracks_are_told_apart() {
    let golden = golden(GOLDEN);
    let tracks: Vec<_> = golden["unidirectional_both_tracks_excerpt"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|message| match read_from_carrier(&message.to_string()).unwrap() {
            FromCarrier::Media { track, at_millis, .. } => Some((track, at_millis)),
            _ => None,
        })
        .collect();
    assert_eq!(tracks, [(Track::Outbound, 5), (Track::Inbound, 5)]);
}

/// The session lacks its second message; the counters go on behind it.
#[test]
fn a_one_way_stream_of_both_tracks_is_written_as_it_was_read() {
    let golden = golden(GOLDEN);
    let mut stream = CarrierStream::of_tracks(ACCOUNT, CALL, STREAM, &[Track::Inbound, Track::Outbound]);
    for expected in golden["unidirectional_both_tracks_excerpt"].as_array().unwrap() {
        let mut out = String::new();
        match read_from_carrier(&expected.to_string()).unwrap() {
            FromCarrier::Start(start) => {
                assert_eq!(start.tracks, ["inbound", "outbound"]);
                stream.start(&start.parameters, &mut out);
                stream.dtmf('1', &mut String::new());
            }
            FromCarrier::Media { track, at_millis, payload } => stream.media(track, at_millis, &audio(&payload), &mut out),
            other => panic!("{other:?}"),
        }
        assert_eq!(&serde_json::from_str::<Value>(&out).unwrap(), expected);
    }
}

#[test]
fn what_twilio_refuses_from_an_app_the_sandbox_refuses() {
    let golden = golden(GOLDEN);
    let messages = golden["invalid_from_app"].as_array().unwrap();
    let read: Vec<_> = messages.iter().map(|entry| read_from_app(&entry["message"].to_string()).map_err(|fault| fault.code).err()).collect();
    // The first one is of the class of 31924 by the golden note; whether the stream ends with it is not documented, and ours
    // goes on. The last one is noise to the ear, but a message all the same.
    assert_eq!(read, [Some(31951), Some(31951), None]);
}
