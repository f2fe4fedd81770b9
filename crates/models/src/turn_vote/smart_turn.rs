//! smart-turn v3.2: looks at the last 8 s of sound and gives the probability that the turn is over.
//!
//! 110 ms a vote, so it runs when nothing else does, and says nothing when the workers are busy. Not decisive on
//! synthetic voices, which end every phrase as if it were the last.

use std::sync::Arc;

use ports::error::SpeechError;
use ports::turn_vote::{EndOfTurn, VoteSink};
use rten_tensor::Tensor;
use telephony::UtteranceId;

use crate::graph::{Graph, floats};
use crate::library::{self, ModelFile, ModelsDir};
use crate::loaded::Loaded;
use crate::mel;
use crate::resample::upsample_to_16k;
use crate::workers::{Priority, Worker, Workers};

const FRAMES: usize = 800;
/// Samples at 16 kHz that are looked at: 8 s.
const SHOWN: usize = FRAMES * mel::HOP;
const FILES: &[ModelFile] = &[library::SMART_TURN];

/// smart-turn behind the port.
pub(crate) struct LocalVote {
    model: Arc<Loaded<SmartTurn>>,
    workers: Arc<Workers>,
}

impl LocalVote {
    pub(crate) fn new(dir: &ModelsDir, workers: Arc<Workers>) -> Self {
        Self { model: Loaded::new(dir.clone(), FILES, SmartTurn::load), workers }
    }

    /// Begins to load the model in the background.
    pub(crate) fn warm_up(&self) {
        self.model.warm_up();
    }
}

impl EndOfTurn for LocalVote {
    fn vote(&self, utterance: UtteranceId, samples: Vec<i16>, sink: VoteSink) {
        if !self.model.is_ready() {
            self.model.warm_up();
            return;
        }
        let model = Arc::clone(&self.model);
        let submitted = self.workers.submit(Priority::Vote, move |worker| match model.get().and_then(|model| model.probability(worker, &samples)) {
            Ok(probability) => sink(utterance, (probability * 100.0).round().clamp(0.0, 100.0) as u8),
            Err(error) => tracing::debug!(%error, "no vote on the end of a turn"),
        });
        if submitted.is_err() {
            tracing::debug!("the workers are too busy for a vote on the end of a turn");
        }
    }
}

/// The loaded model.
pub(crate) struct SmartTurn {
    graph: Graph,
}

impl SmartTurn {
    pub(crate) fn load(dir: &ModelsDir) -> Result<Self, SpeechError> {
        Ok(Self { graph: Graph::load(dir, &library::SMART_TURN, &["input_features"], &["logits"])? })
    }

    /// Returns the probability, 0 to 1, that the turn in `samples` (8 kHz) is over.
    pub(crate) fn probability(&self, worker: &Worker, samples: &[i16]) -> Result<f32, SpeechError> {
        let last = &samples[samples.len().saturating_sub(SHOWN / 2)..];
        let sound = upsample_to_16k(last);
        // Silence stands before a short sound, and is part of what is brought to zero mean and unit variance.
        let mut shown = vec![0.0_f32; SHOWN - sound.len()];
        shown.extend(sound);
        let mean = shown.iter().sum::<f32>() / SHOWN as f32;
        let variance = shown.iter().map(|sample| (sample - mean).powi(2)).sum::<f32>() / SHOWN as f32;
        let scale = 1.0 / (variance + 1e-7).sqrt();
        for sample in &mut shown {
            *sample = (*sample - mean) * scale;
        }
        let mel = Tensor::from_data(&[1, mel::BANDS, FRAMES], mel::log_mel(&shown, FRAMES));
        let output = self.graph.run(worker, vec![mel.into()])?.pop().map(floats).transpose()?;
        Ok(output.and_then(|numbers| numbers.first().copied()).unwrap_or(0.0))
    }
}
