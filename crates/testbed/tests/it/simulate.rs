//! The whole cast in virtual time: each scenario comes out as expected, runs replay, bad lines hang no call.

use testbed::impairments::Impairments;
use testbed::scenario::Scenarios;
use testbed::simulate::{Options, Summary, run};
use testbed::verdict::Verdict;

const VERY_BAD: Impairments = Impairments { misheard_permille: 300, ..Impairments::ROUGH };

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

/// What is mis-heard twice alike, or affirmed by mistake, is still claimed now and then: `Summary` counts it as wrong and
/// `simulate` fails on it. What holds on every line is that calls end, and that claims stand on words that were heard.
#[test]
fn bad_lines_hang_no_call_and_invent_no_words() {
    let runs: Vec<Summary> = (1..=5).map(|seed| simulate(400, seed, Impairments::ROUGH)).collect();
    for failure in runs.iter().flat_map(|summary| &summary.failures) {
        let Verdict::Wrong(because) = &failure.verdict else { panic!("less is no failure on a bad line: {failure:?}") };
        let is_claim = because.iter().all(|because| because.starts_with("claims to be achieved, but "));
        assert!(is_claim, "{} {because:?}\n{}", failure.replay, failure.log);
    }
    assert!(runs.iter().flat_map(|summary| &summary.scenarios).any(|row| row.less > 0), "the impairments did nothing");
}

#[test]
fn a_run_replays() {
    let (mut first, mut again) = (simulate(100, 3, VERY_BAD), simulate(100, 3, VERY_BAD));
    (first.took_millis, again.took_millis) = (0, 0);
    assert_eq!(first.to_json().unwrap(), again.to_json().unwrap());
    assert_ne!(first.virtual_seconds, simulate(100, 4, VERY_BAD).virtual_seconds);
}

#[test]
fn a_bad_call_of_a_run_replays_alone_under_its_own_seed() {
    let summary = simulate(400, 3, VERY_BAD);
    let failure = summary.failures.first().expect("three words of ten mis-heard spoil some call of four hundred");
    let scenarios = Scenarios::shipped().unwrap().only(&failure.scenario).unwrap();
    let alone = run(&Options { calls: 1, seed: failure.seed, impairments: VERY_BAD, scenarios });
    assert_eq!((&alone.failures[0].log, &alone.failures[0].verdict), (&failure.log, &failure.verdict));
    assert!(!alone.all_as_expected());
}

#[test]
fn an_unknown_scenario_is_told_with_those_there_are() {
    let error = Scenarios::shipped().unwrap().only("moon-base").unwrap_err().to_string();
    assert!(error.contains("moon-base") && error.contains("corner-shop") && error.contains("voicemail/2"), "{error}");
}
