//! What users of Plivo complain of most, as far as the practice network must let a program fall into it: each a test by the number
//! it has in our notes. Those with a longer story stand where their story is (1, 3, 4, 5, 8, 12, 23, 26, 28, 32), those that are
//! a matter of the wire alone in the tests of `wire`.

use serde_json::{Value, json};

use crate::plivo_app::{App, Saw};
use crate::streams::hearing;

const SHOP: &str = "+12125550123";
const SILENT: &str = "+12125550121";

#[tokio::test]
async fn trap_2_what_is_sent_three_times_on_a_5xx_rings_three_times_if_it_was_accepted() {
    let mut app = App::start().await;
    let rule = |fault: &str| json!({ "faults": [fault], "to": SILENT, "times": 3 });
    let refuses = app.control("/sandbox/faults", &rule("create=500")).await.0;
    assert!(refuses < 300, "{refuses}");
    let create = app.create(SILENT);
    for _ in 0..3 {
        assert_eq!(app.ask("POST", "/Call/", &create).await.0, 500);
    }
    assert!(app.sandbox.truth().calls().is_empty(), "what is refused is not rung");
    app.control("/sandbox/faults", &rule("create=502-after-acceptance")).await;
    for _ in 0..3 {
        assert_eq!(app.ask("POST", "/Call/", &create).await.0, 502);
        app.until_hook("/ring").await;
    }
    assert_eq!(app.sandbox.truth().calls().len(), 3);
}

#[tokio::test]
async fn traps_7_and_11_a_stream_one_way_plays_nothing_and_whoever_closes_it_before_the_transfer_loses_the_call() {
    let mut app = App::with(hearing(&["never"])).await;
    app.serve("/answer", "<Stream keepCallAlive=\"true\" contentType=\"audio/x-mulaw;rate=8000\">SOCKET</Stream>");
    let uuid = app.call(SILENT).await;
    app.until_event("start").await;
    app.speak(1_000, wire::plivo::media::AudioFormat::Mulaw8k);
    for _ in 0..100 {
        app.until_event("media").await;
    }
    assert_eq!(app.truth(&uuid).samples_played, 0);
    app.say(None);
    assert_eq!(app.until_hook("/hangup").await["HangupCauseCode"], "4010");
    let transfer = json!({ "legs": "aleg", "aleg_url": format!("{}/answer", app.origin) });
    let (status, refused) = app.ask("POST", &format!("/Call/{uuid}/"), &transfer).await;
    assert_eq!((status, refused["error"].as_str()), (404, Some("call not found")));
}

#[tokio::test]
async fn traps_9_10_and_13_streams_hear_one_track_need_an_answer_and_run_before_what_stands_behind_them() {
    let mut app = App::start().await;
    let service = json!({ "service_url": format!("{}/media", app.origin.replace("http", "ws")) });
    app.serve("/answer", "<Stream bidirectional=\"true\" audioTrack=\"both\" keepCallAlive=\"true\">SOCKET</Stream>");
    let uuid = app.call(SILENT).await;
    // Before the answer there is no call to stream.
    let (status, refused) = app.ask("POST", &format!("/Call/{uuid}/Stream/"), &service).await;
    assert_eq!((status, refused["error"].as_str()), (404, Some("call not found")));
    assert_eq!(app.until_hook("/hangup").await["HangupCauseCode"], "8011");
    app.serve(
        "/answer",
        "<Stream bidirectional=\"true\" keepCallAlive=\"true\">SOCKET</Stream><Record recordSession=\"true\" callbackUrl=\"ORIGIN/tape\"/>",
    );
    let uuid = app.call(SILENT).await;
    app.until_event("media").await;
    app.ask("DELETE", &format!("/Call/{uuid}/"), &Value::Null).await;
    let (_, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/hangup")).await;
    assert!(!before.iter().any(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/tape")));
    assert_eq!(app.ask("GET", "/Recording/", &Value::Null).await.1["meta"]["total_count"], 0);
}

#[tokio::test]
async fn traps_14_to_18_recordings_are_open_records_come_late_and_numbers_bills_and_times_are_written_in_two_ways() {
    let mut app = App::start().await;
    app.serve("/answer", "<Record recordSession=\"true\" callbackUrl=\"ORIGIN/tape\" fileFormat=\"wav\"/><Wait length=\"2\"/>");
    let uuid = app.call(SHOP).await;
    let ring = app.until_hook("/ring").await;
    let answer = app.until_hook("/answer").await;
    assert_eq!((ring["From"].as_str(), answer["From"].as_str()), ("+12125550101", "12125550101"));
    let (mut tape, mut end) = (None, None);
    while tape.is_none() || end.is_none() {
        match app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/tape" || path == "/hangup")).await.0 {
            Saw::Hook { path, form, .. } if path == "/tape" => tape = Some(form),
            Saw::Hook { form, .. } => end = Some(form),
            other => panic!("{other:?}"),
        }
    }
    let (tape, end) = (tape.unwrap(), end.unwrap());
    assert_eq!(app.fetch(&tape["RecordUrl"]).await.0, 200, "without credentials");
    // At once it is not written yet; who takes that for a call of no length is wrong.
    let record = app.record(&uuid).await;
    assert_eq!((end["Duration"].as_str(), end["BillDuration"].as_str()), ("2", "60"));
    assert_eq!((record["bill_duration"].as_u64(), record["billed_duration"].as_u64(), record.get("duration")), (Some(2), Some(60), None));
    let has_offset = |time: &str| time.len() > 19 && (time[19..].contains('+') || time[19..].contains('-'));
    assert!(has_offset(record["end_time"].as_str().unwrap()) && !has_offset(&end["EndTime"]) && !has_offset(&end["SessionStart"]));
}

#[tokio::test]
async fn traps_19_27_and_33_no_request_ends_all_calls_foreign_keys_are_taken_and_bare_ampersands_are_no_xml() {
    let mut app = App::start().await;
    app.serve("/answer", "<Wait length=\"600\"/>");
    let uuid = app.call(SILENT).await;
    app.until_hook("/answer").await;
    let (status, refused) = app.ask("DELETE", "/Call/", &json!({})).await;
    assert_eq!((status, refused["error"].as_str()), (405, Some("method not allowed")));
    // As the library for Go sends it.
    assert_eq!(app.ask("POST", &format!("/Call/{uuid}/DTMF/"), &json!({ "digits": "5", "legs": "aleg" })).await.0, 202);
    assert_eq!(app.ask("POST", &format!("/Call/{uuid}/Speak/"), &json!({ "text": "Hello", "length": "WOMAN" })).await.0, 202);
    app.until_true(&uuid, |truth| truth.callee_heard.iter().any(|heard| heard.contains("Hello"))).await;
    app.serve("/bare", "<Stream>SOCKET?a=1&b=2</Stream>");
    let transfer = json!({ "aleg_url": format!("{}/bare", app.origin) });
    assert_eq!(app.ask("POST", &format!("/Call/{uuid}/"), &transfer).await.0, 202);
    let end = app.until_hook("/hangup").await;
    assert_eq!((end["HangupCauseCode"].as_str(), end["HangupCauseName"].as_str()), ("8013", "Invalid Transfer XML"));
}
