//! What goes wrong with disks says what it is: locked, newer, full, corrupt, without its key.

use std::path::Path;
use std::time::Duration;

use assistant::attempt::AttemptState;
use assistant::compliance::do_not_call::{Channel, Suppression};
use assistant::task_filter::{Page, TaskFilter};
use ports::policy_store::PolicyStore;
use ports::task_store::{StoreError, TaskStore};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use store::contract::{self, NOON};
use store::{Access, Options, Store};
use telephony::{AttemptId, Disposition, PhoneNumber};

async fn open(directory: &Path) -> Result<Store, StoreError> {
    Store::open(directory, Options { patience: Duration::from_millis(50), ..Options::new(Access::Dialing) }).await
}

/// Opens the database file past the store, as another program would.
async fn beside(directory: &Path) -> SqlitePool {
    SqlitePool::connect_with(SqliteConnectOptions::new().filename(directory.join("puppetmaster.db"))).await.unwrap()
}

async fn execute(pool: &SqlitePool, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(sql).execute(pool).await.map(drop)
}

#[tokio::test]
async fn one_process_dials_and_others_look() {
    let directory = tempfile::tempdir().unwrap();
    let dialing = open(directory.path()).await.unwrap();
    assert_eq!(open(directory.path()).await.err(), Some(StoreError::Locked));
    let looking = Store::open(directory.path(), Options::new(Access::Looking)).await.unwrap();
    let task = contract::task("t1");
    looking.create_task(&task, &contract::receipt(&task)).await.unwrap();
    looking.approve(&task.id, &contract::approval(&task, NOON)).await.unwrap();
    let cleared = contract::cleared(&task, "a1", NOON);
    assert_eq!(looking.commit_intent(&task.id, &cleared).await, Err(StoreError::Locked), "who looks does not dial");
    dialing.commit_intent(&task.id, &cleared).await.unwrap();
    assert_eq!(looking.unfinished().await.unwrap().len(), 1);
    dialing.close().await;
    drop(dialing);
    open(directory.path()).await.unwrap();
}

#[tokio::test]
async fn a_database_that_another_program_holds_is_locked() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    let pool = beside(directory.path()).await;
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut *connection).await.unwrap();
    let task = contract::task("t1");
    assert_eq!(store.create_task(&task, &contract::receipt(&task)).await, Err(StoreError::Locked));
    assert_eq!(StoreError::Locked.code(), "store.locked");
    assert_eq!(store.tasks(&TaskFilter::default(), Page::newest(1)).await, Ok(Vec::new()), "readers go on");
    sqlx::query("ROLLBACK").execute(&mut *connection).await.unwrap();
    store.create_task(&task, &contract::receipt(&task)).await.unwrap();
}

#[tokio::test]
async fn a_newer_database_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    store.close().await;
    drop(store);
    let pool = beside(directory.path()).await;
    let insert = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (1000, 'future', 1, x'00', 1)";
    execute(&pool, insert).await.unwrap();
    pool.close().await;
    assert!(matches!(open(directory.path()).await.err(), Some(StoreError::Newer { found: 1_000, known: 2..=999 })));
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path(), Options { max_pages: Some(120), ..Options::new(Access::Dialing) }).await.unwrap();
    let (_, attempt) = contract::begin(&store, "t1", "a1").await;
    let words = "word ".repeat(200);
    let mut acknowledged = 0;
    let error = loop {
        match store.append_turn(&attempt, acknowledged + 1, &contract::turn(acknowledged + 1, &words)).await {
            Ok(()) => acknowledged += 1,
            Err(error) => break error,
        }
        assert!(acknowledged < 10_000, "120 pages hold no such number");
    };
    assert_eq!(error, StoreError::Full);
    assert!(acknowledged > 10, "{acknowledged}");
    assert_eq!(store.turns(&attempt).await.unwrap().len(), acknowledged as usize);
    store.close().await;
    drop(store);
    let roomy = open(directory.path()).await.unwrap();
    roomy.append_turn(&attempt, acknowledged + 1, &contract::turn(acknowledged + 1, &words)).await.unwrap();
    assert_eq!(roomy.turns(&attempt).await.unwrap().len(), acknowledged as usize + 1);
}

#[tokio::test]
async fn a_stop_request_that_a_locked_database_does_not_take_counts_at_once_and_is_taken_in_later() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    let (task, attempt) = contract::begin(&store, "t1", "a1").await;
    let pool = beside(directory.path()).await;
    let mut connection = pool.acquire().await.unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut *connection).await.unwrap();
    store.opt_out(&task.number, &attempt, NOON).await.unwrap();
    assert_eq!(store.has_opted_out(&task.number).await, Ok(true), "the gate reads it beside the database");
    assert_eq!(store.suppressions(None, 9).await.unwrap().len(), 0);
    sqlx::query("ROLLBACK").execute(&mut *connection).await.unwrap();
    assert_eq!(store.has_opted_out(&task.number).await, Ok(true));
    let listed = store.suppressions(None, 9).await.unwrap();
    assert_eq!((listed.len(), listed[0].value.attempt.as_ref()), (1, Some(&attempt)), "it is in the list now, once");
    assert_eq!((store.has_opted_out(&task.number).await, store.suppressions(None, 9).await.unwrap().len()), (Ok(true), 1));
}

#[tokio::test]
async fn a_stop_request_that_found_the_disk_full_is_in_the_list_after_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path(), Options { max_pages: Some(120), ..Options::new(Access::Dialing) }).await.unwrap();
    let (task, attempt) = contract::begin(&store, "t1", "a1").await;
    let words = "word ".repeat(200);
    let mut turns = 0;
    while store.append_turn(&attempt, turns + 1, &contract::turn(turns + 1, &words)).await.is_ok() {
        turns += 1;
    }
    // Smaller rows still fit, and so do some of the list's own; then nothing is left at all.
    let mut entries = 0;
    let entry = |number: u32| Suppression {
        channel: Channel::Installation,
        attempt: None,
        ..Suppression::stop_request(PhoneNumber::parse(&format!("+1212556{number:04}")).unwrap(), Channel::Speech, AttemptId::new("a1"), NOON)
    };
    while store.suppress(&format!("e{entries}"), &entry(entries)).await.is_ok() {
        entries += 1;
        assert!(entries < 9_000, "120 pages hold no such number");
    }
    let in_list = store.suppressions(None, 9_999).await.unwrap().len();
    store.opt_out(&task.number, &attempt, NOON).await.unwrap();
    assert_eq!(store.has_opted_out(&task.number).await, Ok(true));
    assert_eq!(store.suppressions(None, 9_999).await.unwrap().len(), in_list, "the database takes nothing");
    store.close().await;
    drop(store);
    let next = open(directory.path()).await.unwrap();
    let listed = next.suppressions_of(&task.number).await.unwrap();
    assert_eq!((listed.len(), listed[0].value.attempt.as_ref()), (1, Some(&attempt)));
    assert_eq!(next.has_opted_out(&task.number).await, Ok(true));
}

#[tokio::test]
async fn what_is_no_database_is_corrupt() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    contract::begin(&store, "t1", "a1").await;
    store.close().await;
    drop(store);
    std::fs::write(directory.path().join("puppetmaster.db"), "this is no database, but long enough to look like one ".repeat(100)).unwrap();
    for name in ["puppetmaster.db-wal", "puppetmaster.db-shm"] {
        let _ = std::fs::remove_file(directory.path().join(name));
    }
    assert_eq!(open(directory.path()).await.err(), Some(StoreError::Corrupt));
}

#[tokio::test]
async fn altered_words_are_corrupt_and_not_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    let (_, attempt) = contract::begin(&store, "t1", "a1").await;
    store.append_turn(&attempt, 1, &contract::turn(1, "first")).await.unwrap();
    store.append_turn(&attempt, 2, &contract::turn(2, "other")).await.unwrap();
    // Two sealed turns change places: each is whole, and neither is what was said there.
    let pool = beside(directory.path()).await;
    execute(&pool, "UPDATE turns SET body = (SELECT body FROM turns AS others WHERE others.number = 3 - turns.number)").await.unwrap();
    pool.close().await;
    assert_eq!(store.turns(&attempt).await, Err(StoreError::Corrupt));
}

#[tokio::test]
async fn a_missing_or_foreign_key_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("vault.key");
    open(directory.path()).await.unwrap().close().await;
    let right = std::fs::read(&key).unwrap();
    std::fs::write(&key, format!("{}\n", "ab".repeat(32))).unwrap();
    assert_eq!(open(directory.path()).await.err(), Some(StoreError::WrongKey));
    std::fs::remove_file(&key).unwrap();
    assert_eq!(open(directory.path()).await.err(), Some(StoreError::WrongKey));
    assert!(!key.exists(), "no new key is made beside old data");
    std::fs::write(&key, right).unwrap();
    open(directory.path()).await.unwrap();
}

#[tokio::test]
async fn a_directory_that_cannot_be_made_is_unavailable() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert!(matches!(open(&file.join("data")).await.err(), Some(StoreError::Unavailable { .. })));
}

#[tokio::test]
async fn the_database_itself_forbids_a_second_end() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await.unwrap();
    let (task, attempt) = contract::begin(&store, "t1", "a1").await;
    store.advance(&attempt, AttemptState::Placed, None, NOON).await.unwrap();
    let pool = beside(directory.path()).await;
    assert!(execute(&pool, "UPDATE attempts SET state = 'intent', state_rank = 0").await.is_err(), "back");
    assert!(execute(&pool, "DELETE FROM attempts").await.is_err(), "a live one is deleted");
    store.finish_attempt(&attempt, &contract::finish(Disposition::Conversed, None, 61), assistant::task::TaskState::Done).await.unwrap();
    store.settle_price(&attempt, telephony::cost::Micros(1), NOON, &assistant::policy::Rules::default()).await.unwrap();
    for forbidden in [
        "UPDATE attempts SET disposition = 'busy'",
        "UPDATE attempts SET state = 'talking', state_rank = 4",
        "INSERT INTO costs (attempt_id, reckoned) VALUES ('a1', 1)",
        "UPDATE costs SET settled = 2",
        "UPDATE approvals SET used_by = NULL",
        "UPDATE tasks SET state = 'running'",
    ] {
        assert!(execute(&pool, forbidden).await.is_err(), "{forbidden}");
    }
    assert_eq!(store.attempts(&task.id).await.unwrap()[0].attempt, AttemptId::new("a1"));
}
