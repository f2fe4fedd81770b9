//! `kill -9` at any moment loses no acknowledged row and doubles none.
//!
//! The test runs its own binary as a child that writes calls in a loop through the real store and says on its standard
//! output what was acknowledged, one line a row, after it was. The parent reads some lines, kills it, opens the
//! database and compares; then the next child goes on in the same directory.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use assistant::attempt::AttemptState;
use assistant::task::TaskState;
use dialogue::report::Outcome;
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::task_store::{LegEvent, TaskStore};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use store::contract::{self, NOON};
use store::{Access, Options, Store, Vault};
use telephony::{AttemptId, CarrierCallId, Disposition, TaskId};

const DIRECTORY: &str = "STORE_KILL_TEST_DIRECTORY";
const ROUND: &str = "STORE_KILL_TEST_ROUND";
const TURNS: u32 = 3;

/// The child: writes until it is killed. Does nothing when run as an ordinary test.
#[test]
fn writes_until_killed() {
    let (Ok(directory), Ok(round)) = (std::env::var(DIRECTORY), std::env::var(ROUND)) else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(write_calls(Path::new(&directory), &round));
}

/// Says that a row was acknowledged. One `write` a line, so that the parent never reads half of one.
fn acknowledged(what: &str, id: &str) {
    use std::io::Write as _;
    std::io::stdout().write_all(format!("\nACK {what} {id}\n").as_bytes()).unwrap();
}

async fn write_calls(directory: &Path, round: &str) {
    let store = Store::open(directory, Options::new(Access::Dialing)).await.unwrap();
    let vault = Vault::open(directory).unwrap();
    // What the last child left behind is ended first, as the engine does at its start.
    for open in store.unfinished().await.unwrap() {
        assert!(store.finish_attempt(&open.attempt, &contract::finish(Disposition::Interrupted, None, 0), TaskState::Done).await.unwrap());
        acknowledged("finish", open.attempt.as_str());
    }
    for call in 0.. {
        let id = format!("{round}-{call}");
        let attempt = AttemptId::new(&id);
        let task = contract::task(&id);
        store.create_task(&task, &contract::receipt(&task)).await.unwrap();
        acknowledged("task", &id);
        store.approve(&task.id, &contract::approval(&task, NOON)).await.unwrap();
        store.set_task_state(&task.id, TaskState::Approved, NOON).await.unwrap();
        store.commit_intent(&task.id, &contract::cleared(&task, &id, NOON)).await.unwrap();
        acknowledged("intent", &id);
        store.advance(&attempt, AttemptState::Dialing, None, NOON).await.unwrap();
        let carrier_call = CarrierCallId::new(format!("CA{id}"));
        store.advance(&attempt, AttemptState::Placed, Some(&carrier_call), NOON).await.unwrap();
        acknowledged("placed", &id);
        let mut recording = vault.create(&attempt, ObjectKind::Recording).unwrap();
        for number in 1..=TURNS {
            let event = LegEvent { call: carrier_call.clone(), key: number.to_string(), state: None };
            assert!(store.record_leg_event(&attempt, &event, NOON).await.unwrap());
            store.append_turn(&attempt, number, &contract::turn(number, "We close at nine.")).await.unwrap();
            acknowledged("turn", &format!("{id}/{number}"));
            recording.append(&[number as u8; 20_000]).unwrap();
        }
        recording.finish().unwrap();
        acknowledged("recording", &id);
        let finish = contract::finish(Disposition::Conversed, Some(Outcome::Achieved), 61);
        assert!(store.finish_attempt(&attempt, &finish, TaskState::Done).await.unwrap());
        acknowledged("finish", &id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_moment_loses_and_doubles_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut rows = BTreeSet::new();
    // Different numbers of acknowledged rows, and a little while that is different each time: the kill falls between
    // any two steps and in the middle of any.
    for (round, (lines, delay_micros)) in
        [(0, 0), (1, 300), (3, 900), (7, 150), (12, 2_100), (21, 600), (33, 1_300), (40, 50)].into_iter().enumerate()
    {
        rows.extend(run_and_kill(directory.path(), round, lines, Duration::from_micros(delay_micros)));
        check(directory.path(), &rows).await;
    }
    assert!(rows.len() > 100, "{} rows were acknowledged", rows.len());
}

/// Starts a child, reads so many acknowledged rows, waits a little, kills it, and returns all that it acknowledged.
fn run_and_kill(directory: &Path, round: usize, lines: usize, delay: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::writes_until_killed", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut rows = Vec::new();
    let row_of = |line: std::io::Result<String>| line.ok()?.strip_prefix("ACK ").map(str::to_owned);
    while rows.len() < lines {
        rows.extend(row_of(output.next().expect("the child ended by itself")));
    }
    let began = std::time::Instant::now();
    while began.elapsed() < delay {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    rows.extend(output.filter_map(row_of));
    rows
}

async fn check(directory: &Path, rows: &BTreeSet<String>) {
    let store = Store::open(directory, Options::new(Access::Dialing)).await.unwrap();
    let vault = Vault::open(directory).unwrap();
    let open: Vec<AttemptId> = store.unfinished().await.unwrap().into_iter().map(|open| open.attempt).collect();
    assert!(open.len() <= 1, "one call at a time was written");
    for row in rows {
        let (what, id) = row.split_once(' ').unwrap();
        match what {
            "task" => assert!(store.task(&TaskId::new(id)).await.unwrap().is_some(), "{row} is lost"),
            "intent" | "placed" | "finish" => {
                let attempts = store.attempts(&TaskId::new(id)).await.unwrap();
                assert_eq!(attempts.len(), 1, "{row}");
                assert!(what != "placed" || attempts[0].call.is_some(), "{row} is lost");
                assert!(what != "finish" || attempts[0].finish.is_some(), "{row} is lost");
            }
            "turn" => {
                let (attempt, number) = id.split_once('/').unwrap();
                let number: usize = number.parse().unwrap();
                assert!(store.turns(&AttemptId::new(attempt)).await.unwrap().len() >= number, "{row} is lost");
            }
            "recording" => {
                let bytes = vault.read(&AttemptId::new(id), ObjectKind::Recording).await.unwrap().unwrap();
                assert_eq!(bytes.len(), 20_000 * TURNS as usize, "{row} is lost");
            }
            other => panic!("unknown row {other}"),
        }
    }
    for object in vault.list().unwrap() {
        assert!(vault.read(&object.attempt, object.kind).await.is_ok(), "what a crash cut off can be read to its last whole chunk");
    }
    assert_eq!(store.verify_audit(Vec::new()).await.unwrap().findings, []);
    store.close().await;
    drop(store);
    check_consistency(directory).await;
}

/// Asks the database itself: whole pages, no orphans, nothing ended without its rows, nothing twice.
async fn check_consistency(directory: &Path) {
    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(directory.join("puppetmaster.db"))).await.unwrap();
    let (whole,): (String,) = sqlx::query_as("PRAGMA integrity_check").fetch_one(&pool).await.unwrap();
    assert_eq!(whole, "ok");
    assert!(sqlx::query("PRAGMA foreign_key_check").fetch_all(&pool).await.unwrap().is_empty());
    let mut wrong = String::new();
    for (promise, sql) in [
        (
            "every ended attempt has its cost",
            "SELECT count(*) FROM attempts LEFT JOIN costs ON attempt_id = id WHERE state = 'terminal' AND attempt_id IS NULL",
        ),
        ("no live attempt has a cost", "SELECT count(*) FROM attempts JOIN costs ON attempt_id = id WHERE state <> 'terminal'"),
        (
            "every attempt has used one approval",
            "SELECT count(*) FROM attempts WHERE (SELECT count(*) FROM approvals WHERE used_by = attempts.id) <> 1",
        ),
        ("no task was dialed twice", "SELECT count(*) FROM (SELECT 1 FROM attempts GROUP BY task_id HAVING count(*) > 1)"),
        (
            "every attempt was cleared and every end told in the audit log, once",
            "SELECT count(*) FROM attempts
             WHERE (SELECT count(*) FROM audit WHERE event = 'cleared' AND json_extract(details, '$.attempt') = attempts.id) <> 1
                OR (SELECT count(*) FROM audit WHERE event = 'ended' AND json_extract(details, '$.attempt') = attempts.id) <> (state = 'terminal')",
        ),
        (
            "no audit entry tells of what was not done",
            "SELECT count(*) FROM audit WHERE event = 'cleared' AND json_extract(details, '$.attempt') NOT IN (SELECT id FROM attempts)",
        ),
        (
            "every end is to be told once",
            "SELECT count(*) FROM attempts WHERE (SELECT count(*) FROM outbox WHERE attempt_id = attempts.id) <> (state = 'terminal')",
        ),
        ("no turn stands twice", "SELECT count(*) FROM (SELECT 1 FROM turns GROUP BY attempt_id HAVING count(*) > 3 OR count(*) <> max(number))"),
    ] {
        let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&pool).await.unwrap();
        if count > 0 {
            writeln!(wrong, "{promise}: {count} do not").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    pool.close().await;
}
