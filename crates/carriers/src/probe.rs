//! Asks any address once, without credentials: our own public address, a tunnel's local page.
//!
//! For checks before the first call. Redirects are not followed, because carriers lose the form on their way; nothing is
//! logged but the kind of failure.

use std::error::Error as _;
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use thiserror::Error;

use crate::http::{install_tls, is_loopback, read_body};

/// What an address answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Where it sends us instead, if it does.
    pub location: Option<String>,
    /// The body, as text.
    pub body: String,
}

/// Why there was no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum NoAnswer {
    /// Not an address.
    #[error("it is no address")]
    NotAnAddress,
    /// The name of the host is not known.
    #[error("the name of the host is not known")]
    NoSuchHost,
    /// The certificate is not one that others trust.
    #[error("its certificate is not trusted, has expired, or is for another name")]
    Certificate,
    /// Nobody listens there, or something between closes the way.
    #[error("no connection came about")]
    NoConnection,
    /// Connected, but no answer came in time, or a broken one.
    #[error("no answer came in time")]
    NoReply,
}

/// Sends one request and returns what came. `form` is a body to post; without one it is a `GET`.
///
/// # Errors
/// [`NoAnswer`].
pub async fn ask(url: &str, headers: &[(String, String)], form: Option<String>, patience: Duration) -> Result<Answer, NoAnswer> {
    let url = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()).ok_or(NoAnswer::NotAnAddress)?;
    install_tls();
    let mut builder = Client::builder()
        .user_agent(concat!("puppetmaster/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(patience)
        .timeout(patience)
        .redirect(Policy::none())
        .retry(reqwest::retry::never());
    if url.scheme() == "http" {
        builder = builder.tls_certs_only([]);
    }
    if is_loopback(&url) {
        builder = builder.no_proxy();
    }
    let client = builder.build().map_err(|_| NoAnswer::Certificate)?;
    let mut request = match form {
        Some(form) => client.post(url).body(form),
        None => client.get(url),
    };
    for (name, value) in headers {
        let name = HeaderName::try_from(name).map_err(|_| NoAnswer::NotAnAddress)?;
        request = request.header(name, HeaderValue::try_from(value).map_err(|_| NoAnswer::NotAnAddress)?);
    }
    let reply = request.send().await.map_err(|error| sort(&error))?;
    let location = reply.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let status = reply.status().as_u16();
    // A socket that opened has no body; its bytes are the socket's.
    if status == 101 {
        return Ok(Answer { status, location, body: String::new() });
    }
    let body = read_body(reply).await.map_err(|_| NoAnswer::NoReply)?;
    Ok(Answer { status, location, body: String::from_utf8_lossy(&body).into_owned() })
}

/// Returns the headers of a WebSocket handshake. The key is any 16 bytes: nobody is kept out by it.
pub fn handshake() -> Vec<(String, String)> {
    [("connection", "Upgrade"), ("upgrade", "websocket"), ("sec-websocket-version", "13"), ("sec-websocket-key", "cHVwcGV0bWFzdGVyIQAAAA==")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

/// The causes of a failed connection are told apart by their texts: the client hides their types.
fn sort(error: &reqwest::Error) -> NoAnswer {
    if !error.is_connect() {
        return NoAnswer::NoReply;
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        let text = inner.to_string().to_ascii_lowercase();
        if text.contains("dns error") || text.contains("lookup address") {
            return NoAnswer::NoSuchHost;
        }
        if text.contains("certificate") {
            return NoAnswer::Certificate;
        }
        cause = inner.source();
    }
    NoAnswer::NoConnection
}
