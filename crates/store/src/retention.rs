//! Deletes what was kept for as long as it may be.

use assistant::audit::AuditEvent;
use assistant::compliance::retention::{DataClass, Retention};
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::task_store::StoreError;
use telephony::Timestamp;

use crate::attempts::column;
use crate::database::{Store, Survives, key_trouble, told, unavailable};

/// Tasks that ended, or were made and never dialed, before a moment.
const OLD_TASKS: &str = "SELECT id FROM tasks WHERE ?1 = '' AND coalesce((SELECT max(CASE WHEN state = 'terminal' THEN ended_at ELSE 9e18 END) \
                         FROM attempts WHERE task_id = tasks.id), created_at) < ?2 AND length(body) > 0";

impl Store {
    /// Deletes what is over its time; a running call keeps all of its own. Returns how many of each class were deleted.
    ///
    /// # Errors
    /// [`StoreError`]; calling it again goes on.
    pub async fn expire(&self, vault: &dyn RecordingVault, retention: &Retention, now: Timestamp) -> Result<Vec<(DataClass, u64)>, StoreError> {
        let mut expired = Vec::new();
        for (class, kind) in [(DataClass::Recording, ObjectKind::Recording), (DataClass::Trace, ObjectKind::Trace)] {
            if let Some(kept) = retention.of(class) {
                expired.push((class, self.expire_objects(vault, kind, now - kept).await?));
            }
        }
        if let Some(kept) = retention.of(DataClass::Recording) {
            self.expire_awaited(now - kept).await?;
        }
        if let Some(kept) = retention.of(DataClass::Transcript) {
            expired.push((DataClass::Transcript, self.expire_words(now - kept).await?));
        }
        if let Some(kept) = retention.of(DataClass::Task) {
            expired.push((DataClass::Task, self.expire_tasks(vault, now - kept, now).await?));
        }
        expired.retain(|(_, count)| *count > 0);
        for (class, count) in &expired {
            self.note(&AuditEvent::Expired { class: class.as_str().to_owned(), count: *count }, now).await?;
        }
        self.end_erasures(now).await?;
        if !expired.is_empty() {
            self.forget_freed_pages().await?;
        }
        Ok(expired)
    }

    async fn expire_objects(&self, vault: &dyn RecordingVault, kind: ObjectKind, before: Timestamp) -> Result<u64, StoreError> {
        let broken = |error: ports::recording_vault::VaultError| StoreError::Unavailable { what: error.to_string() };
        let mut deleted = 0;
        for object in vault.list().map_err(broken)?.into_iter().filter(|object| object.kind == kind) {
            let select = sqlx::query("SELECT ended_at FROM attempts WHERE id = ?1 UNION ALL SELECT ended_at FROM visits WHERE id = ?1");
            let row = select.bind(object.attempt.as_str()).fetch_optional(self.read()).await.map_err(|error| told(&error))?;
            let ended_at = row.map(|row| column::<Option<i64>>(&row, 0)).transpose()?.flatten();
            if ended_at.is_some_and(|ended_at| ended_at < before.as_millis()) {
                deleted += u64::from(vault.delete(&object.attempt, kind).map_err(broken)?);
            }
        }
        Ok(deleted)
    }

    /// What a carrier still has is not fetched any more, but deleted there.
    async fn expire_awaited(&self, before: Timestamp) -> Result<(), StoreError> {
        let select = sqlx::query("SELECT 1 FROM carrier_recordings WHERE progress = 'wanted' AND since < ? LIMIT 1").bind(before.as_millis());
        if select.fetch_optional(self.read()).await.map_err(|error| told(&error))?.is_none() {
            return Ok(());
        }
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query("UPDATE carrier_recordings SET progress = 'unwanted' WHERE progress = 'wanted' AND since < ?");
        update.bind(before.as_millis()).execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn expire_words(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let mut deleted = 0;
        for sql in [
            "DELETE FROM turns WHERE attempt_id IN (SELECT id FROM attempts WHERE ended_at < ?)",
            "UPDATE visits SET words = NULL WHERE words IS NOT NULL AND ended_at < ?",
        ] {
            let done = sqlx::query(sql).bind(before.as_millis()).execute(&mut *transaction).await.map_err(|error| told(&error))?;
            deleted += done.rows_affected();
        }
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(deleted)
    }

    /// The objects of a task go first: once the task is empty, nobody would find them.
    async fn expire_tasks(&self, vault: &dyn RecordingVault, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        let sql = format!("SELECT id FROM attempts WHERE task_id IN ({OLD_TASKS})");
        let select = sqlx::query(sqlx::AssertSqlSafe(sql)).bind("").bind(before.as_millis());
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        let calls = rows.iter().map(|row| column(row, 0).map(|id: String| telephony::AttemptId::new(id))).collect::<Result<Vec<_>, _>>()?;
        crate::erasure::delete_objects(vault, &calls)?;
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query("UPDATE visits SET caller = NULL, words = NULL WHERE caller IS NOT NULL AND ended_at < ?").bind(before.as_millis());
        let visits = update.execute(&mut *transaction).await.map_err(|error| told(&error))?.rows_affected();
        let ids = sqlx::query(sqlx::AssertSqlSafe(OLD_TASKS)).bind("").bind(before.as_millis());
        let ids = ids.fetch_all(&mut *transaction).await.map_err(|error| told(&error))?;
        let mut emptied = 0;
        for row in &ids {
            let id: String = column(row, 0)?;
            emptied += self.empty_tasks(&mut transaction, "SELECT id FROM tasks WHERE id = ?1 AND ?2 >= 0", &id, now).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(emptied + visits)
    }

    /// Ends erasures that a crash cut off behind the destruction of the key, and erases subjects of whom nothing is left: no call, and
    /// nothing that somebody entered about them. A stop request from a call goes on as its keyed hash.
    async fn end_erasures(&self, now: Timestamp) -> Result<(), StoreError> {
        for subject in self.subjects(crate::erasure::Whose::Everybody).await? {
            let has_key = self.seal.keyring().get(&subject).map_err(key_trouble)?.is_some();
            let select = sqlx::query(
                "SELECT (SELECT count(*) FROM tasks WHERE subject = ?1 AND length(body) > 0)
                      + (SELECT count(*) FROM visits WHERE subject = ?1 AND caller IS NOT NULL)
                      + (SELECT count(*) FROM suppressions WHERE suppressions.callee_key = subjects.barring_key AND attempt_id IS NULL AND length(body) > 0)
                      + (SELECT count(*) FROM consents WHERE consents.callee_key = subjects.callee_key)
                      + (SELECT count(*) FROM line_kinds WHERE line_kinds.callee_key = subjects.callee_key)
                      + (SELECT count(*) FROM standing_approvals WHERE standing_approvals.callee_key = subjects.callee_key)
                 FROM subjects WHERE id = ?1",
            );
            let row = select.bind(&subject).fetch_one(self.read()).await.map_err(|error| told(&error))?;
            if has_key && column::<i64>(&row, 0)? > 0 {
                continue;
            }
            self.seal.keyring().destroy(&subject).map_err(unavailable)?;
            let mut transaction = self.write(Survives::PowerLoss).await?;
            self.empty_subject(&mut transaction, &subject, now).await?;
            self.audit(&mut transaction, now, &AuditEvent::Erased { subject: Some(subject), calls: 0 }).await?;
            transaction.commit().await.map_err(|error| told(&error))?;
        }
        // A number's stand-in that was kept for the caps goes once they do not count it any more.
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query("UPDATE attempts SET callee_key = '' WHERE length(callee) = 0 AND callee_key <> '' AND began_at < ?");
        let update = update.bind((now - assistant::rate_limit::COUNTED_OVER).as_millis());
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        transaction.commit().await.map_err(|error| told(&error))
    }
}
