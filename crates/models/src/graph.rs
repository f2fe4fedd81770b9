//! A neural graph on `rten`: loaded from a checked file, called by the names of its inputs and outputs.

use ports::error::SpeechError;
use rten::{Model, ModelOptions, NodeId, Value, ValueOrView};
use rten_tensor::Tensor;

use crate::library::{ModelFile, ModelsDir};
use crate::workers::Worker;

/// A loaded graph with the ids of the inputs and outputs that are used.
pub(crate) struct Graph {
    model: Model,
    inputs: Vec<NodeId>,
    outputs: Vec<NodeId>,
}

impl Graph {
    /// Loads `file` and finds its nodes by name.
    ///
    /// Weights are repacked for the processor while loading, which costs memory and some milliseconds and makes every
    /// run faster.
    pub(crate) fn load(dir: &ModelsDir, file: &ModelFile, inputs: &[&str], outputs: &[&str]) -> Result<Self, SpeechError> {
        Self::from_bytes(dir.read(file)?, inputs, outputs)
    }

    /// As [`Graph::load`], for bytes that were checked already.
    pub(crate) fn from_bytes(bytes: Vec<u8>, inputs: &[&str], outputs: &[&str]) -> Result<Self, SpeechError> {
        let model = ModelOptions::with_all_ops().prepack_weights(true).load(bytes).map_err(failed)?;
        let ids = |names: &[&str]| -> Result<Vec<NodeId>, SpeechError> { names.iter().map(|name| model.node_id(name).map_err(failed)).collect() };
        Ok(Self { inputs: ids(inputs)?, outputs: ids(outputs)?, model })
    }

    /// Runs the graph on `values`, one for each input named at loading, and returns one value for each output.
    pub(crate) fn run(&self, worker: &Worker, values: Vec<ValueOrView<'_>>) -> Result<Vec<Value>, SpeechError> {
        let inputs = self.inputs.iter().copied().zip(values).collect();
        self.model.run(inputs, &self.outputs, worker.options()).map_err(failed)
    }
}

/// Returns the numbers of a tensor in row-major order.
pub(crate) fn floats(value: Value) -> Result<Vec<f32>, SpeechError> {
    let tensor: Tensor<f32> = value.into_tensor().ok_or_else(|| failed("an output is no float tensor"))?;
    Ok(tensor.into_data())
}

/// Returns the whole numbers of a tensor in row-major order.
pub(crate) fn integers(value: Value) -> Result<Vec<i32>, SpeechError> {
    let tensor: Tensor<i32> = value.into_tensor().ok_or_else(|| failed("an output is no integer tensor"))?;
    Ok(tensor.into_data())
}

pub(crate) fn failed(what: impl ToString) -> SpeechError {
    SpeechError::Failed { what: what.to_string() }
}
