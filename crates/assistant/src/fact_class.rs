//! What kind of fact a label and a value make: guessed from the label's words, then from the value's shape, unless the user says it.
//!
//! The user says it behind the label: "chart (health)". A guess errs towards the more private class: what is thought too
//! private waits until the callee asks for it.

use dialogue::detail::FactClass;

/// Words of labels and their classes, the first that fits decides. A phrase of several words stands before its parts.
const LABELS: [(FactClass, &[&str]); 12] = [
    // "Discount code" and "gate code" open nothing that is the user's.
    (FactClass::Reference, &["promo code", "discount code", "voucher code", "coupon code", "booking code", "confirmation code", "reference code"]),
    (FactClass::Address, &["zip code", "postal code", "postcode", "zip", "address", "street", "city", "where we live", "delivery place"]),
    (
        FactClass::Code,
        &[
            "pin",
            "cvc",
            "cvv",
            "cv2",
            "otp",
            "tan",
            "2fa",
            "passcode",
            "password",
            "passphrase",
            "security code",
            "verification code",
            "one time code",
            "one time password",
            "access code",
            "card number",
            "credit card",
            "debit card",
            "secret answer",
            "security answer",
        ],
    ),
    (
        FactClass::IdNumber,
        &[
            "social security",
            "ssn",
            "passport",
            "driver's license",
            "drivers license",
            "driving licence",
            "licence number",
            "license number",
            "identity card",
            "id card",
            "id number",
            "tax id",
            "tax number",
            "national insurance",
            "national id",
        ],
    ),
    (FactClass::Payment, &["iban", "bank account", "account holder", "sort code", "routing number", "bic", "swift", "bank"]),
    (FactClass::DateOfBirth, &["birth", "birthday", "birthdate", "born", "dob"]),
    (
        FactClass::Health,
        &[
            "allergy",
            "allergies",
            "diet",
            "dietary",
            "insurance",
            "insurer",
            "medication",
            "medicine",
            "prescription",
            "diagnosis",
            "symptom",
            "symptoms",
            "blood type",
            "pregnant",
            "disability",
            "health",
        ],
    ),
    (
        FactClass::Account,
        &[
            "account",
            "customer number",
            "customer id",
            "member",
            "membership",
            "policy number",
            "contract",
            "loyalty number",
            "loyalty",
            "frequent flyer",
            "meter number",
            "subscriber",
            "username",
            "user name",
            "gate code",
            "door code",
        ],
    ),
    (FactClass::Contact, &["phone", "telephone", "mobile", "cell", "callback", "call back", "contact", "email", "e mail", "mail"]),
    (
        FactClass::Reference,
        &["order", "tracking", "booking", "reservation", "reference", "confirmation", "case", "ticket", "invoice", "parcel", "number"],
    ),
    (
        FactClass::Terms,
        &[
            "party",
            "people",
            "persons",
            "guests",
            "size",
            "when",
            "day",
            "date",
            "time",
            "hour",
            "days",
            "times",
            "hours",
            "alternative",
            "alternatives",
            "flexible",
            "flexibility",
            "otherwise",
            "booked for",
            "wanted",
            "remedy",
            "wish",
            "demand",
            "budget",
            "at most",
            "max price",
            "price",
            "colour",
            "color",
            "item",
            "model",
            "make",
            "car",
            "vehicle",
            "service",
            "occasion",
            "seating",
            "duration",
            "quantity",
            "amount",
            "recipient",
            "message",
        ],
    ),
    (FactClass::Name, &["name", "names", "surname"]),
];

/// Returns the label without a class in brackets behind it, and that class if there is one: "chart (health)" is "chart", health.
pub fn split_label(label: &str) -> (&str, Option<FactClass>) {
    let label = label.trim();
    let told = label.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    match told.and_then(|(name, class)| Some((name.trim(), FactClass::from_word(class)?))) {
        Some((name, class)) if !name.is_empty() => (name, Some(class)),
        _ => (label, None),
    }
}

/// Returns the class of a fact: what the user says, else what the label's words say, else what the value looks like.
pub fn class_of(label: &str, value: &str) -> FactClass {
    let (name, told) = split_label(label);
    told.or_else(|| of_label(name)).or_else(|| of_value(value)).unwrap_or_default()
}

fn of_label(label: &str) -> Option<FactClass> {
    let label = format!(" {} ", words_of(label));
    // Alone they say all; "dress code" and "library card" are harmless.
    if matches!(label.trim(), "code" | "card") {
        return Some(FactClass::Code);
    }
    let has = |phrase: &str| label.contains(&format!(" {phrase} "));
    LABELS.iter().find(|(_, phrases)| phrases.iter().any(|phrase| has(&words_of(phrase)))).map(|(class, _)| *class)
}

fn words_of(text: &str) -> String {
    let lower = text.to_lowercase().replace(['\'', '’'], "");
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn of_value(value: &str) -> Option<FactClass> {
    let value = value.trim();
    let signs: String = value.chars().filter(|c| c.is_alphanumeric()).collect();
    let digits = signs.bytes().filter(u8::is_ascii_digit).count();
    let is_of = |allowed: &str| value.chars().all(|c| c.is_ascii_digit() || allowed.contains(c));
    if value.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) {
        return Some(FactClass::Contact);
    }
    if is_iban(&signs) {
        return Some(FactClass::Payment);
    }
    // 123-45-6789: the United States' social security number.
    let groups: Vec<usize> = value.split('-').map(str::len).collect();
    if groups == [3, 2, 4] && is_of("-") {
        return Some(FactClass::IdNumber);
    }
    if value.starts_with('+') && (7..=15).contains(&digits) && is_of("+ ()-.") {
        return Some(FactClass::Contact);
    }
    (digits >= 5 && digits == signs.len()).then_some(FactClass::Reference)
}

/// Two letters, two digits, 11 to 30 more signs that pass ISO 7064 modulo 97 (ISO 13616).
fn is_iban(signs: &str) -> bool {
    let bytes = signs.as_bytes();
    let is_shaped = (15..=34).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes[..2].iter().all(u8::is_ascii_alphabetic)
        && bytes[2..4].iter().all(u8::is_ascii_digit);
    is_shaped && {
        let rearranged = bytes[4..].iter().chain(&bytes[..4]);
        let remainder = rearranged.fold(0_u32, |rest, byte| match byte.to_ascii_uppercase() {
            digit @ b'0'..=b'9' => (rest * 10 + u32::from(digit - b'0')) % 97,
            letter => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
        });
        remainder == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_tells_the_class() {
        let table = [
            ("name", FactClass::Name),
            ("Party size", FactClass::Terms),
            ("order number", FactClass::Reference),
            ("promo code", FactClass::Reference),
            ("zip code", FactClass::Address),
            ("phone number", FactClass::Contact),
            ("member number", FactClass::Account),
            ("bank account", FactClass::Payment),
            ("date of birth", FactClass::DateOfBirth),
            ("PIN", FactClass::Code),
            ("one-time code", FactClass::Code),
            ("card number", FactClass::Code),
            ("driver's license", FactClass::IdNumber),
            ("dietary needs", FactClass::Health),
            ("spinning class", FactClass::Other),
            ("business name", FactClass::Name),
            ("code", FactClass::Code),
            ("dress code", FactClass::Other),
            ("door code", FactClass::Account),
        ];
        for (label, class) in table {
            assert_eq!(class_of(label, "x"), class, "{label}");
        }
    }

    #[test]
    fn an_unknown_label_leaves_it_to_the_value() {
        let table = [
            ("sam@example.com", FactClass::Contact),
            ("+1 (212) 555-0100", FactClass::Contact),
            ("GB82 WEST 1234 5698 7654 32", FactClass::Payment),
            ("GB83 WEST 1234 5698 7654 32", FactClass::Other),
            ("123-45-6789", FactClass::IdNumber),
            ("774120", FactClass::Reference),
            ("the blue one", FactClass::Other),
            ("@gym_number", FactClass::Other),
        ];
        for (value, class) in table {
            assert_eq!(class_of("thing", value), class, "{value}");
        }
    }

    #[test]
    fn the_user_s_word_stands_behind_the_label() {
        assert_eq!(split_label("chart (health)"), ("chart", Some(FactClass::Health)));
        assert_eq!(split_label("size (inches)"), ("size (inches)", None));
        assert_eq!(split_label("(health)"), ("(health)", None));
        assert_eq!(class_of("pin board (terms)", "x"), FactClass::Terms);
    }
}
