//! Plivo's audio stream: who says what, in which form and order, and how it ends.

use sandbox::{Rule, SandboxConfig};
use serde_json::{Value, json};
use wire::plivo::media::AudioFormat;

use crate::plivo_app::{App, Saw};
use crate::streams::hearing;

const SHOP: &str = "+12125550123";

fn stream(attributes: &str) -> String {
    format!("<Stream {attributes} extraHeaders=\"token=t1,leg=a\" statusCallbackUrl=\"ORIGIN/stream\">SOCKET?k=7f&amp;x=1</Stream>")
}

async fn connected(app: &mut App, format: AudioFormat) -> String {
    let (opened, _) = app.until(|saw| matches!(saw, Saw::Opened { .. })).await;
    assert_eq!(opened, Saw::Opened { is_signed: true });
    let (start, _) = app.until_event("start").await;
    assert_eq!((start["sequenceNumber"].as_u64(), start["extra_headers"].as_str()), (Some(1), Some("token=t1,leg=a")));
    let form = json!({ "encoding": format.encoding(), "sampleRate": format.rate_hz() });
    assert_eq!((&start["start"]["mediaFormat"], &start["start"]["tracks"]), (&form, &json!(["inbound"])));
    start["start"]["streamId"].as_str().unwrap().to_owned()
}

fn checkpoint(name: &str) -> Option<String> {
    Some(json!({ "event": "checkpoint", "name": name }).to_string())
}

#[tokio::test]
async fn trap_8_a_conversation_in_every_form_is_heard_and_answered_and_the_document_goes_on_behind_it() {
    for format in AudioFormat::ALL {
        let mut app = App::with(hearing(&["what time do you close today", "thank you goodbye"])).await;
        let kind = format!("bidirectional=\"true\" keepCallAlive=\"true\" contentType=\"{}\"", format.content_type());
        app.serve("/answer", &format!("{}<Redirect>ORIGIN/after</Redirect>", stream(&kind)));
        app.serve("/after", "<Hangup/>");
        let uuid = app.call(SHOP).await;
        connected(&mut app, format).await;
        assert_eq!(app.until_hook("/stream").await["Event"], "StartStream");
        let (media, _) = app.until_event("media").await;
        let payload = media["media"]["payload"].as_str().unwrap();
        assert_eq!(payload.len(), format.frame_bytes().div_ceil(3) * 4);
        app.until_true(&uuid, |truth| truth.callee_said.len() == 1).await;
        for _ in 0..120 {
            app.until_event("media").await;
        }
        app.speak(1_500, format);
        app.say(checkpoint("turn-1"));
        let (played, _) = app.until_event("playedStream").await;
        assert_eq!(played["name"], "turn-1");
        app.until_true(&uuid, |truth| truth.callee_said.iter().any(|said| said == "We close at nine today.")).await;
        // We close the socket: the document goes on.
        app.say(None);
        app.until_hook("/after").await;
        assert_eq!(app.until_hook("/hangup").await["HangupCauseCode"], "4000");
        let truth = app.truth(&uuid);
        assert_eq!(truth.callee_heard, ["what time do you close today"]);
        // The filter between the rates keeps back a few samples.
        assert!((11_900..=12_000).contains(&truth.samples_in), "{}", truth.samples_in);
    }
}

#[tokio::test]
async fn trap_26_a_clear_drops_what_is_queued_and_its_checkpoints() {
    let mut app = App::with(hearing(&[])).await;
    app.serve("/answer", &stream("bidirectional=\"true\" keepCallAlive=\"true\" contentType=\"audio/x-mulaw;rate=8000\""));
    let uuid = app.call(SHOP).await;
    connected(&mut app, AudioFormat::Mulaw8k).await;
    app.speak(8_000, AudioFormat::Mulaw8k);
    app.say(checkpoint("old"));
    // Without the stream's name, as Plivo's own samples have it.
    app.say(Some(json!({ "event": "clearAudio" }).to_string()));
    let (_, before) = app.until_event("clearedAudio").await;
    app.speak(200, AudioFormat::Mulaw8k);
    app.say(checkpoint("new"));
    let (played, between) = app.until_event("playedStream").await;
    assert_eq!(played["name"], "new");
    let is_old = |saw: &Saw| matches!(saw, Saw::Message(message) if message["name"] == "old");
    assert!(!before.iter().chain(&between).any(is_old));
    let truth = app.truth(&uuid);
    assert_eq!((truth.clears, truth.marks_in, truth.marks_out), (1, 2, 1));
}

#[tokio::test]
async fn keys_go_both_ways() {
    let mut app = App::with(hearing(&[])).await;
    app.serve("/answer", &stream("bidirectional=\"true\" keepCallAlive=\"true\" contentType=\"audio/x-mulaw;rate=8000\""));
    let uuid = app.call(SHOP).await;
    connected(&mut app, AudioFormat::Mulaw8k).await;
    app.say(Some(json!({ "event": "sendDTMF", "dtmf": "42#" }).to_string()));
    app.until_true(&uuid, |truth| truth.keys_heard == "42#").await;
}

#[tokio::test]
async fn trap_3_a_stream_that_is_not_kept_alive_ends_with_its_document() {
    let mut app = App::with(hearing(&[])).await;
    app.serve("/answer", &stream("bidirectional=\"true\" contentType=\"audio/x-mulaw;rate=8000\""));
    app.call(SHOP).await;
    let end = app.until_hook("/hangup").await;
    assert_eq!((end["HangupCauseCode"].as_str(), end["HangupSource"].as_str()), ("4010", "Answer XML"));
}

#[tokio::test]
async fn a_socket_that_cannot_be_opened_is_tried_three_times_and_the_document_goes_on() {
    let mut app = App::with(hearing(&[])).await;
    let url = app.origin.replace("http", "ws");
    app.serve(
        "/answer",
        &format!("<Stream keepCallAlive=\"true\" statusCallbackUrl=\"ORIGIN/stream\">{url}/no-socket</Stream><Redirect>ORIGIN/after</Redirect>"),
    );
    app.serve("/after", "");
    app.call(SHOP).await;
    let (_, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/after")).await;
    let tries = before.iter().filter(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/no-socket")).count();
    assert_eq!(tries, 3);
    assert_eq!(app.until_hook("/hangup").await["HangupCauseCode"], "4010");
}

#[tokio::test]
async fn what_the_api_starts_on_an_answered_call_is_shown_and_stopped() {
    let mut app = App::with(hearing(&[])).await;
    app.serve("/answer", "<Wait length=\"60\"/>");
    let uuid = app.call(SHOP).await;
    let start = json!({ "service_url": format!("{}/media", app.origin.replace("http", "ws")), "bidirectional": true, "extra_headers": "token=t1,leg=a",
        "content_type": "audio/x-l16;rate=16000", "status_callback_url": format!("{}/stream", app.origin) });
    let at = format!("/Call/{uuid}/Stream/");
    assert_eq!(app.ask("POST", &at, &start).await.0, 404, "the call is not answered yet");
    app.until_hook("/answer").await;
    let (status, started) = app.ask("POST", &at, &start).await;
    assert_eq!((status, started["message"].as_str()), (202, Some("audio streaming started")));
    let id = connected(&mut app, AudioFormat::L16At16k).await;
    assert_eq!(started["stream_id"], id.as_str());
    assert_eq!(app.ask("POST", &at, &start).await.0, 400, "one at a time");
    let (_, list) = app.ask("GET", &at, &Value::Null).await;
    assert_eq!((list["meta"]["count"].as_u64(), list["objects"][0]["stream_id"].as_str()), (Some(1), Some(id.as_str())));
    assert_eq!(app.ask("DELETE", &format!("{at}{id}/"), &Value::Null).await.0, 204);
    app.until(|saw| *saw == Saw::Closed).await;
    let (_, shown) = app.ask("GET", &format!("{at}{id}/"), &Value::Null).await;
    assert_eq!(shown["status"], "completed");
    assert_eq!(app.ask("DELETE", &format!("/Call/{uuid}/"), &Value::Null).await.0, 204);
}

#[tokio::test]
async fn a_transfer_closes_the_stream_and_the_call_goes_on() {
    let mut app = App::with(hearing(&[])).await;
    app.serve("/answer", &stream("bidirectional=\"true\" keepCallAlive=\"true\" contentType=\"audio/x-mulaw;rate=8000\""));
    app.serve("/human", "<Wait length=\"2\"/>");
    let uuid = app.call(SHOP).await;
    connected(&mut app, AudioFormat::Mulaw8k).await;
    let to = json!({ "aleg_url": format!("{}/human", app.origin) });
    assert_eq!(app.ask("POST", &format!("/Call/{uuid}/"), &to).await.0, 202);
    app.until_hook("/human").await;
    assert_eq!(app.until_hook("/hangup").await["HangupCauseCode"], "4010");
}

#[tokio::test]
async fn faults_hold_for_this_carrier_too() {
    let mut app = App::with(SandboxConfig { ..hearing(&[]) }).await;
    let rule = |text: &str| {
        let faults = sandbox::Faults::parse([text]).unwrap();
        Rule { faults, to: Some(SHOP.to_owned()), times: Some(1) }
    };
    app.sandbox.faults().add(rule("create=500")).unwrap();
    assert_eq!(app.ask("POST", "/Call/", &app.create(SHOP)).await.0, 500);
    assert_eq!(app.sandbox.truth().calls(), []);
    app.sandbox.faults().add(rule("create=500-after-acceptance")).unwrap();
    assert_eq!(app.ask("POST", "/Call/", &app.create(SHOP)).await.0, 500);
    app.until_hook("/hangup").await;
    app.sandbox.faults().add(rule("webhook=twice")).unwrap();
    app.serve("/answer", "");
    app.call(SHOP).await;
    app.until_hook("/ring").await;
    app.until_hook("/ring").await;
    app.until_hook("/hangup").await;
    app.until_hook("/hangup").await;
    app.sandbox.faults().add(rule("webhook=forged")).unwrap();
    app.call(SHOP).await;
    let (saw, _) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/ring")).await;
    assert!(matches!(saw, Saw::Hook { form, is_signed: false, .. } if form["CallStatus"] == "failed"));
    app.until(|saw| matches!(saw, Saw::Hook { path, is_signed: true, .. } if path == "/hangup")).await;
    app.sandbox.faults().add(rule("call=drop:2s")).unwrap();
    app.serve("/answer", &stream("bidirectional=\"true\" keepCallAlive=\"true\" contentType=\"audio/x-mulaw;rate=8000\""));
    let uuid = app.call(SHOP).await;
    app.until(|saw| *saw == Saw::Closed).await;
    assert_eq!(app.record(&uuid).await["hangup_cause_code"], 6_020);
}
