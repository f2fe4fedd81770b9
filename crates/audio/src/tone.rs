//! The tones of the network and of machines: makes ringback, busy, beeps, fax and special information
//! tones, and hears them in a call.
//!
//! Hearing works on two scales. Each 20 ms frame is asked whether it is *one* pure sine: a guess by
//! linear prediction, refined by the phase between the frame's halves, proven by the share of energy at
//! that frequency. A run of such frames of steady pitch and level is a beep, a fax or part of a cadence.
//! Each 80 ms block is asked for the North American pairs 440+480 Hz (ringback) and 480+620 Hz (busy),
//! which 20 ms cannot tell apart.
//! Speech is never one sine of steady pitch for 100 ms, and chords are never one sine. What can fool it:
//! a solo instrument without overtones.

use std::f32::consts::TAU;

use crate::frame::{FRAME_SAMPLES, Frame, RATE_HZ, samples_of_ms};
use crate::level::{amplitude_of_db, rms_dbfs};
use crate::spectrum::{Bin, dot, floats};

/// A stretch of up to two sines, or of silence if both are 0 Hz.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Segment {
    /// Frequencies in Hz; 0 is silent.
    pub hz: [f32; 2],
    /// Length in ms.
    pub ms: u32,
}

impl Segment {
    const fn tone(hz: f32, ms: u32) -> Self {
        Self { hz: [hz, 0.0], ms }
    }

    const fn pair(low: f32, high: f32, ms: u32) -> Self {
        Self { hz: [low, high], ms }
    }

    const fn silence(ms: u32) -> Self {
        Self { hz: [0.0, 0.0], ms }
    }
}

/// Plays a list of segments, once or for ever. Allocates nothing.
#[derive(Clone, Debug)]
pub struct ToneGenerator {
    segments: [Segment; 4],
    len: usize,
    repeats: bool,
    amplitude: f32,
    index: usize,
    offset: u64,
    phases: [f32; 2],
}

impl ToneGenerator {
    /// Telephone tones lie around −16 dBFS a sine.
    const DBFS: f32 = -16.0;

    /// Returns North American ringback: 440+480 Hz, 2 s on, 4 s off, for ever.
    pub fn ringback() -> Self {
        Self::new(&[Segment::pair(440.0, 480.0, 2_000), Segment::silence(4_000)], true, Self::DBFS)
    }

    /// Returns North American busy: 480+620 Hz, half a second on and off, for ever.
    pub fn busy() -> Self {
        Self::new(&[Segment::pair(480.0, 620.0, 500), Segment::silence(500)], true, Self::DBFS)
    }

    /// Returns the three rising tones before "the number you have dialed is not in service"
    /// (ITU-T E.180: 950, 1400, 1800 Hz, 330 ms each), once.
    pub fn special_information() -> Self {
        Self::new(&[Segment::tone(950.0, 330), Segment::tone(1_400.0, 330), Segment::tone(1_800.0, 330)], false, Self::DBFS)
    }

    /// Returns a voicemail's beep, once; 1 kHz for 400 ms is usual.
    pub fn beep(hz: f32, ms: u32) -> Self {
        Self::new(&[Segment::tone(hz, ms)], false, Self::DBFS)
    }

    /// Returns the call of a fax machine (ITU-T T.30 CNG): 1100 Hz, 0.5 s on, 3 s off, for ever.
    pub fn fax_cng() -> Self {
        Self::new(&[Segment::tone(1_100.0, 500), Segment::silence(3_000)], true, Self::DBFS)
    }

    /// Returns the answer of a fax machine (ITU-T T.30 CED): 2100 Hz for 3 s, once.
    pub fn fax_answer() -> Self {
        Self::new(&[Segment::tone(2_100.0, 3_000)], false, Self::DBFS)
    }

    /// Returns a player of up to four `segments` (more are ignored), each sine at `dbfs`.
    pub fn new(segments: &[Segment], repeats: bool, dbfs: f32) -> Self {
        let mut kept = [Segment::silence(0); 4];
        let len = segments.len().min(4);
        kept[..len].copy_from_slice(&segments[..len]);
        let repeats = repeats && kept.iter().any(|s| s.ms > 0);
        let amplitude = 32_767.0 * amplitude_of_db(dbfs.min(-3.01) + 3.01);
        Self { segments: kept, len, repeats, amplitude, index: 0, offset: 0, phases: [0.0; 2] }
    }

    /// Overwrites `samples` with the tone, silence after its end, and returns how many belong to it.
    pub fn fill(&mut self, samples: &mut [i16]) -> usize {
        for (n, sample) in samples.iter_mut().enumerate() {
            let Some(value) = self.next() else {
                samples[n..].fill(0);
                return n;
            };
            *sample = value;
        }
        samples.len()
    }

    fn next(&mut self) -> Option<i16> {
        while self.index < self.len && self.offset >= samples_of_ms(self.segments[self.index].ms) {
            self.offset = 0;
            self.phases = [0.0; 2];
            self.index += 1;
            if self.index == self.len && self.repeats {
                self.index = 0;
            }
        }
        let segment = self.segments[..self.len].get(self.index)?;
        self.offset += 1;
        let mut value = 0.0;
        for (phase, hz) in self.phases.iter_mut().zip(segment.hz) {
            if hz > 0.0 {
                value += (*phase * TAU).sin();
                *phase = (*phase + hz / RATE_HZ as f32).fract();
            }
        }
        Some((value * self.amplitude) as i16)
    }
}

/// What a tone means.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tone {
    /// A voicemail asks to speak after it.
    Beep,
    /// A calling fax machine.
    FaxCng,
    /// An answering fax machine or modem.
    FaxAnswer,
    /// The callee is busy, or the line was dropped.
    Busy,
    /// The callee's phone rings.
    Ringback,
    /// An announcement of the network follows: wrong number, out of service, no circuit.
    SpecialInformation,
}

/// Beginning or end of a tone, in samples since the first pushed frame; exact to a frame for single
/// tones, to 80 ms for pairs. A cadence is one tone from its first burst to its last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToneEdge {
    /// It sounds. Told when it is certain, which may be long after `at`; see [`ToneDetector`].
    Start {
        /// Which.
        tone: Tone,
        /// Its first sample.
        at: u64,
    },
    /// It has ended.
    End {
        /// Which.
        tone: Tone,
        /// One past its last sample.
        at: u64,
    },
}

/// A run of frames that are one and the same sine.
#[derive(Clone, Copy, Debug)]
struct Run {
    hz: f32,
    dbfs: f32,
    at: u64,
    end: u64,
    misses: u32,
    /// What was told about it.
    told: Option<Tone>,
}

impl Run {
    fn len(&self) -> u64 {
        self.end - self.at
    }

    fn is_near(&self, hz: f32, within: f32) -> bool {
        (self.hz - hz).abs() <= within
    }

    /// The European call-progress tone (ITU-T E.180).
    fn is_progress(&self) -> bool {
        self.is_near(425.0, 10.0)
    }

    /// The first tone of special information, 950 ± 40 Hz.
    fn is_first_of_three(&self) -> bool {
        self.is_near(950.0, 40.0)
    }
}

/// A tone that comes in bursts, from its first to its last.
#[derive(Clone, Copy, Debug)]
struct Cadence {
    tone: Tone,
    until: u64,
}

/// Hears tones, 20 ms a step. Allocates only when made (4 kB of tables).
///
/// When a start is told, after the tone began: a beep 100 ms (if its pitch may be the first of three
/// special information tones, or a fax call, after its end; at 425 Hz up to 700 ms after it), busy and
/// ringback 160–320 ms with pairs, two bursts with 425 Hz, fax answer 500 ms, fax call at its end.
#[derive(Clone, Debug)]
pub struct ToneDetector {
    position: u64,
    run: Option<Run>,
    /// A single tone that ended and whose meaning depends on what follows.
    undecided: Option<Run>,
    cadence: Option<Cadence>,
    pairs: PairBlocks,
}

impl Default for ToneDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl ToneDetector {
    const QUIETEST_DBFS: f32 = -42.0;
    const BEEP_HZ: std::ops::RangeInclusive<f32> = 350.0..=2_300.0;
    const BEEP_AFTER: u64 = samples_of_ms(100);
    const FAX_ANSWER_AFTER: u64 = samples_of_ms(500);
    const RINGBACK_AFTER: u64 = samples_of_ms(800);
    /// The longest that one of the three special information tones lasts.
    const THIRD_AT_MOST: u64 = samples_of_ms(400);
    const BUSY_GAP: u64 = samples_of_ms(700);
    const RINGBACK_GAP: u64 = samples_of_ms(5_200);
    const THIRDS_GAP: u64 = samples_of_ms(100);

    /// Returns a detector that has heard nothing.
    pub fn new() -> Self {
        Self { position: 0, run: None, undecided: None, cadence: None, pairs: PairBlocks::new() }
    }

    /// Takes the next frame and hands what it reveals to `each`, at most a few edges, in order.
    pub fn push(&mut self, frame: &Frame, mut each: impl FnMut(ToneEdge)) {
        let begins = self.position;
        self.position += FRAME_SAMPLES as u64;
        let dbfs = rms_dbfs(frame);
        let frame = (dbfs >= Self::QUIETEST_DBFS).then(|| floats(frame));
        self.hear_pair(begins, frame.as_ref(), &mut each);
        self.hear_sine(begins, frame.as_ref().and_then(pure_hz), dbfs, &mut each);
        self.settle_undecided(&mut each);
        self.end_cadence(&mut each);
    }

    fn hear_pair(&mut self, begins: u64, frame: Option<&[f32; FRAME_SAMPLES]>, each: &mut impl FnMut(ToneEdge)) {
        let Some((tone, at)) = self.pairs.push(begins, frame) else {
            return;
        };
        self.continue_cadence(tone, at, self.position, each);
    }

    fn hear_sine(&mut self, begins: u64, hz: Option<f32>, dbfs: f32, each: &mut impl FnMut(ToneEdge)) {
        if let Some(run) = &mut self.run {
            if hz.is_some_and(|hz| run.is_near(hz, 8.0)) && (dbfs - run.dbfs).abs() < 3.0 {
                run.end = self.position;
                run.misses = 0;
                self.judge_running(each);
                return;
            }
            run.misses += 1;
            // The phase reversals of a modem's answer, a lost packet or a crackle spoil a frame or two of a
            // long tone.
            if run.misses <= 2 && run.len() >= Self::BEEP_AFTER {
                return;
            }
            self.judge_ended(each);
        }
        self.run = hz.filter(|hz| Self::BEEP_HZ.contains(hz)).map(|hz| Run { hz, dbfs, at: begins, end: self.position, misses: 0, told: None });
    }

    /// Tells what the run that still sounds is, once it is certain.
    fn judge_running(&mut self, each: &mut impl FnMut(ToneEdge)) {
        let Some(run) = self.run else { return };
        if run.told.is_some() {
            return;
        }
        let tone = if run.is_progress() {
            if self.cadence.is_some() || run.len() >= Self::RINGBACK_AFTER {
                let tone = self.cadence.map_or(Tone::Ringback, |cadence| cadence.tone);
                self.continue_cadence(tone, run.at, run.end, each);
            }
            return;
        } else if run.is_near(2_100.0, 15.0) {
            (run.len() >= Self::FAX_ANSWER_AFTER).then_some(Tone::FaxAnswer)
        } else if run.is_near(1_100.0, 38.0) {
            (run.len() > samples_of_ms(600)).then_some(Tone::Beep)
        } else if self.is_third_of_three(&run) {
            return;
        } else if run.is_first_of_three() {
            (run.len() > Self::THIRD_AT_MOST).then_some(Tone::Beep)
        } else {
            (run.len() >= Self::BEEP_AFTER).then_some(Tone::Beep)
        };
        if let Some(tone) = tone {
            self.run = Some(Run { told: Some(tone), ..run });
            each(ToneEdge::Start { tone, at: run.at });
        }
    }

    /// Tells whether the run belongs to special information; the first tone waits in `undecided`.
    fn is_third_of_three(&self, run: &Run) -> bool {
        let follows = self.undecided.is_some_and(|first| first.is_first_of_three() && run.is_near(1_400.0, 40.0));
        follows || self.cadence.is_some_and(|cadence| cadence.tone == Tone::SpecialInformation)
    }

    fn judge_ended(&mut self, each: &mut impl FnMut(ToneEdge)) {
        let Some(run) = self.run.take() else { return };
        if let Some(tone) = run.told {
            each(ToneEdge::End { tone, at: run.end });
            return;
        }
        if run.len() < Self::BEEP_AFTER {
            return;
        }
        if self.is_third_of_three(&run) {
            let at = self.undecided.take().map_or(run.at, |first| first.at);
            self.continue_cadence(Tone::SpecialInformation, at, run.end, each);
        } else if run.is_progress() {
            self.end_progress_burst(run, each);
        } else if run.is_near(1_100.0, 38.0) && run.len() >= samples_of_ms(400) {
            whole(Tone::FaxCng, &run, each);
        } else if run.is_first_of_three() {
            self.undecided = Some(run);
        } else {
            whole(Tone::Beep, &run, each);
        }
    }

    fn end_progress_burst(&mut self, run: Run, each: &mut impl FnMut(ToneEdge)) {
        match (self.cadence, self.undecided) {
            (Some(_), _) => {}
            (None, Some(first)) if first.is_progress() => {
                self.undecided = None;
                self.continue_cadence(Tone::Busy, first.at, run.end, each);
            }
            (None, _) => self.undecided = Some(run),
        }
    }

    /// Decides that nothing followed the tone that waited.
    fn settle_undecided(&mut self, each: &mut impl FnMut(ToneEdge)) {
        let Some(waiting) = self.undecided else {
            return;
        };
        let patience = if waiting.is_progress() { Self::BUSY_GAP } else { Self::THIRDS_GAP };
        let may_follow = self.run.is_some_and(|run| {
            let continues = if waiting.is_progress() { run.is_progress() } else { run.is_near(1_400.0, 40.0) };
            continues && run.at <= waiting.end + patience
        });
        if !may_follow && self.position > waiting.end + patience {
            self.undecided = None;
            whole(Tone::Beep, &waiting, each);
        }
    }

    fn continue_cadence(&mut self, tone: Tone, at: u64, until: u64, each: &mut impl FnMut(ToneEdge)) {
        match &mut self.cadence {
            Some(cadence) if cadence.tone == tone => cadence.until = cadence.until.max(until),
            other => {
                if let Some(ended) = other {
                    each(ToneEdge::End { tone: ended.tone, at: ended.until });
                }
                each(ToneEdge::Start { tone, at });
                self.cadence = Some(Cadence { tone, until });
            }
        }
    }

    fn end_cadence(&mut self, each: &mut impl FnMut(ToneEdge)) {
        let Some(cadence) = self.cadence else { return };
        let gap = match cadence.tone {
            Tone::Ringback => Self::RINGBACK_GAP,
            Tone::Busy => Self::BUSY_GAP,
            _ => samples_of_ms(450),
        };
        if self.position > cadence.until + gap {
            self.cadence = None;
            each(ToneEdge::End { tone: cadence.tone, at: cadence.until });
        }
    }
}

fn whole(tone: Tone, run: &Run, each: &mut impl FnMut(ToneEdge)) {
    each(ToneEdge::Start { tone, at: run.at });
    each(ToneEdge::End { tone, at: run.end });
}

/// Returns the frequency if at least 85 % of the frame's energy is one sine.
fn pure_hz(frame: &[f32; FRAME_SAMPLES]) -> Option<f32> {
    const SHARE: f32 = 0.85;
    // A sine obeys x[n] + x[n−2] = 2 cos(ω) x[n−1]; the best cosine in the sense of least squares:
    let middle = &frame[1..FRAME_SAMPLES - 1];
    let cosine = (dot(&frame[2..], middle) + dot(&frame[..FRAME_SAMPLES - 2], middle)) / (2.0 * dot(middle, middle));
    if !(-0.999..0.999).contains(&cosine) {
        return None;
    }
    // Noise pulls the guess towards 2 kHz; the phase between the halves corrects up to 50 Hz.
    let turn = cosine.acos();
    let total = dot(frame, frame);
    let (left, right) = frame.split_at(FRAME_SAMPLES / 2);
    let (left, right) = (at_turn(left, turn), at_turn(right, turn));
    // A cheap first look: each half must hold most of its energy near the guess.
    if (left.0 * left.0 + left.1 * left.1 + right.0 * right.0 + right.1 * right.1) * 4.0 < total * SHARE * 80.0 {
        return None;
    }
    let half = FRAME_SAMPLES as f32 / 2.0;
    // Each half's phase is relative to its own first sample: at the guessed pitch it would advance by turn · half.
    let advance = right.1.atan2(right.0) - left.1.atan2(left.0) - turn * half;
    let refined = turn + ((advance + TAU / 2.0).rem_euclid(TAU) - TAU / 2.0) / half;
    let (re, im) = at_turn(frame, refined);
    let explained = (re * re + im * im) * 2.0 / FRAME_SAMPLES as f32;
    (explained >= SHARE * total).then(|| refined * RATE_HZ as f32 / TAU)
}

/// Returns the sum of `samples` times e^(−i·turn·n), with n counted from the slice's first sample.
fn at_turn(samples: &[f32], turn: f32) -> (f32, f32) {
    let (step_re, step_im) = (turn.cos(), -turn.sin());
    let (mut re, mut im) = (1.0f32, 0.0f32);
    let mut sum = (0.0, 0.0);
    for sample in samples {
        sum.0 += sample * re;
        sum.1 += sample * im;
        (re, im) = (re * step_re - im * step_im, re * step_im + im * step_re);
    }
    sum
}

/// Looks for the North American pairs in blocks of 80 ms.
#[derive(Clone, Debug)]
struct PairBlocks {
    bins: Box<[BlockBin; 3]>,
    begins: u64,
    frames: usize,
    energy: f32,
    last: Option<(Tone, u64)>,
}

#[derive(Clone, Debug)]
struct BlockBin {
    bin: Bin,
    hz: f32,
    sum: (f32, f32),
}

impl PairBlocks {
    const FRAMES: usize = 4;

    fn new() -> Self {
        let bins = Box::new([440.0, 480.0, 620.0].map(|hz| BlockBin { bin: Bin::new(hz), hz, sum: (0.0, 0.0) }));
        Self { bins, begins: 0, frames: 0, energy: 0.0, last: None }
    }

    /// Takes a frame (`None` if too quiet) and returns the tone of two blocks in a row and where they began.
    fn push(&mut self, begins: u64, frame: Option<&[f32; FRAME_SAMPLES]>) -> Option<(Tone, u64)> {
        let Some(frame) = frame else {
            self.restart();
            self.last = None;
            return None;
        };
        if self.frames == 0 {
            self.begins = begins;
        }
        for bin in self.bins.iter_mut() {
            let (re, im) = bin.bin.transform(frame);
            let turned = bin.hz * (self.frames * FRAME_SAMPLES) as f32 * TAU / RATE_HZ as f32;
            let (cos, sin) = (turned.cos(), turned.sin());
            // Times e^(−iωT), T being how much later this frame is than the first of its block.
            bin.sum.0 += re * cos + im * sin;
            bin.sum.1 += im * cos - re * sin;
        }
        self.energy += dot(frame, frame);
        self.frames += 1;
        if self.frames < Self::FRAMES {
            return None;
        }
        let tone = self.tone();
        let before = self.last.take();
        self.last = tone.map(|tone| (tone, before.filter(|b| b.0 == tone).map_or(self.begins, |b| b.1)));
        self.restart();
        self.last.filter(|_| before.is_some_and(|b| Some(b.0) == tone))
    }

    fn tone(&self) -> Option<Tone> {
        let share = |bin: &BlockBin| {
            let energy = (bin.sum.0 * bin.sum.0 + bin.sum.1 * bin.sum.1) * 2.0 / (Self::FRAMES * FRAME_SAMPLES) as f32;
            energy / self.energy
        };
        let [low, middle, high] = self.bins.each_ref().map(share);
        let is_pair = |a: f32, b: f32| a >= 0.2 && b >= 0.2 && a + b >= 0.75;
        if is_pair(low, middle) {
            Some(Tone::Ringback)
        } else if is_pair(middle, high) {
            Some(Tone::Busy)
        } else {
            None
        }
    }

    fn restart(&mut self) {
        self.frames = 0;
        self.energy = 0.0;
        for bin in self.bins.iter_mut() {
            bin.sum = (0.0, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hold_music::HoldMusic;
    use crate::noise::{Colour, Noise};

    fn edges(samples: &[i16]) -> Vec<ToneEdge> {
        let mut detector = ToneDetector::new();
        let mut edges = Vec::new();
        for frame in samples.as_chunks::<FRAME_SAMPLES>().0 {
            detector.push(frame, |edge| edges.push(edge));
        }
        edges
    }

    fn sounded(mut tone: ToneGenerator, lead_ms: u32, len_ms: u32, tail_ms: u32) -> Vec<i16> {
        let lead = samples_of_ms(lead_ms) as usize;
        let mut samples = vec![0; lead + samples_of_ms(len_ms) as usize];
        tone.fill(&mut samples[lead..]);
        samples.resize(samples.len() + samples_of_ms(tail_ms) as usize, 0);
        samples
    }

    fn start_and_end(edges: &[ToneEdge], tone: Tone, at: u64, end: u64) {
        let [ToneEdge::Start { tone: first, at: from }, ToneEdge::End { tone: second, at: to }] = edges else {
            panic!("{edges:?}");
        };
        assert_eq!((*first, *second), (tone, tone));
        assert!(from.abs_diff(at) <= 640 && to.abs_diff(end) <= 640, "{edges:?} is not {at}..{end}");
    }

    #[test]
    fn beeps_of_any_usual_pitch_are_heard() {
        for hz in [440.0, 600.0, 800.0, 950.0, 1_000.0, 1_004.0, 1_100.0, 1_400.0, 1_800.0, 2_000.0, 425.0] {
            for ms in [200, 350] {
                let samples = sounded(ToneGenerator::beep(hz, ms), 505, ms, 1_500);
                start_and_end(&edges(&samples), Tone::Beep, 4_040, 4_040 + samples_of_ms(ms));
            }
        }
    }

    #[test]
    fn a_beep_is_told_while_it_sounds() {
        let mut detector = ToneDetector::new();
        let samples = sounded(ToneGenerator::beep(1_000.0, 400), 0, 400, 0);
        let mut told_at = None;
        for frame in samples.as_chunks::<FRAME_SAMPLES>().0 {
            detector.push(frame, |edge| _ = told_at.get_or_insert((edge, detector_position(frame, &samples))));
        }
        assert_eq!(told_at, Some((ToneEdge::Start { tone: Tone::Beep, at: 0 }, 800)));
    }

    /// The end of `frame` within `samples`.
    fn detector_position(frame: &Frame, samples: &[i16]) -> usize {
        (frame.as_ptr() as usize - samples.as_ptr() as usize) / 2 + FRAME_SAMPLES
    }

    #[test]
    fn a_beep_in_noise_of_a_bad_line_is_heard() {
        for seed in 0..20 {
            let mut samples = sounded(ToneGenerator::beep(1_000.0, 400), 500, 400, 500);
            Noise::new(Colour::Pink, -31.0, seed).add_to(&mut samples);
            let mut bytes = vec![0; samples.len()];
            crate::g711::ulaw_encode(&samples, &mut bytes);
            crate::g711::ulaw_decode(&bytes, &mut samples);
            start_and_end(&edges(&samples), Tone::Beep, 4_000, 7_200);
        }
    }

    #[test]
    fn call_progress_is_one_tone_from_first_to_last_burst() {
        let busy = sounded(ToneGenerator::busy(), 330, 4_500, 2_000);
        start_and_end(&edges(&busy), Tone::Busy, 2_640, 2_640 + 36_000);
        let ringback = sounded(ToneGenerator::ringback(), 330, 14_000, 6_000);
        start_and_end(&edges(&ringback), Tone::Ringback, 2_640, 2_640 + 112_000);
    }

    #[test]
    fn european_call_progress_is_told_by_its_cadence() {
        let cadence = |on, off| ToneGenerator::new(&[Segment::tone(425.0, on), Segment::silence(off)], true, -16.0);
        start_and_end(&edges(&sounded(cadence(480, 480), 200, 4_320, 2_000)), Tone::Busy, 1_600, 1_600 + 34_560);
        start_and_end(&edges(&sounded(cadence(1_000, 4_000), 200, 11_000, 6_000)), Tone::Ringback, 1_600, 1_600 + 88_000);
    }

    #[test]
    fn fax_machines_are_told_from_beeps() {
        let answer = sounded(ToneGenerator::fax_answer(), 200, 3_000, 500);
        start_and_end(&edges(&answer), Tone::FaxAnswer, 1_600, 1_600 + 24_000);
        let call = sounded(ToneGenerator::fax_cng(), 200, 500, 500);
        start_and_end(&edges(&call), Tone::FaxCng, 1_600, 1_600 + 4_000);
    }

    #[test]
    fn special_information_is_not_three_beeps() {
        let samples = sounded(ToneGenerator::special_information(), 200, 990, 1_000);
        start_and_end(&edges(&samples), Tone::SpecialInformation, 1_600, 1_600 + 7_920);
    }

    #[test]
    fn touch_tones_and_noise_are_no_tones() {
        let mut samples = Vec::new();
        for key in "0123456789*#".chars() {
            crate::dtmf::sound_key(key, crate::dtmf::DtmfConfig { on_ms: 300, ..Default::default() }, &mut samples);
        }
        assert_eq!(edges(&samples), []);
        for colour in [Colour::White, Colour::Pink] {
            let mut noise = vec![0; 160_000];
            Noise::new(colour, -20.0, 9).fill(&mut noise);
            assert_eq!(edges(&noise), []);
        }
    }

    #[test]
    fn hold_music_is_no_tone_and_a_beep_after_it_is() {
        let mut samples = vec![0; 8_000 * 24];
        HoldMusic::new().fill(&mut samples);
        assert_eq!(edges(&samples), []);
        samples.extend(sounded(ToneGenerator::beep(1_000.0, 400), 200, 400, 400));
        start_and_end(&edges(&samples), Tone::Beep, 193_600, 196_800);
    }

    #[test]
    fn a_generator_ends_where_it_should() {
        let mut samples = [1; 200];
        let mut beep = ToneGenerator::beep(1_000.0, 20);
        assert_eq!(beep.fill(&mut samples), 160);
        assert_eq!(samples[160..], [0; 40]);
        assert_eq!(beep.fill(&mut samples), 0);
        assert!(
            (rms_dbfs(&{
                let mut tone = [0; 8_000];
                ToneGenerator::beep(1_000.0, 1_000).fill(&mut tone);
                tone
            }) + 16.0)
                .abs()
                < 0.05
        );
    }
}
