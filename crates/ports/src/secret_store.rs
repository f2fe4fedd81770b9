//! Keeps what may be said aloud and must be seen by nobody else: member numbers, account numbers, passphrases of a kind.
//!
//! Belongs to the user, not to a callee. A task names a secret; its value is asked for when a call begins and filled in as a line
//! is spoken. Card numbers, PINs and codes have no place here: they are never spoken, see `assistant::never_spoken`.

use async_trait::async_trait;
use telephony::{Private, Timestamp};

use crate::task_store::StoreError;

/// A secret that is kept, without its value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptSecret {
    /// Its name; see `dialogue::detail::said::is_secret_name`.
    pub name: String,
    /// When its value was set last.
    pub set_at: Timestamp,
}

/// Keeps secrets.
#[async_trait]
pub trait SecretStore: Send + Sync {
    /// Keeps a value under a name, in place of an earlier one. On disk when it returns.
    async fn set_secret(&self, name: &str, value: &Private<String>, at: Timestamp) -> Result<(), StoreError>;

    /// Returns a value; `None` if none is kept under this name, or its key was destroyed.
    async fn secret(&self, name: &str) -> Result<Option<Private<String>>, StoreError>;

    /// Returns the names that are kept, in their order.
    async fn secrets(&self) -> Result<Vec<KeptSecret>, StoreError>;

    /// Destroys the key of a secret and deletes it. Returns whether there was one.
    async fn remove_secret(&self, name: &str, at: Timestamp) -> Result<bool, StoreError>;
}
