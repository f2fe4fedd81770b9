//! Asking the mind and doing what it says. A thought is data until its turn has truly ended, so asking early is safe.

use telephony::UtteranceId;

use super::speaking::lines_of;
use super::{Conversation, Output, Stage, Timer, Voicemail};
use crate::disclosure;
use crate::moves::{EndReason, LineKind, Move, Observation, Thought, ThoughtId};
use crate::screening::WhoAnswered;
use crate::utterance::Words;

/// The most notes of one call; an errand has a handful, and a mind may be in a loop.
const NOTES_AT_MOST: usize = 200;

/// A question to the mind that is not done with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Thinking {
    pub id: ThoughtId,
    pub about: About,
    pub answer: Option<Thought>,
    /// The mind was asked to end the call; if it does not, we do, with this reason.
    must_end: Option<EndReason>,
}

/// What a question is about, and so what makes it void.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum About {
    /// The turn in hand: void if the callee goes on.
    Turn,
    /// A silence: void if the callee speaks.
    Silence,
    /// The time that is left: asked again at the next quiet moment if the callee speaks.
    Time,
    /// Something that has happened, whatever comes next.
    Event,
}

impl Conversation {
    pub(super) fn ask(&mut self, about: About, seen: Observation) {
        self.forget_thought();
        let must_end = match seen {
            Observation::UserWantsEnd => Some(EndReason::UserEnded),
            Observation::VoicemailReady => Some(EndReason::MessageLeft),
            Observation::TimeIsShort
            | Observation::CalleeSaid { .. }
            | Observation::NoInput { .. }
            | Observation::PersonJoined
            | Observation::CameBack
            | Observation::Menu { .. }
            | Observation::ScreenerAsks { .. } => None,
        };
        self.last_thought += 1;
        let id = ThoughtId(self.last_thought);
        self.thinking = Some(Thinking { id, about, answer: None, must_end });
        self.timers.set(Timer::Thought, self.now + self.config.thought_timeout);
        self.out.push(Output::Think { id, seen });
    }

    pub(super) fn forget_thought(&mut self) {
        self.timers.cancel(Timer::Thought);
        if let Some(thinking) = self.thinking.take() {
            self.out.push(Output::Abandon { id: thinking.id });
        }
    }

    pub(super) fn forget_thought_of_the_turn(&mut self) {
        if self.thinking.as_ref().is_some_and(|thinking| thinking.about == About::Turn) {
            self.forget_thought();
        }
    }

    pub(super) fn forget_thought_of_a_silence(&mut self) {
        match self.thinking.as_ref().map(|thinking| thinking.about) {
            Some(About::Silence) => self.silence.reprompt_was_not_needed(),
            Some(About::Time) => self.time_is_short = true,
            Some(About::Turn | About::Event) | None => return,
        }
        self.forget_thought();
    }

    pub(super) fn thought_comes(&mut self, id: ThoughtId, thought: Thought) {
        if let Some(thinking) = self.thinking.as_mut().filter(|thinking| thinking.id == id) {
            thinking.answer.get_or_insert(thought);
            self.timers.cancel(Timer::Thought);
        }
    }

    /// Does what the mind says, once that cannot be in vain any more. Returns whether it did.
    pub(super) fn follow_thought_if_due(&mut self) -> bool {
        let Some(thinking) = &self.thinking else {
            return false;
        };
        let callee_spoke_first = self.callee_spoke_first(thinking);
        let is_due = match thinking.about {
            About::Silence | About::Time => true,
            About::Event => !callee_spoke_first || self.turn_has_ended(),
            About::Turn => self.turn_has_ended(),
        };
        if !is_due || thinking.answer.is_none() {
            return false;
        }
        let Some(Thinking { about, answer: Some(thought), must_end, .. }) = self.thinking.take() else {
            return false;
        };
        if about == About::Turn {
            self.close_utterance();
            self.silence.broken();
            self.said_again = 0;
            self.dropped = super::speaking::Dropped::default();
        }
        if callee_spoke_first {
            self.keep_what_is_not_said(thought);
        } else {
            self.follow(thought, must_end);
        }
        true
    }

    /// A person began to speak before the answer to an event came: speaking it now would be talking over them.
    fn callee_spoke_first(&self, thinking: &Thinking) -> bool {
        thinking.about == About::Event
            && thinking.must_end.is_none()
            && self.who == WhoAnswered::Human
            && self.lines.is_empty()
            && self.utterance.as_ref().is_some_and(|utterance| !utterance.is_closing)
    }

    /// What was learnt counts, what was to be said is not: the mind hears with the next turn that nothing of it was heard.
    fn keep_what_is_not_said(&mut self, thought: Thought) {
        if let Some(utterance) = &mut self.utterance {
            utterance.interrupted.get_or_insert_default();
        }
        let is_opt_out = thought.moves.iter().any(|step| matches!(step, Move::OptOut { .. }));
        let is_kept = |step: &Move| is_opt_out || matches!(step, Move::Note(_));
        self.follow(Thought { moves: thought.moves.into_iter().filter(is_kept).collect() }, None);
    }

    /// The pause after the turn in hand has lasted: `end_turn_if_due` has left no deadline behind.
    fn turn_has_ended(&self) -> bool {
        self.utterance
            .as_ref()
            .is_none_or(|utterance| utterance.words == Words::Settled && utterance.to.is_some() && !self.timers.is_set(Timer::TurnEnd))
    }

    fn follow(&mut self, thought: Thought, must_end: Option<EndReason>) {
        let mut end = None;
        let mut lines = Vec::new();
        let mut digits = Vec::new();
        for step in thought.moves {
            match step {
                Move::Say { text, kind } => {
                    let (text, kind) = self.as_sayable(text, kind, lines.is_empty());
                    lines.extend(lines_of(&text).into_iter().map(|line| (line, kind)));
                }
                Move::Note(note) if self.notes.len() < NOTES_AT_MOST => self.notes.push(note),
                Move::Note(_) => {}
                Move::PressDigits { digits: more } => digits.extend(more),
                Move::Wait => self.silence.be_patient(),
                Move::OptOut { utterance } => {
                    self.opt_out(utterance);
                    end.get_or_insert(EndReason::OptedOut);
                }
                Move::End { reason } => end = Some(reason),
            }
        }
        if self.opted_out.is_some() && end.is_some() {
            end = Some(EndReason::OptedOut);
        }
        if must_end == Some(EndReason::MessageLeft) {
            let is_message = lines.iter().any(|(_, kind)| *kind == LineKind::Message);
            end = Some(if is_message { EndReason::MessageLeft } else { EndReason::VoicemailNoMessage });
        }
        self.say_lines(lines);
        if !digits.is_empty() && self.may_press(&digits) {
            self.timers.cancel(Timer::MachinePatience);
            self.out.push(Output::PressDigits { digits });
        }
        if let Some(reason) = end.or(must_end) {
            self.stage = Stage::TakingLeave { reason };
        }
    }

    /// Only the conversation opens, and only a voicemail gets messages; on its tape everything is one, and says who speaks.
    fn as_sayable(&self, text: String, kind: LineKind, is_first: bool) -> (String, LineKind) {
        let is_recording = self.who == WhoAnswered::Voicemail && self.voicemail == Voicemail::Recording;
        match (is_recording, kind) {
            (true, _) if is_first => (disclosure::message(&text, &self.brief), LineKind::Message),
            (true, _) => (text, LineKind::Message),
            (false, LineKind::Opening | LineKind::Message) => (text, LineKind::Talk),
            (false, kind) => (text, kind),
        }
    }

    fn say_lines(&mut self, lines: Vec<(String, LineKind)>) {
        let bound = self.config.lines_per_thought;
        for (nth, (text, kind)) in lines.into_iter().enumerate() {
            // A goodbye is said however much came before it.
            if nth < bound || kind == LineKind::Goodbye {
                self.speak(text, kind);
            }
        }
    }

    /// Reported before the acknowledgement is spoken, so that it is on disk by then; never twice.
    pub(super) fn opt_out(&mut self, utterance: UtteranceId) {
        if self.opted_out.is_none() {
            self.opted_out = Some(utterance);
            self.out.push(Output::OptOut { utterance });
        }
    }
}
