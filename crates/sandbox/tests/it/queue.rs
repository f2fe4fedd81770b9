//! Queues: who waits hears their position, is taken out by another call or over the API, or leaves.

use simulator::cast::Cast;
use wire::http::HttpRequest;
use wire::twilio::rest::queue::FRONT;
use wire::twilio::rest::{Dequeue, Paging, QueueRequest, QueueSettings, RestRequest};

use crate::app::{App, Saw};
use crate::telling::telling;

/// Presses a key when told to, says a sentence when greeted.
const PATIENT: &str = r#"
number: "+12125550190"
name: Patient
description: Waits, and presses keys when told to.
line: { ring_after_ms: 100, answer_after_ms: 100 }
scenes:
  home:
    person:
      silence: { after_ms: 600000, say: [] }
      knows:
        - { topic: key, when: ["press"], presses: "9", say: ["Done."] }
        - { topic: greeting, when: ["help"], say: ["I want my money back."] }
"#;

async fn app() -> App {
    let cast = Cast::shipped().unwrap().with("a.yaml", PATIENT).unwrap();
    let app = App::with(sandbox::SandboxConfig { cast, ..telling() }).await;
    app.serve("/voice", "<Response><Enqueue action=\"/out\" waitUrl=\"/wait\">support</Enqueue><Hangup/></Response>");
    app.serve("/wait", "<Response><Say>You are next.</Say><Pause length=\"2\"/></Response>");
    app.serve("/out", "<Response/>");
    app
}

impl App {
    fn queue(&self, request: QueueRequest) -> HttpRequest {
        RestRequest::Queue { account: self.account(), request }.write()
    }

    async fn join_at(&self, number: &str, path: &str) -> String {
        let mut create = self.create(number);
        create.instructions = wire::twilio::rest::CallInstructions::url(format!("{}{path}", self.origin));
        self.place(&create).await
    }
}

#[tokio::test]
async fn who_waits_is_taken_out_by_another_call_and_goes_on_when_that_has_ended() {
    let mut app = app().await;
    let waits = app.call("+12125550190").await;
    let wait = app.until_hook("/wait").await;
    assert_eq!((wait["QueuePosition"].as_str(), wait["CurrentQueueSize"].as_str(), wait["MaxQueueSize"].as_str()), ("1", "1", "1000"));
    assert_eq!((wait["QueueTime"].as_str(), wait["CallSid"].as_str()), ("0", waits.as_str()));
    // The document is asked for again when it has run out.
    assert!(app.until_hook("/wait").await["QueueTime"].parse::<u32>().unwrap() >= 2);
    app.serve("/agent", "<Response><Dial action=\"/served\" timeLimit=\"8\"><Queue url=\"/before\">support</Queue></Dial></Response>");
    app.serve("/before", "<Response><Say>Somebody comes now.</Say></Response>");
    app.serve("/served", "<Response/>");
    let agent = app.join_at("+12125550123", "/agent").await;
    let before = app.until_hook("/before").await;
    assert_eq!((before["CallSid"].as_str(), before["DequeingCallSid"].as_str()), (waits.as_str(), agent.as_str()));
    assert_eq!(before["QueueSid"], wait["QueueSid"]);
    app.until_true(&waits, |call| call.heard_calls.contains(&agent)).await;
    app.send(wire::twilio::rest::update_call(&app.account(), &agent, &wire::twilio::rest::CallUpdate::end())).await;
    let out = app.until_hook("/out").await;
    assert_eq!((out["QueueResult"].as_str(), out["CallStatus"].as_str(), out["CallSid"].as_str()), ("bridged", "in-progress", waits.as_str()));
    assert!(out["QueueTime"].parse::<u32>().unwrap() >= 2);
    app.until_true(&waits, |call| call.callee_heard.concat().contains("Somebody comes now.")).await;
}

#[tokio::test]
async fn the_agent_is_told_whom_they_had_and_a_queue_that_is_not_there_fails() {
    let mut app = app().await;
    app.serve("/agent", "<Response><Dial action=\"/none\"><Queue>nowhere</Queue></Dial></Response>");
    app.serve("/none", "<Response><Dial action=\"/served\" timeout=\"60\"><Queue>support</Queue></Dial></Response>");
    app.serve("/served", "<Response/>");
    app.send(app.queue(QueueRequest::Create(QueueSettings { friendly_name: Some("support".into()), ..QueueSettings::default() }))).await;
    app.join_at("+12125550121", "/agent").await;
    assert_eq!(app.until_hook("/none").await["DialCallStatus"], "failed");
    let waits = app.call("+12125550125").await;
    // Which of the two comes first is nobody's promise.
    let mut told = std::collections::HashMap::new();
    while told.len() < 2 {
        if let (Saw::Hook { path, form, .. }, _) = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/served" || path == "/out")).await
        {
            told.insert(path, form);
        }
    }
    let served = &told["/served"];
    assert_eq!(
        (served["DialCallStatus"].as_str(), served["DialCallSid"].as_str(), served["DialBridged"].as_str()),
        ("completed", waits.as_str(), "true")
    );
    assert!(served["QueueSid"].starts_with("QU") && served.contains_key("QueueTime"));
    assert_eq!((told["/out"]["QueueResult"].as_str(), told["/out"]["CallStatus"].as_str()), ("bridged", "completed"));
}

#[tokio::test]
async fn a_key_can_lead_out_of_the_queue() {
    let mut app = app().await;
    app.serve("/wait", "<Response><Gather numDigits=\"1\" action=\"/key\"><Say>Please press nine to leave.</Say></Gather></Response>");
    app.serve("/key", "<Response><Leave/></Response>");
    app.serve("/voice", "<Response><Enqueue waitUrl=\"/wait\">support</Enqueue><Redirect>/after</Redirect></Response>");
    app.serve("/after", "<Response/>");
    app.call("+12125550190").await;
    assert_eq!(app.until_hook("/key").await["Digits"], "9");
    app.until_hook("/after").await;
    assert_eq!(app.until_over().await["CallStatus"], "completed");
}

#[tokio::test]
async fn queues_are_made_shown_changed_and_deleted_and_the_front_is_taken_out_over_the_api() {
    let mut app = app().await;
    let settings = QueueSettings { friendly_name: Some("support".into()), max_size: Some(2), ..QueueSettings::default() };
    let (status, body) = app.send(app.queue(QueueRequest::Create(settings.clone()))).await;
    assert_eq!((status, body["current_size"].as_u64(), body["max_size"].as_u64()), (201, Some(0), Some(2)));
    let queue = body["sid"].as_str().unwrap().to_owned();
    let (status, body) = app.send(app.queue(QueueRequest::Create(settings))).await;
    assert_eq!((status, body["code"].as_u64()), (400, Some(22_003)));
    let first = app.call("+12125550190").await;
    app.until_hook("/wait").await;
    let second = app.call("+12125550121").await;
    app.until(|saw| matches!(saw, Saw::Hook { path, form, .. } if path == "/wait" && form["CallSid"] == second)).await;
    // There is room for two.
    let third = app.call("+12125550121").await;
    let out = app.until_hook("/out").await;
    assert_eq!((out["CallSid"].as_str(), out["QueueResult"].as_str()), (third.as_str(), "queue-full"));
    let (_, body) = app.send(app.queue(QueueRequest::ListMembers { queue: queue.clone(), paging: Paging::default() })).await;
    let members: Vec<_> = body["queue_members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| (member["call_sid"].as_str().unwrap(), member["position"].as_u64().unwrap()))
        .collect();
    assert_eq!(members, [(first.as_str(), 1), (second.as_str(), 2)]);
    let (status, body) = app.send(app.queue(QueueRequest::Delete { queue: queue.clone() })).await;
    assert_eq!((status, body["code"].as_u64()), (400, Some(22_001)));
    app.serve("/taken", "<Response/>");
    let to = Dequeue { url: format!("{}/taken", app.origin), ..Dequeue::new(String::new()) };
    let (status, body) = app.send(app.queue(QueueRequest::Dequeue { queue: queue.clone(), member: FRONT.into(), to })).await;
    assert_eq!((status, body["call_sid"].as_str()), (200, Some(first.as_str())));
    let came = app.until(|saw| matches!(saw, Saw::Hook { path, .. } if path == "/taken")).await;
    assert!(matches!(came.0, Saw::Hook { form, .. } if form["CallSid"] == first));
    let (status, body) = app.send(app.queue(QueueRequest::FetchMember { queue: queue.clone(), member: second.clone() })).await;
    assert_eq!((status, body["position"].as_u64()), (200, Some(1)));
    app.send(wire::twilio::rest::update_call(&app.account(), &second, &wire::twilio::rest::CallUpdate::end())).await;
    let mut results = std::collections::HashMap::new();
    let told = came.1.into_iter().find_map(|saw| if let Saw::Hook { path, form, .. } = saw { (path == "/out").then_some(form) } else { None });
    if let Some(form) = told {
        results.insert(form["CallSid"].clone(), form["QueueResult"].clone());
    }
    while results.len() < 2 {
        let form = app.until_hook("/out").await;
        results.insert(form["CallSid"].clone(), form["QueueResult"].clone());
    }
    assert_eq!((results[&first].as_str(), results[&second].as_str()), ("redirected", "hangup"));
    let (status, body) = app
        .send(app.queue(QueueRequest::Update { queue: queue.clone(), settings: QueueSettings { max_size: Some(7), ..QueueSettings::default() } }))
        .await;
    assert_eq!((status, body["max_size"].as_u64(), body["friendly_name"].as_str()), (200, Some(7), Some("support")));
    assert_eq!(app.send(app.queue(QueueRequest::Delete { queue: queue.clone() })).await.0, 204);
    assert_eq!(app.send(app.queue(QueueRequest::Fetch { queue })).await.0, 404);
}
