//! The audit log on disk: each entry is written in the transaction of what it tells, so there is never one without the other.

use assistant::audit::{AuditEntry, AuditEvent, Checkpoint, Sealer, Verified, Verifier};
use assistant::compliance::retention::Retention;
use ports::task_store::StoreError;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use telephony::Timestamp;

use crate::attempts::column;
use crate::database::{Store, Survives, stored, told};

/// Entries that are read at once while the whole log is looked through.
const PAGE: u32 = 1_000;

impl Store {
    /// Writes an entry behind the last one, within a transaction that holds the write lock.
    pub(crate) async fn audit(&self, connection: &mut SqliteConnection, at: Timestamp, event: &AuditEvent) -> Result<(), StoreError> {
        let select = sqlx::query("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1");
        let last = select.fetch_optional(&mut *connection).await.map_err(|error| told(&error))?;
        let last: Option<(u64, String)> = match &last {
            Some(row) => Some((number(row)?, column(row, 1)?)),
            None => None,
        };
        let entry = AuditEntry::after(last.as_ref().map(|(number, hash)| (*number, hash.as_str())), at, event, &self.seal);
        let insert = sqlx::query("INSERT INTO audit (number, at, event, details, previous, hash) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(stored(entry.number))
            .bind(at.as_millis())
            .bind(entry.event)
            .bind(entry.details.to_string())
            .bind(entry.previous)
            .bind(entry.hash);
        insert.execute(connection).await.map_err(|error| told(&error))?;
        Ok(())
    }

    /// Writes an entry of something that has no other row. On disk when it returns.
    ///
    /// # Errors
    /// [`StoreError`]; then it is not written, and what it tells should not be done.
    pub async fn note(&self, event: &AuditEvent, at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        self.audit(&mut transaction, at, event).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    /// Writes down how long things are kept from now on, if that is another time than before (at first: than is built in): with its entry, or not at all.
    /// Returns whether it is.
    ///
    /// # Errors
    /// [`StoreError`]; then nothing should be deleted by the new times.
    pub async fn note_retention(&self, now: &Retention, at: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.write(Survives::PowerLoss).await?;
        let select = sqlx::query("SELECT value FROM meta WHERE name = 'retention'").fetch_optional(&mut *transaction).await;
        let before: Retention = match select.map_err(|error| told(&error))? {
            Some(row) => serde_json::from_slice(&column::<Vec<u8>>(&row, 0)?).map_err(|_| StoreError::Corrupt)?,
            None => Retention::default(),
        };
        if before == *now {
            return Ok(false);
        }
        let text = serde_json::to_vec(now).map_err(|_| StoreError::Corrupt)?;
        let upsert = sqlx::query("INSERT INTO meta (name, value) VALUES ('retention', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
        upsert.bind(text).execute(&mut *transaction).await.map_err(|error| told(&error))?;
        self.audit(&mut transaction, at, &AuditEvent::RetentionChanged { before, now: *now }).await?;
        transaction.commit().await.map_err(|error| told(&error))?;
        Ok(true)
    }

    /// Returns the newest entries, the newest last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit_entries(&self, at_most: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let select = sqlx::query("SELECT number, at, event, details, previous, hash FROM audit ORDER BY number DESC LIMIT ?");
        let rows = select.bind(at_most).fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().rev().map(entry_of).collect()
    }

    /// Looks through the whole log, and compares it with what was kept elsewhere.
    ///
    /// # Errors
    /// [`StoreError`] if the log cannot be read; what is wrong with it is a finding and no error.
    pub async fn verify_audit(&self, checkpoints: Vec<Checkpoint>) -> Result<Verified, StoreError> {
        let mut verifier = Verifier::new(&self.seal, checkpoints);
        let mut after = i64::MIN;
        loop {
            let select = sqlx::query("SELECT number, at, event, details, previous, hash FROM audit WHERE number > ? ORDER BY number LIMIT ?");
            let rows = select.bind(after).bind(PAGE).fetch_all(self.read()).await.map_err(|error| told(&error))?;
            let Some(last) = rows.last() else { return Ok(verifier.finish()) };
            after = column(last, 0)?;
            for row in &rows {
                verifier.take(&entry_of(row)?);
            }
        }
    }

    /// Returns a checkpoint of the log as it is now; `None` while it is empty.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn checkpoint(&self, at: Timestamp) -> Result<Option<Checkpoint>, StoreError> {
        let last = self.audit_entries(1).await?.pop();
        Ok(last.map(|entry| Checkpoint::of(entry.number, &entry.hash, at, &self.seal)))
    }
}

impl Sealer for crate::seal::Seal {
    fn seal(&self, bytes: &[u8]) -> String {
        self.audit_hash(bytes)
    }
}

/// A number that we would never write reads as 0, which breaks the chain where it stands.
fn number(row: &SqliteRow) -> Result<u64, StoreError> {
    Ok(u64::try_from(column::<i64>(row, 0)?).unwrap_or(0))
}

/// Details that are no JSON stand as they are, and so do not have the hash that they should.
fn entry_of(row: &SqliteRow) -> Result<AuditEntry, StoreError> {
    let details: String = row.try_get(3).map_err(|error| told(&error))?;
    Ok(AuditEntry {
        number: number(row)?,
        at: Timestamp(column(row, 1)?),
        event: column(row, 2)?,
        details: serde_json::from_str(&details).unwrap_or(Value::String(details)),
        previous: column(row, 4)?,
        hash: column(row, 5)?,
    })
}
