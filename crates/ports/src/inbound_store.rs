//! Calls that come to us on disk: who came, what they left, and the attempts of callees who rang back.
//!
//! Carriers repeat their webhooks, so every write has an effect once. Each method is one transaction.

use std::time::Duration;

use assistant::budget::{Budget, Payer};
use assistant::rate_limit::Caps;
use assistant::spending_alert::AlertRules;
use assistant::task::Task;
use async_trait::async_trait;
use dialogue::report::Outcome;
use serde::{Deserialize, Serialize};
use telephony::cost::Micros;
use telephony::{AttemptId, CarrierCallId, CarrierRecordingId, PhoneNumber, Private, TaskId, Timestamp};

use crate::task_store::StoreError;

/// Keeps what must survive a crash.
#[async_trait]
pub trait InboundStore: Send + Sync {
    /// Keeps that somebody rings, once a call. Returns whether it was new.
    async fn begin_visit(&self, id: &AttemptId, call: &CarrierCallId, caller: Option<&PhoneNumber>, at: Timestamp) -> Result<bool, StoreError>;

    /// Returns a visit by its call.
    async fn visit(&self, call: &CarrierCallId) -> Result<Option<Visit>, StoreError>;

    /// Keeps that a visitor was connected with somebody, at the price of a second leg.
    async fn forward_visit(&self, call: &CarrierCallId) -> Result<(), StoreError>;

    /// Keeps the end of a visit, once; `cost` is that of one leg. Returns whether this was the first end.
    async fn end_visit(&self, call: &CarrierCallId, length: Duration, cost: Micros, at: Timestamp) -> Result<bool, StoreError>;

    /// Keeps that a message was left, once a call; a length that comes later is added.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such visit.
    async fn leave_message(
        &self,
        call: &CarrierCallId,
        recording: &CarrierRecordingId,
        length: Option<Duration>,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Keeps what became of a message: its sound lies in the vault or is lost, and its words, if they were understood.
    async fn settle_message(&self, call: &CarrierCallId, state: MessageState, words: Option<&str>) -> Result<(), StoreError>;

    /// Returns the newest visits, newest first.
    async fn visits(&self, at_most: u32) -> Result<Vec<Visit>, StoreError>;

    /// Returns the visits whose message has not been fetched, oldest first: what a crash left behind.
    async fn unfetched(&self) -> Result<Vec<Visit>, StoreError>;

    /// Returns the latest task for which this number was rung since then, however it went on the line.
    async fn task_of_callee(&self, number: &PhoneNumber, since: Timestamp) -> Result<Option<CalleesTask>, StoreError>;

    /// Writes down that a callee has rung back: an attempt of the task that never dials, with its call, its worst cost and
    /// its place among the running calls; all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another attempt of the task lives or the call has one already; [`StoreError::Overtaken`] if there
    /// is no money or no place for it; [`StoreError::Locked`] if this process may not hold calls from this database.
    async fn begin_ring_back(&self, arrival: &RingBackArrival<'_>) -> Result<(), StoreError>;
}

/// One call that came to us.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Visit {
    /// Its name here; the sound of a message lies in the vault under it.
    pub id: AttemptId,
    /// Its name at the carrier.
    pub call: CarrierCallId,
    /// Who rang; `None` if they withhold it.
    pub caller: Option<PhoneNumber>,
    /// When.
    pub came_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How long it lasted, once it has ended.
    pub length: Option<Duration>,
    /// What it cost by the rate card; nothing if it was an attempt, which has its own.
    pub cost: Micros,
    /// The attempt that it was, if it continued an errand.
    pub attempt: Option<AttemptId>,
    /// The message that was left.
    pub message: Option<VoiceMessage>,
}

/// A message that was left.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VoiceMessage {
    /// Its recording's name at the carrier.
    pub recording: CarrierRecordingId,
    /// What became of it.
    pub state: MessageState,
    /// When it was left.
    pub left_at: Timestamp,
    /// How long it is, if the carrier has said so.
    pub length: Option<Duration>,
    /// Its words, if they were understood.
    pub words: Option<Private<String>>,
}

/// What became of a message's sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// Still at the carrier.
    Coming,
    /// In the vault.
    Kept,
    /// There is none: nothing was recorded, or it could not be fetched.
    Lost,
}

/// The latest task for which a number was rung.
#[derive(Clone, PartialEq, Debug)]
pub struct CalleesTask {
    /// The task.
    pub task: Task,
    /// Whether an attempt of it is live.
    pub is_live: bool,
    /// What the latest attempt that has ended came to.
    pub outcome: Option<Outcome>,
}

/// A callee who rang back.
#[derive(Clone, Debug)]
pub struct RingBackArrival<'a> {
    /// Of which task.
    pub task: &'a TaskId,
    /// The attempt that begins.
    pub attempt: &'a AttemptId,
    /// The call.
    pub call: &'a CarrierCallId,
    /// Who.
    pub number: &'a PhoneNumber,
    /// What the call costs if it lasts to its limit.
    pub worst_cost: Micros,
    /// The most that the task allows a call to cost.
    pub task_cap: Micros,
    /// The caps of the installation.
    pub caps: Caps,
    /// Its budget.
    pub budget: Budget,
    /// When spending is worth a word to the user.
    pub alerts: AlertRules,
    /// Who pays.
    pub payer: Payer,
    /// When.
    pub at: Timestamp,
}
