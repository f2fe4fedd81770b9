//! The main job, whole: a practice call with real voices and ears. The call itself is the first row of [`crate::provider_contract`].

use std::process::Stdio;

use serde_json::Value;
use telephony::Disposition;

use crate::program::{Home, Running};

const SHOP: &str = "+12125550123";

/// Checks the report of a home's only call, which brought back when the shop closes, and all that the books say of it.
pub fn check(home: &Home, report: &Value) {
    assert_eq!((report["report"]["outcome"].as_str(), report["disposition"].as_str()), (Some("achieved"), Some("conversed")));
    let fact = &report["report"]["facts"][0];
    assert_eq!((fact["fact"].as_str(), fact["value"].as_str()), (Some("closing_time"), Some("21:00")));
    // The proof is the callee's own words, and lies where the transcript says they were spoken.
    let turns = report["transcript"].as_array().unwrap();
    let quote = fact["evidence"]["quote"].as_str().unwrap();
    let proof = turns.iter().find(|turn| turn["speaker"] == "callee" && turn["text"].as_str().unwrap().contains(quote)).unwrap();
    let from_ms = fact["evidence"]["from"].as_u64().unwrap() / 8;
    assert!((proof["from_ms"].as_u64().unwrap()..=proof["to_ms"].as_u64().unwrap()).contains(&from_ms), "{fact} {proof}");
    let ours = turns.iter().find(|turn| turn["speaker"] == "assistant").unwrap();
    assert!(ours["text"].as_str().unwrap().contains("automated assistant"), "the first sentence says what calls");

    let attempt = report["attempt"].as_str().unwrap();
    let replayed = home.run(&["replay", attempt]);
    assert!(replayed.code == Some(0) && replayed.stdout.contains("the same outputs"), "{replayed:?}");
    let shown = home.run(&["task", "show", report["task"].as_str().unwrap(), "--json"]);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["attempts"][0]["transcript"], report["transcript"], "the books hold the same words");
    let figures: Value = serde_json::from_str(&home.run(&["stats", "--json"]).stdout).unwrap();
    assert_eq!(
        (figures["total"]["attempts"].as_u64(), figures["total"]["achieved"].as_u64(), figures["tasks"]["done"].as_u64()),
        (Some(1), Some(1), Some(1))
    );
    assert_eq!(home.last_disposition(), Disposition::Conversed);
}

#[test]
fn a_no_to_the_receipt_dials_nobody() {
    let home = Home::new();
    let mut command = home.command(&["call", SHOP, "Ask what time they close today"]);
    command.stdin(Stdio::piped());
    let mut running = Running::of(command);
    running.until("opening");
    running.type_line("no");
    let ended = running.end();
    ended.fails_with(3, "command.approval_denied");
    let books = home.books();
    assert_eq!((books.len(), books[0].1.len()), (1, 0), "a task, and no attempt");
}

#[test]
fn who_is_not_reached_is_told_and_leaves_no_recording() {
    for (number, disposition, words) in
        [("+12125550110", Disposition::Busy, "The line was busy."), ("+12125550112", Disposition::Rejected, "The call was rejected.")]
    {
        let home = Home::new();
        let ended = home.run(&["call", number, "Ask what time they close today", "--yes"]);
        assert_eq!(ended.code, Some(4), "{ended:?}");
        assert!(ended.stdout.contains(words) && !ended.stdout.contains("recording"), "{}", ended.stdout);
        assert_eq!(home.last_disposition(), disposition);
        let objects = std::fs::read_dir(home.data().join("objects")).unwrap();
        let recordings = objects.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("recording")).count();
        assert_eq!(recordings, 0);
    }
}

#[test]
fn who_does_not_want_it_recorded_is_not_recorded() {
    let home = Home::new();
    let ended = home.run(&["--set", "recording.enabled=false", "call", "+12125550125", "Ask what time they close today", "--yes"]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(!ended.stdout.contains("This call is recorded") && !ended.stdout.contains("recording "), "{}", ended.stdout);
    assert_eq!(home.last_disposition(), Disposition::HungUpEarly);
}
