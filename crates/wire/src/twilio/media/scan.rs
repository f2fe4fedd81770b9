//! Reads the plain shape of `media`, `mark` and `clear` messages by slicing.
//!
//! Gives up (`None`) at anything unusual - an escape, an unknown or doubled key, a number where text is usual - and never
//! decides that a message is wrong: that is serde's part.

use std::borrow::Cow;

use super::{FromApp, FromCarrier, Track};
use crate::json_cursor::Cursor;

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
    let mut cursor = Cursor::of(text);
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
    cursor.is_at_end().then_some(fields)
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
