//! Webhooks as they come, and as the sandbox sends them.

use serde_json::Value;
use telephony::leg::LegState;
use wire::date;
use wire::http::Form;
use wire::plivo::callback::*;
use wire::plivo::rest::Role;
use wire::plivo::status::{CallEvent, CallStatus, Direction, HangupSource, MessageStatus, StreamEvent};

use super::{form, golden, text};

fn webhooks() -> Value {
    golden(include_str!("../../fixtures/plivo/webhooks.json"))
}

fn webhook(name: &str) -> Value {
    webhooks()["webhooks"].as_array().unwrap().iter().find(|webhook| webhook["name"] == name).unwrap_or_else(|| panic!("{name}")).clone()
}

fn params(name: &str) -> Form<'static> {
    form(&webhook(name)["params"])
}

fn call(name: &str) -> CallCallback {
    CallCallback::read(&params(name)).unwrap()
}

/// Reads each webhook as what it is, and writes it anew: byte for byte the same. Nothing is left without a field.
#[test]
fn every_webhook_is_written_as_it_was_read() {
    macro_rules! same {
        ($ty:ty, $webhook:expr) => {{
            let form = form(&$webhook["params"]);
            let read = <$ty>::read(&form).unwrap_or_else(|error| panic!("{}: {error}", $webhook["name"]));
            assert_eq!(read.others, [], "{}", $webhook["name"]);
            read.to_form().encode()
        }};
    }
    let golden = webhooks();
    let webhooks = golden["webhooks"].as_array().unwrap();
    assert_eq!(webhooks.len(), 44);
    for webhook in webhooks {
        let name = text(webhook, "name");
        let body = match name {
            "machine_detection_async" => same!(MachineCallback, webhook),
            "getinput_speech" | "getinput_dtmf" | "getdigits" => same!(InputCallback, webhook),
            "getinput_interim" => same!(InterimCallback, webhook),
            "record_action_voicemail" | "record_action_session_start" | "record_callback_xml" => same!(RecordCallback, webhook),
            "record_callback_rest" => same!(RestRecordCallback, webhook),
            "transcription" => same!(TranscriptionCallback, webhook),
            _ if name.starts_with("dial_callback_") => same!(DialCallback, webhook),
            _ if name.starts_with("dial_action_") => same!(DialAction, webhook),
            _ if name.starts_with("conference_callback_") => same!(ConferenceCallback, webhook),
            "conference_action_exit" => same!(ConferenceLeft, webhook),
            "mpc_on_exit_action" => same!(MultipartyLeft, webhook),
            _ if name.starts_with("mpc_") => same!(MultipartyCallback, webhook),
            _ if name.starts_with("stream_status_") => same!(StreamCallback, webhook),
            "message_inbound" => same!(MessageCallback, webhook),
            _ => same!(CallCallback, webhook),
        };
        if text(webhook, "method") == "GET" {
            let parameters = form(&webhook["params"]);
            assert_eq!(body, CallCallback::read(&parameters).unwrap().to_form().encode(), "{name}");
            assert_eq!(get_url(text(webhook, "url"), &CallCallback::read(&parameters).unwrap().to_form()), text(webhook, "requested_url"), "{name}");
        } else {
            assert_eq!(body, text(webhook, "body"), "{name}");
        }
    }
}

#[test]
fn a_call_moves_forward_by_its_webhooks() {
    let state = |name: &str| call(name).leg_state();
    assert_eq!(state("ring"), Some(LegState::Ringing));
    assert_eq!(state("answer_outbound"), Some(LegState::InProgress));
    assert_eq!(state("answer_inbound"), Some(LegState::Ringing));
    assert_eq!(state("transfer_aleg"), Some(LegState::InProgress));
    assert_eq!(state("hangup_normal"), Some(LegState::Completed));
    assert_eq!(state("hangup_end_of_xml"), Some(LegState::Completed));
    assert_eq!(state("hangup_busy"), Some(LegState::Busy));
    assert_eq!(state("hangup_no_answer"), Some(LegState::NoAnswer));
    assert_eq!(state("hangup_cancelled"), Some(LegState::Canceled));
    assert_eq!(state("hangup_failed_number"), Some(LegState::Failed));
    assert_eq!(state("hangup_machine"), Some(LegState::Completed));
    // The GET form carries the same.
    assert_eq!(state("answer_outbound_get"), Some(LegState::InProgress));
}

#[test]
fn a_hang_up_tells_who_why_how_long_and_for_how_much() {
    let over = call("hangup_normal");
    assert!(over.is_over() && !over.wants_document());
    assert_eq!((over.cause().map(|cause| cause.name), over.hangup_source.clone()), (Some("Normal Hangup"), Some(HangupSource::Callee)));
    assert_eq!((over.duration, over.bill_duration, over.cost_micros()), (Some(66), Some(120), Some(23_000)));
    assert_eq!(over.call.started_at(), date::parse("2026-09-16T08:33:39.219Z"));
    assert_eq!(over.call.request(), Some("6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42"));
    assert!(call("hangup_busy").answer_time.is_none());
    assert_eq!(call("hangup_machine").call.machine, Some(true));
    assert!(!format!("{over:?}").contains("1415"));
}

#[test]
fn doubles_have_one_key_and_different_news_have_different_ones() {
    let names = ["ring", "answer_outbound", "hangup_normal", "transfer_aleg"];
    let keys: Vec<_> = names.map(|name| call(name).key()).into();
    let mut different = keys.clone();
    different.dedup();
    assert_eq!((keys.len(), different.len()), (4, 4));
    assert_eq!(call("answer_outbound").key(), call("answer_outbound_get").key());
    assert_eq!(keys[2], "6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42/Hangup");
    let begun = RecordingCallback::read(&params("record_action_session_start")).unwrap();
    let done = RecordingCallback::read(&params("record_callback_xml")).unwrap();
    assert_eq!((begun.key().as_str(), done.key().as_str()), ("r-2/begun", "r-2/finished"));
    let started = |name: &str| StreamCallback::read(&params(name)).unwrap().key();
    assert_eq!(started("stream_status_started_guide"), started("stream_status_started_troubleshooting"));
    let machine = MachineCallback::read(&params("machine_detection_async")).unwrap();
    assert_eq!(machine.key(), "6d0f4b1e-2c55-4a8b-9e0f-3a1c7d9b0e42/MachineDetection");
    let dial = |name: &str| DialCallback::read(&params(name)).unwrap().key();
    assert_ne!(dial("dial_callback_answer"), dial("dial_callback_hangup"));
    let conference = |name: &str| ConferenceCallback::read(&params(name)).unwrap().key();
    assert_ne!(conference("conference_callback_enter"), conference("conference_callback_exit"));
    let mpc = |name: &str| MultipartyCallback::read(&params(name)).unwrap().key();
    assert_ne!(mpc("mpc_start"), mpc("mpc_end"));
}

#[test]
fn an_answer_is_keys_or_words_or_nothing() {
    let answer = |form: &Form<'_>, expected: &dyn Fn(Answer<'_>) -> bool| expected(InputCallback::read(form).unwrap().answer());
    assert!(answer(&params("getinput_speech"), &|answer| matches!(answer, Answer::Speech("tomorrow at six works"))));
    assert!(answer(&params("getinput_dtmf"), &|answer| matches!(answer, Answer::Keys("12"))));
    assert!(answer(&params("getdigits"), &|answer| matches!(answer, Answer::Keys("1"))));
    for empty in ["CallUUID=1", "CallUUID=1&InputType=speech&Speech=&Digits=", "CallUUID=1&InputType=dtmf&Digits="] {
        assert!(answer(&Form::parse(empty), &|answer| matches!(answer, Answer::Nothing)), "{empty}");
    }
    let heard = InputCallback::read(&params("getinput_speech")).unwrap();
    assert_eq!((heard.confidence.unwrap().micros(), heard.billed_amount.unwrap().micros()), (Some(920_000), Some(5_000)));
    assert_eq!(InterimCallback::read(&params("getinput_interim")).unwrap().sequence_number, Some(3));
}

#[test]
fn recordings_are_the_same_in_both_styles() {
    let read = |name: &str| RecordingCallback::read(&params(name)).unwrap();
    let (document, rest) = (read("record_callback_xml"), read("record_callback_rest"));
    assert_eq!(document.length(), rest.length());
    assert_eq!(document.length().map(|length| length.as_millis()), Some(62_040));
    assert_eq!(document.call_uuid(), rest.call_uuid());
    assert_eq!((document.recording_id(), rest.recording_id()), ("r-2", "r-3"));
    assert!(rest.media_url().unwrap().ends_with("/r-3.mp3") && document.media_url().unwrap().ends_with("/r-2.mp3"));
    assert_eq!(rest.to_form().encode(), text(&webhook("record_callback_rest"), "body"));
    assert!(!read("record_action_session_start").is_finished());
    let transcribed = TranscriptionCallback::read(&params("transcription")).unwrap();
    assert_eq!((transcribed.failure(), transcribed.charge.as_ref().unwrap().micros()), (None, Some(47_500)));
    let failed = TranscriptionCallback::read(&Form::parse("recording_id=r-1&error=no+sound")).unwrap();
    assert_eq!(failed.failure(), Some("no sound"));
}

#[test]
fn other_legs_rooms_streams_and_messages_are_read() {
    let nobody = DialAction::read(&params("dial_action_no_answer")).unwrap();
    assert_eq!((nobody.status.clone(), nobody.rang, nobody.answered_leg()), (Some(DialStatus::NoAnswer), Some(true), None));
    assert!(DialAction::read(&params("dial_action_completed")).unwrap().answered_leg().is_some());
    let over = DialCallback::read(&params("dial_callback_hangup")).unwrap();
    assert_eq!((over.what.clone(), over.cause().map(|cause| cause.code), over.bill_duration), (Some(DialEvent::Hangup), Some(4_000), Some(60)));
    let recorded = ConferenceCallback::read(&params("conference_callback_record")).unwrap();
    assert_eq!((recorded.what.clone(), recorded.recording_duration_ms.unwrap().whole()), (Some(ConferenceEvent::Record), Some(90_120)));
    assert_eq!(ConferenceLeft::read(&params("conference_action_exit")).unwrap().member_id.as_deref(), Some("17"));
    let joined = MultipartyCallback::read(&params("mpc_participant_join")).unwrap();
    assert_eq!((joined.what.clone(), joined.role, joined.coach_mode), (Some(MultipartyEvent::Join), Some(Role::Customer), Some(false)));
    assert_eq!(MultipartyLeft::read(&params("mpc_on_exit_action")).unwrap().mpc_name.as_deref(), Some("mpc-t42"));
    let what = |name: &str| StreamCallback::read(&params(name)).unwrap().what();
    assert_eq!((what("stream_status_stopped"), what("stream_status_failed")), (StreamEvent::Stopped, StreamEvent::Dropped));
    assert_eq!(StreamCallback::read(&params("stream_status_stopped")).unwrap().at(), date::parse("2026-09-16T08:33:48Z"));
    assert_eq!(MessageCallback::read(&params("message_inbound")).unwrap().text.as_deref(), Some("Yes, confirmed"));
    let delivered = DeliveryCallback::read(&Form::parse("MessageUUID=m1&Status=delivered&Units=1&TotalAmount=0.00550&New=x")).unwrap();
    assert_eq!(
        (delivered.status.clone(), delivered.other("New"), delivered.key().as_str()),
        (Some(MessageStatus::Delivered), Some("x"), "m1/delivered")
    );
}

#[test]
fn unknown_parameters_and_values_are_kept() {
    let text = "BillRate=soon&CallStatus=On-Hold&CallUUID=c1&Direction=inbound&Duration=1.5&Event=Tea&SIP-H-To=a&X-PH-task=t42";
    // Capitals of known words carry no meaning.
    let read = CallCallback::read(&Form::parse(&text.replace("inbound", "INBOUND"))).unwrap();
    assert_eq!(read.call.direction, Some(Direction::Inbound));
    assert_eq!(read.to_form().encode(), text);
    assert_eq!((read.other("X-PH-task"), read.other("Duration"), read.other("SIP-H-To")), (Some("t42"), Some("1.5"), Some("a")));
    assert_eq!(
        (read.call.status.clone(), read.call.event.clone()),
        (Some(CallStatus::Other("On-Hold".into())), Some(CallEvent::Other("Tea".into())))
    );
    assert_eq!((read.leg_state(), read.wants_document(), read.is_over()), (None, true, false));
    assert_eq!(CallCallback::read(&Form::parse("From=1")).unwrap_err().parameter, "CallUUID");
    assert_eq!(StreamCallback::read(&Form::parse("CallUUID=1")).unwrap_err().parameter, "StreamID");
    assert_eq!(MultipartyCallback::read(&Form::parse("MPCUUID=")).unwrap_err().parameter, "MPCUUID");
    // A key that comes twice is neither lost nor mixed up.
    let twice = "CallUUID=c1&Digits=1&Digits=2";
    assert_eq!(InputCallback::read(&Form::parse(twice)).unwrap().to_form().encode(), twice);
}

#[test]
fn the_sandbox_writes_a_callback_that_reads_back() {
    let sent = CallCallback {
        call: CallParameters {
            call_uuid: "c1".into(),
            event: Some(CallEvent::Hangup),
            status: Some(CallStatus::of_leg(LegState::Busy)),
            from: Some("14155550100".into()),
            ..CallParameters::default()
        },
        hangup_cause_code: Some(3_010),
        hangup_source: Some(HangupSource::Carrier),
        others: vec![("X-PH-task".into(), "t 42".into())],
        ..CallCallback::default()
    };
    let text = sent.to_form().encode();
    assert_eq!(text, "CallStatus=busy&CallUUID=c1&Event=Hangup&From=14155550100&HangupCauseCode=3010&HangupSource=Carrier&X-PH-task=t+42");
    assert_eq!(CallCallback::read(&Form::parse(&text)), Ok(sent));
    assert_eq!(get_url("https://a.example/h?z=1&A=2#rc=1", &Form::parse("B=3")), "https://a.example/h?A=2&B=3&z=1");
    assert_eq!(get_url("https://a.example/h#rc=1", &Form::new()), "https://a.example/h");
}
