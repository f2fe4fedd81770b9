//! Conversations in text: the carrier hears and speaks, the program reads and writes.

use serde_json::json;
use simulator::cast::Cast;
use wire::twilio::relay::FromApp;

use crate::app::{App, Saw};
use crate::telling::telling;

/// Listens and, to every sentence, says three of its own.
const TALKER: &str = r#"
number: "+12125550190"
name: Talker
description: Says something to whatever is said.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      knows:
        - { topic: keys, when: ["press"], presses: "42", say: ["There you are."] }
      interrupts:
        - { line: 1, after_ms: 2000, say: "Wait, who is calling please?" }
"#;

impl App {
    fn serve_relay(&self, attributes: &str, inner: &str, after: &str) {
        let url = format!("{}/media", self.origin.replace("http", "ws"));
        self.serve(
            "/voice",
            &format!("<Response><Connect action=\"/over\"><ConversationRelay url=\"{url}\" {attributes}>{inner}</ConversationRelay></Connect>{after}</Response>"),
        );
        self.serve("/over", "<Response><Hangup/></Response>");
    }

    fn tell(&self, message: &FromApp) {
        self.say(Some(message.write()));
    }
}

async fn talker(seed: SandboxSeed) -> App {
    let cast = Cast::shipped().unwrap().with("test.yaml", TALKER).unwrap();
    App::with(sandbox::SandboxConfig { cast, ..seed() }).await
}

type SandboxSeed = fn() -> sandbox::SandboxConfig;

#[tokio::test]
async fn a_short_conversation_is_held_in_text() {
    let mut app = App::with(telling()).await;
    app.serve_relay("", "<Parameter name=\"task\" value=\"t-42\"/>", "");
    let sid = app.call("+12125550123").await;
    let (opened, _) = app.until(|saw| matches!(saw, Saw::Opened { .. })).await;
    assert_eq!(opened, Saw::Opened { is_signed: true });
    let (setup, _) = app.until_type("setup").await;
    let session = setup["sessionId"].as_str().unwrap().to_owned();
    assert!(session.starts_with("VX"));
    assert_eq!((setup["callSid"].as_str(), setup["to"].as_str()), (Some(sid.as_str()), Some("+12125550123")));
    assert_eq!(setup["customParameters"], json!({"task": "t-42"}));
    assert_eq!((setup["direction"].as_str(), setup["callStatus"].as_str()), (Some("outbound"), Some("IN-PROGRESS")));
    let (prompt, _) = app.until_type("prompt").await;
    let greeting = "Corner shop, good day, how can I help you?";
    assert_eq!(prompt, json!({"type": "prompt", "voicePrompt": greeting, "lang": "en-US", "last": true}));
    for token in ["Hello", ", this is a machine.", " What time", " do you close"] {
        app.tell(&FromApp::piece(token));
    }
    app.tell(&FromApp::last(" today?"));
    assert_eq!(app.until_type("prompt").await.0["voicePrompt"], "We close at nine today.");
    app.tell(&FromApp::last("Thank you, goodbye."));
    // Who says goodbye and hangs up is not waited for: that turn never ends.
    let over = app.until_hook("/over").await;
    assert_eq!((over["SessionStatus"].as_str(), over["CallStatus"].as_str()), ("completed", "completed"));
    assert_eq!((over["SessionId"].as_str(), over.contains_key("HandoffData")), (session.as_str(), false));
    let truth = app.sandbox.truth().call(&sid).unwrap();
    // Two sentences, spoken one after the other, are one turn to the callee.
    assert_eq!(truth.callee_heard, ["Hello, this is a machine. What time do you close today?", "Thank you, goodbye."]);
    assert_eq!(truth.carrier_heard, [greeting, "We close at nine today."]);
    assert_eq!((truth.relays, truth.errors.as_slice()), (1, [].as_slice()));
}

#[tokio::test]
async fn whoever_speaks_over_us_stops_us_and_we_learn_how_much_was_heard() {
    let mut app = talker(telling).await;
    app.serve_relay("welcomeGreeting=\"Good morning.\" debug=\"speaker-events tokens-played\" partialPrompts=\"true\"", "", "");
    let sid = app.call("+12125550190").await;
    app.until_type("setup").await;
    let info = |name: &str, value: &str| json!({"type": "info", "name": name, "value": value});
    assert_eq!(app.until_type("info").await.0, info("agentSpeaking", "on"));
    assert_eq!(app.until_type("info").await.0, info("tokensPlayed", "Good morning."));
    app.tell(&FromApp::last("I am calling to tell you a very long story. It begins many years ago in a small town by the sea."));
    let (interrupt, _) = app.until_type("interrupt").await;
    let heard = interrupt["utteranceUntilInterrupt"].as_str().unwrap();
    let millis = interrupt["durationUntilInterruptMs"].as_u64().unwrap();
    assert!(heard.starts_with("I am calling to tell") && !heard.contains("sea"), "{interrupt}");
    // Forty milliseconds a character, and whole words only.
    assert!((heard.chars().count() as u64 * 40..(heard.chars().count() as u64 + 12) * 40).contains(&millis), "{interrupt}");
    let said = "Wait, who is calling please?";
    let (partial, _) = app.until_type("prompt").await;
    assert_eq!(partial["last"], false);
    assert!(said.starts_with(partial["voicePrompt"].as_str().unwrap()), "{partial}");
    let last = loop {
        let (prompt, _) = app.until_type("prompt").await;
        if prompt["last"] == true {
            break prompt;
        }
    };
    assert!(last["voicePrompt"].as_str().unwrap().starts_with(said), "{last}");
    app.tell(&FromApp::End { handoff: Some("{\"reason\":\"asked\"}".into()) });
    let over = app.until_hook("/over").await;
    assert_eq!((over["SessionStatus"].as_str(), over["CallStatus"].as_str()), ("ended", "in-progress"));
    assert_eq!(over["HandoffData"], "{\"reason\":\"asked\"}");
    assert!(over["SessionDuration"].parse::<u32>().unwrap() >= 3);
    app.until_over().await;
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert!(truth.callee_heard[0].starts_with("Good morning. I am calling"), "{:?}", truth.callee_heard);
}

#[tokio::test]
async fn what_may_not_be_interrupted_is_heard_to_its_end_and_what_is_said_over_it_is_dropped() {
    let mut app = talker(telling).await;
    app.serve_relay("interruptible=\"none\" dtmfDetection=\"true\"", "", "");
    let sid = app.call("+12125550190").await;
    app.until_type("setup").await;
    let story = "This call is recorded and will be deleted after thirty days as the law says.";
    app.tell(&FromApp::last(story));
    app.tell(&FromApp::last("Now please press your number."));
    assert_eq!(app.until_type("dtmf").await.0["digit"], "4");
    let (key, before) = app.until_type("dtmf").await;
    assert_eq!((key["digit"].as_str(), before.len()), (Some("2"), 0));
    assert_eq!(app.until_type("prompt").await.0["voicePrompt"], "There you are.");
    app.tell(&FromApp::SendDigits { digits: "7w8".into() });
    app.tell(&FromApp::last("Bye now."));
    app.until_over().await;
    let truth = app.sandbox.truth().call(&sid).unwrap();
    assert_eq!(truth.keys_heard, "78");
    assert!(truth.callee_said.iter().any(|said| said.starts_with("Wait")), "{:?}", truth.callee_said);
    assert_eq!(truth.carrier_heard, ["There you are."]);
    assert!(truth.callee_heard[0].starts_with(story), "{:?}", truth.callee_heard);
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_answered_and_the_tenth_in_a_row_ends_the_session() {
    let mut app = App::start().await;
    app.serve_relay("", "", "");
    let sid = app.call("+12125550121").await;
    app.until_type("setup").await;
    app.say(Some("{\"foo\":\"bar\"}".into()));
    assert_eq!(app.until_type("error").await.0["description"], "Invalid message received: {\"foo\":\"bar\"}");
    app.tell(&FromApp::last("Good."));
    for _ in 0..10 {
        app.say(Some("nonsense".into()));
    }
    // Which of the two comes first is nobody's promise.
    let is_either = |saw: &Saw| matches!(saw, Saw::Farewell { .. }) || matches!(saw, Saw::Hook { path, .. } if path == "/over");
    for _ in 0..2 {
        match app.until(is_either).await.0 {
            Saw::Hook { form, .. } => assert_eq!(form["SessionStatus"], "failed"),
            farewell => assert_eq!(farewell, Saw::Farewell { code: 1007, reason: "Too many consecutive malformed messages.".into() }),
        }
    }
    app.until_over().await;
    let mut codes = vec![64_107; 11];
    codes.push(64_105);
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().errors, codes);
}

#[tokio::test]
async fn without_a_socket_the_action_is_where_the_call_goes_on() {
    let mut app = App::start().await;
    let url = app.origin.replace("http", "ws");
    app.serve("/voice", &format!("<Response><Connect action=\"/over\"><ConversationRelay url=\"{url}/nowhere\"/></Connect></Response>"));
    app.serve("/over", "<Response><Redirect>/next</Redirect></Response>");
    app.serve("/next", &format!("<Response><Connect><ConversationRelay url=\"{url}/nowhere\"/></Connect><Redirect>/last</Redirect></Response>"));
    app.serve("/last", "<Response/>");
    let sid = app.call("+12125550121").await;
    let over = app.until_hook("/over").await;
    assert_eq!((over["SessionStatus"].as_str(), over["SessionDuration"].as_str()), ("failed", "0"));
    app.until_hook("/last").await;
    app.until_over().await;
    assert_eq!(app.sandbox.truth().call(&sid).unwrap().errors, [64_102, 64_102]);
}

#[tokio::test]
async fn languages_change_and_the_way_there_and_back_is_measured_if_that_is_asked_for() {
    let mut app = talker(telling).await;
    app.serve_relay("debug=\"debugging\" language=\"en-GB\" interruptible=\"false\" reportInputDuringAgentSpeech=\"speech\"", "", "");
    app.call("+12125550190").await;
    app.until_type("setup").await;
    let (info, _) = app.until_type("info").await;
    assert_eq!(info["name"], "roundTripDelayMs");
    assert!(info["value"].as_str().unwrap().parse::<u64>().is_ok(), "{info}");
    app.tell(&FromApp::last("Would you please press your own number for us now, so that we can go on?"));
    // What is said over us is told, though it does not stop us.
    let (prompt, before) = app.until_type("prompt").await;
    assert!(prompt["voicePrompt"].as_str().unwrap().starts_with("Wait, who is calling please?"), "{prompt}");
    assert_eq!(prompt["lang"], "en-GB");
    assert!(!before.iter().any(|saw| matches!(saw, Saw::Message(message) if message["type"] == "interrupt")));
    app.tell(&FromApp::Language { speaks: None, hears: Some("multi".into()) });
    app.tell(&FromApp::last("Bonjour tout le monde."));
    let (prompt, _) = app.until_type("prompt").await;
    assert_eq!(prompt["lang"], "en");
}
