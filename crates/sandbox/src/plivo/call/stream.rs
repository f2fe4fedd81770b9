//! `<Stream>`, and streams that the API starts: the call's sound over a socket, until the program closes it, the time is up or
//! the call ends.
//!
//! The line itself is μ-law, as telephone lines are, so whatever the stream's form is, the callee hears μ-law. A stream ends with
//! the close of its socket: there is no message that says so.

use audio::FRAME_SAMPLES;
use audio::frame::Frame;
use audio::g711::{ulaw_decode, ulaw_encode};
use audio::resample::{Conversion, Resampler};
use telephony::Timestamp;
use tokio::sync::mpsc;
use wire::date;
use wire::http::Method;
use wire::plivo::callback::StreamCallback;
use wire::plivo::clock::with_offset;
use wire::plivo::decimal::Decimal;
use wire::plivo::document::Stream;
use wire::plivo::media::{AudioFormat, CarrierStream, FromApp, MAX_PAYLOAD_CHARS, Track, decode_payload, push_l16, read_from_app, read_l16};
use wire::plivo::rest::{AudioTrack, StartStream};
use wire::plivo::status::{Direction, StreamEvent};

use super::{Doing, Driver};
use crate::clock::wall_clock;
use crate::media_socket::{self, Came, MAX_WAITING, Send, Way};
use crate::playout::Playout;
use crate::plivo::fresh_uuid;
use crate::plivo::handshake::{handshake, is_sound};

/// Messages of the program that may wait to be read.
const MAX_UNREAD: usize = 256;

/// How often a socket is asked for.
const ATTEMPTS: u32 = 3;

/// Samples that wait to be played at most: a minute by Plivo's guide. What comes on top is lost.
const MAX_QUEUED: usize = 60 * 8_000;

/// A warning goes out when so much of that is full.
const DEGRADED_AT_PERCENT: [usize; 3] = [30, 60, 90];

/// A stream and what belongs to it.
pub(super) struct Streaming {
    id: String,
    url: String,
    carrier: CarrierStream,
    playout: Playout,
    outgoing: mpsc::Sender<Send>,
    pub(super) incoming: mpsc::Receiver<Came>,
    attempts_left: u32,
    is_open: bool,
    /// The document waits for its end.
    blocks: bool,
    is_two_way: bool,
    tracks: Vec<(Track, Resampler)>,
    /// The program's sound on its way to 8 kHz.
    down: Resampler,
    frames: u64,
    frames_left: u64,
    began_at: Timestamp,
    status: Option<(String, Option<Method>)>,
    /// Checkpoints whose sound is played with the frame in hand; told behind it.
    played: Vec<String>,
    warnings: usize,
}

/// How a stream is made, whoever asks for it.
struct Wanted {
    url: String,
    format: AudioFormat,
    is_two_way: bool,
    track: AudioTrack,
    blocks: bool,
    seconds: u32,
    headers: String,
    status: Option<(String, Option<Method>)>,
}

impl Driver {
    /// Connects the call. Returns whether the document waits for the stream's end.
    pub(super) fn connect(&mut self, stream: &Stream) -> bool {
        let Ok(id) = fresh_uuid() else { return false };
        if self.stream.is_some() {
            // A call has one stream at a time; that a second one is passed over is our reading.
            return false;
        }
        let blocks = stream.keep_call_alive();
        let wanted = Wanted {
            url: stream.url.clone(),
            format: stream.format().unwrap_or(AudioFormat::L16At8k),
            is_two_way: stream.bidirectional(),
            track: stream.audio_track(),
            blocks,
            seconds: stream.stream_timeout(),
            headers: stream.extra_headers.to_text(),
            status: stream.status_callback_url.clone().map(|url| (url, stream.status_callback_method)),
        };
        let resource = wire::plivo::rest::StreamResource {
            service_url: Some(stream.url.clone()),
            audio_track: Some(stream.audio_track().as_str().to_owned()),
            bidirectional: Some(stream.bidirectional()),
            content_type: stream.content_type.clone(),
            status_callback_url: stream.status_callback_url.clone(),
            ..self.service.new_stream(&self.uuid, &id)
        };
        self.service.registry.with(|shelves| shelves.streams.add(id.clone(), resource));
        self.open_stream(id, wanted);
        if blocks {
            self.doing = Doing::Streaming;
        }
        blocks
    }

    /// The API wants a stream beside the document.
    pub(super) fn start_stream(&mut self, id: String, start: StartStream) {
        if self.stream.is_some() {
            return;
        }
        let format = start.content_type.as_deref().map_or(Some(AudioFormat::L16At8k), AudioFormat::parse);
        let wanted = Wanted {
            url: start.service_url.as_str().to_owned(),
            format: format.unwrap_or(AudioFormat::L16At8k),
            is_two_way: start.bidirectional == Some(true),
            track: start.audio_track.unwrap_or(AudioTrack::Inbound),
            blocks: false,
            seconds: start.stream_timeout.unwrap_or(86_400),
            headers: start.extra_headers.to_text(),
            status: start.status_callback_url.map(|url| (url.as_str().to_owned(), start.status_callback_method)),
        };
        self.open_stream(id, wanted);
    }

    fn open_stream(&mut self, id: String, wanted: Wanted) {
        let account = self.service.account.as_str();
        let tracks = match wanted.track {
            AudioTrack::Outbound => vec![Track::Outbound],
            AudioTrack::Both => vec![Track::Inbound, Track::Outbound],
            AudioTrack::Inbound | AudioTrack::Other(_) => vec![Track::Inbound],
        };
        let (outgoing, incoming) = self.open_socket(&wanted.url);
        self.service.registry.change(&self.uuid, |call| call.has_stream = true);
        self.stream = Some(Box::new(Streaming {
            carrier: CarrierStream::new(account, &self.uuid, &id, wanted.format, &wanted.headers),
            id,
            url: wanted.url,
            playout: Playout::default(),
            outgoing,
            incoming,
            attempts_left: ATTEMPTS - 1,
            is_open: false,
            blocks: wanted.blocks,
            is_two_way: wanted.is_two_way,
            tracks: tracks.into_iter().map(|track| (track, Resampler::new(Conversion::Up8To16))).collect(),
            down: Resampler::new(Conversion::Down16To8),
            frames: 0,
            frames_left: u64::from(wanted.seconds) * 50,
            began_at: wall_clock(),
            status: wanted.status,
            played: Vec::new(),
            warnings: 0,
        }));
    }

    fn open_socket(&self, url: &str) -> (mpsc::Sender<Send>, mpsc::Receiver<Came>) {
        let (outgoing, to_send) = mpsc::channel(MAX_WAITING);
        let (came, incoming) = mpsc::channel(MAX_UNREAD);
        let way = Way::of(&self.line.faults, self.service.network.config.seed, is_sound);
        let to = handshake(url, self.service.webhooks.keys());
        self.service.network.spawn(media_socket::run(way, to, to_send, came));
        (outgoing, incoming)
    }

    pub(super) fn stream_came(&mut self, came: Came) {
        match came {
            Came::Opened => self.stream_opened(),
            Came::Refused(_) => self.stream_refused(),
            Came::Text(text) => self.app_said(&text),
            // Plivo's sockets carry text alone; anything else says nothing.
            Came::NotText | Came::Pong => {}
            Came::Closed => self.stream_ends(StreamEvent::Stopped, "closed by the program"),
        }
    }

    fn stream_refused(&mut self) {
        let Some(stream) = &mut self.stream else { return };
        if stream.attempts_left == 0 {
            return self.stream_ends(StreamEvent::Dropped, "connection_failed");
        }
        stream.attempts_left -= 1;
        let url = stream.url.clone();
        let (outgoing, incoming) = self.open_socket(&url);
        if let Some(stream) = &mut self.stream {
            (stream.outgoing, stream.incoming) = (outgoing, incoming);
        }
    }

    fn stream_opened(&mut self) {
        let Some(stream) = &mut self.stream else { return };
        stream.is_open = true;
        stream.began_at = wall_clock();
        let tracks: Vec<Track> = stream.tracks.iter().map(|(track, _)| *track).collect();
        let mut text = String::new();
        stream.carrier.start(&tracks, &mut text);
        send(stream, text);
        let (id, started) = (stream.id.clone(), with_offset(stream.began_at));
        self.service.registry.with(|shelves| shelves.streams.get_mut(&id).map(|stream| stream.start_time = Some(started)));
        self.note(|truth| truth.streams += 1);
        self.stream_event(StreamEvent::Started, None);
    }

    fn app_said(&mut self, text: &str) {
        let Some(stream) = &mut self.stream else { return };
        match read_from_app(text) {
            Ok(FromApp::PlayAudio { payload, .. }) => self.play_audio(&payload),
            Ok(FromApp::Checkpoint { name }) => {
                let played = stream.playout.mark(name.into_owned());
                self.note(|truth| truth.marks_in += 1);
                self.tell_played(played.into_iter().collect());
            }
            Ok(FromApp::ClearAudio) => {
                // Checkpoints whose sound was dropped were never played, and are not told.
                stream.playout.clear();
                let mut text = String::new();
                stream.carrier.cleared(&mut text);
                send(stream, text);
                self.note(|truth| truth.clears += 1);
            }
            Ok(FromApp::SendDtmf { digits }) => {
                let digits = digits.into_owned();
                self.press_beside(digits);
            }
            Err(fault) => refuse(stream, fault.what),
        }
    }

    /// Takes sound to be played, in the stream's own form: what comes in another is noise.
    fn play_audio(&mut self, payload: &str) {
        let Some(stream) = &mut self.stream else { return };
        let mut bytes = Vec::new();
        if !stream.is_two_way {
            return refuse(stream, "the stream is not bidirectional");
        }
        if payload.len() > MAX_PAYLOAD_CHARS {
            return refuse(stream, "more than 16 KB of audio in one message");
        }
        if let Err(fault) = decode_payload(payload, &mut bytes) {
            return refuse(stream, fault.what);
        }
        let ulaw = stream.line_sound(bytes);
        let samples = ulaw.len() as u64;
        if stream.playout.queued() + ulaw.len() > MAX_QUEUED || !stream.playout.push(&ulaw) {
            return refuse(stream, "the playback buffer is full");
        }
        let percent = stream.playout.queued() * 100 / MAX_QUEUED;
        let is_degraded = DEGRADED_AT_PERCENT.get(stream.warnings).is_some_and(|at| percent >= *at);
        stream.warnings += usize::from(is_degraded);
        self.note(|truth| truth.samples_in += samples);
        if is_degraded {
            self.stream_event(StreamEvent::Degraded, Some("playback buffer"));
        }
    }

    fn tell_played(&mut self, names: Vec<String>) {
        let Some(stream) = &mut self.stream else { return };
        let count = names.len() as u64;
        for name in names {
            let mut text = String::new();
            stream.carrier.played(&name, &mut text);
            send(stream, text);
        }
        self.note(|truth| truth.marks_out += count);
    }

    /// Plays 20 ms of what the program sent. Returns whether there is a stream that can be heard.
    pub(super) fn play_stream(&mut self, down: &mut Frame) -> bool {
        let Some(stream) = self.stream.as_mut().filter(|stream| stream.is_two_way) else { return false };
        let mut ulaw = [0; FRAME_SAMPLES];
        stream.played = stream.playout.play(&mut ulaw);
        let played = stream.playout.played();
        ulaw_decode(&ulaw, down);
        self.note(|truth| truth.samples_played = truth.samples_played.max(played));
        true
    }

    /// Sends 20 ms of each track, then the checkpoints of what the callee heard in them.
    pub(super) fn stream_frame(&mut self, up: &Frame, down: &Frame) {
        let Some(stream) = self.stream.as_mut().filter(|stream| stream.is_open) else { return };
        let at_millis = u64::try_from(stream.began_at.as_millis()).unwrap_or(0) + stream.frames * 20;
        let format = stream.carrier.format();
        let mut messages = Vec::new();
        for (track, resampler) in &mut stream.tracks {
            let bytes = bytes_of(format, if *track == Track::Outbound { down } else { up }, resampler);
            let mut text = String::new();
            stream.carrier.media(*track, at_millis, &bytes, &mut text);
            messages.push(text);
        }
        stream.frames += 1;
        stream.frames_left = stream.frames_left.saturating_sub(1);
        let is_over = stream.frames_left == 0;
        let played = std::mem::take(&mut stream.played);
        if !messages.into_iter().all(|text| send(stream, text)) {
            return self.stream_ends(StreamEvent::Dropped, "the program reads too slowly");
        }
        self.note(|truth| truth.frames_out += 1);
        self.tell_played(played);
        if is_over {
            self.stream_ends(StreamEvent::Stopped, "timeout");
        }
    }

    pub(super) fn stream_key(&mut self, key: char) {
        let Some(stream) = self.stream.as_mut().filter(|stream| stream.is_open) else { return };
        let mut text = String::new();
        stream.carrier.dtmf(key, u64::try_from(wall_clock().as_millis()).unwrap_or(0), &mut text);
        send(stream, text);
    }

    /// The stream is over by itself: the document goes on, if it waits for that.
    fn stream_ends(&mut self, event: StreamEvent, reason: &'static str) {
        self.stream_event(event, Some(reason));
        let Some(stream) = self.stream.take() else { return };
        self.forget_stream(&stream);
        // A slow program is closed as well; what waits in its channel is lost.
        let _ = stream.outgoing.try_send(Send::Close);
        if stream.blocks && matches!(self.doing, Doing::Streaming) {
            self.doing = Doing::Idle;
            self.next_verb();
        }
    }

    /// The call takes the stream away: because it ends, goes elsewhere, or the API says so.
    ///
    /// Of a stream that ends with its call nothing is told.
    pub(super) fn stop_stream(&mut self, reason: &'static str) {
        match reason {
            "api" => self.stream_ends(StreamEvent::Stopped, "stopped by the API"),
            _ => {
                if reason == "transfer" {
                    self.stream_event(StreamEvent::Stopped, Some("transfer"));
                }
                if let Some(stream) = self.stream.take() {
                    self.forget_stream(&stream);
                    let _ = stream.outgoing.try_send(Send::Close);
                }
            }
        }
    }

    fn forget_stream(&self, stream: &Streaming) {
        self.service.registry.change(&self.uuid, |call| call.has_stream = false);
        let seconds = u32::try_from(stream.frames.div_ceil(50)).unwrap_or(u32::MAX);
        self.service.registry.with(|shelves| {
            let Some(kept) = shelves.streams.get_mut(&stream.id) else { return };
            kept.end_time = Some(with_offset(wall_clock()));
            kept.status = Some(if stream.is_open { "completed" } else { "failed" }.to_owned());
            kept.bill_duration = Some(seconds);
            kept.rounded_bill_duration = Some(seconds.div_ceil(60) * 60);
            kept.billed_amount = Some(Decimal::of_micros(0));
        });
    }

    fn stream_event(&self, event: StreamEvent, reason: Option<&str>) {
        let Some(stream) = &self.stream else { return };
        let Some((url, method)) = stream.status.clone() else { return };
        let (from, to) = self.ends();
        let is_over = matches!(event, StreamEvent::Stopped | StreamEvent::Dropped);
        let callback = StreamCallback {
            stream_id: stream.id.clone(),
            call_uuid: Some(self.uuid.clone()),
            event: Some(event.as_str().to_owned()),
            timestamp: Some(date::iso8601(wall_clock())),
            from: Some(from.trim_start_matches('+').to_owned()),
            to: Some(to),
            direction: Some(Direction::Outbound),
            reason: reason.map(str::to_owned),
            duration: is_over.then(|| u32::try_from(stream.frames / 50).unwrap_or(u32::MAX)),
            ..StreamCallback::default()
        };
        self.hook("stream", method, url, callback.to_form().into_owned());
    }
}

impl Streaming {
    /// Returns sound of the stream's form as the line carries it.
    fn line_sound(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        let format = self.carrier.format();
        if format == AudioFormat::Mulaw8k {
            return bytes;
        }
        let mut samples = Vec::new();
        read_l16(&bytes, &mut samples);
        if format == AudioFormat::L16At16k {
            let wide = std::mem::take(&mut samples);
            self.down.push(&wide, &mut samples);
        }
        let mut ulaw = vec![0; samples.len()];
        ulaw_encode(&samples, &mut ulaw);
        ulaw
    }
}

/// Returns 20 ms of the line in the stream's form.
fn bytes_of(format: AudioFormat, frame: &Frame, up: &mut Resampler) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(format.frame_bytes());
    match format {
        AudioFormat::Mulaw8k => {
            bytes.resize(FRAME_SAMPLES, 0);
            ulaw_encode(frame, &mut bytes);
        }
        AudioFormat::L16At8k => push_l16(frame, &mut bytes),
        AudioFormat::L16At16k => {
            let mut wide = Vec::with_capacity(2 * FRAME_SAMPLES);
            up.push(frame, &mut wide);
            push_l16(&wide, &mut bytes);
        }
    }
    bytes
}

/// Hands a message to the socket; false if the program reads too slowly to be still with us.
fn send(stream: &Streaming, text: String) -> bool {
    stream.outgoing.try_send(Send::Text(text)).is_ok()
}

/// Tells the program that something it sent cannot be played.
fn refuse(stream: &Streaming, what: &str) {
    let mut text = String::new();
    stream.carrier.failed(what, &mut text);
    send(stream, text);
}
