//! A voice that is another program: Piper, espeak-ng, whatever writes a WAV file for a line of text.

use std::sync::Arc;

use audio::level::{amplitude_of_db, rms_dbfs};
use audio::wav::read_wav;
use ports::error::SpeechError;
use ports::text_to_speech::Voice;

use super::phrases::Phrase;
use super::phrasewise::{PhraseVoice, Phrasewise};
use super::spoken::spoken;
use crate::program::{CommandLine, Program, private_wav, read_back};
use crate::resample::to_8k;
use crate::workers::{Worker, Workers};

/// The port's loudness.
const LOUDNESS_DBFS: f32 = -20.0;

/// A quieter sound is silence, which no gain makes speech.
const SILENCE_DBFS: f32 = -60.0;

/// The longest phrase that is taken: a minute of stereo at 48 kHz.
const SAMPLES_AT_MOST: usize = 2 * 48_000 * 60;

/// Returns the voice behind the port.
pub(crate) fn voice(line: CommandLine, workers: Arc<Workers>) -> Phrasewise {
    Phrasewise::new(ProgramVoice { program: Arc::new(Program::new(line)) }, workers)
}

struct ProgramVoice {
    program: Arc<Program>,
}

impl PhraseVoice for ProgramVoice {
    fn warm_up(&self) {
        let program = Arc::clone(&self.program);
        let spawned = std::thread::Builder::new().name("speech-load".to_owned()).spawn(move || program.warm_up());
        if let Err(error) = spawned {
            tracing::warn!(%error, "no thread to start a speech program: the first use will start it");
        }
    }

    fn check(&self) -> Result<(), SpeechError> {
        self.program.check()
    }

    /// The program has one voice of its own: pitch and pace are not asked of it.
    fn speak(&self, _: &Worker, phrase: &Phrase, _: Voice) -> Result<Vec<i16>, SpeechError> {
        let file = private_wav(&[])?;
        // "P.M." at the end of a sentence has its full stop twice, which other programs might read out.
        let text = spoken(&phrase.text).replace(".M..", ".M.");
        self.program.ask(file.path(), &text)?;
        let bytes = read_back(&file, 2 * SAMPLES_AT_MOST as u64 + 4_096)?;
        let wav = read_wav(&bytes, SAMPLES_AT_MOST)
            .map_err(|error| SpeechError::Failed { what: format!("the speech program left no sound that can be read: {error}") })?;
        let mut samples = to_8k(&wav.channel(0), wav.rate_hz);
        to_loudness(&mut samples);
        let pause = phrase.pause.as_millis() as usize * 8;
        samples.resize(samples.len() + pause, 0);
        Ok(samples)
    }
}

/// Brings the voiced part of a sound to the port's loudness, and no sample over the edge.
fn to_loudness(samples: &mut [i16]) {
    let voiced: Vec<i16> = samples.chunks(160).filter(|frame| rms_dbfs(frame) > SILENCE_DBFS + 10.0).flatten().copied().collect();
    let level = rms_dbfs(&voiced);
    if level <= SILENCE_DBFS {
        return;
    }
    let gain = amplitude_of_db(LOUDNESS_DBFS - level) / amplitude_of_db(0.0);
    for sample in samples {
        *sample = (f32::from(*sample) * gain).clamp(-32_768.0, 32_767.0) as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loud_and_soft_voices_come_out_alike_and_silence_stays_silent() {
        for amplitude in [300.0_f32, 3_000.0, 20_000.0] {
            let mut samples: Vec<i16> = (0..8_000).map(|n| (amplitude * (n as f32 * 0.5).sin()) as i16).collect();
            samples.extend([0; 8_000]);
            to_loudness(&mut samples);
            let level = rms_dbfs(&samples[..8_000]);
            assert!((level - LOUDNESS_DBFS).abs() < 0.5, "{amplitude} came out at {level} dBFS");
        }
        let mut silence = vec![1_i16; 800];
        to_loudness(&mut silence);
        assert!(silence.iter().all(|sample| *sample == 1));
    }
}
