//! `kill -9` at every stage of a call: the next start settles it, nothing rings twice, no row is lost or doubled.

use std::process::Stdio;

use telephony::Disposition;

use crate::program::{Home, Network, Running};

const ASK: &str = "Ask what time they close today";
const SHOP: &str = "+12125550123";

/// Dials somebody else, which settles first what was left behind.
fn start_again(home: &Home, network: &Network) {
    let ended = home.run(&["--set", &network.flag(), "call", "+12125550110", ASK, "--yes"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(!ended.stderr.contains("ERROR") && !ended.stderr.contains("panicked"), "{}", ended.stderr);
}

/// Kills a call once it has printed `stage`, starts again, and returns how the killed attempt ended.
fn kill_at(stage: &str) -> (Disposition, Vec<serde_json::Value>) {
    let home = Home::new();
    let network = Network::start(&home);
    let mut call = home.start(&["--set", &network.flag(), "call", SHOP, ASK, "--yes"]);
    call.until(stage);
    call.signal("KILL");
    assert_eq!(call.end().code, None, "a signal ended it");
    start_again(&home, &network);
    let books = home.books();
    assert_eq!(books.len(), 2);
    let (task, attempts) = &books[1];
    assert_eq!((task.number.as_e164(), attempts.len()), (SHOP, 1));
    let calls = network.calls();
    let to_shop: Vec<_> = calls.into_iter().filter(|call| call["to"] == SHOP).collect();
    assert!(to_shop.iter().map(|call| call["rings"].as_u64().unwrap()).sum::<u64>() <= 1, "it rang twice: {to_shop:?}");
    (attempts[0].finish.as_ref().unwrap().disposition, to_shop)
}

#[test]
fn before_the_yes_nothing_was_dialed() {
    let home = Home::new();
    let network = Network::start(&home);
    let mut command = home.command(&["--set", &network.flag(), "call", SHOP, ASK]);
    command.stdin(Stdio::piped());
    let mut call = Running::of(command);
    call.until("cost");
    call.signal("KILL");
    call.end();
    start_again(&home, &network);
    assert_eq!(network.calls().iter().filter(|call| call["to"] == SHOP).count(), 0);
}

#[test]
fn while_it_dials_or_rings() {
    for stage in ["dialing", "ringing"] {
        let (disposition, calls) = kill_at(stage);
        // Killed before the request left, the carrier knows of no call; after it, the call is found and ended.
        let is_told_right = match disposition {
            Disposition::SetupFailed | Disposition::FailedUnknown => calls.is_empty(),
            other => other == Disposition::Interrupted && calls.len() == 1,
        };
        assert!(is_told_right, "{stage}: {disposition:?} {calls:?}");
        assert!(calls.iter().all(|call| !call["ended_by"].is_null()), "{stage}: it still lives: {calls:?}");
    }
}

#[test]
fn while_it_talks() {
    let (disposition, calls) = kill_at("assistant  Hello");
    assert_eq!((disposition, calls.len()), (Disposition::Interrupted, 1), "{calls:?}");
    assert!(!calls[0]["ended_by"].is_null(), "it still lives: {calls:?}");
}

#[test]
fn while_it_says_goodbye() {
    let (disposition, calls) = kill_at("hanging up");
    assert!(matches!(disposition, Disposition::Interrupted | Disposition::Conversed), "{disposition:?}");
    assert_eq!(calls.len(), 1);
}
