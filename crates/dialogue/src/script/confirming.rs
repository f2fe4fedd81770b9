//! Reading back and hearing whether it was right. Only the callee's own plain yes affirms, and a no is never forgotten.

use crate::brief::TaskType;
use crate::claim;
use crate::moves::{EndReason, LineKind, Note};
use crate::question::Answer;
use crate::speakable::in_words;
use crate::understand::assent;
use crate::understand::date::{self, Day};
use crate::understand::signal::{self, Signal};

use super::{MAX_READ_BACKS, MAX_TRIES, Pending, Reply, Said, Script, Stage};

impl Script {
    /// Notes what was heard and reads it back.
    pub(super) fn read_back(&mut self, found: Vec<Pending>, reply: &mut Reply) {
        for pending in &found {
            reply.note(pending.note.clone());
        }
        self.put_to_them(found, reply);
    }

    fn put_to_them(&mut self, found: Vec<Pending>, reply: &mut Reply) {
        self.pending = found;
        self.stage = Stage::Confirming;
        self.is_asked_plainly = false;
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
            Some(ask) => claim::of(ask, &pending.note.value),
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
        let is_agreement = self.errand.asks.is_empty() && self.pending.iter().any(|pending| pending.note.fact == self.agreed_fact());
        if is_agreement && self.hears_other_terms(said, reply) {
            return;
        }
        let corrected: Vec<Option<Note>> = self.pending.iter().map(|pending| self.correction(pending, said)).collect();
        if corrected.iter().any(Option::is_some) {
            if self.is_only_another_hearing(&corrected, said, reply) {
                return;
            }
            return self.correct(corrected, said, reply);
        }
        if self.hears_about_a_no(said, reply) {
            return;
        }
        match (assent::affirms(text), assent::denies(text)) {
            (true, _) if !said.is_heard_well() => self.read_back_again(reply),
            (true, _) if self.was_cut_before_the_value(said) => self.read_back_again(reply),
            (true, _) => self.affirm(said, reply),
            (false, true) => self.take_back(said, reply),
            (false, false) if self.is_restated(said) && said.is_heard_well() && !self.was_cut_before_the_value(said) => self.affirm(said, reply),
            (false, false) => self.confirm_otherwise(said, reply),
        }
    }

    /// "So you don't have parking, is that right?" A bare no to that may mean either, so it is asked about plainly.
    fn hears_about_a_no(&mut self, said: &Said, reply: &mut Reply) -> bool {
        let [Pending { ask: Some(place), note }] = &self.pending[..] else { return false };
        if note.value != "no" {
            return false;
        }
        let (place, note) = (*place, note.clone());
        let is_no = assent::denies(&said.text);
        if is_no && (self.is_asked_plainly || !assent::is_bare(&said.text)) {
            self.affirm(said, reply);
            return true;
        }
        if is_no && let Some(ask) = self.errand.asks.get(place) {
            self.is_asked_plainly = true;
            reply.say(format!("Just to be sure: {}", ask.question), LineKind::ReadBack);
            return true;
        }
        if self.is_asked_plainly && assent::affirms(&said.text) {
            self.withdraw(said, reply);
            let note = Note { value: "yes".to_owned(), quote: said.text.trim().to_owned(), utterance: said.utterance, affirmed_in: None, ..note };
            self.read_back(vec![Pending { ask: Some(place), note }], reply);
            return true;
        }
        false
    }

    /// Another value that was heard badly, and no "no" with it: one of the two was mis-heard, so the callee says it once more.
    fn is_only_another_hearing(&mut self, corrected: &[Option<Note>], said: &Said, reply: &mut Reply) -> bool {
        let ([pending], [Some(note)]) = (&self.pending[..], corrected) else { return false };
        if said.is_heard_well() || assent::denies(&said.text) {
            return false;
        }
        let other = Pending { note: note.clone(), ..pending.clone() };
        self.asks_for_it_again(&other, reply)
    }

    /// Puts what the callee said instead in place of what was read back.
    fn correct(&mut self, corrected: Vec<Option<Note>>, said: &Said, reply: &mut Reply) {
        let mut next = Vec::new();
        for (pending, correction) in std::mem::take(&mut self.pending).into_iter().zip(corrected) {
            match correction {
                Some(note) => {
                    self.withdraw_one(&pending.note, said, reply);
                    next.push(Pending { note, ..pending });
                }
                None => next.push(pending),
            }
        }
        if let Some(denied) = next.iter().position(|pending| self.was_denied(&pending.note)) {
            let denied = next.swap_remove(denied);
            self.later.extend(next);
            return self.hears_what_was_denied(&denied, reply);
        }
        if let [pending] = &next[..]
            && !said.is_heard_well()
            && self.asks_for_it_again(&pending.clone(), reply)
        {
            return;
        }
        self.read_back(next, reply);
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
        self.is_asked_plainly = false;
        reply.say(self.read_back_line(), LineKind::ReadBack);
    }

    /// A yes that cuts us short before the value was heard agrees to nothing.
    fn was_cut_before_the_value(&self, said: &Said) -> bool {
        let Some(heard) = &said.interrupted else { return false };
        let heard = heard.to_lowercase();
        self.pending.iter().any(|pending| {
            let words = match pending.note.value.as_str() {
                "yes" | "no" => self.claim(pending).to_lowercase(),
                value => in_words(value).to_lowercase(),
            };
            words.split_whitespace().next_back().is_some_and(|last| !heard.contains(last))
        })
    }

    /// Another value for what was read back: "no, ten". A yes with a remark about another day corrects nothing.
    fn correction(&self, pending: &Pending, said: &Said) -> Option<Note> {
        let place = pending.ask?;
        let ask = self.errand.asks.get(place)?;
        let (affirms, denies) = (assent::affirms(&said.text), assent::denies(&said.text));
        let is_free = matches!(ask.answer, Answer::Words | Answer::YesNo | Answer::Name);
        if is_free {
            return (ask.answer != Answer::YesNo && denies).then(|| self.words_after_no(said, pending)).flatten();
        }
        let note = self.answer(place, said).filter(|note| note.value != pending.note.value)?;
        // Of several things read back at once, a bare number may be about any.
        if self.pending.len() > 1 && note.confidence < 75 {
            return None;
        }
        if note.value == "closed" || note.value == "open 24 hours" || !affirms {
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
        for pending in std::mem::take(&mut self.pending) {
            self.withdraw_one(&pending.note, said, reply);
        }
    }

    fn withdraw_one(&mut self, note: &Note, said: &Said, reply: &mut Reply) {
        self.denied.push((note.fact.clone(), note.value.clone()));
        let quote = said.text.trim().to_owned();
        reply.note(Note { quote, utterance: said.utterance, affirmed_in: None, confidence: 0, ..note.clone() });
    }

    pub(super) fn was_denied(&self, note: &Note) -> bool {
        self.denied.iter().any(|(fact, value)| *fact == note.fact && *value == note.value)
    }

    /// The callee gives a value that they have denied: one of the two was mis-heard, and reading it back again proves nothing.
    pub(super) fn hears_what_was_denied(&mut self, pending: &Pending, reply: &mut Reply) {
        self.stage = Stage::Asking;
        self.is_asked = true;
        self.tries += 1;
        if let Some(place) = pending.ask {
            self.ask = place;
        }
        if self.tries > MAX_TRIES {
            return self.leave_question(EndReason::NotUnderstood, reply);
        }
        let heard = in_words(&pending.note.value);
        reply.talk(format!("I keep hearing {heard}, and you said that is wrong. Could you say it another way? {}", self.current_question()));
    }

    fn take_back(&mut self, said: &Said, reply: &mut Reply) {
        if self.pending.len() > 1 {
            // Which of them is wrong? One by one they will say.
            let mut all = std::mem::take(&mut self.pending);
            self.later = all.split_off(1);
            self.read_backs = 0;
            return self.put_to_them(all, reply);
        }
        let ask = self.pending.first().and_then(|pending| pending.ask);
        let was_number = self.pending.iter().any(|pending| pending.note.fact == "confirmation_number");
        self.withdraw(said, reply);
        if was_number {
            self.stage = Stage::AskingNumber;
            return self.once_more_after_no("Could you say it digit by digit?".to_owned(), reply);
        }
        match ask {
            Some(place) => {
                self.ask = place;
                self.stage = Stage::Asking;
            }
            None => {
                self.note_refusal(said, reply);
                self.stage = Stage::Proposing;
            }
        }
        self.once_more_after_no(self.current_question(), reply);
    }

    fn once_more_after_no(&mut self, question: String, reply: &mut Reply) {
        self.tries += 1;
        if self.tries > MAX_TRIES {
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
        if !self.later.is_empty() {
            let next = self.later.remove(0);
            self.read_backs = 0;
            self.tries = 0;
            return self.put_to_them(vec![next], reply);
        }
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
