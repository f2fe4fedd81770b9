//! A voice that can say one text even when it fails: its sound was made while the voice worked, and is kept.
//!
//! Made beside the first text that is spoken well, so that nothing is made for whoever never speaks; kept in memory and, so that
//! a voice that fails at the next start has it too, in a file. It holds no words of a call.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use audio::g711::{ulaw_decode, ulaw_encode};
use ports::error::SpeechError;
use ports::text_to_speech::{SpeakRequest, Speaking, TextToSpeech, Voice, VoicePiece, VoiceSink};
use sha2::{Digest, Sha256};

/// Samples of a piece: a tenth of a second, as engines send them.
const PIECE: usize = 800;

/// The longest sound that is kept: half a minute. Whatever is longer is not the text.
const SAMPLES_AT_MOST: usize = 30 * 8_000;

/// Returns the same voice, which keeps the sound of `text` in `folder`. `name` tells voices apart: another voice's sound is not used.
pub fn stored(voice: Arc<dyn TextToSpeech>, name: &str, text: &str, folder: &Path) -> Arc<dyn TextToSpeech> {
    Arc::new(Stored {
        voice,
        text: text.to_owned(),
        kept: Arc::new(Kept { name: name.to_owned(), folder: folder.to_owned(), sounds: Mutex::default() }),
    })
}

struct Stored {
    voice: Arc<dyn TextToSpeech>,
    text: String,
    kept: Arc<Kept>,
}

/// Sounds by manner of speaking.
struct Kept {
    name: String,
    folder: PathBuf,
    sounds: Mutex<HashMap<(u32, u32), Sound>>,
}

enum Sound {
    /// It is being made; dropping the handle would stop that.
    Coming(#[expect(dead_code, reason = "held while the sound is made")] Box<dyn Speaking>),
    Ready(Arc<[i16]>),
    /// It is about to be made.
    None,
}

impl TextToSpeech for Stored {
    fn warm_up(&self) {
        self.voice.warm_up();
    }

    fn speak(&self, request: SpeakRequest, mut sink: VoiceSink) -> Result<Box<dyn Speaking>, SpeechError> {
        let voice = request.voice;
        if request.text == self.text
            && let Some(sound) = self.kept.get(voice, &self.text)
        {
            sound.chunks(PIECE).for_each(|piece| sink(VoicePiece::Audio(piece.to_vec())));
            sink(VoicePiece::End);
            return Ok(Box::new(Nothing));
        }
        let (engine, text, kept) = (self.voice.clone(), self.text.clone(), self.kept.clone());
        let heeds = move |piece: VoicePiece| {
            let is_well = piece == VoicePiece::End;
            sink(piece);
            if is_well {
                kept.clone().make(engine.clone(), voice, text.clone());
            }
        };
        self.voice.speak(request, Box::new(heeds))
    }
}

/// Nothing is left to be made.
struct Nothing;

impl Speaking for Nothing {}

impl Kept {
    /// Returns the sound, from memory or from its file.
    fn get(&self, voice: Voice, text: &str) -> Option<Arc<[i16]>> {
        if let Some(Sound::Ready(sound)) = self.lock().get(&manner(voice)) {
            return Some(sound.clone());
        }
        let bytes = std::fs::read(self.file(voice, text)).ok().filter(|bytes| (1..=SAMPLES_AT_MOST).contains(&bytes.len()))?;
        let mut samples = vec![0; bytes.len()];
        ulaw_decode(&bytes, &mut samples);
        let sound: Arc<[i16]> = samples.into();
        self.lock().insert(manner(voice), Sound::Ready(sound.clone()));
        Some(sound)
    }

    /// Has the sound made, once, on a thread of its own: this is called from the engine's, which must not wait for themselves.
    fn make(self: Arc<Self>, engine: Arc<dyn TextToSpeech>, voice: Voice, text: String) {
        if self.lock().contains_key(&manner(voice)) {
            return;
        }
        self.lock().insert(manner(voice), Sound::None);
        let spawned = std::thread::Builder::new().name("apology".into()).spawn(move || {
            if self.get(voice, &text).is_none() {
                self.render(engine.as_ref(), voice, text);
            }
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread to make what is said if the voice fails");
        }
    }

    fn render(self: &Arc<Self>, engine: &dyn TextToSpeech, voice: Voice, text: String) {
        let (kept, asked) = (self.clone(), text.clone());
        let mut samples: Vec<i16> = Vec::new();
        let collect = move |piece| match piece {
            VoicePiece::Audio(more) if samples.len() + more.len() <= SAMPLES_AT_MOST => samples.extend(more),
            VoicePiece::Audio(_) => {}
            VoicePiece::Failed => kept.forget(voice),
            VoicePiece::End => kept.put(voice, &asked, std::mem::take(&mut samples)),
        };
        match engine.speak(SpeakRequest { text, voice }, Box::new(collect)) {
            Ok(work) => {
                // It may be ready already.
                self.lock().entry(manner(voice)).and_modify(|sound| {
                    if matches!(sound, Sound::None) {
                        *sound = Sound::Coming(work);
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "what is said if the voice fails could not be made");
                self.forget(voice);
            }
        }
    }

    /// It is made beside the next text that is spoken well.
    fn forget(&self, voice: Voice) {
        self.lock().remove(&manner(voice));
    }

    fn put(&self, voice: Voice, text: &str, samples: Vec<i16>) {
        if samples.is_empty() {
            return;
        }
        if let Err(error) = self.write(voice, text, &samples) {
            tracing::debug!(%error, "what is said if the voice fails is kept in memory only");
        }
        self.lock().insert(manner(voice), Sound::Ready(samples.into()));
    }

    /// Writes beside and renames, so that a file that is there is whole.
    fn write(&self, voice: Voice, text: &str, samples: &[i16]) -> std::io::Result<()> {
        let mut bytes = vec![0; samples.len()];
        ulaw_encode(samples, &mut bytes);
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        std::io::Write::write_all(&mut file, &bytes)?;
        file.persist(self.file(voice, text)).map(drop).map_err(|error| error.error)
    }

    /// Returns where the sound lies: its name says of which voice and text it is.
    fn file(&self, voice: Voice, text: &str) -> PathBuf {
        let mut hash = Sha256::new();
        for part in [self.name.as_bytes(), &voice.pitch.to_bits().to_be_bytes(), &voice.pace.to_bits().to_be_bytes(), text.as_bytes()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let name: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("apology-{name}.ulaw"))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(u32, u32), Sound>> {
        self.sounds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn manner(voice: Voice) -> (u32, u32) {
    (voice.pitch.to_bits(), voice.pace.to_bits())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;

    use super::*;

    const TEXT: &str = "Sorry.";

    /// Speaks a letter as a sample, until it is broken. Tells whenever it has spoken.
    struct Letters {
        is_broken: AtomicBool,
        spoke: mpsc::Sender<String>,
    }

    impl TextToSpeech for Letters {
        fn warm_up(&self) {}

        fn speak(&self, request: SpeakRequest, mut sink: VoiceSink) -> Result<Box<dyn Speaking>, SpeechError> {
            if self.is_broken.load(Ordering::Relaxed) {
                return Err(SpeechError::Overloaded);
            }
            sink(VoicePiece::Audio(request.text.bytes().map(|letter| i16::from(letter) * 64).collect()));
            sink(VoicePiece::End);
            self.spoke.send(request.text).unwrap();
            Ok(Box::new(Nothing))
        }
    }

    fn letters() -> (Arc<Letters>, mpsc::Receiver<String>) {
        let (spoke, told) = mpsc::channel();
        (Arc::new(Letters { is_broken: AtomicBool::new(false), spoke }), told)
    }

    /// Returns how many samples a text has, if it can be said.
    fn said(voice: &Arc<dyn TextToSpeech>, text: &str) -> Option<usize> {
        let (sender, pieces) = mpsc::channel();
        let request = SpeakRequest { text: text.into(), voice: Voice::default() };
        let _work = voice.speak(request, Box::new(move |piece| sender.send(piece).unwrap())).ok()?;
        let pieces: Vec<VoicePiece> = pieces.iter().collect();
        assert_eq!(pieces.last(), Some(&VoicePiece::End));
        Some(pieces.iter().map(|piece| if let VoicePiece::Audio(samples) = piece { samples.len() } else { 0 }).sum())
    }

    #[test]
    fn what_was_made_while_it_worked_is_said_when_it_fails_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, told) = letters();
        let voice = stored(engine.clone(), "letters", TEXT, folder.path());
        assert_eq!(said(&voice, "Hello there."), Some(12));
        assert_eq!((told.recv().unwrap(), told.recv().unwrap()), ("Hello there.".to_owned(), TEXT.to_owned()));
        assert_eq!(said(&voice, "Once more."), Some(10));
        assert_eq!(told.recv().unwrap(), "Once more.", "it is made once");
        engine.is_broken.store(true, Ordering::Relaxed);
        assert_eq!((said(&voice, "Hello there."), said(&voice, TEXT)), (None, Some(TEXT.len())));
        let next_start = stored(engine.clone(), "letters", TEXT, folder.path());
        assert_eq!((said(&next_start, "Hello there."), said(&next_start, TEXT)), (None, Some(TEXT.len())));
        let another_voice = stored(engine, "numbers", TEXT, folder.path());
        assert_eq!(said(&another_voice, TEXT), None);
    }

    #[test]
    fn a_voice_that_never_worked_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, _told) = letters();
        engine.is_broken.store(true, Ordering::Relaxed);
        let voice = stored(engine, "letters", TEXT, folder.path());
        assert_eq!((said(&voice, "Hello."), said(&voice, TEXT)), (None, None));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_written_leaves_it_in_memory() {
        let (engine, told) = letters();
        let voice = stored(engine.clone(), "letters", TEXT, Path::new("/nowhere"));
        said(&voice, "Hello.");
        assert_eq!((told.recv().unwrap(), told.recv().unwrap()), ("Hello.".to_owned(), TEXT.to_owned()));
        engine.is_broken.store(true, Ordering::Relaxed);
        assert_eq!(said(&voice, TEXT), Some(TEXT.len()));
    }
}
