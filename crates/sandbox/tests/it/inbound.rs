//! The way in: somebody of the cast rings the account's number.

use wire::twilio::rest::{NumberFilter, NumberRequest, NumberSettings, Paging, RestRequest};

use crate::app::{App, Saw};
use crate::telling::telling;

impl App {
    async fn post(&self, path: &str, body: serde_json::Value) -> (u16, serde_json::Value) {
        let url = format!("{}{path}", self.sandbox.base_url);
        let reply = self.client.post(url).body(body.to_string()).send().await.unwrap();
        let status = reply.status().as_u16();
        (status, serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or_default())
    }

    async fn ring(&self, from: &str) -> String {
        let to = self.sandbox.credentials.from_number.clone();
        let (status, body) = self.post("/sandbox/ring", serde_json::json!({ "from": from, "to": to })).await;
        assert_eq!(status, 201, "{body}");
        body["call_sid"].as_str().unwrap().to_owned()
    }

    async fn take_calls(&self) {
        let at = serde_json::json!({ "voice_url": format!("{}/voice", self.origin), "status_callback": format!("{}/status", self.origin) });
        assert_eq!(self.post("/sandbox/number", at).await.0, 204);
    }
}

#[tokio::test]
async fn somebody_rings_and_talks_once_they_are_talked_to() {
    let mut app = App::with(telling()).await;
    app.take_calls().await;
    app.serve(
        "/voice",
        "<Response><Gather input=\"speech\" action=\"/said\" timeout=\"20\" speechTimeout=\"auto\"><Say>Hello, who is there?</Say></Gather></Response>",
    );
    app.serve("/said", "<Response><Say>Goodbye.</Say><Pause length=\"5\"/></Response>");
    let sid = app.ring("+12125550123").await;
    let asked = app.until_hook("/voice").await;
    assert_eq!((asked["Direction"].as_str(), asked["CallStatus"].as_str(), asked["CallSid"].as_str()), ("inbound", "ringing", sid.as_str()));
    assert_eq!((asked["From"].as_str(), asked["To"].as_str()), ("+12125550123", app.sandbox.credentials.from_number.as_str()));
    assert!(!asked["CallToken"].is_empty());
    let said = app.until_hook("/said").await;
    assert_eq!((said["SpeechResult"].as_str(), said["CallStatus"].as_str()), ("Corner shop, good day, how can I help you?", "in-progress"));
    let over = app.until_over().await;
    assert_eq!((over["CallStatus"].as_str(), over["Direction"].as_str(), over["SequenceNumber"].as_str()), ("completed", "inbound", "0"));
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!(
        (truth.callee_heard, truth.ended_by.as_deref(), truth.rings),
        (vec!["Hello, who is there?".to_owned(), "Goodbye.".into()], Some("callee"), 1)
    );
    assert_eq!(truth.states, ["ringing", "in-progress", "completed"]);
    let call = app.fetch(&sid).await;
    assert_eq!((call.direction.as_deref(), call.from.as_deref()), (Some("inbound"), Some("+12125550123")));
}

#[tokio::test]
async fn a_call_can_be_refused_or_left_ringing() {
    for (document, status, least) in [
        ("<Response><Reject reason=\"busy\"/></Response>", "busy", 0),
        ("<Response><Reject/></Response>", "no-answer", 0),
        ("<Response><Pause length=\"2\"/><Reject/></Response>", "no-answer", 2_000),
        ("<Response/>", "completed", 0),
    ] {
        let mut app = App::with(telling()).await;
        app.take_calls().await;
        app.serve("/voice", document);
        let sid = app.ring("+12125550123").await;
        let over = app.until_over().await;
        assert_eq!((over["CallStatus"].as_str(), over["CallDuration"].as_str()), (status, "0"), "{document}");
        app.until_true(&sid, |call| call.webhooks.iter().any(|hook| hook.kind == "completed")).await;
        let truth = app.sandbox.truth().call(&sid).unwrap();
        let document_at = truth.webhooks.iter().find(|hook| hook.kind == "document").unwrap().at_ms;
        let over_at = truth.webhooks.iter().find(|hook| hook.kind == "completed").unwrap().at_ms;
        assert!(over_at - document_at >= least, "{:?}", truth.webhooks);
        assert_eq!(truth.answered_after_ms.is_some(), status == "completed");
    }
}

#[tokio::test]
async fn a_call_that_is_passed_on_rings_until_the_other_end_answers() {
    let mut app = App::with(telling()).await;
    app.take_calls().await;
    app.serve("/voice", "<Response><Dial answerOnBridge=\"true\" action=\"/done\"><Number statusCallback=\"/leg\" statusCallbackEvent=\"ringing answered\">+12125550123</Number></Dial></Response>");
    app.serve("/done", "<Response/>");
    app.serve("/leg", "");
    let sid = app.ring("+12125550126").await;
    let ringing = app.until_hook("/leg").await;
    assert_eq!((ringing["CallStatus"].as_str(), ringing["From"].as_str()), ("ringing", "+12125550126"));
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().answered_after_ms, None);
    assert_eq!(app.until_hook("/leg").await["CallStatus"], "in-progress");
    let truth = app.sandbox.truth();
    app.until_true(&sid, |call| call.callee_heard.concat().contains("Corner shop")).await;
    assert_eq!(truth.call(&sid).unwrap().states, ["ringing", "in-progress"]);
}

#[tokio::test]
async fn the_number_is_set_over_the_api_too_and_bad_requests_say_what_to_do() {
    let mut app = App::with(telling()).await;
    let ours = app.sandbox.credentials.from_number.clone();
    for (body, status, code) in [
        (serde_json::json!({ "from": "+12125550123" }), 400, "sandbox.bad_request"),
        (serde_json::json!({ "from": "x", "to": ours }), 400, "sandbox.bad_number"),
        (serde_json::json!({ "from": "+12125550199", "to": ours }), 400, "sandbox.nobody_there"),
        (serde_json::json!({ "from": "+12125550110", "to": ours }), 400, "sandbox.nobody_there"),
        (serde_json::json!({ "from": "+12125550123", "to": "+12125550124" }), 400, "sandbox.not_our_number"),
        (serde_json::json!({ "from": "+12125550123", "to": ours }), 409, "sandbox.no_voice_url"),
    ] {
        let (got, reply) = app.post("/sandbox/ring", body).await;
        assert_eq!((got, reply["code"].as_str()), (status, Some(code)));
        assert!(!reply["message"].as_str().unwrap().is_empty());
    }
    let of = |request| RestRequest::Number { account: app.account(), request }.write();
    let (_, body) = app.send(of(NumberRequest::List { filter: NumberFilter::default(), paging: Paging::default() })).await;
    let number = body["incoming_phone_numbers"][0]["sid"].as_str().unwrap().to_owned();
    assert_eq!(body["incoming_phone_numbers"][0]["voice_url"], "");
    let settings = NumberSettings { voice_url: Some(format!("{}/voice", app.origin)), ..NumberSettings::default() };
    let (status, body) = app.send(of(NumberRequest::Update { number: number.clone(), settings: Box::new(settings) })).await;
    assert_eq!((status, body["voice_url"].as_str()), (200, Some(format!("{}/voice", app.origin).as_str())));
    app.serve("/voice", "<Response/>");
    app.ring("+12125550123").await;
    assert!(matches!(app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/voice")).await.0, Saw::Hook { is_signed: true, .. }));
}
