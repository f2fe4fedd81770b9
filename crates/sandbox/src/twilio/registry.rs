//! The calls and recordings that the API shows.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use telephony::Timestamp;
use telephony::leg::LegState;
use tokio::sync::mpsc;
use wire::http::Method;
use wire::twilio::rest::{CallInstructions, CallResource, RecordingResource, RecordingStart, StreamStart, TranscriptionStart};

use super::between::Between;

/// Calls that are remembered. The oldest that has ended is forgotten first.
const MAX_CALLS: usize = 10_000;

/// Recordings that are remembered: at 16 kB a second of two channels, an hour or two in all.
const MAX_RECORDINGS: usize = 500;

/// What the API asks of a running call.
#[derive(Debug)]
pub enum Command {
    /// End it, in whatever state.
    HangUp,
    /// Run something else.
    Redirect(CallInstructions),
    /// End it so many seconds after the answer.
    TimeLimit(u32),
    /// Report states there from now on.
    StatusCallback(String),
    /// Report them so.
    StatusCallbackMethod(Method),
    /// Ask there if instructions fail from now on, and how.
    Fallback(String, Option<Method>),
    /// Record it.
    StartRecording {
        /// The new recording.
        sid: String,
        /// How.
        start: RecordingStart,
    },
    /// A word of another call.
    Between(Between),
    /// Send its sound to a socket.
    StartStream {
        /// The new stream.
        sid: String,
        /// How.
        start: StreamStart,
    },
    /// Stop that, by name or SID.
    StopStream(String),
    /// Write down what is said.
    StartTranscription {
        /// The new transcription.
        sid: String,
        /// How.
        start: Box<TranscriptionStart>,
    },
    /// Stop that, by name or SID.
    StopTranscription(String),
    /// Hold, resume or stop a recording.
    UpdateRecording {
        /// Which.
        sid: String,
        /// `paused`, `in-progress` or `stopped`.
        status: String,
        /// Leave held time out instead of filling it with silence.
        skips: bool,
    },
}

/// A call as the registry keeps it.
pub struct CallEntry {
    /// What the API shows.
    pub resource: CallResource,
    /// Its leg.
    pub state: LegState,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The way to its driver. Never full: one message a REST request.
    pub commands: mpsc::UnboundedSender<Command>,
    /// Streams and transcriptions that were ever begun beside its document, by SID and by name.
    pub beside: BTreeSet<String>,
}

impl CallEntry {
    /// Remembers what is begun beside the document.
    pub fn begin_beside(&mut self, sid: &str, name: Option<&str>) {
        self.beside.extend([Some(sid), name].into_iter().flatten().map(str::to_owned));
    }
}

/// A recording as the registry keeps it.
pub struct RecordingEntry {
    /// What the API shows.
    pub resource: RecordingResource,
    /// The file, once complete.
    pub wav: Option<Arc<Vec<u8>>>,
}

/// All calls and recordings of the account.
#[derive(Default)]
pub struct Registry(Mutex<Shelves>);

#[derive(Default)]
pub struct Shelves {
    /// By SID.
    pub calls: BTreeMap<String, CallEntry>,
    /// Oldest first.
    pub call_order: VecDeque<String>,
    /// By SID.
    pub recordings: BTreeMap<String, RecordingEntry>,
    /// Oldest first.
    pub recording_order: VecDeque<String>,
}

impl Registry {
    /// Does something with what is kept; nothing in it may wait.
    pub fn with<T>(&self, act: impl FnOnce(&mut Shelves) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes a call, if it is known.
    pub fn change(&self, sid: &str, change: impl FnOnce(&mut CallEntry)) {
        self.with(|shelves| shelves.calls.get_mut(sid).map(change));
    }

    /// Changes a recording, if it is known.
    pub fn change_recording(&self, sid: &str, change: impl FnOnce(&mut RecordingEntry)) {
        self.with(|shelves| shelves.recordings.get_mut(sid).map(change));
    }
}

impl Shelves {
    /// Keeps a new call.
    pub fn add_call(&mut self, sid: String, entry: CallEntry) {
        if self.calls.len() >= MAX_CALLS
            && let Some(at) = self.call_order.iter().position(|sid| self.calls.get(sid).is_none_or(|call| call.state.is_terminal()))
            && let Some(oldest) = self.call_order.remove(at)
        {
            self.calls.remove(&oldest);
        }
        self.call_order.push_back(sid.clone());
        self.calls.insert(sid, entry);
    }

    /// Keeps a new recording.
    pub fn add_recording(&mut self, sid: String, entry: RecordingEntry) {
        if self.recordings.len() >= MAX_RECORDINGS
            && let Some(oldest) = self.recording_order.pop_front()
        {
            self.recordings.remove(&oldest);
        }
        self.recording_order.push_back(sid.clone());
        self.recordings.insert(sid, entry);
    }
}
