//! Many calls of the whole cast, on all cores, and what came of them.
//!
//! Every call has a seed of its own, made from the run's seed and its place in it; the first call's seed is the run's. So
//! a bad call is replayed alone: `puppetmaster simulate --scenario menu --calls 1 --seed 4711`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use simulator::impairment::Chance;

use crate::impairments::Impairments;
use crate::scenario::{Scenario, Scenarios};
pub use crate::summary::Summary;
use crate::verdict::{Verdict, judge};
use crate::world::{Scene, play};

/// What to play.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many calls; the scenarios take turns.
    pub calls: usize,
    /// Decides everything that chance decides.
    pub seed: u64,
    /// How bad lines are.
    pub impairments: Impairments,
    /// Whom to ring, what for.
    pub scenarios: Scenarios,
}

/// One call's result, without its log unless it is needed.
pub(crate) struct Played {
    pub scenario: usize,
    pub seed: u64,
    pub verdict: Verdict,
    pub lasted: Duration,
    pub log: String,
}

/// Plays the calls, on as many threads as there are cores, and returns what came of them.
pub fn run(options: &Options) -> Summary {
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    let played = Mutex::new(Vec::with_capacity(options.calls));
    let threads = thread::available_parallelism().map_or(1, usize::from).min(options.calls.max(1));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= options.calls {
                        return;
                    }
                    let Some(scenario) = options.scenarios.of_call(index) else { return };
                    let one = play_one(options, index, scenario);
                    played.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, one));
                }
            });
        }
    });
    let mut played = played.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    played.sort_by_key(|(index, _)| *index);
    Summary::of(options, played.into_iter().map(|(_, one)| one).collect(), begun.elapsed())
}

fn play_one(options: &Options, index: usize, scenario: &Scenario) -> Played {
    let seed = seed_of(options.seed, index);
    let scene = Scene { script: scenario.script.clone(), brief: scenario.brief.clone(), seed, impairments: options.impairments };
    let scenario_index = index % options.scenarios.iter().count().max(1);
    // A machine that panics is a finding like any other, and must not take the others' results with it.
    match catch_unwind(AssertUnwindSafe(|| play(scene))) {
        Ok(call) => {
            let verdict = judge(&scenario.expectation, &call);
            let log = if verdict == Verdict::AsExpected { String::new() } else { call.log };
            Played { scenario: scenario_index, seed, verdict, lasted: call.lasted, log }
        }
        Err(_) => {
            let verdict = Verdict::Wrong(vec!["a machine panicked".to_owned()]);
            Played { scenario: scenario_index, seed, verdict, lasted: Duration::ZERO, log: String::new() }
        }
    }
}

/// Returns the seed of a call: the run's own for the first, so that a single call replays under its own seed.
fn seed_of(seed: u64, index: usize) -> u64 {
    match index {
        0 => seed,
        // Seeds are typed in again by people: 32 bits are enough.
        _ => Chance::new(seed.wrapping_add((index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))).next() >> 32,
    }
}
