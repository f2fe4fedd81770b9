//! A call is played to the guard, with a recorder behind it whose disk the tests look at.

use std::sync::{Arc, Mutex};

use ::assistant::compliance::recording::Asks;
use audio::wav::read_wav;
use dialogue::moves::LineKind;
use ports::recording_vault::{VaultError, VaultWriter};
use telephony::recording::{RecordingBasis, RecordingGrant};

use super::*;
use crate::recorder::Recorder;

const OPENING: &str = "Hello, this is an automated assistant. This call is recorded. What time do you close?";
const FRAME: u64 = 160;

#[derive(Clone, Default)]
struct Disk(Arc<Mutex<Vec<u8>>>);

impl VaultWriter for Disk {
    fn append(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), VaultError> {
        Ok(())
    }
}

/// A call on which both sides sound all the time, so that every silent sample on the disk was silenced.
struct Call {
    guard: RecordingGuard,
    recorder: Recorder,
    disk: Disk,
    now: u64,
    utterances: u32,
}

impl Call {
    fn new() -> Self {
        let plan = RecordingPlan::FromNotice { asks: Asks::AllParties, places: Vec::new() };
        let disk = Disk::default();
        let recorder = Recorder::new(&RecordingGrant::after_notice(RecordingBasis::Notice), Box::new(disk.clone()));
        Self { guard: RecordingGuard::new(&plan), recorder, disk, now: 0, utterances: 0 }
    }

    fn at(seconds: f64) -> AudioPosition {
        AudioPosition::from_millis((seconds * 1_000.0) as u64)
    }

    fn sounds_until(&mut self, seconds: f64) {
        while self.now < Self::at(seconds).0 {
            self.recorder.assistant(self.now, &[4_000; FRAME as usize]);
            self.recorder.callee(self.now, &[2_000; FRAME as usize]);
            self.now += FRAME;
            self.recorder.let_out(self.guard.settled(AudioPosition(self.now)), self.guard.rules());
        }
    }

    fn tell(&mut self, mut input: Input, outputs: &[Output]) -> Input {
        self.guard.before(&mut input, AudioPosition(self.now));
        self.guard.after(&input, outputs, AudioPosition(self.now));
        input
    }

    fn opens(&mut self) {
        let line = LineId(1);
        self.tell(Input::MediaReady, &[Output::Speak { line, text: OPENING.into(), kind: LineKind::Opening }]);
        self.sounds_until(1.0);
        self.tell(Input::LineStarted { line, at: Self::at(1.0) }, &[]);
        self.sounds_until(6.0);
        let turn = Turn {
            speaker: Speaker::Assistant(line),
            text: OPENING.into(),
            from: Self::at(1.0),
            to: Self::at(6.0),
            confidence: 100,
            was_interrupted: false,
        };
        self.tell(Input::LineFinished { line, at: Self::at(6.0) }, &[Output::Said(turn)]);
    }

    /// The callee says something; returns what of it the conversation is told.
    fn says(&mut self, from: f64, to: f64, words: &[&str]) -> Vec<String> {
        self.utterances += 1;
        let utterance = UtteranceId(self.utterances);
        self.sounds_until(from + 0.1);
        self.tell(Input::VoiceOnset { at: Self::at(from) }, &[Output::Follow { utterance, from: Self::at(from) }]);
        self.sounds_until(to + 0.5);
        let mut told = Vec::new();
        for (revision, text) in (1..).zip(words) {
            self.tell(Input::Wakeup, &[Output::Settle { utterance, revision, to: Self::at(to) }]);
            let input = Input::Settled { utterance, revision, text: (*text).to_owned(), confidence: 90 };
            let Input::Settled { text, .. } = self.tell(input, &[]) else { panic!() };
            told.push(text);
        }
        self.tell(Input::Wakeup, &[Output::Unfollow { utterance }]);
        told
    }

    fn on_disk(&self) -> Vec<i16> {
        read_wav(&self.disk.0.lock().unwrap(), 10_000_000).unwrap().samples
    }

    /// Ends the call and returns where each side sounds on the disk: callee and assistant, in tenths of a second.
    async fn sounding(self) -> [Vec<(u64, u64)>; 2] {
        self.recorder.finish(self.guard.rules()).await.unwrap();
        let wav = read_wav(&self.disk.0.lock().unwrap(), 10_000_000).unwrap();
        [0, 1].map(|channel| {
            let mut spans: Vec<(u64, u64)> = Vec::new();
            for (at, _) in (0..).zip(wav.channel(channel)).filter(|(_, sample)| *sample != 0) {
                match spans.last_mut() {
                    Some((_, to)) if *to == at => *to += 1,
                    Some(_) | None => spans.push((at, at + 1)),
                }
            }
            spans.iter().map(|(from, to)| ((from + 400) / 800, (to + 400) / 800)).collect()
        })
    }
}

#[tokio::test]
async fn the_callee_is_recorded_from_the_notice_on_even_while_it_is_spoken_to_its_end() {
    let mut call = Call::new();
    call.opens();
    call.says(7.0, 8.0, &["We close at nine."]);
    call.sounds_until(10.0);
    assert!(call.guard.take_news().is_empty());
    // 61 of 86 characters of five seconds, after the first.
    assert_eq!(call.sounding().await, [vec![(46, 100)], vec![(10, 100)]]);
}

#[tokio::test]
async fn the_digits_of_a_card_reach_neither_the_disk_nor_the_conversation() {
    let mut call = Call::new();
    call.opens();
    assert_eq!(call.says(7.0, 9.0, &["My card is 4539 1488"]), ["My card is 4539 1488"], "so far it may be anything");
    assert!(call.on_disk().len() < 7 * 8_000 * 2, "what may become a card is held back");
    assert_eq!(call.says(10.0, 12.0, &["0343", "0343 6467"]), ["0343", "[hidden]"], "told again, longer");
    assert_eq!(call.guard.take_news(), [RecordingNews::Paused]);
    assert_eq!(call.says(14.0, 15.0, &["Sorry. We close at nine."]), ["Sorry. We close at nine."]);
    assert_eq!(call.guard.take_news(), [RecordingNews::GoesOn]);
    call.sounds_until(18.0);
    assert_eq!(call.sounding().await, [vec![(46, 70), (150, 180)], vec![(10, 70), (150, 180)]]);
}

#[tokio::test]
async fn what_looked_like_a_card_until_more_was_heard_is_no_pause_without_end() {
    let mut call = Call::new();
    call.opens();
    call.says(7.0, 9.0, &["The security code is 382", "The security code is none of your business."]);
    assert_eq!(call.guard.take_news(), [RecordingNews::Paused, RecordingNews::GoesOn]);
}

#[tokio::test]
async fn an_interim_hears_no_code_and_a_call_that_is_not_recorded_hides_it_too() {
    let mut call = Call::new();
    call.guard = RecordingGuard::new(&RecordingPlan::Off { because: ::assistant::compliance::recording::WhyNot::SwitchedOff });
    let mut input = Input::Interim { utterance: UtteranceId(1), text: "the security code is three eight two".into() };
    call.guard.before(&mut input, AudioPosition::ZERO);
    assert!(matches!(input, Input::Interim { text, .. } if text == "the security code is [hidden]"));
    assert_eq!(call.says(1.0, 2.0, &["the security code is 382"]), ["the security code is [hidden]"]);
    assert!(!call.guard.rules().records_anything());
}

#[tokio::test]
async fn an_objection_is_news_and_nothing_begins_again() {
    let mut call = Call::new();
    call.opens();
    call.says(7.0, 8.0, &["I do not want to be recorded."]);
    assert_eq!(call.guard.take_news(), [RecordingNews::Deleted]);
    call.opens();
    assert!(call.guard.take_news().is_empty());
}

#[tokio::test]
async fn no_more_than_sixteen_seconds_are_held_back() {
    let mut call = Call::new();
    call.opens();
    call.says(7.0, 8.0, &["9"]);
    call.sounds_until(60.0);
    let seconds = call.on_disk().len() / 2 / 8_000;
    assert!((43..=45).contains(&seconds), "{seconds} s are on the disk");
}
