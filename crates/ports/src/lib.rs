//! The seams between rules and world: one trait a file with its requests and its error.
//!
//! No logic and no runtime. Shells implement these traits; the engine uses them; the binary joins the two.

pub mod batch_store;
pub mod brain;
pub mod bucket;
pub mod carrier;
pub mod carrier_account;
pub mod carrier_room;
pub mod clock;
pub mod error;
pub mod inbound_store;
pub mod notifier;
pub mod outbox;
pub mod plan_store;
pub mod policy_store;
pub mod recording_store;
pub mod recording_vault;
pub mod secret_store;
pub mod speech_to_text;
pub mod task_store;
pub mod text_to_speech;
pub mod turn_vote;
