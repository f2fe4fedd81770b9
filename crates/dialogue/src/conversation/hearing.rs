//! The callee's voice: followed from its first sample, settled at its pauses, and the end of a turn.

use std::time::Duration;

use telephony::{AudioPosition, SessionTime, UtteranceId};

use super::thinking::About;
use super::{Conversation, Output, Stage, Timer, Voicemail};
use crate::moves::{EndReason, Observation};
use crate::screening::{WhoAnswered, sounds_like_a_person};
use crate::transcript::{Speaker, Turn};
use crate::turn::barge_in::{BargeIn, is_backchannel};
use crate::turn::endpoint::{Completeness, Pace, asks, completeness, turn_ends_after, words_of};
use crate::understand::signal::{self, Signal};
use crate::utterance::{Utterance, Vote, Words};

/// A detector never reports later than this; a position that says otherwise comes from a clock that has drifted.
const LONGEST_LAG: Duration = Duration::from_millis(500);

/// Loop breaking compares at least this many words: people say "yes" more than once.
const LOOP_WORDS: usize = 4;

impl Conversation {
    pub(super) fn voice_begins(&mut self, at: AudioPosition) {
        if self.voice_is_on && self.utterance.is_some() {
            return;
        }
        self.voice_is_on = true;
        self.voice_falters = false;
        self.timers.cancel(Timer::VoicemailSilence);
        self.timers.cancel(Timer::MachinePatience);
        if self.our_message_is_running() {
            return;
        }
        self.forget_thought_of_a_silence();
        let since = self.time_of(at);
        match &mut self.utterance {
            Some(utterance) if utterance.is_closing || utterance.is_cut => {}
            Some(utterance) => {
                utterance.goes_on();
                self.timers.cancel(Timer::Settle);
                self.timers.cancel(Timer::SettleTimeout);
                self.timers.cancel(Timer::TurnEnd);
                self.forget_thought_of_the_turn();
            }
            None => self.begin_utterance(at, since),
        }
        if self.may_be_interrupted() && self.barge_in == BargeIn::None {
            let verdict = self.barge_in.begin(self.now, since, &self.config);
            self.follow_verdict(verdict);
        }
    }

    /// A pause is undone without a trace, so it need not wait until the voice is certain.
    pub(super) fn voice_stirs(&mut self, at: AudioPosition) {
        if !self.voice_is_on && self.may_be_interrupted() && self.barge_in == BargeIn::None {
            let since = self.time_of(at);
            let verdict = self.barge_in.begin(self.now, since, &self.config);
            self.follow_verdict(verdict);
        }
    }

    pub(super) fn voice_was_nothing(&mut self) {
        if !self.voice_is_on {
            self.keep_the_floor();
        }
    }

    fn begin_utterance(&mut self, from: AudioPosition, began_at: SessionTime) {
        self.last_utterance += 1;
        let id = UtteranceId(self.last_utterance);
        self.utterance = Some(Utterance::new(id, from, began_at));
        self.timers.cancel(Timer::Relisten);
        self.timers.set(Timer::Wordless, began_at + self.config.wordless_after);
        self.timers.set(Timer::UtteranceLimit, began_at + self.config.utterance_limit);
        self.out.push(Output::Follow { utterance: id, from });
    }

    pub(super) fn voice_ends(&mut self, at: AudioPosition) {
        if !self.voice_is_on {
            return;
        }
        self.voice_is_on = false;
        self.voice_falters = false;
        self.timers.cancel(Timer::Relisten);
        self.timers.cancel(Timer::Wordless);
        self.timers.cancel(Timer::ProbeEnd);
        let quiet_since = self.time_of(at);
        if let Some(utterance) = self.utterance.as_mut().filter(|utterance| !utterance.is_cut && !utterance.is_closing) {
            utterance.pauses(at, quiet_since);
            utterance.words = Words::Unasked;
            self.timers.set(Timer::Settle, quiet_since + self.config.settle_after);
        }
        self.keep_the_floor();
    }

    pub(super) fn voice_goes_on(&mut self) {
        self.voice_falters = false;
        self.judge_barge_in();
    }

    /// The callee's first frame says when their audio began, a less delayed one says it better.
    pub(super) fn audio_arrives(&mut self, to: AudioPosition) {
        let began_at = SessionTime(self.now.0.saturating_sub(u64::try_from(to.since(AudioPosition::ZERO).as_micros()).unwrap_or(u64::MAX)));
        let is_better = !std::mem::replace(&mut self.has_audio_arrived, true) || began_at < self.audio_began_at;
        if is_better {
            self.audio_began_at = began_at;
        }
    }

    /// The pause is long enough: what are the words up to it?
    pub(super) fn ask_for_words(&mut self) {
        if let Some(to) = self.utterance.as_ref().and_then(|utterance| utterance.to) {
            self.settle(to);
        }
    }

    /// The voice goes on and on without a word (or we look into the music): what is it?
    pub(super) fn ask_into_the_voice(&mut self) {
        if self.utterance.as_ref().is_some_and(|utterance| utterance.to.is_none()) {
            self.settle(self.position_of(self.now));
        }
    }

    fn settle(&mut self, to: AudioPosition) {
        if let Some(utterance) = &mut self.utterance {
            let (id, to) = (utterance.id, to.max(utterance.from));
            let revision = utterance.ask(to);
            self.timers.set(Timer::SettleTimeout, self.now + self.config.settle_timeout);
            self.out.push(Output::Settle { utterance: id, revision, to });
        }
    }

    /// An utterance has its longest length: its turn ends here, voice or not.
    pub(super) fn cut_utterance(&mut self) {
        let to = self.position_of(self.now);
        let Some(utterance) = self.utterance.as_mut().filter(|utterance| !utterance.is_cut) else {
            return;
        };
        utterance.is_cut = true;
        if utterance.to.is_none() {
            utterance.pauses(to, self.now);
            self.settle(to);
        } else if utterance.words == Words::Unasked {
            self.timers.cancel(Timer::Settle);
            self.ask_for_words();
        }
    }

    pub(super) fn hears(&mut self, id: UtteranceId, text: &str) {
        let Some(utterance) = self.utterance.as_mut().filter(|utterance| utterance.id == id && !utterance.is_closing) else {
            return;
        };
        if text.trim().is_empty() || utterance.interim == text.trim() {
            return;
        }
        utterance.hears(text);
        let text = utterance.interim.clone();
        self.timers.cancel(Timer::Wordless);
        self.out.push(Output::Heard { utterance: id, text: text.clone() });
        if let Some(verdict) = self.barge_in.words(self.now, &text, &self.config) {
            self.follow_verdict(verdict);
        }
        self.screen_interim(&text);
    }

    pub(super) fn settles(&mut self, id: UtteranceId, revision: u32, text: &str, confidence: u8) {
        let Some(utterance) = self.utterance.as_mut().filter(|utterance| utterance.id == id) else {
            return;
        };
        if !utterance.settle(revision, text, confidence) {
            return;
        }
        self.timers.cancel(Timer::SettleTimeout);
        self.words_are_known();
    }

    /// The ears do not answer: the words heard last must do, marked as unsure.
    pub(super) fn words_are_overdue(&mut self) {
        const UNSURE: u8 = 30;
        if let Some(utterance) = &mut self.utterance {
            let text = utterance.interim.clone();
            if utterance.settle(utterance.revision, &text, UNSURE) {
                self.words_are_known();
            }
        }
    }

    fn words_are_known(&mut self) {
        let Some(utterance) = &self.utterance else {
            return;
        };
        match (utterance.words, utterance.to, utterance.is_closing) {
            (Words::Settled, _, true) => self.close_utterance(),
            (Words::Nothing, _, true) => self.close_utterance(),
            (Words::Settled, _, false) => {
                self.has_heard_words = true;
                self.screen_settled();
            }
            (Words::Nothing, None, false) => self.voice_is_no_speech(),
            (Words::Nothing, Some(_), false) => self.nothing_was_said(),
            (Words::Unasked | Words::Asked { .. }, _, _) => {}
        }
    }

    /// A cough, a click, a dog: as if it had not been, but for the line it may have stopped.
    fn nothing_was_said(&mut self) {
        let is_long = self.utterance.as_ref().is_some_and(|utterance| utterance.length(self.now) >= self.config.wordless_after);
        if is_long && self.may_be_music() {
            self.close_utterance();
            self.become_who(WhoAnswered::HoldQueue);
            return;
        }
        self.close_utterance();
        self.say_again();
    }

    /// A voice that goes on and is none: music, or a noisy line.
    fn voice_is_no_speech(&mut self) {
        self.close_utterance();
        if self.may_be_music() {
            self.become_who(WhoAnswered::HoldQueue);
        } else {
            self.say_again();
        }
    }

    /// A voice that was no speech still goes on: a short look whether it is speech now.
    pub(super) fn listen_again(&mut self) {
        if !self.voice_is_on || self.utterance.is_some() || self.our_message_is_running() {
            return;
        }
        self.begin_utterance(self.position_of(self.now), self.now);
        self.timers.cancel(Timer::Wordless);
        self.timers.set(Timer::ProbeEnd, self.now + self.config.hold_probe);
    }

    pub(super) fn votes(&mut self, id: UtteranceId, finished: u8) {
        if let Some(utterance) = self.utterance.as_mut().filter(|utterance| utterance.id == id && utterance.vote == Vote::Asked) {
            utterance.vote = Vote::Cast(finished.min(100));
        }
    }

    /// Ends the turn if its pause is long enough; asks the mind before that if the words are surely complete.
    pub(super) fn end_turn_if_due(&mut self) {
        let Some(utterance) = &self.utterance else {
            return;
        };
        let is_settled = utterance.words == Words::Settled && utterance.to.is_some() && !utterance.is_closing;
        if !is_settled || self.is_stopping() {
            return;
        }
        let Some(settled) = &utterance.settled else {
            return;
        };
        let completeness = completeness(&settled.text);
        let wait = self.turn_wait(utterance, completeness, &settled.text);
        let due = if utterance.is_cut { self.now } else { utterance.quiet_since + wait };
        if self.now >= due {
            self.timers.cancel(Timer::TurnEnd);
            self.turn_ends();
            return;
        }
        self.timers.set(Timer::TurnEnd, due);
        self.ask_for_a_vote(completeness);
        if completeness == Completeness::Complete && self.is_answer_to_us() {
            self.think_about_the_turn();
        }
    }

    fn turn_wait(&self, utterance: &Utterance, completeness: Completeness, text: &str) -> Duration {
        let vote = match utterance.vote {
            Vote::Cast(vote) => Some(vote),
            Vote::Unasked | Vote::Asked => None,
        };
        turn_ends_after(completeness, self.pace(text), vote, &self.config)
    }

    fn pace(&self, text: &str) -> Pace {
        match self.who {
            WhoAnswered::Human | WhoAnswered::Silence => Pace::Person,
            // A monologue may go on to a beep.
            WhoAnswered::Unknown => {
                if self.is_persons_greeting(text) {
                    Pace::Person
                } else {
                    Pace::Machine
                }
            }
            WhoAnswered::Voicemail | WhoAnswered::Announcement | WhoAnswered::Fax => Pace::Machine,
            WhoAnswered::Menu | WhoAnswered::Screener | WhoAnswered::HoldQueue => {
                let is_machine = crate::screening::machine_in(text, self.who).is_some() || !sounds_like_a_person(text);
                if is_machine { Pace::Machine } else { Pace::Person }
            }
        }
    }

    fn ask_for_a_vote(&mut self, completeness: Completeness) {
        if !matches!(completeness, Completeness::Likely | Completeness::Unclear) || !self.is_answer_to_us() {
            return;
        }
        if let Some(utterance) = self.utterance.as_mut().filter(|utterance| utterance.vote == Vote::Unasked) {
            utterance.vote = Vote::Asked;
            self.out.push(Output::Vote { utterance: utterance.id });
        }
    }

    /// A person's turn with nothing of ours playing is said to us.
    fn is_answer_to_us(&self) -> bool {
        self.who == WhoAnswered::Human && self.stage == Stage::Talking && self.lines.is_empty() && !self.is_backchannel_to_dropped_lines()
    }

    fn is_backchannel_to_dropped_lines(&self) -> bool {
        let text = self.utterance.as_ref().and_then(|utterance| utterance.settled.as_ref()).map(|settled| settled.text.as_str());
        self.may_say_again() && text.is_some_and(is_backchannel)
    }

    fn turn_ends(&mut self) {
        match self.who {
            WhoAnswered::Unknown | WhoAnswered::Human | WhoAnswered::Silence => self.persons_turn_ends(),
            WhoAnswered::Voicemail => self.greeting_ends(),
            WhoAnswered::Menu => self.menu_ends(),
            WhoAnswered::Screener => self.screener_ends(),
            WhoAnswered::HoldQueue => self.announcement_on_hold_ends(),
            WhoAnswered::Announcement => {
                self.close_utterance();
                self.hang_up(EndReason::WrongNumber);
            }
            WhoAnswered::Fax => self.hang_up(EndReason::Fax),
        }
    }

    fn persons_turn_ends(&mut self) {
        let Some((id, text)) = self.settled_text() else {
            return;
        };
        if self.thinking.as_ref().is_some_and(|thinking| thinking.about == About::Turn) {
            return;
        }
        self.become_who(WhoAnswered::Human);
        if let Stage::TakingLeave { reason } = self.stage {
            self.turn_after_goodbye(id, &text, reason);
        } else if self.opening_is_playing() {
            self.close_utterance();
            self.during_opening = Some(id);
        } else if !self.lines.is_empty() {
            // They did not take the floor: "mhm" while we go on.
            self.close_utterance();
        } else if self.is_backchannel_to_dropped_lines() {
            self.close_utterance();
            self.say_again();
        } else if self.thinking.is_some() {
            // About something else; this turn is next.
        } else if self.goes_in_circles(&text) {
            self.close_utterance();
            self.cannot_go_on(EndReason::NotUnderstood);
        } else {
            self.think_about_the_turn();
        }
    }

    /// We have said goodbye: theirs is only heard, a real question opens the talk again, once. A stop request counts also then.
    fn turn_after_goodbye(&mut self, id: UtteranceId, text: &str, reason: EndReason) {
        if self.opted_out.is_none() && signal::has(text, Signal::Stop) {
            self.close_utterance();
            self.opt_out(id);
            self.take_leave(EndReason::OptedOut);
            return;
        }
        let words = words_of(text);
        let is_question = words.len() >= 2 && (text.trim_end().ends_with('?') || asks(&words));
        if self.was_reopened || super::speaking::is_final(reason) || !is_question {
            self.close_utterance();
            return;
        }
        self.was_reopened = true;
        self.stage = Stage::Talking;
        self.timers.cancel(Timer::Farewell);
        self.stop_lines();
        self.think_about_the_turn();
    }

    fn goes_in_circles(&mut self, text: &str) -> bool {
        if self.turns >= self.config.turn_limit {
            return true;
        }
        let words = words_of(text);
        if words.len() < LOOP_WORDS {
            return false;
        }
        let saying = words.join(" ");
        let times = match self.sayings.iter_mut().find(|(other, _)| *other == saying) {
            Some((_, times)) => {
                *times = times.saturating_add(1);
                *times
            }
            None => {
                self.sayings.push((saying, 1));
                1
            }
        };
        times >= self.config.loop_limit
    }

    /// Asks the mind about the turn in hand, unless that was done or another answer is awaited.
    fn think_about_the_turn(&mut self) {
        let Some((utterance, text)) = self.settled_text() else {
            return;
        };
        let confidence = self.settled_confidence();
        if self.thinking.is_some() {
            return;
        }
        let interrupted = self.utterance.as_ref().and_then(|utterance| utterance.interrupted.clone());
        self.ask(About::Turn, Observation::CalleeSaid { utterance, text, confidence, who: self.who, interrupted });
    }

    pub(super) fn settled_text(&self) -> Option<(UtteranceId, String)> {
        let utterance = self.utterance.as_ref()?;
        Some((utterance.id, utterance.settled.as_ref()?.text.clone()))
    }

    /// How sure the ears are of the turn in hand.
    pub(super) fn settled_confidence(&self) -> u8 {
        self.utterance.as_ref().and_then(|utterance| utterance.settled.as_ref()).map_or(0, |settled| settled.confidence)
    }

    /// Ends the utterance: its settled words enter the transcript, and the ears need not follow it any more.
    pub(super) fn close_utterance(&mut self) {
        let Some(utterance) = self.utterance.take() else {
            return;
        };
        for timer in [Timer::Settle, Timer::SettleTimeout, Timer::TurnEnd, Timer::Wordless, Timer::UtteranceLimit, Timer::ProbeEnd] {
            self.timers.cancel(timer);
        }
        if let Some(settled) = &utterance.settled {
            let to = match utterance.words {
                Words::Settled => utterance.to.unwrap_or(settled.to),
                Words::Unasked | Words::Asked { .. } | Words::Nothing => settled.to,
            };
            self.turns = self.turns.saturating_add(1);
            self.silent_since = self.now;
            self.heed_objection(&settled.text);
            self.record(Turn {
                speaker: Speaker::Callee(utterance.id),
                text: settled.text.clone(),
                from: utterance.from,
                to: to.max(utterance.from),
                confidence: settled.confidence,
                was_interrupted: false,
            });
        }
        if self.stage != Stage::Over {
            self.out.push(Output::Unfollow { utterance: utterance.id });
        }
        if self.voice_is_on {
            let pause = match (self.who, &utterance.settled) {
                (WhoAnswered::HoldQueue, _) => self.config.hold_probe_every,
                // A noisy line: the callee may speak through it any time.
                (_, None) => self.config.hold_probe,
                (_, Some(_)) => Duration::ZERO,
            };
            self.timers.set(Timer::Relisten, self.now + pause.max(Duration::from_millis(1)));
        }
    }

    /// Nobody's turn any more, but its words belong into the transcript: wait for them if they are not known.
    pub(super) fn let_utterance_close(&mut self) {
        let Some(utterance) = &mut self.utterance else {
            return;
        };
        match utterance.words {
            Words::Settled | Words::Nothing => self.close_utterance(),
            Words::Asked { .. } => utterance.is_closing = true,
            Words::Unasked => {
                utterance.is_closing = true;
                let to = utterance.to;
                self.timers.cancel(Timer::Settle);
                self.settle(to.unwrap_or(self.position_of(self.now)));
            }
        }
    }

    fn our_message_is_running(&self) -> bool {
        self.who == WhoAnswered::Voicemail && self.voicemail == Voicemail::Recording
    }

    /// Returns when a sample sounded, as far as the detector's lag allows.
    fn time_of(&self, at: AudioPosition) -> SessionTime {
        let sounded = self.audio_began_at + at.since(AudioPosition::ZERO);
        let lag = u64::try_from(LONGEST_LAG.as_micros()).unwrap_or(u64::MAX);
        sounded.clamp(SessionTime(self.now.0.saturating_sub(lag)), self.now)
    }

    /// Returns the sample that sounds at a time.
    pub(super) fn position_of(&self, time: SessionTime) -> AudioPosition {
        let micros = time.since(self.audio_began_at).as_micros();
        AudioPosition(u64::try_from(micros * u128::from(AudioPosition::RATE_HZ) / 1_000_000).unwrap_or(u64::MAX))
    }
}
