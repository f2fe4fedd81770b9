//! Webhooks as they come, and as the sandbox sends them.

use std::collections::BTreeSet;

use serde_json::Value;
use telephony::Timestamp;
use telephony::leg::LegState;
use wire::date;
use wire::http::Form;
use wire::twilio::callback::{CallCallback, Progress, RecordingCallback, StreamCallback};
use wire::twilio::status::CallStatus;

use super::{golden, pairs};

/// Name, body and parameters of each golden webhook.
type Webhook = (String, String, Vec<(String, String)>);

fn webhooks() -> Vec<Webhook> {
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
