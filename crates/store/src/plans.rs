//! Plans of tasks: how each is carried out and when it is due.

use assistant::approval::{Approval, Receipt};
use assistant::audit::AuditEvent;
use assistant::series::Series;
use assistant::task::{Task, TaskState};
use assistant::task_plan::TaskPlan;
use async_trait::async_trait;
use ports::plan_store::{Occurrence, PlanStore, Planned};
use ports::task_store::StoreError;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use telephony::{AttemptId, TaskId, Timestamp};

use crate::attempts::{amount, column, word};
use crate::database::{Store, Survives, told};
use crate::tasks::{receipt_place, state_of, task_place};

fn plan_place(task: &TaskId) -> String {
    format!("plans.body/{task}")
}

fn ids(rows: &[SqliteRow]) -> Result<Vec<TaskId>, StoreError> {
    rows.iter().map(|row| Ok(TaskId::new(column::<String>(row, 0)?))).collect()
}

#[async_trait]
impl PlanStore for Store {
    async fn create_planned(&self, task: &Task, receipt: &Receipt, planned: &Planned) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        self.insert_planned_in(&mut transaction, task, receipt, planned, None).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn edit_task(&self, task: &Task, receipt: &Receipt, at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let select = sqlx::query("SELECT state FROM tasks WHERE id = ?").bind(task.id.as_str());
        let row = select.fetch_optional(&mut *transaction).await.map_err(|error| told(&error))?;
        let state = state_of(&row.ok_or(StoreError::NotFound)?, 0)?;
        if !matches!(state, TaskState::Draft | TaskState::AwaitingApproval | TaskState::Approved) {
            return Err(StoreError::Conflict);
        }
        let subject = self.subject_of(&mut transaction, &task.number, task.created_at).await?;
        let update = sqlx::query("UPDATE tasks SET state = ?, task_type = ?, body = ?, receipt = ?, subject = ? WHERE id = ?")
            .bind(task.state.as_str())
            .bind(word(&task.task_type)?)
            .bind(self.close_for(&subject, &task_place(&task.id), task)?)
            .bind(self.close_for(&subject, &receipt_place(&task.id), receipt)?)
            .bind(&subject)
            .bind(task.id.as_str());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        self.void_batch_of(&mut transaction, &task.id, at).await?;
        self.audit(&mut transaction, at, &AuditEvent::TaskEdited { task: task.id.clone(), receipt: receipt.hash() }).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn plan(&self, task: &TaskId) -> Result<Option<Planned>, StoreError> {
        let select = sqlx::query("SELECT due_at, body FROM plans WHERE task_id = ?").bind(task.as_str());
        let row = select.fetch_optional(self.read()).await.map_err(|error| told(&error))?;
        let Some(row) = row else { return Ok(None) };
        let plan: TaskPlan = self.open_json(&plan_place(task), &column::<Vec<u8>>(&row, 1)?)?;
        Ok(Some(Planned { plan, due_at: column::<Option<i64>>(&row, 0)?.map(Timestamp) }))
    }

    async fn set_due(&self, task: &TaskId, due_at: Option<Timestamp>) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query("UPDATE plans SET due_at = ? WHERE task_id = ?").bind(due_at.map(Timestamp::as_millis)).bind(task.as_str());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn due(&self, now: Timestamp, at_most: u32) -> Result<Vec<TaskId>, StoreError> {
        let select = sqlx::query(
            "SELECT task_id FROM (
                 SELECT task_id, priority, due_at, created_at, row_number() OVER (
                     PARTITION BY coalesce(batch_id, task_id) ORDER BY priority DESC, due_at, batch_place, created_at, task_id
                 ) AS place
                 FROM plans JOIN tasks ON tasks.id = task_id WHERE state = 'approved' AND due_at <= ? AND length(tasks.body) > 0
             )
             WHERE place = 1 ORDER BY priority DESC, due_at, created_at, task_id LIMIT ?",
        );
        let rows = select.bind(now.as_millis()).bind(i64::from(at_most)).fetch_all(self.read()).await;
        ids(&rows.map_err(|error| told(&error))?)
    }

    async fn pending(&self) -> Result<u64, StoreError> {
        let select = sqlx::query(
            "SELECT count(*) FROM plans JOIN tasks ON tasks.id = task_id WHERE state = 'running' OR state = 'approved' AND due_at IS NOT NULL",
        );
        amount(&select.fetch_one(self.read()).await.map_err(|error| told(&error))?, 0)
    }

    async fn undecided(&self) -> Result<Vec<TaskId>, StoreError> {
        let select = sqlx::query(
            "SELECT task_id FROM plans JOIN tasks ON tasks.id = task_id WHERE state = 'awaiting_approval' AND due_at IS NOT NULL
             AND EXISTS (SELECT 1 FROM attempts WHERE attempts.task_id = plans.task_id) ORDER BY due_at, task_id",
        );
        ids(&select.fetch_all(self.read()).await.map_err(|error| told(&error))?)
    }

    async fn try_again(&self, task: &TaskId, approval: &Approval, due_at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        if !self.insert_approval_in(&mut transaction, task, approval).await? {
            return Err(StoreError::Conflict);
        }
        let update = sqlx::query("UPDATE plans SET due_at = ? WHERE task_id = ?").bind(due_at.as_millis()).bind(task.as_str());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn given_up(&self) -> Result<Vec<AttemptId>, StoreError> {
        let select = sqlx::query(
            "SELECT attempts.id FROM attempts JOIN tasks ON tasks.id = task_id WHERE attempts.state <> 'terminal' AND tasks.state = 'canceled'",
        );
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(|row| Ok(AttemptId::new(column::<String>(row, 0)?))).collect()
    }

    async fn to_follow(&self, now: Timestamp) -> Result<Vec<TaskId>, StoreError> {
        let select = sqlx::query(
            "SELECT task_id FROM plans JOIN tasks ON tasks.id = task_id
             WHERE next_at IS NOT NULL AND (next_at <= ? OR state IN ('done', 'canceled', 'failed')) ORDER BY next_at, task_id",
        );
        let rows = select.bind(now.as_millis()).fetch_all(self.read()).await;
        ids(&rows.map_err(|error| told(&error))?)
    }

    async fn follow(&self, task: &TaskId, former: TaskState, next: &Occurrence) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let made = sqlx::query("UPDATE plans SET next_at = NULL WHERE task_id = ? AND next_at IS NOT NULL").bind(task.as_str());
        if made.execute(&mut *transaction).await.map_err(|error| told(&error))?.rows_affected() != 1 {
            return Err(StoreError::Conflict);
        }
        let at = next.task.created_at;
        let over = sqlx::query("UPDATE tasks SET state = ? WHERE id = ? AND state IN ('draft', 'awaiting_approval', 'approved')");
        let over = over.bind(former.as_str()).bind(task.as_str()).execute(&mut *transaction).await.map_err(|error| told(&error))?;
        if over.rows_affected() == 1 && former == TaskState::Canceled {
            self.audit(&mut transaction, at, &AuditEvent::TaskCanceled { task: task.clone() }).await?;
        }
        self.insert_planned_in(&mut transaction, &next.task, &next.receipt, &next.planned, None).await?;
        if let Some(approval) = &next.approval {
            self.insert_approval_in(&mut transaction, &next.task.id, approval).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn set_series(&self, task: &TaskId, series: Option<&Series>) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let select = sqlx::query("SELECT body, next_at FROM plans WHERE task_id = ?").bind(task.as_str());
        let row = select.fetch_optional(&mut *transaction).await.map_err(|error| told(&error))?.ok_or(StoreError::NotFound)?;
        let mut plan: TaskPlan = self.open_json(&plan_place(task), &column::<Vec<u8>>(&row, 0)?)?;
        let is_made = column::<Option<i64>>(&row, 1)?.is_none() && plan.series.as_ref().is_some_and(|series| series.next_at().is_some());
        if is_made {
            return Err(StoreError::Conflict);
        }
        plan.series = series.cloned();
        let update = sqlx::query("UPDATE plans SET body = ?, next_at = ? WHERE task_id = ?")
            .bind(self.close_json(&plan_place(task), &plan)?)
            .bind(next_at(&plan))
            .bind(task.as_str());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }
}

fn next_at(plan: &TaskPlan) -> Option<i64> {
    plan.series.as_ref().and_then(Series::next_at).map(Timestamp::as_millis)
}

impl Store {
    /// Inserts a task with its plan, as the call of a batch if it is one: which batch, and which of its calls. Its caller commits.
    pub(crate) async fn insert_planned_in(
        &self,
        connection: &mut SqliteConnection,
        task: &Task,
        receipt: &Receipt,
        planned: &Planned,
        batch: Option<(&str, i64)>,
    ) -> Result<(), StoreError> {
        self.insert_task_in(connection, task, receipt).await?;
        sqlx::query("INSERT INTO plans (task_id, priority, due_at, body, next_at, batch_id, batch_place) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(task.id.as_str())
            .bind(planned.plan.priority.rank())
            .bind(planned.due_at.map(Timestamp::as_millis))
            .bind(self.close_json(&plan_place(&task.id), &planned.plan)?)
            .bind(next_at(&planned.plan))
            .bind(batch.map(|(id, _)| id.to_owned()))
            .bind(batch.map(|(_, place)| place))
            .execute(connection)
            .await
            .map_err(|error| told(&error))?;
        Ok(())
    }
}
