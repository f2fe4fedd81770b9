//! The promises of every [`PlanStore`]: what is due, in which order, and what follows an attempt.

use std::time::Duration;

use assistant::approval::{Approval, ApprovedBy};
use assistant::dependency::{Condition, Dependency};
use assistant::task::{Task, TaskState};
use assistant::task_plan::{Priority, TaskPlan};
use ports::plan_store::{PlanStore, Planned};
use ports::task_store::{StoreError, TaskStore};
use telephony::{AttemptId, Disposition, Private, TaskId, Timestamp};

use super::{NOON, approval, cleared, finish, receipt, task};

/// A store of both kinds.
pub trait Both: TaskStore + PlanStore {}

impl<T: TaskStore + PlanStore> Both for T {}

async fn planned(store: &dyn Both, id: &str, priority: Priority, due_at: Option<Timestamp>) -> Task {
    let task = task(id);
    let plan = TaskPlan { priority, ..TaskPlan::default() };
    store.create_planned(&task, &receipt(&task), &Planned { plan, due_at }).await.unwrap();
    task
}

/// A plan comes back as it was given; a task that somebody waits for has none.
pub async fn a_plan_comes_back_as_it_was(store: &dyn Both) {
    let first = task("t1");
    store.create_task(&first, &receipt(&first)).await.unwrap();
    assert_eq!(store.plan(&first.id).await.unwrap(), None);
    let second = task("t2");
    let plan = TaskPlan {
        priority: Priority::High,
        opening_hours: Some("Mo-Fr 09:00-18:00".parse().unwrap()),
        dependencies: vec![Dependency { on: first.id.clone(), when: Condition::SaidNo }],
        ..TaskPlan::default()
    };
    let planned = Planned { plan, due_at: Some(NOON) };
    store.create_planned(&second, &receipt(&second), &planned).await.unwrap();
    assert_eq!(store.plan(&second.id).await.unwrap(), Some(planned));
    assert_eq!(store.task(&second.id).await.unwrap(), Some(second.clone()));
    assert_eq!(
        store.create_planned(&second, &receipt(&second), &Planned { plan: TaskPlan::default(), due_at: None }).await,
        Err(StoreError::Conflict)
    );
}

/// Due is what is approved and whose moment has come: the most urgent first, then who has waited longest.
pub async fn what_is_due_comes_in_order(store: &dyn Both) {
    let at = |seconds| Some(NOON + Duration::from_secs(seconds));
    for (id, priority, due_at) in [
        ("t1", Priority::Normal, at(2)),
        ("t2", Priority::Normal, at(1)),
        ("t3", Priority::Urgent, at(3)),
        ("t4", Priority::Low, at(0)),
        ("t5", Priority::Urgent, at(60)),
        ("t6", Priority::Urgent, None),
    ] {
        let task = planned(store, id, priority, due_at).await;
        store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    }
    planned(store, "t7", Priority::Urgent, at(0)).await;
    let due = async |now, at_most| {
        let due = store.due(NOON + Duration::from_secs(now), at_most).await.unwrap();
        due.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(due(10, 10).await, ["t3", "t2", "t1", "t4"], "t5 is not due, t6 waits for somebody, t7 is not approved");
    assert_eq!(due(10, 2).await, ["t3", "t2"]);
    assert_eq!(store.pending().await.unwrap(), 5);
    store.set_due(&TaskId::new("t6"), at(0)).await.unwrap();
    store.set_due(&TaskId::new("t3"), None).await.unwrap();
    assert_eq!(due(10, 10).await, ["t6", "t2", "t1", "t4"]);
    store.set_task_state(&TaskId::new("t6"), TaskState::Canceled, NOON).await.unwrap();
    assert_eq!(due(10, 10).await, ["t2", "t1", "t4"]);
}

/// A task whose attempt has ended and that is to be tried again is found until somebody says what follows.
pub async fn what_follows_an_attempt_is_not_forgotten(store: &dyn Both) {
    let task = planned(store, "t1", Priority::Normal, Some(NOON)).await;
    store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    assert_eq!(store.undecided().await.unwrap(), []);
    store.commit_intent(&task.id, &cleared(&task, "a1", NOON)).await.unwrap();
    assert_eq!((store.undecided().await.unwrap(), store.due(NOON, 9).await.unwrap()), (vec![], vec![]), "it is under way");
    store.finish_attempt(&AttemptId::new("a1"), &finish(Disposition::Busy, None, 0), TaskState::AwaitingApproval).await.unwrap();
    assert_eq!(store.undecided().await.unwrap(), std::slice::from_ref(&task.id));

    let later = NOON + Duration::from_secs(300);
    let renewed = Approval { by: ApprovedBy::Renewal, ..approval(&task, NOON) };
    store.try_again(&task.id, &renewed, later).await.unwrap();
    assert_eq!(store.undecided().await.unwrap(), []);
    assert_eq!((store.due(NOON, 9).await.unwrap(), store.due(later, 9).await.unwrap()), (vec![], vec![task.id.clone()]));
    assert_eq!(store.approval(&task.id).await.unwrap(), Some((renewed.clone(), false)));
    assert_eq!(store.try_again(&task.id, &renewed, NOON).await, Err(StoreError::Conflict), "it waits for no approval");
    store.commit_intent(&task.id, &cleared(&task, "a2", later)).await.unwrap();
    store.finish_attempt(&AttemptId::new("a2"), &finish(Disposition::Busy, None, 0), TaskState::AwaitingApproval).await.unwrap();
    store.set_due(&task.id, None).await.unwrap();
    assert_eq!(store.undecided().await.unwrap(), [], "it waits for the user");
}

/// A changed task takes the place of the old one until it runs; its old approval is void.
pub async fn a_task_is_changed_until_it_runs(store: &dyn Both) {
    let mut task = planned(store, "t1", Priority::Normal, Some(NOON)).await;
    store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    task.context = Private::new(vec![("party size".into(), "five".into())]);
    store.edit_task(&task, &receipt(&task), NOON).await.unwrap();
    assert_eq!(store.task(&task.id).await.unwrap(), Some(task.clone()));
    assert_eq!(store.receipt(&task.id).await.unwrap(), Some(receipt(&task)));
    assert_eq!(store.due(NOON, 9).await.unwrap(), [], "nobody has approved this");
    assert_eq!(store.commit_intent(&task.id, &cleared(&task, "a1", NOON)).await, Err(StoreError::Conflict));
    store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    store.commit_intent(&task.id, &cleared(&task, "a1", NOON)).await.unwrap();
    assert_eq!(store.edit_task(&task, &receipt(&task), NOON).await, Err(StoreError::Conflict), "it is running");
    let stranger = super::task("t9");
    assert_eq!(store.edit_task(&stranger, &receipt(&stranger), NOON).await, Err(StoreError::NotFound));
}

/// The live attempts of tasks that were given up are found until they have ended.
pub async fn calls_of_tasks_that_were_given_up_are_found(store: &dyn Both) {
    let (task, attempt) = super::begin(store, "t1", "a1").await;
    assert_eq!(store.given_up().await.unwrap(), []);
    store.set_task_state(&task.id, TaskState::Canceled, NOON).await.unwrap();
    assert_eq!(store.given_up().await.unwrap(), std::slice::from_ref(&attempt));
    store.finish_attempt(&attempt, &finish(Disposition::Canceled, None, 0), TaskState::Canceled).await.unwrap();
    assert_eq!(store.given_up().await.unwrap(), []);
}
