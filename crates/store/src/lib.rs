//! Tasks, calls and recordings on disk.
//!
//! [`Store`] keeps rows in one SQLite database, [`Vault`] keeps recordings and traces in sealed files; both live in one
//! data directory and share its keys. What people said or wrote is ciphertext in either. Rules live elsewhere:
//! this crate only keeps what it is given, exactly once, and says plainly when it cannot.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod alerts;
mod attempts;
mod audit;
mod awaited;
mod batches;
pub mod contract;
mod database;
mod disk;
mod entered;
mod erasure;
mod expenses;
mod export;
mod figures;
mod inbound;
mod keyring;
mod ledger;
mod master;
mod migrations;
mod outbox;
mod plans;
mod policy;
mod registry;
mod retention;
mod seal;
mod secrets;
mod stop_spool;
mod subjects;
mod tasks;
mod vault;

pub use database::{Access, Options, Store};
pub use erasure::{Erased, Whose};
pub use export::Export;
pub use master::{MasterKey, MasterKeys, NewMaster, NoMasterKey};
pub use registry::{ListKind, RegistryError};
pub use vault::{Settled, Vault};
