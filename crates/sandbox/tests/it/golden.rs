//! The very requests that the official libraries send, byte for byte, answered with the right status and shape.

use sandbox::{Credentials, SandboxConfig};
use serde_json::Value;

use crate::app::{App, config};

const CAPTURED: &str = include_str!("../../../wire/tests/fixtures/twilio/sdk_requests.json");
const ALL: &str = include_str!("../../../wire/tests/fixtures/twilio/sdk_all_requests.json");

/// The account of the captures.
fn account() -> Credentials {
    Credentials { account_sid: "AC00000000000000000000000000000000".into(), auth_token: "tok3n".into(), from_number: "+15005550006".into() }
}

async fn app() -> App {
    App::with(SandboxConfig { credentials: Some(account()), ..config() }).await
}

/// Sends a captured request with its own headers, and returns status and body.
async fn replay(app: &App, request: &Value) -> (u16, Value) {
    let method = reqwest::Method::from_bytes(request["method"].as_str().unwrap().as_bytes()).unwrap();
    let mut builder = app.client.request(method, format!("{}{}", app.sandbox.base_url, request["path"].as_str().unwrap()));
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        builder = builder.header(name, value.as_str().unwrap());
    }
    if request["headers"].is_null() {
        let account = account();
        builder = builder.basic_auth(account.account_sid, Some(account.auth_token)).header("content-type", wire::http::FORM_TYPE);
    }
    let reply = builder.body(request["body"].as_str().unwrap_or_default().to_owned()).send().await.unwrap();
    let status = reply.status().as_u16();
    (status, serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or_default())
}

/// Puts what lives here in place of the names of a capture.
fn with_names(request: &Value, names: &[(&str, &str)]) -> Value {
    let mut text = request.to_string();
    for (from, to) in names {
        text = text.replace(from, to);
    }
    serde_json::from_str(&text).unwrap()
}

/// Returns the path below the account, without its query.
fn below(request: &Value) -> String {
    let path = request["path"].as_str().unwrap().split('?').next().unwrap();
    path.split_once("/Accounts/").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, rest)| rest).to_owned()
}

/// Rooms and queues have their own tests.
fn is_elsewhere(path: &str) -> bool {
    ["Conferences/", "Conferences.json", "Queues"].iter().any(|part| path.contains(part))
}

#[tokio::test]
async fn captured_requests_get_the_status_and_shape_that_their_library_expects() {
    let mut app = app().await;
    app.serve("/voice", "<Response><Pause length=\"600\"/></Response>");
    let captured: Value = serde_json::from_str(CAPTURED).unwrap();
    let mut count = 0;
    for request in captured["requests"].as_array().unwrap().iter().filter(|request| !is_elsewhere(request["path"].as_str().unwrap())) {
        // Each meets a call that is live and is recorded.
        let call = app.call("+12125550121").await;
        app.until_hook("/voice").await;
        let (_, recording) = app.ask("POST", &format!("/Calls/{call}/Recordings.json"), "").await;
        let recording = recording["sid"].as_str().unwrap().to_owned();
        let names = [
            ("CA11111111111111111111111111111111", call.as_str()),
            ("RE11111111111111111111111111111111", &recording),
            ("To=%2B15005550006", "To=%2B12125550123"),
        ];
        let request = with_names(request, &names);
        let (status, body) = replay(&app, &request).await;
        let (method, form) = (request["method"].as_str().unwrap(), request["body"].as_str().unwrap());
        let path = below(&request);
        let shown = format!("{method} {path} {form}: {status} {body}");
        let is_object = |keys: &[&str]| keys.iter().all(|key| body.get(key).is_some());
        match (method, path.split('/').next().unwrap()) {
            // +15005550001 and its like mean something to test accounts only; here they are numbers that nobody has.
            ("POST", "Calls.json") => {
                assert_eq!((status, body["status"].as_str()), (201, Some("queued")), "{shown}");
                assert!(is_object(&["sid", "to", "from", "price", "duration", "queue_time", "subresource_uris"]), "{shown}");
                assert!(body["queue_time"].is_string() && body["date_created"].is_null(), "{shown}");
            }
            ("GET", "Calls.json") => {
                assert_eq!(status, 200, "{shown}");
                assert!(body["calls"].is_array() && body["page_size"] == 2 && body["page"].is_u64() && is_object(&["next_page_uri"]), "{shown}");
            }
            ("POST", "Calls") if path.ends_with("Recordings.json") => {
                assert_eq!((status, body["channels"].as_u64(), body["status"].as_str()), (201, Some(2), Some("in-progress")), "{shown}");
            }
            ("POST", "Calls") if path.ends_with("Streams.json") => {
                assert_eq!((status, body["status"].as_str(), body["call_sid"].as_str()), (200, Some("in-progress"), Some(&*call)), "{shown}");
            }
            ("POST", "Calls") if path.contains("Recordings/") => {
                assert_eq!((status, body["status"].as_str(), body["sid"].as_str()), (200, Some("paused"), Some(&*recording)), "{shown}");
            }
            ("POST", "Calls") => {
                assert_eq!((status, body["sid"].as_str(), body["status"].as_str()), (200, Some(&*call), Some("in-progress")), "{shown}")
            }
            ("DELETE", "Recordings") => assert_eq!((status, body.is_null()), (204, true), "{shown}"),
            // From=+2 is nobody's number.
            ("POST", "Messages.json") => assert_eq!((status, body["code"].as_u64()), (400, Some(21_606)), "{shown}"),
            ("GET", "Balance.json") => assert!(status == 200 && body["balance"].is_string() && is_object(&["account_sid", "currency"]), "{shown}"),
            ("GET", "Usage") => assert!(status == 200 && body["usage_records"][0]["count"].is_string(), "{shown}"),
            ("GET", "") => assert_eq!((status, body["status"].as_str()), (200, Some("active")), "{shown}"),
            _ => panic!("not thought of: {shown}"),
        }
        app.ask("POST", &format!("/Calls/{call}.json"), "Status=completed").await;
        count += 1;
    }
    assert_eq!(count, 22);
}

/// Every operation of every resource, with all its parameters: what names something that is not there is not found, a list is
/// a page, and nothing is a server's error.
#[tokio::test]
async fn every_operation_of_the_library_is_answered() {
    let app = app().await;
    let all: Value = serde_json::from_str(ALL).unwrap();
    for request in all["requests"].as_array().unwrap().iter().filter(|request| !is_elsewhere(request["path"].as_str().unwrap())) {
        let request = with_names(request, &[("AC00000000000000000000000000000001", &app.account())]);
        let (status, body) = replay(&app, &request).await;
        let (method, path) = (request["method"].as_str().unwrap(), request["path"].as_str().unwrap());
        let path = path.split('?').next().unwrap();
        let shown = format!("{method} {path} {}: {status} {body}", request["body"]);
        let names_what_is_not_there = ["CA", "RE", "NO", "TR", "SM", "PN", "AP"].iter().any(|kind| path.contains(&format!("/{kind}0000")));
        match (method, names_what_is_not_there) {
            (_, true) => assert_eq!((status, body["code"].as_u64()), (404, Some(20_404)), "{shown}"),
            ("GET", false) => assert!(status == 200 && body.is_object(), "{shown}"),
            _ => assert!(status == 201 || status == 200 || (status == 400 && body["code"].as_u64() >= Some(21_000)), "{shown}"),
        }
    }
}
