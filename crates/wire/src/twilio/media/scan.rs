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
    sequence_number: Option<u64>,
    has_media: bool,
    has_mark: bool,
    track: Option<Track>,
    chunk: Option<u64>,
    timestamp: Option<u64>,
    payload: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> Fields<'a> {
    pub(super) fn into_carriers(self) -> Option<FromCarrier<'a>> {
        match self.event? {
            "media" => Some(FromCarrier::Media { track: self.track?, at_millis: self.timestamp?, payload: Cow::Borrowed(self.payload?) }),
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
        cursor.eat(b'"')?;
        if cursor.took("event\"") {
            cursor.set(&mut fields.event)?;
        } else if cursor.took("streamSid\"") {
            cursor.set(&mut fields.stream_sid)?;
        } else if cursor.took("sequenceNumber\"") {
            cursor.set_number(&mut fields.sequence_number)?;
        } else if cursor.took("media\"") && !fields.has_media {
            fields.has_media = true;
            scan_media(&mut cursor, &mut fields)?;
        } else if cursor.took("mark\"") && !fields.has_mark {
            fields.has_mark = true;
            scan_mark(&mut cursor, &mut fields)?;
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
        } else if cursor.took("chunk\"") {
            cursor.set_number(&mut fields.chunk)?;
        } else if cursor.took("timestamp\"") {
            cursor.set_number(&mut fields.timestamp)?;
        } else {
            return None;
        }
        if !cursor.has_more()? {
            return Some(());
        }
    }
}

fn scan_mark<'a>(cursor: &mut Cursor<'a>, fields: &mut Fields<'a>) -> Option<()> {
    cursor.eat(b':')?;
    cursor.eat(b'{')?;
    cursor.eat(b'"')?;
    if !cursor.took("name\"") {
        return None;
    }
    cursor.set(&mut fields.name)?;
    cursor.eat(b'}')
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

    /// Takes a number written as text: digits and nothing else.
    #[inline]
    fn set_number(&mut self, field: &mut Option<u64>) -> Option<()> {
        self.eat(b':')?;
        self.eat(b'"')?;
        let start = self.at;
        let mut value: u64 = 0;
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            self.at += 1;
            match byte {
                b'0'..=b'9' => value = value.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?,
                b'"' if self.at > start + 1 => return field.replace(value).is_none().then_some(()),
                _ => return None,
            }
        }
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
        // A fold without an early exit is compiled to vector code, unlike `any`.
        let has_control = rest[..length].iter().fold(false, |found, byte| found | (*byte < b' '));
        if rest[length] != b'"' || has_control {
            return None;
        }
        let start = self.at;
        self.at = start + length + 1;
        self.text.get(start..start + length)
    }
}
