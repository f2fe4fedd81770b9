//! Plivo's multiparty calls: by document and over the API, with roles, hold and coaching, told and recorded.

use sandbox::SandboxConfig;
use serde_json::{Value, json};
use simulator::cast::Cast;

use crate::plivo_app::{App, Saw};
use crate::plivo_rooms::talker;
use crate::telling::telling;

const ANN: &str = "+12125550191";
const BEN: &str = "+12125550192";
const CAT: &str = "+12125550193";

async fn app() -> App {
    let cast = Cast::shipped().unwrap().with("a.yaml", &talker(ANN, 12_000, "This is Ann speaking")).unwrap();
    let cast = cast.with("b.yaml", &talker(BEN, 12_000, "And here is Ben as well")).unwrap();
    let cast = cast.with("c.yaml", &talker(CAT, 15_000, "I only whisper to one")).unwrap();
    App::with(SandboxConfig { cast, ..telling() }).await
}

/// Returns the names of events that came to an address until one fits, and that one.
async fn events(app: &mut App, last: &str) -> (Vec<String>, Value) {
    let fits = |saw: &Saw| matches!(saw, Saw::Hook { path, form, .. } if path == "/events" && form["EventName"] == last);
    let (saw, before) = app.until(fits).await;
    let Saw::Hook { form, is_signed: true, .. } = saw else { panic!("{saw:?}") };
    let names = before.into_iter().filter_map(|saw| match saw {
        Saw::Hook { path, form, .. } if path == "/events" => Some(form["EventName"].clone()),
        _ => None,
    });
    (names.collect(), json!(form))
}

#[tokio::test]
async fn participants_join_by_document_and_over_the_api_and_hear_each_other_by_their_roles() {
    let mut app = app().await;
    app.serve(
        "/answer",
        "<MultiPartyCall role=\"customer\" startMpcOnEnter=\"false\" statusCallbackUrl=\"ORIGIN/events\" \
         onExitActionUrl=\"ORIGIN/after\" waitMusicUrl=\"ORIGIN/music\" enterSound=\"none\">line-42</MultiPartyCall>",
    );
    app.serve("/music", "<Speak>You are first in line</Speak><Wait length=\"1\"/>");
    app.serve("/after", "<Hangup/>");
    let ann = app.call(ANN).await;
    let (before, join) = events(&mut app, "ParticipantJoin").await;
    assert_eq!(
        (before, join["ParticipantRole"].as_str(), join["ParticipantCallUUID"].as_str()),
        (vec!["MPCInitialized".to_owned()], Some("customer"), Some(ann.as_str()))
    );
    let room = "/MultiPartyCall/name_line-42/";
    let (_, shown) = app.ask("GET", room, &Value::Null).await;
    assert_eq!(
        (shown["status"].as_str(), shown["recording"].as_str(), &shown["duration"]),
        (Some("Initialized"), Some("not-recording"), &Value::Null)
    );
    app.until_true(&ann, |truth| truth.callee_heard.iter().any(|heard| heard.contains("first in line"))).await;

    let ours = app.sandbox.plivo_credentials.from_number.clone();
    let add = |to: &str, role: &str| json!({ "role": role, "from": ours, "to": to, "enter_sound": "none", "exit_sound": "none" });
    let (status, added) = app.ask("POST", &format!("{room}Participant/"), &add(BEN, "agent")).await;
    assert_eq!((status, added["message"].as_str()), (201, Some("add participant action initiated")), "{added}");
    let ben = added["calls"][0]["call_uuid"].as_str().unwrap().to_owned();
    let (before, _) = events(&mut app, "ParticipantJoin").await;
    assert_eq!(before, ["MPCStart"]);
    let (_, added) = app.ask("POST", &format!("{room}Participant/"), &add(CAT, "supervisor")).await;
    let cat = added["calls"][0]["call_uuid"].as_str().unwrap().to_owned();
    events(&mut app, "ParticipantJoin").await;
    let (_, list) = app.ask("GET", &format!("{room}Participant/"), &Value::Null).await;
    assert_eq!(list["meta"]["count"], 3, "{list}");
    let member = |call: &str| {
        list["objects"].as_array().unwrap().iter().find(|one| one["call_uuid"] == call).unwrap()["member_id"].as_str().unwrap().to_owned()
    };
    app.until_true(&ann, |truth| truth.heard_calls == [ben.clone()]).await;
    app.until_true(&ben, |truth| truth.heard_calls.contains(&cat) && truth.heard_calls.contains(&ann)).await;
    // Who coaches hears all and is heard by the agent alone.
    assert_eq!(app.truth(&ann).heard_calls, [ben.as_str()]);

    let change = |what: Value, who: String| (format!("{room}Participant/{who}/"), what);
    let (path, body) = change(json!({ "mute": true, "hold": true }), member(&ann));
    let (status, changed) = app.ask("POST", &path, &body).await;
    assert_eq!((status, changed["mute"].as_str()), (202, Some("MPC: line-42 mute/unmute member(s) succeeded")));
    let (before, _) = events(&mut app, "ParticipantHold").await;
    assert_eq!(before, ["ParticipantMute"]);
    let (_, shown) = app.ask("GET", &path, &Value::Null).await;
    assert_eq!((shown["mute"].as_bool(), shown["hold"].as_bool()), (Some(true), Some(true)));

    assert_eq!(app.ask("DELETE", &format!("{room}Participant/{}/", member(&cat)), &json!({})).await.0, 204);
    assert_eq!(app.record(&cat).await["hangup_cause_code"], 4_030);
    assert_eq!(app.ask("DELETE", room, &json!({})).await.0, 204);
    let left = app.until_hook("/after").await;
    assert_eq!(
        (left["CallUUID"].as_str(), left["MPCFriendlyName"].as_str(), left["ParticipantRole"].as_str()),
        (ann.as_str(), "line-42", "customer")
    );
    assert_eq!(app.record(&ben).await["hangup_cause_code"], 4_020);
    let (_, list) = app.ask("GET", "/MultiPartyCall/?friendly_name=line-42", &Value::Null).await;
    assert_eq!((list["objects"][0]["status"].as_str(), list["objects"][0]["termination_cause_code"].as_u64()), (Some("Ended"), Some(3_000)));
    assert_eq!(app.ask("GET", room, &Value::Null).await.0, 404, "its name is free again");
}

#[tokio::test]
async fn a_call_that_lives_is_taken_in_recorded_and_one_left_alone_ends_it() {
    let mut app = app().await;
    app.serve("/answer", "<Wait length=\"600\"/>");
    let ann = app.call(ANN).await;
    app.until_hook("/answer").await;
    let ben = app.call(BEN).await;
    app.until_hook("/answer").await;
    let origin = app.origin.clone();
    let at = |path: &str| format!("{origin}{path}");
    let add = |call: &str| json!({ "role": "agent", "call_uuid": call, "status_callback_url": at("/events"), "status_callback_method": "POST" });
    let room = "/MultiPartyCall/name_two/Participant/";
    assert_eq!(app.ask("POST", room, &json!({ "role": "agent", "call_uuid": "none" })).await.0, 404);
    let add = |call: &str| {
        let mut add = add(call);
        add["status_callback_events"] = "participant-state-changes,participant-audio-events".into();
        add
    };
    for call in [&ann, &ben] {
        assert_eq!(app.ask("POST", room, &add(call)).await.0, 201);
    }
    events(&mut app, "ParticipantJoin").await;
    events(&mut app, "ParticipantJoin").await;
    let record = json!({ "file_format": "wav", "recording_callback_url": at("/tape"), "recording_callback_method": "POST" });
    let (status, started) = app.ask("POST", "/MultiPartyCall/name_two/Record/", &record).await;
    assert_eq!((status, started["message"].as_str()), (202, Some("MPC: two record started")));
    assert_eq!(app.ask("POST", "/MultiPartyCall/name_two/Record/Pause/", &json!({})).await.0, 202);
    assert_eq!(app.ask("GET", "/MultiPartyCall/name_two/", &Value::Null).await.1["recording"], "paused");
    assert_eq!(app.ask("POST", "/MultiPartyCall/name_two/Record/Resume/", &json!({})).await.0, 202);
    // And Ben alone, by his member id.
    let (_, list) = app.ask("GET", room, &Value::Null).await;
    let member = list["objects"].as_array().unwrap().iter().find(|one| one["call_uuid"] == ben.as_str()).unwrap()["member_id"].clone();
    let his = format!("{room}{}/Record/", member.as_str().unwrap());
    let track = |kind: &str| json!({ "file_format": "wav", "record_track_type": kind });
    let (status, own) = app.ask("POST", &his, &track("participant")).await;
    assert_eq!((status, own["message"].as_str()), (202, Some("MPC: two record started")), "{own}");
    // With what he hears as well, if nothing is said of it, and each once.
    let (status, all) = app.ask("POST", &his, &json!({ "file_format": "wav" })).await;
    assert_eq!(status, 202, "{all}");
    for (kind, status) in [("participant", 400), ("all", 400), ("both", 400), ("none", 400)] {
        assert_eq!(app.ask("POST", &his, &track(kind)).await.0, status, "{kind}");
    }
    assert_eq!(app.ask("POST", &format!("{his}Pause/"), &json!({})).await.0, 202);
    assert_eq!(app.ask("POST", &format!("{his}Pause/"), &json!({})).await.0, 404);
    assert_eq!(app.ask("POST", &format!("{his}Resume/"), &json!({})).await.0, 202);
    app.until_true(&ann, |truth| truth.heard_calls == [ben.clone()]).await;
    app.until_true(&ben, |truth| !truth.callee_said.is_empty() && truth.heard_calls == [ann.clone()]).await;
    for status in [204, 404] {
        assert_eq!(app.ask("DELETE", &format!("{his}?record_track_type=participant"), &Value::Null).await.0, status);
    }
    assert_eq!(app.ask("DELETE", &his, &Value::Null).await.0, 204);
    let (_, shown) = app.ask("GET", &format!("/Recording/{}/", own["recording_id"].as_str().unwrap()), &Value::Null).await;
    assert_eq!((shown["call_uuid"].as_str(), shown["conference_name"].as_str()), (Some(ben.as_str()), Some("two")), "{shown}");
    let (_, wav) = app.fetch(own["recording_url"].as_str().unwrap()).await;
    let wav = audio::wav::read_wav(&wav, 1 << 24).unwrap();
    assert!(wav.channels == 1 && wav.channel(0).iter().any(|sample| sample.unsigned_abs() > 1_000), "he spoke");
    let (_, wav) = app.fetch(all["recording_url"].as_str().unwrap()).await;
    let wav = audio::wav::read_wav(&wav, 1 << 24).unwrap();
    assert_eq!(wav.channels, 2);
    assert!((0..2).all(|channel| wav.channel(channel).iter().any(|sample| sample.unsigned_abs() > 1_000)), "he spoke and she did");
    app.ask("DELETE", &format!("/Call/{ann}/"), &Value::Null).await;
    let is_done = |saw: &Saw| matches!(saw, Saw::Hook { path, form, .. } if path == "/tape" && form["EventName"] == "MPCRecordingCompleted");
    let (saw, _) = app.until(is_done).await;
    let Saw::Hook { form, is_signed: true, .. } = saw else { panic!("{saw:?}") };
    assert_eq!(Some(form["RecordingUUID"].as_str()), started["recording_id"].as_str());
    let (_, wav) = app.fetch(&form["RecordingURL"]).await;
    let wav = audio::wav::read_wav(&wav, 1 << 24).unwrap();
    assert!(wav.channel(0).iter().filter(|sample| sample.unsigned_abs() > 1_000).count() > 100);
    assert_eq!(app.record(&ben).await["hangup_cause_code"], 4_020);
    assert_eq!(app.truth(&ben).unsupported, ["MultiPartyCall participant-audio-events"]);
    let (_, list) = app.ask("GET", "/MultiPartyCall/", &Value::Null).await;
    assert_eq!(list["objects"][0]["termination_cause_code"], 1_010);
}
