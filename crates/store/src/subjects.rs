//! Whose data lies here: callees, each under an identity of chance that outlives no erasure.

use ports::task_store::StoreError;
use sqlx::SqliteConnection;
use telephony::{PhoneNumber, Timestamp};

use crate::attempts::column;
use crate::database::{Store, told, unavailable};
use crate::seal::{hexadecimal, random};

impl Store {
    /// Returns the subject of a number, a new one if there is none that was not erased. Within a transaction that holds the
    /// write lock.
    pub(crate) async fn subject_of(&self, connection: &mut SqliteConnection, number: &PhoneNumber, at: Timestamp) -> Result<String, StoreError> {
        let callee_key = self.seal.lookup(number.as_e164());
        let select = sqlx::query("SELECT id FROM subjects WHERE callee_key = ? AND erased_at IS NULL").bind(&callee_key);
        if let Some(row) = select.fetch_optional(&mut *connection).await.map_err(|error| told(&error))? {
            return column(&row, 0);
        }
        let id = hexadecimal(&random::<16>().map_err(unavailable)?);
        let insert = sqlx::query("INSERT INTO subjects (id, callee_key, made_at) VALUES (?, ?, ?)").bind(&id).bind(callee_key).bind(at.as_millis());
        insert.execute(connection).await.map_err(|error| told(&error))?;
        Ok(id)
    }
}
