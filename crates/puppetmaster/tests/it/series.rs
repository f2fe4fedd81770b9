//! Errands that come back: which task follows, who says yes to it, and how a series ends. On a store, with a clock that is wound.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use assistant::approval::ApprovedBy;
use assistant::batch::{Batch, BatchError, Pace};
use assistant::policy::Rules;
use assistant::recurrence::Rhythm;
use assistant::series::Series;
use assistant::standing_approval::StandingApproval;
use assistant::task::{CalleeKind, Limits, Line, Schedule, Task, TaskState};
use assistant::task_plan::TaskPlan;
use dialogue::brief::{Persona, TaskType};
use engine::batch_desk::{BatchDesk, NotApproved};
use engine::gate::Gate;
use engine::series;
use engine::task_desk::{Errand, House, TaskDesk};
use ports::clock::Clock;
use ports::plan_store::{PlanStore, Planned};
use ports::policy_store::PolicyStore;
use ports::task_store::TaskStore;
use store::{Access, Options, Store};
use telephony::cost::{Micros, RateCard};
use telephony::{PhoneNumber, Private, TaskId, Timestamp};

use crate::program::Home;

const DAY: Duration = Duration::from_secs(86_400);

/// Tuesday, 2026-11-24, ten in New York.
const TEN: Timestamp = Timestamp(1_795_532_400_000);

/// A clock that stands until it is wound.
struct Wound(AtomicI64);

impl Clock for Wound {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

struct Office {
    _folder: tempfile::TempDir,
    store: Arc<Store>,
    clock: Arc<Wound>,
    desk: TaskDesk,
}

impl Office {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(folder.path(), Options::new(Access::Dialing)).await.unwrap());
        let clock = Arc::new(Wound(AtomicI64::new(TEN.as_millis())));
        let gate = Gate { store: store.clone(), policy: store.clone(), clock: clock.clone(), rules: Rules::default(), breakers: Arc::default() };
        let house = House {
            line: Line::Practice,
            from: PhoneNumber::parse("+12125550100").unwrap(),
            rates: RateCard::free(),
            second: None,
            records: Some(false),
            is_in_text: false,
            listens_along: false,
            notices: Vec::new(),
        };
        let made = AtomicU32::new(0);
        let make_token = Arc::new(move || format!("t{}", made.fetch_add(1, Ordering::SeqCst) + 1));
        let desk = TaskDesk { gate, secrets: store.clone(), house, make_token };
        Self { _folder: folder, store, clock, desk }
    }

    fn wind(&self, by: Duration) {
        self.clock.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    fn errand(intent: &str) -> Errand {
        Errand {
            task_type: TaskType::InformationInquiry,
            number: PhoneNumber::parse("+12125550110").unwrap(),
            callee_kind: CalleeKind::Business,
            intent: intent.into(),
            principal: "Sam Miller".into(),
            context: Vec::new(),
            voicemail_message: None,
            persona: Persona::default(),
            limits: Limits::default(),
            schedule: Schedule::default(),
        }
    }

    /// Keeps an errand for every Tuesday at ten, the first time now.
    async fn every_tuesday(&self) -> Task {
        let rhythm: Rhythm = "week on tue 10:00".parse().unwrap();
        let recurrence = rhythm.from("2026-11-24", "America/New_York", None).unwrap();
        let mut task = self.desk.task(Self::errand("Ask what time they close today"), TaskState::AwaitingApproval).unwrap();
        let series = Series::first(task.id.clone(), recurrence, TEN, None);
        task.schedule = series.schedule();
        let receipt = self.desk.receipt(&task).await.unwrap();
        let plan = TaskPlan { series: Some(series), ..TaskPlan::default() };
        self.store.create_planned(&task, &receipt, &Planned { plan, due_at: None }).await.unwrap();
        task
    }

    /// Makes what follows as the task runner does; returns the tasks that were made.
    async fn recur(&self) -> Vec<Task> {
        let mut made = Vec::new();
        for id in self.store.to_follow(self.clock.now()).await.unwrap() {
            made.extend(series::follow(&self.desk, self.store.as_ref(), &id, TaskState::Failed).await.unwrap());
        }
        made
    }

    async fn state(&self, id: &TaskId) -> TaskState {
        self.store.task(id).await.unwrap().unwrap().state
    }
}

#[tokio::test]
async fn each_time_needs_a_yes_of_its_own_unless_a_standing_one_covers_it() {
    let office = Office::open().await;
    let first = office.every_tuesday().await;
    assert_eq!(office.recur().await, [], "its time has come, the next one's has not");
    office.wind(7 * DAY);
    let second = office.recur().await.pop().unwrap();
    assert_eq!((second.state, second.schedule.not_before), (TaskState::AwaitingApproval, Some(TEN + 7 * DAY)));
    assert_eq!(office.state(&first.id).await, TaskState::Failed, "nobody had said yes while it was its time");
    assert_eq!(office.store.approval(&second.id).await.unwrap(), None);
    assert_eq!(office.recur().await, [], "it is made once");

    let standing = StandingApproval {
        id: "s1".into(),
        number: second.number.clone(),
        task_type: None,
        most_a_call: Micros(1_000_000),
        given_at: office.clock.now(),
        expires_at: office.clock.now() + 30 * DAY,
        revoked_at: None,
    };
    office.store.keep_standing_approval(&standing).await.unwrap();
    office.wind(7 * DAY);
    let third = office.recur().await.pop().unwrap();
    assert_eq!(third.state, TaskState::Approved);
    let (approval, is_used) = office.store.approval(&third.id).await.unwrap().unwrap();
    assert_eq!((approval.by, is_used), (ApprovedBy::Standing("s1".into()), false));
    assert_eq!(approval.receipt_hash, office.desk.receipt(&third).await.unwrap().hash(), "of its own receipt");
    assert_eq!(office.store.due(office.clock.now(), 9).await.unwrap(), [third.id]);
}

#[tokio::test]
async fn who_was_off_for_a_month_makes_up_for_one_call_at_most() {
    let office = Office::open().await;
    office.every_tuesday().await;
    office.wind(30 * DAY);
    let made = office.recur().await;
    assert_eq!(made.iter().map(|task| task.schedule.not_before).collect::<Vec<_>>(), [Some(TEN + 28 * DAY)], "of four only the latest");
    assert_eq!(office.recur().await, []);
    office.wind(5 * DAY);
    assert_eq!(office.recur().await[0].schedule.not_before, Some(TEN + 35 * DAY), "and then every week again");
}

#[tokio::test]
async fn who_gives_a_task_up_ends_its_series_and_who_says_no_means_this_time() {
    let office = Office::open().await;
    let first = office.every_tuesday().await;
    let second = series::follow(&office.desk, office.store.as_ref(), &first.id, TaskState::Canceled).await.unwrap().unwrap();
    assert_eq!((office.state(&first.id).await, second.schedule.not_before), (TaskState::Canceled, Some(TEN + 7 * DAY)));
    office.desk.cancel(&second.id).await.unwrap();
    office.wind(30 * DAY);
    assert_eq!(office.recur().await, []);
    assert_eq!(office.store.to_follow(office.clock.now()).await.unwrap(), [], "it is not asked about again");
}

#[tokio::test]
async fn a_yes_to_a_batch_is_to_what_was_shown() {
    let office = Office::open().await;
    let batches = BatchDesk { desk: office.desk.clone(), batches: office.store.clone() };
    let tasks: Vec<Task> = ["Ask when they close", "Ask when they open", "Ask what it costs"]
        .map(|intent| office.desk.task(Office::errand(intent), TaskState::AwaitingApproval).unwrap())
        .into();
    let batch = Batch { id: "b1".into(), made_at: TEN, name: Private::default(), pace: Pace::default(), approved: None };
    batches.create(&batch, &tasks, &TaskPlan::default()).await.unwrap();
    let shown = batches.open("b1").await.unwrap().receipt.hash();
    let changed = Task { principal: Private::new("Alex".into()), ..tasks[1].clone() };
    office.store.edit_task(&changed, &office.desk.receipt(&changed).await.unwrap(), TEN).await.unwrap();
    let refused = batches.approve("b1", &shown, &ApprovedBy::User).await;
    assert!(matches!(refused, Err(NotApproved::Batch(BatchError::Changed))), "{refused:?}");
    assert_eq!(office.state(&tasks[0].id).await, TaskState::AwaitingApproval);
    office.desk.cancel(&tasks[2].id).await.unwrap();
    let shown = batches.open("b1").await.unwrap().receipt.hash();
    assert_eq!(batches.approve("b1", &shown, &ApprovedBy::User).await.unwrap(), 2, "those that wait for it");
    let report = batches.report("b1").await.unwrap();
    assert_eq!((report.states["approved"], report.states["canceled"], report.calls), (2, 1, 3));
    assert!(matches!(batches.open("b1").await, Err(NotApproved::NothingOpen)));
    assert!(matches!(batches.open("b9").await, Err(NotApproved::NoSuchBatch)));
}

#[test]
fn a_call_that_comes_back_says_when() {
    let home = Home::new();
    let busy = "+12125550110";
    let ask = "Ask what time they close today";
    home.run(&["call", busy, ask, "--every", "sometimes", "--yes"]).fails_with(2, "schedule.recurrence");
    home.run(&["task", "create", busy, ask, "--every", "day 10:00", "--until", "2020-01-01"]).fails_with(3, "schedule.never");
    home.run(&["task", "create", busy, ask, "--every", "day 10:00", "--deadline", "+9d"]).fails_with(3, "schedule.no_deadline");
    let ended = home.run(&["call", busy, ask, "--every", "day 10:00", "--times", "2", "--yes", "--set", "time_zone=America/New_York"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let again = ended.stdout.lines().find(|line| line.starts_with("  again ")).unwrap_or_else(|| panic!("{ended:?}"));
    assert!(again.contains(" 10:00: task ") && again.ends_with(", waiting for approval"), "{again}");
    let (_, task) = again.split_once("task ").unwrap();
    let task = task.split(',').next().unwrap();
    let listed = home.run(&["task", "list"]);
    assert!(listed.stdout.contains("every day 10:00, 2 of 2, the last one"), "{listed:?}");
    let changed = home.run(&["task", "change", task, "--every", "week on mon 9:00"]);
    assert!(changed.code == Some(0) && changed.stdout.contains("every week on mon 09:00, number 1, next Mon "), "{changed:?}");
    let denied = home.run(&["task", "deny", task]);
    let (_, next) = denied.stdout.split_once("  again Mon ").unwrap_or_else(|| panic!("{denied:?}"));
    let next = next.split_once("task ").unwrap().1.split(',').next().unwrap();
    let canceled = home.run(&["task", "cancel", next]);
    assert!(canceled.stdout.contains("canceled; it does not come back"), "{canceled:?}");
    home.run(&["task", "change", next, "--every", "day 10:00"]).fails_with(1, "task.wrong_state");
}
