//! What is refused, and what goes wrong on purpose.

use std::time::Duration;

use sandbox::{Faults, Sandbox, SandboxConfig, SandboxError};
use wire::twilio::rest::create_call;

use crate::app::{App, config};
use crate::program::Program;

#[tokio::test]
async fn a_port_in_use_says_what_to_do() {
    let first = Sandbox::start(config()).await.unwrap();
    let listen = first.base_url.trim_start_matches("http://").parse().unwrap();
    let error = Sandbox::start(SandboxConfig { listen, ..config() }).await.err().unwrap();
    assert!(matches!(error, SandboxError::PortInUse { .. }));
    assert_eq!(error.code(), "sandbox.port_in_use");
    assert!(error.to_string().ends_with("is in use"), "{error}");
}

#[tokio::test]
async fn only_loopback_is_listened_on() {
    let error = Sandbox::start(SandboxConfig { listen: "0.0.0.0:0".parse().unwrap(), ..config() }).await.err().unwrap();
    assert!(matches!(error, SandboxError::NotLoopback { .. }));
}

#[tokio::test]
async fn requests_without_the_right_credentials_are_refused_with_20003() {
    let app = App::start().await;
    let url = format!("{}/2010-04-01/Accounts/{}/Calls.json", app.sandbox.base_url, app.account());
    for request in [app.client.get(&url), app.client.get(&url).basic_auth(app.account(), Some("wrong"))] {
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status(), 401);
        assert_eq!(reply.headers()["www-authenticate"], "Basic realm=\"Twilio API\"");
        let body: serde_json::Value = serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap();
        assert_eq!(body["code"], 20_003);
    }
}

#[tokio::test]
async fn bad_creates_are_refused_with_the_carriers_codes() {
    let app = App::start().await;
    let code = async |change: &dyn Fn(&mut wire::twilio::rest::CreateCall)| {
        let mut create = app.create("+12125550123");
        change(&mut create);
        let (status, body) = app.send(create_call(&app.account(), &create)).await;
        (status, body["code"].as_u64().unwrap())
    };
    assert_eq!(code(&|create| create.from = "+12125550101".into()).await, (400, 21_210));
    assert_eq!(code(&|create| create.to = "pizza".into()).await, (400, 21_211));
    assert_eq!(code(&|create| create.to = "client:joe".into()).await, (400, 21_214));
    assert!(app.sandbox.truth().calls().is_empty());
}

#[tokio::test]
async fn a_late_reply_to_a_create_rings_exactly_once() {
    let mut app = App::start().await;
    app.sandbox.faults().set(Faults { create_reply_delay: Some(Duration::from_secs(30)), ..Faults::default() });
    let request = create_call(&app.account(), &app.create("+12125550112"));
    let url = format!("{}{}", app.sandbox.base_url, request.target);
    let credentials = app.sandbox.credentials.clone();
    let form = wire::http::FORM_TYPE;
    let send = app.client.post(url).basic_auth(credentials.account_sid, Some(credentials.auth_token)).header("content-type", form);
    let error = send.body(request.body).timeout(Duration::from_millis(300)).send().await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(app.until_over().await["CallStatus"], "busy");
    assert_eq!(app.sandbox.truth().rings_of("+12125550112"), 1);
}

#[tokio::test]
async fn a_callee_can_hang_up_in_the_first_second() {
    let mut app = App::start().await;
    app.serve_stream("");
    app.sandbox.faults().set(Faults { callee_hangs_up_after: Some(Duration::from_millis(400)), ..Faults::default() });
    let sid = app.call("+12125550123").await;
    let end = app.until_over().await;
    assert_eq!((end["CallStatus"].as_str(), end["CallDuration"].as_str()), ("completed", "0"));
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().ended_by.as_deref(), Some("fault"));
}

#[tokio::test]
async fn closing_hangs_up_tells_the_programs_and_leaves_nothing_behind() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Pause length=\"600\"/></Response>");
    let sid = app.call("+12125550121").await;
    app.until_hook("/voice").await;
    let (base_url, truth) = (app.sandbox.base_url.clone(), app.sandbox.truth());
    let Program { sandbox, client, .. } = app.0;
    sandbox.shut_down().await;
    let truth = truth.call(&sid).unwrap();
    assert_eq!(truth.states.last().map(String::as_str), Some("completed"));
    assert_eq!(truth.webhooks.last().map(|hook| hook.kind.as_str()), Some("completed"));
    assert!(client.get(base_url).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn killing_breaks_everything_at_once() {
    let mut app = App::start().await;
    app.serve_stream("");
    app.call("+12125550121").await;
    app.until_event("media").await;
    let base_url = app.sandbox.base_url.clone();
    let client = app.client.clone();
    // The place of the killed one is taken by another, so that the program can go on watching.
    let other = Sandbox::start(config()).await.unwrap();
    std::mem::replace(&mut app.sandbox, other).kill();
    app.until(|saw| *saw == crate::app::Saw::Closed).await;
    assert!(client.get(base_url).send().await.is_err());
}
