//! Names of people, accounts, days, zones and numbers of telephones.

use assistant::compliance::place::time_zone;
use telephony::PhoneNumber;

use super::{Around, Setting, Wrong};

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
