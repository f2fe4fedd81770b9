//! Reads the plain shape of `media`, `playedStream`, `playAudio`, `checkpoint` and `clearAudio` messages by slicing.
//!
//! Gives up (`None`) at anything unusual - an escape in a value that is needed, an unknown or doubled key, an object where
//! text is usual - and never decides that a message is wrong: that is serde's part. Numbers are taken as numbers and as
//! text, for Plivo has sent both.

use std::borrow::Cow;

use super::{AudioFormat, FromApp, FromCarrier, Track};
use crate::json_cursor::Cursor;

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
    let mut cursor = Cursor::of(text);
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
