//! Documents: what each verb does, where failures lead.

use simulator::cast::Cast;

use crate::app::{App, Saw, config};

/// Says something, listens, and answers whatever it hears with the keys 4, 2 and #.
const PRESSES_KEYS: &str = r##"
number: "+12125550190"
name: Key presser
description: Presses keys when spoken to.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      knows:
        - { topic: anything, when: ["unintelligible"], presses: "42#", say: ["There you are."] }
"##;

/// Says two things a second and a half apart.
const SPEAKS_TWICE: &str = r#"
number: "+12125550191"
name: Speaks twice
description: Pauses in mid-thought.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      greeting: [{ after_ms: 300, say: "Well, let me think." }, { after_ms: 1500, say: "It is at nine." }]
"#;

async fn app_with(yaml: &str) -> App {
    let cast = Cast::shipped().unwrap().with("test.yaml", yaml).unwrap();
    App::with(sandbox::SandboxConfig { cast, ..config() }).await
}

#[tokio::test]
async fn say_pause_and_play_run_in_order_and_the_end_hangs_up() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Say>Hello.</Say><Pause length=\"1\"/><Play digits=\"1w2\"/></Response>");
    let sid = app.call("+12125550121").await;
    let end = app.until_over().await;
    assert_eq!((end["CallStatus"].as_str(), end["CallDuration"].as_str()), ("completed", "2"));
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!((truth.ended_by.as_deref(), truth.keys_heard.as_str()), (Some("document"), "12"));
    assert!(truth.errors.is_empty(), "{:?}", truth.errors);
}

#[tokio::test]
async fn gathered_keys_go_to_the_action() {
    let mut app = app_with(PRESSES_KEYS).await;
    app.serve("/voice", "<Response><Gather action=\"keys?x=1\" timeout=\"30\"><Say>Please enter the number.</Say></Gather></Response>");
    app.serve("/keys", "<Response/>");
    app.call("+12125550190").await;
    let form = app.until_hook("/keys").await;
    assert_eq!((form["Digits"].as_str(), form["CallStatus"].as_str()), ("42", "in-progress"));
    assert_eq!(app.until_over().await["CallStatus"], "completed");
}

#[tokio::test]
async fn a_gathering_without_input_falls_through() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Gather action=\"/keys\" timeout=\"1\"/><Redirect>/next</Redirect></Response>");
    app.serve("/next", "<Response><Gather action=\"/empty\" timeout=\"1\" actionOnEmptyResult=\"true\"/></Response>");
    app.serve("/empty", "<Response/>");
    app.call("+12125550121").await;
    app.until_hook("/next").await;
    assert_eq!(app.until_hook("/empty").await["Digits"], "");
}

#[tokio::test]
async fn gathered_speech_goes_to_the_action() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Gather input=\"speech\" action=\"/speech\" timeout=\"20\" speechTimeout=\"auto\"/></Response>");
    app.serve("/speech", "<Response/>");
    app.call("+12125550123").await;
    let form = app.until_hook("/speech").await;
    assert_eq!(form["SpeechResult"], "unintelligible");
}

#[tokio::test]
async fn gathered_speech_goes_on_after_a_pause_shorter_than_its_timeout() {
    let mut app = app_with(SPEAKS_TWICE).await;
    app.serve("/voice", "<Response><Gather input=\"speech\" action=\"/speech\" timeout=\"20\" speechTimeout=\"3\"/></Response>");
    app.serve("/speech", "<Response/>");
    app.call("+12125550191").await;
    let form = app.until_hook("/speech").await;
    assert_eq!(form["SpeechResult"], "unintelligible unintelligible");
}

#[tokio::test]
async fn a_recorded_message_can_be_fetched() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Record action=\"/recorded\" timeout=\"2\" recordingStatusCallback=\"/status2\"/></Response>");
    app.serve("/recorded", "<Response/>");
    app.serve("/status2", "<Response/>");
    let sid = app.call("+12125550123").await;
    // Which of the two comes first is nobody's promise.
    let is_either = |saw: &Saw| matches!(saw, Saw::Hook { path, is_signed: true, .. } if path == "/recorded" || path == "/status2");
    let mut came = std::collections::HashMap::new();
    while came.len() < 2 {
        if let (Saw::Hook { path, form, .. }, _) = app.until(is_either).await {
            came.insert(path, form);
        }
    }
    let (form, news) = (&came["/recorded"], &came["/status2"]);
    assert_eq!((news["RecordingStatus"].as_str(), news["RecordingSid"].as_str()), ("completed", form["RecordingSid"].as_str()));
    assert!(form["RecordingDuration"].parse::<u32>().unwrap() >= 1, "{form:?}");
    let reply = app.client.get(&form["RecordingUrl"]).basic_auth(app.account(), Some(&app.sandbox.credentials.auth_token)).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    let wav = audio::wav::read_wav(&reply.bytes().await.unwrap(), 1_000_000).unwrap();
    assert_eq!((wav.rate_hz, wav.channels), (8_000, 1));
    assert!(audio::level::rms_dbfs(&wav.samples) > -35.0);
    let (status, body) = app.send(wire::twilio::rest::list_recordings(&app.account(), &sid, &wire::twilio::rest::Paging::default())).await;
    assert_eq!((status, body["recordings"][0]["source"].as_str()), (200, Some("RecordVerb")));
}

#[tokio::test]
async fn the_whole_call_can_be_recorded_both_sides_apart() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Pause length=\"2\"/><Say>This is the other side of the call.</Say></Response>");
    let mut create = app.create("+12125550123");
    (create.record, create.recording_channels) = (true, Some(wire::twilio::rest::Channels::Dual));
    app.place(&create).await;
    let end = app.until_over().await;
    let url = end["RecordingUrl"].clone() + ".wav";
    let reply = app.client.get(url).basic_auth(app.account(), Some(&app.sandbox.credentials.auth_token)).send().await.unwrap();
    let wav = audio::wav::read_wav(&reply.bytes().await.unwrap(), 1_000_000).unwrap();
    assert_eq!(wav.channels, 2);
    let (callee, ours) = (wav.channel(0), wav.channel(1));
    assert!(audio::level::rms_dbfs(&callee[..16_000]) > -40.0 && audio::level::rms_dbfs(&ours[..15_000]) < -80.0);
    assert!(audio::level::rms_dbfs(&ours[16_000..]) > -40.0);
}

#[tokio::test]
async fn a_document_that_fails_asks_the_fallback_once() {
    let mut app = App::start().await;
    app.serve_as("/voice", "text/xml", "this is not xml");
    app.serve("/fallback", "<Response><Hangup/></Response>");
    let mut create = app.create("+12125550121");
    create.fallback_url = Some(format!("{}/fallback", app.origin));
    app.place(&create).await;
    let form = app.until_hook("/fallback").await;
    assert_eq!((form["ErrorCode"].as_str(), form["ErrorUrl"].as_str()), ("12100", format!("{}/voice", app.origin).as_str()));
    assert_eq!(app.until_over().await["CallStatus"], "completed");
}

#[tokio::test]
async fn without_a_fallback_the_callee_hears_that_something_went_wrong() {
    for (kind, body, code) in [("text/xml", "", 11_770), ("application/json", "{}", 12_300), ("text/xml", "<Hello/>", 12_102)] {
        let mut app = App::start().await;
        app.serve_as("/voice", kind, body);
        let sid = app.call("+12125550121").await;
        let end = app.until_over().await;
        assert!(end["CallDuration"].parse::<u32>().unwrap() >= 2, "an apology takes its time");
        assert_eq!(app.sandbox.truth().call(&sid).unwrap().errors, [code]);
    }
    let mut app = App::start().await;
    let sid = app.call("+12125550121").await;
    app.until_over().await;
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().errors, [11_200]);
}

#[tokio::test]
async fn documents_that_lead_to_each_other_for_ever_are_stopped() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Redirect>/voice</Redirect></Response>");
    let sid = app.call("+12125550121").await;
    app.until_over().await;
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().errors, [11_215]);
}

#[tokio::test]
async fn a_live_call_can_be_given_another_document() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Pause length=\"600\"/></Response>");
    app.serve("/other", "<Response><Hangup/></Response>");
    let sid = app.call("+12125550121").await;
    app.until_hook("/voice").await;
    let url = format!("{}/other", app.origin);
    let update = wire::twilio::rest::CallUpdate::redirect(wire::twilio::rest::CallInstructions::Url { url, method: wire::http::Method::Get });
    let (status, _) = app.send(wire::twilio::rest::update_call(&app.account(), &sid, &update)).await;
    assert_eq!(status, 200);
    assert_eq!(app.until_hook("/other").await["CallStatus"], "in-progress");
    app.until_over().await;
}

#[tokio::test]
async fn plain_text_is_read_aloud() {
    let mut app = App::start().await;
    app.serve_as("/voice", "text/plain", "Nobody is here.");
    let sid = app.call("+12125550121").await;
    app.until(|saw| matches!(saw, Saw::Hook { form, .. } if form.get("CallStatus").is_some_and(|status| status == "completed"))).await;
    assert!(app.sandbox.truth().call(&sid).unwrap().errors.is_empty());
}
