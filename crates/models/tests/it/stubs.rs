//! The stubs keep their delays to the millisecond, on a clock that the test winds.

use std::sync::Arc;
use std::time::Duration;

use dialogue::brief::{Brief, LocalTime, Persona, TaskType};
use dialogue::moves::{EndReason, Move, Observation, ThoughtId};
use models::StubSpeech;
use ports::speech_to_text::{Heard, Wanted};
use ports::text_to_speech::{SpeakRequest, Voice, VoicePiece};
use telephony::{AudioPosition, UtteranceId};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;

const STUB: StubSpeech = StubSpeech { stt: Duration::from_millis(100), llm: Duration::from_millis(200), tts: Duration::from_millis(250) };

#[tokio::test(start_paused = true)]
async fn the_ears_settle_after_their_delay_and_not_after_the_end() {
    let (sink, mut heard) = unbounded_channel();
    let mut session = STUB.speech_to_text().listen(Wanted::Interims, Arc::new(move |result| drop(sink.send(result)))).unwrap();
    session.begin(UtteranceId(1), AudioPosition::ZERO);
    session.settle(UtteranceId(1), 4, AudioPosition(8_000));
    session.begin(UtteranceId(2), AudioPosition(9_000));
    session.settle(UtteranceId(2), 1, AudioPosition(9_500));
    session.end(UtteranceId(2));
    let start = Instant::now();
    let result = heard.recv().await.unwrap();
    assert!(matches!(&result, Heard::Settled { utterance: UtteranceId(1), revision: 4, text, .. } if text.contains("nine o'clock")), "{result:?}");
    assert_eq!(start.elapsed().as_millis(), 100);
    drop(session);
    assert_eq!(heard.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn the_voice_hums_sixty_milliseconds_a_word_after_its_delay() {
    let (sink, mut pieces) = unbounded_channel();
    let request = SpeakRequest { text: "one two three four five".to_owned(), voice: Voice::default() };
    let start = Instant::now();
    let _speaking = STUB.text_to_speech().speak(request, Box::new(move |piece| drop(sink.send(piece)))).unwrap();
    let Some(VoicePiece::Audio(audio)) = pieces.recv().await else { panic!("no audio") };
    assert_eq!(start.elapsed().as_millis(), 250);
    assert_eq!(audio.len(), 5 * 480);
    assert!(audio.iter().any(|&sample| sample.abs() > 2_000));
    assert_eq!(pieces.recv().await, Some(VoicePiece::End));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_handle_silences_the_voice() {
    let (sink, mut pieces) = unbounded_channel();
    let request = SpeakRequest { text: "one two three".to_owned(), voice: Voice::default() };
    drop(STUB.text_to_speech().speak(request, Box::new(move |piece| drop(sink.send(piece)))).unwrap());
    assert_eq!(pieces.recv().await, None);
}

#[tokio::test(start_paused = true)]
async fn the_mind_thinks_for_its_delay_and_forgets_what_was_abandoned() {
    let (sink, mut thoughts) = unbounded_channel();
    let mut mind = STUB.brain().open(&brief(), Box::new(move |id, thought| drop(sink.send((id, thought)))));
    let start = Instant::now();
    mind.consider(ThoughtId(1), Observation::NoInput { times: 1 });
    mind.abandon(ThoughtId(1));
    mind.consider(ThoughtId(2), Observation::UserWantsEnd);
    let (id, thought) = thoughts.recv().await.unwrap();
    assert_eq!((id, start.elapsed().as_millis()), (ThoughtId(2), 200));
    assert_eq!(thought.moves.last(), Some(&Move::End { reason: EndReason::UserEnded }));
    drop(mind);
    assert_eq!(thoughts.recv().await, None);
}

fn brief() -> Brief {
    Brief {
        task_type: TaskType::InformationInquiry,
        intent: "ask what time they close today".to_owned(),
        principal: "Sam Miller".to_owned(),
        may_disclose: Vec::new(),
        voicemail_message: None,
        persona: Persona::default(),
        is_recorded: false,
        local_time: LocalTime { year: 2026, month: 11, day: 25, weekday: 2, minute: 600 },
        time_limit: Duration::from_secs(60),
        is_ring_back: false,
        listens_along: false,
    }
}

#[test]
fn without_a_runtime_the_stubs_refuse() {
    assert!(STUB.speech_to_text().listen(Wanted::Interims, Arc::new(|_| ())).is_err());
}
