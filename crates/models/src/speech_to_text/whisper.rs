//! Whisper tiny.en on the processor: log-mel, one encoder pass over a shortened window, greedy decoding.
//!
//! The recipe is the one that was measured (8.4 % word errors over seven voices through the phone band, 1–3 % on
//! natural ones): window of 50 positions a second and 40 more, at least 512, because below that the model repeats
//! itself; at most six tokens a second and ten more; no timestamps, no context, no sampling. A transcript that still
//! goes round in circles is decoded once more with the full 30 s window.
//!
//! What Whisper is never shown is sound without speech: it answers with invented words. [`super::session`] asks the
//! voice detector first.

mod decoder;
mod initializer;
mod repetition;
mod tokens;

use ports::error::SpeechError;
use rten_tensor::Tensor;

use crate::graph::Graph;
use crate::library::{self, ModelFile, ModelsDir};
use crate::mel;
use crate::workers::Worker;
use decoder::Decoder;
use tokens::Vocabulary;

pub(crate) use repetition::{circles, collapsed};

/// Seconds that Whisper sees at most.
pub(crate) const LONGEST_SECONDS: usize = 30;

/// Positions of 20 ms in the full window of 30 s.
const FULL_WINDOW: usize = 1_500;
const SMALLEST_WINDOW: usize = 512;
const RATE_HZ: usize = 16_000;

pub(crate) const FILES: &[ModelFile] = &[library::WHISPER_ENCODER, library::WHISPER_DECODER, library::WHISPER_POSITIONS, library::WHISPER_TOKENIZER];

const ENCODED: [&str; 8] = ["ck0", "cv0", "ck1", "cv1", "ck2", "cv2", "ck3", "cv3"];

/// The loaded model.
pub(crate) struct Whisper {
    encoder: Graph,
    decoder: Decoder,
    vocabulary: Vocabulary,
}

/// What was understood.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Understood {
    /// The words; empty if there were none.
    pub(crate) text: String,
    /// 0 to 100: the geometric mean of the tokens' probabilities.
    pub(crate) confidence: u8,
}

/// How much trouble to take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Effort {
    /// For an interim: circles are given back collapsed.
    Once,
    /// For a settled transcript: circles are decoded again with the full window.
    AgainIfCircling,
}

impl Whisper {
    pub(crate) fn load(dir: &ModelsDir) -> Result<Self, SpeechError> {
        Ok(Self {
            encoder: Graph::load(dir, &library::WHISPER_ENCODER, &["mel"], &ENCODED)?,
            decoder: Decoder::load(dir)?,
            vocabulary: Vocabulary::load(dir)?,
        })
    }

    /// Returns the words in up to 30 s of speech at 16 kHz, or `None` if `wanted` said no on the way.
    pub(crate) fn understand(
        &self,
        worker: &Worker,
        samples: &[f32],
        effort: Effort,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Understood>, SpeechError> {
        let samples = &samples[..samples.len().min(LONGEST_SECONDS * RATE_HZ)];
        let window = (samples.len() * 50 / RATE_HZ + 40).clamp(SMALLEST_WINDOW, FULL_WINDOW);
        let Some(first) = self.decode(worker, samples, window, wanted)? else { return Ok(None) };
        if !circles(&first.text) && !first.is_cut {
            return Ok(Some(first.understood()));
        }
        let Some(again) = (match effort {
            Effort::AgainIfCircling if window < FULL_WINDOW => self.decode(worker, samples, FULL_WINDOW, wanted)?,
            _ => Some(first),
        }) else {
            return Ok(None);
        };
        let text = collapsed(&again.text);
        Ok(Some(Decoded { text, ..again }.understood()))
    }

    fn decode(&self, worker: &Worker, samples: &[f32], window: usize, wanted: &dyn Fn() -> bool) -> Result<Option<Decoded>, SpeechError> {
        let frames = window * 2;
        let mel = Tensor::from_data(&[1, mel::BANDS, frames], mel::log_mel(samples, frames));
        if !wanted() {
            return Ok(None);
        }
        let encoded = self.encoder.run(worker, vec![mel.into()])?;
        let most_tokens = samples.len() * 6 / RATE_HZ + 10;
        let Some(spoken) = self.decoder.speak(worker, &encoded, most_tokens, wanted)? else { return Ok(None) };
        let text = tokens::tidied(&self.vocabulary.text(&spoken.tokens));
        Ok(Some(Decoded { text, mean_log_probability: spoken.mean_log_probability, is_cut: spoken.is_cut }))
    }
}

struct Decoded {
    text: String,
    mean_log_probability: f32,
    /// It had not come to an end when it had said as much as anybody can in that time.
    is_cut: bool,
}

impl Decoded {
    fn understood(self) -> Understood {
        let confidence = (self.mean_log_probability.exp() * 100.0).round().clamp(0.0, 100.0) as u8;
        Understood { text: self.text, confidence }
    }
}
