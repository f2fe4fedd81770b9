//! What goes on beside the document, and beside those that follow it: one-way media streams and transcriptions, begun by
//! `<Start>` or over the API, ended by `<Stop>`, over the API, or with the call.

use audio::FRAME_SAMPLES;
use audio::frame::Frame;
use audio::g711::ulaw_encode;
use ports::speech_to_text::{Heard, Wanted};
use tokio::sync::mpsc;
use wire::http::{Form, Method};
use wire::twilio::callback::{LiveTranscriptionCallback, StreamCallback, TranscriptionNews};
use wire::twilio::document::{StartTranscription, Stop, Stream};
use wire::twilio::media::{CarrierStream, Track as MediaTrack};
use wire::twilio::rest::{StreamStart, Track, TranscriptionStart};

use super::{Driver, Event};
use crate::clock::wall_clock;
use crate::ear::{Ear, Noticed};
use crate::media_socket::{Came, Send};
use crate::twilio::fresh_sid;
use crate::twilio::handshake::{Query, code_of};

/// A stream that only listens.
pub(super) struct SideStream {
    sid: String,
    stream: Stream,
    carrier: CarrierStream,
    outgoing: mpsc::Sender<Send>,
    is_open: bool,
    frames: u64,
}

/// A transcription of the living call.
pub(super) struct SideTranscription {
    sid: String,
    settings: StartTranscription,
    method: Method,
    ears: Vec<(u32, MediaTrack, Ear)>,
    sequence: u32,
}

const fn tracks_of(track: &Track) -> &'static [MediaTrack] {
    match track {
        Track::Outbound => &[MediaTrack::Outbound],
        Track::Both => &[MediaTrack::Inbound, MediaTrack::Outbound],
        Track::Inbound | Track::Other(_) => &[MediaTrack::Inbound],
    }
}

const fn track_word(track: MediaTrack) -> Track {
    match track {
        MediaTrack::Inbound => Track::Inbound,
        MediaTrack::Outbound => Track::Outbound,
    }
}

impl Driver {
    /// Begins a stream that the API asked for.
    pub(super) fn start_stream(&mut self, sid: String, start: StreamStart) {
        let stream = Stream {
            name: start.name,
            track: start.track,
            status_callback: start.status_callback,
            status_callback_method: start.status_callback_method,
            parameters: start.parameters,
            ..Stream::new(start.url)
        };
        self.stream_beside(sid, stream);
    }

    /// Begins a stream beside whatever the call does.
    pub(super) fn stream_beside(&mut self, sid: String, stream: Stream) {
        self.service.remember_beside(&self.sid, &sid, stream.name.as_deref());
        let tracks = tracks_of(stream.track.as_ref().unwrap_or(&Track::Inbound));
        let carrier = CarrierStream::of_tracks(&self.service.credentials.account_sid, &self.sid, &sid, tracks);
        let (outgoing, mut incoming) = self.open_socket(&stream.url, Query::Refused);
        let (post, of) = (self.post.clone(), sid.clone());
        self.service.network.spawn(async move {
            while let Some(came) = incoming.recv().await {
                if post.send(Event::SideSocket(of.clone(), came)).is_err() {
                    return;
                }
            }
        });
        self.streams.push(SideStream { sid, stream, carrier, outgoing, is_open: false, frames: 0 });
    }

    pub(super) fn side_socket(&mut self, sid: &str, came: Came) {
        let Some(at) = self.streams.iter().position(|stream| stream.sid == sid) else { return };
        match came {
            Came::Opened => {
                let side = &mut self.streams[at];
                side.is_open = true;
                let (mut connected, mut start) = (String::new(), String::new());
                side.carrier.connected(&mut connected);
                side.carrier.start(&side.stream.parameters, &mut start);
                for text in [connected, start] {
                    let _ = side.outgoing.try_send(Send::Text(text));
                }
                self.note(|truth| truth.streams += 1);
                self.side_event(&self.streams[at], "stream-started", None);
            }
            Came::Refused(why) => {
                let code = code_of(why);
                let side = self.streams.remove(at);
                self.failed(code);
                self.side_event(&side, "stream-error", Some(code));
            }
            // The program has nothing to say on a one-way stream.
            Came::Text(_) | Came::NotText | Came::Pong => {}
            Came::Closed => {
                let side = self.streams.remove(at);
                self.failed(31_921);
                self.side_event(&side, "stream-stopped", None);
            }
        }
    }

    /// Sends 20 ms of both sides to all that listen.
    pub(super) fn beside_frame(&mut self, up: &Frame, down: &Frame) {
        let mut sent = 0;
        for side in self.streams.iter_mut().filter(|side| side.is_open) {
            for track in tracks_of(side.stream.track.as_ref().unwrap_or(&Track::Inbound)) {
                let mut ulaw = [0; FRAME_SAMPLES];
                ulaw_encode(if *track == MediaTrack::Inbound { up } else { down }, &mut ulaw);
                let mut text = String::new();
                side.carrier.media(*track, side.frames * 20, &ulaw, &mut text);
                // Who reads too slowly loses sound, not the call.
                sent += u64::from(side.outgoing.try_send(Send::Text(text)).is_ok());
            }
            side.frames += 1;
        }
        if sent > 0 {
            self.note(|truth| truth.frames_out += sent);
        }
        let mut said = Vec::new();
        for (at, transcription) in self.transcriptions.iter_mut().enumerate() {
            for (_, track, ear) in &mut transcription.ears {
                for noticed in ear.push(if *track == MediaTrack::Inbound { up } else { down }) {
                    if let Noticed::End { text } = noticed
                        && !text.is_empty()
                    {
                        said.push((at, *track, text, ear.confidence()));
                    }
                }
            }
        }
        for (at, track, text, confidence) in said {
            self.transcribed(at, track, &text, confidence, true);
        }
    }

    /// A key of the callee goes to streams as well.
    pub(super) fn beside_key(&mut self, key: char) {
        for side in self.streams.iter_mut().filter(|side| side.is_open) {
            let mut text = String::new();
            side.carrier.dtmf(key, &mut text);
            let _ = side.outgoing.try_send(Send::Text(text));
        }
    }

    /// Begins a transcription that the API asked for.
    pub(super) fn start_transcription(&mut self, sid: String, start: TranscriptionStart) {
        let plain = StartTranscription::default();
        let settings = StartTranscription {
            name: start.name,
            status_callback_url: start.status_callback,
            language_code: start.language_code,
            track: start.track.unwrap_or(Track::Both),
            inbound_track_label: start.inbound_track_label,
            outbound_track_label: start.outbound_track_label,
            transcription_engine: start.transcription_engine,
            speech_model: start.speech_model,
            partial_results: start.partial_results.unwrap_or(false),
            profanity_filter: start.profanity_filter.unwrap_or(true),
            hints: start.hints,
            enable_automatic_punctuation: start.enable_automatic_punctuation.unwrap_or(true),
            ..plain
        };
        let method = start.status_callback_method.unwrap_or(Method::Post);
        self.transcribe_beside(sid, settings, method);
    }

    pub(super) fn transcribe_beside(&mut self, sid: String, settings: StartTranscription, method: Method) {
        self.service.remember_beside(&self.sid, &sid, settings.name.as_deref());
        let mut ears = Vec::new();
        for track in tracks_of(&settings.track) {
            let (number, ear) = self.open_ear(Wanted::interims_if(settings.partial_results));
            ears.push((number, *track, ear));
        }
        let started = LiveTranscriptionCallback {
            provider_configuration: Some(
                serde_json::json!({
                    "profanityFilter": settings.profanity_filter.to_string(),
                    "speechModel": settings.speech_model.as_deref().unwrap_or("telephony"),
                    "enableAutomaticPunctuation": settings.enable_automatic_punctuation.to_string(),
                })
                .to_string(),
            ),
            engine: Some(settings.transcription_engine.clone().unwrap_or_else(|| "google".into())),
            name: Some(settings.name.clone().unwrap_or_else(|| sid.clone())),
            track: Some(settings.track.clone()),
            inbound_label: settings.inbound_track_label.clone(),
            outbound_label: settings.outbound_track_label.clone(),
            partial_results: Some(settings.partial_results),
            language: Some(settings.language_code.clone().unwrap_or_else(|| "en-US".into())),
            event: TranscriptionNews::Started,
            ..LiveTranscriptionCallback::default()
        };
        self.transcriptions.push(SideTranscription { sid, settings, method, ears, sequence: 0 });
        self.transcription_event(self.transcriptions.len() - 1, started);
    }

    pub(super) fn transcription_heard(&mut self, number: u32, heard: Heard) {
        let mut news = None;
        for (at, transcription) in self.transcriptions.iter_mut().enumerate() {
            if let Some((_, track, ear)) = transcription.ears.iter_mut().find(|(own, ..)| *own == number) {
                news = ear.heard(heard).filter(|_| transcription.settings.partial_results).map(|words| (at, *track, words));
                break;
            }
        }
        if let Some((at, track, words)) = news {
            self.transcribed(at, track, &words, None, false);
        }
    }

    fn transcribed(&mut self, at: usize, track: MediaTrack, words: &str, confidence: Option<u8>, is_final: bool) {
        let mut data = serde_json::json!({ "transcript": words });
        if is_final {
            data["confidence"] = (f64::from(confidence.unwrap_or(90)) / 100.0).into();
        }
        let language = self.transcriptions[at].settings.language_code.clone().unwrap_or_else(|| "en-US".into());
        let news = LiveTranscriptionCallback {
            event: TranscriptionNews::Content,
            language: Some(language),
            track: Some(track_word(track)),
            data: Some(data.to_string()),
            is_final: Some(is_final),
            stability: (!is_final).then(|| "0.9".into()),
            ..LiveTranscriptionCallback::default()
        };
        self.transcription_event(at, news);
    }

    fn transcription_event(&mut self, at: usize, news: LiveTranscriptionCallback) {
        let transcription = &mut self.transcriptions[at];
        transcription.sequence += 1;
        let Some(url) = transcription.settings.status_callback_url.clone() else { return };
        let news = LiveTranscriptionCallback {
            account_sid: self.service.credentials.account_sid.clone(),
            call_sid: self.sid.clone(),
            transcription_sid: transcription.sid.clone(),
            timestamp: Some(wire::date::iso8601_millis(wall_clock())),
            sequence_id: Some(transcription.sequence),
            ..news
        };
        let method = transcription.method;
        self.hook("transcription", method, url, news.to_form().into_owned());
    }

    /// `<Stop>`.
    pub(super) fn stop_beside(&mut self, stop: &Stop) {
        match stop {
            Stop::Stream(name) => self.stop_side_stream(name.as_deref()),
            Stop::Transcription(name) => self.stop_side_transcription(name.as_deref()),
            Stop::Other(element) => self.unsupported(&element.name),
        }
    }

    /// Stops a stream by its name or SID, the first if neither is said.
    pub(super) fn stop_side_stream(&mut self, name: Option<&str>) {
        let is_it = |side: &SideStream| name.is_none_or(|name| side.sid == name || side.stream.name.as_deref() == Some(name));
        if let Some(at) = self.streams.iter().position(is_it) {
            let side = self.streams.remove(at);
            self.end_side_stream(side);
        }
    }

    fn end_side_stream(&self, mut side: SideStream) {
        if side.is_open {
            let mut text = String::new();
            side.carrier.stop(&mut text);
            let _ = side.outgoing.try_send(Send::Text(text));
            let _ = side.outgoing.try_send(Send::Close);
            self.side_event(&side, "stream-stopped", None);
        }
    }

    /// Stops a transcription by its name or SID, the first if neither is said.
    pub(super) fn stop_side_transcription(&mut self, name: Option<&str>) {
        let is_it = |side: &SideTranscription| name.is_none_or(|name| side.sid == name || side.settings.name.as_deref() == Some(name));
        if let Some(at) = self.transcriptions.iter().position(is_it) {
            self.transcription_event(at, LiveTranscriptionCallback { event: TranscriptionNews::Stopped, ..LiveTranscriptionCallback::default() });
            self.transcriptions.remove(at);
        }
    }

    /// The call is over.
    pub(super) fn end_beside(&mut self) {
        for side in std::mem::take(&mut self.streams) {
            self.end_side_stream(side);
        }
        while !self.transcriptions.is_empty() {
            self.stop_side_transcription(None);
        }
    }

    fn side_event(&self, side: &SideStream, event: &str, code: Option<u32>) {
        let Some(url) = side.stream.status_callback.clone() else { return };
        let form: Form<'static> = StreamCallback {
            account_sid: self.service.credentials.account_sid.clone(),
            call_sid: self.sid.clone(),
            stream_sid: side.sid.clone(),
            stream_name: side.stream.name.clone().unwrap_or_else(|| side.sid.clone()),
            event: event.to_owned(),
            error: code.map(|code| format!("Error {code}")),
            at: Some(wall_clock()),
            others: Vec::new(),
        }
        .to_form()
        .into_owned();
        self.hook("stream", side.stream.status_callback_method.unwrap_or(Method::Post), url, form);
    }

    /// Begins something that a document started.
    pub(super) fn start_beside(&mut self, what: wire::twilio::document::Started) {
        use wire::twilio::document::Started;
        match what {
            Started::Recording(recording) => self.record_beside(&recording),
            Started::Stream(stream) => {
                if let Ok(sid) = fresh_sid("MZ") {
                    self.stream_beside(sid, stream);
                }
            }
            Started::Transcription(settings) => {
                if let Ok(sid) = fresh_sid("GT") {
                    let method = settings.status_callback_method;
                    self.transcribe_beside(sid, *settings, method);
                }
            }
            Started::Other(element) => self.unsupported(&element.name),
        }
    }
}
