//! A recording checked as by ear: each channel alone is transcribed afresh and compared with the transcript and its offsets.
//! It begins with the notice, and the callee's side with the notice's end.

use std::sync::{Arc, mpsc};

use audio::wav::{Wav, read_wav};
use models::LocalSpeech;
use models::library::ModelsDir;
use ports::speech_to_text::{Heard, Wanted};
use serde_json::Value;
use telephony::{AudioPosition, UtteranceId};

use crate::program::Home;

/// How far outside of a turn's offsets its sound may lie, in samples: 300 ms, a detector's lag and a fading last syllable.
const SLACK: usize = 2_400;

/// Takes the recording of an attempt out of the vault and checks it against the transcript of the report.
pub fn check(home: &Home, attempt: &str, transcript: &[Value]) {
    let file = home.path().join("call.wav");
    let ended = home.run(&["recording", attempt, "--to", file.to_str().unwrap()]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let wav = read_wav(&std::fs::read(file).unwrap(), 8_000 * 600).unwrap();
    assert_eq!((wav.rate_hz, wav.channels), (8_000, 2));
    let notice = transcript.iter().find(|turn| turn["text"].as_str().unwrap().contains("recorded")).unwrap();
    for (index, speaker) in [(0, "callee"), (1, "assistant")] {
        let is_kept = |turn: &&Value| speaker == "assistant" || turn["from_ms"].as_u64() >= notice["to_ms"].as_u64();
        let turns: Vec<&Value> = transcript.iter().filter(|turn| turn["speaker"] == speaker).filter(is_kept).collect();
        assert!(!turns.is_empty());
        let channel = wav.channel(index);
        let before = &channel[..samples(notice, "from_ms").min(channel.len())];
        assert!(before.iter().all(|sample| *sample == 0), "{speaker}: something was recorded before the notice");
        sound_lies_in_its_turns(&channel, &turns, speaker);
        words_are_those_of_the_transcript(&wav, index, &turns, speaker);
    }
}

fn samples(turn: &Value, name: &str) -> usize {
    turn[name].as_u64().unwrap() as usize * 8
}

/// Of a channel's energy, all but a hundredth lies within the turns of its speaker, and each turn has some.
fn sound_lies_in_its_turns(channel: &[i16], turns: &[&Value], speaker: &str) {
    let energy = |samples: &[i16]| samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
    let cut = |from: usize, to: usize| &channel[from.min(channel.len())..to.min(channel.len())];
    let within: f64 = turns.iter().map(|turn| energy(cut(samples(turn, "from_ms").saturating_sub(SLACK), samples(turn, "to_ms") + SLACK))).sum();
    let whole = energy(channel);
    assert!(within >= whole * 0.99, "{speaker}: {:.1} % of the sound lies outside of the turns", (1.0 - within / whole) * 100.0);
    for turn in turns {
        let own = cut(samples(turn, "from_ms"), samples(turn, "to_ms"));
        let level = (energy(own) / own.len() as f64).sqrt();
        assert!(level > 300.0, "{speaker}: “{}” is a turn of silence ({level:.0})", turn["text"]);
    }
}

/// A turn heard again from the recording has nearly all of its words: at most one in five of all words differs.
fn words_are_those_of_the_transcript(wav: &Wav, channel: u16, turns: &[&Value], speaker: &str) {
    let models = ModelsDir::at(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models"));
    let speech = LocalSpeech::open(&models).unwrap();
    let sound = wav.channel(channel);
    let (mut wrong, mut all) = (0, 0);
    for turn in turns {
        let from = samples(turn, "from_ms").saturating_sub(SLACK);
        let to = (samples(turn, "to_ms") + SLACK).min(sound.len());
        let heard = words(&hear(&speech, &sound[from..to]));
        let said = words(turn["text"].as_str().unwrap());
        wrong += said.iter().filter(|word| !heard.contains(word)).count();
        all += said.len();
        println!("{speaker}: {said:?}\n      heard: {heard:?}");
    }
    assert!(wrong * 5 <= all, "{speaker}: {wrong} of {all} words are not in the recording");
}

fn hear(speech: &LocalSpeech, sound: &[i16]) -> String {
    let (sender, results) = mpsc::channel();
    let mut listening = speech.speech_to_text().listen(Wanted::SettledOnly, Arc::new(move |heard| drop(sender.send(heard)))).unwrap();
    listening.push(AudioPosition::ZERO, sound);
    listening.begin(UtteranceId(1), AudioPosition::ZERO);
    listening.settle(UtteranceId(1), 1, AudioPosition(sound.len() as u64));
    loop {
        match results.recv().unwrap() {
            Heard::Settled { text, .. } => return text,
            Heard::Interim { .. } => {}
            other => panic!("no words in a turn: {other:?}"),
        }
    }
}

/// Words without signs, in lower case; "9 pm" and "9 p.m." are the same.
fn words(text: &str) -> Vec<String> {
    let plain = text.to_lowercase().replace("p.m", "pm").replace("a.m", "am");
    plain.split_whitespace().map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect()).filter(|word: &String| !word.is_empty()).collect()
}
