//! `xtask performance`: everything that docs/performance.md shows, in one run.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use crate::load::{self, LoadArgs};
use crate::startup::{self, StartupArgs};
use crate::webhook::{self, WebhookArgs};

/// How to run it.
#[derive(Args, Clone, Debug)]
pub struct PerformanceArgs {
    /// Calls at once, one after another.
    #[arg(long, value_delimiter = ',', default_value = "1,100,400,700")]
    pub calls: Vec<usize>,
    /// Length of each steady part in seconds.
    #[arg(long, default_value_t = 30)]
    pub seconds: u64,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
}

/// Runs the errand.
pub fn run(args: &PerformanceArgs) -> Result<()> {
    let startup = StartupArgs { times: 21, json: false, no_build: false };
    let webhook = WebhookArgs { connections: 32, seconds: 5, json: false, no_build: true, peer: None, peer_secret: None, peer_pid: None };
    let load = LoadArgs { calls: args.calls.clone(), seconds: args.seconds, rate: 40, joining: 20, json: false, no_build: true };
    if args.json {
        let all = json!({ "startup": startup::measure(&startup)?, "webhook": webhook::measure(&webhook)?, "load": load::measure(&load)? });
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    startup::run(&startup)?;
    webhook::run(&webhook)?;
    load::run(&load)
}
