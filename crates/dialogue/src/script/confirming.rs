//! Reading back and hearing whether it was right. Only the callee's own yes affirms.

use crate::brief::TaskType;
use crate::moves::{EndReason, LineKind, Note};
use crate::question::{Answer, Ask};
use crate::speakable::in_words;
use crate::understand::assent::{self, Assent};
use crate::understand::date::{self, Day};
use crate::understand::signal::{self, Signal};

use super::{MAX_READ_BACKS, Pending, Reply, Said, Script, Stage};

impl Script {
    /// Notes what was heard and reads it back.
    pub(super) fn read_back(&mut self, found: Vec<Pending>, reply: &mut Reply) {
        for pending in &found {
            reply.note(pending.note.clone());
        }
        self.pending = found;
        self.stage = Stage::Confirming;
        self.read_backs += 1;
        if self.read_backs > MAX_READ_BACKS {
            return self.go_on(reply);
        }
        reply.say(self.read_back_line(), LineKind::ReadBack);
    }

    pub(super) fn read_back_line(&self) -> String {
        let claims: Vec<String> = self.pending.iter().map(|pending| self.claim(pending)).collect();
        self.wording.read_back(&claims.join(" and "))
    }

    fn claim(&self, pending: &Pending) -> String {
        let words = in_words(&pending.note.value);
        match pending.ask.and_then(|place| self.errand.asks.get(place)) {
            Some(ask) => claim_of(ask, &pending.note.value, &words),
            None if pending.note.fact == "confirmation_number" => format!("the number is {words}"),
            None => self.claim_of_agreement(&pending.note.value, &words),
        }
    }

    fn claim_of_agreement(&self, value: &str, words: &str) -> String {
        let subject = &self.errand.subject;
        match (self.errand.task_type, value) {
            (TaskType::Cancellation, _) => format!("{} is canceled", if subject.is_empty() { "it" } else { subject }),
            (TaskType::AppointmentChange, "yes") => "it is changed".to_owned(),
            (TaskType::AppointmentChange, _) => format!("it is now {words}"),
            (_, "yes") => format!("{} is booked", if subject.is_empty() { "it" } else { subject }),
            _ => format!("it is booked for {words}"),
        }
    }

    pub(super) fn hear_confirmation(&mut self, said: &Said, reply: &mut Reply) {
        let text = &said.text;
        if self.errand.asks.is_empty()
            && self.pending.iter().any(|pending| pending.note.fact == self.agreed_fact())
            && self.hears_other_terms(said, reply)
        {
            return;
        }
        let correction = self.correction(said);
        let assent = assent::assent(text).filter(|heard| heard.confidence >= 50);
        let is_restated = self.is_restated(said);
        match (assent.as_ref().map(|heard| heard.value), correction) {
            (Some(Assent::Yes), None) if self.was_cut_before_the_value(said) => self.read_back_again(reply),
            (Some(Assent::Yes), None) => self.affirm(said, reply),
            (Some(Assent::No) | None, None) if is_restated => self.affirm(said, reply),
            (_, Some(correction)) => {
                let corrected = Pending { note: correction, ..self.pending[0].clone() };
                self.withdraw(said, reply);
                self.read_back(vec![corrected], reply);
            }
            (Some(Assent::No), None) => self.take_back(said, reply),
            (None, None) => self.confirm_otherwise(said, reply),
        }
    }

    fn confirm_otherwise(&mut self, said: &Said, reply: &mut Reply) {
        let has = |signal| signal::has(&said.text, signal);
        if self.waits_for(said, reply) || self.gives_detail(said, reply) {
            return;
        }
        if has(Signal::SayAgain) {
            return self.repeat(reply);
        }
        if has(Signal::Goodbye) || has(Signal::Refusal) {
            return self.callee_takes_leave(reply);
        }
        self.read_back_again(reply);
    }

    fn read_back_again(&mut self, reply: &mut Reply) {
        self.read_backs += 1;
        if self.read_backs > MAX_READ_BACKS {
            return self.go_on(reply);
        }
        reply.say(self.read_back_line(), LineKind::ReadBack);
    }

    /// A yes that cuts us short before the value was heard agrees to nothing.
    fn was_cut_before_the_value(&self, said: &Said) -> bool {
        let Some(heard) = &said.interrupted else { return false };
        let heard = heard.to_lowercase();
        self.pending.iter().any(|pending| {
            let words = in_words(&pending.note.value).to_lowercase();
            let last = words.split_whitespace().next_back().unwrap_or_default().to_owned();
            !matches!(pending.note.value.as_str(), "yes" | "no") && !heard.contains(&last)
        })
    }

    /// Another value for what was read back: "no, ten". A yes with a remark about another day corrects nothing.
    fn correction(&self, said: &Said) -> Option<Note> {
        let [pending] = &self.pending[..] else { return None };
        let place = pending.ask?;
        let ask = self.errand.asks.get(place)?;
        let assent = assent::assent(&said.text).map(|heard| heard.value);
        let is_free = matches!(ask.answer, Answer::Words | Answer::YesNo | Answer::Name);
        if is_free {
            return (ask.answer != Answer::YesNo && assent == Some(Assent::No)).then(|| self.words_after_no(said, pending)).flatten();
        }
        let note = self.answer(place, said).filter(|note| note.value != pending.note.value)?;
        if note.value == "closed" || note.value == "open 24 hours" || assent != Some(Assent::Yes) {
            return Some(note);
        }
        let today = Day::of(self.brief.local_time);
        let asked = date::dates(&ask.indirect, today).first().map_or(today, |day| day.value);
        let is_other_day = date::dates(&said.text, today).iter().any(|day| day.value != asked);
        (!is_other_day).then_some(note)
    }

    /// "No, it ships on Monday": what follows the no is the answer.
    fn words_after_no(&self, said: &Said, pending: &Pending) -> Option<Note> {
        let rest = said.text.trim().split_once([',', '.']).map(|(_, rest)| rest.trim()).filter(|rest| rest.split_whitespace().count() >= 2)?;
        (!assent::is_bare(rest)).then(|| Note {
            value: rest.trim_end_matches('.').to_owned(),
            quote: rest.trim_end_matches('.').to_owned(),
            utterance: said.utterance,
            ..pending.note.clone()
        })
    }

    /// The callee says the same value once more instead of yes.
    fn is_restated(&self, said: &Said) -> bool {
        !self.pending.is_empty()
            && self.pending.iter().all(|pending| {
                pending.ask.is_some_and(|place| {
                    let is_free = self.errand.asks.get(place).is_none_or(|ask| matches!(ask.answer, Answer::Words | Answer::Name | Answer::YesNo));
                    !is_free && self.answer(place, said).is_some_and(|note| note.value == pending.note.value)
                })
            })
    }

    fn affirm(&mut self, said: &Said, reply: &mut Reply) {
        for pending in std::mem::take(&mut self.pending) {
            self.settled.push(pending.note.fact.clone());
            reply.note(Note { affirmed_in: Some(said.utterance), ..pending.note });
        }
        self.go_on(reply);
    }

    /// The callee said no: what was noted is taken back, with their no as the proof.
    fn withdraw(&mut self, said: &Said, reply: &mut Reply) {
        let quote = said.text.trim().to_owned();
        for pending in self.pending.drain(..) {
            reply.note(Note { quote: quote.clone(), utterance: said.utterance, affirmed_in: None, confidence: 0, ..pending.note });
        }
    }

    fn take_back(&mut self, said: &Said, reply: &mut Reply) {
        let was_number = self.pending.iter().any(|pending| pending.note.fact == "confirmation_number");
        self.withdraw(said, reply);
        if was_number {
            self.stage = Stage::AskingNumber;
            return self.once_more_after_no("Could you say it digit by digit?".to_owned(), reply);
        }
        if self.errand.asks.is_empty() {
            self.note_refusal(said, reply);
            self.stage = Stage::Proposing;
        } else {
            self.stage = Stage::Asking;
        }
        self.once_more_after_no(self.current_question(), reply);
    }

    fn once_more_after_no(&mut self, question: String, reply: &mut Reply) {
        self.tries += 1;
        if self.tries > super::MAX_TRIES {
            return self.leave_question(EndReason::NotUnderstood, reply);
        }
        self.is_asked = true;
        reply.talk(format!("{} {question}", self.wording.sorry()));
    }

    /// What comes after something was settled, affirmed or not.
    pub(super) fn go_on(&mut self, reply: &mut Reply) {
        let fact = self.agreed_fact();
        let has_number = self.settled.iter().any(|settled| settled == "confirmation_number")
            || self.pending.iter().any(|pending| pending.note.fact == "confirmation_number");
        self.pending.clear();
        if !self.errand.asks.is_empty() {
            return self.next_question(reply);
        }
        if !has_number && self.settled.iter().any(|settled| settled == fact) {
            self.stage = Stage::AskingNumber;
            self.tries = 0;
            self.read_backs = 0;
            return reply.talk(self.wording.and_now("Is there a confirmation number?"));
        }
        self.finish(reply);
    }
}

/// "you close at 9 pm today", "the price is 45 dollars", "you have a table for four".
fn claim_of(ask: &Ask, value: &str, words: &str) -> String {
    let day = day_suffix(&ask.indirect);
    let is_about_you = ask.indirect.split_whitespace().any(|word| word.starts_with("you") && !word.starts_with("your"));
    match (ask.fact, value) {
        ("closing_time" | "opening_time" | "hours", "closed") => format!("you are closed{day}"),
        ("closing_time" | "opening_time" | "hours", "open 24 hours") => "you are open 24 hours".to_owned(),
        ("closing_time", _) if is_about_you => format!("you close at {words}{day}"),
        ("opening_time", _) if is_about_you => format!("you open at {words}{day}"),
        ("closing_time" | "opening_time", _) => format!("that's {words}{day}"),
        ("hours", _) => format!("you are open from {words}{day}"),
        ("price" | "price_2", "$0.00") => "it is free of charge".to_owned(),
        ("price" | "price_2", _) => format!("the price is {words}"),
        ("phone_number", _) => format!("the number is {words}"),
        (_, "yes") => match ask
            .indirect
            .strip_prefix("if ")
            .or_else(|| ask.indirect.strip_prefix("whether "))
            .filter(|rest| rest.starts_with("you") || rest.starts_with("there is") || rest.starts_with("it is"))
        {
            Some(claim) => claim.to_owned(),
            None => "the answer is yes".to_owned(),
        },
        (_, "no") => "the answer is no".to_owned(),
        _ => format!("what I understood is: {words}"),
    }
}

/// " today", " on Friday": the day that the question was about.
pub(crate) fn day_suffix(indirect: &str) -> String {
    let lower = indirect.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    for day in ["today", "tonight", "tomorrow"] {
        if words.contains(&day) {
            return format!(" {day}");
        }
    }
    words.iter().find_map(|word| date::weekday(word)).map(|weekday| format!(" on {}", date::WEEKDAYS[usize::from(weekday)])).unwrap_or_default()
}
