//! What the tests share: the models, a telephone line, and waiting for what the engines say.

use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use audio::g711;
use models::LocalSpeech;
use models::library::ModelsDir;
use ports::speech_to_text::{Heard, Listening, Wanted};
use ports::text_to_speech::{SpeakRequest, Voice, VoicePiece};
use telephony::{AudioPosition, UtteranceId};

/// How long anything may take before a test gives up: a hundred times what it takes.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub const UTTERANCE: UtteranceId = UtteranceId(1);

/// The models of the repository.
pub fn models_dir() -> ModelsDir {
    ModelsDir::at(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models"))
}

/// One set of engines for all tests.
pub static SPEECH: LazyLock<LocalSpeech> = LazyLock::new(|| LocalSpeech::open(&models_dir()).unwrap());

/// Returns what `text` sounds like, at 8 kHz.
pub fn spoken(text: &str, voice: Voice) -> Vec<i16> {
    let (sink, pieces) = mpsc::channel();
    let request = SpeakRequest { text: text.to_owned(), voice };
    let _speaking = SPEECH.text_to_speech().speak(request, Box::new(move |piece| drop(sink.send(piece)))).unwrap();
    let mut sound = Vec::new();
    loop {
        match pieces.recv_timeout(PATIENCE).unwrap() {
            VoicePiece::Audio(piece) => sound.extend(piece),
            VoicePiece::End => return sound,
            VoicePiece::Failed => panic!("the voice failed"),
        }
    }
}

/// Returns `sound` as it comes out of a telephone line: μ-law there and back, with silence around it.
pub fn over_the_line(sound: &[i16]) -> Vec<i16> {
    let mut heard = vec![0; 2_000];
    let mut bytes = vec![0; sound.len()];
    g711::ulaw_encode(sound, &mut bytes);
    let mut decoded = vec![0; sound.len()];
    g711::ulaw_decode(&bytes, &mut decoded);
    heard.extend(decoded);
    heard.extend([0; 3_200]);
    heard
}

/// Opens a session whose results come out of a channel.
pub fn listen() -> (Box<dyn Listening>, Receiver<Heard>) {
    let (sink, heard) = mpsc::channel();
    let session = SPEECH.speech_to_text().listen(Wanted::Interims, Arc::new(move |result| drop(sink.send(result)))).unwrap();
    (session, heard)
}

/// Pushes `sound` in frames of 20 ms, from `start` on, and returns where it ends.
pub fn push(session: &mut dyn Listening, start: AudioPosition, sound: &[i16]) -> AudioPosition {
    let mut at = start;
    for frame in sound.chunks(160) {
        session.push(at, frame);
        at = AudioPosition(at.0 + frame.len() as u64);
    }
    at
}

/// Returns what is made of `sound` as one utterance; interims are passed over.
pub fn settled(sound: &[i16]) -> Heard {
    let (mut session, heard) = listen();
    let end = push(session.as_mut(), AudioPosition::ZERO, sound);
    session.begin(UTTERANCE, AudioPosition::ZERO);
    session.settle(UTTERANCE, 7, end);
    loop {
        let result = heard.recv_timeout(PATIENCE).unwrap();
        if !matches!(result, Heard::Interim { .. }) {
            return result;
        }
    }
}
