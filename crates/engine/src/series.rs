//! Makes the occurrences of errands that come back: each a task of its own, with a receipt and an approval of its own.
//!
//! Which one follows is [`assistant::series`]'s to say. Called by whoever carries tasks out, and by whoever has made a call of a series
//! or says no to one of its tasks.

use ::assistant::missing_facts;
use ::assistant::task::{Task, TaskState};
use ::assistant::task_plan::TaskPlan;
use ports::plan_store::{Occurrence, PlanStore, Planned};
use ports::task_store::StoreError;
use telephony::TaskId;

use crate::task_desk::TaskDesk;

/// Makes the occurrence that follows a task, and returns it; `None` if none follows. It is approved if a standing approval covers it, else
/// it waits for the user's yes.
///
/// A task that has not ended and is not running becomes `former`. Who has given a task up has ended its series.
///
/// # Errors
/// [`StoreError::Conflict`] if another process has made it already.
pub async fn follow(desk: &TaskDesk, plans: &dyn PlanStore, id: &TaskId, former: TaskState) -> Result<Option<Task>, StoreError> {
    let now = desk.gate.clock.now();
    let known = desk.gate.store.task(id).await?.zip(plans.plan(id).await?);
    let next = known.as_ref().filter(|(task, _)| task.state != TaskState::Canceled).and_then(|(_, planned)| planned.plan.series.as_ref()?.next(now));
    let (Some((task, planned)), Some(series)) = (known, next) else {
        plans.set_series(id, None).await?;
        return Ok(None);
    };
    let is_whole = missing_facts::missing(task.task_type, task.intent.expose(), task.context.expose()).is_empty();
    let mut task = Task {
        id: TaskId::new((desk.make_token)()),
        schedule: series.schedule(),
        created_at: now,
        // What was taken with facts missing is taken so again.
        state: if is_whole || task.state != TaskState::Draft { TaskState::AwaitingApproval } else { TaskState::Draft },
        ..task
    };
    let receipt = desk.receipt(&task).await?;
    let approval = if task.state == TaskState::AwaitingApproval { desk.standing_approval(&receipt).await? } else { None };
    let planned = Planned {
        due_at: approval.as_ref().map(|_| series.at.max(now)),
        plan: TaskPlan { series: Some(series), dependencies: Vec::new(), ..planned.plan },
    };
    let occurrence = Occurrence { task: task.clone(), receipt, planned, approval };
    plans.follow(id, former, &occurrence).await?;
    if occurrence.approval.is_some() {
        task.state = TaskState::Approved;
    }
    Ok(Some(task))
}
