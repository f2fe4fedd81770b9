//! Addresses that Plivo fetches, reports to or connects to.

use std::fmt;

use thiserror::Error;

/// Why a text is no address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("an address must be absolute, {schemes}, with a host and without blanks")]
pub struct NotAnAddress {
    schemes: &'static str,
}

/// An absolute `http` or `https` address. `Debug` shows its host alone: the rest may name a task or carry a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct WebUrl(String);

/// The absolute address of a socket, `wss` or `ws`; at most 2048 characters. `Debug` shows its host alone.
#[derive(Clone, PartialEq, Eq)]
pub struct SocketUrl(String);

impl WebUrl {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let fault = NotAnAddress { schemes: "http:// or https://" };
        if is_absolute(text, &["https://", "http://"]) { Ok(Self(text.to_owned())) } else { Err(fault) }
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SocketUrl {
    /// Reads an address; blanks around it are passed over, as Plivo does.
    pub fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let fault = NotAnAddress { schemes: "wss:// or ws://" };
        let text = text.trim();
        if text.len() <= 2_048 && is_absolute(text, &["wss://", "ws://"]) { Ok(Self(text.to_owned())) } else { Err(fault) }
    }

    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns whether an address has one of these schemes, a host, and nothing that an address cannot hold.
pub(crate) fn is_absolute(text: &str, schemes: &[&str]) -> bool {
    let rest = schemes.iter().find_map(|scheme| {
        let (start, rest) = (text.get(..scheme.len())?, text.get(scheme.len()..)?);
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    rest.is_some_and(|rest| !host(rest).is_empty()) && text.bytes().all(|b| b.is_ascii_graphic())
}

fn host(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

fn show(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    write!(f, "{scheme}://{}/…", host(rest).rsplit('@').next().unwrap_or_default())
}

impl fmt::Debug for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.0, f)
    }
}

impl fmt::Debug for SocketUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_absolute_or_none() {
        assert!(WebUrl::parse("https://pm.example.com/plivo/answer?task=t42#ct=2000").is_ok());
        assert!(WebUrl::parse("HTTP://127.0.0.1:8080").is_ok());
        for text in ["", "/answer", "https://", "https:///a", "wss://a/b", "https://a b", "ftp://a", "https://é.example"] {
            assert!(WebUrl::parse(text).is_err(), "{text}");
        }
        assert_eq!(SocketUrl::parse(" wss://pm.example.com/s?body=YQ== ").unwrap().as_str(), "wss://pm.example.com/s?body=YQ==");
        assert!(SocketUrl::parse(&format!("wss://a/{}", "x".repeat(2_048))).is_err());
    }

    #[test]
    fn debug_shows_the_host_alone() {
        let shown = format!("{:?}", WebUrl::parse("https://user:pw@pm.example.com/secret?token=1").unwrap());
        assert_eq!(shown, "https://pm.example.com/…");
    }
}
