//! Silero: tells speech from noise, tones and hold music, in frames of 32 ms.
//!
//! 200 µs a frame, so it is asked once about each utterance and stops as soon as it is sure. What it rejects is never
//! decoded, because Whisper makes up words for silence, tones and music.

use ports::error::SpeechError;
use rten_tensor::Tensor;

use crate::graph::{Graph, failed, floats};
use crate::library::{self, ModelFile, ModelsDir};
use crate::workers::Worker;

/// New samples at 16 kHz in a frame.
const FRAME: usize = 512;
/// Samples of the frame before that are shown again.
const CONTEXT: usize = 64;
const STATE: [usize; 3] = [2, 1, 128];

/// Above this probability a frame is taken for speech; the threshold its authors measured with.
const SPEECH_PROBABILITY: f32 = 0.5;
/// Speech frames that make an utterance: 96 ms, less than the vowel of a short "no".
const ENOUGH_FRAMES: u32 = 3;
/// Loudness of the loudest 20 ms below which nothing is looked at: −60 dBFS, the noise of an open line.
const SILENCE_RMS: f32 = 0.001;

pub(crate) const FILES: &[ModelFile] = &[library::SILERO];

/// The detector. Holds no state between utterances.
pub(crate) struct Silero {
    graph: Graph,
}

impl Silero {
    pub(crate) fn load(dir: &ModelsDir) -> Result<Self, SpeechError> {
        let graph = Graph::load(dir, &library::SILERO, &["input", "state", "sr"], &["output", "stateN"])?;
        Ok(Self { graph })
    }

    /// Returns whether there is speech in `samples` (16 kHz, ±1).
    pub(crate) fn hears_speech(&self, worker: &Worker, samples: &[f32]) -> Result<bool, SpeechError> {
        if loudest_20ms(samples) < SILENCE_RMS {
            return Ok(false);
        }
        let mut frames = 0;
        self.probabilities(worker, samples, |probability| {
            frames += u32::from(probability > SPEECH_PROBABILITY);
            frames < ENOUGH_FRAMES
        })?;
        Ok(frames >= ENOUGH_FRAMES)
    }

    /// Gives the speech probability of each frame to `goes_on` until that says no.
    pub(crate) fn probabilities(&self, worker: &Worker, samples: &[f32], mut goes_on: impl FnMut(f32) -> bool) -> Result<(), SpeechError> {
        let mut state: Tensor<f32> = Tensor::zeros(&STATE);
        let mut input = vec![0.0_f32; CONTEXT + FRAME];
        for frame in samples.chunks(FRAME) {
            input.copy_within(FRAME.., 0);
            input[CONTEXT..CONTEXT + frame.len()].copy_from_slice(frame);
            input[CONTEXT + frame.len()..].fill(0.0);
            let shown = Tensor::from_data(&[1, CONTEXT + FRAME], input.clone());
            let rate: Tensor<i32> = Tensor::from_data(&[], vec![16_000]);
            let outputs = self.graph.run(worker, vec![shown.into(), state.into(), rate.into()])?;
            let Ok([output, next]) = <[_; 2]>::try_from(outputs) else {
                return Err(failed("the voice detector gave no state"));
            };
            state = next.into_tensor().ok_or_else(|| failed("the voice detector's state is no float tensor"))?;
            let probability = floats(output)?.first().copied().unwrap_or_default();
            if !goes_on(probability) {
                break;
            }
        }
        Ok(())
    }
}

fn loudest_20ms(samples: &[f32]) -> f32 {
    samples.chunks(320).map(|chunk| (chunk.iter().map(|sample| sample * sample).sum::<f32>() / chunk.len() as f32).sqrt()).fold(0.0, f32::max)
}
