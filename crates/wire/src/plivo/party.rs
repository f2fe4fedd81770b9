//! Who calls and who is called. Plivo writes the same number with `+` in one field and without it in the next.

use std::fmt;

use telephony::PhoneNumber;

/// One end of a call.
#[derive(Clone, PartialEq, Eq)]
pub enum Party {
    /// A phone number, the same however it was written.
    Number(PhoneNumber),
    /// `sip:…`, `anonymous`, a short code: kept as it is.
    Other(String),
}

impl Party {
    /// Reads `14155550100`, `+14155550100` or anything else.
    pub fn parse(text: &str) -> Self {
        let trimmed = text.trim();
        let looks_like_a_number = trimmed.chars().all(|c| c.is_ascii_digit() || "+ .-()".contains(c));
        if looks_like_a_number {
            let digits: String = trimmed.chars().filter(char::is_ascii_digit).collect();
            if let Ok(number) = PhoneNumber::parse(&format!("+{digits}")) {
                return Self::Number(number);
            }
        }
        Self::Other(trimmed.to_owned())
    }

    /// Returns the number, if it is one.
    pub const fn number(&self) -> Option<&PhoneNumber> {
        match self {
            Self::Number(number) => Some(number),
            Self::Other(_) => None,
        }
    }
}

/// Shows no number.
impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Other(_) => f.write_str("Other"),
        }
    }
}

/// Returns a number as Plivo writes it in most places: digits alone.
pub fn bare(number: &PhoneNumber) -> &str {
    number.as_e164().trim_start_matches('+')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_one_party_however_it_is_written() {
        let one = Party::parse("14155550100");
        assert_eq!(Party::parse("+14155550100"), one);
        assert_eq!(Party::parse(" +1 (415) 555-0100 "), one);
        assert_eq!(one.number().map(bare), Some("14155550100"));
        assert!(!format!("{one:?} {:?}", Party::parse("sip:alice@phone.plivo.com")).contains("55501"));
    }

    #[test]
    fn what_is_no_number_is_kept_as_it_is() {
        for text in ["sip:alice@phone.plivo.com", "anonymous", "12345", "", "+", "0123456789"] {
            assert_eq!(Party::parse(text), Party::Other(text.to_owned()), "{text}");
        }
    }
}
