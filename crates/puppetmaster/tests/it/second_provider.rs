//! A second phone provider dials what the first surely did not, and nothing else: whatever the first answers, one telephone rings once.

use assistant::attempt::AttemptState;
use serde_json::Value;
use telephony::Disposition;

use crate::program::{Ended, Home, Network};

const SHOP: &str = "+12125550123";
const BUSY: &str = "+12125550110";
const ASK: &str = "Ask what time they close today";

fn call(home: &Home, network: &Network, first: &str, number: &str) -> (Ended, Value) {
    let (flag, second) = (network.flag(), if first == "twilio" { "second_provider=plivo" } else { "second_provider=twilio" });
    let first = format!("sandbox.provider={first}");
    let ended = home.run(&["--set", &flag, "--set", second, "--set", &first, "call", number, ASK, "--yes", "--json"]);
    assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("5550"), "{}", ended.stderr);
    let report = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("no report: {ended:?}"));
    (ended, report)
}

/// Returns the providers whose calls came through to a telephone, which rang once or was busy; they are told by their names of calls.
fn reached(network: &Network) -> Vec<&'static str> {
    let came_through = |call: &&Value| call["rings"] != 0 || call["states"].as_array().unwrap().iter().any(|state| state == "busy");
    let provider = |call: &Value| if call["call_sid"].as_str().unwrap().starts_with("CA") { "twilio" } else { "plivo" };
    let calls = network.calls();
    assert!(calls.iter().all(|call| call["rings"].as_u64() <= Some(1)), "{calls:?}");
    calls.iter().filter(came_through).map(provider).collect()
}

#[test]
fn the_second_provider_makes_the_whole_call_and_all_that_is_told_says_so() {
    let home = Home::new();
    let network = Network::start(&home);
    network.next_creates(1, "create=400");
    let (ended, report) = call(&home, &network, "twilio", SHOP);
    assert_eq!((ended.code, report["report"]["facts"][0]["value"].as_str()), (Some(0), Some("21:00")), "{report}");
    assert_eq!(reached(&network), ["plivo"]);
    assert_eq!((report["provider"].as_str(), report["passed_over"]["provider"].as_str()), (Some("plivo"), Some("twilio")), "{report}");
    let because = report["passed_over"]["because"].as_str().unwrap();
    assert!(because.contains("twilio refused the request"), "{because}");
    let (task, attempts) = home.books().remove(0);
    let [attempt] = &attempts[..] else { panic!("one attempt: {attempts:?}") };
    let measured = &attempt.finish.as_ref().unwrap().measured;
    assert_eq!((measured.provider.as_deref(), measured.passed_over.as_deref()), (Some("plivo"), Some(because)));
    let shown = home.run(&["task", "show", task.id.as_str()]);
    assert!(shown.stdout.contains("by plivo, the second provider") && shown.stdout.contains(because), "{shown:?}");
    let replayed = home.run(&["replay", attempt.attempt.as_str()]);
    assert!(replayed.code == Some(0) && replayed.stdout.contains("the same outputs"), "{replayed:?}");
}

#[test]
fn every_answer_but_an_unclear_one_leads_to_the_second_provider() {
    for (first, second, answer) in [("plivo", "twilio", "create=400"), ("twilio", "plivo", "create=401"), ("twilio", "plivo", "create=429")] {
        let home = Home::new();
        let network = Network::start(&home);
        network.next_creates(1, answer);
        let (_, report) = call(&home, &network, first, BUSY);
        assert_eq!((report["provider"].as_str(), report["passed_over"]["provider"].as_str()), (Some(second), Some(first)), "{report}");
        assert_eq!((reached(&network), home.last_disposition()), (vec![second], Disposition::Busy), "{first}: {answer}");
    }
    let home = Home::new();
    let network = Network::start(&home);
    network.cannot_be_reached("twilio");
    let (_, report) = call(&home, &network, "twilio", BUSY);
    assert_eq!(report["passed_over"]["because"], "twilio cannot be reached", "{report}");
    assert_eq!((reached(&network), home.last_disposition()), (vec!["plivo"], Disposition::Busy));
}

#[test]
fn an_unclear_answer_never_does() {
    let home = Home::new();
    let network = Network::start(&home);
    network.next_creates(1, "create=500-after-acceptance");
    let (_, report) = call(&home, &network, "twilio", BUSY);
    assert_eq!((report["provider"].as_str(), &report["passed_over"]), (Some("twilio"), &Value::Null), "{report}");
    assert_eq!((reached(&network), network.calls().len()), (vec!["twilio"], 1), "it came through already");
    assert_eq!(home.last_disposition(), Disposition::Busy);
}

#[test]
fn a_call_that_both_refuse_is_told_with_both_reasons_and_rings_nowhere() {
    let home = Home::new();
    let network = Network::start(&home);
    network.next_creates(2, "create=400");
    let (ended, report) = call(&home, &network, "twilio", BUSY);
    assert!(report["passed_over"]["because"].as_str().unwrap().contains("twilio refused"), "{report}");
    assert!(report["carrier_error"].as_str().unwrap().contains("plivo refused"), "{report}");
    assert_eq!((ended.code, reached(&network), home.last_disposition()), (Some(1), Vec::new(), Disposition::CarrierRejected));
    assert_eq!(home.books()[0].1[0].state, AttemptState::Terminal);
}

#[test]
fn a_second_provider_without_a_relay_of_texts_holds_the_call_by_turns_and_the_receipt_says_so() {
    let home = Home::new();
    let network = Network::start(&home);
    network.next_creates(1, "create=400");
    let flag = network.flag();
    let settings = ["--set", &flag, "--set", "second_provider=plivo", "--set", "conversation_mode=text_relay"];
    let ended = home.run(&[&settings[..], &["call", SHOP, ASK, "--yes"]].concat());
    assert!(ended.code == Some(0) && !ended.stderr.contains("ERROR"), "{ended:?}");
    assert!(ended.stdout.contains("plivo by spoken turns, only if") && ended.stdout.contains("9 pm"), "{}", ended.stdout);
    assert!(ended.stdout.contains("recording  "), "Plivo records as Twilio would have: {}", ended.stdout);
    assert_eq!(reached(&network), ["plivo"]);
}

#[test]
fn a_second_provider_is_another_one() {
    let home = Home::new();
    let same = home.run(&["--set", "second_provider=twilio", "call", SHOP, ASK, "--yes"]);
    same.fails_with(1, "config.bad_value");
}
