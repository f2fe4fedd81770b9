//! Erasing somebody: their key is destroyed first, then what it had sealed is deleted.
//!
//! What stays is that there were calls, when, how long, how they ended and what they cost, and a stop request, if there was
//! one, as a keyed hash of the number: a wish not to be called outlives everything else. Erasing again does no harm, and ends what
//! a crash cut off.

use std::time::Duration;

use assistant::audit::AuditEvent;
use ports::recording_vault::{ObjectKind, RecordingVault};
use ports::secret_store::SecretStore;
use ports::task_store::StoreError;
use sqlx::{SqliteConnection, SqliteExecutor};
use telephony::{AttemptId, PhoneNumber, Timestamp};

use crate::attempts::column;
use crate::database::{Store, Survives, told, unavailable};

/// The caps count a number's attempts over this; until then its keyed hash stays, so that erasing does not lift a cap.
const COUNTED_OVER: Duration = assistant::rate_limit::COUNTED_OVER;

/// Whose data is meant.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// The user's: everything.
    Everybody,
    /// That of and about one callee.
    Callee(&'a PhoneNumber),
}

/// What was erased.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Erased {
    /// How many subjects.
    pub subjects: u64,
    /// How many of their calls.
    pub calls: u64,
}

impl Store {
    /// Erases somebody. On disk when it returns; nothing of them can be read any more, also not from copies of database and
    /// objects.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a call of theirs is running: nothing was erased yet, unless it began while others of everybody
    /// were being erased. Other [`StoreError`]s: erase again.
    pub async fn erase(&self, vault: &dyn RecordingVault, whose: Whose<'_>, now: Timestamp) -> Result<Erased, StoreError> {
        let subjects = self.subjects(whose).await?;
        for subject in &subjects {
            if has_live_call(self.read(), subject).await? {
                return Err(StoreError::Conflict);
            }
        }
        let mut erased = Erased::default();
        for subject in &subjects {
            // Nobody else writes while this transaction is open, so no call of theirs begins between the look and the end of their key.
            let mut transaction = self.write(Survives::PowerLoss).await?;
            if has_live_call(&mut *transaction, subject).await? {
                return Err(StoreError::Conflict);
            }
            let calls = self.calls_of(subject).await?;
            self.seal.keyring().destroy(subject).map_err(unavailable)?;
            delete_objects(vault, &calls)?;
            self.empty_subject(&mut transaction, subject, now).await?;
            let event = AuditEvent::Erased { subject: Some(subject.clone()), calls: calls.len() as u64 };
            self.audit(&mut transaction, now, &event).await?;
            transaction.commit().await.map_err(|error| told(&error))?;
            erased.subjects += 1;
            erased.calls += calls.len() as u64;
        }
        if let Whose::Everybody = whose {
            erased.calls += self.erase_withheld(vault, now).await?;
            for secret in self.secrets().await? {
                self.remove_secret(&secret.name, now).await?;
            }
        }
        self.forget_freed_pages().await?;
        Ok(erased)
    }

    /// Returns the identities of subjects that are not erased.
    pub(crate) async fn subjects(&self, whose: Whose<'_>) -> Result<Vec<String>, StoreError> {
        let rows = match whose {
            Whose::Everybody => sqlx::query("SELECT id FROM subjects WHERE erased_at IS NULL ORDER BY made_at, id").fetch_all(self.read()).await,
            Whose::Callee(number) => {
                let select = sqlx::query("SELECT id FROM subjects WHERE erased_at IS NULL AND callee_key = ?");
                select.bind(self.seal.lookup(number.as_e164())).fetch_all(self.read()).await
            }
        };
        rows.map_err(|error| told(&error))?.iter().map(|row| column(row, 0)).collect()
    }

    /// Returns the attempts and visits of a subject.
    pub(crate) async fn calls_of(&self, subject: &str) -> Result<Vec<AttemptId>, StoreError> {
        let select = sqlx::query(
            "SELECT attempts.id FROM attempts JOIN tasks ON tasks.id = task_id WHERE subject = ?1
             UNION SELECT id FROM visits WHERE subject = ?1 ORDER BY 1",
        );
        let rows = select.bind(subject).fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(|row| column(row, 0).map(|id: String| AttemptId::new(id))).collect()
    }

    /// Empties all rows of a subject, within a transaction.
    pub(crate) async fn empty_subject(&self, connection: &mut SqliteConnection, subject: &str, now: Timestamp) -> Result<(), StoreError> {
        // A message that is still at the carrier is not fetched any more.
        let visits = sqlx::query(
            "UPDATE visits SET caller = NULL, words = NULL, message_state = CASE message_state WHEN 'coming' THEN 'lost' ELSE message_state END
             WHERE subject = ?",
        );
        let visits = visits.bind(subject);
        visits.execute(&mut *connection).await.map_err(|error| told(&error))?;
        self.empty_tasks(&mut *connection, "SELECT id FROM tasks WHERE subject = ?1 AND ?2 >= 0", subject, now).await?;
        // A wish not to be called stays as a keyed hash; what else was known of the number goes.
        for sql in [
            "UPDATE suppressions SET body = X'' WHERE callee_key = (SELECT barring_key FROM subjects WHERE id = ?)",
            "DELETE FROM consents WHERE callee_key = (SELECT callee_key FROM subjects WHERE id = ?)",
            "DELETE FROM line_kinds WHERE callee_key = (SELECT callee_key FROM subjects WHERE id = ?)",
            "DELETE FROM standing_approvals WHERE callee_key = (SELECT callee_key FROM subjects WHERE id = ?)",
        ] {
            sqlx::query(sql).bind(subject).execute(&mut *connection).await.map_err(|error| told(&error))?;
        }
        let update =
            sqlx::query("UPDATE subjects SET erased_at = ?, callee_key = NULL, barring_key = NULL WHERE id = ?").bind(now.as_millis()).bind(subject);
        update.execute(connection).await.map_err(|error| told(&error))?;
        Ok(())
    }

    /// Empties the tasks that a question of ours names, with all that hangs on them, within a transaction. Returns how many.
    pub(crate) async fn empty_tasks(
        &self,
        connection: &mut SqliteConnection,
        tasks: &'static str,
        bound: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let attempts = format!("SELECT id FROM attempts WHERE task_id IN ({tasks})");
        let statements = [
            format!("DELETE FROM turns WHERE attempt_id IN ({attempts})"),
            format!("DELETE FROM leg_events WHERE attempt_id IN ({attempts})"),
            format!("UPDATE reports SET body = X'' WHERE attempt_id IN ({attempts})"),
            // What a carrier still has is not fetched any more, but deleted there.
            format!("UPDATE carrier_recordings SET progress = 'unwanted' WHERE progress IN ('wanted', 'kept') AND attempt_id IN ({attempts})"),
            format!("UPDATE attempts SET callee = X'', callee_key = CASE WHEN began_at < ?3 THEN '' ELSE callee_key END WHERE task_id IN ({tasks})"),
        ];
        for sql in statements {
            let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(bound.to_owned()).bind(now.as_millis());
            query.bind((now - COUNTED_OVER).as_millis()).execute(&mut *connection).await.map_err(|error| told(&error))?;
        }
        let sql = format!("UPDATE tasks SET body = X'', receipt = X'', expired_at = ?2 WHERE length(body) > 0 AND id IN ({tasks})");
        let update = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(bound.to_owned()).bind(now.as_millis());
        let emptied = update.execute(&mut *connection).await.map_err(|error| told(&error))?.rows_affected();
        // What the user called a batch may name somebody; it goes with the last of its calls.
        let names = sqlx::query(
            "UPDATE batches SET name = X'' WHERE length(name) > 0 AND NOT EXISTS (
                 SELECT 1 FROM plans JOIN tasks ON tasks.id = task_id WHERE batch_id = batches.id AND length(tasks.body) > 0
             )",
        );
        names.execute(connection).await.map_err(|error| told(&error))?;
        Ok(emptied)
    }

    /// Visits of callers who withheld their number belong to nobody that could be asked for, and to the user.
    async fn erase_withheld(&self, vault: &dyn RecordingVault, now: Timestamp) -> Result<u64, StoreError> {
        let select = sqlx::query("SELECT id FROM visits WHERE subject IS NULL AND (words IS NOT NULL OR recording IS NOT NULL)");
        let rows = select.fetch_all(self.read()).await.map_err(|error| told(&error))?;
        let calls: Vec<AttemptId> = rows.iter().map(|row| column(row, 0).map(|id: String| AttemptId::new(id))).collect::<Result<_, _>>()?;
        delete_objects(vault, &calls)?;
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let update = sqlx::query(
            "UPDATE visits SET caller = NULL, words = NULL, message_state = CASE message_state WHEN 'coming' THEN 'lost' ELSE message_state END
             WHERE subject IS NULL",
        );
        update.execute(&mut *transaction).await.map_err(|error| told(&error))?;
        self.audit(&mut transaction, now, &AuditEvent::Erased { subject: None, calls: calls.len() as u64 }).await?;
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(calls.len() as u64)
    }

    /// Moves the write-ahead log into the database and empties it: deleted ciphertext stands in neither any more (the database
    /// overwrites what it frees). A reader may be in the way; then the next checkpoint does it.
    pub(crate) async fn forget_freed_pages(&self) -> Result<(), StoreError> {
        let checkpoint = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_optional(self.flushing()).await;
        checkpoint.map(drop).map_err(|error| told(&error))
    }
}

async fn has_live_call(connection: impl SqliteExecutor<'_>, subject: &str) -> Result<bool, StoreError> {
    let select = sqlx::query("SELECT 1 FROM attempts JOIN tasks ON tasks.id = task_id WHERE subject = ? AND attempts.state <> 'terminal'");
    Ok(select.bind(subject).fetch_optional(connection).await.map_err(|error| told(&error))?.is_some())
}

/// Deletes recordings and traces of calls, with their keys. Returns how many there were.
pub(crate) fn delete_objects(vault: &dyn RecordingVault, calls: &[AttemptId]) -> Result<u64, StoreError> {
    let mut deleted = 0;
    for call in calls {
        for kind in ObjectKind::ALL {
            let was_there = vault.delete(call, kind).map_err(|error| StoreError::Unavailable { what: error.to_string() })?;
            deleted += u64::from(was_there);
        }
    }
    Ok(deleted)
}
