//! What users of Plivo complain of most, as far as it is a matter of the wire: each a test by the number it has in our notes.

use telephony::plan::{Plan, Verb as PlanVerb};
use telephony::{PhoneNumber, Timestamp};
use wire::http::{Form, HttpReply, Method};
use wire::plivo::callback::{Answer, CallCallback, InputCallback, RecordingCallback};
use wire::plivo::document::*;
use wire::plivo::error_codes::DocumentSource;
use wire::plivo::media::{AudioFormat, FromCarrier, decode_payload, is_wav_file, push_l16, read_from_carrier, write_play_audio};
use wire::plivo::party::{Party, bare};
use wire::plivo::rest::*;
use wire::plivo::signature::{Forged, NonceMemory, Seen, Signatures, Signed, SigningKeys};

fn account() -> AuthId {
    AuthId::parse("MAXXXXXXXXXXXXXXXXXX").unwrap()
}

fn web(text: &str) -> WebUrl {
    WebUrl::parse(text).unwrap()
}

fn create() -> CreateCall {
    CreateCall::new("14155550100", "14155550199", web("https://pm.example.com/answer"), web("https://pm.example.com/hangup"))
}

fn doubts(document: &Document) -> Vec<&'static str> {
    match document.check() {
        Ok(()) => Vec::new(),
        Err(DocumentError::Refused(faults)) => faults.iter().map(|fault| fault.what).collect(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn trap_1_a_hang_up_never_goes_to_the_answers_address_unless_nobody_says_otherwise() {
    let body: serde_json::Value = serde_json::from_slice(&CallRequest::Create(Box::new(create())).write(&account()).request().body).unwrap();
    assert_eq!(body["hangup_url"], "https://pm.example.com/hangup");
    // Somebody else's create, which does not say: the sandbox knows where Plivo goes.
    let silent = br#"{"from":"1","to":"2","answer_url":"https://a.example/a"}"#;
    let read = RestRequest::parse("POST", "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call/", silent).unwrap();
    let Asks::Call(CallRequest::Create(call)) = read.asks else { panic!() };
    assert!(call.hangup_goes_to_answer_url() && !create().hangup_goes_to_answer_url());
    // And if it does come to us there, it is not taken for a wish for a document.
    let hangup = CallCallback::read(&Form::parse("CallUUID=c1&Event=Hangup&CallStatus=completed")).unwrap();
    assert!(!hangup.wants_document() && hangup.is_over());
}

#[test]
fn trap_2_what_rings_a_phone_is_sent_once() {
    let call = ResourceId::parse("c1").unwrap();
    let room = MultipartyId::Name(RoomName::parse("m").unwrap());
    let add = Box::new(AddParticipant::dialled(Role::Agent, "1", "2"));
    for outgoing in [
        CallRequest::Create(Box::new(create())).write(&account()),
        MultipartyRequest::Participant { room, request: ParticipantRequest::Add(add) }.write(&account()),
        MessageRequest::Create(Box::new(CreateMessage::new("1", "hi"))).write(&account()),
        LiveRequest::PressDigits(PressDigits::new("1")).write(&account(), &call),
        NumberRequest::Buy { number: call.clone(), update: UpdateNumber::default() }.write(&account()),
    ] {
        assert!(matches!(outgoing, Outgoing::Once(_)), "{outgoing:?}");
    }
    for outgoing in [CallRequest::HangUp { call: call.clone() }.write(&account()), CallRequest::FetchLive { call }.write(&account())] {
        assert!(matches!(outgoing, Outgoing::Repeatable(_)), "{outgoing:?}");
    }
}

#[test]
fn trap_3_a_conversation_keeps_the_call_alive() {
    let plan = Plan { verbs: vec![PlanVerb::ConnectMedia { url: "wss://pm.example.com/m".into(), token: "0a".into() }] };
    let xml = Document::from_plan(&plan).unwrap().to_xml();
    assert!(xml.contains("bidirectional=\"true\"") && xml.contains("keepCallAlive=\"true\"") && xml.contains("contentType="), "{xml}");
    let careless = Stream { keep_call_alive: None, ..Stream::two_way("wss://pm.example.com/m", AudioFormat::Mulaw8k) };
    let told = doubts(&Document { verbs: vec![careless.clone().into()] });
    assert_eq!(told, ["the call ends at once: say keepCallAlive=\"true\", or let something follow"]);
    assert_eq!(doubts(&Document { verbs: vec![careless.into(), Wait::seconds(60).into()] }), [""; 0]);
}

#[test]
fn trap_4_what_is_no_document_is_found_before_it_is_sent() {
    for (text, is_document) in [
        ("{\"ok\":true}", false),
        ("<html><body>ngrok</body></html>", false),
        ("<Response><Reject/></Response>", false),
        ("<Response><Say>hi</Say></Response>", false),
        ("<Response><Speak language=\"hi-IN\">namaste</Speak></Response>", false),
        ("<Response><Speak voice=\"Polly.Aditi\" language=\"hi-IN\">namaste</Speak></Response>", true),
        ("", false),
        ("<?xml version=\"1.0\"?><Response/>", true),
    ] {
        assert_eq!(Document::parse(text).is_ok(), is_document, "{text}");
    }
    assert_eq!(Document::parse("x").unwrap_err().cause_code(DocumentSource::Answer), 8011);
    let doubtful = Speak { language: Some("ja-JP".into()), ..Speak::plain("x") };
    assert_eq!(doubts(&Document { verbs: vec![doubtful.into()] }), ["the basic voices may not speak this language"]);
}

#[test]
fn traps_5_and_28_every_address_may_be_asked_by_get() {
    let call = CreateCall { answer_method: Some(Method::Get), hangup_method: Some(Method::Get), ..create() };
    let body: serde_json::Value = serde_json::from_slice(&CallRequest::Create(Box::new(call)).write(&account()).request().body).unwrap();
    assert_eq!((&body["answer_method"], &body["hangup_method"]), (&"GET".into(), &"GET".into()));
    let keys = SigningKeys::new("token");
    let url = "https://pm.example.com/a?CallUUID=c1&Event=StartApp&task=t42";
    let signature = keys.sign(Method::Get, url, &Form::new(), "1");
    let signatures = Signatures { own: Some(&signature), main: None, nonce: Some("1") };
    let opened = keys.open(&Signed { method: Method::Get, url, content_type: None, body: b"", signatures }).unwrap();
    assert!(CallCallback::read(&opened.parameters).unwrap().wants_document());
}

#[test]
fn trap_6_slash_scheme_port_and_token_all_count() {
    let keys = SigningKeys::new("main");
    let form = Form::parse("CallUUID=c1");
    let signature = keys.sign(Method::Post, "https://pm.example.com/plivo/answer/", &form, "1");
    let check =
        |keys: &SigningKeys, url: &str| keys.verify(Method::Post, url, &form, &Signatures { own: None, main: Some(&signature), nonce: Some("1") });
    assert_eq!(check(&keys, "https://pm.example.com/plivo/answer/"), Ok(()));
    assert_eq!(check(&keys, "https://pm.example.com/plivo/answer"), Err(Forged));
    assert_eq!(check(&keys, "http://pm.example.com:8080/plivo/answer/"), Err(Forged));
    assert_eq!(check(&SigningKeys::new("sub"), "https://pm.example.com/plivo/answer/"), Err(Forged));
    assert_eq!(check(&SigningKeys::new("sub").and("main"), "https://pm.example.com/plivo/answer/"), Ok(()));
}

#[test]
fn traps_7_and_8_sound_is_raw_and_little_endian() {
    let mut bytes = Vec::new();
    push_l16(&[0x0102], &mut bytes);
    let mut out = String::new();
    write_play_audio(AudioFormat::L16At16k, &bytes, &mut out);
    assert!(out.contains("\"contentType\":\"audio/x-l16\",\"sampleRate\":16000,\"payload\":\"AgE=\""), "{out}");
    let mut sound = Vec::new();
    decode_payload("UklGRiQAAABXQVZFZm10IA==", &mut sound).unwrap();
    assert!(is_wav_file(&sound));
}

#[test]
fn trap_9_a_conversation_hears_the_inbound_track_alone() {
    let both = Stream { audio_track: Some(AudioTrack::Both), ..Stream::two_way("wss://pm.example.com/m", AudioFormat::Mulaw8k) };
    assert_eq!(doubts(&Document { verbs: vec![both.into()] }), ["only inbound in a stream that is bidirectional"]);
    let body = br#"{"service_url":"wss://pm.example.com/m","bidirectional":true,"audio_track":"both"}"#;
    assert_eq!(RestRequest::parse("POST", "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call/c1/Stream/", body).unwrap_err().status, 400);
    let listening = Stream::listening("wss://pm.example.com/m", AudioTrack::Both, AudioFormat::Mulaw8k);
    assert_eq!(doubts(&Document { verbs: vec![listening.into(), Speak::plain("hi").into()] }), [""; 0]);
}

#[test]
fn trap_12_recordings_always_say_how_long() {
    let call = ResourceId::parse("c1").unwrap();
    let body = LiveRequest::Record(RecordCall::new(3_600_u32)).write(&account(), &call).request().body.clone();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&body).unwrap(), serde_json::json!({"time_limit": 3_600}));
    // Somebody else's, which does not say, ends after a minute.
    let read = RestRequest::parse("POST", "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call/c1/Record/", b"{}").unwrap();
    let Asks::Live { request: LiveRequest::Record(record), .. } = read.asks else { panic!() };
    assert_eq!((record.time_limit, Record::default().max_length()), (60, 60));
    let careless = Record { record_session: Some(true), ..Record::default() };
    let told = doubts(&Document { verbs: vec![careless.into(), Wait::seconds(1).into()] });
    assert_eq!(told, ["a recording of the whole call without a maxLength may end after a minute"]);
}

#[test]
fn trap_13_a_recording_of_the_call_stands_before_its_stream() {
    let record = || Record::whole_call(3_600, "https://pm.example.com/rec").into();
    let stream = || Stream::two_way("wss://pm.example.com/m", AudioFormat::Mulaw8k).into();
    assert_eq!(doubts(&Document { verbs: vec![record(), stream()] }), [""; 0]);
    assert_eq!(doubts(&Document { verbs: vec![stream(), record()] }).len(), 1);
}

#[test]
fn traps_15_and_16_length_and_bill_are_two_numbers_under_names_that_differ() {
    let body = br#"{"duration":5,"call_status":"x","bill_duration":66,"billed_duration":120,"total_amount":"0.02300"}"#;
    let record: CallRecord = read_reply(&HttpReply { status: 200, headers: Vec::new(), body: body.to_vec() }).unwrap();
    let seconds = |length: Option<std::time::Duration>| length.map(|length| length.as_secs());
    assert_eq!((seconds(record.answered_for()), seconds(record.billed_for())), (Some(66), Some(120)));
    let hangup = CallCallback::read(&Form::parse("CallUUID=c1&Event=Hangup&Duration=66&BillDuration=120&TotalCost=0.02300")).unwrap();
    assert_eq!((seconds(hangup.answered_for()), hangup.bill_duration), (Some(66), Some(120)));
    assert_eq!(hangup.cost_micros(), record.cost_micros());
}

#[test]
fn trap_17_three_clocks_are_never_mixed() {
    let hangup = CallCallback::read(&Form::parse("CallUUID=c1&SessionStart=2026-09-16+08%3A33%3A39.219903&EndTime=2026-09-16+14%3A04%3A45")).unwrap();
    assert_eq!(hangup.call.started_at(), Some(Timestamp(1_789_547_619_219)));
    // The account's own time stays text: there is no way to take it for a moment.
    assert_eq!(hangup.end_time.unwrap().as_str(), "2026-09-16 14:04:45");
    let record = CallRecord { initiation_time: Some("2026-09-16 14:03:39+05:30".into()), ..CallRecord::default() };
    assert_eq!(record.started_at(), Some(Timestamp(1_789_547_619_000)));
}

#[test]
fn trap_18_a_number_is_one_with_and_without_its_plus() {
    let ring = CallCallback::read(&Form::parse("CallUUID=c1&Event=Ring&From=%2B14155550100&To=14155550199")).unwrap();
    let answer = CallCallback::read(&Form::parse("CallUUID=c1&Event=StartApp&From=14155550100&To=14155550199")).unwrap();
    assert_eq!(ring.call.caller(), answer.call.caller());
    let ours = PhoneNumber::parse("+14155550100").unwrap();
    assert_eq!(ring.call.caller(), Some(Party::Number(ours.clone())));
    assert_eq!(bare(&ours), "14155550100");
    let sip = CallCallback::read(&Form::parse("CallUUID=c1&From=sip%3Aalice%40phone.plivo.com&To=anonymous")).unwrap();
    assert_eq!((sip.call.caller().unwrap().number(), sip.call.callee()), (None, Some(Party::Other("anonymous".into()))));
}

#[test]
fn trap_19_no_request_ends_all_calls() {
    // There is no identity that would do it, ...
    for text in ["", " ", ".", "..", "/", "%2e", "*"] {
        assert!(ResourceId::parse(text).is_err(), "{text:?}");
    }
    // ... and who sends such a thing all the same is refused.
    for target in ["/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call/", "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call", "/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call//"] {
        assert_eq!(RestRequest::parse("DELETE", target, b"").unwrap_err().status, 405, "{target}");
    }
    let call = ResourceId::parse("6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42").unwrap();
    assert!(CallRequest::HangUp { call }.write(&account()).request().target.ends_with("/Call/6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42/"));
}

#[test]
fn trap_22_secrets_stay_out_of_plivos_log() {
    let input = GetInput::new("https://pm.example.com/pin", InputType::Dtmf).for_a_secret();
    let digits = GetDigits::new("https://pm.example.com/pin").for_a_secret();
    let xml = Document { verbs: vec![input.into(), digits.into()] }.to_xml();
    assert_eq!(xml.matches("log=\"false\"").count(), 2);
    assert!(GetInput::new("https://pm.example.com/pin", InputType::Dtmf).log());
}

#[test]
fn trap_23_only_machines_are_told_of() {
    let silent = CallCallback::read(&Form::parse("CallUUID=c1&Event=StartApp")).unwrap();
    assert_eq!(silent.call.machine, None);
    // And no answer is no webhook; a compatible carrier sends an empty one.
    let empty = InputCallback::read(&Form::parse("CallUUID=c1&InputType=&Digits=&Speech=")).unwrap();
    assert!(matches!(empty.answer(), Answer::Nothing));
    let question = Document { verbs: vec![GetInput::new("https://pm.example.com/i", InputType::Both).into()] };
    assert_eq!(doubts(&question), ["nothing follows a question: if no answer comes, the call ends"]);
}

#[test]
fn trap_24_a_query_with_other_letters_verifies() {
    let golden: serde_json::Value = serde_json::from_str(include_str!("../../fixtures/plivo/signatures.json")).unwrap();
    let quirk = &golden["v3_non_ascii_query_quirk"];
    let signature = quirk["utf8_decoded_signature"].as_str().unwrap();
    let keys = SigningKeys::new("OGY2YzFkMzE0ZTI4NDk1YTk4NzE2ZDQ1YzQ3YmVh");
    let signatures = Signatures { own: Some(signature), main: None, nonce: Some("05429567804466091622") };
    assert_eq!(keys.verify(Method::Get, quirk["url"].as_str().unwrap(), &Form::new(), &signatures), Ok(()));
    // Ours are plain: an address with other letters than these is none.
    assert!(WebUrl::parse("https://pm.example.com/p?name=José").is_err());
}

#[test]
fn trap_25_a_members_name_is_not_read() {
    let body = br#"{"member_id":"[u'all']","message":"muted"}"#;
    let done: MemberDone = read_reply(&HttpReply { status: 202, headers: Vec::new(), body: body.to_vec() }).unwrap();
    assert_eq!(done.member_id.as_deref(), Some("[u'all']"));
}

#[test]
fn trap_26_a_word_of_a_turn_that_is_over_names_its_turn() {
    let after = [
        r#"{"event":"clearedAudio","sequenceNumber":80,"streamId":"s1"}"#,
        r#"{"event":"playedStream","sequenceNumber":81,"streamId":"s1","name":"turn-3"}"#,
    ];
    let read = after.map(|text| read_from_carrier(text).unwrap());
    assert_eq!(read, [FromCarrier::Cleared, FromCarrier::Played { name: "turn-3".into() }]);
}

#[test]
fn trap_27_the_go_librarys_keys_are_taken() {
    let parse =
        |action: &str, body: &str| RestRequest::parse("POST", &format!("/v1/Account/MAXXXXXXXXXXXXXXXXXX/Call/c1/{action}/"), body.as_bytes());
    let Asks::Live { request: LiveRequest::Speak(speak), .. } = parse("Speak", r#"{"text":"hi","length":"MAN"}"#).unwrap().asks else { panic!() };
    assert_eq!(speak.voice.as_deref(), Some("MAN"));
    let Asks::Live { request: LiveRequest::PressDigits(press), .. } = parse("DTMF", r#"{"digits":"1","legs":"bleg"}"#).unwrap().asks else {
        panic!()
    };
    assert_eq!(press.leg, Some(Legs::BLeg));
}

#[test]
fn trap_31_an_auth_id_is_trimmed_and_looked_at() {
    assert_eq!(AuthId::parse(" MAXXXXXXXXXXXXXXXXXX\n"), Ok(account()));
    let told = AuthId::parse("AC00000000000000000000000000000001").unwrap_err().to_string();
    assert!(told.contains("MA or SA") && told.contains("console"), "{told}");
}

#[test]
fn trap_33_an_ampersand_in_an_address_survives() {
    let stream = Stream::two_way("wss://pm.example.com/m?a=1&b=<2>", AudioFormat::Mulaw8k);
    let xml = Document { verbs: vec![stream.clone().into()] }.to_xml();
    assert!(xml.contains("a=1&amp;b=&lt;2&gt;"), "{xml}");
    assert_eq!(Document::parse(&xml).unwrap().document.verbs, [stream.into()]);
}

#[test]
fn what_comes_twice_is_known_by_its_nonce_and_its_key() {
    let mut memory = NonceMemory::default();
    assert_eq!(memory.see(Timestamp(0), "05429567804466091622"), Seen::First);
    assert_eq!(memory.see(Timestamp(55_000), "05429567804466091622"), Seen::Again);
    let begun = RecordingCallback::read(&Form::parse("CallUUID=c1&RecordingID=r1&RecordingDuration=-1")).unwrap();
    assert!(!begun.is_finished());
}
