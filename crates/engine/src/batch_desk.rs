//! Takes batches, shows them with what the gate says of each call, takes the one yes, and tells what has become of them. Dials nobody.

use std::sync::Arc;

use ::assistant::approval::{Approval, ApprovedBy, Receipt, ReceiptHash};
use ::assistant::attempt::Direction;
use ::assistant::batch::{Batch, BatchError, BatchLine, BatchReceipt, BatchReport};
use ::assistant::budget;
use ::assistant::dependency;
use ::assistant::refusal::Refusal;
use ::assistant::task::{Task, TaskState};
use ::assistant::task_plan::TaskPlan;
use ports::batch_store::{ApprovedCall, BatchStore, GivenUp};
use ports::plan_store::Planned;
use ports::task_store::{AttemptRecord, StoreError};
use telephony::cost::Micros;
use thiserror::Error;

use crate::gate::Explanation;
use crate::task_desk::TaskDesk;

/// Takes batches.
#[derive(Clone)]
pub struct BatchDesk {
    /// Where tasks and receipts are made.
    pub desk: TaskDesk,
    /// Where batches are kept.
    pub batches: Arc<dyn BatchStore>,
}

/// Whether the calls of a batch wait for each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// They do not; the pace alone says when each begins.
    SideBySide,
    /// Each waits for the one before it, and is made only if that did not achieve what is wanted: "until one of them can come".
    UntilAchieved,
}

/// A call of a batch that waits for its yes.
#[derive(Clone, Debug)]
pub struct OpenCall {
    /// The task.
    pub task: Task,
    /// Its receipt as it stands now.
    pub receipt: Receipt,
    /// The hash of the receipt that is kept: another one after a change.
    kept: ReceiptHash,
}

/// The calls of a batch that wait for their yes.
#[derive(Clone, Debug)]
pub struct OpenBatch {
    /// The batch.
    pub batch: Batch,
    /// The calls, in their order.
    pub calls: Vec<OpenCall>,
    /// What a yes binds.
    pub receipt: BatchReceipt,
}

/// Why a batch is not approved. None of its calls is.
#[derive(Debug, Error)]
pub enum NotApproved {
    /// There is no such batch.
    #[error("there is no such batch")]
    NoSuchBatch,
    /// No call waits for a yes.
    #[error("no call of the batch waits for a yes")]
    NothingOpen,
    /// It was changed, or its calls do not belong together.
    #[error(transparent)]
    Batch(#[from] BatchError),
    /// The rows cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BatchDesk {
    /// Keeps a batch with its tasks: all of them or none. `order` says whether they wait for each other.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create(&self, batch: &Batch, tasks: &[Task], plan: &TaskPlan, order: Order) -> Result<(), StoreError> {
        let waits = match order {
            Order::SideBySide => vec![None; tasks.len()],
            Order::UntilAchieved => dependency::until_achieved(tasks.iter().map(|task| &task.id)),
        };
        let mut calls = Vec::with_capacity(tasks.len());
        for (task, waits) in tasks.iter().zip(waits) {
            let mut plan = plan.clone();
            plan.dependencies.extend(waits);
            calls.push((task.clone(), self.desk.receipt(task).await?, Planned { plan, due_at: None }));
        }
        self.batches.create_batch(batch, &calls).await
    }

    /// Returns what a yes would bind now: the calls that wait for one.
    ///
    /// # Errors
    /// [`NotApproved`].
    pub async fn open(&self, id: &str) -> Result<OpenBatch, NotApproved> {
        let batch = self.batches.batch(id).await?.ok_or(NotApproved::NoSuchBatch)?;
        let store = &self.desk.gate.store;
        let mut calls = Vec::new();
        for task in self.batches.batch_tasks(id).await? {
            let Some(task) = store.task(&task).await?.filter(|task| task.state == TaskState::AwaitingApproval) else { continue };
            let Some(kept) = store.receipt(&task.id).await? else { continue };
            calls.push(OpenCall { receipt: self.desk.receipt(&task).await?, kept: kept.hash(), task });
        }
        if calls.is_empty() {
            return Err(NotApproved::NothingOpen);
        }
        let receipts: Vec<Receipt> = calls.iter().map(|call| call.receipt.clone()).collect();
        Ok(OpenBatch { receipt: BatchReceipt::of(&receipts, batch.pace)?, batch, calls })
    }

    /// Returns what the gate would say of each call now, if the user said yes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn explain(&self, open: &OpenBatch) -> Result<Vec<Explanation>, StoreError> {
        let now = self.desk.gate.clock.now();
        let mut explained = Vec::with_capacity(open.calls.len());
        for call in &open.calls {
            let from = call.task.schedule.not_before.map_or(now, |not_before| not_before.max(now));
            explained.push(self.desk.gate.explain(&call.receipt, from).await?);
        }
        Ok(explained)
    }

    /// Returns which caps of the money all calls together would pass, each to its time limit: then the last ones are refused.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn beyond_budget(&self, open: &OpenBatch) -> Result<Vec<Refusal>, StoreError> {
        let gate = &self.desk.gate;
        let payer = budget::Payer { task: None, ..open.calls.first().map(|call| call.receipt.payer()).unwrap_or_default() };
        let spending = gate.store.spending(&payer, gate.clock.now()).await?;
        // One call and one task are small parts of a batch; their caps are asked of each by itself.
        let whole = budget::Budget { per_call: Micros(u64::MAX), per_task: Micros(u64::MAX), ..gate.rules.budget };
        Ok(budget::check(open.receipt.worst_case_cost, Micros(u64::MAX), &whole, &spending))
    }

    /// Takes the one yes to what was shown under this hash. Returns how many calls it approves.
    ///
    /// # Errors
    /// [`NotApproved`]; [`BatchError::Changed`] if anything is not as it was shown.
    pub async fn approve(&self, id: &str, shown: &ReceiptHash, by: &ApprovedBy) -> Result<usize, NotApproved> {
        let open = self.open(id).await?;
        if open.receipt.hash() != *shown {
            return Err(BatchError::Changed.into());
        }
        let now = self.desk.gate.clock.now();
        // The last call waits for all others, which the user was shown; its yes must not be too old by then.
        let lasts = open.batch.pace.lasts(u32::try_from(open.calls.len()).unwrap_or(u32::MAX));
        let approved = open.calls.into_iter().map(|OpenCall { task, receipt, kept }| {
            let good_for = Approval::good_for(&receipt.schedule, now).saturating_add(lasts).min(Approval::LONGEST);
            let due_at = task.schedule.not_before.map_or(now, |not_before| not_before.max(now));
            ApprovedCall { task: task.id, kept, approval: Approval::of(&receipt, by.clone(), now, good_for), due_at }
        });
        let approved: Vec<ApprovedCall> = approved.collect();
        match self.batches.approve_batch(id, shown, &approved).await {
            Ok(()) => Ok(approved.len()),
            // Somebody changed, approved or gave up one of them in this very moment.
            Err(StoreError::Conflict) => Err(BatchError::Changed.into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Gives up all calls of a batch that have not ended. Those that run are ended by the process that made them.
    ///
    /// # Errors
    /// [`StoreError`], [`StoreError::NotFound`] if there is no such batch.
    pub async fn cancel(&self, id: &str) -> Result<GivenUp, StoreError> {
        self.batches.cancel_batch(id, self.desk.gate.clock.now()).await
    }

    /// Returns what has become of a batch. Calls whose callees were erased are left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn report(&self, id: &str) -> Result<BatchReport, StoreError> {
        let store = &self.desk.gate.store;
        let mut lines = Vec::new();
        for (task, place) in self.batches.batch_tasks(id).await?.into_iter().zip(1..) {
            let Some(task) = store.task(&task).await? else { continue };
            let attempts = store.attempts(&task.id).await?;
            lines.push(line(place, task, &attempts));
        }
        Ok(BatchReport::of(lines))
    }
}

fn line(place: u32, task: Task, attempts: &[AttemptRecord]) -> BatchLine {
    let finishes = attempts.iter().filter_map(|attempt| attempt.finish.as_ref());
    let last = finishes.clone().next_back();
    let report = last.and_then(|finish| finish.report.as_ref());
    let facts = report.map(|report| report.facts.iter().map(|fact| (fact.fact.clone(), fact.in_words.clone())).collect());
    BatchLine {
        place,
        task: task.id,
        number: task.number,
        intent: task.intent,
        state: task.state,
        attempts: u32::try_from(attempts.iter().filter(|attempt| attempt.direction == Direction::Outbound).count()).unwrap_or(u32::MAX),
        disposition: last.map(|finish| finish.disposition),
        outcome: report.map(|report| report.outcome),
        facts: telephony::Private::new(facts.unwrap_or_default()),
        cost: finishes.map(|finish| finish.cost).fold(Micros::ZERO, Micros::plus),
    }
}
