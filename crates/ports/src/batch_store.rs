//! Batches on disk: many tasks under one yes, dialed at a pace.

use assistant::approval::{Approval, Receipt, ReceiptHash};
use assistant::batch::{Batch, Begun};
use assistant::task::Task;
use async_trait::async_trait;
use telephony::{TaskId, Timestamp};

use crate::plan_store::Planned;
use crate::task_store::StoreError;

/// A yes to one call of a batch, and when that call is due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApprovedCall {
    /// Which task.
    pub task: TaskId,
    /// The hash of the receipt that was kept for it when the batch was shown.
    pub kept: ReceiptHash,
    /// The yes.
    pub approval: Approval,
    /// When it is due.
    pub due_at: Timestamp,
}

/// How many calls of a batch were given up.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct GivenUp {
    /// Those that had not ended.
    pub tasks: u32,
    /// Those of them of which a call was running.
    pub running: u32,
}

/// Keeps batches. Each method is one transaction: all of it happens, or nothing.
#[async_trait]
pub trait BatchStore: Send + Sync {
    /// Keeps a batch with its tasks in their order.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the batch or one of the tasks is there already.
    async fn create_batch(&self, batch: &Batch, calls: &[(Task, Receipt, Planned)]) -> Result<(), StoreError>;

    /// Returns a batch.
    async fn batch(&self, id: &str) -> Result<Option<Batch>, StoreError>;

    /// Returns the newest batches.
    async fn batches(&self, at_most: u32) -> Result<Vec<Batch>, StoreError>;

    /// Returns the tasks of a batch in their order.
    async fn batch_tasks(&self, id: &str) -> Result<Vec<TaskId>, StoreError>;

    /// Returns the batch of a task, if it belongs to one.
    async fn batch_of(&self, task: &TaskId) -> Result<Option<Batch>, StoreError>;

    /// Returns the calls of a batch that were begun lately.
    async fn batch_begun(&self, id: &str, now: Timestamp) -> Result<Begun, StoreError>;

    /// Approves calls of a batch. `approved` is the hash of what was shown.
    ///
    /// A change to any task of the batch takes the yes back from all that nobody has dialed
    /// ([`PlanStore::edit_task`](crate::plan_store::PlanStore::edit_task)).
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such batch; [`StoreError::Conflict`] if one of the tasks does not belong to it or does
    /// not wait for a yes, or was changed since the batch was shown.
    async fn approve_batch(&self, id: &str, approved: &ReceiptHash, calls: &[ApprovedCall]) -> Result<(), StoreError>;

    /// Gives up all calls of a batch that have not ended; those that run are ended by the process that made them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such batch.
    async fn cancel_batch(&self, id: &str, at: Timestamp) -> Result<GivenUp, StoreError>;
}
