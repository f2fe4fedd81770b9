//! The calls, recordings and streams that the API shows.

use std::sync::{Arc, Mutex, PoisonError};

use telephony::Timestamp;
use telephony::leg::LegState;
use tokio::sync::mpsc;
use wire::plivo::document::MultiPartyCall;
use wire::plivo::rest::{CallRecord, LiveCall, LiveRequest, NextDocument, RecordingResource, StartStream, StreamResource};

use super::between::Between;
use super::call::PartyOrder;
use crate::shelf::Shelf;

/// Calls that are remembered. The oldest is forgotten first.
const MAX_CALLS: usize = 10_000;

/// Recordings that are remembered: at 16 kB a second of two channels, an hour or two in all.
const MAX_RECORDINGS: usize = 500;

/// What the API asks of a running call.
#[derive(Debug)]
pub enum Command {
    /// End it, in whatever state.
    HangUp,
    /// Run something else.
    Transfer(NextDocument),
    /// Do something beside its document.
    Live {
        /// What.
        request: Box<LiveRequest>,
        /// The new recording, if it begins one, and the request that asked for it.
        recording: Option<(String, String)>,
    },
    /// Send its sound to a socket.
    StartStream {
        /// The new stream.
        id: String,
        /// How.
        start: Box<StartStream>,
    },
    /// Stop that.
    StopStream,
    /// Leave its conference; the document goes on.
    LeaveConference,
    /// Join a multiparty call; the document is over.
    JoinParty(Box<MultiPartyCall>),
    /// Take part in it in another way.
    Party(PartyOrder),
    /// Hear what another call has to say.
    Between(Between),
}

/// A call as the registry keeps it.
pub struct CallEntry {
    /// What the API shows while it lives.
    pub live: LiveCall,
    /// What the API shows once it is over.
    pub record: Option<CallRecord>,
    /// Its leg.
    pub state: LegState,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The stream in hand, or the last one: a call has one at a time.
    pub has_stream: bool,
    /// The leg that its `<Dial>` has connected it with.
    pub second_leg: Option<String>,
    /// The way to its driver. Never full: one message a REST request.
    pub commands: mpsc::UnboundedSender<Command>,
}

impl CallEntry {
    /// Returns whether it can be asked for as a call that lives.
    pub const fn is_live(&self) -> bool {
        matches!(self.state, LegState::Ringing | LegState::InProgress)
    }

    /// Returns whether it waits for its turn.
    pub const fn is_queued(&self) -> bool {
        matches!(self.state, LegState::Queued | LegState::Dialing)
    }
}

/// A recording as the registry keeps it.
pub struct RecordingEntry {
    /// What the API shows.
    pub resource: RecordingResource,
    /// The sound, once complete: a WAV file.
    pub wav: Option<Arc<Vec<u8>>>,
}

/// All that the account has.
pub struct Shelves {
    /// By UUID.
    pub calls: Shelf<CallEntry>,
    /// By recording id.
    pub recordings: Shelf<RecordingEntry>,
    /// By stream id.
    pub streams: Shelf<StreamResource>,
}

/// All that the account has, shared.
pub struct Registry(Mutex<Shelves>);

impl Default for Registry {
    fn default() -> Self {
        Self(Mutex::new(Shelves { calls: Shelf::new(MAX_CALLS), recordings: Shelf::new(MAX_RECORDINGS), streams: Shelf::new(MAX_CALLS) }))
    }
}

impl Registry {
    /// Does something with what is kept; nothing in it may wait.
    pub fn with<T>(&self, act: impl FnOnce(&mut Shelves) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes a call, if it is known.
    pub fn change(&self, uuid: &str, change: impl FnOnce(&mut CallEntry)) {
        self.with(|shelves| shelves.calls.get_mut(uuid).map(change));
    }
}
