//! A place that has a law of its own: a country, or a state of one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A country by its ISO 3166 code, or a state or province of one: `US`, `US-FL`, `CA-ON`. `EU` is one too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Jurisdiction {
    country: [u8; 2],
    state: Option<[u8; 2]>,
}

/// The text names no jurisdiction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("a jurisdiction is written as two capital letters, with a state behind a dash: US, US-FL")]
pub struct NoJurisdiction;

impl Jurisdiction {
    /// The United States as a whole.
    pub const US: Self = Self::country(*b"US");

    /// The European Union.
    pub const EU: Self = Self::country(*b"EU");

    /// Returns a country; two capital letters, which the tables' builder has checked.
    pub(crate) const fn country(code: [u8; 2]) -> Self {
        Self { country: code, state: None }
    }

    /// Returns a state of a country.
    pub(crate) const fn state(country: [u8; 2], state: [u8; 2]) -> Self {
        Self { country, state: Some(state) }
    }

    /// Returns the country that a state belongs to; a country itself.
    pub const fn nation(self) -> Self {
        Self::country(self.country)
    }

    /// Returns whether it is a state and not a country.
    pub const fn is_state(self) -> bool {
        self.state.is_some()
    }

    /// Returns the state of the United States that an American territory with a region code of its own is: `PR` is `US-PR`.
    pub fn of_us_territory(region: Self) -> Option<Self> {
        let is_territory = region.state.is_none() && [*b"PR", *b"GU", *b"VI", *b"AS", *b"MP"].contains(&region.country);
        is_territory.then(|| Self::state(*b"US", region.country))
    }

    /// Returns whether a country is a member of the European Union.
    pub fn is_in_eu(self) -> bool {
        const MEMBERS: [&[u8; 2]; 27] = [
            b"AT", b"BE", b"BG", b"HR", b"CY", b"CZ", b"DK", b"EE", b"FI", b"FR", b"DE", b"GR", b"HU", b"IE", b"IT", b"LV", b"LT", b"LU", b"MT",
            b"NL", b"PL", b"PT", b"RO", b"SK", b"SI", b"ES", b"SE",
        ];
        MEMBERS.contains(&&self.country)
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters = |code: &[u8; 2]| [char::from(code[0]), char::from(code[1])].iter().collect::<String>();
        match &self.state {
            None => f.write_str(&letters(&self.country)),
            Some(state) => write!(f, "{}-{}", letters(&self.country), letters(state)),
        }
    }
}

impl fmt::Debug for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Jurisdiction {
    type Err = NoJurisdiction;

    fn from_str(text: &str) -> Result<Self, NoJurisdiction> {
        let code = |part: &str| -> Result<[u8; 2], NoJurisdiction> {
            let code: [u8; 2] = part.as_bytes().try_into().map_err(|_| NoJurisdiction)?;
            if code.iter().all(u8::is_ascii_uppercase) { Ok(code) } else { Err(NoJurisdiction) }
        };
        match text.split_once('-') {
            None => Ok(Self::country(code(text)?)),
            Some((country, state)) => Ok(Self::state(code(country)?, code(state)?)),
        }
    }
}

impl TryFrom<String> for Jurisdiction {
    type Error = NoJurisdiction;

    fn try_from(text: String) -> Result<Self, NoJurisdiction> {
        text.parse()
    }
}

impl From<Jurisdiction> for String {
    fn from(jurisdiction: Jurisdiction) -> Self {
        jurisdiction.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jurisdiction_reads_as_it_is_written() {
        for text in ["US", "US-FL", "CA-ON", "EU"] {
            assert_eq!(text.parse::<Jurisdiction>().unwrap().to_string(), text);
        }
        for text in ["", "us", "USA", "US-", "US-F", "001", "US-FL-1"] {
            assert_eq!(text.parse::<Jurisdiction>(), Err(NoJurisdiction), "{text}");
        }
        let florida: Jurisdiction = "US-FL".parse().unwrap();
        assert_eq!((florida.nation(), florida.is_state()), (Jurisdiction::US, true));
    }

    #[test]
    fn a_territory_is_a_state_in_law() {
        let place = |text: &str| text.parse::<Jurisdiction>().unwrap();
        assert_eq!(Jurisdiction::of_us_territory(place("PR")), Some(place("US-PR")));
        assert_eq!(Jurisdiction::of_us_territory(place("JM")), None);
        assert!(place("DE").is_in_eu() && !place("GB").is_in_eu());
    }
}
