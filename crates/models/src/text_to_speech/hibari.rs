//! The voice hibari: a phrase is made speakable, turned into phonemes, and by a small net and a vocoder into telephone
//! audio.

mod lexicon;
mod pronounce;
mod speller;
mod tagger;
mod vocoder;

use std::collections::HashMap;
use std::sync::Arc;

use ports::error::SpeechError;
use ports::text_to_speech::Voice;
use rten_tensor::Tensor;

use super::phrases::Phrase;
use super::phrasewise::{PhraseVoice, Phrasewise};
use super::spoken;
use crate::graph::{Graph, failed, floats};
use crate::library::{self, ModelFile, ModelsDir};
use crate::loaded::Loaded;
use crate::workers::{Worker, Workers};
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

/// Returns hibari behind the port.
pub(crate) fn voice(dir: &ModelsDir, workers: Arc<Workers>) -> Phrasewise {
    Phrasewise::new(Loaded::new(dir.clone(), FILES, Hibari::load), workers)
}

impl PhraseVoice for Arc<Loaded<Hibari>> {
    fn warm_up(&self) {
        Loaded::warm_up(self);
    }

    fn check(&self) -> Result<(), SpeechError> {
        Loaded::check(self)
    }

    fn speak(&self, worker: &Worker, phrase: &Phrase, voice: Voice) -> Result<Vec<i16>, SpeechError> {
        self.get()?.speak(worker, phrase, voice)
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
