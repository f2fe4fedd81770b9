//! Which facts an errand of a type needs before it makes sense to ring anybody, and which of them are missing.
//!
//! Told from the labels of the facts and, for days, hours and numbers of people, from the intent's own words. Errs towards asking:
//! a question to the user costs a moment, a call that cannot answer costs the callee's time.

use dialogue::brief::TaskType;

/// A fact that an errand needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NeededFact {
    /// Its label, as it is kept with the task.
    pub label: &'static str,
    /// The question for the user.
    pub question: &'static str,
    /// Other labels under which it may have been given.
    also: &'static [&'static str],
    /// How it may be told in the intent.
    in_words: InWords,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum InWords {
    /// It cannot.
    No,
    /// A day or an hour.
    When,
    /// "For four", "two people".
    HowMany,
    /// A word with three digits or more: an order's number.
    Reference,
}

const WHEN: NeededFact = NeededFact {
    label: "when",
    question: "For which day and hour, or which would suit?",
    also: &["day", "date", "time", "hour", "days", "times"],
    in_words: InWords::When,
};
const NEW_TIME: NeededFact = NeededFact {
    label: "new time",
    question: "To which day and hour shall it be moved, or which would suit?",
    also: &["when", "day", "date", "time"],
    in_words: InWords::When,
};
const OLD_TIME: NeededFact = NeededFact {
    label: "current time",
    question: "When is the appointment now?",
    also: &["old time", "appointment", "booked for"],
    in_words: InWords::No,
};
const PARTY: NeededFact =
    NeededFact { label: "party size", question: "For how many people?", also: &["people", "persons", "guests", "party"], in_words: InWords::HowMany };
const ORDER: NeededFact = NeededFact {
    label: "order number",
    question: "What is the number of the order?",
    also: &["order", "reference", "tracking number", "number"],
    in_words: InWords::Reference,
};
const BOOKED: NeededFact = NeededFact {
    label: "booked for",
    question: "What is to be cancelled: for which day, or under which number?",
    also: &["when", "day", "date", "time", "reference", "number", "order number", "contract", "customer number"],
    in_words: InWords::When,
};
const REMEDY: NeededFact =
    NeededFact { label: "wanted", question: "What shall they do about it?", also: &["remedy", "wish", "demand"], in_words: InWords::No };

/// Returns the facts that errands of a type need.
pub const fn needed(task_type: TaskType) -> &'static [NeededFact] {
    match task_type {
        TaskType::AppointmentBooking => &[WHEN],
        TaskType::AppointmentChange => &[OLD_TIME, NEW_TIME],
        TaskType::Reservation => &[PARTY, WHEN],
        TaskType::OrderStatus => &[ORDER],
        TaskType::Cancellation => &[BOOKED],
        TaskType::Complaint => &[REMEDY],
        TaskType::InformationInquiry | TaskType::QuoteRequest | TaskType::MessageDelivery | TaskType::Custom => &[],
    }
}

/// Returns the facts that an errand needs and lacks, in the order in which to ask for them.
pub fn missing(task_type: TaskType, intent: &str, context: &[(String, String)]) -> Vec<NeededFact> {
    let lower = intent.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let is_given = |fact: &NeededFact| {
        let is_label = |label: &str| label.eq_ignore_ascii_case(fact.label) || fact.also.iter().any(|other| label.eq_ignore_ascii_case(other));
        context.iter().any(|(label, value)| is_label(label.trim()) && !value.trim().is_empty()) || is_said(fact.in_words, &words)
    };
    needed(task_type).iter().filter(|fact| !is_given(fact)).copied().collect()
}

const DAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "today",
    "tonight",
    "tomorrow",
    "noon",
    "midnight",
    "morning",
    "afternoon",
    "evening",
    "weekend",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "week",
    "earliest",
    "soonest",
    "possible",
];
const COUNTS: &[&str] = &["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

fn is_said(how: InWords, words: &[&str]) -> bool {
    let is_digits = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let is_count = |word: &str| COUNTS.contains(&word) || is_digits(word) && word.len() <= 2;
    match how {
        InWords::No => false,
        InWords::When => {
            let is_hour = |word: &str| word.strip_suffix("am").or(word.strip_suffix("pm")).is_some_and(|hour| !hour.is_empty() && is_digits(hour));
            let at_hour = words.windows(2).any(|pair| pair[0] == "at" && is_count(pair[1]));
            at_hour || words.iter().any(|word| DAYS.contains(word) || is_hour(word))
        }
        InWords::HowMany => {
            let is_for = |pair: &[&str]| pair[0] == "for" && is_count(pair[1]);
            let is_people = |pair: &[&str]| is_count(pair[0]) && ["people", "persons", "guests", "adults", "seats", "of"].contains(&pair[1]);
            words.windows(2).any(|pair| is_for(pair) || is_people(pair))
        }
        InWords::Reference => words.iter().any(|word| word.bytes().filter(u8::is_ascii_digit).count() >= 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(intent: &str, context: &[(&str, &str)]) -> Vec<&'static str> {
        let context: Vec<(String, String)> = context.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned())).collect();
        missing(TaskType::told_from(intent), intent, &context).iter().map(|fact| fact.label).collect()
    }

    #[test]
    fn what_the_errand_needs_and_lacks_is_asked_for() {
        let table: [(&str, &[&str]); 14] = [
            ("Ask what time they close today", &[]),
            ("Book a table", &["party size", "when"]),
            ("Book a table for four tonight at 7", &[]),
            ("Book a table for 4 people", &["when"]),
            ("Reserve a room on Friday", &["party size"]),
            ("Book a haircut", &["when"]),
            ("Book a haircut for 3pm", &[]),
            ("Move my appointment", &["current time", "new time"]),
            ("Reschedule my appointment to Monday", &["current time"]),
            ("Find out where my order is", &["order number"]),
            ("Find out where my order A-10233 is", &[]),
            ("Cancel my reservation for tonight", &[]),
            ("Cancel my subscription", &["booked for"]),
            ("Complain about the noise", &["wanted"]),
        ];
        for (intent, expected) in table {
            assert_eq!(labels(intent, &[]), expected, "{intent}");
        }
    }

    #[test]
    fn a_fact_counts_under_any_of_its_labels_unless_it_is_empty() {
        assert_eq!(labels("Book a table", &[("People", "four"), ("day", "Friday")]), [""; 0]);
        assert_eq!(labels("Book a table", &[("party size", " "), ("when", "Friday")]), ["party size"]);
    }
}
