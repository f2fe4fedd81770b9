//! Writes a call's trace: what went into its machines and what came out, one JSON object a line, into the vault.
//!
//! Lines are gathered, so that a busy second of a call is one piece for the vault and not fifty.

use dialogue::brief::Brief;
use dialogue::conversation;
use ports::recording_vault::VaultWriter;
use serde::{Deserialize, Serialize};
use telephony::SessionTime;
use telephony::call;
use telephony::trace::{TRACE_VERSION, TraceHeader, TraceRecord};
use tokio::sync::oneshot;

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

/// Bytes gathered before they go to the vault: a few seconds of a call, which is what a crash may lose.
const FLUSH_AT: usize = 2_000;

/// A trace being written. A disk that fails costs the trace, never the call.
pub struct TraceWriter {
    sink: Option<Box<dyn VaultWriter>>,
    lines: Vec<u8>,
}

impl TraceWriter {
    /// Returns a writer into an object of the vault.
    pub fn new(sink: Box<dyn VaultWriter>) -> Self {
        Self { sink: Some(sink), lines: Vec::new() }
    }

    /// Writes the first line.
    pub fn begin(&mut self, setup: &Setup) {
        self.line(&TraceHeader { version: TRACE_VERSION, setup: setup.clone() });
    }

    /// Writes one step.
    pub fn record(&mut self, step: &Traced) {
        self.line(step);
    }

    /// Ends the trace, once it is on disk or known not to be.
    pub async fn finish(mut self) {
        self.flush();
        let Some(sink) = self.sink.take() else {
            return;
        };
        let (done, is_done) = oneshot::channel();
        // Nobody but us waits for it.
        sink.finish_then(Box::new(move |result| drop(done.send(result))));
        if let Ok(Err(error)) = is_done.await {
            tracing::warn!(%error, "the trace could not be finished");
        }
    }

    fn line(&mut self, value: &impl Serialize) {
        if self.sink.is_none() {
            return;
        }
        let before = self.lines.len();
        if serde_json::to_writer(&mut self.lines, value).is_err() {
            debug_assert!(false, "traces hold nothing that JSON cannot say");
            self.lines.truncate(before);
            return;
        }
        self.lines.push(b'\n');
        if self.lines.len() >= FLUSH_AT {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if let Some(sink) = &mut self.sink
            && let Err(error) = sink.append(&self.lines)
        {
            tracing::warn!(%error, "the trace cannot be written; the call goes on without it");
            self.sink = None;
        }
        self.lines.clear();
    }
}

/// A call whose own task dies leaves its trace unfinished, and not without its last lines.
impl Drop for TraceWriter {
    fn drop(&mut self) {
        self.flush();
    }
}
