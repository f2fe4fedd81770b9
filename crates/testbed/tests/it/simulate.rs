//! The whole cast in virtual time: each scenario comes out as expected, runs replay, bad lines hang no call.

use testbed::impairments::Impairments;
use testbed::scenario::Scenarios;
use testbed::simulate::{Options, Summary, run};

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

/// Where words are mis-heard, less may come of a call than expected, and then it says so. Never a wrong claim.
#[test]
fn bad_lines_hang_no_call_and_prove_nothing_false() {
    let runs: Vec<Summary> = (1..=5).map(|seed| simulate(400, seed, Impairments::ROUGH)).collect();
    for summary in &runs {
        assert!(summary.failures.is_empty(), "{}", told(summary));
    }
    assert!(runs.iter().flat_map(|summary| &summary.scenarios).any(|row| row.less > 0), "the impairments did nothing");
}

/// Good ears, and a carrier that loses every seventh webhook and reply: what is said and done stays right.
const BAD_CARRIER: Impairments = Impairments {
    misheard_permille: 0,
    unnoticed_permille: 0,
    late_words_permille: 0,
    false_voice_permille: 0,
    lost_marks_permille: 0,
    ..Impairments::AWFUL
};

#[test]
fn a_carriers_bad_day_costs_lines_and_never_the_truth() {
    let summary = simulate(1_000, 11, BAD_CARRIER);
    assert!(summary.failures.is_empty(), "{}", told(&summary));
    assert!(summary.scenarios.iter().any(|row| row.less > 0), "the impairments did nothing");
}

#[test]
fn a_run_replays() {
    let (mut first, mut again) = (simulate(100, 3, VERY_BAD), simulate(100, 3, VERY_BAD));
    (first.took_millis, again.took_millis) = (0, 0);
    assert_eq!(first.to_json().unwrap(), again.to_json().unwrap());
    assert_ne!(first.virtual_seconds, simulate(100, 4, VERY_BAD).virtual_seconds);
}

/// A shop that expects to give an answer and never gives one.
const MUTE_KIOSK: &str = "number: \"+13105550177\"\nname: Kiosk\ndescription: Says nothing of use.\nscenes:\n  kiosk:\n    person:\n      \
    greeting: [{ after_ms: 300, say: \"Kiosk, hello?\" }]\nexpect:\n  - { intent: Ask how much it is, disposition: conversed, outcome: achieved }\n";

#[test]
fn a_bad_call_of_a_run_replays_alone_under_its_own_seed() {
    let scenarios = || Scenarios::read([("kiosk.yaml", MUTE_KIOSK)]).unwrap();
    let play = |calls, seed| run(&Options { calls, seed, impairments: VERY_BAD, scenarios: scenarios() });
    let wrong = |summary: &Summary| summary.scenarios[0].less + summary.scenarios[0].wrong;
    assert_eq!(wrong(&play(50, 3)), 50, "nothing can be achieved there");
    let clean = |calls, seed| run(&Options { calls, seed, impairments: Impairments::default(), scenarios: scenarios() });
    let failure = clean(50, 3).failures.pop().expect("every call fails");
    let alone = clean(1, failure.seed);
    assert_eq!((&alone.failures[0].log, &alone.failures[0].verdict), (&failure.log, &failure.verdict));
    assert!(failure.replay.ends_with(&format!("--scenario kiosk --calls 1 --seed {}", failure.seed)), "{}", failure.replay);
    assert!(!alone.all_as_expected());
}

#[test]
fn an_unknown_scenario_is_told_with_those_there_are() {
    let error = Scenarios::shipped().unwrap().only("moon-base").unwrap_err().to_string();
    assert!(error.contains("moon-base") && error.contains("corner-shop") && error.contains("voicemail/2"), "{error}");
}
