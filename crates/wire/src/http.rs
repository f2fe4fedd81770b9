//! HTTP requests and replies as plain values, forms and Basic credentials. Nothing here opens a socket.
//!
//! Bodies and queries hold phone numbers, so `Debug` of these types shows shapes only.

use std::borrow::Cow;
use std::fmt;

/// The methods that carriers use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Reads; parameters are in the query.
    Get,
    /// Creates or changes; parameters are in the body.
    Post,
    /// Removes.
    Delete,
}

impl Method {
    /// Returns the method as written on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    /// Reads a method, in any case; `None` for one that carriers do not use.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Delete].into_iter().find(|method| text.eq_ignore_ascii_case(method.as_str()))
    }
}

/// A request to be sent by a shell, which adds the origin and the credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Path and query as they stand in the request line: `/2010-04-01/…?PageSize=2`. Begins with `/`.
    pub target: String,
    /// Headers beside those that the shell sets itself.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// Returns a request without a body.
    pub fn new(method: Method, target: impl Into<String>) -> Self {
        Self { method, target: target.into(), headers: vec![("accept".into(), "application/json".into())], body: Vec::new() }
    }

    /// Returns a `POST` with a form as its body.
    pub fn post_form(target: impl Into<String>, form: &Form<'_>) -> Self {
        let mut request = Self::new(Method::Post, target);
        request.headers.push(("content-type".into(), FORM_TYPE.into()));
        request.body = form.encode().into_bytes();
        request
    }

    /// Returns the path without its query.
    pub fn path(&self) -> &str {
        split_target(&self.target).0
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({} body bytes)", self.method.as_str(), self.path(), self.body.len())
    }
}

/// A reply as it came, or as it should go.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpReply {
    /// The status code.
    pub status: u16,
    /// Headers; names in any case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpReply {
    /// Returns a reply with a JSON body.
    pub fn json(status: u16, body: &impl serde::Serialize) -> Self {
        // Our bodies are structs and maps with text keys, which cannot fail to serialise.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self { status, headers: vec![("content-type".into(), "application/json".into())], body }
    }

    /// Returns a reply without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// Returns a header by its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Returns whether the status is 2xx.
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} body bytes)", self.status, self.body.len())
    }
}

/// The content type of forms.
pub const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// Returns path and query of a request target; the query without its `?`.
pub fn split_target(target: &str) -> (&str, &str) {
    let target = target.split('#').next().unwrap_or(target);
    target.split_once('?').unwrap_or((target, ""))
}

/// Keys and values of a form or query in their order, keys may repeat. Borrows from the text where nothing is encoded.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Form<'a> {
    /// Returns an empty form.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads `a=1&b=two+words&c=%2B`. Never fails: what is not encoded rightly is kept as it stands.
    pub fn parse(text: &'a str) -> Self {
        let count = if text.is_empty() { 0 } else { text.bytes().filter(|b| *b == b'&').count() + 1 };
        let mut pairs = Vec::with_capacity(count.min(256));
        for part in text.split('&').filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            pairs.push((decode(key), decode(value)));
        }
        Self { pairs }
    }

    /// Adds a pair at the end.
    pub fn push(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.pairs.push((key.into(), value.into()));
    }

    /// Adds a pair if there is a value.
    pub fn push_some(&mut self, key: &'static str, value: Option<impl Into<Cow<'a, str>>>) {
        if let Some(value) = value {
            self.push(key, value);
        }
    }

    /// Returns the first value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value.as_ref())
    }

    /// Returns the first value of a key unless it is empty.
    pub fn filled(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// Returns all values of a key in order.
    pub fn all(&self, key: &str) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(move |(k, _)| k == key).map(|(_, value)| value.as_ref())
    }

    /// Returns the pairs in order.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(key, value)| (key.as_ref(), value.as_ref()))
    }

    /// Returns the form as text: spaces as `+`, all but letters, digits and `-_.*` as `%XX`.
    pub fn encode(&self) -> String {
        let mut out = String::new();
        for (key, value) in self.pairs() {
            if !out.is_empty() {
                out.push('&');
            }
            encode_into(key, &mut out);
            out.push('=');
            encode_into(value, &mut out);
        }
        out
    }

    /// Returns the same form, owning its text.
    pub fn into_owned(self) -> Form<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        Form { pairs: self.pairs.into_iter().map(|(key, value)| (own(key), own(value))).collect() }
    }
}

impl fmt::Debug for Form<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.pairs.iter().map(|(key, _)| key)).finish()
    }
}

/// Decodes `%XX` and `+`. Bytes that are no UTF-8 become the replacement character.
pub fn decode(text: &str) -> Cow<'_, str> {
    decode_with(text, true)
}

/// Decodes `%XX` in a part of a path, where `+` is itself.
pub fn decode_path(text: &str) -> Cow<'_, str> {
    decode_with(text, false)
}

/// Writes a text as one part of a path: all but letters, digits and `-._~+` as `%XX`.
pub fn encode_path_segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'+' => out.push(char::from(byte)),
            other => push_encoded(other, &mut out),
        }
    }
    out
}

fn decode_with(text: &str, plus_is_space: bool) -> Cow<'_, str> {
    if !text.bytes().any(|b| b == b'%' || (plus_is_space && b == b'+')) {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let encoded = (byte == b'%').then(|| Some((hex(*bytes.get(at + 1)?)?, hex(*bytes.get(at + 2)?)?))).flatten();
        match (encoded, byte) {
            (Some((high, low)), _) => {
                out.push(high << 4 | low);
                at += 3;
            }
            (None, b'+') if plus_is_space => {
                out.push(b' ');
                at += 1;
            }
            (None, other) => {
                out.push(other);
                at += 1;
            }
        }
    }
    match String::from_utf8(out) {
        Ok(decoded) => Cow::Owned(decoded),
        Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn encode_into(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => push_encoded(other, out),
        }
    }
}

fn push_encoded(byte: u8, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(HEX[usize::from(byte >> 4)]));
    out.push(char::from(HEX[usize::from(byte & 15)]));
}

/// Reads the user and password of an `Authorization: Basic …` value.
pub fn basic_credentials(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = base64_simd::STANDARD.decode_to_vec(encoded.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// Writes an `Authorization: Basic …` value.
pub fn basic_authorization(user: &str, password: &str) -> String {
    format!("Basic {}", base64_simd::STANDARD.encode_to_string(format!("{user}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_keep_their_order() {
        let form = Form::parse("E=initiated&To=%2B1&E=ringing&Empty=&Flag");
        assert_eq!(form.all("E").collect::<Vec<_>>(), ["initiated", "ringing"]);
        assert_eq!(form.get("To"), Some("+1"));
        assert_eq!((form.get("Empty"), form.filled("Empty"), form.get("Flag")), (Some(""), None, Some("")));
        assert_eq!(form.encode(), "E=initiated&To=%2B1&E=ringing&Empty=&Flag=");
    }

    #[test]
    fn plus_and_percent_twenty_are_both_a_space() {
        assert_eq!(decode("h%C3%A9llo+%26%20bye"), "héllo & bye");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%4"), "%zz%4");
    }

    #[test]
    fn a_part_of_a_path_cannot_leave_its_place() {
        assert_eq!(encode_path_segment("my room/../é?#+1"), "my%20room%2F..%2F%C3%A9%3F%23+1");
        assert_eq!(decode_path("my%20room%2F..%2F%C3%A9%3F%23+1"), "my room/../é?#+1");
    }

    #[test]
    fn basic_credentials_round_trip() {
        let header = basic_authorization("AC1", "to:k3n");
        assert_eq!(basic_credentials(&header), Some(("AC1".into(), "to:k3n".into())));
        assert_eq!(basic_credentials("Bearer abc"), None);
        assert_eq!(basic_credentials("Basic !!"), None);
    }

    #[test]
    fn debug_shows_neither_values_nor_queries() {
        let mut form = Form::new();
        form.push("To", "+12125550123");
        let request = HttpRequest::post_form("/Calls.json?To=%2B12125550123", &form);
        assert!(!format!("{request:?} {form:?}").contains("5550123"));
    }
}
