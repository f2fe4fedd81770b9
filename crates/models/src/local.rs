//! The speech engines of this machine, joined: what the binary opens at its start.

use std::sync::Arc;

use ports::error::SpeechError;
use ports::speech_to_text::SpeechToText;
use ports::text_to_speech::TextToSpeech;
use ports::turn_vote::EndOfTurn;

use crate::library::{MODEL_FILES, ModelsDir};
use crate::program::CommandLine;
use crate::speech_to_text;
use crate::speech_to_text::session::Ears;
use crate::text_to_speech::phrasewise::Phrasewise;
use crate::text_to_speech::{self, hibari};
use crate::turn_vote::smart_turn::LocalVote;
use crate::workers::Workers;

/// Local ears, voice and end-of-turn vote, on threads that they share. Open it once a process.
pub struct LocalSpeech {
    ears: Arc<Ears>,
    voice: Arc<Phrasewise>,
    workers: Arc<Workers>,
    dir: ModelsDir,
    vote: Arc<LocalVote>,
}

impl LocalSpeech {
    /// Looks whether all model files are there and starts the worker threads. Loads nothing: under a millisecond.
    ///
    /// # Errors
    /// [`SpeechError::Missing`], or [`SpeechError::Corrupt`] if a file has a wrong size. A wrong hash is found when the
    /// file is loaded: the engine then fails and logs it.
    pub fn open(dir: &ModelsDir) -> Result<Self, SpeechError> {
        MODEL_FILES.iter().try_for_each(|file| dir.check_present(file))?;
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        let workers = Arc::new(Workers::start(threads));
        Ok(Self {
            ears: Arc::new(speech_to_text::local::ears(dir, Arc::clone(&workers))),
            voice: Arc::new(hibari::voice(dir, Arc::clone(&workers))),
            vote: Arc::new(LocalVote::new(dir, Arc::clone(&workers))),
            workers,
            dir: dir.clone(),
        })
    }

    /// Begins to load all models in the background, the voice first. Returns at once; may be called often.
    pub fn warm_up(&self) {
        self.voice.warm_up();
        self.ears.warm_up();
        self.vote.warm_up();
    }

    /// Returns the ears.
    pub fn speech_to_text(&self) -> Arc<dyn SpeechToText> {
        Arc::clone(&self.ears) as _
    }

    /// Returns the voice.
    pub fn text_to_speech(&self) -> Arc<dyn TextToSpeech> {
        Arc::clone(&self.voice) as _
    }

    /// Returns ears that are another program, on the same threads and behind the same voice detector.
    pub fn ears_of(&self, line: CommandLine) -> Arc<dyn SpeechToText> {
        Arc::new(speech_to_text::program::ears(&self.dir, Arc::clone(&self.workers), line))
    }

    /// Returns a voice that is another program, on the same threads.
    pub fn voice_of(&self, line: CommandLine) -> Arc<dyn TextToSpeech> {
        Arc::new(text_to_speech::program::voice(line, Arc::clone(&self.workers)))
    }

    /// Returns the vote on the end of a turn.
    pub fn end_of_turn(&self) -> Arc<dyn EndOfTurn> {
        Arc::clone(&self.vote) as _
    }
}
