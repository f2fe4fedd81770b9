//! The built-in ears: Silero keeps music and noise away from Whisper, which invents words for them.

use std::sync::Arc;

use ports::error::SpeechError;

use super::session::{Decoder, Ears, Outcome, rms};
use super::whisper::{self, Effort, Understood, Whisper};
use crate::library::ModelsDir;
use crate::loaded::Loaded;
use crate::resample::upsample_to_16k;
use crate::voice_activity::silero::{self, Silero};
use crate::workers::{Worker, Workers};

/// The longest stretch decoded at once. Longer ones are cut at their quietest place in the last 8 s of this.
const LONGEST: usize = 28 * 8_000;

/// Returns the built-in ears behind the port.
pub(crate) fn ears(dir: &ModelsDir, workers: Arc<Workers>) -> Ears {
    let whisper = Loaded::new(dir.clone(), whisper::FILES, Whisper::load);
    Ears::new(LocalDecoder { whisper, silero: silero(dir) }, workers)
}

/// Returns the voice detector, not yet loaded.
pub(crate) fn silero(dir: &ModelsDir) -> Arc<Loaded<Silero>> {
    Loaded::new(dir.clone(), silero::FILES, Silero::load)
}

struct LocalDecoder {
    whisper: Arc<Loaded<Whisper>>,
    silero: Arc<Loaded<Silero>>,
}

impl Decoder for LocalDecoder {
    fn warm_up(&self) {
        self.silero.warm_up();
        self.whisper.warm_up();
    }

    fn check(&self) -> Result<(), SpeechError> {
        self.whisper.check()?;
        self.silero.check()
    }

    fn is_ready(&self) -> bool {
        self.whisper.is_ready()
    }

    fn understand(&self, worker: &Worker, sound: &[i16], effort: Effort, wanted: &dyn Fn() -> bool) -> Result<Outcome, SpeechError> {
        if !wanted() {
            return Ok(Outcome::Unwanted);
        }
        let sound_16k = upsample_to_16k(sound);
        if !self.silero.get()?.hears_speech(worker, &sound_16k)? {
            return Ok(Outcome::NotSpeech);
        }
        let whisper = self.whisper.get()?;
        let mut text = String::new();
        let mut confidence = 100;
        for stretch in stretches(sound) {
            let samples = &sound_16k[stretch.start * 2..stretch.end * 2];
            let Some(part) = whisper.understand(worker, samples, effort, wanted)? else { return Ok(Outcome::Unwanted) };
            if !text.is_empty() && !part.text.is_empty() {
                text.push(' ');
            }
            text.push_str(&part.text);
            confidence = confidence.min(part.confidence);
        }
        Ok(Outcome::Words(Understood { text, confidence }))
    }
}

/// Cuts a long sound where it is quietest, so that no word is cut in two.
fn stretches(sound: &[i16]) -> Vec<std::ops::Range<usize>> {
    const STEP: usize = 1_600;
    const SEARCHED: usize = 8 * 8_000;
    let mut stretches = Vec::new();
    let mut start = 0;
    while sound.len() - start > LONGEST {
        let searched = start + LONGEST - SEARCHED..start + LONGEST - STEP;
        let cut = searched
            .step_by(STEP / 2)
            .min_by(|&a, &b| rms(&sound[a..a + STEP]).total_cmp(&rms(&sound[b..b + STEP])))
            .map_or(start + LONGEST, |quietest| quietest + STEP / 2);
        stretches.push(start..cut);
        start = cut;
    }
    stretches.push(start..sound.len());
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sound_is_cut_at_its_quietest_place() {
        let mut sound = vec![1_000_i16; 50 * 8_000];
        sound[24 * 8_000..24 * 8_000 + 2_400].fill(0);
        let stretches = stretches(&sound);
        assert_eq!(stretches.len(), 2);
        assert!((24 * 8_000..24 * 8_000 + 2_400).contains(&stretches[0].end));
        assert_eq!(stretches[1].end, sound.len());
    }
}
