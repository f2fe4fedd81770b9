//! The user takes the call: the callee is told, the assistant is silent, and may come back.

use super::thinking::About;
use telephony::{AudioPosition, UtteranceId};

use super::{Conversation, Output, Overheard, Stage, Timer};
use crate::moves::{EndReason, LineKind, Observation};
use crate::screening::WhoAnswered;
use crate::transcript::{Speaker, Turn};

impl Conversation {
    /// Whoever is there is told in one sentence that somebody else comes to the phone; a machine is told nothing.
    pub(super) fn user_takes_over(&mut self) {
        self.forget_thought();
        self.dropped = super::speaking::Dropped::default();
        self.stop_lines();
        self.stage = Stage::HandingOver;
        if matches!(self.who, WhoAnswered::Human | WhoAnswered::Unknown) {
            let listens = if self.brief.listens_along { " I will keep listening and take notes." } else { "" };
            let text = format!("One moment please, {} is coming to the phone.{listens}", self.brief.principal);
            // Not to be cut short: the callee must know who speaks next.
            self.speak(text, LineKind::Goodbye);
        }
    }

    /// Once the callee was told, the call is handed over.
    pub(super) fn hand_over_if_told(&mut self) {
        if self.stage == Stage::HandingOver && self.lines.is_empty() {
            self.let_utterance_close();
            self.forget_all_waits_but_the_limit();
            self.stage = Stage::HandedOver;
            self.out.push(Output::HandOver);
        }
    }

    /// The whole call has one limit, whoever talks.
    fn forget_all_waits_but_the_limit(&mut self) {
        const WAITS: [Timer; 17] = [
            Timer::BargeIn,
            Timer::Settle,
            Timer::SettleTimeout,
            Timer::TurnEnd,
            Timer::Wordless,
            Timer::UtteranceLimit,
            Timer::Relisten,
            Timer::ProbeEnd,
            Timer::NoInput,
            Timer::Thought,
            Timer::LineLost,
            Timer::StopLost,
            Timer::VoicemailSilence,
            Timer::VoicemailLimit,
            Timer::MachinePatience,
            Timer::HoldLimit,
            Timer::Farewell,
        ];
        for wait in WAITS {
            self.timers.cancel(wait);
        }
    }

    /// The call is ours again: we say so, and the errand goes on.
    pub(super) fn call_comes_back(&mut self) {
        self.stage = Stage::Talking;
        self.silent_since = self.now;
        self.silence.broken();
        self.voice_is_on = false;
        // Not to be cut short: the callee must know that a machine speaks again.
        self.speak("This is the automated assistant again.".to_owned(), LineKind::Goodbye);
        self.ask(About::Event, Observation::CameBack);
    }

    /// Something was said in the talk that we listen to. It is kept, and nothing comes of it.
    pub(super) fn overhears(&mut self, by: Overheard, text: String, (from, to): (AudioPosition, AudioPosition), confidence: u8) {
        if text.trim().is_empty() {
            return;
        }
        let speaker = match by {
            Overheard::Callee => {
                self.last_utterance += 1;
                Speaker::Callee(UtteranceId(self.last_utterance))
            }
            Overheard::User => Speaker::User,
        };
        self.record(Turn { speaker, text, from, to: to.max(from), confidence, was_interrupted: false });
    }

    /// The callee's call has ended while somebody else talked, or that somebody has ended it.
    pub(super) fn ended_elsewhere(&mut self) {
        self.end_reason.get_or_insert(EndReason::HandedOver);
    }
}
