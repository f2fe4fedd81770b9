//! Twilio's error codes: what each means to a person, and what helps.
//!
//! The texts are ours: Twilio's own hold numbers, and change. What is not in the table gets a sentence by its family, or by
//! the kind of its HTTP status.

mod symptom;
mod table;

use std::borrow::Cow;

use table::{CODES, FAMILIES};

pub use symptom::{SYMPTOMS, Symptom, symptom_of};

/// What helps, in one word. Decides how a failure is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Remedy {
    /// Fix the account, its credentials or its rights.
    FixAccount,
    /// Fix the number that was to be called, or give up on it.
    FixNumber,
    /// Fix our settings: our number, our public address.
    FixSettings,
    /// The program sent something wrong: tell its makers.
    Report,
    /// Wait, then try again.
    Wait,
    /// Nothing to do: it is over, or as intended.
    Nothing,
}

/// One code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ErrorCode {
    /// Twilio's number.
    pub code: u32,
    /// What helps.
    pub remedy: Remedy,
    /// What happened, a sentence without its full stop.
    pub meaning: &'static str,
    /// What to do, a sentence without its full stop.
    pub advice: &'static str,
}

impl Remedy {
    /// Returns who or what has to be mended, in a few words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::FixAccount => "the account",
            Self::FixNumber => "the number called",
            Self::FixSettings => "our settings",
            Self::Report => "the program",
            Self::Wait => "nothing: wait",
            Self::Nothing => "nothing",
        }
    }
}

impl ErrorCode {
    /// Returns meaning and advice in one line.
    pub fn sentence(&self) -> String {
        format!("{}; {}", self.meaning, self.advice)
    }
}

/// Returns what is known of a code, or of the family that it belongs to; then `code` is the first of the family.
pub fn lookup(code: u32) -> Option<&'static ErrorCode> {
    if let Ok(at) = CODES.binary_search_by_key(&code, |entry| entry.code) {
        return Some(&CODES[at]);
    }
    FAMILIES.iter().find(|(first, last, _)| (*first..=*last).contains(&code)).map(|(.., entry)| entry)
}

/// Returns what helps against a code, known or not.
pub fn remedy(code: u32, http_status: u16) -> Remedy {
    match (lookup(code), http_status) {
        (Some(entry), _) => entry.remedy,
        (None, 401 | 403) => Remedy::FixAccount,
        (None, 404) => Remedy::Nothing,
        (None, 408 | 429 | 500..) => Remedy::Wait,
        (None, _) => Remedy::Report,
    }
}

/// Returns a sentence for a code, known or not.
pub fn sentence(code: u32, http_status: u16) -> Cow<'static, str> {
    match (lookup(code), http_status) {
        (Some(entry), _) => Cow::Owned(entry.sentence()),
        (None, 401 | 403) => Cow::Borrowed("the account does not allow this; check the account SID, the auth token and the account's rights"),
        (None, 404) => Cow::Borrowed("this does not exist at Twilio; it may have been deleted, or belongs to another account"),
        (None, 429) => Cow::Borrowed("too many requests at once; wait a moment"),
        (None, 500..) => Cow::Borrowed("Twilio has a fault of its own; try again later"),
        (None, _) => Cow::Borrowed("Twilio refuses this request; look the code up at https://www.twilio.com/docs/errors"),
    }
}

/// Returns the sentence of a code with the complaint that people know it by in front, if it has one.
pub fn named_sentence(code: u32, http_status: u16) -> Cow<'static, str> {
    match symptom_of(code) {
        Some(symptom) => Cow::Owned(format!("{}: {}", symptom.name, sentence(code, http_status))),
        None => sentence(code, http_status),
    }
}

/// Returns all codes that are known alone, in order.
pub fn all() -> &'static [ErrorCode] {
    CODES
}

/// Returns what codes have in common that are not known alone: first code, last code, what holds for all.
pub fn families() -> impl Iterator<Item = (u32, u32, &'static ErrorCode)> {
    FAMILIES.iter().map(|(first, last, entry)| (*first, *last, entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every code that our reference of Twilio names.
    const NAMED: &[u32] = &[
        10001, 10002, 10004, 11100, 11200, 11205, 11206, 11210, 11215, 11220, 11235, 11236, 11237, 11750, 11770, 12100, 12101, 12102, 12200, 12300,
        12400, 13201, 13214, 13223, 13224, 13225, 13226, 13227, 13240, 13256, 13299, 13310, 13314, 13410, 13420, 13510, 13521, 13610, 13621, 13710,
        13805, 13910, 15003, 16025, 20001, 20003, 20004, 20005, 20006, 20008, 20404, 20429, 20500, 20503, 21201, 21202, 21203, 21205, 21206, 21208,
        21209, 21210, 21211, 21212, 21213, 21214, 21215, 21216, 21217, 21218, 21219, 21220, 21262, 21401, 21408, 21421, 21422, 21452, 21606, 21608,
        21610, 21611, 21612, 21614, 21617, 30003, 30005, 30006, 30007, 30034, 31901, 31910, 31920, 31921, 31924, 31951, 32650, 32655, 64101, 64102,
        64105, 64107, 573002, 573005, 575001, 82004, 82005,
    ];

    #[test]
    fn the_table_is_sorted_and_reads_as_sentences() {
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
        let families = FAMILIES.iter().map(|(.., entry)| entry);
        let texts = CODES.iter().chain(families).flat_map(|entry| [entry.meaning, entry.advice]);
        let symptoms = SYMPTOMS.iter().flat_map(|symptom| [symptom.meaning, symptom.advice]);
        for text in texts.chain(symptoms) {
            assert!(!text.is_empty() && !text.ends_with('.') && !text.contains("TODO"), "{text}");
        }
    }

    #[test]
    fn every_code_that_twilio_names_has_a_remedy_and_a_sentence() {
        for code in NAMED {
            assert!(lookup(*code).is_some(), "{code}");
        }
    }

    #[test]
    fn the_promised_complaints_are_explained_by_name() {
        let named = |code| symptom_of(code).map(|symptom| symptom.name);
        assert_eq!(named(20003), Some("Authentication Error"));
        assert_eq!(named(21219), Some("Phone Number Not Verified"));
        assert_eq!(named(11200), Some("TwiML Fetch Failed"));
        assert_eq!(named(31920), Some("No Audio on Call"));
        assert_eq!(named(31921), None);
        assert!(named_sentence(21219, 400).starts_with("Phone Number Not Verified: a trial account calls verified numbers only; verify"));
        assert_eq!(named_sentence(31921, 400), sentence(31921, 400));
        for (index, symptom) in SYMPTOMS.iter().enumerate() {
            assert_eq!(SYMPTOMS.iter().position(|other| other.name == symptom.name), Some(index), "{} stands twice", symptom.name);
        }
        for code in SYMPTOMS.iter().flat_map(|symptom| symptom.codes) {
            assert!(lookup(*code).is_some(), "{code}");
        }
    }

    #[test]
    fn known_and_unknown_codes_say_what_to_do() {
        assert_eq!(
            sentence(21219, 400),
            "a trial account calls verified numbers only; verify the number in the Twilio console, or upgrade the account"
        );
        assert_eq!(sentence(13298, 400), "a <Dial> of our document has something that Twilio refuses; report this");
        assert!(sentence(99_999, 400).contains("look the code up"));
        assert!(sentence(99_999, 429).contains("wait"));
        assert_eq!((remedy(20003, 401), remedy(99_999, 403), remedy(99_999, 503)), (Remedy::FixAccount, Remedy::FixAccount, Remedy::Wait));
    }
}
