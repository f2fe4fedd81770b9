//! Calls wait for their turn, requests that are too many are refused.

use std::time::Duration;

use sandbox::{Limits, SandboxConfig};
use wire::twilio::rest::create_call;

use crate::app::{App, config};

#[tokio::test]
async fn calls_wait_for_their_turn_and_say_how_long() {
    let mut app = App::with(SandboxConfig { limits: Limits { calls_per_second: Some(2.0), ..Limits::default() }, ..config() }).await;
    let mut waits = Vec::new();
    for _ in 0..3 {
        let (_, body) = app.send(create_call(&app.account(), &app.create("+12125550110"))).await;
        waits.push(body["queue_time"].as_str().unwrap().parse::<u64>().unwrap());
    }
    assert_eq!(waits[0], 0);
    // Each is half a second behind the one before, less what passed in between.
    assert!((1..=500).contains(&waits[1]) && (501..=1_000).contains(&waits[2]), "{waits:?}");
    for _ in 0..3 {
        assert_eq!(app.until_over().await["CallStatus"], "busy");
    }
    let began: Vec<u64> = app.sandbox.truth().calls().iter().map(|call| call.webhooks[0].at_ms).collect();
    // Two turns of half a second are four seconds of calls at this pace.
    assert!(began[2] >= began[0] + waits[2] * 3, "{began:?} {waits:?}");
}

#[tokio::test]
async fn too_many_requests_in_a_second_are_refused() {
    let app = App::with(SandboxConfig { limits: Limits { requests_per_second: Some(2), ..Limits::default() }, ..config() }).await;
    let mut refused = 0;
    for _ in 0..6 {
        let (status, body) = app.ask("GET", "/Calls.json", "").await;
        if status == 429 {
            assert_eq!(body["code"], 20_429);
            refused += 1;
        }
    }
    assert!(refused > 0);
}

#[tokio::test]
async fn too_many_requests_at_once_are_refused() {
    let limits = Limits { requests_at_once: Some(1), ..Limits::default() };
    let faults = sandbox::Faults { create_reply_delay: Some(Duration::from_secs(60)), ..sandbox::Faults::default() };
    let mut app = App::with(SandboxConfig { limits, faults, ..config() }).await;
    let request = create_call(&app.account(), &app.create("+12125550110"));
    let url = format!("{}{}", app.sandbox.base_url, request.target);
    let credentials = app.sandbox.credentials.clone();
    let send = app.client.post(url).basic_auth(credentials.account_sid, Some(credentials.auth_token));
    let held = tokio::spawn(send.header("content-type", wire::http::FORM_TYPE).body(request.body).send());
    // The call is over, and its create still waits for its reply.
    app.until_over().await;
    let (status, body) = app.ask("GET", "/Calls.json", "").await;
    assert_eq!((status, body["code"].as_u64()), (429, Some(20_429)));
    held.abort();
}
