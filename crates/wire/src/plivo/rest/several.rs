//! Several values in one text, joined by `<`: numbers to ring, seconds for each.

use serde_json::{Map, Value};

use super::RestError;
use super::body::{Body, Write};

/// Several texts in one, as Plivo joins numbers: `14155550198<14155550199`. At least one.
#[derive(Clone, PartialEq, Eq)]
pub struct Several(Vec<String>);

impl Several {
    /// Returns one more of them at the end.
    #[must_use]
    pub fn and(mut self, text: impl Into<String>) -> Self {
        self.0.push(text.into());
        self
    }

    /// Returns all of them in order.
    pub fn all(&self) -> &[String] {
        &self.0
    }
}

impl From<&str> for Several {
    fn from(text: &str) -> Self {
        Self(vec![text.to_owned()])
    }
}

impl From<String> for Several {
    fn from(text: String) -> Self {
        Self(vec![text])
    }
}

impl Write for Several {
    fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
        body.insert(key.to_owned(), self.0.join("<").into());
    }
}

/// Shows how many there are.
impl std::fmt::Debug for Several {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of them", self.0.len())
    }
}

/// Reads texts joined by `<`, at most so many; doubles once.
pub(super) fn several(body: &Body, key: &str, most: usize) -> Result<Option<Several>, RestError> {
    let Some(text) = body.text(key) else {
        return Ok(None);
    };
    let mut all: Vec<String> = Vec::new();
    for part in text.split('<').map(str::trim).filter(|part| !part.is_empty()) {
        if !all.iter().any(|known| known == part) {
            all.push(part.to_owned());
        }
    }
    match all.len() {
        0 => Err(RestError::missing(key)),
        count if count > most => Err(RestError::invalid(key, &format!("at most {most}"))),
        _ => Ok(Some(Several(all))),
    }
}

/// Reads texts joined by `<`, at least one.
pub(super) fn needed_several(body: &Body, key: &str, most: usize) -> Result<Several, RestError> {
    several(body, key, most)?.ok_or_else(|| RestError::missing(key))
}

/// Seconds for each who is rung: one number for all, or one each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecondsEach(Vec<u32>);

impl SecondsEach {
    /// Returns the same seconds for all.
    pub fn all(seconds: u32) -> Self {
        Self(vec![seconds])
    }

    /// Returns seconds with those of one more behind them.
    #[must_use]
    pub fn and(mut self, seconds: u32) -> Self {
        self.0.push(seconds);
        self
    }

    /// Returns how many are said.
    pub const fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the seconds of one who is rung, counted from 0; the last ones said hold for the rest.
    pub fn of(&self, place: usize) -> u32 {
        self.0.get(place).or(self.0.last()).copied().unwrap_or(0)
    }
}

impl Write for SecondsEach {
    fn write(&self, key: &'static str, body: &mut Map<String, Value>) {
        let value = match self.0.as_slice() {
            [one] => Value::from(*one),
            several => several.iter().map(u32::to_string).collect::<Vec<_>>().join("<").into(),
        };
        body.insert(key.to_owned(), value);
    }
}

/// Reads seconds, or several of them joined by `<`.
pub(super) fn seconds_each(body: &Body, key: &str) -> Result<Option<SecondsEach>, RestError> {
    let Some(text) = body.text(key) else {
        return Ok(None);
    };
    let seconds: Result<Vec<u32>, _> = text.split('<').map(|part| part.trim().parse()).collect();
    seconds.map(|seconds| Some(SecondsEach(seconds))).map_err(|_| RestError::invalid(key, "whole seconds"))
}
