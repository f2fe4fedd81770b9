//! Doing what the conversation says, and telling it what was heard.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use audio::Frame;
use dialogue::conversation::{Input, Output};
use ports::speech_to_text::{Heard, Listening, Wanted};
use ports::text_to_speech::VoicePiece;
use telephony::{AudioPosition, LineId, UtteranceId, call};

use super::{CallDriver, Event};
use crate::live::LiveEvent;
use crate::media_lane::{Ears, MediaLane};
use crate::voicing::RenderId;

/// The end-of-turn models listen to at most the last eight seconds.
const VOTE_SAMPLES: usize = 8 * AudioPosition::RATE_HZ as usize;

/// How often the leg's machine hears that its stream carries sound.
const FLOWS_EVERY: Duration = Duration::from_secs(1);

/// The callee's last seconds, kept only if somebody votes on them.
pub(super) struct VoteWindow {
    samples: Option<VecDeque<i16>>,
}

impl VoteWindow {
    pub(super) fn new(is_wanted: bool) -> Self {
        Self { samples: is_wanted.then(VecDeque::new) }
    }

    fn push(&mut self, frame: &Frame) {
        if let Some(samples) = &mut self.samples {
            let excess = (samples.len() + frame.len()).saturating_sub(VOTE_SAMPLES);
            samples.drain(..excess);
            samples.extend(frame);
        }
    }
}

struct DriverEars<'a> {
    listening: &'a mut Option<Box<dyn Listening>>,
    window: &'a mut VoteWindow,
}

impl Ears for DriverEars<'_> {
    fn hear(&mut self, at: AudioPosition, frame: &Frame) {
        if let Some(listening) = self.listening {
            listening.push(at, frame);
        }
        self.window.push(frame);
    }
}

impl CallDriver {
    /// The ears and the voice load while it rings.
    pub(super) fn begin_listening(&mut self) {
        self.ports.ears.warm_up();
        self.ports.voice.warm_up();
        let sender = self.sender.clone();
        match self.ports.ears.listen(Wanted::Interims, Arc::new(move |heard| sender.send(Event::Heard(heard)))) {
            Ok(listening) => self.listening = Some(listening),
            Err(error) => {
                tracing::warn!(%error, "the ears cannot serve this call");
                self.facts.engine_error = Some(error.to_string());
            }
        }
    }

    /// Tells the leg's machine that its stream carries sound, now and then: it need not know of every frame.
    pub(super) fn media_flows(&mut self) {
        let now = self.now();
        if self.media_flowed_at.is_none_or(|at| now.since(at) >= FLOWS_EVERY) {
            self.media_flowed_at = Some(now);
            self.line(call::Input::MediaFlows);
        }
    }

    pub(super) fn audio(&mut self, at_millis: u64, ulaw: &[u8]) {
        self.media_flows();
        let now = self.now();
        let mut inputs = Vec::new();
        let Some(lane) = &mut self.lane else {
            return;
        };
        let mut ears = DriverEars { listening: &mut self.listening, window: &mut self.vote_window };
        lane.heard(now, at_millis, ulaw, &mut ears, &mut inputs);
        self.converse_all(inputs);
    }

    pub(super) fn words(&mut self, heard: Heard) {
        let input = match heard {
            Heard::Interim { utterance, text } => Input::Interim { utterance, text },
            Heard::Settled { utterance, revision, text, confidence } => Input::Settled { utterance, revision, text, confidence },
            Heard::NotSpeech { utterance, revision } => Input::NotSpeech { utterance, revision },
            Heard::Failed { .. } => {
                tracing::warn!("the ears gave up in mid-call");
                Input::EarsFailed
            }
        };
        self.converse(input);
    }

    pub(super) fn voice_piece(&mut self, render: RenderId, piece: VoicePiece) {
        if let Some((line, piece)) = self.voicing.piece(render, piece) {
            self.feed(line, piece);
        }
    }

    fn feed(&mut self, line: LineId, piece: VoicePiece) {
        let Some(lane) = &mut self.lane else {
            return;
        };
        match piece {
            VoicePiece::Audio(samples) => lane.feed(line, &samples),
            VoicePiece::End => lane.complete(line),
            VoicePiece::Failed => {
                lane.abandon_line(line);
                self.voicing.forget(line);
                self.converse(Input::LineFailed { line });
            }
        }
    }

    pub(super) fn perform(&mut self, output: Output) {
        // Nothing may be said before the stop request is on disk, nor anything that was to follow it.
        if self.facts.opt_out_pending {
            self.held_back.push(output);
            return;
        }
        let Some(output) = self.perform_in_text(output) else {
            return;
        };
        match output {
            // Nobody will hear our own voice.
            Output::Prepare { .. } if self.mode.is_in_text() => {}
            Output::Prepare { text } => {
                if let Err(error) = self.voicing.prepare(&text) {
                    tracing::warn!(%error, "the opening could not be prepared");
                }
            }
            Output::Speak { line, text, kind: _ } => self.speak(line, text),
            Output::PauseLines => self.with_lane(|lane| lane.pause()),
            Output::ResumeLines => self.with_lane(|lane| lane.resume()),
            Output::StopLines => self.stop_lines(),
            Output::Follow { utterance, from } => self.listen(|ears| ears.begin(utterance, from)),
            Output::Settle { utterance, revision, to } => self.listen(|ears| ears.settle(utterance, revision, to)),
            Output::Unfollow { utterance } => self.listen(|ears| ears.end(utterance)),
            Output::Vote { utterance } => self.vote(utterance),
            Output::Think { id, seen } => self.mind.consider(id, seen),
            Output::Abandon { id } => self.mind.abandon(id),
            Output::PressDigits { digits } => {
                self.tell(LiveEvent::Pressed { digits: digits.iter().map(ToString::to_string).collect() });
                self.with_lane(|lane| lane.press(&digits));
            }
            Output::Screened { who } => self.tell(LiveEvent::Screened { who }),
            Output::Heard { utterance, text } => self.tell(LiveEvent::Hearing { utterance, text }),
            Output::Said(turn) => {
                self.scribe.turn(turn.clone());
                self.tell(LiveEvent::Said { turn });
            }
            Output::OptOut { utterance } => {
                self.facts.opt_out_pending = true;
                let sender = self.sender.clone();
                self.scribe.opt_out(utterance, move |is_kept| sender.send(Event::OptOutKept(is_kept)));
            }
            Output::HandOver => self.hand_over(),
            Output::HangUp { reason } => {
                self.facts.reason.get_or_insert(reason);
                self.tell(LiveEvent::HangingUp);
                self.line(call::Input::HangUp);
            }
        }
    }

    /// Invariant I9: the request is on disk before it is acknowledged. If it cannot be kept, the call still ends.
    pub(super) fn opt_out_kept(&mut self, is_kept: bool) {
        if !is_kept {
            tracing::error!("a stop request could not be put on disk; dialing must stop until it is");
            self.facts.opt_out_lost = true;
        }
        self.facts.opt_out_pending = false;
        for output in std::mem::take(&mut self.held_back) {
            self.perform(output);
        }
    }

    pub(super) fn end_politely(&mut self) {
        if self.lane.is_some() || self.text.is_some() || self.takeover.is_some() {
            self.hurry();
            self.converse(Input::UserWantsEnd);
        } else {
            self.line(call::Input::Cancel);
        }
    }

    fn speak(&mut self, line: LineId, text: String) {
        let Some(lane) = &mut self.lane else {
            return;
        };
        lane.open_line(line);
        let spoken = self.filling.fill(line, &text);
        match self.voicing.speak(line, &spoken) {
            Ok(ready) => {
                self.tell(LiveEvent::Saying { text });
                for piece in ready {
                    self.feed(line, piece);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a line could not be spoken");
                self.facts.engine_error = Some(error.to_string());
                self.feed(line, VoicePiece::Failed);
            }
        }
    }

    fn stop_lines(&mut self) {
        let now = self.now();
        let mut inputs = Vec::new();
        self.with_lane(|lane| lane.stop(now, &mut inputs));
        for input in &inputs {
            if let Input::LineStopped { line, .. } | Input::LineFinished { line, .. } = input {
                self.voicing.forget(*line);
            }
        }
        self.converse_all(inputs);
    }

    fn with_lane(&mut self, work: impl FnOnce(&mut MediaLane)) {
        if let Some(lane) = &mut self.lane {
            work(lane);
        }
    }

    fn listen(&mut self, work: impl FnOnce(&mut dyn Listening)) {
        if let Some(listening) = &mut self.listening {
            work(listening.as_mut());
        }
    }

    fn vote(&mut self, utterance: UtteranceId) {
        let (Some(engine), Some(samples)) = (&self.ports.end_of_turn, &self.vote_window.samples) else {
            return;
        };
        let sender = self.sender.clone();
        let sink = Arc::new(move |utterance, finished| sender.send(Event::Voted(utterance, finished)));
        engine.vote(utterance, samples.iter().copied().collect(), sink);
    }
}
