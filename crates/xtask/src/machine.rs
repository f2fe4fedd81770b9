//! The machine under the measurement: cores, load, and what a process has used.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

/// Ticks a second in which the kernel counts processor time for user space, whatever its own clock is.
const TICKS_A_SECOND: u64 = 100;

/// Which cores carry whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Pinning {
    /// The server has the first core, we have the second.
    Apart,
    /// There is one core, or no `taskset`: whatever the system does. Figures are then worse than those of one core.
    None,
}

impl Pinning {
    /// Finds out what can be done, and moves this process to its core.
    pub fn establish() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let own = std::process::id().to_string();
        let moved = cores > 1 && Command::new("taskset").args(["-cp", "1", &own]).output().is_ok_and(|output| output.status.success());
        if moved { Self::Apart } else { Self::None }
    }

    /// Returns how a program is started on the server's core.
    pub fn command(self, program: &std::path::Path) -> Command {
        match self {
            Self::Apart => {
                let mut command = Command::new("taskset");
                command.args(["-c", "0"]).arg(program);
                command
            }
            Self::None => Command::new(program),
        }
    }
}

/// Returns the load average of the last minute: what else the machine was doing.
pub fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(f64::NAN)
}

/// What a process has used.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Processor time in user space and in the kernel.
    pub cpu: Duration,
    /// Memory that is its own, files aside, in bytes.
    pub own_memory: u64,
}

impl Usage {
    /// Reads what a process has used so far.
    pub fn of(pid: u32) -> Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("the server is gone")?;
        // The name in parentheses may hold spaces; fields 14 and 15 of the whole are 11 and 12 behind it.
        let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).context("/proc/PID/stat is short");
        let ticks = ticks(11)? + ticks(12)?;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the server is gone")?;
        let own = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("/proc/PID/status has no RssAnon")?;
        let kibibytes: u64 = own.split_whitespace().next().unwrap_or_default().parse().context("RssAnon is no number")?;
        Ok(Self { cpu: Duration::from_millis(ticks * 1_000 / TICKS_A_SECOND), own_memory: kibibytes * 1_024 })
    }
}
