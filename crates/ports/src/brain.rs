//! Who decides what to say: the scripted brain, or a language model, behind one trait.

use dialogue::brief::Brief;
use dialogue::moves::{Observation, Thought, ThoughtId};

/// Opens one mind a call.
pub trait Brain: Send + Sync {
    /// Begins to think about one errand. Results come through the sink, from any thread; it must not block.
    fn open(&self, brief: &Brief, sink: ThoughtSink) -> Box<dyn Mind>;
}

/// Receives what a mind came up with.
pub type ThoughtSink = Box<dyn Fn(ThoughtId, Thought) + Send + Sync>;

/// One call's thinking. Dropping it ends it.
pub trait Mind: Send {
    /// Takes in what happened and answers through the sink with the same id. Returns at once.
    fn consider(&mut self, id: ThoughtId, seen: Observation);

    /// The answer to this id is no longer wanted, because the callee went on talking.
    fn abandon(&mut self, id: ThoughtId);
}
