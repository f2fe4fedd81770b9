//! Whether the callee asks for a detail.
//!
//! Generous on purpose: a callee who names the thing, or wants somebody verified, has asked. What is held back until it is asked
//! for is held back from those who did not ask at all.

use super::{Detail, FactClass};
use crate::understand::words::Words;

/// Words by which a callee asks for something, what labels call it, and its class.
pub struct Request {
    /// Words of the request.
    pub asks: &'static [&'static str],
    /// What a label may hold.
    pub labels: &'static [&'static str],
    /// What is asked for.
    pub class: FactClass,
}

const fn request(class: FactClass, asks: &'static [&'static str], labels: &'static [&'static str]) -> Request {
    Request { asks, labels, class }
}

/// What callees ask for, in the order in which a question is held against them.
pub const REQUESTS: [Request; 13] = [
    request(
        FactClass::Name,
        &[
            "last name",
            "first name",
            "full name",
            "what name",
            "which name",
            "whose name",
            "the name",
            "your name",
            "a name",
            "name please",
            "under what name",
            "name for",
            "put it under",
            "put that under",
            "put you under",
            "book it under",
            "who is it for",
            "who's it for",
            "who is the reservation for",
        ],
        &["name"],
    ),
    request(
        FactClass::Terms,
        &["how many people", "how many", "party size", "how big", "number of people", "number of guests"],
        &["party", "people", "guests", "persons", "size"],
    ),
    request(
        FactClass::Contact,
        &[
            "phone number",
            "callback number",
            "call back number",
            "contact number",
            "best number",
            "number to reach",
            "your number",
            "a number for you",
            "mobile number",
            "cell number",
            "telephone",
        ],
        &["phone", "telephone", "mobile", "callback", "contact number"],
    ),
    request(FactClass::Contact, &["email", "e mail"], &["email", "e-mail"]),
    request(FactClass::Reference, &["order number", "tracking number", "order id", "which order", "what order"], &["order", "tracking"]),
    request(
        FactClass::Account,
        &["account number", "customer number", "member number", "membership", "policy number", "contract number"],
        &["account", "customer number", "member", "policy number", "contract"],
    ),
    request(
        FactClass::Reference,
        &["reservation number", "booking number", "reference number", "confirmation number", "case number"],
        &["reservation", "booking", "reference", "confirmation", "case"],
    ),
    request(FactClass::DateOfBirth, &["date of birth", "birthday", "birth date", "birthdate", "born"], &["birth"]),
    request(FactClass::Address, &["address", "zip code", "zip", "postcode", "postal code"], &["address", "zip", "postcode"]),
    request(FactClass::Health, &["allergies", "allergy", "dietary"], &["allerg", "diet"]),
    request(
        FactClass::Terms,
        &["what kind of car", "make and model", "what car", "which car", "what model", "what year", "vehicle", "what kind of vehicle"],
        &["car", "vehicle", "model", "make"],
    ),
    request(FactClass::Health, &["insurance"], &["insurance"]),
    request(
        FactClass::IdNumber,
        &["social security", "passport", "driver's license", "id number", "tax id", "tax number"],
        &["social security", "ssn", "passport", "license", "licence", "id number", "tax"],
    ),
];

/// By these a callee wants to know whether somebody is who they say: whatever shows it has been asked for.
const VERIFIES: [&str; 8] =
    ["verify", "verification", "identify", "identity", "security question", "confirm your", "confirm their", "confirm the details"];

/// Returns whether words of the callee ask for a detail.
pub fn asks_for(text: &str, detail: &Detail) -> bool {
    let words = Words::of(text);
    let label = detail.label.to_lowercase();
    let is_named = label.split(|c: char| !c.is_alphanumeric()).any(|part| part.len() >= 3 && words.words.iter().any(|word| word.text == part));
    let is_asked = REQUESTS.iter().any(|request| {
        let is_meant = request.class == detail.class || request.labels.iter().any(|name| label.contains(name));
        is_meant && words.has_any(request.asks)
    });
    let shows_who = matches!(
        detail.class,
        FactClass::Contact | FactClass::Address | FactClass::DateOfBirth | FactClass::Account | FactClass::Reference | FactClass::IdNumber
    );
    is_named || is_asked || shows_who && words.has_any(&VERIFIES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detail::Permission;

    fn asks(text: &str, label: &str, class: FactClass) -> bool {
        asks_for(text, &Detail::new(label.to_owned(), "x".to_owned(), class, |_| Permission::OnlyIfAsked))
    }

    #[test]
    fn a_detail_is_asked_for_by_its_name_its_kind_or_a_wish_to_verify() {
        assert!(asks("And the date of birth?", "birthday", FactClass::DateOfBirth));
        assert!(asks("When were you born?", "date of birth", FactClass::DateOfBirth));
        assert!(asks("I need to verify the account first.", "date of birth", FactClass::DateOfBirth));
        assert!(asks("What color is the bike?", "bike", FactClass::Other));
        assert!(asks("Can I get a phone number?", "callback", FactClass::Contact));
        assert!(!asks("How can I help you?", "date of birth", FactClass::DateOfBirth));
        assert!(!asks("What's the order number?", "date of birth", FactClass::DateOfBirth));
        assert!(!asks("Could you verify that?", "allergies", FactClass::Health));
    }
}
