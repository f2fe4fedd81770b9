//! Who is there, and what is done with machines: voicemail, menu, screener, hold queue, announcement, fax.

use std::time::Duration;

use telephony::dtmf::Digit;

use super::thinking::About;
use super::{Conversation, Output, Stage, Timer, ToneHeard, Voicemail};
use crate::moves::{EndReason, LineKind, Observation};
use crate::screening::{WhoAnswered, is_recording_on_hold, machine_in, sounds_like_a_person};
use crate::turn::endpoint::{Completeness, completeness};

impl Conversation {
    /// Words that may still change tell machines only: a person is in no hurry to be recognised.
    pub(super) fn screen_interim(&mut self, text: &str) {
        if self.stage == Stage::Talking
            && let Some(machine) = self.machine(text, false)
        {
            self.become_who(machine);
        }
    }

    pub(super) fn screen_settled(&mut self) {
        let Some((_, text)) = self.settled_text() else {
            return;
        };
        if self.stage != Stage::Talking {
            return;
        }
        let is_long = self.utterance.as_ref().is_some_and(|utterance| utterance.length(self.now) > self.config.greeting_limit);
        if let Some(machine) = self.machine(&text, is_long) {
            self.become_who(machine);
        } else if self.who == WhoAnswered::Unknown && self.is_persons_greeting(&text) {
            self.become_who(WhoAnswered::Human);
        }
    }

    /// A short "one moment, please" may be anybody's: until more is heard, only what no person says counts.
    fn machine(&self, text: &str, is_long: bool) -> Option<WhoAnswered> {
        let who = match self.who {
            WhoAnswered::Unknown if !is_long => WhoAnswered::Human,
            who => who,
        };
        let machine = machine_in(text, who)?;
        // "Please stay on the line": it is still the screener that will put us through.
        let is_still_screened = self.who == WhoAnswered::Screener && machine == WhoAnswered::HoldQueue;
        (!is_still_screened).then_some(machine)
    }

    /// Short, or a question: a person. A long monologue waits for its end, and for a beep.
    pub(super) fn is_persons_greeting(&self, text: &str) -> bool {
        let length = self.utterance.as_ref().map_or(Duration::ZERO, |utterance| utterance.length(self.now));
        length <= self.config.greeting_limit
            || (length <= self.config.monologue_after && completeness(text) == Completeness::Complete)
            || (text.trim_end().ends_with('?') && sounds_like_a_person(text))
    }

    /// Somebody (or something) else is there.
    pub(super) fn become_who(&mut self, who: WhoAnswered) {
        if self.who == who {
            return;
        }
        self.leave_machine();
        self.who = who;
        self.out.push(Output::Screened { who });
        match who {
            WhoAnswered::Unknown | WhoAnswered::Human | WhoAnswered::Silence => {}
            WhoAnswered::Voicemail => {
                self.stop_talking_to_a_machine();
                self.voicemail = Voicemail::Greeting;
                self.timers.set(Timer::VoicemailLimit, self.now + self.config.voicemail_limit);
            }
            WhoAnswered::HoldQueue => {
                self.stop_talking_to_a_machine();
                if !self.timers.is_set(Timer::HoldLimit) {
                    self.timers.set(Timer::HoldLimit, self.now + self.config.hold_limit);
                }
            }
            WhoAnswered::Menu | WhoAnswered::Screener | WhoAnswered::Announcement => self.stop_talking_to_a_machine(),
            WhoAnswered::Fax => self.hang_up(EndReason::Fax),
        }
    }

    fn leave_machine(&mut self) {
        self.timers.cancel(Timer::VoicemailSilence);
        self.timers.cancel(Timer::VoicemailLimit);
        self.timers.cancel(Timer::MachinePatience);
        if self.who == WhoAnswered::HoldQueue {
            self.timers.cancel(Timer::HoldLimit);
        }
    }

    fn stop_talking_to_a_machine(&mut self) {
        self.forget_thought();
        self.dropped = super::speaking::Dropped::default();
        self.stop_lines();
    }

    /// Wordless sound is music unless we are in the middle of a talk with a person.
    pub(super) fn may_be_music(&self) -> bool {
        match self.who {
            WhoAnswered::Unknown | WhoAnswered::Menu | WhoAnswered::Screener | WhoAnswered::HoldQueue => true,
            WhoAnswered::Human => self.silence.is_patient(),
            WhoAnswered::Voicemail | WhoAnswered::Announcement | WhoAnswered::Fax | WhoAnswered::Silence => false,
        }
    }

    pub(super) fn hears_tone(&mut self, tone: ToneHeard) {
        if self.stage != Stage::Talking {
            return;
        }
        match (tone, self.who) {
            (ToneHeard::Fax, _) => self.become_who(WhoAnswered::Fax),
            (ToneHeard::Busy, _) => self.hang_up(EndReason::CalleeLeft),
            (ToneHeard::Beep, WhoAnswered::Voicemail) => self.voicemail_is_ready(),
            (ToneHeard::Beep, WhoAnswered::Unknown) => {
                self.become_who(WhoAnswered::Voicemail);
                self.voicemail_is_ready();
            }
            // "Hi, it's Sam" and a beep: it was a greeting. After a real exchange a beep is only a beep.
            (ToneHeard::Beep, WhoAnswered::Human) if self.turns <= 1 && self.last_thought == 0 => {
                self.become_who(WhoAnswered::Voicemail);
                self.voicemail_is_ready();
            }
            // "Record your name after the tone": its turn ends here.
            (ToneHeard::Beep, WhoAnswered::Screener) => self.cut_utterance(),
            (
                ToneHeard::Beep,
                WhoAnswered::Human | WhoAnswered::Menu | WhoAnswered::HoldQueue | WhoAnswered::Announcement | WhoAnswered::Fax | WhoAnswered::Silence,
            ) => {}
            // Somebody is being rung behind the menu: patience begins anew.
            (ToneHeard::Ringback, _) => {
                self.timers.cancel(Timer::MachinePatience);
                self.silent_since = self.now;
                self.timers.cancel(Timer::NoInput);
            }
        }
    }

    /// A stop request by key counts at any time, from anybody.
    pub(super) fn hears_digit(&mut self, digit: Digit) {
        if self.config.opt_out_key != Some(digit) || self.opted_out.is_some() {
            return;
        }
        self.opt_out(self.latest_utterance());
        self.take_leave(EndReason::OptedOut);
    }

    /// A pause in the greeting, or its end: a beep will tell, or silence.
    pub(super) fn greeting_ends(&mut self) {
        let quiet_since = self.utterance.as_ref().map_or(self.now, |utterance| utterance.quiet_since);
        self.close_utterance();
        if !self.voice_is_on {
            self.timers.set(Timer::VoicemailSilence, quiet_since + self.config.voicemail_silence);
        }
    }

    pub(super) fn voicemail_is_ready(&mut self) {
        if self.voicemail == Voicemail::Recording && self.who == WhoAnswered::Voicemail {
            return;
        }
        self.voicemail = Voicemail::Recording;
        self.timers.cancel(Timer::VoicemailSilence);
        self.timers.cancel(Timer::VoicemailLimit);
        self.let_utterance_close();
        self.ask(About::Event, Observation::VoicemailReady);
    }

    /// A menu was read out, or something else was said where a menu was.
    pub(super) fn menu_ends(&mut self) {
        let Some((utterance, text)) = self.settled_text() else {
            return;
        };
        if self.thinking.is_some() {
            return;
        }
        if machine_in(&text, WhoAnswered::Menu) == Some(WhoAnswered::Menu) {
            if self.menus.heard_one(self.config.menu_limit) {
                self.ask(About::Turn, Observation::Menu { utterance, text });
            } else {
                self.close_utterance();
                self.hang_up(EndReason::MenuFailed);
            }
        } else if sounds_like_a_person(&text) {
            self.close_utterance();
            self.person_joins();
        } else {
            // A recording may hold the very answer: "we are open from nine to five".
            let who = self.who;
            self.ask(About::Turn, Observation::CalleeSaid { utterance, text, confidence: self.settled_confidence(), who, interrupted: None });
        }
    }

    pub(super) fn screener_ends(&mut self) {
        let Some((utterance, text)) = self.settled_text() else {
            return;
        };
        if self.thinking.is_some() {
            return;
        }
        if machine_in(&text, WhoAnswered::Screener) == Some(WhoAnswered::Screener) {
            self.screened_times = self.screened_times.saturating_add(1);
            if self.screened_times <= self.config.screener_limit {
                self.ask(About::Turn, Observation::ScreenerAsks { utterance, text });
            } else {
                self.close_utterance();
                self.hang_up(EndReason::ScreenedOut);
            }
        } else if machine_in(&text, WhoAnswered::Screener).is_none() && sounds_like_a_person(&text) {
            self.close_utterance();
            self.person_joins();
        } else {
            self.close_utterance();
        }
    }

    /// Words on hold: a recording is only written down, a person is greeted.
    pub(super) fn announcement_on_hold_ends(&mut self) {
        let Some((_, text)) = self.settled_text() else {
            return;
        };
        let length = self.utterance.as_ref().map_or(Duration::ZERO, |utterance| utterance.length(self.now));
        self.close_utterance();
        if is_recording_on_hold(&text) {
            self.hold.announced(&text);
        } else if self.hold.is_person(&text, length, &self.config) {
            self.person_joins();
        }
    }

    pub(super) fn machine_says_no_more(&mut self) {
        match self.who {
            WhoAnswered::Menu => self.hang_up(EndReason::MenuFailed),
            WhoAnswered::Screener => self.hang_up(EndReason::ScreenedOut),
            WhoAnswered::Announcement => self.hang_up(EndReason::WrongNumber),
            WhoAnswered::Voicemail => self.voicemail_is_ready(),
            WhoAnswered::Unknown | WhoAnswered::Human | WhoAnswered::HoldQueue | WhoAnswered::Fax | WhoAnswered::Silence => {}
        }
    }

    /// The machine's own leave-taking, where the mind is not asked.
    pub(super) fn take_leave(&mut self, reason: EndReason) {
        let text = match reason {
            EndReason::OptedOut => "Understood. You will not be called again. Goodbye.",
            _ => "I'm sorry, I cannot go on with this call. Thank you for your time. Goodbye.",
        };
        self.forget_thought();
        self.dropped = super::speaking::Dropped::default();
        if reason == EndReason::OptedOut || !self.opening_is_playing() {
            self.stop_lines();
        }
        self.speak(text.to_owned(), LineKind::Goodbye);
        self.stage = Stage::TakingLeave { reason };
    }
}
