//! The voice as a stream: early, in order, stoppable, at telephone loudness, at once when it was said before.

use std::sync::mpsc;
use std::time::Duration;

use ports::text_to_speech::{SpeakRequest, Voice, VoicePiece};

use crate::line::{PATIENCE, SPEECH, spoken};

fn line(text: &str) -> SpeakRequest {
    SpeakRequest { text: text.to_owned(), voice: Voice::default() }
}

#[test]
fn a_long_text_comes_in_pieces_and_a_second_time_the_same() {
    let text = "Hi, good evening, this is an assistant calling for Anna. She would like to know when you close. Thank you.";
    let pieces = |text: &str| {
        let (sink, pieces) = mpsc::channel();
        let _speaking = SPEECH.text_to_speech().speak(line(text), Box::new(move |piece| drop(sink.send(piece)))).unwrap();
        let mut all = Vec::new();
        loop {
            match pieces.recv_timeout(PATIENCE).unwrap() {
                VoicePiece::Audio(piece) => all.push(piece),
                VoicePiece::End => return all,
                VoicePiece::Failed => panic!("the voice failed"),
            }
        }
    };
    let first = pieces(text);
    assert!(first.len() >= 3, "{} pieces", first.len());
    assert!(first[0].len() < 2 * 8_000, "the first piece has {} samples", first[0].len());
    assert_eq!(first, pieces(text));
}

#[test]
fn speech_is_at_twenty_below_full_scale_whatever_the_voice() {
    for pitch in [0.58, 1.0, 1.25] {
        let sound = spoken("We are open from nine to five.", Voice { pitch, pace: 1.0 });
        let levels: Vec<f64> =
            sound.chunks(160).map(|frame| frame.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / frame.len() as f64).collect();
        let loudest = levels.iter().copied().fold(0.0, f64::max);
        let speech: Vec<f64> = levels.into_iter().filter(|&level| level > loudest / 1_000.0).collect();
        let dbfs = 10.0 * (speech.iter().sum::<f64>() / speech.len() as f64 / 32_768.0_f64.powi(2)).log10();
        assert!((-22.0..=-18.0).contains(&dbfs), "{dbfs} dBFS at pitch {pitch}");
    }
}

#[test]
fn a_brisk_pace_is_shorter() {
    let text = "Please hold the line, somebody will be with you soon.";
    let normal = spoken(text, Voice::default()).len();
    let brisk = spoken(text, Voice { pitch: 1.0, pace: 1.3 }).len();
    assert!(brisk * 10 < normal * 9, "{brisk} samples against {normal}");
}

#[test]
fn a_dropped_handle_stops_the_work() {
    let (sink, pieces) = mpsc::channel();
    let text = "This is one sentence of many. ".repeat(200);
    let speaking = SPEECH.text_to_speech().speak(line(&text), Box::new(move |piece| drop(sink.send(piece)))).unwrap();
    pieces.recv_timeout(PATIENCE).unwrap();
    drop(speaking);
    // The sink is let go of soon, long before two hundred sentences are made, and no end is reported.
    let mut after = 0;
    loop {
        match pieces.recv_timeout(Duration::from_secs(30)) {
            Ok(VoicePiece::Audio(_)) => after += 1,
            Ok(other) => panic!("{other:?} after the handle was dropped"),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("the work goes on"),
        }
    }
    assert!(after < 20, "{after} pieces came after the handle was dropped");
}

#[test]
fn a_text_without_words_ends_at_once() {
    assert!(spoken("", Voice::default()).is_empty());
    assert!(spoken(" … — ", Voice::default()).is_empty());
}
