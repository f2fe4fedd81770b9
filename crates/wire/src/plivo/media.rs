//! Messages of a media socket: the hot path of every call, fifty a second and direction.
//!
//! The carrier is the client of the socket and speaks [`FromCarrier`]; we speak [`FromApp`]. Both are read by slicing the
//! text where it has the plain shape (no escapes but in the headers, no unknown keys); anything else goes to serde, which
//! decides what is right. Nothing is copied or allocated on the plain path, and audio goes through SIMD base64.
//!
//! What surprised us: numbers come as numbers or as text; `extra_headers` stands beside every event, in five forms; L16 is
//! little-endian; a checkpoint's word may come after a clear; and no message need end the stream - the socket just closes.
//! There is no message that hangs up: that is a request to the REST API.

mod format;
mod scan;
mod slow;
mod write;

use std::borrow::Cow;

use thiserror::Error;

use super::headers::HeaderList;

pub use crate::track::Track;
pub use format::{AudioFormat, is_wav_file, push_l16, read_l16};
pub use write::{CarrierStream, MAX_AUDIO_BYTES, write_checkpoint, write_clear_audio, write_play_audio, write_send_dtmf};

/// Longest message that Plivo takes.
///
/// Source: Plivo's guide to audio streaming, 2026.
pub const MAX_MESSAGE_BYTES: usize = 64 << 10;

/// Longest payload of a message that Plivo takes, in characters of base64.
///
/// Source: Plivo's guide to audio streaming, 2026.
pub const MAX_PAYLOAD_CHARS: usize = 16 << 10;

/// Seconds of sound that wait at Plivo to be played, at most. One page says 60, another 40: count on the smaller.
pub const MAX_QUEUED_SECONDS: u32 = 40;

/// Why a message cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("{what}")]
pub struct MediaFault {
    /// What is wrong; holds nothing of the message.
    pub what: &'static str,
}

impl MediaFault {
    const fn new(what: &'static str) -> Self {
        Self { what }
    }
}

/// What the carrier says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FromCarrier<'a> {
    /// The stream begins.
    Start(Box<Start>),
    /// Sound.
    Media {
        /// Whose.
        track: Track,
        /// Milliseconds since 1970, or since the stream began: Plivo's texts differ. 0 if not said. Trust your own clock.
        at_millis: u64,
        /// Base64 in the stream's form; see [`decode_payload`].
        payload: Cow<'a, str>,
    },
    /// A key was pressed.
    Dtmf {
        /// Which, as sent.
        digit: Cow<'a, str>,
    },
    /// All sound before this checkpoint was played - or dropped by a clear, in case Plivo tells then too.
    Played {
        /// Its name.
        name: Cow<'a, str>,
    },
    /// All that was queued was dropped, as asked.
    Cleared,
    /// Something could not be played.
    Failed {
        /// Plivo's word for it.
        reason: Cow<'a, str>,
    },
    /// The stream is over. Do not wait for it: the socket may just close.
    Stop,
    /// Something newer than we are.
    Other,
}

/// How a stream begins. `Debug` shows no header's value, for one of them is the one-time token.
#[derive(Clone, PartialEq, Eq)]
pub struct Start {
    /// The stream.
    pub stream_id: String,
    /// Its call.
    pub call_uuid: String,
    /// The account.
    pub account_id: String,
    /// `inbound`, `outbound` or both.
    pub tracks: Vec<String>,
    /// The form of the sound; `None` if it is none that we know.
    pub format: Option<AudioFormat>,
    /// The `extraHeaders` of the document.
    pub headers: HeaderList,
}

impl std::fmt::Debug for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Start").field("stream", &self.stream_id).field("call", &self.call_uuid).field("format", &self.format).finish_non_exhaustive()
    }
}

/// What the far side of the carrier's socket (we, or any other program) says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FromApp<'a> {
    /// Play this after all that is queued.
    PlayAudio {
        /// Its form. Plivo plays what has another than the stream's as noise.
        format: AudioFormat,
        /// Base64; see [`decode_payload`].
        payload: Cow<'a, str>,
    },
    /// Say when all before this was played.
    Checkpoint {
        /// Its name.
        name: Cow<'a, str>,
    },
    /// Drop all that is queued.
    ClearAudio,
    /// Press keys.
    SendDtmf {
        /// Which.
        digits: Cow<'a, str>,
    },
}

/// Reads a message of the carrier.
///
/// # Errors
/// What is no JSON object with an `event`, or lacks what its event needs. An unknown event is [`FromCarrier::Other`].
pub fn read_from_carrier(text: &str) -> Result<FromCarrier<'_>, MediaFault> {
    match scan::scan(text).and_then(scan::Fields::into_carriers) {
        Some(message) => Ok(message),
        None => slow::from_carrier(text),
    }
}

/// Reads a message of the far side, for the sandbox. A missing stream and a rate written as text are tolerated, as Plivo's
/// own samples have them.
///
/// # Errors
/// What is no message, is too long, or has an event that Plivo does not know.
pub fn read_from_app(text: &str) -> Result<FromApp<'_>, MediaFault> {
    let fast = if text.len() <= MAX_MESSAGE_BYTES { scan::scan(text).and_then(scan::Fields::into_apps) } else { None };
    match fast {
        Some(message) => Ok(message),
        None => slow::from_app(text),
    }
}

/// Appends the bytes of a payload.
///
/// # Errors
/// What is no base64; `out` is as before then.
pub fn decode_payload(payload: &str, out: &mut Vec<u8>) -> Result<(), MediaFault> {
    base64_simd::STANDARD.decode_append(payload.as_bytes(), out).map_err(|_| MediaFault::new("the payload is not base64"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MEDIA: &str = r#"{"event":"media","sequenceNumber":2,"streamId":"s1","media":{"track":"inbound","timestamp":"1789547628021","chunk":1,"payload":"//8="},"extra_headers":"{\"X-PH-task\":\"t42\"}"}"#;
    const PLAY: &str = r#"{"event":"playAudio","media":{"contentType":"audio/x-mulaw","sampleRate":8000,"payload":"//8="}}"#;

    #[test]
    fn the_plain_shape_never_reaches_serde() {
        let fault = MediaFault::new("");
        for text in [
            MEDIA.to_owned(),
            MEDIA.replace(':', ": ").replace(',', ", "),
            MEDIA.replace("\"chunk\":1", "\"chunk\":\"1\"").replace("Number\":2", "Number\":\"2\"").replace("\"1789547628021\"", "20"),
            MEDIA.replace(r#"{\"X-PH-task\":\"t42\"}"#, "task=t42;leg=a"),
            r#"{"event":"playedStream","sequenceNumber":75,"streamId":"s1","name":"turn-3"}"#.to_owned(),
        ] {
            let fast = scan::scan(&text).and_then(scan::Fields::into_carriers);
            assert!(fast.is_some(), "{text}");
            assert_eq!(fast.ok_or(fault), slow::from_carrier(&text));
        }
        for text in [
            PLAY.to_owned(),
            PLAY.replace("8000", "\"8000\""),
            PLAY.replace("{\"event\"", "{\"streamId\":\"s1\",\"event\""),
            r#"{"event":"checkpoint","streamId":"s1","name":"turn-3"}"#.to_owned(),
            r#"{"event":"clearAudio"}"#.to_owned(),
        ] {
            let fast = scan::scan(&text).and_then(scan::Fields::into_apps);
            assert!(fast.is_some(), "{text}");
            assert_eq!(fast.ok_or(fault), slow::from_app(&text));
        }
    }

    #[test]
    fn unusual_shapes_are_read_too() {
        let plain = read_from_carrier(MEDIA);
        for text in [
            MEDIA.replace("//8=", r"\/\/8="),
            MEDIA.replace("\"track\"", "\"codec\":{\"a\":[1]},\"track\""),
            MEDIA.replace(r#""{\"X-PH-task\":\"t42\"}""#, r#"{"k":"v"}"#),
            MEDIA.replace("X-PH", r"\u0058-PH"),
            MEDIA.replace("\"event\"", "\"dtmf\":null,\"event\""),
        ] {
            assert_eq!(read_from_carrier(&text), plain, "{text}");
        }
        assert_eq!(read_from_carrier(r#"{"event":"muteStream"}"#), Ok(FromCarrier::Other));
        assert_eq!(read_from_carrier(r#"{"event":"dtmf","dtmf":{"digit":5}}"#), Ok(FromCarrier::Dtmf { digit: "5".into() }));
        assert_eq!(read_from_carrier(r#"{"event":"error"}"#), Ok(FromCarrier::Failed { reason: "".into() }));
    }

    #[test]
    fn what_is_no_message_says_why() {
        let what = |text: &str| read_from_carrier(text).unwrap_err().what;
        assert_eq!(what("hello"), "not a JSON object of the known shape");
        assert_eq!(what("{}"), "no event");
        assert_eq!(what(r#"{"event":"media"}"#), "media without a payload");
        assert_eq!(what(&MEDIA.replace("\"1789547628021\"", "\"soon\"")), "a timestamp that is no number");
        assert_eq!(what(r#"{"event":"playedStream"}"#), "a checkpoint without a name");
        assert_eq!(what(r#"{"event":"start"}"#), "a start without its content");
        assert_eq!(what(r#"{"event":"start","start":{}}"#), "no streamId");
        let what = |text: &str| read_from_app(text).unwrap_err().what;
        assert_eq!(what(r#"{"event":"mark","name":"x"}"#), "an unknown event");
        assert_eq!(what(&PLAY.replace("x-mulaw", "opus")), "an unknown contentType or sampleRate");
        assert_eq!(what(&PLAY.replace("8000", "24000")), "an unknown contentType or sampleRate");
        assert_eq!(what(&PLAY.replace("//8=", &"A".repeat(16_388))), "the payload is longer than 16 KB");
        assert_eq!(what(&" ".repeat(70_000)), "the message is longer than 64 KB");
        let mut out = vec![7];
        assert!(decode_payload("a&b=", &mut out).is_err());
        assert_eq!(out, [7]);
    }

    #[test]
    fn a_start_is_read_in_every_form_seen() {
        let start = |text: &str| match read_from_carrier(text).unwrap() {
            FromCarrier::Start(start) => *start,
            other => panic!("{other:?}"),
        };
        let old = start(
            r#"{"event":"start","streamId":"s1","start":{"callUUID":"c1","mediaFormat":{"encoding":"AUDIO/X-L16;rate=16000"}},"extra_headers":{"X-PH-token":"t"}}"#,
        );
        assert_eq!((old.stream_id.as_str(), old.call_uuid.as_str(), old.format), ("s1", "c1", Some(AudioFormat::L16At16k)));
        assert_eq!(old.headers.get("token"), Some("t"));
        let bare = start(r#"{"event":"start","start":{"streamId":"s1"}}"#);
        assert_eq!((bare.format, bare.headers.is_empty()), (None, true));
        assert!(!format!("{old:?}").contains("token"));
    }

    #[test]
    fn long_sound_goes_into_several_messages() {
        let audio = vec![0x7f; MAX_AUDIO_BYTES + 1];
        let mut out = String::new();
        assert_eq!(write_play_audio(AudioFormat::L16At8k, &audio, &mut out), MAX_AUDIO_BYTES);
        assert!(read_from_app(&out).is_ok() && MAX_AUDIO_BYTES.is_multiple_of(2));
        out.clear();
        assert_eq!(write_play_audio(AudioFormat::L16At8k, &audio[MAX_AUDIO_BYTES..], &mut out), 1);
    }

    /// Messages built from parts that a stranger might combine, right and wrong.
    fn almost_messages() -> impl Strategy<Value = String> {
        let value = prop_oneof![
            Just("\"media\"".to_owned()),
            Just("\"playedStream\"".to_owned()),
            Just("\"playAudio\"".to_owned()),
            Just("\"checkpoint\"".to_owned()),
            Just("\"clearAudio\"".to_owned()),
            Just("\"outbound\"".to_owned()),
            Just("null".to_owned()),
            Just("007".to_owned()),
            Just("\"007\"".to_owned()),
            Just("1.5".to_owned()),
            Just("\"{\\\"a\\\":1}\"".to_owned()),
            Just("\"\\q\"".to_owned()),
            Just("\"//8=\"".to_owned()),
            Just("{\"payload\":\"//8=\",\"timestamp\":\"20\"}".to_owned()),
            Just("{\"payload\":\"//8=\",\"track\":\"outbound\",\"timestamp\":20,\"chunk\":1}".to_owned()),
            Just("{\"contentType\":\"audio/x-l16\",\"sampleRate\":16000,\"payload\":\"//8=\"}".to_owned()),
            Just("{ }".to_owned()),
            (0_u64..u64::MAX).prop_map(|number| number.to_string()),
            (0_u64..u64::MAX).prop_map(|number| format!("\"{number}\"")),
            "\"[a-z\\\\\"\\n\\t é]{0,6}\"".prop_map(|text| text),
        ];
        let key = prop::sample::select(vec!["event", "streamId", "sequenceNumber", "media", "name", "other", "extra_headers", "payload", "dtmf"]);
        let space = prop::sample::select(vec!["", " ", "\n", "\t "]);
        prop::collection::vec((key, value, space), 0..6).prop_map(|pairs| {
            let inner: Vec<_> = pairs.into_iter().map(|(key, value, space)| format!("{space}\"{key}\"{space}:{space}{value}{space}")).collect();
            format!("{{{}}}", inner.join(","))
        })
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = read_from_carrier(&text);
            let _ = read_from_app(&text);
        }

        #[test]
        fn the_fast_reader_never_differs_from_serde(text in almost_messages()) {
            if let Some(fast) = scan::scan(&text).and_then(scan::Fields::into_carriers) {
                prop_assert_eq!(Ok(fast), slow::from_carrier(&text));
            }
            if let Some(fast) = scan::scan(&text).and_then(scan::Fields::into_apps) {
                prop_assert_eq!(Ok(fast), slow::from_app(&text));
            }
        }

        #[test]
        fn what_we_write_the_carrier_reads(audio in prop::collection::vec(any::<u8>(), 0..700), name in ".{0,20}", id in ".{0,20}", format in 0_usize..3) {
            let format = AudioFormat::ALL[format];
            let mut out = String::new();
            prop_assert_eq!(write_play_audio(format, &audio, &mut out), audio.len());
            let FromApp::PlayAudio { format: read, payload } = read_from_app(&out).unwrap() else { panic!("not audio") };
            let mut back = Vec::new();
            decode_payload(&payload, &mut back).unwrap();
            prop_assert_eq!((back, read), (audio, format));

            out.clear();
            write_checkpoint(&id, &name, &mut out);
            prop_assert_eq!(read_from_app(&out), Ok(FromApp::Checkpoint { name: name.as_str().into() }));
            out.clear();
            write_clear_audio(&id, &mut out);
            prop_assert_eq!(read_from_app(&out), Ok(FromApp::ClearAudio));
            out.clear();
            write_send_dtmf(&name, &mut out);
            prop_assert_eq!(read_from_app(&out), Ok(FromApp::SendDtmf { digits: name.as_str().into() }));
        }

        #[test]
        fn what_the_carrier_writes_we_read(audio in prop::collection::vec(any::<u8>(), 0..700), name in ".{0,20}", headers in ".{0,20}", at in any::<u64>()) {
            let mut stream = CarrierStream::new("MA1", "c1", "s1", AudioFormat::L16At16k, &headers);
            let mut out = String::new();
            stream.start(&[Track::Inbound, Track::Outbound], &mut out);
            let FromCarrier::Start(start) = read_from_carrier(&out).unwrap() else { panic!("not start") };
            prop_assert_eq!((start.headers, start.format), (HeaderList::parse(&headers), Some(AudioFormat::L16At16k)));
            prop_assert_eq!(start.tracks, ["inbound", "outbound"]);

            out.clear();
            stream.media(Track::Outbound, at, &audio, &mut out);
            let FromCarrier::Media { at_millis, payload, track } = read_from_carrier(&out).unwrap() else { panic!("not media") };
            let mut back = Vec::new();
            decode_payload(&payload, &mut back).unwrap();
            prop_assert_eq!((back, at_millis, track), (audio, at, Track::Outbound));

            out.clear();
            stream.played(&name, &mut out);
            prop_assert_eq!(read_from_carrier(&out), Ok(FromCarrier::Played { name: name.as_str().into() }));
            out.clear();
            stream.failed(&name, &mut out);
            prop_assert_eq!(read_from_carrier(&out), Ok(FromCarrier::Failed { reason: name.as_str().into() }));
        }
    }
}
