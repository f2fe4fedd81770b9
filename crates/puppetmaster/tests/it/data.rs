//! What is kept of a callee can be taken out, read in elsewhere, and erased for good.

use std::path::Path;
use std::time::Duration;

use ::assistant::task::TaskState;
use ports::clock::Clock;
use ports::task_store::{Finish, TaskStore};
use puppetmaster::wiring::SystemClock;
use serde_json::Value;
use store::{Access, Options, Store, contract};
use telephony::Disposition;

use crate::program::Home;

const SHOP: &str = "+12125550123";
const OTHER: &str = "+12125550110";
const ASK: &str = "Ask what time they close today";

fn call(home: &Home, number: &str, code: i32) -> Option<Value> {
    let ended = home.run(&["call", number, ASK, "--yes", "--json", "--for", "Quentin Planted"]);
    assert_eq!(ended.code, Some(code), "{ended:?}");
    serde_json::from_str(&ended.stdout).ok()
}

fn files(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push((path.clone(), std::fs::read(&path).unwrap())) }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(drop).unwrap() }
    }
}

fn has(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

fn shown(home: &Home, task: &str) -> Value {
    serde_json::from_str(&home.run(&["task", "show", task, "--json"]).stdout).unwrap()
}

#[test]
fn an_export_read_in_elsewhere_is_the_same() {
    let home = Home::new();
    let report = call(&home, SHOP, 0).unwrap();
    call(&home, OTHER, 4);
    let (task, attempt) = (report["task"].as_str().unwrap(), report["attempt"].as_str().unwrap());
    let folder = home.path().join("export");
    let to = folder.display().to_string();
    let exported = home.run(&["data", "export", "--number", SHOP, "--to", &to]);
    assert_eq!(exported.code, Some(0), "{exported:?}");
    let rows = std::fs::read_to_string(folder.join("export.json")).unwrap();
    assert!(rows.contains(SHOP) && rows.contains("Quentin Planted") && rows.contains("21:00") && !rows.contains(OTHER), "the shop's alone");
    assert!(std::fs::read(folder.join(format!("{attempt}.wav"))).unwrap().starts_with(b"RIFF"));
    home.run(&["data", "export", "--number", SHOP, "--to", &to]).fails_with(1, "data.file");

    let elsewhere = Home::new();
    let read = elsewhere.run(&["data", "import", &to]);
    assert_eq!(read.code, Some(0), "{read:?}");
    assert_eq!(shown(&elsewhere, task), shown(&home, task));
    for command in ["recording", "replay"] {
        let wav = elsewhere.path().join("call.wav").display().to_string();
        let args = if command == "recording" { vec![command, attempt, "--to", &wav] } else { vec![command, attempt] };
        assert_eq!(elsewhere.run(&args).code, Some(0), "{command}");
    }
    elsewhere.run(&["data", "import", &to]).fails_with(1, "data.there");
    std::fs::write(folder.join("export.json"), "{\"form\": \"something\"}").unwrap();
    elsewhere.run(&["data", "import", &to]).fails_with(1, "data.file");
    assert_eq!(elsewhere.run(&["audit", "verify"]).code, Some(0));
}

#[test]
fn an_erased_callee_is_nowhere_and_does_not_come_back_from_a_backup() {
    let home = Home::new();
    let report = call(&home, SHOP, 0).unwrap();
    let kept = call(&home, OTHER, 4).unwrap();
    let (task, attempt) = (report["task"].as_str().unwrap(), report["attempt"].as_str().unwrap());
    let before = home.run(&["stats", "--json"]).stdout;
    // Sealed bytes of the callee, to be looked for afterwards: a piece of the recording.
    let recording = home.data().join("objects").join(format!("{attempt}.recording.sealed"));
    let ciphertext = std::fs::read(&recording).unwrap()[100..164].to_vec();
    let backup = home.path().join("backup");
    copy(&home.data(), &backup);
    assert!(files(&backup).iter().any(|(_, bytes)| has(bytes, &ciphertext)));

    home.run(&["data", "erase", "--number", SHOP]).fails_with(3, "data.not_agreed");
    assert!(recording.exists());
    let erased = home.run(&["data", "erase", "--number", SHOP, "--yes"]);
    assert_eq!(erased.code, Some(0), "{erased:?}");
    assert!(erased.stdout.contains("erased 1 callees with 1 calls"), "{erased:?}");
    for (path, bytes) in files(&home.data()) {
        for secret in [SHOP.as_bytes(), &b"2125550123"[..], &b"Quentin"[..], &b"21:00"[..], ciphertext.as_slice()] {
            assert!(!has(&bytes, secret), "something of the callee lies in {}", path.display());
        }
    }
    home.run(&["task", "show", task]).fails_with(1, "command.no_such_task");
    home.run(&["replay", attempt]).fails_with(1, "trace.unknown");
    assert_eq!(shown(&home, kept["task"].as_str().unwrap())["task"]["number"], OTHER, "others stay");
    assert_eq!(home.run(&["stats", "--json"]).stdout, before, "what calls were stays true");
    assert_eq!(home.run(&["audit", "verify"]).code, Some(0), "and the audit log whole");
    let log = home.run(&["audit", "list"]).stdout;
    assert!(log.contains("erased"), "{log}");

    // Yesterday's database and objects, with today's keys: nothing of the callee opens.
    for name in ["puppetmaster.db", "puppetmaster.db-wal", "puppetmaster.db-shm"] {
        let _ = std::fs::remove_file(home.data().join(name));
        let _ = std::fs::copy(backup.join(name), home.data().join(name));
    }
    copy(&backup.join("objects"), &home.data().join("objects"));
    home.run(&["task", "show", task]).fails_with(1, "command.no_such_task");
    home.run(&["replay", attempt]).fails_with(1, "trace.unknown");
    let wav = home.path().join("call.wav").display().to_string();
    home.run(&["recording", attempt, "--to", &wav]).fails_with(1, "recording.unknown");
    assert_eq!(shown(&home, kept["task"].as_str().unwrap())["task"]["number"], OTHER);
    // The number can be called again, as somebody new; and the sweep ends what the backup brought back.
    call(&home, SHOP, 0).unwrap();
    assert_eq!(home.run(&["data", "sweep"]).code, Some(0));
    assert_eq!(home.run(&["audit", "verify"]).code, Some(1), "the log of yesterday lacks the erasure, and a checkpoint tells");
}

#[test]
fn another_master_key_changes_nothing_that_is_kept() {
    let home = Home::new();
    let kept = call(&home, OTHER, 4).unwrap();
    let task = kept["task"].as_str().unwrap();
    let (before, old) = (shown(&home, task), std::fs::read(home.data().join("vault.key")).unwrap());
    let rotated = home.run(&["data", "rotate-key"]);
    assert_eq!(rotated.code, Some(0), "{rotated:?}");
    assert_eq!(shown(&home, task), before);
    assert_eq!(home.run(&["audit", "verify"]).code, Some(0));
    std::fs::write(home.data().join("vault.key"), old).unwrap();
    home.run(&["task", "list"]).fails_with(1, "store.wrong_key");
}

/// Writes a call into the books that ended three days ago.
fn old_call(home: &Home) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&home.data(), Options::new(Access::Dialing)).await.unwrap();
        let (_, attempt) = contract::begin(&store, "old", "old-1").await;
        store.append_turn(&attempt, 1, &contract::turn(1, "We close at nine.")).await.unwrap();
        let at = SystemClock.now() - Duration::from_secs(3 * 86_400);
        let end = Finish { at, ..contract::finish(Disposition::Conversed, None, 61) };
        store.finish_attempt(&attempt, &end, TaskState::Done).await.unwrap();
        store.close().await;
    });
}

#[test]
fn what_is_over_its_time_goes_and_the_rest_stays() {
    let home = Home::new();
    let kept = call(&home, OTHER, 4).unwrap();
    let swept = home.run(&["data", "sweep"]);
    assert!(swept.stdout.contains("nothing is over its time"), "{swept:?}");
    old_call(&home);
    assert_eq!(home.run(&["task", "show", "old"]).code, Some(0));
    let swept = home.run(&["--set", "retention.task_days=2", "--set", "retention.transcript_days=1", "data", "sweep"]);
    assert!(swept.stdout.contains("1  transcript") && swept.stdout.contains("1  task"), "{swept:?}");
    home.run(&["task", "show", "old"]).fails_with(1, "command.no_such_task");
    assert_eq!(shown(&home, kept["task"].as_str().unwrap())["task"]["number"], OTHER);
    let record = home.run(&["data", "processing-record"]);
    assert!(record.code == Some(0) && record.stdout.contains("# Record of processing activities"), "{record:?}");
}
