//! The media socket: who says what, in which order, and how long it takes to be heard.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ports::error::SpeechError;
use ports::speech_to_text::{Heard, HeardSink, Listening, SpeechToText, Wanted};
use ports::text_to_speech::{SpeakRequest, Speaking, TextToSpeech, VoicePiece, VoiceSink};
use sandbox::{SandboxConfig, Speech};
use telephony::{AudioPosition, UtteranceId};
use wire::twilio::media::{write_clear, write_mark, write_media};

use crate::app::{App, Saw, config, hum};

/// Understands what it was told to understand, one text an utterance.
#[derive(Clone)]
struct Prompted(Arc<Mutex<Vec<&'static str>>>);

struct Session(HeardSink, Prompted);

impl SpeechToText for Prompted {
    fn warm_up(&self) {}

    fn listen(&self, _: Wanted, sink: HeardSink) -> Result<Box<dyn Listening>, SpeechError> {
        Ok(Box::new(Session(sink, self.clone())))
    }
}

impl Listening for Session {
    fn push(&mut self, _: AudioPosition, _: &[i16]) {}

    fn begin(&mut self, _: UtteranceId, _: AudioPosition) {}

    fn settle(&mut self, utterance: UtteranceId, revision: u32, _: AudioPosition) {
        let texts = self.1.0.lock().unwrap();
        let text = texts.get(utterance.0 as usize - 1).copied().unwrap_or_default().to_owned();
        (self.0)(Heard::Settled { utterance, revision, text, confidence: 90 });
    }

    fn end(&mut self, _: UtteranceId) {}
}

/// A voice: a hum of 40 ms a character.
struct Hum;

struct Done;

impl Speaking for Done {}

impl TextToSpeech for Hum {
    fn warm_up(&self) {}

    fn speak(&self, request: SpeakRequest, mut sink: VoiceSink) -> Result<Box<dyn Speaking>, SpeechError> {
        sink(VoicePiece::Audio(hum(request.text.len() * 40)));
        sink(VoicePiece::End);
        Ok(Box::new(Done))
    }
}

fn spoken(ms: usize) -> Vec<u8> {
    let samples = hum(ms);
    let mut ulaw = vec![0; samples.len()];
    audio::g711::ulaw_encode(&samples, &mut ulaw);
    ulaw
}

pub fn hearing(texts: &[&'static str]) -> SandboxConfig {
    let ears = Arc::new(Prompted(Arc::new(Mutex::new(texts.to_vec()))));
    SandboxConfig { speech: Some(Speech { ears, voice: Arc::new(Hum) }), ..config() }
}

fn media(stream: &str, ulaw: &[u8]) -> Option<String> {
    let mut text = String::new();
    write_media(stream, ulaw, &mut text);
    Some(text)
}

fn mark(stream: &str, name: &str) -> Option<String> {
    let mut text = String::new();
    write_mark(stream, name, &mut text);
    Some(text)
}

fn clear(stream: &str) -> Option<String> {
    let mut text = String::new();
    write_clear(stream, &mut text);
    Some(text)
}

async fn connected(app: &mut App) -> String {
    let (opened, _) = app.until(|saw| matches!(saw, Saw::Opened { .. })).await;
    assert_eq!(opened, Saw::Opened { is_signed: true });
    let (start, before) = app.until_event("start").await;
    assert_eq!(before, [Saw::Message(serde_json::json!({"event": "connected", "protocol": "Call", "version": "1.0.0"}))]);
    assert_eq!(start["sequenceNumber"], "1");
    assert_eq!(start["start"]["customParameters"]["token"], "t-1");
    assert_eq!(start["start"]["mediaFormat"], serde_json::json!({"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}));
    start["streamSid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_whole_call_is_heard_and_answered() {
    let mut app = App::with(hearing(&["what time do you close today", "thank you goodbye"])).await;
    app.serve_stream("<Hangup/>");
    let sid = app.call("+12125550123").await;
    for (sequence, status) in ["initiated", "ringing", "in-progress"].iter().enumerate() {
        let (saw, _) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/status")).await;
        let Saw::Hook { form, is_signed, .. } = saw else { unreachable!() };
        assert!(is_signed);
        assert_eq!((form["CallStatus"].as_str(), form["SequenceNumber"].clone()), (*status, sequence.to_string()));
        if *status == "ringing" {
            break;
        }
    }
    let stream = connected(&mut app).await;
    let truth = app.sandbox.truth();
    let says = |text: &str| truth.call(&sid).unwrap().callee_said.iter().any(|said| said == text);
    // Each frame is a moment: the greeting is spoken, then the question is asked, then it is answered.
    app.until(|_| says("Corner shop, good day, how can I help you?")).await;
    for _ in 0..120 {
        app.until_event("media").await;
    }
    app.say(media(&stream, &spoken(1_500)));
    app.until(|_| says("We close at nine today.")).await;
    for _ in 0..80 {
        app.until_event("media").await;
    }
    app.say(media(&stream, &spoken(1_000)));
    app.until(|_| says("Goodbye.")).await;
    let (stop, _) = app.until_event("stop").await;
    assert_eq!(stop["stop"]["callSid"].as_str(), Some(sid.as_str()));
    app.until(|saw| *saw == Saw::Closed).await;
    let end = app.until_over().await;
    assert_eq!((end["CallStatus"].as_str(), end["SipResponseCode"].as_str(), end["Duration"].as_str()), ("completed", "200", "1"));
    let truth = truth.call(&sid).unwrap();
    assert_eq!((truth.rings, truth.streams, truth.ended_by.as_deref()), (1, 1, Some("callee")));
    assert_eq!(truth.callee_heard, ["what time do you close today", "thank you goodbye"]);
    assert_eq!(truth.samples_in, 2_500 * 8);
    let call = app.fetch(&sid).await;
    assert_eq!((call.status.as_deref(), call.duration.as_deref()), (Some("completed"), Some(end["CallDuration"].as_str())));
}

#[tokio::test]
async fn frames_come_every_20_ms_of_the_call_and_a_mark_when_its_audio_was_played() {
    let mut app = App::start().await;
    app.serve_stream("");
    let sid = app.call("+12125550121").await;
    let stream = connected(&mut app).await;
    app.until_event("media").await;
    app.say(media(&stream, &spoken(800)));
    app.say(mark(&stream, "said"));
    let (echo, before) = app.until_event("mark").await;
    assert_eq!(echo["mark"]["name"], "said");
    let stamps: Vec<u64> = before
        .iter()
        .filter_map(|saw| if let Saw::Message(message) = saw { message["media"]["timestamp"].as_str()?.parse().ok() } else { None })
        .collect();
    assert!(stamps.windows(2).all(|pair| pair[1] == pair[0] + 20), "{stamps:?}");
    // 800 ms are 40 frames, and the echo comes behind the last of them; what was on its way when we began comes on top.
    assert!((40..200).contains(&stamps.len()), "{} frames", stamps.len());
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!((truth.samples_in, truth.samples_played, truth.marks_in, truth.marks_out), (6_400, 6_400, 1, 1));
    // The next 20 ms count from the answer, not from when a frame was late: frames sent are frames of the call.
    let (next, _) = app.until_event("media").await;
    let frames = next["media"]["chunk"].as_str().unwrap().parse::<u64>().unwrap();
    assert_eq!(next["media"]["timestamp"].as_str().unwrap().parse::<u64>().unwrap(), (frames - 1) * 20);
}

/// Leaves with a sentence.
const LEAVES: &str = r#"
number: "+12125550192"
name: Leaves
description: Says one sentence and hangs up.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  tape:
    announcement:
      say: [{ after_ms: 300, say: "We are closed until Monday. Goodbye." }]
"#;

#[tokio::test]
async fn what_the_callee_says_last_is_on_the_socket_whole_before_the_stop() {
    let cast = simulator::cast::Cast::shipped().unwrap().with("leaves.yaml", LEAVES).unwrap();
    let mut app = App::with(SandboxConfig { cast, ..hearing(&[]) }).await;
    app.serve_stream("");
    app.call("+12125550192").await;
    let stream = connected(&mut app).await;
    // The program talks on: what it says is unread on the carrier's side when the callee hangs up.
    app.say(media(&stream, &spoken(60_000)));
    let (_, before) = app.until_event("stop").await;
    let heard: Vec<u8> = before.iter().filter_map(payload).flatten().collect();
    let sentence = spoken("We are closed until Monday. Goodbye.".len() * 40);
    assert!(heard.windows(sentence.len()).any(|window| window == sentence), "the sentence is not whole in {} ms", heard.len() / 8);
    app.until(|saw| *saw == Saw::Closed).await;
}

fn payload(saw: &Saw) -> Option<Vec<u8>> {
    let Saw::Message(message) = saw else { return None };
    let mut ulaw = Vec::new();
    wire::twilio::media::decode_payload(message["media"]["payload"].as_str()?, &mut ulaw).unwrap();
    Some(ulaw)
}

#[tokio::test]
async fn what_we_say_last_is_understood_though_we_hang_up_at_once() {
    let mut app = App::with(hearing(&["the order is ready"])).await;
    app.serve_stream("");
    let sid = app.call("+12125550114").await;
    let stream = connected(&mut app).await;
    let truth = app.sandbox.truth();
    let said = |truth: &sandbox::GroundTruth| truth.call(&sid).unwrap().callee_said.len();
    app.until(|_| said(&truth) == 2).await;
    // The greeting's second sentence and the beep are over when the line has been quiet for longer than the pause before the beep.
    let mut quiet = 0;
    while quiet < 45 {
        let (frame, _) = app.until_event("media").await;
        let is_quiet = payload(&Saw::Message(frame)).unwrap().iter().all(|byte| *byte & 0x7F > 0x70);
        quiet = if is_quiet { quiet + 1 } else { 0 };
    }
    app.say(media(&stream, &spoken(1_500)));
    app.say(mark(&stream, "said"));
    app.until_event("mark").await;
    app.send(wire::twilio::rest::update_call(&app.account(), &sid, &wire::twilio::rest::CallUpdate::end())).await;
    assert_eq!(app.until_over().await["CallStatus"], "completed");
    while truth.call(&sid).unwrap().messages.is_empty() {
        app.fetch(&sid).await;
    }
    let truth = truth.call(&sid).unwrap();
    assert_eq!((truth.callee_heard, truth.messages), (vec!["the order is ready".to_owned()], vec!["the order is ready".to_owned()]));
}

#[tokio::test]
async fn a_clear_drops_what_was_not_played_and_returns_its_marks_at_once() {
    let mut app = App::start().await;
    app.serve_stream("");
    let sid = app.call("+12125550121").await;
    let stream = connected(&mut app).await;
    app.say(mark(&stream, "empty"));
    assert_eq!(app.until_event("mark").await.0["mark"]["name"], "empty");
    app.say(media(&stream, &spoken(600_000)));
    app.say(mark(&stream, "a"));
    app.say(mark(&stream, "b"));
    app.until_event("media").await;
    app.say(clear(&stream));
    assert_eq!(app.until_event("mark").await.0["mark"]["name"], "a");
    let (b, before) = app.until_event("mark").await;
    assert_eq!((b["mark"]["name"].as_str(), before.len()), (Some("b"), 0));
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!((truth.clears, truth.marks_out), (1, 3));
    assert!(truth.samples_played < 100_000, "{}", truth.samples_played);
}

#[tokio::test]
async fn the_document_goes_on_when_the_program_closes_the_stream() {
    let mut app = App::start().await;
    app.serve_stream("<Redirect>/after</Redirect>");
    app.serve("/after", "<Response><Hangup/></Response>");
    let sid = app.call("+12125550121").await;
    connected(&mut app).await;
    app.say(None);
    assert_eq!(app.until_hook("/after").await["CallSid"], sid);
    assert_eq!(app.until_over().await["CallStatus"], "completed");
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!((truth.ended_by.as_deref(), truth.errors.as_slice()), (Some("document"), [31_921].as_slice()));
}

#[tokio::test]
async fn what_is_no_message_ends_the_stream_with_31924_and_what_is_wrong_is_passed_over() {
    let mut app = App::start().await;
    app.serve_stream("<Pause length=\"1\"/>");
    let sid = app.call("+12125550121").await;
    let stream = connected(&mut app).await;
    app.say(Some(format!("{{\"event\":\"dance\",\"streamSid\":\"{stream}\"}}")));
    app.say(media("MZother", &[1; 160]));
    app.say(mark(&stream, "still here"));
    app.until_event("mark").await;
    app.say(Some("not json".into()));
    app.until(|saw| *saw == Saw::Closed).await;
    app.until_over().await;
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().errors, [31_951, 31_951, 31_924]);
}

#[tokio::test]
async fn ending_the_call_over_rest_stops_and_closes_the_stream() {
    let mut app = App::start().await;
    app.serve_stream("");
    let sid = app.call("+12125550121").await;
    connected(&mut app).await;
    let (status, _) = app.send(wire::twilio::rest::update_call(&app.account(), &sid, &wire::twilio::rest::CallUpdate::end())).await;
    assert_eq!(status, 200);
    app.until_event("stop").await;
    app.until(|saw| *saw == Saw::Closed).await;
    assert_eq!(app.until_over().await["CallStatus"], "completed");
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().ended_by.as_deref(), Some("caller"));
}

#[tokio::test]
async fn the_time_limit_ends_the_call_at_the_carrier() {
    let mut app = App::start().await;
    app.serve_stream("");
    let mut create = app.create("+12125550121");
    create.time_limit = Some(2);
    let sid = app.place(&create).await;
    connected(&mut app).await;
    let (_, before) = app.until_event("stop").await;
    assert!((80..=100).contains(&before.len()), "{} frames in two seconds", before.len());
    assert_eq!(app.until_over().await["CallDuration"], "2");
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().ended_by.as_deref(), Some("time limit"));
}

#[tokio::test]
async fn tones_in_the_programs_audio_are_keys_to_the_callee() {
    let mut app = App::start().await;
    app.serve_stream("");
    let sid = app.call("+12125550116").await;
    let stream = connected(&mut app).await;
    let mut samples = Vec::new();
    audio::dtmf::sound_key('0', audio::dtmf::DtmfConfig::default(), &mut samples);
    let mut ulaw = vec![0; samples.len()];
    audio::g711::ulaw_encode(&samples, &mut ulaw);
    app.say(media(&stream, &ulaw));
    let truth = app.sandbox.truth();
    app.until(|_| truth.call(&sid).unwrap().callee_said.iter().any(|said| said.starts_with("City Power, this is Chris"))).await;
    assert_eq!(truth.call(&sid).unwrap().keys_heard, "0");
}

#[tokio::test]
async fn a_refused_socket_is_an_error_and_the_document_goes_on() {
    let mut app = App::start().await;
    let url = app.origin.replace("http", "ws");
    app.serve(
        "/voice",
        &format!("<Response><Connect><Stream url=\"{url}/nowhere\"/></Connect><Connect><Stream url=\"{url}/media?x=1\"/></Connect></Response>"),
    );
    let sid = app.call("+12125550121").await;
    app.until_over().await;
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().errors, [31_920, 31_920]);
}

#[tokio::test]
async fn a_line_that_drops_breaks_the_socket_and_tells_nobody() {
    let mut app = App::start().await;
    app.serve_stream("");
    app.sandbox.faults().set(sandbox::Faults { line_drops_after: Some(Duration::from_secs(1)), ..Default::default() });
    let sid = app.call("+12125550121").await;
    connected(&mut app).await;
    let (_, before) = app.until(|saw| *saw == Saw::Closed).await;
    assert!(!before.iter().any(|saw| matches!(saw, Saw::Message(message) if message["event"] == "stop")));
    let call = app.fetch(&sid).await;
    assert_eq!(call.status.as_deref(), Some("failed"));
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().ended_by.as_deref(), Some("fault"));
}
