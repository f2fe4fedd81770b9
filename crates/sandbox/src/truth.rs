//! What truly happened on the network, whatever a program believes: for tests, and for whoever asks why.
//!
//! Holds words of practice calls, so it is shown to loopback only (`GET /sandbox/log`) and never logged.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// Calls that are remembered; the oldest are forgotten.
const MAX_CALLS: usize = 10_000;

/// Lines, webhooks and codes that are remembered of one call.
const MAX_ENTRIES: usize = 10_000;

/// What truly happened, shared and growing while the sandbox runs.
#[derive(Clone, Default)]
pub struct GroundTruth(Arc<Mutex<VecDeque<Notes>>>);

/// One call's page, written by whoever has a part in it.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<CallTruth>>);

impl Notes {
    pub fn note(&self, change: impl FnOnce(&mut CallTruth)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn read(&self) -> CallTruth {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// One call.
#[derive(Clone, Default, Debug, PartialEq, Serialize)]
pub struct CallTruth {
    /// `CA…`.
    pub call_sid: String,
    /// Whom it was to.
    pub to: String,
    /// What was made to go wrong with it, as it is switched on.
    pub faults: Vec<String>,
    /// States it went through, as the carrier names them.
    pub states: Vec<String>,
    /// How often the phone rang: 0 or 1.
    pub rings: u32,
    /// Milliseconds from the request to the answer.
    pub answered_after_ms: Option<u64>,
    /// Milliseconds from the answer to the end.
    pub lasted_ms: Option<u64>,
    /// `callee`, `caller`, `ring timeout`, `time limit`, `document`, `fault`.
    pub ended_by: Option<String>,
    /// Media streams that were opened.
    pub streams: u32,
    /// Conversations in text that were opened.
    pub relays: u32,
    /// Frames of 20 ms sent to the program.
    pub frames_out: u64,
    /// Samples of audio that the program sent.
    pub samples_in: u64,
    /// Samples of it that were played to the callee.
    pub samples_played: u64,
    /// Marks that the program sent.
    pub marks_in: u64,
    /// Marks echoed.
    pub marks_out: u64,
    /// Clears that the program sent.
    pub clears: u64,
    /// The most that a frame left after its time, in milliseconds.
    pub latest_frame_ms: u64,
    /// Twilio's codes of what went wrong: 11200, 12100, 31924, …
    pub errors: Vec<u32>,
    /// Verbs and nouns that were passed over, because the practice network does not know them.
    pub unsupported: Vec<String>,
    /// What the callee said.
    pub callee_said: Vec<String>,
    /// What the callee understood.
    pub callee_heard: Vec<String>,
    /// What the carrier understood of the callee, for `<Gather>` and conversations in text.
    pub carrier_heard: Vec<String>,
    /// Calls whose callees this one's heard, in a conference or connected by `<Dial>`.
    pub heard_calls: Vec<String>,
    /// Keys that the callee's side heard.
    pub keys_heard: String,
    /// Beeps that ended a wait for one in a document.
    pub beeps_waited_for: u64,
    /// Messages that a voicemail kept.
    pub messages: Vec<String>,
    /// Webhooks that were sent, in order of their sending.
    pub webhooks: Vec<WebhookTruth>,
}

/// One webhook.
#[derive(Clone, Default, Debug, PartialEq, Serialize)]
pub struct WebhookTruth {
    /// `document`, `initiated`, `ringing`, `answered`, `completed`, `recording`, `stream`, `partial`, `machine-detection`,
    /// `transcription`.
    pub kind: String,
    /// Milliseconds from the request for the call.
    pub at_ms: u64,
    /// What the program answered; `None` if nothing came.
    pub status: Option<u16>,
}

impl GroundTruth {
    /// Returns all calls, oldest first.
    pub fn calls(&self) -> Vec<CallTruth> {
        self.lock().iter().map(Notes::read).collect()
    }

    /// Returns one call.
    pub fn call(&self, call_sid: &str) -> Option<CallTruth> {
        self.calls().into_iter().find(|call| call.call_sid == call_sid)
    }

    /// Returns how often the phone of a number rang, over all calls.
    pub fn rings_of(&self, number: &str) -> u32 {
        self.calls().iter().filter(|call| call.to == number).map(|call| call.rings).sum()
    }

    /// Opens the page of a new call.
    pub(crate) fn begin(&self, call_sid: &str, to: &str) -> Notes {
        let notes = Notes::default();
        notes.note(|truth| (truth.call_sid, truth.to) = (call_sid.into(), to.into()));
        let mut calls = self.lock();
        if calls.len() >= MAX_CALLS {
            calls.pop_front();
        }
        calls.push_back(notes.clone());
        notes
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Notes>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds an entry to a list that is bounded.
pub(crate) fn keep<T>(list: &mut Vec<T>, entry: T) {
    if list.len() < MAX_ENTRIES {
        list.push(entry);
    }
}
