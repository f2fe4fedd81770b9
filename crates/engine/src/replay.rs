//! Runs a trace through fresh machines and says where they answer differently: a bug report is a test.

use dialogue::conversation::Conversation;
use telephony::call::CallMachine;
use telephony::trace::{TRACE_VERSION, TraceHeader};
use thiserror::Error;

use crate::trace_writer::{Setup, Traced};

/// What a replay found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Replayed {
    /// Steps that were replayed.
    pub steps: usize,
    /// The first step that came out differently, if any.
    pub difference: Option<Difference>,
}

/// A step that came out differently.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// Line of the trace, from 1.
    pub line: usize,
    /// What the trace says came out.
    pub recorded: String,
    /// What comes out now.
    pub replayed: String,
}

/// Why a trace cannot be replayed.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ReplayError {
    /// The file has no first line that describes the call.
    #[error("this is not a trace: its first line is not a header")]
    NotATrace,
    /// It was written by another version.
    #[error("the trace has version {found}; this program replays version {TRACE_VERSION}")]
    OtherVersion {
        /// Its version.
        found: u32,
    },
    /// A line in the middle cannot be read.
    #[error("line {line} of the trace cannot be read")]
    BadLine {
        /// Which, from 1.
        line: usize,
    },
}

/// Replays a trace.
///
/// A last line that was cut short by a crash is passed over; any other unreadable line is an error.
///
/// # Errors
/// [`ReplayError`]; the trace must come from this version of the program.
pub fn replay(trace: &str) -> Result<Replayed, ReplayError> {
    let mut lines = trace.lines().enumerate();
    let (_, first) = lines.next().ok_or(ReplayError::NotATrace)?;
    let header: TraceHeader<Setup> = serde_json::from_str(first).map_err(|_| ReplayError::NotATrace)?;
    if header.version != TRACE_VERSION {
        return Err(ReplayError::OtherVersion { found: header.version });
    }
    let mut conversation = Conversation::new(header.setup.brief, header.setup.conversation);
    let mut call = CallMachine::new(header.setup.call);
    let total = trace.lines().count();
    let mut steps = 0;
    for (index, line) in lines {
        let step: Traced = match serde_json::from_str(line) {
            Ok(step) => step,
            Err(_) if index + 1 == total => break,
            Err(_) => return Err(ReplayError::BadLine { line: index + 1 }),
        };
        steps += 1;
        let (recorded, replayed) = match step {
            Traced::Conversation(step) => (format!("{:?}", step.outputs), format!("{:?}", conversation.handle(step.at, step.input))),
            Traced::Call(step) => (format!("{:?}", step.outputs), format!("{:?}", call.handle(step.at, step.input))),
        };
        if recorded != replayed {
            return Ok(Replayed { steps, difference: Some(Difference { line: index + 1, recorded, replayed }) });
        }
    }
    Ok(Replayed { steps, difference: None })
}
