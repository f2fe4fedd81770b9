//! From the first ring to the end of the opening, and the opening said again to whoever comes to the phone later.

use std::time::Duration;

use telephony::AudioPosition;

use super::speaking::Line;
use super::thinking::About;
use super::{Conversation, Output, Stage, Timer};
use crate::disclosure;
use crate::moves::{LineKind, Observation};
use crate::screening::WhoAnswered;
use crate::transcript::Speaker;
use crate::understand::signal::{self, Signal};

impl Conversation {
    pub(super) fn prepare_opening(&mut self) {
        self.out.push(Output::Prepare { text: self.opening.text.clone() });
    }

    /// The callee hears us: the opening at once, before anybody knows who answered.
    pub(super) fn open(&mut self) {
        self.stage = Stage::Talking;
        self.audio_began_at = self.now;
        self.silent_since = self.now;
        let limit = self.brief.time_limit;
        let notice = self.config.time_short_before.min(limit / 2);
        self.timers.set(Timer::TimeLimit, self.now + limit.max(Duration::from_millis(1)));
        self.timers.set(Timer::TimeShort, self.now + (limit - notice));
        self.speak_opening();
    }

    pub(super) fn speak_opening(&mut self) {
        let text = self.opening.text.clone();
        self.during_opening = None;
        self.speak(text, LineKind::Opening);
    }

    /// Whoever does not want to be recorded is not from here on, and who comes to the phone later is not told that they are.
    pub(super) fn heed_objection(&mut self, words: &str) {
        if self.brief.is_recorded && signal::has(words, Signal::DoNotRecord) {
            self.brief.is_recorded = false;
            self.opening = disclosure::opening(&self.brief);
        }
    }

    /// What was said before the purpose was known cannot be an answer to it: a greeting waits for the callee's next turn.
    pub(super) fn opening_was_heard(&mut self, line: &Line, to: AudioPosition) {
        let from = line.started.unwrap_or(to).0;
        let purpose_from = AudioPosition(from + to.0.saturating_sub(from) * u64::from(self.opening.purpose_from_permille) / 1_000);
        let Some(utterance) = self.during_opening.take() else {
            return;
        };
        let Some(turn) = self.transcript.of_utterance(utterance) else {
            return;
        };
        if turn.from >= purpose_from && self.utterance.is_none() && self.thinking.is_none() {
            let seen = Observation::CalleeSaid { utterance, text: turn.text.clone(), confidence: turn.confidence, who: self.who, interrupted: None };
            self.ask(About::Event, seen);
        }
    }

    /// Somebody new is there who has not heard who calls. The conversation says so itself; the mind may add to it.
    pub(super) fn person_joins(&mut self) {
        self.become_who(WhoAnswered::Human);
        self.guard.somebody_joins();
        self.silence.broken();
        self.speak_opening();
        self.ask(About::Event, Observation::PersonJoined);
    }

    /// Returns the callee's latest utterance, the one in hand or the last in the transcript.
    pub(super) fn latest_utterance(&self) -> telephony::UtteranceId {
        let spoken = self.transcript.turns.iter().rev().find_map(|turn| match turn.speaker {
            Speaker::Callee(utterance) => Some(utterance),
            Speaker::Assistant(_) | Speaker::User => None,
        });
        self.utterance.as_ref().map(|utterance| utterance.id).or(spoken).unwrap_or(telephony::UtteranceId(0))
    }
}

#[cfg(test)]
mod tests {
    use crate::conversation::tests::brief;
    use crate::conversation::{Config, Conversation};

    #[test]
    fn after_an_objection_nobody_is_told_that_they_are_recorded() {
        let mut conversation = Conversation::new(brief(), Config::default());
        conversation.heed_objection("Yes, hello?");
        assert!(conversation.opening.text.contains("This call is recorded."));
        conversation.heed_objection("I don't want to be recorded.");
        assert!(!conversation.opening.text.contains("recorded") && !conversation.brief.is_recorded);
    }
}
