//! The suite that every [`TaskStore`] passes, one function a promise, called from the tests of each implementation.
//!
//! Each function takes a fresh, empty store that may dial, and panics with the promise that was broken.

#![expect(clippy::unwrap_used, reason = "a suite of tests: an error is a failed test")]
#![allow(clippy::missing_panics_doc, reason = "panicking is what the functions are for")]

pub mod batches;
pub mod inbound;
pub mod money;
pub mod outbox;
pub mod plans;
pub mod policy;
pub mod recordings;

use std::time::Duration;

use assistant::approval::{Approval, ApprovedBy, Quote, Receipt};
use assistant::attempt::AttemptState;
use assistant::budget::{Budget, DAY, MONTH, Payer, Spending, WEEK};
use assistant::compliance::calling_hours::callee_hours;
use assistant::compliance::standing::Standing;
use assistant::dialing::DiskState;
use assistant::policy::{self as gate, Cleared, Facts, Rules};
use assistant::rate_limit::{Begun, Caps, Usage};
use assistant::statistics::{Statistics, TaskCounts};
use assistant::task::{CalleeKind, Limits, Line, Schedule, Task, TaskState};
use assistant::task_filter::{Page, TaskFilter};
use dialogue::brief::{Persona, TaskType};
use dialogue::moves::EndReason;
use dialogue::report::{Outcome, Report};
use dialogue::screening::WhoAnswered;
use dialogue::transcript::{Speaker, Turn};
use ports::task_store::{Finish, LegEvent, Measured, StoreError, TaskStore, Unsettled};
use telephony::cost::Micros;
use telephony::{AttemptId, AudioPosition, CarrierCallId, Disposition, PhoneNumber, Private, TaskId, Timestamp, UtteranceId};

/// A moment at which everything in the suite happens: 2026-11-24, noon in New York.
pub const NOON: Timestamp = Timestamp(1_795_539_600_000);

/// Returns a practice task with this identity.
pub fn task(id: &str) -> Task {
    Task {
        id: TaskId::new(id),
        task_type: TaskType::InformationInquiry,
        number: PhoneNumber::parse("+12125550123").unwrap(),
        line: Line::Practice,
        callee_kind: CalleeKind::Business,
        intent: Private::new("Ask what time they close today".into()),
        principal: Private::new("Sam Miller".into()),
        context: Private::new(vec![("party size".into(), "four".into())]),
        voicemail_message: None,
        persona: Persona::default(),
        limits: Limits { max_attempts: 10, ..Limits::default() },
        schedule: Schedule::default(),
        created_at: NOON,
        state: TaskState::AwaitingApproval,
    }
}

/// Returns the receipt of a task whose call may cost 180,000 µ.
pub fn receipt(task: &Task) -> Receipt {
    let quote = Quote {
        opening: "Hello, this is an automated assistant calling for Sam Miller.".into(),
        is_recorded: true,
        estimated_cost: Micros(36_000),
        worst_case_cost: Micros(180_000),
        currency: "USD".into(),
        second: None,
        notices: Vec::new(),
    };
    Receipt::of(task, quote)
}

/// Returns leave to dial for one attempt of a task, given by the gate at this moment.
pub fn cleared(task: &Task, attempt: &str, now: Timestamp) -> Cleared {
    cleared_under(&Rules::default(), task, attempt, now)
}

fn cleared_under(rules: &Rules, task: &Task, attempt: &str, now: Timestamp) -> Cleared {
    let receipt = receipt(task);
    let approval = approval(task, now);
    let facts = Facts {
        attempt: AttemptId::new(attempt),
        receipt: &receipt,
        approval: Some(&approval),
        is_approval_used: false,
        attempts_made: 0,
        has_opted_out: false,
        standing: &Standing::default(),
        now,
        hours: &callee_hours(&task.number, task.callee_kind, now, task.limits.total_time),
        usage: Usage::default(),
        spending: Spending::default(),
        pause: None,
        resting: None,
        disk: DiskState::default(),
        clock: None,
        rules,
    };
    gate::decide(&facts).verdict.unwrap()
}

/// Returns who pays for the task of this name.
pub fn payer(task_name: &str) -> Payer {
    receipt(&task(task_name)).payer()
}

/// Returns a yes to the receipt of a task.
pub fn approval(task: &Task, at: Timestamp) -> Approval {
    Approval::of(&receipt(task), ApprovedBy::User, at, Approval::GOOD_FOR)
}

/// Returns a turn of the callee with these words.
pub fn turn(number: u32, text: &str) -> Turn {
    let begin = AudioPosition::from_millis(u64::from(number) * 1_000);
    Turn { speaker: Speaker::Callee(UtteranceId(number)), text: text.into(), from: begin, to: begin + 4_000, confidence: 90, was_interrupted: false }
}

/// Returns an end after this many seconds of talk, at 14,000 µ a begun minute.
pub fn finish(disposition: Disposition, outcome: Option<Outcome>, seconds: u64) -> Finish {
    let report = outcome.map(|outcome| Report {
        outcome,
        summary: "They close at nine.".into(),
        facts: Vec::new(),
        who_answered: WhoAnswered::Human,
        ended_because: EndReason::Done,
        follow_ups: Vec::new(),
        opted_out: None,
        breaches: Vec::new(),
    });
    Finish {
        disposition,
        report,
        answered_for: Duration::from_secs(seconds),
        cost: Micros(seconds.div_ceil(60) * 14_000),
        at: NOON + Duration::from_secs(seconds),
        measured: Measured {
            provider: Some("mock".into()),
            is_recorded: outcome.is_some(),
            response_times: if outcome.is_some() { vec![Duration::from_millis(700), Duration::from_millis(900)] } else { Vec::new() },
            passed_over: outcome.is_some().then(|| "twilio cannot be reached".into()),
            asked_wait: (disposition == Disposition::Throttled).then_some(Duration::from_secs(7)),
        },
    }
}

/// Creates a task, approves it and commits the intent of one attempt.
pub async fn begin(store: &dyn TaskStore, task_id: &str, attempt: &str) -> (Task, AttemptId) {
    let task = task(task_id);
    store.create_task(&task, &receipt(&task)).await.unwrap();
    store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    store.commit_intent(&task.id, &cleared(&task, attempt, NOON)).await.unwrap();
    (task, AttemptId::new(attempt))
}

/// A task and its receipt come back as they were given; the newest task comes first.
pub async fn tasks_come_back_as_they_were(store: &dyn TaskStore) {
    let mut second = task("t2");
    second.created_at = NOON + Duration::from_secs(1);
    second.voicemail_message = Some(Private::new("Please call back.".into()));
    for task in [task("t1"), second.clone()] {
        store.create_task(&task, &receipt(&task)).await.unwrap();
    }
    assert_eq!(store.task(&second.id).await.unwrap(), Some(second.clone()));
    assert_eq!(store.receipt(&second.id).await.unwrap(), Some(receipt(&second)));
    assert_eq!(store.task(&TaskId::new("t3")).await.unwrap(), None);
    assert_eq!(store.receipt(&TaskId::new("t3")).await.unwrap(), None);
    let all = TaskFilter::default();
    assert_eq!(store.tasks(&all, Page::newest(10)).await.unwrap(), [second.clone(), task("t1")]);
    assert_eq!(store.tasks(&all, Page::newest(1)).await.unwrap(), [second]);
    assert_eq!(store.tasks(&all, Page { skip: 1, at_most: 1 }).await.unwrap(), [task("t1")]);
    assert_eq!(store.tasks(&all, Page { skip: 2, at_most: 1 }).await.unwrap(), []);
}

/// Tasks are found and counted by state, type, callee and the moment they were made, and by all of these at once; in what state they are now
/// counts.
pub async fn tasks_are_found_by_what_they_are(store: &dyn TaskStore) {
    let types = [TaskType::InformationInquiry, TaskType::Reservation, TaskType::Reservation, TaskType::Cancellation];
    let numbers = ["+12125550123", "+12125550124", "+12125550123", "+12125550124"];
    for (index, (task_type, number)) in types.into_iter().zip(numbers).enumerate() {
        let number = PhoneNumber::parse(number).unwrap();
        let task = Task { task_type, number, created_at: NOON + Duration::from_secs(index as u64), ..task(&format!("t{index}")) };
        store.create_task(&task, &receipt(&task)).await.unwrap();
    }
    store.set_task_state(&TaskId::new("t2"), TaskState::Canceled, NOON).await.unwrap();
    let (reserved, at_124) = (vec![TaskType::Reservation], PhoneNumber::parse("+12125550124").ok());
    let after = |seconds| Some(NOON + Duration::from_secs(seconds));
    let all = TaskFilter::default();
    let cases: [(TaskFilter, &[&str]); 9] = [
        (all.clone(), &["t3", "t2", "t1", "t0"]),
        (TaskFilter { states: vec![TaskState::Canceled], ..all.clone() }, &["t2"]),
        (TaskFilter { states: vec![TaskState::Canceled, TaskState::AwaitingApproval], ..all.clone() }, &["t3", "t2", "t1", "t0"]),
        (TaskFilter { task_types: reserved.clone(), ..all.clone() }, &["t2", "t1"]),
        (TaskFilter { task_types: vec![TaskType::Cancellation, TaskType::InformationInquiry], ..all.clone() }, &["t3", "t0"]),
        (TaskFilter { callee: at_124.clone(), ..all.clone() }, &["t3", "t1"]),
        (TaskFilter { callee: PhoneNumber::parse("+12125550125").ok(), ..all.clone() }, &[]),
        (TaskFilter { since: after(1), until: after(3), ..all.clone() }, &["t2", "t1"]),
        (TaskFilter { states: vec![TaskState::AwaitingApproval], task_types: reserved, callee: at_124, since: after(1), until: after(2) }, &["t1"]),
    ];
    for (filter, expected) in cases {
        let found = store.tasks(&filter, Page::newest(10)).await.unwrap();
        assert_eq!(found.iter().map(|task| task.id.as_str()).collect::<Vec<_>>(), expected, "{filter:?}");
        assert_eq!(store.count_tasks(&filter).await.unwrap(), expected.len() as u64, "{filter:?}");
    }
}

/// A second task of the same identity is refused and changes nothing.
pub async fn an_identity_is_used_once(store: &dyn TaskStore) {
    store.create_task(&task("t1"), &receipt(&task("t1"))).await.unwrap();
    let mut other = task("t1");
    other.intent = Private::new("else".into());
    assert_eq!(store.create_task(&other, &receipt(&other)).await, Err(StoreError::Conflict));
    assert_eq!(store.task(&other.id).await.unwrap(), Some(task("t1")));
}

/// A task moves as its states allow, and one that has ended stays.
pub async fn a_task_that_has_ended_stays(store: &dyn TaskStore) {
    let task = task("t1");
    store.create_task(&task, &receipt(&task)).await.unwrap();
    assert_eq!(store.set_task_state(&task.id, TaskState::Running, NOON).await, Err(StoreError::Conflict), "not without approval");
    for state in [TaskState::Approved, TaskState::Approved, TaskState::Running, TaskState::Done, TaskState::Done] {
        store.set_task_state(&task.id, state, NOON).await.unwrap();
        assert_eq!(store.task(&task.id).await.unwrap().unwrap().state, state);
    }
    assert_eq!(store.set_task_state(&task.id, TaskState::Running, NOON).await, Err(StoreError::Conflict));
    assert_eq!(store.set_task_state(&TaskId::new("t9"), TaskState::Done, NOON).await, Err(StoreError::NotFound));
}

/// An approval is good for one attempt; only the latest counts; only for its own receipt.
pub async fn an_approval_is_used_once(store: &dyn TaskStore) {
    let task = task("t1");
    store.create_task(&task, &receipt(&task)).await.unwrap();
    assert_eq!(store.approval(&task.id).await.unwrap(), None);
    assert_eq!(store.commit_intent(&task.id, &cleared(&task, "a1", NOON)).await, Err(StoreError::Conflict), "nobody said yes");
    assert_eq!(store.approve(&TaskId::new("t9"), &approval(&task, NOON)).await, Err(StoreError::NotFound));
    store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    assert_eq!(store.approval(&task.id).await.unwrap(), Some((approval(&task, NOON), false)));
    store.commit_intent(&task.id, &cleared(&task, "a1", NOON)).await.unwrap();
    assert_eq!(store.approval(&task.id).await.unwrap(), Some((approval(&task, NOON), true)));
    let first = AttemptId::new("a1");
    assert!(store.finish_attempt(&first, &finish(Disposition::Busy, None, 0), TaskState::AwaitingApproval).await.unwrap());
    assert_eq!(store.commit_intent(&task.id, &cleared(&task, "a2", NOON)).await, Err(StoreError::Conflict), "used up");

    let mut edited = task.clone();
    edited.intent = Private::new("Ask for the owner".into());
    store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    assert_eq!(store.commit_intent(&task.id, &cleared(&edited, "a3", NOON)).await, Err(StoreError::Conflict), "another receipt");
    store.approve(&task.id, &approval(&edited, NOON)).await.unwrap();
    assert_eq!(store.commit_intent(&task.id, &cleared(&task, "a3", NOON)).await, Err(StoreError::Conflict), "not the latest");
    store.commit_intent(&task.id, &cleared(&edited, "a3", NOON)).await.unwrap();
    assert_eq!(store.attempts(&task.id).await.unwrap().len(), 2);
}

/// A task has at most one live attempt, even with a fresh approval.
pub async fn a_task_has_one_live_attempt(store: &dyn TaskStore) {
    let (task, first) = begin(store, "t1", "a1").await;
    store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    assert_eq!(store.commit_intent(&task.id, &cleared(&task, "a2", NOON)).await, Err(StoreError::Conflict));
    assert_eq!(store.approval(&task.id).await.unwrap().map(|(_, is_used)| is_used), Some(false), "a refused dial uses nothing up");
    store.finish_attempt(&first, &finish(Disposition::NoAnswer, None, 0), TaskState::AwaitingApproval).await.unwrap();
    store.commit_intent(&task.id, &cleared(&task, "a2", NOON)).await.unwrap();
}

/// Of many who commit the same approval at once, one dials.
pub async fn one_of_many_dials(store: &dyn TaskStore) {
    let task = task("t1");
    store.create_task(&task, &receipt(&task)).await.unwrap();
    store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
    let permits: Vec<Cleared> = (0..16).map(|n| cleared(&task, &format!("a{n}"), NOON)).collect();
    let mut dialing = Vec::new();
    for permit in &permits {
        dialing.push(store.commit_intent(&task.id, permit));
    }
    let results = all(dialing).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StoreError::Conflict))), "{results:?}");
    assert_eq!(store.attempts(&task.id).await.unwrap().len(), 1);
}

/// Of many tasks that count on the last place among the running calls, exactly as many dial as there are places.
pub async fn a_place_is_given_once(store: &dyn TaskStore) {
    let rules = Rules { caps: Caps { calls_at_once: 3, ..Caps::default() }, ..Rules::default() };
    assert_eq!(dial_at_once(store, &rules, 9).await, 3);
}

/// Of many tasks that count on the same money, exactly as many dial as it pays for; what is reserved never passes the cap.
pub async fn money_is_reserved_once(store: &dyn TaskStore) {
    let caps = Caps { calls_at_once: 100, ..Caps::default() };
    let rules = Rules { caps, budget: Budget { per_day: Micros(5 * 180_000 + 1), ..Budget::default() }, ..Rules::default() };
    assert_eq!(dial_at_once(store, &rules, 16).await, 5);
    let spending = store.spending(&Payer::default(), NOON).await.unwrap();
    assert_eq!(spending.reserved, Micros(5 * 180_000));
}

/// Clears so many tasks under the same facts, commits them side by side, and returns how many were let through.
async fn dial_at_once(store: &dyn TaskStore, rules: &Rules, tasks: usize) -> usize {
    let mut permits = Vec::new();
    for n in 0..tasks {
        let task = task(&format!("t{n}"));
        store.create_task(&task, &receipt(&task)).await.unwrap();
        store.approve(&task.id, &approval(&task, NOON)).await.unwrap();
        permits.push((cleared_under(rules, &task, &format!("a{n}"), NOON), task.id));
    }
    let results = all(permits.iter().map(|(permit, task)| store.commit_intent(task, permit)).collect()).await;
    assert!(results.iter().all(|result| matches!(result, Ok(()) | Err(StoreError::Overtaken))), "{results:?}");
    for (result, (_, task)) in results.iter().zip(&permits) {
        let state = store.task(task).await.unwrap().unwrap().state;
        let is_used = store.approval(task).await.unwrap().unwrap().1;
        // Who was overtaken has lost nothing: its approval is as good as before.
        assert_eq!((state, is_used), if result.is_ok() { (TaskState::Running, true) } else { (TaskState::Approved, false) });
    }
    results.iter().filter(|result| result.is_ok()).count()
}

/// A task follows its attempt: running with the intent, then what the end says, unless it was given up meanwhile.
pub async fn a_task_follows_its_attempt(store: &dyn TaskStore) {
    let (first, attempt) = begin(store, "t1", "a1").await;
    let state = async |task: &Task| store.task(&task.id).await.unwrap().unwrap().state;
    assert_eq!(state(&first).await, TaskState::Running);
    assert!(store.finish_attempt(&attempt, &finish(Disposition::Conversed, None, 10), TaskState::Done).await.unwrap());
    assert_eq!(state(&first).await, TaskState::Done);

    let (second, attempt) = begin(store, "t2", "a2").await;
    store.set_task_state(&second.id, TaskState::Canceled, NOON).await.unwrap();
    assert!(store.finish_attempt(&attempt, &finish(Disposition::Canceled, None, 10), TaskState::Done).await.unwrap());
    assert_eq!(state(&second).await, TaskState::Canceled, "given up stays given up");
    assert_eq!(store.commit_intent(&second.id, &cleared(&second, "a3", NOON)).await, Err(StoreError::Conflict));
}

/// Polls futures side by side until all are done, and returns their results in order.
async fn all<T>(futures: Vec<impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, result) in &mut waiting {
            if result.is_none()
                && let std::task::Poll::Ready(done) = future.as_mut().poll(context)
            {
                *result = Some(done);
            }
        }
        if waiting.iter().all(|(_, result)| result.is_some()) { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(_, result)| result).collect()
}

/// An attempt goes forward only; late news changes nothing but the call's name is kept.
pub async fn an_attempt_never_goes_back(store: &dyn TaskStore) {
    let (task, attempt) = begin(store, "t1", "a1").await;
    let call = CarrierCallId::new("CA1");
    let at = |seconds| NOON + Duration::from_secs(seconds);
    assert!(store.advance(&attempt, AttemptState::Dialing, None, at(1)).await.unwrap());
    assert!(store.advance(&attempt, AttemptState::Unknown, None, at(2)).await.unwrap());
    assert!(!store.advance(&attempt, AttemptState::Dialing, None, at(3)).await.unwrap());
    assert_eq!(store.unfinished().await.unwrap()[0].call, None);
    assert!(store.advance(&attempt, AttemptState::Talking, None, at(4)).await.unwrap());
    assert!(!store.advance(&attempt, AttemptState::Placed, Some(&call), at(5)).await.unwrap(), "late, and yet:");
    let open = store.unfinished().await.unwrap().remove(0);
    assert_eq!((open.attempt, open.task, open.number), (attempt.clone(), task.id.clone(), task.number.clone()));
    assert_eq!((open.state, open.call, open.began_at), (AttemptState::Talking, Some(call), NOON));
    assert_eq!(store.advance(&attempt, AttemptState::Terminal, None, at(6)).await, Err(StoreError::Conflict), "an end needs its rows");
    let stranger = AttemptId::new("a9");
    assert_eq!(store.advance(&stranger, AttemptState::Dialing, None, at(7)).await, Err(StoreError::NotFound));
}

/// Attempts are found by when they were begun, with the names of their calls, whether they have ended or not.
pub async fn recent_attempts_are_found(store: &dyn TaskStore) {
    let (task, ended) = begin(store, "t1", "a1").await;
    let call = CarrierCallId::new("CA1");
    store.advance(&ended, AttemptState::Dialing, None, NOON).await.unwrap();
    store.advance(&ended, AttemptState::Placed, Some(&call), NOON).await.unwrap();
    store.finish_attempt(&ended, &finish(Disposition::Busy, None, 0), TaskState::Done).await.unwrap();
    let (_, open) = begin(store, "t2", "a2").await;
    let found = store.recent(NOON).await.unwrap();
    let told: Vec<_> = found.iter().map(|found| (&found.attempt, found.state, found.call.as_ref())).collect();
    assert_eq!(told, [(&ended, AttemptState::Terminal, Some(&call)), (&open, AttemptState::Intent, None)]);
    assert_eq!(found[0].number, task.number);
    assert_eq!(store.recent(NOON + Duration::from_millis(1)).await.unwrap(), []);
}

/// An attempt ends once: the first end stays with its disposition, cost and report.
pub async fn an_attempt_ends_once(store: &dyn TaskStore) {
    let (task, attempt) = begin(store, "t1", "a1").await;
    let first = finish(Disposition::Conversed, Some(Outcome::Achieved), 61);
    assert!(store.finish_attempt(&attempt, &first, TaskState::AwaitingApproval).await.unwrap());
    let second = finish(Disposition::LineDropped, Some(Outcome::NotAchieved), 600);
    assert!(!store.finish_attempt(&attempt, &second, TaskState::AwaitingApproval).await.unwrap());
    let record = store.attempts(&task.id).await.unwrap().remove(0);
    assert_eq!((record.state, record.finish), (AttemptState::Terminal, Some(first)));
    assert!(store.unfinished().await.unwrap().is_empty());
    assert!(!store.advance(&attempt, AttemptState::Talking, None, NOON).await.unwrap(), "nothing moves it");
    assert_eq!(store.finish_attempt(&AttemptId::new("a9"), &second, TaskState::AwaitingApproval).await, Err(StoreError::NotFound));
}

/// Events and turns that come twice are kept once, in order.
pub async fn what_comes_twice_is_kept_once(store: &dyn TaskStore) {
    let (_, attempt) = begin(store, "t1", "a1").await;
    let event = |call: &str, key: &str| LegEvent { call: CarrierCallId::new(call), key: key.into(), state: Some("ringing".into()) };
    for (call, key, is_new) in [("CA1", "1", true), ("CA1", "1", false), ("CA1", "2", true), ("CA2", "1", true)] {
        assert_eq!(store.record_leg_event(&attempt, &event(call, key), NOON).await.unwrap(), is_new, "{call} {key}");
    }
    for (number, text) in [(2, "second"), (1, "first"), (2, "second again")] {
        store.append_turn(&attempt, number, &turn(number, text)).await.unwrap();
    }
    assert_eq!(store.turns(&attempt).await.unwrap(), [turn(1, "first"), turn(2, "second")]);
    let stranger = AttemptId::new("a9");
    assert_eq!(store.append_turn(&stranger, 1, &turn(1, "x")).await, Err(StoreError::NotFound));
    assert_eq!(store.record_leg_event(&stranger, &event("CA1", "1"), NOON).await, Err(StoreError::NotFound));
    store.finish_attempt(&attempt, &finish(Disposition::Conversed, None, 10), TaskState::AwaitingApproval).await.unwrap();
    assert!(store.record_leg_event(&attempt, &event("CA1", "3"), NOON).await.unwrap(), "late news is kept also after the end");
}

/// An attempt that the carrier put off is no try of the number, though it was begun; how long to wait is kept.
pub async fn an_attempt_that_was_put_off_is_no_try(store: &dyn TaskStore) {
    let (task, attempt) = begin(store, "t1", "a1").await;
    assert_eq!(store.usage(&task.number, NOON).await.unwrap().attempts_to_number, 1, "as long as nobody knows");
    store.finish_attempt(&attempt, &finish(Disposition::Throttled, None, 0), TaskState::AwaitingApproval).await.unwrap();
    let usage = store.usage(&task.number, NOON).await.unwrap();
    assert_eq!((usage.attempts_to_number, usage.oldest_of_them, usage.begun.in_day), (0, None, 1));
    let finish = store.attempts(&task.id).await.unwrap().remove(0).finish.unwrap();
    assert_eq!((finish.disposition, finish.measured.asked_wait), (Disposition::Throttled, Some(Duration::from_secs(7))));
}

/// What the rules ask about is counted: attempts to a number, live calls, money spent and reserved.
pub async fn the_rules_learn_what_was_done(store: &dyn TaskStore) {
    let number = task("t1").number;
    let after = |millis: u64| NOON + Duration::from_millis(millis);
    assert_eq!(store.usage(&number, NOON).await.unwrap(), Usage::default());
    assert_eq!(store.spending(&Payer::default(), NOON).await.unwrap(), Spending::default());

    let (_, first) = begin(store, "t1", "a1").await;
    let (_, second) = begin(store, "t2", "a2").await;
    let in_month = Begun { in_month: 2, oldest_in_month: Some(NOON), ..Begun::default() };
    let in_week = Begun { in_week: 2, oldest_in_week: Some(NOON), ..in_month };
    let in_day = Begun { in_day: 2, oldest_in_day: Some(NOON), ..in_week };
    let in_minute = Begun { in_minute: 2, oldest_in_minute: Some(NOON), ..in_day };
    let in_second = Begun { in_second: 2, oldest_in_second: Some(NOON), ..in_minute };
    let counted = |begun| Usage { attempts_to_number: 2, oldest_of_them: Some(NOON), live_calls: 2, begun, nameless_to_number: 0 };
    assert_eq!(store.usage(&number, after(999)).await.unwrap(), counted(in_second));
    assert_eq!(store.usage(&number, after(1_000)).await.unwrap(), counted(in_minute), "spans leave out their beginning");
    assert_eq!(store.usage(&number, after(60_000)).await.unwrap(), counted(in_day));
    let no_more = |begun| Usage { live_calls: 2, begun, ..Usage::default() };
    assert_eq!(store.usage(&number, after(86_400_000)).await.unwrap(), no_more(in_week));
    assert_eq!(store.usage(&number, NOON + WEEK).await.unwrap(), no_more(in_month));
    assert_eq!(store.usage(&number, NOON + MONTH).await.unwrap(), no_more(Begun::default()));
    let other = PhoneNumber::parse("+12125550124").unwrap();
    let elsewhere = Usage { live_calls: 2, begun: in_second, ..Usage::default() };
    assert_eq!(store.usage(&other, NOON).await.unwrap(), elsewhere);
    assert_eq!(store.spending(&payer("t1"), after(61_000)).await.unwrap().reserved, Micros(360_000));

    store.finish_attempt(&first, &finish(Disposition::Conversed, None, 61), TaskState::AwaitingApproval).await.unwrap();
    store.finish_attempt(&second, &finish(Disposition::Busy, None, 0), TaskState::AwaitingApproval).await.unwrap();
    let cost = Micros(28_000);
    let spent = Spending { last_day: cost, last_week: cost, last_month: cost, reserved: Micros::ZERO, task: cost, user: cost };
    assert_eq!(store.spending(&payer("t1"), after(61_000)).await.unwrap(), spent);
    let later = |span: Duration| NOON + span + Duration::from_secs(61);
    let none = Micros::ZERO;
    let of = async |name: &str, now| store.spending(&payer(name), now).await.unwrap();
    assert_eq!(of("t2", after(61_000)).await, Spending { task: none, ..spent }, "another task of the same user");
    let stranger = Payer { user: Some(Private::new("Somebody else".into())), ..payer("t1") };
    assert_eq!(store.spending(&stranger, after(61_000)).await.unwrap(), Spending { user: none, ..spent });
    assert_eq!(of("t1", later(DAY)).await, Spending { last_day: none, ..spent });
    assert_eq!(of("t1", later(WEEK)).await, Spending { last_day: none, last_week: none, ..spent });
    assert_eq!(of("t1", later(MONTH)).await, Spending { task: cost, ..Spending::default() }, "a task's money counts for ever");
}

/// A number is not rung while nobody knows whether it rings already; once that call has a name, or has ended, it may be.
pub async fn a_number_whose_call_has_no_name_is_not_rung(store: &dyn TaskStore) {
    let (_, first) = begin(store, "t1", "a1").await;
    let number = task("t1").number;
    let nameless = async || store.usage(&number, NOON).await.unwrap().nameless_to_number;
    assert_eq!(nameless().await, 0, "no byte has left");
    store.advance(&first, AttemptState::Dialing, None, NOON).await.unwrap();
    store.advance(&first, AttemptState::Unknown, None, NOON).await.unwrap();
    assert_eq!(nameless().await, 1);
    let second = task("t2");
    store.create_task(&second, &receipt(&second)).await.unwrap();
    store.approve(&second.id, &approval(&second, NOON)).await.unwrap();
    assert_eq!(store.commit_intent(&second.id, &cleared(&second, "a2", NOON)).await, Err(StoreError::Overtaken));
    store.advance(&first, AttemptState::Placed, Some(&CarrierCallId::new("CA1")), NOON).await.unwrap();
    assert_eq!(nameless().await, 0);
    store.commit_intent(&second.id, &cleared(&second, "a2", NOON)).await.unwrap();
}

/// The first price that the carrier settles takes the place of our reckoning.
pub async fn a_price_is_settled_once(store: &dyn TaskStore) {
    let (task, attempt) = begin(store, "t1", "a1").await;
    assert!(!store.settle_price(&attempt, Micros(1), NOON, &Rules::default()).await.unwrap(), "not before the end");
    store.finish_attempt(&attempt, &finish(Disposition::Conversed, None, 61), TaskState::AwaitingApproval).await.unwrap();
    assert_eq!(store.unsettled(Timestamp(0), 9).await.unwrap(), [], "its call has no name at the carrier");
    assert!(store.settle_price(&attempt, Micros(30_000), NOON, &Rules::default()).await.unwrap());
    assert!(store.attempts(&task.id).await.unwrap()[0].is_settled);
    assert!(!store.settle_price(&attempt, Micros(40_000), NOON, &Rules::default()).await.unwrap());
    assert_eq!(store.attempts(&task.id).await.unwrap()[0].finish.as_ref().unwrap().cost, Micros(30_000));
    assert_eq!(store.spending(&Payer::default(), NOON).await.unwrap().last_day, Micros(30_000));
    assert_eq!(store.settle_price(&AttemptId::new("a9"), Micros(1), NOON, &Rules::default()).await, Err(StoreError::NotFound));
}

/// Attempts whose price is open are found until it is settled; those that cost nothing never are.
pub async fn open_prices_are_found(store: &dyn TaskStore) {
    let (task, attempt) = begin(store, "t1", "a1").await;
    let (_, busy) = begin(store, "t2", "a2").await;
    for (attempt, call) in [(&attempt, "CA1"), (&busy, "CA2")] {
        store.advance(attempt, AttemptState::Dialing, None, NOON).await.unwrap();
        store.advance(attempt, AttemptState::Placed, Some(&CarrierCallId::new(call)), NOON).await.unwrap();
    }
    assert_eq!(store.unsettled(Timestamp(0), 9).await.unwrap(), [], "neither has ended");
    store.finish_attempt(&attempt, &finish(Disposition::Conversed, None, 61), TaskState::Done).await.unwrap();
    store.finish_attempt(&busy, &finish(Disposition::Busy, None, 0), TaskState::Done).await.unwrap();
    let open =
        Unsettled { attempt: attempt.clone(), provider: Some("mock".into()), call: CarrierCallId::new("CA1"), answered_for: Duration::from_secs(61) };
    assert_eq!(store.unsettled(Timestamp(0), 9).await.unwrap(), [open]);
    assert_eq!(store.unsettled(Timestamp(0), 0).await.unwrap(), []);
    assert_eq!(store.unsettled(NOON + Duration::from_secs(86_400), 9).await.unwrap(), []);
    assert!(!store.attempts(&task.id).await.unwrap()[0].is_settled);
    store.settle_price(&attempt, Micros(30_000), NOON, &Rules::default()).await.unwrap();
    assert_eq!(store.unsettled(Timestamp(0), 9).await.unwrap(), []);
}

/// A stop request is kept for good, for its number alone.
pub async fn a_stop_request_is_kept(store: &dyn TaskStore) {
    let (task, attempt) = begin(store, "t1", "a1").await;
    assert!(!store.has_opted_out(&task.number).await.unwrap());
    for _ in 0..2 {
        store.opt_out(&task.number, &attempt, NOON).await.unwrap();
        assert!(store.has_opted_out(&task.number).await.unwrap());
    }
    assert!(!store.has_opted_out(&PhoneNumber::parse("+12125550124").unwrap()).await.unwrap());
}

/// Ended attempts are kept for statistics, live ones are not counted yet; tasks are counted by their state.
pub async fn ended_attempts_are_counted(store: &dyn TaskStore) {
    let all = (NOON, NOON + Duration::from_secs(1_000));
    assert_eq!(store.ended_calls(all.0, all.1).await.unwrap(), []);
    assert_eq!(store.task_counts(all.0, all.1).await.unwrap(), TaskCounts::default());
    let ends = [
        (Disposition::Conversed, Some(Outcome::Achieved), 30),
        (Disposition::Conversed, Some(Outcome::Achieved), 90),
        (Disposition::Conversed, Some(Outcome::Unconfirmed), 60),
        (Disposition::Busy, None, 0),
    ];
    for (index, (disposition, outcome, seconds)) in ends.into_iter().enumerate() {
        let (_, attempt) = begin(store, &format!("t{index}"), &format!("a{index}")).await;
        store.finish_attempt(&attempt, &finish(disposition, outcome, seconds), TaskState::Done).await.unwrap();
    }
    begin(store, "t9", "a9").await;
    let calls = store.ended_calls(all.0, all.1).await.unwrap();
    let first = &calls[1];
    assert_eq!((calls.len(), first.task.as_ref().map(TaskId::as_str), first.attempt.as_str()), (4, Some("t0"), "a0"));
    assert_eq!((first.hour, first.region.as_deref(), first.provider.as_deref()), (12, Some("US"), Some("mock")));
    assert_eq!((first.task_type, first.limit, first.is_recorded), (Some(TaskType::InformationInquiry), Limits::default().total_time, true));
    assert_eq!(first.response_times, [Duration::from_millis(700), Duration::from_millis(900)]);
    assert_eq!(store.ended_calls(NOON + Duration::from_secs(31), NOON + Duration::from_secs(90)).await.unwrap().len(), 1, "the end is not within");
    let tasks = store.task_counts(all.0, all.1).await.unwrap();
    assert_eq!((tasks.made, tasks.done, tasks.open, tasks.achieved), (5, 4, 1, 2));
    let figures = Statistics::of(&calls, tasks);
    assert_eq!((figures.total.attempts, figures.total.answered, figures.total.achieved), (4, 3, 2));
    assert_eq!((figures.total.talked_ms, figures.total.average_ms), (180_000, Some(60_000)));
    assert_eq!((figures.total.success_rate, figures.total.cost), (Some(0.5), Micros(56_000)));
}
