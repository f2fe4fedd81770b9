//! Calls at Plivo's side: what is answered, what is told, what is billed.

use sandbox::SandboxConfig;
use serde_json::{Value, json};
use wire::plivo::rest::RestRequest;

use crate::plivo_app::{App, Saw};
use crate::telling::telling;

const SHOP: &str = "+12125550123";
const BUSY: &str = "+12125550110";
const NOBODY: &str = "+12125550111";
const REJECTS: &str = "+12125550112";
const INVALID: &str = "+12125550113";
const VOICEMAIL: &str = "+12125550114";

#[tokio::test]
async fn a_call_rings_asks_for_its_document_and_ends_with_a_bill() {
    let mut app = App::with(SandboxConfig { plivo_minute_micros: 11_500, ..telling() }).await;
    app.serve("/answer", "<Speak>Hello there</Speak><Hangup/>");
    let uuid = app.call(SHOP).await;
    let ring = app.until_hook("/ring").await;
    assert_eq!((ring["Event"].as_str(), ring["CallStatus"].as_str(), ring["From"].as_str()), ("Ring", "ringing", "+12125550101"));
    let answer = app.until_hook("/answer").await;
    assert_eq!((answer["Event"].as_str(), answer["CallStatus"].as_str(), answer["BillRate"].as_str()), ("StartApp", "in-progress", "0.01150"));
    for key in ["CallUUID", "RequestUUID", "ALegUUID", "ALegRequestUUID"] {
        assert_eq!(answer[key], uuid, "{key}");
    }
    assert_eq!((answer["From"].as_str(), answer["To"].as_str()), ("12125550101", "12125550123"));
    let end = app.until_hook("/hangup").await;
    assert_eq!((end["Event"].as_str(), end["CallStatus"].as_str()), ("Hangup", "completed"));
    assert_eq!(
        (end["HangupCauseCode"].as_str(), end["HangupSource"].as_str(), end["HangupCause"].as_str()),
        ("4000", "Answer XML", "NORMAL_CLEARING")
    );
    assert_eq!((end["BillDuration"].as_str(), end["TotalCost"].as_str()), ("60", "0.01150"));
    assert!(end.contains_key("AnswerTime"));
    let record = app.record(&uuid).await;
    assert_eq!(
        (record["billed_duration"].as_u64(), record["total_amount"].as_str(), record["total_rate"].as_str()),
        (Some(60), Some("0.01150"), Some("0.01150"))
    );
    assert_eq!(record["bill_duration"].to_string(), end["Duration"]);
    assert_eq!((record["from_number"].as_str(), record["to_number"].as_str()), (Some("+12125550101"), Some("12125550123")));
    let truth = app.truth(&uuid);
    assert_eq!(
        (truth.rings, truth.ended_by.as_deref(), truth.states.join(" ").as_str()),
        (1, Some("document"), "queued ringing in-progress completed")
    );
    assert_eq!(truth.callee_heard, ["Hello there"]);
}

#[tokio::test]
async fn calls_that_nobody_takes_end_with_their_cause_and_cost_nothing() {
    let mut app = App::with(SandboxConfig { plivo_minute_micros: 11_500, ..telling() }).await;
    for (to, status, code, source) in [
        (BUSY, "busy", "3010", "Carrier"),
        (REJECTS, "busy", "3020", "Callee"),
        (INVALID, "failed", "2000", "Carrier"),
        ("+12125550199", "failed", "2000", "Carrier"),
    ] {
        let uuid = app.call(to).await;
        let end = app.until_hook("/hangup").await;
        assert_eq!((end["CallStatus"].as_str(), end["HangupCauseCode"].as_str(), end["HangupSource"].as_str()), (status, code, source), "{to}");
        assert_eq!((end["Duration"].as_str(), end["TotalCost"].as_str(), end.contains_key("AnswerTime")), ("0", "0.00000", false));
        let record = app.record(&uuid).await;
        assert_eq!((record["billed_duration"].as_u64(), record["answer_time"].is_null()), (Some(0), true));
    }
}

#[tokio::test]
async fn a_ring_timeout_and_a_call_taken_back_are_told_apart() {
    let mut app = App::start().await;
    let mut create = app.create(NOBODY);
    create["ring_timeout"] = 3.into();
    app.place(&create).await;
    let end = app.until_hook("/hangup").await;
    assert_eq!((end["CallStatus"].as_str(), end["HangupCauseCode"].as_str()), ("no-answer", "6010"));
    let uuid = app.call(NOBODY).await;
    app.until_hook("/ring").await;
    assert_eq!(app.ask("DELETE", &format!("/Request/{uuid}/"), &json!({})).await.0, 204);
    let end = app.until_hook("/hangup").await;
    assert_eq!((end["CallStatus"].as_str(), end["HangupCauseCode"].as_str(), end["HangupSource"].as_str()), ("cancel", "1000", "API Request"));
    assert_eq!(app.ask("DELETE", &format!("/Call/{uuid}/"), &Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_call_is_found_where_its_state_says_and_ended_once() {
    let mut app = App::start().await;
    app.serve("/answer", "<Wait length=\"60\"/>");
    let uuid = app.call(SHOP).await;
    app.until_hook("/answer").await;
    // Without the slash at the end, as the official library for Node asks.
    let (status, live) = app.ask("GET", &format!("/Call/{uuid}?status=live"), &Value::Null).await;
    assert_eq!((status, live["call_status"].as_str(), live["to"].as_str()), (200, Some("in-progress"), Some("12125550123")));
    assert_eq!(app.ask("GET", "//Call/?status=live", &Value::Null).await.1["calls"], json!([uuid]));
    assert_eq!(app.ask("GET", "/Call/?status=queued", &Value::Null).await.1["calls"], json!([]));
    assert_eq!(app.ask("GET", &format!("/Call/{uuid}/"), &Value::Null).await.0, 404);
    assert_eq!(app.ask("DELETE", "/Call/", &Value::Null).await.0, 405);
    assert_eq!(app.ask("DELETE", &format!("/Call/{uuid}/"), &json!({ "call_uuid": uuid })).await.0, 204);
    let end = app.until_hook("/hangup").await;
    assert_eq!((end["HangupCauseCode"].as_str(), end["HangupSource"].as_str()), ("4000", "API Request"));
    app.record(&uuid).await;
    let (_, list) = app.ask("GET", "/Call/?limit=20&offset=0&to_number=12125550123", &Value::Null).await;
    assert_eq!((list["meta"]["total_count"].as_u64(), list["objects"][0]["call_uuid"].as_str()), (Some(1), Some(uuid.as_str())));
    assert_eq!(app.ask("GET", "/Call/?hangup_cause_code=3010", &Value::Null).await.1["meta"]["total_count"], 0);
}

#[tokio::test]
async fn several_are_rung_at_once_and_lists_come_in_pages() {
    let mut app = App::start().await;
    let (status, body) = app.ask("POST", "/Call/", &app.create(&format!("{BUSY}<{REJECTS}<{INVALID}"))).await;
    assert_eq!((status, body["message"].as_str(), body["request_uuid"].as_array().map(Vec::len)), (201, Some("calls fired"), Some(3)));
    for uuid in body["request_uuid"].as_array().unwrap() {
        app.until_hook("/hangup").await;
        app.record(uuid.as_str().unwrap()).await;
    }
    let (_, first) = app.ask("GET", "/Call/?limit=2", &Value::Null).await;
    let next = first["meta"]["next"].as_str().unwrap().to_owned();
    assert!(next.starts_with("/v1/Account/MA") && next.contains("offset=2"), "{next}");
    assert_eq!((first["objects"].as_array().unwrap().len(), first["meta"]["previous"].is_null()), (2, true));
    let credentials = app.sandbox.plivo_credentials.clone();
    let url = format!("{}{next}", app.sandbox.base_url);
    let (_, second) = app.ask_as((&credentials.auth_id, &credentials.auth_token), "GET", &url, &Value::Null).await;
    assert_eq!((second["objects"].as_array().unwrap().len(), second["meta"]["next"].is_null()), (1, true));
}

#[tokio::test]
async fn refusals_have_a_status_and_an_object() {
    let app = App::start().await;
    let no_url = json!({ "from": "+12125550101", "to": SHOP });
    let (status, body) = app.ask("POST", "/Call/", &no_url).await;
    assert_eq!((status, body["error"].as_str()), (400, Some("answer_url parameter is missing")));
    assert!(body["api_id"].is_string());
    let mut create = app.create(SHOP);
    create["from"] = "+12125550177".into();
    assert_eq!(app.ask("POST", "/Call/", &create).await.0, 400);
    assert_eq!(app.ask("POST", "/Call/", &app.create("sip:someone@phone.plivo.com")).await.0, 400);
    let url = format!("{}/v1/Account/{}/", app.sandbox.base_url, app.sandbox.plivo_credentials.auth_id);
    let (status, body) = app.ask_as(("MAXXXXXXXXXXXXXXXXXX", "wrong"), "GET", &url, &Value::Null).await;
    assert_eq!((status, body["error"].is_string()), (401, true));
    assert_eq!(app.ask("GET", "/Nothing/", &Value::Null).await.0, 404);
    let (status, account) = app.ask("GET", "//", &json!("")).await;
    assert_eq!((status, account["cash_credits"].as_str()), (200, Some("100.00000")));
    assert_eq!(app.sandbox.truth().calls(), []);
}

#[tokio::test]
async fn trap_1_without_an_address_for_the_end_the_answer_address_is_told() {
    let mut app = App::start().await;
    app.serve("/answer", "");
    let mut create = app.create(SHOP);
    create.as_object_mut().unwrap().remove("hangup_url");
    app.place(&create).await;
    assert_eq!(app.until_hook("/answer").await["Event"], "StartApp");
    let end = app.until_hook("/answer").await;
    assert_eq!((end["Event"].as_str(), end["HangupCauseCode"].as_str()), ("Hangup", "4010"));
}

#[tokio::test]
async fn a_transfer_runs_another_document_at_once() {
    let mut app = App::start().await;
    app.serve("/answer", "<Wait length=\"60\"/>");
    app.serve("/next", "<Speak>Transferred</Speak>");
    let uuid = app.call(SHOP).await;
    app.until_hook("/answer").await;
    let (status, body) = app.ask("POST", &format!("/Call/{uuid}/"), &json!({ "legs": "aleg", "aleg_url": format!("{}/next", app.origin) })).await;
    assert_eq!((status, body["message"].as_str()), (202, Some("call transfered")));
    assert_eq!(app.until_hook("/next").await["CallUUID"], uuid);
    app.until_hook("/hangup").await;
    assert_eq!(app.truth(&uuid).callee_heard, ["Transferred"]);
}

#[tokio::test]
async fn traps_5_and_28_a_webhook_is_fetched_by_get_with_our_query_kept_and_signed() {
    let mut app = App::start().await;
    app.serve("/answer", "");
    let mut create = app.create(SHOP);
    create["answer_method"] = "GET".into();
    create["sip_headers"] = "order=42".into();
    app.place(&create).await;
    let answer = app.until_hook("/answer").await;
    assert_eq!((answer["task"].as_str(), answer["Event"].as_str(), answer["X-PH-order"].as_str()), ("t-1", "StartApp", "42"));
}

#[tokio::test]
async fn an_answer_address_that_fails_is_tried_three_times_and_then_the_fallback() {
    let mut app = App::start().await;
    app.serve_raw("/answer", Err(500));
    app.serve("/fallback", "<Speak>Sorry</Speak>");
    let mut create = app.create(SHOP);
    create["fallback_url"] = format!("{}/fallback", app.origin).into();
    let uuid = app.place(&create).await;
    let (_, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/fallback")).await;
    let tries = before.iter().filter(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/answer")).count();
    assert_eq!(tries, 3);
    assert_eq!(app.until_hook("/hangup").await["HangupCauseCode"], "4010");
    assert_eq!((app.truth(&uuid).callee_heard.clone(), app.truth(&uuid).errors.clone()), (vec!["Sorry".to_owned()], vec![7_011, 7_011, 7_011]));
}

#[tokio::test]
async fn an_address_says_how_often_it_is_tried() {
    let mut app = App::start().await;
    app.serve_raw("/answer", Err(503));
    let mut create = app.create(SHOP);
    create["answer_url"] = format!("{}/answer#rc=3&rp=5xx", app.origin).into();
    app.place(&create).await;
    let (_, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/hangup")).await;
    assert_eq!(before.iter().filter(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/answer")).count(), 4);
}

#[tokio::test]
async fn trap_23_machines_are_told_beside_the_document_or_end_the_call_and_people_are_not_mentioned() {
    let mut app = App::start().await;
    app.serve("/answer", "<Wait length=\"15\"/>");
    let mut create = app.create(VOICEMAIL);
    create["machine_detection"] = "true".into();
    create["machine_detection_url"] = format!("{}/machine", app.origin).into();
    app.place(&create).await;
    let found = app.until_hook("/machine").await;
    assert_eq!((found["Machine"].as_str(), found["IfMachine"].as_str(), found["Event"].as_str()), ("true", "continue", "MachineDetection"));
    app.until_hook("/hangup").await;
    create["machine_detection"] = "hangup".into();
    app.place(&create).await;
    let end = app.until_hook("/hangup").await;
    assert_eq!((end["HangupCauseCode"].as_str(), end["Machine"].as_str()), ("9100", "true"));
    create["to"] = SHOP.into();
    app.place(&create).await;
    let (_, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/hangup")).await;
    assert!(!before.iter().any(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/machine")), "{before:?}");
    // Without an address for it the document waits for the finding.
    create["machine_detection"] = "true".into();
    create.as_object_mut().unwrap().remove("machine_detection_url");
    create["to"] = VOICEMAIL.into();
    app.place(&create).await;
    assert_eq!(app.until_hook("/answer").await["Machine"], "true");
}

/// What the official libraries were seen to send is understood, and no request falls over.
#[tokio::test]
async fn the_requests_of_the_official_libraries_are_answered_with_an_object() {
    let golden: Value = serde_json::from_str(include_str!("../../../wire/tests/fixtures/plivo/sdk_requests.json")).unwrap();
    let app = App::start().await;
    let ours = &app.sandbox.plivo_credentials.auth_id;
    let mut count = 0;
    for request in golden.as_array().unwrap().iter().filter_map(|sdk| sdk["requests"].as_array()).flatten() {
        let (Some(method), Some(path)) = (request["method"].as_str(), request["path"].as_str()) else { continue };
        let query = request["query"].as_str().filter(|query| !query.is_empty()).map(|query| format!("?{query}")).unwrap_or_default();
        let target = format!("{path}{query}").replace("MAXXXXXXXXXXXXXXXXXX", ours);
        let credentials = (app.sandbox.plivo_credentials.auth_id.as_str(), app.sandbox.plivo_credentials.auth_token.as_str());
        let (status, body) = app.ask_as(credentials, method, &format!("{}{target}", app.sandbox.base_url), &request["body"]).await;
        let is_read = RestRequest::parse(method, &target, request["body"].to_string().as_bytes()).is_ok();
        assert!(status < 500 && (status == 204 || body.is_object()), "{method} {target}: {status}");
        assert!(!is_read || status != 405, "{method} {target}");
        count += 1;
    }
    assert!(count > 60, "{count} requests");
}
