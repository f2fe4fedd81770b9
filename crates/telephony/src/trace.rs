//! Replayable records: what went into a machine and what came out, with the time it was told.
//!
//! A trace is a text file, one JSON object a line. The first line is a [`TraceHeader`], every other a [`TraceRecord`].
//! It holds the words of the call, so it is as private as the recording and is kept in the same vault.

use serde::{Deserialize, Serialize};

use crate::time::SessionTime;

/// The version of the trace format; a reader refuses other versions by name.
pub const TRACE_VERSION: u32 = 1;

/// The first line of a trace: all that a machine needs to be built again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TraceHeader<Setup> {
    /// [`TRACE_VERSION`] of the writer.
    pub version: u32,
    /// Configuration and brief of the machine.
    pub setup: Setup,
}

/// One input and everything that came out of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TraceRecord<Input, Output> {
    /// The time that the machine was told.
    pub at: SessionTime,
    /// What went in.
    pub input: Input,
    /// What came out, in order.
    pub outputs: Vec<Output>,
}
