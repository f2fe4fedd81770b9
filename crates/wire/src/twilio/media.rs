//! Messages of a media socket: the hot path of every call, fifty a second and direction.
//!
//! The carrier is the client of the socket and speaks [`FromCarrier`]; we speak [`FromApp`]. Both are read by slicing the
//! text where it has the plain shape that everybody sends (no escapes, no unknown keys); anything else goes to serde, which
//! decides what is right. Nothing is copied or allocated on the plain path, and audio goes through SIMD base64.
//!
//! What surprised us: `sequenceNumber`, `chunk` and `timestamp` are text, `sampleRate` and `channels` numbers;
//! `media.track` is `inbound` but `dtmf.track` is `inbound_track`; the order of keys differs between messages.

mod scan;
mod slow;
mod write;

use std::borrow::Cow;

use thiserror::Error;

pub use crate::track::Track;
pub use write::{CarrierStream, write_clear, write_mark, write_media};

/// Why a message cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("{what}")]
pub struct MediaFault {
    /// What is wrong; holds nothing of the message.
    pub what: &'static str,
    /// What Twilio logs for it: 31924 for what is no message, 31951 for one that says something wrong.
    pub code: u32,
}

impl MediaFault {
    pub(crate) const fn malformed(what: &'static str) -> Self {
        Self { what, code: 31924 }
    }

    pub(crate) const fn invalid(what: &'static str) -> Self {
        Self { what, code: 31951 }
    }
}

/// What the carrier says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FromCarrier<'a> {
    /// The socket is open; nothing is known yet.
    Connected,
    /// The stream begins.
    Start(Box<Start>),
    /// Sound.
    Media {
        /// Whose.
        track: Track,
        /// Milliseconds since the stream began; 0 if not said.
        at_millis: u64,
        /// Base64 of μ-law; see [`decode_payload`].
        payload: Cow<'a, str>,
    },
    /// All sound before this mark was played, or dropped by a clear.
    Mark {
        /// Its name.
        name: Cow<'a, str>,
    },
    /// A key was pressed.
    Dtmf {
        /// Which, as sent.
        digit: Cow<'a, str>,
    },
    /// The stream is over; the carrier closes the socket.
    Stop,
    /// Something newer than we are.
    Other,
}

/// How a stream begins. `Debug` shows no parameter, for one of them is the one-time token.
#[derive(Clone, PartialEq, Eq)]
pub struct Start {
    /// `MZ…`.
    pub stream_sid: String,
    /// `CA…`.
    pub call_sid: String,
    /// `AC…`.
    pub account_sid: String,
    /// `inbound`, `outbound` or both.
    pub tracks: Vec<String>,
    /// `audio/x-mulaw`.
    pub encoding: String,
    /// 8000.
    pub rate_hz: u32,
    /// 1.
    pub channels: u32,
    /// The `<Parameter>`s of the document.
    pub parameters: Vec<(String, String)>,
}

impl Start {
    /// Returns a parameter by its name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns whether the sound is what telephones use: μ-law, 8 kHz, one channel.
    pub fn is_telephone_audio(&self) -> bool {
        self.encoding == "audio/x-mulaw" && self.rate_hz == 8_000 && self.channels == 1
    }
}

impl std::fmt::Debug for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Start").field("stream", &self.stream_sid).field("call", &self.call_sid).finish_non_exhaustive()
    }
}

/// What the far side of the carrier's socket (we, or any other program) says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FromApp<'a> {
    /// Play this after all that is queued.
    Media {
        /// `MZ…`.
        stream_sid: Cow<'a, str>,
        /// Base64 of μ-law; see [`decode_payload`].
        payload: Cow<'a, str>,
    },
    /// Say when all before this was played.
    Mark {
        /// `MZ…`.
        stream_sid: Cow<'a, str>,
        /// Its name.
        name: Cow<'a, str>,
    },
    /// Drop all that is queued; every mark outstanding comes back at once.
    Clear {
        /// `MZ…`.
        stream_sid: Cow<'a, str>,
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

/// Reads a message of the far side, for the sandbox.
///
/// # Errors
/// What Twilio would log as 31924 or 31951; [`MediaFault::code`] says which. Unknown events are errors here.
pub fn read_from_app(text: &str) -> Result<FromApp<'_>, MediaFault> {
    match scan::scan(text).and_then(scan::Fields::into_apps) {
        Some(message) => Ok(message),
        None => slow::from_app(text),
    }
}

/// Appends the bytes of a payload.
///
/// # Errors
/// What is no base64; `out` is as before then.
pub fn decode_payload(payload: &str, out: &mut Vec<u8>) -> Result<(), MediaFault> {
    base64_simd::STANDARD.decode_append(payload.as_bytes(), out).map_err(|_| MediaFault::invalid("the payload is not base64"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MEDIA: &str =
        r#"{"event":"media","sequenceNumber":"3","media":{"track":"inbound","chunk":"1","timestamp":"5","payload":"//8="},"streamSid":"MZ1"}"#;

    #[test]
    fn the_plain_shape_never_reaches_serde() {
        for text in [
            MEDIA,
            &MEDIA.replace(':', ": ").replace(',', ", "),
            r#"{"event":"mark","sequenceNumber":"4","streamSid":"MZ1","mark":{"name":"utt-1"}}"#,
        ] {
            let fast = scan::scan(text).and_then(scan::Fields::into_carriers);
            assert!(fast.is_some(), "{text}");
            assert_eq!(fast.ok_or(MediaFault::malformed("")), slow::from_carrier(text));
        }
        for text in [r#"{"event":"media","streamSid":"MZ1","media":{"payload":"//8="}}"#, r#"{"event":"clear","streamSid":"MZ1"}"#] {
            let fast = scan::scan(text).and_then(scan::Fields::into_apps);
            assert!(fast.is_some(), "{text}");
            assert_eq!(fast.ok_or(MediaFault::malformed("")), slow::from_app(text));
        }
    }

    #[test]
    fn unusual_shapes_are_read_too() {
        let escaped = MEDIA.replace("//8=", r"\/\/8=").replace("\"3\"", "3").replace("\"5\"", "5");
        assert_eq!(read_from_carrier(&escaped), read_from_carrier(MEDIA));
        let newer = MEDIA.replace("\"track\"", "\"codec\":{\"a\":[1]},\"track\"");
        assert_eq!(read_from_carrier(&newer), read_from_carrier(MEDIA));
        assert_eq!(read_from_carrier(r#"{"event":"tea"}"#), Ok(FromCarrier::Other));
    }

    #[test]
    fn what_is_no_message_says_why() {
        let what = |text: &str| read_from_carrier(text).unwrap_err().what;
        assert_eq!(what("hello"), "not a JSON object of the known shape");
        assert_eq!(what("{}"), "no event");
        assert_eq!(what(r#"{"event":"media"}"#), "media without a payload");
        assert_eq!(what(&MEDIA.replace("\"5\"", "\"soon\"")), "a timestamp that is no number");
        assert_eq!(what(r#"{"event":"mark","mark":{}}"#), "a mark without a name");
        assert_eq!(read_from_app(r#"{"event":"foo","streamSid":"MZ1"}"#).unwrap_err().code, 31951);
        assert_eq!(read_from_app("[1]").unwrap_err().code, 31924);
        let mut out = vec![7];
        assert!(decode_payload("a&b=", &mut out).is_err());
        assert_eq!(out, [7]);
    }

    /// Messages built from parts that a stranger might combine, right and wrong.
    fn almost_messages() -> impl Strategy<Value = String> {
        let value = prop_oneof![
            Just("\"media\"".to_owned()),
            Just("\"mark\"".to_owned()),
            Just("\"clear\"".to_owned()),
            Just("\"stop\"".to_owned()),
            Just("\"inbound\"".to_owned()),
            Just("\"outbound\"".to_owned()),
            Just("null".to_owned()),
            Just("\"//8=\"".to_owned()),
            Just("{\"name\":\"a\"}".to_owned()),
            Just("{\"payload\":\"//8=\",\"timestamp\":\"20\"}".to_owned()),
            Just("{\"payload\":\"//8=\",\"track\":\"outbound\",\"timestamp\":20}".to_owned()),
            Just("{ }".to_owned()),
            (0_u64..u64::MAX).prop_map(|number| number.to_string()),
            (0_u64..u64::MAX).prop_map(|number| format!("\"{number}\"")),
            "\"[a-z\\\\\"\\n\\t é]{0,6}\"".prop_map(|text| text),
        ];
        let key = prop::sample::select(vec!["event", "streamSid", "sequenceNumber", "media", "mark", "other", "track", "payload"]);
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
        fn what_we_write_the_carrier_reads(audio in prop::collection::vec(any::<u8>(), 0..400), name in ".{0,20}", sid in ".{0,20}") {
            let mut out = String::new();
            write_media(&sid, &audio, &mut out);
            let FromApp::Media { stream_sid, payload } = read_from_app(&out).unwrap() else { panic!("not media") };
            prop_assert_eq!(stream_sid.as_ref(), sid.as_str());
            let mut back = Vec::new();
            decode_payload(&payload, &mut back).unwrap();
            prop_assert_eq!(back, audio);

            out.clear();
            write_mark(&sid, &name, &mut out);
            prop_assert_eq!(read_from_app(&out), Ok(FromApp::Mark { stream_sid: sid.as_str().into(), name: name.as_str().into() }));
            out.clear();
            write_clear(&sid, &mut out);
            prop_assert_eq!(read_from_app(&out), Ok(FromApp::Clear { stream_sid: sid.as_str().into() }));
        }

        #[test]
        fn what_the_carrier_writes_we_read(audio in prop::collection::vec(any::<u8>(), 0..400), name in ".{0,20}", key in ".{1,8}", at in any::<u64>()) {
            let mut stream = CarrierStream::new("AC1", "CA1", "MZ1");
            let mut out = String::new();
            stream.start(&[(key.clone(), name.clone())], &mut out);
            let FromCarrier::Start(start) = read_from_carrier(&out).unwrap() else { panic!("not start") };
            prop_assert_eq!(start.parameter(&key), Some(name.as_str()));
            prop_assert!(start.is_telephone_audio());

            out.clear();
            stream.media(Track::Inbound, at, &audio, &mut out);
            let FromCarrier::Media { at_millis, payload, track } = read_from_carrier(&out).unwrap() else { panic!("not media") };
            let mut back = Vec::new();
            decode_payload(&payload, &mut back).unwrap();
            prop_assert_eq!((back, at_millis, track), (audio, at, Track::Inbound));

            out.clear();
            stream.mark(&name, &mut out);
            prop_assert_eq!(read_from_carrier(&out), Ok(FromCarrier::Mark { name: name.as_str().into() }));
        }
    }
}
