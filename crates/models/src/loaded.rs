//! Something heavy that is loaded once, in the background, by whoever needs it first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

use ports::error::SpeechError;

use crate::library::{ModelFile, ModelsDir};

/// A model of one process, shared by all calls.
///
/// A failed load stays failed: the files do not heal while the program runs, and trying again would cost each call a
/// second of processor time.
pub(crate) struct Loaded<T> {
    dir: ModelsDir,
    files: &'static [ModelFile],
    load: fn(&ModelsDir) -> Result<T, SpeechError>,
    value: OnceLock<Result<Arc<T>, SpeechError>>,
    warming: AtomicBool,
}

impl<T: Send + Sync + 'static> Loaded<T> {
    /// Remembers how to load; loads nothing.
    pub(crate) fn new(dir: ModelsDir, files: &'static [ModelFile], load: fn(&ModelsDir) -> Result<T, SpeechError>) -> Arc<Self> {
        Arc::new(Self { dir, files, load, value: OnceLock::new(), warming: AtomicBool::new(false) })
    }

    /// Begins to load on a thread of its own, unless that was done before. Returns at once.
    pub(crate) fn warm_up(self: &Arc<Self>) {
        if self.value.get().is_some() || self.warming.swap(true, Ordering::AcqRel) {
            return;
        }
        let this = Arc::clone(self);
        let spawned = thread::Builder::new().name("speech-load".to_owned()).spawn(move || {
            if let Err(error) = this.get() {
                tracing::error!(%error, "a speech model could not be loaded");
            }
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread to load a speech model: the first use will load it");
        }
    }

    /// Returns the model, and waits while it is being loaded. Only for threads that may wait.
    pub(crate) fn get(&self) -> Result<Arc<T>, SpeechError> {
        self.value.get_or_init(|| (self.load)(&self.dir).map(Arc::new)).clone()
    }

    /// Returns whether the model can be used at once.
    pub(crate) fn is_ready(&self) -> bool {
        matches!(self.value.get(), Some(Ok(_)))
    }

    /// Says, without loading, whether a load has failed or is bound to: a file is absent or of a wrong size.
    pub(crate) fn check(&self) -> Result<(), SpeechError> {
        match self.value.get() {
            Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(error.clone()),
            None => self.files.iter().try_for_each(|file| self.dir.check_present(file)),
        }
    }
}
