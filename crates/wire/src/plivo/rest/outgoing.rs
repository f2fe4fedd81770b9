//! A built request, with the one thing that its sender must know: whether it may be sent twice.
//!
//! Plivo has no idempotency key, and its own libraries send every request up to three times on a 5xx, `POST /Call/` among
//! them: two phones ring. So every `POST` of ours is marked, and a sender has to look at the mark to get at the request.

use serde_json::{Map, Value};

use super::AuthId;
use super::route::account_path;
use crate::http::{Form, HttpRequest, Method};

/// A request and how it may be sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outgoing {
    /// At most once. If no clear answer comes, find out what happened; never send it again by machine.
    Once(HttpRequest),
    /// Again if need be: it reads, or ends what can end only once.
    Repeatable(HttpRequest),
}

impl Outgoing {
    /// Returns the request itself.
    pub const fn request(&self) -> &HttpRequest {
        match self {
            Self::Once(request) | Self::Repeatable(request) => request,
        }
    }

    pub(super) fn get(account: &AuthId, below: &str) -> Self {
        Self::Repeatable(HttpRequest::new(Method::Get, account_path(account) + below))
    }

    pub(super) fn get_with(account: &AuthId, below: &str, query: &Form<'_>) -> Self {
        let question = if query.pairs().len() == 0 { String::new() } else { format!("?{}", query.encode()) };
        Self::get(account, &(below.to_owned() + &question))
    }

    pub(super) fn delete(account: &AuthId, below: &str) -> Self {
        Self::Repeatable(HttpRequest::new(Method::Delete, account_path(account) + below))
    }

    pub(super) fn delete_with(account: &AuthId, below: &str, query: &Form<'_>) -> Self {
        let question = if query.pairs().len() == 0 { String::new() } else { format!("?{}", query.encode()) };
        Self::delete(account, &(below.to_owned() + &question))
    }

    pub(super) fn post(account: &AuthId, below: &str, body: Map<String, Value>) -> Self {
        let mut request = HttpRequest::new(Method::Post, account_path(account) + below);
        request.headers.push(("content-type".into(), "application/json".into()));
        request.body = Value::Object(body).to_string().into_bytes();
        Self::Once(request)
    }
}
