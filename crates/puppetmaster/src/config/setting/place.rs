//! Files, folders, addresses and programs.

use std::net::SocketAddr;
use std::path::PathBuf;

use models::CommandLine;

use super::{Around, Setting, Wrong};

/// A directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directory(pub PathBuf);

impl Directory {
    fn read(text: &str, around: &Around<'_>) -> Result<Self, Wrong> {
        if text.trim().is_empty() || text.contains('\0') {
            return Err(Wrong::value());
        }
        let path = match (text.strip_prefix("~/"), around.home) {
            (Some(rest), Some(home)) => home.join(rest),
            (Some(_), None) => return Err(Wrong::because("there is no home directory that `~` could mean")),
            (None, _) => around.directory.join(text),
        };
        Ok(Self(path))
    }
}

const EXPECTED_DIRECTORY: &str = "a directory; a relative one begins at the file in which it stands, `~/` is your home";

impl Setting for Directory {
    fn expects(&self) -> String {
        EXPECTED_DIRECTORY.into()
    }

    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong> {
        *self = Self::read(text, around)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.0.display().to_string())
    }
}

impl Setting for Option<Directory> {
    fn expects(&self) -> String {
        EXPECTED_DIRECTORY.into()
    }

    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong> {
        *self = Some(Directory::read(text, around)?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Setting::show)
    }
}

/// A program that hears or speaks in place of the built-in engines.
impl Setting for Option<CommandLine> {
    fn expects(&self) -> String {
        "a program and its arguments; quotes keep blanks together, there is no shell".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = Some(CommandLine::parse(text).map_err(|error| Wrong::because(error.to_string()))?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|line| line.as_str().to_owned())
    }
}

/// A file that is read when it is needed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NamedFile(pub PathBuf);

impl Setting for Option<NamedFile> {
    fn expects(&self) -> String {
        "a file; a relative path begins at the file in which it stands, `~/` is your home".into()
    }

    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong> {
        *self = Some(NamedFile(Directory::read(text, around)?.0));
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|file| file.0.display().to_string())
    }
}

/// Where carriers reach us: scheme and host, `https://calls.example.org`, perhaps with a port, no path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Returns the origin without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether it begins with `https://`.
    pub fn is_encrypted(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Returns whether it never leaves this machine.
    pub fn is_loopback(&self) -> bool {
        let authority = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let is_loopback = |host: &str| host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        match authority.parse::<SocketAddr>() {
            Ok(address) => address.ip().is_loopback(),
            Err(_) => is_loopback(authority.rsplit_once(':').map_or(authority, |(host, _)| host)) || is_loopback(authority),
        }
    }
}

impl Setting for Option<PublicUrl> {
    fn expects(&self) -> String {
        "an origin such as https://calls.example.org, without a path".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let origin = text.strip_suffix('/').unwrap_or(text);
        let Some(host) = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")) else {
            return Err(Wrong::because("it does not begin with https:// (or http://)"));
        };
        if host.contains(['/', '?', '#']) {
            return Err(Wrong::because("there is a path behind the host"));
        }
        let is_host_text = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        if host.is_empty() || host.starts_with(':') || !host.chars().all(is_host_text) {
            return Err(Wrong::because("the host is missing or has signs that no host has"));
        }
        *self = Some(PublicUrl(origin.to_owned()));
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|url| url.0.clone())
    }

    // `https://user:password@host` must not be quoted in the error that refuses it.
    fn is_private(&self) -> bool {
        true
    }
}

impl Setting for SocketAddr {
    fn expects(&self) -> String {
        "an address and a port such as 127.0.0.1:8080; port 0 takes a free one".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = text.parse().map_err(|_| Wrong::value())?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}
