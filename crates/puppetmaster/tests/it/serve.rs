//! The server as a process: it says where it listens, lets nobody in without the token, and ends when it is told to.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::program::Home;

const DELAYS: &str = "stt=10ms,llm=10ms,tts=10ms";

/// Opens a media socket as Twilio does, presents a token, and returns the first message's kind that comes back: 1 is text, 8 a farewell.
fn first_answer(address: &str, path: &str, token: &str) -> u8 {
    let mut socket = TcpStream::connect(address).unwrap();
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .unwrap();
    let mut reply = Vec::new();
    while !reply.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        reply.push(byte[0]);
    }
    assert!(reply.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&reply));
    let sid = "0123456789abcdef0123456789abcdef";
    let start = format!(
        r#"{{"event":"start","sequenceNumber":"1","streamSid":"MZ{sid}","start":{{"accountSid":"AC{sid}","streamSid":"MZ{sid}","callSid":"CA{sid}","tracks":["inbound"],"mediaFormat":{{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1}},"customParameters":{{"token":"{token}"}}}}}}"#
    );
    for text in [r#"{"event":"connected","protocol":"Call","version":"1.0.0"}"#, start.as_str()] {
        let length = u16::try_from(text.len()).unwrap().to_be_bytes();
        // A masked text message with the mask 0, which changes nothing.
        let mut message = if text.len() < 126 { vec![0x81, 0x80 | length[1]] } else { vec![0x81, 0x80 | 126, length[0], length[1]] };
        message.extend([0; 4]);
        message.extend(text.as_bytes());
        socket.write_all(&message).unwrap();
    }
    let mut first = [0];
    socket.read_exact(&mut first).unwrap();
    first[0] & 0x0f
}

#[test]
fn a_stream_with_the_token_is_answered_and_one_without_is_closed() {
    let home = Home::new();
    let mut running = home.start(&["serve", "--stub-speech", DELAYS, "--media-token", "open-sesame", "--listen", "127.0.0.1:0"]);
    let ready: Value = serde_json::from_str(&running.until("address")).unwrap();
    let address = ready["address"].as_str().unwrap();
    let path = ready["media_path"].as_str().unwrap_or("/carrier/media");
    assert_eq!(first_answer(address, path, "open-sesame"), 1, "the opening comes: {ready}");
    assert_eq!(first_answer(address, path, "guessed"), 8, "closed before any audio is read");
    running.signal("TERM");
    let ended = running.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn delays_that_are_none_are_refused() {
    let home = Home::new();
    home.run(&["serve", "--stub-speech", "stt=fast", "--listen", "127.0.0.1:0"]).fails_with(2, "serve.bad_stub_speech");
}
