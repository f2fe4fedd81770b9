//! The voice hibari: text is cut into phrases, made speakable, turned into phonemes, and by a small net and a vocoder
//! into telephone audio, phrase by phrase.
//!
//! Each phrase is one job on the shared workers, so that a long text neither keeps others waiting nor goes on after its
//! handle was dropped. A text that was spoken before is given out at once, on a thread of its own that never computes.

mod lexicon;
mod phrases;
mod pronounce;
mod speller;
mod tagger;
mod vocoder;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use ports::error::SpeechError;
use ports::text_to_speech::{SpeakRequest, Speaking, TextToSpeech, Voice, VoicePiece, VoiceSink};
use rten_tensor::Tensor;

use super::rendered::{self, Pieces, Rendered};
use super::spoken;
use crate::graph::{Graph, failed, floats};
use crate::library::{self, ModelFile, ModelsDir};
use crate::loaded::Loaded;
use crate::workers::{Priority, Worker, Workers};
use phrases::Phrase;
use pronounce::Pronunciation;
use vocoder::Frames;

const FILES: &[ModelFile] = &[
    library::HIBARI_VOICE,
    library::HIBARI_ALPHABET,
    library::HIBARI_GOLD,
    library::HIBARI_SILVER,
    library::HIBARI_TAGGER,
    library::HIBARI_SPELLER,
    library::HIBARI_SPELLER_ALPHABET,
];

/// Paces and pitches beyond these make no speech any more.
const PACE: std::ops::RangeInclusive<f32> = 0.5..=2.0;
const PITCH: std::ops::RangeInclusive<f32> = 0.4..=2.0;

/// hibari behind the port.
pub(crate) struct LocalVoice {
    hibari: Arc<Loaded<Hibari>>,
    workers: Arc<Workers>,
    rendered: Arc<Mutex<Rendered>>,
    replays: mpsc::Sender<Replay>,
}

struct Replay {
    pieces: Pieces,
    sink: VoiceSink,
    stopped: Arc<AtomicBool>,
}

impl LocalVoice {
    pub(crate) fn new(dir: &ModelsDir, workers: Arc<Workers>) -> Self {
        Self {
            hibari: Loaded::new(dir.clone(), FILES, Hibari::load),
            workers,
            rendered: Arc::new(Mutex::new(Rendered::new(rendered::BOUND))),
            replays: start_replays(),
        }
    }
}

impl TextToSpeech for LocalVoice {
    fn warm_up(&self) {
        self.hibari.warm_up();
    }

    fn speak(&self, request: SpeakRequest, sink: VoiceSink) -> Result<Box<dyn Speaking>, SpeechError> {
        self.hibari.check()?;
        let stopped = Arc::new(AtomicBool::new(false));
        let handle = Box::new(Handle { stopped: Arc::clone(&stopped) });
        let known = self.rendered.lock().unwrap_or_else(PoisonError::into_inner).get(&request);
        if let Some(pieces) = known {
            self.replays.send(Replay { pieces, sink, stopped }).map_err(|_| SpeechError::Overloaded)?;
            return Ok(handle);
        }
        let line = Line {
            hibari: Arc::clone(&self.hibari),
            workers: Arc::downgrade(&self.workers),
            rendered: Arc::clone(&self.rendered),
            phrases: phrases::cut(&request.text).into_iter(),
            request,
            pieces: Vec::new(),
            sink,
            stopped,
        };
        self.workers.submit(Priority::Voice, move |worker| line.go_on(worker))?;
        Ok(handle)
    }
}

/// Stops the work when it is dropped.
struct Handle {
    stopped: Arc<AtomicBool>,
}

impl Speaking for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Release);
    }
}

fn start_replays() -> mpsc::Sender<Replay> {
    let (sender, replays) = mpsc::channel::<Replay>();
    let spawned = thread::Builder::new().name("speech-replay".to_owned()).spawn(move || {
        for Replay { pieces, mut sink, stopped } in replays {
            for piece in pieces.iter() {
                if stopped.load(Ordering::Acquire) {
                    break;
                }
                sink(VoicePiece::Audio(piece.clone()));
            }
            if !stopped.load(Ordering::Acquire) {
                sink(VoicePiece::End);
            }
        }
    });
    if let Err(error) = spawned {
        tracing::error!(%error, "the thread for rendered speech could not be started");
    }
    sender
}

/// A text on its way to becoming sound.
struct Line {
    hibari: Arc<Loaded<Hibari>>,
    /// Weak, because a job must not keep alive the queue it waits in.
    workers: std::sync::Weak<Workers>,
    rendered: Arc<Mutex<Rendered>>,
    request: SpeakRequest,
    phrases: std::vec::IntoIter<Phrase>,
    pieces: Vec<Vec<i16>>,
    sink: VoiceSink,
    stopped: Arc<AtomicBool>,
}

impl Line {
    /// Speaks the next phrase and queues what is left.
    fn go_on(mut self, worker: &Worker) {
        if self.stopped.load(Ordering::Acquire) {
            return;
        }
        let Some(phrase) = self.phrases.next() else {
            self.end();
            return;
        };
        match self.hibari.get().and_then(|hibari| hibari.speak(worker, &phrase, self.request.voice)) {
            Ok(piece) => {
                if self.stopped.load(Ordering::Acquire) {
                    return;
                }
                if !piece.is_empty() {
                    (self.sink)(VoicePiece::Audio(piece.clone()));
                    self.pieces.push(piece);
                }
            }
            Err(error) => {
                tracing::error!(%error, "a line could not be spoken");
                (self.sink)(VoicePiece::Failed);
                return;
            }
        }
        if self.phrases.as_slice().is_empty() {
            self.end();
            return;
        }
        // A full queue would cut the line in its middle, so the phrase is made here and now instead.
        let Some(workers) = self.workers.upgrade() else { return };
        let line = Arc::new(Mutex::new(Some(self)));
        let queued = Arc::clone(&line);
        let take = |line: &Mutex<Option<Self>>| line.lock().unwrap_or_else(PoisonError::into_inner).take();
        let submitted = workers.submit(Priority::Voice, move |worker| {
            if let Some(line) = take(&queued) {
                line.go_on(worker);
            }
        });
        if submitted.is_err()
            && let Some(line) = take(&line)
        {
            line.go_on(worker);
        }
    }

    fn end(mut self) {
        let pieces: Pieces = self.pieces.into();
        self.rendered.lock().unwrap_or_else(PoisonError::into_inner).put(&self.request, pieces);
        (self.sink)(VoicePiece::End);
    }
}

/// The loaded voice.
pub(crate) struct Hibari {
    net: Graph,
    alphabet: HashMap<char, i32>,
    pronunciation: Pronunciation,
}

impl Hibari {
    pub(crate) fn load(dir: &ModelsDir) -> Result<Self, SpeechError> {
        Ok(Self {
            net: Graph::load(dir, &library::HIBARI_VOICE, &["ids", "speed"], &["lh", "theta", "ln", "lr", "phi", "f0"])?,
            alphabet: serde_json::from_slice(&dir.read(&library::HIBARI_ALPHABET)?).map_err(failed)?,
            pronunciation: Pronunciation::load(dir)?,
        })
    }

    /// Returns a phrase as 8 kHz samples with the pause that follows it; empty if there is nothing to say.
    fn speak(&self, worker: &Worker, phrase: &Phrase, voice: Voice) -> Result<Vec<i16>, SpeechError> {
        let phonemes = self.phonemes(worker, &phrase.text)?;
        let mut ids = vec![0];
        ids.extend(phonemes.chars().filter_map(|phoneme| self.alphabet.get(&phoneme)));
        ids.push(0);
        if ids.len() < 3 {
            return Ok(Vec::new());
        }
        let pace = voice.pace.clamp(*PACE.start(), *PACE.end());
        let pitch = voice.pitch.clamp(*PITCH.start(), *PITCH.end());
        let ids = Tensor::from_data(&[1, ids.len()], ids);
        let outputs = self.net.run(worker, vec![ids.into(), Tensor::from_data(&[1], vec![pace]).into()])?;
        let outputs = outputs.into_iter().map(floats).collect::<Result<Vec<_>, _>>()?;
        let Ok([lh, th, ln, lr, phi, mut f0]) = <[_; 6]>::try_from(outputs) else {
            return Err(failed("the voice gave other outputs than it should"));
        };
        for frequency in &mut f0 {
            *frequency *= pitch;
        }
        let sound = vocoder::sound(&Frames { lh: &lh, th: &th, ln: &ln, lr: &lr, phi: &phi, f0: &f0 });
        let pause = (phrase.pause.as_secs_f32() / pace * vocoder::RATE_HZ) as usize;
        Ok(vocoder::telephone(&sound, pause))
    }

    /// Returns how a text is said, in the net's alphabet.
    fn phonemes(&self, worker: &Worker, text: &str) -> Result<String, SpeechError> {
        self.pronunciation.of(worker, &spoken::spoken(text))
    }
}
