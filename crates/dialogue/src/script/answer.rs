//! Finding the answer to a question in what the callee said.

use crate::moves::Note;
use crate::question::Answer;
use crate::understand::assent::{self, Assent};
use crate::understand::clock::{self, Clock, Leaning, Role};
use crate::understand::date::{self, Day};
use crate::understand::signal::{self, Signal};
use crate::understand::words::Words;
use crate::understand::{Heard, code, name, price};

use super::choice::{self, Choice};
use super::{Said, Script};

/// An answer in the callee's own words is cut here: more cannot be read back.
const MAX_ANSWER_WORDS: usize = 40;

impl Script {
    /// Returns what a turn answers to one of the questions, as a note that nobody has affirmed yet.
    pub(super) fn answer(&self, place: usize, said: &Said) -> Option<Note> {
        let ask = self.errand.asks.get(place)?;
        let text = said.text.as_str();
        let today = Day::of(self.brief.local_time);
        let asked_day = date::dates(&ask.indirect, today).first().map(|day| day.value);
        let mut fact = ask.fact;
        let heard = match ask.answer {
            Answer::ClosingTime => time_of(text, &ask.indirect, Role::Closes, Leaning::Closing, today, asked_day)
                .or_else(|| always_open(text))
                .or_else(|| closed(text, today, asked_day)),
            Answer::OpeningTime => time_of(text, &ask.indirect, Role::Opens, Leaning::Opening, today, asked_day)
                .or_else(|| always_open(text))
                .or_else(|| closed(text, today, asked_day)),
            Answer::Hours => hours_of(text).or_else(|| always_open(text)).or_else(|| closed(text, today, asked_day)),
            Answer::Price => self.price_of(text, &ask.indirect),
            Answer::YesNo => self.yes_no(text, ask.fact),
            Answer::When => when_of(text, today).or_else(|| self.words_of(text)),
            Answer::PhoneNumber => code::phone_number(text),
            Answer::Name => name::name(text).or_else(|| self.words_of(text)),
            Answer::Words => self.words_of(text),
        }?;
        if matches!(ask.answer, Answer::ClosingTime | Answer::OpeningTime | Answer::Price) && self.is_about_another(place, text, &heard.quote) {
            return None;
        }
        if ask.answer == Answer::Hours && heard.value.len() == 5 && heard.value.contains(':') {
            fact = "hours";
        }
        Some(Note {
            fact: fact.to_owned(),
            value: heard.value,
            quote: heard.quote,
            utterance: said.utterance,
            affirmed_in: None,
            confidence: heard.confidence,
        })
    }

    /// The price of the thing that was asked about. Where several may be meant, it is asked for once more; then their own words count.
    fn price_of(&self, text: &str, indirect: &str) -> Option<Heard<String>> {
        let words = Words::of(text);
        let prices = price::prices_in(&words, true);
        let spans: Vec<choice::Span> = prices.iter().map(|(_, span)| *span).collect();
        if spans.is_empty() {
            return None;
        }
        match choice::about(indirect, &words, &spans) {
            Choice::This(at) => prices.into_iter().nth(at).map(|(price, _)| price.map(price::Price::normal)),
            Choice::Unclear if self.tries > 0 => self.words_of(text),
            Choice::Unclear | Choice::AnotherThings => None,
        }
    }

    /// Whether the value stands in a clause about another of the errand's questions.
    fn is_about_another(&self, place: usize, text: &str, quote: &str) -> bool {
        let words = Words::of(text);
        let Some(from) = text.find(quote).and_then(|at| words.words.iter().position(|word| word.from >= at)) else { return false };
        let others = self.errand.asks.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, ask)| ask.indirect.as_str());
        choice::is_about_another(&self.errand.asks[place].indirect, others, &words, (from, from + Words::of(quote).len()))
    }

    /// Whether a turn names several prices and does not say which is the one that was asked for.
    pub(super) fn names_several_prices(&self, text: &str) -> bool {
        let Some(ask) = self.errand.asks.get(self.ask).filter(|ask| ask.answer == Answer::Price) else { return false };
        let words = Words::of(text);
        let spans: Vec<choice::Span> = price::prices_in(&words, true).into_iter().map(|(_, span)| span).collect();
        spans.len() > 1 && choice::about(&ask.indirect, &words, &spans) == Choice::Unclear
    }

    /// Yes or no; "sure, go ahead" before the question was put is an invitation, not an answer.
    fn yes_no(&self, text: &str, fact: &str) -> Option<Heard<String>> {
        let said = |value: &str, confidence: u8| Some(Heard { value: value.to_owned(), quote: text.trim().to_owned(), confidence });
        if signal::has(text, Signal::DoNotKnow) || signal::has(text, Signal::HoldOn) {
            return None;
        }
        let words = Words::of(text);
        if fact.starts_with("availability") {
            if words.has_any(&[
                "sold out",
                "fully booked",
                "all booked",
                "booked up",
                "booked solid",
                "nothing available",
                "nothing left",
                "no tables",
                "no openings",
                "no availability",
                "out of stock",
                "not available",
                "nothing open",
                "don't have",
                "we're full",
                "completely full",
                "ran out",
            ]) {
                return said("no", 90);
            }
            if words.has_any(&["we have", "we do have", "we've got", "i have", "we can do", "there is", "available", "in stock", "i can do"])
                && !words.has_any(&["not", "no"])
            {
                return said("yes", 90);
            }
        }
        if fact.starts_with("is_open") && words.has_any(&["we're open", "we are open", "it's open"]) {
            return said("yes", 90);
        }
        if fact.starts_with("is_open") && signal::has(text, Signal::Closed) {
            return said("no", 90);
        }
        let heard = assent::assent(text).filter(|heard| heard.confidence >= 50)?;
        if !self.is_asked && assent::is_bare(text) && words.find_any(&["we do", "we are", "we have", "it is", "we can", "you can"]).is_none() {
            return None;
        }
        said(if heard.value == Assent::Yes { "yes" } else { "no" }, heard.confidence)
    }

    /// The callee's own words, if they are a statement and not a courtesy, a question or a way of not answering.
    fn words_of(&self, text: &str) -> Option<Heard<String>> {
        const EMPTY: [Signal; 9] = [
            Signal::DoNotKnow,
            Signal::HoldOn,
            Signal::Transfer,
            Signal::Refusal,
            Signal::CallBack,
            Signal::WhatIsItAbout,
            Signal::SayAgain,
            Signal::Goodbye,
            Signal::Orders,
        ];
        let words = Words::of(text);
        let is_question = text.trim_end().ends_with('?');
        let is_greeting = signal::has(text, Signal::Greeting) && (!self.is_asked || words.len() <= 4);
        let is_too_early = !self.is_asked && words.len() < 4;
        if words.is_empty()
            || is_question
            || is_greeting
            || is_too_early
            || assent::is_bare(text) && !self.is_asked
            || EMPTY.into_iter().any(|signal| signal::has(text, signal))
        {
            return None;
        }
        if words.words.iter().all(|word| {
            matches!(word.text.as_str(), "uh" | "um" | "hm" | "hmm" | "oh" | "ah" | "okay" | "ok" | "so" | "well" | "yes" | "yeah" | "right")
        }) {
            return None;
        }
        let quote = words.quote(0, words.len().min(MAX_ANSWER_WORDS));
        Some(Heard { value: quote.clone(), quote, confidence: 80 })
    }
}

/// The time with the right role; of several, the one whose sentence speaks of the day that was asked about.
fn time_of(text: &str, indirect: &str, role: Role, leaning: Leaning, today: Day, asked_day: Option<Day>) -> Option<Heard<String>> {
    let words = Words::of(text);
    let is_exact_day = asked_day.is_some();
    let asked_day = asked_day.unwrap_or(today);
    let mut fitting: Vec<(Heard<Clock>, usize)> =
        clock::times_in(&words, leaning).into_iter().filter(|(time, _)| time.value.role == role || time.value.role == Role::Unsaid).collect();
    if fitting.iter().any(|(time, _)| time.value.role == role) {
        fitting.retain(|(time, _)| time.value.role == role);
    } else if signal::has(text, Signal::CallBack) {
        return None;
    }
    // "The kitchen closes at nine, the bar at eleven": the one whose piece of the sentence names the thing that was asked about.
    let spans: Vec<choice::Span> = fitting.iter().map(|(time, place)| (*place, *place + Words::of(&time.quote).len())).collect();
    if !spans.is_empty()
        && let Choice::This(at) = choice::about(indirect, &words, &spans)
    {
        let only = fitting.swap_remove(at);
        fitting = vec![only];
    }
    // A day belongs to the time it stands behind, else to the time it stands before.
    let places: Vec<usize> = fitting.iter().map(|(_, place)| *place).collect();
    let day_of = |place: usize| {
        let clause_end = (place..words.len()).find(|end| words.words[*end].ends_clause).map_or(words.len(), |end| end + 1);
        let next = places.iter().copied().find(|other| *other > place).unwrap_or(clause_end).min(clause_end);
        let last = places.iter().copied().rfind(|other| *other < place).map_or(0, |other| other + 1).max(words.clause_start(place));
        let first_day = |from: usize, to: usize| date::dates(&words.quote(from, to), today).first().map(|day| day.value);
        first_day(place, next).or_else(|| first_day(last, place))
    };
    let chosen = fitting
        .iter()
        .position(|(_, place)| day_of(*place) == Some(asked_day))
        .or_else(|| fitting.iter().position(|(_, place)| day_of(*place).is_none()))
        .unwrap_or(0);
    let is_other_day = fitting.get(chosen).is_some_and(|(_, place)| day_of(*place).is_some_and(|day| day != asked_day));
    if is_other_day && is_exact_day {
        return None;
    }
    let count = fitting.len();
    let (time, _) = fitting.into_iter().nth(chosen)?;
    let confidence = match (is_other_day, count) {
        (true, _) => time.confidence.min(50),
        (false, 1) => time.confidence,
        (false, _) => time.confidence.min(80),
    };
    Some(Heard { value: time.value.normal(), quote: time.quote, confidence })
}

fn hours_of(text: &str) -> Option<Heard<String>> {
    clock::hours(text).map(|hours| hours.map(|(open, close)| format!("{}-{}", open.normal(), close.normal())))
}

fn always_open(text: &str) -> Option<Heard<String>> {
    let words = Words::of(text);
    let (from, length) = words.find_any(&[
        "24 hours",
        "twenty four hours",
        "24 7",
        "twenty four seven",
        "never close",
        "don't close",
        "do not close",
        "around the clock",
    ])?;
    Some(Heard { value: "open 24 hours".to_owned(), quote: words.quote(from, from + length), confidence: 90 })
}

/// "We're closed today", unless it is about another day than the one that was asked for.
fn closed(text: &str, today: Day, asked_day: Option<Day>) -> Option<Heard<String>> {
    let heard = signal::find(text, Signal::Closed)?;
    let days = date::dates(text, today);
    let is_about_it = days.is_empty() || days.iter().any(|day| day.value == asked_day.unwrap_or(today));
    is_about_it.then(|| heard.map(|()| "closed".to_owned()))
}

fn when_of(text: &str, today: Day) -> Option<Heard<String>> {
    let day = date::dates(text, today).into_iter().next();
    let time = clock::times(text, Leaning::Office).into_iter().next();
    match (day, time) {
        (Some(day), Some(time)) => {
            let value = format!("{} {}", day.value.normal(), time.value.normal());
            Some(Heard { value, quote: spanning(text, &day.quote, &time.quote), confidence: day.confidence.min(time.confidence) })
        }
        (Some(day), None) => Some(day.map(Day::normal)),
        (None, Some(time)) => Some(time.map(Clock::normal)),
        (None, None) => None,
    }
}

/// The piece of the text from the first to the last of two quotes.
pub(super) fn spanning(text: &str, one: &str, other: &str) -> String {
    match (text.find(one), text.find(other)) {
        (Some(left), Some(right)) => text[left.min(right)..(left + one.len()).max(right + other.len())].to_owned(),
        _ => one.to_owned(),
    }
}
