//! The audit log on disk: it tells what was done, refuses to be changed, and shows where it was.

use std::path::Path;
use std::time::Duration;

use assistant::attempt::AttemptState;
use assistant::audit::Finding;
use assistant::compliance::consent::{Consent, ConsentBasis, Evidence, GivenConsent, Revocation, StatedBy};
use assistant::compliance::do_not_call::{Channel, Lifted, Suppression};
use assistant::compliance::line_kind::KnownLine;
use assistant::compliance::retention::Retention;
use assistant::dialing::Pause;
use assistant::policy::Rules;
use assistant::standing_approval::StandingApproval;
use assistant::task::TaskState;
use assistant::task_plan::TaskPlan;
use dialogue::report::Outcome;
use ports::plan_store::{PlanStore, Planned};
use ports::policy_store::PolicyStore;
use ports::task_store::TaskStore;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use store::contract::{self, NOON};
use store::{Access, Options, Store};
use telephony::cost::Micros;
use telephony::{AttemptId, Disposition, Private};

async fn open(directory: &Path) -> Store {
    Store::open(directory, Options::new(Access::Dialing)).await.unwrap()
}

/// A store in which one call was made, and the callee asked never to be called again: seven entries.
async fn one_call(directory: &Path) -> Store {
    let store = open(directory).await;
    let (task, attempt) = contract::begin(&store, "t1", "a1").await;
    store.advance(&attempt, AttemptState::Dialing, None, NOON).await.unwrap();
    store.advance(&attempt, AttemptState::Dialing, None, NOON).await.unwrap();
    store.opt_out(&task.number, &attempt, NOON).await.unwrap();
    let end = contract::finish(Disposition::Conversed, Some(Outcome::Achieved), 61);
    store.finish_attempt(&attempt, &end, TaskState::Done).await.unwrap();
    store.finish_attempt(&attempt, &end, TaskState::Done).await.unwrap();
    let refusal = assistant::compliance::number_gate::check(
        &telephony::PhoneNumber::parse("+12125550123").unwrap(),
        assistant::task::Line::Real,
        &Rules::default().allowed_regions,
        &[],
    );
    store.refused(&task.id, &refusal.unwrap_err().into(), NOON).await.unwrap();
    store
}

/// Opens the database past the store and without its guards, as somebody would who has the file.
async fn beside(directory: &Path) -> SqlitePool {
    SqlitePool::connect_with(SqliteConnectOptions::new().filename(directory.join("puppetmaster.db"))).await.unwrap()
}

#[tokio::test]
async fn what_was_done_stands_there_once_and_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let store = one_call(directory.path()).await;
    let entries = store.audit_entries(100).await.unwrap();
    let words: Vec<&str> = entries.iter().map(|entry| entry.event.as_str()).collect();
    assert_eq!(words, ["task_made", "approved", "cleared", "dialing", "stop_requested", "ended", "refused"]);
    assert_eq!(entries[1].details["by"], "user");
    assert_eq!(entries[2].details["receipt"], entries[0].details["receipt"], "what was cleared is what was shown");
    assert_eq!(entries[4].details["subject"], entries[0].details["subject"]);
    assert_eq!(entries[6].details["codes"], serde_json::json!(["number.fictional"]));
    assert_eq!(store.audit_entries(2).await.unwrap(), entries[5..], "the newest ones");
    let verified = store.verify_audit(Vec::new()).await.unwrap();
    assert_eq!((verified.entries, verified.findings), (7, Vec::new()));
}

#[tokio::test]
async fn the_database_itself_refuses_changes() {
    let directory = tempfile::tempdir().unwrap();
    let store = one_call(directory.path()).await;
    let pool = beside(directory.path()).await;
    for sql in [
        "UPDATE audit SET event = 'x' WHERE number = 2",
        "DELETE FROM audit WHERE number = 7",
        "INSERT OR REPLACE INTO audit VALUES (2, 0, 'x', '{}', '', '')",
        "INSERT INTO audit VALUES (99, 0, 'x', '{}', '', '')",
    ] {
        let refused = sqlx::query(sql).execute(&pool).await.unwrap_err().to_string();
        assert!(refused.contains("audit log"), "{sql}: {refused}");
    }
    assert_eq!(store.verify_audit(Vec::new()).await.unwrap().findings, []);
}

#[tokio::test]
async fn whoever_takes_the_guards_away_is_found_out() {
    let table = [
        ("UPDATE audit SET at = at + 1 WHERE number = 3", Finding::Changed { number: 3 }),
        ("UPDATE audit SET event = 'x' WHERE number = 7", Finding::Changed { number: 7 }),
        ("UPDATE audit SET details = replace(details, 'user', 'standing_choice') WHERE number = 2", Finding::Changed { number: 2 }),
        ("UPDATE audit SET details = 'no json' WHERE number = 2", Finding::Changed { number: 2 }),
        ("DELETE FROM audit WHERE number IN (3, 4)", Finding::Missing { from: 3, to: 4 }),
        ("DELETE FROM audit WHERE number = 1", Finding::Missing { from: 1, to: 1 }),
        ("UPDATE audit SET number = CASE number WHEN 3 THEN -4 WHEN 4 THEN -3 END WHERE number IN (3, 4)", Finding::Changed { number: 0 }),
        ("INSERT INTO audit SELECT 8, at, event, details, previous, hash FROM audit WHERE number = 7", Finding::Changed { number: 8 }),
        ("DELETE FROM audit WHERE number = 7", Finding::Cut { ends_at: 6, ended_at: 7 }),
        ("DELETE FROM audit", Finding::Cut { ends_at: 0, ended_at: 7 }),
    ];
    for (sql, finding) in table {
        let directory = tempfile::tempdir().unwrap();
        let store = one_call(directory.path()).await;
        let checkpoint = store.checkpoint(NOON).await.unwrap().unwrap();
        let pool = beside(directory.path()).await;
        for guard in ["audit_is_never_changed", "audit_is_never_shortened", "audit_grows_at_its_end"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("DROP TRIGGER {guard}"))).execute(&pool).await.unwrap();
        }
        sqlx::query(sql).execute(&pool).await.unwrap();
        let found = store.verify_audit(vec![checkpoint]).await.unwrap().findings;
        assert_eq!(found.first(), Some(&finding), "{sql}: {found:?}");
    }
}

#[tokio::test]
async fn a_log_longer_than_a_page_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await;
    assert_eq!(store.checkpoint(NOON).await.unwrap(), None, "an empty log has no end");
    for calls in 0..1_203 {
        store.note(&assistant::audit::AuditEvent::Imported { calls }, NOON).await.unwrap();
    }
    let checkpoint = store.checkpoint(NOON).await.unwrap().unwrap();
    let verified = store.verify_audit(vec![checkpoint]).await.unwrap();
    assert_eq!((verified.entries, verified.checkpoints, verified.findings), (1_203, 1, Vec::new()));
}

/// What is undone leaves no entry: row and entry are one transaction.
#[tokio::test]
async fn what_was_not_done_is_not_told() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await;
    let (task, _) = contract::begin(&store, "t1", "a1").await;
    let before = store.audit_entries(100).await.unwrap();
    assert!(store.commit_intent(&task.id, &contract::cleared(&task, "a2", NOON)).await.is_err(), "the approval is used up");
    assert!(store.create_task(&task, &contract::receipt(&task)).await.is_err(), "the identity is taken");
    assert_eq!(store.audit_entries(100).await.unwrap(), before);
}

/// Every change of what the rules ask about has its entry, in the order in which it was made; what changes nothing has none.
#[tokio::test]
async fn every_change_of_the_rules_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).await;
    let (task, receipt) = (contract::task("t1"), contract::receipt(&contract::task("t1")));
    store.create_planned(&task, &receipt, &Planned { plan: TaskPlan::default(), due_at: None }).await.unwrap();
    let mut edited = task.clone();
    edited.context = Private::new(vec![("name".into(), "Sam".into())]);
    store.edit_task(&edited, &contract::receipt(&edited), NOON).await.unwrap();
    let entry = Suppression::stop_request(task.number.clone(), Channel::Installation, AttemptId::new("a9"), NOON);
    assert!(store.suppress("d1", &entry).await.unwrap() && !store.suppress("d2", &entry).await.unwrap(), "it stands already");
    store.lift("d1", &Lifted::by_administrator(NOON, "They have asked for it in a letter.").unwrap()).await.unwrap();
    store.keep_line(&task.number, &KnownLine::default(), NOON).await.unwrap();
    let consent = Consent::new(GivenConsent {
        number: task.number.clone(),
        basis: ConsentBasis::PriorExpress,
        topic: None,
        granted_at: NOON,
        expires_at: None,
        revoked: None,
        evidence: Evidence { stated_by: StatedBy::User, wording: Private::new("She said yes.".into()), artifact_sha256: None },
    });
    store.keep_consent("c1", &consent.unwrap(), NOON).await.unwrap();
    store.revoke_consent("c1", &Revocation { at: NOON, channel: Channel::Writing }).await.unwrap();
    for _ in 0..2 {
        store.pause(&Pause { since: NOON, reason: Some(Private::new("holidays in Rome".into())) }).await.unwrap();
    }
    assert!(store.resume(NOON).await.unwrap() && !store.resume(NOON).await.unwrap());
    let standing = StandingApproval {
        id: "s1".into(),
        number: task.number.clone(),
        task_type: None,
        most_a_call: Micros(180_000),
        given_at: NOON,
        expires_at: NOON + Duration::from_secs(3_600),
        revoked_at: None,
    };
    store.keep_standing_approval(&standing).await.unwrap();
    store.revoke_standing_approval("s1", NOON).await.unwrap();
    assert!(!store.note_retention(&Retention::default(), NOON).await.unwrap(), "as built in");
    let longer = Retention { task_days: 400, ..Retention::default() };
    assert!(store.note_retention(&longer, NOON).await.unwrap() && !store.note_retention(&longer, NOON).await.unwrap());
    store.set_task_state(&task.id, TaskState::Canceled, NOON).await.unwrap();

    let entries = store.audit_entries(100).await.unwrap();
    let words: Vec<&str> = entries.iter().map(|entry| entry.event.as_str()).collect();
    let expected = [
        "task_made",
        "task_edited",
        "barred",
        "lifted",
        "line_kept",
        "consent_kept",
        "consent_revoked",
        "paused",
        "resumed",
        "standing_given",
        "standing_revoked",
        "retention_changed",
        "task_canceled",
    ];
    assert_eq!(words, expected);
    assert_eq!(entries[1].details["receipt"], serde_json::json!(contract::receipt(&edited).hash()));
    assert_eq!(entries[2].details["subject"], entries[0].details["subject"], "one person");
    assert!(entries[11].details["now"].as_str().unwrap().ends_with("task 400"), "{:?}", entries[11]);
    let all = format!("{entries:?}");
    assert!(!all.contains("Rome") && !all.contains("Sam") && !all.contains("She said") && !all.contains("2125550"), "{all}");
    assert_eq!(store.verify_audit(Vec::new()).await.unwrap().findings, []);
}
