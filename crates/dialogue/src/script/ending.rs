//! Taking leave, in time and for every reason; what silence, voicemail and the clock do.

use crate::moves::{EndReason, LineKind, Move, Observation};
use crate::understand::signal::{self, Signal};

use super::{Reply, Script, Stage};

impl Script {
    pub(super) fn end(&mut self, goodbye: &str, reason: EndReason, reply: &mut Reply) {
        reply.say(goodbye, LineKind::Goodbye);
        self.leave(reason, reply);
    }

    pub(super) fn leave(&mut self, reason: EndReason, reply: &mut Reply) {
        reply.moves.push(Move::End { reason });
        self.left_because = reason;
        self.stage = Stage::Over;
    }

    /// Everything that can be had is had.
    pub(super) fn finish(&mut self, reply: &mut Reply) {
        self.end(self.wording.thanks(), EndReason::Done, reply);
    }

    pub(super) fn give_up(&mut self, reply: &mut Reply) {
        let reason = if self.is_all_settled() { EndReason::Done } else { EndReason::NotUnderstood };
        self.end("I'm sorry, we don't seem to understand each other. Thank you for your time. Goodbye.", reason, reply);
    }

    /// Gives up the question in hand: goes on to the next one, or takes leave.
    pub(super) fn leave_question(&mut self, reason: EndReason, reply: &mut Reply) {
        let knows_something = !self.settled.is_empty();
        if self.stage == Stage::Asking && self.ask + 1 < self.errand.asks.len() {
            return self.next_question(reply);
        }
        match (self.stage, reason) {
            (Stage::AskingNumber, _) => self.finish(reply),
            (_, EndReason::NotUnderstood) if !knows_something => self.give_up(reply),
            (_, EndReason::NotUnderstood) => self.end(self.wording.thanks(), EndReason::NotUnderstood, reply),
            _ => self.end(self.wording.no_harm(), reason, reply),
        }
    }

    pub(super) fn is_all_settled(&self) -> bool {
        let wanted: Vec<&str> = match self.errand.asks.is_empty() {
            false => self.errand.asks.iter().map(|ask| ask.fact).collect(),
            true => vec![self.agreed_fact()],
        };
        wanted.iter().all(|fact| self.settled.iter().any(|settled| settled == fact))
    }

    /// The callee says goodbye, whatever we still wanted.
    pub(super) fn callee_takes_leave(&mut self, reply: &mut Reply) {
        let reason = if self.is_all_settled() { EndReason::Done } else { EndReason::Declined };
        self.end("Thank you. Goodbye.", reason, reply);
    }

    pub(super) fn no_input(&mut self, times: u8, reply: &mut Reply) {
        let question = self.current_question();
        self.is_asked = true;
        match times {
            0 | 1 => reply.say(format!("Are you still there? {question}"), LineKind::Reprompt),
            2 => reply.say(format!("Hello? I can't hear you. {question}"), LineKind::Reprompt),
            _ => {
                let reason = if self.is_all_settled() { EndReason::Done } else { EndReason::NoInput };
                self.end("I can't hear anybody, so I will hang up now. Goodbye.", reason, reply);
            }
        }
    }

    pub(super) fn out_of_time(&mut self, reason: EndReason, reply: &mut Reply) {
        let reason = if reason == EndReason::TimeLimit && self.is_all_settled() { EndReason::Done } else { reason };
        self.end("I have to end the call now. Thank you for your time. Goodbye.", reason, reply);
    }

    pub(super) fn voicemail(&mut self, reply: &mut Reply) {
        match self.brief.voicemail_message.clone().filter(|message| !message.trim().is_empty()) {
            Some(message) => {
                reply.say(message, LineKind::Message);
                self.leave(EndReason::MessageLeft, reply);
            }
            None => self.leave(EndReason::VoicemailNoMessage, reply),
        }
    }

    /// Leave was taken, and something was still said over it or after it: a stop request counts, all else is taken leave of again.
    pub(super) fn after_goodbye(&mut self, seen: &Observation, reply: &mut Reply) {
        match seen {
            Observation::CalleeSaid { utterance, text, .. } if signal::has(text, Signal::Stop) => {
                reply.moves.push(Move::OptOut { utterance: *utterance });
                self.leave(EndReason::OptedOut, reply);
            }
            Observation::CalleeSaid { .. }
            | Observation::NoInput { .. }
            | Observation::PersonJoined
            | Observation::CameBack
            | Observation::TimeIsShort
            | Observation::UserWantsEnd => self.end("Thank you. Goodbye.", self.left_because, reply),
            // A machine hears no goodbye.
            Observation::Menu { .. } | Observation::ScreenerAsks { .. } | Observation::VoicemailReady => self.leave(self.left_because, reply),
        }
    }
}
