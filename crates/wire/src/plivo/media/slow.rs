//! Reads any message with serde: the judge of what is right, and the only reader of what is rare.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::{AudioFormat, FromApp, FromCarrier, MAX_MESSAGE_BYTES, MAX_PAYLOAD_CHARS, MediaFault, Start, Track};
use crate::plivo::headers::HeaderList;

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow, default)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "streamId")]
    stream_id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    media: Option<RawMedia<'a>>,
    #[serde(default)]
    dtmf: Option<Value>,
    #[serde(default)]
    start: Option<Value>,
    #[serde(default)]
    reason: Option<Value>,
    #[serde(default)]
    extra_headers: Option<Value>,
    // Read for its type alone: a doubled one is an error, as for every key.
    #[serde(default, rename = "sequenceNumber")]
    _sequence_number: Option<Value>,
}

#[derive(Deserialize)]
struct RawMedia<'a> {
    #[serde(borrow, default)]
    track: Option<Cow<'a, str>>,
    #[serde(default)]
    timestamp: Option<Value>,
    #[serde(borrow, default)]
    payload: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "contentType")]
    content_type: Option<Cow<'a, str>>,
    #[serde(default, rename = "sampleRate")]
    sample_rate: Option<Value>,
    #[serde(default, rename = "chunk")]
    _chunk: Option<Value>,
}

fn read(text: &str) -> Result<Raw<'_>, MediaFault> {
    serde_json::from_str(text).map_err(|_| MediaFault::new("not a JSON object of the known shape"))
}

pub(super) fn from_carrier(text: &str) -> Result<FromCarrier<'_>, MediaFault> {
    let raw = read(text)?;
    let event = raw.event.ok_or(MediaFault::new("no event"))?;
    Ok(match event.as_ref() {
        "start" => FromCarrier::Start(Box::new(start(raw.start, raw.stream_id, raw.extra_headers)?)),
        "media" => {
            let media = raw.media.ok_or(MediaFault::new("media without a payload"))?;
            let track = match media.track.as_deref() {
                None | Some("inbound") => Track::Inbound,
                Some("outbound") => Track::Outbound,
                Some(_) => return Ok(FromCarrier::Other),
            };
            let at_millis = match media.timestamp {
                None => 0,
                Some(value) => loose_number(&value).ok_or(MediaFault::new("a timestamp that is no number"))?,
            };
            FromCarrier::Media { track, at_millis, payload: media.payload.ok_or(MediaFault::new("media without a payload"))? }
        }
        "dtmf" => {
            let digit = raw.dtmf.as_ref().and_then(|dtmf| dtmf.get("digit")).and_then(loose_text);
            FromCarrier::Dtmf { digit: digit.ok_or(MediaFault::new("a key press without a key"))? }
        }
        "playedStream" => FromCarrier::Played { name: raw.name.ok_or(MediaFault::new("a checkpoint without a name"))? },
        "clearedAudio" => FromCarrier::Cleared,
        "stop" => FromCarrier::Stop,
        "playFailed" | "error" => FromCarrier::Failed { reason: raw.reason.as_ref().and_then(loose_text).unwrap_or_default() },
        _ => FromCarrier::Other,
    })
}

pub(super) fn from_app(text: &str) -> Result<FromApp<'_>, MediaFault> {
    if text.len() > MAX_MESSAGE_BYTES {
        return Err(MediaFault::new("the message is longer than 64 KB"));
    }
    let raw = read(text)?;
    let event = raw.event.ok_or(MediaFault::new("no event"))?;
    Ok(match event.as_ref() {
        "playAudio" => {
            let media = raw.media.ok_or(MediaFault::new("audio without a payload"))?;
            let payload = media.payload.ok_or(MediaFault::new("audio without a payload"))?;
            if payload.len() > MAX_PAYLOAD_CHARS {
                return Err(MediaFault::new("the payload is longer than 16 KB"));
            }
            let rate = match media.sample_rate {
                None => None,
                Some(value) => Some(loose_number(&value).ok_or(MediaFault::new("a sampleRate that is no number"))?),
            };
            let content_type = media.content_type.ok_or(MediaFault::new("audio without a contentType"))?;
            let format = AudioFormat::of_parts(&content_type, rate).ok_or(MediaFault::new("an unknown contentType or sampleRate"))?;
            FromApp::PlayAudio { format, payload }
        }
        "checkpoint" => FromApp::Checkpoint { name: raw.name.ok_or(MediaFault::new("a checkpoint without a name"))? },
        "clearAudio" => FromApp::ClearAudio,
        "sendDTMF" => {
            let digits = raw.dtmf.as_ref().and_then(loose_text);
            FromApp::SendDtmf { digits: digits.ok_or(MediaFault::new("keys that are no text"))? }
        }
        _ => return Err(MediaFault::new("an unknown event")),
    })
}

/// The names of the stream may stand inside `start` or beside it, and the call's has had two.
fn start(raw: Option<Value>, outer_id: Option<Cow<'_, str>>, outer_headers: Option<Value>) -> Result<Start, MediaFault> {
    let Some(Value::Object(raw)) = raw else {
        return Err(MediaFault::new("a start without its content"));
    };
    let text = |keys: &[&str]| keys.iter().find_map(|key| raw.get(*key)?.as_str()).unwrap_or_default().to_owned();
    let mut stream_id = text(&["streamId"]);
    if stream_id.is_empty() {
        stream_id = outer_id.map(Cow::into_owned).unwrap_or_default();
    }
    if stream_id.is_empty() {
        return Err(MediaFault::new("no streamId"));
    }
    let media = raw.get("mediaFormat");
    let encoding = media.and_then(|media| media.get("encoding")).and_then(Value::as_str);
    let rate = media.and_then(|media| media.get("sampleRate")).and_then(loose_number);
    let headers = outer_headers.as_ref().or_else(|| raw.get("extra_headers"));
    Ok(Start {
        stream_id,
        call_uuid: text(&["callId", "callUUID", "callUuid"]),
        account_id: text(&["accountId"]),
        tracks: raw
            .get("tracks")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(loose_text).map(Cow::into_owned).collect())
            .unwrap_or_default(),
        format: encoding.and_then(|encoding| AudioFormat::of_parts(encoding, rate)),
        headers: headers.map(HeaderList::of_json).unwrap_or_default(),
    })
}

fn loose_text(value: &Value) -> Option<Cow<'static, str>> {
    match value {
        Value::String(text) => Some(Cow::Owned(text.clone())),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

fn loose_number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
