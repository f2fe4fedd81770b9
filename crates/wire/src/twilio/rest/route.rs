//! Paths of the API: taken apart for the side that answers, put together for the side that asks.

use std::borrow::Cow;

use super::{API_VERSION, Paging, RestError, with_query};
use crate::http::{Form, HttpRequest, Method, decode_path, encode_path_segment};

pub use super::product::Product;

/// A request taken apart as far as all resources need it.
pub(super) struct Asked<'a> {
    pub method: Method,
    pub path: &'a str,
    pub query: Form<'a>,
    pub form: Form<'a>,
}

impl Asked<'_> {
    /// Returns which page is asked for.
    pub fn paging(&self) -> Result<Paging, RestError> {
        Paging::from_query(&self.query)
    }

    /// There is nothing at this path.
    pub fn unknown(&self) -> RestError {
        RestError::not_found(self.path)
    }

    /// Refuses an update that is not `Status=stopped`, the only one that streams and live transcriptions know.
    pub fn must_stop(&self) -> Result<(), RestError> {
        let stops = self.form.get("Status") == Some("stopped");
        if stops { Ok(()) } else { Err(RestError::invalid(super::checks::INVALID, "Status must be stopped")) }
    }
}

/// Where a path leads.
pub(super) struct Route<'a> {
    /// The version: `2010-04-01`, `v1`, `v2`.
    pub version: &'a str,
    /// The account of the path; only the first version names one.
    pub account: Option<Cow<'a, str>>,
    /// What follows, decoded.
    pub parts: Vec<Cow<'a, str>>,
    /// It asks for JSON; the newer versions know nothing else.
    pub json: bool,
}

/// Parts below an account: `Conferences/CF…/Participants/CA…`.
const MAX_PARTS: usize = 4;

impl<'a> Route<'a> {
    pub fn parse(path: &'a str) -> Option<Self> {
        let (version, rest) = path.strip_prefix('/')?.split_once('/')?;
        match version {
            API_VERSION => {
                let rest = rest.strip_prefix("Accounts/")?;
                let (rest, json) = rest.strip_suffix(".json").map_or((rest, false), |rest| (rest, true));
                let mut parts = rest.split('/');
                let account = parts.next().map(decode_path).filter(|account| is_name(account))?;
                Some(Self { version, account: Some(account), parts: sound(parts)?, json })
            }
            "v1" | "v2" => Some(Self { version, account: None, parts: sound(rest.split('/'))?, json: true }),
            _ => None,
        }
    }
}

fn sound<'a>(parts: std::str::Split<'a, char>) -> Option<Vec<Cow<'a, str>>> {
    let parts: Vec<_> = parts.take(MAX_PARTS + 1).map(decode_path).collect();
    (parts.len() <= MAX_PARTS && parts.iter().all(|part| is_name(part))).then_some(parts)
}

/// Clients shorten `.` and `..` away, encoded or not, so nothing can be called so.
fn is_name(part: &str) -> bool {
    !matches!(part, "" | "." | "..")
}

/// Makes an identity, a name, or a number with its `+` one part of a path, whatever it holds. What no path can name becomes
/// nothing, and leads nowhere.
pub(super) fn segment(id: &str) -> String {
    if is_name(id) { encode_path_segment(id) } else { String::new() }
}

pub(super) fn account_path(account: &str) -> String {
    format!("/{API_VERSION}/Accounts/{}", segment(account))
}

pub(super) fn get(path: String) -> HttpRequest {
    HttpRequest::new(Method::Get, path + ".json")
}

pub(super) fn delete(path: String) -> HttpRequest {
    HttpRequest::new(Method::Delete, path + ".json")
}

pub(super) fn post(path: String, form: &Form<'_>) -> HttpRequest {
    HttpRequest::post_form(path + ".json", form)
}

/// Stops a stream or a live transcription below this path.
pub(super) fn stop(all: &str, name: &str) -> HttpRequest {
    let mut form = Form::new();
    form.push("Status", "stopped");
    post(format!("{all}/{}", segment(name)), &form)
}

pub(super) fn list(path: String, query: Form<'static>, paging: &Paging) -> HttpRequest {
    list_bare(&(path + ".json"), query, paging)
}

/// Lists where paths have no ending.
pub(super) fn list_bare(path: &str, mut query: Form<'static>, paging: &Paging) -> HttpRequest {
    paging.write_query(&mut query);
    HttpRequest::new(Method::Get, with_query(path, &query))
}

/// Shows where paths have no ending.
pub(super) fn get_bare(target: String) -> HttpRequest {
    HttpRequest::new(Method::Get, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_never_leads_to_another_resource() {
        assert_eq!(account_path("AC1)2"), "/2010-04-01/Accounts/AC1%292");
        assert_eq!(segment("CA1/../x"), "CA1%2F..%2Fx");
        assert_eq!((segment("."), segment("..")), (String::new(), String::new()));
        for path in ["/2010-04-01/Accounts/AC1/Calls/%2E%2E.json", "/2010-04-01/Accounts/../Calls.json", "/v1/Alerts/."] {
            assert!(Route::parse(path).is_none(), "{path}");
        }
        assert_eq!(Route::parse("/2010-04-01/Accounts/AC1%292/Calls.json").unwrap().account.as_deref(), Some("AC1)2"));
    }
}
