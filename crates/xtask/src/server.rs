//! The program under measurement, as a child process: started, asked, ended by its own process id.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::machine::{Pinning, Usage};

/// How long the server may take to say farewell to its calls.
const STOPS_WITHIN: Duration = Duration::from_secs(60);

/// What the server says of itself in its first line.
#[derive(Clone, Debug, Deserialize)]
pub struct Description {
    /// Host and port.
    pub address: std::net::SocketAddr,
    /// Where media sockets arrive.
    pub media_path: String,
    /// What a stream presents.
    pub media_token: String,
    /// A voice webhook's address.
    pub answer_url: String,
    /// What signs webhooks.
    pub webhook_secret: String,
}

/// A running server in its load mode.
pub struct Server {
    child: Child,
    /// What it says of itself.
    pub description: Description,
}

/// Builds the release program, unless the caller vouches for it, and returns its path.
pub fn program(is_built: bool) -> Result<PathBuf> {
    let own = std::env::current_exe().context("where this program lies")?;
    let program = own.with_file_name("puppetmaster");
    if !is_built {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo).args(["build", "--release", "--locked", "-p", "puppetmaster"]).status().context("cargo cannot be run")?;
        if !built.success() {
            bail!("the program could not be built");
        }
    }
    if !program.exists() {
        bail!("there is no {}; build it with: cargo build --release", program.display());
    }
    Ok(program)
}

impl Server {
    /// Starts the load mode in a fresh folder and waits for its first line.
    pub fn start(program: &Path, pinning: Pinning, stub_speech: &str, calls_at_most: usize) -> Result<Self> {
        let mut command = pinning.command(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--stub-speech", stub_speech]);
        command.args(["--media-token", "load", "--calls-at-most", &calls_at_most.to_string()]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("the server cannot be started")?;
        match first_line(&mut child) {
            Ok(description) => Ok(Self { child, description }),
            Err(error) => {
                // It may be gone already; either way nothing must be left behind.
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }

    /// Returns what the server has used so far.
    pub fn usage(&self) -> Result<Usage> {
        Usage::of(self.child.id())
    }

    /// Asks it to end, waits for that and returns how long it took. Kills it if it takes too long.
    pub fn stop(mut self) -> Result<Duration> {
        let began = Instant::now();
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().context("kill cannot be run")?;
        loop {
            if let Some(status) = self.child.try_wait()? {
                if !status.success() {
                    bail!("the server ended badly: {status}");
                }
                return Ok(began.elapsed());
            }
            if began.elapsed() > STOPS_WITHIN {
                bail!("the server did not end within {} s of SIGTERM", STOPS_WITHIN.as_secs());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Nothing is left behind, also if the measurement fails.
impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn first_line(child: &mut Child) -> Result<Description> {
    let stdout = child.stdout.take().context("the server has no output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).context("the server's first line")?;
    serde_json::from_str(&line).with_context(|| format!("the server's first line is not what was expected: {line}"))
}
