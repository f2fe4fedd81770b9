//! Bookings, changes and cancellations: proposed, answered with terms, agreed word for word or not at all.

use crate::brief::TaskType;
use crate::moves::{EndReason, Note};
use crate::question;
use crate::speakable::{day_in_words, time_in_words};
use crate::understand::assent::{self, Assent};
use crate::understand::clock::{self, Clock, Role};
use crate::understand::code;
use crate::understand::date::{self, Day};
use crate::understand::price;
use crate::understand::signal::{self, Signal};
use crate::understand::words::Words;

use super::answer::spanning;
use super::{Pending, Reply, Said, Script, Stage};

const AGREED: &[&str] = &[
    "booked",
    "all set",
    "you're down",
    "put you down",
    "see you",
    "confirmed",
    "reserved",
    "canceled",
    "cancelled",
    "moved",
    "changed",
    "rescheduled",
    "taken care",
    "i've got you",
    "i have you",
    "you're in",
    "got you down",
    "done",
    "we can do that",
    "that works",
    "that's possible",
    "we can do",
    "i can do",
];
const FULL: &[&str] = &[
    "fully booked",
    "all booked",
    "booked up",
    "booked solid",
    "booked out",
    "sold out",
    "no tables",
    "no table",
    "nothing available",
    "not available",
    "no openings",
    "no availability",
    "we're full",
    "completely full",
    "nothing left",
    "can't do",
    "cannot do",
    "not possible",
    "isn't possible",
    "don't have anything",
    "already taken",
    "taken already",
];

impl Script {
    pub(super) fn agreed_fact(&self) -> &'static str {
        match self.errand.task_type {
            TaskType::Cancellation => "cancelled",
            TaskType::MessageDelivery => "delivered",
            _ => "booked_for",
        }
    }

    /// "I'd like to book a haircut for Friday at 3 pm. Is that possible?"
    pub(super) fn proposal(&self) -> String {
        let wish = self.purpose();
        let is_changed = (self.day, self.minute) != (self.errand.day, self.errand.minute);
        if is_changed {
            return format!("Would {} be possible?", self.terms_in_words());
        }
        match self.errand.task_type {
            TaskType::Cancellation => format!("I'd like {wish}. Could you do that?"),
            _ => format!("I'd like {wish}. Is that possible?"),
        }
    }

    /// "Friday, November 27 at 3 pm".
    pub(super) fn terms_in_words(&self) -> String {
        match (self.day, self.minute) {
            (Some(day), Some(minute)) => format!("{} at {}", day_in_words(day), time_in_words(minute)),
            (Some(day), None) => day_in_words(day),
            (None, Some(minute)) => time_in_words(minute),
            (None, None) => String::new(),
        }
    }

    fn terms_value(&self) -> String {
        if self.errand.task_type == TaskType::Cancellation {
            return "yes".to_owned();
        }
        match (self.day, self.minute) {
            (Some(day), Some(minute)) => format!("{} {}", day.normal(), Clock { minute, role: Role::Unsaid }.normal()),
            (Some(day), None) => day.normal(),
            (None, Some(minute)) => Clock { minute, role: Role::Unsaid }.normal(),
            (None, None) => "yes".to_owned(),
        }
    }

    pub(super) fn hear_reply_to_proposal(&mut self, said: &Said, reply: &mut Reply) {
        if self.hears_other_terms(said, reply) {
            return;
        }
        let text = &said.text;
        let has = |signal| signal::has(text, signal);
        let words = Words::of(text);
        let is_full = words.has_any(FULL) || (has(Signal::Closed) && self.errand.task_type != TaskType::Cancellation);
        if is_full {
            return self.hears_no(said, reply);
        }
        if self.gives_detail(said, reply) || self.waits_for(said, reply) {
            return;
        }
        if has(Signal::CallBack) || has(Signal::Refusal) || has(Signal::DoNotKnow) {
            self.note_refusal(said, reply);
            return self.end(self.wording.no_harm(), EndReason::Declined, reply);
        }
        let assent = assent::assent(text).filter(|heard| heard.confidence >= 50).map(|heard| heard.value);
        let is_invitation = !self.is_asked && assent::is_bare(text) || has(Signal::WhatIsItAbout);
        let is_question = text.trim_end().ends_with('?');
        match assent {
            Some(Assent::No) => self.hears_no(said, reply),
            _ if words.has_any(AGREED) && !is_question => self.hears_yes(said, reply),
            Some(Assent::Yes) if !is_invitation && !is_question => self.hears_yes(said, reply),
            _ if has(Signal::Goodbye) && !has(Signal::Greeting) => self.callee_takes_leave(reply),
            _ if has(Signal::SayAgain) => self.repeat(reply),
            _ if is_invitation && self.is_asked && self.tries == 0 => {
                self.tries += 1;
                self.ask_current(reply);
            }
            _ => self.ask_again(reply),
        }
    }

    fn hears_yes(&mut self, said: &Said, reply: &mut Reply) {
        let note = Note {
            fact: self.agreed_fact().to_owned(),
            value: self.terms_value(),
            quote: said.text.trim().to_owned(),
            utterance: said.utterance,
            affirmed_in: None,
            confidence: 85,
        };
        self.read_backs = 0;
        self.read_back(vec![Pending { ask: None, note }], reply);
    }

    /// What was asked for is not to be had: the next alternative that the brief allows, or leave.
    fn hears_no(&mut self, said: &Said, reply: &mut Reply) {
        let quote = said.text.trim().to_owned();
        reply.note(Note {
            fact: "availability".to_owned(),
            value: "no".to_owned(),
            quote,
            utterance: said.utterance,
            affirmed_in: None,
            confidence: 85,
        });
        let alternatives = &self.errand.alternatives;
        let minutes = alternatives.times.iter().map(|minute| (self.errand.day, Some(*minute)));
        let days = alternatives.days.iter().map(|day| (Some(*day), self.errand.minute));
        let next = minutes.chain(days).filter(|terms| *terms != (self.errand.day, self.errand.minute)).nth(self.offers_tried);
        if let Some((day, minute)) = next {
            self.offers_tried += 1;
            (self.day, self.minute) = (day, minute);
            return self.ask_current(reply);
        }
        if (!alternatives.spans.is_empty() || alternatives.any_time || alternatives.any_day) && self.offers_tried == 0 {
            self.offers_tried += 1;
            return reply.talk("I see. What would be possible instead?");
        }
        self.end(self.wording.no_harm(), EndReason::Declined, reply);
    }

    /// Another time, another day, a fee: accepted only if the brief allows it. Returns whether the turn is dealt with.
    pub(super) fn hears_other_terms(&mut self, said: &Said, reply: &mut Reply) -> bool {
        if self.hears_a_fee(said, reply) {
            return true;
        }
        if self.errand.task_type == TaskType::Cancellation {
            return false;
        }
        let text = &said.text;
        let today = Day::of(self.brief.local_time);
        let leaning = question::leaning(&self.errand.subject, self.errand.task_type);
        let times: Vec<_> = clock::times(text, leaning).into_iter().filter(|time| time.value.role == Role::Unsaid).collect();
        let days = date::dates(text, today);
        let other_time = times.iter().find(|time| Some(time.value.minute) != self.minute);
        let other_day = days.iter().find(|day| Some(day.value) != self.day);
        let says_the_asked = times.iter().any(|time| Some(time.value.minute) == self.minute);
        let is_other_time = other_time.is_some() && !(says_the_asked && assent::assent(text).is_some_and(|heard| heard.value == Assent::Yes));
        let is_other_day = other_day.is_some() && self.day.is_some() && !days.iter().any(|day| Some(day.value) == self.day);
        // Without a wish of our own, their time is welcome.
        let is_open = self.minute.is_none() && self.day.is_none() && (other_time.is_some() || other_day.is_some());
        if !is_other_time && !is_other_day && !is_open {
            return false;
        }
        let offered_time = other_time.filter(|_| is_other_time || is_open);
        let offered_day = other_day.filter(|_| is_other_day || is_open);
        let quote = match (offered_day, offered_time) {
            (Some(day), Some(time)) => spanning(text, &day.quote, &time.quote),
            (Some(day), None) => day.quote.clone(),
            (None, Some(time)) => time.quote.clone(),
            (None, None) => return false,
        };
        let (day, minute) = (offered_day.map(|day| day.value), offered_time.map(|time| time.value.minute));
        let may_accept =
            is_open || self.errand.alternatives.allow(day, minute, self.errand.day, self.errand.minute) || self.minute.is_none() && day.is_none();
        if may_accept {
            self.day = day.or(self.day);
            self.minute = minute.or(self.minute);
            self.is_asked = true;
            self.offers_tried += 1;
            if self.offers_tried > 4 {
                self.leave_with_what_we_have(reply);
                return true;
            }
            self.stage = Stage::Proposing;
            self.pending.clear();
            reply.talk(format!("{} works. Could you book that, please?", question::clause::sentence(&self.terms_in_words())));
            return true;
        }
        self.tries += 1;
        if self.tries == 1 && assent::assent(text).is_none_or(|heard| heard.value == Assent::Yes) && !Words::of(text).has_any(FULL) {
            self.stage = Stage::Proposing;
            self.pending.clear();
            self.is_asked = true;
            reply.talk(format!("I was asked for {}. Is that possible?", self.terms_in_words()));
            return true;
        }
        let value = offer_value(day, minute);
        reply.note(Note { fact: "offered".to_owned(), value, quote, utterance: said.utterance, affirmed_in: None, confidence: 80 });
        self.end("I can't accept that myself, but I'll pass it on. Thank you, goodbye.", EndReason::Declined, reply);
        true
    }

    /// Money was never ours to promise.
    fn hears_a_fee(&mut self, said: &Said, reply: &mut Reply) -> bool {
        let prices = price::prices(&said.text, false);
        let priced = prices.iter().find(|price| price.value.cents > 0);
        let words = Words::of(&said.text);
        let named = words.find_any(&[
            "deposit",
            "cancellation fee",
            "a fee",
            "credit card",
            "debit card",
            "prepayment",
            "pay in advance",
            "pay now",
            "charge you",
        ]);
        let is_denied = words.has_any(&["no fee", "no deposit", "without a fee", "no charge", "won't charge", "no cancellation fee"]);
        if is_denied || (priced.is_none() && named.is_none()) {
            return false;
        }
        let quote = said.text.trim().to_owned();
        let value = priced.map_or_else(|| quote.clone(), |price| price.value.normal());
        reply.note(Note { fact: "fee".to_owned(), value, quote, utterance: said.utterance, affirmed_in: None, confidence: 85 });
        self.explanations += 1;
        if self.explanations > 1 {
            self.end("I can't agree to a payment, but I'll pass that on. Thank you, goodbye.", EndReason::Declined, reply);
        } else {
            self.stage = Stage::Proposing;
            self.pending.clear();
            self.is_asked = true;
            reply.talk("I can't agree to a payment myself. Is it possible without one?");
        }
        true
    }

    pub(super) fn hear_number(&mut self, said: &Said, reply: &mut Reply) {
        if let Some(heard) = code::confirmation(&said.text) {
            let note = Note {
                fact: "confirmation_number".to_owned(),
                value: heard.value,
                quote: heard.quote,
                utterance: said.utterance,
                affirmed_in: None,
                confidence: heard.confidence,
            };
            return self.read_back(vec![Pending { ask: None, note }], reply);
        }
        let has = |signal| signal::has(&said.text, signal);
        if self.waits_for(said, reply) {
            return;
        }
        if has(Signal::SayAgain) {
            return self.repeat(reply);
        }
        let is_yes = assent::assent(&said.text).is_some_and(|heard| heard.value == Assent::Yes && heard.confidence >= 80);
        if is_yes && !has(Signal::Goodbye) && self.tries == 0 {
            self.tries += 1;
            return reply.talk("What is it, please?");
        }
        self.finish(reply);
    }
}

fn offer_value(day: Option<Day>, minute: Option<u16>) -> String {
    let time = minute.map(|minute| Clock { minute, role: Role::Unsaid }.normal());
    match (day, time) {
        (Some(day), Some(time)) => format!("{} {time}", day.normal()),
        (Some(day), None) => day.normal(),
        (None, time) => time.unwrap_or_default(),
    }
}
