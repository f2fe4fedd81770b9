//! Batches: many tasks under one yes, dialed at a pace that is looked at again in the transaction of each clearance.

use std::time::Duration;

use assistant::approval::{Receipt, ReceiptHash};
use assistant::batch::{Batch, Begun, COUNTED_OVER, NextStart, Pace};
use assistant::task::{Task, TaskState};
use async_trait::async_trait;
use ports::batch_store::{ApprovedCall, BatchStore, GivenUp};
use ports::plan_store::Planned;
use ports::task_store::StoreError;
use sqlx::sqlite::SqliteRow;
use sqlx::{SqliteConnection, SqliteExecutor};
use telephony::{TaskId, Timestamp};

use assistant::audit::AuditEvent;

use crate::attempts::{amount, column};
use crate::database::{Store, Survives, told};
use crate::tasks::{receipt_place, state_of};

const COLUMNS: &str = "batches.id, made_at, calls_at_once, calls_an_hour, least_gap_ms, approved, name";

fn name_place(batch: &str) -> String {
    format!("batches.name/{batch}")
}

#[async_trait]
impl BatchStore for Store {
    async fn create_batch(&self, batch: &Batch, calls: &[(Task, Receipt, Planned)]) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let Pace { calls_at_once, calls_an_hour, least_gap } = batch.pace;
        let insert =
            sqlx::query("INSERT INTO batches (id, made_at, calls_at_once, calls_an_hour, least_gap_ms, approved, name) VALUES (?, ?, ?, ?, ?, ?, ?)");
        let insert = insert
            .bind(&batch.id)
            .bind(batch.made_at.as_millis())
            .bind(i64::from(calls_at_once))
            .bind(i64::from(calls_an_hour))
            .bind(i64::try_from(least_gap.as_millis()).unwrap_or(i64::MAX))
            .bind(batch.approved.as_ref().map(ReceiptHash::as_str))
            .bind(self.close_json(&name_place(&batch.id), &batch.name)?);
        insert.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        for ((task, receipt, planned), place) in calls.iter().zip(1..) {
            self.insert_planned_in(&mut transaction, task, receipt, planned, Some((&batch.id, place))).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn batch(&self, id: &str) -> Result<Option<Batch>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM batches WHERE id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id.to_owned()).fetch_optional(self.read()).await.map_err(|error| told(&error))?;
        row.map(|row| self.batch_of_row(&row)).transpose()
    }

    async fn batches(&self, at_most: u32) -> Result<Vec<Batch>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM batches ORDER BY made_at DESC, id DESC LIMIT ?");
        let select = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(i64::from(at_most));
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(|row| self.batch_of_row(row)).collect()
    }

    async fn batch_tasks(&self, id: &str) -> Result<Vec<TaskId>, StoreError> {
        let select = sqlx::query("SELECT task_id FROM plans WHERE batch_id = ? ORDER BY batch_place").bind(id.to_owned());
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(|row| Ok(TaskId::new(column::<String>(row, 0)?))).collect()
    }

    async fn batch_of(&self, task: &TaskId) -> Result<Option<Batch>, StoreError> {
        self.batch_of_in(self.read(), task).await
    }

    async fn batch_begun(&self, id: &str, now: Timestamp) -> Result<Begun, StoreError> {
        let mut connection = self.read().acquire().await.map_err(|error| told(&error))?;
        self.begun_in(&mut connection, id, now).await
    }

    async fn approve_batch(&self, id: &str, approved: &ReceiptHash, calls: &[ApprovedCall]) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query("UPDATE batches SET approved = ? WHERE id = ?").bind(approved.as_str()).bind(id.to_owned());
        if update.execute(&mut *transaction).await.map_err(|error| told(&error))?.rows_affected() != 1 {
            return Err(StoreError::NotFound);
        }
        for call in calls {
            let select = sqlx::query("SELECT receipt, subject FROM tasks JOIN plans ON task_id = tasks.id WHERE tasks.id = ? AND batch_id = ?");
            let row = select.bind(call.task.as_str()).bind(id.to_owned()).fetch_optional(&mut *transaction).await.map_err(|error| told(&error))?;
            let row = row.ok_or(StoreError::Conflict)?;
            let subject: Option<String> = column(&row, 1)?;
            let kept: Option<Receipt> = self.open_for(subject.as_deref(), &receipt_place(&call.task), &column::<Vec<u8>>(&row, 0)?)?;
            let is_as_shown = kept.is_some_and(|kept| kept.hash() == call.kept);
            if !is_as_shown || !self.insert_approval_in(&mut transaction, &call.task, &call.approval).await? {
                return Err(StoreError::Conflict);
            }
            let due = sqlx::query("UPDATE plans SET due_at = ? WHERE task_id = ?").bind(call.due_at.as_millis()).bind(call.task.as_str());
            due.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        }
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn cancel_batch(&self, id: &str, at: Timestamp) -> Result<GivenUp, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let exists = sqlx::query("SELECT 1 FROM batches WHERE id = ?").bind(id.to_owned()).fetch_optional(&mut *transaction).await;
        exists.map_err(|error| told(&error))?.ok_or(StoreError::NotFound)?;
        let select = sqlx::query(
            "SELECT tasks.id, state FROM tasks JOIN plans ON task_id = tasks.id
             WHERE batch_id = ? AND state NOT IN ('done', 'canceled', 'failed') ORDER BY batch_place",
        );
        let rows = select.bind(id.to_owned()).fetch_all(&mut *transaction).await.map_err(|error| told(&error))?;
        let mut given_up = GivenUp::default();
        for row in &rows {
            let task = TaskId::new(column::<String>(row, 0)?);
            given_up.tasks += 1;
            given_up.running += u32::from(state_of(row, 1)? == TaskState::Running);
            let update = sqlx::query("UPDATE tasks SET state = 'canceled' WHERE id = ?").bind(task.as_str());
            update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
            self.audit(&mut transaction, at, &AuditEvent::TaskCanceled { task }).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(given_up)
    }
}

impl Store {
    fn batch_of_row(&self, row: &SqliteRow) -> Result<Batch, StoreError> {
        let count = |index| amount(row, index).map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let id: String = column(row, 0)?;
        let name = column::<Vec<u8>>(row, 6)?;
        Ok(Batch {
            // Erased with everything else.
            name: if name.is_empty() { Default::default() } else { self.open_json(&name_place(&id), &name)? },
            id,
            made_at: Timestamp(column(row, 1)?),
            pace: Pace { calls_at_once: count(2)?, calls_an_hour: count(3)?, least_gap: Duration::from_millis(amount(row, 4)?) },
            approved: column::<Option<String>>(row, 5)?.map(ReceiptHash::new),
        })
    }

    async fn batch_of_in(&self, connection: impl SqliteExecutor<'_>, task: &TaskId) -> Result<Option<Batch>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM batches JOIN plans ON batch_id = batches.id WHERE task_id = ?");
        let select = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(task.as_str());
        let row = select.fetch_optional(connection).await.map_err(|error| told(&error))?;
        row.map(|row| self.batch_of_row(&row)).transpose()
    }

    async fn begun_in(&self, connection: &mut SqliteConnection, batch: &str, now: Timestamp) -> Result<Begun, StoreError> {
        let select = sqlx::query(
            "SELECT began_at, state <> 'terminal' FROM attempts JOIN plans ON plans.task_id = attempts.task_id
             WHERE batch_id = ? AND direction = 'outbound' AND (began_at > ? OR state <> 'terminal') ORDER BY began_at",
        );
        let since = (now - COUNTED_OVER).as_millis();
        let rows = select.bind(batch.to_owned()).bind(since).fetch_all(connection).await.map_err(|error| told(&error))?;
        let mut begun = Begun::default();
        for row in &rows {
            let began_at: i64 = column(row, 0)?;
            if began_at > since {
                begun.at.push(Timestamp(began_at));
            }
            begun.running += u32::from(column::<bool>(row, 1)?);
        }
        Ok(begun)
    }

    /// Says whether the pace of a task's batch leaves no room for one more call at this moment, within the transaction that would
    /// begin it.
    pub(crate) async fn is_out_of_pace(&self, connection: &mut SqliteConnection, task: &TaskId, now: Timestamp) -> Result<bool, StoreError> {
        let Some(batch) = self.batch_of_in(&mut *connection, task).await? else { return Ok(false) };
        let begun = self.begun_in(connection, &batch.id, now).await?;
        Ok(batch.pace.after(&begun, now) != NextStart::At(now))
    }

    /// Takes the yes back from the batch of a task that was changed, and from all its calls that nobody has dialed. Its caller commits.
    pub(crate) async fn void_batch_of(&self, connection: &mut SqliteConnection, task: &TaskId, at: Timestamp) -> Result<(), StoreError> {
        let Some(batch) = self.batch_of_in(&mut *connection, task).await?.filter(|batch| batch.approved.is_some()) else { return Ok(()) };
        for sql in [
            "UPDATE batches SET approved = NULL WHERE id = ?1",
            "UPDATE approvals SET expires_at = min(expires_at, ?2) WHERE used_by IS NULL AND task_id IN (SELECT task_id FROM plans WHERE batch_id = ?1)",
            "UPDATE plans SET due_at = NULL WHERE batch_id = ?1 AND task_id IN (SELECT id FROM tasks WHERE state IN ('approved', 'awaiting_approval'))",
            "UPDATE tasks SET state = 'awaiting_approval' WHERE state = 'approved' AND id IN (SELECT task_id FROM plans WHERE batch_id = ?1)",
        ] {
            let void = sqlx::query(sql).bind(batch.id.clone()).bind(at.as_millis());
            void.execute(&mut *connection).await.map_err(|error| told(&error))?;
        }
        Ok(())
    }
}
