//! A conversation in texts: the carrier hears and speaks, over a socket of texts or by asking for each turn.

use dialogue::conversation::{Input, Output, ToneHeard};
use dialogue::moves::LineKind;
use ports::carrier::{CarrierEvent, CarrierNews, ConversationMode, RelayEvent, RelayMessage};
use std::time::Duration;
use telephony::dtmf::Digit;
use telephony::leg::LegState;
use telephony::plan::Plan;
use telephony::{LineId, SessionTime, call};
use tokio::sync::oneshot;

use super::CallDriver;
use crate::live::LiveEvent;
use crate::relay_link::RelayDriverEnd;
use crate::text_lane::TextLane;
use crate::turn_desk::TurnDesk;

/// A carrier that has not asked for so long has lost the call: its longest turn is a minute of speech.
const NO_QUESTION_FOR: Duration = Duration::from_secs(150);

/// After a silence the conversation has so long to break it, before the carrier listens again.
const AFTER_SILENCE: Duration = Duration::from_millis(1_500);

/// How texts come and go.
enum Way {
    /// Over a socket.
    Relay(RelayDriverEnd),
    /// By questions of the carrier.
    Turns(TurnDesk),
}

/// A conversation in texts under way.
pub(super) struct TextTalk {
    lane: TextLane,
    way: Way,
    asked_at: SessionTime,
    /// Until when a question after a silence waits for a line.
    waits_until: SessionTime,
    /// What waits to be said cannot wait for the carrier's next question.
    is_urgent: bool,
    beep: BeepWait,
}

/// Whether the carrier was asked to wait for the beep of a voicemail that has greeted us.
#[derive(Clone, Copy, PartialEq, Eq)]
enum BeepWait {
    NotYet,
    UnderWay,
    Over,
}

/// How long it waits. The greeting is over for a second or two when we hear of it, some mailboxes close after five seconds of silence, and without a
/// beep we speak as well.
const AWAITS_BEEP_FOR: Duration = Duration::from_secs(3);

impl TextTalk {
    /// `since` is when the call's texts began to flow first: places in the call are counted from there.
    fn new(now: SessionTime, since: SessionTime, way: Way) -> Self {
        Self { lane: TextLane::new(since), way, asked_at: now, waits_until: now, is_urgent: false, beep: BeepWait::NotYet }
    }

    pub(super) fn position(&self, now: SessionTime) -> telephony::AudioPosition {
        self.lane.position(now)
    }

    pub(super) fn next_wakeup(&self) -> Option<SessionTime> {
        let desk = match &self.way {
            Way::Relay(_) => None,
            Way::Turns(desk) => match desk.due() {
                Some(due) => Some(if self.waits_until > self.asked_at { due.min(self.waits_until) } else { due }),
                None => Some(self.asked_at + NO_QUESTION_FOR),
            },
        };
        self.lane.next_wakeup().into_iter().chain(desk).min()
    }

    /// Waits for the next message of the socket; for ever if there is none.
    pub(super) async fn next(&mut self) -> Option<RelayEvent> {
        match &mut self.way {
            Way::Relay(link) => link.next().await,
            Way::Turns(_) => std::future::pending().await,
        }
    }
}

impl CallDriver {
    /// The carrier has opened the socket of texts.
    pub(super) fn relay_opened(&mut self, end: RelayDriverEnd) {
        self.open_text(Way::Relay(end));
    }

    /// The carrier asks for the next plan: the first time it opens the conversation.
    ///
    /// A call whose stream could not be opened comes here too, because its plan goes on with this question.
    pub(super) fn turn_asked(&mut self, event: CarrierEvent, reply: oneshot::Sender<Plan>) {
        let news = event.news.clone();
        self.leg_event(event);
        if self.call.is_over() {
            return;
        }
        if self.text.is_none() {
            // Picked up although it was to end: nobody is left in silence until the hang-up arrives.
            if self.call.is_ending() {
                let _ = reply.send(Plan::hang_up());
                return;
            }
            // The stream was there and is gone: what is left of the call is ended by its own machine.
            if !self.is_coming_back && (self.facts.was_connected || self.lane.is_some()) {
                let _ = reply.send(Plan::hang_up());
                return;
            }
            if self.mode != ConversationMode::SpokenTurns && !self.is_coming_back {
                tracing::warn!("no stream came about; the call goes on by spoken turns");
                self.facts.fell_back = true;
            }
            let report_to = self.carrier_recording.as_ref().map(|recording| recording.report_to.clone());
            // A text relay's own document has begun the recording, and a call that comes back is recorded already.
            let report_to = report_to.filter(|_| self.mode != ConversationMode::TextRelay && self.text_since.is_none());
            self.open_text(Way::Turns(TurnDesk::new(self.turn_url.clone(), report_to)));
        }
        let now = self.now();
        let Some(text) = &mut self.text else {
            return;
        };
        let Way::Turns(desk) = &mut text.way else {
            // The socket of texts is open, and its document has not ended: a document from elsewhere gets nothing to say.
            let _ = reply.send(Plan::hang_up());
            return;
        };
        desk.ask(now, reply);
        text.asked_at = now;
        text.is_urgent = false;
        let mut inputs = Vec::new();
        if text.beep == BeepWait::UnderWay {
            text.beep = BeepWait::Over;
            inputs.push(Input::Tone(ToneHeard::Beep));
        }
        match news {
            CarrierNews::Turn { words: Some(words), confidence, .. } => text.lane.heard(now, &words, true, confidence, &mut inputs),
            CarrierNews::Turn { digits, .. } => {
                text.lane.all_was_played(now, &mut inputs);
                inputs.extend(digits.into_iter().map(Input::Digit));
            }
            CarrierNews::Nothing
            | CarrierNews::Answered(_)
            | CarrierNews::Recording { .. }
            | CarrierNews::Incoming { .. }
            | CarrierNews::Waiting { .. }
            | CarrierNews::LeftQueue(_)
            | CarrierNews::Forwarded(_)
            | CarrierNews::MessageTaken { .. } => {
                text.lane.all_was_played(now, &mut inputs);
                text.waits_until = now + AFTER_SILENCE;
            }
        }
        self.converse_all(inputs);
    }

    fn open_text(&mut self, way: Way) {
        self.scribe.talking();
        let now = self.now();
        self.text = Some(TextTalk::new(now, *self.text_since.get_or_insert(now), way));
        self.await_recording(false);
        self.line(call::Input::MediaOpened);
    }

    /// A message of the socket of texts; `None` once it is closed.
    pub(super) fn take_relay(&mut self, event: Option<RelayEvent>) {
        let now = self.now();
        let Some(text) = &mut self.text else {
            return;
        };
        let mut inputs = Vec::new();
        match event {
            None => {
                self.line(call::Input::MediaClosed);
                return;
            }
            Some(RelayEvent::Heard { words, is_last }) => text.lane.heard(now, &words, is_last, None, &mut inputs),
            Some(RelayEvent::Interrupted { heard }) => text.lane.interrupted(now, &heard, &mut inputs),
            Some(RelayEvent::WeAreHeard(are_heard)) => text.lane.heard_of_us(now, are_heard, &mut inputs),
            Some(RelayEvent::Digit(digit)) => inputs.push(Input::Digit(digit)),
            Some(RelayEvent::Refused) => tracing::warn!("the carrier refused a message of the conversation in texts"),
            Some(RelayEvent::Started { .. } | RelayEvent::Other) => {}
        }
        self.converse_all(inputs);
    }

    /// Does what is done otherwise in a conversation in texts; gives back what is done alike in both.
    pub(super) fn perform_in_text(&mut self, output: Output) -> Option<Output> {
        let now = self.now();
        let Some(text) = &mut self.text else {
            return Some(output);
        };
        let mut inputs = Vec::new();
        match output {
            Output::Speak { line, text: words, kind } => self.speak_in_text(line, words, kind),
            Output::StopLines => {
                text.lane.stop(now, &mut inputs);
                if let Way::Turns(desk) = &mut text.way {
                    desk.drop_lines();
                }
            }
            Output::Follow { utterance, .. } => text.lane.follow(utterance, &mut inputs),
            Output::Settle { utterance, revision, .. } => text.lane.settle(utterance, revision, &mut inputs),
            Output::Unfollow { utterance } => text.lane.unfollow(utterance),
            Output::PressDigits { digits } => self.press_in_text(digits),
            // The carrier pauses by itself, needs no voice rendered ahead, and has told the end of the turn already.
            Output::PauseLines | Output::ResumeLines | Output::Prepare { .. } | Output::Vote { .. } => {}
            Output::HangUp { .. } => {
                if let Way::Turns(desk) = &mut text.way {
                    desk.hang_up();
                }
                return Some(output);
            }
            Output::Think { .. }
            | Output::Abandon { .. }
            | Output::Screened { .. }
            | Output::Heard { .. }
            | Output::Said(_)
            | Output::HandOver
            | Output::OptOut { .. } => return Some(output),
        }
        self.converse_all(inputs);
        None
    }

    fn speak_in_text(&mut self, line: LineId, words: String, kind: LineKind) {
        let now = self.now();
        let Some(text) = &mut self.text else {
            return;
        };
        let spoken = self.filling.fill(line, &words);
        let may_interrupt = text.lane.speak(line, &spoken, kind);
        let is_sent = match &mut text.way {
            Way::Relay(link) => {
                text.lane.hand_over(now);
                link.send(RelayMessage::Line { text: spoken, may_interrupt })
            }
            Way::Turns(desk) => {
                desk.say(spoken, may_interrupt);
                true
            }
        };
        self.tell(LiveEvent::Saying { text: words });
        if !is_sent {
            self.converse(Input::LineFailed { line });
        }
    }

    fn press_in_text(&mut self, digits: Vec<Digit>) {
        self.tell(LiveEvent::Pressed { digits: digits.iter().map(ToString::to_string).collect() });
        if let Some(text) = &mut self.text {
            match &mut text.way {
                Way::Relay(link) => {
                    link.send(RelayMessage::Press(digits));
                }
                Way::Turns(desk) => desk.press(digits),
            }
        }
        self.converse(Input::DigitsPressed);
    }

    /// What is said next is not to wait until the callee has been silent.
    pub(super) fn hurry(&mut self) {
        if let Some(text) = &mut self.text {
            text.is_urgent = true;
        }
    }

    /// Lets the reckoned things happen and answers the carrier's question, if it is time.
    pub(super) fn wake_text(&mut self, now: SessionTime) {
        let mut inputs = Vec::new();
        if let Some(text) = &mut self.text {
            text.lane.wake(now, &mut inputs);
        }
        self.converse_all(inputs);
        let is_working = self.conversation.is_working() || self.facts.opt_out_pending;
        let is_leaving = self.conversation.is_taking_leave();
        let awaits_beep = self.conversation.awaits_beep() && self.ports.carrier.abilities().waits_for_beeps;
        let Some(text) = &mut self.text else {
            return;
        };
        let Way::Turns(desk) = &mut text.way else {
            return;
        };
        if awaits_beep && text.beep == BeepWait::NotYet && desk.await_beep(AWAITS_BEEP_FOR) {
            text.beep = BeepWait::UnderWay;
            return;
        }
        let is_idle = !is_working && text.waits_until <= now;
        desk.listens_afterwards(!is_leaving);
        if desk.answer(now, is_idle) {
            text.lane.hand_over(now);
        }
        let has_lost_the_carrier = desk.due().is_none() && text.asked_at + NO_QUESTION_FOR <= now;
        let must_redirect = text.is_urgent && desk.waits_for_a_question();
        if must_redirect {
            text.is_urgent = false;
            self.redirect_to_turn();
        }
        if has_lost_the_carrier && self.call.leg() == LegState::InProgress {
            self.line(call::Input::MediaClosed);
        }
    }

    fn redirect_to_turn(&self) {
        let Some(call) = self.call.carrier_call().cloned() else {
            return;
        };
        let (carrier, url) = (self.ports.carrier.clone(), self.turn_url.clone());
        tokio::spawn(async move {
            if let Err(error) = carrier.redirect_call(&call, &url).await {
                tracing::warn!(%error, "a call could not be told to ask at once; it will ask after the next silence");
            }
        });
    }
}
