//! Adapters against peers on loopback: the contract that every carrier keeps, and what is each one's own.
#![allow(clippy::unwrap_used)]

mod account;
mod contract;
mod peer;
mod plivo;
mod plivo_account;
mod resume;
mod twilio;
