//! What the account has beside calls, at Plivo's side: messages, and recordings written down.

use serde_json::{Value, json};

use crate::plivo_app::{App, Saw};

const SHOP: &str = "+12125550123";

#[tokio::test]
async fn messages_are_delivered_or_not_and_each_step_is_told() {
    let mut app = App::start().await;
    let ours = app.sandbox.plivo_credentials.from_number.clone();
    let origin = app.origin.clone();
    let send = |to: &str, src: &str| json!({ "src": src, "dst": to, "text": "x".repeat(200), "url": format!("{origin}/sms") });
    let (status, sent) = app.ask("POST", "/Message/", &send("12125550123<12125550113", &ours)).await;
    assert_eq!((status, sent["message"].as_str(), sent["message_uuid"].as_array().map(Vec::len)), (202, Some("message(s) queued"), Some(2)));
    let mut ends = Vec::new();
    while ends.len() < 2 {
        let told = app.until_hook("/sms").await;
        if matches!(told["Status"].as_str(), "delivered" | "undelivered") {
            ends.push((told["To"].clone(), told["Status"].clone(), told.contains_key("ErrorCode")));
        }
    }
    ends.sort();
    assert_eq!(ends, [("12125550113".into(), "undelivered".into(), true), ("12125550123".into(), "delivered".into(), false)]);
    let (_, shown) = app.ask("GET", &format!("/Message/{}/", sent["message_uuid"][0].as_str().unwrap()), &Value::Null).await;
    assert_eq!(
        (shown["message_state"].as_str(), shown["units"].as_u64(), shown["total_amount"].as_str()),
        (Some("delivered"), Some(2), Some("0.00000"))
    );
    assert_eq!(app.ask("GET", "/Message/?message_state=undelivered", &Value::Null).await.1["meta"]["total_count"], 1);
    let (status, refused) = app.ask("POST", "/Message/", &send(SHOP, "+12125550999")).await;
    assert_eq!((status, refused["error"].as_str()), (400, Some("src parameter is invalid: no number of the account")));
    assert_eq!(app.ask("POST", "/Message/", &send("pizza", &ours)).await.0, 400);
}

#[tokio::test]
async fn a_document_sends_a_text_and_what_was_recorded_is_written_down() {
    let mut app = App::start().await;
    app.serve(
        "/answer",
        "<Message src=\"12125550101\" dst=\"12125550123\" callbackUrl=\"ORIGIN/sms\">On the way</Message>\
         <Record recordSession=\"true\" maxLength=\"600\" transcriptionType=\"auto\" transcriptionUrl=\"ORIGIN/words\" recordChannelType=\"mono\"/>\
         <Wait length=\"7\"/>",
    );
    app.call(SHOP).await;
    let is_delivered = |saw: &Saw| matches!(saw, Saw::Hook { path, form, .. } if path == "/sms" && form["Status"] == "delivered");
    app.until(is_delivered).await;
    let words = app.until_hook("/words").await;
    assert_eq!((words["transcription"].as_str(), words["error"].as_str()), ("Speaker 0: Corner shop, good day, how can I help you?", ""));
    let path = format!("/Transcription/{}/", words["recording_id"]);
    let (status, kept) = app.ask("GET", &format!("{path}?type=transcription"), &Value::Null).await;
    assert_eq!((status, kept["status"].as_str(), kept["transcription"].as_str()), (200, Some("success"), Some(words["transcription"].as_str())));
    assert_eq!(app.ask("DELETE", &path, &Value::Null).await.1["message"], "request accepted");
    assert_eq!(app.ask("GET", &path, &Value::Null).await.0, 404);
    let again = json!({ "transcription_callback_url": format!("{}/again", app.origin) });
    let (status, asked) = app.ask("POST", &path, &again).await;
    assert_eq!((status, asked["message"].as_str()), (202, Some("transcription in progress")));
    assert_eq!(app.until_hook("/again").await["transcription"], words["transcription"]);
    assert_eq!(app.ask("POST", "/Transcription/none/", &again).await.0, 404);
}
