//! Verifies, reads and answers what Twilio sends to us.

use std::time::Duration;

use ports::carrier::{
    CallbackError, Callbacks, CarrierEvent, CarrierNews, ForwardEnd, MachineVerdict, MediaCodec, QueueEnd, RelayCodec, WebhookRequest,
};
use telephony::dtmf::Digit;
use telephony::plan::Plan;
use telephony::{CarrierCallId, CarrierRecordingId, PhoneNumber};
use wire::http::Form;
use wire::twilio::callback::{CallCallback, DialStatus, QueueResult, Recorded, Webhook};
use wire::twilio::document::{CONTENT_TYPE, Document};
use wire::twilio::signature::{HEADER, SETTINGS_HEADER, Signed};
use wire::twilio::status::AnsweredBy;

use super::{Twilio, TwilioMediaCodec, TwilioRelayCodec, recording_state};

impl Callbacks for Twilio {
    fn read(&self, request: &WebhookRequest<'_>) -> Result<CarrierEvent, CallbackError> {
        let form = self.open(request)?;
        let webhook = Webhook::read(&form).map_err(|missing| CallbackError::Unreadable { what: missing.parameter })?;
        let news = news(&webhook);
        let key = webhook.key();
        if let Some(call) = webhook.call() {
            let event = of_call(call, key, news);
            let document_failed_with = match &webhook {
                Webhook::Fallback(fallback) => fallback.error_code,
                _ => None,
            };
            return Ok(CarrierEvent { failure_code: event.failure_code.or(document_failed_with), ..event });
        }
        let call_sid = match webhook {
            Webhook::MachineDetection(found) => found.call_sid,
            Webhook::Recording(recording) => recording.call_sid,
            Webhook::Stream(stream) => stream.call_sid,
            _ => return Err(CallbackError::Unreadable { what: "CallSid" }),
        };
        Ok(CarrierEvent {
            key: key.unwrap_or_else(|| call_sid.clone()),
            call: CarrierCallId::new(call_sid),
            state: None,
            duration: None,
            failure_code: None,
            news,
        })
    }

    fn verify(&self, request: &WebhookRequest<'_>) -> Result<(), CallbackError> {
        self.open(request).map(drop)
    }

    fn verify_socket(&self, url: &str, header: &dyn Fn(&str) -> Option<String>) -> Result<(), CallbackError> {
        let (signature, settings) = (header(HEADER), header(SETTINGS_HEADER));
        self.keys.verify_socket(url, signature.as_deref(), settings.as_deref()).map_err(|_| CallbackError::Forged)
    }

    fn document(&self, plan: &Plan) -> (String, &'static str) {
        (Document::from_plan(plan).to_xml(), CONTENT_TYPE)
    }

    fn media_codec(&self) -> Box<dyn MediaCodec> {
        Box::new(TwilioMediaCodec::default())
    }

    fn relay_codec(&self) -> Option<Box<dyn RelayCodec>> {
        Some(Box::new(TwilioRelayCodec))
    }
}

impl Twilio {
    fn open<'a>(&self, request: &WebhookRequest<'a>) -> Result<Form<'a>, CallbackError> {
        let signed = Signed {
            url: request.url,
            content_type: (request.header)("content-type"),
            body: request.body,
            signature: (request.header)(HEADER),
            settings: (request.header)(SETTINGS_HEADER),
        };
        self.keys.open(&signed).map_err(|_| CallbackError::Forged)
    }
}

fn of_call(call: &CallCallback, key: Option<String>, news: CarrierNews) -> CarrierEvent {
    let progress = call.progress.as_ref();
    let duration = progress.and_then(|progress| progress.call_duration);
    // Twilio's own code says more than the network's; of that, success is no failure.
    let failure_code = progress.and_then(|progress| progress.error_code.or(progress.sip_response_code.filter(|code| *code >= 300)));
    CarrierEvent {
        key: key.unwrap_or_else(|| call.key()),
        state: call.status.leg_state(),
        duration: duration.map(|seconds| Duration::from_secs(u64::from(seconds))),
        failure_code,
        call: CarrierCallId::new(call.call_sid.clone()),
        news,
    }
}

fn news(webhook: &Webhook) -> CarrierNews {
    match webhook {
        Webhook::Gathered(gathered) => CarrierNews::Turn {
            words: gathered.speech.clone().filter(|words| !words.trim().is_empty()),
            // Rounded, and between 0 and 100 by its reader.
            confidence: gathered.confidence().map(|confidence| (confidence * 100.0).round() as u8),
            digits: gathered.digits.iter().flat_map(|digits| digits.chars()).filter_map(Digit::new).collect(),
        },
        Webhook::MachineDetection(found) => CarrierNews::Answered(verdict(&found.answered_by)),
        Webhook::Recording(recording) => {
            let state = recording_state(&recording.status);
            CarrierNews::Recording { recording: CarrierRecordingId::new(recording.recording_sid.clone()), state }
        }
        Webhook::Document(call) if call.direction == "inbound" => CarrierNews::Incoming { from: PhoneNumber::parse(&call.from).ok() },
        Webhook::QueueWait(wait) => CarrierNews::Waiting { position: wait.position.unwrap_or(1), waited: seconds(wait.queue_time) },
        Webhook::QueueLeft(left) => CarrierNews::LeftQueue(match left.result {
            QueueResult::Bridged | QueueResult::Bridging | QueueResult::RedirectedFromBridged => QueueEnd::Served,
            QueueResult::HangUp => QueueEnd::HungUp,
            QueueResult::Full => QueueEnd::Full,
            QueueResult::Leave | QueueResult::Redirected | QueueResult::Error | QueueResult::SystemError | QueueResult::Other(_) => QueueEnd::Left,
        }),
        Webhook::Dialed(dialed) => CarrierNews::Forwarded(match dialed.status {
            DialStatus::Completed | DialStatus::Answered => ForwardEnd::Talked,
            DialStatus::Busy | DialStatus::NoAnswer | DialStatus::Failed | DialStatus::Canceled | DialStatus::Other(_) => ForwardEnd::NotReached,
        }),
        Webhook::Recorded(recorded) => CarrierNews::MessageTaken {
            recording: recording_of(recorded),
            length: seconds(recorded.duration),
            key: recorded.ended_by.as_deref().and_then(only_key),
        },
        _ => CarrierNews::Nothing,
    }
}

fn seconds(seconds: Option<u32>) -> Duration {
    Duration::from_secs(seconds.unwrap_or(0).into())
}

fn only_key(text: &str) -> Option<Digit> {
    let mut keys = text.chars();
    keys.next().and_then(Digit::new).filter(|_| keys.next().is_none())
}

/// The recording's name: told beside its address, or the last part of it.
fn recording_of(recorded: &Recorded) -> Option<CarrierRecordingId> {
    let from_url = || recorded.recording_url.as_deref().and_then(|url| url.rsplit('/').next()).map(str::to_owned);
    recorded.recording_sid.clone().or_else(from_url).filter(|sid| sid.starts_with("RE")).map(CarrierRecordingId::new)
}

fn verdict(answered_by: &AnsweredBy) -> MachineVerdict {
    match answered_by {
        AnsweredBy::Human => MachineVerdict::Human,
        AnsweredBy::MachineStart | AnsweredBy::MachineEndSilence | AnsweredBy::MachineEndOther => MachineVerdict::Machine,
        AnsweredBy::MachineEndBeep => MachineVerdict::Beep,
        AnsweredBy::Fax => MachineVerdict::Fax,
        AnsweredBy::Unknown | AnsweredBy::Other(_) => MachineVerdict::Unknown,
    }
}
