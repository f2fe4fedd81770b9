//! Developers' errands: `cargo run --release -p xtask -- load|webhook|startup|performance|fuzz|parts`.
//!
//! `fuzz` mutates inputs for the readers of `wire` (CONTRIBUTING.md), `parts` lists what the program is made of. Each of the others measures the release build of
//! `puppetmaster` from outside, as a child process, and prints a table or `--json`; docs/performance.md says what it means.
//! Nothing here is part of the product or of its tests.

mod fuzz;
mod http;
mod load;
mod machine;
mod parts;
mod percentile;
mod performance;
mod server;
mod startup;
mod webhook;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "xtask", about = "Measures the release build of puppetmaster from outside, and looks for inputs that its readers do not bear.")]
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
    /// Mutate inputs for the readers of other people's formats, led by what they reach.
    Fuzz(fuzz::FuzzArgs),
    /// Print what the program is made of, with versions, licences and checksums, as CycloneDX.
    Parts,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().errand {
        Errand::Load(args) => load::run(&args),
        Errand::Webhook(args) => webhook::run(&args),
        Errand::Startup(args) => startup::run(&args),
        Errand::Performance(args) => performance::run(&args),
        Errand::Fuzz(args) => fuzz::run(&args),
        Errand::Parts => parts::run(),
    }
}
