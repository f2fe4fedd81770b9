//! `X-Plivo-Signature-V3`: signs what the sandbox sends, verifies what arrives. V2, which covers neither query nor body, is
//! verified only for who asks for it.
//!
//! The string that is signed is the address without its query, then the parameters *decoded* and sorted, then a dot and the
//! nonce. It is fed to the MAC piece by piece. Several tokens may be right at once: those of a subaccount and of its main
//! account, and the old and the new one while a token is being changed; each header may carry several signatures.
//!
//! What surprised us: query pairs are joined as `k=v&k=v`, those of the body as `kvkv`; a question mark stands before the
//! body even if there is no query, and a dot between the two if there is one. A socket, although `wss://`, is signed as
//! `http://`. The nonce has no time in it: keep those seen ([`NonceMemory`]).
//!
//! Build the address from the configured public one, never from what a proxy made of it: scheme, port and the slash at the
//! end all count.

mod nonce;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};
use thiserror::Error;

use crate::http::{FORM_TYPE, Form, Method, split_target};

pub use nonce::{NonceMemory, Seen};

/// The header that carries the signatures by the token of the account or subaccount that owns the call.
pub const HEADER: &str = "x-plivo-signature-v3";

/// The header that carries the signatures by the main account's token.
pub const MAIN_HEADER: &str = "x-plivo-signature-ma-v3";

/// The header that carries the nonce of both.
pub const NONCE_HEADER: &str = "x-plivo-signature-v3-nonce";

/// The same three of the older scheme.
pub const V2_HEADER: &str = "x-plivo-signature-v2";
/// See [`V2_HEADER`].
pub const V2_MAIN_HEADER: &str = "x-plivo-signature-ma-v2";
/// See [`V2_HEADER`].
pub const V2_NONCE_HEADER: &str = "x-plivo-signature-v2-nonce";

/// Most signatures that are looked at in one header: two tokens of two accounts, and as many again.
const MAX_SIGNATURES: usize = 8;

/// Longest nonce that is taken: Plivo's have 20 digits.
const MAX_NONCE: usize = 64;

/// The signature is missing or wrong. Says no more, so that nobody can learn from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the signature is missing or wrong")]
pub struct Forged;

/// The headers of a signature, as they came.
#[derive(Clone, Copy, Default)]
pub struct Signatures<'a> {
    /// [`HEADER`].
    pub own: Option<&'a str>,
    /// [`MAIN_HEADER`].
    pub main: Option<&'a str>,
    /// [`NONCE_HEADER`].
    pub nonce: Option<&'a str>,
}

impl<'a> Signatures<'a> {
    /// Looks the headers up by their names in lower case.
    pub fn v3(header: &dyn Fn(&str) -> Option<&'a str>) -> Self {
        Self { own: header(HEADER), main: header(MAIN_HEADER), nonce: header(NONCE_HEADER) }
    }

    /// The same, of the older scheme.
    pub fn v2(header: &dyn Fn(&str) -> Option<&'a str>) -> Self {
        Self { own: header(V2_HEADER), main: header(V2_MAIN_HEADER), nonce: header(V2_NONCE_HEADER) }
    }

    fn nonce(&self) -> Result<&'a str, Forged> {
        self.nonce.map(str::trim).filter(|nonce| !nonce.is_empty() && nonce.len() <= MAX_NONCE).ok_or(Forged)
    }

    /// Returns all signatures given, those of the own account first.
    fn all(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let split =
            |header: Option<&'a str>| header.unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty()).take(MAX_SIGNATURES);
        split(self.own).chain(split(self.main))
    }
}

/// A webhook as it arrived: what is signed, and the signature.
pub struct Signed<'a> {
    /// How it was asked.
    pub method: Method,
    /// The public address that was called, query included.
    pub url: &'a str,
    /// The `Content-Type` header, if any.
    pub content_type: Option<&'a str>,
    /// The raw body.
    pub body: &'a [u8],
    /// The headers.
    pub signatures: Signatures<'a>,
}

/// A webhook whose signature is right.
pub struct Opened<'a> {
    /// Its parameters: those of the body, or of the query for `GET`.
    pub parameters: Form<'a>,
    /// Its nonce, for the [`NonceMemory`].
    pub nonce: &'a str,
}

/// The tokens of an account, prepared for signing and checking.
#[derive(Clone)]
pub struct SigningKeys {
    keys: Vec<Hmac<Sha256>>,
}

impl SigningKeys {
    /// Prepares a token.
    pub fn new(auth_token: &str) -> Self {
        Self { keys: vec![keyed(auth_token)] }
    }

    /// Returns the same with one more token: the main account's beside a subaccount's, or the next one while it is changed.
    #[must_use]
    pub fn and(mut self, auth_token: &str) -> Self {
        self.keys.push(keyed(auth_token));
        self
    }

    /// Returns the value of a V3 header by the tokens, one signature for each. `form` is the body's; none for `GET`, and for
    /// a socket.
    pub fn sign(&self, method: Method, url: &str, form: &Form<'_>, nonce: &str) -> String {
        let message = Message::v3(method, url, form);
        self.header(|key| message.mac(key, nonce))
    }

    /// Returns the value of a V2 header.
    pub fn sign_v2(&self, url: &str, nonce: &str) -> String {
        self.header(|key| v2_mac(key, url, nonce))
    }

    fn header(&self, mac: impl Fn(&Hmac<Sha256>) -> [u8; 32]) -> String {
        // No blank behind the comma: one official library does not trim.
        self.keys.iter().map(|key| base64_simd::STANDARD.encode_to_string(mac(key))).collect::<Vec<_>>().join(",")
    }

    /// Checks the V3 signature of an address and a form.
    ///
    /// # Errors
    /// [`Forged`] if no token fits any signature, neither for the address as given nor for the one with its port dropped or
    /// spelt out, which is what proxies do.
    pub fn verify(&self, method: Method, url: &str, form: &Form<'_>, signatures: &Signatures<'_>) -> Result<(), Forged> {
        let nonce = signatures.nonce()?;
        let fits = |url: &str| {
            let message = Message::v3(method, url, form);
            self.fits(signatures, |key| message.mac(key, nonce))
        };
        let found = fits(url) || other_port(url).is_some_and(|url| fits(&url));
        if found { Ok(()) } else { Err(Forged) }
    }

    /// Checks the V2 signature of an address. It says nothing of the query and the body.
    ///
    /// # Errors
    /// [`Forged`], as in [`SigningKeys::verify`].
    pub fn verify_v2(&self, url: &str, signatures: &Signatures<'_>) -> Result<(), Forged> {
        let nonce = signatures.nonce()?;
        let fits = |url: &str| self.fits(signatures, |key| v2_mac(key, url, nonce));
        let found = fits(url) || other_port(url).is_some_and(|url| fits(&url));
        if found { Ok(()) } else { Err(Forged) }
    }

    /// Checks a webhook and returns its parameters. A body that is no form is covered by no signature, and so is forged.
    ///
    /// # Errors
    /// [`Forged`] for a missing or wrong signature.
    pub fn open<'a>(&self, signed: &Signed<'a>) -> Result<Opened<'a>, Forged> {
        let nonce = signed.signatures.nonce()?;
        let parameters = signed.form()?;
        match signed.method {
            Method::Get => {
                self.verify(Method::Get, signed.url, &Form::new(), &signed.signatures)?;
            }
            Method::Post => self.verify(Method::Post, signed.url, &parameters, &signed.signatures)?,
            Method::Delete => return Err(Forged),
        }
        Ok(Opened { parameters, nonce })
    }

    /// Checks a webhook by V2 alone, for who has switched that on: its parameters may be anybody's.
    ///
    /// # Errors
    /// [`Forged`] for a missing or wrong signature.
    pub fn open_v2<'a>(&self, signed: &Signed<'a>) -> Result<Opened<'a>, Forged> {
        self.verify_v2(signed.url, &signed.signatures)?;
        Ok(Opened { parameters: signed.form()?, nonce: signed.signatures.nonce()? })
    }

    /// Checks the handshake of a media socket. `url` is the public address with `ws` or `wss`.
    ///
    /// Only the form with `http://` was seen to fit on a live call; `https://` and the address as given are tried as well.
    ///
    /// # Errors
    /// [`Forged`] if none fits.
    pub fn verify_socket(&self, url: &str, signatures: &Signatures<'_>) -> Result<(), Forged> {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let fits = |url: &str| self.verify(Method::Get, url, &Form::new(), signatures).is_ok();
        let found = fits(&format!("http://{rest}")) || fits(&format!("https://{rest}")) || fits(url);
        if found { Ok(()) } else { Err(Forged) }
    }

    /// Returns whether any token fits any signature, looking at all of them in any case.
    fn fits(&self, signatures: &Signatures<'_>, mac: impl Fn(&Hmac<Sha256>) -> [u8; 32]) -> bool {
        let macs: Vec<_> = self.keys.iter().map(mac).collect();
        let mut found = Choice::from(0);
        for signature in signatures.all() {
            let Some(given) = decode(signature) else { continue };
            for mac in &macs {
                found |= mac.ct_eq(&given);
            }
        }
        found.into()
    }
}

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKeys({})", self.keys.len())
    }
}

impl<'a> Signed<'a> {
    /// Returns the parameters: those of the body, or of the query for `GET`.
    fn form(&self) -> Result<Form<'a>, Forged> {
        if self.method == Method::Get {
            return if self.body.is_empty() { Ok(Form::parse(split_target(self.url).1)) } else { Err(Forged) };
        }
        let is_form =
            self.content_type.is_some_and(|kind| kind.trim_start().get(..FORM_TYPE.len()).is_some_and(|start| start.eq_ignore_ascii_case(FORM_TYPE)));
        if !self.body.is_empty() && !is_form {
            return Err(Forged);
        }
        // Plivo's forms are ASCII; a body that is no UTF-8 cannot carry a right signature of its values.
        Ok(Form::parse(std::str::from_utf8(self.body).map_err(|_| Forged)?))
    }
}

/// What is signed, before the nonce.
struct Message<'a> {
    path: &'a str,
    query: Vec<(String, String)>,
    body: Vec<(&'a str, &'a str)>,
}

impl<'a> Message<'a> {
    fn v3(method: Method, url: &'a str, form: &'a Form<'_>) -> Self {
        let (path, query) = split_target(url);
        let mut query: Vec<_> = Form::parse(query).pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        query.sort_unstable();
        let mut body: Vec<_> = if method == Method::Get { Vec::new() } else { form.pairs().collect() };
        body.sort_unstable();
        Self { path, query, body }
    }

    fn mac(&self, key: &Hmac<Sha256>, nonce: &str) -> [u8; 32] {
        let mut mac = key.clone();
        mac.update(self.path.as_bytes());
        if !self.query.is_empty() || !self.body.is_empty() {
            mac.update(b"?");
        }
        for (at, (key, value)) in self.query.iter().enumerate() {
            if at > 0 {
                mac.update(b"&");
            }
            mac.update(key.as_bytes());
            mac.update(b"=");
            mac.update(value.as_bytes());
        }
        if !self.query.is_empty() && !self.body.is_empty() {
            mac.update(b".");
        }
        for (key, value) in &self.body {
            mac.update(key.as_bytes());
            mac.update(value.as_bytes());
        }
        mac.update(b".");
        mac.update(nonce.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// V2: the address without its query, then the nonce, nothing between them.
fn v2_mac(key: &Hmac<Sha256>, url: &str, nonce: &str) -> [u8; 32] {
    let mut mac = key.clone();
    mac.update(split_target(url).0.as_bytes());
    mac.update(nonce.as_bytes());
    mac.finalize().into_bytes().into()
}

fn keyed(auth_token: &str) -> Hmac<Sha256> {
    Hmac::new_from_slice(auth_token.trim().as_bytes()).expect("HMAC takes keys of any length")
}

/// 256 bits are 44 characters; whatever is longer is none of ours.
fn decode(signature: &str) -> Option<[u8; 32]> {
    if signature.len() != 44 {
        return None;
    }
    let mut given = [0_u8; 33];
    let decoded: &[u8] = base64_simd::STANDARD.decode(signature.as_bytes(), base64_simd::Out::from_slice(&mut given)).ok()?;
    decoded.try_into().ok()
}

/// Returns the address with its port dropped, or with the default one spelt out: 443 for `https` and `wss`, 80 otherwise.
fn other_port(url: &str) -> Option<String> {
    let host_at = url.find("://")? + 3;
    let host_end = url[host_at..].find(['/', '?', '#']).map_or(url.len(), |at| host_at + at);
    let authority = &url[host_at..host_end];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = host.rsplit_once(':').filter(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()));
    Some(match port {
        Some((_, port)) => format!("{}{}", &url[..host_end - port.len() - 1], &url[host_end..]),
        None => {
            let is_secure = url.starts_with("https:") || url.starts_with("wss:");
            format!("{}:{}{}", &url[..host_end], if is_secure { 443 } else { 80 }, &url[host_end..])
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_comes_and_goes_and_nothing_else() {
        let other = |url: &str| other_port(url).unwrap();
        assert_eq!(other("https://pm.example.com/a?b=c:1"), "https://pm.example.com:443/a?b=c:1");
        assert_eq!(other("http://pm.example.com:8080/a"), "http://pm.example.com/a");
        assert_eq!(other("wss://u:1@pm.example.com"), "wss://u:1@pm.example.com:443");
        assert_eq!(other_port("nonsense"), None);
    }
}
