//! The transcript held against what the user has approved: what we said that we should not have said.
//!
//! Looks at the words alone, not at how they came about, and knows nothing of the guard that held them back beforehand: what that
//! let through is found here. What was held back is told as well, because whoever tried to say it may try again. A breach is
//! shown, never hidden: it stands in the report with the second of its sentence.
//!
//! Words are no proof of everything: a detail that is described instead of given, or a promise in words that no rule knows, is
//! not found.

use serde::{Deserialize, Serialize};
use telephony::AudioPosition;

use super::Fact;
use crate::brief::{Brief, TaskType};
use crate::card_digits::{CardWatch, Side};
use crate::conversation::{WhyWithheld, Withheld};
use crate::detail::asked::{REQUESTS, asks_for};
use crate::detail::said;
use crate::detail::{CalleeStanding, FactClass, Permission};
use crate::disclosure;
use crate::question::{self, Errand};
use crate::screening::WhoAnswered;
use crate::transcript::{Speaker, Transcript, Turn};
use crate::understand::clock::{self, Role};
use crate::understand::date::{self, Day};
use crate::understand::price;
use crate::understand::words::Words;

/// Something that was said, or was to be said, beyond what the user had approved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Breach {
    /// What kind.
    pub kind: BreachKind,
    /// Whether the callee heard it; what was held back was not heard.
    pub was_said: bool,
    /// What it is about: the label of a detail, "a price".
    pub about: String,
    /// What we said, digits of cards hidden.
    pub quote: String,
    /// Where it begins in the recording; `None` if it was neither heard nor replaced.
    pub at: Option<AudioPosition>,
}

/// Kinds of breaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreachKind {
    /// Digits of a card, or a code.
    CardDigits,
    /// A detail that may not be said to whom we talked with.
    NotAllowed,
    /// A detail that may be said once somebody asks for it, and nobody had.
    NotAskedFor,
    /// Something about the user that the receipt does not name.
    NotOnReceipt,
    /// A price, a day or a time that may not be accepted.
    NotToBeAccepted,
}

impl BreachKind {
    /// Returns all kinds.
    pub const ALL: [Self; 5] = [Self::CardDigits, Self::NotAllowed, Self::NotAskedFor, Self::NotOnReceipt, Self::NotToBeAccepted];

    /// Returns the kind as a stable word, as it stands in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardDigits => "card_digits",
            Self::NotAllowed => "not_allowed",
            Self::NotAskedFor => "not_asked_for",
            Self::NotOnReceipt => "not_on_receipt",
            Self::NotToBeAccepted => "not_to_be_accepted",
        }
    }
}

impl Breach {
    /// Returns what was held back: the place is that of the line that was spoken instead.
    pub(super) fn held_back(transcript: &Transcript, held: &Withheld) -> Self {
        let spoken = held.line.and_then(|line| transcript.turns.iter().find(|turn| turn.speaker == Speaker::Assistant(line)));
        let (kind, about) = match &held.why {
            WhyWithheld::CardDigits => (BreachKind::CardDigits, "digits".to_owned()),
            WhyWithheld::NotAllowed { label, .. } => (BreachKind::NotAllowed, label.clone()),
            WhyWithheld::NotAskedFor { label } => (BreachKind::NotAskedFor, label.clone()),
        };
        let quote = spoken.map(|turn| turn.text.clone()).unwrap_or_default();
        Self { kind, was_said: false, about, quote, at: spoken.map(|turn| turn.from) }
    }

    /// Returns what happened, for people: "said: a phone number that is not on the receipt".
    pub fn in_words(&self) -> String {
        let lead = if self.was_said { "said" } else { "held back" };
        let about = &self.about;
        match self.kind {
            BreachKind::CardDigits => format!("{lead}: digits of a card, or a code"),
            BreachKind::NotAllowed => format!("{lead}: {about}, which may not be said to whom we talked with"),
            BreachKind::NotAskedFor => format!("{lead}: {about}, for which nobody had asked"),
            BreachKind::NotOnReceipt => format!("{lead}: {about} that is not on the receipt"),
            BreachKind::NotToBeAccepted => format!("{lead}: {about} was accepted that the receipt does not allow"),
        }
    }
}

/// Returns the sentence that a summary ends with; `None` if nothing was said that should not have been.
pub(super) fn summary(breaches: &[Breach]) -> Option<String> {
    let said: Vec<&Breach> = breaches.iter().filter(|breach| breach.was_said).collect();
    let first = said.first()?;
    let at = first.at.map_or_else(String::new, |at| format!(" at {at}"));
    let others = if said.len() > 1 { format!(", and {} more", said.len() - 1) } else { String::new() };
    Some(format!("Warning{at}: the call went beyond what you had approved ({}){others}.", first.in_words()))
}

/// Returns all breaches, in the order of the call.
pub(super) fn find(brief: &Brief, transcript: &Transcript, facts: &[Fact], who_answered: WhoAnswered) -> Vec<Breach> {
    let mut search = Search::new(brief, who_answered);
    // What was understood of the callee's words may be said back in other words than theirs.
    search.heard = facts.iter().map(|fact| format!("{}. ", fact.value)).collect();
    for turn in &transcript.turns {
        match turn.speaker {
            Speaker::Callee(_) => search.callee_said(&turn.text),
            Speaker::Assistant(_) => search.we_said(turn),
            // The user speaks for themself.
            Speaker::User => {}
        }
    }
    search.agreements(facts);
    let mut breaches = search.found;
    breaches.sort_by_key(|breach| (breach.at.is_none(), breach.at));
    breaches
}

struct Search<'a> {
    brief: &'a Brief,
    errand: Errand,
    opening: String,
    /// All that the user has approved, as one text.
    approved: String,
    ends_on_tape: bool,
    openings: usize,
    cards: CardWatch,
    asked: Vec<bool>,
    /// All that the callee has said so far, and their last turn.
    heard: String,
    heard_last: String,
    found: Vec<Breach>,
}

impl<'a> Search<'a> {
    fn new(brief: &'a Brief, who_answered: WhoAnswered) -> Self {
        let mut approved = vec![brief.intent.as_str(), &brief.principal, brief.voicemail_message.as_deref().unwrap_or_default()];
        approved.extend(brief.may_disclose.iter().flat_map(|detail| [detail.label.as_str(), &detail.value]));
        Self {
            errand: question::errand(brief),
            opening: disclosure::opening(brief).text,
            approved: approved.join(". "),
            ends_on_tape: who_answered == WhoAnswered::Voicemail,
            openings: 0,
            cards: CardWatch::default(),
            asked: vec![false; brief.may_disclose.len()],
            heard: String::new(),
            heard_last: String::new(),
            found: Vec::new(),
            brief,
        }
    }

    fn callee_said(&mut self, text: &str) {
        for (asked, detail) in self.asked.iter_mut().zip(&self.brief.may_disclose) {
            *asked |= asks_for(text, detail);
        }
        self.cards.hear(Side::Callee, text, AudioPosition::ZERO);
        self.heard = format!("{}. {text}", self.heard);
        text.clone_into(&mut self.heard_last);
    }

    fn we_said(&mut self, turn: &Turn) {
        let text = &turn.text;
        if let Some(quote) = self.cards.masked(Side::Us, text) {
            self.note(BreachKind::CardDigits, "digits", quote, turn.from);
            self.cards.hear(Side::Us, text, AudioPosition::ZERO);
            return;
        }
        self.cards.hear(Side::Us, text, AudioPosition::ZERO);
        if is_opening(text, &self.opening) {
            self.openings += 1;
            // Said again, it is said to somebody else.
            if self.openings > 1 {
                self.asked.fill(false);
            }
            return;
        }
        self.details(turn);
        self.unknown(turn);
        self.acceptances(turn);
    }

    /// Details of the user, against whom they may be said to.
    fn details(&mut self, turn: &Turn) {
        let who = if self.ends_on_tape { WhoAnswered::Voicemail } else { WhoAnswered::Human };
        let standing = CalleeStanding::of(who, self.brief.is_ring_back, self.openings > 1);
        let message = self.brief.voicemail_message.as_deref().unwrap_or_default();
        for (detail, is_asked) in self.brief.may_disclose.iter().zip(self.asked.clone()) {
            let is_approved_as_it_is = [self.brief.intent.as_str(), message].iter().any(|text| said::holds(text, &detail.value));
            let kind = match detail.permission(standing) {
                Permission::Never(_) => BreachKind::NotAllowed,
                Permission::OnlyIfAsked if !is_asked => BreachKind::NotAskedFor,
                Permission::OnlyIfAsked | Permission::Say => continue,
            };
            if !is_approved_as_it_is && said::gives(&turn.text, detail) {
                self.note(kind, &detail.label, turn.text.clone(), turn.from);
            }
        }
    }

    /// What looks like a fact about somebody, and neither the user nor the callee has named.
    fn unknown(&mut self, turn: &Turn) {
        let text = &turn.text;
        for number in long_numbers(text) {
            let is_known = [&self.approved, &self.heard].iter().any(|known| digits_of(known).contains(&number));
            if !is_known {
                self.note(BreachKind::NotOnReceipt, "a number", text.clone(), turn.from);
                return;
            }
        }
        for address in text.split_whitespace().filter(|word| is_email(word)) {
            let address = address.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            if ![&self.approved, &self.heard].iter().any(|known| known.to_lowercase().contains(&address)) {
                self.note(BreachKind::NotOnReceipt, "an e-mail address", text.clone(), turn.from);
                return;
            }
        }
        if let Some(class) = self.told_class(text) {
            self.note(BreachKind::NotOnReceipt, class, text.clone(), turn.from);
        }
    }

    /// "The date of birth is …", of which we know nothing.
    fn told_class(&self, text: &str) -> Option<&'static str> {
        const PRIVATE: [(FactClass, &str); 5] = [
            (FactClass::DateOfBirth, "a date of birth"),
            (FactClass::Address, "an address"),
            (FactClass::IdNumber, "an identity number"),
            (FactClass::Account, "an account"),
            (FactClass::Health, "a matter of health"),
        ];
        if text.trim_end().ends_with('?') {
            return None;
        }
        let words = Words::of(text);
        PRIVATE.into_iter().find_map(|(class, name)| {
            let is_ours = self.brief.may_disclose.iter().any(|detail| detail.class == class)
                || REQUESTS.iter().any(|request| request.class == class && Words::of(&self.approved).has_any(request.asks));
            let (place, length) = REQUESTS.iter().filter(|request| request.class == class).find_map(|request| words.find_any(request.asks))?;
            let to = place + length;
            let is_told = matches!(words.at(to), "is" | "was" | "are");
            let end = (to + 1..words.len()).find(|place| words.words.get(*place).is_some_and(|word| word.ends_clause));
            let told = words.quote(to + 1, end.map_or(words.len(), |last| last + 1));
            let is_given = told.chars().filter(|c| c.is_alphanumeric()).count() >= 4;
            (is_told && is_given && !is_ours && !said::holds(&self.heard, &told)).then_some(name)
        })
    }

    /// What we agreed to, against what the user would accept.
    fn acceptances(&mut self, turn: &Turn) {
        let text = &turn.text;
        let words = Words::of(text);
        let pays = words.has_any(&PAYS);
        if !pays && !words.has_any(&ACCEPTS) || words.has_any(&DECLINES) {
            return;
        }
        let is_booking = self.is_booking();
        // What a line does not name itself is what the callee has just offered.
        let offered = self.heard_last.clone();
        let own_prices = price::prices(text, false);
        let priced = if own_prices.is_empty() && (pays || is_booking) { price::prices(&offered, false) } else { own_prices };
        let limit = price::prices(&self.approved, false).iter().map(|price| price.value.cents).max();
        let too_dear = priced.iter().any(|price| price.value.cents > limit.unwrap_or(0));
        if too_dear || pays && limit.is_none() {
            self.note(BreachKind::NotToBeAccepted, "a price", text.clone(), turn.from);
        }
        let has_own = !self.times(text).is_empty() || !self.days(text).is_empty();
        let terms = if has_own { text.clone() } else { offered };
        if is_booking && !self.may_be_agreed(&self.days(&terms), &self.times(&terms)) {
            self.note(BreachKind::NotToBeAccepted, "a day or time", text.clone(), turn.from);
        }
    }

    fn is_booking(&self) -> bool {
        matches!(self.errand.task_type, TaskType::AppointmentBooking | TaskType::AppointmentChange | TaskType::Reservation)
    }

    fn times(&self, text: &str) -> Vec<u16> {
        let leaning = question::leaning(&self.errand.subject, self.errand.task_type);
        clock::times(text, leaning).into_iter().filter(|time| time.value.role == Role::Unsaid).map(|time| time.value.minute).collect()
    }

    fn days(&self, text: &str) -> Vec<Day> {
        date::dates(text, Day::of(self.brief.local_time)).into_iter().map(|day| day.value).collect()
    }

    /// Whether one of the days and one of the times may be agreed on; what is not named stays as it was asked for.
    fn may_be_agreed(&self, days: &[Day], times: &[u16]) -> bool {
        let errand = &self.errand;
        let (asked_day, asked_time) = (errand.day, errand.minute);
        let other = &errand.alternatives;
        let day_fits = asked_day.is_none()
            || days.is_empty()
            || days.iter().any(|day| Some(*day) == asked_day || other.allow(Some(*day), None, asked_day, asked_time));
        let time_fits = asked_time.is_none()
            || times.is_empty()
            || times.iter().any(|time| Some(*time) == asked_time || other.allow(None, Some(*time), asked_day, asked_time));
        day_fits && time_fits
    }

    /// What the callee has booked for us in the end, and we have read back.
    fn agreements(&mut self, facts: &[Fact]) {
        if !self.is_booking() {
            return;
        }
        for fact in facts.iter().filter(|fact| fact.fact == "booked_for" && fact.evidence.affirmation.is_some()) {
            let (day, time) = fact.value.split_once(' ').unwrap_or((&fact.value, &fact.value));
            let days: Vec<Day> = Day::parse(day).into_iter().collect();
            let minute = |time: &str| {
                let (hour, minute) = time.split_once(':')?;
                Some(hour.parse::<u16>().ok()? * 60 + minute.parse::<u16>().ok()?)
            };
            let times: Vec<u16> = minute(time).into_iter().collect();
            if !self.may_be_agreed(&days, &times) {
                self.note(BreachKind::NotToBeAccepted, "a day or time", fact.in_words.clone(), fact.evidence.from);
            }
        }
    }

    fn note(&mut self, kind: BreachKind, about: &str, quote: String, at: AudioPosition) {
        self.found.push(Breach { kind, was_said: true, about: about.to_owned(), quote, at: Some(at) });
    }
}

/// Words by which we agree to something.
const ACCEPTS: [&str; 16] = [
    "i accept",
    "we accept",
    "i agree",
    "we agree",
    "that works",
    "works for",
    "please book",
    "book that",
    "go ahead",
    "that's fine",
    "that is fine",
    "sounds good",
    "we'll take",
    "i'll take",
    "i promise",
    "deal",
];

/// Words by which we promise money.
const PAYS: [&str; 8] = ["i'll pay", "we'll pay", "will pay", "agree to pay", "please charge", "can charge", "pay that", "pay for that"];

/// Words by which we do not.
const DECLINES: [&str; 8] = ["can't accept", "cannot accept", "can't agree", "cannot agree", "don't", "won't", "will not", "not able"];

fn is_opening(text: &str, opening: &str) -> bool {
    // Cut short, it is still the opening; said again after an objection to recording, it lacks a sentence.
    opening.starts_with(text) || text.contains("automated assistant") && opening.ends_with(text.rsplit(". ").next().unwrap_or(text))
}

fn is_email(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| name.ends_with(|c: char| c.is_alphanumeric()) && host.contains('.') && host.len() > 3)
}

/// Returns the runs of at least seven digits in a text, said or written. Signs of time and money end a run.
fn long_numbers(text: &str) -> Vec<String> {
    const LEAST: usize = 7;
    let (mut numbers, mut run) = (Vec::new(), String::new());
    for part in text.split_inclusive([':', '$', '€', '£', '%', '/']) {
        for word in part.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            match digits_of_word(word) {
                Some(digits) => run.push_str(&digits),
                None => numbers.push(std::mem::take(&mut run)),
            }
        }
        if part.ends_with([':', '$', '€', '£', '%', '/']) {
            numbers.push(std::mem::take(&mut run));
        }
    }
    numbers.push(run);
    numbers.retain(|number| number.len() >= LEAST);
    numbers
}

/// Returns all digits of a text, in a row; "two twelve, fifty-five" is 21255.
fn digits_of(text: &str) -> String {
    const TEENS: [&str; 10] = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let (mut digits, mut after_tens) = (String::new(), false);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let lower = word.to_lowercase();
        if let Some(tens) = TENS.iter().position(|spoken| *spoken == lower) {
            digits.push_str(&format!("{}0", tens + 2));
            after_tens = true;
            continue;
        }
        if let Some(teens) = TEENS.iter().position(|spoken| *spoken == lower) {
            digits.push_str(&(teens + 10).to_string());
        } else if let Some(more) = digits_of_word(word) {
            if after_tens && more.len() == 1 && more != "0" {
                digits.pop();
            }
            digits.push_str(&more);
        }
        after_tens = false;
    }
    digits
}

fn digits_of_word(word: &str) -> Option<String> {
    const SPOKEN: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let lower = word.to_lowercase();
    if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(word.to_owned());
    }
    if lower == "oh" {
        return Some("0".to_owned());
    }
    SPOKEN.iter().position(|spoken| *spoken == lower).map(|digit| digit.to_string())
}

#[cfg(test)]
mod tests;
