//! The HTTP surfaces: carriers' webhooks and media sockets, health and counters.
//!
//! Holds no rules: verify, parse, hand to the engine, write its answer. All routes stand on one page, [`router`].

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod health;
pub mod media_socket;
mod reception;
pub mod relay_socket;
pub mod router;
pub mod serve;
mod signed;
pub mod state;
mod takeover;
mod webhooks;

pub use serve::{ServeError, Server};
pub use state::{Admission, ServerState};
