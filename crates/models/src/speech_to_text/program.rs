//! Ears that are another program: whisper.cpp, faster-whisper, whatever writes words for a WAV file.
//!
//! The built-in voice detector goes before it: speech programs, too, invent words for music.

use std::sync::Arc;

use audio::wav::write_wav;
use ports::error::SpeechError;

use super::local::silero;
use super::session::{Decoder, Ears, Outcome};
use super::whisper::{Effort, Understood};
use crate::library::ModelsDir;
use crate::loaded::Loaded;
use crate::program::{CommandLine, Program, private_wav};
use crate::resample::upsample_to_16k;
use crate::voice_activity::silero::Silero;
use crate::workers::{Worker, Workers};

/// Programs do not say how sure they are. Below what counts as said outright, so that facts are always read back.
const CONFIDENCE: u8 = 75;

/// Returns the ears behind the port.
pub(crate) fn ears(dir: &ModelsDir, workers: Arc<Workers>, line: CommandLine) -> Ears {
    Ears::new(ProgramDecoder { program: Arc::new(Program::new(line)), silero: silero(dir) }, workers)
}

struct ProgramDecoder {
    program: Arc<Program>,
    silero: Arc<Loaded<Silero>>,
}

impl Decoder for ProgramDecoder {
    fn warm_up(&self) {
        self.silero.warm_up();
        let program = Arc::clone(&self.program);
        // Starting a process may take milliseconds that a call's own thread does not have.
        let spawned = std::thread::Builder::new().name("speech-load".to_owned()).spawn(move || program.warm_up());
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread to start a speech program: the first use will start it");
        }
    }

    fn check(&self) -> Result<(), SpeechError> {
        self.program.check()?;
        self.silero.check()
    }

    fn is_ready(&self) -> bool {
        self.silero.is_ready()
    }

    fn understand(&self, worker: &Worker, sound: &[i16], _: Effort, wanted: &dyn Fn() -> bool) -> Result<Outcome, SpeechError> {
        if !wanted() {
            return Ok(Outcome::Unwanted);
        }
        let sound = upsample_to_16k(sound);
        if !self.silero.get()?.hears_speech(worker, &sound)? {
            return Ok(Outcome::NotSpeech);
        }
        let samples: Vec<i16> = sound.iter().map(|sample| (sample * 32_768.0).clamp(-32_768.0, 32_767.0) as i16).collect();
        let file = private_wav(&write_wav(16_000, 1, &samples))?;
        let printed = self.program.ask(file.path(), "")?;
        let text = printed.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Outcome::Words(Understood { text, confidence: CONFIDENCE }))
    }
}
