//! What the carrier hears and finds out: speech and keys for `<Gather>`, written messages, who answered, and what goes on
//! beside a document.

use wire::twilio::rest::{LiveTranscriptionRequest, RestRequest, StreamRequest, StreamStart, TranscriptionStart};

use crate::app::{App, Saw};
use crate::people::{HELPFUL, network};

const GREETING: &str = "Corner shop, good day, how can I help you?";

/// A mailbox whose greeting ends without a beep.
const NO_BEEP: &str = r#"
number: "+12125550191"
name: No beep
description: A mailbox without a beep.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  box: { voicemail: { greeting: [{ after_ms: 300, say: "Please leave us a message whenever you like and we will call you back." }] } }
"#;

async fn app() -> App {
    App::with(network(&[HELPFUL, NO_BEEP])).await
}

#[tokio::test]
async fn gathered_speech_is_what_the_callee_said_and_comes_in_parts_before() {
    let mut app = app().await;
    app.serve(
        "/voice",
        "<Response><Gather input=\"speech\" action=\"said\" partialResultCallback=\"partial\" timeout=\"20\" speechTimeout=\"auto\" hints=\"shop\"/></Response>",
    );
    app.serve("/said", "<Response/>");
    app.serve("/partial", "");
    let sid = app.call("+12125550123").await;
    let partial = app.until_hook("/partial").await;
    assert_eq!((partial["SequenceNumber"].as_str(), partial["StableSpeechResult"].as_str()), ("0", ""));
    assert!(GREETING.starts_with(&partial["UnstableSpeechResult"]), "{partial:?}");
    let said = app.until_hook("/said").await;
    assert_eq!((said["SpeechResult"].as_str(), said["Confidence"].as_str()), (GREETING, "0.87"));
    app.until_over().await;
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().carrier_heard, [GREETING]);
}

#[tokio::test]
async fn keys_stop_the_prompt_and_win_over_speech_that_comes_later() {
    let mut app = app().await;
    app.serve(
        "/voice",
        "<Response><Gather input=\"dtmf speech\" numDigits=\"2\" action=\"/keys\"><Say>Please press your number.</Say>\
         <Pause length=\"20\"/><Say>Never heard.</Say></Gather></Response>",
    );
    app.serve("/keys", "<Response/>");
    let sid = app.call("+12125550190").await;
    let form = app.until_hook("/keys").await;
    assert_eq!((form["Digits"].as_str(), form.contains_key("SpeechResult"), form.contains_key("FinishedOnKey")), ("42", false, false));
    app.until_over().await;
    assert!(!app.sandbox.truth().call(&sid).unwrap().callee_heard.iter().any(|heard| heard.contains("Never")));
}

#[tokio::test]
async fn speech_is_cut_off_at_its_longest_and_coarse_words_are_starred() {
    let mut app = app().await;
    app.serve(
        "/voice",
        "<Response><Gather input=\"speech\" maxSpeechTime=\"2\" timeout=\"20\" action=\"/said\"><Say>Tell me a story.</Say></Gather></Response>",
    );
    app.serve("/said", "<Response/>");
    let sid = app.call("+12125550190").await;
    let said = app.until_hook("/said").await;
    assert!(said["SpeechResult"].starts_with("Well d*** it was a dark and") && !said["SpeechResult"].contains("captain"), "{said:?}");
    app.until_over().await;
    assert!(app.sandbox.truth().call(&sid).unwrap().carrier_heard[0].starts_with("Well damn it"));
}

#[tokio::test]
async fn a_prompt_that_may_not_be_barged_in_on_is_heard_whole() {
    let mut app = app().await;
    let prompt = "Please tell us what you want to know about the shop.";
    app.serve(
        "/voice",
        &format!("<Response><Gather input=\"speech\" bargeIn=\"false\" timeout=\"9\" speechTimeout=\"auto\" action=\"/said\"><Say>{prompt}</Say></Gather></Response>"),
    );
    app.serve("/said", "<Response><Pause length=\"3\"/></Response>");
    let sid = app.call("+12125550123").await;
    app.until_hook("/said").await;
    app.until_over().await;
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().callee_heard, [prompt]);
}

#[tokio::test]
async fn a_recorded_message_is_written_down() {
    let mut app = app().await;
    app.serve(
        "/voice",
        "<Response><Record playBeep=\"false\" timeout=\"3\" action=\"/recorded\" transcribe=\"true\" transcribeCallback=\"/written\"/></Response>",
    );
    app.serve("/recorded", "<Response><Pause length=\"2\"/></Response>");
    app.serve("/written", "<Response/>");
    app.call("+12125550123").await;
    let at = |path: &'static str| move |saw: &Saw| matches!(saw, Saw::Hook { path: at, .. } if at == path);
    let [recorded, written] = app.until_each(&[&at("/recorded"), &at("/written")]).await.try_into().unwrap();
    assert_eq!((written["TranscriptionStatus"].as_str(), written["TranscriptionText"].as_str()), ("completed", GREETING));
    assert_eq!((&written["RecordingSid"], &written["RecordingUrl"]), (&recorded["RecordingSid"], &recorded["RecordingUrl"]));
    // The API keeps the words, below the recording as well.
    let (_, kept) = app.ask("GET", &format!("/Transcriptions/{}.json", written["TranscriptionSid"]), "").await;
    assert_eq!((kept["status"].as_str(), kept["transcription_text"].as_str()), (Some("completed"), Some(GREETING)));
    let (_, listed) = app.ask("GET", &format!("/Recordings/{}/Transcriptions.json", recorded["RecordingSid"]), "").await;
    assert_eq!(listed["transcriptions"][0]["sid"], written["TranscriptionSid"].as_str());
    assert_eq!(app.ask("DELETE", &format!("/Transcriptions/{}.json", written["TranscriptionSid"]), "").await.0, 204);
    assert_eq!(app.ask("GET", "/Transcriptions.json", "").await.1["transcriptions"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn who_answered_is_told_with_the_request_for_the_document() {
    for (number, mode, timeout, verdict) in [
        ("+12125550123", "Enable", None, "human"),
        ("+12125550123", "DetectMessageEnd", None, "human"),
        ("+12125550114", "Enable", None, "machine_start"),
        ("+12125550114", "DetectMessageEnd", None, "machine_end_beep"),
        ("+12125550191", "DetectMessageEnd", None, "machine_end_silence"),
        ("+12125550114", "DetectMessageEnd", Some(3), "machine_end_other"),
        ("+12125550131", "Enable", None, "fax"),
        ("+12125550121", "Enable", None, "unknown"),
    ] {
        let mut app = app().await;
        app.serve("/voice", "<Response/>");
        let mut create = app.create(number);
        (create.machine_detection, create.machine_detection_timeout) = (Some(mode.into()), timeout);
        let sid = app.place(&create).await;
        let form = app.until_hook("/voice").await;
        assert_eq!(form["AnsweredBy"], verdict, "{number} {mode}");
        assert!(form["MachineDetectionDuration"].parse::<u32>().unwrap() >= 900, "{form:?}");
        assert_eq!(app.fetch(&sid).await.answered_by.as_deref(), Some(verdict));
        app.until_over().await;
    }
}

#[tokio::test]
async fn who_answered_can_be_told_while_the_document_runs() {
    let mut app = app().await;
    app.serve("/voice", "<Response><Pause length=\"20\"/></Response>");
    app.serve("/who", "");
    let mut create = app.create("+12125550114");
    (create.machine_detection, create.async_amd) = (Some("DetectMessageEnd".into()), true);
    create.async_amd_status_callback = Some(format!("{}/who", app.origin));
    let sid = app.place(&create).await;
    assert!(!app.until_hook("/voice").await.contains_key("AnsweredBy"));
    let form = app.until_hook("/who").await;
    assert_eq!((form["AnsweredBy"].as_str(), form["CallSid"].as_str()), ("machine_end_beep", sid.as_str()));
    assert_eq!(form.len(), 4, "{form:?}");
}

#[tokio::test]
async fn a_stream_beside_the_document_carries_both_sides_until_it_is_stopped() {
    let mut app = app().await;
    let url = format!("{}/media", app.origin.replace("http", "ws"));
    app.serve(
        "/voice",
        &format!(
            "<Response><Start><Stream name=\"ear\" url=\"{url}\" track=\"both_tracks\" statusCallback=\"{}/news\"><Parameter name=\"a\" value=\"b\"/></Stream></Start>\
             <Pause length=\"3\"/><Stop><Stream name=\"ear\"/></Stop><Redirect>/next</Redirect></Response>",
            app.origin
        ),
    );
    app.serve("/next", "<Response/>");
    app.serve("/news", "");
    let sid = app.call("+12125550123").await;
    let (start, _) = app.until_event("start").await;
    assert_eq!(start["start"]["tracks"], serde_json::json!(["inbound", "outbound"]));
    assert_eq!(start["start"]["customParameters"]["a"], "b");
    let (_, before) = app.until_event("stop").await;
    let of = |track: &str| before.iter().filter(|saw| matches!(saw, Saw::Message(message) if message["media"]["track"] == track)).count();
    assert!(of("inbound") > 60 && of("inbound") == of("outbound"), "{} {}", of("inbound"), of("outbound"));
    assert_eq!(
        before
            .iter()
            .filter(|saw| matches!(saw, Saw::Hook { form, .. } if form.get("StreamEvent").is_some_and(|event| event == "stream-started")))
            .count(),
        1
    );
    app.until(|saw| *saw == Saw::Closed).await;
    app.until_over().await;
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().errors, [0_u32; 0]);
}

#[tokio::test]
async fn a_transcription_beside_the_document_tells_what_both_say() {
    let mut app = app().await;
    app.serve(
        "/voice",
        &format!(
            "<Response><Start><Transcription name=\"rt\" statusCallbackUrl=\"{}/words\" inboundTrackLabel=\"shop\"/></Start>\
             <Pause length=\"4\"/><Say>When do you close tonight?</Say><Pause length=\"4\"/></Response>",
            app.origin
        ),
    );
    app.serve("/words", "");
    app.call("+12125550123").await;
    let started = app.until_hook("/words").await;
    assert_eq!((started["TranscriptionEvent"].as_str(), started["Name"].as_str()), ("transcription-started", "rt"));
    assert_eq!((started["InboundTrackLabel"].as_str(), started["SequenceId"].as_str()), ("shop", "1"));
    let mut heard = Vec::new();
    loop {
        let form = app.until_hook("/words").await;
        if form["TranscriptionEvent"] == "transcription-stopped" {
            break;
        }
        let data: serde_json::Value = serde_json::from_str(&form["TranscriptionData"]).unwrap();
        heard.push((form["Track"].clone(), data["transcript"].as_str().unwrap().to_owned()));
    }
    let heard: Vec<_> = heard.iter().map(|(track, text)| (track.as_str(), text.as_str())).collect();
    assert_eq!(heard, [("inbound_track", GREETING), ("outbound_track", "When do you close tonight?"), ("inbound_track", "We close at nine today.")]);
}

#[tokio::test]
async fn streams_and_transcriptions_begin_and_end_over_the_api() {
    let mut app = app().await;
    app.serve("/voice", "<Response><Pause length=\"60\"/></Response>");
    app.serve("/words", "");
    let sid = app.call("+12125550123").await;
    app.until_hook("/voice").await;
    let (account, call) = (app.account(), sid.clone());
    let of_stream = |request| RestRequest::Stream { account: account.clone(), call: call.clone(), request }.write();
    let start = StreamStart { name: Some("ear".into()), ..StreamStart::new(format!("{}/media", app.origin.replace("http", "ws"))) };
    let (status, body) = app.send(of_stream(StreamRequest::Start(Box::new(start)))).await;
    assert_eq!((status, body["status"].as_str(), body["name"].as_str()), (200, Some("in-progress"), Some("ear")));
    app.until_event("start").await;
    let (status, body) = app.send(of_stream(StreamRequest::Stop { stream: "ear".into() })).await;
    assert_eq!((status, body["status"].as_str()), (200, Some("stopped")));
    app.until_event("stop").await;
    let of_words = |request| RestRequest::LiveTranscription { account: account.clone(), call: call.clone(), request }.write();
    let start = TranscriptionStart { status_callback: Some(format!("{}/words", app.origin)), ..TranscriptionStart::default() };
    let (status, body) = app.send(of_words(LiveTranscriptionRequest::Start(Box::new(start)))).await;
    assert_eq!(status, 200);
    assert_eq!(app.until_hook("/words").await["TranscriptionSid"], body["sid"].as_str().unwrap());
    app.send(of_words(LiveTranscriptionRequest::Stop { transcription: body["sid"].as_str().unwrap().into() })).await;
    while app.until_hook("/words").await["TranscriptionEvent"] != "transcription-stopped" {}
}

#[tokio::test]
async fn what_cannot_be_practised_is_named_and_passed_over() {
    let mut app = app().await;
    app.serve("/voice", "<Response><Pay/><Refer action=\"/referred\"><Sip>sip:a@example.com</Sip></Refer></Response>");
    app.serve("/referred", "<Response><Prompt/></Response>");
    let sid = app.call("+12125550121").await;
    assert_eq!(app.until_hook("/referred").await["ReferCallStatus"], "failed");
    app.until_over().await;
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!((truth.unsupported, truth.errors), (vec!["Pay".to_owned(), "Refer".into(), "Prompt".into()], vec![12_200; 3]));
}
