//! The promises of every [`BatchStore`], and of errands that come back: one yes, one pace, one that follows.

use std::time::Duration;

use assistant::approval::{Approval, Receipt};
use assistant::batch::{Batch, BatchReceipt, Begun, Pace};
use assistant::recurrence::Rhythm;
use assistant::series::Series;
use assistant::task::{Schedule, Task, TaskState};
use assistant::task_plan::TaskPlan;
use ports::batch_store::{ApprovedCall, BatchStore, GivenUp};
use ports::plan_store::{Occurrence, PlanStore, Planned};
use ports::task_store::{StoreError, TaskStore};
use telephony::{AttemptId, Disposition, PhoneNumber, Private, TaskId, Timestamp};

use super::{NOON, approval, cleared, finish, receipt, task};

/// A store of all three kinds.
pub trait Errands: TaskStore + PlanStore + BatchStore {}

impl<T: TaskStore + PlanStore + BatchStore> Errands for T {}

const PACE: Pace = Pace { calls_at_once: 2, calls_an_hour: 3, least_gap: Duration::from_secs(10) };

const MINUTE: Duration = Duration::from_secs(60);

fn batch(id: &str) -> Batch {
    Batch { id: id.into(), made_at: NOON, name: Private::new("shops.csv".into()), pace: PACE, approved: None }
}

/// Tasks `t1` to `t5`, each to a number of its own.
fn calls() -> Vec<(Task, Receipt, Planned)> {
    let call = |place: u32| {
        let number = PhoneNumber::parse(&format!("+1212555010{place}")).unwrap();
        let task = Task { number, ..task(&format!("t{place}")) };
        (task.clone(), receipt(&task), Planned { plan: TaskPlan::default(), due_at: None })
    };
    (1..=5).map(call).collect()
}

fn approved(calls: &[(Task, Receipt, Planned)]) -> Vec<ApprovedCall> {
    let call = |(task, receipt, _): &(Task, Receipt, Planned)| ApprovedCall {
        task: task.id.clone(),
        kept: receipt.hash(),
        approval: approval(task, NOON),
        due_at: NOON,
    };
    calls.iter().map(call).collect()
}

async fn begun(store: &dyn Errands) -> Vec<(Task, Receipt, Planned)> {
    let calls = calls();
    store.create_batch(&batch("b1"), &calls).await.unwrap();
    let receipts: Vec<Receipt> = calls.iter().map(|(_, receipt, _)| receipt.clone()).collect();
    let hash = BatchReceipt::of(&receipts, PACE).unwrap().hash();
    store.approve_batch("b1", &hash, &approved(&calls)).await.unwrap();
    assert_eq!(store.batch("b1").await.unwrap().unwrap().approved, Some(hash));
    calls
}

async fn states(store: &dyn Errands, id: &str) -> Vec<&'static str> {
    let mut states = Vec::new();
    for task in store.batch_tasks(id).await.unwrap() {
        states.push(store.task(&task).await.unwrap().unwrap().state.as_str());
    }
    states
}

async fn due(store: &dyn Errands, now: Timestamp) -> Vec<String> {
    store.due(now, 50).await.unwrap().iter().map(|id| id.as_str().to_owned()).collect()
}

/// A batch is kept with all its calls or not at all.
pub async fn a_batch_is_kept_whole_or_not_at_all(store: &dyn Errands) {
    let there = task("t5");
    store.create_task(&there, &receipt(&there)).await.unwrap();
    assert_eq!(store.create_batch(&batch("b1"), &calls()).await, Err(StoreError::Conflict));
    assert_eq!((store.batch("b1").await.unwrap(), store.task(&TaskId::new("t1")).await.unwrap()), (None, None), "the first four neither");
    store.create_batch(&batch("b1"), &calls()[..4]).await.unwrap();
    store.create_batch(&Batch { made_at: NOON + MINUTE, ..batch("b2") }, &[]).await.unwrap();
    assert_eq!(store.batch("b1").await.unwrap(), Some(batch("b1")));
    assert_eq!(store.batches(9).await.unwrap().iter().map(|batch| batch.id.as_str()).collect::<Vec<_>>(), ["b2", "b1"]);
    assert_eq!(store.batch_of(&TaskId::new("t4")).await.unwrap(), Some(batch("b1")));
    assert_eq!(store.batch_of(&there.id).await.unwrap(), None);
    assert_eq!(states(store, "b1").await, ["awaiting_approval"; 4]);
}

/// One yes approves all calls, or none: not if one was changed, canceled or belongs to somebody else.
pub async fn one_yes_approves_all_or_none(store: &dyn Errands) {
    let calls = calls();
    store.create_batch(&batch("b1"), &calls[..4]).await.unwrap();
    store.create_batch(&batch("b2"), &calls[4..]).await.unwrap();
    let hash = receipt(&calls[0].0).hash();
    assert_eq!(store.approve_batch("b1", &hash, &approved(&calls)).await, Err(StoreError::Conflict), "the fifth is another batch's");
    assert_eq!(store.approve_batch("b9", &hash, &[]).await, Err(StoreError::NotFound));
    let mut changed = calls[1].0.clone();
    changed.intent = Private::new("Ask for the owner".into());
    store.edit_task(&changed, &receipt(&changed), NOON).await.unwrap();
    assert_eq!(store.approve_batch("b1", &hash, &approved(&calls[..4])).await, Err(StoreError::Conflict), "the second was changed");
    assert_eq!((states(store, "b1").await, due(store, NOON).await), (vec!["awaiting_approval"; 4], vec![]), "nothing of it is approved");
    assert_eq!(store.batch("b1").await.unwrap().unwrap().approved, None);
    store.approve_batch("b1", &hash, &approved(&calls[2..4])).await.unwrap();
    assert_eq!(store.approve_batch("b1", &hash, &approved(&calls[2..4])).await, Err(StoreError::Conflict), "they wait for no yes");
    assert_eq!(states(store, "b1").await, ["awaiting_approval", "awaiting_approval", "approved", "approved"]);
}

/// Of a batch one call is due at a time, and no other task waits behind it; no transaction begins more than the pace allows.
pub async fn a_batch_keeps_its_pace(store: &dyn Errands) {
    let calls = begun(store).await;
    let other = task("t9");
    store.create_planned(&other, &receipt(&other), &Planned { plan: TaskPlan::default(), due_at: Some(NOON) }).await.unwrap();
    store.approve(&other.id, &approval(&other, NOON)).await.unwrap();
    assert_eq!(due(store, NOON).await, ["t1", "t9"]);
    let begin = async |place: usize, attempt: &str, now: Timestamp| {
        let cleared = cleared(&calls[place].0, attempt, now);
        store.commit_intent(&calls[place].0.id, &cleared).await
    };
    let end = async |attempt: &str| {
        store.finish_attempt(&AttemptId::new(attempt), &finish(Disposition::Busy, None, 0), TaskState::Done).await.unwrap();
    };
    begin(0, "a1", NOON).await.unwrap();
    assert_eq!(begin(1, "a2", NOON + Duration::from_secs(9)).await, Err(StoreError::Overtaken), "too soon");
    assert_eq!(due(store, NOON).await, ["t2", "t9"]);
    begin(1, "a2", NOON + Duration::from_secs(10)).await.unwrap();
    assert_eq!(begin(2, "a3", NOON + MINUTE).await, Err(StoreError::Overtaken), "two are running");
    let counted = store.batch_begun("b1", NOON + MINUTE).await.unwrap();
    assert_eq!(counted, Begun { at: vec![NOON, NOON + Duration::from_secs(10)], running: 2 });
    end("a1").await;
    begin(2, "a3", NOON + MINUTE).await.unwrap();
    end("a2").await;
    end("a3").await;
    assert_eq!(begin(3, "a4", NOON + 59 * MINUTE).await, Err(StoreError::Overtaken), "three in an hour are enough");
    assert_eq!(states(store, "b1").await, ["done", "done", "done", "approved", "approved"], "a call that may not begin leaves no trace");
    begin(3, "a4", NOON + 60 * MINUTE).await.unwrap();
    assert_eq!(store.batch_begun("b1", NOON + 300 * MINUTE).await.unwrap(), Begun { at: vec![], running: 1 }, "whenever it began");
}

/// A change to one call takes the yes back from all calls that nobody has dialed.
pub async fn a_change_voids_the_yes_to_the_rest(store: &dyn Errands) {
    let calls = begun(store).await;
    store.commit_intent(&calls[0].0.id, &cleared(&calls[0].0, "a1", NOON)).await.unwrap();
    store.set_task_state(&calls[4].0.id, TaskState::Canceled, NOON).await.unwrap();
    assert!(store.batch("b1").await.unwrap().unwrap().approved.is_some(), "less is called than was agreed to");
    let mut changed = calls[1].0.clone();
    changed.context = Private::new(vec![("party size".into(), "five".into())]);
    changed.state = TaskState::AwaitingApproval;
    let at = NOON + MINUTE;
    store.edit_task(&changed, &receipt(&changed), at).await.unwrap();
    assert_eq!(states(store, "b1").await, ["running", "awaiting_approval", "awaiting_approval", "awaiting_approval", "canceled"]);
    assert_eq!(store.batch("b1").await.unwrap().unwrap().approved, None);
    assert_eq!(due(store, at).await, [""; 0]);
    let (old, is_used) = store.approval(&calls[2].0.id).await.unwrap().unwrap();
    assert_eq!((old.expires_at, is_used), (at, false), "the yes to an unchanged call is over as well");
    let left = approved(&[(changed.clone(), receipt(&changed), calls[1].2.clone()), calls[2].clone(), calls[3].clone()]);
    store.approve_batch("b1", &receipt(&changed).hash(), &left).await.unwrap();
    assert_eq!(due(store, at).await, ["t2"]);
}

/// Who gives a batch up gives up all its calls, also those that are running.
pub async fn a_batch_is_given_up_with_its_running_calls(store: &dyn Errands) {
    let calls = begun(store).await;
    store.commit_intent(&calls[0].0.id, &cleared(&calls[0].0, "a1", NOON)).await.unwrap();
    store.finish_attempt(&AttemptId::new("a1"), &finish(Disposition::Busy, None, 0), TaskState::Done).await.unwrap();
    store.commit_intent(&calls[1].0.id, &cleared(&calls[1].0, "a2", NOON + MINUTE)).await.unwrap();
    assert_eq!(store.cancel_batch("b1", NOON + MINUTE).await.unwrap(), GivenUp { tasks: 4, running: 1 });
    assert_eq!(store.given_up().await.unwrap(), [AttemptId::new("a2")]);
    assert_eq!(states(store, "b1").await, ["done", "canceled", "canceled", "canceled", "canceled"]);
    assert_eq!(due(store, NOON + MINUTE).await, [""; 0]);
    assert_eq!(store.cancel_batch("b1", NOON).await.unwrap(), GivenUp::default(), "it is given up already");
    assert_eq!(store.cancel_batch("b9", NOON).await, Err(StoreError::NotFound));
}

const DAY: Duration = Duration::from_secs(86_400);

/// A daily errand whose first occurrence is at noon in New York.
fn daily(times: Option<u32>) -> Series {
    let rhythm: Rhythm = "day 12:00".parse().unwrap();
    Series::first(TaskId::new("t1"), rhythm.from("2026-11-24", "America/New_York", None).unwrap(), NOON, times)
}

async fn first(store: &dyn Errands, times: Option<u32>) -> Task {
    let series = daily(times);
    let task = Task { schedule: series.schedule(), ..task("t1") };
    let plan = TaskPlan { series: Some(series), ..TaskPlan::default() };
    store.create_planned(&task, &receipt(&task), &Planned { plan, due_at: None }).await.unwrap();
    task
}

fn occurrence(series: Series, id: &str, covered: bool) -> Occurrence {
    let task = Task { schedule: series.schedule(), ..task(id) };
    let receipt = receipt(&task);
    let yes = covered.then(|| Approval::of(&receipt, assistant::approval::ApprovedBy::Standing("s1".into()), NOON, Approval::GOOD_FOR));
    let planned = Planned { due_at: covered.then_some(series.at), plan: TaskPlan { series: Some(series), ..TaskPlan::default() } };
    Occurrence { task, receipt, planned, approval: yes }
}

/// What comes back is found once its task has ended or the next one's time has come; the next one is made once.
pub async fn what_comes_back_follows_once(store: &dyn Errands) {
    let task = first(store, Some(3)).await;
    let (soon, tomorrow) = (NOON + MINUTE, NOON + DAY);
    assert_eq!(store.to_follow(soon).await.unwrap(), [], "it has not ended");
    assert_eq!(store.to_follow(tomorrow).await.unwrap(), std::slice::from_ref(&task.id), "nobody has approved it, and the next one's time is here");
    store.set_task_state(&task.id, TaskState::Failed, NOON).await.unwrap();
    assert_eq!(store.to_follow(soon).await.unwrap(), std::slice::from_ref(&task.id));
    let second = occurrence(daily(Some(3)).next(soon).unwrap(), "t2", false);
    store.follow(&task.id, TaskState::Failed, &second).await.unwrap();
    assert_eq!(store.follow(&task.id, TaskState::Failed, &occurrence(daily(None), "t3", false)).await, Err(StoreError::Conflict));
    assert_eq!(store.task(&TaskId::new("t3")).await.unwrap(), None);
    assert_eq!((store.to_follow(soon).await.unwrap(), store.due(tomorrow, 9).await.unwrap()), (vec![], vec![]), "the second waits for its yes");
    assert_eq!(store.plan(&second.task.id).await.unwrap(), Some(second.planned.clone()));

    let series = second.planned.plan.series.clone().unwrap();
    let third = occurrence(series.next(tomorrow).unwrap(), "t3", true);
    store.follow(&second.task.id, TaskState::Failed, &third).await.unwrap();
    let state = async |id: &str| store.task(&TaskId::new(id)).await.unwrap().unwrap().state;
    assert_eq!((state("t2").await, state("t3").await), (TaskState::Failed, TaskState::Approved), "one was missed, the other is covered");
    assert_eq!(due(store, NOON + 2 * DAY).await, ["t3"]);
    store.set_task_state(&third.task.id, TaskState::Canceled, NOON).await.unwrap();
    assert_eq!(store.to_follow(NOON + 9 * DAY).await.unwrap(), [], "three were wanted");
}

/// A series is changed or ended by what its latest task says.
pub async fn a_series_is_changed_and_ended(store: &dyn Errands) {
    let task = first(store, None).await;
    let twice = daily(Some(2));
    store.set_series(&task.id, Some(&twice)).await.unwrap();
    assert_eq!(store.plan(&task.id).await.unwrap().unwrap().plan.series, Some(twice.clone()));
    let second = occurrence(twice.next(NOON).unwrap(), "t2", false);
    store.follow(&task.id, TaskState::Failed, &second).await.unwrap();
    assert_eq!(store.set_series(&task.id, None).await, Err(StoreError::Conflict), "the second is made already");
    store.set_series(&second.task.id, Some(&Series { times: None, ..second.planned.plan.series.clone().unwrap() })).await.unwrap();
    assert_eq!(store.to_follow(NOON + 2 * DAY).await.unwrap(), std::slice::from_ref(&second.task.id));
    store.set_series(&second.task.id, None).await.unwrap();
    assert_eq!(store.to_follow(NOON + 2 * DAY).await.unwrap(), []);
    assert_eq!(store.follow(&second.task.id, TaskState::Failed, &second).await, Err(StoreError::Conflict), "it has ended");
    let alone = Task { schedule: Schedule::default(), ..super::task("t7") };
    store.create_task(&alone, &receipt(&alone)).await.unwrap();
    assert_eq!(store.set_series(&alone.id, None).await, Err(StoreError::NotFound));
}
