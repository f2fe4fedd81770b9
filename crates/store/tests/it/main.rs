//! The store on a real disk: the contract, what happens when it cannot, and what a `kill -9` leaves behind.

#![allow(clippy::unwrap_used)]

mod audit;
mod keeping;
mod kill;
mod secrets;
mod sqlite;
mod trouble;
