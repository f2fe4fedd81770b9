//! `<Dial>` at Plivo's side: others are rung, the first who answers is connected, and the document goes on when that one is gone.

use std::collections::HashMap;

use sandbox::SandboxConfig;
use serde_json::{Value, json};

use crate::people::{ASKER, LEAVES, network};
use crate::plivo_app::{App, Saw};

const SHOP: &str = "+12125550123";
const SILENT: &str = "+12125550121";

async fn app() -> App {
    let app = App::with(SandboxConfig { plivo_minute_micros: 11_500, ..network(&[ASKER, LEAVES]) }).await;
    app.serve("/done", "");
    app
}

/// Returns what the `<Dial>` tells of its legs until it is over, and what is told then.
async fn told(app: &mut App) -> (Vec<HashMap<String, String>>, HashMap<String, String>) {
    let (done, before) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/done")).await;
    let legs = before.into_iter().filter_map(|saw| match saw {
        Saw::Hook { path, form, is_signed } if path == "/legs" => {
            assert!(is_signed);
            Some(form)
        }
        _ => None,
    });
    let legs = legs.collect();
    let Saw::Hook { form, .. } = done else { panic!("{done:?}") };
    (legs, form)
}

#[tokio::test]
async fn trap_32_who_is_dialled_hears_and_is_heard_and_both_legs_are_billed() {
    let mut app = app().await;
    app.serve("/answer", "<Dial action=\"ORIGIN/done\" callbackUrl=\"ORIGIN/legs\"><Number>+12125550123</Number></Dial>");
    let asker = app.call("+12125550190").await;
    // The one who asks hangs up: its own call is over, and the action is told without being asked for a document.
    let (legs, done) = told(&mut app).await;
    let what: Vec<(&str, &str)> = legs.iter().map(|leg| (leg["DialAction"].as_str(), leg["Event"].as_str())).collect();
    assert_eq!(what, [("answer", "DialAnswer"), ("connected", "DialConnected")]);
    let shop = legs[0]["DialBLegUUID"].clone();
    assert_eq!(
        (legs[0]["DialALegUUID"].as_str(), legs[0]["DialBLegFrom"].as_str(), legs[0]["DialBLegTo"].as_str()),
        (asker.as_str(), "12125550101", "12125550123")
    );
    assert_eq!((done["DialStatus"].as_str(), done["DialRingStatus"].as_str(), done["DialBLegUUID"].as_str()), ("completed", "true", shop.as_str()));
    let (first, second) = (app.record(&asker).await, app.record(&shop).await);
    assert_eq!((first["total_amount"].as_str(), second["total_amount"].as_str()), (Some("0.01150"), Some("0.01150")));
    assert_eq!(
        (second["parent_call_uuid"].as_str(), second["hangup_cause_code"].as_u64(), second["hangup_source"].as_str()),
        (Some(asker.as_str()), Some(4_000), Some("Caller"))
    );
    let (first, second) = (app.truth(&asker), app.truth(&shop));
    // Ringing is heard as well, and says nothing.
    let heard: Vec<&str> = first.callee_heard.iter().map(String::as_str).filter(|heard| !heard.is_empty()).collect();
    assert_eq!(heard, ["Corner shop, good day, how can I help you?", "We close at nine today."]);
    assert!(second.callee_heard.contains(&"When do you close tonight?".to_owned()), "{:?}", second.callee_heard);
    assert_eq!((first.heard_calls, second.heard_calls), (vec![shop], vec![asker]));
}

#[tokio::test]
async fn of_several_the_first_who_answers_has_the_call_and_the_others_lose_the_race() {
    let mut app = app().await;
    app.serve(
        "/answer",
        "<Record startOnDialAnswer=\"true\" callbackUrl=\"ORIGIN/tape\" fileFormat=\"wav\" maxLength=\"600\"/>\
         <Dial action=\"ORIGIN/done\" callbackUrl=\"ORIGIN/legs\"><Number>+12125550111</Number><Number>+12125550192</Number></Dial>",
    );
    let uuid = app.call(SILENT).await;
    let (legs, done) = told(&mut app).await;
    let ends: HashMap<&str, (&str, &str)> = legs
        .iter()
        .filter(|leg| leg["DialAction"] == "hangup")
        .map(|leg| (leg["DialBLegTo"].as_str(), (leg["DialBLegHangupCauseCode"].as_str(), leg["DialBLegHangupSource"].as_str())))
        .collect();
    assert_eq!(ends, HashMap::from([("12125550111", ("9000", "Plivo")), ("12125550192", ("4000", "Callee"))]));
    assert_eq!(
        (done["DialStatus"].as_str(), done["CallStatus"].as_str(), done["DialHangupCause"].as_str()),
        ("completed", "in-progress", "NORMAL_CLEARING")
    );
    let tape = app.until_hook("/tape").await;
    let (_, wav) = app.fetch(&tape["RecordUrl"]).await;
    let wav = audio::wav::read_wav(&wav, 1 << 24).unwrap();
    assert_eq!(wav.channels, 2);
    assert!(audio::level::rms_dbfs(&wav.channel(0)) < -60.0 && audio::level::rms_dbfs(&wav.channel(1)) > -40.0);
    assert!(app.truth(&uuid).callee_heard.concat().contains("closed until Monday"));
}

#[tokio::test]
async fn who_cannot_be_reached_leaves_word_why() {
    let mut app = app().await;
    for (inner, status, rang, cause) in [
        ("<Number>+12125550110</Number>", "busy", "false", "USER_BUSY"),
        ("<Number>+12125550113</Number>", "failed", "false", "UNALLOCATED_NUMBER"),
        ("<Number>+12125550111</Number>", "no-answer", "true", "NO_ANSWER"),
        ("<Number>not a number</Number>", "failed", "false", ""),
        ("<Number callerId=\"+12125550999\">+12125550123</Number>", "failed", "false", ""),
        ("<User>sip:alice@phone.plivo.com</User>", "failed", "false", ""),
    ] {
        app.serve("/answer", &format!("<Dial action=\"ORIGIN/done\" timeout=\"5\">{inner}</Dial>"));
        let uuid = app.call(SILENT).await;
        let done = app.until_hook("/done").await;
        let found = (done["DialStatus"].as_str(), done["DialHangupCause"].as_str(), done["DialBLegUUID"].as_str());
        assert_eq!(found, (status, cause, ""), "{inner}");
        assert!(status == "busy" || done["DialRingStatus"] == rang, "{inner}");
        app.until_hook("/hangup").await;
        if inner.contains("User") {
            assert_eq!(app.truth(&uuid).unsupported, ["User"]);
        }
    }
}

#[tokio::test]
async fn whoever_is_rung_confirms_with_a_key_or_is_not_connected() {
    let mut app = app().await;
    let dial = "<Dial action=\"ORIGIN/done\" callbackUrl=\"ORIGIN/legs\" confirmSound=\"ORIGIN/whisper\" confirmKey=\"1\" confirmTimeout=\"8\" dialMusic=\"ORIGIN/music\">";
    app.serve("/whisper", "<Speak>Press one for a customer.</Speak>");
    app.serve("/music", "<Speak>Please hold the line.</Speak>");
    app.serve("/answer", &format!("{dial}<Number>+12125550190</Number></Dial>"));
    let uuid = app.call(SHOP).await;
    app.until(|saw| matches!(saw, Saw::Hook { path, form, .. } if path == "/legs" && form["DialAction"] == "connected")).await;
    app.until_true(&uuid, |truth| truth.callee_heard.iter().any(|heard| heard.contains("Please hold"))).await;
    assert!(!app.truth(&uuid).callee_heard.concat().contains("customer"));
    assert_eq!(app.ask("DELETE", &format!("/Call/{uuid}/"), &Value::Null).await.0, 204);
    assert_eq!(told(&mut app).await.1["DialStatus"], "completed");

    app.serve("/answer", &format!("{dial}<Number>{SILENT}</Number></Dial>"));
    app.call(SHOP).await;
    let (legs, done) = told(&mut app).await;
    assert_eq!(done["DialStatus"], "no-answer");
    assert_eq!(legs.last().unwrap()["DialBLegHangupCauseCode"], "9110");
}

#[tokio::test]
async fn a_call_that_comes_in_is_answered_by_the_connection_and_either_leg_is_transferred() {
    let mut app = app().await;
    app.control("/sandbox/number", &json!({ "answer_url": format!("{}/voice", app.origin), "hangup_url": format!("{}/hangup", app.origin) })).await;
    app.serve("/voice", "<Dial callbackUrl=\"ORIGIN/legs\" action=\"ORIGIN/done\" digitsMatch=\"*\"><Number>+12125550192</Number></Dial>");
    let ring = json!({ "from": "+12125550190", "to": app.sandbox.plivo_credentials.from_number });
    let (_, rung) = app.control("/sandbox/ring", &ring).await;
    let uuid = rung["call_uuid"].as_str().unwrap().to_owned();
    let leg = app.until_hook("/legs").await;
    // Who rings is shown to who is rung.
    assert_eq!((leg["DialAction"].as_str(), leg["DialBLegFrom"].as_str()), ("answer", "12125550190"));
    assert_eq!(app.until_hook("/legs").await["DialAction"], "connected");
    let digits = app.until_hook("/legs").await;
    assert_eq!((digits["DialAction"].as_str(), digits["DialDigitsMatch"].as_str(), digits["DialDigitsPressedBy"].as_str()), ("digits", "*", "ALeg"));
    app.serve("/elsewhere", "<Wait length=\"600\"/>");
    let transfer = json!({ "legs": "bleg", "bleg_url": format!("{}/elsewhere", app.origin) });
    assert_eq!(app.ask("POST", &format!("/Call/{uuid}/"), &transfer).await.1["message"], "call transfered");
    let asked = app.until_hook("/elsewhere").await;
    assert_eq!((asked["CallUUID"].as_str(), asked["ALegUUID"].as_str()), (leg["DialBLegUUID"].as_str(), uuid.as_str()));
    assert_eq!(app.until_hook("/done").await["DialStatus"], "completed");
    assert_eq!(app.until_hook("/hangup").await["CallUUID"], uuid);
    assert_eq!(app.ask("POST", &format!("/Call/{uuid}/"), &transfer).await.0, 404);
    assert_eq!(app.truth(&uuid).states.join(" "), "ringing in-progress completed");
}
