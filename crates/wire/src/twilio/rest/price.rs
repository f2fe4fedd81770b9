//! Amounts of money as Twilio writes them: decimals as text, charges negative.

/// Returns a charge in millionths of the currency unit: `-0.01400` is 14 000.
///
/// A credit (positive) and what is no decimal give `None`, nought gives nought.
pub fn charge_micros(price: &str) -> Option<u64> {
    let amount = amount_micros(price)?;
    (amount <= 0).then_some(amount.unsigned_abs())
}

/// Returns an amount in millionths of the currency unit, with its sign: `12.34` is 12 340 000. Digits behind the sixth are cut.
pub fn amount_micros(text: &str) -> Option<i64> {
    let text = text.trim();
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.starts_with('+') || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut total: i64 = if whole.is_empty() && !fraction.is_empty() { 0 } else { whole.parse().ok()? };
    for place in 0..6 {
        let digit = fraction.as_bytes().get(place).copied().unwrap_or(b'0') - b'0';
        total = total.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    Some(if is_negative { -total } else { total })
}

/// Returns a charge as Twilio writes it: 14 000 is `-0.01400`. Five digits, as in its replies; what is smaller is rounded up.
pub fn charge_text(micros: u64) -> String {
    let hundred_thousandths = micros.div_ceil(10);
    format!("-{}.{:05}", hundred_thousandths / 100_000, hundred_thousandths % 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_without_floating_point() {
        assert_eq!(charge_micros("-0.01400"), Some(14_000));
        assert_eq!(charge_micros("-2"), Some(2_000_000));
        assert_eq!(charge_micros("0"), Some(0));
        assert_eq!(charge_micros("0.5"), None);
        assert_eq!(charge_micros("-1e3"), None);
        assert_eq!(charge_micros(""), None);
        assert_eq!(charge_micros("--1"), None);
        assert_eq!(charge_micros("-"), None);
        assert_eq!(charge_micros("-.5"), Some(500_000));
    }

    #[test]
    fn a_balance_has_a_sign() {
        assert_eq!((amount_micros("12.34"), amount_micros("-0.5"), amount_micros("1.x")), (Some(12_340_000), Some(-500_000), None));
        assert_eq!(amount_micros("99999999999999999999"), None);
    }

    #[test]
    fn a_charge_is_written_as_it_is_read() {
        for micros in [0, 10, 14_000, 2_500_000, 123_456_780] {
            assert_eq!(charge_micros(&charge_text(micros)), Some(micros));
        }
        assert_eq!((charge_text(14_000), charge_text(1)), ("-0.01400".to_owned(), "-0.00001".to_owned()));
    }
}
