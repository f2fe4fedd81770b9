//! Planted names, numbers, words and tokens are hunted in everything the program logs.

use crate::fake_twilio::{ACCOUNT, FakeTwilio, TOKEN};
use crate::program::{Home, Network};

#[test]
fn no_log_holds_a_name_a_number_a_word_or_a_secret() {
    let home = Home::new();
    let network = Network::start(&home);
    let credentials: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(home.path().join("sandbox.json")).unwrap()).unwrap();
    let token = credentials["twilio"]["auth_token"].as_str().unwrap().to_owned();
    let flag = network.flag();
    let args = [
        "--debug",
        "--set",
        &flag,
        "call",
        "+12125550114",
        "Tell Jordan that the zeppelin has landed",
        "--for",
        "Quentin Plantagenet",
        "--fact",
        "membership=Xylophone-77",
        "--voicemail",
        "Hello Jordan, the zeppelin has landed.",
        "--yes",
        "--json",
    ];
    let mut command = home.command(&args);
    command.env("RUST_LOG", "trace");
    let output = command.output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(log.len() > 1_000, "the log is not on: {log}");
    assert!(log.contains("/Calls.json To=[12 characters]"), "the wire is not shown: {log}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["disposition"].as_str(), Some("voicemail"), "{report}");
    for planted in ["2125550114", "212-555-0114", "Plantagenet", "zeppelin", "Xylophone", "reached the voicemail", "automated assistant", &token] {
        let found = log.lines().find(|line| line.to_lowercase().contains(&planted.to_lowercase()));
        assert_eq!(found, None, "{planted} is in the log");
    }
}

/// What is asked of an account holds its secrets in headers and its numbers in paths, queries and bodies.
#[test]
fn debug_shows_the_wire_without_secrets_and_numbers() {
    let twilio = FakeTwilio::start();
    let home = crate::doctor::well(&twilio);
    let ended = home.run(&["--debug", "doctor", "--provider", "twilio"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let log = &ended.stderr;
    for shown in ["GET /2010-04-01/Accounts/AC…cdef.json", "/Balance.json", "balance: 20.00", "currency: USD", "/v2/Voice/Numbers/", "status: active"]
    {
        assert!(log.contains(shown), "{shown} is missing: {log}");
    }
    for planted in [TOKEN, ACCOUNT, "2125550123", "212-555-0123"] {
        assert!(!log.contains(planted), "{planted} is shown: {log}");
    }
    assert!(home.run(&["doctor", "--provider", "twilio"]).stderr.is_empty());
}
