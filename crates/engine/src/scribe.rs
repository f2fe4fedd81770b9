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
use ports::task_store::{Finish, LegEvent, Measured, StoreError, TaskStore};
use telephony::cost::{Micros, RateCard, leg_cost};
use telephony::leg::LegState;
use telephony::{AttemptId, CarrierCallId, PhoneNumber, Timestamp, UtteranceId};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::call_driver::CallOutcome;
use crate::recovery::own_calls::OwnCalls;

/// Rows that may wait. A call writes a few a second; a disk that is a minute behind loses the newest, with a warning.
const WAITING_AT_MOST: usize = 1_024;

type Done = Box<dyn FnOnce(bool) + Send>;

enum Row {
    State(AttemptState, Option<CarrierCallId>, Timestamp, Option<Done>),
    Leg(LegEvent, Timestamp),
    Turn(u32, Turn),
    OptOut(Timestamp, Done),
    Named(ExpenseId, CarrierCallId),
    Spent(ExpenseId, Micros, Timestamp),
    Finish(Box<Finish>, TaskState, Done),
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
    rows: mpsc::Sender<Row>,
    clock: Arc<dyn Clock>,
    provider: &'static str,
    rates: RateCard,
    turns: u32,
    /// How the task is tried again, and how often it was before, if it is tried again by itself.
    retry: Option<(RetryPlan, Tried)>,
    dialed_at: Timestamp,
    own_calls: OwnCalls,
    /// Ends by itself when the scribe is dropped.
    _work: JoinHandle<()>,
}

impl Scribe {
    /// Begins to write for an attempt whose intent is committed.
    pub fn begin(store: Arc<dyn TaskStore>, clock: Arc<dyn Clock>, (attempt, number): (AttemptId, PhoneNumber), by: Connecting) -> Self {
        let Connecting { provider, rates, retry } = by;
        let (rows, mut waiting) = mpsc::channel(WAITING_AT_MOST);
        let dialed_at = clock.now();
        let own_calls = OwnCalls::new(store.clone(), attempt.clone(), number.clone());
        let work = tokio::spawn(async move {
            while let Some(row) = waiting.recv().await {
                write(store.as_ref(), &attempt, &number, row).await;
            }
        });
        Self { rows, clock, provider, rates, turns: 0, retry, dialed_at, own_calls, _work: work }
    }

    /// Writes "dialing"; the returned future says whether it is on disk. Send nothing if it is not.
    pub fn dialing(&mut self) -> impl Future<Output = bool> + Send + use<> {
        self.dialed_at = self.clock.now();
        let (done, is_done) = oneshot::channel();
        self.add(Row::State(AttemptState::Dialing, None, self.dialed_at, Some(answer(done))));
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
        self.add(Row::State(AttemptState::Unknown, None, self.clock.now(), None));
    }

    /// Writes the call's name at the carrier.
    pub fn placed(&self, call: CarrierCallId) {
        self.add(Row::State(AttemptState::Placed, Some(call), self.clock.now(), None));
    }

    /// Writes that the stream is open.
    pub fn talking(&self) {
        self.add(Row::State(AttemptState::Talking, None, self.clock.now(), None));
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

    /// Writes a stop request; `done` is told whether it is on disk.
    pub fn opt_out(&self, _utterance: UtteranceId, done: impl FnOnce(bool) + Send + 'static) {
        self.add(Row::OptOut(self.clock.now(), Box::new(done)));
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
        self.add(Row::Finish(Box::new(finish), then, answer(done)));
        if !is_done.await.unwrap_or(false) {
            tracing::error!("the end of a call could not be written; it is settled at the next start");
        }
    }

    /// Returns what an answered call of this length costs by the rate card.
    pub fn cost_of(&self, answered_for: Duration) -> Micros {
        self.rates.call_cost(answered_for)
    }

    fn add(&self, row: Row) {
        if let Err(error) = self.rows.try_send(row) {
            let (mpsc::error::TrySendError::Full(row) | mpsc::error::TrySendError::Closed(row)) = error;
            tracing::warn!("the disk is too slow for a call's rows; one is lost");
            if let Row::State(_, _, _, Some(done)) | Row::OptOut(_, done) | Row::Finish(_, _, done) = row {
                done(false);
            }
        }
    }
}

/// Tells whoever waits; nobody may be waiting any more.
fn answer(done: oneshot::Sender<bool>) -> Done {
    Box::new(move |is_written| {
        let _ = done.send(is_written);
    })
}

async fn write(store: &dyn TaskStore, attempt: &AttemptId, number: &PhoneNumber, row: Row) {
    match row {
        Row::State(state, call, at, done) => {
            let written = store.advance(attempt, state, call.as_ref(), at).await.map(drop);
            tell(done, &written);
        }
        Row::Leg(event, at) => tell(None, &store.record_leg_event(attempt, &event, at).await.map(drop)),
        Row::Turn(index, turn) => tell(None, &store.append_turn(attempt, index, &turn).await),
        Row::Named(expense, call) => tell(None, &store.name_leg(&expense, &call).await),
        Row::Spent(expense, cost, at) => tell(None, &store.spend(&expense, cost, at).await.map(drop)),
        Row::OptOut(at, done) => tell(Some(done), &store.opt_out(number, attempt, at).await),
        Row::Finish(finish, then, done) => tell(Some(done), &store.finish_attempt(attempt, &finish, then).await.map(drop)),
    }
}

fn tell(done: Option<Done>, written: &Result<(), StoreError>) {
    if let Err(error) = written {
        tracing::warn!(%error, "a call's row could not be written");
    }
    if let Some(done) = done {
        done(written.is_ok());
    }
}
