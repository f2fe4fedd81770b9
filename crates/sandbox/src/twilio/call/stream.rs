//! `<Connect><Stream>`: the call's sound over a socket, until the program closes it or the call ends.

use audio::FRAME_SAMPLES;
use audio::frame::Frame;
use audio::g711::{ulaw_decode, ulaw_encode};
use tokio::sync::mpsc;
use wire::http::Method;
use wire::twilio::callback::StreamCallback;
use wire::twilio::document::Stream;
use wire::twilio::media::{CarrierStream, FromApp, MediaFault, Track, decode_payload, read_from_app};

use super::{Doing, Driver};
use crate::clock::wall_clock;
use crate::media_socket::{Came, Send};
use crate::playout::Playout;
use crate::twilio::fresh_sid;
use crate::twilio::handshake::{Query, code_of};

/// A stream and what belongs to it.
pub(super) struct Streaming {
    stream: Stream,
    action: Option<String>,
    method: Method,
    carrier: CarrierStream,
    playout: Playout,
    outgoing: mpsc::Sender<Send>,
    pub(super) incoming: mpsc::Receiver<Came>,
    is_open: bool,
    frames: u64,
    audio: Vec<u8>,
    /// Marks whose audio is played with the frame in hand; echoed behind it.
    played_marks: Vec<String>,
}

impl Driver {
    pub(super) fn connect(&mut self, stream: Stream, action: Option<String>, method: Method) {
        let Ok(stream_sid) = fresh_sid("MZ") else { return self.application_error(20_500) };
        let carrier = CarrierStream::new(&self.service.credentials.account_sid, &self.sid, &stream_sid);
        let (outgoing, incoming) = self.open_socket(&stream.url, Query::Refused);
        let playout = Playout::default();
        let streaming = Streaming {
            stream,
            action,
            method,
            carrier,
            playout,
            outgoing,
            incoming,
            is_open: false,
            frames: 0,
            audio: Vec::new(),
            played_marks: Vec::new(),
        };
        self.doing = Doing::Streaming(Box::new(streaming));
    }

    pub(super) fn stream_came(&mut self, came: Came) {
        match came {
            Came::Opened => self.stream_opened(),
            Came::Refused(why) => {
                let code = code_of(why);
                self.failed(code);
                self.stream_event("stream-error", Some(code));
                self.stream_is_over();
            }
            Came::Text(text) => self.app_said(&text),
            Came::NotText => self.stream_failed(31_924),
            Came::Pong => {}
            Came::Closed => {
                self.failed(31_921);
                self.stream_event("stream-stopped", None);
                self.stream_is_over();
            }
        }
    }

    fn stream_opened(&mut self) {
        let Doing::Streaming(streaming) = &mut self.doing else { return };
        streaming.is_open = true;
        let mut text = String::new();
        streaming.carrier.connected(&mut text);
        send(streaming, text);
        let mut text = String::new();
        streaming.carrier.start(&streaming.stream.parameters, &mut text);
        send(streaming, text);
        self.note(|truth| truth.streams += 1);
        self.stream_event("stream-started", None);
    }

    fn app_said(&mut self, text: &str) {
        let Doing::Streaming(streaming) = &mut self.doing else { return };
        let result = match read_from_app(text) {
            Ok(message) => streaming.take(message),
            Err(fault) => Err(fault),
        };
        match result {
            Ok(Taken::Audio(samples)) => self.note(|truth| truth.samples_in += samples),
            Ok(Taken::Mark(echo)) => {
                self.note(|truth| truth.marks_in += 1);
                self.echo(echo.into_iter().collect());
            }
            Ok(Taken::Clear(marks)) => {
                self.note(|truth| truth.clears += 1);
                self.echo(marks);
            }
            // What says something wrong is noted and passed over; what is no message ends the stream.
            Err(MediaFault { code: 31_951, .. }) => self.failed(31_951),
            Err(fault) => self.stream_failed(fault.code),
        }
    }

    fn echo(&mut self, marks: Vec<String>) {
        let Doing::Streaming(streaming) = &mut self.doing else { return };
        let count = marks.len() as u64;
        for name in marks {
            let mut text = String::new();
            streaming.carrier.mark(&name, &mut text);
            send(streaming, text);
        }
        self.note(|truth| truth.marks_out += count);
    }

    /// Plays 20 ms of what the program sent.
    pub(super) fn play_stream(&mut self, down: &mut Frame) {
        let Doing::Streaming(streaming) = &mut self.doing else { return };
        let mut ulaw = [0; FRAME_SAMPLES];
        streaming.played_marks = streaming.playout.play(&mut ulaw);
        let played = streaming.playout.played();
        ulaw_decode(&ulaw, down);
        self.note(|truth| truth.samples_played = truth.samples_played.max(played));
    }

    /// Sends 20 ms of the callee, then the marks of what the callee heard in them.
    pub(super) fn stream_frame(&mut self, up: &Frame) {
        let Doing::Streaming(streaming) = &mut self.doing else { return };
        if !streaming.is_open {
            return;
        }
        let mut ulaw = [0; FRAME_SAMPLES];
        ulaw_encode(up, &mut ulaw);
        let mut text = String::new();
        streaming.carrier.media(Track::Inbound, streaming.frames * 20, &ulaw, &mut text);
        streaming.frames += 1;
        let marks = std::mem::take(&mut streaming.played_marks);
        if send(streaming, text) {
            self.note(|truth| truth.frames_out += 1);
            self.echo(marks);
        } else {
            self.stream_failed(31_921);
        }
    }

    pub(super) fn stream_key(&mut self, key: char) {
        let Doing::Streaming(streaming) = &mut self.doing else { return };
        let mut text = String::new();
        streaming.carrier.dtmf(key, &mut text);
        send(streaming, text);
    }

    fn stream_failed(&mut self, code: u32) {
        self.failed(code);
        self.stream_event("stream-error", Some(code));
        if let Doing::Streaming(streaming) = std::mem::replace(&mut self.doing, Doing::Waiting) {
            let (action, method) = (streaming.action.clone(), streaming.method);
            end(*streaming);
            self.go_on_after_stream(action, method);
        }
    }

    /// The call takes the stream away: tells the program, then closes.
    pub(super) fn stop_stream(&mut self, streaming: Streaming) {
        if streaming.is_open {
            self.send_stream_event(&streaming, "stream-stopped", None);
        }
        end(streaming);
    }

    /// The program has closed the stream: the document goes on.
    fn stream_is_over(&mut self) {
        if let Doing::Streaming(streaming) = std::mem::replace(&mut self.doing, Doing::Waiting) {
            self.go_on_after_stream(streaming.action, streaming.method);
        }
    }

    fn go_on_after_stream(&mut self, action: Option<String>, method: Method) {
        match action {
            Some(action) => self.ask(method, &action, Vec::new()),
            None => self.next_verb(),
        }
    }

    fn stream_event(&self, event: &str, code: Option<u32>) {
        if let Doing::Streaming(streaming) = &self.doing {
            self.send_stream_event(streaming, event, code);
        }
    }

    fn send_stream_event(&self, streaming: &Streaming, event: &str, code: Option<u32>) {
        let Some(url) = streaming.stream.status_callback.clone() else { return };
        let stream_sid = streaming.carrier.stream_sid().to_owned();
        let callback = StreamCallback {
            account_sid: self.service.credentials.account_sid.clone(),
            call_sid: self.sid.clone(),
            stream_name: streaming.stream.name.clone().unwrap_or_else(|| stream_sid.clone()),
            stream_sid,
            event: event.to_owned(),
            error: code.map(|code| format!("Error {code}")),
            at: Some(wall_clock()),
            others: Vec::new(),
        };
        let method = streaming.stream.status_callback_method.unwrap_or(Method::Post);
        self.hook("stream", method, url, callback.to_form().into_owned());
    }
}

/// What a message of the program did.
enum Taken {
    Audio(u64),
    Mark(Option<String>),
    Clear(Vec<String>),
}

impl Streaming {
    fn take(&mut self, message: FromApp<'_>) -> Result<Taken, MediaFault> {
        let (FromApp::Media { stream_sid, .. } | FromApp::Mark { stream_sid, .. } | FromApp::Clear { stream_sid }) = &message;
        if stream_sid != self.carrier.stream_sid() {
            return Err(MediaFault { what: "a message for another stream", code: 31_951 });
        }
        match message {
            FromApp::Media { payload, .. } => {
                self.audio.clear();
                decode_payload(&payload, &mut self.audio)?;
                if !self.playout.push(&self.audio) {
                    return Err(MediaFault { what: "more audio than is buffered", code: 31_951 });
                }
                Ok(Taken::Audio(self.audio.len() as u64))
            }
            FromApp::Mark { name, .. } => Ok(Taken::Mark(self.playout.mark(name.into_owned()))),
            FromApp::Clear { .. } => Ok(Taken::Clear(self.playout.clear())),
        }
    }
}

/// Hands a message to the socket; false if the program reads too slowly to be still with us.
fn send(streaming: &Streaming, text: String) -> bool {
    streaming.outgoing.try_send(Send::Text(text)).is_ok()
}

/// Ends a stream in good order: `stop`, then close.
fn end(mut streaming: Streaming) {
    if streaming.is_open {
        let mut text = String::new();
        streaming.carrier.stop(&mut text);
        send(&streaming, text);
        // Without room for this the socket breaks when the channel is dropped, which ends it as well.
        let _ = streaming.outgoing.try_send(Send::Close);
    }
}
