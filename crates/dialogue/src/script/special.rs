//! What must be heeded whatever the errand: stop requests, wrong numbers, "are you a robot", "who is this", attempts to give orders.
//!
//! These answers are fixed. The truth about what we are and for whom we call does not depend on persona, errand or mind.

use crate::brief::TaskType;
use crate::moves::{EndReason, LineKind, Move, Note};
use crate::question::Answer;
use crate::understand::name;
use crate::understand::signal::{self, Signal};

use super::{MAX_EXPLANATIONS, MAX_SCREENERS, MAX_SPOKEN_WAITS, Reply, Said, Script, Stage};

impl Script {
    /// Returns whether the turn is dealt with.
    pub(super) fn heed(&mut self, said: &Said, reply: &mut Reply) -> bool {
        let text = &said.text;
        let has = |signal| signal::has(text, signal);
        if has(Signal::Stop) {
            // Before anything is said, so that it is on disk by then. The acknowledgement stays under four seconds.
            reply.moves.push(Move::OptOut { utterance: said.utterance });
            self.end("I'm sorry. You won't be called again. Goodbye.", EndReason::OptedOut, reply);
        } else if has(Signal::WrongNumber) {
            self.end("I'm sorry, I have the wrong number. Goodbye.", EndReason::WrongNumber, reply);
        } else if self.brief.is_recorded && has(Signal::DoNotRecord) {
            // Whoever runs the call has heard it too: the recording ends with these words and is deleted.
            self.brief.is_recorded = false;
            self.explain("I understand. You are no longer recorded, and what was recorded is deleted.", reply);
        } else if has(Signal::AreYouAMachine) {
            // "Yes" to "are you a robot?", but never to "am I talking to a real person?".
            let lower = text.to_lowercase();
            let asks_for_a_person = ["human", "person", "real"].iter().any(|word| lower.contains(word))
                && !["robot", "machine", "bot", "computer"].iter().any(|word| lower.contains(word));
            let lead = if asks_for_a_person { "No" } else { "Yes" };
            let truth = format!("{lead}, I'm an automated assistant, calling for {}.", self.principal());
            self.explain(&truth, reply);
        } else if has(Signal::DoNotRecord) || has(Signal::IsItRecorded) {
            let truth = if self.brief.is_recorded { "Yes, this call is recorded." } else { "No, this call is not recorded." };
            self.explain(truth, reply);
        } else if has(Signal::Orders) {
            self.explain("I'm sorry, I can't do that.", reply);
        } else if has(Signal::WhoIsThis) && !self.is_name_for_booking(text) {
            let truth = format!("I'm an automated assistant calling for {}.", self.principal());
            self.explain(&truth, reply);
        } else {
            return false;
        }
        true
    }

    /// Says what is to be said, and goes back to the question.
    pub(super) fn explain(&mut self, truth: &str, reply: &mut Reply) {
        self.explanations += 1;
        if self.explanations > MAX_EXPLANATIONS {
            return self.leave_with_what_we_have(reply);
        }
        self.is_asked = true;
        let kind = if self.stage == Stage::Confirming { LineKind::ReadBack } else { LineKind::Talk };
        reply.say(format!("{truth} {}", self.current_question()), kind);
    }

    pub(super) fn leave_with_what_we_have(&mut self, reply: &mut Reply) {
        let reason = if self.is_all_settled() { EndReason::Done } else { EndReason::Declined };
        self.end(self.wording.no_harm(), reason, reply);
    }

    /// "What's your name?" asks for the name of the booking when a booking is being made.
    fn is_name_for_booking(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        matches!(self.stage, Stage::Proposing | Stage::Confirming) && self.errand.asks.is_empty() && lower.contains("name") && !lower.contains("who")
    }

    /// A pause that the callee asked for. Said only if the turn holds no answer.
    pub(super) fn waits_for(&mut self, said: &Said, reply: &mut Reply) -> bool {
        if !signal::has(&said.text, Signal::HoldOn) && !signal::has(&said.text, Signal::Transfer) {
            return false;
        }
        self.waits = self.waits.saturating_add(1);
        if self.waits <= MAX_SPOKEN_WAITS {
            reply.talk(self.wording.waits());
        }
        reply.wait();
        true
    }

    pub(super) fn screener(&mut self, said: &Said, reply: &mut Reply) {
        if signal::has(&said.text, Signal::Stop) {
            self.heed(said, reply);
            return;
        }
        self.screeners += 1;
        if self.screeners > MAX_SCREENERS {
            return self.end("Goodbye.", EndReason::ScreenedOut, reply);
        }
        reply.talk(format!("This is an automated assistant calling for {}. I'm calling {}.", self.principal(), self.purpose()));
    }

    /// A recorded announcement may hold the answer. It cannot be asked to confirm, so only what is plain is noted.
    pub(super) fn announcement(&mut self, said: &Said, reply: &mut Reply) {
        if self.stage == Stage::Asking {
            for place in self.ask..self.errand.asks.len() {
                let is_exact = !matches!(self.errand.asks[place].answer, Answer::Words | Answer::YesNo | Answer::Name);
                if is_exact && let Some(note) = self.answer(place, said) {
                    self.settled.push(note.fact.clone());
                    reply.note(note);
                }
            }
            if self.is_all_settled() {
                self.leave(EndReason::Done, reply);
                return;
            }
        }
        reply.wait();
    }

    /// Who it was that agreed is worth knowing where something was agreed.
    pub(super) fn note_name(&mut self, said: &Said, reply: &mut Reply) {
        let is_worth_it = self.errand.asks.is_empty() || self.errand.task_type == TaskType::Complaint;
        if self.name_noted || !is_worth_it {
            return;
        }
        if let Some(heard) = name::name(&said.text).filter(|heard| !self.brief.principal.contains(&heard.value)) {
            self.name_noted = true;
            reply.note(Note {
                fact: "callee_name".to_owned(),
                value: heard.value,
                quote: heard.quote,
                utterance: said.utterance,
                affirmed_in: None,
                confidence: heard.confidence,
            });
        }
    }

    pub(super) fn principal(&self) -> String {
        match self.brief.principal.trim() {
            "" => "a customer".to_owned(),
            name => name.trim_end_matches('.').to_owned(),
        }
    }

    pub(super) fn purpose(&self) -> String {
        self.errand.purpose.trim_end_matches(['.', '?', '!', ' ']).to_owned()
    }
}
