//! Whisper's decoder: one token a step, always the most likely one, with the self-attention cache handed round.

use ports::error::SpeechError;
use rten::{Value, ValueOrView};
use rten_tensor::Tensor;

use super::initializer::Initializer;
use super::tokens;
use crate::graph::{Graph, failed, floats};
use crate::library::{self, ModelsDir};

use crate::workers::Worker;

const WIDTH: usize = 384;
const VOCABULARY: usize = 51_864;
const POSITIONS: usize = 448;
const LAYERS: usize = 4;

/// The graph, and the tables that turn a token and its place into the graph's input.
pub(super) struct Decoder {
    graph: Graph,
    embeddings: Embeddings,
    positions: Vec<f32>,
}

/// What came out.
pub(super) struct Spoken {
    pub(super) tokens: Vec<u32>,
    pub(super) mean_log_probability: f32,
    pub(super) is_cut: bool,
}

impl Decoder {
    pub(super) fn load(dir: &ModelsDir) -> Result<Self, SpeechError> {
        let mut inputs = vec!["x".to_owned()];
        let mut outputs = vec!["logits".to_owned()];
        for layer in 0..LAYERS {
            inputs.extend([format!("pk{layer}"), format!("pv{layer}")]);
            outputs.extend([format!("nk{layer}"), format!("nv{layer}")]);
        }
        for layer in 0..LAYERS {
            inputs.extend([format!("ck{layer}"), format!("cv{layer}")]);
        }
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
        let bytes = dir.read(&library::WHISPER_DECODER)?;
        let embeddings = Embeddings::read(&bytes)?;
        let graph = Graph::from_bytes(bytes, &inputs, &outputs)?;
        let positions = dir.read(&library::WHISPER_POSITIONS)?;
        let positions: Vec<f32> = positions.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        if positions.len() != POSITIONS * WIDTH {
            return Err(failed("the table of positions has a wrong size"));
        }
        Ok(Self { graph, embeddings, positions })
    }

    /// Returns the tokens for what the encoder saw, or `None` if `wanted` said no on the way.
    pub(super) fn speak(
        &self,
        worker: &Worker,
        encoded: &[Value],
        most_tokens: usize,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Option<Spoken>, SpeechError> {
        let most_tokens = most_tokens.min(POSITIONS - tokens::PROMPT.len());
        let mut cache: Vec<Value> = (0..2 * LAYERS).map(|_| Tensor::<f32>::zeros(&[1, 6, 0, 64]).into()).collect();
        let mut spoken = Vec::new();
        let mut log_probability = 0.0;
        let mut is_cut = true;
        let mut position = 0;
        let mut token = tokens::PROMPT[0];
        while spoken.len() < most_tokens {
            if !wanted() {
                return Ok(None);
            }
            let logits = self.step(worker, token, position, &mut cache, encoded)?;
            position += 1;
            if let Some(&prompt) = tokens::PROMPT.get(position) {
                token = prompt;
                continue;
            }
            let (best, probability) = most_likely(&logits, spoken.is_empty());
            log_probability += probability;
            if best == tokens::END {
                is_cut = false;
                break;
            }
            spoken.push(best);
            token = best;
        }
        let decisions = spoken.len() + usize::from(!is_cut);
        let mean_log_probability = log_probability / decisions.max(1) as f32;
        Ok(Some(Spoken { tokens: spoken, mean_log_probability, is_cut }))
    }

    fn step(&self, worker: &Worker, token: u32, position: usize, cache: &mut Vec<Value>, encoded: &[Value]) -> Result<Vec<f32>, SpeechError> {
        let place = &self.positions[position * WIDTH..(position + 1) * WIDTH];
        let x: Vec<f32> = self.embeddings.of(token).zip(place).map(|(word, place)| word + place).collect();
        let mut inputs: Vec<ValueOrView<'_>> = vec![ValueOrView::Value(Tensor::from_data(&[1, 1, WIDTH], x).into())];
        inputs.extend(cache.drain(..).map(ValueOrView::Value));
        inputs.extend(encoded.iter().map(|value| ValueOrView::View(value.as_view())));
        let mut outputs = self.graph.run(worker, inputs)?.into_iter();
        let logits = outputs.next().ok_or_else(|| failed("the decoder gave no logits"))?;
        cache.extend(outputs);
        floats(logits)
    }
}

/// Returns the most likely token that may stand here, and the logarithm of its probability.
fn most_likely(logits: &[f32], is_first: bool) -> (u32, f32) {
    let (mut best, mut highest) = (tokens::END, f32::NEG_INFINITY);
    for (token, &logit) in (0..).zip(logits) {
        if logit > highest && tokens::may_stand(token, is_first) {
            (best, highest) = (token, logit);
        }
    }
    // What lies 16 below adds less than 52,000 · e⁻¹⁶ = 0.6 % in all; leaving it out saves most of 52,000 exponentials.
    let sum: f32 = logits.iter().filter(|&&logit| logit > highest - 16.0).map(|&logit| (logit - highest).exp()).sum();
    (best, -sum.ln())
}

/// The table of token embeddings: the columns of the decoder's own output projection, kept as int8.
struct Embeddings {
    quantized: Vec<i8>,
    scale: Vec<f32>,
    zero_point: Vec<i8>,
}

impl Embeddings {
    fn read(model: &[u8]) -> Result<Self, SpeechError> {
        let bytes = |name: &str| Initializer::find(model, name).ok_or_else(|| failed(format!("the decoder has no tensor {name}")));
        let signed = |bytes: Vec<u8>| bytes.into_iter().map(u8::cast_signed).collect::<Vec<i8>>();
        let table = Self {
            quantized: signed(bytes("emb_quantized")?.bytes()),
            scale: bytes("emb_scale")?.floats(),
            zero_point: signed(bytes("emb_zero_point")?.bytes()),
        };
        let sizes = (table.quantized.len(), table.scale.len(), table.zero_point.len());
        if sizes != (WIDTH * VOCABULARY, VOCABULARY, VOCABULARY) {
            return Err(failed("the decoder's embeddings have a wrong size"));
        }
        Ok(table)
    }

    fn of(&self, token: u32) -> impl Iterator<Item = f32> {
        let token = token as usize;
        let (scale, zero) = (self.scale[token], i32::from(self.zero_point[token]));
        (0..WIDTH).map(move |row| (i32::from(self.quantized[row * VOCABULARY + token]) - zero) as f32 * scale)
    }
}
