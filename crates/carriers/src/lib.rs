//! Phone providers spoken to over HTTP.
//!
//! The formats are `wire`'s; here are the shells: [`http`] sends a request value and sorts what can go wrong by what helps,
//! [`twilio`] and [`plivo`] are the adapters, [`probe`] asks any address once, [`pace`] tells how
//! fast it may ask for calls, [`registry`] finds an adapter by its name. What every adapter must do is written down once, in
//! `tests/it/contract.rs`, and each runs it against a peer that refuses, hangs, resets and fails.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod http;
pub mod masked;
pub mod pace;
pub mod plivo;
pub mod probe;
pub mod registry;
mod shared;
pub mod twilio;
