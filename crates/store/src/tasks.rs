//! Tasks, their receipts and approvals.

use assistant::approval::{Approval, ApprovedBy, Receipt, ReceiptHash};
use assistant::audit::AuditEvent;
use assistant::task::{Task, TaskState};
use assistant::task_filter::{Page, TaskFilter};
use ports::task_store::StoreError;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, SqliteExecutor};
use telephony::{TaskId, Timestamp};

use crate::attempts::{amount, column, word};
use crate::database::{Store, Survives, stored, told};

/// Stands before the name of the standing approval that has approved a task.
pub(crate) const STANDING: &str = "standing:";

impl Store {
    pub(crate) async fn insert_task(&self, task: &Task, receipt: &Receipt) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        self.insert_task_in(&mut transaction, task, receipt).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    /// Inserts a task; its caller commits.
    pub(crate) async fn insert_task_in(&self, connection: &mut SqliteConnection, task: &Task, receipt: &Receipt) -> Result<(), StoreError> {
        let subject = self.subject_of(connection, &task.number, task.created_at).await?;
        sqlx::query("INSERT INTO tasks (id, state, created_at, task_type, body, receipt, subject) VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(task.id.as_str())
            .bind(task.state.as_str())
            .bind(task.created_at.as_millis())
            .bind(word(&task.task_type)?)
            .bind(self.close_for(&subject, &task_place(&task.id), task)?)
            .bind(self.close_for(&subject, &receipt_place(&task.id), receipt)?)
            .bind(&subject)
            .execute(&mut *connection)
            .await
            .map_err(|error| told(&error))?;
        let made = AuditEvent::TaskMade { task: task.id.clone(), subject, receipt: receipt.hash() };
        self.audit(connection, task.created_at, &made).await
    }

    pub(crate) async fn select_task(&self, id: &TaskId) -> Result<Option<Task>, StoreError> {
        self.task_in(self.read(), id).await
    }

    /// Reads a task, within a transaction or outside of one.
    pub(crate) async fn task_in(&self, connection: impl SqliteExecutor<'_>, id: &TaskId) -> Result<Option<Task>, StoreError> {
        let select = sqlx::query("SELECT id, state, body, subject FROM tasks WHERE id = ?").bind(id.as_str());
        let row = select.fetch_optional(connection).await.map_err(|error| told(&error))?;
        Ok(row.map(|row| self.task_of(&row)).transpose()?.flatten())
    }

    pub(crate) async fn select_receipt(&self, id: &TaskId) -> Result<Option<Receipt>, StoreError> {
        let select = sqlx::query("SELECT receipt, subject FROM tasks WHERE id = ?").bind(id.as_str());
        let row = select.fetch_optional(self.read()).await.map_err(|error| told(&error))?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Vec<u8> = row.try_get(0).map_err(|error| told(&error))?;
        self.open_for(column::<Option<String>>(&row, 1)?.as_deref(), &receipt_place(id), &sealed)
    }

    pub(crate) async fn select_tasks(&self, filter: &TaskFilter, page: Page) -> Result<Vec<Task>, StoreError> {
        let mut select = self.listed("SELECT id, state, body, subject", filter)?;
        select.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(i64::from(page.at_most));
        select.push(" OFFSET ").push_bind(stored(page.skip));
        let rows = select.build().fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().filter_map(|row| self.task_of(row).transpose()).collect()
    }

    pub(crate) async fn count_listed(&self, filter: &TaskFilter) -> Result<u64, StoreError> {
        let mut select = self.listed("SELECT count(*)", filter)?;
        amount(&select.build().fetch_one(self.read()).await.map_err(|error| told(&error))?, 0)
    }

    /// Returns the beginning of a question about the tasks that are wanted. The index `tasks_listed` answers all of it, but for the bodies.
    fn listed(&self, what: &str, filter: &TaskFilter) -> Result<QueryBuilder<Sqlite>, StoreError> {
        let mut select = QueryBuilder::new(what);
        select.push(" FROM tasks WHERE length(body) > 0");
        one_of(&mut select, "state", filter.states.iter().map(|state| Ok(state.as_str().to_owned())))?;
        one_of(&mut select, "task_type", filter.task_types.iter().map(word))?;
        if let Some(callee) = &filter.callee {
            let callee_key = self.seal.lookup(callee.as_e164());
            select.push(" AND subject IN (SELECT id FROM subjects WHERE erased_at IS NULL AND callee_key = ").push_bind(callee_key).push(")");
        }
        if let Some(since) = filter.since {
            select.push(" AND created_at >= ").push_bind(since.as_millis());
        }
        if let Some(until) = filter.until {
            select.push(" AND created_at < ").push_bind(until.as_millis());
        }
        Ok(select)
    }

    pub(crate) async fn update_task_state(&self, id: &TaskId, next: TaskState, at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let select = sqlx::query("SELECT state FROM tasks WHERE id = ?").bind(id.as_str());
        let row = select.fetch_optional(&mut *transaction).await.map_err(|error| told(&error))?;
        let state = state_of(&row.ok_or(StoreError::NotFound)?, 0)?;
        if !state.may_become(next) {
            return Err(StoreError::Conflict);
        }
        let update = sqlx::query("UPDATE tasks SET state = ? WHERE id = ?").bind(next.as_str()).bind(id.as_str());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        if next == TaskState::Canceled {
            self.audit(&mut transaction, at, &AuditEvent::TaskCanceled { task: id.clone() }).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))
    }

    pub(crate) async fn insert_approval(&self, id: &TaskId, approval: &Approval) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let exists = sqlx::query("SELECT 1 FROM tasks WHERE id = ?").bind(id.as_str()).fetch_optional(&mut *transaction).await;
        if exists.map_err(|error| told(&error))?.is_none() {
            return Err(StoreError::NotFound);
        }
        self.insert_approval_in(&mut transaction, id, approval).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    /// Inserts an approval and approves its task if that waited for it; its caller commits. Returns whether it did.
    pub(crate) async fn insert_approval_in(&self, connection: &mut SqliteConnection, id: &TaskId, approval: &Approval) -> Result<bool, StoreError> {
        let by = match &approval.by {
            ApprovedBy::User => "user".to_owned(),
            ApprovedBy::StandingChoice => "standing_choice".to_owned(),
            ApprovedBy::Renewal => "renewal".to_owned(),
            ApprovedBy::Standing(id) => format!("{STANDING}{id}"),
        };
        sqlx::query(
            "INSERT INTO approvals (task_id, number, receipt_hash, approved_at, expires_at, approved_by)
             SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5 FROM approvals WHERE task_id = ?1",
        )
        .bind(id.as_str())
        .bind(approval.receipt_hash.as_str())
        .bind(approval.approved_at.as_millis())
        .bind(approval.expires_at.as_millis())
        .bind(by)
        .execute(&mut *connection)
        .await
        .map_err(|error| told(&error))?;
        let update = sqlx::query("UPDATE tasks SET state = 'approved' WHERE id = ? AND state = 'awaiting_approval'").bind(id.as_str());
        let updated = update.execute(&mut *connection).await.map_err(|error| told(&error))?;
        let approved =
            AuditEvent::Approved { task: id.clone(), receipt: approval.receipt_hash.clone(), by: approval.by.clone(), until: approval.expires_at };
        self.audit(connection, approval.approved_at, &approved).await?;
        Ok(updated.rows_affected() == 1)
    }

    pub(crate) async fn select_approval(&self, id: &TaskId) -> Result<Option<(Approval, bool)>, StoreError> {
        let select = sqlx::query(
            "SELECT receipt_hash, approved_at, expires_at, approved_by, used_by IS NOT NULL
             FROM approvals WHERE task_id = ? ORDER BY number DESC LIMIT 1",
        );
        let row = select.bind(id.as_str()).fetch_optional(self.read()).await.map_err(|error| told(&error))?;
        row.map(|row| approval_of(&row)).transpose()
    }

    /// `None` if the task was erased.
    fn task_of(&self, row: &SqliteRow) -> Result<Option<Task>, StoreError> {
        let id: String = row.try_get(0).map_err(|error| told(&error))?;
        let sealed: Vec<u8> = row.try_get(2).map_err(|error| told(&error))?;
        let subject: Option<String> = column(row, 3)?;
        let Some(mut task) = self.open_for::<Task>(subject.as_deref(), &task_place(&TaskId::new(id)), &sealed)? else { return Ok(None) };
        task.state = state_of(row, 1)?;
        Ok(Some(task))
    }
}

pub(crate) fn task_place(id: &TaskId) -> String {
    format!("tasks.body/{id}")
}

pub(crate) fn receipt_place(id: &TaskId) -> String {
    format!("tasks.receipt/{id}")
}

/// Narrows a question to rows whose column is one of some words; to no row less if there are none.
fn one_of(select: &mut QueryBuilder<Sqlite>, column: &str, words: impl Iterator<Item = Result<String, StoreError>>) -> Result<(), StoreError> {
    let words = words.collect::<Result<Vec<_>, _>>()?;
    if words.is_empty() {
        return Ok(());
    }
    select.push(format!(" AND {column} IN ("));
    let mut list = select.separated(", ");
    for word in words {
        list.push_bind(word);
    }
    select.push(")");
    Ok(())
}

pub(crate) fn state_of(row: &SqliteRow, column: usize) -> Result<TaskState, StoreError> {
    let word: String = row.try_get(column).map_err(|error| told(&error))?;
    TaskState::from_word(&word).ok_or(StoreError::Corrupt)
}

fn approval_of(row: &SqliteRow) -> Result<(Approval, bool), StoreError> {
    let read = || -> Result<_, sqlx::Error> {
        let (hash, by): (String, String) = (row.try_get(0)?, row.try_get(3)?);
        Ok((hash, row.try_get::<i64, _>(1)?, row.try_get::<i64, _>(2)?, by, row.try_get::<bool, _>(4)?))
    };
    let (hash, approved_at, expires_at, by, is_used) = read().map_err(|error| told(&error))?;
    let by = match by.as_str() {
        "user" => ApprovedBy::User,
        "standing_choice" => ApprovedBy::StandingChoice,
        "renewal" => ApprovedBy::Renewal,
        other => ApprovedBy::Standing(other.strip_prefix(STANDING).ok_or(StoreError::Corrupt)?.to_owned()),
    };
    let approval = Approval { receipt_hash: ReceiptHash::new(hash), approved_at: Timestamp(approved_at), expires_at: Timestamp(expires_at), by };
    Ok((approval, is_used))
}
