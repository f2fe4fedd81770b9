//! The whole cast in virtual time: text in, text out, the machines of real calls, no socket and no speech model.

use std::process::ExitCode;

use simulator::cast::SCENARIOS;
use testbed::impairments::Impairments;
use testbed::scenario::{ScenarioError, Scenarios};
use testbed::simulate::{Options, run};

use crate::cli::{ImpairmentsArg, SimulateArgs};
use crate::config::Config;
use crate::failure::{FAILED, Failure, codes};
use crate::wiring;

pub(super) async fn simulate(args: SimulateArgs, config: &Config) -> Result<ExitCode, Failure> {
    let mut scenarios = scenarios(config)?;
    if args.list {
        for scenario in scenarios.iter() {
            println!("{:<22} {}", scenario.name, scenario.expectation.intent);
        }
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(name) = &args.scenario {
        scenarios = scenarios.only(name)?;
    }
    let calls = args.calls.unwrap_or_else(|| scenarios.iter().count());
    let options = Options { calls, seed: args.seed, impairments: args.impairments.into(), scenarios };
    // Minutes of pure computation have no place on a thread that serves others.
    let summary = tokio::task::spawn_blocking(move || run(&options));
    let summary = summary.await.map_err(|error| Failure::new(&codes::SIMULATE_LOST, error.to_string()))?;
    if args.json {
        println!("{}", summary.to_json().map_err(|error| Failure::new(&codes::SIMULATE_LOST, error.to_string()))?);
    } else {
        print!("{}", summary.table());
        if args.log {
            for failure in &summary.failures {
                println!("\n{} {}\n{}", failure.scenario, failure.seed, failure.log);
            }
        }
    }
    Ok(ExitCode::from(if summary.all_as_expected() { 0 } else { FAILED }))
}

/// Returns the scenarios of the cast that ships and of the user's own folder.
fn scenarios(config: &Config) -> Result<Scenarios, Failure> {
    let own = wiring::own_scripts(config)?;
    let own = own.iter().map(|(file, yaml)| (file.as_str(), yaml.as_str()));
    Ok(Scenarios::read(SCENARIOS.into_iter().chain(own))?)
}

impl From<ScenarioError> for Failure {
    fn from(error: ScenarioError) -> Self {
        let entry = match &error {
            ScenarioError::Unknown { .. } => &codes::SIMULATE_UNKNOWN,
            ScenarioError::Script(_) | ScenarioError::Expectation { .. } => &codes::SANDBOX_BAD_SCRIPT,
        };
        Self::new(entry, error.to_string())
    }
}

impl From<ImpairmentsArg> for Impairments {
    fn from(arg: ImpairmentsArg) -> Self {
        match arg {
            ImpairmentsArg::None => Self::default(),
            ImpairmentsArg::Rough => Self::ROUGH,
            ImpairmentsArg::Deceptive => Self::DECEPTIVE,
            ImpairmentsArg::Awful => Self::AWFUL,
        }
    }
}
