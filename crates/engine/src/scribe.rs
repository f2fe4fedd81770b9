//! Writes a call's rows beside its driver, in order, so that the driver never waits for a disk.
//!
//! Two things are waited for by whoever needs them: the row that says "dialing" before a byte leaves, and a stop
//! request before it is acknowledged.

use std::sync::Arc;
use std::time::Duration;

use ::assistant::attempt::AttemptState;
use ::assistant::expense::ExpenseId;
use ::assistant::retry::{Retry, RetryPlan, Tried, should_retry};
use ::assistant::task::TaskState;
use dialogue::transcript::Turn;
use ports::clock::Clock;
use ports::recording_store::{AwaitedRecording, RecordingProgress, RecordingStore};
use ports::task_store::{Finish, LegEvent, Measured, StoreError, TaskStore};
use telephony::cost::{Micros, RateCard, leg_cost};
use telephony::leg::LegState;
use telephony::{AttemptId, AudioPosition, CarrierCallId, CarrierRecordingId, PhoneNumber, Timestamp, UtteranceId};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::call_driver::CallOutcome;
use crate::recovery::own_calls::OwnCalls;

/// Rows that may wait. A call writes a few a second; a disk that is a minute behind loses the newest, with a warning.
const WAITING_AT_MOST: usize = 1_024;

type Done = Box<dyn FnOnce(bool) + Send>;

/// Where a call's rows go, and whose they are.
pub struct Books {
    /// Most of them.
    pub store: Arc<dyn TaskStore>,
    /// What becomes of a recording that the carrier makes.
    pub recordings: Arc<dyn RecordingStore>,
    /// The attempt.
    pub attempt: AttemptId,
    /// Whom it rings.
    pub number: PhoneNumber,
}

enum Row {
    State(AttemptState, Option<CarrierCallId>, Timestamp),
    Leg(LegEvent, Timestamp),
    Turn(u32, Turn),
    OptOut(Timestamp),
    Named(ExpenseId, CarrierCallId),
    Spent(ExpenseId, Micros, Timestamp),
    Awaited(Box<AwaitedRecording>),
    Recording(RecordingProgress, Timestamp),
    Finish(Box<Finish>, TaskState),
}

/// Who connects a call, and for what money.
pub struct Connecting {
    /// The carrier's name.
    pub provider: &'static str,
    /// What it charges.
    pub rates: RateCard,
    /// How the task is tried again, and how often it was before, if it is tried again by itself.
    pub retry: Option<(RetryPlan, Tried)>,
}

/// One call's writer.
pub struct Scribe {
    rows: mpsc::Sender<(Row, Option<Done>)>,
    clock: Arc<dyn Clock>,
    provider: &'static str,
    rates: RateCard,
    turns: u32,
    /// How the task is tried again, and how often it was before, if it is tried again by itself.
    retry: Option<(RetryPlan, Tried)>,
    dialed_at: Timestamp,
    attempt: AttemptId,
    own_calls: OwnCalls,
    /// Ends by itself when the scribe is dropped.
    _work: JoinHandle<()>,
}

impl Scribe {
    /// Begins to write for an attempt whose intent is committed.
    pub fn begin(books: Books, clock: Arc<dyn Clock>, by: Connecting) -> Self {
        let Connecting { provider, rates, retry } = by;
        let (rows, mut waiting) = mpsc::channel(WAITING_AT_MOST);
        let dialed_at = clock.now();
        let own_calls = OwnCalls::new(books.store.clone(), books.attempt.clone(), books.number.clone());
        let attempt = books.attempt.clone();
        let work = tokio::spawn(async move {
            while let Some((row, done)) = waiting.recv().await {
                books.keep(&row, done).await;
            }
        });
        Self { rows, clock, provider, rates, turns: 0, retry, dialed_at, attempt, own_calls, _work: work }
    }

    /// Writes "dialing"; the returned future says whether it is on disk. Send nothing if it is not.
    pub fn dialing(&mut self) -> impl Future<Output = bool> + Send + use<> {
        self.dialed_at = self.clock.now();
        let (done, is_done) = oneshot::channel();
        self.add_awaited(Row::State(AttemptState::Dialing, None, self.dialed_at), answer(done));
        async { is_done.await.unwrap_or(false) }
    }

    /// Returns when the dial began, for a search at the carrier.
    pub fn dialed_at(&self) -> Timestamp {
        self.dialed_at
    }

    /// Returns what tells this attempt's calls from those of others.
    pub(crate) fn own_calls(&self) -> OwnCalls {
        self.own_calls.clone()
    }

    /// Returns the wall clock.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// Returns how long ago the dial began.
    pub fn dialed_for(&self) -> Duration {
        let since = self.clock.now().as_millis().saturating_sub(self.dialed_at.as_millis());
        Duration::from_millis(u64::try_from(since).unwrap_or(0))
    }

    /// Writes that the carrier's answer was unclear.
    pub fn unknown(&self) {
        self.add(Row::State(AttemptState::Unknown, None, self.clock.now()));
    }

    /// Writes the call's name at the carrier.
    pub fn placed(&self, call: CarrierCallId) {
        self.add(Row::State(AttemptState::Placed, Some(call), self.clock.now()));
    }

    /// Writes that the stream is open.
    pub fn talking(&self) {
        self.add(Row::State(AttemptState::Talking, None, self.clock.now()));
    }

    /// Writes news of the leg.
    pub fn leg_event(&self, call: CarrierCallId, key: String, state: Option<LegState>) {
        let state = state.map(|state| format!("{state:?}"));
        self.add(Row::Leg(LegEvent { call, key, state }, self.clock.now()));
    }

    /// Writes a turn.
    pub fn turn(&mut self, turn: Turn) {
        self.turns += 1;
        self.add(Row::Turn(self.turns, turn));
    }

    /// Writes the name of a further leg at the carrier.
    pub fn leg_named(&self, expense: ExpenseId, call: CarrierCallId) {
        self.add(Row::Named(expense, call));
    }

    /// Writes that a further leg is over and how long it lasted.
    pub fn leg_spent(&self, expense: ExpenseId, length: Duration) {
        self.add(Row::Spent(expense, leg_cost(length, self.rates.leg_per_minute), self.clock.now()));
    }

    /// Writes that a further leg that was paid for was never answered, or never rung.
    pub fn leg_unused(&self, expense: ExpenseId) {
        self.add(Row::Spent(expense, Micros::ZERO, self.clock.now()));
    }

    /// Writes that the carrier records the call, or what more is known of that.
    pub fn await_recording(&self, call: CarrierCallId, known: RecordingFacts) {
        self.add(Row::Awaited(Box::new(AwaitedRecording {
            attempt: self.attempt.clone(),
            carrier: self.provider.to_owned(),
            call,
            recording: known.recording,
            progress: if known.is_unwanted { RecordingProgress::Unwanted } else { RecordingProgress::Wanted },
            silences: known.silences,
            is_heard_out: known.is_heard_out,
            deletes_there: known.deletes_there,
            since: self.clock.now(),
        })));
    }

    /// Writes how far the carrier's recording is. Returns whether that is on disk.
    pub async fn recording_is(&self, progress: RecordingProgress) -> bool {
        let (done, is_done) = oneshot::channel();
        self.add_awaited(Row::Recording(progress, self.clock.now()), answer(done));
        is_done.await.unwrap_or(false)
    }

    /// Writes a stop request; `done` is told whether it is on disk.
    pub fn opt_out(&self, _utterance: UtteranceId, done: impl FnOnce(bool) + Send + 'static) {
        self.add_awaited(Row::OptOut(self.clock.now()), Box::new(done));
    }

    /// Takes note of another carrier, which connects the call from now on.
    pub fn connected_by(&mut self, provider: &'static str, rates: RateCard) {
        self.provider = provider;
        self.rates = rates;
    }

    /// Writes the end and waits until it is on disk.
    pub async fn finish(&self, outcome: &CallOutcome) {
        let finish = Finish {
            disposition: outcome.disposition,
            report: Some(outcome.report.clone()),
            answered_for: outcome.answered_for,
            cost: outcome.cost,
            at: self.clock.now(),
            measured: Measured {
                provider: Some(self.provider.to_owned()),
                is_recorded: outcome.recorded.is_kept(),
                response_times: outcome.response_times.clone(),
                asked_wait: outcome.asked_wait,
                passed_over: outcome.passed_over.as_ref().map(|passed| passed.because.to_string()),
            },
        };
        let is_tried_again = self.retry.is_some_and(|(plan, before)| {
            let tried = before.and(outcome.disposition, outcome.asked_wait);
            matches!(should_retry(outcome.disposition, &tried, &plan), Retry::After(_))
        });
        let then = match (outcome.was_given_up, is_tried_again) {
            (true, _) => TaskState::Canceled,
            // The runner gives it the next approval, or leaves it to the user.
            (false, true) => TaskState::AwaitingApproval,
            (false, false) => TaskState::Done,
        };
        let (done, is_done) = oneshot::channel();
        self.add_awaited(Row::Finish(Box::new(finish), then), answer(done));
        if !is_done.await.unwrap_or(false) {
            tracing::error!("the end of a call could not be written; it is settled at the next start");
        }
    }

    /// Returns what an answered call of this length costs by the rate card.
    pub fn cost_of(&self, answered_for: Duration) -> Micros {
        self.rates.call_cost(answered_for)
    }

    fn add(&self, row: Row) {
        self.hand_over(row, None);
    }

    /// Adds a row for which somebody waits.
    fn add_awaited(&self, row: Row, done: Done) {
        self.hand_over(row, Some(done));
    }

    fn hand_over(&self, row: Row, done: Option<Done>) {
        if let Err(error) = self.rows.try_send((row, done)) {
            let (mpsc::error::TrySendError::Full((_, done)) | mpsc::error::TrySendError::Closed((_, done))) = error;
            tracing::warn!("the disk is too slow for a call's rows; one is lost");
            tell(done, false);
        }
    }
}

/// What is known of a recording that the carrier makes.
pub struct RecordingFacts {
    /// Its name there, once it was told.
    pub recording: Option<CarrierRecordingId>,
    /// The callee does not want it.
    pub is_unwanted: bool,
    /// What must be silent in our copy.
    pub silences: Vec<(AudioPosition, Option<AudioPosition>)>,
    /// Whether these are all.
    pub is_heard_out: bool,
    /// Whether it is deleted there once it is kept here.
    pub deletes_there: bool,
}

/// Tells whoever waits; nobody may be waiting any more.
fn answer(done: oneshot::Sender<bool>) -> Done {
    Box::new(move |is_written| {
        let _ = done.send(is_written);
    })
}

impl Books {
    /// Writes a row and tells whoever waits for it. On a full disk the space that is held for this is given up, and the row is tried
    /// again.
    async fn keep(&self, row: &Row, done: Option<Done>) {
        let mut written = self.write(row).await;
        if written == Err(StoreError::Full) && self.store.make_room() {
            written = self.write(row).await;
        }
        if let Err(error) = &written {
            tracing::warn!(%error, "a call's row could not be written");
        }
        tell(done, written.is_ok());
    }

    async fn write(&self, row: &Row) -> Result<(), StoreError> {
        let (store, attempt) = (self.store.as_ref(), &self.attempt);
        match row {
            Row::State(state, call, at) => store.advance(attempt, *state, call.as_ref(), *at).await.map(drop),
            Row::Leg(event, at) => store.record_leg_event(attempt, event, *at).await.map(drop),
            Row::Turn(index, turn) => store.append_turn(attempt, *index, turn).await,
            Row::Named(expense, call) => store.name_leg(expense, call).await,
            Row::Spent(expense, cost, at) => store.spend(expense, *cost, *at).await.map(drop),
            Row::OptOut(at) => store.opt_out(&self.number, attempt, *at).await,
            Row::Awaited(recording) => self.recordings.await_recording(recording).await,
            Row::Recording(progress, at) => self.recordings.move_recording(attempt, *progress, *at).await.map(drop),
            Row::Finish(finish, then) => store.finish_attempt(attempt, finish, *then).await.map(drop),
        }
    }
}

fn tell(done: Option<Done>, is_written: bool) {
    if let Some(done) = done {
        done(is_written);
    }
}
