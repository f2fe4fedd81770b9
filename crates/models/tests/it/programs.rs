//! Ears and a voice that are other programs, behind the ports, in a whole session.

use std::sync::{Arc, mpsc};

use audio::level::rms_dbfs;
use audio::wav::write_wav;
use models::CommandLine;
use ports::error::SpeechError;
use ports::speech_to_text::{Heard, Wanted};
use ports::text_to_speech::{SpeakRequest, Voice, VoicePiece};
use telephony::{AudioPosition, UtteranceId};

use crate::line::{SPEECH, over_the_line, spoken};

fn command(text: &str) -> CommandLine {
    CommandLine::parse(text).unwrap()
}

fn heard_by(line: &str, sound: &[i16]) -> Heard {
    let (sender, results) = mpsc::channel();
    let ears = SPEECH.ears_of(command(line));
    let mut listening = ears
        .listen(
            Wanted::Interims,
            Arc::new(move |heard| {
                if !matches!(heard, Heard::Interim { .. }) {
                    sender.send(heard).unwrap();
                }
            }),
        )
        .unwrap();
    listening.push(AudioPosition::ZERO, sound);
    listening.begin(UtteranceId(1), AudioPosition::ZERO);
    listening.settle(UtteranceId(1), 3, AudioPosition(sound.len() as u64));
    results.recv().unwrap()
}

#[test]
fn a_program_hears_whatever_is_speech_and_nothing_else() {
    // It is given a WAV file with as many bytes as the utterance has at 16 kHz, and prints what it makes of it.
    let line = r#"sh -c 'test $(wc -c < "$0") -gt 30000 && head -c 4 "$0" && echo " of   nine"' {wav}"#;
    let sound = over_the_line(&spoken("We close at nine.", Voice::default()));
    let Heard::Settled { text, revision, .. } = heard_by(line, &sound) else { panic!("not taken for speech") };
    assert_eq!((text.as_str(), revision), ("RIFF of nine", 3));
    assert!(matches!(heard_by(line, &vec![0; 16_000]), Heard::NotSpeech { .. }));
    assert!(matches!(heard_by("sh -c 'exit 1' {wav}", &sound), Heard::Failed { .. }));
}

#[test]
fn a_program_speaks_each_phrase_at_our_rate_and_loudness() {
    let folder = tempfile::tempdir().unwrap();
    let tone: Vec<i16> = (0..22_050).map(|n| (8_000.0 * (f64::from(n) * 0.2).sin()) as i16).collect();
    let wav = folder.path().join("tone.wav");
    std::fs::write(&wav, write_wav(22_050, 1, &tone)).unwrap();
    let told = folder.path().join("told.txt");
    let line = format!("sh -c 'cat >> {} && cp {} \"$0\"' {{wav}}", told.display(), wav.display());
    let (sender, pieces) = mpsc::channel();
    let voice = SPEECH.voice_of(command(&line));
    let request = SpeakRequest { text: "We close at 9 pm. Goodbye.".into(), voice: Voice::default() };
    let work = voice.speak(request, Box::new(move |piece| sender.send(piece).unwrap())).unwrap();
    let mut spoken = Vec::new();
    loop {
        match pieces.recv().unwrap() {
            VoicePiece::Audio(samples) => spoken.push(samples),
            VoicePiece::End => break,
            VoicePiece::Failed => panic!("the program failed"),
        }
    }
    drop(work);
    assert_eq!(spoken.len(), 2, "two sentences are two phrases");
    for samples in &spoken {
        assert!((8_000..11_000).contains(&samples.len()), "a second of tone and its pause: {}", samples.len());
        let level = rms_dbfs(&samples[800..7_200]);
        assert!((level + 20.0).abs() < 1.0, "{level} dBFS");
    }
    assert_eq!(std::fs::read_to_string(told).unwrap(), "We close at nine P.M.\nGoodbye.\n");
}

#[test]
fn a_program_that_is_not_there_is_told_before_the_call() {
    let line = command("no-such-voice-here {wav}");
    let error = SPEECH.voice_of(line.clone()).speak(SpeakRequest { text: "Hello.".into(), voice: Voice::default() }, Box::new(|_| ())).err();
    assert_eq!(error, Some(SpeechError::NoProgram { name: "no-such-voice-here".into() }));
    assert!(matches!(SPEECH.ears_of(line).listen(Wanted::Interims, Arc::new(|_| ())), Err(SpeechError::NoProgram { .. })));
}
