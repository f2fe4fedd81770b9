//! Sends `wire`'s request values, and tells "nothing was sent" from "nobody knows".
//!
//! That difference is the whole point. A request that may not be doubled ([`HttpShell::send_once`]) gets a connection of its
//! own: a pooled one may be dead already, and then nobody could tell whether the bytes arrived. What may be doubled
//! ([`HttpShell::send`]) uses the pool and is tried a little more. Redirects are never followed. What is logged of requests
//! and replies is made by [`masked`], under a name of its own ([`WIRE_LOG`]); else status, count and kind of failure.

mod resume;

use std::net::IpAddr;
use std::sync::Once;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Url};
use telephony::Private;
use thiserror::Error;
use wire::http::{HttpReply, HttpRequest, Method};

use crate::masked;

/// The part of the log that shows requests and replies, at DEBUG.
pub const WIRE_LOG: &str = "carriers::wire";

/// Longer replies are none of a carrier's API. The longest are recordings: an hour of both sides is 115 MB.
const MAX_REPLY_BYTES: usize = 256 << 20;

/// Tries of a request that may be doubled, the first one included.
const MAX_TRIES: u32 = 3;

/// Waits between tries: this, then twice this.
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// A carrier that asks for a longer wait than this is not waited for here.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Where to send, as whom, and how long to wait.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Scheme, host and port: `https://api.twilio.com`.
    pub origin: String,
    /// User of Basic authentication.
    pub user: String,
    /// Its password.
    pub password: Private<String>,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long request and reply may take together.
    pub total_timeout: Duration,
}

impl HttpConfig {
    /// Returns a configuration with the usual times: 5 s to connect, 30 s in all.
    ///
    /// Source: Twilio's Node library waits 30 s; connecting across an ocean takes well under one.
    pub fn new(origin: impl Into<String>, user: impl Into<String>, password: Private<String>) -> Self {
        Self { origin: origin.into(), user: user.into(), password, connect_timeout: Duration::from_secs(5), total_timeout: Duration::from_secs(30) }
    }
}

/// Why a shell cannot be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum HttpConfigError {
    /// Not an address.
    #[error("the carrier's address must be http:// or https:// with a host, without a query")]
    BadOrigin,
    /// The trusted certificates of this machine cannot be read.
    #[error("TLS cannot be set up; install the package ca-certificates")]
    NoTls,
}

/// No reply came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum NoReply {
    /// No connection: no byte of the request was sent.
    #[error("no connection")]
    NotSent,
    /// The request, or a part of it, was sent.
    #[error("no reply")]
    Unclear,
}

/// A client of one carrier. A clone shares its connections.
#[derive(Clone, Debug)]
pub struct HttpShell {
    origin: Url,
    user: String,
    password: Private<String>,
    fresh: Client,
    pooled: Client,
}

impl HttpShell {
    /// Makes a client. Nothing is sent.
    pub fn new(config: HttpConfig) -> Result<Self, HttpConfigError> {
        let origin = Url::parse(&config.origin).map_err(|_| HttpConfigError::BadOrigin)?;
        let sound = matches!(origin.scheme(), "http" | "https") && origin.has_host() && origin.query().is_none() && origin.fragment().is_none();
        if !sound {
            return Err(HttpConfigError::BadOrigin);
        }
        install_tls();
        let builder = || -> ClientBuilder {
            let builder = Client::builder()
                .user_agent(concat!("puppetmaster/", env!("CARGO_PKG_VERSION")))
                .connect_timeout(config.connect_timeout)
                .timeout(config.total_timeout)
                .redirect(Policy::none())
                .retry(reqwest::retry::never());
            match (origin.scheme(), is_loopback(&origin)) {
                // A proxy of the machine never leads back to the machine.
                (_, true) => builder.no_proxy(),
                _ => builder,
            }
        };
        // Plain HTTP needs no certificates; reading the machine's takes milliseconds and may fail for lack of any.
        let builder = || if origin.scheme() == "http" { builder().tls_certs_only([]) } else { builder() };
        let fresh = builder().pool_max_idle_per_host(0).build().map_err(|_| HttpConfigError::NoTls)?;
        let pooled = builder().pool_idle_timeout(Duration::from_secs(30)).build().map_err(|_| HttpConfigError::NoTls)?;
        Ok(Self { origin, user: config.user, password: config.password, fresh, pooled })
    }

    /// Returns the same client, signed in as somebody else.
    #[must_use]
    pub fn signed_in(&self, user: &str, password: Private<String>) -> Self {
        Self { user: user.to_owned(), password, ..self.clone() }
    }

    /// Returns the same client for another host of the same carrier, with the same credentials.
    ///
    /// # Errors
    /// The origin is none, or is not of the same scheme: the client was made for that.
    pub fn beside(&self, origin: &str) -> Result<Self, HttpConfigError> {
        let origin = Url::parse(origin).map_err(|_| HttpConfigError::BadOrigin)?;
        if origin.scheme() != self.origin.scheme() || !origin.has_host() {
            return Err(HttpConfigError::BadOrigin);
        }
        Ok(Self { origin, ..self.clone() })
    }

    /// Sends a request that must not be doubled. At most one leaves this process.
    ///
    /// # Errors
    /// [`NoReply::NotSent`] if no connection came about; [`NoReply::Unclear`] for all that goes wrong afterwards.
    pub async fn send_once(&self, request: &HttpRequest) -> Result<HttpReply, NoReply> {
        self.exchange(&self.fresh, request).await
    }

    /// Sends a request that may be doubled without harm; tries again if there is no reply, or a passing refusal.
    ///
    /// # Errors
    /// The failure of the last try.
    pub async fn send(&self, request: &HttpRequest) -> Result<HttpReply, NoReply> {
        let mut wait = FIRST_WAIT;
        let mut tries = 1;
        loop {
            let outcome = self.exchange(&self.pooled, request).await;
            let asked_wait = match &outcome {
                Ok(reply) if matches!(reply.status, 429 | 500..=599) => retry_after(reply),
                Ok(_) => return outcome,
                Err(_) => None,
            };
            if tries == MAX_TRIES || asked_wait.is_some_and(|asked| asked > LONGEST_WAIT) {
                return outcome;
            }
            tokio::time::sleep(asked_wait.unwrap_or(wait)).await;
            wait *= 2;
            tries += 1;
            tracing::debug!(tries, "a carrier is asked again");
        }
    }

    async fn exchange(&self, client: &Client, request: &HttpRequest) -> Result<HttpReply, NoReply> {
        let response = self.open(client, request).await?;
        let (status, headers) = (response.status().as_u16(), headers_of(&response));
        let body = read_body(response).await?;
        let reply = HttpReply { status, headers, body: body.into() };
        tracing::debug!(target: WIRE_LOG, reply = masked::reply(&reply), "from a carrier");
        Ok(reply)
    }

    /// Sends a request and returns the reply with its body still to come.
    async fn open(&self, client: &Client, request: &HttpRequest) -> Result<reqwest::Response, NoReply> {
        tracing::debug!(target: WIRE_LOG, request = masked::request(request), "to a carrier");
        // What cannot even be written down was not sent.
        let url = self.url(&request.target).ok_or(NoReply::NotSent)?;
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut builder = client.request(method, url).basic_auth(&self.user, Some(self.password.expose()));
        for (name, value) in &request.headers {
            let name = HeaderName::try_from(name).map_err(|_| NoReply::NotSent)?;
            builder = builder.header(name, HeaderValue::try_from(value).map_err(|_| NoReply::NotSent)?);
        }
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        builder.send().await.map_err(|error| sort(&error))
    }

    /// Puts path and query behind the origin, whose own path (a reverse proxy's) stays in front.
    fn url(&self, target: &str) -> Option<Url> {
        let origin = self.origin.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{origin}{target}")).ok()?;
        (target.starts_with('/') && url.origin() == self.origin.origin()).then_some(url)
    }
}

fn headers_of(response: &reqwest::Response) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// Returns how long a refusal asks to wait, in whole seconds; the form with a date is not read.
pub fn retry_after(reply: &HttpReply) -> Option<Duration> {
    reply.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

pub(crate) async fn read_body(mut response: reqwest::Response) -> Result<Bytes, NoReply> {
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(|_| NoReply::Unclear)? {
        if body.len() + piece.len() > MAX_REPLY_BYTES {
            return Err(NoReply::Unclear);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body.freeze())
}

fn sort(error: &reqwest::Error) -> NoReply {
    let not_sent = error.is_connect() || error.is_builder();
    tracing::debug!(not_sent, timeout = error.is_timeout(), "no reply from a carrier");
    if not_sent { NoReply::NotSent } else { NoReply::Unclear }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

/// Chooses the cryptography of TLS for the process, once. Another choice made before stays.
pub(crate) fn install_tls() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let already_chosen = rustls::crypto::ring::default_provider().install_default().is_err();
        tracing::debug!(already_chosen, "TLS is set up");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(origin: &str) -> Result<HttpShell, HttpConfigError> {
        HttpShell::new(HttpConfig::new(origin, "AC1", Private::new("s3cr3t".into())))
    }

    #[test]
    fn a_target_never_leaves_its_origin() {
        let shell = shell("http://127.0.0.1:9/base/").unwrap();
        assert_eq!(shell.url("/2010-04-01/x?y=1").unwrap().as_str(), "http://127.0.0.1:9/base/2010-04-01/x?y=1");
        assert_eq!(shell.url("@evil.example/"), None);
        assert_eq!(shell.url(".evil.example/"), None);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for origin in ["", "api.twilio.com", "ftp://x", "https://", "https://x/?a=1"] {
            assert_eq!(shell(origin).err(), Some(HttpConfigError::BadOrigin), "{origin}");
        }
    }

    #[test]
    fn debug_shows_no_password() {
        assert!(!format!("{:?}", shell("http://127.0.0.1:9").unwrap()).contains("s3cr3t"));
    }
}
