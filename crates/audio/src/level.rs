//! How loud a piece of audio is, and how loud the line is when nobody speaks.

/// What digital silence reads, instead of minus infinity: half a step below one 16-bit unit.
pub const SILENCE_DBFS: f32 = -96.0;

/// Returns the mean level of `samples` in dBFS, [`SILENCE_DBFS`] for an empty slice.
pub fn rms_dbfs(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return SILENCE_DBFS;
    }
    power_dbfs(energy(samples) as f64 / samples.len() as f64)
}

/// Returns the level of the loudest sample in dBFS.
pub fn peak_dbfs(samples: &[i16]) -> f32 {
    let peak = samples.iter().map(|s| s.unsigned_abs()).max().unwrap_or(0);
    power_dbfs(f64::from(peak) * f64::from(peak))
}

/// Returns the factor that changes amplitude by `db` decibels, e.g. 0.5 for −6.02.
pub fn amplitude_of_db(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

/// Returns the sum of squares; exact for up to 2³³ samples.
pub fn energy(samples: &[i16]) -> u64 {
    let (chunks, rest) = samples.as_chunks::<32>();
    let square = |s: &i16| (i32::from(*s) * i32::from(*s)) as u64;
    // Sums of 32 bits would overflow after two full-scale samples; of 64 they vectorise well enough.
    chunks.iter().map(|chunk| chunk.iter().map(square).sum::<u64>()).sum::<u64>() + rest.iter().map(square).sum::<u64>()
}

fn power_dbfs(mean_square: f64) -> f32 {
    let full_scale = 32_768.0f64 * 32_768.0;
    if mean_square <= 0.0 {
        return SILENCE_DBFS;
    }
    ((10.0 * (mean_square / full_scale).log10()) as f32).max(SILENCE_DBFS)
}

/// Follows the level of the line's background noise: the quietest frame of the last two seconds.
///
/// Falls at once and rises after two seconds at most, also while somebody speaks: speech dips to the
/// noise between its syllables, steady noise never does, so no decision about voice is needed first.
#[derive(Clone, Debug)]
pub struct NoiseFloor {
    /// The quietest frame of each of the last parts, oldest first; the newest part is still filling.
    quietest: [f32; NoiseFloor::PARTS],
    filled: u32,
}

impl NoiseFloor {
    const PARTS: usize = 5;
    const FRAMES_PER_PART: u32 = 25;

    /// Returns a tracker that believes the noise to be at `dbfs` until two seconds have passed.
    pub fn new(dbfs: f32) -> Self {
        Self { quietest: [dbfs; Self::PARTS], filled: 0 }
    }

    /// Takes the level of the next 20 ms frame and returns the floor.
    pub fn update(&mut self, frame_dbfs: f32) -> f32 {
        if self.filled == Self::FRAMES_PER_PART {
            self.quietest.rotate_left(1);
            self.quietest[Self::PARTS - 1] = frame_dbfs;
            self.filled = 0;
        }
        let newest = &mut self.quietest[Self::PARTS - 1];
        *newest = newest.min(frame_dbfs);
        self.filled += 1;
        self.dbfs()
    }

    /// Returns the floor in dBFS.
    pub fn dbfs(&self) -> f32 {
        self.quietest.iter().copied().fold(0.0, f32::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f32, right: f32, within: f32) {
        assert!((left - right).abs() <= within, "{left} is not within {within} of {right}");
    }

    #[test]
    fn a_full_scale_square_wave_is_zero() {
        near(rms_dbfs(&[i16::MAX, i16::MIN, i16::MAX, i16::MIN]), 0.0, 0.001);
        near(peak_dbfs(&[0, i16::MIN, 5]), 0.0, 0.001);
    }

    #[test]
    fn a_sine_reads_three_decibels_below_its_peak() {
        let sine: Vec<i16> = (0..800).map(|n| (16_384.0 * (n as f32 * 0.1 * std::f32::consts::TAU).sin()) as i16).collect();
        near(rms_dbfs(&sine), -9.03, 0.02);
    }

    #[test]
    fn silence_and_nothing_have_a_finite_level() {
        assert_eq!(rms_dbfs(&[0; 160]), SILENCE_DBFS);
        assert_eq!(rms_dbfs(&[]), SILENCE_DBFS);
        assert_eq!(peak_dbfs(&[]), SILENCE_DBFS);
    }

    #[test]
    fn energy_of_full_scale_does_not_overflow() {
        assert_eq!(energy(&[i16::MIN; 100_001]), 100_001 << 30);
    }

    #[test]
    fn the_floor_falls_at_once_and_rises_after_two_seconds() {
        let mut floor = NoiseFloor::new(-40.0);
        assert_eq!(floor.update(-60.0), -60.0);
        for _ in 0..99 {
            assert_eq!(floor.update(-30.0), -60.0);
        }
        for _ in 0..50 {
            floor.update(-30.0);
        }
        assert_eq!(floor.dbfs(), -30.0);
    }
}
