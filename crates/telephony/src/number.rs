//! Phone numbers in E.164: parsed at the door, correct from then on.
//!
//! Says what kind of number it is; whether it may be dialled is the gate's business (`assistant::compliance`).

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A phone number in E.164, `+` and 7 to 15 digits.
///
/// `Debug` masks all but the country's first and the last two digits, so it may stand in a log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// Why a text is not a phone number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum NumberError {
    /// Nothing was given.
    #[error("no number was given; write it with the country code, for example +12125550123")]
    Empty,
    /// Letters or signs that no number has.
    #[error("this is not a phone number; write digits with the country code, for example +12125550123")]
    NotANumber,
    /// No country code.
    #[error("the country code is missing; write the number with + and the country code, for example +12125550123")]
    NoCountryCode,
    /// Too short or too long for E.164.
    #[error("a phone number has 7 to 15 digits behind the +; check for missing or doubled digits")]
    WrongLength,
}

impl PhoneNumber {
    /// Reads a number as people write it: spaces, dots, dashes and brackets are passed over, the `+` is required.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(NumberError::Empty);
        }
        let Some(rest) = trimmed.strip_prefix('+') else {
            let only_number_signs = trimmed.chars().all(|c| c.is_ascii_digit() || " .-()/".contains(c));
            return Err(if only_number_signs { NumberError::NoCountryCode } else { NumberError::NotANumber });
        };
        let mut digits = String::with_capacity(16);
        for c in rest.chars() {
            match c {
                '0'..='9' => digits.push(c),
                ' ' | '.' | '-' | '(' | ')' | '/' | '\u{a0}' => {}
                _ => return Err(NumberError::NotANumber),
            }
        }
        if !(7..=15).contains(&digits.len()) {
            return Err(NumberError::WrongLength);
        }
        if digits.starts_with('0') {
            return Err(NumberError::NoCountryCode);
        }
        Ok(Self(format!("+{digits}")))
    }

    /// Returns the number as `+` and digits.
    pub fn as_e164(&self) -> &str {
        &self.0
    }

    /// Returns the number as people of its country read it, `+1 212-555-0123`.
    pub fn in_international_format(&self) -> String {
        match PHONE_NUMBER_UTIL.parse(&self.0, None) {
            Ok(number) => PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::International).into_owned(),
            Err(_) => self.0.clone(),
        }
    }

    /// Returns the ISO region that the number belongs to, `US` for `+1 212…`, `JM` for `+1 876…`, if the numbering plan knows it.
    pub fn region(&self) -> Option<String> {
        let number = PHONE_NUMBER_UTIL.parse(&self.0, None).ok()?;
        PHONE_NUMBER_UTIL.get_region_for_number(&number).map(|region| region.to_string())
    }

    /// Returns what the numbering plan says of the number. The plan knows neither 976 exchanges nor emergency numbers.
    pub fn kind(&self) -> NumberKind {
        let Ok(number) = PHONE_NUMBER_UTIL.parse(&self.0, None) else {
            return NumberKind::Invalid;
        };
        if !PHONE_NUMBER_UTIL.is_valid_number(&number) {
            return NumberKind::Invalid;
        }
        match PHONE_NUMBER_UTIL.get_number_type(&number) {
            PhoneNumberType::FixedLine => NumberKind::FixedLine,
            PhoneNumberType::Mobile => NumberKind::Mobile,
            PhoneNumberType::FixedLineOrMobile => NumberKind::FixedLineOrMobile,
            PhoneNumberType::TollFree => NumberKind::TollFree,
            PhoneNumberType::PremiumRate => NumberKind::PremiumRate,
            PhoneNumberType::SharedCost => NumberKind::SharedCost,
            PhoneNumberType::VoIP => NumberKind::Voip,
            PhoneNumberType::PersonalNumber => NumberKind::Personal,
            PhoneNumberType::Pager => NumberKind::Pager,
            _ => NumberKind::Other,
        }
    }

    /// Returns whether the number is one of those that no subscriber ever has: line 0100 to 0199 of exchange 555
    /// in a North American area code. The practice network lives there. Code 900 is no area but a price.
    ///
    /// Source: North American Numbering Plan, 555 line numbers reserved for fiction.
    pub fn is_fictional(&self) -> bool {
        self.0.len() == 12 && self.0.starts_with("+1") && !self.0.starts_with("+1900") && self.0[5..].starts_with("55501")
    }
}

/// The kind of a number by its numbering plan.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// A landline.
    FixedLine,
    /// A mobile phone.
    Mobile,
    /// Either: all US numbers read so.
    FixedLineOrMobile,
    /// Free for who calls.
    TollFree,
    /// Costs who calls extra.
    PremiumRate,
    /// Costs are shared.
    SharedCost,
    /// An internet line.
    Voip,
    /// Follows a person, at a price.
    Personal,
    /// A pager.
    Pager,
    /// Known to the plan, but none of these.
    Other,
    /// Not in the plan.
    Invalid,
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}…{}", &self.0[..2], &self.0[self.0.len() - 2..])
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let number = PhoneNumber::parse(" +1 (212) 555-0123 ").unwrap();
        assert_eq!(number.as_e164(), "+12125550123");
        assert_eq!(number.region().as_deref(), Some("US"));
        assert_eq!(number.kind(), NumberKind::FixedLineOrMobile);
        assert!(number.is_fictional());
        assert_eq!(number.in_international_format(), "+1 212-555-0123");
    }

    #[test]
    fn what_is_no_number_says_why() {
        assert_eq!(PhoneNumber::parse(""), Err(NumberError::Empty));
        assert_eq!(PhoneNumber::parse("pizza"), Err(NumberError::NotANumber));
        assert_eq!(PhoneNumber::parse("+1-555-TEST-NUM"), Err(NumberError::NotANumber));
        assert_eq!(PhoneNumber::parse("212 555 0123"), Err(NumberError::NoCountryCode));
        assert_eq!(PhoneNumber::parse("+1911"), Err(NumberError::WrongLength));
    }

    #[test]
    fn debug_masks_the_number() {
        assert_eq!(format!("{:?}", PhoneNumber::parse("+12125550123").unwrap()), "+1…23");
    }
}
