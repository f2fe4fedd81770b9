//! Adds voices without wrap-around and changes their volume without clicks.

/// Adds `voice` to `mix`, clipping at full scale; the shorter slice decides how far.
///
/// Wrap-around would turn two loud voices into a crack; clipping is what a telephone does too.
pub fn mix_into(mix: &mut [i16], voice: &[i16]) {
    for (sum, sample) in mix.iter_mut().zip(voice) {
        *sum = sum.saturating_add(*sample);
    }
}

/// A volume that moves to its target in small steps.
///
/// Full volume (1.0) and silence (0.0) at rest cost one comparison a call. Default: full volume at rest.
#[derive(Clone, Debug)]
pub struct Gain {
    now: f32,
    target: f32,
    step: f32,
}

impl Default for Gain {
    fn default() -> Self {
        Self { now: 1.0, target: 1.0, step: 0.0 }
    }
}

impl Gain {
    /// Returns a volume at rest; `gain` is a factor from 0 (silent) to 8 (+18 dB), clamped.
    pub fn new(gain: f32) -> Self {
        let gain = clamp(gain);
        Self { now: gain, target: gain, step: 0.0 }
    }

    /// Begins to move to `gain` over the next `ramp_samples` samples; 80 (10 ms) is free of clicks.
    ///
    /// A call before the last ramp ended starts from where the volume is, without a jump.
    pub fn move_to(&mut self, gain: f32, ramp_samples: u32) {
        self.target = clamp(gain);
        if ramp_samples == 0 {
            self.now = self.target;
        }
        self.step = (self.target - self.now).abs() / ramp_samples.max(1) as f32;
    }

    /// Begins to lower the volume by `db` decibels below full (12 means a quarter), over `ramp_samples`.
    pub fn duck(&mut self, db: f32, ramp_samples: u32) {
        self.move_to(crate::level::amplitude_of_db(-db.abs()), ramp_samples);
    }

    /// Returns the factor that the next sample gets.
    pub fn now(&self) -> f32 {
        self.now
    }

    /// Tells whether the volume still moves.
    pub fn is_moving(&self) -> bool {
        self.now != self.target
    }

    /// Applies the volume to `samples` in place and moves it along.
    pub fn apply(&mut self, samples: &mut [i16]) {
        let mut rest = samples;
        while self.is_moving() && !rest.is_empty() {
            let (sample, tail) = rest.split_at_mut(1);
            self.step_towards_target();
            sample[0] = scaled(sample[0], self.now);
            rest = tail;
        }
        if self.now == 1.0 {
            return;
        }
        if self.now == 0.0 {
            rest.fill(0);
            return;
        }
        for sample in rest {
            *sample = scaled(*sample, self.now);
        }
    }

    fn step_towards_target(&mut self) {
        let left = self.target - self.now;
        self.now = if left.abs() <= self.step || self.step == 0.0 { self.target } else { self.now + self.step.copysign(left) };
    }
}

fn clamp(gain: f32) -> f32 {
    if gain.is_nan() { 1.0 } else { gain.clamp(0.0, 8.0) }
}

fn scaled(sample: i16, gain: f32) -> i16 {
    // A float-to-integer cast saturates, so gains above one clip.
    (f32::from(sample) * gain) as i16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn loud_voices_clip_and_do_not_wrap() {
        let mut mix = [30_000, -30_000, 100];
        mix_into(&mut mix, &[10_000, -10_000, -50]);
        assert_eq!(mix, [i16::MAX, i16::MIN, 50]);
    }

    #[test]
    fn a_ramp_has_no_step_larger_than_its_slope() {
        let mut gain = Gain::default();
        gain.move_to(0.0, 80);
        let mut samples = [16_000i16; 160];
        gain.apply(&mut samples);
        assert!(samples.windows(2).all(|w| (w[0] - w[1]).abs() <= 201), "{samples:?}");
        assert_eq!(samples[80..], [0; 80]);
        assert!(!gain.is_moving());
    }

    #[test]
    fn a_turn_in_mid_ramp_does_not_jump() {
        let mut gain = Gain::default();
        gain.duck(40.0, 160);
        let mut first = [10_000i16; 80];
        gain.apply(&mut first);
        gain.move_to(1.0, 160);
        let mut second = [10_000i16; 200];
        gain.apply(&mut second);
        assert!((first[79] - second[0]).abs() < 70);
        assert_eq!(second[199], 10_000);
    }

    #[test]
    fn ducking_by_twelve_decibels_leaves_a_quarter() {
        let mut gain = Gain::default();
        gain.duck(12.0, 0);
        let mut samples = [10_000i16; 4];
        gain.apply(&mut samples);
        assert_eq!(samples, [2_511; 4]);
    }

    proptest! {
        #[test]
        fn a_gain_in_pieces_equals_a_gain_at_once(samples in prop::collection::vec(any::<i16>(), 0..400), cut in 0usize..400, target in 0f32..2.0, ramp in 0u32..300) {
            let mut whole = samples.clone();
            let mut gain = Gain::default();
            gain.move_to(target, ramp);
            let mut pieces = gain.clone();
            gain.apply(&mut whole);
            let mut cut_samples = samples.clone();
            let (left, right) = cut_samples.split_at_mut(cut.min(samples.len()));
            pieces.apply(left);
            pieces.apply(right);
            prop_assert_eq!(whole, cut_samples);
        }
    }
}
