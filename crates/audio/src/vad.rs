//! Tells when the callee begins and stops to speak, exact to a frame, and costs almost nothing in silence.
//!
//! Three stages. An energy gate with an adaptive noise floor lets only frames through that are loud enough
//! to be speech; the neural detector (`earshot`, 16 ms blocks at 16 kHz) judges those; and what it takes
//! for voice must have a pitch now and then. While the gate is shut the detector does not run; when it
//! opens, the last 60 ms are fed first, so that it knows the context.
//! Two surprises. The detector scores pure steady noise, white or pink, at 0.6 to 0.75, and real speech at
//! 0.5 to 0.9 with a slow rise: no threshold tells them apart in time, but a pitch does. And it lags the
//! sound by a block or two, so an onset's position is not where the score rose but where the energy did,
//! at most [`VoiceActivity::LOOK_BACK_MS`] earlier. It was not made to
//! tell music from voice; a callee on hold needs another judge.
//! Does not know words or turns: `dialogue` decides what an edge means.

use std::fmt;

use earshot::Detector;

use crate::frame::{FRAME_MS, FRAME_SAMPLES, Frame, RATE_HZ, SILENCE};
use crate::level::{NoiseFloor, SILENCE_DBFS, rms_dbfs};
use crate::resample::{Conversion, Resampler};
use crate::spectrum::dot;

/// Times and thresholds of a [`VoiceActivity`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct VoiceConfig {
    /// Voiced audio in a row that makes an onset, in ms, rounded up to frames. 40 rejects clicks and
    /// reports speech within 80 ms of its first sample.
    pub onset_after_ms: u32,
    /// Unvoiced audio in a row that makes an offset, in ms, rounded up to frames. 100 bridges the
    /// closure of a plosive; pauses between words may give edges, which `dialogue` weighs.
    pub offset_after_ms: u32,
    /// The detector's score, 0 to 1, from which silence turns to voice.
    pub voiced_from: f32,
    /// The score below which voice turns to silence; lower than `voiced_from`, so that it does not flutter.
    pub unvoiced_below: f32,
    /// How periodic 40 ms must be to have a pitch, 0 to 1. Steady noise reaches 0.42, most
    /// frames of a vowel lie above 0.5.
    pub pitched_from: f32,
    /// Voice without any pitch for longer than this is noise, in ms. Longer than any run of consonants.
    pub pitch_within_ms: u32,
    /// Frames more silent than this are never speech, in dBFS. Telephone speech lies at −15 to −35.
    pub gate_dbfs: f32,
    /// How far above the noise floor a frame must be, in dB.
    pub above_noise_db: f32,
    /// The noise floor lifts the gate no higher than this, in dBFS, so that a loud street does not
    /// hide a voice in it; from there on the detector alone decides.
    pub noise_gate_at_most_dbfs: f32,
    /// While our own voice plays, the gate lies this far below its level, in dB. An echo of −15 dB,
    /// common with speaker phones, stays 5 dB under the gate at 10.
    pub below_reference_db: f32,
    /// How long after our voice its echo may come, in ms, at most 640. Covers mobile networks.
    pub echo_tail_ms: u32,
}

impl Default for VoiceConfig {
    fn default() -> Self {
        Self {
            onset_after_ms: 40,
            offset_after_ms: 100,
            voiced_from: 0.45,
            unvoiced_below: 0.35,
            pitched_from: 0.5,
            pitch_within_ms: 400,
            gate_dbfs: -50.0,
            above_noise_db: 6.0,
            noise_gate_at_most_dbfs: -36.0,
            below_reference_db: 10.0,
            echo_tail_ms: 320,
        }
    }
}

/// A change between voice and silence. Positions count samples since the first pushed frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VoiceEdge {
    /// Somebody speaks.
    Onset {
        /// The first voiced sample, exact to a frame; lies before the frame that told it.
        at: u64,
    },
    /// Nobody speaks any more.
    Offset {
        /// One past the last voiced sample, exact to a frame.
        at: u64,
    },
}

/// The voice detector of one direction of a call; 12 KiB, one allocation when made.
pub struct VoiceActivity {
    config: VoiceConfig,
    detector: Box<Detector>,
    upsampler: Resampler,
    /// Audio at 16 kHz that waits for its block.
    block: Vec<i16>,
    /// The last frames before this one, oldest first, to warm the detector up.
    recent: [Frame; VoiceActivity::PRE_ROLL],
    floor: NoiseFloor,
    reference_dbfs: f32,
    references: [f32; VoiceActivity::REFERENCES],
    position: u64,
    /// Frames since the gate shut; the detector's state is stale after the pre-roll.
    shut_for: u32,
    /// Where the run of loud frames that reaches to now began.
    loud_since: Option<u64>,
    score: f32,
    /// Voiced frames since the last one with a pitch; more than fit the limit if there was none.
    unpitched: u32,
    /// Voiced frames in a row, and where they began.
    voiced_run: u32,
    run_began: u64,
    unvoiced_run: u32,
    last_voiced_end: u64,
    is_speech: bool,
}

impl VoiceActivity {
    /// How far before the detector's first voiced block an onset may be placed, in ms.
    pub const LOOK_BACK_MS: u32 = 60;

    const PRE_ROLL: usize = 3;
    const REFERENCES: usize = 32;
    const BLOCK: usize = 256;
    const PITCH_KEEPS: u32 = 5;

    /// Returns a detector that has heard nothing and believes the line to be quiet.
    pub fn new(config: VoiceConfig) -> Self {
        Self {
            config,
            detector: Detector::default_boxed(),
            upsampler: Resampler::new(Conversion::Up8To16),
            block: Vec::with_capacity(Self::BLOCK + 2 * FRAME_SAMPLES),
            recent: [SILENCE; Self::PRE_ROLL],
            floor: NoiseFloor::new(config.gate_dbfs - config.above_noise_db),
            reference_dbfs: SILENCE_DBFS,
            references: [SILENCE_DBFS; Self::REFERENCES],
            position: 0,
            shut_for: u32::MAX,
            loud_since: None,
            score: 0.0,
            unpitched: u32::MAX,
            voiced_run: 0,
            run_began: 0,
            unvoiced_run: 0,
            last_voiced_end: 0,
            is_speech: false,
        }
    }

    /// Takes the next 20 ms at 8 kHz and returns the edge it reveals. Allocates nothing.
    pub fn push(&mut self, frame: &Frame) -> Option<VoiceEdge> {
        let begins = self.position;
        self.position += FRAME_SAMPLES as u64;
        let level = rms_dbfs(frame);
        let is_loud = level >= self.next_gate();
        self.floor.update(level);
        let is_voiced = if is_loud {
            self.loud_since.get_or_insert(begins);
            self.judge(frame) && self.has_pitch(frame)
        } else {
            self.loud_since = None;
            self.shut_for = self.shut_for.saturating_add(1);
            self.score = 0.0;
            false
        };
        self.recent.rotate_left(1);
        self.recent[Self::PRE_ROLL - 1] = *frame;
        self.step(begins, is_voiced)
    }

    /// Says how loud our own voice is now, in dBFS; [`SILENCE_DBFS`] when we are silent. Stays until changed.
    ///
    /// The gate rises to [`VoiceConfig::below_reference_db`] under the loudest level of the last
    /// [`VoiceConfig::echo_tail_ms`], so that our echo is not taken for the callee.
    pub fn set_reference_level(&mut self, dbfs: f32) {
        self.reference_dbfs = if dbfs.is_nan() { SILENCE_DBFS } else { dbfs.clamp(SILENCE_DBFS, 0.0) };
    }

    /// Tells whether the last frame was voiced; true from the first one, before an onset is certain.
    pub fn is_voiced_now(&self) -> bool {
        self.voiced_run > 0
    }

    /// Returns where a voice began of which no onset was told yet: it may turn out to be nothing.
    pub fn stirs_since(&self) -> Option<u64> {
        (!self.is_speech && self.voiced_run > 0).then_some(self.run_began)
    }

    /// Tells whether the voice has paused for 40 ms or more, and may be over.
    pub fn is_faltering(&self) -> bool {
        self.is_speech && self.unvoiced_run * FRAME_MS >= 40
    }

    /// Tells whether an onset was told and its offset was not.
    pub fn is_speech(&self) -> bool {
        self.is_speech
    }

    /// Returns the detector's last score, 0 to 1; 0 while the gate is shut.
    pub fn score(&self) -> f32 {
        self.score
    }

    /// Returns the level that the last frame had to reach, in dBFS.
    pub fn gate_dbfs(&self) -> f32 {
        let by_noise = (self.floor.dbfs() + self.config.above_noise_db).min(self.config.noise_gate_at_most_dbfs);
        let by_echo = self.loudest_reference() - self.config.below_reference_db;
        self.config.gate_dbfs.max(by_noise).max(by_echo)
    }

    /// Returns the level of the line's background noise, in dBFS.
    pub fn noise_dbfs(&self) -> f32 {
        self.floor.dbfs()
    }

    /// Returns the samples heard so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    fn next_gate(&mut self) -> f32 {
        let slot = (self.position / FRAME_SAMPLES as u64) as usize % Self::REFERENCES;
        self.references[slot] = self.reference_dbfs;
        self.gate_dbfs()
    }

    fn loudest_reference(&self) -> f32 {
        let newest = (self.position / FRAME_SAMPLES as u64) as usize;
        let tail = ((self.config.echo_tail_ms / FRAME_MS) as usize + 1).min(Self::REFERENCES);
        let levels = (0..tail).map(|back| self.references[(newest + Self::REFERENCES - back) % Self::REFERENCES]);
        levels.fold(SILENCE_DBFS, f32::max)
    }

    fn judge(&mut self, frame: &Frame) -> bool {
        if self.shut_for > 0 {
            // What the detector heard last is not what came before this frame.
            self.detector.reset();
            self.upsampler.reset();
            self.block.clear();
            let recent = self.recent;
            for earlier in &recent {
                self.score_frame(earlier);
            }
            self.shut_for = 0;
        }
        let threshold = if self.voiced_run > 0 || self.is_speech { self.config.unvoiced_below } else { self.config.voiced_from };
        if let Some(score) = self.score_frame(frame) {
            self.score = score;
        }
        self.score >= threshold
    }

    /// Tells whether this frame, or one not long before it, has a pitch.
    fn has_pitch(&mut self, frame: &Frame) -> bool {
        // The search costs half of what the detector does, so a fresh pitch is good for five frames.
        if self.unpitched < Self::PITCH_KEEPS {
            self.unpitched += 1;
        } else if periodicity(&self.recent[Self::PRE_ROLL - 1], frame) >= self.config.pitched_from {
            self.unpitched = 0;
        } else {
            self.unpitched = self.unpitched.saturating_add(1);
        }
        self.unpitched <= self.config.pitch_within_ms / FRAME_MS
    }

    /// Returns the highest score of the blocks this frame completes.
    fn score_frame(&mut self, frame: &Frame) -> Option<f32> {
        self.upsampler.push(frame, &mut self.block);
        let mut highest = None;
        let mut used = 0;
        while let Some(block) = self.block.get(used..used + Self::BLOCK) {
            let score = self.detector.predict_i16(block);
            highest = Some(highest.map_or(score, |h: f32| h.max(score)));
            used += Self::BLOCK;
        }
        self.block.drain(..used);
        highest
    }

    fn step(&mut self, begins: u64, is_voiced: bool) -> Option<VoiceEdge> {
        if is_voiced {
            if self.voiced_run == 0 {
                self.run_began = self.energy_began(begins);
            }
            self.voiced_run += 1;
            self.unvoiced_run = 0;
            self.last_voiced_end = self.position;
        } else {
            self.voiced_run = 0;
            self.unvoiced_run = self.unvoiced_run.saturating_add(1);
            if !self.is_speech {
                // What was a pitch before a silence says nothing about the noise after it.
                self.unpitched = u32::MAX;
            }
        }
        if !self.is_speech && self.voiced_run >= self.config.onset_after_ms.div_ceil(FRAME_MS).max(1) {
            self.is_speech = true;
            return Some(VoiceEdge::Onset { at: self.run_began });
        }
        if self.is_speech && self.unvoiced_run >= self.config.offset_after_ms.div_ceil(FRAME_MS).max(1) {
            self.is_speech = false;
            return Some(VoiceEdge::Offset { at: self.last_voiced_end });
        }
        None
    }

    /// Returns where the loud run around `begins` started, within the look-back and after the last voice.
    fn energy_began(&self, begins: u64) -> u64 {
        let earliest = begins.saturating_sub(crate::frame::samples_of_ms(Self::LOOK_BACK_MS));
        self.loud_since.unwrap_or(begins).max(earliest).max(self.last_voiced_end)
    }
}

/// Returns how periodic two frames are at any pitch of a voice (60 to 400 Hz), −1 to 1.
///
/// The highest autocorrelation of the pre-emphasised sound, over the mean energy of both parts, so that a
/// silent part cannot make it large.
fn periodicity(before: &Frame, frame: &Frame) -> f32 {
    const LEN: usize = 2 * FRAME_SAMPLES;
    let mut sound = [0.0f32; LEN];
    let mut last = 0.0;
    for (slot, sample) in sound.iter_mut().zip(before.iter().chain(frame)) {
        let sample = f32::from(*sample);
        *slot = sample - 0.9 * last;
        last = sample;
    }
    // The energy of the first and of the last LEN − lag samples, kept along as the lag grows.
    let all = dot(&sound, &sound);
    let (mut head, mut tail) = (all, all);
    let mut best = 0.0f32;
    for lag in 1..=RATE_HZ as usize / 60 {
        head -= sound[LEN - lag] * sound[LEN - lag];
        tail -= sound[lag - 1] * sound[lag - 1];
        if lag >= RATE_HZ as usize / 400 && head + tail > 0.1 * all {
            best = best.max(2.0 * dot(&sound[lag..], &sound[..LEN - lag]) / (head + tail));
        }
    }
    best
}

impl fmt::Debug for VoiceActivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceActivity")
            .field("position", &self.position)
            .field("is_speech", &self.is_speech)
            .field("score", &self.score)
            .field("gate_dbfs", &self.gate_dbfs())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::{Colour, Noise};

    fn edges(vad: &mut VoiceActivity, samples: &[i16]) -> Vec<VoiceEdge> {
        samples.as_chunks::<FRAME_SAMPLES>().0.iter().filter_map(|frame| vad.push(frame)).collect()
    }

    #[test]
    fn silence_never_wakes_the_detector() {
        let mut vad = VoiceActivity::new(VoiceConfig::default());
        assert_eq!(edges(&mut vad, &[0; 80_000]), []);
        assert_eq!(vad.shut_for, u32::MAX);
        assert_eq!(vad.position(), 80_000);
    }

    #[test]
    fn steady_noise_is_not_speech_and_shuts_the_gate_after_a_while() {
        for colour in [Colour::White, Colour::Pink] {
            let mut vad = VoiceActivity::new(VoiceConfig::default());
            let mut noise = vec![0; 8_000 * 6];
            Noise::new(colour, -45.0, 11).fill(&mut noise);
            assert_eq!(edges(&mut vad, &noise), [], "{colour:?}");
            assert!(vad.shut_for > 0, "{colour:?}: {vad:?}, noise {}", vad.noise_dbfs());
        }
    }

    #[test]
    fn a_click_is_not_speech() {
        let mut vad = VoiceActivity::new(VoiceConfig::default());
        let mut samples = vec![0i16; 16_000];
        samples[8_000..8_040].fill(20_000);
        assert_eq!(edges(&mut vad, &samples), []);
    }

    #[test]
    fn the_gate_lies_under_our_own_voice_while_it_plays_and_for_the_tail() {
        let mut vad = VoiceActivity::new(VoiceConfig::default());
        vad.set_reference_level(-20.0);
        vad.push(&SILENCE);
        assert_eq!(vad.gate_dbfs(), -30.0);
        vad.set_reference_level(SILENCE_DBFS);
        for _ in 0..16 {
            vad.push(&SILENCE);
        }
        assert_eq!(vad.gate_dbfs(), -30.0);
        vad.push(&SILENCE);
        assert_eq!(vad.gate_dbfs(), -50.0);
    }
}
