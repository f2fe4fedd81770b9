//! Secrets of the user, each sealed by a key of its own: `keys/secret.<name>.key`.
//!
//! Removing one, and erasing the user's data, destroys the key, so that copies of the database hold nothing that opens.

use assistant::audit::AuditEvent;
use async_trait::async_trait;
use dialogue::detail::said::is_secret_name;
use ports::secret_store::{KeptSecret, SecretStore};
use ports::task_store::StoreError;
use telephony::{Private, Timestamp};

use crate::attempts::column;
use crate::database::{Store, Survives, key_trouble, told, unavailable};

#[async_trait]
impl SecretStore for Store {
    async fn set_secret(&self, name: &str, value: &Private<String>, at: Timestamp) -> Result<(), StoreError> {
        // The name is a file's: nothing else may come here.
        if !is_secret_name(name) {
            return Err(StoreError::NotFound);
        }
        let mut transaction = self.write(Survives::PowerLoss).await?;
        // A new value has a new key: what an old copy of the database holds stays closed.
        self.seal.keyring().destroy(&key_of(name)).map_err(unavailable)?;
        self.seal.keyring().get_or_make(&key_of(name)).map_err(key_trouble)?;
        let body = self.close_for(&key_of(name), &place(name), value)?;
        let upsert = sqlx::query(
            "INSERT INTO secrets (name, body, set_at) VALUES (?, ?, ?)
             ON CONFLICT (name) DO UPDATE SET body = excluded.body, set_at = excluded.set_at",
        );
        upsert.bind(name).bind(body).bind(at.as_millis()).execute(&mut *transaction).await.map_err(|error| told(&error))?;
        self.audit(&mut transaction, at, &AuditEvent::SecretKept).await?;
        transaction.commit().await.map_err(|error| told(&error))
    }

    async fn secret(&self, name: &str) -> Result<Option<Private<String>>, StoreError> {
        if !is_secret_name(name) {
            return Ok(None);
        }
        let select = sqlx::query("SELECT body FROM secrets WHERE name = ?").bind(name).fetch_optional(self.read()).await;
        let Some(row) = select.map_err(|error| told(&error))? else { return Ok(None) };
        self.open_for(Some(&key_of(name)), &place(name), &column::<Vec<u8>>(&row, 0)?)
    }

    async fn secrets(&self) -> Result<Vec<KeptSecret>, StoreError> {
        let rows = sqlx::query("SELECT name, set_at FROM secrets ORDER BY name").fetch_all(self.read()).await.map_err(|error| told(&error))?;
        rows.iter().map(|row| Ok(KeptSecret { name: column(row, 0)?, set_at: Timestamp(column(row, 1)?) })).collect()
    }

    async fn remove_secret(&self, name: &str, at: Timestamp) -> Result<bool, StoreError> {
        if !is_secret_name(name) {
            return Ok(false);
        }
        let mut transaction = self.write(Survives::PowerLoss).await?;
        self.seal.keyring().destroy(&key_of(name)).map_err(unavailable)?;
        let delete = sqlx::query("DELETE FROM secrets WHERE name = ?").bind(name);
        let was_there = delete.execute(&mut *transaction).await.map_err(|error| told(&error))?.rows_affected() > 0;
        if was_there {
            self.audit(&mut transaction, at, &AuditEvent::SecretRemoved).await?;
        }
        transaction.commit().await.map_err(|error| told(&error))?;
        self.forget_freed_pages().await?;
        Ok(was_there)
    }
}

fn key_of(name: &str) -> String {
    format!("secret.{name}")
}

fn place(name: &str) -> String {
    format!("secrets.body/{name}")
}
