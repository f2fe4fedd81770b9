//! `X-Twilio-Signature`: signs what the sandbox sends, verifies what arrives.
//!
//! The string that is signed is the address followed by each key and value of the form, sorted, nothing between them. It is
//! fed to the MAC piece by piece, so a check allocates one short list. Keys are prepared once ([`SigningKey::new`]).
//!
//! What surprised us: a port may appear or vanish between signer and verifier, so both addresses are tried, as Twilio's own
//! libraries do; a signature over `:8443` cannot be matched once the port is lost. Sockets are signed over `wss://`.

mod keyring;

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::http::{FORM_TYPE, Form, split_target};

pub use keyring::Keyring;

/// The header that carries the signature.
pub const HEADER: &str = "x-twilio-signature";

/// The header that names another algorithm than SHA-1.
pub const SETTINGS_HEADER: &str = "x-twilio-webhooks-signature-settings";

/// The hash under a signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    /// What Twilio signs with by default.
    HmacSha1,
    /// Of shared keys.
    HmacSha256,
}

impl Algorithm {
    /// Reads `key=…,algorithm=HMAC_SHA256`. No header, or none named in it, means SHA-1; an unknown one is `None`: refuse.
    pub fn from_settings(header: Option<&str>) -> Option<Self> {
        let named = header.unwrap_or_default().split(',').find_map(|part| part.trim().strip_prefix("algorithm="));
        match named.map(str::trim) {
            None | Some("HMAC_SHA1") => Some(Self::HmacSha1),
            Some("HMAC_SHA256") => Some(Self::HmacSha256),
            Some(_) => None,
        }
    }

    /// Returns the settings header of a signature by a shared key; SHA-1 has none.
    pub fn settings(self, shared_key: &str) -> Option<String> {
        (self == Self::HmacSha256).then(|| format!("key={shared_key},algorithm=HMAC_SHA256"))
    }
}

/// The signature is missing or wrong. Says no more, so that nobody can learn from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the signature is missing or wrong")]
pub struct Forged;

/// A webhook as it arrived: what is signed, and the signature.
pub struct Signed<'a> {
    /// The public address that was called, query included.
    pub url: &'a str,
    /// The `Content-Type` header, if any.
    pub content_type: Option<&'a str>,
    /// The raw body.
    pub body: &'a [u8],
    /// The signature header, if any.
    pub signature: Option<&'a str>,
    /// The settings header, if any.
    pub settings: Option<&'a str>,
}

/// An account's secret, prepared for signing and checking.
#[derive(Clone)]
pub struct SigningKey {
    sha1: Hmac<Sha1>,
    sha256: Hmac<Sha256>,
}

impl SigningKey {
    /// Prepares a secret: the account's auth token, or a shared key.
    pub fn new(secret: &str) -> Self {
        Self { sha1: keyed(secret), sha256: keyed(secret) }
    }

    /// Returns the signature of an address and a form. `GET` requests and sockets have an empty form.
    pub fn sign(&self, url: &str, form: &Form<'_>, algorithm: Algorithm) -> String {
        let pairs = sorted(form);
        let url = without_fragment(url);
        match algorithm {
            Algorithm::HmacSha1 => base64_simd::STANDARD.encode_to_string(mac(&self.sha1, &[url], &pairs)),
            Algorithm::HmacSha256 => base64_simd::STANDARD.encode_to_string(mac(&self.sha256, &[url], &pairs)),
        }
    }

    /// Checks the signature of an address and a form.
    ///
    /// # Errors
    /// [`Forged`] if it fits neither the address as given nor the one with its port dropped or spelt out.
    pub fn verify(&self, url: &str, form: &Form<'_>, signature: &str, algorithm: Algorithm) -> Result<(), Forged> {
        // 256 bits are 44 characters; whatever is longer is none of ours.
        let mut given = [0_u8; 33];
        let signature = signature.trim().as_bytes();
        if signature.len() > 44 {
            return Err(Forged);
        }
        let out = base64_simd::Out::from_slice(&mut given);
        let given: &[u8] = base64_simd::STANDARD.decode(signature, out).map_err(|_| Forged)?;
        let pairs = sorted(form);
        let url = without_fragment(url);
        let fits = |parts: &[&str]| match algorithm {
            Algorithm::HmacSha1 => bool::from(mac(&self.sha1, parts, &pairs).as_slice().ct_eq(given)),
            Algorithm::HmacSha256 => bool::from(mac(&self.sha256, parts, &pairs).as_slice().ct_eq(given)),
        };
        let other_port = other_port(url);
        let matches = fits(&[url]) || other_port.is_some_and(|parts| fits(&parts));
        if matches { Ok(()) } else { Err(Forged) }
    }

    /// Checks a webhook and returns its parameters: those of the body if it is a form, else those of the query.
    ///
    /// A body that is no form must have its hash in the signed address (`bodySHA256`), else it is nobody's word.
    ///
    /// # Errors
    /// [`Forged`] for a missing or wrong signature, an unknown algorithm, or a body that nothing vouches for.
    pub fn open<'a>(&self, signed: &Signed<'a>) -> Result<Form<'a>, Forged> {
        open_with([self], signed)
    }

    /// Checks the handshake of a socket. `url` is the public address with `ws` or `wss`.
    ///
    /// Pairs of a query may have been signed as part of the address or as parameters: two of Twilio's own libraries differ,
    /// so either is accepted.
    ///
    /// # Errors
    /// [`Forged`] if neither fits.
    pub fn verify_socket(&self, url: &str, signature: Option<&str>, settings: Option<&str>) -> Result<(), Forged> {
        let signature = signature.ok_or(Forged)?;
        let algorithm = Algorithm::from_settings(settings).ok_or(Forged)?;
        if self.verify(url, &Form::new(), signature, algorithm).is_ok() {
            return Ok(());
        }
        let (path, query) = split_target(url);
        if query.is_empty() {
            return Err(Forged);
        }
        self.verify(path, &Form::parse(query), signature, algorithm)
    }
}

/// Opens a webhook with whichever of these keys fits.
fn open_with<'k, 'a>(keys: impl IntoIterator<Item = &'k SigningKey>, signed: &Signed<'a>) -> Result<Form<'a>, Forged> {
    let signature = signed.signature.ok_or(Forged)?;
    let algorithm = Algorithm::from_settings(signed.settings).ok_or(Forged)?;
    let is_form =
        signed.content_type.is_some_and(|kind| kind.trim_start().get(..FORM_TYPE.len()).is_some_and(|start| start.eq_ignore_ascii_case(FORM_TYPE)));
    let mut keys = keys.into_iter();
    let mut verify = |form: &Form<'_>| {
        let fits = keys.any(|key| key.verify(signed.url, form, signature, algorithm).is_ok());
        if fits { Ok(()) } else { Err(Forged) }
    };
    if is_form && !signed.body.is_empty() {
        // Twilio's forms are ASCII; a body that is no UTF-8 cannot carry a right signature of its values.
        let form = Form::parse(std::str::from_utf8(signed.body).map_err(|_| Forged)?);
        verify(&form)?;
        return Ok(form);
    }
    verify(&Form::new())?;
    let query = Form::parse(split_target(signed.url).1);
    if !signed.body.is_empty() {
        let hash = query.get("bodySHA256").ok_or(Forged)?;
        if !bool::from(body_hash(signed.body).as_bytes().ct_eq(hash.as_bytes())) {
            return Err(Forged);
        }
    }
    Ok(query)
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey")
    }
}

/// Returns the address to sign for a body that is no form: the same with the body's hash in its query.
pub fn with_body_hash(url: &str, body: &[u8]) -> String {
    let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
    let separator = if url.contains('?') { '&' } else { '?' };
    let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
    format!("{url}{separator}bodySHA256={}{fragment}", body_hash(body))
}

/// Returns the lower-case hexadecimal SHA-256 of a body, as it stands in `bodySHA256`.
pub fn body_hash(body: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(body) {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn keyed<M: KeyInit>(secret: &str) -> M {
    M::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length")
}

fn mac<M: Mac + Clone>(key: &M, url: &[&str], pairs: &[(&str, &str)]) -> hmac::digest::Output<M> {
    let mut mac = key.clone();
    for part in url {
        mac.update(part.as_bytes());
    }
    for (key, value) in pairs {
        mac.update(key.as_bytes());
        mac.update(value.as_bytes());
    }
    mac.finalize().into_bytes()
}

/// Pairs by key, then value, in the order of code points; doubles once.
fn sorted<'f>(form: &'f Form<'_>) -> Vec<(&'f str, &'f str)> {
    let mut pairs: Vec<_> = form.pairs().collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn without_fragment(url: &str) -> &str {
    url.split('#').next().unwrap_or(url)
}

/// Returns the address with its port dropped, or with the default one spelt out: 443 for `https`, 80 for all else.
fn other_port(url: &str) -> Option<[&str; 3]> {
    let host_at = url.find("://")? + 3;
    let host_end = url[host_at..].find(['/', '?']).map_or(url.len(), |at| host_at + at);
    let authority = &url[host_at..host_end];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = host.rsplit_once(':').filter(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    match port {
        Some((_, port)) => Some([&url[..host_end - port.len() - 1], "", &url[host_end..]]),
        None => Some([&url[..host_end], if url.starts_with("https:") { ":443" } else { ":80" }, &url[host_end..]]),
    }
}
