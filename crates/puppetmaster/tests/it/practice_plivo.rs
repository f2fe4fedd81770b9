//! The main job once more, with the practice network spoken to as Plivo: the same callee, the same report.

use serde_json::Value;
use telephony::Disposition;

use crate::program::{Home, Network};
use crate::recording;

const SHOP: &str = "+12125550123";

fn call(home: &Home, settings: &[&str], args: &[&str]) -> (Option<i32>, Value) {
    let mut all: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
    all.push("call");
    all.extend(args);
    all.extend(["--yes", "--json"]);
    let ended = home.run(&all);
    assert!(!ended.stderr.contains("ERROR"), "{}", ended.stderr);
    let report = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("no report: {ended:?}"));
    (ended.code, report)
}

/// What a report says of the answer, apart from when and where.
fn said(report: &Value) -> (Value, Value, Value, Value) {
    let fact = &report["report"]["facts"][0];
    (report["report"]["outcome"].clone(), report["disposition"].clone(), fact["fact"].clone(), fact["value"].clone())
}

#[test]
fn the_same_callee_brings_the_same_report_over_both_providers() {
    let reports: Vec<Value> = ["twilio", "plivo"]
        .into_iter()
        .map(|provider| {
            let home = Home::new();
            let (code, report) = call(&home, &[], &[SHOP, "Ask what time they close today", "--provider", provider]);
            assert_eq!(code, Some(0), "{provider}: {report}");
            let turns = report["transcript"].as_array().unwrap();
            assert!(turns[0]["text"].as_str().unwrap().contains("automated assistant"), "{provider}: the first sentence says what calls");
            let attempt = report["attempt"].as_str().unwrap();
            recording::check(&home, attempt, turns);
            let replayed = home.run(&["replay", attempt]);
            assert!(replayed.code == Some(0) && replayed.stdout.contains("the same outputs"), "{provider}: {replayed:?}");
            report
        })
        .collect();
    assert_eq!(said(&reports[0]), said(&reports[1]));
    assert_eq!(said(&reports[1]), ("achieved".into(), "conversed".into(), "closing_time".into(), "21:00".into()));
}

#[test]
fn spoken_turns_and_a_call_whose_stream_is_refused_come_to_the_same() {
    let home = Home::new();
    let plivo = "sandbox.provider=plivo";
    let (code, report) = call(&home, &[plivo, "conversation_mode=spoken_turns"], &[SHOP, "Ask what time they close today"]);
    assert_eq!((code, said(&report).3), (Some(0), "21:00".into()), "{report}");
    let home = Home::new();
    let network = Network::with_faults(&home, &["socket=refused"]);
    let flag = network.flag();
    let (code, report) = call(&home, &[plivo, &flag], &[SHOP, "Ask what time they close today"]);
    assert_eq!((code, said(&report).3), (Some(0), "21:00".into()), "{report}");
}

#[test]
fn who_is_not_reached_is_told_alike() {
    for (number, disposition) in [("+12125550110", Disposition::Busy), ("+12125550112", Disposition::Rejected)] {
        let home = Home::new();
        let (code, _) = call(&home, &["sandbox.provider=plivo"], &[number, "Ask what time they close today"]);
        assert_eq!((code, home.last_disposition()), (Some(4), disposition));
    }
}

#[test]
fn a_voicemail_gets_its_message() {
    let home = Home::new();
    let args = ["+12125550114", "Tell Jordan that the order is ready", "--voicemail", "The order is ready and can be picked up."];
    let (_, report) = call(&home, &["sandbox.provider=plivo"], &args);
    assert_eq!(report["disposition"].as_str(), Some("voicemail"), "{report}");
}

#[test]
fn practising_is_refused_where_real_telephones_would_ring() {
    let home = Home::new();
    let settings = ["--set", "phone_provider=twilio", "--set", "from_number=+12125550100"];
    let account = ["--set", "twilio.account_sid=AC00000000000000000000000000000001", "--set", "twilio.auth_token=00000000000000000000000000000001"];
    let ended = home.run(&[&settings[..], &account[..], &["call", SHOP, "Ask what time they close today", "--provider", "plivo", "--yes"]].concat());
    assert!(ended.code != Some(0) && !ended.stderr.contains("panicked"), "{ended:?}");
    assert!(ended.stderr.contains("[carrier.settings]") || ended.stderr.contains("[config."), "{ended:?}");
}
