//! The audit log as a user has it: it tells a call, and shows that somebody changed it.

use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::program::Home;

const SHOP: &str = "+12125550123";

fn entries(home: &Home) -> Vec<Value> {
    let ended = home.run(&["audit", "list", "--json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    serde_json::from_str::<Value>(&ended.stdout).unwrap().as_array().unwrap().clone()
}

/// Runs SQL on the database past the program and without its guards.
fn tamper(home: &Home, sql: &'static str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(home.data().join("puppetmaster.db"));
        let pool = SqlitePool::connect_with(options).await.unwrap();
        for guard in ["DROP TRIGGER IF EXISTS audit_is_never_changed", "DROP TRIGGER IF EXISTS audit_is_never_shortened"] {
            sqlx::query(guard).execute(&pool).await.unwrap();
        }
        sqlx::query(sql).execute(&pool).await.unwrap();
        pool.close().await;
    });
}

#[test]
fn a_call_is_told_and_a_changed_log_is_found_out() {
    let home = Home::new();
    let busy = home.run(&["call", "+12125550110", "Ask what time they close today", "--yes"]);
    assert_eq!(busy.code, Some(4), "{busy:?}");
    let log = entries(&home);
    let words: Vec<&str> = log.iter().map(|entry| entry["event"].as_str().unwrap()).collect();
    assert_eq!(words, ["started", "task_made", "approved", "cleared", "dialing", "ended"]);
    assert_eq!((&log[2]["details"]["by"], &log[5]["details"]["disposition"]), (&"standing_choice".into(), &"busy".into()));
    let settings = log[0]["details"]["settings"].to_string();
    assert!(settings.contains("phone_provider=mock") && settings.contains("data_dir=(set)"), "{settings}");
    let text = home.run(&["audit", "list"]).stdout;
    assert!(text.contains("approved") && !text.contains("2125550110") && !format!("{log:?}").contains("2125550110"), "{text}");

    let whole = home.run(&["audit", "verify"]);
    assert_eq!(whole.code, Some(0), "{whole:?}");
    assert!(whole.stdout.starts_with("6 entries, whole and in order; 1 checkpoints agree"), "the run's end wrote one: {whole:?}");

    let elsewhere = home.path().join("elsewhere.jsonl");
    let to = elsewhere.display().to_string();
    assert_eq!(home.run(&["audit", "checkpoint", "--to", &to]).code, Some(0));
    tamper(&home, "DELETE FROM audit WHERE number = 6");
    let cut = home.run(&["audit", "verify", "--checkpoints", &to]);
    cut.fails_with(1, "audit.broken");
    assert!(cut.stderr.contains("the log ends at 5, and a checkpoint saw 6"), "{cut:?}");
    tamper(&home, "UPDATE audit SET details = replace(details, 'standing_choice', 'user') WHERE number = 3");
    let changed = home.run(&["audit", "verify"]);
    changed.fails_with(1, "audit.broken");
    assert!(changed.stderr.contains("entry 3 does not hold what was written"), "{changed:?}");
    std::fs::write(&elsewhere, "not a checkpoint\n").unwrap();
    home.run(&["audit", "verify", "--checkpoints", &to]).fails_with(1, "audit.checkpoints");
}

#[test]
fn a_refusal_at_the_moment_of_dialing_is_told() {
    let home = Home::new();
    // A call to the shop costs nothing; a cap of no call at once refuses it at the gate.
    let refused = home.run(&["--set", "limits.calls_per_business_per_day=1", "call", SHOP, "Ask what time they close today", "--yes", "--strict"]);
    let log = entries(&home);
    let told = log.iter().find(|entry| entry["event"] == "refused");
    // Outside of decent hours the strict rules refuse at once; within them the second call of the day is refused.
    let told = match (refused.code, told) {
        (Some(3), Some(told)) => told.clone(),
        (Some(0 | 4), None) => {
            let again =
                home.run(&["--set", "limits.calls_per_business_per_day=1", "call", SHOP, "Ask what time they close today", "--yes", "--strict"]);
            assert_eq!(again.code, Some(3), "{again:?}");
            entries(&home).into_iter().find(|entry| entry["event"] == "refused").unwrap()
        }
        other => panic!("{other:?} {refused:?}"),
    };
    let code = told["details"]["codes"][0].as_str().unwrap();
    assert!(["hours.outside", "cap.number"].contains(&code), "{told}");
}
