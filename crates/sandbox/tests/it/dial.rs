//! `<Dial>`: others are rung, the first who answers is connected, and the document goes on when that one is gone.

use wire::twilio::rest::{CallFilter, Paging, list_calls};

use crate::app::{App, Saw};
use crate::people::{ASKER, LEAVES, network};

async fn app() -> App {
    let mut app = App::with(network(&[ASKER, LEAVES])).await;
    app.serve("/done", "<Response/>");
    app.serve("/leg", "");
    // Nobody is asked for what was not served.
    app.client.get(format!("{}/done", app.origin)).send().await.unwrap();
    app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/done")).await;
    app
}

impl App {
    async fn legs_of(&self, parent: &str) -> Vec<(String, String)> {
        let filter = CallFilter { parent_call_sid: Some(parent.into()), ..CallFilter::default() };
        let (_, body) = self.send(list_calls(&self.account(), &filter, &Paging::default())).await;
        let calls = body["calls"].as_array().unwrap().iter();
        let mut legs: Vec<_> = calls.map(|call| (call["to"].as_str().unwrap().to_owned(), call["status"].as_str().unwrap().to_owned())).collect();
        legs.sort();
        legs
    }
}

#[tokio::test]
async fn who_is_dialled_hears_and_is_heard() {
    let mut app = app().await;
    app.serve(
        "/voice",
        "<Response><Dial action=\"/done\"><Number statusCallback=\"/leg\" statusCallbackEvent=\"initiated ringing answered completed\">+12125550123</Number></Dial></Response>",
    );
    let sid = app.call("+12125550190").await;
    for status in ["initiated", "ringing", "in-progress"] {
        let form = app.until_hook("/leg").await;
        assert_eq!((form["CallStatus"].as_str(), form["Direction"].as_str()), (status, "outbound-dial"));
        assert_eq!((form["ParentCallSid"].as_str(), form["To"].as_str()), (sid.as_str(), "+12125550123"));
    }
    let done = app.until_hook("/done").await;
    assert_eq!((done["DialCallStatus"].as_str(), done["CallStatus"].as_str(), done["DialBridged"].as_str()), ("completed", "completed", "true"));
    let truth = app.sandbox.truth();
    let (asker, shop) = (truth.call(&sid).unwrap(), truth.call(&done["DialCallSid"]).unwrap());
    // Ringing is heard as well, and says nothing.
    let heard: Vec<&str> = asker.callee_heard.iter().map(String::as_str).filter(|heard| !heard.is_empty()).collect();
    assert_eq!(heard, ["Corner shop, good day, how can I help you?", "We close at nine today."]);
    assert!(shop.callee_heard.contains(&"When do you close tonight?".to_owned()), "{:?}", shop.callee_heard);
    assert_eq!((asker.heard_calls, shop.heard_calls), (vec![shop.call_sid], vec![sid.clone()]));
    assert_eq!(app.legs_of(&sid).await, [("+12125550123".to_owned(), "completed".to_owned())]);
}

#[tokio::test]
async fn of_several_the_first_who_answers_is_connected_and_recorded_apart() {
    let mut app = app().await;
    app.serve(
        "/voice",
        "<Response><Dial action=\"/done\" record=\"record-from-answer-dual\"><Number>+12125550111</Number>\
         <Number>+12125550192</Number></Dial></Response>",
    );
    let sid = app.call("+12125550121").await;
    let done = app.until_hook("/done").await;
    assert_eq!((done["DialCallStatus"].as_str(), done["CallStatus"].as_str(), done["DialBridged"].as_str()), ("completed", "in-progress", "true"));
    assert!(done["DialCallDuration"].parse::<u32>().unwrap() >= 3, "{done:?}");
    app.until_over().await;
    let legs = app.legs_of(&sid).await;
    let legs: Vec<_> = legs.iter().map(|(to, status)| (to.as_str(), status.as_str())).collect();
    assert_eq!(legs, [("+12125550111", "canceled"), ("+12125550192", "completed")]);
    let reply = app.client.get(&done["RecordingUrl"]).basic_auth(app.account(), Some(&app.sandbox.credentials.auth_token)).send().await.unwrap();
    let wav = audio::wav::read_wav(&reply.bytes().await.unwrap(), 1_000_000).unwrap();
    assert_eq!(wav.channels, 2);
    assert!(audio::level::rms_dbfs(&wav.channel(0)) < -60.0 && audio::level::rms_dbfs(&wav.channel(1)) > -40.0);
}

#[tokio::test]
async fn who_cannot_be_reached_leaves_word_why() {
    for (inner, status) in [
        ("+12125550110", "busy"),
        ("+12125550113", "failed"),
        ("+12125550111", "no-answer"),
        ("<Number>not a number</Number>", "failed"),
        ("<Sip>sip:a@example.com</Sip>", "failed"),
    ] {
        let mut app = app().await;
        app.serve("/voice", &format!("<Response><Dial action=\"/done\" timeout=\"5\">{inner}</Dial></Response>"));
        app.call("+12125550121").await;
        let done = app.until_hook("/done").await;
        assert_eq!(
            (done["DialCallStatus"].as_str(), done["DialBridged"].as_str(), done["DialCallDuration"].as_str()),
            (status, "false", "0"),
            "{inner}"
        );
        app.until_over().await;
    }
}

#[tokio::test]
async fn one_after_the_other_is_rung_if_that_is_asked_for_and_without_an_action_the_next_verb_runs() {
    let mut app = app().await;
    app.serve(
        "/voice",
        "<Response><Dial sequential=\"true\"><Number>+12125550110</Number><Number>+12125550192</Number></Dial><Redirect>/done</Redirect></Response>",
    );
    let sid = app.call("+12125550121").await;
    assert!(!app.until_hook("/done").await.contains_key("DialCallStatus"));
    app.until_over().await;
    assert_eq!(app.legs_of(&sid).await.len(), 2);
    assert!(app.sandbox.truth().call(&sid).unwrap().callee_heard.concat().contains("closed until Monday"));
}

#[tokio::test]
async fn the_caller_ends_it_with_the_star_and_who_is_rung_may_hear_something_before() {
    let mut app = app().await;
    app.serve("/voice", "<Response><Dial action=\"/done\" hangupOnStar=\"true\"><Number url=\"/whisper\">+12125550192</Number></Dial></Response>");
    app.serve("/whisper", "<Response><Say>A customer.</Say></Response>");
    let sid = app.call("+12125550190").await;
    let whisper = app.until_hook("/whisper").await;
    assert_eq!(whisper["ParentCallSid"], sid);
    let done = app.until_hook("/done").await;
    assert_eq!((done["DialCallStatus"].as_str(), done["CallStatus"].as_str()), ("completed", "in-progress"));
    app.until_over().await;
    let truth = app.sandbox.truth();
    let other = truth.call(&done["DialCallSid"]).unwrap();
    assert!(other.callee_heard.iter().any(|heard| heard.contains("A customer.")), "{other:?}");
    assert!(!truth.call(&sid).unwrap().callee_heard.concat().contains("customer"));
}

#[tokio::test]
async fn whoever_hangs_up_while_it_whispers_is_never_connected() {
    let mut app = app().await;
    app.serve("/voice", "<Response><Dial action=\"/done\"><Number url=\"/whisper\">+12125550192</Number></Dial></Response>");
    app.serve("/whisper", "<Response><Hangup/></Response>");
    app.call("+12125550121").await;
    let done = app.until_hook("/done").await;
    assert_eq!((done["DialCallStatus"].as_str(), done["DialBridged"].as_str()), ("completed", "false"));
}

#[tokio::test]
async fn a_number_that_is_not_ours_cannot_be_shown_and_time_runs_out() {
    let mut app = app().await;
    app.serve("/voice", "<Response><Dial callerId=\"+12125550999\" action=\"/next\">+12125550123</Dial></Response>");
    app.serve("/next", "<Response><Dial action=\"/done\" timeLimit=\"2\">+12125550121</Dial></Response>");
    let sid = app.call("+12125550121").await;
    assert_eq!(app.until_hook("/next").await["DialCallStatus"], "failed");
    let done = app.until_hook("/done").await;
    assert_eq!((done["DialCallStatus"].as_str(), done["DialCallDuration"].as_str()), ("completed", "2"));
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().errors, [13_214]);
    assert_eq!(app.sandbox.truth().call(&done["DialCallSid"]).unwrap().ended_by.as_deref(), Some("time limit"));
}

#[tokio::test]
async fn a_redirect_over_the_api_lets_the_other_end_go() {
    let mut app = app().await;
    app.serve("/voice", "<Response><Dial action=\"/never\"><Number statusCallback=\"/leg\" statusCallbackEvent=\"answered completed\">+12125550121</Number></Dial></Response>");
    let sid = app.call("+12125550121").await;
    assert_eq!(app.until_hook("/leg").await["CallStatus"], "in-progress");
    let instructions = wire::twilio::rest::CallInstructions::url(format!("{}/done", app.origin));
    app.send(wire::twilio::rest::update_call(&app.account(), &sid, &wire::twilio::rest::CallUpdate::redirect(instructions))).await;
    let is_gone = |saw: &Saw| matches!(saw, Saw::Hook { path, form, .. } if path == "/leg" && form["CallStatus"] == "completed");
    app.until_each(&[&is_gone, &|saw| matches!(saw, Saw::Hook { path, .. } if path == "/done")]).await;
}
