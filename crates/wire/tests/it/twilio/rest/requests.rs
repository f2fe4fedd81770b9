//! Every request that the official libraries send is understood, and written again with the same parameters.

use std::collections::BTreeSet;

use serde_json::Value;
use wire::date;
use wire::http::{Form, split_target};
use wire::twilio::rest::*;

use super::{ACCOUNT, golden};

const CAPTURED: &str = include_str!("../../../fixtures/twilio/sdk_requests.json");
const ALL: &str = include_str!("../../../fixtures/twilio/sdk_all_requests.json");

struct Sent {
    method: String,
    host: String,
    target: String,
    body: String,
}

fn sent(text: &str) -> Vec<Sent> {
    let golden = golden(text);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let requests = golden["requests"].as_array().unwrap().iter();
    requests
        .map(|request| Sent {
            method: text(&request["method"]),
            host: text(&request["host"]),
            target: text(&request["path"]),
            body: text(&request["body"]),
        })
        .collect()
}

fn parse(sent: &Sent) -> RestRequest {
    RestRequest::parse(&sent.method, &sent.target, sent.body.as_bytes())
        .unwrap_or_else(|error| panic!("{} {} {}: {}", sent.method, sent.target, sent.body, error.message))
}

/// Parameters of query and body, dates as moments: a library writes a bare day where we write its midnight.
fn parameters(target: &str, body: &str) -> BTreeSet<(String, String)> {
    let is_moment = |key: &str| key.ends_with(['<', '>']);
    let value = |key: &str, value: &str| match date::parse(value).filter(|_| is_moment(key)) {
        Some(at) => date::iso8601(at),
        None => value.to_owned(),
    };
    let forms = [Form::parse(split_target(target).1).into_owned(), Form::parse(body).into_owned()];
    forms.iter().flat_map(|form| form.pairs().map(|(key, text)| (key.to_owned(), value(key, text))).collect::<Vec<_>>()).collect()
}

/// What is left out or spelt out without a change of meaning.
fn without_defaults(mut parameters: BTreeSet<(String, String)>, target: &str) -> BTreeSet<(String, String)> {
    let mut drop = |key: &str, value: &str| parameters.remove(&(key.to_owned(), value.to_owned()));
    drop("PageSize", "50");
    if target.ends_with("/Recordings.json") {
        drop("Trim", "do-not-trim");
    }
    // Only an address is asked for by a method.
    if !parameters.iter().any(|(key, _)| key == "Url") || parameters.contains(&("Method".into(), "POST".into())) {
        parameters.retain(|(key, _)| key != "Method");
    }
    parameters
}

#[test]
fn what_the_official_libraries_send_is_understood_and_written_again() {
    let (captured, all) = (sent(CAPTURED), sent(ALL));
    assert_eq!((captured.len(), all.len()), (25, 90));
    for sent in captured.iter().chain(&all) {
        let request = parse(sent);
        let ours = request.write();
        let body = String::from_utf8(ours.body.clone()).unwrap();
        let which = format!("{} {}", sent.method, sent.target);
        assert_eq!(ours.method.as_str(), sent.method, "{which}");
        assert_eq!(ours.path(), split_target(&sent.target).0, "{which}");
        let theirs = without_defaults(parameters(&sent.target, &sent.body), ours.path());
        assert_eq!(without_defaults(parameters(&ours.target, &body), ours.path()), theirs, "{which}");
        assert_eq!(RestRequest::parse(&sent.method, &ours.target, &ours.body).unwrap(), request, "{which}");
    }
}

#[test]
fn every_request_names_its_account_or_its_host() {
    for sent in sent(ALL) {
        let request = parse(&sent);
        match request.product() {
            Product::Api => assert_eq!(request.account(), Some(ACCOUNT), "{}", sent.target),
            product => {
                assert_eq!(request.account(), None);
                assert_eq!(product.beside("https://api.twilio.com"), format!("https://{}", sent.host));
            }
        }
    }
}

/// The parameters that have no field of their own in what the libraries sent: those that no part of this program uses.
#[test]
fn only_what_nobody_uses_is_kept_without_a_field() {
    let others: BTreeSet<String> = sent(ALL)
        .iter()
        .flat_map(|sent| {
            let others = match parse(sent) {
                RestRequest::CreateCall { call, .. } => call.others,
                RestRequest::Conference { request: ConferenceRequest::Update { update, .. }, .. } => update.others,
                RestRequest::Participant { request: ParticipantRequest::Add(participant), .. } => participant.others,
                RestRequest::Participant { request: ParticipantRequest::Update { update, .. }, .. } => update.others,
                RestRequest::Stream { request: StreamRequest::Start(start), .. } => start.others,
                RestRequest::LiveTranscription { request: LiveTranscriptionRequest::Start(start), .. } => start.others,
                RestRequest::Message { request: MessageRequest::Create(message), .. } => message.others,
                RestRequest::Number { request: NumberRequest::Update { settings, .. }, .. } => settings.others,
                RestRequest::CallerId { request: CallerIdRequest::Validate(validate), .. } => validate.others,
                RestRequest::Queue { request: QueueRequest::Dequeue { to, .. }, .. } => to.others,
                _ => Vec::new(),
            };
            others.into_iter().map(|(key, _)| key)
        })
        .collect();
    assert_eq!(others.into_iter().collect::<Vec<_>>(), ["SipAuthPassword", "SipAuthUsername"]);
}

#[test]
fn a_participant_is_brought_in_muted_held_coached_and_removed() {
    let request = |request: ParticipantRequest| RestRequest::Participant { account: ACCOUNT.into(), conference: "pm room/1".into(), request };
    let update = |update: ParticipantUpdate| request(ParticipantRequest::Update { participant: "the operator".into(), update: Box::new(update) });
    let mut add = CreateParticipant::new("+15005550006", "client:operator");
    add.label = Some("the operator".into());
    add.early_media = Some(false);
    add.conference_status_events = vec![ConferenceEvent::Start, ConferenceEvent::End];
    let requests = [
        request(ParticipantRequest::Add(Box::new(add))),
        update(ParticipantUpdate::mute(true)),
        update(ParticipantUpdate::hold(Some("https://pm.example.com/music"))),
        update(ParticipantUpdate::unhold()),
        update(ParticipantUpdate::coach("CA00000000000000000000000000000009")),
        update(ParticipantUpdate::announce("https://pm.example.com/hello")),
        request(ParticipantRequest::Remove { participant: "the operator".into() }),
    ];
    for request in requests {
        let sent = request.write();
        assert!(sent.target.starts_with("/2010-04-01/Accounts/AC00000000000000000000000000000000/Conferences/pm%20room%2F1/Participants"));
        assert_eq!(RestRequest::parse(sent.method.as_str(), &sent.target, &sent.body).unwrap(), request);
    }
}

#[test]
fn what_is_wrong_is_refused_with_a_code() {
    let refuse = |method: &str, path: &str, body: &str| {
        let error = RestRequest::parse(method, &format!("/2010-04-01/Accounts/{ACCOUNT}/{path}"), body.as_bytes()).unwrap_err();
        (error.status, error.code)
    };
    assert_eq!(refuse("POST", "Queues.json", ""), (400, 20001));
    assert_eq!(refuse("POST", "Queues.json", "FriendlyName=a&MaxSize=5001"), (400, 20001));
    assert_eq!(refuse("POST", "Queues/QU1/Members/Front.json", ""), (400, 20001));
    assert_eq!(refuse("POST", "Conferences/CF1/Participants.json", "From=%2B15005550006"), (400, 21201));
    assert_eq!(refuse("POST", "Conferences/CF1/Participants.json", "From=me&To=%2B15005550006"), (400, 21212));
    assert_eq!(refuse("POST", "Conferences/CF1/Participants/a.json", "Muted=perhaps"), (400, 20001));
    assert_eq!(refuse("POST", "Conferences/CF1.json", "Status=paused"), (400, 20001));
    assert_eq!(refuse("POST", "Calls/CA1/Streams.json", "Url=https%3A%2F%2Fe.com"), (400, 20001));
    assert_eq!(refuse("POST", "Calls/CA1/Streams.json", "Url=wss%3A%2F%2Fe.com%2F%3Fa"), (400, 20001));
    assert_eq!(refuse("POST", "Calls/CA1/Streams/tap.json", "Status=paused"), (400, 20001));
    assert_eq!(refuse("POST", "Calls/CA1.json", "Status=completed&Url=https%3A%2F%2Fe.com%2F"), (400, 20001));
    assert_eq!(refuse("POST", "IncomingPhoneNumbers.json", "PhoneNumber=12"), (400, 21421));
    assert_eq!(refuse("POST", "OutgoingCallerIds.json", "PhoneNumber=12"), (400, 21401));
    assert_eq!(refuse("GET", "Usage/Records/Never.json", ""), (404, 20404));
    assert_eq!(refuse("POST", "Usage/Records.json", ""), (405, 20004));
    assert_eq!(refuse("DELETE", "Conferences/CF1.json", ""), (405, 20004));
    assert_eq!(refuse("DELETE", "Balance.json", ""), (405, 20004));
    assert_eq!(refuse("GET", "Conferences/CF1/Participants/a/b/c.json", ""), (404, 20404));
    assert_eq!(RestRequest::parse("GET", "/v3/Anything", b"").unwrap_err().code, 20404);
    assert_eq!(RestRequest::parse("GET", "/v1/Alerts?StartDate=soon", b"").unwrap_err().code, 20001);
}

mod generated {
    use proptest::prelude::*;

    use super::*;

    fn some<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = Option<T>> {
        prop::option::of(prop::sample::select(values))
    }

    fn text() -> impl Strategy<Value = Option<String>> {
        prop::option::of("[ -~é€😀]{1,20}".prop_filter("empty text counts as not said", |text| !text.trim().is_empty()))
    }

    prop_compose! {
        fn a_call()(
            to in prop::sample::select(vec!["+12125550123", "sip:a@b.example?X-A=1", "client:operator"]),
            url in prop::option::of("https://[a-z]{1,8}\\.example/[a-z?=&%#+ é]{0,12}"),
            reason in text(),
            timeout in prop::option::of(0_u32..=600),
            limit in prop::option::of(any::<u32>()),
            speech in prop::option::of(1_000_u32..=6_000),
            channels in some(&[Channels::Mono, Channels::Dual]),
            record in any::<bool>(),
            others in prop::collection::vec(("X[A-Za-z]{1,6}", "[ -~é]{0,8}"), 0..3),
        ) -> CreateCall {
            let instructions = match url {
                Some(url) => CallInstructions::Url { url, method: wire::http::Method::Get },
                None => CallInstructions::Twiml("<Response><Say>a & b</Say></Response>".into()),
            };
            let mut call = CreateCall::new(to, "+15005550006", instructions);
            call.call_reason = reason;
            call.timeout = timeout;
            call.time_limit = limit;
            call.machine_detection_speech_threshold = speech;
            call.recording_channels = channels;
            call.record = record;
            call.others = others;
            call
        }
    }

    proptest! {
        #[test]
        fn a_call_reads_back_as_it_was_written(call in a_call()) {
            let request = RestRequest::CreateCall { account: ACCOUNT.into(), call: Box::new(call) };
            let sent = request.write();
            prop_assert_eq!(RestRequest::parse("POST", &sent.target, &sent.body), Ok(request));
        }

        #[test]
        fn any_request_is_read_or_refused(method in "GET|POST|DELETE|PUT", path in "[ -~é]{0,60}", below in "[A-Za-z/0-9.%?=&<>-]{0,60}", body in prop::collection::vec(any::<u8>(), 0..120)) {
            let _ = RestRequest::parse(&method, &path, &body);
            let _ = RestRequest::parse(&method, &format!("/2010-04-01/Accounts/AC1/{below}"), &body);
            let _ = RestRequest::parse(&method, &format!("/v1/{below}"), &body);
        }
    }
}
