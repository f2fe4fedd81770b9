//! The error body of the REST API.

use serde::{Deserialize, Serialize};

use crate::http::HttpReply;

/// A refusal: HTTP status, Twilio's code and a text.
///
/// Match on the code; Twilio says that texts and even codes get refined. The text may hold a number and belongs in no log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestError {
    /// Twilio's code; the HTTP status if the reply had none.
    #[serde(default)]
    pub code: u32,
    /// What Twilio says.
    #[serde(default, alias = "detail", alias = "title")]
    pub message: String,
    /// Where to read more.
    #[serde(default, alias = "type")]
    pub more_info: String,
    /// The HTTP status.
    #[serde(default)]
    pub status: u16,
}

impl RestError {
    /// Makes an error with its page of documentation.
    pub fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), more_info: format!("https://www.twilio.com/docs/errors/{code}"), status }
    }

    /// A required parameter is missing, or one has a value that Twilio refuses.
    pub fn invalid(code: u32, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// Wrong credentials.
    pub fn unauthorized() -> Self {
        Self::new(401, 20003, "Authenticate")
    }

    /// No such resource.
    pub fn not_found(path: &str) -> Self {
        Self::new(404, 20404, format!("The requested resource {path} was not found"))
    }

    /// The resource knows no such method.
    pub fn method_not_allowed() -> Self {
        Self::new(405, 20004, "Method not allowed")
    }

    /// Too many requests at once.
    pub fn too_many_requests() -> Self {
        Self::new(429, 20429, "Too Many Requests")
    }

    /// New instructions for a call that is not live.
    pub fn not_in_progress() -> Self {
        Self::invalid(21220, "Call is not in-progress. Cannot redirect.")
    }

    /// Reads the error of a reply. What has no readable body is an error with the HTTP status as its code.
    pub fn read(reply: &HttpReply) -> Self {
        let mut error: Self =
            serde_json::from_slice(&reply.body).or_else(|_| read_loosely(&reply.body)).unwrap_or_else(|()| Self::new(reply.status, 0, ""));
        error.status = reply.status;
        if error.code == 0 {
            error.code = u32::from(reply.status);
        }
        error
    }

    /// Returns the reply that carries the error.
    pub fn reply(&self) -> HttpReply {
        HttpReply::json(self.status, self)
    }
}

/// Problem documents have `detail` beside `title`, which the strict reader takes for a double; older ones a code as text.
fn read_loosely(body: &[u8]) -> Result<RestError, ()> {
    let value: serde_json::Value = serde_json::from_slice(body).map_err(|_| ())?;
    let object = value.as_object().ok_or(())?;
    let code = match object.get("code") {
        Some(serde_json::Value::Number(number)) => number.as_u64().and_then(|code| u32::try_from(code).ok()),
        Some(serde_json::Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    let text = |names: [&str; 3]| names.iter().find_map(|name| object.get(*name)?.as_str()).unwrap_or_default().to_owned();
    Ok(RestError {
        code: code.unwrap_or(0),
        message: text(["message", "detail", "title"]),
        more_info: text(["more_info", "type", "instance"]),
        status: 0,
    })
}

impl std::fmt::Debug for RestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RestError({} {})", self.status, self.code)
    }
}

impl std::fmt::Display for RestError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "code {} (HTTP {})", self.code, self.status)
    }
}

impl std::error::Error for RestError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_no_json_still_gives_a_code() {
        let reply = HttpReply { status: 502, headers: Vec::new(), body: b"<html>bad gateway</html>".to_vec() };
        assert_eq!(RestError::read(&reply).code, 502);
    }

    #[test]
    fn a_text_code_is_read() {
        let reply = HttpReply { status: 400, headers: Vec::new(), body: br#"{"code":"21211","message":"x"}"#.to_vec() };
        assert_eq!(RestError::read(&reply).code, 21211);
    }
}
