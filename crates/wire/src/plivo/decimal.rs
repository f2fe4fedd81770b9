//! Decimals as Plivo writes them: money as text with five places in one reply and as a JSON number in the next, lengths as
//! `62`, `"62040.00000"` or `-1`. Never a floating-point number on the way.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// A decimal that keeps how it was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Decimal {
    text: String,
    is_json_number: bool,
}

impl Decimal {
    /// Returns a decimal written as text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_json_number: false }
    }

    /// Returns an amount of money as Plivo's records write it, five places: 23 000 is `0.02300`. What is smaller is rounded up.
    pub fn of_micros(micros: u64) -> Self {
        let hundred_thousandths = micros.div_ceil(10);
        Self::new(format!("{}.{:05}", hundred_thousandths / 100_000, hundred_thousandths % 100_000))
    }

    /// Returns the decimal of a JSON text or number.
    pub fn of_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::new(text.clone())),
            Value::Number(number) => Some(Self { text: number.to_string(), is_json_number: true }),
            _ => None,
        }
    }

    /// Returns the decimal as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the value in millionths: `0.02300` is 23 000. A part of a millionth counts as one, so that no charge is
    /// understated. `None` for what is no decimal, or too large.
    pub fn micros(&self) -> Option<i64> {
        let text = self.text.trim();
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok().filter(|exponent| exponent.abs() <= 12)?),
            None => (text, 0),
        };
        let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.len() <= 24 && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) || whole.len() + fraction.len() == 0 {
            return None;
        }
        let mut value: i128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()).take(30) {
            value = value * 10 + i128::from(digit - b'0');
        }
        let places = i32::try_from(fraction.len().min(30_usize.saturating_sub(whole.len()))).ok()? - exponent - 6;
        let scale = 10_i128.checked_pow(places.unsigned_abs())?;
        let micros = if places <= 0 { value.checked_mul(scale)? } else { (value + scale - 1) / scale };
        let micros = i64::try_from(micros).ok()?;
        Some(if is_negative { -micros } else { micros })
    }

    /// Returns the whole part, for lengths and moments: `"62040.00000"` is 62 040, `-1` (not known yet) is -1.
    pub fn whole(&self) -> Option<i64> {
        let text = self.text.trim();
        let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
        whole.parse().ok()
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_json_number
            && let Ok(number) = self.text.parse::<serde_json::Number>()
        {
            return number.serialize(serializer);
        }
        serializer.serialize_str(&self.text)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_without_floating_point() {
        let micros = |text: &str| Decimal::new(text).micros();
        assert_eq!(
            (micros("0.02300"), micros("4.88860"), micros("-1"), micros("12")),
            (Some(23_000), Some(4_888_600), Some(-1_000_000), Some(12_000_000))
        );
        assert_eq!((micros("0.0000001"), micros(".5"), micros("4e-5"), micros("2.5E1")), (Some(1), Some(500_000), Some(40), Some(25_000_000)));
        assert_eq!((micros(""), micros("-"), micros("1.x"), micros("+1"), micros("1e99"), micros("NaN")), (None, None, None, None, None, None));
        assert_eq!(micros(&"9".repeat(25)), None);
    }

    #[test]
    fn a_decimal_is_written_as_it_was_read() {
        for json in ["\"0.00850\"", "0.0004", "0.0", "62040", "\"\""] {
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_value(Decimal::of_json(&value).unwrap()).unwrap(), value, "{json}");
        }
        assert_eq!((Decimal::of_micros(23_000).as_str(), Decimal::of_micros(1).as_str()), ("0.02300", "0.00001"));
    }

    #[test]
    fn a_length_that_is_not_known_yet_is_negative() {
        assert_eq!((Decimal::new("-1").whole(), Decimal::new("62040.00000").whole(), Decimal::new("").whole()), (Some(-1), Some(62_040), None));
    }
}
