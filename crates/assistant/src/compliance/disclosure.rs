//! What an opening must say, by law and by the product's own rule, and what a given one lacks.
//!
//! The product's rule is wider than any law found: every opening says that a machine calls, for whom, why, and whether it
//! records, and never claims to be human. The laws are asked all the same, so that a refusal can name them, and because some
//! want a number to ring back. [`missing`] is for the shipped openings' tests and for the openings that users write into
//! personas of their own; at run time the conversation speaks `dialogue::disclosure`'s opening.
//!
//! Data: `data/bot_disclosure.csv` and `data/disclosure_words.csv`. A machine cannot judge a sentence; it finds the words that
//! say these things, in seven languages, and calls lacking what it does not find.

mod duty;
mod words;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::jurisdiction::Jurisdiction;
use crate::codes::{self, CodeEntry};

/// A part of an opening.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// That a machine calls.
    Machine,
    /// For whom.
    Principal,
    /// Why.
    Purpose,
    /// That the call is recorded, if it is.
    Recording,
    /// A number to ring back.
    Callback,
    /// No claim to be human.
    NotHuman,
}

impl Part {
    /// What every opening must have, whatever the law of the place.
    pub const ALWAYS: [Self; 5] = [Self::Machine, Self::Principal, Self::Purpose, Self::Recording, Self::NotHuman];

    /// Returns the entry in the table of codes for an opening without it.
    pub const fn entry(self) -> CodeEntry {
        match self {
            Self::Machine => codes::DISCLOSURE_MACHINE,
            Self::Principal => codes::DISCLOSURE_PRINCIPAL,
            Self::Purpose => codes::DISCLOSURE_PURPOSE,
            Self::Recording => codes::DISCLOSURE_RECORDING,
            Self::Callback => codes::DISCLOSURE_CALLBACK,
            Self::NotHuman => codes::DISCLOSURE_HUMAN,
        }
    }
}

/// What is known of the call that an opening is for.
#[derive(Clone, Copy, Debug)]
pub struct OpeningFacts<'a> {
    /// The opening's language: two letters, `en`.
    pub language: &'a str,
    /// For whom the call is, as it is said aloud. A template may write `{principal}` instead.
    pub principal: &'a str,
    /// Why, if it is known word for word. A template may write `{purpose}` instead.
    pub purpose: Option<&'a str>,
    /// Whether the call is recorded. A template may write `{recorded}`, which is filled in if it is.
    pub is_recorded: bool,
    /// The number that the callee sees can be rung back and leads to us.
    pub shows_number: bool,
}

/// A part that an opening lacks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Missing {
    /// Which.
    pub part: Part,
    /// The laws in force that ask for it; empty if only the product's own rule does.
    pub laws: Vec<&'static str>,
}

impl Missing {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        self.part.entry().code
    }
}

/// An opening in a language whose words are not in the table.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("openings in \"{language}\" cannot be checked, and what cannot be checked is not spoken; use one of {}", words::languages().join(", "))]
pub struct UnknownLanguage {
    /// Which.
    pub language: String,
}

impl UnknownLanguage {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        codes::DISCLOSURE_LANGUAGE.code
    }
}

/// Returns what an opening lacks for a call to somebody who may be in any of these places, on a day. Empty if nothing.
///
/// # Errors
/// [`UnknownLanguage`].
pub fn missing(opening: &str, facts: &OpeningFacts<'_>, places: &[Jurisdiction], on: Date) -> Result<Vec<Missing>, UnknownLanguage> {
    if !words::languages().contains(&facts.language) {
        return Err(UnknownLanguage { language: facts.language.to_owned() });
    }
    let text = opening.to_lowercase().replace('’', "'");
    let duties = duty::in_force(places, on);
    let mut lacking = Vec::new();
    for part in [Part::Machine, Part::Principal, Part::Purpose, Part::Recording, Part::Callback, Part::NotHuman] {
        let laws: Vec<&'static str> = duties.iter().filter(|duty| duty.opening_must.contains(&part)).map(|duty| duty.law).collect();
        let is_asked = Part::ALWAYS.contains(&part) || !laws.is_empty();
        if is_asked && !says(&text, part, facts) {
            lacking.push(Missing { part, laws });
        }
    }
    Ok(lacking)
}

/// Returns whether a text, in lower case, says a part, or need not.
fn says(text: &str, part: Part, facts: &OpeningFacts<'_>) -> bool {
    let has_words = |part| words::of(facts.language, part).any(|words| text.contains(words));
    let quotes = |words: &str| {
        let words = words.trim().trim_end_matches(['.', '?', '!']).to_lowercase();
        !words.is_empty() && text.contains(&words)
    };
    match part {
        Part::Machine => has_words(Part::Machine),
        Part::Principal => text.contains("{principal}") || quotes(facts.principal),
        Part::Purpose => text.contains("{purpose}") || facts.purpose.is_some_and(quotes) || has_words(Part::Purpose),
        Part::Recording => !facts.is_recorded || text.contains("{recorded}") || has_words(Part::Recording),
        Part::Callback => facts.shows_number || speaks_a_number(text),
        Part::NotHuman => !has_words(Part::NotHuman),
    }
}

/// Returns whether a text has the digits of a telephone number.
fn speaks_a_number(text: &str) -> bool {
    let mut run = 0;
    let mut longest = 0;
    for c in text.chars() {
        match c {
            '0'..='9' => run += 1,
            ' ' | '-' | '.' | '(' | ')' | '+' => {}
            _ => run = 0,
        }
        longest = longest.max(run);
    }
    longest >= 7
}

#[cfg(test)]
mod tests {
    use dialogue::brief::{Brief, LocalTime, Persona, TaskType};
    use dialogue::{disclosure, question};
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 25);

    fn facts() -> OpeningFacts<'static> {
        OpeningFacts { language: "en", principal: "Sam Miller", purpose: None, is_recorded: true, shows_number: true }
    }

    fn lacks(opening: &str, facts: &OpeningFacts<'_>, places: &[&str]) -> Vec<Part> {
        let places: Vec<Jurisdiction> = places.iter().map(|place| place.parse().unwrap()).collect();
        missing(opening, facts, &places, TODAY).unwrap().into_iter().map(|missing| missing.part).collect()
    }

    #[test]
    fn every_shipped_opening_says_all_that_any_law_asks() {
        let personas = [Persona::ProfessionalAssistant, Persona::FriendlyHelper, Persona::FormalRepresentative, Persona::Concise];
        let errands = [
            (TaskType::InformationInquiry, "Ask what time they close today"),
            (TaskType::AppointmentBooking, "Book a haircut for Friday at 3pm"),
            (TaskType::AppointmentChange, "Move my appointment to Monday"),
            (TaskType::Reservation, "Reserve a table for four tonight at 7"),
            (TaskType::OrderStatus, "Ask where my order is"),
            (TaskType::Cancellation, "Cancel my reservation for tonight"),
            (TaskType::Complaint, "Complain that the soup was cold"),
            (TaskType::QuoteRequest, "Ask how much an oil change costs"),
            (TaskType::MessageDelivery, "Tell my aunt I'll be late"),
            (TaskType::Custom, "The garden gate"),
        ];
        let places: Vec<Jurisdiction> = duty::all_places();
        let mut linted = 0;
        for persona in personas {
            for (task_type, intent) in errands {
                for is_recorded in [true, false] {
                    for principal in ["Sam Miller", "", "Dr. Lee"] {
                        let brief = Brief {
                            task_type,
                            intent: intent.into(),
                            principal: principal.into(),
                            may_disclose: Vec::new(),
                            voicemail_message: None,
                            persona,
                            is_recorded,
                            local_time: LocalTime { year: 2026, month: 11, day: 25, weekday: 2, minute: 600 },
                            time_limit: std::time::Duration::from_secs(600),
                            is_ring_back: false,
                            listens_along: false,
                        };
                        let opening = disclosure::opening(&brief).text;
                        let purpose = question::purpose(&brief);
                        let said = if principal.is_empty() { "a customer" } else { principal };
                        let facts = OpeningFacts { principal: said, purpose: Some(&purpose), is_recorded, ..facts() };
                        assert_eq!(missing(&opening, &facts, &places, TODAY), Ok(Vec::new()), "{persona:?} {task_type:?}: {opening}");
                        linted += 1;
                    }
                }
            }
        }
        assert_eq!(linted, 240);
    }

    #[test]
    fn a_user_s_own_opening_is_told_what_it_lacks() {
        let table = [
            ("Hi, how are you?", vec![Part::Machine, Part::Principal, Part::Purpose, Part::Recording]),
            ("Hi, this is the automated assistant of {principal}.", vec![Part::Purpose, Part::Recording]),
            ("Hi, this is the automated assistant of Sam Miller, calling to ask something.", vec![Part::Recording]),
            ("Hi, an automated assistant for {principal} here. {recorded} I'm calling {purpose}.", vec![]),
            ("Hi, Sam Miller's virtual assistant here, this call is recorded. It's about my order.", vec![]),
        ];
        for (opening, lacking) in table {
            assert_eq!(lacks(opening, &facts(), &["US", "US-CA"]), lacking, "{opening}");
        }
        let claims = "I'm a human, not a robot, calling for Sam Miller, this call is recorded, to ask about hours.";
        assert!(lacks(claims, &facts(), &["US"]).contains(&Part::NotHuman));
        assert_eq!(
            lacks("An automated assistant for Sam Miller, I'm calling to ask something.", &OpeningFacts { is_recorded: false, ..facts() }, &["US"]),
            []
        );
    }

    #[test]
    fn a_number_to_ring_back_is_asked_where_a_law_asks_it() {
        let hidden = OpeningFacts { shows_number: false, ..facts() };
        let opening = "An automated assistant for Sam Miller, this call is recorded. I'm calling to ask something.";
        assert_eq!(lacks(opening, &hidden, &["US"]), [Part::Callback]);
        assert_eq!(lacks(opening, &hidden, &["FR"]), []);
        assert_eq!(lacks(&format!("{opening} Ring back on 212 555 0123."), &hidden, &["US"]), []);
        assert_eq!(lacks(opening, &facts(), &["US"]), []);
        assert_eq!(lacks("For Sam Miller, this call is recorded, calling to ask about the 5 chairs.", &hidden, &["FR"]), [Part::Machine]);
    }

    #[test]
    fn a_lack_names_the_laws_that_ask() {
        let places = ["US".parse().unwrap(), "US-UT".parse().unwrap()];
        let lacking = missing("Sam Miller, calling to ask something, this call is recorded.", &facts(), &places, TODAY).unwrap();
        assert_eq!((lacking.len(), lacking[0].part, lacking[0].code()), (1, Part::Machine, "disclosure.machine"));
        assert_eq!(lacking[0].laws, ["AI Policy Act SB 149 (2024-05-01), SB 226 (2025)"]);
        let french = missing("Sam Miller, calling to ask something, this call is recorded.", &facts(), &["FR".parse().unwrap()], TODAY).unwrap();
        assert_eq!(french[0].laws.len(), 2, "the AI Act, articles 50(1) and 50(4): {:?}", french[0].laws);
        let before =
            missing("Sam Miller, calling to ask something, this call is recorded.", &facts(), &["FR".parse().unwrap()], date(2026, 8, 1)).unwrap();
        assert_eq!(before[0].laws, [""; 0], "not yet in force, and asked for all the same");
    }

    #[test]
    fn openings_in_other_languages_are_checked_or_refused() {
        let german = OpeningFacts { language: "de", ..facts() };
        assert_eq!(
            lacks(
                "Guten Tag, hier ist der automatische Assistent von Sam Miller, der Anruf wird aufgezeichnet. Ich rufe an wegen einer Reservierung.",
                &german,
                &["DE"]
            ),
            []
        );
        assert_eq!(lacks("Guten Tag, ich rufe für Sam Miller an, es geht um einen Tisch.", &german, &["DE"]), [Part::Machine, Part::Recording]);
        let french = OpeningFacts { language: "fr", ..facts() };
        assert_eq!(
            lacks(
                "Bonjour, je suis l'assistant virtuel de Sam Miller, cet appel est enregistré. J’appelle pour réserver une table.",
                &french,
                &["FR"]
            ),
            []
        );
        let error = missing("Hei", &OpeningFacts { language: "fi", ..facts() }, &[], TODAY).unwrap_err();
        assert_eq!((error.code(), error.to_string().ends_with("use one of en, de, fr, es, it, nl, pt")), ("disclosure.language", true));
    }
}
