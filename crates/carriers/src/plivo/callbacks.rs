//! Verifies, reads and answers what Plivo sends to us.
//!
//! What a webhook is about is told by its parameters, but for one: a message that was taken looks like news of its recording,
//! so its address is marked by the document. A webhook that comes again has the nonce of the first one. It is answered as that
//! one was; what it heard is not heard twice.

use std::time::Duration;

use ports::carrier::{
    CallbackError, Callbacks, CarrierEvent, CarrierNews, ForwardEnd, MachineVerdict, MediaCodec, RecordingState, RelayCodec, WebhookRequest,
};
use telephony::dtmf::Digit;
use telephony::leg::LegState;
use telephony::plan::Plan;
use telephony::{CarrierCallId, CarrierRecordingId, Timestamp};
use wire::http::{Form, Method};
use wire::plivo::callback::{
    Answer, CallCallback, CallParameters, DialAction, DialStatus, InputCallback, MachineCallback, MissingParameter, RecordCallback, RecordingCallback,
};
use wire::plivo::document::{CONTENT_TYPE, Document, Hangup, Speak, is_message_address};
use wire::plivo::error_codes::{HangupCause, Outcome};
use wire::plivo::party::Party;
use wire::plivo::signature::{HEADER, MAIN_HEADER, NONCE_HEADER, Opened, Seen, Signatures, Signed};
use wire::plivo::status::{CallEvent, CallStatus, Direction};

use super::{Plivo, PlivoMediaCodec};

/// What is heard in place of a document that Plivo would refuse: it would end the call without a word.
const APOLOGY: &str = "I'm sorry, this is not possible here. Goodbye.";

impl Callbacks for Plivo {
    fn read(&self, request: &WebhookRequest<'_>) -> Result<CarrierEvent, CallbackError> {
        let opened = self.open(request)?;
        // The memory compares times and shows none, so any steady clock will do.
        let now = Timestamp(i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX));
        let seen = self.names.see(now, opened.nonce);
        let heard = heard(request.url, &opened.parameters).map_err(|missing| CallbackError::Unreadable { what: missing.parameter })?;
        self.names.learn(heard.request.as_deref(), &heard.call);
        let mut event = heard.event(CarrierCallId::new(self.names.ours(&heard.call)), opened.nonce);
        if seen == Seen::Again && matches!(event.news, CarrierNews::Turn { .. }) {
            tracing::debug!("what was heard came a second time");
            event.news = CarrierNews::Nothing;
        }
        Ok(event)
    }

    fn verify(&self, request: &WebhookRequest<'_>) -> Result<(), CallbackError> {
        self.open(request).map(drop)
    }

    fn verify_socket(&self, url: &str, header: &dyn Fn(&str) -> Option<String>) -> Result<(), CallbackError> {
        let (own, main, nonce) = (header(HEADER), header(MAIN_HEADER), header(NONCE_HEADER));
        let signatures = Signatures { own: own.as_deref(), main: main.as_deref(), nonce: nonce.as_deref() };
        self.keys.verify_socket(url, &signatures).map_err(|_| CallbackError::Forged)
    }

    fn document(&self, plan: &Plan) -> (String, &'static str) {
        let xml = Document::from_plan(plan).map_err(|lacking| lacking.to_string()).and_then(|document| {
            let xml = document.to_xml();
            // Plivo ends a call whose document it does not take.
            Document::parse(&xml).map_err(|error| error.to_string())?;
            Ok(xml)
        });
        let xml = xml.unwrap_or_else(|what| {
            tracing::warn!(what, "a plan cannot be a document of Plivo's; the call ends with an apology");
            Document { verbs: vec![Speak::plain(APOLOGY).into(), Hangup::default().into()] }.to_xml()
        });
        (xml, CONTENT_TYPE)
    }

    fn media_codec(&self) -> Box<dyn MediaCodec> {
        Box::new(PlivoMediaCodec::new(self.names.clone()))
    }

    fn relay_codec(&self) -> Option<Box<dyn RelayCodec>> {
        None
    }
}

impl Plivo {
    /// Checks the signature: V3, or V2 alone for who has switched that on and gets nothing better.
    fn open<'a>(&self, request: &WebhookRequest<'a>) -> Result<Opened<'a>, CallbackError> {
        let method = Method::parse(request.method).ok_or(CallbackError::Forged)?;
        let signed = |signatures| Signed { method, url: request.url, content_type: (request.header)("content-type"), body: request.body, signatures };
        let v3 = Signatures::v3(request.header);
        let is_old = v3.own.is_none() && v3.main.is_none();
        let opened = if is_old && self.takes_v2 { self.keys.open_v2(&signed(Signatures::v2(request.header))) } else { self.keys.open(&signed(v3)) };
        opened.map_err(|_| CallbackError::Forged)
    }
}

/// What a webhook says, before the call has the name by which we know it.
struct Heard {
    call: String,
    request: Option<String>,
    key: Option<String>,
    state: Option<LegState>,
    duration: Option<Duration>,
    failure_code: Option<u32>,
    news: CarrierNews,
}

impl Heard {
    /// Returns what says nothing but which call it is about.
    fn of(call: &CallParameters) -> Self {
        Self {
            call: call.call_uuid.clone(),
            request: call.request().map(str::to_owned),
            key: None,
            state: call.status.as_ref().and_then(CallStatus::leg_state),
            duration: None,
            failure_code: None,
            news: CarrierNews::Nothing,
        }
    }

    /// What asks for a document may rightly be asked twice: its nonce tells doubles apart.
    fn event(&self, call: CarrierCallId, nonce: &str) -> CarrierEvent {
        CarrierEvent {
            key: self.key.clone().unwrap_or_else(|| format!("{}/{nonce}", self.call)),
            call,
            state: self.state,
            duration: self.duration,
            failure_code: self.failure_code,
            news: self.news.clone(),
        }
    }
}

/// Tells the kind by the address and the parameters, and reads it.
fn heard(url: &str, form: &Form<'_>) -> Result<Heard, MissingParameter> {
    let has = |key: &str| form.get(key).is_some();
    let has_recording = form.filled("RecordingID").is_some() || form.filled("recording_id").is_some();
    Ok(match () {
        () if is_message_address(url) => message(form, has_recording)?,
        () if has_recording => recording(&RecordingCallback::read(form)?)?,
        () if has("DialStatus") => {
            let dialed = DialAction::read(form)?;
            let end = match dialed.status {
                Some(DialStatus::Completed) => ForwardEnd::Talked,
                Some(
                    DialStatus::Busy | DialStatus::Failed | DialStatus::Cancel | DialStatus::Timeout | DialStatus::NoAnswer | DialStatus::Other(_),
                )
                | None => ForwardEnd::NotReached,
            };
            Heard { news: CarrierNews::Forwarded(end), ..Heard::of(&dialed.call) }
        }
        () if has("InputType") || has("Digits") || has("Speech") => turn(&InputCallback::read(form)?),
        () if has("IfMachine") || form.get("Event") == Some(CallEvent::MachineDetection.as_str()) => {
            let found = MachineCallback::read(form)?;
            Heard { key: Some(found.key()), news: CarrierNews::Answered(MachineVerdict::Machine), ..Heard::of(&found.call) }
        }
        () => call(&CallCallback::read(form)?),
    })
}

fn call(callback: &CallCallback) -> Heard {
    let is_incoming = callback.call.direction == Some(Direction::Inbound) && callback.wants_document() && !callback.is_over();
    let news = if is_incoming {
        CarrierNews::Incoming { from: callback.call.caller().as_ref().and_then(Party::number).cloned() }
    } else {
        CarrierNews::Nothing
    };
    let is_over = callback.is_over();
    Heard {
        key: Some(callback.key()),
        state: callback.leg_state().map(|state| as_others_say(state, callback.cause())),
        duration: callback.answered_for().filter(|_| is_over),
        failure_code: callback.cause().filter(|_| is_over).and_then(failure_code),
        news,
        ..Heard::of(&callback.call)
    }
}

/// A call that was declined has failed for Plivo; others call it busy, and the SIP code beside it tells the two apart.
pub(super) fn as_others_say(state: LegState, cause: Option<&HangupCause>) -> LegState {
    if state == LegState::Failed && cause.is_some_and(|cause| cause.outcome == Outcome::Rejected) { LegState::Busy } else { state }
}

/// The SIP code that says the same, which is what all carriers have in common; else Plivo's own. An end in good order has none.
fn failure_code(cause: &HangupCause) -> Option<u32> {
    let is_good = matches!(cause.outcome, Outcome::Completed | Outcome::CompletedByLimit | Outcome::Machine);
    (!is_good).then(|| cause.sip_code().unwrap_or(cause.code))
}

fn turn(input: &InputCallback) -> Heard {
    let (words, digits) = match input.answer() {
        Answer::Speech(words) => (Some(words.to_owned()).filter(|words| !words.trim().is_empty()), Vec::new()),
        Answer::Keys(keys) => (None, keys.chars().filter_map(Digit::new).collect()),
        Answer::Nothing => (None, Vec::new()),
    };
    // Told as 0 to 1: millionths of it in hundredths.
    let micros = input.confidence.as_ref().and_then(|confidence| u64::try_from(confidence.micros()?).ok());
    let confidence = micros.and_then(|micros| u8::try_from((micros + 5_000) / 10_000).ok()).filter(|percent| *percent <= 100);
    let confidence = confidence.filter(|_| words.is_some());
    Heard { news: CarrierNews::Turn { words, confidence, digits }, ..Heard::of(&input.call) }
}

fn message(form: &Form<'_>, has_recording: bool) -> Result<Heard, MissingParameter> {
    let key = form.filled("Digits").and_then(only_key);
    if !has_recording {
        let callback = CallCallback::read(form)?;
        let news = CarrierNews::MessageTaken { recording: None, length: Duration::ZERO, key };
        return Ok(Heard { news, ..Heard::of(&callback.call) });
    }
    let record = RecordCallback::read(form)?;
    let heard = Heard::of(&record.call);
    let id = CarrierRecordingId::new(record.recording_id.clone());
    let length = RecordingCallback::Document(Box::new(record)).length().unwrap_or_default();
    Ok(Heard { news: CarrierNews::MessageTaken { recording: Some(id), length, key }, ..heard })
}

/// The key that ended it; from memory Plivo writes `hangup` if no key did.
fn only_key(text: &str) -> Option<Digit> {
    let mut keys = text.chars();
    keys.next().and_then(Digit::new).filter(|_| keys.next().is_none())
}

fn recording(recording: &RecordingCallback) -> Result<Heard, MissingParameter> {
    let state = match recording.length() {
        None => RecordingState::Running,
        Some(length) if length.is_zero() => RecordingState::Absent,
        Some(_) => RecordingState::Ready,
    };
    let call = recording.call_uuid().filter(|call| !call.is_empty()).ok_or(MissingParameter { parameter: "CallUUID" })?;
    Ok(Heard {
        call: call.to_owned(),
        request: None,
        key: Some(recording.key()),
        state: None,
        duration: None,
        failure_code: None,
        news: CarrierNews::Recording { recording: CarrierRecordingId::new(recording.recording_id()), state },
    })
}
