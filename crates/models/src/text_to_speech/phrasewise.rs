//! A text is spoken phrase by phrase, whoever makes the sound.
//!
//! Each phrase is one job on the shared workers, so that a long text neither keeps others waiting nor goes on after its
//! handle was dropped. A text that was spoken before is given out at once, on a thread of its own that never computes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use ports::error::SpeechError;
use ports::text_to_speech::{SpeakRequest, Speaking, TextToSpeech, Voice, VoicePiece, VoiceSink};

use super::phrases::{self, Phrase};
use super::rendered::{self, Pieces, Rendered};
use crate::workers::{Priority, Worker, Workers};

/// A voice that makes one phrase at a time, on a thread that may wait.
pub(crate) trait PhraseVoice: Send + Sync + 'static {
    /// Begins to load what it needs, in the background.
    fn warm_up(&self);

    /// Says, without loading, whether it can serve.
    fn check(&self) -> Result<(), SpeechError>;

    /// Returns a phrase as 8 kHz samples with the pause that follows it; empty if there is nothing to say.
    fn speak(&self, worker: &Worker, phrase: &Phrase, voice: Voice) -> Result<Vec<i16>, SpeechError>;
}

/// Such a voice behind the port.
pub(crate) struct Phrasewise {
    voice: Arc<dyn PhraseVoice>,
    workers: Arc<Workers>,
    rendered: Arc<Mutex<Rendered>>,
    replays: mpsc::Sender<Replay>,
}

struct Replay {
    pieces: Pieces,
    sink: VoiceSink,
    stopped: Arc<AtomicBool>,
}

impl Phrasewise {
    pub(crate) fn new(voice: impl PhraseVoice, workers: Arc<Workers>) -> Self {
        Self { voice: Arc::new(voice), workers, rendered: Arc::new(Mutex::new(Rendered::new(rendered::BOUND))), replays: start_replays() }
    }
}

impl TextToSpeech for Phrasewise {
    fn warm_up(&self) {
        self.voice.warm_up();
    }

    fn speak(&self, request: SpeakRequest, sink: VoiceSink) -> Result<Box<dyn Speaking>, SpeechError> {
        self.voice.check()?;
        let stopped = Arc::new(AtomicBool::new(false));
        let handle = Box::new(Handle { stopped: Arc::clone(&stopped) });
        let known = self.rendered.lock().unwrap_or_else(PoisonError::into_inner).get(&request);
        if let Some(pieces) = known {
            self.replays.send(Replay { pieces, sink, stopped }).map_err(|_| SpeechError::Overloaded)?;
            return Ok(handle);
        }
        let line = Line {
            voice: Arc::clone(&self.voice),
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
    voice: Arc<dyn PhraseVoice>,
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
        match self.voice.speak(worker, &phrase, self.request.voice) {
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
