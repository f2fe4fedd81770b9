//! `<Stream>`: the sound of the call over a socket.

use super::attributes::{Attributes, Faults, element, flag, headers, method, number, text, text_inside, url, within, word};
use crate::http::Method;
use crate::plivo::headers::HeaderList;
use crate::plivo::media::AudioFormat;
use crate::plivo::rest::{AudioTrack, SocketUrl};
use crate::xml::Element;

element! {
    /// Connects the call to a socket. A call has one stream at a time.
    Stream = "Stream" {
        /// We speak as well. Only with the inbound track.
        bidirectional: Option<bool> = flag("bidirectional") [bool: false];
        /// Whose sound.
        audio_track: Option<AudioTrack> = word("audioTrack") [AudioTrack: AudioTrack::Inbound];
        /// `audio/x-mulaw;rate=8000` and the like. Say it always: what holds otherwise differs from page to page.
        content_type: Option<String> = text("contentType");
        /// Stay in it: the next element runs once the stream has ended. If not, it runs at once, and without one the call ends.
        keep_call_alive: Option<bool> = flag("keepCallAlive") [bool: false];
        /// Seconds after which the stream ends.
        stream_timeout: Option<u32> = number("streamTimeout") [u32: 86_400];
        /// What comes with every message of the socket.
        extra_headers: HeaderList = headers("extraHeaders");
        /// Where its states are reported to.
        status_callback_url: Option<String> = url("statusCallbackUrl");
        /// How to report them.
        status_callback_method: Option<Method> = method("statusCallbackMethod") [Method: Method::Post];
        /// Take noise out of what is heard.
        noise_cancellation: Option<bool> = flag("noiseCancellation") [bool: false];
        /// How much.
        noise_cancellation_level: Option<u32> = within("noiseCancellationLevel", 60..=100) [u32: 85];
    }
    inside {
        /// Where the socket is; a query survives.
        url: String,
    }
}

impl Stream {
    /// Returns a conversation: sound both ways, in this form, and the call stays in it until the socket is closed.
    pub fn two_way(url: impl Into<String>, format: AudioFormat) -> Self {
        Self {
            bidirectional: Some(true),
            keep_call_alive: Some(true),
            content_type: Some(format.content_type().to_owned()),
            url: url.into(),
            ..Self::default()
        }
    }

    /// Returns a stream that only listens, to this track, beside what follows.
    pub fn listening(url: impl Into<String>, track: AudioTrack, format: AudioFormat) -> Self {
        Self {
            bidirectional: Some(false),
            audio_track: Some(track),
            content_type: Some(format.content_type().to_owned()),
            url: url.into(),
            ..Self::default()
        }
    }

    /// Returns the form of the sound. Not said, it is L16 at 8 kHz by the reference page and by a log that was seen; the
    /// guide says μ-law. `None` if it is none that we know.
    pub fn format(&self) -> Option<AudioFormat> {
        self.content_type.as_deref().map_or(Some(AudioFormat::L16At8k), AudioFormat::parse)
    }

    pub(super) fn read(element: &Element, faults: &mut Faults) -> Self {
        let mut attributes = Attributes { element, faults };
        let mut stream = Self::read_attributes(&mut attributes, &[]);
        if stream.format().is_none() {
            attributes.doubt("contentType", "an unknown value");
        }
        if stream.bidirectional() && stream.audio_track() != AudioTrack::Inbound {
            attributes.refuse("audioTrack", "only inbound in a stream that is bidirectional");
        }
        stream.url = text_inside(element, faults);
        if !stream.url.is_empty() && SocketUrl::parse(&stream.url).is_err() {
            faults.doubt(Self::TAG, "an address that is not wss://");
        }
        stream
    }

    pub(super) fn write(&self) -> Element {
        self.write_attributes().text(self.url.clone())
    }
}
