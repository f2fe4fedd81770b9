//! `xtask fuzz`: mutated bytes for the readers of `wire`, led by what they reach.
//!
//! Builds the package in `fuzz/` with the compiler's coverage pass, which stable Rust has too, and runs libFuzzer on each
//! target, so many at once as there are cores. It starts from `crates/wire/tests/corpus/TARGET`, which `cargo test` asks as
//! well, and leaves an input that shows a fault there. What only reached new code stays below the target directory, where
//! the next run goes on from it; `--keep` takes the smallest set of it that reaches as much into the corpus.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{fs, thread};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

/// What makes the compiler count the edges that an input takes; as `cargo fuzz` has it, without the sanitizers, which only
/// the nightly compiler has. Overflows and false assertions are faults here.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
                     -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing \
                     -Ccodegen-units=1 -Cdebug-assertions";

/// Longest input in bytes that is made up: webhooks and documents are shorter, and short ones are tried more often.
const LONGEST_INPUT: u32 = 4_096;

/// Seconds that one input may take. Each takes a few thousandths at most; the rest is room for a busy machine.
const INPUT_SECONDS: u32 = 10;

/// Memory in MiB that a whole run may take.
const MEMORY_MIB: u32 = 1_024;

/// How to run it.
#[derive(Args, Clone, Debug)]
pub struct FuzzArgs {
    /// Only this target; all of them if not said.
    #[arg(long)]
    pub target: Option<String>,
    /// How long each target.
    #[arg(long, default_value_t = 60)]
    pub seconds: u32,
    /// After so many inputs a target is done, however much time is left: with a seed, the same ones on every machine.
    #[arg(long)]
    pub inputs: Option<u64>,
    /// Replays a run's choices; one is made up and printed if not said.
    #[arg(long)]
    pub seed: Option<u32>,
    /// Take what reached new code into the corpus.
    #[arg(long)]
    pub keep: bool,
}

/// Where everything lies.
struct Places {
    program: PathBuf,
    corpus: PathBuf,
    work: PathBuf,
}

/// Runs the errand.
pub fn run(args: &FuzzArgs) -> Result<()> {
    let places = build()?;
    let targets = targets(&places.corpus, args.target.as_deref())?;
    let seed = args.seed.unwrap_or_else(made_up_seed);
    let at_once = thread::available_parallelism().map_or(1, usize::from).min(targets.len());
    println!("{} targets, {} s each, {at_once} at once, seed {seed}", targets.len(), args.seconds);
    let (waiting, failed) = (Mutex::new(VecDeque::from(targets)), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(target) = next(&waiting) {
                    if let Err(error) = places.fuzz(&target, args, seed) {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{target}: {error:#}"));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    ensure!(failed.is_empty(), "seed {seed}\n{}", failed.join("\n"));
    Ok(())
}

fn next(waiting: &Mutex<VecDeque<String>>) -> Option<String> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

impl Places {
    fn fuzz(&self, target: &str, args: &FuzzArgs, seed: u32) -> Result<()> {
        let (corpus, work) = (self.corpus.join(target), self.work.join(target));
        fs::create_dir_all(&work).context("the folder for new inputs")?;
        let mut command = self.command(target);
        command.arg(&work).arg(&corpus);
        command.arg(format!("-artifact_prefix={}/", corpus.display()));
        command.arg(format!("-seed={seed}")).arg(format!("-max_total_time={}", args.seconds)).arg(format!("-max_len={LONGEST_INPUT}"));
        if let Some(inputs) = args.inputs {
            command.arg(format!("-runs={inputs}"));
        }
        command.arg(format!("-timeout={INPUT_SECONDS}")).arg(format!("-rss_limit_mb={MEMORY_MIB}"));
        let output = command.output().context("the fuzzer cannot be run")?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("{}\n{}", output.status, faults(&said));
        }
        println!("{target}: {}", said.lines().rev().find(|line| line.starts_with("Done ")).unwrap_or("no count"));
        if args.keep {
            let merged = self.command(target).arg("-merge=1").arg(&corpus).arg(&work).output().context("the fuzzer cannot be run")?;
            ensure!(merged.status.success(), "the new inputs cannot be taken into the corpus");
        }
        Ok(())
    }

    fn command(&self, target: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.env("FUZZ_TARGET", target).stdin(Stdio::null());
        command
    }
}

/// Returns what a failed run says of its fault: from the panic on, without the dumps of the input.
fn faults(said: &str) -> String {
    let telling =
        |line: &&str| ["panicked at", "assertion", "  left:", " right:", "ERROR:", "Test unit written"].iter().any(|mark| line.contains(mark));
    let lines: Vec<String> = said.lines().filter(telling).map(|line| line.chars().take(1_000).collect()).collect();
    lines.join("\n")
}

fn targets(corpus: &Path, wanted: Option<&str>) -> Result<Vec<String>> {
    let mut targets = Vec::new();
    for entry in fs::read_dir(corpus).with_context(|| format!("the corpus in {}", corpus.display()))? {
        targets.push(entry?.file_name().to_string_lossy().into_owned());
    }
    targets.sort();
    let Some(wanted) = wanted else { return Ok(targets) };
    ensure!(targets.iter().any(|target| target == wanted), "there is no target {wanted}; there are: {}", targets.join(", "));
    Ok(vec![wanted.to_owned()])
}

fn build() -> Result<Places> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().context("the workspace is gone")?;
    let own = std::env::current_exe().context("where this program lies")?;
    let target = own.parent().and_then(Path::parent).context("this program lies in no target directory")?.join("fuzz");
    let host = host()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // With a target named, build scripts and macros are built without the flags.
    command.args(["build", "--release", "--locked", "--target", &host]).current_dir(root.join("fuzz"));
    command.env("RUSTFLAGS", FLAGS).env_remove("CARGO_ENCODED_RUSTFLAGS").env("CARGO_TARGET_DIR", &target);
    ensure!(command.status().context("cargo cannot be run")?.success(), "the fuzzer cannot be built; it needs a C++ compiler");
    let program = target.join(&host).join("release/fuzz");
    Ok(Places { program, corpus: root.join("crates/wire/tests/corpus"), work: target.join("found") })
}

/// Returns the name of this machine's kind, as the compiler calls it.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc cannot be run")?;
    let said = String::from_utf8_lossy(&output.stdout);
    said.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).context("rustc does not say which machine it is for")
}

/// Never 0, which libFuzzer takes for none.
fn made_up_seed() -> u32 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.subsec_nanos() | 1)
}
