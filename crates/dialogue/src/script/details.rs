//! What the callee asks for on the way: a name, a party size, an order number. Given only if the brief lets us.

use crate::moves::LineKind;
use crate::speakable::in_words;
use crate::understand::words::Words;

use super::{MAX_DETAILS, Reply, Said, Script, Stage};

/// What a callee may ask for: words of the request, and what the brief may call it.
const DETAILS: [(&[&str], &[&str]); 12] = [
    (
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
    (
        &["how many people", "how many", "party size", "how big", "number of people", "number of guests"],
        &["party", "people", "guests", "persons", "size"],
    ),
    (
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
    (&["email", "e mail"], &["email", "e-mail"]),
    (&["order number", "tracking number", "order id", "which order", "what order"], &["order", "tracking"]),
    (&["account number", "customer number", "member number", "membership"], &["account", "customer number", "member"]),
    (
        &["reservation number", "booking number", "reference number", "confirmation number", "case number"],
        &["reservation", "booking", "reference", "confirmation", "case"],
    ),
    (&["date of birth", "birthday", "birth date"], &["birth"]),
    (&["address", "zip code", "zip"], &["address", "zip"]),
    (&["allergies", "allergy", "dietary"], &["allerg", "diet"]),
    (
        &["what kind of car", "make and model", "what car", "which car", "what model", "what year", "vehicle", "what kind of vehicle"],
        &["car", "vehicle", "model", "make"],
    ),
    (&["insurance"], &["insurance"]),
];

impl Script {
    /// Returns whether the turn asked for a detail, and answers it: truthfully, and with what may be said.
    pub(super) fn gives_detail(&mut self, said: &Said, reply: &mut Reply) -> bool {
        if !is_request(&said.text) {
            return false;
        }
        let Some(line) = self.detail_for(&said.text) else { return false };
        self.details += 1;
        if self.details > MAX_DETAILS {
            self.leave_with_what_we_have(reply);
            return true;
        }
        let (text, is_known) = line;
        if is_known && self.stage != Stage::Confirming {
            self.is_asked = true;
            self.given = Some(text.clone());
            reply.talk(text);
        } else {
            let kind = if self.stage == Stage::Confirming { LineKind::ReadBack } else { LineKind::Talk };
            reply.say(format!("{text} {}", self.current_question()), kind);
            self.is_asked = true;
        }
        true
    }

    /// The callee did not catch a detail: it is said again, and not the question before it.
    pub(super) fn gives_again(&mut self, reply: &mut Reply) -> bool {
        let Some(given) = self.given.clone() else { return false };
        self.details += 1;
        if self.details > MAX_DETAILS {
            self.leave_with_what_we_have(reply);
        } else {
            reply.talk(self.wording.repeat(&given));
        }
        true
    }

    fn detail_for(&self, text: &str) -> Option<(String, bool)> {
        let words = Words::of(text);
        if let Some(line) = self.asked_terms(&words) {
            return Some((line, true));
        }
        if let Some((_, labels)) = DETAILS.iter().find(|(asks, _)| words.has_any(asks)) {
            let is_name = labels.contains(&"name");
            let known = self.brief.may_disclose.iter().find(|(label, _)| {
                let label = label.to_lowercase();
                labels.iter().any(|name| label.contains(name))
            });
            return Some(match known {
                Some((label, value)) => (give(label, value), true),
                None if is_name => (format!("I'm calling for {}.", self.principal()), true),
                None => ("I'm sorry, I don't have that information.".to_owned(), false),
            });
        }
        let named = self.brief.may_disclose.iter().find(|(label, _)| {
            let label = label.to_lowercase();
            !label.contains("alternative")
                && !label.contains("flexib")
                && label.split(|c: char| !c.is_alphanumeric()).any(|part| part.len() >= 3 && words.words.iter().any(|word| word.text == part))
        });
        named.map(|(label, value)| (give(label, value), true))
    }

    /// "For what time?", "Which day?": what was asked for is said again.
    fn asked_terms(&self, words: &Words<'_>) -> Option<String> {
        if !self.errand.asks.is_empty() || self.errand.task_type == crate::brief::TaskType::MessageDelivery {
            return None;
        }
        let asks_time = words.has_any(&["what time", "which time", "at what hour"]);
        let asks_day = words.has_any(&["what day", "which day", "what date", "for when", "for what day"]);
        let terms = self.terms_in_words();
        ((asks_time && self.minute.is_some() || asks_day && self.day.is_some()) && !terms.is_empty())
            .then(|| format!("{}, please.", crate::question::clause::sentence(&terms)))
    }
}

fn is_request(text: &str) -> bool {
    const LEADS: &[&str] = &[
        "what's",
        "what is",
        "what name",
        "which",
        "how many",
        "can i get",
        "can i have",
        "may i have",
        "could i have",
        "could i get",
        "can you give",
        "could you give",
        "do you have",
        "i need",
        "i'll need",
        "we need",
        "under what",
        "give me",
        "for how many",
        "who is",
        "who's",
        "whose",
        "tell me",
        "name please",
        "and the",
        "and your",
        "what kind",
        "spell",
    ];
    text.trim_end().ends_with('?') || Words::of(text).has_any(LEADS)
}

fn give(label: &str, value: &str) -> String {
    let label = label.trim().replace('_', " ").to_lowercase();
    format!("The {label} is {}.", in_words(&digits_only(value)).trim_end_matches('.'))
}

/// "(212) 555-0123" as digits, so that it is read out digit by digit; all else as it stands.
fn digits_only(value: &str) -> String {
    let is_number = value.chars().all(|c| c.is_ascii_digit() || " ()-+.".contains(c)) && value.chars().filter(char::is_ascii_digit).count() >= 7;
    if is_number { value.chars().filter(char::is_ascii_digit).collect() } else { value.to_owned() }
}
