//! Planted names, numbers, words and tokens are hunted in everything the program logs.

use crate::program::{Home, Network};

#[test]
fn no_log_holds_a_name_a_number_a_word_or_a_secret() {
    let home = Home::new();
    let network = Network::start(&home);
    let credentials: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(home.path().join("sandbox.json")).unwrap()).unwrap();
    let token = credentials["twilio"]["auth_token"].as_str().unwrap().to_owned();
    let flag = network.flag();
    let args = [
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
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["disposition"].as_str(), Some("voicemail"), "{report}");
    for planted in ["2125550114", "212-555-0114", "Plantagenet", "zeppelin", "Xylophone", "reached the voicemail", "automated assistant", &token] {
        let found = log.lines().find(|line| line.to_lowercase().contains(&planted.to_lowercase()));
        assert_eq!(found, None, "{planted} is in the log");
    }
}
