//! Passing a message on: said word for word, and only the callee's own words count as receipt.

use crate::moves::{EndReason, Note};
use crate::understand::assent::{self, Assent};
use crate::understand::signal::{self, Signal};
use crate::understand::words::Words;

use super::{Reply, Said, Script};

impl Script {
    pub(super) fn message_line(&self) -> String {
        let recipient = self.errand.recipient.as_ref().map(|recipient| format!(" for {recipient}")).unwrap_or_default();
        let text = self.errand.subject.trim_end_matches(['.', ' ']);
        let stop = if text.ends_with(['!', '?']) { "" } else { "." };
        let sender = if recipient.contains(&self.principal()) { String::new() } else { format!(" from {}", self.principal()) };
        format!("The message{recipient}{sender} is: {text}{stop} Did you get that?")
    }

    pub(super) fn hear_reply_to_message(&mut self, said: &Said, reply: &mut Reply) {
        let text = &said.text;
        let has = |signal| signal::has(text, signal);
        let words = Words::of(text);
        let is_absent = words.has_any(&[
            "not here",
            "isn't here",
            "not in",
            "isn't in",
            "not home",
            "isn't home",
            "not available",
            "isn't available",
            "stepped out",
            "out of the office",
            "take a message",
            "pass it on",
            "let him know",
            "let her know",
            "let them know",
            "tell him",
            "tell her",
        ]);
        let assent = assent::assent(text).filter(|heard| heard.confidence >= 50);
        if !self.is_asked {
            if self.waits_for(said, reply) {
                return;
            }
            if has(Signal::Refusal) || has(Signal::CallBack) {
                self.note_refusal(said, reply);
                return self.end(self.wording.no_harm(), EndReason::Declined, reply);
            }
            if has(Signal::Goodbye) && !has(Signal::Greeting) {
                return self.callee_takes_leave(reply);
            }
            return self.ask_current(reply);
        }
        let is_received = assent.as_ref().is_some_and(|heard| heard.value == Assent::Yes)
            || words.has_any(&[
                "i'll tell",
                "i will tell",
                "i'll let",
                "i'll pass",
                "thank you",
                "thanks",
                "i'll give",
                "noted",
                "understood",
                "wrote it down",
                "i'll write",
            ]) && assent.is_none();
        if is_received && !text.trim_end().ends_with('?') {
            let value = if is_absent || words.has_any(&["i'll tell", "i will tell", "i'll pass", "i'll let"]) { "passed on" } else { "yes" };
            let note = Note {
                fact: "delivered".to_owned(),
                value: value.to_owned(),
                quote: said.text.trim().to_owned(),
                utterance: said.utterance,
                affirmed_in: Some(said.utterance),
                confidence: 90,
            };
            self.settled.push(note.fact.clone());
            reply.note(note);
            return self.finish(reply);
        }
        if self.waits_for(said, reply) || self.gives_detail(said, reply) {
            return;
        }
        if is_absent {
            self.tries += 1;
            if self.tries <= 2 {
                return reply.talk("Could you pass it on?");
            }
        }
        if has(Signal::Refusal) || has(Signal::CallBack) {
            self.note_refusal(said, reply);
            return self.end(self.wording.no_harm(), EndReason::Declined, reply);
        }
        if has(Signal::Goodbye) {
            return self.callee_takes_leave(reply);
        }
        if has(Signal::SayAgain) || assent.is_some() {
            return self.repeat(reply);
        }
        self.ask_again(reply);
    }
}
