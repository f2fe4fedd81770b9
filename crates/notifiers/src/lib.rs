//! Ways to tell the user what a call brought: a signed webhook, an e-mail, a ntfy message, a text message, a program on this machine.
//!
//! Each is a [`ports::notifier::Notifier`]. Addresses that the user gives are held to [`outbound`]'s rules, so that none leads
//! into a network that the other side of it could not reach itself.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod command;
pub mod email;
pub mod ntfy;
pub mod outbound;
pub mod text_message;
pub mod webhook;
