//! The gate over a database of which one table after another cannot be read: what cannot be asked is a no, and no dial is written down.

use assistant::approval::{Approval, ApprovedBy};
use assistant::policy::Decision;
use assistant::task::{Task, TaskState};
use ports::task_store::{StoreError, TaskStore};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use telephony::AttemptId;

use crate::office::{Office, TEN};

/// An approved task, and the database below it.
struct Scene {
    office: Office,
    task: Task,
    pool: SqlitePool,
}

impl Scene {
    async fn new() -> Self {
        let office = Office::open().await;
        let task = office.desk.task(Office::errand("Ask what time they close today"), TaskState::AwaitingApproval).unwrap();
        let receipt = office.desk.receipt(&task).await.unwrap();
        office.store.create_task(&task, &receipt).await.unwrap();
        let approval = Approval::of(&receipt, ApprovedBy::User, TEN, Approval::LONGEST);
        office.store.approve(&task.id, &approval).await.unwrap();
        // A second connection would believe for a while that a table has the name that the first one took from it.
        let options = SqliteConnectOptions::new().filename(office.database()).foreign_keys(false);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        Self { office, task, pool }
    }

    async fn decide(&self) -> Result<Decision, StoreError> {
        let receipt = self.office.desk.receipt(&self.task).await?;
        self.office.desk.gate.decide(&self.task.id, &receipt, &AttemptId::new("a1")).await
    }

    async fn tables(&self) -> Vec<String> {
        let select = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx_%' ORDER BY name";
        sqlx::query_scalar(select).fetch_all(&self.pool).await.unwrap()
    }

    async fn rename(&self, from: &str, to: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("ALTER TABLE {from} RENAME TO {to}"))).execute(&self.pool).await.unwrap();
    }

    async fn attempts(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM attempts").fetch_one(&self.pool).await.unwrap()
    }
}

#[tokio::test]
async fn every_question_that_cannot_be_answered_is_a_no() {
    let scene = Scene::new().await;
    assert!(scene.decide().await.unwrap().verdict.is_ok(), "nothing speaks against it");
    let mut asked = Vec::new();
    for table in scene.tables().await {
        scene.rename(&table, "gone").await;
        match scene.decide().await {
            Err(_) => asked.push(table.clone()),
            Ok(decision) => assert!(decision.verdict.is_ok(), "{table} cannot be read, and that is taken for something else"),
        }
        scene.rename("gone", &table).await;
    }
    assert!(scene.decide().await.unwrap().verdict.is_ok(), "all is there again");
    let rules = ["approvals", "attempts", "consents", "costs", "expenses", "line_kinds", "pause", "registries", "suppressions", "tasks"];
    assert!(rules.iter().all(|table| asked.iter().any(|asked| asked == table)), "{asked:?}");
}

#[tokio::test]
async fn a_dial_that_cannot_be_written_down_whole_is_not_written_at_all() {
    let mut needed = Vec::new();
    for table in Scene::new().await.tables().await {
        let scene = Scene::new().await;
        let cleared = scene.decide().await.unwrap().verdict.unwrap();
        scene.rename(&table, "gone").await;
        let written = scene.office.store.commit_intent(&scene.task.id, &cleared).await;
        scene.rename("gone", &table).await;
        match written {
            Err(_) => {
                assert_eq!(scene.attempts().await, 0, "{table}");
                assert_eq!(scene.office.state(&scene.task.id).await, TaskState::Approved, "{table}");
                scene.office.store.commit_intent(&scene.task.id, &cleared).await.unwrap();
                needed.push(table);
            }
            Ok(()) => assert_eq!(scene.attempts().await, 1, "{table}"),
        }
    }
    let written = ["approvals", "attempts", "audit", "decisions", "plans", "tasks"];
    assert!(written.iter().all(|table| needed.iter().any(|needed| needed == table)), "{needed:?}");
}
