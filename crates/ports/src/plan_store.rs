//! What carries tasks out when nobody waits for them, on disk: how, and when each is due. A restart loses none of it.

use assistant::approval::{Approval, Receipt};
use assistant::series::Series;
use assistant::task::{Task, TaskState};
use assistant::task_plan::TaskPlan;
use async_trait::async_trait;
use telephony::{AttemptId, TaskId, Timestamp};

use crate::task_store::StoreError;

/// A task's plan, and when it is due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Planned {
    /// How it is carried out.
    pub plan: TaskPlan,
    /// When it is to be dialed once it is approved; `None`: it waits for somebody to do something first.
    pub due_at: Option<Timestamp>,
}

/// Keeps plans. Each method is one transaction.
#[async_trait]
pub trait PlanStore: Send + Sync {
    /// Keeps a new task with its receipt and its plan.
    async fn create_planned(&self, task: &Task, receipt: &Receipt, planned: &Planned) -> Result<(), StoreError>;

    /// Puts a changed task in the place of the one of the same identity, in the state that it says. An approval of the old receipt
    /// is void, for its hash is another.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is running or has ended, [`StoreError::NotFound`] if there is none.
    async fn edit_task(&self, task: &Task, receipt: &Receipt, at: Timestamp) -> Result<(), StoreError>;

    /// Returns the plan of a task, if it has one. A task that somebody waits for has none.
    async fn plan(&self, task: &TaskId) -> Result<Option<Planned>, StoreError>;

    /// Sets when a planned task is due; of a task without a plan this does nothing.
    async fn set_due(&self, task: &TaskId, due_at: Option<Timestamp>) -> Result<(), StoreError>;

    /// Returns the approved tasks that are due, the most urgent first, then the one that has waited longest. Of a batch only the first:
    /// it is dialed at a pace, and nobody else waits behind it.
    async fn due(&self, now: Timestamp, at_most: u32) -> Result<Vec<TaskId>, StoreError>;

    /// Returns how many approved tasks are due at some time, or are running by plan.
    async fn pending(&self) -> Result<u64, StoreError>;

    /// Returns planned tasks of which an attempt has ended and for which nobody has said yet what follows: what a restart came
    /// between.
    async fn undecided(&self) -> Result<Vec<TaskId>, StoreError>;

    /// Approves a task whose attempt has ended for one more, and says when it is due: both or nothing.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it does not wait for an approval.
    async fn try_again(&self, task: &TaskId, approval: &Approval, due_at: Timestamp) -> Result<(), StoreError>;

    /// Returns the live attempts of tasks that were given up: their calls are to be ended.
    async fn given_up(&self) -> Result<Vec<AttemptId>, StoreError>;

    /// Returns the tasks of errands that come back whose next occurrence is to be made: the task has ended, or the next one's time has
    /// come.
    async fn to_follow(&self, now: Timestamp) -> Result<Vec<TaskId>, StoreError>;

    /// Keeps the occurrence that follows a task; with an approval and a moment at which it is due if a standing approval covers it.
    /// A task that has not ended and is not running becomes `former`: its time is over.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if another process has made it, or the series has ended.
    async fn follow(&self, task: &TaskId, former: TaskState, next: &Occurrence) -> Result<(), StoreError>;

    /// Changes which occurrence a task is and what follows it; `None`: nothing does, the errand does not come back any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the task has no plan; [`StoreError::Conflict`] if the occurrence that follows it is made already.
    async fn set_series(&self, task: &TaskId, series: Option<&Series>) -> Result<(), StoreError>;
}

/// The next occurrence of an errand that comes back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Occurrence {
    /// The task.
    pub task: Task,
    /// Its receipt.
    pub receipt: Receipt,
    /// How it is carried out, and when it is due.
    pub planned: Planned,
    /// A yes that covers it, if there is one.
    pub approval: Option<Approval>,
}
