//! The audit log: what was decided and done, in a chain in which nothing can be changed unnoticed.
//!
//! Each entry holds a keyed hash over itself and the hash of the one before, so a changed, removed, inserted or moved entry
//! breaks the chain at its place. A chain cannot see that its end was cut off; [`Checkpoint`]s can, if they lie elsewhere.
//! Entries name tasks, attempts and subjects by their identities alone. Who a subject is stands outside of the log, so that
//! erasing somebody leaves the log whole and silent about them.
//!
//! Pure: the store brings rows and the key ([`Sealer`]); this module says which bytes are sealed and what is wrong with a log.

mod event;
mod verify;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use telephony::Timestamp;

pub use event::AuditEvent;
pub use verify::{Finding, Verified, Verifier};

/// Returns the keyed hash of bytes. The key is the installation's and never leaves the store.
pub trait Sealer {
    /// HMAC-SHA-256 of the bytes, as 64 hexadecimal digits.
    fn seal(&self, bytes: &[u8]) -> String;
}

/// What stands before the first entry.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A line of the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AuditEntry {
    /// 1, 2, 3 without a gap.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What happened, a stable word: [`AuditEvent::word`].
    pub event: String,
    /// More about it: an object of flat values.
    pub details: Value,
    /// The hash of the entry before; [`BEGINNING`] before the first.
    pub previous: String,
    /// The hash of this one.
    pub hash: String,
}

impl AuditEntry {
    /// Returns an entry that stands behind another.
    pub fn after(previous: Option<(u64, &str)>, at: Timestamp, event: &AuditEvent, sealer: &dyn Sealer) -> Self {
        let (number, previous) = previous.map_or((1, BEGINNING), |(number, hash)| (number + 1, hash));
        let mut entry =
            Self { number, at, event: event.word().to_owned(), details: event.details(), previous: previous.to_owned(), hash: String::new() };
        entry.hash = entry.sealed(sealer);
        entry
    }

    /// Returns the hash that the entry must have.
    pub fn sealed(&self, sealer: &dyn Sealer) -> String {
        sealer.seal(&self.canonical())
    }

    /// The bytes that are hashed: each field with its length before it, so that no two entries share them.
    fn canonical(&self) -> Vec<u8> {
        let mut text = String::from("audit 1\n");
        let details = self.details.to_string();
        let (number, at) = (self.number.to_string(), self.at.as_millis().to_string());
        for field in [&number, &at, &self.event, &details, &self.previous] {
            text.push_str(&format!("{} {field}\n", field.len()));
        }
        text.into_bytes()
    }
}

/// How long the log was at a moment, and what stood at its end; lies outside of the database.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The number of the last entry.
    pub number: u64,
    /// Its hash.
    pub hash: String,
    /// When the checkpoint was made.
    pub at: Timestamp,
    /// The keyed hash of the three above.
    pub seal: String,
}

impl Checkpoint {
    /// Returns the checkpoint of a log that ends with this entry.
    pub fn of(number: u64, hash: &str, at: Timestamp, sealer: &dyn Sealer) -> Self {
        let mut checkpoint = Self { number, hash: hash.to_owned(), at, seal: String::new() };
        checkpoint.seal = checkpoint.sealed(sealer);
        checkpoint
    }

    /// Returns the seal that the checkpoint must have.
    pub fn sealed(&self, sealer: &dyn Sealer) -> String {
        sealer.seal(format!("checkpoint 1\n{} {} {}\n", self.number, self.hash, self.at.as_millis()).as_bytes())
    }
}
