//! One line of a registry file.
//!
//! Two pages that describe the file disagree, so both shapes are read: ten digits, or the area code, a comma and seven digits.
//! A change list adds the moment and `A` or `D` behind two commas more.

use telephony::PhoneNumber;
use thiserror::Error;

use crate::codes;

/// A number of the North American plan: its area code, and the seven digits behind it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Listed {
    /// 200 to 999.
    area: u16,
    /// Below ten million.
    subscriber: u32,
}

/// What a line says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Entry {
    /// The number is on the list: a line of a full list, or an addition.
    Add(Listed),
    /// It no longer is.
    Delete(Listed),
}

/// A line that cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum LineError {
    /// No ten digits.
    #[error("the line is no number; it must be 2125550123, or 212,5550123, or in a change list 212,5550123,2026-11-22,A")]
    NotANumber,
    /// Not an area code.
    #[error("the line's area code does not exist; area codes are 200 to 999")]
    NoAreaCode,
    /// Neither addition nor deletion.
    #[error("the line of a change list must end with A (added) or D (deleted)")]
    NoChange,
}

impl LineError {
    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        codes::REGISTRY_LINE.code
    }
}

impl Listed {
    /// Returns the area code.
    pub const fn area(self) -> u16 {
        self.area
    }

    /// Returns the seven digits behind it, below ten million.
    pub const fn subscriber(self) -> u32 {
        self.subscriber
    }

    /// Returns a number of the North American plan; `None` for all others.
    pub fn of(number: &PhoneNumber) -> Option<Self> {
        let digits = number.as_e164().strip_prefix("+1").filter(|digits| digits.len() == 10)?;
        Self::from_digits(digits.as_bytes()).ok()
    }

    /// Returns the number of an area code and seven digits, both in range.
    #[cfg(test)]
    pub(super) const fn new(area: u16, subscriber: u32) -> Self {
        Self { area, subscriber }
    }

    fn from_digits(digits: &[u8]) -> Result<Self, LineError> {
        if digits.len() != 10 {
            return Err(LineError::NotANumber);
        }
        let (area, subscriber) = digits.split_at(3);
        let area = value(area).ok_or(LineError::NotANumber)?;
        let subscriber = value(subscriber).ok_or(LineError::NotANumber)?;
        match u16::try_from(area) {
            Ok(area @ 200..=999) => Ok(Self { area, subscriber }),
            _ => Err(LineError::NoAreaCode),
        }
    }
}

fn value(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0u32, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')))
}

/// Reads a line without its end; `None` for an empty one.
///
/// # Errors
/// [`LineError`]: what to do about the line.
pub fn read(line: &[u8]) -> Result<Option<Entry>, LineError> {
    let line = line.trim_ascii();
    // The plain shape is the usual one: a quarter of a billion lines go this way.
    if line.len() == 10
        && let Ok(listed) = Listed::from_digits(line)
    {
        return Ok(Some(Entry::Add(listed)));
    }
    if line.is_empty() {
        return Ok(None);
    }
    let unquoted = |field: &[u8]| -> Vec<u8> { field.trim_ascii().iter().copied().filter(|byte| *byte != b'"').collect() };
    let fields: Vec<Vec<u8>> = line.split(|byte| *byte == b',').map(unquoted).collect();
    let (digits, rest) = match fields.split_first() {
        Some((area, [subscriber, rest @ ..])) if area.len() == 3 => ([area.as_slice(), subscriber.as_slice()].concat(), rest),
        Some((number, rest)) => (number.clone(), rest),
        None => return Err(LineError::NotANumber),
    };
    let listed = Listed::from_digits(&digits)?;
    match rest.last().map(Vec::as_slice) {
        None => Ok(Some(Entry::Add(listed))),
        Some(b"A" | b"a") => Ok(Some(Entry::Add(listed))),
        Some(b"D" | b"d") => Ok(Some(Entry::Delete(listed))),
        Some(_) => Err(LineError::NoChange),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: Listed = Listed::new(212, 5_552_671);

    #[test]
    fn both_shapes_and_changes_are_read() {
        let table: [(&[u8], Option<Entry>); 9] = [
            (b"2125552671", Some(Entry::Add(NUMBER))),
            (b"212,5552671", Some(Entry::Add(NUMBER))),
            (b"  2125552671\r", Some(Entry::Add(NUMBER))),
            (b"\"212\",\"5552671\"", Some(Entry::Add(NUMBER))),
            (b"212,5552671,2026-11-22 04:00:00,A", Some(Entry::Add(NUMBER))),
            (b"212,5552671,2026-11-22 04:00:00,D", Some(Entry::Delete(NUMBER))),
            (b"2125552671,2026-11-22,d", Some(Entry::Delete(NUMBER))),
            (b"", None),
            (b"  \r", None),
        ];
        for (line, entry) in table {
            assert_eq!(read(line), Ok(entry), "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn what_is_no_line_says_why() {
        let table: [(&[u8], LineError); 8] = [
            (b"212555267", LineError::NotANumber),
            (b"+12125552671", LineError::NotANumber),
            (b"area,number", LineError::NotANumber),
            (b"212,555267x", LineError::NotANumber),
            (b"1125552671", LineError::NoAreaCode),
            (b"112,5552671", LineError::NoAreaCode),
            (b"212,5552671,2026-11-22,X", LineError::NoChange),
            (b"212,5552671,2026-11-22", LineError::NoChange),
        ];
        for (line, error) in table {
            assert_eq!(read(line), Err(error), "{}", String::from_utf8_lossy(line));
            assert_eq!(error.code(), "registry.line");
        }
    }

    #[test]
    fn only_north_american_numbers_can_be_listed() {
        assert_eq!(Listed::of(&PhoneNumber::parse("+12125552671").unwrap()), Some(NUMBER));
        assert_eq!(Listed::of(&PhoneNumber::parse("+442079460018").unwrap()), None);
        assert_eq!(Listed::of(&PhoneNumber::parse("+1212555267").unwrap()), None);
    }
}
