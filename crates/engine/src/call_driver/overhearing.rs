//! The assistant stays as a silent listener while the user has the call: what both sides say is written down, and recorded if the
//! call is.
//!
//! The callee's leg streams both of its tracks to us, one way. Each has an ear of its own with a simple sense of turns: nobody waits
//! for an answer of ours, so a pause may be long before it ends an utterance.

use std::collections::VecDeque;
use std::sync::Arc;

use audio::vad::{VoiceActivity, VoiceConfig, VoiceEdge};
use audio::{FRAME_SAMPLES, Frame, Framer, SILENCE, g711};
use dialogue::conversation::{Input, Overheard};
use ports::carrier::Track;
use ports::speech_to_text::{Heard, Listening, SpeechToText, Wanted};
use telephony::plan::Verb;
use telephony::{AudioPosition, UtteranceId};
use tokio::time::{Instant, timeout_at};

use super::{CallDriver, Event};
use crate::media_link::{DriverEnd, FromCarrier, ToCarrier};
use crate::recorder::Recorder;

/// Silence that ends an utterance: 600 ms.
const PAUSE: u64 = 600 * AudioPosition::RATE_HZ / 1_000;

/// The longest utterance that is written down in one piece: the ears keep 30 s.
const LONGEST: u64 = 20 * AudioPosition::RATE_HZ;

/// A hole up to this long is filled with silence; a longer one is the carrier's clock jumping.
const LONGEST_GAP: u64 = 5 * AudioPosition::RATE_HZ;

/// How long the end of a call waits for its last words.
const LAST_WORDS: std::time::Duration = std::time::Duration::from_secs(4);

/// Makes the verb that lets us hear a live call's leg while others talk; `None` if the call is not to be listened to.
pub type MakeOverhear = Box<dyn Fn() -> Option<Verb> + Send>;

/// A talk that is listened to.
pub(super) struct Overhearing {
    link: DriverEnd,
    callee: Ear,
    user: Ear,
    is_open: bool,
}

/// One side of it.
struct Ear {
    /// Where on the call's ruler the stream begins.
    origin: u64,
    position: u64,
    framer: Framer<u8>,
    vad: VoiceActivity,
    listening: Option<Box<dyn Listening>>,
    utterances: u32,
    /// The utterance in hand: where it begins, and where its last voice has ended.
    open: Option<(UtteranceId, u64, Option<u64>)>,
    /// Utterances whose words are still to come.
    asked: VecDeque<(UtteranceId, u64, u64)>,
}

impl Overhearing {
    fn ear(&mut self, track: Track) -> &mut Ear {
        match track {
            Track::FromCallee => &mut self.callee,
            Track::ToCallee => &mut self.user,
        }
    }

    /// Returns where the callee's side is on the call's ruler.
    pub(super) fn position(&self) -> AudioPosition {
        AudioPosition(self.callee.position)
    }

    /// Returns up to where all words are known, or will never be.
    fn known_to(&self) -> AudioPosition {
        [&self.callee, &self.user].into_iter().filter_map(Ear::unknown_from).map(AudioPosition).fold(self.position(), AudioPosition::min)
    }

    fn waits(&self) -> bool {
        !self.callee.asked.is_empty() || !self.user.asked.is_empty()
    }
}

impl Ear {
    fn new(origin: u64, listening: Option<Box<dyn Listening>>) -> Self {
        Self {
            origin,
            position: origin,
            framer: Framer::ulaw(),
            vad: VoiceActivity::new(VoiceConfig::default()),
            listening,
            utterances: 0,
            open: None,
            asked: VecDeque::new(),
        }
    }

    fn unknown_from(&self) -> Option<u64> {
        self.asked.front().map(|(_, from, _)| *from).into_iter().chain(self.open.map(|(_, from, _)| from)).min()
    }

    /// Takes a message; each of its frames goes to the recorder too.
    fn hear(&mut self, at_millis: u64, ulaw: &[u8], mut record: impl FnMut(u64, &Frame)) {
        let expected = self.position + self.framer.pending() as u64;
        let missing = (self.origin + at_millis * AudioPosition::RATE_HZ / 1_000).saturating_sub(expected);
        // Nobody speaks, nothing is sent: the tracks of a room may pause.
        if missing >= FRAME_SAMPLES as u64 && missing <= LONGEST_GAP {
            for _ in 0..missing / FRAME_SAMPLES as u64 {
                self.frame(&SILENCE, &mut record);
            }
        }
        let mut framer = std::mem::replace(&mut self.framer, Framer::ulaw());
        framer.push(ulaw, |bytes| {
            let mut frame: Frame = SILENCE;
            g711::ulaw_decode(bytes, &mut frame);
            self.frame(&frame, &mut record);
        });
        self.framer = framer;
    }

    fn frame(&mut self, frame: &Frame, record: &mut impl FnMut(u64, &Frame)) {
        let at = self.position;
        self.position += FRAME_SAMPLES as u64;
        record(at, frame);
        if let Some(listening) = &mut self.listening {
            listening.push(AudioPosition(at), frame);
        }
        match self.vad.push(frame) {
            Some(VoiceEdge::Onset { at }) => self.voice_begins(self.origin + at),
            Some(VoiceEdge::Offset { at }) => self.voice_ends(self.origin + at),
            None => {}
        }
        match self.open {
            Some((_, _, Some(to))) if self.position >= to + PAUSE => self.settle(to),
            Some((_, from, None)) if self.position >= from + LONGEST => {
                self.settle(self.position);
                self.voice_begins(self.position);
            }
            Some(_) | None => {}
        }
    }

    fn voice_begins(&mut self, at: u64) {
        if let Some((_, _, to)) = &mut self.open {
            *to = None;
            return;
        }
        self.utterances += 1;
        let id = UtteranceId(self.utterances);
        if let Some(listening) = &mut self.listening {
            listening.begin(id, AudioPosition(at));
            self.open = Some((id, at, None));
        }
    }

    fn voice_ends(&mut self, at: u64) {
        if let Some((_, _, to)) = &mut self.open {
            *to = Some(at);
        }
    }

    fn settle(&mut self, to: u64) {
        if let (Some((id, from, _)), Some(listening)) = (self.open.take(), &mut self.listening) {
            listening.settle(id, 1, AudioPosition(to));
            self.asked.push_back((id, from, to));
        }
    }

    /// The stream is over.
    fn close(&mut self) {
        if let Some((_, _, to)) = self.open {
            self.settle(to.unwrap_or(self.position));
        }
    }

    /// Takes what the ears made of an utterance, and returns the words with their place.
    fn understood(&mut self, heard: Heard) -> Option<(String, u8, AudioPosition, AudioPosition)> {
        let (id, words) = match heard {
            Heard::Settled { utterance, text, confidence, .. } => (utterance, Some((text, confidence))),
            Heard::NotSpeech { utterance, .. } => (utterance, None),
            Heard::Interim { .. } => return None,
            Heard::Failed { .. } => {
                tracing::warn!("an ear that listened to a talk gave up");
                (self.listening, self.open) = (None, None);
                self.asked.clear();
                return None;
            }
        };
        let place = self.asked.iter().position(|(asked, ..)| *asked == id)?;
        let (_, from, to) = self.asked.remove(place)?;
        if let Some(listening) = &mut self.listening {
            listening.end(id);
        }
        words.map(|(text, confidence)| (text, confidence, AudioPosition(from), AudioPosition(to)))
    }
}

impl CallDriver {
    /// The stream of a leg that we only listen to was let in.
    pub(super) fn overhearing_opened(&mut self, link: DriverEnd) {
        if self.takeover.is_none() {
            link.send(ToCarrier::Close);
            return;
        }
        // Whole frames: the ears and the recorder count in them.
        let origin = self.position().0;
        let origin = origin - origin % FRAME_SAMPLES as u64;
        let [callee, user] = [Track::FromCallee, Track::ToCallee].map(|track| Ear::new(origin, self.listen_to(track)));
        self.overhearing = Some(Overhearing { link, callee, user, is_open: true });
    }

    fn listen_to(&self, track: Track) -> Option<Box<dyn Listening>> {
        let sender = self.sender.clone();
        let ears: &dyn SpeechToText = self.ports.ears.as_ref();
        ears.warm_up();
        let listening = ears.listen(Wanted::SettledOnly, Arc::new(move |heard| sender.send(Event::Overheard(track, heard))));
        listening.inspect_err(|error| tracing::warn!(%error, "the ears cannot listen to the talk")).ok()
    }

    pub(super) fn overhears(&mut self, message: FromCarrier) {
        let Some(overhearing) = &mut self.overhearing else {
            return;
        };
        match message {
            FromCarrier::Audio { track, at_millis, ulaw } => {
                let recorder = &mut self.recorder;
                overhearing.ear(track).hear(at_millis, &ulaw, |at, frame| record(recorder.as_mut(), track, at, frame));
            }
            FromCarrier::Closed => {
                overhearing.is_open = false;
                overhearing.callee.close();
                overhearing.user.close();
            }
            // Keys that are pressed in a talk of others are theirs.
            FromCarrier::Mark(_) | FromCarrier::Digit(_) => {}
        }
        self.let_out_overheard();
    }

    fn let_out_overheard(&mut self) {
        if let (Some(overhearing), Some(recorder)) = (&self.overhearing, &mut self.recorder) {
            recorder.let_out(self.guard.settled(overhearing.known_to()), self.guard.rules());
        }
    }

    pub(super) fn overheard(&mut self, track: Track, heard: Heard) {
        let understood = self.overhearing.as_mut().and_then(|overhearing| overhearing.ear(track).understood(heard));
        let Some((text, confidence, from, to)) = understood else {
            return;
        };
        let by = match track {
            Track::FromCallee => Overheard::Callee,
            Track::ToCallee => Overheard::User,
        };
        self.converse(Input::Overheard { by, text, from, to, confidence });
    }

    /// The call comes back, or is over: the stream ends, and the words that are still to come are waited for as long as it takes.
    pub(super) fn stop_overhearing(&mut self) {
        if let Some(overhearing) = self.overhearing.as_mut().filter(|overhearing| overhearing.is_open) {
            overhearing.link.send(ToCarrier::Close);
            self.overhears(FromCarrier::Closed);
        }
    }

    /// The call is over; the last words of the talk may not be.
    pub(super) async fn hear_the_last_words(&mut self) {
        self.stop_overhearing();
        let deadline = Instant::now() + LAST_WORDS;
        while self.overhearing.as_ref().is_some_and(Overhearing::waits) {
            match timeout_at(deadline, self.control.receiver.recv()).await {
                Ok(Some(Event::Overheard(track, heard))) => self.overheard(track, heard),
                // The call is over: nothing else matters any more.
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => break,
            }
        }
        self.overhearing = None;
    }
}

fn record(recorder: Option<&mut Recorder>, track: Track, at: u64, frame: &Frame) {
    match (recorder, track) {
        (Some(recorder), Track::FromCallee) => recorder.callee(at, frame),
        (Some(recorder), Track::ToCallee) => recorder.assistant(at, frame),
        (None, _) => {}
    }
}

/// Waits for what a listened-to stream says; for ever if there is none.
pub(super) async fn next_overheard(overhearing: &mut Option<Overhearing>) -> FromCarrier {
    match overhearing.as_mut().filter(|overhearing| overhearing.is_open) {
        Some(overhearing) => overhearing.link.next().await,
        None => std::future::pending().await,
    }
}
