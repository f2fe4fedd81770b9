//! The whole cast in virtual time: each scenario comes out as expected, runs replay, bad lines make no false claims.

use testbed::impairments::Impairments;
use testbed::scenario::Scenarios;
use testbed::simulate::{Options, Summary, run};

fn simulate(calls: usize, seed: u64, impairments: Impairments) -> Summary {
    run(&Options { calls, seed, impairments, scenarios: Scenarios::shipped().unwrap() })
}

fn told(summary: &Summary) -> String {
    let logs: Vec<String> = summary.failures.iter().map(|failure| format!("--- {} {}\n{}", failure.scenario, failure.seed, failure.log)).collect();
    format!("{}\n{}", summary.table(), logs.join("\n"))
}

#[test]
fn every_scenario_of_the_cast_comes_out_as_expected() {
    let scenarios = Scenarios::shipped().unwrap().iter().count();
    let summary = simulate(scenarios, 0, Impairments::default());
    assert!(summary.all_as_expected(), "{}", told(&summary));
    assert_eq!(summary.scenarios.len(), scenarios);
}

#[test]
fn it_does_so_however_long_people_think() {
    let summary = simulate(250, 7, Impairments::default());
    assert!(summary.all_as_expected(), "{}", told(&summary));
}

#[test]
fn bad_lines_bring_less_and_never_a_false_claim() {
    let summary = simulate(400, 1, Impairments::ROUGH);
    assert!(summary.all_as_expected(), "{}", told(&summary));
    assert!(summary.scenarios.iter().any(|row| row.less > 0), "the impairments did nothing");
}

#[test]
fn a_run_replays_and_so_does_a_single_call_of_it() {
    let bad = Impairments { misheard_permille: 300, ..Impairments::ROUGH };
    let (mut first, mut again) = (simulate(100, 3, bad), simulate(100, 3, bad));
    (first.took_millis, again.took_millis) = (0, 0);
    assert_eq!(first.to_json().unwrap(), again.to_json().unwrap());
    assert_ne!(first.virtual_seconds, simulate(100, 4, bad).virtual_seconds);
}

#[test]
fn an_unknown_scenario_is_told_with_those_there_are() {
    let error = Scenarios::shipped().unwrap().only("moon-base").unwrap_err().to_string();
    assert!(error.contains("moon-base") && error.contains("corner-shop") && error.contains("voicemail/2"), "{error}");
}
