//! Adapters against peers on loopback: the contract that every carrier keeps, and what is Twilio's own.
#![allow(clippy::unwrap_used)]

mod account;
mod contract;
mod peer;
mod twilio;
