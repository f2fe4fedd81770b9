//! Plivo's conferences: who hears whom, who begins and ends them, what the API does with members.

use sandbox::SandboxConfig;
use serde_json::{Value, json};
use simulator::cast::Cast;

use crate::plivo_app::{App, Saw};
use crate::telling::telling;

/// Says one sentence some time after the answer, then is quiet for long.
pub fn talker(number: &str, after_ms: u32, words: &str) -> String {
    format!(
        "number: \"{number}\"\nname: Talker\ndescription: Says one sentence.\nline: {{ ring_after_ms: 100, answer_after_ms: 100 }}\nbegins_at: talk\nscenes:\n  \
         talk: {{ announcement: {{ say: [{{ after_ms: {after_ms}, say: \"{words}\" }}], then: {{ goto: rest }} }} }}\n  \
         rest: {{ silence: {{ hangs_up_after_ms: 600000 }} }}\n"
    )
}

const ANN: &str = "+12125550191";
const BEN: &str = "+12125550192";

async fn app() -> App {
    let cast = Cast::shipped().unwrap().with("a.yaml", &talker(ANN, 8_000, "This is Ann speaking")).unwrap();
    let cast = cast.with("b.yaml", &talker(BEN, 8_000, "And here is Ben as well")).unwrap();
    App::with(SandboxConfig { cast, ..telling() }).await
}

async fn joined(app: &mut App, to: &str) -> String {
    let uuid = app.call(to).await;
    let entered = app.until_hook("/room").await;
    assert_eq!(
        (entered["ConferenceAction"].as_str(), entered["CallUUID"].as_str(), entered["Event"].as_str()),
        ("enter", uuid.as_str(), "ConferenceEnter")
    );
    uuid
}

const ROOM: &str = "<Conference callbackUrl=\"ORIGIN/room\" action=\"ORIGIN/left\" enterSound=\"beep:1\">My Room</Conference>";

#[tokio::test]
async fn all_hear_each_other_and_the_api_shows_mutes_and_takes_them_out() {
    let mut app = app().await;
    app.serve("/answer", ROOM);
    app.serve("/left", "<Hangup/>");
    let ann = joined(&mut app, ANN).await;
    let ben = joined(&mut app, BEN).await;
    assert_eq!(app.ask("GET", "/Conference/", &Value::Null).await.1["conferences"], json!(["My Room"]));
    let (_, shown) = app.ask("GET", "/Conference/My%20Room/?conference_name=My+Room", &Value::Null).await;
    assert_eq!((shown["conference_member_count"].as_str(), shown["members"].as_array().map(Vec::len)), (Some("2"), Some(2)));
    let member = |call: &str| {
        let members = shown["members"].as_array().unwrap();
        members.iter().find(|member| member["call_uuid"] == call).unwrap()["member_id"].as_str().unwrap().to_owned()
    };
    let (first, second) = (member(&ann), member(&ben));
    app.until_true(&ann, |truth| truth.callee_heard.iter().any(|heard| heard == "And here is Ben as well")).await;
    app.until_true(&ben, |truth| truth.callee_heard.iter().any(|heard| heard == "This is Ann speaking")).await;
    let (status, muted) = app.ask("POST", &format!("/Conference/My%20Room/Member/{first}/Mute/"), &json!({})).await;
    assert_eq!((status, muted["message"].as_str(), muted["member_id"].as_str()), (202, Some("muted"), Some(first.as_str())));
    let (_, shown) = app.ask("GET", "/Conference/My%20Room/", &Value::Null).await;
    let is_muted: Vec<&Value> = shown["members"].as_array().unwrap().iter().filter(|member| member["muted"] == true).collect();
    assert_eq!((is_muted.len(), is_muted[0]["call_uuid"].as_str()), (1, Some(ann.as_str())));
    assert_eq!(app.ask("DELETE", &format!("/Conference/My%20Room/Member/{first}/Mute/"), &Value::Null).await.0, 204);
    let (status, said) = app.ask("POST", "/Conference/My%20Room/Member/all/Speak/", &json!({ "text": "To all of you" })).await;
    assert_eq!((status, said["member_id"].as_str()), (202, Some("[u'all']")));
    app.until_true(&ben, |truth| truth.callee_heard.iter().any(|heard| heard.contains("To all of you"))).await;
    // Taken out, a member's document goes on.
    assert_eq!(app.ask("POST", &format!("/Conference/My%20Room/Member/{second}/Kick/"), &json!({})).await.1["message"], "kicked");
    let left = app.until_hook("/left").await;
    assert_eq!(
        (left["CallUUID"].as_str(), left["ConferenceName"].as_str(), left["ConferenceMemberID"].as_str()),
        (ben.as_str(), "My Room", second.as_str())
    );
    assert_eq!(app.until_hook("/hangup").await["CallUUID"], ben);
    assert_eq!(app.ask("DELETE", "/Conference/My%20Room/", &Value::Null).await.1["message"], "conference hung up");
    assert_eq!(app.until_hook("/hangup").await["CallUUID"], ann);
    assert_eq!(app.ask("GET", "/Conference/My%20Room/", &Value::Null).await.0, 404);
}

#[tokio::test]
async fn who_waits_hears_nobody_until_it_begins_and_it_ends_with_its_host() {
    let mut app = app().await;
    app.serve(
        "/answer",
        "<Conference startConferenceOnEnter=\"false\" callbackUrl=\"ORIGIN/room\">hall</Conference><Redirect>ORIGIN/after</Redirect>",
    );
    app.serve("/after", "");
    let ann = joined(&mut app, ANN).await;
    app.serve("/answer", "<Conference endConferenceOnExit=\"true\" callbackUrl=\"ORIGIN/room\">hall</Conference>");
    let ben = app.call(BEN).await;
    app.until_true(&ann, |truth| truth.heard_calls == [ben.clone()]).await;
    assert_eq!(app.ask("DELETE", &format!("/Call/{ben}/"), &Value::Null).await.0, 204);
    let after = app.until_hook("/after").await;
    assert_eq!(after["CallUUID"], ann);
}

#[tokio::test]
async fn a_conference_is_recorded_with_all_voices() {
    let mut app = app().await;
    app.serve("/answer", ROOM);
    let ann = joined(&mut app, ANN).await;
    app.serve("/answer", &ROOM.replace("beep:1", "ORIGIN/comes"));
    app.serve("/comes", "<Speak>Somebody comes in</Speak>");
    let ben = joined(&mut app, BEN).await;
    app.until_true(&ann, |truth| truth.callee_heard.iter().any(|heard| heard.contains("Somebody comes in"))).await;
    let record = json!({ "file_format": "wav", "callback_url": format!("{}/recorded", app.origin) });
    let (status, started) = app.ask("POST", "/Conference/My%20Room/Record/", &record).await;
    assert_eq!((status, started["message"].as_str()), (202, Some("conference recording started")));
    app.until_true(&ann, |truth| truth.heard_calls == [ben.clone()]).await;
    app.until_true(&ben, |truth| truth.heard_calls == [ann.clone()]).await;
    assert_eq!(app.ask("DELETE", "/Conference/My%20Room/Record/", &Value::Null).await.0, 204);
    let (saw, _) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/recorded")).await;
    let Saw::Hook { form, is_signed: true, .. } = saw else { panic!("{saw:?}") };
    assert_eq!((form["conference_name"].as_str(), Some(form["recording_id"].as_str())), ("My Room", started["recording_id"].as_str()));
    let (status, wav) = app.fetch(&form["record_url"]).await;
    let wav = audio::wav::read_wav(&wav, 1 << 24).unwrap();
    assert_eq!((status, wav.channels), (200, 1));
    assert!(wav.channel(0).iter().filter(|sample| sample.unsigned_abs() > 1_000).count() > 100);
}

#[tokio::test]
async fn who_waits_hears_what_there_is_for_it_and_a_document_records_the_conference() {
    let mut app = app().await;
    app.serve("/music", "<Speak>Somebody comes at once</Speak><Wait length=\"1\"/>");
    app.serve(
        "/answer",
        "<Conference startConferenceOnEnter=\"false\" waitSound=\"ORIGIN/music\" stayAlone=\"false\" action=\"ORIGIN/left\">hall</Conference>",
    );
    app.serve("/left", "<Hangup/>");
    let ann = app.call(ANN).await;
    app.until_true(&ann, |truth| truth.callee_heard.iter().any(|heard| heard == "Somebody comes at once")).await;
    app.serve("/answer", "<Conference record=\"true\" recordFileFormat=\"wav\" floorEvent=\"true\" callbackUrl=\"ORIGIN/room\">hall</Conference>");
    let ben = app.call(BEN).await;
    let floor = |saw: &Saw| matches!(saw, Saw::Hook { path, form, .. } if path == "/room" && form["ConferenceAction"] == "floor");
    app.until(floor).await;
    app.until_true(&ann, |truth| truth.heard_calls == [ben.clone()]).await;
    app.ask("DELETE", &format!("/Call/{ben}/"), &Value::Null).await;
    // Left alone, the other one leaves as well, and with the last one the recording ends.
    let (mut left, mut told) = (None, None);
    while left.is_none() || told.is_none() {
        let (saw, _) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/left" || path == "/room")).await;
        match saw {
            Saw::Hook { path, form, is_signed: true } if path == "/left" => left = Some(form),
            Saw::Hook { form, is_signed: true, .. } if form["ConferenceAction"] == "record" => told = Some(form),
            Saw::Hook { is_signed: true, .. } => {}
            other => panic!("{other:?}"),
        }
    }
    let (left, form) = (left.unwrap(), told.unwrap());
    assert_eq!((form["CallUUID"].as_str(), form["Event"].as_str(), &form["RecordingID"]), (ben.as_str(), "ConferenceRecord", &left["RecordingID"]));
    let (_, wav) = app.fetch(&form["RecordUrl"]).await;
    assert!(audio::wav::read_wav(&wav, 1 << 24).unwrap().channel(0).iter().any(|sample| sample.unsigned_abs() > 1_000));
}
