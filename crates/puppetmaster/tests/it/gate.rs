//! The gate, asked from outside: it explains without calling, and whatever it decides on a call is kept with the task.

use serde_json::Value;

use crate::doctor::well;
use crate::fake_twilio::FakeTwilio;
use crate::program::{Home, Network};

const ASK: &str = "Ask what time they close today";
const SHOP: &str = "+12125550123";

fn gate(home: &Home, args: &[&str]) -> (Option<i32>, Value) {
    let ended = home.run(&[&["gate"], args, &["--json"]].concat());
    assert!(!ended.stderr.contains("ERROR"), "{ended:?}");
    (ended.code, serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}")))
}

/// Returns the verdict on a question.
fn verdict<'a>(explained: &'a Value, question: &str) -> &'a str {
    let asked = explained["record"]["asked"].as_array().unwrap();
    asked.iter().find(|asked| asked["question"] == question).unwrap_or_else(|| panic!("{question}: {explained}"))["verdict"].as_str().unwrap()
}

#[test]
fn a_practice_call_is_explained_and_nothing_is_kept() {
    let home = Home::new();
    let ended = home.run(&["gate", SHOP, ASK]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let lines: Vec<&str> = ended.stdout.lines().collect();
    assert!(lines[0].starts_with("would be dialed at "), "{}", ended.stdout);
    assert!(lines.iter().filter(|line| line.starts_with("yes ") || line.starts_with("-  ") || line.starts_with("told ")).count() == 20);
    assert!(ended.stdout.contains("data: emergency_numbers") && ended.stdout.contains("data: time zones "), "{}", ended.stdout);
    assert!(ended.stdout.contains("place: America/New_York "), "{}", ended.stdout);
    assert!(home.books().is_empty(), "no task was made");
}

#[test]
fn a_real_call_at_night_is_refused_until_the_morning() {
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    let at = |moment: &str| gate(&home, &["+12125552671", ASK, "--at", moment]);
    // A Monday, in New York.
    let (code, night) = at("2026-11-30T22:15:00-05:00");
    assert_eq!((code, verdict(&night, "hours"), verdict(&night, "approval")), (Some(3), "no", "not_asked"), "{night}");
    assert_eq!(night["allowed_when"]["from"], 1_796_130_000_000_i64, "Tuesday at eight: {night}");
    assert_eq!(night["record"]["places"][0]["rings_at"], 22 * 60 + 15);
    let (code, noon) = at("2026-11-30T12:00:00-05:00");
    assert_eq!((code, &noon["is_allowed"], &noon["allowed_when"]), (Some(0), &Value::Bool(true), &Value::Null), "{noon}");
    // A private person's phone needs leave.
    let (code, private) = gate(&home, &["+12125552671", ASK, "--callee", "person", "--at", "2026-11-30T12:00:00-05:00"]);
    assert_eq!((code, verdict(&private, "consent"), private["allowed_when"].as_str()), (Some(3), "no", Some("after_remedy")));
    let ended = home.run(&["--set", "time_zone=Europe/Berlin", "gate", "+12125552671", ASK, "--at", "2026-12-01 04:15"]);
    assert!(ended.stdout.contains("allowed: from Tue 2026-12-01 14:00 on, all else equal"), "{ended:?}");
    assert!(twilio.asked().is_empty(), "nobody is asked for an explanation");
}

#[test]
fn what_is_never_rung_is_told_at_once() {
    let home = Home::new();
    home.run(&["gate", "911"]).fails_with(3, "number.emergency");
    let twilio = FakeTwilio::start();
    let home = well(&twilio);
    let (code, abroad) = gate(&home, &["+442079460000"]);
    assert_eq!((code, abroad["is_allowed"].as_bool(), verdict(&abroad, "hours")), (Some(3), Some(false), "not_asked"));
    home.run(&["gate", "+12125552671", ASK, "--at", "some day"]).fails_with(2, "schedule.moment");
}

#[test]
fn every_dial_and_every_refusal_keeps_its_decision() {
    let home = Home::new();
    let network = Network::start(&home);
    let ended = home.run(&["--set", &network.flag(), "call", "+12125550110", ASK, "--yes", "--json"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    let task = home.books()[0].0.id.to_string();
    let shown: Value = serde_json::from_str(&home.run(&["task", "show", &task, "--json"]).stdout).unwrap();
    assert_eq!((&shown["decisions"][0]["is_cleared"], shown["decisions"].as_array().map(Vec::len)), (&Value::Bool(true), Some(1)), "{shown}");
    assert_eq!(shown["decisions"][0]["attempt"], shown["attempts"][0]["attempt"]);

    // Strict practice: a second call to a private person on a day is one too many.
    let args = ["--set", &network.flag(), "--set", "limits.calls_per_business_per_day=1", "call", "+12125550110", ASK, "--yes", "--strict"];
    home.run(&args).fails_with(3, "cap.number");
    let refused =
        home.books().into_iter().find(|(task, attempts)| attempts.is_empty() && task.id.to_string() != *shown["task"]["id"].as_str().unwrap());
    let refused = refused.unwrap().0.id.to_string();
    let text = home.run(&["task", "show", &refused]).stdout;
    assert!(text.contains("refused at ") && text.contains("calls to number: ") && text.contains("[cap.number]"), "{text}");
    let whole = home.run(&["task", "show", &refused, "--why"]).stdout;
    assert!(whole.contains("yes  emergency lines") && whole.contains("data: emergency_numbers"), "{whole}");
    assert_eq!(network.calls().len(), 1, "the refused call rang nowhere");
}
