//! Writes the messages of both sides. Each function appends one message; a buffer that is kept costs no allocation.

use std::fmt::Write as _;

use super::{AudioFormat, MAX_PAYLOAD_CHARS, Track};

/// Most bytes of sound that one message carries: base64 makes four characters of three bytes.
pub const MAX_AUDIO_BYTES: usize = MAX_PAYLOAD_CHARS / 4 * 3;

/// Appends our message that plays sound after all that is queued, and returns how many bytes of it went in: all of them, or
/// [`MAX_AUDIO_BYTES`]; write the rest into the next message. Frames of 20 to 60 ms keep an interruption exact.
pub fn write_play_audio(format: AudioFormat, audio: &[u8], out: &mut String) -> usize {
    let taken = audio.len().min(MAX_AUDIO_BYTES);
    out.reserve(taken * 4 / 3 + 112);
    out.push_str("{\"event\":\"playAudio\",\"media\":{\"contentType\":\"");
    out.push_str(format.encoding());
    out.push_str(match format.rate_hz() {
        16_000 => "\",\"sampleRate\":16000,\"payload\":\"",
        _ => "\",\"sampleRate\":8000,\"payload\":\"",
    });
    base64_simd::STANDARD.encode_append(&audio[..taken], out);
    out.push_str("\"}}");
    taken
}

/// Appends our message that asks for a word once all before it was played.
///
/// Name the turn in it: the word may come after a clear, and then belongs to a turn that is over.
pub fn write_checkpoint(stream_id: &str, name: &str, out: &mut String) {
    out.push_str("{\"event\":\"checkpoint\",\"streamId\":");
    push_json(stream_id, out);
    out.push_str(",\"name\":");
    push_json(name, out);
    out.push('}');
}

/// Appends our message that drops all that is queued.
pub fn write_clear_audio(stream_id: &str, out: &mut String) {
    out.push_str("{\"event\":\"clearAudio\",\"streamId\":");
    push_json(stream_id, out);
    out.push('}');
}

/// Appends our message that presses keys. Known from one public program alone; the REST API surely presses them.
pub fn write_send_dtmf(digits: &str, out: &mut String) {
    out.push_str("{\"event\":\"sendDTMF\",\"dtmf\":");
    push_json(digits, out);
    out.push('}');
}

/// The carrier's side of one stream, for the sandbox: keeps the counters that its messages carry.
#[derive(Clone, Debug)]
pub struct CarrierStream {
    account_id: String,
    call_uuid: String,
    stream_id: String,
    format: AudioFormat,
    /// `,"streamId":"…"`.
    id_part: String,
    /// `,"extra_headers":"…"}`.
    headers_part: String,
    sequence: u64,
    chunk: u64,
}

impl CarrierStream {
    /// Returns a stream of which nothing was sent yet. `extra_headers` goes with each message as it is.
    pub fn new(account_id: &str, call_uuid: &str, stream_id: &str, format: AudioFormat, extra_headers: &str) -> Self {
        Self {
            account_id: account_id.to_owned(),
            call_uuid: call_uuid.to_owned(),
            stream_id: stream_id.to_owned(),
            format,
            id_part: format!(",\"streamId\":{}", json(stream_id)),
            headers_part: format!(",\"extra_headers\":{}}}", json(extra_headers)),
            sequence: 0,
            chunk: 0,
        }
    }

    /// Returns the stream's name.
    pub fn stream_id(&self) -> &str {
        &self.stream_id
    }

    /// Returns the form of its sound.
    pub const fn format(&self) -> AudioFormat {
        self.format
    }

    /// Appends the message that begins the stream.
    pub fn start(&mut self, tracks: &[Track], out: &mut String) {
        self.open("start", out);
        out.push_str(",\"start\":{\"callId\":");
        push_json(&self.call_uuid, out);
        out.push_str(&self.id_part);
        out.push_str(",\"accountId\":");
        push_json(&self.account_id, out);
        out.push_str(",\"tracks\":[");
        for (at, track) in tracks.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(out, "{}\"{}\"", if at == 0 { "" } else { "," }, track.as_str());
        }
        let _ = write!(out, "],\"mediaFormat\":{{\"encoding\":\"{}\",\"sampleRate\":{}}}}}", self.format.encoding(), self.format.rate_hz());
        out.push_str(&self.headers_part);
    }

    /// Appends sound; `at_millis` counts from 1970.
    pub fn media(&mut self, track: Track, at_millis: u64, audio: &[u8], out: &mut String) {
        out.reserve(audio.len() * 4 / 3 + 192 + self.headers_part.len());
        self.open("media", out);
        out.push_str(&self.id_part);
        self.chunk += 1;
        out.push_str(",\"media\":{\"track\":\"");
        out.push_str(track.as_str());
        let _ = write!(out, "\",\"timestamp\":\"{at_millis}\",\"chunk\":{},\"payload\":\"", self.chunk);
        base64_simd::STANDARD.encode_append(audio, out);
        out.push_str("\"}");
        out.push_str(&self.headers_part);
    }

    /// Appends a key press of the far end; `at_millis` counts from 1970.
    pub fn dtmf(&mut self, digit: char, at_millis: u64, out: &mut String) {
        self.open("dtmf", out);
        out.push_str(&self.id_part);
        out.push_str(",\"dtmf\":{\"track\":\"inbound\",\"digit\":");
        push_json(digit.encode_utf8(&mut [0; 4]), out);
        let _ = write!(out, ",\"timestamp\":\"{at_millis}\"}}");
        out.push_str(&self.headers_part);
    }

    /// Appends the word that all before a checkpoint was played.
    pub fn played(&mut self, name: &str, out: &mut String) {
        self.open("playedStream", out);
        out.push_str(&self.id_part);
        out.push_str(",\"name\":");
        push_json(name, out);
        out.push('}');
    }

    /// Appends the word that all that was queued was dropped.
    pub fn cleared(&mut self, out: &mut String) {
        self.open("clearedAudio", out);
        out.push_str(&self.id_part);
        out.push('}');
    }

    /// Appends the word that something could not be played. Seen in one public program alone.
    pub fn failed(&self, reason: &str, out: &mut String) {
        out.push_str("{\"event\":\"error\"");
        out.push_str(&self.id_part);
        out.push_str(",\"reason\":");
        push_json(reason, out);
        out.push('}');
    }

    /// Appends a last message. Plivo may send none at all: the end of a stream is the close of its socket.
    pub fn stop(&self, out: &mut String) {
        out.push_str("{\"event\":\"stop\"");
        out.push_str(&self.id_part);
        out.push('}');
    }

    fn open(&mut self, event: &str, out: &mut String) {
        self.sequence += 1;
        let _ = write!(out, "{{\"event\":\"{event}\",\"sequenceNumber\":{}", self.sequence);
    }
}

/// Appends text as a JSON string. What needs no escape, as all names that we make, costs no allocation.
fn push_json(text: &str, out: &mut String) {
    if text.bytes().any(|b| matches!(b, 0..=0x1f | b'"' | b'\\')) {
        out.push_str(&json(text));
        return;
    }
    out.push('"');
    out.push_str(text);
    out.push('"');
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
