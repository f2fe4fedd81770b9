//! What the account's programs did wrong lately, of all calls: Twilio's own log, on a host of its own.

use telephony::Timestamp;

use super::checks::{INVALID, Write as _, one_of};
use super::loose::resource;
use super::route::{Asked, Product, get_bare, list_bare, segment};
use super::{Paging, RestError};
use crate::date;
use crate::http::{Form, HttpRequest, Method};

resource! {
    /// One entry. `Debug` shows its code only.
    AlertResource shows [sid, error_code, log_level] {
        /// `AC…`.
        account_sid: String,
        /// A form: `Msg=…&ErrorCode=…`.
        alert_text: String,
        /// `2010-04-01`.
        api_version: String,
        /// ISO 8601.
        date_created: String,
        /// ISO 8601.
        date_generated: String,
        /// ISO 8601.
        date_updated: String,
        /// Twilio's code, as text.
        error_code: String,
        /// `error`, `warning`, `notice`, `debug`.
        log_level: String,
        /// Where to read more.
        more_info: String,
        /// How we were asked.
        request_method: String,
        /// Where we were asked.
        request_url: String,
        /// What we were asked; only when it is shown alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_variables: String,
        /// What we were asked; only when it is shown alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        request_headers: String,
        /// What we answered; only when it is shown alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        response_headers: String,
        /// What we answered; only when it is shown alone.
        #[serde(skip_serializing_if = "Option::is_none")]
        response_body: String,
        /// What it is about: `CA…` as a rule.
        resource_sid: String,
        /// `NO…`.
        sid: String,
        /// The address of the resource.
        url: String,
    }
}

/// Which entries to list.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct AlertFilter {
    /// `error`, `warning`, `notice`, `debug`.
    pub log_level: Option<String>,
    /// Those at or after this moment.
    pub start: Option<Timestamp>,
    /// Those at or before this moment.
    pub end: Option<Timestamp>,
}

impl AlertFilter {
    fn to_query(&self) -> Form<'static> {
        let mut query = Form::new();
        self.log_level.write("LogLevel", &mut query);
        query.push_some("StartDate", self.start.map(date::iso8601));
        query.push_some("EndDate", self.end.map(date::iso8601));
        query
    }

    fn from_query(query: &Form<'_>) -> Result<Self, RestError> {
        let moment = |key: &str| match query.filled(key) {
            None => Ok(None),
            Some(text) => date::parse_second(text).map(Some).ok_or_else(|| RestError::invalid(INVALID, format!("Invalid {key}"))),
        };
        Ok(Self {
            log_level: one_of(query, "LogLevel", &["error", "warning", "notice", "debug"])?,
            start: moment("StartDate")?,
            end: moment("EndDate")?,
        })
    }
}

/// What can be asked of the log.
#[derive(Clone, PartialEq, Debug)]
pub enum AlertRequest {
    /// List entries.
    List {
        /// Which.
        filter: AlertFilter,
        /// Which page.
        paging: Paging,
    },
    /// Show one, with the request and reply that it is about.
    Fetch {
        /// `NO…`.
        alert: String,
    },
}

impl AlertRequest {
    /// Where this is answered.
    pub const PRODUCT: Product = Product::Monitor;

    pub(super) fn parse(asked: &Asked<'_>, rest: &[&str]) -> Result<Self, RestError> {
        match (asked.method, rest) {
            (Method::Get, []) => Ok(Self::List { filter: AlertFilter::from_query(&asked.query)?, paging: asked.paging()? }),
            (Method::Get, [alert]) => Ok(Self::Fetch { alert: (*alert).to_owned() }),
            _ => Err(asked.unknown()),
        }
    }

    pub(super) fn write(&self) -> HttpRequest {
        match self {
            Self::List { filter, paging } => list_bare("/v1/Alerts", filter.to_query(), paging),
            Self::Fetch { alert } => get_bare(format!("/v1/Alerts/{}", segment(alert))),
        }
    }
}
