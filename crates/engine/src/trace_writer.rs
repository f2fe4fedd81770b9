//! Writes a call's trace: what went into its machines and what came out, one JSON object a line, into the vault.

use dialogue::brief::Brief;
use dialogue::conversation;
use ports::recording_vault::VaultWriter;
use serde::{Deserialize, Serialize};
use telephony::SessionTime;
use telephony::call;
use telephony::trace::{TRACE_VERSION, TraceHeader, TraceRecord};

/// What the machines of a call are built from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setup {
    /// The errand.
    pub brief: Brief,
    /// The conversation's times.
    pub conversation: conversation::Config,
    /// The leg's times.
    pub call: call::Config,
}

/// One step of one machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "machine", rename_all = "snake_case")]
pub enum Traced {
    /// Of the conversation.
    Conversation(TraceRecord<conversation::Input, conversation::Output>),
    /// Of the leg.
    Call(TraceRecord<call::Input, call::Output>),
}

impl Traced {
    /// Returns a step of the conversation.
    pub fn conversation(at: SessionTime, input: conversation::Input, outputs: Vec<conversation::Output>) -> Self {
        Self::Conversation(TraceRecord { at, input, outputs })
    }

    /// Returns a step of the leg.
    pub fn call(at: SessionTime, input: call::Input, outputs: Vec<call::Output>) -> Self {
        Self::Call(TraceRecord { at, input, outputs })
    }
}

/// A trace being written. A disk that fails costs the trace, never the call.
pub struct TraceWriter {
    sink: Option<Box<dyn VaultWriter>>,
}

impl TraceWriter {
    /// Returns a writer into an object of the vault.
    pub fn new(sink: Box<dyn VaultWriter>) -> Self {
        Self { sink: Some(sink) }
    }

    /// Writes the first line.
    pub fn begin(&mut self, setup: &Setup) {
        self.line(&TraceHeader { version: TRACE_VERSION, setup: setup.clone() });
    }

    /// Writes one step.
    pub fn record(&mut self, step: &Traced) {
        self.line(step);
    }

    /// Ends the trace.
    pub fn finish(mut self) {
        if let Some(sink) = self.sink.take()
            && let Err(error) = sink.finish()
        {
            tracing::warn!(%error, "the trace could not be finished");
        }
    }

    fn line(&mut self, value: &impl Serialize) {
        let Some(sink) = &mut self.sink else {
            return;
        };
        let Ok(mut line) = serde_json::to_vec(value) else {
            debug_assert!(false, "traces hold nothing that JSON cannot say");
            return;
        };
        line.push(b'\n');
        if let Err(error) = sink.append(&line) {
            tracing::warn!(%error, "the trace cannot be written; the call goes on without it");
            self.sink = None;
        }
    }
}
