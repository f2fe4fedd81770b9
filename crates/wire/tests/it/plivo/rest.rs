//! Requests as the official libraries send them, and as we do.

use serde_json::{Map, Value, json};
use telephony::Timestamp;
use wire::http::{Form, HttpReply, Method, split_target};
use wire::plivo::headers::HeaderList;
use wire::plivo::media::AudioFormat;
use wire::plivo::rest::*;
use wire::plivo::status::{Direction, HangupSource};

use super::{golden, text};

const SDK: &str = include_str!("../../fixtures/plivo/sdk_requests.json");

/// Ids of the path that official libraries send once more.
const REPEATED: [&str; 9] =
    ["call_uuid", "recording_id", "conference_name", "member_id", "participant_id", "friendly_name", "number", "stream_id", "transcription_id"];

fn account() -> AuthId {
    AuthId::parse("MAXXXXXXXXXXXXXXXXXX").unwrap()
}

fn id(text: &str) -> ResourceId {
    ResourceId::parse(text).unwrap()
}

fn web(text: &str) -> WebUrl {
    WebUrl::parse(text).unwrap()
}

/// The query without what says nothing.
fn plain_query(query: &str) -> Vec<(String, String)> {
    let says_nothing = |key: &str, value: &str| matches!((key, value), ("limit", "20") | ("offset", "0")) || REPEATED[1..].contains(&key);
    let form = Form::parse(query);
    let mut pairs: Vec<_> = form.pairs().filter(|(key, value)| !says_nothing(key, value)).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    pairs.sort();
    pairs
}

fn plain_body(body: &Value, repeated: &[&str]) -> Map<String, Value> {
    let mut body = body.as_object().cloned().unwrap_or_default();
    body.retain(|key, _| !repeated.contains(&key.as_str()));
    body
}

/// Every request of both libraries is understood, and written anew it says the same.
#[test]
fn what_the_official_libraries_send_is_written_as_it_was_read() {
    let golden = golden(SDK);
    let mut count = 0;
    for request in golden.as_array().unwrap().iter().flat_map(|sdk| sdk["requests"].as_array().unwrap()) {
        let name = text(request, "call");
        let (path, query) = (text(request, "path"), text(request, "query"));
        let body = if request["body"].is_null() { Vec::new() } else { request["body"].to_string().into_bytes() };
        let read =
            RestRequest::parse(text(request, "method"), &format!("{path}?{query}"), &body).unwrap_or_else(|error| panic!("{name}: {}", error.text()));
        assert_eq!(read.account, account(), "{name}");

        let written = read.write();
        let (ours_path, ours_query) = split_target(&written.request().target);
        assert_eq!(written.request().method.as_str(), text(request, "method"), "{name}");
        assert_eq!(ours_path.trim_end_matches('/'), path.trim_end_matches('/'), "{name}");
        assert!(ours_path.ends_with('/'), "{name}");
        assert_eq!(
            plain_query(ours_query),
            plain_query(query).into_iter().filter(|(key, _)| name != "calls.get" || key != "call_uuid").collect::<Vec<_>>(),
            "{name}"
        );
        assert_eq!(matches!(written, Outgoing::Once(_)), text(request, "method") == "POST", "{name}");
        if text(request, "method") == "POST" {
            let ours: Value = serde_json::from_slice(&written.request().body).unwrap();
            let adds = name == "mpc.add_participant";
            let mut theirs = plain_body(&request["body"], if adds { &[] } else { &REPEATED });
            // A hang-up goes to the answer's address if no other is said; ours always says it.
            if (name.contains("calls.create") || name == "applications.create") && !theirs.contains_key("hangup_url") {
                theirs.insert("hangup_url".into(), theirs["answer_url"].clone());
            }
            if name == "mpc.start" {
                theirs.insert("status".into(), "active".into());
            }
            assert_eq!(ours, Value::Object(theirs), "{name}");
        } else {
            assert!(written.request().body.is_empty(), "{name}");
        }
        assert_eq!(
            RestRequest::parse(written.request().method.as_str(), &written.request().target, &written.request().body).unwrap(),
            read,
            "{name}"
        );
        count += 1;
    }
    assert_eq!(count, 72);
}

#[test]
fn the_official_create_reads_with_all_its_parameters() {
    let golden = golden(SDK);
    let body = golden[0]["requests"][1]["body"].to_string();
    let read = RestRequest::parse("POST", "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call/", body.as_bytes()).unwrap();
    let Asks::Call(CallRequest::Create(call)) = read.asks else { panic!("{read:?}") };
    assert_eq!(call.to.all(), ["14155550198", "14155550199"]);
    assert_eq!((call.time_limit(), call.ring_timeout(), call.hangup_on_ring), (600, 30, Some(40)));
    assert_eq!((call.machine_detection.clone(), call.machine_detection_time), (Some(MachineDetection::Report), Some(4_000)));
    assert_eq!((call.sip_headers.get("Task"), call.send_digits.as_deref()), (Some("t42"), Some("wwww123")));
    assert!(!call.hangup_goes_to_answer_url() && call.others.is_empty());
}

/// One of each request that can be built; the other side reads each as what was meant.
#[test]
fn our_requests_read_back() {
    let room = || RoomName::parse("take over é").unwrap();
    let mpc = || MultipartyId::Name(room());
    let call = || id("6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42");
    let next = |url: &str| NextDocument { url: web(url), method: Some(Method::Get) };
    let paging = || Paging { limit: 5, offset: 10, cursor: None };
    let mut create = CreateCall::new("14155550100", "14155550199", web("https://pm.example.com/a?task=t42"), web("https://pm.example.com/h"));
    create.time_limit = Some(600);
    create.machine_detection = Some(MachineDetection::HangUp);
    create.sip_headers = HeaderList::new().with("Task", "t42");
    let filter = CallFilter {
        call_direction: Some(Direction::Outbound),
        from_number: Some("+14155550100".into()),
        bill_duration: Range { above: Some(10), ..Range::default() },
        end_time: Range { from: Some(Timestamp(1_789_547_619_000)), until: Some(Timestamp(1_789_547_640_000)), ..Range::default() },
        hangup_source: Some(HangupSource::ApiRequest),
        ..CallFilter::default()
    };
    let mut add = AddParticipant::dialled(Role::Agent, "14155550100", Several::from("14155550101").and("14155550102"));
    add.status_callback_events = vec![EventGroup::StateChanges, EventGroup::Digits];
    add.ring_timeout = Some(SecondsEach::all(20).and(30));
    add.delay_dial = Some(SecondsEach::all(0));
    let record = RecordMultiparty { record_track_type: Some(RecordTrack::Both), ..RecordMultiparty::default() };
    let live = |request| Asks::Live { call: call(), request };
    let stream = |request| Asks::Stream { call: call(), request };
    let conference = |action| Asks::Conference(ConferenceRequest::Member { room: room(), members: Members::parse("17,18").unwrap(), action });
    let participant = |request| Asks::Multiparty(MultipartyRequest::Participant { room: mpc(), request });
    let all = vec![
        Asks::Call(CallRequest::Create(Box::new(create))),
        Asks::Call(CallRequest::Fetch { call: call() }),
        Asks::Call(CallRequest::FetchLive { call: call() }),
        Asks::Call(CallRequest::FetchQueued { call: call() }),
        Asks::Call(CallRequest::List { filter: Box::new(filter), paging: paging() }),
        Asks::Call(CallRequest::ListLive { filter: LiveFilter { to_number: Some("14155550199".into()), ..LiveFilter::default() }, paging: paging() }),
        Asks::Call(CallRequest::ListQueued { paging: Paging { cursor: Some("c1".into()), ..Paging::default() } }),
        Asks::Call(CallRequest::HangUp { call: call() }),
        Asks::Call(CallRequest::Cancel { request: id("req-1") }),
        Asks::Call(CallRequest::Transfer { call: call(), transfer: Transfer::ALeg(next("https://pm.example.com/x")) }),
        Asks::Call(CallRequest::Transfer { call: call(), transfer: Transfer::BLeg(next("https://pm.example.com/y")) }),
        Asks::Call(CallRequest::Transfer {
            call: call(),
            transfer: Transfer::Both { aleg: next("https://pm.example.com/x"), bleg: next("https://pm.example.com/y") },
        }),
        live(LiveRequest::Play(PlayFiles { legs: Some(Legs::Both), mix: Some(false), ..PlayFiles::new("https://cdn.example.com/a.mp3") })),
        live(LiveRequest::StopPlay),
        live(LiveRequest::Speak(SpeakText { voice: Some("MAN".into()), ..SpeakText::new("Hello") })),
        live(LiveRequest::StopSpeak),
        live(LiveRequest::PressDigits(PressDigits { leg: Some(Legs::BLeg), ..PressDigits::new("1w2W3#") })),
        live(LiveRequest::Record(RecordCall { record_channel_type: Some(ChannelLayout::Stereo), ..RecordCall::new(3_600_u32) })),
        live(LiveRequest::StopRecord),
        stream(StreamRequest::Start(StartStream {
            extra_headers: HeaderList::new().with("token", "0a1b"),
            ..StartStream::two_way(SocketUrl::parse("wss://pm.example.com/s?a=1").unwrap(), AudioFormat::L16At16k)
        })),
        stream(StreamRequest::List),
        stream(StreamRequest::Fetch { stream: id("s1") }),
        stream(StreamRequest::Stop { stream: id("s1") }),
        stream(StreamRequest::StopAll),
        Asks::Recording(RecordingRequest::List {
            filter: Box::new(RecordingFilter { call_uuid: Some("c1".into()), ..RecordingFilter::default() }),
            paging: Paging::default(),
        }),
        Asks::Recording(RecordingRequest::Fetch { recording: id("r1") }),
        Asks::Recording(RecordingRequest::Delete { recording: id("r1") }),
        Asks::Recording(RecordingRequest::Media { recording: id("r1"), format: FileFormat::Wav }),
        Asks::Transcription(TranscriptionRequest::Create { recording: id("r1"), transcribe: Transcribe::new(web("https://pm.example.com/t")) }),
        Asks::Transcription(TranscriptionRequest::Fetch { recording: id("r1") }),
        Asks::Transcription(TranscriptionRequest::Delete { recording: id("r1") }),
        Asks::Conference(ConferenceRequest::List),
        Asks::Conference(ConferenceRequest::EndAll),
        Asks::Conference(ConferenceRequest::Fetch { room: room() }),
        Asks::Conference(ConferenceRequest::End { room: room() }),
        Asks::Conference(ConferenceRequest::Record { room: room(), record: RecordConference::default() }),
        Asks::Conference(ConferenceRequest::StopRecord { room: room() }),
        conference(MemberAction::Kick),
        conference(MemberAction::HangUp),
        conference(MemberAction::Mute),
        conference(MemberAction::Unmute),
        conference(MemberAction::Deafen),
        conference(MemberAction::Undeafen),
        conference(MemberAction::Play(PlayFile::new(web("https://cdn.example.com/a.mp3")))),
        conference(MemberAction::StopPlay),
        conference(MemberAction::Speak(SpeakToMembers::new("Hello"))),
        conference(MemberAction::StopSpeak),
        Asks::Multiparty(MultipartyRequest::List {
            filter: Box::new(MultipartyFilter { status: Some(MultipartyStatus::Active), ..MultipartyFilter::default() }),
            paging: paging(),
        }),
        Asks::Multiparty(MultipartyRequest::Fetch { room: MultipartyId::Uuid(id("8742d531")) }),
        Asks::Multiparty(MultipartyRequest::Start { room: mpc() }),
        Asks::Multiparty(MultipartyRequest::End { room: mpc() }),
        Asks::Multiparty(MultipartyRequest::Record { room: mpc(), action: RecordAction::Start(RecordMultiparty::default()) }),
        Asks::Multiparty(MultipartyRequest::Record { room: mpc(), action: RecordAction::Stop(StopRecording::default()) }),
        Asks::Multiparty(MultipartyRequest::Record { room: mpc(), action: RecordAction::Pause }),
        Asks::Multiparty(MultipartyRequest::Record { room: mpc(), action: RecordAction::Resume }),
        participant(ParticipantRequest::Add(Box::new(add))),
        participant(ParticipantRequest::Add(Box::new(AddParticipant::brought_in(Role::Customer, &call())))),
        participant(ParticipantRequest::List { paging: paging() }),
        participant(ParticipantRequest::Fetch { participant: id("355") }),
        participant(ParticipantRequest::Update {
            participants: Members::All,
            update: UpdateParticipant { hold: Some(true), ..UpdateParticipant::default() },
        }),
        participant(ParticipantRequest::Kick { participant: id("355") }),
        participant(ParticipantRequest::Record { participant: id("355"), action: RecordAction::Start(record) }),
        participant(ParticipantRequest::Record { participant: id("355"), action: RecordAction::Pause }),
        participant(ParticipantRequest::Record {
            participant: id("355"),
            action: RecordAction::Stop(StopRecording { record_track_type: Some(RecordTrack::Participant), ..StopRecording::default() }),
        }),
        participant(ParticipantRequest::Play { members: Members::one(id("355")), play: PlayFile::new(web("https://cdn.example.com/a.mp3")) }),
        participant(ParticipantRequest::StopPlay { members: Members::All }),
        Asks::Message(MessageRequest::Create(Box::new(CreateMessage { src: Some("14155550100".into()), ..CreateMessage::new("14155550199", "hi") }))),
        Asks::Message(MessageRequest::Fetch { message: id("m1") }),
        Asks::Message(MessageRequest::List { filter: Box::new(MessageFilter::default()), paging: Paging::default() }),
        Asks::Number(NumberRequest::List { filter: NumberFilter { services: Some("voice".into()), ..NumberFilter::default() }, paging: paging() }),
        Asks::Number(NumberRequest::Fetch { number: id("14155550100") }),
        Asks::Number(NumberRequest::Update {
            number: ResourceId::of_number("+14155550100").unwrap(),
            update: UpdateNumber { app_id: Some("1".into()), alias: Some(String::new()), ..UpdateNumber::default() },
        }),
        Asks::Number(NumberRequest::Release { number: id("14155550100") }),
        Asks::Number(NumberRequest::Search { search: NumberSearch { pattern: Some("415".into()), ..NumberSearch::new("US") }, paging: paging() }),
        Asks::Number(NumberRequest::Buy { number: id("14155550100"), update: UpdateNumber::default() }),
        Asks::Application(ApplicationRequest::Create(Box::new(CreateApplication::new("pm", web("https://a.example/a"), web("https://a.example/h"))))),
        Asks::Application(ApplicationRequest::List { filter: ApplicationFilter::default(), paging: paging() }),
        Asks::Application(ApplicationRequest::Fetch { application: id("1") }),
        Asks::Application(ApplicationRequest::Update {
            application: id("1"),
            update: Box::new(UpdateApplication { answer_url: Some(web("https://a.example/b")), ..UpdateApplication::default() }),
        }),
        Asks::Application(ApplicationRequest::Delete { application: id("1") }),
        Asks::Account,
        Asks::Pricing { country_iso: "US".into() },
    ];
    for asks in all {
        let request = RestRequest { account: account(), asks };
        let written = request.write();
        let http = written.request();
        assert_eq!(RestRequest::parse(http.method.as_str(), &http.target, &http.body).as_ref(), Ok(&request), "{}", http.target);
        assert_eq!(matches!(written, Outgoing::Once(_)), http.method == Method::Post, "{}", http.target);
    }
}

fn refusal(method: &str, below: &str, body: &Value) -> (u16, String) {
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    let error = RestRequest::parse(method, &format!("/v1/Account/MAXXXXXXXXXXXXXXXXXX{below}"), &body).unwrap_err();
    (error.status, error.text())
}

#[test]
fn a_bad_request_is_refused_with_the_parameters_name() {
    let urls = json!({"answer_url": "https://a.example/a", "hangup_url": "https://a.example/h"});
    let create = |more: Value| {
        let mut body = urls.clone();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        refusal("POST", "/Call/", &body)
    };
    let says = |what: &str| (400, what.to_owned());
    assert_eq!(create(json!({"to": "1"})), says("from parameter is missing"));
    assert_eq!(create(json!({"from": "1"})), says("to parameter is missing"));
    assert_eq!(refusal("POST", "/Call/", &json!({"from": "1", "to": "2"})), says("answer_url parameter is missing"));
    assert_eq!(create(json!({"from": "+14155550100", "to": "14155550100"})).1, "to parameter is invalid: the caller cannot be called");
    for (key, value) in [
        ("answer_url", json!("/relative")),
        ("answer_method", json!("PUT")),
        ("time_limit", json!("soon")),
        ("machine_detection", json!("maybe")),
        ("machine_detection_time", json!(1)),
        ("send_digits", json!("12x")),
        ("send_on_preanswer", json!("perhaps")),
        ("caller_name", json!("x".repeat(51))),
    ] {
        let (status, text) = create(json!({"from": "1", "to": "2", (key): value}));
        assert!(status == 400 && text.starts_with(&format!("{key} parameter is invalid")), "{key}: {text}");
    }
    let many = (0..1_001).map(|number| format!("1415{number:07}")).collect::<Vec<_>>().join("<");
    assert_eq!(create(json!({"from": "1", "to": many})).1, "to parameter is invalid: at most 1000");
    assert_eq!(refusal("POST", "/Call/c1/", &json!({"legs": "both", "aleg_url": "https://a.example/"})).1, "bleg_url parameter is missing");
    assert_eq!(refusal("POST", "/Call/c1/", &json!({"legs": "cleg"})).0, 400);
    assert_eq!(refusal("POST", "/Call/c1/Stream/", &json!({"service_url": "https://a.example"})).0, 400);
    assert_eq!(refusal("GET", "/Pricing/", &Value::Null), says("country_iso parameter is missing"));
    assert_eq!(
        RestRequest::parse("POST", "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call/", b"from=1&to=2").unwrap_err().text(),
        "the body must be a JSON object"
    );
}

#[test]
fn a_participant_is_dialled_or_brought_in_and_not_both() {
    let add = |body: Value| refusal("POST", "/MultiPartyCall/name_a/Participant/", &body).1;
    assert_eq!(add(json!({"from": "1", "to": "2"})), "role parameter is missing");
    assert!(add(json!({"role": "boss", "from": "1", "to": "2"})).starts_with("role parameter is invalid"));
    assert_eq!(add(json!({"role": "agent", "from": "1"})), "to parameter is missing");
    assert_eq!(add(json!({"role": "agent", "to": "1"})), "from parameter is missing");
    assert!(add(json!({"role": "agent", "from": "1", "to": "2", "call_uuid": "c1"})).starts_with("call_uuid"));
    assert!(add(json!({"role": "customer", "from": "1", "to": "2<3"})).contains("only for the role agent"));
    assert!(add(json!({"role": "agent", "from": "1", "to": "2", "ring_timeout": "20<30"})).starts_with("ring_timeout"));
    assert!(add(json!({"role": "agent", "from": "1", "to": "2", "confirm_key": "12"})).starts_with("confirm_key"));
    assert!(add(json!({"role": "agent", "from": "1", "to": "2", "max_duration": 100})).contains("300 to 28800"));
}

#[test]
fn what_does_not_exist_and_what_is_not_allowed_differ() {
    let status = |method: &str, target: &str| RestRequest::parse(method, target, b"").unwrap_err().status;
    let base = "/v1/Account/MAXXXXXXXXXXXXXXXXXX";
    assert_eq!(status("GET", &format!("{base}/Tea/")), 404);
    assert_eq!(status("GET", "/elsewhere"), 404);
    assert_eq!(status("GET", "/v1/Account/AC1/Call/"), 401);
    assert_eq!(status("DELETE", &format!("{base}/Pricing/")), 405);
    assert_eq!(status("POST", &format!("{base}/Recording/r1/")), 405);
    assert_eq!(status("PUT", &format!("{base}/Call/")), 405);
    assert_eq!(status("GET", &format!("{base}/Call/%2e%2e/")), 404);
    assert_eq!(status("GET", &format!("{base}/Call/a/b/c/d/e/f/g/")), 404);
}

#[test]
fn missing_and_doubled_slashes_and_any_base_are_taken() {
    for target in ["/v1/Account/MAXXXXXXXXXXXXXXXXXX", "/v1/Account/MAXXXXXXXXXXXXXXXXXX//", "/any/base/v1/Account/MAXXXXXXXXXXXXXXXXXX/"] {
        assert_eq!(RestRequest::parse("GET", target, b"\"\"").unwrap().asks, Asks::Account, "{target}");
    }
}

#[test]
fn a_next_page_that_leads_elsewhere_is_not_followed() {
    let next = |uri: &str| next_page(&Page::<CallRecord> { items: Vec::new(), total: None, next: Some(uri.into()) });
    for uri in ["https://evil.example/v1/Account/x", "//evil.example/", "/other", "/v1/Account/x\r\nHost: y"] {
        assert_eq!(next(uri), None, "{uri}");
    }
    assert_eq!(next("/v1/Account/MA/Call/?limit=20&offset=20").unwrap().request().target, "/v1/Account/MA/Call/?limit=20&offset=20");
}

#[test]
fn a_recordings_address_names_the_recording() {
    let of = |url: &str| RecordingRequest::of_media_url(url);
    let (whose, request) = of("https://media.plivo.com/v1/Account/MAXXXXXXXXXXXXXXXXXX/Recording/r-1.mp3").unwrap();
    assert_eq!(request.write(&whose).request().target, "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Recording/r-1.mp3");
    for url in ["", "https://media.plivo.com/", "https://media.plivo.com/v1/Account/MAXXXXXXXXXXXXXXXXXX/Recording/r-1.exe", "/v1/Account/x"] {
        assert!(of(url).is_none(), "{url}");
    }
}

#[test]
fn filters_tell_records_apart() {
    let record = CallRecord {
        from_number: Some("+14155550100".into()),
        call_direction: Some("outbound".into()),
        bill_duration: Some(66),
        end_time: Some("2026-09-16 14:04:45+05:30".into()),
        ..CallRecord::default()
    };
    let asks = |query: &str| match RestRequest::parse("GET", &format!("/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call/?{query}"), b"").unwrap().asks {
        Asks::Call(CallRequest::List { filter, .. }) => filter.passes(&record),
        other => panic!("{other:?}"),
    };
    assert!(asks("") && asks("from_number=14155550100&call_direction=outbound"));
    assert!(asks("bill_duration__gt=60&bill_duration__lte=66") && !asks("bill_duration__gt=66") && asks("bill_duration=66"));
    assert!(asks("end_time__gte=2026-09-16+08%3A34") && !asks("end_time__lt=2026-09-16+08%3A34"));
    assert!(!asks("to_number=1") && !asks("hangup_cause_code=4000"));
}

#[test]
fn debug_shows_no_number_and_no_word() {
    let call = CreateCall::new("14155550100", "14155550199", web("https://pm.example.com/a?task=secret"), web("https://pm.example.com/h"));
    let record = CallRecord { from_number: Some("14155550100".into()), ..CallRecord::default() };
    let shown = format!("{call:?} {record:?} {:?} {:?}", SpeakText::new("my secret"), HttpReply::empty(204));
    assert!(!shown.contains("555") && !shown.contains("secret"), "{shown}");
}
