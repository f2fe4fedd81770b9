//! Who is added to one of Plivo's multiparty calls: told of from the request on, asked for a key, heard coming; and what all of it hear when it
//! is recorded.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::people::{ASKER, network};
use crate::plivo_app::{App, Saw};
use crate::plivo_rooms::talker;

const ANN: &str = "+12125550191";
const BEN: &str = "+12125550193";
const GUEST: &str = "+12125550190";
const BUSY: &str = "+12125550110";
const SILENT: &str = "+12125550121";

async fn app() -> App {
    let (ann, ben) = (talker(ANN, 20_000, "This is Ann speaking"), talker(BEN, 20_000, "And here is Ben as well"));
    App::with(network(&[&ann, &ben, ASKER])).await
}

/// Returns what a webhook is called: by its event, or by how a call stands.
fn called(form: &HashMap<String, String>) -> &str {
    form.get("EventName").or(form.get("CallStatus")).map_or("", String::as_str)
}

/// Returns what comes until something is told, by its name, and that.
async fn until_told(app: &mut App, last: &str) -> (Vec<String>, HashMap<String, String>) {
    let (saw, before) = app.until(|saw| matches!(saw, Saw::Hook { form, .. } if called(form) == last)).await;
    let Saw::Hook { form, is_signed: true, .. } = saw else { panic!("{saw:?}") };
    let names = before.into_iter().filter_map(|saw| if let Saw::Hook { form, .. } = saw { Some(called(&form).to_owned()) } else { None });
    (names.collect(), form)
}

#[tokio::test]
async fn who_is_added_is_told_of_from_the_request_on_and_joins_by_a_key() {
    let mut app = app().await;
    app.serve(
        "/answer",
        "<MultiPartyCall role=\"customer\" statusCallbackUrl=\"ORIGIN/events\" stayAlone=\"true\" enterSound=\"none\" exitSound=\"none\" \
         statusCallbackEvents=\"participant-state-changes,participant-digit-input-events,add-participant-api-events\">line-7</MultiPartyCall>",
    );
    app.serve("/ask", "<Speak>Press one for a customer.</Speak>");
    let ann = app.call(ANN).await;
    until_told(&mut app, "ParticipantJoin").await;
    let at = |path: &str| format!("{}{path}", app.origin);
    let (asks, status) = (at("/ask"), at("/status"));
    let ours = app.sandbox.plivo_credentials.from_number.clone();
    let add = |to: &str| {
        json!({
            "role": "agent", "from": ours, "to": to, "confirm_key": "1", "confirm_key_sound_url": asks, "call_status_callback_url": status,
            "enter_sound": "none", "exit_sound": "none",
        })
    };
    let room = "/MultiPartyCall/name_line-7/Participant/";
    let (_, added) = app.ask("POST", room, &add(GUEST)).await;
    let guest = added["calls"][0]["call_uuid"].as_str().unwrap().to_owned();
    // That they are asked for is told beside what becomes of them.
    let each = ["AddParticipantByAPIActionInitiated", "ringing", "ParticipantJoin", "AddParticipantByAPIActionCompleted"];
    let each = each.map(|name| move |saw: &Saw| matches!(saw, Saw::Hook { form, .. } if called(form) == name));
    let done = app.until_each(&each.each_ref().map(|fits| fits as &dyn Fn(&Saw) -> bool)).await.remove(3);
    assert_eq!(
        (done["ParticipantCallUUID"].as_str(), done["ParticipantRole"].as_str(), done["MPCName"].as_str()),
        (guest.as_str(), "agent", "line-7")
    );
    assert!(app.truth(&guest).callee_heard.concat().contains("Press one"), "{:?}", app.truth(&guest).callee_heard);
    // Whoever takes part presses a key, and what is heard by one alone is heard by no other.
    let members = app.ask("GET", room, &Value::Null).await.1;
    let member = members["objects"].as_array().unwrap().iter().find(|one| one["call_uuid"] == guest.as_str()).unwrap()["member_id"].clone();
    app.ask("POST", &format!("/Call/{guest}/Speak/"), &json!({ "text": "Please press the star key" })).await;
    let (_, pressed) = until_told(&mut app, "ParticipantDigitInput").await;
    assert_eq!((pressed["MemberID"].as_str(), pressed["ParticipantCallUUID"].as_str()), (member.as_str().unwrap(), guest.as_str()));
    app.ask("DELETE", &format!("/Call/{guest}/"), &Value::Null).await;
    until_told(&mut app, "completed").await;

    // One who cannot be had, and one who presses nothing, never come, and that is told too.
    app.ask("POST", room, &add(BUSY)).await;
    let (before, _) = until_told(&mut app, "AddParticipantByAPIActionCompleted").await;
    assert!(!before.iter().any(|name| name == "ParticipantJoin"), "{before:?}");
    let (_, added) = app.ask("POST", room, &add(SILENT)).await;
    let silent = added["calls"][0]["call_uuid"].as_str().unwrap().to_owned();
    app.until_true(&silent, |truth| truth.callee_heard.iter().any(|heard| heard.contains("Press one"))).await;
    assert_eq!(app.ask("GET", room, &Value::Null).await.1["meta"]["count"], 2, "Ann, and the guest who has gone");
    app.ask("DELETE", &format!("/Call/{silent}/"), &Value::Null).await;
    let (before, _) = until_told(&mut app, "AddParticipantByAPIActionCompleted").await;
    assert!(!before.iter().any(|name| name == "ParticipantJoin"), "{before:?}");
    assert!(app.truth(&ann).unsupported.is_empty(), "{:?}", app.truth(&ann).unsupported);
}

#[tokio::test]
async fn it_is_recorded_once_two_take_part_all_are_told_so_and_the_words_are_sent() {
    let mut app = app().await;
    app.serve(
        "/answer",
        "<MultiPartyCall role=\"agent\" record=\"true\" recordFileFormat=\"wav\" recordMinMemberCount=\"2\" recordingCallbackUrl=\"ORIGIN/tape\" \
         startRecordingAudio=\"ORIGIN/begins\" stopRecordingAudio=\"ORIGIN/ends\" transcript=\"true\" transcriptionUrl=\"ORIGIN/words\" \
         enterSound=\"ORIGIN/comes\" exitSound=\"none\" stayAlone=\"true\">talk</MultiPartyCall>",
    );
    app.serve("/begins", "<Wait length=\"2\"/><Speak>This talk is recorded</Speak><Wait length=\"1\"/>");
    app.serve("/ends", "<Speak>It is recorded no more</Speak>");
    app.serve("/comes", "<Wait length=\"2\"/><Speak>Somebody comes in</Speak><Wait length=\"1\"/>");
    let heard = |words: &'static str| move |truth: &sandbox::CallTruth| truth.callee_heard.iter().any(|heard| heard.contains(words));
    let ann = app.call(ANN).await;
    app.until_true(&ann, heard("Somebody comes in")).await;
    assert_eq!(app.ask("GET", "/MultiPartyCall/name_talk/", &Value::Null).await.1["recording"], "not-recording");
    let ben = app.call(BEN).await;
    assert_eq!(app.until_hook("/tape").await["EventName"], "MPCRecordingInitiated");
    assert_eq!(app.ask("GET", "/MultiPartyCall/name_talk/", &Value::Null).await.1["recording"], "recording");
    app.until_true(&ann, heard("This talk is recorded")).await;
    app.until_true(&ben, heard("This talk is recorded")).await;
    app.until_true(&ann, heard("And here is Ben as well")).await;
    assert_eq!(app.ask("DELETE", "/MultiPartyCall/name_talk/Record/", &Value::Null).await.0, 204);
    let words = app.until_hook("/words").await;
    assert!(words["transcription"].contains("And here is Ben as well"), "{words:?}");
    app.until_true(&ben, heard("It is recorded no more")).await;
    for call in [&ann, &ben] {
        assert!(app.truth(call).unsupported.is_empty(), "{:?}", app.truth(call).unsupported);
    }
}
