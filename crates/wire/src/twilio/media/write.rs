//! Writes the messages of both sides. Each function appends one message; a buffer that is kept costs no allocation.

use std::fmt::Write as _;

use super::Track;

/// Appends our message that plays μ-law after all that is queued. Any length; 20 to 60 ms (160 to 480 bytes) keep an
/// interruption exact.
pub fn write_media(stream_sid: &str, ulaw: &[u8], out: &mut String) {
    out.reserve(stream_sid.len() + ulaw.len() * 4 / 3 + 64);
    out.push_str("{\"event\":\"media\",\"streamSid\":\"");
    push_json(stream_sid, out);
    out.push_str("\",\"media\":{\"payload\":\"");
    base64_simd::STANDARD.encode_append(ulaw, out);
    out.push_str("\"}}");
}

/// Appends our message that asks for an echo once all before it was played.
pub fn write_mark(stream_sid: &str, name: &str, out: &mut String) {
    out.push_str("{\"event\":\"mark\",\"streamSid\":\"");
    push_json(stream_sid, out);
    out.push_str("\",\"mark\":{\"name\":\"");
    push_json(name, out);
    out.push_str("\"}}");
}

/// Appends our message that drops all that is queued.
pub fn write_clear(stream_sid: &str, out: &mut String) {
    out.push_str("{\"event\":\"clear\",\"streamSid\":\"");
    push_json(stream_sid, out);
    out.push_str("\"}");
}

/// The carrier's side of one stream, for the sandbox: keeps the counters that its messages carry.
#[derive(Clone, Debug)]
pub struct CarrierStream {
    account_sid: String,
    call_sid: String,
    stream_sid: String,
    /// Whose sound it carries, in the order in which `start` names them.
    tracks: &'static [Track],
    sequence: u64,
    chunk: u64,
}

impl CarrierStream {
    /// Returns a two-way stream of which nothing was sent yet; it carries the far end.
    pub fn new(account_sid: &str, call_sid: &str, stream_sid: &str) -> Self {
        Self::of_tracks(account_sid, call_sid, stream_sid, &[Track::Inbound])
    }

    /// Returns a one-way stream of these tracks. Chunks are counted over all tracks together: the published example does so,
    /// no document says it.
    pub fn of_tracks(account_sid: &str, call_sid: &str, stream_sid: &str, tracks: &'static [Track]) -> Self {
        let own = str::to_owned;
        Self { account_sid: own(account_sid), call_sid: own(call_sid), stream_sid: own(stream_sid), tracks, sequence: 0, chunk: 0 }
    }

    /// Returns the stream's name.
    pub fn stream_sid(&self) -> &str {
        &self.stream_sid
    }

    /// Appends the first message of a socket; it has neither number nor stream.
    pub fn connected(&self, out: &mut String) {
        out.push_str("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}");
    }

    /// Appends the message that begins a stream, with the parameters of the document.
    pub fn start(&mut self, parameters: &[(String, String)], out: &mut String) {
        self.open("start", out);
        out.push_str(",\"start\":{\"accountSid\":\"");
        push_json(&self.account_sid, out);
        out.push_str("\",\"streamSid\":\"");
        push_json(&self.stream_sid, out);
        out.push_str("\",\"callSid\":\"");
        push_json(&self.call_sid, out);
        out.push_str("\",\"tracks\":[");
        for (at, track) in self.tracks.iter().enumerate() {
            out.push_str(if at == 0 { "\"" } else { ",\"" });
            out.push_str(track.as_str());
            out.push('"');
        }
        out.push_str("],\"mediaFormat\":{\"encoding\":\"audio/x-mulaw\",\"sampleRate\":8000,\"channels\":1},\"customParameters\":{");
        for (at, (key, value)) in parameters.iter().enumerate() {
            out.push_str(if at == 0 { "\"" } else { ",\"" });
            push_json(key, out);
            out.push_str("\":\"");
            push_json(value, out);
            out.push('"');
        }
        out.push_str("}}");
        self.close(out);
    }

    /// Appends sound, μ-law; `at_millis` counts from the start of the stream.
    pub fn media(&mut self, track: Track, at_millis: u64, ulaw: &[u8], out: &mut String) {
        out.reserve(ulaw.len() * 4 / 3 + 192);
        self.open("media", out);
        self.chunk += 1;
        out.push_str(",\"media\":{\"track\":\"");
        out.push_str(track.as_str());
        // Writing to a String cannot fail.
        let _ = write!(out, "\",\"chunk\":\"{}\",\"timestamp\":\"{at_millis}\",\"payload\":\"", self.chunk);
        base64_simd::STANDARD.encode_append(ulaw, out);
        out.push_str("\"}");
        self.close(out);
    }

    /// Appends the echo of a mark.
    pub fn mark(&mut self, name: &str, out: &mut String) {
        self.open("mark", out);
        self.push_sid(out);
        out.push_str(",\"mark\":{\"name\":\"");
        push_json(name, out);
        out.push_str("\"}}");
    }

    /// Appends a key press of the far end.
    pub fn dtmf(&mut self, digit: char, out: &mut String) {
        self.open("dtmf", out);
        self.push_sid(out);
        out.push_str(",\"dtmf\":{\"track\":\"inbound_track\",\"digit\":\"");
        push_json(digit.encode_utf8(&mut [0; 4]), out);
        out.push_str("\"}}");
    }

    /// Appends the last message; close the socket after it.
    pub fn stop(&mut self, out: &mut String) {
        self.open("stop", out);
        out.push_str(",\"stop\":{\"accountSid\":\"");
        push_json(&self.account_sid, out);
        out.push_str("\",\"callSid\":\"");
        push_json(&self.call_sid, out);
        out.push_str("\"}");
        self.close(out);
    }

    fn open(&mut self, event: &str, out: &mut String) {
        self.sequence += 1;
        let _ = write!(out, "{{\"event\":\"{event}\",\"sequenceNumber\":\"{}\"", self.sequence);
    }

    fn push_sid(&self, out: &mut String) {
        out.push_str(",\"streamSid\":\"");
        push_json(&self.stream_sid, out);
        out.push('"');
    }

    fn close(&self, out: &mut String) {
        self.push_sid(out);
        out.push('}');
    }
}

/// Appends text as the inside of a JSON string.
fn push_json(text: &str, out: &mut String) {
    if !text.bytes().any(|b| matches!(b, 0..=0x1f | b'"' | b'\\')) {
        out.push_str(text);
        return;
    }
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control @ '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
}
