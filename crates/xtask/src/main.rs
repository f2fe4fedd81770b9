//! Developers' errands: `cargo run --release -p xtask -- load|webhook|startup|performance`.
//!
//! Each measures the release build of `puppetmaster` from outside, as a child process, and prints a table or `--json`.
//! docs/performance.md says what the figures mean. Nothing here is part of the product or of its tests.

mod http;
mod load;
mod machine;
mod percentile;
mod performance;
mod server;
mod startup;
mod webhook;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "xtask", about = "Measures the release build of puppetmaster from outside.")]
struct Cli {
    #[command(subcommand)]
    errand: Errand,
}

#[derive(Subcommand)]
enum Errand {
    /// Play Twilio for many calls at once: media sockets, real-time audio, callees that speak, interrupt and cough.
    Load(load::LoadArgs),
    /// Ask the voice webhook with a signed body, again and again.
    Webhook(webhook::WebhookArgs),
    /// Time from the start of the program to its first line.
    Startup(startup::StartupArgs),
    /// All of the above, for docs/performance.md.
    Performance(performance::PerformanceArgs),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().errand {
        Errand::Load(args) => load::run(&args),
        Errand::Webhook(args) => webhook::run(&args),
        Errand::Startup(args) => startup::run(&args),
        Errand::Performance(args) => performance::run(&args),
    }
}
