//! Webhooks as they come, and as the sandbox sends them.

use std::collections::BTreeSet;

use serde_json::Value;
use telephony::Timestamp;
use telephony::leg::LegState;
use wire::date;
use wire::http::Form;
use wire::twilio::callback::*;
use wire::twilio::rest::{ConferenceEnd, MessageStatus, Track};
use wire::twilio::status::{AnsweredBy, CallStatus};

use super::{golden, pairs};

/// Name, body and parameters of each golden webhook.
type Golden = (String, String, Vec<(String, String)>);

fn webhooks() -> Vec<Golden> {
    let golden = golden(include_str!("../../fixtures/twilio/webhooks.json"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    golden["webhooks"].as_array().unwrap().iter().map(|hook| (text(&hook["name"]), text(&hook["body"]), pairs(&hook["params"]))).collect()
}

fn body(name: &str) -> String {
    webhooks().into_iter().find(|(known, ..)| known == name).unwrap().1
}

/// Webhooks about a call carry the same parameters after reading and writing, whatever their order.
#[test]
fn what_twilio_sends_about_a_call_is_written_as_it_was_read() {
    let mut seen = 0;
    for (name, body, params) in webhooks() {
        let about_a_call = params.iter().any(|(key, _)| key == "CallStatus") && params.iter().any(|(key, _)| key == "Caller");
        if !about_a_call {
            continue;
        }
        let form = Form::parse(&body);
        let read = CallCallback::read(&form).unwrap();
        let written: BTreeSet<_> = read.to_form().pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        assert_eq!(written, params.into_iter().collect(), "{name}");
        seen += 1;
    }
    assert_eq!(seen, 27);
}

#[test]
fn recording_and_stream_webhooks_are_written_as_they_were_read() {
    for (name, body, params) in webhooks() {
        let form = Form::parse(&body);
        let expected: BTreeSet<_> = params.into_iter().collect();
        let own = |form: Form<'_>| form.pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect::<BTreeSet<_>>();
        if name.starts_with("recording_") {
            assert_eq!(own(RecordingCallback::read(&form).unwrap().to_form()), expected, "{name}");
        }
        if name.starts_with("stream_") {
            assert_eq!(own(StreamCallback::read(&form).unwrap().to_form()), expected, "{name}");
        }
    }
}

#[test]
fn the_states_of_a_call_become_the_states_of_a_leg() {
    let state = |name: &str| CallCallback::read(&Form::parse(&body(name))).unwrap().status.leg_state();
    assert_eq!(state("status_initiated"), Some(LegState::Dialing));
    assert_eq!(state("status_ringing"), Some(LegState::Ringing));
    assert_eq!(state("status_answered"), Some(LegState::InProgress));
    assert_eq!(state("status_completed"), Some(LegState::Completed));
    assert_eq!(state("status_busy"), Some(LegState::Busy));
    assert_eq!(state("status_no_answer"), Some(LegState::NoAnswer));
    assert_eq!(state("status_failed"), Some(LegState::Failed));
    assert_eq!(state("status_canceled"), Some(LegState::Canceled));
}

#[test]
fn a_failure_names_its_codes_and_a_double_its_key() {
    let body = body("status_failed");
    let failed = CallCallback::read(&Form::parse(&body)).unwrap();
    let progress = failed.progress.clone().unwrap();
    assert_eq!((progress.sip_response_code, progress.error_code, progress.call_duration), (Some(404), Some(13224), Some(0)));
    assert_eq!(progress.at, date::parse("Tue, 20 Oct 2026 14:03:05 +0000"));
    assert_eq!(failed.key(), "CA00000000000000000000000000000001/1/failed");
    assert!(!format!("{failed:?}").contains("1500555"));
}

#[test]
fn the_sandbox_writes_a_callback_that_reads_back() {
    let sent = CallCallback::document_request("AC1", "CA1", "+15005550006", "+12125550123", CallStatus::Completed)
        .with_progress(Progress {
            at: Some(Timestamp(1_792_504_989_000)),
            sequence_number: Some(3),
            call_duration: Some(42),
            billed_minutes: Some(1),
            ..Progress::default()
        })
        .with("RecordingSid", "RE1");
    let text = sent.to_form().encode();
    assert_eq!(CallCallback::read(&Form::parse(&text)), Ok(sent));
    assert!(CallCallback::read(&Form::parse("From=x")).is_err());
}

fn hook(name: &str) -> Webhook {
    let body = body(name);
    Webhook::read(&Form::parse(&body)).unwrap()
}

fn kind(webhook: &Webhook) -> &'static str {
    match webhook {
        Webhook::Document(_) => "document",
        Webhook::Progress(_) => "progress",
        Webhook::Fallback(_) => "fallback",
        Webhook::Gathered(_) => "gathered",
        Webhook::PartialSpeech(_) => "partial speech",
        Webhook::Recorded(_) => "recorded",
        Webhook::Dialed(_) => "dialed",
        Webhook::Referred(_) => "referred",
        Webhook::QueueWait(_) => "queue wait",
        Webhook::QueueLeft(_) => "queue left",
        Webhook::QueueConnecting(_) => "queue connecting",
        Webhook::RelayEnded(_) => "relay ended",
        Webhook::MachineDetection(_) => "machine detection",
        Webhook::Recording(_) => "recording",
        Webhook::Transcription(_) => "transcription",
        Webhook::LiveTranscription(_) => "live transcription",
        Webhook::Stream(_) => "stream",
        Webhook::Conference(_) => "conference",
        Webhook::Message(_) => "message",
    }
}

/// Kind by the beginning of the golden name.
const KINDS: [(&str, &str); 20] = [
    ("voice_url", "document"),
    ("fallback", "fallback"),
    ("status", "progress"),
    ("gather_partial", "partial speech"),
    ("gather", "gathered"),
    ("record_action", "recorded"),
    ("recording", "recording"),
    ("transcribe", "transcription"),
    ("dial_action", "dialed"),
    ("refer", "referred"),
    ("dial_refer", "referred"),
    ("conference", "conference"),
    ("enqueue_wait", "queue wait"),
    ("enqueue_action", "queue left"),
    ("dial_queue", "queue connecting"),
    ("amd", "machine detection"),
    ("stream", "stream"),
    ("rt_transcription", "live transcription"),
    ("relay_action", "relay ended"),
    ("message", "message"),
];

#[test]
fn every_webhook_is_known_for_what_it_is_and_written_as_it_was_read() {
    let webhooks = webhooks();
    assert_eq!(webhooks.len(), 46);
    for (name, body, params) in webhooks {
        let webhook = Webhook::read(&Form::parse(&body)).unwrap();
        let expected = KINDS.iter().find(|(start, _)| name.starts_with(start)).unwrap_or_else(|| panic!("{name}")).1;
        assert_eq!(kind(&webhook), expected, "{name}");
        let mut written: BTreeSet<_> = webhook.to_form().pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        // The golden transcription leaves out what repeats `From` and `To`.
        if name == "transcribe_callback" {
            written.retain(|(key, _)| !matches!(key.as_str(), "Caller" | "Called"));
        }
        assert_eq!(written, params.into_iter().collect(), "{name}");
        let text = webhook.to_form().encode();
        assert_eq!(Webhook::read(&Form::parse(&text)).unwrap(), webhook, "{name}");
    }
}

#[test]
fn only_what_asks_for_a_document_gets_one() {
    let golden = golden(include_str!("../../fixtures/twilio/webhooks.json"));
    for entry in golden["webhooks"].as_array().unwrap() {
        let name = entry["name"].as_str().unwrap();
        let expects = entry["expected_reply"].as_str().unwrap();
        assert_eq!(hook(name).wants_document(), expects.starts_with("TwiML"), "{name}: {expects}");
    }
}

#[test]
fn news_have_a_key_and_requests_for_a_document_have_none() {
    let mut keys = BTreeSet::new();
    for (name, body, _) in webhooks() {
        let webhook = Webhook::read(&Form::parse(&body)).unwrap();
        assert_eq!(webhook.key().is_none(), webhook.wants_document(), "{name}");
        let Some(key) = webhook.key() else { continue };
        assert!(!key.contains("+1500") && !key.contains("close"), "{key}");
        // One golden call has several ends; each is the news of its own.
        assert!(keys.insert(key.clone()) || name.starts_with("status_") || name.starts_with("recording_"), "{name}: {key}");
    }
}

#[test]
fn debug_shows_neither_words_nor_digits_nor_numbers() {
    for (name, body, params) in webhooks() {
        let webhook = Webhook::read(&Form::parse(&body)).unwrap();
        let shown = format!("{webhook:?}");
        for (key, value) in params {
            let is_private = matches!(
                key.as_str(),
                "From"
                    | "To"
                    | "SpeechResult"
                    | "UnstableSpeechResult"
                    | "TranscriptionText"
                    | "TranscriptionData"
                    | "HandoffData"
                    | "ReferTransferTarget"
            );
            let is_digits = key == "Digits" && value.len() > 3 && value != "hangup";
            assert!(value.is_empty() || !(is_private || is_digits) || !shown.contains(&value), "{name} {key}: {shown}");
        }
    }
}

#[test]
fn what_was_gathered_is_keys_or_words_or_nothing() {
    let gathered = |name: &str| match hook(name) {
        Webhook::Gathered(gathered) => gathered,
        other => panic!("{other:?}"),
    };
    let keys = gathered("gather_dtmf_hash");
    assert_eq!((keys.digits.as_deref(), keys.finished_on_key.as_deref(), keys.speech), (Some("1234"), Some("#"), None));
    assert_eq!(keys.call.other("msg"), Some("Gather End"));
    let words = gathered("gather_speech");
    assert_eq!((words.speech.as_deref(), words.confidence(), words.is_empty()), (Some("We close at six today."), Some(0.9351), false));
    assert!(gathered("gather_empty").is_empty());
    let Webhook::PartialSpeech(partial) = hook("gather_partial") else { panic!() };
    assert_eq!((partial.unstable.as_deref(), partial.sequence_number), (Some("we close at"), Some(3)));
    assert!(partial.call.progress.is_none());
}

#[test]
fn verbs_tell_how_they_ended() {
    let Webhook::Recorded(recorded) = hook("record_action_hangup") else { panic!() };
    assert_eq!((recorded.is_hang_up(), recorded.duration, recorded.call.status), (true, Some(7), CallStatus::Completed));
    let Webhook::Dialed(conference) = hook("dial_action_conference") else { panic!() };
    assert_eq!((conference.status, conference.dial_call_sid, conference.bridged), (DialStatus::Answered, None, Some(true)));
    let Webhook::QueueWait(wait) = hook("enqueue_wait") else { panic!() };
    assert_eq!((wait.position, wait.queue_time, wait.size, wait.max_size), (Some(2), Some(30), Some(2), Some(100)));
    let Webhook::QueueLeft(left) = hook("enqueue_action") else { panic!() };
    assert_eq!((left.result, left.queue_time), (QueueResult::Bridged, Some(52)));
    let Webhook::QueueConnecting(connecting) = hook("dial_queue_url") else { panic!() };
    assert_eq!(connecting.dequeuing_call_sid.as_deref(), Some("CA00000000000000000000000000000003"));
    let Webhook::RelayEnded(relay) = hook("relay_action_ended") else { panic!() };
    assert_eq!((relay.status, relay.duration), (SessionStatus::Ended, Some(31)));
    assert!(relay.handoff.unwrap().contains("caller asked"));
    let Webhook::Fallback(fallback) = hook("fallback_url") else { panic!() };
    assert_eq!(fallback.error_code, Some(11200));
    assert!(fallback.error_url.unwrap().starts_with("https://pm.example.com/"));
}

#[test]
fn news_are_typed() {
    let Webhook::MachineDetection(found) = hook("amd_async") else { panic!() };
    assert_eq!((&found.answered_by, found.duration_millis), (&AnsweredBy::MachineEndBeep, Some(9_840)));
    assert!(found.answered_by.is_machine() && found.answered_by.is_ready_for_a_message());
    let Webhook::Document(call) = hook("voice_url_outbound_sync_amd") else { panic!() };
    assert_eq!(call.answered_by(), Some(AnsweredBy::Human));
    let Webhook::Document(incoming) = hook("voice_url_inbound") else { panic!() };
    assert_eq!((incoming.direction.as_str(), &incoming.status, incoming.answered_by()), ("inbound", &CallStatus::Ringing, None));
    assert_eq!(incoming.caller_name(), Some("DR SMITH DENTAL"));
    let Webhook::Conference(leave) = hook("conference_leave") else { panic!() };
    assert_eq!((&leave.event, &leave.left_because, leave.sequence_number), (&ConferenceNews::Leave, &Some(LeftBecause::HungUp), Some(4)));
    let Webhook::Conference(end) = hook("conference_end") else { panic!() };
    assert_eq!((&end.end, end.ended_by_label.as_deref()), (&Some(ConferenceEnd::LastLeft), Some("callee")));
    let Webhook::LiveTranscription(words) = hook("rt_transcription_content") else { panic!() };
    assert_eq!((words.words(), words.track.clone()), (Some(("We close at six.".to_owned(), Some(0.995_633_5))), Some(Track::Inbound)));
    assert_eq!(words.at(), date::parse("2026-10-20T14:03:12.123Z"));
    let Webhook::LiveTranscription(error) = hook("rt_transcription_error") else { panic!() };
    assert_eq!((error.event, error.error_code), (TranscriptionNews::Error, Some(32655)));
    let Webhook::Stream(stream) = hook("stream_error") else { panic!() };
    assert_eq!(stream.error_code(), Some(31920));
    let Webhook::Message(message) = hook("message_status") else { panic!() };
    assert_eq!((message.status, message.others.len()), (MessageStatus::Delivered, 3));
    let Webhook::Progress(completed) = hook("status_completed") else { panic!() };
    assert_eq!(completed.recording_sid(), Some("RE00000000000000000000000000000001"));
}

#[test]
fn a_conferences_recording_names_the_conference() {
    let body = "RecordingSid=RE1&ConferenceSid=CF1&RecordingStatus=completed&AccountSid=AC1&RecordingUrl=u&RecordingSource=Conference&Newer=1";
    let Webhook::Recording(recording) = Webhook::read(&Form::parse(body)).unwrap() else { panic!() };
    assert_eq!((recording.conference_sid.as_deref(), recording.call_sid.as_str()), (Some("CF1"), ""));
    assert_eq!(recording.others, [("Newer".to_owned(), "1".to_owned())]);
    assert_eq!(recording.to_form().get("CallSid"), None);
}

#[test]
fn what_cannot_be_read_is_kept_as_it_came() {
    let body =
        "CallSid=CA1&AccountSid=AC1&CallStatus=in-progress&Direction=inbound&From=a&To=b&DialCallStatus=melted&DialCallDuration=soon&New=%C3%A9";
    let Webhook::Dialed(dialed) = Webhook::read(&Form::parse(body)).unwrap() else { panic!() };
    assert_eq!((dialed.status.as_str(), dialed.duration), ("melted", None));
    assert_eq!(dialed.call.others, [("DialCallDuration".to_owned(), "soon".to_owned()), ("New".to_owned(), "é".to_owned())]);
    assert_eq!(dialed.to_form().get("DialCallDuration"), Some("soon"));
    for body in ["", "From=x", "RecordingStatus=completed", "StatusCallbackEvent=x&ConferenceSid=", "MessageSid=", "AnsweredBy=human"] {
        assert!(Webhook::read(&Form::parse(body)).is_err(), "{body}");
    }
}

mod generated {
    use proptest::prelude::*;

    use super::*;

    /// Names that tell a kind, and some that do not.
    const KEYS: [&str; 26] = [
        "CallSid",
        "AccountSid",
        "CallStatus",
        "From",
        "To",
        "Direction",
        "Digits",
        "SpeechResult",
        "RecordingUrl",
        "RecordingStatus",
        "RecordingSid",
        "StreamEvent",
        "TranscriptionEvent",
        "TranscriptionSid",
        "TranscriptionStatus",
        "ConferenceSid",
        "StatusCallbackEvent",
        "MessageSid",
        "AnsweredBy",
        "DialCallStatus",
        "QueuePosition",
        "SessionStatus",
        "SequenceNumber",
        "Timestamp",
        "ErrorUrl",
        "Confidence",
    ];

    proptest! {
        #[test]
        fn any_webhook_is_read_or_refused_and_settles(pairs in prop::collection::vec((prop::sample::select(&KEYS[..]), "[ -~é]{0,12}"), 0..12)) {
            let mut form = Form::new();
            for (key, value) in &pairs {
                form.push(*key, value.as_str());
            }
            if let Ok(webhook) = Webhook::read(&form) {
                let text = webhook.to_form().encode();
                let again = Webhook::read(&Form::parse(&text)).map_err(|error| TestCaseError::fail(error.to_string()))?;
                let twice = again.to_form().encode();
                prop_assert_eq!(Webhook::read(&Form::parse(&twice)), Ok(again));
            }
        }
    }
}
