//! What the callees say: human speech cut at its pauses, a cough, and the quiet of a line.
//!
//! The two recordings are the audio crate's own fixtures. Every piece is μ-law in whole frames, and knows where its
//! sound begins and ends, by energy alone and by the detector that the server uses.

use anyhow::{Context, Result};
use audio::level::rms_dbfs;
use audio::noise::{Colour, Noise};
use audio::vad::{VoiceActivity, VoiceConfig, VoiceEdge};
use audio::wav::read_wav;
use audio::{FRAME_SAMPLES, Frame, g711};

const RECORDINGS: [&[u8]; 2] =
    [include_bytes!("../../../audio/tests/fixtures/john_dashwood.wav"), include_bytes!("../../../audio/tests/fixtures/he_might_even.wav")];

/// The line's own noise: a quiet office on a good line.
const NOISE_DBFS: f32 = -62.0;

/// Louder than this is sound, in stretches of 5 ms: 20 dB over the noise, 20 dB under the voices.
const SOUND_DBFS: f32 = -42.0;
const STRETCH: usize = 40;

/// What is within this much of a piece's loudest stretches is voice, in dB; before it, breath and the hiss of an s or f.
const VOICE_DB: f32 = 20.0;

/// Silence for this long ends a piece: 120 ms, more than a plosive's closure.
const PAUSE: usize = 24;

/// Pieces shorter than this are not worth a turn; longer ones than the second are taken for a machine's greeting.
const SHORTEST: usize = 600 * 8;
const LONGEST: usize = 2_400 * 8;

/// A piece of speech, as frames.
#[derive(Clone, Debug)]
pub struct Clip {
    /// μ-law.
    pub frames: Vec<[u8; FRAME_SAMPLES]>,
    /// The first sample of the voice itself: from here on it is as loud as voices are, and not a breath or a hiss before.
    pub begins: usize,
    /// One past the last one.
    pub ends: usize,
    /// Where the server's detector says that the voice ended; `ends` if it noticed no voice.
    pub voice_ends: usize,
}

/// All that is said.
pub struct Speech {
    /// Things to say.
    pub utterances: Vec<Clip>,
    /// A short voiced sound that is no word.
    pub cough: Clip,
    /// Two seconds of the line's noise, to be repeated.
    pub quiet: Vec<[u8; FRAME_SAMPLES]>,
}

impl Speech {
    /// Cuts the recordings.
    pub fn load() -> Result<Self> {
        let mut utterances = Vec::new();
        let mut recordings = Vec::new();
        for bytes in RECORDINGS {
            let samples = read_wav(bytes, 1 << 20).context("a recording cannot be read")?.samples;
            utterances.extend(pieces(&samples).into_iter().map(|(from, to)| clip(&samples[from..to])));
            recordings.push(samples);
        }
        anyhow::ensure!(utterances.len() >= 3, "the recordings give only {} utterances", utterances.len());
        let cough = cough(&recordings[1]);
        let mut noise = vec![0; 2 * audio::RATE_HZ as usize];
        Noise::new(Colour::Pink, NOISE_DBFS, 1).fill(&mut noise);
        Ok(Self { utterances, cough, quiet: encode(&noise) })
    }
}

/// Returns where pieces of speech begin and end: cut at pauses, and where somebody talks for longer, at the quietest place.
fn pieces(samples: &[i16]) -> Vec<(usize, usize)> {
    let levels: Vec<f32> = samples.chunks(STRETCH).map(rms_dbfs).collect();
    let is_loud = |index: usize| levels[index] > SOUND_DBFS;
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(from) = (at..levels.len()).find(|index| is_loud(*index)) {
        let mut to = from + 1;
        while let Some(next) = (to..levels.len().min(to + PAUSE)).find(|index| is_loud(*index)) {
            to = next + 1;
            if to - from >= LONGEST / STRETCH {
                let quietest = (from + SHORTEST / STRETCH..to).min_by(|a, b| levels[*a].total_cmp(&levels[*b]));
                to = quietest.unwrap_or(to).max(from + 1);
                break;
            }
        }
        at = to;
        pieces.push((from * STRETCH, (to * STRETCH).min(samples.len())));
    }
    pieces.retain(|(from, to)| to - from >= SHORTEST);
    pieces
}

/// 80 ms of a vowel, faded in and out.
fn cough(samples: &[i16]) -> Clip {
    const LENGTH: usize = 80 * 8;
    const FADE: usize = 80;
    let loudest = (0..samples.len().saturating_sub(LENGTH)).step_by(STRETCH).max_by_key(|from| audio::level::energy(&samples[*from..*from + LENGTH]));
    let from = loudest.unwrap_or_default();
    let mut sound = samples[from..from + LENGTH].to_vec();
    for index in 0..FADE {
        let fade = |sample: i16| (i32::from(sample) * index as i32 / FADE as i32) as i16;
        sound[index] = fade(sound[index]);
        let last = sound.len() - 1 - index;
        sound[last] = fade(sound[last]);
    }
    clip(&sound)
}

/// Makes a clip of a sound that begins and ends with its first and last sample. It begins within a frame, as real
/// speech does.
fn clip(sound: &[i16]) -> Clip {
    const LEAD: usize = 60;
    let mut samples = vec![0; (LEAD + sound.len()).next_multiple_of(FRAME_SAMPLES)];
    samples[LEAD..LEAD + sound.len()].copy_from_slice(sound);
    let ends = LEAD + sound.len();
    Clip { begins: LEAD + voice_begins(sound), ends, voice_ends: voice_ends(&samples).unwrap_or(ends), frames: encode(&samples) }
}

/// Returns where a sound is first as loud as the voice in it.
fn voice_begins(sound: &[i16]) -> usize {
    let mut levels: Vec<f32> = sound.chunks(STRETCH).map(rms_dbfs).collect();
    let in_order = levels.clone();
    levels.sort_by(f32::total_cmp);
    let loud = levels[levels.len() * 9 / 10];
    in_order.iter().position(|level| *level >= loud - VOICE_DB).unwrap_or_default() * STRETCH
}

/// Returns where the server's own detector hears the last voice end.
fn voice_ends(samples: &[i16]) -> Option<usize> {
    let mut vad = VoiceActivity::new(VoiceConfig::default());
    let mut line = vec![0; 2 * audio::RATE_HZ as usize];
    let before = line.len();
    line.extend(samples);
    line.resize(line.len() + audio::RATE_HZ as usize, 0);
    Noise::new(Colour::Pink, NOISE_DBFS, 2).add_to(&mut line);
    let frames: &[Frame] = line.as_chunks().0;
    let ends = frames.iter().filter_map(|frame| match vad.push(frame) {
        Some(VoiceEdge::Offset { at }) => Some(at as usize - before),
        Some(VoiceEdge::Onset { .. }) | None => None,
    });
    ends.last()
}

fn encode(samples: &[i16]) -> Vec<[u8; FRAME_SAMPLES]> {
    let frames = samples.as_chunks::<FRAME_SAMPLES>().0;
    frames
        .iter()
        .map(|frame| {
            let mut bytes = [0; FRAME_SAMPLES];
            g711::ulaw_encode(frame, &mut bytes);
            bytes
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recordings_give_utterances_that_the_detector_hears() {
        let speech = Speech::load().unwrap();
        for clip in &speech.utterances {
            assert!((SHORTEST..=LONGEST).contains(&(clip.ends - clip.begins)));
            assert!(clip.voice_ends.abs_diff(clip.ends) < 400 * 8, "{} and {}", clip.voice_ends, clip.ends);
        }
        assert!(speech.cough.frames.len() <= 5);
    }
}
