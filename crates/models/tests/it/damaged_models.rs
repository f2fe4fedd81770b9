//! A missing or damaged model file is named, at once if its size is wrong, else when it is loaded.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;

use models::LocalSpeech;
use models::library::{MODEL_FILES, ModelsDir, verify_all};
use ports::error::SpeechError;
use ports::speech_to_text::Wanted;
use ports::text_to_speech::{SpeakRequest, Voice, VoicePiece};

use crate::line::{PATIENCE, models_dir};

const VOICE: &str = "hibari/hibari.onnx";

/// A folder with links to all model files.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in MODEL_FILES {
        let to = folder.path().join(file.name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        // A link where the system has them, to spare 67 MB of copying.
        let from = models_dir().path().join(file.name);
        fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop)).unwrap();
    }
    folder
}

fn damage(folder: &Path) {
    let file = folder.join(VOICE);
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::remove_file(&file).unwrap();
    fs::write(&file, bytes).unwrap();
}

#[test]
fn all_files_of_the_repository_are_the_pinned_ones() {
    let results = verify_all(&models_dir());
    assert_eq!(results.len(), MODEL_FILES.len());
    for (name, result) in results {
        assert_eq!(result, Ok(()), "{name}");
    }
}

#[test]
fn a_missing_file_is_named_when_speech_is_opened() {
    let folder = copy();
    fs::remove_file(folder.path().join(VOICE)).unwrap();
    let error = LocalSpeech::open(&ModelsDir::at(folder.path())).err();
    assert_eq!(error, Some(SpeechError::Missing { file: VOICE.to_owned() }));
}

#[test]
fn a_cut_file_is_damaged() {
    let folder = copy();
    let file = folder.path().join(VOICE);
    fs::remove_file(&file).unwrap();
    fs::write(&file, b"cut").unwrap();
    let error = LocalSpeech::open(&ModelsDir::at(folder.path())).err();
    assert_eq!(error, Some(SpeechError::Corrupt { file: VOICE.to_owned() }));
}

#[test]
fn a_single_wrong_bit_fails_the_line_and_refuses_the_next() {
    let folder = copy();
    damage(folder.path());
    let dir = ModelsDir::at(folder.path());
    let bad: Vec<_> = verify_all(&dir).into_iter().filter(|(_, result)| result.is_err()).collect();
    assert_eq!(bad, [(VOICE, Err(SpeechError::Corrupt { file: VOICE.to_owned() }))]);
    let speech = LocalSpeech::open(&dir).unwrap();
    let voice = speech.text_to_speech();
    let request = SpeakRequest { text: "Hello.".to_owned(), voice: Voice::default() };
    let (sink, pieces) = mpsc::channel();
    let _speaking = voice.speak(request.clone(), Box::new(move |piece| drop(sink.send(piece)))).unwrap();
    assert_eq!(pieces.recv_timeout(PATIENCE).unwrap(), VoicePiece::Failed);
    let refused = voice.speak(request, Box::new(|_| ())).err();
    assert_eq!(refused, Some(SpeechError::Corrupt { file: VOICE.to_owned() }));
}

#[test]
fn a_folder_that_is_not_there_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let error = ModelsDir::find(Some(&folder.path().join("nowhere"))).err();
    assert_eq!(error, Some(SpeechError::Missing { file: "models".to_owned() }));
    assert_eq!(ModelsDir::find(Some(folder.path())).unwrap().path(), folder.path());
    let listened =
        LocalSpeech::open(&ModelsDir::at(folder.path())).map(|speech| speech.speech_to_text().listen(Wanted::Interims, Arc::new(|_| ())).is_ok());
    assert!(matches!(listened, Err(SpeechError::Missing { .. })));
}
