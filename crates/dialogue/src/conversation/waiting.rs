//! Silence on both sides, the call's time, and what becomes possible once something has ended.

use std::time::Duration;

use super::thinking::About;
use super::{Conversation, Stage, Timer};
use crate::moves::{EndReason, Observation};
use crate::screening::WhoAnswered;
use crate::turn::silence::Step;

/// After a noise the callee is given at least this long to speak, however long the silence before it was.
const AFTER_NOISE: Duration = Duration::from_secs(1);

impl Conversation {
    /// Does what has become possible. Called after every input and every deadline, so no order of events is lost.
    pub(super) fn proceed(&mut self) {
        self.hand_over_if_told();
        if !matches!(self.stage, Stage::Talking | Stage::TakingLeave { .. }) {
            return;
        }
        self.end_turn_if_due();
        if self.follow_thought_if_due() {
            // A turn may have waited for that thought.
            self.end_turn_if_due();
        }
        self.hang_up_if_all_is_said();
        self.mention_the_time();
        self.watch_the_silence();
    }

    fn is_quiet(&self) -> bool {
        self.stage == Stage::Talking && self.lines.is_empty() && self.utterance.is_none() && self.thinking.is_none()
    }

    fn watch_the_silence(&mut self) {
        if !self.is_quiet() {
            self.timers.cancel(Timer::NoInput);
            self.timers.cancel(Timer::MachinePatience);
            return;
        }
        match self.who {
            WhoAnswered::Unknown | WhoAnswered::Human | WhoAnswered::Silence => {
                self.timers.cancel(Timer::MachinePatience);
                if !self.timers.is_set(Timer::NoInput) {
                    let due = self.silent_since + self.silence.limit(&self.config);
                    self.timers.set(Timer::NoInput, due.max(self.now + AFTER_NOISE));
                }
            }
            WhoAnswered::Menu | WhoAnswered::Screener | WhoAnswered::Voicemail | WhoAnswered::Announcement => {
                self.timers.cancel(Timer::NoInput);
                if !self.timers.is_set(Timer::MachinePatience) {
                    self.timers.set(Timer::MachinePatience, self.now + self.config.machine_patience);
                }
            }
            // The hold has its own limit, and a fax is hung up on at once.
            WhoAnswered::HoldQueue | WhoAnswered::Fax => self.timers.cancel(Timer::NoInput),
        }
    }

    pub(super) fn silence_lasts(&mut self) {
        match self.silence.lasted(&self.config) {
            Step::Reprompt { times } => self.ask(About::Silence, Observation::NoInput { times }),
            Step::GiveUp => {
                if !self.has_heard_words {
                    self.become_who(WhoAnswered::Silence);
                }
                self.hang_up(EndReason::NoInput);
            }
        }
    }

    /// The mind is told at the next quiet moment; a machine on the line would not care.
    fn mention_the_time(&mut self) {
        if self.time_is_short && self.is_quiet() && matches!(self.who, WhoAnswered::Human | WhoAnswered::Unknown) {
            self.time_is_short = false;
            self.ask(About::Time, Observation::TimeIsShort);
        }
    }
}
