//! What Twilio complained about while it carried a call: errors and warnings.

use telephony::Timestamp;

use super::checks::{Write as _, lies_within, moments, one_of, write_moments};
use super::loose::resource;
use super::route::{Asked, get, list, segment};
use super::{Paging, RestError};
use crate::http::{Form, HttpRequest, Method};

resource! {
    /// One complaint. `Debug` shows its code only.
    NotificationResource shows [sid, error_code, log] {
        /// `AC…`.
        account_sid: String,
        /// `2010-04-01`.
        api_version: String,
        /// `CA…`.
        call_sid: String,
        /// RFC 2822.
        date_created: String,
        /// RFC 2822.
        date_updated: String,
        /// Twilio's code, as text.
        error_code: String,
        /// `0` for an error, `1` for a warning.
        log: String,
        /// RFC 2822.
        message_date: String,
        /// A form: `Msg=…&ErrorCode=…&LogLevel=…`.
        message_text: String,
        /// Where to read more.
        more_info: String,
        /// How we were asked.
        request_method: String,
        /// Where we were asked.
        request_url: String,
        /// What we were asked; only when it is shown alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_variables: String,
        /// What we answered; only when it is shown alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        response_headers: String,
        /// What we answered; only when it is shown alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        response_body: String,
        /// `NO…`.
        sid: String,
        /// The path of the resource.
        uri: String,
    }
}

impl NotificationResource {
    /// Returns Twilio's code.
    pub fn code(&self) -> Option<u32> {
        self.error_code.as_deref()?.trim().parse().ok()
    }

    /// Returns what the complaint says, out of its form.
    pub fn message(&self) -> Option<String> {
        let text = self.message_text.as_deref()?;
        Some(Form::parse(text).get("Msg")?.to_owned())
    }
}

/// Which complaints to list.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct NotificationFilter {
    /// `0` for errors, `1` for warnings.
    pub log: Option<String>,
    /// Those at or after this moment.
    pub after: Option<Timestamp>,
    /// Those at or before this moment.
    pub before: Option<Timestamp>,
}

impl NotificationFilter {
    fn to_query(&self) -> Form<'static> {
        let mut query = Form::new();
        self.log.write("Log", &mut query);
        write_moments(&mut query, "MessageDate", self.after, self.before);
        query
    }

    fn from_query(query: &Form<'_>) -> Result<Self, RestError> {
        let (after, before) = moments(query, "MessageDate")?;
        Ok(Self { log: one_of(query, "Log", &["0", "1"])?, after, before })
    }

    /// Returns whether a complaint passes the filter.
    pub fn passes(&self, notification: &NotificationResource) -> bool {
        let same = self.log.is_none() || self.log == notification.log;
        same && lies_within(notification.message_date.as_deref(), self.after, self.before)
    }
}

/// What can be asked of complaints, those of one call or all.
#[derive(Clone, PartialEq, Debug)]
pub enum NotificationRequest {
    /// List them.
    List {
        /// The call, if the path names it.
        call: Option<String>,
        /// Which.
        filter: NotificationFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show one.
    Fetch {
        /// The call, if the path names it.
        call: Option<String>,
        /// `NO…`.
        notification: String,
    },
}

impl NotificationRequest {
    pub(super) fn parse(asked: &Asked<'_>, call: Option<&str>, rest: &[&str]) -> Result<Self, RestError> {
        let call = call.map(str::to_owned);
        Ok(match (asked.method, rest) {
            (Method::Get, []) => Self::List { call, filter: NotificationFilter::from_query(&asked.query)?, paging: asked.paging()? },
            (Method::Get, [notification]) => Self::Fetch { call, notification: (*notification).to_owned() },
            (_, [] | [_]) => return Err(RestError::method_not_allowed()),
            _ => return Err(asked.unknown()),
        })
    }

    pub(super) fn write(&self, account: &str) -> HttpRequest {
        let all = |call: &Option<String>| match call {
            Some(call) => format!("{account}/Calls/{}/Notifications", segment(call)),
            None => format!("{account}/Notifications"),
        };
        match self {
            Self::List { call, filter, paging } => list(all(call), filter.to_query(), paging),
            Self::Fetch { call, notification } => get(format!("{}/{}", all(call), segment(notification))),
        }
    }
}
