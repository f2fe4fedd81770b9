//! Which calls to list.

use std::fmt;

use telephony::Timestamp;

use super::CallResource;
use crate::http::Form;
use crate::twilio::rest::RestError;
use crate::twilio::rest::checks::{is_as_asked, lies_within, moments, text, write_moments};
use crate::twilio::status::CallStatus;

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
    pub(in crate::twilio::rest) fn to_query(&self) -> Form<'static> {
        let mut query = Form::new();
        query.push_some("To", self.to.clone());
        query.push_some("From", self.from.clone());
        query.push_some("ParentCallSid", self.parent_call_sid.clone());
        query.push_some("Status", self.status.as_ref().map(|status| status.as_str().to_owned()));
        write_moments(&mut query, "StartTime", self.start_after, self.start_before);
        write_moments(&mut query, "EndTime", self.end_after, self.end_before);
        query
    }

    /// Reads the filters. A bare date in `StartTime` or `EndTime` is that whole day, a moment that second.
    pub(in crate::twilio::rest) fn from_query(query: &Form<'_>) -> Result<Self, RestError> {
        let (start_after, start_before) = moments(query, "StartTime")?;
        let (end_after, end_before) = moments(query, "EndTime")?;
        Ok(Self {
            to: text(query, "To")?,
            from: text(query, "From")?,
            parent_call_sid: text(query, "ParentCallSid")?,
            status: query.filled("Status").map(CallStatus::parse),
            start_after,
            start_before,
            end_after,
            end_before,
        })
    }

    /// Returns whether a call passes the filter.
    pub fn passes(&self, call: &CallResource) -> bool {
        is_as_asked(self.to.as_deref(), call.to.as_deref())
            && is_as_asked(self.from.as_deref(), call.from.as_deref())
            && is_as_asked(self.parent_call_sid.as_deref(), call.parent_call_sid.as_deref())
            && is_as_asked(self.status.as_ref().map(CallStatus::as_str), call.status.as_deref())
            && lies_within(call.start_time.as_deref(), self.start_after, self.start_before)
            && lies_within(call.end_time.as_deref(), self.end_after, self.end_before)
    }
}

impl fmt::Debug for CallFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFilter").field("status", &self.status).finish_non_exhaustive()
    }
}
