//! What came of many calls: a row a scenario, the calls to look at, and how each is replayed.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use crate::impairments::Impairments;
use crate::simulate::{Options, Played};
use crate::verdict::{Verdict, word};

/// Failures kept with their logs; the rest is counted.
const MOST_FAILURES: usize = 20;

/// What came of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Calls played.
    pub calls: usize,
    /// The run's seed.
    pub seed: u64,
    /// How bad the lines were.
    pub impairments: Impairments,
    /// One a scenario, in the order of the cast.
    pub scenarios: Vec<Row>,
    /// The first calls that were not as expected; on bad lines only those that were wrong.
    pub failures: Vec<Failure>,
    /// All calls together, in virtual time.
    pub virtual_seconds: u64,
    /// The run, in real time.
    pub took_millis: u64,
}

/// A scenario's calls.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The scenario.
    pub name: String,
    /// What is expected: "conversed, achieved".
    pub expected: String,
    /// Calls played.
    pub calls: usize,
    /// As expected.
    pub as_expected: usize,
    /// Less came of them than expected, and they said so.
    pub less: usize,
    /// Wrong on any line.
    pub wrong: usize,
    /// How long the median call lasted, in virtual time.
    pub median_seconds: f64,
}

/// A call to look at.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The scenario.
    pub scenario: String,
    /// The call's own seed.
    pub seed: u64,
    /// What is amiss.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// How to play it again, with the same impairments.
    pub replay: String,
    /// Everything that happened, a line each.
    pub log: String,
}

impl Summary {
    pub(crate) fn of(options: &Options, played: Vec<Played>, took: Duration) -> Self {
        let names = options.scenarios.iter().enumerate();
        let scenarios = names
            .map(|(at, scenario)| {
                let calls: Vec<&Played> = played.iter().filter(|one| one.scenario == at).collect();
                let count = |is: fn(&Verdict) -> bool| calls.iter().filter(|one| is(&one.verdict)).count();
                let disposition = word(&scenario.expectation.disposition);
                let outcome = scenario.expectation.outcome.iter();
                Row {
                    name: scenario.name.clone(),
                    expected: outcome.fold(disposition, |disposition, outcome| format!("{disposition}, {outcome}")),
                    calls: calls.len(),
                    as_expected: count(|verdict| *verdict == Verdict::AsExpected),
                    less: count(|verdict| matches!(verdict, Verdict::Less(_))),
                    wrong: count(|verdict| matches!(verdict, Verdict::Wrong(_))),
                    median_seconds: median(calls.iter().map(|one| one.lasted).collect()).as_secs_f64(),
                }
            })
            .filter(|row| row.calls > 0)
            .collect();
        let lasted: Duration = played.iter().map(|one| one.lasted).sum();
        Self {
            calls: played.len(),
            seed: options.seed,
            impairments: options.impairments,
            scenarios,
            failures: failures(options, played),
            virtual_seconds: lasted.as_secs(),
            took_millis: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Returns whether calls were played and none failed. On a bad line less than expected is no failure; wrong is, on any.
    pub fn all_as_expected(&self) -> bool {
        self.calls > 0 && self.failures.is_empty()
    }

    /// Returns the run as one JSON object.
    ///
    /// # Errors
    /// None: numbers and strings only. Left to the caller because `serde_json` asks.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    /// Returns a table for people, and what to look at.
    pub fn table(&self) -> String {
        let width = self.scenarios.iter().map(|row| row.name.len()).max().unwrap_or(0).max("scenario".len());
        let expected = self.scenarios.iter().map(|row| row.expected.len()).max().unwrap_or(0).max("expected".len());
        let mut table = format!("{:<width$}  {:<expected$}  calls  as expected  less  wrong  median\n", "scenario", "expected");
        for row in &self.scenarios {
            // Writing to a string cannot fail.
            let _ = writeln!(
                table,
                "{:<width$}  {:<expected$}  {:>5}  {:>11}  {:>4}  {:>5}  {:>4.0} s",
                row.name, row.expected, row.calls, row.as_expected, row.less, row.wrong, row.median_seconds
            );
        }
        let _ = writeln!(
            table,
            "\n{} calls, {:.1} hours of talk in {:.1} s, seed {}",
            self.calls,
            self.virtual_seconds as f64 / 3_600.0,
            self.took_millis as f64 / 1_000.0,
            self.seed
        );
        for failure in &self.failures {
            let (Verdict::Less(because) | Verdict::Wrong(because)) = &failure.verdict else { continue };
            let _ = writeln!(table, "\n{}: {}\n  replay: {}", failure.scenario, because.join("; "), failure.replay);
        }
        table
    }
}

fn failures(options: &Options, played: Vec<Played>) -> Vec<Failure> {
    let is_failure = |one: &Played| match one.verdict {
        Verdict::AsExpected => false,
        Verdict::Less(_) => options.impairments.are_none(),
        Verdict::Wrong(_) => true,
    };
    let kept = played.into_iter().filter(is_failure).take(MOST_FAILURES);
    kept.filter_map(|one| {
        let name = &options.scenarios.of_call(one.scenario)?.name;
        let impaired = match options.impairments {
            none if none.are_none() => "",
            Impairments::ROUGH => " --impairments rough",
            Impairments::DECEPTIVE => " --impairments deceptive",
            Impairments::AWFUL => " --impairments awful",
            _ => " (with the same impairments)",
        };
        let replay = format!("puppetmaster simulate --scenario {name} --calls 1 --seed {}{impaired}", one.seed);
        Some(Failure { scenario: name.clone(), seed: one.seed, verdict: one.verdict, replay, log: one.log })
    })
    .collect()
}

fn median(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}
