//! Reads and writes the messages of one Plivo audio stream.
//!
//! What surprised us: times count from 1970, or from the stream's beginning, so they are counted from the first one seen; a
//! checkpoint may be told after a clear, as at Twilio, so its name alone says which turn it was of.

use std::sync::Arc;

use ports::carrier::{self, MediaCodec, MediaError, MediaEvent};
use telephony::CarrierCallId;
use telephony::dtmf::Digit;
use wire::plivo::document::TOKEN_HEADER;
use wire::plivo::media::{
    AudioFormat, FromCarrier, MAX_AUDIO_BYTES, MediaFault, Track, decode_payload, read_from_carrier, write_checkpoint, write_clear_audio,
    write_play_audio,
};

use super::names::Names;

/// The codec of one socket. Learns the stream's name from its start, and writes nothing before it.
#[derive(Clone, Debug)]
pub struct PlivoMediaCodec {
    names: Arc<Names>,
    stream_id: String,
    began_at_millis: Option<u64>,
    /// The carrier has said that the stream is over.
    is_over: bool,
}

impl PlivoMediaCodec {
    pub(super) fn new(names: Arc<Names>) -> Self {
        Self { names, stream_id: String::new(), began_at_millis: None, is_over: false }
    }
}

impl MediaCodec for PlivoMediaCodec {
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
                let began = *self.began_at_millis.get_or_insert(at_millis);
                MediaEvent::Audio { track: ours(track), at_millis: at_millis.saturating_sub(began) }
            }
            FromCarrier::Start(start) => {
                // What is not said is what we asked for by name; anything else would be noise.
                if start.format.is_some_and(|format| format != AudioFormat::Mulaw8k) {
                    return Err(MediaError { what: "the stream's audio is not mu-law at 8000 Hz" });
                }
                if !self.stream_id.is_empty() {
                    return Err(MediaError { what: "a second start in one socket" });
                }
                let token = start.headers.get(TOKEN_HEADER).map(str::to_owned);
                self.stream_id = start.stream_id;
                MediaEvent::Started { call: CarrierCallId::new(self.names.ours(&start.call_uuid)), token }
            }
            FromCarrier::Played { name } => MediaEvent::Mark { name: name.into_owned() },
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
            FromCarrier::Failed { .. } => {
                tracing::debug!("Plivo could not play something");
                MediaEvent::Other
            }
            FromCarrier::Cleared | FromCarrier::Other => MediaEvent::Other,
        })
    }

    fn write_audio(&mut self, ulaw: &[u8], out: &mut String) {
        if self.stream_id.is_empty() {
            return;
        }
        debug_assert!(ulaw.len() <= MAX_AUDIO_BYTES, "audio moves in frames of 160 bytes");
        write_play_audio(AudioFormat::Mulaw8k, ulaw, out);
    }

    fn write_mark(&mut self, name: &str, out: &mut String) {
        if !self.stream_id.is_empty() {
            write_checkpoint(&self.stream_id, name, out);
        }
    }

    fn write_clear(&mut self, out: &mut String) {
        if !self.stream_id.is_empty() {
            write_clear_audio(&self.stream_id, out);
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
    use wire::plivo::media::{CarrierStream, FromApp, read_from_app};

    use super::*;

    fn started(names: Names) -> (PlivoMediaCodec, CarrierStream, MediaEvent) {
        let mut codec = PlivoMediaCodec::new(Arc::new(names));
        let mut stream = CarrierStream::new("MA1", "c1", "s1", AudioFormat::Mulaw8k, "token=once");
        let mut text = String::new();
        stream.start(&[Track::Inbound], &mut text);
        let event = codec.read(&text, &mut Vec::new()).unwrap();
        (codec, stream, event)
    }

    #[test]
    fn a_stream_presents_its_token_and_the_call_by_the_name_of_its_request() {
        let (_, _, event) = started(Names::default());
        assert_eq!(event, MediaEvent::Started { call: CarrierCallId::new("c1"), token: Some("once".into()) });
        let names = Names::default();
        names.learn(Some("r1"), "c1");
        let (_, _, event) = started(names);
        assert_eq!(event, MediaEvent::Started { call: CarrierCallId::new("r1"), token: Some("once".into()) });
    }

    #[test]
    fn trap_17_times_count_from_the_first_sound_whatever_clock_they_are_of() {
        let (mut codec, mut stream, _) = started(Names::default());
        for (at, counted) in [(1_789_547_628_021, 0), (1_789_547_628_041, 20), (1_789_547_628_020, 0)] {
            let mut text = String::new();
            stream.media(Track::Inbound, at, &[1, 2, 3], &mut text);
            let mut audio = vec![9; 500];
            assert_eq!(codec.read(&text, &mut audio), Ok(MediaEvent::Audio { track: carrier::Track::FromCallee, at_millis: counted }));
            assert_eq!(audio, [1, 2, 3]);
        }
    }

    #[test]
    fn trap_7_and_8_what_is_played_is_bare_mu_law_and_another_form_is_refused() {
        let (mut codec, _, _) = started(Names::default());
        let mut out = String::new();
        codec.write_audio(&[0xff; 160], &mut out);
        let FromApp::PlayAudio { format, payload } = read_from_app(&out).unwrap() else { panic!("{out}") };
        let mut audio = Vec::new();
        decode_payload(&payload, &mut audio).unwrap();
        assert_eq!((format, audio), (AudioFormat::Mulaw8k, vec![0xff; 160]));

        let mut wide = String::new();
        CarrierStream::new("MA1", "c1", "s1", AudioFormat::L16At16k, "").start(&[Track::Inbound], &mut wide);
        assert!(PlivoMediaCodec::new(Arc::default()).read(&wide, &mut Vec::new()).is_err());
    }

    #[test]
    fn trap_26_a_checkpoint_that_crosses_a_clear_keeps_its_own_name() {
        let (mut codec, mut stream, _) = started(Names::default());
        let mut out = String::new();
        codec.write_mark("turn-3/1", &mut out);
        out.clear();
        codec.write_clear(&mut out);
        assert_eq!(out, r#"{"event":"clearAudio","streamId":"s1"}"#);
        let mut said = |write: &dyn Fn(&mut CarrierStream, &mut String)| {
            let mut text = String::new();
            write(&mut stream, &mut text);
            codec.read(&text, &mut Vec::new()).unwrap()
        };
        assert_eq!(said(&|stream, out| stream.cleared(out)), MediaEvent::Other);
        assert_eq!(said(&|stream, out| stream.played("turn-3/1", out)), MediaEvent::Mark { name: "turn-3/1".into() });
        assert_eq!(said(&|stream, out| stream.dtmf('#', 7, out)), MediaEvent::Digit(Digit::new('#').unwrap()));
        assert_eq!(said(&|stream, out| stream.dtmf('x', 7, out)), MediaEvent::Other);
        assert_eq!(said(&|stream, out| stream.failed("no", out)), MediaEvent::Other);
        assert_eq!(said(&|stream, out| stream.stop(out)), MediaEvent::Stopped);
    }

    #[test]
    fn what_comes_after_the_stop_is_dropped() {
        let (mut codec, mut stream, _) = started(Names::default());
        let mut texts = [String::new(), String::new(), String::new(), String::new()];
        stream.stop(&mut texts[0]);
        stream.media(Track::Inbound, 40, &[1, 2, 3], &mut texts[1]);
        stream.played("turn-1/1", &mut texts[2]);
        stream.dtmf('9', 7, &mut texts[3]);
        let mut audio = Vec::new();
        let read = texts.map(|text| codec.read(&text, &mut audio).unwrap());
        assert_eq!(read, [MediaEvent::Stopped, MediaEvent::Other, MediaEvent::Other, MediaEvent::Other]);
        assert_eq!(audio, [0; 0]);
    }

    #[test]
    fn nothing_is_written_before_the_stream_has_a_name() {
        let mut codec = PlivoMediaCodec::new(Arc::default());
        let mut out = String::new();
        codec.write_audio(&[1], &mut out);
        codec.write_mark("a", &mut out);
        codec.write_clear(&mut out);
        assert_eq!(out, "");
    }
}
