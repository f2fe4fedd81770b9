//! What nobody may keep: digits of a card are on no recording and in no words, and who objects is not recorded.

use audio::wav::read_wav;
use serde_json::Value;

use crate::program::Home;

const READS_A_CARD: &str = "+12125550132";
const OBJECTS: &str = "+12125550133";

fn call(home: &Home, mode: &str, number: &str) -> Value {
    let setting = format!("conversation_mode={mode}");
    let ended = home.run(&["--set", &setting, "call", number, "Ask what time they close today", "--yes", "--json"]);
    assert_eq!(ended.code, Some(0), "{mode}: {ended:?}");
    let is_quiet = !["ERROR", "could not be paused", "could not go on", "could not be deleted"].iter().any(|words| ended.stderr.contains(words));
    assert!(is_quiet, "{mode}: {}", ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

fn turn_with<'a>(report: &'a Value, speaker: &str, words: &str) -> &'a Value {
    let turns = report["transcript"].as_array().unwrap();
    let found = turns.iter().find(|turn| turn["speaker"] == speaker && turn["text"].as_str().unwrap().to_lowercase().contains(words));
    found.unwrap_or_else(|| panic!("nobody said “{words}”: {report}"))
}

/// In each way to hold a conversation: whoever records and hears.
#[test]
fn a_security_code_is_on_no_recording_and_in_no_words() {
    for mode in ["media_stream", "spoken_turns"] {
        let home = Home::new();
        let report = call(&home, mode, READS_A_CARD);
        let said = turn_with(&report, "callee", "security code");
        assert!(said["text"].as_str().unwrap().contains("[hidden]"), "{mode}: {said}");
        assert_eq!(report["report"]["facts"][0]["value"].as_str(), Some("19:00"), "{mode}: what was asked for is known: {report}");
        assert!(report["recording_silenced_ms"].as_u64().unwrap() > 1_000, "{mode}: {report}");

        let attempt = report["attempt"].as_str().unwrap();
        let trace = home.run(&["replay", attempt]);
        assert!(trace.code == Some(0) && trace.stdout.contains("the same outputs"), "{mode}: {trace:?}");
        let file = home.path().join("call.wav");
        assert_eq!(home.run(&["recording", attempt, "--to", file.to_str().unwrap()]).code, Some(0), "{mode}");
        let wav = read_wav(&std::fs::read(file).unwrap(), 8_000 * 600).unwrap();
        let (channel, proof) = (wav.channel(0), turn_with(&report, "callee", "close"));
        let sounds = |turn: &Value| {
            let [from, to] = ["from_ms", "to_ms"].map(|name| (turn[name].as_u64().unwrap() as usize * 8).min(channel.len()));
            channel[from..to].iter().filter(|sample| sample.unsigned_abs() > 1_000).count()
        };
        assert_eq!(sounds(said), 0, "{mode}: the code is heard on the recording");
        if mode == "media_stream" {
            assert!(sounds(proof) > 1_000, "{mode}: the answer is not heard on the recording");
        }
    }
}

#[test]
fn who_does_not_want_to_be_recorded_is_not_and_the_call_goes_on() {
    for mode in ["media_stream", "spoken_turns"] {
        let home = Home::new();
        let report = call(&home, mode, OBJECTS);
        turn_with(&report, "assistant", "no longer recorded");
        assert_eq!(report["report"]["facts"][0]["value"].as_str(), Some("20:00"), "{mode}: {report}");
        assert_eq!((&report["recording"], report["recording_was_deleted"].as_bool()), (&Value::Null, Some(true)), "{mode}");
        let attempt = report["attempt"].as_str().unwrap();
        let file = home.path().join("call.wav");
        let ended = home.run(&["recording", attempt, "--to", file.to_str().unwrap()]);
        assert!(ended.code != Some(0) && !file.exists(), "{mode}: {ended:?}");
    }
}

#[test]
fn a_report_without_a_recording_names_none() {
    let home = Home::new();
    let ended = home.run(&["call", OBJECTS, "Ask what time they close today", "--yes"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("the recording is deleted") && ended.stdout.contains("of the call"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("of the recording"), "{}", ended.stdout);
}
