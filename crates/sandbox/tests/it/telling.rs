//! Ears and a voice for tests that understand each other exactly: what was played is what is heard, word for word.
//!
//! Each text has a sound of its own: a burst that no other text begins with, then a hum of 40 ms a character. The ears look
//! for bursts in what they are handed and follow the sound for as long as it is the same; a text that was cut short is heard
//! as the words that fit into what was played.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use ports::error::SpeechError;
use ports::speech_to_text::{Heard, HeardSink, Listening, SpeechToText, Wanted};
use ports::text_to_speech::{SpeakRequest, Speaking, TextToSpeech, VoicePiece, VoiceSink};
use sandbox::{SandboxConfig, Speech};
use telephony::{AudioPosition, UtteranceId};

use crate::app::config;

const BURST: usize = 64;

/// All texts that were ever spoken, with their sounds.
#[derive(Clone, Default)]
struct Texts(Arc<Mutex<Vec<Text>>>);

/// A text and its sound.
type Text = (String, Vec<i16>);

pub fn telling() -> SandboxConfig {
    let texts = Texts::default();
    SandboxConfig { speech: Some(Speech { ears: Arc::new(Ears(texts.clone())), voice: Arc::new(Mouth(texts)) }), ..config() }
}

struct Mouth(Texts);

struct Done;

impl Speaking for Done {}

impl TextToSpeech for Mouth {
    fn warm_up(&self) {}

    fn speak(&self, request: SpeakRequest, mut sink: VoiceSink) -> Result<Box<dyn Speaking>, SpeechError> {
        let samples = sound(&request.text);
        let mut texts = self.0.0.lock().unwrap();
        if !texts.iter().any(|(text, _)| *text == request.text) {
            texts.push((request.text, samples.clone()));
        }
        drop(texts);
        sink(VoicePiece::Audio(samples));
        sink(VoicePiece::End);
        Ok(Box::new(Done))
    }
}

pub fn sound(text: &str) -> Vec<i16> {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let mut state = hasher.finish() | 1;
    let mut samples = super::app::hum(text.chars().count() * 40);
    for sample in samples.iter_mut().take(BURST) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *sample = (state % 6_000) as i16 - 3_000;
    }
    samples
}

struct Ears(Texts);

struct Session {
    texts: Texts,
    sink: HeardSink,
    audio: Vec<i16>,
    open: Vec<(UtteranceId, usize)>,
}

impl SpeechToText for Ears {
    fn warm_up(&self) {}

    fn listen(&self, _: Wanted, sink: HeardSink) -> Result<Box<dyn Listening>, SpeechError> {
        Ok(Box::new(Session { texts: self.0.clone(), sink, audio: Vec::new(), open: Vec::new() }))
    }
}

impl Session {
    /// Returns what was heard between two moments, in order.
    fn words(&self, from: usize, to: usize) -> String {
        let audio = &self.audio[from.min(self.audio.len())..to.min(self.audio.len())];
        let texts = self.texts.0.lock().unwrap();
        let mut found: Vec<(usize, String)> = Vec::new();
        for (text, sound) in texts.iter() {
            for at in (0..audio.len().saturating_sub(BURST)).filter(|at| audio[*at..*at + BURST] == sound[..BURST]) {
                let same = audio[at..].iter().zip(sound).take_while(|(heard, said)| heard == said).count();
                found.push((at, until(text, same, sound.len())));
            }
        }
        found.sort();
        found.into_iter().map(|(_, text)| text).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

fn until(text: &str, played: usize, all: usize) -> String {
    if played + 800 >= all {
        return text.to_owned();
    }
    let chars = text.chars().count() * played / all;
    let cut: String = text.chars().take(chars).collect();
    cut.rsplit_once(' ').map_or(String::new(), |(words, _)| words.to_owned())
}

impl Listening for Session {
    fn push(&mut self, _: AudioPosition, samples: &[i16]) {
        self.audio.extend_from_slice(samples);
        // Twice a second of an open utterance: what it sounds like so far.
        if self.audio.len().is_multiple_of(4_000)
            && let Some((utterance, from)) = self.open.last()
        {
            let text = self.words(*from, self.audio.len());
            (self.sink)(Heard::Interim { utterance: *utterance, text });
        }
    }

    fn begin(&mut self, utterance: UtteranceId, from: AudioPosition) {
        // Voice is noticed a little after it began.
        self.open.push((utterance, (from.0 as usize).saturating_sub(1_600)));
    }

    fn settle(&mut self, utterance: UtteranceId, revision: u32, to: AudioPosition) {
        let from = self.open.iter().find(|(id, _)| *id == utterance).unwrap().1;
        let text = self.words(from, to.0 as usize);
        (self.sink)(Heard::Settled { utterance, revision, text, confidence: 87 });
    }

    fn end(&mut self, utterance: UtteranceId) {
        self.open.retain(|(id, _)| *id != utterance);
    }
}
