//! The parts of the `puppetmaster` binary: command line, configuration, codes, and the wiring of the other crates.
//!
//! Decides nothing about calls. `main.rs` reads the command line and calls in here.

#![cfg_attr(test, allow(clippy::unwrap_used))]

// First, so that its macros are known below.
#[macro_use]
pub mod output;

mod beside;
pub mod checkpoints;
pub mod checkup;
pub mod cli;
pub mod codes;
pub mod commands;
pub mod config;
pub mod decision_view;
pub mod disclosure_page;
pub mod failure;
pub mod keeping;
pub mod live_view;
pub mod notifications;
pub mod processing_record;
pub mod report_view;
pub mod stub_line;
pub mod tunnel;
pub mod wiring;
