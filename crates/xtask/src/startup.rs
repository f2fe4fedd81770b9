//! `xtask startup`: from the start of the program to its first line, with a fresh data folder and with one that exists.
//!
//! `serve` is ready when it says where it listens, `call` when the receipt is shown.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;

use crate::machine::load_average;
use crate::percentile::Spread;
use crate::server;

/// How to run it.
#[derive(Args, Clone, Debug)]
pub struct StartupArgs {
    /// Starts of each kind.
    #[arg(long, default_value_t = 21)]
    pub times: usize,
    /// Print JSON for machines.
    #[arg(long)]
    pub json: bool,
    /// Do not build the program first.
    #[arg(long)]
    pub no_build: bool,
}

/// What came out, in milliseconds.
#[derive(Clone, Debug, Serialize)]
pub struct StartupFigures {
    load_before: f64,
    load_after: f64,
    serve_first_time: Spread,
    serve: Spread,
    call_first_time: Spread,
    call: Spread,
}

/// Runs the errand.
pub fn run(args: &StartupArgs) -> Result<()> {
    let figures = measure(args)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&figures)?);
        return Ok(());
    }
    println!("\nload average {:.2} before, {:.2} after", figures.load_before, figures.load_after);
    println!("{:<44} {:>8} {:>8} {:>8}", "ms from the start of the program", "p50", "p95", "max");
    let line = |name: &str, spread: Spread| println!("{name:<44} {:>8.1} {:>8.1} {:>8.1}", spread.p50, spread.p95, spread.max);
    line("serve → listening, first time in a folder", figures.serve_first_time);
    line("serve → listening", figures.serve);
    line("call → receipt, first time in a folder", figures.call_first_time);
    line("call → receipt", figures.call);
    Ok(())
}

/// Measures.
pub fn measure(args: &StartupArgs) -> Result<StartupFigures> {
    const SERVE: &[&str] = &["serve", "--listen", "127.0.0.1:0"];
    const CALL: &[&str] = &["call", "+12125550123", "Ask what time they close today"];
    let program = server::program(args.no_build)?;
    let load_before = load_average();
    let kept = tempfile::tempdir()?;
    first_line(&program, kept.path(), SERVE)?;
    let fresh = |arguments: &[&str]| first_line(&program, tempfile::tempdir()?.path(), arguments);
    let spread = |one: &dyn Fn() -> Result<f64>| -> Result<Spread> { Ok(Spread::of(&(0..args.times).map(|_| one()).collect::<Result<Vec<_>>>()?)) };
    Ok(StartupFigures {
        load_before,
        serve_first_time: spread(&|| fresh(SERVE))?,
        serve: spread(&|| first_line(&program, kept.path(), SERVE))?,
        call_first_time: spread(&|| fresh(CALL))?,
        call: spread(&|| first_line(&program, kept.path(), CALL))?,
        load_after: load_average(),
    })
}

/// Starts the program, waits for its first line that is not empty, and ends it. Returns milliseconds.
fn first_line(program: &Path, folder: &Path, arguments: &[&str]) -> Result<f64> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("PERSONAL_ASSISTANT_DATA_DIR", folder.join("data"));
    let began = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("the program cannot be started")?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let line = lines.find(|line| line.as_ref().map_or(true, |line| !line.trim().is_empty())).transpose()?;
    let elapsed = began.elapsed().as_secs_f64() * 1_000.0;
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().context("kill cannot be run")?;
    child.wait()?;
    ensure!(line.is_some(), "the program said nothing");
    Ok(elapsed)
}
