//! What every webhook about a call says: which call, in which state, who calls whom; and news of its state.

use std::fmt;

use telephony::Timestamp;

use super::MissingParameter;
use crate::date;
use crate::http::Form;
use crate::twilio::rest::API_VERSION;
use crate::twilio::status::{AnsweredBy, CallStatus};
use crate::twilio::value::Value;

/// A webhook about a call: a request for a document, or news of its state.
#[derive(Clone, PartialEq, Eq)]
pub struct CallCallback {
    /// `AC…`.
    pub account_sid: String,
    /// `CA…`.
    pub call_sid: String,
    /// State of the call.
    pub status: CallStatus,
    /// `inbound`, `outbound-api`, `outbound-dial`.
    pub direction: String,
    /// Who calls; `anonymous` or the like if withheld.
    pub from: String,
    /// Who is called.
    pub to: String,
    /// The call that made this leg, if any.
    pub parent_call_sid: Option<String>,
    /// What only news of the state carry; `None` in a request for a document.
    pub progress: Option<Progress>,
    /// What a verb brought, in its own words: `Digits`, `SpeechResult`, `RecordingUrl`, `AnsweredBy`, … All parameters
    /// that have no field here, in their order.
    pub others: Vec<(String, String)>,
}

/// What news of a call's state carry beside the state.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// When it happened.
    pub at: Option<Timestamp>,
    /// Counts from 0; the order of arrival is not promised.
    pub sequence_number: Option<u32>,
    /// Seconds of the answered part; at the end only.
    pub call_duration: Option<u32>,
    /// The answered part in begun minutes, as billed; at the end only.
    pub billed_minutes: Option<u32>,
    /// What the network said at the end: 200, 404, 486, 487, …
    pub sip_response_code: Option<u32>,
    /// Twilio's code of a failure.
    pub error_code: Option<u32>,
    /// What Twilio says of the failure.
    pub error_message: Option<String>,
    /// Trust in the caller's number: A, B, C.
    pub stir_status: Option<String>,
}

impl CallCallback {
    /// Returns a request for a document, as sent once a call of the API is answered.
    pub fn document_request(account: &str, call: &str, from: &str, to: &str, status: CallStatus) -> Self {
        Self {
            account_sid: account.to_owned(),
            call_sid: call.to_owned(),
            status,
            direction: "outbound-api".into(),
            from: from.to_owned(),
            to: to.to_owned(),
            parent_call_sid: None,
            progress: None,
            others: Vec::new(),
        }
    }

    /// Returns a request for a document, as sent when somebody rings a number of the account.
    pub fn incoming(account: &str, call: &str, from: &str, to: &str) -> Self {
        Self { direction: "inbound".into(), ..Self::document_request(account, call, from, to, CallStatus::Ringing) }
    }

    /// Returns the same with news of the state.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.progress = Some(progress);
        self
    }

    /// Returns the same with one more parameter.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.others.push((key.to_owned(), value.into()));
        self
    }

    /// Returns a parameter that has no field of its own.
    pub fn other(&self, key: &str) -> Option<&str> {
        self.others.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Returns who answered, if that was found out before the document was asked for.
    pub fn answered_by(&self) -> Option<AnsweredBy> {
        self.other("AnsweredBy").filter(|word| !word.is_empty()).map(AnsweredBy::parse)
    }

    /// Returns the recording of the whole call that the news of its end tell of. The file may not be ready yet.
    pub fn recording_sid(&self) -> Option<&str> {
        self.other("RecordingSid").filter(|sid| !sid.is_empty())
    }

    /// Returns the caller's name, if the number looks it up and it has one.
    pub fn caller_name(&self) -> Option<&str> {
        self.other("CallerName").filter(|name| !name.is_empty())
    }

    /// Takes a parameter out that has no field here, if it can be read; else it stays where it is.
    pub(super) fn take<T: Value>(&mut self, key: &str) -> Option<T> {
        let at = self.others.iter().position(|(name, _)| name == key)?;
        let value = T::read(&self.others[at].1)?;
        self.others.remove(at);
        Some(value)
    }

    /// Reads the parameters of a webhook. Unknown ones are kept, unreadable numbers count as not said.
    pub fn read(form: &Form<'_>) -> Result<Self, MissingParameter> {
        let mut read = Self {
            account_sid: String::new(),
            call_sid: String::new(),
            status: CallStatus::Other(String::new()),
            direction: String::new(),
            from: String::new(),
            to: String::new(),
            parent_call_sid: None,
            progress: None,
            others: Vec::new(),
        };
        // Fallback requests and partial results carry some of these names too; only this mark makes them news of a state.
        let is_progress = form.get("CallbackSource").is_some() || (form.get("SequenceNumber").is_some() && form.get("Timestamp").is_some());
        let mut progress = Progress::default();
        for (key, value) in form.pairs() {
            match key {
                "AccountSid" => value.clone_into(&mut read.account_sid),
                "CallSid" => value.clone_into(&mut read.call_sid),
                "CallStatus" => read.status = CallStatus::parse(value),
                "Direction" => value.clone_into(&mut read.direction),
                "From" => value.clone_into(&mut read.from),
                "To" => value.clone_into(&mut read.to),
                "ParentCallSid" => read.parent_call_sid = Some(value.to_owned()),
                // Both repeat what stands in `From` and `To`; the last two are constant.
                "Caller" | "Called" | "ApiVersion" | "CallbackSource" => {}
                _ if is_progress && progress.take(key, value) => {}
                _ => read.others.push((key.to_owned(), value.to_owned())),
            }
        }
        if read.call_sid.is_empty() {
            return Err(MissingParameter { parameter: "CallSid" });
        }
        read.progress = is_progress.then_some(progress);
        Ok(read)
    }

    /// Writes the parameters.
    pub fn to_form(&self) -> Form<'_> {
        let mut form = self.known();
        self.push_others(&mut form);
        form
    }

    /// Returns the parameters that have a field.
    pub(super) fn known(&self) -> Form<'_> {
        let mut form = Form::new();
        form.push("AccountSid", self.account_sid.as_str());
        form.push("ApiVersion", API_VERSION);
        form.push("CallSid", self.call_sid.as_str());
        form.push("CallStatus", self.status.as_str());
        form.push("Direction", self.direction.as_str());
        form.push("From", self.from.as_str());
        form.push("To", self.to.as_str());
        form.push("Caller", self.from.as_str());
        form.push("Called", self.to.as_str());
        form.push_some("ParentCallSid", self.parent_call_sid.as_deref());
        if let Some(progress) = &self.progress {
            progress.write(&mut form);
        }
        form
    }

    pub(super) fn push_others<'a>(&'a self, form: &mut Form<'a>) {
        for (key, value) in &self.others {
            form.push(key.as_str(), value.as_str());
        }
    }

    /// Returns what tells doubles of this webhook apart from others of the same call.
    ///
    /// News of a state are counted by Twilio; a request for a document is known by the state it was made in.
    pub fn key(&self) -> String {
        match self.progress.as_ref().and_then(|progress| progress.sequence_number) {
            Some(number) => format!("{}/{number}/{}", self.call_sid, self.status),
            None if self.progress.is_some() => format!("{}/{}", self.call_sid, self.status),
            None => format!("{}/document/{}", self.call_sid, self.status),
        }
    }
}

impl Progress {
    /// Takes a parameter in if it is one of ours and readable.
    fn take(&mut self, key: &str, value: &str) -> bool {
        let number = || value.parse::<u32>().ok();
        match key {
            "Timestamp" => self.at = date::parse(value),
            "SequenceNumber" => self.sequence_number = number(),
            "CallDuration" => self.call_duration = number(),
            "Duration" => self.billed_minutes = number(),
            "SipResponseCode" => self.sip_response_code = number(),
            "ErrorCode" => self.error_code = number(),
            "ErrorMessage" => self.error_message = Some(value.to_owned()),
            "StirStatus" => self.stir_status = Some(value.to_owned()),
            _ => return false,
        }
        true
    }

    fn write<'a>(&'a self, form: &mut Form<'a>) {
        let text = |number: Option<u32>| number.map(|number| number.to_string());
        form.push_some("Timestamp", self.at.map(date::rfc2822));
        form.push("CallbackSource", "call-progress-events");
        form.push_some("SequenceNumber", text(self.sequence_number));
        form.push_some("StirStatus", self.stir_status.as_deref());
        form.push_some("CallDuration", text(self.call_duration));
        form.push_some("Duration", text(self.billed_minutes));
        form.push_some("SipResponseCode", text(self.sip_response_code));
        form.push_some("ErrorCode", text(self.error_code));
        form.push_some("ErrorMessage", self.error_message.as_deref());
    }
}

impl fmt::Debug for CallCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sequence = self.progress.as_ref().and_then(|progress| progress.sequence_number);
        f.debug_struct("CallCallback")
            .field("call", &self.call_sid)
            .field("status", &self.status)
            .field("sequence", &sequence)
            .finish_non_exhaustive()
    }
}
