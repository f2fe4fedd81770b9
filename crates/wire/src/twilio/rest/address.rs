//! Whom a call can reach or come from: numbers, SIP addresses, clients, applications.

use telephony::PhoneNumber;

/// Returns whether Twilio takes this as one end of a call: a number with its `+`, `sip:…`, `client:…` or `app:…`.
pub(super) fn is_address(text: &str) -> bool {
    let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
    match scheme {
        "sip" | "sips" => rest.contains('@'),
        "client" | "app" => !rest.is_empty(),
        "" => is_number(text),
        _ => false,
    }
}

/// Returns whether this is a number with its country code.
pub(super) fn is_number(text: &str) -> bool {
    PhoneNumber::parse(text).is_ok()
}

/// Returns whether this is written like a number, however short: where the plan of numbers is Twilio's affair and not ours.
pub(super) fn looks_like_a_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Returns a number as people write it: `+15005550010` as `(500) 555-0010`; other countries' numbers and addresses stay.
pub fn formatted(number: &str) -> String {
    match number.strip_prefix("+1") {
        Some(rest) if rest.len() == 10 && rest.bytes().all(|b| b.is_ascii_digit()) => format!("({}) {}-{}", &rest[..3], &rest[3..6], &rest[6..]),
        _ => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_as_people_write_them() {
        assert_eq!(formatted("+15005550010"), "(500) 555-0010");
        assert_eq!(formatted("+442079460000"), "+442079460000");
    }

    #[test]
    fn an_address_is_a_number_or_says_its_kind() {
        for text in ["+15005550010", "sip:a@b.example", "client:operator", "app:AP1?k=v"] {
            assert!(is_address(text), "{text}");
        }
        for text in ["123", "sip:nobody", "client:", "tel:+15005550010", ""] {
            assert!(!is_address(text), "{text}");
        }
    }
}
