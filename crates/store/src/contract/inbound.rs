//! What every store promises of calls that come in.

use std::time::Duration;

use assistant::attempt::{AttemptState, Direction};
use assistant::budget::{Budget, Payer};
use assistant::rate_limit::Caps;
use assistant::spending_alert::AlertRules;
use assistant::task::{Task, TaskState};
use dialogue::report::Outcome;
use ports::inbound_store::{InboundStore, MessageState, RingBackArrival};
use ports::task_store::{StoreError, TaskStore};
use telephony::cost::Micros;
use telephony::{AttemptId, CarrierCallId, CarrierRecordingId, Disposition, PhoneNumber, TaskId};

use super::{NOON, begin, finish, payer};

/// A store of both kinds.
pub trait Both: TaskStore + InboundStore {}

impl<T: TaskStore + InboundStore> Both for T {}

fn call(name: &str) -> CarrierCallId {
    CarrierCallId::new(name)
}

fn arrival<'a>(task: &'a Task, attempt: &'a AttemptId, call: &'a CarrierCallId) -> RingBackArrival<'a> {
    RingBackArrival {
        task: &task.id,
        attempt,
        call,
        number: &task.number,
        worst_cost: Micros(180_000),
        task_cap: Micros(1_000_000),
        caps: Caps::default(),
        budget: Budget::default(),
        alerts: AlertRules::default(),
        payer: payer(task.id.as_str()),
        at: NOON + Duration::from_secs(3_600),
    }
}

/// A visit is kept once, ends once, costs once, and comes back as it was.
pub async fn a_visit_is_kept_once(store: &impl Both) {
    let caller = PhoneNumber::parse("+12125550180").unwrap();
    let id = AttemptId::new("v1");
    assert!(store.begin_visit(&id, &call("CA1"), Some(&caller), NOON).await.unwrap());
    assert!(!store.begin_visit(&AttemptId::new("v2"), &call("CA1"), None, NOON).await.unwrap(), "the carrier repeats itself");
    assert!(store.begin_visit(&AttemptId::new("v3"), &call("CA2"), None, NOON + Duration::from_secs(1)).await.unwrap());
    store.forward_visit(&call("CA1")).await.unwrap();
    assert!(store.end_visit(&call("CA1"), Duration::from_secs(61), Micros(28_000), NOON).await.unwrap());
    assert!(!store.end_visit(&call("CA1"), Duration::from_secs(99), Micros(99_000), NOON).await.unwrap());
    assert!(!store.end_visit(&call("CA9"), Duration::ZERO, Micros::ZERO, NOON).await.unwrap());
    let visit = store.visit(&call("CA1")).await.unwrap().unwrap();
    assert_eq!((visit.id, visit.caller, visit.length, visit.cost), (id, Some(caller), Some(Duration::from_secs(61)), Micros(56_000)));
    let newest: Vec<_> = store.visits(1).await.unwrap().into_iter().map(|visit| (visit.id, visit.caller)).collect();
    assert_eq!(newest, [(AttemptId::new("v3"), None)]);
    let spending = store.spending(&Payer::default(), NOON).await.unwrap();
    assert_eq!((spending.last_day, spending.last_month), (Micros(56_000), Micros(56_000)), "what visits cost is spent");
}

/// A message is kept once, whichever of its webhooks comes first, and is settled for good once it lies in the vault.
pub async fn a_message_is_settled_once(store: &impl Both) {
    let (recording, other) = (CarrierRecordingId::new("RE1"), CarrierRecordingId::new("RE2"));
    assert_eq!(store.leave_message(&call("CA1"), &recording, None, NOON).await, Err(StoreError::NotFound));
    store.begin_visit(&AttemptId::new("v1"), &call("CA1"), None, NOON).await.unwrap();
    assert_eq!(store.visit(&call("CA1")).await.unwrap().unwrap().message, None);
    store.leave_message(&call("CA1"), &recording, None, NOON).await.unwrap();
    store.leave_message(&call("CA1"), &other, Some(Duration::from_secs(7)), NOON + Duration::from_secs(9)).await.unwrap();
    let message = store.visit(&call("CA1")).await.unwrap().unwrap().message.unwrap();
    assert_eq!((message.recording, message.length, message.left_at), (recording, Some(Duration::from_secs(7)), NOON));
    assert_eq!(store.unfetched().await.unwrap().len(), 1);
    store.settle_message(&call("CA1"), MessageState::Kept, Some("Please call back.")).await.unwrap();
    store.settle_message(&call("CA1"), MessageState::Lost, None).await.unwrap();
    let message = store.visit(&call("CA1")).await.unwrap().unwrap().message.unwrap();
    assert_eq!(message.state, MessageState::Kept);
    assert_eq!(message.words.map(telephony::Private::into_inner).as_deref(), Some("Please call back."));
    assert!(store.unfetched().await.unwrap().is_empty());
}

/// The latest task that rang a number is found; an attempt that rang nobody leads nowhere.
pub async fn a_callee_is_recognised(store: &impl Both) {
    let (task, first) = begin(store, "t1", "a1").await;
    let since = NOON - Duration::from_secs(1);
    assert_eq!(store.task_of_callee(&task.number, since).await.unwrap(), None, "only the intent is there");
    store.advance(&first, AttemptState::Dialing, None, NOON).await.unwrap();
    assert!(store.task_of_callee(&task.number, since).await.unwrap().unwrap().is_live);
    store.finish_attempt(&first, &finish(Disposition::NoAnswer, Some(Outcome::NotAchieved), 0), TaskState::Done).await.unwrap();
    let known = store.task_of_callee(&task.number, since).await.unwrap().unwrap();
    assert_eq!((known.task.id, known.is_live, known.outcome), (task.id, false, Some(Outcome::NotAchieved)));
    assert_eq!(store.task_of_callee(&task.number, NOON).await.unwrap(), None, "too long ago");
    let (_, second) = begin(store, "t2", "a2").await;
    store.finish_attempt(&second, &finish(Disposition::SetupFailed, Some(Outcome::NotAchieved), 0), TaskState::Done).await.unwrap();
    let known = store.task_of_callee(&task.number, since).await.unwrap().unwrap();
    assert_eq!(known.task.id, TaskId::new("t1"), "the second rang nobody");
}

/// A ring-back is an attempt of its task that counts as live and in money, not as a call to the number; it ends as others do.
pub async fn a_ring_back_is_an_attempt(store: &impl Both) {
    let (task, first) = begin(store, "t1", "a1").await;
    let (back, its_call) = (AttemptId::new("b1"), call("CA1"));
    store.begin_visit(&AttemptId::new("v1"), &its_call, Some(&task.number), NOON).await.unwrap();
    assert_eq!(store.begin_ring_back(&arrival(&task, &back, &its_call)).await, Err(StoreError::Conflict), "the first one lives");
    store.finish_attempt(&first, &finish(Disposition::NoAnswer, Some(Outcome::NotAchieved), 0), TaskState::Done).await.unwrap();
    let full = RingBackArrival { caps: Caps { calls_at_once: 0, ..Caps::default() }, ..arrival(&task, &back, &its_call) };
    assert_eq!(store.begin_ring_back(&full).await, Err(StoreError::Overtaken));
    let poor = RingBackArrival { budget: Budget { per_day: Micros(1), ..Budget::default() }, ..arrival(&task, &back, &its_call) };
    assert_eq!(store.begin_ring_back(&poor).await, Err(StoreError::Overtaken));
    store.begin_ring_back(&arrival(&task, &back, &its_call)).await.unwrap();
    assert_eq!(store.begin_ring_back(&arrival(&task, &AttemptId::new("b2"), &its_call)).await, Err(StoreError::Conflict));
    assert_eq!(store.visit(&its_call).await.unwrap().unwrap().attempt, Some(back.clone()));
    let usage = store.usage(&task.number, NOON - Duration::from_secs(1)).await.unwrap();
    assert_eq!((usage.attempts_to_number, usage.live_calls), (1, 1), "only what we dialed counts");
    assert_eq!(store.spending(&Payer::default(), NOON).await.unwrap().reserved, Micros(180_000));
    let open = store.unfinished().await.unwrap();
    assert_eq!((open[0].attempt.clone(), open[0].state, open[0].call.clone()), (back.clone(), AttemptState::Placed, Some(its_call)));
    assert!(store.finish_attempt(&back, &finish(Disposition::Conversed, Some(Outcome::Achieved), 30), TaskState::Done).await.unwrap());
    let directions: Vec<_> = store.attempts(&task.id).await.unwrap().into_iter().map(|attempt| attempt.direction).collect();
    assert_eq!(directions, [Direction::Outbound, Direction::Inbound]);
    assert_eq!(store.task(&task.id).await.unwrap().unwrap().state, TaskState::Done);
}
