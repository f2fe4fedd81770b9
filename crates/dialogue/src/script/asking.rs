//! Questions: put, answered, read back, left.

use crate::claim;
use crate::moves::{EndReason, LineKind, Move, Note};
use crate::question::{Answer, Ask};
use crate::understand::assent;
use crate::understand::clock::{self, Leaning, Role};
use crate::understand::code;
use crate::understand::signal::{self, Signal};

use super::{MAX_DOUBTS, Pending, Reply, Said, Script, Stage};

impl Script {
    pub(super) fn hear_answer(&mut self, said: &Said, reply: &mut Reply) {
        let found = self.answers_from(self.ask, said);
        if let Some(first) = found.first().filter(|first| first.ask == Some(self.ask)).cloned() {
            if self.was_denied(&first.note) {
                return self.hears_what_was_denied(&first, reply);
            }
            if !said.is_heard_well() && self.asks_for_it_again(&first, reply) {
                return;
            }
            return self.read_back(found, reply);
        }
        if self.hears_half_of_the_hours(said, reply) {
            return;
        }
        let text = &said.text;
        let has = |signal| signal::has(text, signal);
        if self.waits_for(said, reply) || self.gives_detail(said, reply) {
            return;
        }
        if has(Signal::CallBack) || has(Signal::Refusal) {
            self.note_refusal(said, reply);
            return self.leave_question(EndReason::Declined, reply);
        }
        if has(Signal::DoNotKnow) {
            return self.leave_question(EndReason::Declined, reply);
        }
        if let Some(number) = code::phone_number(text).filter(|_| text.to_lowercase().contains("call")) {
            // Another number is passed on to the user; it is not ours to call.
            reply.note(Note {
                fact: "other_number".to_owned(),
                value: number.value,
                quote: number.quote,
                utterance: said.utterance,
                affirmed_in: None,
                confidence: number.confidence,
            });
            return self.explain("I can't call other numbers myself, but I'll pass that on.", reply);
        }
        if has(Signal::Goodbye) && !has(Signal::Greeting) {
            return self.callee_takes_leave(reply);
        }
        if has(Signal::SayAgain) {
            return self.repeat(reply);
        }
        if self.names_several_prices(text) && self.tries == 0 {
            self.tries += 1;
            self.is_asked = true;
            return reply.talk(format!("I heard more than one price. {}", self.current_question()));
        }
        if !self.is_asked || has(Signal::WhatIsItAbout) && self.tries == 0 {
            return self.ask_current(reply);
        }
        if assent::is_bare(text) && self.tries == 0 {
            self.tries += 1;
            return self.ask_current(reply);
        }
        self.ask_again(reply);
    }

    /// An answer that was heard badly is noted and asked for once more; heard twice alike it is taken. Returns whether it asks.
    pub(super) fn asks_for_it_again(&mut self, heard: &Pending, reply: &mut Reply) -> bool {
        let is_free = heard.ask.and_then(|place| self.errand.asks.get(place)).is_none_or(|ask| matches!(ask.answer, Answer::Words | Answer::Name));
        let times = if is_free { 1 } else { usize::from(MAX_DOUBTS) };
        if self.doubtful.len() >= times || self.doubtful.contains(&heard.note.value) {
            return false;
        }
        self.doubtful.push(heard.note.value.clone());
        if let Some(place) = heard.ask {
            self.ask = place;
        }
        self.stage = Stage::Asking;
        self.is_asked = true;
        reply.note(heard.note.clone());
        reply.talk(self.wording.say_again());
        true
    }

    /// "We open at eight": half of an answer about hours. It is read back by itself, and the other half asked for.
    fn hears_half_of_the_hours(&mut self, said: &Said, reply: &mut Reply) -> bool {
        let Some(ask) = self.errand.asks.get(self.ask).filter(|ask| ask.answer == Answer::Hours).cloned() else { return false };
        let half = |answer, fact, verb: &str| {
            let day = claim::day_suffix(&ask.indirect);
            Ask { question: format!("What time do you {verb}{day}?"), indirect: format!("what time you {verb}{day}"), fact, answer }
        };
        let opens = half(Answer::OpeningTime, "opening_time", "open");
        let closes = half(Answer::ClosingTime, "closing_time", "close");
        let roles: Vec<Role> = clock::times(&said.text, Leaning::Office).iter().map(|time| time.value.role).collect();
        let (heard, other) = match roles[..] {
            [Role::Opens] => (opens, closes),
            [Role::Closes] => (closes, opens),
            _ => return false,
        };
        let whole = std::mem::replace(&mut self.errand.asks[self.ask], heard);
        let Some(note) = self.answer(self.ask, said) else {
            self.errand.asks[self.ask] = whole;
            return false;
        };
        self.errand.asks.insert(self.ask + 1, other);
        let pending = Pending { ask: Some(self.ask), note };
        if said.is_heard_well() || !self.asks_for_it_again(&pending, reply) {
            self.read_back(vec![pending], reply);
        }
        true
    }

    /// What a turn answers, from the question in hand on: a callee may answer two at once.
    fn answers_from(&self, first: usize, said: &Said) -> Vec<Pending> {
        let mut found: Vec<Pending> = Vec::new();
        for place in first..self.errand.asks.len() {
            let is_exact = !matches!(self.errand.asks[place].answer, Answer::Words | Answer::YesNo | Answer::Name);
            if place > first && !is_exact {
                continue;
            }
            match self.answer(place, said) {
                Some(note) if place == first || (note.confidence >= 75 && !found.iter().any(|earlier| earlier.note.value == note.value)) => {
                    found.push(Pending { ask: Some(place), note })
                }
                None if place == first => break,
                _ => {}
            }
        }
        found
    }

    pub(super) fn repeat(&mut self, reply: &mut Reply) {
        self.explanations += 1;
        if self.explanations > super::MAX_EXPLANATIONS {
            return self.give_up(reply);
        }
        let line = if self.is_asked || self.stage == Stage::Confirming {
            self.current_question()
        } else {
            format!("This is an automated assistant calling for {}. {}", self.principal(), self.current_question())
        };
        self.is_asked = true;
        let kind = if self.stage == Stage::Confirming { LineKind::ReadBack } else { LineKind::Talk };
        reply.say(self.wording.repeat(&line), kind);
    }

    /// Goes on to the next question that is not answered yet.
    pub(super) fn next_question(&mut self, reply: &mut Reply) {
        self.tries = 0;
        self.read_backs = 0;
        self.pending.clear();
        self.later.clear();
        self.doubtful.clear();
        let next = (self.ask + 1..self.errand.asks.len()).find(|place| !self.settled.iter().any(|fact| fact == self.errand.asks[*place].fact));
        match next {
            Some(next) => {
                self.ask = next;
                self.stage = Stage::Asking;
                self.is_asked = true;
                reply.talk(self.wording.and_now(&self.current_question()));
            }
            None => {
                self.stage = Stage::Asking;
                if self.is_all_settled() {
                    self.finish(reply);
                } else {
                    let reason = if self.settled.is_empty() { EndReason::NotUnderstood } else { EndReason::Done };
                    self.end(self.wording.thanks(), reason, reply);
                }
            }
        }
    }

    /// Why the callee would not: their words are brought back, as what they are.
    pub(super) fn note_refusal(&mut self, said: &Said, reply: &mut Reply) {
        let signal = if signal::has(&said.text, Signal::CallBack) { Signal::CallBack } else { Signal::Refusal };
        if signal::find(&said.text, signal).is_some() {
            let quote = said.text.trim().to_owned();
            let fact = if signal == Signal::CallBack { "call_back" } else { "reason" };
            reply.moves.push(Move::Note(Note {
                fact: fact.to_owned(),
                value: quote.clone(),
                quote,
                utterance: said.utterance,
                affirmed_in: None,
                confidence: 85,
            }));
        }
    }
}
