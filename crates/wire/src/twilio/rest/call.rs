//! Calls: place, show, list, change.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use telephony::{PhoneNumber, Timestamp};

use super::recording::recording_events;
use super::{API_VERSION, RestError};
use crate::date;
use crate::http::{Form, HttpReply, Method};
use crate::twilio::status::{CallEvent, CallStatus};

/// Longest inline document that a request may carry.
///
/// Source: OpenAPI description of `Twiml`, 2026-04.
pub const MAX_INLINE_DOCUMENT: usize = 4_000;

/// What the carrier runs once a call is answered, or from now on.
#[derive(Clone, PartialEq, Eq)]
pub enum CallInstructions {
    /// Fetch the document here.
    Url {
        /// Absolute address.
        url: String,
        /// How to ask for it.
        method: Method,
    },
    /// Run this document.
    Twiml(String),
    /// Do what this application says.
    Application(String),
}

impl fmt::Debug for CallInstructions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url { .. } => "Url",
            Self::Twiml(_) => "Twiml",
            Self::Application(_) => "Application",
        })
    }
}

/// A call to be placed. `Debug` shows no number and no address.
#[derive(Clone, PartialEq, Eq)]
pub struct CreateCall {
    /// Whom to ring: a number, `sip:…`, `client:…` or `app:…`.
    pub to: String,
    /// Our number.
    pub from: String,
    /// What to run once it is answered.
    pub instructions: CallInstructions,
    /// Where to ask if the instructions cannot be fetched or run.
    pub fallback_url: Option<String>,
    /// How to ask there; `POST` if not said.
    pub fallback_method: Option<Method>,
    /// Where to report the leg's states.
    pub status_callback: Option<String>,
    /// How to report them; `POST` if not said.
    pub status_callback_method: Option<Method>,
    /// Which moments to report; only the end if none is named.
    pub status_events: Vec<CallEvent>,
    /// Keys to press once connected: `0-9 A-D # * w W`.
    pub send_digits: Option<String>,
    /// Seconds it may ring, at most 600; 60 if not said.
    pub timeout: Option<u32>,
    /// Seconds after which the carrier ends the call.
    pub time_limit: Option<u32>,
    /// Record the whole call.
    pub record: bool,
    /// Both sides of the recording apart.
    pub record_dual: bool,
    /// Which sides to record.
    pub recording_track: Option<String>,
    /// Where to report the recording's states.
    pub recording_status_callback: Option<String>,
    /// How to report them.
    pub recording_status_callback_method: Option<Method>,
    /// Which states of the recording to report; `completed` if none is named.
    pub recording_status_events: Vec<String>,
    /// Have the carrier find out who answered: `Enable` or `DetectMessageEnd`.
    pub machine_detection: Option<String>,
    /// Seconds it may take for that; 30 if not said.
    pub machine_detection_timeout: Option<u32>,
    /// Run the instructions at once instead of after the finding.
    pub async_amd: bool,
    /// Where to report the finding.
    pub async_amd_status_callback: Option<String>,
    /// The number to show instead of `from`.
    pub caller_id: Option<String>,
    /// All other parameters, as sent.
    pub others: Vec<(String, String)>,
}

/// Parameters that [`CreateCall`] has a field for.
const KNOWN: [&str; 23] = [
    "To",
    "From",
    "Url",
    "Method",
    "Twiml",
    "ApplicationSid",
    "FallbackUrl",
    "FallbackMethod",
    "StatusCallback",
    "StatusCallbackMethod",
    "StatusCallbackEvent",
    "SendDigits",
    "Timeout",
    "TimeLimit",
    "Record",
    "RecordingChannels",
    "RecordingTrack",
    "RecordingStatusCallback",
    "RecordingStatusCallbackMethod",
    "RecordingStatusCallbackEvent",
    "MachineDetection",
    "MachineDetectionTimeout",
    "CallerId",
];

impl CreateCall {
    /// Returns a call with nothing but the required parameters.
    pub fn new(to: impl Into<String>, from: impl Into<String>, instructions: CallInstructions) -> Self {
        Self {
            to: to.into(),
            from: from.into(),
            instructions,
            fallback_url: None,
            fallback_method: None,
            status_callback: None,
            status_callback_method: None,
            status_events: Vec::new(),
            send_digits: None,
            timeout: None,
            time_limit: None,
            record: false,
            record_dual: false,
            recording_track: None,
            recording_status_callback: None,
            recording_status_callback_method: None,
            recording_status_events: Vec::new(),
            machine_detection: None,
            machine_detection_timeout: None,
            async_amd: false,
            async_amd_status_callback: None,
            caller_id: None,
            others: Vec::new(),
        }
    }

    /// Returns whether this moment is to be reported.
    pub fn wants(&self, event: CallEvent) -> bool {
        if self.status_events.is_empty() { event == CallEvent::Completed } else { self.status_events.contains(&event) }
    }

    /// Writes the parameters as a form.
    pub fn to_form(&self) -> Form<'static> {
        let mut form = Form::new();
        form.push("To", self.to.clone());
        form.push("From", self.from.clone());
        write_instructions(&self.instructions, &mut form);
        form.push_some("FallbackUrl", self.fallback_url.clone());
        form.push_some("FallbackMethod", self.fallback_method.map(Method::as_str));
        form.push_some("StatusCallback", self.status_callback.clone());
        form.push_some("StatusCallbackMethod", self.status_callback_method.map(Method::as_str));
        for event in &self.status_events {
            form.push("StatusCallbackEvent", event.as_str());
        }
        form.push_some("SendDigits", self.send_digits.clone());
        form.push_some("Timeout", self.timeout.map(|seconds| seconds.to_string()));
        form.push_some("TimeLimit", self.time_limit.map(|seconds| seconds.to_string()));
        if self.record {
            form.push("Record", "true");
        }
        if self.record_dual {
            form.push("RecordingChannels", "dual");
        }
        form.push_some("RecordingTrack", self.recording_track.clone());
        form.push_some("RecordingStatusCallback", self.recording_status_callback.clone());
        form.push_some("RecordingStatusCallbackMethod", self.recording_status_callback_method.map(Method::as_str));
        for event in &self.recording_status_events {
            form.push("RecordingStatusCallbackEvent", event.clone());
        }
        form.push_some("MachineDetection", self.machine_detection.clone());
        form.push_some("MachineDetectionTimeout", self.machine_detection_timeout.map(|seconds| seconds.to_string()));
        if self.async_amd {
            form.push("AsyncAmd", "true");
        }
        form.push_some("AsyncAmdStatusCallback", self.async_amd_status_callback.clone());
        form.push_some("CallerId", self.caller_id.clone());
        for (key, value) in &self.others {
            form.push(key.clone(), value.clone());
        }
        form
    }

    /// Reads and checks the parameters as Twilio does.
    ///
    /// # Errors
    /// 21201 no `To`, 21211 bad `To`, 21213 no `From`, 21212 bad `From`, 21205 no or bad `Url`, 21206 digits, 21208 timeout,
    /// 21209 method, 20001 for the rest.
    pub fn from_form(form: &Form<'_>) -> Result<Self, RestError> {
        let to = form.filled("To").ok_or_else(|| RestError::invalid(21201, "No 'To' number is specified"))?;
        if !is_address(to) {
            return Err(RestError::invalid(21211, format!("The phone number you are attempting to call, {to}, is not valid.")));
        }
        let from = form.filled("From").ok_or_else(|| RestError::invalid(21213, "No 'From' number is specified"))?;
        if !is_address(from) {
            return Err(RestError::invalid(21212, format!("The source phone number provided, {from}, is not a valid phone number.")));
        }
        let Some(instructions) = read_instructions(form)? else {
            return Err(RestError::invalid(21205, "Url parameter is required."));
        };
        let known = |key: &str| KNOWN.contains(&key) || matches!(key, "AsyncAmd" | "AsyncAmdStatusCallback");
        Ok(Self {
            to: to.to_owned(),
            from: from.to_owned(),
            instructions,
            fallback_url: url_of(form, "FallbackUrl", 21205)?,
            fallback_method: method_of(form, "FallbackMethod")?,
            status_callback: url_of(form, "StatusCallback", 21205)?,
            status_callback_method: method_of(form, "StatusCallbackMethod")?,
            status_events: status_events(form)?,
            send_digits: send_digits(form)?,
            timeout: number_of(form, "Timeout", 21208)?.map(|seconds| seconds.min(600)),
            time_limit: number_of(form, "TimeLimit", 20001)?,
            record: flag(form, "Record"),
            record_dual: one_of(form, "RecordingChannels", &["mono", "dual"], 20001)?.as_deref() == Some("dual"),
            recording_track: one_of(form, "RecordingTrack", &["inbound", "outbound", "both"], 20001)?,
            recording_status_callback: url_of(form, "RecordingStatusCallback", 20001)?,
            recording_status_callback_method: method_of(form, "RecordingStatusCallbackMethod")?,
            recording_status_events: recording_events(form)?,
            machine_detection: one_of(form, "MachineDetection", &["Enable", "DetectMessageEnd"], 20001)?,
            machine_detection_timeout: number_of(form, "MachineDetectionTimeout", 20001)?,
            async_amd: flag(form, "AsyncAmd"),
            async_amd_status_callback: url_of(form, "AsyncAmdStatusCallback", 20001)?,
            caller_id: form.filled("CallerId").map(str::to_owned),
            others: form.pairs().filter(|(key, _)| !known(key)).map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        })
    }
}

impl fmt::Debug for CreateCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateCall").field("instructions", &self.instructions).field("status_events", &self.status_events).finish_non_exhaustive()
    }
}

/// A change of a call: its end, or new instructions; never both.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CallUpdate {
    /// `Completed` ends it in any state, `Canceled` only before the answer.
    pub status: Option<CallStatus>,
    /// What to run from now on.
    pub instructions: Option<CallInstructions>,
    /// Where to report the states from now on.
    pub status_callback: Option<String>,
    /// Seconds after which the carrier ends the call.
    pub time_limit: Option<u32>,
}

impl CallUpdate {
    /// Returns the change that ends a call.
    pub fn end() -> Self {
        Self { status: Some(CallStatus::Completed), ..Self::default() }
    }

    /// Returns the change that gives a call new instructions.
    pub fn redirect(instructions: CallInstructions) -> Self {
        Self { instructions: Some(instructions), ..Self::default() }
    }

    pub(super) fn to_form(&self) -> Form<'static> {
        let mut form = Form::new();
        form.push_some("Status", self.status.as_ref().map(|status| status.as_str().to_owned()));
        if let Some(instructions) = &self.instructions {
            write_instructions(instructions, &mut form);
        }
        form.push_some("StatusCallback", self.status_callback.clone());
        form.push_some("TimeLimit", self.time_limit.map(|seconds| seconds.to_string()));
        form
    }

    pub(super) fn from_form(form: &Form<'_>) -> Result<Self, RestError> {
        let status = one_of(form, "Status", &["canceled", "completed"], 20001)?;
        Ok(Self {
            status: status.as_deref().map(CallStatus::parse),
            instructions: read_instructions(form)?,
            status_callback: url_of(form, "StatusCallback", 21205)?,
            time_limit: number_of(form, "TimeLimit", 20001)?,
        })
    }
}

/// Which calls to list. `Debug` shows no number.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Those to this number.
    pub to: Option<String>,
    /// Those from this number.
    pub from: Option<String>,
    /// Child legs of this call.
    pub parent_call_sid: Option<String>,
    /// Those in this state.
    pub status: Option<CallStatus>,
    /// Those that started at or after this moment.
    pub start_after: Option<Timestamp>,
    /// Those that started at or before this moment.
    pub start_before: Option<Timestamp>,
    /// Those that ended at or after this moment.
    pub end_after: Option<Timestamp>,
    /// Those that ended at or before this moment.
    pub end_before: Option<Timestamp>,
}

impl CallFilter {
    pub(super) fn to_query(&self) -> Form<'static> {
        let mut query = Form::new();
        query.push_some("To", self.to.clone());
        query.push_some("From", self.from.clone());
        query.push_some("ParentCallSid", self.parent_call_sid.clone());
        query.push_some("Status", self.status.as_ref().map(|status| status.as_str().to_owned()));
        query.push_some("StartTime<", self.start_before.map(date::iso8601));
        query.push_some("StartTime>", self.start_after.map(date::iso8601));
        query.push_some("EndTime<", self.end_before.map(date::iso8601));
        query.push_some("EndTime>", self.end_after.map(date::iso8601));
        query
    }

    /// Reads the filters. A bare date in `StartTime` or `EndTime` is that whole day, a moment that second.
    pub(super) fn from_query(query: &Form<'_>) -> Result<Self, RestError> {
        let moment = |key: &str| match query.filled(key) {
            None => Ok(None),
            Some(text) => {
                date::parse(text).map(Some).ok_or_else(|| RestError::invalid(20001, format!("Invalid {}", key.trim_end_matches(['<', '>']))))
            }
        };
        let length = |key: &str| if query.filled(key).is_some_and(|text| text.len() == 10) { 86_399_999 } else { 999 };
        let (start, end) = (moment("StartTime")?, moment("EndTime")?);
        let until = |at: Option<Timestamp>, key: &str| at.map(|at| Timestamp(at.as_millis() + length(key)));
        let own = |key: &str| query.filled(key).map(str::to_owned);
        Ok(Self {
            to: own("To"),
            from: own("From"),
            parent_call_sid: own("ParentCallSid"),
            status: query.filled("Status").map(CallStatus::parse),
            start_after: moment("StartTime>")?.or(start),
            start_before: moment("StartTime<")?.or(until(start, "StartTime")),
            end_after: moment("EndTime>")?.or(end),
            end_before: moment("EndTime<")?.or(until(end, "EndTime")),
        })
    }

    /// Returns whether a call passes the filter.
    pub fn passes(&self, call: &CallResource) -> bool {
        let same = |wanted: &Option<String>, is: &Option<String>| wanted.is_none() || wanted == is;
        let within = |after: Option<Timestamp>, before: Option<Timestamp>, text: &Option<String>| {
            if after.is_none() && before.is_none() {
                return true;
            }
            let Some(at) = text.as_deref().and_then(date::parse) else {
                return false;
            };
            after.is_none_or(|after| at >= after) && before.is_none_or(|before| at <= before)
        };
        same(&self.to, &call.to)
            && same(&self.from, &call.from)
            && same(&self.parent_call_sid, &call.parent_call_sid)
            && self.status.as_ref().is_none_or(|status| call.status.as_deref() == Some(status.as_str()))
            && within(self.start_after, self.start_before, &call.start_time)
            && within(self.end_after, self.end_before, &call.end_time)
    }
}

impl fmt::Debug for CallFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFilter").field("status", &self.status).finish_non_exhaustive()
    }
}

/// A call as the API shows it. Every field may be missing; text fields also read numbers. `Debug` shows identity and state.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallResource {
    /// `CA…`.
    #[serde(deserialize_with = "loose_text")]
    pub sid: Option<String>,
    /// RFC 2822; `null` in the reply to a create.
    #[serde(deserialize_with = "loose_text")]
    pub date_created: Option<String>,
    /// RFC 2822.
    #[serde(deserialize_with = "loose_text")]
    pub date_updated: Option<String>,
    /// The call that this leg was made by.
    #[serde(deserialize_with = "loose_text")]
    pub parent_call_sid: Option<String>,
    /// `AC…`.
    #[serde(deserialize_with = "loose_text")]
    pub account_sid: Option<String>,
    /// Who was rung.
    #[serde(deserialize_with = "loose_text")]
    pub to: Option<String>,
    /// The same for people.
    #[serde(deserialize_with = "loose_text")]
    pub to_formatted: Option<String>,
    /// Our number.
    #[serde(deserialize_with = "loose_text")]
    pub from: Option<String>,
    /// The same for people.
    #[serde(deserialize_with = "loose_text")]
    pub from_formatted: Option<String>,
    /// `PN…`.
    #[serde(deserialize_with = "loose_text")]
    pub phone_number_sid: Option<String>,
    /// See [`CallStatus`].
    #[serde(deserialize_with = "loose_text")]
    pub status: Option<String>,
    /// RFC 2822; empty until dialled.
    #[serde(deserialize_with = "loose_text")]
    pub start_time: Option<String>,
    /// RFC 2822.
    #[serde(deserialize_with = "loose_text")]
    pub end_time: Option<String>,
    /// Seconds, as text.
    #[serde(deserialize_with = "loose_text")]
    pub duration: Option<String>,
    /// A negative decimal, as text; `null` until rated.
    #[serde(deserialize_with = "loose_text")]
    pub price: Option<String>,
    /// Upper case.
    #[serde(deserialize_with = "loose_text")]
    pub price_unit: Option<String>,
    /// `inbound`, `outbound-api`, `outbound-dial`, …
    #[serde(deserialize_with = "loose_text")]
    pub direction: Option<String>,
    /// Who answered, if detection was on.
    #[serde(deserialize_with = "loose_text")]
    pub answered_by: Option<String>,
    /// `2010-04-01`.
    #[serde(deserialize_with = "loose_text")]
    pub api_version: Option<String>,
    /// The number that sent the call on.
    #[serde(deserialize_with = "loose_text")]
    pub forwarded_from: Option<String>,
    /// Not used any more.
    #[serde(deserialize_with = "loose_text")]
    pub group_sid: Option<String>,
    /// The caller's name, if looked up.
    #[serde(deserialize_with = "loose_text")]
    pub caller_name: Option<String>,
    /// Milliseconds that the call waited for its turn, as text.
    #[serde(deserialize_with = "loose_text")]
    pub queue_time: Option<String>,
    /// `TK…`.
    #[serde(deserialize_with = "loose_text")]
    pub trunk_sid: Option<String>,
    /// The path of the resource.
    #[serde(deserialize_with = "loose_text")]
    pub uri: Option<String>,
    /// Paths of what belongs to the call.
    pub subresource_uris: Option<Map<String, Value>>,
}

const SUBRESOURCES: [(&str, &str); 9] = [
    ("notifications", "Notifications"),
    ("recordings", "Recordings"),
    ("payments", "Payments"),
    ("events", "Events"),
    ("siprec", "Siprec"),
    ("streams", "Streams"),
    ("transcriptions", "Transcriptions"),
    ("user_defined_message_subscriptions", "UserDefinedMessageSubscriptions"),
    ("user_defined_messages", "UserDefinedMessages"),
];

impl CallResource {
    /// Returns a call from the API as the reply to its create shows it: queued, nothing dated yet.
    pub fn queued(account: &str, sid: &str, to: &str, from: &str) -> Self {
        let base = format!("/{API_VERSION}/Accounts/{account}/Calls/{sid}");
        let below = SUBRESOURCES.iter().map(|(key, part)| ((*key).to_owned(), Value::from(format!("{base}/{part}.json")))).collect();
        Self {
            sid: Some(sid.to_owned()),
            account_sid: Some(account.to_owned()),
            to: Some(to.to_owned()),
            to_formatted: Some(formatted(to)),
            from: Some(from.to_owned()),
            from_formatted: Some(formatted(from)),
            status: Some("queued".into()),
            price_unit: Some("USD".into()),
            direction: Some("outbound-api".into()),
            api_version: Some(API_VERSION.into()),
            queue_time: Some("0".into()),
            uri: Some(format!("{base}.json")),
            subresource_uris: Some(below),
            ..Self::default()
        }
    }

    /// Returns the state, if said.
    pub fn status(&self) -> Option<CallStatus> {
        self.status.as_deref().map(CallStatus::parse)
    }

    /// Returns seconds of the answered part, if said.
    pub fn duration_seconds(&self) -> Option<u64> {
        self.duration.as_deref()?.trim().parse().ok()
    }

    /// Returns the price in millionths of the currency unit, positive for what we pay.
    pub fn price_micros(&self) -> Option<u64> {
        micros(self.price.as_deref()?)
    }

    /// Returns the reply that carries the call: 201 for a new one, 200 otherwise.
    pub fn reply(&self, status: u16) -> HttpReply {
        HttpReply::json(status, self)
    }
}

impl fmt::Debug for CallResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallResource").field("sid", &self.sid).field("status", &self.status).finish_non_exhaustive()
    }
}

/// `-0.01400` to 14 000. A charge is negative; a credit (positive) and what is no decimal give `None`, nought gives nought.
fn micros(price: &str) -> Option<u64> {
    let price = price.trim();
    let (charged, digits) = price.strip_prefix('-').map_or((false, price), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut total: u64 = whole.parse().ok()?;
    for place in 0..6 {
        let digit = fraction.as_bytes().get(place).copied().unwrap_or(b'0');
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        total = total.checked_mul(10)?.checked_add(digit)?;
    }
    (charged || total == 0).then_some(total)
}

/// `+15005550010` to `(500) 555-0010`; other countries' numbers and addresses stay as they are.
fn formatted(number: &str) -> String {
    match number.strip_prefix("+1") {
        Some(rest) if rest.len() == 10 && rest.bytes().all(|b| b.is_ascii_digit()) => format!("({}) {}-{}", &rest[..3], &rest[3..6], &rest[6..]),
        _ => number.to_owned(),
    }
}

fn is_address(text: &str) -> bool {
    let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
    match scheme {
        "sip" | "sips" => rest.contains('@'),
        "client" | "app" => !rest.is_empty(),
        "" => PhoneNumber::parse(text).is_ok(),
        _ => false,
    }
}

fn write_instructions(instructions: &CallInstructions, form: &mut Form<'static>) {
    match instructions {
        CallInstructions::Url { url, method } => {
            form.push("Url", url.clone());
            form.push("Method", method.as_str());
        }
        CallInstructions::Twiml(document) => form.push("Twiml", document.clone()),
        CallInstructions::Application(sid) => form.push("ApplicationSid", sid.clone()),
    }
}

/// An application goes before an address, an address before an inline document.
fn read_instructions(form: &Form<'_>) -> Result<Option<CallInstructions>, RestError> {
    let method = method_of(form, "Method")?.unwrap_or(Method::Post);
    if let Some(sid) = form.filled("ApplicationSid") {
        let sound = sid.len() == 34 && sid.starts_with("AP");
        return if sound {
            Ok(Some(CallInstructions::Application(sid.to_owned())))
        } else {
            Err(RestError::invalid(21218, "Invalid ApplicationSid"))
        };
    }
    if let Some(url) = url_of(form, "Url", 21205)? {
        return Ok(Some(CallInstructions::Url { url, method }));
    }
    match form.filled("Twiml") {
        Some(document) if document.chars().count() > MAX_INLINE_DOCUMENT => Err(RestError::invalid(20001, "Twiml is longer than 4000 characters")),
        Some(document) => Ok(Some(CallInstructions::Twiml(document.to_owned()))),
        None => Ok(None),
    }
}

fn status_events(form: &Form<'_>) -> Result<Vec<CallEvent>, RestError> {
    let mut events = Vec::new();
    for word in form.all("StatusCallbackEvent").flat_map(str::split_ascii_whitespace) {
        let event = CallEvent::parse(word).ok_or_else(|| RestError::invalid(20001, "Invalid StatusCallbackEvent"))?;
        if !events.contains(&event) {
            events.push(event);
        }
    }
    Ok(events)
}

fn send_digits(form: &Form<'_>) -> Result<Option<String>, RestError> {
    let Some(digits) = form.filled("SendDigits") else {
        return Ok(None);
    };
    let sound = digits.len() <= 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'D' | b'#' | b'*' | b'w' | b'W'));
    if sound { Ok(Some(digits.to_owned())) } else { Err(RestError::invalid(21206, "SendDigits is invalid")) }
}

/// Reads an absolute `http` or `https` address. Twilio refuses hosts with an underscore.
pub(super) fn url_of(form: &Form<'_>, key: &str, code: u32) -> Result<Option<String>, RestError> {
    let Some(url) = form.filled(key) else {
        return Ok(None);
    };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || host.contains(['_', ' ']) {
        return Err(RestError::invalid(code, format!("{key} is not a valid URL")));
    }
    Ok(Some(url.to_owned()))
}

pub(super) fn method_of(form: &Form<'_>, key: &str) -> Result<Option<Method>, RestError> {
    match form.filled(key).map(Method::parse) {
        None => Ok(None),
        Some(Some(method @ (Method::Get | Method::Post))) => Ok(Some(method)),
        Some(_) => Err(RestError::invalid(21209, format!("{key} must be GET or POST"))),
    }
}

pub(super) fn one_of(form: &Form<'_>, key: &str, allowed: &[&str], code: u32) -> Result<Option<String>, RestError> {
    match form.filled(key) {
        None => Ok(None),
        Some(value) if allowed.contains(&value) => Ok(Some(value.to_owned())),
        Some(_) => Err(RestError::invalid(code, format!("{key} must be one of {}", allowed.join(", ")))),
    }
}

fn number_of(form: &Form<'_>, key: &str, code: u32) -> Result<Option<u32>, RestError> {
    match form.filled(key) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| RestError::invalid(code, format!("{key} is not a number"))),
    }
}

fn flag(form: &Form<'_>, key: &str) -> bool {
    form.get(key).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Reads text, a number or a flag as text; `null` and anything nested as nothing.
pub(super) fn loose_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(form: &str) -> u32 {
        CreateCall::from_form(&Form::parse(form)).unwrap_err().code
    }

    #[test]
    fn a_bad_create_is_refused_with_its_own_code() {
        assert_eq!(code("From=%2B15005550006&Twiml=x"), 21201);
        assert_eq!(code("To=123&From=%2B15005550006&Twiml=x"), 21211);
        assert_eq!(code("To=%2B15005550010&Twiml=x"), 21213);
        assert_eq!(code("To=%2B15005550010&From=me&Twiml=x"), 21212);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006"), 21205);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Url=/relative"), 21205);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Url=http%3A%2F%2Fa_b.com"), 21205);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Twiml=x&Timeout=soon"), 21208);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Twiml=x&Method=PUT"), 21209);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&Twiml=x&SendDigits=12x"), 21206);
        assert_eq!(code("To=%2B15005550010&From=%2B15005550006&ApplicationSid=AP1"), 21218);
    }

    #[test]
    fn an_address_goes_before_an_inline_document() {
        let form = Form::parse("To=%2B15005550010&From=%2B15005550006&Twiml=x&Url=http%3A%2F%2Fe.com%2Fv");
        let call = CreateCall::from_form(&form).unwrap();
        assert_eq!(call.instructions, CallInstructions::Url { url: "http://e.com/v".into(), method: Method::Post });
    }

    #[test]
    fn a_price_is_read_without_floating_point() {
        assert_eq!(micros("-0.01400"), Some(14_000));
        assert_eq!(micros("-2"), Some(2_000_000));
        assert_eq!(micros("0"), Some(0));
        assert_eq!(micros("0.5"), None);
        assert_eq!(micros("-1e3"), None);
        assert_eq!(micros(""), None);
    }

    #[test]
    fn numbers_show_as_people_write_them() {
        assert_eq!(formatted("+15005550010"), "(500) 555-0010");
        assert_eq!(formatted("+442079460000"), "+442079460000");
    }

    #[test]
    fn debug_shows_no_number() {
        let call = CreateCall::new("+12125550123", "+15005550006", CallInstructions::Twiml("<Response/>".into()));
        let shown = CallResource::queued("AC1", "CA1", "+12125550123", "+15005550006");
        assert!(!format!("{call:?} {shown:?}").contains("555"));
    }
}
