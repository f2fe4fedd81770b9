//! Reads the plain shape of `media`, `mark` and `clear` messages by slicing.
//!
//! Gives up (`None`) at anything unusual - an escape, an unknown or doubled key, a number where text is usual - and never
//! decides that a message is wrong: that is serde's part.

use std::borrow::Cow;

use super::{FromApp, FromCarrier, Track};

/// The values found, borrowed from the text.
#[derive(Default)]
pub(super) struct Fields<'a> {
    event: Option<&'a str>,
    stream_sid: Option<&'a str>,
    sequence_number: Option<&'a str>,
    has_media: bool,
    has_mark: bool,
    track: Option<&'a str>,
    chunk: Option<&'a str>,
    timestamp: Option<&'a str>,
    payload: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn into_carriers(self) -> Option<FromCarrier<'a>> {
        match self.event? {
            "media" => {
                let track = match self.track? {
                    "inbound" => Track::Inbound,
                    "outbound" => Track::Outbound,
                    _ => return None,
                };
                Some(FromCarrier::Media { track, at_millis: digits(self.timestamp?)?, payload: Cow::Borrowed(self.payload?) })
            }
            "mark" => Some(FromCarrier::Mark { name: Cow::Borrowed(self.name?) }),
            _ => None,
        }
    }

    pub(super) fn into_apps(self) -> Option<FromApp<'a>> {
        let stream_sid = Cow::Borrowed(self.stream_sid?);
        match self.event? {
            "media" => Some(FromApp::Media { stream_sid, payload: Cow::Borrowed(self.payload?) }),
            "mark" => Some(FromApp::Mark { stream_sid, name: Cow::Borrowed(self.name?) }),
            "clear" => Some(FromApp::Clear { stream_sid }),
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
        let key = cursor.string()?;
        cursor.eat(b':')?;
        match key {
            "event" => set(&mut fields.event, cursor.string()?)?,
            "streamSid" => set(&mut fields.stream_sid, cursor.string()?)?,
            "sequenceNumber" => set(&mut fields.sequence_number, cursor.string()?)?,
            "media" if !fields.has_media => {
                fields.has_media = true;
                scan_media(&mut cursor, &mut fields)?;
            }
            "mark" if !fields.has_mark => {
                fields.has_mark = true;
                cursor.eat(b'{')?;
                if cursor.string()? != "name" {
                    return None;
                }
                cursor.eat(b':')?;
                fields.name = Some(cursor.string()?);
                cursor.eat(b'}')?;
            }
            _ => return None,
        }
        match cursor.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    (cursor.at == text.len()).then_some(fields)
}

fn scan_media<'a>(cursor: &mut Cursor<'a>, fields: &mut Fields<'a>) -> Option<()> {
    cursor.eat(b'{')?;
    loop {
        let key = cursor.string()?;
        cursor.eat(b':')?;
        let value = cursor.string()?;
        match key {
            "payload" => set(&mut fields.payload, value)?,
            "track" => set(&mut fields.track, value)?,
            "chunk" => set(&mut fields.chunk, value)?,
            "timestamp" => set(&mut fields.timestamp, value)?,
            _ => return None,
        }
        match cursor.next()? {
            b',' => {}
            b'}' => return Some(()),
            _ => return None,
        }
    }
}

fn set<'a>(field: &mut Option<&'a str>, value: &'a str) -> Option<()> {
    field.replace(value).is_none().then_some(())
}

fn digits(text: &str) -> Option<u64> {
    // `str::parse` also takes a leading `+`, which nobody sends; serde may judge it.
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Takes the next byte that is no blank.
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            self.at += 1;
            if byte != b' ' {
                return Some(byte);
            }
        }
    }

    fn eat(&mut self, wanted: u8) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    /// Takes a string without escapes and control characters.
    fn string(&mut self) -> Option<&'a str> {
        self.eat(b'"')?;
        let rest = self.text.as_bytes().get(self.at..)?;
        let length = memchr::memchr2(b'"', b'\\', rest)?;
        let bytes = &rest[..length];
        // A fold without an early exit is compiled to vector code, unlike `any`.
        let has_control = bytes.iter().fold(false, |found, byte| found | (*byte < b' '));
        if rest[length] != b'"' || has_control {
            return None;
        }
        let start = self.at;
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }
}
