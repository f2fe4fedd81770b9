//! The types a key may have: how each is read from text, what it expects, how it is shown.
//!
//! A value comes as text from every source (file, environment, flag) and is read here, once; behind [`Setting::set`]
//! it cannot be wrong any more. Text of a [`Setting::is_private`] value never enters an error.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assistant::codes::CodeEntry;
use assistant::compliance::place::time_zone;
use assistant::policy::Solicitation;
use carriers::registry::Practised;
use dialogue::brief::Persona;
use models::CommandLine;
use store::MasterKey;
use telephony::cost::Micros;
use telephony::plan::ConversationMode;
use telephony::{PhoneNumber, Private};

use super::Provider;
use super::problem::{BAD_VALUE, OUT_OF_RANGE};

/// A value of the configuration.
pub trait Setting {
    /// Returns what may be written, as the end of "expected …": "whole seconds, 15 to 120".
    fn expects(&self) -> String;

    /// Takes the value that the text means; leaves the old one if the text means none.
    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong>;

    /// Returns the value as text that [`Setting::set`] would take, `None` if it is not set. A secret is masked.
    fn show(&self) -> Option<String>;

    /// Returns whether the text names a person, a number or a secret, and so stays out of errors.
    fn is_private(&self) -> bool {
        false
    }

    /// Returns whether the value is a secret: never from the command line, never shown.
    fn is_secret(&self) -> bool {
        false
    }

    /// Returns whether several values in a YAML sequence are welcome.
    fn is_list(&self) -> bool {
        false
    }

    /// Returns the few words that the value can be, if it is one of few: the nearest is offered to who misspells one.
    fn choices(&self) -> &'static [&'static str] {
        &[]
    }
}

/// What a relative path is relative to.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The directory of the file in which the value stands, or the working directory.
    pub directory: &'a Path,
    /// For paths that begin with `~/`.
    pub home: Option<&'a Path>,
}

/// Why a text is not a value.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// `config.bad_value` or `config.out_of_range`.
    pub entry: &'static CodeEntry,
    /// Why, if the expectation alone does not say it. Never holds the text.
    pub why: Option<String>,
}

impl Wrong {
    const fn value() -> Self {
        Self { entry: &BAD_VALUE, why: None }
    }

    fn because(why: impl Into<String>) -> Self {
        Self { entry: &BAD_VALUE, why: Some(why.into()) }
    }

    const fn range() -> Self {
        Self { entry: &OUT_OF_RANGE, why: None }
    }
}

/// Whole seconds between two bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seconds<const LEAST: u64, const MOST: u64>(Duration);

impl<const LEAST: u64, const MOST: u64> Seconds<LEAST, MOST> {
    /// Returns the time, cut to the bounds and to whole seconds.
    pub fn clamped(time: Duration) -> Self {
        Self(Duration::from_secs(time.as_secs().clamp(LEAST, MOST)))
    }

    /// Returns the time.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl<const LEAST: u64, const MOST: u64> Setting for Seconds<LEAST, MOST> {
    fn expects(&self) -> String {
        format!("whole seconds, {LEAST} to {MOST}")
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        self.0 = Duration::from_secs(whole_number(text, LEAST, MOST)?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.0.as_secs().to_string())
    }
}

/// A whole number between two bounds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Count<const LEAST: u32, const MOST: u32>(u32);

impl<const LEAST: u32, const MOST: u32> Count<LEAST, MOST> {
    /// Returns the number, cut to the bounds.
    pub fn clamped(number: u32) -> Self {
        Self(number.clamp(LEAST, MOST))
    }

    /// Returns the number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const LEAST: u32, const MOST: u32> Setting for Count<LEAST, MOST> {
    fn expects(&self) -> String {
        format!("a whole number, {LEAST} to {MOST}")
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let number = whole_number(text, LEAST.into(), MOST.into())?;
        self.0 = u32::try_from(number).map_err(|_| Wrong::range())?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.0.to_string())
    }
}

fn whole_number(text: &str, least: u64, most: u64) -> Result<u64, Wrong> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Wrong::value());
    }
    match text.parse::<u64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(Wrong::range()),
    }
}

impl Setting for bool {
    fn expects(&self) -> String {
        "true or false".into()
    }

    /// Takes also what `.env` files commonly hold: yes/no, on/off, 1/0.
    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => true,
            "false" | "no" | "off" | "0" => false,
            _ => return Err(Wrong::value()),
        };
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn choices(&self) -> &'static [&'static str] {
        &["true", "false"]
    }
}

impl Setting for Option<bool> {
    fn expects(&self) -> String {
        false.expects()
    }

    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong> {
        let mut choice = false;
        choice.set(text, around)?;
        *self = Some(choice);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.map(|choice| choice.to_string())
    }

    fn choices(&self) -> &'static [&'static str] {
        false.choices()
    }
}

/// More than any call, day or month of one installation costs; a larger figure is a misplaced point.
const MOST_MONEY: Micros = Micros(100_000 * 1_000_000);

impl Setting for Micros {
    fn expects(&self) -> String {
        "an amount of money with at most six decimals, 0 to 100000".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let (units, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if text.starts_with('-') && is_digits(&units[1..]) {
            return Err(Wrong::range());
        }
        if !is_digits(units) || !is_digits(decimals) || decimals.len() > 6 {
            return Err(Wrong::value());
        }
        let padded: u64 = format!("{decimals:0<6}").parse().map_err(|_| Wrong::value())?;
        let units: u64 = units.parse().map_err(|_| Wrong::range())?;
        let amount = units.checked_mul(1_000_000).and_then(|micros| micros.checked_add(padded)).map(Micros);
        *self = amount.filter(|amount| *amount <= MOST_MONEY).ok_or_else(Wrong::range)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        let text = format!("{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000);
        let shortest = text.len() - 4;
        let kept = text.trim_end_matches('0').len().max(shortest);
        Some(text[..kept].to_owned())
    }
}

/// A name as it is said aloud: one line, at most 100 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct SpokenName(String);

impl SpokenName {
    /// Returns the name that is said if the user gave none.
    pub fn of_nobody() -> Self {
        Self("a customer".into())
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Names are private.
impl std::fmt::Debug for SpokenName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[private]")
    }
}

impl Setting for SpokenName {
    fn expects(&self) -> String {
        "a name as it is said aloud, one line of at most 100 characters".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let name = text.trim();
        if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
            return Err(Wrong::value());
        }
        name.clone_into(&mut self.0);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.0.clone())
    }

    fn is_private(&self) -> bool {
        true
    }
}

impl Setting for Option<Private<String>> {
    fn expects(&self) -> String {
        "a secret, best as `${file:path}` or `${VARIABLE}`".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Wrong::because("it has a blank or a line break inside"));
        }
        *self = Some(Private::new(text.to_owned()));
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|_| "********".into())
    }

    fn is_private(&self) -> bool {
        true
    }

    fn is_secret(&self) -> bool {
        true
    }
}

impl Setting for Option<PhoneNumber> {
    fn expects(&self) -> String {
        "a phone number with its country code, in quotes: \"+15551234567\"".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = Some(PhoneNumber::parse(text).map_err(|error| Wrong::because(error.to_string()))?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|number| number.as_e164().to_owned())
    }

    fn is_private(&self) -> bool {
        true
    }
}

/// An identity that a phone provider gave to an account. Its exact form is checked for the provider in use only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountId(String);

impl AccountId {
    /// Returns the identity.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for Option<AccountId> {
    fn expects(&self) -> String {
        "the account's identity, letters and digits".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(Wrong::because("it has a blank or a line break inside"));
        }
        *self = Some(AccountId(text.to_owned()));
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|id| id.0.clone())
    }

    // Whoever swaps identity and token must not find the token in an error.
    fn is_private(&self) -> bool {
        true
    }
}

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

/// A name for machines: letters, digits, dots, dashes, underscores and slashes, at most 200.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlainName(String);

impl PlainName {
    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the region that buckets are in if nobody says where.
    pub fn of_default_region() -> Self {
        Self("us-east-1".into())
    }
}

impl Setting for PlainName {
    fn expects(&self) -> String {
        "letters, digits, dots, dashes, underscores and slashes, at most 200".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
        if text.is_empty() || text.len() > 200 || !text.chars().all(is_plain) || text.split('/').any(|part| part == "." || part == "..") {
            return Err(Wrong::value());
        }
        text.clone_into(&mut self.0);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

impl Setting for Option<PlainName> {
    fn expects(&self) -> String {
        PlainName::of_default_region().expects()
    }

    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong> {
        let mut name = PlainName(String::new());
        name.set(text, around)?;
        *self = Some(name);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Setting::show)
    }
}

impl Setting for Option<MasterKey> {
    fn expects(&self) -> String {
        "64 hexadecimal digits, best as `${file:path}` or `${VARIABLE}`; `openssl rand -hex 32` makes them".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = Some(text.parse().map_err(|_| Wrong::value())?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|_| "********".into())
    }

    fn is_private(&self) -> bool {
        true
    }

    fn is_secret(&self) -> bool {
        true
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

/// Parts of something, in percent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Percentages(pub Vec<u32>);

impl Setting for Percentages {
    fn expects(&self) -> String {
        "a list of whole numbers from 1 to 100, such as [50, 80, 100]".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let mut parts = Vec::new();
        for part in text.split([',', ' ']).filter(|part| !part.is_empty()) {
            parts.push(u32::try_from(whole_number(part, 1, 100)?).map_err(|_| Wrong::range())?);
        }
        self.0 = parts;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        let parts: Vec<String> = self.0.iter().map(u32::to_string).collect();
        Some(format!("[{}]", parts.join(", ")))
    }

    fn is_list(&self) -> bool {
        true
    }
}

/// ISO 3166 regions that may be called, `["US", "CA"]`.
impl Setting for Option<Vec<String>> {
    fn expects(&self) -> String {
        "a list of two-letter countries such as [US, CA]".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let regions: Vec<String> = text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_ascii_uppercase).collect();
        if regions.iter().any(|region| region.len() != 2 || !region.bytes().all(|byte| byte.is_ascii_uppercase())) {
            return Err(Wrong::value());
        }
        *self = Some(regions);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|regions| format!("[{}]", regions.join(", ")))
    }

    fn is_list(&self) -> bool {
        true
    }
}

/// An ISO 4217 currency, `USD`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Currency(String);

impl Currency {
    /// Returns the three letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for Option<Currency> {
    fn expects(&self) -> String {
        "a currency in three capital letters, such as USD".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        if text.len() != 3 || !text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(Wrong::value());
        }
        *self = Some(Currency(text.to_owned()));
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|currency| currency.0.clone())
    }
}

/// A day, `2026-11-22`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Day(String);

impl Day {
    /// Returns year, month and day with dashes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for Option<Day> {
    fn expects(&self) -> String {
        "a day written YYYY-MM-DD".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let parts: Vec<&str> = text.split('-').collect();
        let in_range = |part: &str, width: usize, range: std::ops::RangeInclusive<u32>| {
            part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse().is_ok_and(|number| range.contains(&number))
        };
        match parts[..] {
            [year, month, day] if in_range(year, 4, 2000..=9999) && in_range(month, 2, 1..=12) && in_range(day, 2, 1..=31) => {}
            _ => return Err(Wrong::value()),
        }
        *self = Some(Day(text.to_owned()));
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|day| day.0.clone())
    }
}

impl Setting for Option<Micros> {
    fn expects(&self) -> String {
        Micros::ZERO.expects()
    }

    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong> {
        let mut amount = Micros::ZERO;
        amount.set(text, around)?;
        *self = Some(amount);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Setting::show)
    }
}

impl Setting for Provider {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let found = Self::ALL.into_iter().find(|provider| provider.as_str() == text);
        *self = found.ok_or_else(Wrong::value)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.as_str().into())
    }

    fn choices(&self) -> &'static [&'static str] {
        &["mock", "twilio", "plivo", "sip"]
    }
}

impl Setting for Practised {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = Self::ALL.into_iter().find(|practised| practised.as_str() == text).ok_or_else(Wrong::value)?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        Some(self.as_str().into())
    }

    fn choices(&self) -> &'static [&'static str] {
        const { &[Self::ALL[0].as_str(), Self::ALL[1].as_str()] }
    }
}

impl Setting for Option<Practised> {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, around: &Around<'_>) -> Result<(), Wrong> {
        let mut provider = Practised::default();
        provider.set(text, around)?;
        *self = Some(provider);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().and_then(Setting::show)
    }

    fn choices(&self) -> &'static [&'static str] {
        Practised::default().choices()
    }
}

impl Setting for Solicitation {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = match text {
            "refused" => Self::Refused,
            "with_registry" => Self::WithRegistry,
            _ => return Err(Wrong::value()),
        };
        Ok(())
    }

    fn show(&self) -> Option<String> {
        let word = match self {
            Self::Refused => "refused",
            Self::WithRegistry => "with_registry",
        };
        Some(word.into())
    }

    fn choices(&self) -> &'static [&'static str] {
        &["refused", "with_registry"]
    }
}

/// The IANA name of a time zone that exists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ZoneName(String);

impl ZoneName {
    /// Returns the name, if there is such a zone.
    pub fn of(name: &str) -> Option<Self> {
        time_zone(name).map(|_| Self(name.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for Option<ZoneName> {
    fn expects(&self) -> String {
        "the IANA name of a time zone, for example America/Chicago".into()
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        *self = Some(ZoneName::of(text).ok_or_else(Wrong::value)?);
        Ok(())
    }

    fn show(&self) -> Option<String> {
        self.as_ref().map(|zone| zone.0.clone())
    }
}

const PERSONAS: [(Persona, &str); 4] = [
    (Persona::ProfessionalAssistant, "professional_assistant"),
    (Persona::FriendlyHelper, "friendly_helper"),
    (Persona::FormalRepresentative, "formal_representative"),
    (Persona::Concise, "concise"),
];

impl Setting for Persona {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let found = PERSONAS.into_iter().find(|(_, name)| *name == text);
        *self = found.ok_or_else(Wrong::value)?.0;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        PERSONAS.iter().find(|(persona, _)| persona == self).map(|(_, name)| (*name).to_owned())
    }

    fn choices(&self) -> &'static [&'static str] {
        const { &[PERSONAS[0].1, PERSONAS[1].1, PERSONAS[2].1, PERSONAS[3].1] }
    }
}

const MODES: [(ConversationMode, &str); 3] =
    [(ConversationMode::MediaStream, "media_stream"), (ConversationMode::TextRelay, "text_relay"), (ConversationMode::SpokenTurns, "spoken_turns")];

impl Setting for ConversationMode {
    fn expects(&self) -> String {
        one_of(self.choices())
    }

    fn set(&mut self, text: &str, _: &Around<'_>) -> Result<(), Wrong> {
        let found = MODES.into_iter().find(|(_, name)| *name == text);
        *self = found.ok_or_else(Wrong::value)?.0;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        MODES.iter().find(|(mode, _)| mode == self).map(|(_, name)| (*name).to_owned())
    }

    fn choices(&self) -> &'static [&'static str] {
        const { &[MODES[0].1, MODES[1].1, MODES[2].1] }
    }
}

fn one_of(choices: &[&str]) -> String {
    format!("one of {}", choices.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<S: Setting>(mut setting: S, text: &str) -> Result<Option<String>, &'static str> {
        let around = Around { directory: Path::new("/etc/pm"), home: Some(Path::new("/home/sam")) };
        setting.set(text, &around).map_err(|wrong| wrong.entry.code)?;
        Ok(setting.show())
    }

    fn ok(text: &str) -> Result<Option<String>, &'static str> {
        Ok(Some(text.into()))
    }

    #[test]
    fn money_is_read_to_the_last_micro() {
        assert_eq!(set(Micros::ZERO, "1"), ok("1.00"));
        assert_eq!(set(Micros::ZERO, "0.014"), ok("0.014"));
        assert_eq!(set(Micros::ZERO, "2.500001"), ok("2.500001"));
        assert_eq!(set(Micros::ZERO, "100000"), ok("100000.00"));
        for text in ["-1", "100000.000001", "99999999999999999999"] {
            assert_eq!(set(Micros::ZERO, text), Err("config.out_of_range"), "{text}");
        }
        for text in ["1,5", ".5", "1.", "1e3", "$1", "0.0000001", "-", ""] {
            assert_eq!(set(Micros::ZERO, text), Err("config.bad_value"), "{text}");
        }
    }

    #[test]
    fn seconds_and_counts_keep_their_bounds() {
        let seconds = Seconds::<15, 120>::clamped(Duration::from_secs(40));
        assert_eq!(set(seconds, "15"), ok("15"));
        assert_eq!(set(seconds, "121"), Err("config.out_of_range"));
        assert_eq!(set(seconds, "-1"), Err("config.out_of_range"));
        assert_eq!(set(seconds, "99999999999999999999999"), Err("config.out_of_range"));
        assert_eq!(set(seconds, "40s"), Err("config.bad_value"));
        assert_eq!(set(seconds, "4.5"), Err("config.bad_value"));
        assert_eq!(set(Count::<1, 9>::clamped(3), "0"), Err("config.out_of_range"));
    }

    #[test]
    fn directories_begin_where_their_text_stands() {
        let directory = Directory("/".into());
        assert_eq!(set(directory.clone(), "data"), ok("/etc/pm/data"));
        assert_eq!(set(directory.clone(), "~/calls"), ok("/home/sam/calls"));
        assert_eq!(set(directory.clone(), "/var/lib/pm"), ok("/var/lib/pm"));
        assert_eq!(set(directory, " "), Err("config.bad_value"));
    }

    #[test]
    fn a_command_is_words_and_quotes() {
        assert_eq!(set(None::<CommandLine>, " whisper-cli -f {wav} "), ok("whisper-cli -f {wav}"));
        assert_eq!(set(None::<CommandLine>, "say 'it"), Err("config.bad_value"));
    }

    #[test]
    fn a_public_url_is_an_origin() {
        assert_eq!(set(None::<PublicUrl>, "https://calls.example.org/"), ok("https://calls.example.org"));
        assert_eq!(set(None::<PublicUrl>, "http://127.0.0.1:8080"), ok("http://127.0.0.1:8080"));
        for text in ["calls.example.org", "https://", "https://a b", "https://x/y", "https://user:word@host", "ftp://x"] {
            assert_eq!(set(None::<PublicUrl>, text), Err("config.bad_value"), "{text}");
        }
    }

    #[test]
    fn words_lists_and_days_are_read() {
        assert_eq!(set(Provider::Mock, "twilio"), ok("twilio"));
        assert_eq!(set(Provider::Mock, "Twilio"), Err("config.bad_value"));
        assert_eq!(set(Persona::Concise, "friendly_helper"), ok("friendly_helper"));
        assert_eq!(set(None::<Vec<String>>, "us, CA"), ok("[US, CA]"));
        assert_eq!(set(None::<Vec<String>>, ""), ok("[]"));
        assert_eq!(set(None::<Vec<String>>, "USA"), Err("config.bad_value"));
        assert_eq!(set(None::<Day>, "2026-11-22"), ok("2026-11-22"));
        assert_eq!(set(None::<Day>, "2026-13-22"), Err("config.bad_value"));
        assert_eq!(set(None::<Currency>, "usd"), Err("config.bad_value"));
        assert_eq!(set(true, "off"), ok("false"));
        assert_eq!(set(true, "maybe"), Err("config.bad_value"));
    }

    #[test]
    fn every_provider_is_a_choice() {
        let names: Vec<&str> = Provider::ALL.into_iter().map(Provider::as_str).collect();
        assert_eq!(names, Provider::Mock.choices());
    }
}
