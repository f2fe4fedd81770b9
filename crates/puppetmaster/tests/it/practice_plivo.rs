//! What only Plivo has, with the practice network spoken to as Plivo; what is the same over all providers is in `provider_contract`.

use serde_json::Value;

use crate::program::{Home, Network};

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
fn a_call_whose_stream_is_refused_goes_on_by_spoken_turns() {
    let home = Home::new();
    let network = Network::with_faults(&home, &["socket=refused"]);
    let flag = network.flag();
    let (code, report) = call(&home, &["sandbox.provider=plivo", &flag], &[SHOP, "Ask what time they close today"]);
    assert_eq!((code, said(&report).3), (Some(0), "21:00".into()), "{report}");
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
