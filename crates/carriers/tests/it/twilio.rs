//! Twilio: the contract, and what is its own on the wire.

use std::sync::Arc;
use std::time::Duration;

use assistant::budget::Spending;
use assistant::expense::{ExpenseId, ExpenseKind};
use assistant::operator::LegFacts;
use assistant::policy::Rules;
use carriers::twilio::{AccountCheck, Twilio, TwilioConfig};
use ports::carrier::{
    Announcement, CallbackError, Callbacks, Carrier, CarrierError, CarrierNews, CarrierRoom, ForwardEnd, Line, MemberChange, OperatorGrant, QueueEnd,
    WebhookRequest,
};
use serde_json::{Value, json};
use telephony::cost::Micros;
use telephony::dtmf::Digit;
use telephony::leg::LegState;
use telephony::{CarrierCallId, CarrierRecordingId, PhoneNumber, Private};
use wire::date;
use wire::http::{Form, basic_credentials};
use wire::twilio::rest::{CallInstructions, CallResource, RestRequest};
use wire::twilio::signature::{Algorithm, SigningKey};
use wire::twilio::status::CallEvent;

use crate::contract::{self, Fixture};
use crate::peer::{Act, Peer};

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "puppetmaster_test_token_0123456789";

pub struct TwilioFixture;

fn twilio(origin: &str, total_timeout: Duration) -> Twilio {
    let config = TwilioConfig::new(ACCOUNT, Private::new(TOKEN.into()));
    Twilio::new(TwilioConfig { base_url: origin.into(), line: Line::Practice, total_timeout, calls_per_second: None, ..config }).unwrap()
}

fn call(sid: &str, change: impl FnOnce(&mut CallResource)) -> Value {
    let mut call = CallResource::queued(ACCOUNT, sid, "+12125550123", "+15005550006");
    change(&mut call);
    serde_json::to_value(call).unwrap()
}

impl Fixture for TwilioFixture {
    fn carrier(&self, origin: &str, total_timeout: Duration) -> Arc<dyn Carrier> {
        Arc::new(twilio(origin, total_timeout))
    }

    fn created(&self, sid: &str) -> Act {
        Act::reply(201, call(sid, |_| {}).to_string())
    }

    fn refused(&self, number: &str) -> (Act, u32) {
        let body = json!({"code": 21211, "message": format!("The phone number you are attempting to call, {number}, is not valid."), "status": 400});
        (Act::reply(400, body.to_string()), 21211)
    }

    fn shown(&self, sid: &str) -> Act {
        Act::reply(200, call(sid, |_| {}).to_string())
    }

    fn ended(&self, sid: &str) -> Act {
        Act::reply(200, call(sid, |call| call.status = Some("completed".into())).to_string())
    }

    fn missing(&self) -> Act {
        Act::reply(404, json!({"code": 20404, "message": "not found", "status": 404}).to_string())
    }
}

#[tokio::test]
async fn a_create_carries_addresses_events_and_limits_and_the_credentials() {
    let peer = Peer::start([TwilioFixture.created("CA1")]).await;
    let carrier = twilio(&peer.origin, Duration::from_secs(20));
    carrier.place_call(contract::cleared("+12125550123", "a1"), &contract::request("+12125550123", "a1")).await.unwrap();

    let received = &peer.received()[0];
    let header = |name: &str| received.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(basic_credentials(header("authorization").unwrap()), Some((ACCOUNT.into(), TOKEN.into())));
    assert_eq!(header("content-type"), Some("application/x-www-form-urlencoded"));
    let RestRequest::CreateCall { account, call } = RestRequest::parse(&received.method, &received.target, received.body.as_bytes()).unwrap() else {
        panic!()
    };
    assert_eq!((account.as_str(), call.to.as_str(), call.from.as_str()), (ACCOUNT, "+12125550123", "+15005550006"));
    let CallInstructions::Url { url, .. } = &call.instructions else { panic!() };
    // Each address says how often it may be tried again.
    assert_eq!(url, "https://pm.example.com/answer/a1#rc=2&rp=ct,5xx");
    assert_eq!(call.status_callback.as_deref(), Some("https://pm.example.com/status/a1#rc=3&rp=all"));
    assert_eq!(call.fallback_url.as_deref(), Some("https://pm.example.com/fallback/a1"));
    assert_eq!(call.machine_detection, None, "nobody is found out who was not asked for");
    assert_eq!(call.status_events, CallEvent::ALL);
    assert_eq!((call.timeout, call.time_limit), (Some(30), Some(600)));
}

#[tokio::test]
async fn who_answers_is_found_out_beside_the_conversation() {
    let peer = Peer::start([TwilioFixture.created("CA1")]).await;
    let mut request = contract::request("+12125550123", "a1");
    request.machine_url = Some("https://pm.example.com/machine/a1".into());
    let carrier = twilio(&peer.origin, Duration::from_secs(20));
    carrier.place_call(contract::cleared("+12125550123", "a1"), &request).await.unwrap();
    let received = &peer.received()[0];
    let RestRequest::CreateCall { call, .. } = RestRequest::parse(&received.method, &received.target, received.body.as_bytes()).unwrap() else {
        panic!()
    };
    assert_eq!((call.machine_detection.as_deref(), call.async_amd), (Some("DetectMessageEnd"), true));
    assert_eq!(call.async_amd_status_callback.as_deref(), Some("https://pm.example.com/machine/a1#rc=3&rp=all"));
}

#[tokio::test]
async fn the_users_telephone_is_rung_by_its_grant_and_no_other() {
    let peer = Peer::start([TwilioFixture.created("CA2")]).await;
    let carrier = twilio(&peer.origin, Duration::from_secs(20));
    let number = PhoneNumber::parse("+12125550150").unwrap();
    let facts = LegFacts {
        kind: ExpenseKind::UserLeg,
        line: Line::Practice,
        rules: &Rules::default(),
        pause: None,
        spending: &Spending::default(),
        worst_case: Micros::ZERO,
        has_opted_out: false,
    };
    let grant = || OperatorGrant::ask(&number, ExpenseId("e1".into()), &facts).unwrap();
    let refused = carrier.call_operator(grant(), &contract::request("+12125550123", "a1")).await;
    assert!(matches!(refused, Err(CarrierError::Rejected { .. })) && peer.received().is_empty(), "{refused:?}");
    let call = carrier.call_operator(grant(), &contract::request("+12125550150", "a1")).await.unwrap();
    assert_eq!(call.id, CarrierCallId::new("CA2"));
}

#[tokio::test]
async fn a_live_call_is_sent_to_another_document() {
    let peer = Peer::start([Act::reply(200, call("CA1", |_| {}).to_string())]).await;
    twilio(&peer.origin, Duration::from_secs(20)).redirect_call(&CarrierCallId::new("CA1"), "https://pm.example.com/next").await.unwrap();
    let received = &peer.received()[0];
    assert!(received.target.ends_with("/Calls/CA1.json") && received.body.contains("Url=https%3A%2F%2Fpm.example.com%2Fnext"), "{received:?}");
}

#[tokio::test]
async fn a_recording_is_fetched_and_deleting_one_that_is_gone_is_no_error() {
    let peer = Peer::start([Act::reply(200, "RIFF".to_owned()), Act::reply(404, r#"{"code":20404}"#), Act::reply(404, r#"{"code":20404}"#)]).await;
    let carrier = twilio(&peer.origin, Duration::from_secs(20));
    let recording = CarrierRecordingId::new("RE1");
    assert_eq!(carrier.fetch_recording(&recording).await.unwrap(), b"RIFF");
    assert_eq!(carrier.delete_recording(&recording).await, Ok(()));
    assert!(matches!(carrier.fetch_recording(&recording).await, Err(CarrierError::Rejected { code: 20404, .. })));
    let targets: Vec<_> = peer.received().iter().map(|received| format!("{} {}", received.method, received.target)).collect();
    assert!(
        targets[0].contains("/Recordings/RE1.wav") && targets[1].starts_with("DELETE ") && targets[1].ends_with("/Recordings/RE1.json"),
        "{targets:?}"
    );
}

#[tokio::test]
async fn the_recording_under_way_is_silent_for_a_while() {
    let reply = || Act::reply(200, r#"{"sid":"RE1"}"#);
    let peer = Peer::start([reply(), reply()]).await;
    let (carrier, live) = (twilio(&peer.origin, Duration::from_secs(20)), CarrierCallId::new("CA1"));
    carrier.pause_recording(&live).await.unwrap();
    carrier.resume_recording(&live).await.unwrap();
    let received = peer.received();
    assert!(received.iter().all(|request| request.target.ends_with("/Calls/CA1/Recordings/Twilio.CURRENT.json")), "{received:?}");
    assert_eq!((received[0].body.as_str(), received[1].body.as_str()), ("Status=paused&PauseBehavior=silence", "Status=in-progress"));
}

#[tokio::test]
async fn somebody_in_a_room_is_found_by_its_name_and_by_their_call() {
    let found = || Act::reply(200, r#"{"conferences":[{"sid":"CF0","status":"completed"},{"sid":"CF1","status":"init"}]}"#);
    let done = || Act::reply(200, r#"{"call_sid":"CA1"}"#);
    let peer = Peer::start([found(), done(), found(), done(), Act::reply(200, r#"{"conferences":[]}"#)]).await;
    let (carrier, live) = (twilio(&peer.origin, Duration::from_secs(20)), CarrierCallId::new("CA1"));
    carrier.change_member("r1", &live, &MemberChange::Mute).await.unwrap();
    carrier.change_member("r1", &live, &MemberChange::Hold).await.unwrap();
    assert!(matches!(carrier.change_member("r1", &live, &MemberChange::Unhold).await, Err(CarrierError::Rejected { code: 404, .. })));
    let received = peer.received();
    assert!(received[0].target.contains("/Conferences.json?FriendlyName=r1&"), "{received:?}");
    let (muted, held) = (&received[1], &received[3]);
    assert!(muted.target.ends_with("/Conferences/CF1/Participants/CA1.json") && muted.body == "Muted=true", "{muted:?}");
    assert!(held.target.ends_with("/Conferences/CF1/Participants/CA1.json") && held.body == "Hold=true", "{held:?}");
}

#[tokio::test]
async fn somebody_in_a_room_whispers_or_goes_and_all_hear_an_announcement() {
    let found = || Act::reply(200, r#"{"conferences":[{"sid":"CF1","status":"in-progress"}]}"#);
    let done = || Act::reply(200, "{}");
    let peer = Peer::start([found(), done(), found(), done(), found(), Act::reply(204, ""), found(), done()]).await;
    let (carrier, guest) = (twilio(&peer.origin, Duration::from_secs(20)), CarrierCallId::new("CA2"));
    carrier.change_member("r1", &guest, &MemberChange::WhisperTo(CarrierCallId::new("CA1"))).await.unwrap();
    carrier.change_member("r1", &guest, &MemberChange::SpeakToAll).await.unwrap();
    carrier.change_member("r1", &guest, &MemberChange::Remove).await.unwrap();
    let announcement = Announcement { text: "Hello".into(), url: "https://us.example/carrier/announcement/a1".into() };
    carrier.announce("r1", &announcement).await.unwrap();
    let asked: Vec<_> = peer.received().into_iter().skip(1).step_by(2).collect();
    let asked: Vec<_> =
        asked.iter().map(|asked| format!("{} {} {}", asked.method, asked.target.rsplit_once("/CF1").unwrap().1, asked.body)).collect();
    let expected = [
        "POST /Participants/CA2.json Coaching=true&CallSidToCoach=CA1",
        "POST /Participants/CA2.json Coaching=false",
        "DELETE /Participants/CA2.json ",
        "POST .json AnnounceUrl=https%3A%2F%2Fus.example%2Fcarrier%2Fannouncement%2Fa1",
    ];
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_fetched_call_tells_state_length_and_price() {
    let body = call("CA1", |call| {
        call.status = Some("completed".into());
        call.start_time = Some("Tue, 20 Oct 2026 14:03:09 +0000".into());
        call.duration = Some("42".into());
        call.price = Some("-0.01400".into());
    });
    let peer = Peer::start([Act::reply(200, body.to_string())]).await;
    let call = twilio(&peer.origin, Duration::from_secs(20)).fetch_call(&CarrierCallId::new("CA1")).await.unwrap().unwrap();
    assert_eq!((call.state, call.duration), (LegState::Completed, Some(Duration::from_secs(42))));
    assert_eq!(call.price, Some((Micros(14_000), "USD".into())));
    assert_eq!(call.started_at, date::parse("2026-10-20T14:03:09Z"));
}

#[tokio::test]
async fn a_call_that_is_not_live_any_more_is_ended() {
    let peer = Peer::start([Act::reply(400, json!({"code": 21220, "message": "Call is not in-progress", "status": 400}).to_string())]).await;
    assert_eq!(twilio(&peer.origin, Duration::from_secs(20)).end_call(&CarrierCallId::new("CA1")).await, Ok(()));
}

/// The search goes through the pages until it meets calls older than asked for.
#[tokio::test]
async fn calls_are_found_over_pages_also_while_they_are_queued() {
    let made = |sid: &str, at: Option<&str>| call(sid, |call| call.date_created = at.map(str::to_owned));
    let page = |calls: &[Value], next: Option<&str>| Act::reply(200, json!({"calls": calls, "next_page_uri": next, "page": 0}).to_string());
    let peer = Peer::start([
        page(
            &[made("CA4", None), made("CA3", Some("Tue, 20 Oct 2026 14:03:09 +0000"))],
            Some("/2010-04-01/Accounts/AC1/Calls.json?Page=1&PageToken=PACA3"),
        ),
        page(&[made("CA2", Some("Tue, 20 Oct 2026 14:03:00 +0000")), made("CA1", Some("Tue, 20 Oct 2026 14:02:59 +0000"))], Some("/2010-04-01/x")),
    ])
    .await;
    let (from, to) = (PhoneNumber::parse("+15005550006").unwrap(), PhoneNumber::parse("+12125550123").unwrap());
    let since = telephony::Timestamp(date::parse("2026-10-20T14:03:00Z").unwrap().as_millis() + 400);
    let found = twilio(&peer.origin, Duration::from_secs(20)).find_calls(&from, &to, since).await.unwrap();
    let names: Vec<_> = found.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(names, ["CA4", "CA3", "CA2"]);
    let targets: Vec<_> = peer.received().into_iter().map(|received| received.target).collect();
    assert_eq!(targets.len(), 2);
    assert!(targets[0].contains("To=%2B12125550123&From=%2B15005550006&PageSize=100"), "{}", targets[0]);
    assert_eq!(targets[1], "/2010-04-01/Accounts/AC1/Calls.json?Page=1&PageToken=PACA3");
}

/// Twilio's filter takes one state, so each is asked for by itself; a call that moved meanwhile is told once.
#[tokio::test]
async fn live_calls_are_asked_for_state_by_state_and_told_once() {
    let page = |calls: &[Value]| Act::reply(200, json!({"calls": calls, "next_page_uri": null, "page": 0}).to_string());
    let in_state = |sid: &str, status: &str| call(sid, |call| call.status = Some(status.to_owned()));
    let made = |sid: &str| {
        call(sid, |call| {
            call.status = Some("in-progress".to_owned());
            call.date_created = Some("Tue, 20 Oct 2026 14:03:09 +0000".to_owned());
        })
    };
    let to_sip = call("CA9", |call| call.to = Some("sip:desk@example.org".to_owned()));
    let peer =
        Peer::start([page(&[in_state("CA1", "queued")]), page(&[]), page(&[in_state("CA2", "ringing")]), page(&[made("CA3"), made("CA3"), to_sip])])
            .await;
    let from = PhoneNumber::parse("+15005550006").unwrap();
    let legs = twilio(&peer.origin, Duration::from_secs(20)).live_calls(&from).await.unwrap();
    let told: Vec<_> = legs.iter().map(|leg| (leg.call.id.as_str(), leg.to.as_e164(), leg.made_at.is_some())).collect();
    assert_eq!(told, [("CA1", "+12125550123", false), ("CA2", "+12125550123", false), ("CA3", "+12125550123", true)]);
    let targets: Vec<_> = peer.received().into_iter().map(|received| received.target).collect();
    for (target, status) in targets.iter().zip(["queued", "initiated", "ringing", "in-progress"]) {
        assert!(target.contains("From=%2B15005550006") && target.contains(&format!("Status={status}")) && !target.contains("To="), "{target}");
    }
}

#[tokio::test]
async fn the_account_check_tells_trial_and_wrong_credentials_apart() {
    let check = async |act: Act| {
        let peer = Peer::start([act]).await;
        twilio(&peer.origin, Duration::from_secs(20)).check_credentials().await
    };
    assert_eq!(check(Act::reply(200, r#"{"status":"active","type":"Trial"}"#)).await, Ok(AccountCheck { is_active: true, is_trial: true }));
    assert_eq!(check(Act::reply(200, r#"{"status":"suspended","type":"Full"}"#)).await, Ok(AccountCheck { is_active: false, is_trial: false }));
    assert_eq!(check(Act::reply(401, r#"{"code":20003}"#)).await, Err(CarrierError::Unauthorized { carrier: "twilio", code: 20003 }));
}

/// Reads a webhook signed as by Twilio with this form.
fn webhook(form: &[(&str, &str)], tamper: bool) -> Result<ports::carrier::CarrierEvent, CallbackError> {
    let url = "https://pm.example.com/twilio/status/a1";
    let mut params = Form::new();
    for (key, value) in form {
        params.push(*key, *value);
    }
    let signature = SigningKey::new(TOKEN).sign(url, &params, Algorithm::HmacSha1);
    if tamper {
        params.push("CallDuration", "1");
    }
    let body = params.encode();
    let header = |name: &str| match name {
        "x-twilio-signature" => Some(signature.as_str()),
        "content-type" => Some("application/x-www-form-urlencoded; charset=UTF-8"),
        _ => None,
    };
    let request = WebhookRequest { method: "POST", url, header: &header, body: body.as_bytes() };
    Callbacks::read(&twilio("http://127.0.0.1:9", Duration::from_secs(1)), &request)
}

#[test]
fn a_webhook_is_an_event_and_a_forged_one_is_not_even_read() {
    let completed = [
        ("CallSid", "CA1"),
        ("CallStatus", "completed"),
        ("SequenceNumber", "3"),
        ("CallbackSource", "call-progress-events"),
        ("CallDuration", "42"),
        ("SipResponseCode", "200"),
    ];
    let event = webhook(&completed, false).unwrap();
    assert_eq!((event.call.as_str(), event.state, event.duration), ("CA1", Some(LegState::Completed), Some(Duration::from_secs(42))));
    assert_eq!((event.key.as_str(), event.failure_code), ("CA1/3/completed", None));

    let failed = [("CallSid", "CA1"), ("CallStatus", "failed"), ("CallbackSource", "call-progress-events"), ("SipResponseCode", "404")];
    assert_eq!(webhook(&failed, false).unwrap().failure_code, Some(404));

    let newer = [("CallSid", "CA1"), ("CallStatus", "teleported")];
    assert_eq!(webhook(&newer, false).unwrap().state, None);

    assert_eq!(webhook(&completed, true), Err(CallbackError::Forged));
    assert_eq!(webhook(&[("A", "1")], false), Err(CallbackError::Unreadable { what: "CallSid" }));
}

#[test]
fn news_of_a_call_that_came_in_are_read() {
    let news = |more: &[(&str, &str)]| {
        let call = [("CallSid", "CA1"), ("AccountSid", "AC1"), ("CallStatus", "ringing"), ("From", "+12125550123"), ("To", "+15005550006")];
        let form: Vec<_> = call.iter().chain([("Direction", "inbound")].iter()).chain(more).copied().collect();
        webhook(&form, false).unwrap().news
    };
    let caller = PhoneNumber::parse("+12125550123").ok();
    assert_eq!(news(&[]), CarrierNews::Incoming { from: caller });
    assert_eq!(news(&[("QueuePosition", "2"), ("QueueTime", "31")]), CarrierNews::Waiting { position: 2, waited: Duration::from_secs(31) });
    for (result, end) in [
        ("bridged", QueueEnd::Served),
        ("hangup", QueueEnd::HungUp),
        ("queue-full", QueueEnd::Full),
        ("leave", QueueEnd::Left),
        ("teleported", QueueEnd::Left),
    ] {
        assert_eq!(news(&[("QueueResult", result)]), CarrierNews::LeftQueue(end), "{result}");
    }
    for (status, end) in [("completed", ForwardEnd::Talked), ("busy", ForwardEnd::NotReached), ("teleported", ForwardEnd::NotReached)] {
        assert_eq!(news(&[("DialCallStatus", status)]), CarrierNews::Forwarded(end), "{status}");
    }
    let url = ("RecordingUrl", "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1");
    let taken = |key| CarrierNews::MessageTaken { recording: Some(CarrierRecordingId::new("RE1")), length: Duration::from_secs(7), key };
    assert_eq!(news(&[url, ("RecordingDuration", "7"), ("Digits", "9")]), taken(Digit::new('9')));
    assert_eq!(news(&[url, ("RecordingDuration", "7"), ("Digits", "hangup")]), taken(None), "no key was pressed");
}

#[test]
fn who_withholds_their_number_has_none() {
    let form = [("CallSid", "CA1"), ("CallStatus", "ringing"), ("Direction", "inbound"), ("From", "anonymous")];
    assert_eq!(webhook(&form, false).unwrap().news, CarrierNews::Incoming { from: None });
}

#[test]
fn a_socket_is_opened_by_its_signature_over_ws_or_wss() {
    let twilio = twilio("http://127.0.0.1:9", Duration::from_secs(1));
    for url in ["wss://pm.example.com/twilio/media", "ws://127.0.0.1:4000/twilio/media"] {
        let signature = SigningKey::new(TOKEN).sign(url, &Form::new(), Algorithm::HmacSha1);
        let header = |name: &str| (name == "x-twilio-signature").then(|| signature.clone());
        assert_eq!(twilio.verify_socket(url, &header), Ok(()));
        assert_eq!(twilio.verify_socket(&format!("{url}/"), &header), Err(CallbackError::Forged));
        assert_eq!(twilio.verify_socket(url, &|_| None), Err(CallbackError::Forged));
    }
}
