//! Whose data lies here: callees, each under an identity of chance that outlives no erasure.

use std::path::Path;

use assistant::audit::AuditEvent;
use ports::task_store::StoreError;
use sqlx::{SqliteConnection, SqliteExecutor};
use telephony::{AttemptId, PhoneNumber, Timestamp};

use crate::attempts::column;
use crate::database::{Store, key_trouble, told, unavailable};
use crate::keyring::Keyring;
use crate::master::{MasterKeys, NewMaster};
use crate::seal::{hexadecimal, random};

impl Store {
    /// Returns the subject of a number, a new one if there is none that was not erased. Within a transaction that holds the
    /// write lock.
    pub(crate) async fn subject_of(&self, connection: &mut SqliteConnection, number: &PhoneNumber, at: Timestamp) -> Result<String, StoreError> {
        let callee_key = self.seal.lookup(number.as_e164());
        let select = sqlx::query("SELECT id FROM subjects WHERE callee_key = ? AND erased_at IS NULL").bind(&callee_key);
        if let Some(row) = select.fetch_optional(&mut *connection).await.map_err(|error| told(&error))? {
            let id: String = column(&row, 0)?;
            if self.seal.keyring().get(&id).map_err(key_trouble)?.is_some() {
                return Ok(id);
            }
            // Erased, and brought back by a backup: they stay erased.
            let update =
                sqlx::query("UPDATE subjects SET erased_at = ?, callee_key = NULL, barring_key = NULL WHERE id = ?").bind(at.as_millis()).bind(id);
            update.execute(&mut *connection).await.map_err(|error| told(&error))?;
        }
        let id = hexadecimal(&random::<16>().map_err(unavailable)?);
        self.seal.keyring().get_or_make(&id).map_err(key_trouble)?;
        let insert = sqlx::query("INSERT INTO subjects (id, callee_key, barring_key, made_at) VALUES (?, ?, ?, ?)").bind(&id).bind(callee_key);
        let insert = insert.bind(self.barring(number)).bind(at.as_millis());
        insert.execute(connection).await.map_err(|error| told(&error))?;
        Ok(id)
    }

    /// Returns the subject of an attempt.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such attempt.
    pub(crate) async fn subject_of_attempt(&self, connection: impl SqliteExecutor<'_>, attempt: &AttemptId) -> Result<String, StoreError> {
        let select = sqlx::query("SELECT subject FROM attempts JOIN tasks ON tasks.id = task_id WHERE attempts.id = ?").bind(attempt.as_str());
        let row = select.fetch_optional(connection).await.map_err(|error| told(&error))?.ok_or(StoreError::NotFound)?;
        column::<Option<String>>(&row, 0)?.ok_or(StoreError::Corrupt)
    }

    /// Seals all keys of a data directory anew by a new master key. Nobody else may have the directory open: the store that is given
    /// holds the lock of a dialing program, and must be opened again afterwards. Returns how many keys there are.
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] if the new one should be handed over and none is; other [`StoreError`]s: everything is still readable, and calling it again goes on.
    pub async fn rotate_master(directory: &Path, held: &Self, master: MasterKeys, to: NewMaster, at: Timestamp) -> Result<u64, StoreError> {
        held.may_dial()?;
        let keys = Keyring::open(directory, false, master).and_then(|mut keyring| keyring.rotate(to)).map_err(key_trouble)?;
        held.note(&AuditEvent::KeysRotated { keys }, at).await?;
        Ok(keys)
    }
}
