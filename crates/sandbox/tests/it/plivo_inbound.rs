//! The way in at Plivo's side: somebody of the cast rings the account's number, whose application says what becomes of it.

use sandbox::{SandboxConfig, Times};
use serde_json::{Value, json};

use crate::plivo_app::App;
use crate::telling::telling;

const SHOP: &str = "+12125550123";

impl App {
    /// Asks the practice network itself.
    pub async fn control(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.sandbox.base_url);
        self.ask_as(("", ""), "POST", &url, body).await
    }

    /// Makes an application over the API and lets the account's number run it.
    async fn take_calls(&self) -> String {
        let at = |path: &str| format!("{}{path}", self.origin);
        let create =
            json!({ "app_name": "ours", "answer_url": at("/voice?who=us"), "hangup_url": at("/hangup"), "fallback_answer_url": at("/rescue") });
        let (status, made) = self.ask("POST", "/Application/", &create).await;
        assert_eq!((status, made["message"].as_str()), (201, Some("created")), "{made}");
        let id = made["app_id"].as_str().unwrap().to_owned();
        let (status, body) = self.ask("POST", "/Number/12125550101/", &json!({ "app_id": id })).await;
        assert_eq!((status, body["message"].as_str()), (202, Some("changed")));
        id
    }

    async fn ring(&self, from: &str) -> String {
        let (status, body) = self.control("/sandbox/ring", &json!({ "from": from, "to": self.sandbox.plivo_credentials.from_number })).await;
        assert_eq!(status, 201, "{body}");
        body["call_uuid"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn somebody_rings_and_talks_once_they_are_talked_to() {
    let mut app = App::start().await;
    app.take_calls().await;
    // Nothing of this answers but what speaks.
    app.serve(
        "/voice",
        "<Wait length=\"2\"/><GetInput action=\"ORIGIN/said\" inputType=\"speech\" executionTimeout=\"30\"><Speak>Hello, who is there?</Speak></GetInput>",
    );
    app.serve("/said", "<Speak>Goodbye.</Speak><Wait length=\"30\"/>");
    let uuid = app.ring(SHOP).await;
    let asked = app.until_hook("/voice").await;
    let said = |key: &str| asked.get(key).map(String::as_str);
    assert_eq!((said("Direction"), said("CallStatus"), said("Event")), (Some("inbound"), Some("ringing"), Some("StartApp")));
    assert_eq!((said("From"), said("To"), said("CallerName")), (Some("12125550123"), Some("12125550101"), Some("+12125550123")));
    assert_eq!((said("CallUUID"), said("RequestUUID"), said("ALegUUID")), (Some(uuid.as_str()), None, None));
    let (_, live) = app.ask("GET", &format!("/Call/{uuid}/?status=live"), &Value::Null).await;
    assert_eq!((live["call_status"].as_str(), live["direction"].as_str()), (Some("ringing"), Some("inbound")));
    let said = app.until_hook("/said").await;
    assert_eq!((said["Speech"].as_str(), said["CallStatus"].as_str()), ("Corner shop, good day, how can I help you?", "in-progress"));
    let end = app.until_hook("/hangup").await;
    assert_eq!((end["Event"].as_str(), end["HangupSource"].as_str(), end["Direction"].as_str()), ("Hangup", "Caller", "inbound"));
    assert!(!end.contains_key("RequestUUID"));
    let record = app.record(&uuid).await;
    assert_eq!((record["call_direction"].as_str(), record["from_number"].as_str()), (Some("inbound"), Some(SHOP)));
    let truth = app.truth(&uuid);
    assert_eq!((truth.rings, truth.ended_by.as_deref(), truth.states.join(" ").as_str()), (1, Some("callee"), "ringing in-progress completed"));
    assert_eq!(truth.callee_heard, ["Hello, who is there?", "Goodbye."]);
    assert!(truth.answered_after_ms.is_some_and(|ms| ms >= 2_000), "{:?}", truth.answered_after_ms);
}

#[tokio::test]
async fn what_stands_before_the_answer_is_heard_and_costs_nothing() {
    let mut app = App::start().await;
    app.take_calls().await;
    app.serve("/voice", "<PreAnswer><Speak>All lines are busy.</Speak><Wait length=\"1\"/><Speak>Please call again.</Speak></PreAnswer><Wait length=\"1\"/><Hangup reason=\"busy\"/>");
    let uuid = app.ring(SHOP).await;
    let end = app.until_hook("/hangup").await;
    assert_eq!((end["HangupCauseCode"].as_str(), end.contains_key("AnswerTime"), end["TotalCost"].as_str()), ("3010", false, "0.00000"));
    let truth = app.truth(&uuid);
    assert_eq!((truth.callee_heard.join(" ").as_str(), truth.answered_after_ms), ("All lines are busy. Please call again.", None));
    assert!(truth.unsupported.is_empty(), "{:?}", truth.unsupported);
}

#[tokio::test]
async fn a_call_that_comes_in_is_refused_rings_out_or_goes_to_the_fallback() {
    // Nobody speaks before the end, so a minute of ringing may pass quickly.
    let config = telling();
    let mut app = App::with(SandboxConfig { times: Times { pace: 20.0, ..config.times }, ..config }).await;
    app.take_calls().await;
    for (document, code, status) in [
        ("<Hangup reason=\"rejected\"/>", "3020", "busy"),
        ("<Hangup reason=\"busy\"/>", "3010", "busy"),
        ("<Wait length=\"1\"/><Hangup/>", "4000", "cancel"),
        ("", "4010", "cancel"),
        ("<Hangup schedule=\"3\"/><Wait length=\"100\"/>", "6000", "cancel"),
        ("<Wait length=\"100\"/>", "1000", "cancel"),
    ] {
        app.serve("/voice", document);
        app.ring(SHOP).await;
        let end = app.until_hook("/hangup").await;
        assert_eq!((end["HangupCauseCode"].as_str(), end["CallStatus"].as_str(), end["Duration"].as_str()), (code, status, "0"), "{document}");
        assert_eq!((end.contains_key("AnswerTime"), end["TotalCost"].as_str()), (false, "0.00000"));
    }
    app.serve_raw("/voice", Err(500));
    app.serve("/rescue", "<Speak>Sorry.</Speak>");
    let uuid = app.ring(SHOP).await;
    app.until_hook("/rescue").await;
    assert_eq!(app.until_hook("/hangup").await["HangupCauseCode"], "4010");
    assert_eq!(app.truth(&uuid).errors, [7_011, 7_011, 7_011]);
}

#[tokio::test]
async fn applications_and_the_number_are_kept_and_who_cannot_ring_is_told_why() {
    let app = App::start().await;
    let ours = app.sandbox.plivo_credentials.from_number.clone();
    for (body, status, code) in [
        (json!({ "from": "x", "to": ours }), 400, "sandbox.bad_number"),
        (json!({ "from": "+12125550199", "to": ours }), 400, "sandbox.nobody_there"),
        (json!({ "from": SHOP, "to": ours }), 409, "sandbox.no_answer_url"),
    ] {
        let (got, reply) = app.control("/sandbox/ring", &body).await;
        assert_eq!((got, reply["code"].as_str()), (status, Some(code)));
    }
    let (status, reply) = app.control("/sandbox/number", &json!({ "answer_url": "voice" })).await;
    assert_eq!((status, reply["code"].as_str()), (400, Some("sandbox.bad_request")));
    assert_eq!(app.ask("GET", "/Number/12125550101/", &Value::Null).await.1["application"], Value::Null);
    let id = app.take_calls().await;
    let path = format!("/Application/{id}/");
    let (_, shown) = app.ask("GET", &path, &Value::Null).await;
    assert_eq!(
        (shown["answer_method"].as_str(), shown["enabled"].as_bool(), shown["sip_uri"].as_str()),
        (Some("POST"), Some(true), Some(format!("sip:{id}@app.plivo.com").as_str()))
    );
    assert_eq!(app.ask("GET", "/Number/12125550101/", &Value::Null).await.1["application"], shown["resource_uri"]);
    assert_eq!(app.ask("POST", &path, &json!({ "answer_method": "GET", "app_name": "other" })).await.1["message"], "changed");
    let (_, list) = app.ask("GET", "/Application/?limit=20&offset=0", &Value::Null).await;
    assert_eq!((list["meta"]["total_count"].as_u64(), list["objects"][0]["answer_method"].as_str()), (Some(1), Some("GET")));
    assert_eq!(app.ask("POST", "/Number/12125550101/", &json!({ "app_id": "1" })).await.0, 400);
    assert_eq!(app.ask("DELETE", &path, &Value::Null).await.0, 204);
    assert_eq!(app.ask("GET", &path, &Value::Null).await.0, 404);
    assert_eq!(app.ask("GET", "/Number/12125550101/", &Value::Null).await.1["application"], Value::Null);
    assert_eq!(app.control("/sandbox/number", &json!({ "answer_url": format!("{}/voice", app.origin) })).await.0, 204);
    app.ring(SHOP).await;
    // Both networks are one: the other carrier's number is its own.
    let (status, reply) = app.control("/sandbox/ring", &json!({ "from": SHOP, "to": app.sandbox.credentials.from_number })).await;
    assert_eq!((status, reply["code"].as_str()), (409, Some("sandbox.no_voice_url")));
}
