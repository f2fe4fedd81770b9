//! Plivo XML as it is run: what is heard, what is asked, what ends the call.

use sandbox::SandboxConfig;
use serde_json::{Value, json};
use simulator::cast::Cast;

use crate::people::{HELPFUL, network};
use crate::plivo_app::{App, Saw};

const SHOP: &str = "+12125550123";
const VOICEMAIL: &str = "+12125550114";
const SILENT: &str = "+12125550191";
const GREETING: &str = "Corner shop, good day, how can I help you?";

/// Says nothing for ten minutes.
const PATIENT: &str = r#"
number: "+12125550191"
name: Patient
description: Says nothing and stays.
scenes:
  nothing: { silence: { hangs_up_after_ms: 600000 } }
"#;

async fn app() -> App {
    App::with(network(&[HELPFUL])).await
}

#[tokio::test]
async fn trap_4_what_no_document_may_hold_ends_the_call_though_it_was_answered_with_200() {
    let mut app = app().await;
    let xml = |body: &str| Ok(("application/xml".to_owned(), body.to_owned()));
    for (served, code) in [
        (xml("<Response><Reject/></Response>"), "8011"),
        (xml("{\"action\":\"talk\"}"), "8011"),
        (xml(""), "8011"),
        (Err(404), "7011"),
        (xml("<Response></Response>"), "4010"),
    ] {
        app.serve_raw("/answer", served);
        let uuid = app.call(SHOP).await;
        let end = app.until_hook("/hangup").await;
        assert_eq!((end["HangupCauseCode"].as_str(), end["CallStatus"].as_str()), (code, "completed"));
        assert_eq!(app.truth(&uuid).errors.is_empty(), code == "4010");
    }
    app.serve("/answer", "<Redirect>ORIGIN/gone</Redirect>");
    app.serve_raw("/gone", Err(404));
    app.call(SHOP).await;
    assert_eq!(app.until_hook("/hangup").await["HangupCauseCode"], "7014");
    app.serve("/answer", "<GetDigits action=\"ORIGIN/gone\"><Speak>Please press a key</Speak></GetDigits>");
    app.call("+12125550190").await;
    assert_eq!(app.until_hook("/hangup").await["HangupCauseCode"], "7012");
}

#[tokio::test]
async fn speech_is_sent_with_its_confidence_and_in_parts_before() {
    let mut app = app().await;
    app.serve(
        "/answer",
        "<GetInput action=\"ORIGIN/said\" inputType=\"speech dtmf\" interimSpeechResultsCallback=\"ORIGIN/interim\" executionTimeout=\"30\"/>",
    );
    app.serve("/said", "");
    let uuid = app.call(SHOP).await;
    let interim = app.until_hook("/interim").await;
    assert!(GREETING.starts_with(&interim["UnstableSpeech"]), "{interim:?}");
    let said = app.until_hook("/said").await;
    assert_eq!((said["InputType"].as_str(), said["Speech"].as_str(), said["SpeechConfidenceScore"].as_str()), ("speech", GREETING, "0.87"));
    assert_eq!((said["Digits"].as_str(), said["Event"].as_str()), ("", "Redirect"));
    app.until_hook("/hangup").await;
    assert_eq!(app.truth(&uuid).carrier_heard, [GREETING]);
}

#[tokio::test]
async fn keys_are_sent_without_the_one_that_ends_and_nothing_is_sent_of_nothing() {
    let mut app = app().await;
    app.serve("/answer", "<GetDigits action=\"ORIGIN/keys\" numDigits=\"2\"><Speak>Please press your number</Speak></GetDigits>");
    app.serve("/keys", "<GetInput action=\"ORIGIN/keys\" inputType=\"dtmf\" executionTimeout=\"5\"/><Redirect>ORIGIN/nothing</Redirect>");
    app.serve("/nothing", "");
    app.call("+12125550190").await;
    let keys = app.until_hook("/keys").await;
    assert_eq!((keys["Digits"].as_str(), keys.contains_key("InputType")), ("42", false));
    let (_, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/nothing")).await;
    assert!(!before.iter().any(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/keys")), "{before:?}");
}

#[tokio::test]
async fn an_action_whose_answer_is_not_wanted_does_not_hold_up_the_document() {
    let mut app = app().await;
    app.serve(
        "/answer",
        "<GetInput action=\"ORIGIN/said\" inputType=\"speech\" redirect=\"false\" executionTimeout=\"30\"/><Speak>Thank you for that</Speak>",
    );
    app.serve("/said", "<Speak>Nobody hears this</Speak>");
    let uuid = app.call(SHOP).await;
    app.until_hook("/said").await;
    app.until_hook("/hangup").await;
    assert_eq!(app.truth(&uuid).callee_heard, ["Thank you for that"]);
}

#[tokio::test]
async fn a_message_is_left_behind_the_beep() {
    let mut app = app().await;
    app.serve("/answer", "<Wait length=\"60\" beep=\"true\"/><Speak>Please call us back</Speak><Wait length=\"2\"/>");
    let uuid = app.call(VOICEMAIL).await;
    app.until_hook("/hangup").await;
    assert_eq!(app.truth(&uuid).messages, ["Please call us back"]);
}

#[tokio::test]
async fn keys_reach_the_callee_by_document_and_by_request() {
    let mut app = app().await;
    app.serve("/answer", "<DTMF async=\"false\">12w3</DTMF><Wait length=\"20\"/>");
    let uuid = app.call(SHOP).await;
    app.until_hook("/answer").await;
    app.until_true(&uuid, |truth| truth.keys_heard == "123").await;
    let (status, body) = app.ask("POST", &format!("/Call/{uuid}/DTMF/"), &json!({ "digits": "9#", "leg": "aleg" })).await;
    assert_eq!((status, body["message"].as_str()), (202, Some("digits sent")));
    app.until_true(&uuid, |truth| truth.keys_heard == "1239#").await;
    assert_eq!(app.ask("DELETE", &format!("/Call/{uuid}/"), &Value::Null).await.0, 204);
    let mut create = app.create(SHOP);
    create["send_digits"] = "1w2@1000".into();
    let uuid = app.place(&create).await;
    app.until_hook("/answer").await;
    assert_eq!(app.truth(&uuid).keys_heard, "12");
}

#[tokio::test]
async fn something_is_said_beside_the_document() {
    let mut app = app().await;
    app.serve("/answer", "<Wait length=\"20\"/>");
    let uuid = app.call(SHOP).await;
    app.until_hook("/answer").await;
    let speak = format!("/Call/{uuid}/Speak/");
    let (status, body) = app.ask("POST", &speak, &json!({ "text": "One moment please", "voice": "WOMAN", "mix": true })).await;
    assert_eq!((status, body["message"].as_str()), (202, Some("speak started")));
    app.until_true(&uuid, |truth| truth.callee_heard == ["One moment please"]).await;
    assert_eq!(app.ask("DELETE", &speak, &Value::Null).await.0, 204);
    assert_eq!(app.ask("DELETE", &format!("/Call/{uuid}/"), &Value::Null).await.0, 204);
    app.until_hook("/hangup").await;
    assert_eq!(app.ask("POST", &speak, &json!({ "text": "Too late" })).await.0, 404);
}

#[tokio::test]
async fn a_hangup_for_later_lets_the_document_run_until_then() {
    let mut app = app().await;
    app.serve("/answer", "<Hangup schedule=\"3\" reason=\"busy\"/><Wait length=\"60\"/>");
    let uuid = app.call(SHOP).await;
    let end = app.until_hook("/hangup").await;
    assert_eq!((end["HangupCauseCode"].as_str(), end["CallStatus"].as_str()), ("6000", "completed"));
    assert!(app.truth(&uuid).lasted_ms.unwrap() < 10_000);
}

#[tokio::test]
async fn a_whole_call_is_recorded_told_fetched_and_deleted() {
    let mut app = app().await;
    app.serve(
        "/answer",
        "<Record recordSession=\"true\" maxLength=\"600\" fileFormat=\"wav\" action=\"ORIGIN/begun\" redirect=\"false\" callbackUrl=\"ORIGIN/recorded\"/><Speak>This is recorded</Speak>",
    );
    let uuid = app.call(SHOP).await;
    let begun = app.until_hook("/begun").await;
    assert_eq!((begun["RecordingDuration"].as_str(), begun["RecordingDurationMs"].as_str()), ("-1", "-1"));
    let (saw, _) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/recorded")).await;
    let Saw::Hook { form: done, is_signed: true, .. } = saw else { panic!("{saw:?}") };
    assert_eq!(done["RecordingID"], begun["RecordingID"]);
    assert!(done["RecordingDurationMs"].parse::<u32>().unwrap() > 500, "{done:?}");
    // Whoever knows the address may listen.
    let (status, wav) = app.fetch(&done["RecordUrl"]).await;
    assert_eq!(status, 200);
    let wav = audio::wav::read_wav(&wav, 1 << 24).unwrap();
    assert_eq!((wav.channels, wav.rate_hz), (2, 8_000));
    let id = done["RecordingID"].clone();
    let (_, shown) = app.ask("GET", &format!("/Recording/{id}/"), &Value::Null).await;
    assert_eq!((shown["call_uuid"].as_str(), shown["recording_url"].as_str()), (Some(uuid.as_str()), Some(done["RecordUrl"].as_str())));
    let (_, list) = app.ask("GET", &format!("/Recording/?call_uuid={uuid}"), &Value::Null).await;
    assert_eq!(list["meta"]["total_count"], 1);
    assert_eq!(app.ask("DELETE", &format!("/Recording/{id}/"), &Value::Null).await.0, 204);
    assert_eq!(app.fetch(&done["RecordUrl"]).await.0, 404);
}

#[tokio::test]
async fn trap_12_a_recording_that_names_no_length_ends_after_a_minute() {
    let cast = Cast::shipped().unwrap().with("a.yaml", PATIENT).unwrap();
    let times = sandbox::Times { pace: 20.0, ..crate::app::fast() };
    let mut app = App::with(SandboxConfig { cast, times, ..crate::app::config() }).await;
    app.serve("/answer", "<Wait length=\"75\"/>");
    let uuid = app.call(SILENT).await;
    app.until_hook("/answer").await;
    let body = json!({ "file_format": "wav", "callback_url": format!("{}/recorded", app.origin) });
    let (status, started) = app.ask("POST", &format!("/Call/{uuid}/Record/"), &body).await;
    assert_eq!((status, started["message"].as_str()), (202, Some("call recording started")));
    let done = app.until_hook("/recorded").await;
    assert_eq!((Some(done["recording_id"].as_str()), &done["call_uuid"]), (started["recording_id"].as_str(), &uuid));
    assert_eq!((done["recording_duration"].as_str(), Some(done["api_id"].as_str())), ("60", started["api_id"].as_str()));
}

#[tokio::test]
async fn a_message_of_the_callee_is_recorded_until_they_are_silent() {
    let mut app = app().await;
    app.serve(
        "/answer",
        "<Record action=\"ORIGIN/message\" fileFormat=\"wav\" timeout=\"2\" maxLength=\"30\" playBeep=\"false\" callbackUrl=\"ORIGIN/kept\"/>",
    );
    app.serve("/message", "<Speak>Thank you</Speak>");
    let uuid = app.call(SHOP).await;
    let message = app.until_hook("/message").await;
    assert_eq!((message["Digits"].as_str(), message["Event"].as_str()), ("", "Redirect"));
    assert!(message["RecordingDurationMs"].parse::<u32>().unwrap() >= 2_000);
    app.until_hook("/hangup").await;
    assert_eq!(app.truth(&uuid).callee_heard, ["Thank you"]);
}

#[tokio::test]
async fn what_cannot_be_practised_is_named_and_passed_over() {
    let mut app = app().await;
    app.serve("/answer", "<Dial><User>sip:alice@phone.plivo.com</User></Dial><Speak>Going on</Speak>");
    let uuid = app.call(SHOP).await;
    app.until_hook("/hangup").await;
    assert_eq!((app.truth(&uuid).unsupported, app.truth(&uuid).callee_heard), (vec!["User".to_owned()], vec!["Going on".to_owned()]));
}
