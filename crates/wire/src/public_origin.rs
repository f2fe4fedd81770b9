//! The address under which the internet reaches us, as the one source of every address that carriers sign.
//!
//! What a proxy says in its headers can be said by anybody; this is configured. The target is taken from the request line as
//! it stands, byte by byte, since it is what was signed.

use std::fmt;

use thiserror::Error;

/// Scheme, host, perhaps a port, perhaps a path that a proxy takes off.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicOrigin {
    /// Without a slash at its end.
    text: String,
}

/// Why an address cannot be our public one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum PublicOriginError {
    /// Neither `https://` nor `http://`.
    #[error("a public address begins with https://")]
    Scheme,
    /// No host, or one with signs that hosts do not have. Twilio takes none with an underscore.
    #[error("the host of the public address is missing or has signs other than letters, digits, dots and hyphens")]
    Host,
    /// Not a number that ports have.
    #[error("the port of the public address is no number from 1 to 65535")]
    Port,
    /// A query or a fragment.
    #[error("a public address ends before ? and #")]
    Rest,
    /// Not encrypted, and not on this machine.
    #[error("a public address that is not on this machine begins with https://")]
    NotEncrypted,
}

impl PublicOrigin {
    /// Reads `https://calls.example.org`, with or without a port, user and password, and a path before all of ours.
    ///
    /// # Errors
    /// What makes it none; no message holds any of it.
    pub fn parse(text: &str) -> Result<Self, PublicOriginError> {
        let text = text.trim();
        let (is_encrypted, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            _ => return Err(PublicOriginError::Scheme),
        };
        let scheme = text[..text.len() - rest.len()].to_ascii_lowercase();
        let rest = rest.trim_end_matches('/');
        if rest.contains(['?', '#', ' ']) {
            return Err(PublicOriginError::Rest);
        }
        let authority = rest.split('/').next().unwrap_or_default();
        let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = split_port(host_and_port);
        if port.is_some_and(|port| port.parse::<u16>().is_err() || port == "0") {
            return Err(PublicOriginError::Port);
        }
        let is_address = host.starts_with('[') && host.ends_with(']') && host.len() > 2;
        let is_name = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
        if !is_address && !is_name {
            return Err(PublicOriginError::Host);
        }
        let is_here = matches!(host, "localhost" | "[::1]") || host.starts_with("127.");
        if !is_encrypted && !is_here {
            return Err(PublicOriginError::NotEncrypted);
        }
        // Schemes and hosts have no case; carriers sign them in lower case.
        let (user, path) = (&authority[..authority.len() - host_and_port.len()], &rest[authority.len()..]);
        Ok(Self { text: format!("{scheme}{user}{}{path}", host_and_port.to_ascii_lowercase()) })
    }

    /// Returns the address of a request, which is what is signed. `target` is path and query as they stand in the request
    /// line; behind a proxy that takes a path off, what is left of them.
    pub fn url(&self, target: &str) -> String {
        let mut url = String::with_capacity(self.text.len() + target.len() + 1);
        url.push_str(&self.text);
        if !target.starts_with('/') {
            url.push('/');
        }
        url.push_str(target);
        url
    }

    /// Returns the same for the handshake of a socket: `wss` in place of `https`, `ws` in place of `http`.
    pub fn socket_url(&self, target: &str) -> String {
        self.url(target).replacen("http", "ws", 1)
    }

    /// Returns whether only this machine reaches it: no carrier does.
    pub fn is_local(&self) -> bool {
        let host = self.text.split_once("://").map_or("", |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or_default();
        let host = split_port(host.rsplit_once('@').map_or(host, |(_, host)| host)).0;
        matches!(host, "localhost" | "[::1]") || host.starts_with("127.")
    }
}

/// May hold a password.
impl fmt::Debug for PublicOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicOrigin")
    }
}

fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (host, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_put_together_from_origin_and_target() {
        let origin = PublicOrigin::parse("HTTPS://Calls.Example.org/").unwrap();
        assert_eq!(origin.url("/twilio/voice?task=42&x=%20"), "https://calls.example.org/twilio/voice?task=42&x=%20");
        assert_eq!(origin.socket_url("/media"), "wss://calls.example.org/media");
        let behind_a_proxy = PublicOrigin::parse("https://User:P%40ss@example.org:8443/pm/").unwrap();
        assert_eq!(behind_a_proxy.url("/status"), "https://User:P%40ss@example.org:8443/pm/status");
        assert!(!behind_a_proxy.is_local());
    }

    #[test]
    fn this_machine_needs_no_encryption() {
        for text in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:9"] {
            assert!(PublicOrigin::parse(text).unwrap().is_local(), "{text}");
        }
        assert_eq!(PublicOrigin::parse("http://127.0.0.1:8080").unwrap().socket_url("/m"), "ws://127.0.0.1:8080/m");
    }

    #[test]
    fn what_is_no_public_address_says_why() {
        let fault = |text: &str| PublicOrigin::parse(text).unwrap_err();
        assert_eq!(fault("calls.example.org"), PublicOriginError::Scheme);
        assert_eq!(fault("ftp://calls.example.org"), PublicOriginError::Scheme);
        assert_eq!(fault("https://"), PublicOriginError::Host);
        assert_eq!(fault("https://my_host.example.org"), PublicOriginError::Host);
        assert_eq!(fault("https://example.org:http"), PublicOriginError::Port);
        assert_eq!(fault("https://example.org:0"), PublicOriginError::Port);
        assert_eq!(fault("https://example.org/a?b"), PublicOriginError::Rest);
        assert_eq!(fault("http://example.org"), PublicOriginError::NotEncrypted);
    }
}
