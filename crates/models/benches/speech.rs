//! Prints what speech costs on this machine: loading, words from sound, sound from words, the vote on a turn's end.
//!
//! Goes through the public face, so the numbers contain queues and threads: what a call would see. Medians.

use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use models::LocalSpeech;
use models::library::{ModelsDir, verify_all};
use ports::speech_to_text::{Heard, Wanted};
use ports::text_to_speech::{SpeakRequest, Voice, VoicePiece};
use telephony::{AudioPosition, UtteranceId};

const LINES: &[&str] = &[
    "Hello, thank you for calling Rosie's Flowers, how can I help you today?",
    "We are open until 9 pm today.",
    "That will be $12.50, please, and you can pay by card.",
    "You can reach us at 212-555-0123 between nine and five.",
    "Your appointment is on March 14 at 10 am with Doctor Alvarez.",
    "No, I'm sorry, we do not have that in stock right now.",
];

const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dir = ModelsDir::find(None).unwrap_or_else(|_| ModelsDir::at(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models")));
    let begun = Instant::now();
    let checked = verify_all(&dir);
    println!("check of {} files: {:?}", checked.len(), begun.elapsed());
    let begun = Instant::now();
    let speech = LocalSpeech::open(&dir)?;
    println!("open: {:?}", begun.elapsed());

    let begun = Instant::now();
    let (_, _, first) = say(&speech, "Hello.");
    println!("voice, cold, to the first sound: {first:?}");
    let sound = say(&speech, LINES[0]).1;
    let begun_ears = Instant::now();
    hear(&speech, &sound);
    println!("ears, cold: {:?}; everything loaded after {:?}", begun_ears.elapsed(), begun.elapsed());

    let (mut firsts, mut wholes, mut listens, mut seconds, mut voice_busy, mut ears_busy) =
        (Vec::new(), Vec::new(), Vec::new(), 0.0, Duration::ZERO, Duration::ZERO);
    let mut sounds = Vec::new();
    for round in 0..ROUNDS {
        for line in LINES {
            // A pace of its own for each round, so that nothing comes out of the cache.
            let (whole, sound, first) = say_at(&speech, line, 1.0 + round as f32 / 1_000.0);
            firsts.push(first);
            wholes.push(whole);
            voice_busy += whole;
            seconds += sound.len() as f64 / 8_000.0;
            let listened = hear(&speech, &sound);
            ears_busy += listened;
            listens.push(listened);
            sounds.push(sound);
        }
    }
    println!(
        "voice: first sound {:?}, whole line {:?}, real-time factor {:.3}",
        median(&mut firsts),
        median(&mut wholes),
        voice_busy.as_secs_f64() / seconds
    );
    println!(
        "ears: {:?} an utterance of {:.1} s, real-time factor {:.3}",
        median(&mut listens),
        seconds / listens.len() as f64,
        ears_busy.as_secs_f64() / seconds
    );
    let (again, _, _) = say(&speech, LINES[0]);
    println!("voice, said before: {again:?}");
    println!("two calls at once: {:?} each", two_at_once(&speech, &sounds[0], &sounds[4]));
    println!("vote on the end of a turn: {:?}", median(&mut votes(&speech, &sounds)));
    Ok(())
}

fn say(speech: &LocalSpeech, text: &str) -> (Duration, Vec<i16>, Duration) {
    say_at(speech, text, 1.0)
}

/// Returns how long it took in all, the sound, and how long until it began.
fn say_at(speech: &LocalSpeech, text: &str, pace: f32) -> (Duration, Vec<i16>, Duration) {
    let (sink, pieces) = mpsc::channel();
    let begun = Instant::now();
    let request = SpeakRequest { text: text.to_owned(), voice: Voice { pitch: 1.0, pace } };
    let speaking = speech.text_to_speech().speak(request, Box::new(move |piece| drop(sink.send(piece))));
    let mut sound = Vec::new();
    let mut first = None;
    while let Ok(VoicePiece::Audio(piece)) = pieces.recv() {
        first.get_or_insert_with(|| begun.elapsed());
        sound.extend(piece);
    }
    drop(speaking);
    (begun.elapsed(), sound, first.unwrap_or_default())
}

fn hear(speech: &LocalSpeech, sound: &[i16]) -> Duration {
    let (sink, heard) = mpsc::channel();
    let Ok(mut session) = speech.speech_to_text().listen(Wanted::Interims, Arc::new(move |result| drop(sink.send(result)))) else {
        return Duration::ZERO;
    };
    session.push(AudioPosition::ZERO, sound);
    session.begin(UtteranceId(1), AudioPosition::ZERO);
    let begun = Instant::now();
    session.settle(UtteranceId(1), 1, AudioPosition(sound.len() as u64));
    while let Ok(Heard::Interim { .. }) = heard.recv() {}
    begun.elapsed()
}

fn two_at_once(speech: &LocalSpeech, one: &[i16], other: &[i16]) -> [Duration; 2] {
    std::thread::scope(|scope| {
        let other = scope.spawn(|| hear(speech, other));
        [hear(speech, one), other.join().unwrap_or_default()]
    })
}

fn votes(speech: &LocalSpeech, sounds: &[Vec<i16>]) -> Vec<Duration> {
    let vote = speech.end_of_turn();
    let mut took = Vec::new();
    for sound in sounds.iter().take(6) {
        // Before the model is loaded there is no vote: ask until there is one.
        loop {
            let answer = Arc::new(OnceLock::new());
            let (sent, received) = mpsc::channel();
            let begun = Instant::now();
            let given = Arc::clone(&answer);
            vote.vote(
                UtteranceId(1),
                sound.clone(),
                Arc::new(move |_, percent| {
                    let _ = given.set(percent);
                    let _ = sent.send(());
                }),
            );
            if received.recv_timeout(Duration::from_millis(1_500)).is_ok() {
                took.push(begun.elapsed());
                break;
            }
        }
    }
    took
}

fn median(durations: &mut [Duration]) -> Duration {
    durations.sort();
    durations.get(durations.len() / 2).copied().unwrap_or_default()
}
