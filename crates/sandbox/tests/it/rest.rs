//! The REST API and the states of a call.

use std::time::Duration;

use wire::twilio::rest::{CallFilter, CallUpdate, Paging};
use wire::twilio::status::CallStatus;

use crate::app::{App, Saw};

#[tokio::test]
async fn calls_that_nobody_answers_end_as_the_carrier_says() {
    for (number, status, sip, events) in [
        ("+12125550110", "busy", "486", vec!["initiated", "busy"]),
        ("+12125550111", "no-answer", "487", vec!["initiated", "ringing", "no-answer"]),
        ("+12125550112", "busy", "603", vec!["initiated", "ringing", "busy"]),
        ("+12125550113", "failed", "404", vec!["initiated", "failed"]),
        ("+12125550199", "failed", "404", vec!["initiated", "failed"]),
    ] {
        let mut app = App::start().await;
        let mut create = app.create(number);
        create.timeout = Some(8);
        let sid = app.place(&create).await;
        let mut seen = Vec::new();
        let end = loop {
            let form = app.until_hook("/status").await;
            seen.push(form["CallStatus"].clone());
            if form.contains_key("SipResponseCode") {
                break form;
            }
        };
        assert_eq!(seen, events, "{number}");
        assert_eq!((end["CallStatus"].as_str(), end["SipResponseCode"].as_str(), end["CallDuration"].as_str()), (status, sip, "0"), "{number}");
        assert!(!end.contains_key("Duration"));
        let call = app.fetch(&sid).await;
        assert_eq!((call.status.as_deref(), call.duration.as_deref()), (Some(status), Some("0")));
        let truth = app.sandbox.truth();
        assert_eq!(truth.rings_of(number), u32::from(events.contains(&"ringing")));
        assert_eq!(truth.call(&sid).unwrap().answered_after_ms, None);
    }
}

#[tokio::test]
async fn a_call_cancelled_in_the_queue_is_never_dialled_and_nobody_is_told() {
    let mut app = App::with(sandbox::SandboxConfig {
        times: sandbox::Times { queued_for: Duration::from_secs(40), ..crate::app::fast() },
        ..crate::app::config()
    })
    .await;
    let sid = app.call("+12125550123").await;
    let update = CallUpdate { status: Some(CallStatus::Canceled), ..CallUpdate::default() };
    app.send(wire::twilio::rest::update_call(&app.account(), &sid, &update)).await;
    while app.fetch(&sid).await.status.as_deref() != Some("canceled") {}
    // Another call proves that the hooks of the first would have come by now.
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!((truth.rings, truth.states.as_slice(), truth.webhooks.len()), (0, ["canceled".to_owned()].as_slice(), 0));
    assert_eq!(app.fetch(&sid).await.start_time, None);
    let (status, body) = app.send(wire::twilio::rest::update_call(&app.account(), &sid, &CallUpdate::end())).await;
    assert_eq!((status, body["code"].as_u64()), (404, Some(20_404)));
    app.serve("/x", "<Response/>");
    app.client.post(format!("{}/x", app.origin)).send().await.unwrap();
    let (saw, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/x")).await;
    assert!(matches!(saw, Saw::Hook { is_signed: false, .. }));
    assert!(before.is_empty(), "{before:?}");
}

#[tokio::test]
async fn a_ringing_call_can_be_cancelled() {
    let mut app = App::start().await;
    let sid = app.call("+12125550111").await;
    while app.until_hook("/status").await["CallStatus"] != "ringing" {}
    app.send(wire::twilio::rest::update_call(&app.account(), &sid, &CallUpdate::end())).await;
    assert_eq!(app.until_over().await["CallStatus"], "canceled");
}

#[tokio::test]
async fn lists_show_the_newest_first_and_filter() {
    let app = App::start().await;
    let first = app.call("+12125550110").await;
    let second = app.call("+12125550113").await;
    let (_, body) = app.send(wire::twilio::rest::list_calls(&app.account(), &CallFilter::default(), &Paging::first(1))).await;
    assert_eq!(body["calls"][0]["sid"], second);
    assert!(body["next_page_uri"].as_str().unwrap().contains("PageToken="));
    let filter = CallFilter { to: Some("+12125550110".into()), ..CallFilter::default() };
    let (_, body) = app.send(wire::twilio::rest::list_calls(&app.account(), &filter, &Paging::default())).await;
    assert_eq!((body["calls"].as_array().unwrap().len(), body["calls"][0]["sid"].as_str()), (1, Some(first.as_str())));
}

#[tokio::test]
async fn the_price_comes_after_the_end_and_is_nothing() {
    let mut app = App::start().await;
    let sid = app.call("+12125550110").await;
    app.until_over().await;
    let price = loop {
        if let Some(price) = app.fetch(&sid).await.price_micros() {
            break price;
        }
    };
    assert_eq!(price, 0);
}

#[tokio::test]
async fn the_ground_truth_can_be_read_over_http() {
    let mut app = App::start().await;
    let sid = app.call("+12125550110").await;
    app.until_over().await;
    let log: serde_json::Value =
        serde_json::from_slice(&app.client.get(format!("{}/sandbox/log", app.sandbox.base_url)).send().await.unwrap().bytes().await.unwrap())
            .unwrap();
    assert_eq!((log["calls"][0]["call_sid"].as_str(), log["calls"][0]["rings"].as_u64()), (Some(sid.as_str()), Some(0)));
}

#[tokio::test]
async fn the_credentials_are_one_json_object() {
    let app = App::start().await;
    let line = app.sandbox.credentials_json();
    assert!(!line.contains('\n'));
    let parsed: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(parsed["twilio"]["base_url"].as_str(), Some(app.sandbox.base_url.as_str()));
    assert_eq!(parsed["twilio"]["account_sid"].as_str().unwrap().len(), 34);
    assert_eq!(parsed["twilio"]["from_number"].as_str(), Some("+12125550100"));
    assert_eq!(parsed["plivo"]["base_url"].as_str(), Some(app.sandbox.base_url.as_str()));
    let auth_id = parsed["plivo"]["auth_id"].as_str().unwrap();
    assert!(auth_id.starts_with("MA") && auth_id.len() == 20, "{auth_id}");
}

#[tokio::test]
async fn a_live_call_reports_elsewhere_and_falls_back_elsewhere_once_told_so() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Pause length=\"600\"/></Response>");
    app.serve("/sorry", "<Response><Hangup/></Response>");
    let sid = app.call("+12125550121").await;
    app.until_hook("/voice").await;
    let form = format!("Url={0}/gone&FallbackUrl={0}/sorry&FallbackMethod=GET&StatusCallback={0}/elsewhere&StatusCallbackMethod=GET", app.origin);
    let (status, body) = app.ask("POST", &format!("/Calls/{sid}.json"), &form).await;
    assert_eq!((status, body["status"].as_str()), (200, Some("in-progress")));
    let asked = app.until_hook("/sorry").await;
    assert_eq!((asked["ErrorCode"].as_str(), asked["ErrorUrl"].as_str()), ("11200", &*format!("{}/gone", app.origin)));
    assert_eq!(app.until_hook("/elsewhere").await["CallStatus"], "completed");
}
