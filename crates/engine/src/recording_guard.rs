//! What of a call may be kept, decided while it is held: between its machines on one side, its recorder and the carrier's on
//! the other.
//!
//! Hears everything that goes into the conversation and comes out of it, tells [`RecordingWatch`], and turns its orders into
//! [`Rules`] over the sound. Digits of a payment card are taken out of the words before the conversation, the transcript, the
//! trace or a mind sees them, on a call that is not recorded as well.

use std::collections::BTreeSet;

use ::assistant::compliance::recording::RecordingPlan;
use ::assistant::compliance::recording::card_digits::Side;
use ::assistant::compliance::recording::watch::{self, Order, RecordingWatch};
use dialogue::conversation::{Input, Output, Overheard};
use dialogue::disclosure;
use dialogue::transcript::{Speaker, Turn};
use serde::Serialize;
use telephony::{AudioPosition, LineId, UtteranceId};

use crate::recorder::Rules;

/// Voice is noticed a little after it began, so the last of the sound is never settled: a second.
const LAST: u64 = AudioPosition::RATE_HZ;

/// Follows one call.
pub struct RecordingGuard {
    /// With all that was heard.
    watch: RecordingWatch,
    /// The same without the utterance in hand, whose words may be told again, longer.
    before: RecordingWatch,
    utterance: Option<(UtteranceId, AudioPosition)>,
    /// How far the words reach that were asked for last.
    settled_to: AudioPosition,
    /// Lines of ours that say that the call is recorded, not yet over.
    notices: BTreeSet<u32>,
    /// The one that is being spoken, and from where on.
    notice_from: Option<(LineId, AudioPosition)>,
    rules: Rules,
    news: Vec<RecordingNews>,
}

/// What is to be done with a recording, wherever it is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingNews {
    /// Something was said that must not be on it: it pauses, and what was said is silenced.
    Paused,
    /// It goes on.
    GoesOn,
    /// The callee does not want it: it ends for good, and what there is of it is deleted.
    Deleted,
}

impl RecordingGuard {
    /// Returns the guard of a call with this plan.
    pub fn new(plan: &RecordingPlan) -> Self {
        let watch = RecordingWatch::new(plan);
        Self {
            before: watch.clone(),
            watch,
            utterance: None,
            settled_to: AudioPosition::ZERO,
            notices: BTreeSet::new(),
            notice_from: None,
            rules: Rules::default(),
            news: Vec::new(),
        }
    }

    /// Takes what is about to be told to the conversation, at this place of the call, and hides in it what nobody is to keep.
    pub fn before(&mut self, input: &mut Input, at: AudioPosition) {
        match input {
            Input::Interim { utterance, text } => {
                self.begin(*utterance, at);
                self.hide(text);
            }
            Input::Settled { utterance, text, .. } => {
                let from = self.begin(*utterance, at);
                let to = self.settled_to.max(from);
                // Words that were told before are told again with what came since.
                self.watch = self.before.clone();
                self.tell(watch::Input::Said { side: Side::Callee, text, from, to }, (from, to));
                self.hide(text);
            }
            Input::Digit(digit) => {
                self.settle_words();
                self.tell(watch::Input::Keys { side: Side::Callee, digits: &digit.to_string(), from: at, to: at }, (at, at));
            }
            Input::Overheard { by, text, from, to, .. } => {
                let side = match by {
                    Overheard::Callee => Side::Callee,
                    Overheard::User => Side::Us,
                };
                let masked = self.before.cards().masked(side, text);
                let said = watch::Input::Said { side, text, from: *from, to: *to };
                self.before.handle(said);
                self.tell(said, (*from, *to));
                if let Some(masked) = masked {
                    *text = masked;
                }
            }
            Input::LineStarted { line, at } if self.notices.contains(&line.0) => {
                self.notice_from = Some((*line, *at));
                self.tell_of_notice(watch::Input::NoticeBegins(*at), *at);
            }
            _ => {}
        }
    }

    /// Takes what the conversation answered to it.
    pub fn after(&mut self, input: &Input, outputs: &[Output], at: AudioPosition) {
        for output in outputs {
            match output {
                Output::Speak { line, text, .. } if disclosure::recording_notice(text).is_some() => {
                    self.notices.insert(line.0);
                }
                Output::PressDigits { digits } => {
                    let digits: String = digits.iter().map(ToString::to_string).collect();
                    self.settle_words();
                    self.tell(watch::Input::Keys { side: Side::Us, digits: &digits, from: at, to: at }, (at, at));
                }
                Output::Follow { utterance, from } => {
                    self.settle_words();
                    self.utterance = Some((*utterance, *from));
                }
                Output::Settle { to, .. } => self.settled_to = *to,
                Output::Unfollow { utterance } if self.utterance.is_some_and(|(followed, _)| followed == *utterance) => self.settle_words(),
                Output::Said(turn) => {
                    if let Speaker::Assistant(line) = turn.speaker {
                        self.we_said(line, turn);
                    }
                }
                _ => {}
            }
        }
        if let Input::LineFinished { line, .. } | Input::LineStopped { line, .. } | Input::LineFailed { line } = input {
            self.notices.remove(&line.0);
            if self.notice_from.is_some_and(|(notice, _)| notice == *line) {
                self.notice_from = None;
            }
        }
    }

    /// Returns what is to be done now, in this order.
    pub fn take_news(&mut self) -> Vec<RecordingNews> {
        std::mem::take(&mut self.news)
    }

    /// Returns up to where it is certain what may be kept, with the sound being here.
    pub fn settled(&self, at: AudioPosition) -> AudioPosition {
        let notice = self.notice_from.filter(|_| self.watch.is_in_notice()).map(|(_, from)| from);
        let utterance = self.utterance.map(|(_, from)| from);
        let open = [notice, utterance, self.watch.cards().open_from()];
        open.into_iter().flatten().fold(AudioPosition(at.0.saturating_sub(LAST)), AudioPosition::min)
    }

    /// Returns the rules over the sound.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    fn begin(&mut self, utterance: UtteranceId, at: AudioPosition) -> AudioPosition {
        match self.utterance {
            Some((known, from)) if known == utterance => from,
            // The words of one that nobody follows any more, or of a carrier that tells no beginnings.
            Some(_) | None => {
                self.settle_words();
                self.utterance = Some((utterance, at));
                at
            }
        }
    }

    fn settle_words(&mut self) {
        self.before = self.watch.clone();
        self.utterance = None;
    }

    fn hide(&self, text: &mut String) {
        if let Some(masked) = self.before.cards().masked(Side::Callee, text) {
            *text = masked;
        }
    }

    fn we_said(&mut self, line: LineId, turn: &Turn) {
        if self.notice_from.is_some_and(|(notice, _)| notice == line)
            && let Some(permille) = disclosure::recording_notice(&turn.text)
        {
            let length = turn.to.0.saturating_sub(turn.from.0);
            let heard = AudioPosition(turn.from.0 + length * u64::from(permille) / 1_000);
            self.tell_of_notice(watch::Input::NoticeHeard(heard), heard);
        }
        let said = watch::Input::Said { side: Side::Us, text: &turn.text, from: turn.from, to: turn.to };
        self.before.handle(said);
        self.tell(said, (turn.from, turn.to));
    }

    /// The notice does not hang on the words of an utterance.
    fn tell_of_notice(&mut self, input: watch::Input<'_>, at: AudioPosition) {
        self.before.handle(input);
        self.tell(input, (at, at));
    }

    fn tell(&mut self, input: watch::Input<'_>, (from, to): (AudioPosition, AudioPosition)) {
        let was_silent = self.rules.is_silent();
        match self.watch.handle(input) {
            Some(Order::RecordOurs { from }) => self.rules.record_ours(from),
            Some(Order::RecordBoth { from }) => {
                self.rules.record_ours(from);
                self.rules.record_callee(from);
            }
            Some(Order::PauseAndSilence { from }) => self.rules.silence(from),
            Some(Order::Resume { from }) => self.rules.go_on(from),
            Some(Order::StopAndDelete) => self.news.push(RecordingNews::Deleted),
            None => {}
        }
        // Words that are told again may leave it where it was, or take it back.
        match (self.watch.is_paused(), self.rules.is_silent()) {
            (true, false) => self.rules.silence(from),
            (false, true) => self.rules.go_on(to),
            (true, true) | (false, false) => {}
        }
        match (was_silent, self.rules.is_silent()) {
            (false, true) => self.news.push(RecordingNews::Paused),
            (true, false) => self.news.push(RecordingNews::GoesOn),
            (true, true) | (false, false) => {}
        }
    }
}

#[cfg(test)]
mod tests;
