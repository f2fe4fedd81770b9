//! Reads any message with serde: the judge of what is right, and the only reader of `start`, `dtmf` and `stop`.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{FromApp, FromCarrier, MediaFault, Start, Track};

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow, default)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "streamSid")]
    stream_sid: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    media: Option<RawMedia<'a>>,
    #[serde(borrow, default)]
    mark: Option<RawMark<'a>>,
    #[serde(borrow, default)]
    dtmf: Option<RawDtmf<'a>>,
    #[serde(default)]
    start: Option<RawStart>,
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
    #[serde(default, rename = "chunk")]
    _chunk: Option<Value>,
}

#[derive(Deserialize)]
struct RawMark<'a> {
    #[serde(borrow, default)]
    name: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct RawDtmf<'a> {
    #[serde(borrow, default)]
    digit: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawStart {
    #[serde(default)]
    stream_sid: String,
    #[serde(default)]
    call_sid: String,
    #[serde(default)]
    account_sid: String,
    #[serde(default)]
    tracks: Vec<String>,
    #[serde(default)]
    media_format: RawFormat,
    #[serde(default)]
    custom_parameters: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RawFormat {
    encoding: String,
    sample_rate: u32,
    channels: u32,
}

/// Senders that say nothing of the format mean the only one there is.
impl Default for RawFormat {
    fn default() -> Self {
        Self { encoding: "audio/x-mulaw".into(), sample_rate: 8_000, channels: 1 }
    }
}

fn read(text: &str) -> Result<Raw<'_>, MediaFault> {
    serde_json::from_str(text).map_err(|_| MediaFault::malformed("not a JSON object of the known shape"))
}

pub(super) fn from_carrier(text: &str) -> Result<FromCarrier<'_>, MediaFault> {
    let raw = read(text)?;
    let event = raw.event.ok_or(MediaFault::invalid("no event"))?;
    Ok(match event.as_ref() {
        "connected" => FromCarrier::Connected,
        "start" => FromCarrier::Start(Box::new(start(raw.start, raw.stream_sid)?)),
        "media" => {
            let media = raw.media.ok_or(MediaFault::invalid("media without a payload"))?;
            let track = match media.track.as_deref() {
                None | Some("inbound") => Track::Inbound,
                Some("outbound") => Track::Outbound,
                Some(_) => return Ok(FromCarrier::Other),
            };
            let at_millis = match media.timestamp {
                None => 0,
                Some(value) => loose_number(&value).ok_or(MediaFault::invalid("a timestamp that is no number"))?,
            };
            FromCarrier::Media { track, at_millis, payload: media.payload.ok_or(MediaFault::invalid("media without a payload"))? }
        }
        "mark" => {
            let name = raw.mark.and_then(|mark| mark.name);
            FromCarrier::Mark { name: name.ok_or(MediaFault::invalid("a mark without a name"))? }
        }
        "dtmf" => {
            let digit = raw.dtmf.and_then(|dtmf| dtmf.digit);
            FromCarrier::Dtmf { digit: digit.ok_or(MediaFault::invalid("a key press without a key"))? }
        }
        "stop" => FromCarrier::Stop,
        _ => FromCarrier::Other,
    })
}

pub(super) fn from_app(text: &str) -> Result<FromApp<'_>, MediaFault> {
    let raw = read(text)?;
    let event = raw.event.ok_or(MediaFault::invalid("no event"))?;
    let stream_sid = raw.stream_sid.ok_or(MediaFault::invalid("no streamSid"))?;
    Ok(match event.as_ref() {
        "media" => {
            let payload = raw.media.and_then(|media| media.payload);
            FromApp::Media { stream_sid, payload: payload.ok_or(MediaFault::invalid("media without a payload"))? }
        }
        "mark" => {
            let name = raw.mark.and_then(|mark| mark.name);
            FromApp::Mark { stream_sid, name: name.ok_or(MediaFault::invalid("a mark without a name"))? }
        }
        "clear" => FromApp::Clear { stream_sid },
        _ => return Err(MediaFault::invalid("an unknown event")),
    })
}

fn start(raw: Option<RawStart>, outer_sid: Option<Cow<'_, str>>) -> Result<Start, MediaFault> {
    let raw = raw.ok_or(MediaFault::invalid("a start without its content"))?;
    let stream_sid = if raw.stream_sid.is_empty() { outer_sid.map(Cow::into_owned).unwrap_or_default() } else { raw.stream_sid };
    if stream_sid.is_empty() {
        return Err(MediaFault::invalid("no streamSid"));
    }
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(Start {
        stream_sid,
        call_sid: raw.call_sid,
        account_sid: raw.account_sid,
        tracks: raw.tracks,
        encoding: raw.media_format.encoding,
        rate_hz: raw.media_format.sample_rate,
        channels: raw.media_format.channels,
        parameters: raw.custom_parameters.unwrap_or_default().into_iter().map(|(key, value)| (key, text(value))).collect(),
    })
}

fn loose_number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
