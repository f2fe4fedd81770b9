//! The program that a carrier speaks to: the HTTP client for webhooks and files, bounded in time and size.
//!
//! What is sent, how it is signed and how often it is tried again is each carrier's business.

use std::time::Duration;

use audio::resample::{Conversion, resample};
use audio::wav::read_wav;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::{Client, Url};

use crate::SandboxError;

/// Largest audio file that is played.
const MAX_FILE_BYTES: usize = 16 * 1_024 * 1_024;

/// Ten minutes at 8 kHz: the longest file that is played.
const MAX_FILE_SAMPLES: usize = 4_800_000 * 3;

/// What a program answered.
#[derive(Clone, Debug)]
pub struct HookReply {
    /// The status code.
    pub status: u16,
    /// Without parameters, in lower case.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unreached {
    /// The address is none.
    BadAddress,
    /// No connection came about.
    NoConnection,
    /// It leads on and on.
    TooManyRedirects,
    /// The answer is larger than is taken.
    TooLong,
    /// Nothing came in time, or it broke off.
    NoAnswer,
}

/// Returns a client whose requests take so long at most. It trusts nobody over TLS: the practice network speaks to loopback.
pub fn client(timeout: Duration) -> Result<Client, SandboxError> {
    let failed = |_| SandboxError::CannotSetUp { what: "the HTTP client" };
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| SandboxError::CannotSetUp { what: "TLS" })?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::limited(10))
        .connect_timeout(Duration::from_secs(5))
        .timeout(timeout)
        .build()
        .map_err(failed)
}

/// Reads an answer of so many bytes at most.
pub async fn read(mut reply: reqwest::Response, most: usize) -> Result<HookReply, Unreached> {
    let content_type = reply.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let status = reply.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = reply.chunk().await.map_err(|error| why(&error))? {
        if body.len() + chunk.len() > most {
            return Err(Unreached::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HookReply { status, content_type, body })
}

/// Fetches a file at an absolute address; an answer that is no success is no answer.
pub async fn fetch(client: &Client, url: &str, user_agent: &'static str) -> Result<HookReply, Unreached> {
    let url = Url::parse(url).map_err(|_| Unreached::BadAddress)?;
    let reply = client.get(url).header(USER_AGENT, user_agent).send().await.map_err(|error| why(&error))?;
    let reply = read(reply, MAX_FILE_BYTES).await?;
    if (200..300).contains(&reply.status) { Ok(reply) } else { Err(Unreached::NoAnswer) }
}

/// Resolves an address against that of the current document.
pub fn resolve(base: Option<&str>, url: &str) -> Result<String, Unreached> {
    match (Url::parse(url), base) {
        (Ok(_), _) => Ok(url.to_owned()),
        (Err(_), Some(base)) => Ok(Url::parse(base).and_then(|base| base.join(url)).map_err(|_| Unreached::BadAddress)?.to_string()),
        (Err(_), None) => Err(Unreached::BadAddress),
    }
}

/// Reads an address that can be asked over HTTP.
pub fn web_address(url: &str) -> Result<Url, Unreached> {
    Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https")).ok_or(Unreached::BadAddress)
}

/// Returns why a request failed.
pub fn why(error: &reqwest::Error) -> Unreached {
    if error.is_redirect() {
        Unreached::TooManyRedirects
    } else if error.is_connect() {
        Unreached::NoConnection
    } else {
        Unreached::NoAnswer
    }
}

/// Reads a WAV file of a usual rate as telephone audio, the first channel.
pub fn samples_of(bytes: &[u8]) -> Option<Vec<i16>> {
    let wav = read_wav(bytes, MAX_FILE_SAMPLES).ok()?;
    let samples = wav.channel(0);
    match wav.rate_hz {
        8_000 => Some(samples),
        16_000 => Some(resample(Conversion::Down16To8, &samples)),
        24_000 => Some(resample(Conversion::Down24To8, &samples)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_resolve_against_the_document() {
        let base = Some("http://127.0.0.1:9/a/b?x=1");
        assert_eq!(resolve(base, "c?y=2").unwrap(), "http://127.0.0.1:9/a/c?y=2");
        assert_eq!(resolve(base, "/c").unwrap(), "http://127.0.0.1:9/c");
        assert_eq!(resolve(base, "http://e.com/z").unwrap(), "http://e.com/z");
        assert_eq!(resolve(None, "/c"), Err(Unreached::BadAddress));
    }
}
