//! The sound of one call: what comes in becomes voice edges and words, what goes out is paced and counted.
//!
//! No socket and no clock: messages and times are handed in. Both directions share one ruler, the samples that the
//! callee's leg has delivered: what we send is placed where the callee hears it, so recording and transcript agree.
//! Sends ahead by the pacer's lead only, so that stopping to send is enough to fall silent within that lead.

use audio::dtmf::{DtmfConfig, sound_key};
use audio::playout::{LineEnd, Pacer, PacerConfig, Playout};
use audio::tone::{Tone, ToneDetector, ToneEdge};
use audio::vad::{VoiceActivity, VoiceConfig, VoiceEdge};
use audio::{FRAME_SAMPLES, Frame, Framer, ULAW_SILENCE, g711};
use dialogue::conversation::{Input, ToneHeard};
use std::collections::VecDeque;
use telephony::dtmf::Digit;
use telephony::{AudioPosition, LineId, SessionTime};

use crate::media_link::{DriverEnd, ToCarrier};
use crate::recorder::{Recorder, Rules};

/// A hole in the callee's audio up to this long is filled with silence; a longer one is the carrier's clock jumping.
const LONGEST_GAP: u64 = 5 * AudioPosition::RATE_HZ;

/// Lines of ours have numbers from 1; key tones take this one, which no line reaches.
const KEYS: u32 = u32::MAX;

/// What the lane needs to know.
#[derive(Clone, Debug)]
pub struct LaneConfig {
    /// When the callee's voice counts as begun and ended.
    pub vad: VoiceConfig,
    /// How far ahead we send.
    pub pacer: PacerConfig,
}

impl Default for LaneConfig {
    /// 40 ms ahead in 20 ms messages: a message may come 20 ms late (400 calls on a core are 2 ms late at p99), and a pause is
    /// silence within 40 ms. Messages of 40 ms would be half as many and leave nothing for lateness.
    fn default() -> Self {
        Self { vad: VoiceConfig::default(), pacer: PacerConfig { lead_us: 40_000, frames_per_message: 1 } }
    }
}

/// The most frames of a message: whoever may send more sends several.
const FRAMES_AT_ONCE: u32 = 3;

/// A frame that comes this much less delayed than any before is worth telling, in µs.
const EARLIER_BY: i64 = 1_000;

/// The callee's voice between two edges of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Voice {
    /// As the last edge said.
    Steady,
    /// There may be one.
    Stirs,
    /// It may be over.
    Falters,
}

struct OutgoingLine {
    id: u32,
    samples: Vec<i16>,
    /// How many of them were sent.
    sent: usize,
    /// All of its samples have come.
    is_whole: bool,
    has_started: bool,
}

impl OutgoingLine {
    fn new(id: u32) -> Self {
        Self { id, samples: Vec::new(), sent: 0, is_whole: false, has_started: false }
    }

    fn unsent(&self) -> &[i16] {
        &self.samples[self.sent..]
    }
}

/// One call's sound.
pub struct MediaLane {
    link: DriverEnd,
    framer: Framer<u8>,
    vad: VoiceActivity,
    tones: ToneDetector,
    /// Where the stream begins.
    origin: u64,
    /// Samples of the callee's leg so far.
    position: u64,
    /// The least delay of a frame so far against the samples before it, in µs of the session.
    least_delay: Option<i64>,
    /// What was told of the callee's voice between its edges.
    voice: Voice,
    /// Where the next sample that we send will be heard.
    cursor: u64,
    lines: VecDeque<OutgoingLine>,
    /// Sent whole, waiting for their mark: line and where it ends.
    awaiting: VecDeque<(u32, u64)>,
    playout: Playout,
    pacer: Pacer,
    marks_sent: u32,
    recorder: Option<Recorder>,
    is_broken: bool,
}

/// What the lane reports besides the conversation's inputs: the callee's audio, for the ears.
pub trait Ears {
    /// Takes one frame that begins at `at`.
    fn hear(&mut self, at: AudioPosition, frame: &Frame);
}

impl MediaLane {
    /// Returns the lane of a call whose stream has just opened.
    pub fn new(config: &LaneConfig, link: DriverEnd, recorder: Option<Recorder>) -> Self {
        Self {
            link,
            framer: Framer::ulaw(),
            vad: VoiceActivity::new(config.vad),
            tones: ToneDetector::default(),
            origin: 0,
            position: 0,
            least_delay: None,
            voice: Voice::Steady,
            cursor: 0,
            lines: VecDeque::new(),
            awaiting: VecDeque::new(),
            playout: Playout::new(),
            pacer: Pacer::new(config.pacer),
            marks_sent: 0,
            recorder,
            is_broken: false,
        }
    }

    /// Says where on the call's ruler this stream begins, if it is not the call's first. Before any audio.
    pub fn begin_at(&mut self, at: AudioPosition) {
        // Whole frames: the ears and the recorder count in them.
        let at = at.0 - at.0 % FRAME_SAMPLES as u64;
        (self.origin, self.position, self.cursor) = (at, at, at);
    }

    /// Returns the carrier's end, to wait on.
    pub fn link(&mut self) -> &mut DriverEnd {
        &mut self.link
    }

    /// Returns where the callee's audio is now.
    pub fn position(&self) -> AudioPosition {
        AudioPosition(self.position)
    }

    /// Lets out of the recording what is settled.
    pub fn let_out(&mut self, settled: AudioPosition, rules: &Rules) {
        if let Some(recorder) = &mut self.recorder {
            recorder.let_out(settled, rules);
        }
    }

    /// Gives the recorder back in mid-call: from here on nothing is recorded.
    pub fn take_recorder(&mut self) -> Option<Recorder> {
        self.recorder.take()
    }

    /// Returns whether the socket stopped taking what we send.
    pub fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Takes a message of the callee's audio; what it means for the conversation is pushed to `inputs`.
    pub fn heard(&mut self, now: SessionTime, at_millis: u64, ulaw: &[u8], ears: &mut dyn Ears, inputs: &mut Vec<Input>) {
        self.fill_gap(at_millis, ears, inputs);
        self.note_delay(now, ulaw.len(), inputs);
        let mut framer = std::mem::replace(&mut self.framer, Framer::ulaw());
        framer.push(ulaw, |bytes| {
            let mut frame: Frame = [0; FRAME_SAMPLES];
            g711::ulaw_decode(bytes, &mut frame);
            self.frame(&frame, ears, inputs);
        });
        self.framer = framer;
    }

    /// The carrier counts time even over what it lost, so a hole shows as a jump.
    fn fill_gap(&mut self, at_millis: u64, ears: &mut dyn Ears, inputs: &mut Vec<Input>) {
        let expected = self.position + self.framer.pending() as u64;
        let begins = self.origin + at_millis * AudioPosition::RATE_HZ / 1_000;
        let missing = begins.saturating_sub(expected);
        // Less than a frame is rounding of the carrier's clock; a first message may begin anywhere.
        if self.position == self.origin || missing < FRAME_SAMPLES as u64 || missing > LONGEST_GAP {
            return;
        }
        for _ in 0..missing / FRAME_SAMPLES as u64 {
            self.frame(&audio::SILENCE, ears, inputs);
        }
    }

    fn note_delay(&mut self, now: SessionTime, samples: usize, inputs: &mut Vec<Input>) {
        let to = AudioPosition(self.position + (self.framer.pending() + samples) as u64);
        let since = to.since(AudioPosition::ZERO).as_micros();
        let delay = i64::try_from(now.0).unwrap_or(i64::MAX) - i64::try_from(since).unwrap_or(i64::MAX);
        if self.least_delay.is_none_or(|least| delay + EARLIER_BY <= least) {
            self.least_delay = Some(delay);
            inputs.push(Input::AudioArrived { to });
        }
    }

    fn frame(&mut self, frame: &Frame, ears: &mut dyn Ears, inputs: &mut Vec<Input>) {
        let at = self.position;
        self.position += FRAME_SAMPLES as u64;
        if let Some(recorder) = &mut self.recorder {
            recorder.callee(at, frame);
        }
        ears.hear(AudioPosition(at), frame);
        if let Some(edge) = self.vad.push(frame) {
            inputs.push(match edge {
                VoiceEdge::Onset { at } => Input::VoiceOnset { at: self.on_the_ruler(at) },
                VoiceEdge::Offset { at } => Input::VoiceOffset { at: self.on_the_ruler(at) },
            });
            self.voice = Voice::Steady;
        } else {
            inputs.extend(self.between_edges());
        }
        self.tones.push(frame, |edge| inputs.extend(heard_as(edge).map(Input::Tone)));
    }

    /// The detectors count from the stream's first sample, the call from its first stream's.
    fn on_the_ruler(&self, at: u64) -> AudioPosition {
        AudioPosition(self.origin + at)
    }

    /// What is not certain yet matters only while we speak, but there it saves 20 ms of talking over the callee.
    fn between_edges(&mut self) -> Option<Input> {
        let stirs_since = self.vad.stirs_since();
        let (voice, input) = match (self.voice, stirs_since, self.vad.is_faltering()) {
            (Voice::Steady, Some(at), _) => (Voice::Stirs, Input::VoiceStirs { at: self.on_the_ruler(at) }),
            (Voice::Stirs, None, _) => (Voice::Steady, Input::VoiceWasNothing),
            (Voice::Steady, None, true) => (Voice::Falters, Input::VoiceFalters),
            (Voice::Falters, _, false) => (Voice::Steady, Input::VoiceGoesOn),
            (Voice::Steady, None, false) | (Voice::Stirs, Some(_), _) | (Voice::Falters, _, true) => return None,
        };
        self.voice = voice;
        Some(input)
    }

    /// Opens a line behind those before it; its audio comes by [`MediaLane::feed`].
    pub fn open_line(&mut self, line: LineId) {
        self.lines.push_back(OutgoingLine::new(line.0));
    }

    /// Adds audio to an open line. Audio for a line that was stopped is dropped.
    pub fn feed(&mut self, line: LineId, samples: &[i16]) {
        if let Some(open) = self.lines.iter_mut().find(|open| open.id == line.0) {
            open.samples.extend_from_slice(samples);
        }
    }

    /// Says that all audio of the line has come.
    pub fn complete(&mut self, line: LineId) {
        if let Some(open) = self.lines.iter_mut().find(|open| open.id == line.0) {
            open.is_whole = true;
        }
    }

    /// Gives a line up that could not be spoken.
    pub fn abandon_line(&mut self, line: LineId) {
        self.lines.retain(|open| open.id != line.0 || open.has_started);
        self.complete(line);
    }

    /// Presses keys as tones, behind the lines before.
    pub fn press(&mut self, digits: &[Digit]) {
        let mut samples = Vec::new();
        for digit in digits {
            sound_key(digit.as_char(), DtmfConfig::default(), &mut samples);
        }
        self.lines.push_back(OutgoingLine { samples, is_whole: true, ..OutgoingLine::new(KEYS) });
    }

    /// Stops sending; the callee hears silence within the pacer's lead.
    pub fn pause(&mut self) {
        self.pacer.pause();
    }

    /// Goes on where the pause began.
    pub fn resume(&mut self) {
        self.pacer.resume();
    }

    /// Drops everything, also what the carrier has not played, and says of each line how much was heard.
    pub fn stop(&mut self, now: SessionTime, inputs: &mut Vec<Input>) {
        let unplayed = self.cursor.saturating_sub(self.position);
        let played = (self.playout.outstanding() - self.playout.unsent()).saturating_sub(unplayed);
        self.transmit(ToCarrier::Clear);
        self.pacer.cleared(now.0);
        if let Some(recorder) = &mut self.recorder {
            recorder.assistant_cut(self.position);
        }
        self.cursor = self.cursor.min(self.position);
        let at = AudioPosition(self.position);
        // What waits unsent counts for the line's whole length, or a line cut early would seem fully heard.
        for line in &self.lines {
            self.playout.queue(line.id, line.unsent().len() as u64);
        }
        let mut told = Vec::new();
        self.playout.cleared(played, |end| {
            told.push(match end {
                LineEnd::Finished { line, .. } => (line, None),
                LineEnd::Cut { line, heard, of } => (line, Some(u16::try_from(heard * 1_000 / of.max(1)).unwrap_or(1_000))),
            });
        });
        for (line, heard) in told {
            inputs.push(match (line, heard) {
                (KEYS, _) => Input::DigitsPressed,
                (line, None) => Input::LineFinished { line: LineId(line), at },
                (line, Some(heard_permille)) => Input::LineStopped { line: LineId(line), heard_permille, at },
            });
        }
        self.lines.clear();
        self.awaiting.clear();
    }

    /// Takes a mark that came back.
    pub fn mark(&mut self, name: &str, inputs: &mut Vec<Input>) {
        let mut finished = Vec::new();
        self.playout.mark_echoed(name, |end| {
            if let LineEnd::Finished { line, .. } = end {
                finished.push(line);
            }
        });
        for line in finished {
            self.finished(line, inputs);
        }
    }

    fn finished(&mut self, line: u32, inputs: &mut Vec<Input>) {
        let known = self.awaiting.iter().position(|(waiting, _)| *waiting == line);
        let at = known.and_then(|index| self.awaiting.remove(index)).map_or(self.position, |(_, at)| at);
        inputs.push(if line == KEYS { Input::DigitsPressed } else { Input::LineFinished { line: LineId(line), at: AudioPosition(at) } });
    }

    /// Returns when audio must be sent next, if any waits.
    pub fn next_wakeup(&self) -> Option<SessionTime> {
        let front = self.lines.front()?;
        if front.unsent().is_empty() && !front.is_whole {
            return None;
        }
        self.pacer.next_wakeup().map(SessionTime)
    }

    /// Sends what is due.
    pub fn pace(&mut self, now: SessionTime, inputs: &mut Vec<Input>) {
        let mut due = self.pacer.due(now.0);
        while due > 0 {
            let Some(line) = self.lines.front_mut() else {
                return;
            };
            if line.unsent().is_empty() {
                if !line.is_whole {
                    return;
                }
                self.end_front_line(inputs);
                continue;
            }
            let wanted = (due.min(FRAMES_AT_ONCE) as usize) * FRAME_SAMPLES;
            // A piece shorter than a frame waits for more, unless the line ends with it.
            if line.unsent().len() < FRAME_SAMPLES && !line.is_whole {
                return;
            }
            let frames = self.send_piece(wanted, inputs);
            self.pacer.sent(now.0, frames);
            due = due.saturating_sub(frames);
        }
    }

    /// Sends up to `wanted` samples of the front line, filled up to whole frames. Returns the frames.
    fn send_piece(&mut self, wanted: usize, inputs: &mut Vec<Input>) -> u32 {
        let Some(line) = self.lines.front_mut() else {
            return 0;
        };
        let take = wanted.min(line.unsent().len());
        let take = if line.is_whole { take } else { take - take % FRAME_SAMPLES };
        let frames = take.div_ceil(FRAME_SAMPLES);
        let mut piece = [0; FRAMES_AT_ONCE as usize * FRAME_SAMPLES];
        piece[..take].copy_from_slice(&line.unsent()[..take]);
        let samples = &piece[..frames * FRAME_SAMPLES];
        line.sent += take;
        let (id, is_first) = (line.id, !std::mem::replace(&mut line.has_started, true));

        self.cursor = self.cursor.max(self.position);
        if is_first && id != KEYS {
            inputs.push(Input::LineStarted { line: LineId(id), at: AudioPosition(self.cursor) });
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.assistant(self.cursor, samples);
        }
        let mut ulaw = vec![ULAW_SILENCE; samples.len()];
        g711::ulaw_encode(samples, &mut ulaw);
        self.transmit(ToCarrier::Audio(ulaw));
        self.playout.queue(id, samples.len() as u64);
        self.playout.sent(samples.len() as u64);
        self.cursor += samples.len() as u64;
        u32::try_from(frames).unwrap_or(u32::MAX)
    }

    fn end_front_line(&mut self, inputs: &mut Vec<Input>) {
        let Some(line) = self.lines.pop_front() else {
            return;
        };
        if !line.has_started {
            // A line without a sound is over as soon as it is its turn.
            self.finished(line.id, inputs);
            return;
        }
        self.marks_sent += 1;
        let name = format!("m{}", self.marks_sent);
        self.transmit(ToCarrier::Mark(name.clone()));
        self.playout.mark_sent(&name);
        self.awaiting.push_back((line.id, self.cursor));
        if let Some(LineEnd::Finished { line, .. }) = self.playout.end_line(line.id) {
            self.finished(line, inputs);
        }
    }

    fn transmit(&mut self, message: ToCarrier) {
        if !self.link.send(message) {
            self.is_broken = true;
        }
    }

    /// Ends the lane: closes the socket and hands the recorder back, to be finished.
    pub fn close(mut self) -> Option<Recorder> {
        self.transmit(ToCarrier::Close);
        self.recorder.take()
    }
}

fn heard_as(edge: ToneEdge) -> Option<ToneHeard> {
    match edge {
        ToneEdge::End { tone: Tone::Beep, .. } => Some(ToneHeard::Beep),
        ToneEdge::Start { tone: Tone::FaxCng | Tone::FaxAnswer, .. } => Some(ToneHeard::Fax),
        ToneEdge::Start { tone: Tone::Busy, .. } => Some(ToneHeard::Busy),
        ToneEdge::Start { tone: Tone::Ringback, .. } => Some(ToneHeard::Ringback),
        ToneEdge::Start { .. } | ToneEdge::End { .. } => None,
    }
}
