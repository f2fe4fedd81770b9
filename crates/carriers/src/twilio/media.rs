//! Reads and writes the messages of one Twilio media socket.

use ports::carrier::{self, MediaCodec, MediaError, MediaEvent};
use telephony::CarrierCallId;
use telephony::dtmf::Digit;
use wire::twilio::document::TOKEN_PARAMETER;
use wire::twilio::media::{FromCarrier, MediaFault, Track, decode_payload, read_from_carrier, write_clear, write_mark, write_media};

/// The codec of one socket. Learns the stream's name from its start, and writes nothing before it.
#[derive(Clone, Default, Debug)]
pub struct TwilioMediaCodec {
    stream_sid: String,
    /// The carrier has said that the stream is over.
    is_over: bool,
}

impl MediaCodec for TwilioMediaCodec {
    fn read(&mut self, message: &str, audio: &mut Vec<u8>) -> Result<MediaEvent, MediaError> {
        audio.clear();
        let fault = |fault: MediaFault| MediaError { what: fault.what };
        // Fault F27: whatever follows the stop is of no call any more.
        if self.is_over {
            return Ok(MediaEvent::Other);
        }
        Ok(match read_from_carrier(message).map_err(fault)? {
            FromCarrier::Media { track, at_millis, payload } => {
                decode_payload(&payload, audio).map_err(fault)?;
                MediaEvent::Audio { track: ours(track), at_millis }
            }
            FromCarrier::Connected => MediaEvent::Connected,
            FromCarrier::Start(start) => {
                if !start.is_telephone_audio() {
                    return Err(MediaError { what: "the stream's audio is not mu-law at 8000 Hz, one channel" });
                }
                if !self.stream_sid.is_empty() {
                    return Err(MediaError { what: "a second start in one socket" });
                }
                let token = start.parameter(TOKEN_PARAMETER).map(str::to_owned);
                self.stream_sid = start.stream_sid;
                MediaEvent::Started { call: CarrierCallId::new(start.call_sid), token }
            }
            FromCarrier::Mark { name } => MediaEvent::Mark { name: name.into_owned() },
            FromCarrier::Dtmf { digit } => {
                let mut keys = digit.chars();
                match (keys.next().and_then(Digit::new), keys.next()) {
                    (Some(digit), None) => MediaEvent::Digit(digit),
                    _ => MediaEvent::Other,
                }
            }
            FromCarrier::Stop => {
                self.is_over = true;
                MediaEvent::Stopped
            }
            FromCarrier::Other => MediaEvent::Other,
        })
    }

    fn write_audio(&mut self, ulaw: &[u8], out: &mut String) {
        if !self.stream_sid.is_empty() {
            write_media(&self.stream_sid, ulaw, out);
        }
    }

    fn write_mark(&mut self, name: &str, out: &mut String) {
        if !self.stream_sid.is_empty() {
            write_mark(&self.stream_sid, name, out);
        }
    }

    fn write_clear(&mut self, out: &mut String) {
        if !self.stream_sid.is_empty() {
            write_clear(&self.stream_sid, out);
        }
    }
}

/// A two-way stream never carries our own voice; one that overhears carries both.
const fn ours(track: Track) -> carrier::Track {
    match track {
        Track::Inbound => carrier::Track::FromCallee,
        Track::Outbound => carrier::Track::ToCallee,
    }
}

#[cfg(test)]
mod tests {
    use wire::twilio::media::CarrierStream;

    use super::*;

    fn started() -> (TwilioMediaCodec, CarrierStream) {
        let mut codec = TwilioMediaCodec::default();
        let mut stream = CarrierStream::new("AC1", "CA1", "MZ1");
        let mut text = String::new();
        stream.start(&[("token".into(), "once".into())], &mut text);
        let event = codec.read(&text, &mut Vec::new()).unwrap();
        assert_eq!(event, MediaEvent::Started { call: CarrierCallId::new("CA1"), token: Some("once".into()) });
        (codec, stream)
    }

    #[test]
    fn audio_replaces_what_the_buffer_held() {
        let (mut codec, mut stream) = started();
        let mut text = String::new();
        stream.media(Track::Inbound, 40, &[1, 2, 3], &mut text);
        let mut audio = vec![9; 500];
        assert_eq!(codec.read(&text, &mut audio), Ok(MediaEvent::Audio { track: carrier::Track::FromCallee, at_millis: 40 }));
        assert_eq!(audio, [1, 2, 3]);
    }

    #[test]
    fn what_comes_after_the_stop_is_dropped() {
        let (mut codec, mut stream) = started();
        let mut texts = [String::new(), String::new(), String::new(), String::new()];
        stream.stop(&mut texts[0]);
        stream.media(Track::Inbound, 40, &[1, 2, 3], &mut texts[1]);
        stream.mark("turn-1/1", &mut texts[2]);
        stream.dtmf('9', &mut texts[3]);
        let mut audio = Vec::new();
        let read = texts.map(|text| codec.read(&text, &mut audio).unwrap());
        assert_eq!(read, [MediaEvent::Stopped, MediaEvent::Other, MediaEvent::Other, MediaEvent::Other]);
        assert_eq!(audio, [0; 0]);
    }

    #[test]
    fn nothing_is_written_before_the_stream_has_a_name() {
        let mut codec = TwilioMediaCodec::default();
        let mut out = String::new();
        codec.write_audio(&[1], &mut out);
        codec.write_mark("a", &mut out);
        codec.write_clear(&mut out);
        assert_eq!(out, "");
        let (mut codec, _) = started();
        codec.write_clear(&mut out);
        assert_eq!(out, r#"{"event":"clear","streamSid":"MZ1"}"#);
    }

    #[test]
    fn a_stream_we_cannot_hear_or_a_second_start_is_an_error() {
        let (mut codec, mut stream) = started();
        let mut text = String::new();
        stream.start(&[], &mut text);
        assert!(codec.read(&text, &mut Vec::new()).is_err());
        let wide = text.replace("8000", "16000");
        assert!(TwilioMediaCodec::default().read(&wide, &mut Vec::new()).is_err());
    }

    #[test]
    fn keys_that_no_telephone_has_are_passed_over() {
        let (mut codec, mut stream) = started();
        let mut read = |key: char| {
            let mut text = String::new();
            stream.dtmf(key, &mut text);
            codec.read(&text, &mut Vec::new()).unwrap()
        };
        assert_eq!(read('#'), MediaEvent::Digit(Digit::new('#').unwrap()));
        assert_eq!(read('x'), MediaEvent::Other);
    }
}
