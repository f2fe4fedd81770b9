//! Plivo: what is its own on the wire, and the traps that its users hit, by their numbers in our list.

use std::sync::Arc;
use std::time::Duration;

use carriers::plivo::{Plivo, PlivoConfig};
use ports::carrier::{
    Announcement, CallbackError, Callbacks, Carrier, CarrierError, CarrierEvent, CarrierNews, CarrierRoom, ForwardEnd, Line, MachineVerdict,
    MediaEvent, MemberChange, RecordingState, WebhookRequest,
};
use serde_json::{Value, json};
use telephony::cost::Micros;
use telephony::dtmf::Digit;
use telephony::leg::LegState;
use telephony::plan::{Plan, Verb};
use telephony::{CarrierCallId, CarrierRecordingId, PhoneNumber, Private, Timestamp};
use wire::date;
use wire::http::{Form, Method, basic_credentials};
use wire::plivo::document::Document;
use wire::plivo::media::{AudioFormat, CarrierStream, Track};
use wire::plivo::rest::{Asks, AuthId, CallRequest, CreateCall, RestRequest, Transfer};
use wire::plivo::signature::{HEADER, MAIN_HEADER, NONCE_HEADER, SigningKeys, V2_HEADER, V2_NONCE_HEADER};

use crate::contract::{self, Fixture};
use crate::peer::{Act, Peer, Received};

pub const ACCOUNT: &str = "MAXXXXXXXXXXXXXXXXXX";
pub const TOKEN: &str = "cHVwcGV0bWFzdGVyX3Rlc3RfdG9rZW5fMDEyMzQ1";
const NONCE: &str = "05429567804466091622";

pub struct PlivoFixture;

pub fn config(origin: &str) -> PlivoConfig {
    let config = PlivoConfig::new(AuthId::parse(ACCOUNT).unwrap(), Private::new(TOKEN.into()));
    PlivoConfig { base_url: origin.into(), line: Line::Practice, calls_per_second: None, total_timeout: Duration::from_secs(20), ..config }
}

pub fn plivo(origin: &str) -> Plivo {
    Plivo::new(config(origin)).unwrap()
}

fn fired(request: &Value) -> Act {
    Act::reply(201, json!({"message": "call fired", "request_uuid": request, "api_id": "a1"}).to_string())
}

fn record(call: &str, change: &Value) -> Value {
    let mut record = json!({
        "call_uuid": call, "from_number": "+15005550006", "to_number": "12125550123", "call_direction": "outbound",
        "initiation_time": "2026-10-20 19:33:09+05:30", "answer_time": "2026-10-20 19:33:20+05:30", "end_time": "2026-10-20 19:48:44+05:30",
        "call_duration": 924, "bill_duration": 924, "billed_duration": 960, "total_rate": "0.00850", "total_amount": "0.13600",
        "hangup_cause_code": 4000, "hangup_cause_name": "Normal Hangup", "hangup_source": "Callee", "api_id": "a1"
    });
    record.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    record
}

fn live(call: &str, request: &str, to: &str) -> Value {
    json!({"call_status": "in-progress", "call_uuid": call, "request_uuid": request, "direction": "outbound", "from": "15005550006", "to": to,
           "session_start": "2026-10-20 14:03:09.050872", "api_id": "a1"})
}

fn missing() -> Act {
    Act::reply(404, json!({"api_id": "a1", "error": "not found"}).to_string())
}

impl Fixture for PlivoFixture {
    fn carrier(&self, origin: &str, total_timeout: Duration) -> Arc<dyn Carrier> {
        Arc::new(Plivo::new(PlivoConfig { total_timeout, ..config(origin) }).unwrap())
    }

    fn created(&self, call: &str) -> Act {
        fired(&call.into())
    }

    fn refused(&self, number: &str) -> (Act, u32) {
        (Act::reply(400, json!({"api_id": "a1", "error": format!("{number} is not a valid phone number")}).to_string()), 400)
    }

    fn ended(&self, _call: &str) -> Act {
        Act::reply(204, "")
    }

    fn shown(&self, call: &str) -> Act {
        Act::reply(200, record(call, &json!({})).to_string())
    }

    /// A call that is not known may be a request that waits.
    fn asks_to_end(&self) -> usize {
        2
    }

    fn missing(&self) -> Act {
        missing()
    }
}

fn asks(received: &Received) -> Asks {
    let request = RestRequest::parse(&received.method, &received.target, received.body.as_bytes()).unwrap();
    assert_eq!(request.account.as_str(), ACCOUNT);
    request.asks
}

async fn created(machine_url: Option<&str>) -> (CreateCall, Received) {
    let peer = Peer::start([fired(&"r1".into())]).await;
    let mut request = contract::request("+12125550123", "a1");
    request.machine_url = machine_url.map(str::to_owned);
    plivo(&peer.origin).place_call(contract::cleared("+12125550123", "a1"), &request).await.unwrap();
    let received = peer.received().remove(0);
    let Asks::Call(CallRequest::Create(call)) = asks(&received) else { panic!("{received:?}") };
    (*call, received)
}

#[tokio::test]
async fn trap_1_a_create_says_where_its_end_is_told_and_how_often() {
    let (call, received) = created(None).await;
    let header = |name: &str| received.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(basic_credentials(header("authorization").unwrap()), Some((ACCOUNT.into(), TOKEN.into())));
    assert_eq!(header("content-type"), Some("application/json"));
    assert_eq!((call.from.as_str(), call.to.all()), ("15005550006", ["12125550123".to_owned()].as_slice()));
    assert!(!call.hangup_goes_to_answer_url());
    assert_eq!(call.answer_url.as_str(), "https://pm.example.com/answer/a1#rt=15000&rc=2&rp=ct,5xx");
    assert_eq!(call.hangup_url.as_str(), "https://pm.example.com/status/a1#rc=3&rp=ct,rt,4xx,5xx");
    assert_eq!(call.ring_url.as_ref(), Some(&call.hangup_url));
    assert_eq!(call.fallback_url.as_ref().map(|url| url.as_str()), Some("https://pm.example.com/fallback/a1"));
    assert_eq!((call.ring_timeout, call.time_limit), (Some(30), Some(600)));
    assert_eq!((call.machine_detection, call.answer_method), (None, Some(Method::Post)));
}

#[tokio::test]
async fn machines_are_looked_for_beside_the_conversation() {
    let (call, _) = created(Some("https://pm.example.com/machine/a1")).await;
    assert!(call.machine_detection.is_some());
    assert!(call.machine_detection_url.is_some_and(|url| url.as_str().starts_with("https://pm.example.com/machine/a1#")));
}

#[tokio::test]
async fn the_name_of_a_request_is_one_text_alone() {
    for (request, name) in [(json!("r1"), Some("r1")), (json!(["r1"]), Some("r1")), (json!(["r1", "r2"]), None), (json!(""), None)] {
        let peer = Peer::start([fired(&request)]).await;
        let placed = plivo(&peer.origin).place_call(contract::cleared("+12125550123", "a1"), &contract::request("+12125550123", "a1")).await;
        assert_eq!(placed.ok().map(|call| call.id), name.map(CarrierCallId::new), "{request}");
    }
}

/// The phone may ring already: what failed on Plivo's side is found out, and never sent again.
#[tokio::test]
async fn trap_2_neither_a_call_nor_a_transfer_is_sent_twice() {
    let peer = Peer::start([Act::reply(500, "{}")]).await;
    let moved = plivo(&peer.origin).redirect_call(&CarrierCallId::new("c1"), "https://pm.example.com/next").await;
    assert_eq!((moved, peer.received().len()), (Err(CarrierError::Unclear { carrier: "plivo" }), 1));
}

#[tokio::test]
async fn trap_11_a_transfer_is_a_request_of_its_own_and_needs_no_socket() {
    let peer = Peer::start([Act::reply(202, json!({"message": "call transfered"}).to_string())]).await;
    plivo(&peer.origin).redirect_call(&CarrierCallId::new("c1"), "https://pm.example.com/next").await.unwrap();
    let Asks::Call(CallRequest::Transfer { call, transfer: Transfer::ALeg(next) }) = asks(&peer.received()[0]) else { panic!() };
    assert_eq!((call.as_str(), next.url.as_str()), ("c1", "https://pm.example.com/next"));
}

#[tokio::test]
async fn trap_19_nothing_is_ended_that_has_no_name() {
    let peer = Peer::start([Act::reply(204, "")]).await;
    for name in ["", ".", "..", "a/b", "%2e"] {
        assert!(matches!(plivo(&peer.origin).end_call(&CarrierCallId::new(name)).await, Err(CarrierError::Rejected { code: 0, .. })), "{name}");
    }
    assert_eq!(peer.connections(), 0);
}

#[tokio::test]
async fn a_call_that_waits_is_taken_back_as_a_request() {
    let peer = Peer::start([missing(), Act::reply(204, "")]).await;
    assert_eq!(plivo(&peer.origin).end_call(&CarrierCallId::new("r1")).await, Ok(()));
    let targets: Vec<_> = peer.received().iter().map(|received| format!("{} {}", received.method, received.target)).collect();
    assert_eq!(targets, [format!("DELETE /v1/Account/{ACCOUNT}/Call/r1/"), format!("DELETE /v1/Account/{ACCOUNT}/Request/r1/")]);
}

#[tokio::test]
async fn traps_15_to_17_a_record_tells_the_true_length_the_price_and_a_time_with_its_zone() {
    let peer = Peer::start([Act::reply(200, record("c1", &json!({})).to_string())]).await;
    let call = plivo(&peer.origin).fetch_call(&CarrierCallId::new("c1")).await.unwrap().unwrap();
    assert_eq!((call.state, call.duration), (LegState::Completed, Some(Duration::from_secs(924))));
    assert_eq!(call.price, Some((Micros(136_000), "USD".into())));
    assert_eq!(call.started_at, date::parse("2026-10-20T14:03:09Z"));

    let busy = json!({"hangup_cause_code": 3010, "answer_time": null, "bill_duration": 0, "total_amount": "0.00000"});
    let peer = Peer::start([Act::reply(200, record("c1", &busy).to_string())]).await;
    let call = plivo(&peer.origin).fetch_call(&CarrierCallId::new("c1")).await.unwrap().unwrap();
    assert_eq!((call.state, call.price), (LegState::Busy, Some((Micros(0), "USD".into()))));
}

#[tokio::test]
async fn a_call_without_a_record_is_looked_for_among_those_that_live_and_wait() {
    let peer = Peer::start([missing(), missing(), Act::reply(200, live("c1", "c1", "12125550123").to_string())]).await;
    let call = plivo(&peer.origin).fetch_call(&CarrierCallId::new("c1")).await.unwrap().unwrap();
    assert_eq!((call.state, call.started_at), (LegState::InProgress, Some(Timestamp(date::parse("2026-10-20T14:03:09Z").unwrap().0 + 50))));
    let targets: Vec<_> = peer.received().into_iter().map(|received| received.target).collect();
    assert!(targets[1].ends_with("?status=live") && targets[2].ends_with("?status=queued"), "{targets:?}");
}

/// Plus signs come and go, so numbers are compared and not texts.
#[tokio::test]
async fn trap_18_calls_are_found_whichever_way_numbers_are_written() {
    fn answer(received: &Received) -> Act {
        let page = |records: Value| Act::reply(200, json!({"api_id": "a", "meta": {"next": null, "total_count": 1}, "objects": records}).to_string());
        match received.target.split_once("/Call/").unwrap().1 {
            "?status=queued" => Act::reply(200, json!({"calls": ["w1", "w2"]}).to_string()),
            "w1/?status=live" | "w2/?status=live" => missing(),
            "w1/?status=queued" => Act::reply(200, live("w1", "w1", "+1 212 555 0123").to_string()),
            "w2/?status=queued" => Act::reply(200, live("w2", "w2", "12125550199").to_string()),
            text if text.contains("status=live") && text.starts_with('?') => Act::reply(200, json!({"calls": ["c1"]}).to_string()),
            "c1/?status=live" => Act::reply(200, live("c1", "r1", "12125550123").to_string()),
            _ => page(json!([record("c0", &json!({})), record("c00", &json!({"initiation_time": "2026-10-20 19:32:00+05:30"}))])),
        }
    }
    let peer = Peer::answering(answer).await;
    let (from, to) = (PhoneNumber::parse("+15005550006").unwrap(), PhoneNumber::parse("+12125550123").unwrap());
    let since = Timestamp(date::parse("2026-10-20T14:03:00Z").unwrap().as_millis());
    let found = plivo(&peer.origin).find_calls(&from, &to, since).await.unwrap();
    let names: Vec<_> = found.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(names, ["w1", "r1", "c0"]);
    let received = peer.received();
    assert!(received.iter().any(|asked| asked.target.contains("from_number=15005550006&to_number=12125550123")), "{received:?}");
}

/// What waits and what lives from our number, to whomever; what is of another number is not ours to look at.
#[tokio::test]
async fn live_calls_of_our_number_are_told_whomever_they_ring() {
    fn answer(received: &Received) -> Act {
        match received.target.split_once("/Call/").unwrap().1 {
            "?status=queued" => Act::reply(200, json!({"calls": ["w1"]}).to_string()),
            "w1/?status=live" => missing(),
            "w1/?status=queued" => {
                let mut other = live("w1", "w1", "12125550199");
                other["from"] = "12125550777".into();
                Act::reply(200, other.to_string())
            }
            text if text.contains("status=live") && text.starts_with('?') => Act::reply(200, json!({"calls": ["c1"]}).to_string()),
            "c1/?status=live" => Act::reply(200, live("c1", "r1", "12125550123").to_string()),
            other => panic!("{other}"),
        }
    }
    let peer = Peer::answering(answer).await;
    let legs = plivo(&peer.origin).live_calls(&PhoneNumber::parse("+15005550006").unwrap()).await.unwrap();
    let told: Vec<_> = legs.iter().map(|leg| (leg.call.id.as_str(), leg.to.as_e164(), leg.made_at.is_some())).collect();
    assert_eq!(told, [("r1", "+12125550123", true)]);
}

#[tokio::test]
async fn trap_14_a_recording_is_fetched_with_the_credentials_from_plivo_alone() {
    fn own(received: &Received) -> Act {
        let host = &received.headers.iter().find(|(name, _)| name == "host").unwrap().1;
        if received.target.ends_with(".wav") {
            return Act::reply(200, "RIFF");
        }
        Act::reply(
            200,
            json!({"recording_id": "rec1", "recording_url": format!("http://{host}/v1/Account/{ACCOUNT}/Recording/rec1.wav")}).to_string(),
        )
    }
    let peer = Peer::answering(own).await;
    assert_eq!(plivo(&peer.origin).fetch_recording(&CarrierRecordingId::new("rec1")).await.unwrap(), b"RIFF");
    assert!(peer.received()[1].headers.iter().any(|(name, _)| name == "authorization"));

    for url in [
        format!("https://evil.example/v1/Account/{ACCOUNT}/Recording/rec1.wav"),
        format!("https://media.plivo.com@evil.example/v1/Account/{ACCOUNT}/Recording/rec1.wav"),
        format!("https://media.plivo.com/v1/Account/{ACCOUNT}/Recording/rec1.mp3"),
        "nonsense".to_owned(),
    ] {
        let peer = Peer::start([Act::reply(200, json!({"recording_id": "rec1", "recording_url": url}).to_string())]).await;
        let fetched = plivo(&peer.origin).fetch_recording(&CarrierRecordingId::new("rec1")).await;
        assert!(matches!(fetched, Err(CarrierError::Rejected { .. })), "{url}");
        assert_eq!(peer.received().len(), 1, "{url}");
    }
    let peer = Peer::start([missing()]).await;
    assert_eq!(plivo(&peer.origin).delete_recording(&CarrierRecordingId::new("rec1")).await, Ok(()));
}

/// What must not be recorded is not recorded, at the price of the rest.
#[tokio::test]
async fn a_recording_that_must_pause_ends() {
    let peer = Peer::start([Act::reply(204, "")]).await;
    let carrier = plivo(&peer.origin);
    assert_eq!(carrier.pause_recording(&CarrierCallId::new("c1")).await, Ok(()));
    assert_eq!((peer.received()[0].method.as_str(), peer.received()[0].target.ends_with("/Call/c1/Record/")), ("DELETE", true));
    assert!(matches!(carrier.resume_recording(&CarrierCallId::new("c1")).await, Err(CarrierError::Rejected { .. })));
    assert_eq!(peer.received().len(), 1);
}

#[tokio::test]
async fn somebody_in_a_room_is_found_by_their_call_and_held_in_silence() {
    let room = json!({"conference_name": "r1", "members": [{"member_id": "16", "call_uuid": "c0"}, {"member_id": "17", "call_uuid": "c1"}]});
    let shown = || Act::reply(200, room.to_string());
    let done = || Act::reply(202, r#"{"message":"done"}"#);
    let peer = Peer::start([shown(), done(), shown(), done(), done(), Act::reply(404, "{}")]).await;
    let (carrier, member) = (plivo(&peer.origin), CarrierCallId::new("c1"));
    carrier.change_member("r1", &member, &MemberChange::Unmute).await.unwrap();
    carrier.change_member("r1", &member, &MemberChange::Hold).await.unwrap();
    assert!(matches!(carrier.change_member("r1", &member, &MemberChange::Unhold).await, Err(CarrierError::Rejected { code: 404, .. })));
    let asked: Vec<_> =
        peer.received().iter().map(|asked| format!("{} {}", asked.method, asked.target.split_once("/Conference/").unwrap().1)).collect();
    assert_eq!(asked, ["GET r1/", "DELETE r1/Member/17/Mute/", "GET r1/", "POST r1/Member/17/Deaf/", "POST r1/Member/17/Mute/", "GET r1/"]);
}

#[tokio::test]
async fn somebody_in_a_room_goes_all_hear_a_text_and_nobody_whispers() {
    let room = json!({"conference_name": "r1", "members": [{"member_id": "17", "call_uuid": "c1"}]});
    let done = || Act::reply(202, r#"{"message":"done"}"#);
    let peer = Peer::start([Act::reply(200, room.to_string()), done(), done()]).await;
    let (carrier, member) = (plivo(&peer.origin), CarrierCallId::new("c1"));
    let whisper = MemberChange::WhisperTo(CarrierCallId::new("c0"));
    assert!(matches!(carrier.change_member("r1", &member, &whisper).await, Err(CarrierError::Rejected { .. })));
    carrier.change_member("r1", &member, &MemberChange::Remove).await.unwrap();
    carrier.announce("r1", &Announcement { text: "Hello".into(), url: "https://us.example/a".into() }).await.unwrap();
    let asked: Vec<_> =
        peer.received().iter().map(|asked| format!("{} {}", asked.method, asked.target.split_once("/Conference/").unwrap().1)).collect();
    assert_eq!(asked, ["GET r1/", "POST r1/Member/17/Kick/", "POST r1/Member/all/Speak/"]);
    assert!(peer.received()[2].body.contains(r#""text":"Hello""#));
}

#[tokio::test]
async fn trap_21_a_refusal_that_only_its_text_explains_is_explained() {
    let body = json!({"api_id": "a", "error": "cannot place calls as its compliance application is not in 'accepted' status"}).to_string();
    let peer = Peer::start([Act::reply(400, body)]).await;
    let placed = plivo(&peer.origin).place_call(contract::cleared("+12125550123", "a1"), &contract::request("+12125550123", "a1")).await;
    assert!(matches!(placed, Err(CarrierError::Rejected { message, .. }) if message.contains("compliance")));
}

fn form<'a>(pairs: &[(&'a str, &'a str)]) -> Form<'a> {
    let mut form = Form::new();
    for (key, value) in pairs {
        form.push(*key, *value);
    }
    form
}

const STATUS: &str = "https://pm.example.com/carrier/status/a1";

fn told_with(plivo: &Plivo, url: &str, pairs: &[(&str, &str)], nonce: &str) -> CarrierEvent {
    let form = form(pairs);
    let signature = SigningKeys::new(TOKEN).sign(Method::Post, url, &form, nonce);
    let body = form.encode();
    let header = |name: &str| match name {
        HEADER => Some(signature.as_str()),
        NONCE_HEADER => Some(nonce),
        "content-type" => Some("application/x-www-form-urlencoded"),
        _ => None,
    };
    Callbacks::read(plivo, &WebhookRequest { method: "POST", url, header: &header, body: body.as_bytes() }).unwrap()
}

fn told(url: &str, pairs: &[(&str, &str)]) -> CarrierEvent {
    told_with(&plivo("http://127.0.0.1:9"), url, pairs, NONCE)
}

#[test]
fn the_states_of_a_call_are_told_with_keys_of_their_own() {
    let ring = told(STATUS, &[("CallUUID", "c1"), ("Event", "Ring"), ("CallStatus", "ringing"), ("From", "+15005550006"), ("To", "12125550123")]);
    assert_eq!((ring.state, ring.key.as_str(), ring.call.as_str()), (Some(LegState::Ringing), "c1/Ring", "c1"));
    let answer = told(STATUS, &[("CallUUID", "c1"), ("Event", "StartApp"), ("CallStatus", "in-progress"), ("Direction", "outbound")]);
    assert_eq!((answer.state, answer.key.as_str(), answer.news), (Some(LegState::InProgress), "c1/StartApp", CarrierNews::Nothing));
    let end = [("CallUUID", "c1"), ("Event", "Hangup"), ("CallStatus", "completed"), ("Duration", "66"), ("BillDuration", "120")];
    let ended = told(STATUS, &[end.as_slice(), &[("HangupCauseCode", "4000")]].concat());
    assert_eq!((ended.state, ended.duration, ended.failure_code), (Some(LegState::Completed), Some(Duration::from_secs(66)), None));
    for (cause, state, code) in
        [("3010", LegState::Busy, 486), ("3110", LegState::Busy, 603), ("3130", LegState::Failed, 608), ("8011", LegState::Failed, 8011)]
    {
        let end = told(STATUS, &[("CallUUID", "c1"), ("Event", "Hangup"), ("CallStatus", "failed"), ("HangupCauseCode", cause)]);
        assert_eq!((end.state, end.failure_code), (Some(state), Some(code)), "{cause}");
    }
}

#[test]
fn a_call_keeps_the_name_of_its_request_whatever_plivo_calls_it() {
    let plivo = plivo("http://127.0.0.1:9");
    let answer = [("CallUUID", "c1"), ("RequestUUID", "r1"), ("Event", "StartApp"), ("CallStatus", "in-progress"), ("Direction", "outbound")];
    assert_eq!(told_with(&plivo, STATUS, &answer, NONCE).call.as_str(), "r1");
    // Neither news of a recording nor a stream names the request.
    let recording = [("CallUUID", "c1"), ("RecordingID", "rec1"), ("RecordingDurationMs", "5000")];
    assert_eq!(told_with(&plivo, STATUS, &recording, "2").call.as_str(), "r1");
    let mut start = String::new();
    CarrierStream::new(ACCOUNT, "c1", "s1", AudioFormat::Mulaw8k, "token=t").start(&[Track::Inbound], &mut start);
    let started = plivo.media_codec().read(&start, &mut Vec::new()).unwrap();
    assert_eq!(started, MediaEvent::Started { call: CarrierCallId::new("r1"), token: Some("t".into()) });
}

#[tokio::test]
async fn plivo_is_asked_by_its_own_name_of_a_call() {
    let peer = Peer::start([Act::reply(204, "")]).await;
    let plivo = plivo(&peer.origin);
    told_with(&plivo, STATUS, &[("CallUUID", "c1"), ("RequestUUID", "r1"), ("Event", "Ring"), ("CallStatus", "ringing")], NONCE);
    plivo.end_call(&CarrierCallId::new("r1")).await.unwrap();
    assert!(peer.received()[0].target.ends_with("/Call/c1/"));
}

#[test]
fn turns_forwards_recordings_and_messages_are_read() {
    let news = |url: &str, more: &[(&str, &str)]| told(url, &[[("CallUUID", "c1"), ("CallStatus", "in-progress")].as_slice(), more].concat()).news;
    let speech = news(STATUS, &[("InputType", "speech"), ("Speech", "At nine."), ("SpeechConfidenceScore", "0.92"), ("Digits", "")]);
    assert_eq!(speech, CarrierNews::Turn { words: Some("At nine.".into()), confidence: Some(92), digits: Vec::new() });
    let keys = news(STATUS, &[("InputType", "dtmf"), ("Digits", "1"), ("Speech", ""), ("SpeechConfidenceScore", "0")]);
    assert_eq!(keys, CarrierNews::Turn { words: None, confidence: None, digits: Digit::new('1').into_iter().collect() });
    let nothing = news(STATUS, &[("InputType", ""), ("Digits", ""), ("Speech", "")]);
    assert_eq!(nothing, CarrierNews::Turn { words: None, confidence: None, digits: Vec::new() });
    for (status, end) in [("completed", ForwardEnd::Talked), ("busy", ForwardEnd::NotReached), ("tea", ForwardEnd::NotReached)] {
        assert_eq!(news(STATUS, &[("DialStatus", status), ("DialRingStatus", "true")]), CarrierNews::Forwarded(end));
    }
    for (length, state) in [("-1", RecordingState::Running), ("0", RecordingState::Absent), ("7000", RecordingState::Ready)] {
        let recording = news(STATUS, &[("RecordingID", "rec1"), ("RecordingDurationMs", length)]);
        assert_eq!(recording, CarrierNews::Recording { recording: CarrierRecordingId::new("rec1"), state }, "{length}");
    }
}

/// The end of a message and the news of its recording differ by the address alone, which our own document has marked.
#[test]
fn a_message_is_told_from_the_news_of_its_recording_by_its_address() {
    let take = Verb::TakeMessage {
        longest: Duration::from_secs(120),
        silence: Duration::from_secs(5),
        done_to: "https://pm.example.com/carrier/inbound/message".into(),
        report_to: "https://pm.example.com/carrier/inbound/recording".into(),
    };
    let (xml, _) = plivo("http://127.0.0.1:9").document(&Plan { verbs: vec![take] });
    let wire::plivo::document::Verb::Record(record) = &Document::parse(&xml).unwrap().document.verbs[0] else { panic!("{xml}") };
    let pairs = [("CallUUID", "c1"), ("RecordingID", "rec1"), ("RecordingDuration", "7"), ("RecordingDurationMs", "7040"), ("Digits", "9")];
    let taken = |recording: Option<&str>, millis, key| CarrierNews::MessageTaken {
        recording: recording.map(CarrierRecordingId::new),
        length: Duration::from_millis(millis),
        key,
    };
    let done_to = record.action.as_deref().unwrap();
    assert_eq!(told(done_to, &pairs).news, taken(Some("rec1"), 7_040, Digit::new('9')));
    assert_eq!(told(done_to, &[("CallUUID", "c1"), ("RecordingID", ""), ("Digits", "hangup")]).news, taken(None, 0, None));
    let ready = CarrierNews::Recording { recording: CarrierRecordingId::new("rec1"), state: RecordingState::Ready };
    assert_eq!(told(record.callback_url.as_deref().unwrap(), &pairs).news, ready);
}

#[test]
fn trap_23_a_machine_is_told_of_and_nothing_else_is() {
    let machine = told(
        STATUS,
        &[("CallUUID", "c1"), ("Machine", "true"), ("IfMachine", "continue"), ("Event", "MachineDetection"), ("CallStatus", "in-progress")],
    );
    assert_eq!((machine.news, machine.key.as_str()), (CarrierNews::Answered(MachineVerdict::Machine), "c1/MachineDetection"));
    let silence = told(STATUS, &[("CallUUID", "c1"), ("Event", "StartApp"), ("CallStatus", "in-progress")]);
    assert_eq!(silence.news, CarrierNews::Nothing);
}

#[test]
fn who_rings_us_is_known_with_or_without_a_plus() {
    let call = |from, event| {
        told(
            STATUS,
            &[("CallUUID", "c1"), ("Event", event), ("CallStatus", "ringing"), ("Direction", "inbound"), ("From", from), ("To", "15005550006")],
        )
        .news
    };
    let known = CarrierNews::Incoming { from: PhoneNumber::parse("+12125550123").ok() };
    assert_eq!((call("12125550123", "StartApp"), call("+12125550123", "StartApp")), (known.clone(), known));
    assert_eq!(call("anonymous", "StartApp"), CarrierNews::Incoming { from: None });
    // The end of a call that is told where documents are asked for is no new call.
    assert_eq!(call("12125550123", "Hangup"), CarrierNews::Nothing);
}

#[test]
fn what_comes_twice_is_heard_once_and_has_the_key_of_the_first() {
    let plivo = plivo("http://127.0.0.1:9");
    let turn = [("CallUUID", "c1"), ("InputType", "speech"), ("Speech", "Yes."), ("CallStatus", "in-progress")];
    let (first, again, other) = (told_with(&plivo, STATUS, &turn, "1"), told_with(&plivo, STATUS, &turn, "1"), told_with(&plivo, STATUS, &turn, "2"));
    assert!(matches!((&first.news, &other.news), (CarrierNews::Turn { .. }, CarrierNews::Turn { .. })));
    assert_eq!((again.news, again.key == first.key, other.key == first.key), (CarrierNews::Nothing, true, false));
}

/// Looks at a webhook with these headers.
fn looked_at(plivo: &Plivo, method: &str, url: &str, headers: &[(&str, String)], body: &str) -> Result<CarrierEvent, CallbackError> {
    let header = |name: &str| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
    Callbacks::read(plivo, &WebhookRequest { method, url, header: &header, body: body.as_bytes() })
}

#[test]
fn trap_6_a_signature_is_right_for_one_address_and_any_of_the_tokens() {
    let body = "CallUUID=c1&Event=Ring";
    let headers = |header: &'static str, token: &str, url: &str| {
        let signature = SigningKeys::new(token).sign(Method::Post, url, &Form::parse(body), NONCE);
        vec![("content-type", "application/x-www-form-urlencoded".to_owned()), (header, signature), (NONCE_HEADER, NONCE.to_owned())]
    };
    let rotating = Plivo::new(PlivoConfig { other_auth_token: Some(Private::new("the-main-token".into())), ..config("http://127.0.0.1:9") }).unwrap();
    let single = plivo("http://127.0.0.1:9");
    let other_port = STATUS.replace(".com/", ".com:443/");
    assert!(looked_at(&single, "POST", STATUS, &headers(HEADER, TOKEN, STATUS), body).is_ok());
    assert!(looked_at(&single, "POST", STATUS, &headers(HEADER, TOKEN, &other_port), body).is_ok(), "a port that a proxy spells out");
    assert!(looked_at(&rotating, "POST", STATUS, &headers(MAIN_HEADER, "the-main-token", STATUS), body).is_ok());
    for (plivo, url, headers, body) in [
        (&single, STATUS, headers(MAIN_HEADER, "the-main-token", STATUS), body),
        (&single, STATUS, headers(HEADER, TOKEN, &format!("{STATUS}/")), body),
        (&single, STATUS, headers(HEADER, TOKEN, &STATUS.replace("https", "http")), body),
        (&single, STATUS, headers(HEADER, TOKEN, STATUS), "CallUUID=c2&Event=Ring"),
        (&single, STATUS, Vec::new(), body),
    ] {
        assert_eq!(looked_at(plivo, "POST", url, &headers, body), Err(CallbackError::Forged));
    }
    assert_eq!(looked_at(&single, "POST", STATUS, &headers(HEADER, TOKEN, STATUS)[..2], body), Err(CallbackError::Forged), "no nonce");
}

#[test]
fn the_older_signature_counts_only_for_who_wants_it_and_never_beside_a_wrong_newer_one() {
    let keys = SigningKeys::new(TOKEN);
    let old = vec![
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
        (V2_HEADER, keys.sign_v2(STATUS, NONCE)),
        (V2_NONCE_HEADER, NONCE.to_owned()),
    ];
    let lenient = Plivo::new(PlivoConfig { takes_v2: true, ..config("http://127.0.0.1:9") }).unwrap();
    let body = "CallUUID=c1&Event=Ring";
    assert!(looked_at(&lenient, "POST", STATUS, &old, body).is_ok());
    assert_eq!(looked_at(&plivo("http://127.0.0.1:9"), "POST", STATUS, &old, body), Err(CallbackError::Forged));
    let both = [old.as_slice(), &[(HEADER, "AAAA".to_owned()), (NONCE_HEADER, NONCE.to_owned())]].concat();
    assert_eq!(looked_at(&lenient, "POST", STATUS, &both, body), Err(CallbackError::Forged));
}

/// Applications that Plivo's own tools make ask with `GET`.
#[test]
fn trap_28_a_question_by_get_is_read_from_its_address() {
    let url = format!("{STATUS}?CallUUID=c1&CallStatus=in-progress&Event=StartApp");
    let headers = [(HEADER, SigningKeys::new(TOKEN).sign(Method::Get, &url, &Form::new(), NONCE)), (NONCE_HEADER, NONCE.to_owned())];
    let event = looked_at(&plivo("http://127.0.0.1:9"), "GET", &url, &headers, "").unwrap();
    assert_eq!((event.call.as_str(), event.state), ("c1", Some(LegState::InProgress)));
}

#[test]
fn a_socket_is_opened_by_a_signature_of_its_address_as_plain_http() {
    let plivo = plivo("http://127.0.0.1:9");
    let url = "wss://pm.example.com/carrier/media";
    let signed = |url: &str| SigningKeys::new(TOKEN).sign(Method::Get, url, &Form::new(), NONCE);
    let verify = |signature: String| {
        let header = |name: &str| match name {
            HEADER => Some(signature.clone()),
            NONCE_HEADER => Some(NONCE.to_owned()),
            _ => None,
        };
        plivo.verify_socket(url, &header)
    };
    assert_eq!(verify(signed("http://pm.example.com/carrier/media")), Ok(()));
    assert_eq!(verify(signed("http://pm.example.com/carrier/relay")), Err(CallbackError::Forged));
    assert_eq!(plivo.verify_socket(url, &|_| None), Err(CallbackError::Forged));
}

#[test]
fn traps_3_12_13_and_22_a_document_keeps_the_call_records_first_and_leaves_no_words_behind() {
    let plan = Plan {
        verbs: vec![
            Verb::Record { report_to: "https://pm.example.com/recording".into() },
            Verb::ConnectMedia { url: "wss://pm.example.com/media".into(), token: "0a".into() },
            Verb::Listen { lines: vec!["Yes?".into()], answer_to: "https://pm.example.com/turn".into(), silence: Duration::from_secs(5) },
            Verb::HangUp,
        ],
    };
    let (xml, content_type) = plivo("http://127.0.0.1:9").document(&plan);
    assert!(content_type.starts_with("application/xml"));
    for part in ["keepCallAlive=\"true\"", "fileFormat=\"wav\"", "maxLength=\"14400\"", "log=\"false\""] {
        assert!(xml.contains(part), "{part}: {xml}");
    }
    assert!(Document::parse(&xml).unwrap().doubts.is_empty(), "{xml}");
}

/// Plivo would end the call without a word, whatever the server answered.
#[test]
fn trap_4_what_plivo_would_refuse_is_an_apology_and_no_silence() {
    let plivo = plivo("http://127.0.0.1:9");
    let too_long = Verb::Say { text: "word ".repeat(30_000) };
    let waiting = Verb::WaitInQueue { queue: "q".into(), most: 3, wait_at: "https://e.com/w".into(), done_to: "https://e.com/d".into() };
    for verb in [too_long, waiting, Verb::ConnectRelay { url: "wss://e.com/r".into(), token: "t".into() }] {
        let (xml, _) = plivo.document(&Plan { verbs: vec![verb] });
        assert!(xml.contains("<Speak>I'm sorry, this is not possible here. Goodbye.</Speak><Hangup/>"), "{xml}");
    }
    assert!(!plivo.abilities().queues && !plivo.abilities().text_relay && plivo.relay_codec().is_none());
}
