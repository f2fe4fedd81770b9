//! What was sent to a program, what it answered, and what was wrong with it.

use crate::app::App;

#[tokio::test]
async fn events_show_each_request_and_its_reply() {
    let mut app = App::start().await;
    app.serve("/voice", "<Response><Hangup/></Response>");
    let sid = app.call("+12125550121").await;
    app.until_over().await;
    let events = loop {
        // The last news are in the log once they were answered.
        let (_, page) = app.ask("GET", &format!("/Calls/{sid}/Events.json"), "").await;
        let events = page["events"].as_array().unwrap().clone();
        if events.len() == 5 {
            break events;
        }
    };
    let document = events.iter().find(|event| event["request"]["url"].as_str().unwrap().ends_with("/voice")).unwrap();
    assert_eq!((document["request"]["method"].as_str(), document["request"]["parameters"]["call_sid"].as_str()), (Some("POST"), Some(&*sid)));
    assert_eq!((document["response"]["response_code"].as_u64(), document["response"]["content_type"].as_str()), (Some(200), Some("text/xml")));
    assert_eq!(document["response"]["response_body"], "<Response><Hangup/></Response>");
    assert!(document["response"]["request_duration"].is_u64());
    let last = events.iter().find(|event| event["request"]["parameters"]["call_status"] == "completed").unwrap();
    assert_eq!(last["response"]["response_code"], 204);
    let (_, first) = app.ask("GET", &format!("/Calls/{sid}/Events.json?PageSize=2"), "").await;
    let (_, second) = app.ask("GET", first["next_page_uri"].as_str().unwrap(), "").await;
    assert_eq!((first["events"][1].clone(), second["events"][0].clone()), (events[1].clone(), events[2].clone()));
    assert_eq!(app.ask("GET", "/Calls/CA1/Events.json", "").await.0, 404);
}

#[tokio::test]
async fn a_document_that_cannot_be_had_is_told_in_notifications_and_alerts() {
    let mut app = App::start().await;
    let sid = app.call("+12125550121").await;
    app.until_over().await;
    let (_, page) = app.ask("GET", &format!("/Calls/{sid}/Notifications.json?Log=0"), "").await;
    let listed = &page["notifications"][0];
    assert_eq!((listed["error_code"].as_str(), listed["log"].as_str(), listed["call_sid"].as_str()), (Some("11200"), Some("0"), Some(&*sid)));
    assert!(listed["message_text"].as_str().unwrap().contains("ErrorCode=11200"));
    assert!(listed["response_body"].is_null());
    let notification = listed["sid"].as_str().unwrap();
    let (_, shown) = app.ask("GET", &format!("/Calls/{sid}/Notifications/{notification}.json"), "").await;
    assert!(shown["request_url"].as_str().unwrap().ends_with("/voice"));
    assert!(shown["request_variables"].as_str().unwrap().contains(&sid));
    assert_eq!(app.ask("GET", "/Notifications.json?Log=1", "").await.1["notifications"].as_array().unwrap().len(), 0);
    let (_, alerts) = app.ask("GET", "/v1/Alerts?LogLevel=error", "").await;
    assert_eq!((alerts["alerts"][0]["sid"].as_str(), alerts["meta"]["key"].as_str()), (Some(notification), Some("alerts")));
    let (_, alert) = app.ask("GET", &format!("/v1/Alerts/{notification}"), "").await;
    assert_eq!((alert["resource_sid"].as_str(), alert["error_code"].as_str()), (Some(&*sid), Some("11200")));
    assert_eq!(app.ask("GET", "/v1/Alerts/NO1", "").await.0, 404);
}

#[tokio::test]
async fn news_that_are_not_taken_are_a_warning() {
    let mut app = App::start().await;
    let mut create = app.create("+12125550110");
    create.status_callback = Some(format!("{}/nowhere", app.origin));
    let sid = app.place(&create).await;
    app.until_hook("/nowhere").await;
    let warning = loop {
        let (_, page) = app.ask("GET", &format!("/Calls/{sid}/Notifications.json?Log=1"), "").await;
        if let Some(first) = page["notifications"].as_array().unwrap().first() {
            break first.clone();
        }
    };
    assert_eq!((warning["error_code"].as_str(), warning["log"].as_str()), (Some("15003"), Some("1")));
}

#[tokio::test]
async fn an_address_says_how_often_it_is_tried_again() {
    let mut app = App::start().await;
    let mut create = app.create("+12125550110");
    // Only the end is told, and the answer is always 404.
    create.status_events = vec![wire::twilio::status::CallEvent::Completed];
    create.status_callback = Some(format!("{}/nowhere#rc=2&rp=4xx", app.origin));
    app.place(&create).await;
    for _ in 0..3 {
        app.until_hook("/nowhere").await;
    }
    let mut other = app.create("+12125550110");
    other.status_events = vec![wire::twilio::status::CallEvent::Completed];
    other.status_callback = Some(format!("{}/elsewhere#rc=2&rp=5xx", app.origin));
    let sid = app.place(&other).await;
    app.until_hook("/elsewhere").await;
    app.until_true(&sid, |truth| truth.webhooks.iter().any(|hook| hook.status == Some(404))).await;
    let (_, page) = app.ask("GET", &format!("/Calls/{sid}/Events.json"), "").await;
    assert_eq!(page["events"].as_array().unwrap().len(), 1, "a refusal that is not named is not tried again");
}
