//! What the rules ask about beside money and attempts: the do-not-call list, consents, line kinds, the registry, the pause;
//! and what they answered.
//!
//! Installation-wide: every process that dials from the same data directory reads the same rows. Each method is one transaction.

use assistant::compliance::consent::{Consent, Revocation};
use assistant::compliance::do_not_call::{Lifted, Suppression};
use assistant::compliance::line_kind::KnownLine;
use assistant::compliance::registry::Snapshot;
use assistant::compliance::standing::Standing;
use assistant::decision_record::DecisionRecord;
use assistant::dialing::{DiskState, Pause};
use assistant::standing_approval::StandingApproval;
use async_trait::async_trait;
use telephony::{PhoneNumber, TaskId, Timestamp};

use crate::task_store::StoreError;

/// A record with the name under which it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept<T> {
    /// The name; says nothing about what is kept.
    pub id: String,
    /// What is kept.
    pub value: T,
}

/// An import of the national do-not-call registry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegistryEdition {
    /// Which list: its day, its fingerprint, how many numbers.
    pub snapshot: Snapshot,
    /// How many area codes it covers; every other is no leave to call.
    pub areas: u32,
    /// When it was imported.
    pub imported_at: Timestamp,
}

/// Keeps what the rules ask about.
#[async_trait]
pub trait PolicyStore: Send + Sync {
    /// Keeps a decision that dialed nobody, once an attempt. The record of a clearance is written by
    /// [`commit_intent`](crate::task_store::TaskStore::commit_intent) with its intent.
    ///
    /// # Errors
    /// [`StoreError`]; whoever cannot keep a decision does not act on it.
    async fn keep_decision(&self, task: &TaskId, record: &DecisionRecord) -> Result<(), StoreError>;

    /// Returns the decisions on a task, oldest first.
    async fn decisions(&self, task: &TaskId) -> Result<Vec<DecisionRecord>, StoreError>;

    /// Puts an entry on the do-not-call list. Returns whether it was new; one that stands and says the same is left as it is.
    async fn suppress(&self, id: &str, entry: &Suppression) -> Result<bool, StoreError>;

    /// Lifts an entry.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none of this name, [`StoreError::Conflict`] if it was lifted already.
    async fn lift(&self, id: &str, lifted: &Lifted) -> Result<(), StoreError>;

    /// Returns a part of the do-not-call list in the order in which it was asked, lifted entries among it: at most so many
    /// behind the entry of this name, from the beginning if none is named.
    ///
    /// An entry whose number was erased with its call stands no longer in this answer; it bars its number all the same.
    async fn suppressions(&self, after: Option<&str>, at_most: u32) -> Result<Vec<Kept<Suppression>>, StoreError>;

    /// Returns the entries for a number, lifted ones among them.
    async fn suppressions_of(&self, number: &PhoneNumber) -> Result<Vec<Kept<Suppression>>, StoreError>;

    /// Keeps a consent that is written down at this moment, whenever it was given.
    async fn keep_consent(&self, id: &str, consent: &Consent, at: Timestamp) -> Result<(), StoreError>;

    /// Takes a consent back.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none of this name, [`StoreError::Conflict`] if it was taken back already.
    async fn revoke_consent(&self, id: &str, revocation: &Revocation) -> Result<(), StoreError>;

    /// Returns all consents, oldest first, those that were taken back among them; of one number if one is named.
    async fn consents(&self, number: Option<&PhoneNumber>) -> Result<Vec<Kept<Consent>>, StoreError>;

    /// Keeps what kind of line a number is, in place of what was known before.
    async fn keep_line(&self, number: &PhoneNumber, line: &KnownLine, at: Timestamp) -> Result<(), StoreError>;

    /// Returns the numbers whose line kind somebody said.
    async fn lines(&self) -> Result<Vec<(PhoneNumber, KnownLine)>, StoreError>;

    /// Returns what is known of a callee, with what the registry says of the number.
    async fn standing(&self, number: &PhoneNumber) -> Result<Standing, StoreError>;

    /// Returns the registry's edition that counts, if one was imported.
    async fn registry(&self) -> Result<Option<RegistryEdition>, StoreError>;

    /// Keeps a standing approval.
    async fn keep_standing_approval(&self, standing: &StandingApproval) -> Result<(), StoreError>;

    /// Returns all standing approvals, oldest first, those that were taken back among them; of one number if one is named.
    async fn standing_approvals(&self, number: Option<&PhoneNumber>) -> Result<Vec<StandingApproval>, StoreError>;

    /// Takes a standing approval back, and voids what it has approved and nobody has dialed: both or nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is none of this name, [`StoreError::Conflict`] if it was taken back already.
    async fn revoke_standing_approval(&self, id: &str, at: Timestamp) -> Result<(), StoreError>;

    /// Stops all dialing; a pause that stands keeps its beginning and gets the new reason.
    async fn pause(&self, pause: &Pause) -> Result<(), StoreError>;

    /// Ends the pause. Returns whether there was one.
    async fn resume(&self, at: Timestamp) -> Result<bool, StoreError>;

    /// Returns the pause, if dialing is paused.
    async fn paused(&self) -> Result<Option<Pause>, StoreError>;

    /// Returns how the disk is on which all this lies; what lies on none says so.
    ///
    /// # Errors
    /// [`StoreError`]: nobody knows, so nothing may be dialed.
    async fn disk(&self) -> Result<DiskState, StoreError> {
        Ok(DiskState::default())
    }
}
