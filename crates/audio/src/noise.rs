//! White and pink noise from a seed, for impairments and tests: the same seed gives the same samples.

/// The colour of the noise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colour {
    /// The same power at every frequency: hiss.
    White,
    /// Equal power in every octave: a room, a street.
    Pink,
}

/// An endless source of noise.
#[derive(Clone, Debug)]
pub struct Noise {
    colour: Colour,
    state: u64,
    amplitude: f32,
    poles: [f32; 3],
}

impl Noise {
    /// Returns noise of `colour` with a mean level of `dbfs`, fixed by `seed`.
    pub fn new(colour: Colour, dbfs: f32, seed: u64) -> Self {
        // The level of the raw source: uniform noise in ±1 has a power of 1/3, and the three poles
        // below were measured.
        let raw_rms = match colour {
            Colour::White => 0.577_35,
            Colour::Pink => 1.700,
        };
        let amplitude = 32_768.0 * crate::level::amplitude_of_db(dbfs.min(0.0)) / raw_rms;
        Self { colour, state: seed, amplitude, poles: [0.0; 3] }
    }

    /// Overwrites `samples` with noise.
    pub fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            *sample = (self.next() * self.amplitude) as i16;
        }
    }

    /// Adds noise to `samples`, clipping at full scale.
    pub fn add_to(&mut self, samples: &mut [i16]) {
        for sample in samples {
            *sample = sample.saturating_add((self.next() * self.amplitude) as i16);
        }
    }

    fn next(&mut self) -> f32 {
        let white = self.uniform();
        if self.colour == Colour::White {
            return white;
        }
        // Three poles and a feed-through, after P. Kellet's economy filter: within about half a
        // decibel of −3 dB an octave.
        let [a, b, c] = &mut self.poles;
        *a = 0.997_65 * *a + white * 0.099_046;
        *b = 0.963_00 * *b + white * 0.296_516_4;
        *c = 0.570_00 * *c + white * 1.052_691_3;
        *a + *b + *c + white * 0.184_8
    }

    /// SplitMix64: a counter and a good mix, so any seed will do, zero too.
    fn uniform(&mut self) -> f32 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        (mixed >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::level::rms_dbfs;

    #[test]
    fn noise_has_the_level_it_was_asked_for() {
        for colour in [Colour::White, Colour::Pink] {
            let mut samples = vec![0; 400_000];
            Noise::new(colour, -30.0, 7).fill(&mut samples);
            let level = rms_dbfs(&samples);
            assert!((level + 30.0).abs() < 0.5, "{colour:?} reads {level}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_noise_and_another_does_not() {
        let noise = |seed| {
            let mut samples = [0; 160];
            Noise::new(Colour::White, -20.0, seed).fill(&mut samples);
            samples
        };
        assert_eq!(noise(3), noise(3));
        assert_ne!(noise(3), noise(4));
    }

    #[test]
    fn pink_noise_is_stronger_in_the_low_octaves() {
        let mut samples = vec![0; 64_000];
        Noise::new(Colour::Pink, -20.0, 1).fill(&mut samples);
        // Differences of neighbours weigh high frequencies; for white noise they exceed the signal by 3 dB.
        let differences: Vec<i16> = samples.windows(2).map(|w| w[1] - w[0]).collect();
        assert!(rms_dbfs(&differences) < rms_dbfs(&samples) - 1.0);
    }
}
