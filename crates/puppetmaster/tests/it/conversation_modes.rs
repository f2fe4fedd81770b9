//! The same errand in each way to hold a conversation: the same report, whoever hears and speaks. That an answer is the same is a row of
//! [`crate::provider_contract`].

use audio::wav::read_wav;
use serde_json::Value;

use crate::column::Column;
use crate::program::{Home, Network, give_way};

const SHOP: &str = "+12125550123";

/// Ways in which the carrier hears and speaks; the third is every other test's.
const IN_TEXT: [&str; 2] = ["text_relay", "spoken_turns"];

fn call(home: &Home, mode: &str, args: &[&str]) -> (Option<i32>, Value) {
    let setting = format!("conversation_mode={mode}");
    let mut all = vec!["--set", &setting, "call"];
    all.extend(args);
    all.extend(["--yes", "--json"]);
    let ended = home.run(&all);
    assert!(!ended.stderr.contains("ERROR"), "{mode}: {}", ended.stderr);
    let report = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{mode}: no report: {ended:?}"));
    (ended.code, report)
}

#[test]
fn a_recording_that_nobody_tells_of_is_asked_for() {
    let home = Home::new();
    let network = Network::with_faults(&home, &["webhook=lost"]);
    let ended =
        home.run(&["--set", &network.flag(), "--set", "conversation_mode=text_relay", "call", SHOP, "Ask what time they close today", "--yes"]);
    assert!(!ended.stderr.contains("ERROR"), "{ended:?}");
    assert!(ended.stdout.contains("recording  "), "it is fetched all the same: {ended:?}");
}

/// Checks an answer that the carrier heard and recorded: its words stand in the transcript, and both sides in the recording.
pub fn check(home: &Home, report: &Value) {
    let turns = report["transcript"].as_array().unwrap();
    let quote = report["report"]["facts"][0]["evidence"]["quote"].as_str().unwrap();
    assert!(turns.iter().any(|turn| turn["speaker"] == "callee" && turn["text"].as_str().unwrap().contains(quote)), "{report}");
    let ours = turns.iter().find(|turn| turn["speaker"] == "assistant").unwrap();
    assert!(ours["text"].as_str().unwrap().contains("automated assistant"), "the first sentence says what calls");
    let attempt = report["attempt"].as_str().unwrap();
    let replayed = home.run(&["replay", attempt]);
    assert!(replayed.code == Some(0) && replayed.stdout.contains("the same outputs"), "{replayed:?}");
    let file = home.path().join("call.wav");
    assert_eq!(home.run(&["recording", attempt, "--to", file.to_str().unwrap()]).code, Some(0));
    let wav = read_wav(&std::fs::read(file).unwrap(), 8_000 * 600).unwrap();
    let sounds = |channel| wav.channel(channel).iter().filter(|sample| sample.unsigned_abs() > 1_000).count();
    assert!(wav.channels == 2 && sounds(0) > 4_000 && sounds(1) > 4_000, "both sides are heard, each on its channel");
}

#[test]
fn a_provider_without_a_relay_of_texts_says_on_the_receipt_that_it_takes_spoken_turns() {
    let home = Home::new();
    let receipt = |provider: &str, mode: &str| {
        let settings = [format!("sandbox.provider={provider}"), format!("conversation_mode={mode}")];
        let settings = settings.iter().flat_map(|setting| ["--set", setting]);
        let ended = home.run(&settings.chain(["task", "create", SHOP, "Ask what time they close today"]).collect::<Vec<_>>());
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.stdout
    };
    let told = receipt("plivo", "text_relay");
    assert!(told.contains("plivo has no texts over a socket; the conversation is held by spoken turns [carrier.other_mode]"), "{told}");
    for (provider, mode) in [("twilio", "text_relay"), ("plivo", "spoken_turns"), ("plivo", "media_stream")] {
        let told = receipt(provider, mode);
        assert!(!told.contains("carrier.other_mode"), "{provider} {mode}: {told}");
    }
}

#[test]
fn a_stop_request_counts_in_every_mode() {
    for mode in IN_TEXT {
        let home = Home::new();
        let (code, report) = call(&home, mode, &["+12125550119", "Ask whether they are satisfied with the delivery"]);
        assert_eq!(code, Some(4), "{mode}: {report}");
        assert!(!report["report"]["opted_out"].is_null(), "{mode}: {report}");
        let again = home.run(&["call", "+12125550119", "Ask whether they are satisfied with the delivery", "--yes", "--strict"]);
        again.fails_with(3, "number.opted_out");
    }
}

#[test]
fn a_voicemail_gets_its_message_in_every_mode() {
    for mode in IN_TEXT {
        let home = Home::new();
        let (_, report) =
            call(&home, mode, &["+12125550114", "Tell Jordan that the order is ready", "--voicemail", "The order is ready and can be picked up."]);
        assert_eq!(report["disposition"].as_str(), Some("voicemail"), "{mode}: {report}");
        let turns = report["transcript"].as_array().unwrap();
        let message = turns.iter().any(|turn| turn["speaker"] == "assistant" && turn["text"].as_str().unwrap().contains("order is ready"));
        assert!(message, "{mode}: {report}");
    }
}

/// A voicemail whose greeting is longer than our opening, so that its end is heard, and whose beep comes late.
const MAILBOX: &str = r#"
number: "+12125550170"
name: Mailbox
description: A voicemail whose beep comes late.
line: { ring_after_ms: 100, answer_after_ms: 800 }
scenes:
  away:
    voicemail:
      greeting:
        - { after_ms: 300, say: "Hi, you have reached the voicemail of Jordan. I cannot come to the phone right now, for I am at work or on the road." }
        - { after_ms: 200, say: "The office is open from nine to five and knows what to do about everything that cannot wait." }
        - { after_ms: 200, say: "Please leave a message after the tone." }
      beep_after_ms: 3500
      records_seconds: 60
      silence_seconds: 9
"#;

/// Plivo's news of machines do not tell the beep; its documents can wait for it.
#[test]
fn over_plivo_a_message_is_left_behind_the_beep_though_nobody_listens_to_the_line() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("cast")).unwrap();
    std::fs::write(home.path().join("cast/mailbox.yaml"), MAILBOX).unwrap();
    let network = Network::with(&home, &["--set", "sandbox.scenarios_dir=cast"]);
    let line = Column::PractisedPlivo.open(&network);
    let mut args = line.settings();
    args.extend(["--set", "conversation_mode=spoken_turns", "call", "+12125550170", "Tell Jordan that the order is ready"]);
    args.extend(["--voicemail", "The order is ready and can be picked up.", "--yes", "--json"]);
    let ended = home.run(&args);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    assert_eq!(report["disposition"].as_str(), Some("voicemail"), "{report}");
    // Its ears may be behind the end.
    let mut call = network.calls().remove(0);
    for _ in 0..400 {
        if call["messages"].as_array().is_some_and(|messages| !messages.is_empty()) {
            break;
        }
        give_way();
        call = network.calls().remove(0);
    }
    assert_eq!(call["beeps_waited_for"].as_u64(), Some(1), "{call:#}");
    let tape = call["messages"].to_string().to_lowercase();
    assert!(tape.contains("order is ready") && tape.contains("picked up"), "{call:#}");
    assert!(!ended.stderr.contains("ERROR"), "{ended:?}");
}

/// That a refused media stream does the same is a row of the contract.
#[test]
fn a_call_whose_relay_is_refused_goes_on_by_spoken_turns() {
    let home = Home::new();
    let network = Network::with_faults(&home, &["socket=refused"]);
    let ended =
        home.run(&["--set", &network.flag(), "--set", "conversation_mode=text_relay", "call", SHOP, "Ask what time they close today", "--yes"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("no stream came about") && ended.stdout.contains("9 pm"), "{}", ended.stdout);
    assert!(ended.stdout.contains("recording  "), "it was said to be recorded, and is: {}", ended.stdout);
}
