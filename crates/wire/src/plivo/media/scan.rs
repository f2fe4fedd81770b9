//! Reads the plain shape of `media`, `playedStream`, `playAudio`, `checkpoint` and `clearAudio` messages by slicing.
//!
//! Gives up (`None`) at anything unusual - an escape in a value that is needed, an unknown or doubled key, an object where
//! text is usual - and never decides that a message is wrong: that is serde's part. Numbers are taken as numbers and as
//! text, for Plivo has sent both.

use std::borrow::Cow;

use super::{AudioFormat, FromApp, FromCarrier, Track};

/// The values found, borrowed from the text.
#[derive(Default)]
pub(super) struct Fields<'a> {
    event: Option<&'a str>,
    stream_id: Option<&'a str>,
    name: Option<&'a str>,
    sequence_number: Option<u64>,
    has_extra_headers: bool,
    has_media: bool,
    track: Option<Track>,
    timestamp: Option<u64>,
    chunk: Option<u64>,
    payload: Option<&'a str>,
    content_type: Option<&'a str>,
    sample_rate: Option<u64>,
}

impl<'a> Fields<'a> {
    pub(super) fn into_carriers(self) -> Option<FromCarrier<'a>> {
        match self.event? {
            "media" => Some(FromCarrier::Media { track: self.track?, at_millis: self.timestamp?, payload: Cow::Borrowed(self.payload?) }),
            "playedStream" => Some(FromCarrier::Played { name: Cow::Borrowed(self.name?) }),
            _ => None,
        }
    }

    pub(super) fn into_apps(self) -> Option<FromApp<'a>> {
        match self.event? {
            "playAudio" => {
                let format = AudioFormat::of_parts(self.content_type?, Some(self.sample_rate?))?;
                let payload = self.payload.filter(|payload| payload.len() <= super::MAX_PAYLOAD_CHARS)?;
                Some(FromApp::PlayAudio { format, payload: Cow::Borrowed(payload) })
            }
            "checkpoint" => Some(FromApp::Checkpoint { name: Cow::Borrowed(self.name?) }),
            "clearAudio" => Some(FromApp::ClearAudio),
            _ => None,
        }
    }
}

/// Takes a message apart, or gives up.
pub(super) fn scan(text: &str) -> Option<Fields<'_>> {
    let mut cursor = Cursor { text, at: 0 };
    let mut fields = Fields::default();
    cursor.eat(b'{')?;
    loop {
        cursor.eat(b'"')?;
        if cursor.took("event\"") {
            cursor.set(&mut fields.event)?;
        } else if cursor.took("sequenceNumber\"") {
            cursor.set_number(&mut fields.sequence_number)?;
        } else if cursor.took("streamId\"") {
            cursor.set(&mut fields.stream_id)?;
        } else if cursor.took("media\"") && !fields.has_media {
            fields.has_media = true;
            scan_media(&mut cursor, &mut fields)?;
        } else if cursor.took("extra_headers\"") && !fields.has_extra_headers {
            fields.has_extra_headers = true;
            cursor.eat(b':')?;
            cursor.skip_string()?;
        } else if cursor.took("name\"") {
            cursor.set(&mut fields.name)?;
        } else {
            return None;
        }
        if !cursor.has_more()? {
            break;
        }
    }
    (cursor.at == text.len()).then_some(fields)
}

fn scan_media<'a>(cursor: &mut Cursor<'a>, fields: &mut Fields<'a>) -> Option<()> {
    cursor.eat(b':')?;
    cursor.eat(b'{')?;
    loop {
        cursor.eat(b'"')?;
        if cursor.took("payload\"") {
            cursor.set(&mut fields.payload)?;
        } else if cursor.took("track\"") {
            cursor.set_track(&mut fields.track)?;
        } else if cursor.took("timestamp\"") {
            cursor.set_number(&mut fields.timestamp)?;
        } else if cursor.took("chunk\"") {
            cursor.set_number(&mut fields.chunk)?;
        } else if cursor.took("contentType\"") {
            cursor.set(&mut fields.content_type)?;
        } else if cursor.took("sampleRate\"") {
            cursor.set_number(&mut fields.sample_rate)?;
        } else {
            return None;
        }
        if !cursor.has_more()? {
            return Some(());
        }
    }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Takes the next byte that is no blank.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            self.at += 1;
            if byte != b' ' {
                return Some(byte);
            }
        }
    }

    #[inline]
    fn eat(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    /// Takes this text if it comes next. Comparing with the few known keys is quicker than looking for a key's end.
    #[inline]
    fn took(&mut self, wanted: &str) -> bool {
        let comes_next = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(wanted.as_bytes()));
        if comes_next {
            self.at += wanted.len();
        }
        comes_next
    }

    /// Takes what follows a pair: whether another one comes, or the object ends.
    #[inline]
    fn has_more(&mut self) -> Option<bool> {
        match self.next()? {
            b',' => Some(true),
            b'}' => Some(false),
            _ => None,
        }
    }

    /// Takes the value of a key into its field, unless that was taken before.
    #[inline]
    fn set(&mut self, field: &mut Option<&'a str>) -> Option<()> {
        self.eat(b':')?;
        field.replace(self.string()?).is_none().then_some(())
    }

    /// Takes a number, bare or as text: digits and nothing else. A bare one has no nought in front, or JSON forbids it.
    #[inline]
    fn set_number(&mut self, field: &mut Option<u64>) -> Option<()> {
        self.eat(b':')?;
        let bytes = self.text.as_bytes();
        let first = self.next()?;
        let is_text = first == b'"';
        let start = if is_text { self.at } else { self.at - 1 };
        let mut at = start;
        let mut value: u64 = 0;
        while let Some(digit @ b'0'..=b'9') = bytes.get(at).copied() {
            value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
            at += 1;
        }
        let length = at - start;
        if length == 0 || (!is_text && length > 1 && first == b'0') {
            return None;
        }
        if is_text {
            if bytes.get(at) != Some(&b'"') {
                return None;
            }
            at += 1;
        }
        self.at = at;
        field.replace(value).is_none().then_some(())
    }

    /// Takes one of the two tracks.
    #[inline]
    fn set_track(&mut self, field: &mut Option<Track>) -> Option<()> {
        self.eat(b':')?;
        self.eat(b'"')?;
        let track = if self.took("inbound\"") {
            Track::Inbound
        } else if self.took("outbound\"") {
            Track::Outbound
        } else {
            return None;
        };
        field.replace(track).is_none().then_some(())
    }

    /// Takes a string without escapes and control characters.
    fn string(&mut self) -> Option<&'a str> {
        self.eat(b'"')?;
        let rest = self.text.as_bytes().get(self.at..)?;
        let length = memchr::memchr2(b'"', b'\\', rest)?;
        if rest[length] != b'"' || has_control(&rest[..length]) {
            return None;
        }
        let start = self.at;
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }

    /// Passes over a string with simple escapes: headers come with every message, often as JSON inside JSON.
    fn skip_string(&mut self) -> Option<()> {
        self.eat(b'"')?;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let length = memchr::memchr2(b'"', b'\\', rest)?;
            if has_control(&rest[..length]) {
                return None;
            }
            self.at += length + 1;
            if rest[length] == b'"' {
                return Some(());
            }
            if !matches!(rest.get(length + 1)?, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') {
                return None;
            }
            self.at += 1;
        }
    }
}

/// A fold without an early exit is compiled to vector code, unlike `any`.
fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().fold(false, |found, byte| found | (*byte < b' '))
}
