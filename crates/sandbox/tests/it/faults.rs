//! Every switch that makes the network misbehave, by its effect on a program.

use sandbox::{Faults, SandboxConfig};
use wire::twilio::rest::create_call;

use crate::app::{App, Saw, config};

/// A network on which this goes wrong, as `--fault` says it.
async fn with(fault: &str) -> App {
    with_all(&[fault]).await
}

/// The same, where all of these go wrong.
async fn with_all(faults: &[&str]) -> App {
    App::with(SandboxConfig { faults: Faults::parse(faults.iter().copied()).unwrap(), ..config() }).await
}

async fn switches(app: &App, method: reqwest::Method, body: &str) -> (u16, serde_json::Value) {
    let reply = app.client.request(method, format!("{}/sandbox/faults", app.sandbox.base_url)).body(body.to_owned()).send().await.unwrap();
    let status = reply.status().as_u16();
    (status, serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or_default())
}

/// Returns whether an event's sequence numbers have no hole.
fn has_gaps(messages: &[u64]) -> bool {
    messages.windows(2).any(|pair| pair[1] != pair[0] + 1)
}

/// Waits for so many media messages and returns their sequence numbers.
async fn media(app: &mut App, count: usize) -> Vec<u64> {
    let mut seen = Vec::new();
    while seen.len() < count {
        let (message, _) = app.until_event("media").await;
        seen.push(message["sequenceNumber"].as_str().unwrap().parse().unwrap());
    }
    seen
}

#[tokio::test]
async fn a_refused_create_rings_nowhere() {
    let app = with("create=500").await;
    let (status, body) = app.send(create_call(&app.account(), &app.create("+12125550112"))).await;
    assert_eq!((status, body["code"].as_u64()), (500, Some(20_500)));
    assert!(app.sandbox.truth().calls().is_empty());
}

#[tokio::test]
async fn a_create_that_is_refused_after_it_was_accepted_rings() {
    let mut app = with("create=502-after-acceptance").await;
    let (status, _) = app.send(create_call(&app.account(), &app.create("+12125550112"))).await;
    assert_eq!(status, 502);
    assert_eq!(app.until_over().await["CallStatus"], "busy");
    let truth = app.sandbox.truth();
    assert_eq!((truth.rings_of("+12125550112"), truth.calls()[0].faults.as_slice()), (1, ["create=502-after-acceptance".to_owned()].as_slice()));
}

#[tokio::test]
async fn a_reply_that_never_comes_in_time_hides_a_call_that_rings() {
    let mut app = with("create=timeout-after-acceptance").await;
    let request = create_call(&app.account(), &app.create("+12125550112"));
    let url = format!("{}{}", app.sandbox.base_url, request.target);
    let credentials = app.sandbox.credentials.clone();
    let send = app.client.post(url).basic_auth(credentials.account_sid, Some(credentials.auth_token));
    let held = tokio::spawn(send.header("content-type", wire::http::FORM_TYPE).body(request.body).send());
    assert_eq!(app.until_over().await["CallStatus"], "busy");
    assert!(!held.is_finished());
    held.abort();
}

#[tokio::test]
async fn requests_can_be_refused_so_many_times() {
    let app = App::start().await;
    let (status, rules) = switches(&app, reqwest::Method::POST, r#"{"faults":["rest=429"],"times":2}"#).await;
    assert_eq!((status, rules["rules"].as_array().unwrap().last().unwrap()["faults"][0].as_str()), (201, Some("rest=429")));
    let mut found = Vec::new();
    for _ in 0..3 {
        found.push(app.ask("GET", "/Calls.json", "").await);
    }
    assert_eq!((found[0].0, found[0].1["code"].as_u64(), found[1].0, found[2].0), (429, Some(20_429), 429, 200));
}

#[tokio::test]
async fn a_rule_can_be_for_one_callee_and_be_taken_away() {
    let app = App::start().await;
    switches(&app, reqwest::Method::POST, r#"{"faults":["create=503"],"to":"+12125550112"}"#).await;
    let create = async |to: &str| app.send(create_call(&app.account(), &app.create(to))).await.0;
    assert_eq!((create("+12125550112").await, create("+12125550110").await, create("+12125550112").await), (503, 201, 503));
    assert_eq!(switches(&app, reqwest::Method::DELETE, "").await.0, 204);
    assert_eq!((create("+12125550112").await, switches(&app, reqwest::Method::GET, "").await.1["rules"].as_array().unwrap().len()), (201, 0));
}

#[tokio::test]
async fn a_rule_that_cannot_be_read_says_what_is_known() {
    let app = App::start().await;
    for body in [
        r#"{"faults":["webhook=eaten"]}"#,
        r#"{"fault":"rest=429"}"#,
        "x",
        r#"{"faults":[],"to":"pizza"}"#,
        r#"{"faults":["rest=429"],"to":"+12125550112"}"#,
        r#"{"faults":["rest=429"],"times":0}"#,
    ] {
        let (status, body) = switches(&app, reqwest::Method::POST, body).await;
        assert_eq!((status, body["code"].as_str()), (400, Some("sandbox.bad_fault")));
    }
    let (_, body) = switches(&app, reqwest::Method::POST, r#"{"faults":["webhook=eaten"]}"#).await;
    assert!(body["detail"].as_str().unwrap().contains("webhook=lost"));
}

#[tokio::test]
async fn lost_news_never_come_and_documents_do() {
    let mut app = with("webhook=lost").await;
    app.serve("/voice", "<Response><Hangup/></Response>");
    let sid = app.call("+12125550121").await;
    let (_, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/voice")).await;
    assert!(before.is_empty(), "{before:?}");
    while app.sandbox.truth().call(&sid).unwrap().webhooks.len() < 5 {
        app.fetch(&sid).await;
    }
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!(truth.webhooks.iter().filter(|hook| hook.status.is_none()).count(), 4);
    app.client.post(format!("{}/x", app.origin)).send().await.unwrap();
    let (_, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/x")).await;
    assert!(before.is_empty(), "{before:?}");
}

#[tokio::test]
async fn only_the_news_of_the_end_are_lost_if_that_is_wanted() {
    let mut app = with("webhook=end-lost").await;
    app.serve("/voice", "<Response><Hangup/></Response>");
    let sid = app.call("+12125550121").await;
    let is_over = |truth: &sandbox::CallTruth| truth.states.last().is_some_and(|state| state == "completed");
    while !app.sandbox.truth().call(&sid).is_some_and(|truth| is_over(&truth) && truth.webhooks.len() >= 5) {
        app.fetch(&sid).await;
    }
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!(truth.webhooks.iter().filter(|hook| hook.status.is_none()).count(), 1, "{:?}", truth.webhooks);
    app.client.post(format!("{}/x", app.origin)).send().await.unwrap();
    let (_, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/x")).await;
    assert!(!before.iter().any(|saw| format!("{saw:?}").contains("completed")), "{before:?}");
}

#[tokio::test]
async fn late_news_come_after_those_of_a_later_call() {
    let mut app = App::start().await;
    switches(&app, reqwest::Method::POST, r#"{"faults":["webhook=late:2s"],"to":"+12125550110"}"#).await;
    let late = app.call("+12125550110").await;
    let on_time = app.call("+12125550113").await;
    assert_eq!(app.until_over().await["CallSid"], on_time);
    assert_eq!(app.until_over().await["CallSid"], late);
}

#[tokio::test]
async fn doubled_news_come_twice_with_one_number() {
    let mut app = with("webhook=twice").await;
    app.call("+12125550110").await;
    let mut numbers = Vec::new();
    for _ in 0..4 {
        numbers.push(app.until_hook("/status").await["SequenceNumber"].clone());
    }
    assert_eq!(numbers, ["0", "0", "1", "1"]);
}

#[tokio::test]
async fn reordered_news_come_in_pairs_the_later_first() {
    let mut app = with("webhook=reordered").await;
    app.call("+12125550110").await;
    let news = [app.until_hook("/status").await, app.until_hook("/status").await];
    assert_eq!((news[0]["SequenceNumber"].as_str(), news[0]["CallStatus"].as_str()), ("1", "busy"));
    assert_eq!((news[1]["SequenceNumber"].as_str(), news[1]["CallStatus"].as_str()), ("0", "initiated"));
}

#[tokio::test]
async fn forged_news_go_before_the_true_ones_and_are_signed_wrong() {
    let mut app = with("webhook=forged").await;
    app.call("+12125550110").await;
    for status in ["initiated", "busy"] {
        for (expected, signed) in [("failed", false), (status, true)] {
            let (saw, _) = app.until(|saw| matches!(saw, Saw::Hook { .. })).await;
            let Saw::Hook { form, is_signed, .. } = saw else { panic!("{saw:?}") };
            assert_eq!((form["CallStatus"].as_str(), is_signed), (expected, signed));
        }
    }
}

#[tokio::test]
async fn a_refused_socket_is_told_and_the_document_goes_on() {
    let mut app = with("socket=refused").await;
    app.serve_stream("<Redirect>/after</Redirect>");
    app.serve("/after", "<Response/>");
    let sid = app.call("+12125550121").await;
    let (_, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/after")).await;
    assert!(!before.iter().any(|saw| matches!(saw, Saw::Opened { .. })));
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!((truth.streams, truth.errors.as_slice()), (0, [31_901].as_slice()));
}

#[tokio::test]
async fn a_cut_socket_breaks_without_a_goodbye_and_the_document_goes_on() {
    let mut app = with("socket=cut:500ms").await;
    app.serve_stream("<Redirect>/after</Redirect>");
    app.serve("/after", "<Response/>");
    let sid = app.call("+12125550121").await;
    let (_, before) = app.until(|saw| *saw == Saw::Closed).await;
    assert!(!before.iter().any(|saw| matches!(saw, Saw::Message(message) if message["event"] == "stop")));
    app.until_hook("/after").await;
    assert!(app.sandbox.truth().call(&sid).unwrap().errors.contains(&31_921));
}

#[tokio::test]
async fn a_silent_socket_stays_open_and_brings_nothing_more() {
    let mut app = with_all(&["socket=silent:100ms", "call=hang-up:4s"]).await;
    app.serve_stream("");
    let sid = app.call("+12125550121").await;
    let (_, before) = app.until(|saw| *saw == Saw::Closed).await;
    let came = |event: &str| before.iter().filter(|saw| matches!(saw, Saw::Message(message) if message["event"] == event)).count() as u64;
    let sent = app.sandbox.truth().call(&sid).unwrap().frames_out;
    assert!(came("media") > 0 && came("media") + 20 < sent, "{} of {sent}", came("media"));
    assert_eq!(came("stop"), 0, "nothing says that it is over but its close");
}

#[tokio::test]
async fn lost_sound_leaves_holes() {
    let mut app = with("media=loss:30%").await;
    app.serve_stream("");
    app.call("+12125550121").await;
    assert!(has_gaps(&media(&mut app, 30).await));
}

#[tokio::test]
async fn jittering_sound_comes_late_and_whole() {
    let mut app = with("media=jitter:3s").await;
    app.serve_stream("");
    let sid = app.call("+12125550121").await;
    let first = media(&mut app, 1).await;
    // Some are on their way when the first arrives; without a fault it would be this one.
    assert!(app.sandbox.truth().call(&sid).unwrap().frames_out > 10);
    let rest = media(&mut app, 20).await;
    assert!(!has_gaps(&[first, rest].concat()));
}

#[tokio::test]
async fn a_callee_hangs_up_and_a_line_drops_by_name() {
    let mut app = with("call=hang-up:400ms").await;
    app.serve_stream("");
    let sid = app.call("+12125550123").await;
    assert_eq!(app.until_over().await["CallStatus"], "completed");
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().ended_by.as_deref(), Some("fault"));

    let mut app = with("call=drop:400ms").await;
    app.serve_stream("");
    let sid = app.call("+12125550123").await;
    app.until(|saw| *saw == Saw::Closed).await;
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!((truth.ended_by.as_deref(), truth.faults.as_slice()), (Some("fault"), ["call=drop:400ms".to_owned()].as_slice()));
}
