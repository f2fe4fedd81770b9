//! Requests as the official libraries send them, replies as the schema has them.

use serde_json::Value;
use wire::date;
use wire::http::{HttpReply, Method};
use wire::twilio::rest::*;
use wire::twilio::status::{CallEvent, CallStatus};

use super::golden;

mod requests;
mod resources;

const ACCOUNT: &str = "AC00000000000000000000000000000000";

fn shape(name: &str) -> Value {
    golden(include_str!("../../fixtures/twilio/json_shapes.json"))["shapes"][name]["body"].clone()
}

fn reply(body: &Value) -> HttpReply {
    HttpReply::json(200, body)
}

#[test]
fn the_official_create_reads_with_all_its_parameters() {
    let golden = golden(include_str!("../../fixtures/twilio/sdk_requests.json"));
    let request = &golden["requests"][0];
    let parsed = RestRequest::parse("POST", request["path"].as_str().unwrap(), request["body"].as_str().unwrap().as_bytes()).unwrap();
    let RestRequest::CreateCall { call, .. } = parsed else { panic!("{parsed:?}") };
    assert_eq!(call.instructions, CallInstructions::Url { url: "http://example.com/v?x=1&y=2".into(), method: Method::Post });
    assert_eq!(call.status_events, CallEvent::ALL);
    assert_eq!((call.timeout, call.record, call.async_amd, call.send_digits.as_deref()), (Some(30), true, true, Some("ww1234#")));
    assert_eq!(call.recording_status_events, ["in-progress", "completed"]);
    assert_eq!(call.others, []);
}

#[test]
fn the_official_filters_read_as_moments() {
    let target = format!(
        "/2010-04-01/Accounts/{ACCOUNT}/Calls.json?Status=completed&StartTime%3E=2026-01-02T03%3A04%3A05Z&EndTime%3C=2026-02-01T00%3A00%3A00Z&PageSize=2"
    );
    let Ok(RestRequest::ListCalls { filter, paging, .. }) = RestRequest::parse("GET", &target, b"") else { panic!() };
    assert_eq!(filter.start_after, date::parse("2026-01-02T03:04:05Z"));
    assert_eq!(filter.end_before, date::parse("2026-02-01"));
    assert_eq!((filter.status, paging.page_size), (Some(CallStatus::Completed), 2));
}

/// Every request that we build is read by the other side as what was meant.
#[test]
fn our_requests_read_back() {
    let read = |request: &wire::http::HttpRequest| RestRequest::parse(request.method.as_str(), &request.target, &request.body).unwrap();
    let account = || ACCOUNT.to_owned();

    let mut call =
        CreateCall::new("+12125550123", "+15005550006", CallInstructions::Url { url: "https://pm.example.com/a?b=1".into(), method: Method::Post });
    call.status_callback = Some("https://pm.example.com/s".into());
    call.status_events = CallEvent::ALL.to_vec();
    call.timeout = Some(30);
    call.time_limit = Some(600);
    call.record = true;
    call.recording_channels = Some(Channels::Dual);
    call.machine_detection = Some("Enable".into());
    call.async_amd = true;
    call.call_reason = Some("a question".into());
    call.others = vec![("Passports".into(), "x".into())];
    assert_eq!(read(&create_call(ACCOUNT, &call)), RestRequest::CreateCall { account: account(), call: Box::new(call) });

    assert_eq!(read(&fetch_call(ACCOUNT, "CA1")), RestRequest::FetchCall { account: account(), call: "CA1".into() });
    assert_eq!(read(&delete_call(ACCOUNT, "CA1")), RestRequest::DeleteCall { account: account(), call: "CA1".into() });
    for update in [CallUpdate::end(), CallUpdate::redirect(CallInstructions::Twiml("<Response/>".into()))] {
        assert_eq!(read(&update_call(ACCOUNT, "CA1", &update)), RestRequest::UpdateCall { account: account(), call: "CA1".into(), update });
    }
    let filter = CallFilter {
        to: Some("+12125550123".into()),
        from: Some("+15005550006".into()),
        start_after: date::parse("2026-10-20T14:03:09Z"),
        ..CallFilter::default()
    };
    let paging = Paging { page_size: 20, page: 2, token: Some("PACA1".into()) };
    assert_eq!(read(&list_calls(ACCOUNT, &filter, &paging)), RestRequest::ListCalls { account: account(), filter, paging });

    let start = RecordingStart {
        dual: true,
        status_callback: Some("https://pm.example.com/r".into()),
        status_events: vec!["completed".into()],
        ..RecordingStart::default()
    };
    assert_eq!(read(&start_recording(ACCOUNT, "CA1", &start)), RestRequest::StartRecording { account: account(), call: "CA1".into(), start });
    let update = RecordingUpdate::pause(true);
    assert_eq!(
        read(&update_recording(ACCOUNT, "CA1", "Twilio.CURRENT", &update)),
        RestRequest::UpdateRecording { account: account(), call: "CA1".into(), recording: "Twilio.CURRENT".into(), update }
    );
    assert_eq!(read(&fetch_recording(ACCOUNT, "RE1")), RestRequest::FetchRecording { account: account(), call: None, recording: "RE1".into() });
    assert_eq!(
        read(&recording_media(ACCOUNT, "RE1", MediaFormat::Wav)),
        RestRequest::RecordingMedia { account: account(), recording: "RE1".into(), format: MediaFormat::Wav, channels: Some(2) }
    );
    assert_eq!(read(&fetch_account(ACCOUNT)), RestRequest::FetchAccount { account: account() });
}

#[test]
fn a_strange_identity_cannot_leave_its_place_in_the_path() {
    assert_eq!(fetch_call("AC1", "CA1/../../x?y#z").target, "/2010-04-01/Accounts/AC1/Calls/CA1%2F..%2F..%2Fx%3Fy%23z.json");
}

#[test]
fn a_call_is_written_as_it_was_read() {
    for name in ["call_created_201", "call_ringing", "call_in_progress", "call_completed_price_pending", "call_completed_priced", "call_no_answer"] {
        let body = shape(name);
        let call: CallResource = read_reply(&reply(&body)).unwrap();
        assert_eq!(serde_json::to_value(&call).unwrap(), body, "{name}");
    }
    let priced: CallResource = read_reply(&reply(&shape("call_completed_priced"))).unwrap();
    assert_eq!((priced.price_micros(), priced.duration_seconds(), priced.status()), (Some(14_000), Some(42), Some(CallStatus::Completed)));
}

#[test]
fn a_new_call_has_the_golden_shape() {
    let mut body = shape("call_created_201");
    body["phone_number_sid"] = Value::Null;
    let ours = CallResource::queued("AC00000000000000000000000000000001", "CA00000000000000000000000000000001", "+15005550010", "+15005550006");
    assert_eq!(serde_json::to_value(ours).unwrap(), body);
}

#[test]
fn a_recording_is_written_as_it_was_read_at_both_levels() {
    for name in ["recording_created_201", "recording_paused", "recording_completed", "recording_account_level"] {
        let body = shape(name);
        let recording: RecordingResource = read_reply(&reply(&body)).unwrap();
        assert_eq!(serde_json::to_value(&recording).unwrap(), body, "{name}");
        let level = if name == "recording_account_level" { RecordingLevel::Account } else { RecordingLevel::Call };
        assert_eq!(serde_json::to_value(recording.shown_at(level, "https://api.twilio.com")).unwrap(), body, "{name}");
    }
}

#[test]
fn fields_of_the_wrong_type_or_none_are_no_error() {
    let call: CallResource = read_reply(&HttpReply {
        status: 200,
        headers: Vec::new(),
        body: br#"{"sid":"CA1","duration":42,"price":-0.5,"annotation":null,"to":{"x":1}}"#.to_vec(),
    })
    .unwrap();
    assert_eq!((call.duration_seconds(), call.price_micros(), call.to), (Some(42), Some(500_000), None));
    let nothing: CallResource = read_reply(&HttpReply { status: 200, headers: Vec::new(), body: b"{}".to_vec() }).unwrap();
    assert_eq!(nothing, CallResource::default());
}

#[test]
fn pages_are_written_as_they_were_read() {
    for name in ["calls_page_first", "calls_page_last", "calls_page_empty"] {
        let body = shape(name);
        let page: Page<CallResource> = Page::read(&reply(&body)).unwrap();
        let next = next_page(&page).map(|request| request.target);
        assert_eq!(next.as_deref(), body["next_page_uri"].as_str(), "{name}");
        let paging = Paging {
            page_size: body["page_size"].as_u64().unwrap() as u32,
            page: body["page"].as_u64().unwrap() as u32,
            token: body["uri"].as_str().unwrap().split_once("PageToken=").map(|(_, token)| token.to_owned()),
        };
        let next_token = body["next_page_uri"].as_str().and_then(|uri| uri.split_once("PageToken=")).map(|(_, token)| token);
        let written = Page::reply("calls", body["uri"].as_str().unwrap(), &paging, &page.items, next_token);
        assert_eq!(serde_json::from_slice::<Value>(&written.body).unwrap(), body, "{name}");
    }
}

#[test]
fn a_next_page_that_leads_elsewhere_is_not_followed() {
    for uri in ["https://evil.example/2010-04-01/x", "//evil.example/", "/other", "/2010-04-01/x\r\nHost: y"] {
        let page = Page::<CallResource> { items: Vec::new(), next_page_uri: Some(uri.into()) };
        assert_eq!(next_page(&page), None, "{uri}");
    }
}

#[test]
fn errors_are_written_as_they_were_read() {
    let names = [
        "error_401",
        "error_403_test_credentials",
        "error_404",
        "error_429",
        "error_400_invalid_to",
        "error_400_from_not_verified",
        "error_400_geo",
        "error_400_unverified_to_trial",
        "error_400_call_state",
        "error_408_recording_update",
    ];
    for name in names {
        let body = shape(name);
        let status = u16::try_from(body["status"].as_u64().unwrap()).unwrap();
        let error = RestError::read(&HttpReply::json(status, &body));
        assert_eq!(serde_json::from_slice::<Value>(&error.reply().body).unwrap(), body, "{name}");
        assert!(wire::twilio::error_codes::lookup(error.code).is_some(), "{name}");
    }
    let problem = RestError::read(&HttpReply::json(400, &shape("error_rfc9457")));
    assert_eq!((problem.code, problem.message.as_str()), (20001, "PageSize must be positive"));
}

#[test]
fn what_does_not_exist_and_what_is_not_allowed_differ() {
    let error = |method: &str, path: &str| RestRequest::parse(method, path, b"").unwrap_err();
    assert_eq!(error("GET", "/2010-04-01/Accounts/AC1/Tea.json").code, 20404);
    assert_eq!(error("GET", "/elsewhere").code, 20404);
    assert_eq!(error("GET", "/2010-04-01/Accounts/AC1/Calls//x.json").code, 20404);
    assert_eq!(error("DELETE", "/2010-04-01/Accounts/AC1/Calls.json").code, 20004);
    assert_eq!(error("GET", "/2010-04-01/Accounts/AC1/Calls.json?PageSize=many").code, 20001);
}
