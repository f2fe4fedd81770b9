//! The error body of the REST API: `{"api_id": …, "error": …}`. Plivo has no error codes; the HTTP status sorts, and the
//! text, where a known one is in it, says more (see `error_codes`).

use serde_json::{Map, Value};

use crate::http::HttpReply;

/// A refusal. The text may hold a number and belongs in no log.
#[derive(Clone, PartialEq)]
pub struct RestError {
    /// The HTTP status.
    pub status: u16,
    /// What Plivo says: text as a rule; some replies carry an object.
    pub error: Value,
    /// Plivo's name for the request, to tell to its support.
    pub api_id: Option<String>,
}

impl RestError {
    /// Makes an error.
    pub fn new(status: u16, error: impl Into<String>) -> Self {
        Self { status, error: Value::String(error.into()), api_id: None }
    }

    /// A required parameter is not there.
    pub fn missing(key: &str) -> Self {
        Self::new(400, format!("{key} parameter is missing"))
    }

    /// A parameter has a value that Plivo refuses. That Plivo refuses it is documented, with which words is not.
    pub fn invalid(key: &str, what: &str) -> Self {
        Self::new(400, format!("{key} parameter is invalid: {what}"))
    }

    /// Wrong credentials. The text is from memory.
    pub fn unauthorized() -> Self {
        Self::new(401, "Could not verify your access level for that URL. You have to login with proper credentials")
    }

    /// No such resource, or a call that is over.
    pub fn not_found() -> Self {
        Self::new(404, "not found")
    }

    /// The resource knows no such method.
    pub fn method_not_allowed() -> Self {
        Self::new(405, "method not allowed")
    }

    /// More than 300 requests in 5 seconds.
    pub fn too_many_requests() -> Self {
        Self::new(429, "Too many requests")
    }

    /// Returns the same with the name of the request.
    #[must_use]
    pub fn for_request(mut self, api_id: &str) -> Self {
        self.api_id = Some(api_id.to_owned());
        self
    }

    /// Returns what Plivo says as text.
    pub fn text(&self) -> String {
        match &self.error {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// Reads the error of a reply, also of one without a readable body: the status always stands.
    pub fn read(reply: &HttpReply) -> Self {
        let mut body: Map<String, Value> = serde_json::from_slice(&reply.body).unwrap_or_default();
        let error = body.remove("error").or_else(|| body.remove("message")).unwrap_or_default();
        let api_id = body.remove("api_id").and_then(|id| id.as_str().map(str::to_owned));
        Self { status: reply.status, error, api_id }
    }

    /// Returns the reply that carries the error: always an object, for one official library falls over anything else.
    pub fn reply(&self) -> HttpReply {
        let mut body = Map::new();
        body.insert("api_id".into(), self.api_id.clone().into());
        body.insert("error".into(), self.error.clone());
        HttpReply::json(self.status, &body)
    }
}

impl std::fmt::Debug for RestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RestError({})", self.status)
    }
}

impl std::fmt::Display for RestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HTTP {}", self.status)
    }
}

impl std::error::Error for RestError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_reply_gives_an_error_with_its_status() {
        let read = |status, body: &str| RestError::read(&HttpReply { status, headers: Vec::new(), body: body.as_bytes().to_vec() });
        assert_eq!(read(502, "<html>bad gateway</html>"), RestError { status: 502, error: Value::Null, api_id: None });
        let nested = read(400, r#"{"api_id":"a1","error":{"to":"bad"}}"#);
        assert_eq!((nested.text().as_str(), nested.api_id.as_deref()), (r#"{"to":"bad"}"#, Some("a1")));
        assert_eq!(read(401, "[]").text(), "");
        assert!(!format!("{:?} {}", read(400, r#"{"error":"+14155550100"}"#), read(400, "")).contains("555"));
    }
}
