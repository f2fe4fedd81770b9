//! What a list costs when there is much to list: 100,000 tasks in a database on disk, sealed as those of a user.
//!
//! `cargo bench -p store`. Each question should take less than 50 ms. Making the database takes a minute or so, once.

use std::sync::LazyLock;
use std::time::Duration;

use assistant::batch::{Batch, Pace};
use assistant::task::{Task, TaskState};
use assistant::task_filter::{Page, TaskFilter};
use assistant::task_plan::TaskPlan;
use dialogue::brief::TaskType;
use divan::{Bencher, black_box};
use ports::batch_store::BatchStore;
use ports::plan_store::Planned;
use ports::task_store::TaskStore;
use store::contract::{self, NOON};
use store::{Access, Options, Store};
use telephony::{PhoneNumber, Private, TaskId, Timestamp};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const TASKS: u32 = 100_000;
/// In one transaction.
const AT_ONCE: u32 = 5_000;
const CALLEES: u32 = 200;
const STATES: [TaskState; 7] =
    [TaskState::Done, TaskState::Done, TaskState::Done, TaskState::Failed, TaskState::Canceled, TaskState::AwaitingApproval, TaskState::Draft];
const TYPES: [TaskType; 3] = [TaskType::InformationInquiry, TaskType::Reservation, TaskType::OrderStatus];

fn main() {
    divan::main();
}

/// The books of somebody who has had a call made every five minutes for a year.
struct Books {
    runtime: Runtime,
    store: Store,
    _folder: TempDir,
}

static BOOKS: LazyLock<Books> = LazyLock::new(|| {
    let (runtime, folder) = (Runtime::new().expect("a runtime"), TempDir::new().expect("a folder"));
    let store = runtime.block_on(async {
        let store = Store::open(folder.path(), Options::new(Access::Dialing)).await.expect("an empty database");
        for first in (0..TASKS).step_by(AT_ONCE as usize) {
            let name = Private::new("calls.csv".into());
            let batch = Batch { id: format!("b{first}"), made_at: NOON, name, pace: Pace::default(), approved: None };
            let calls: Vec<_> = (first..first + AT_ONCE).map(call).collect();
            store.create_batch(&batch, &calls).await.expect("new tasks");
        }
        assert_eq!(store.count_tasks(&TaskFilter::default()).await, Ok(u64::from(TASKS)));
        store
    });
    Books { runtime, store, _folder: folder }
});

fn call(index: u32) -> (Task, assistant::approval::Receipt, Planned) {
    let of = |count: usize| index as usize % count;
    let task = Task {
        state: STATES[of(STATES.len())],
        task_type: TYPES[of(TYPES.len())],
        number: PhoneNumber::parse(&format!("+1212555{:04}", index % CALLEES + 100)).expect("a number"),
        created_at: made_at(index),
        ..contract::task(TaskId::new(format!("task-{index:06}")).as_str())
    };
    let receipt = contract::receipt(&task);
    (task, receipt, Planned { plan: TaskPlan::default(), due_at: None })
}

fn made_at(index: u32) -> Timestamp {
    NOON + Duration::from_secs(u64::from(index) * 300)
}

fn asks<T>(bencher: Bencher<'_, '_>, ask: impl AsyncFn(&Store) -> T + Sync) {
    let Books { runtime, store, .. } = &*BOOKS;
    bencher.bench(|| black_box(runtime.block_on(ask(store))));
}

#[divan::bench]
fn the_newest_twenty(bencher: Bencher<'_, '_>) {
    asks(bencher, async |store| {
        let tasks = store.tasks(&TaskFilter::default(), Page::newest(20)).await.expect("a list");
        assert_eq!(tasks.len(), 20);
    });
}

#[divan::bench]
fn the_last_page(bencher: Bencher<'_, '_>) {
    asks(bencher, async |store| {
        let page = Page { skip: u64::from(TASKS) - 20, at_most: 20 };
        assert_eq!(store.tasks(&TaskFilter::default(), page).await.expect("a list").len(), 20);
    });
}

fn what_waits() -> TaskFilter {
    TaskFilter { states: vec![TaskState::AwaitingApproval], task_types: vec![TaskType::Reservation], ..TaskFilter::default() }
}

#[divan::bench]
fn reservations_that_wait_for_a_yes(bencher: Bencher<'_, '_>) {
    asks(bencher, async |store| {
        assert_eq!(store.tasks(&what_waits(), Page::newest(20)).await.expect("a list").len(), 20);
    });
}

#[divan::bench]
fn how_many_reservations_wait_for_a_yes(bencher: Bencher<'_, '_>) {
    asks(bencher, async |store| {
        let count = store.count_tasks(&what_waits()).await.expect("a count");
        assert!((4_700..4_800).contains(&count), "{count}");
    });
}

#[divan::bench]
fn nothing_is_like_that(bencher: Bencher<'_, '_>) {
    asks(bencher, async |store| {
        let running = TaskFilter { states: vec![TaskState::Running], ..TaskFilter::default() };
        assert!(store.tasks(&running, Page::newest(20)).await.expect("a list").is_empty());
    });
}

#[divan::bench]
fn calls_of_one_number(bencher: Bencher<'_, '_>) {
    asks(bencher, async |store| {
        let one = TaskFilter { callee: PhoneNumber::parse("+12125550177").ok(), ..TaskFilter::default() };
        assert_eq!(store.tasks(&one, Page::newest(20)).await.expect("a list").len(), 20);
        assert_eq!(store.count_tasks(&one).await, Ok(u64::from(TASKS / CALLEES)));
    });
}

#[divan::bench]
fn how_many_there_are(bencher: Bencher<'_, '_>) {
    asks(bencher, async |store| assert_eq!(store.count_tasks(&TaskFilter::default()).await, Ok(u64::from(TASKS))));
}

#[divan::bench]
fn how_many_of_a_month_in_each_state(bencher: Bencher<'_, '_>) {
    asks(bencher, async |store| {
        let counts = store.task_counts(made_at(50_000), made_at(58_640)).await.expect("counts");
        assert_eq!(counts.made, 8_640);
    });
}
