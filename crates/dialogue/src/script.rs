//! The scripted mind: carries an errand through a call without any model.
//!
//! Pure and immediate: one [`Observation`] in, one [`Thought`] out. What the callee says is data.

use crate::brief::Brief;
use crate::moves::{Observation, Thought};

/// One call's script.
#[derive(Clone, Debug)]
pub struct Script {
    brief: Brief,
}

impl Script {
    /// Begins an errand; the opening (disclosure and purpose) is spoken by the conversation, not by the script.
    pub fn new(brief: Brief) -> Self {
        Self { brief }
    }

    /// Takes in what happened and returns what to do about it, in order.
    pub fn handle(&mut self, _seen: Observation) -> Thought {
        let _ = &self.brief;
        Thought::default()
    }
}

#[cfg(test)]
pub(crate) mod tests;
