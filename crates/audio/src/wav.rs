//! WAV files as values: a header that can be written before the length is known, a stereo interleaver
//! that keeps both sides of a call aligned, and a reader that survives any bytes.

use std::collections::VecDeque;

/// The header of a 16-bit PCM file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WavHeader {
    /// Samples a second of each channel.
    pub rate_hz: u32,
    /// 1 mono, 2 stereo.
    pub channels: u16,
}

impl WavHeader {
    /// Length of the header; audio begins here.
    pub const LEN: usize = 44;

    /// The length to write while recording: a reader then plays to the end of the file.
    pub const UNKNOWN: u32 = u32::MAX - 36;

    /// Returns the header of a file with `data_len` bytes of audio; [`WavHeader::UNKNOWN`] while recording.
    pub fn bytes(self, data_len: u32) -> [u8; Self::LEN] {
        let block = self.channels * 2;
        let mut bytes = [0; Self::LEN];
        let mut at = 0;
        let mut put = |part: &[u8]| {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        };
        put(b"RIFF");
        put(&data_len.saturating_add(36).to_le_bytes());
        put(b"WAVEfmt ");
        put(&16u32.to_le_bytes());
        put(&1u16.to_le_bytes());
        put(&self.channels.to_le_bytes());
        put(&self.rate_hz.to_le_bytes());
        put(&(self.rate_hz.saturating_mul(u32::from(block))).to_le_bytes());
        put(&block.to_le_bytes());
        put(&16u16.to_le_bytes());
        put(b"data");
        put(&data_len.to_le_bytes());
        bytes
    }

    /// Returns the two places to overwrite, offset and bytes, once `data_len` is known.
    pub fn patches(data_len: u32) -> [(u64, [u8; 4]); 2] {
        [(4, data_len.saturating_add(36).to_le_bytes()), (40, data_len.to_le_bytes())]
    }
}

/// Appends `samples` to `bytes` as a WAV file stores them.
pub fn extend_with_samples(bytes: &mut Vec<u8>, samples: &[i16]) {
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
}

/// Returns a whole mono or stereo file in memory; `samples` are interleaved.
pub fn write_wav(rate_hz: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let data_len = u32::try_from(samples.len() * 2).unwrap_or(WavHeader::UNKNOWN);
    let mut bytes = Vec::with_capacity(WavHeader::LEN + samples.len() * 2);
    bytes.extend_from_slice(&WavHeader { rate_hz, channels }.bytes(data_len));
    extend_with_samples(&mut bytes, samples);
    bytes
}

/// A channel of a stereo recording.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The callee.
    Left,
    /// The assistant.
    Right,
}

/// Takes pieces of both sides at absolute positions and gives them out interleaved, gaps as silence.
///
/// A position is given out when both sides have reached it, or when one side is a whole window ahead.
/// What comes later than that is dropped and counted. Memory: four bytes a sample of the window.
#[derive(Clone, Debug)]
pub struct StereoInterleaver {
    window: u64,
    /// The position of the next pair to give out, and of the front of `pairs`.
    next: u64,
    pairs: VecDeque<[i16; 2]>,
    reached: [u64; 2],
    dropped: u64,
}

impl StereoInterleaver {
    /// Returns an interleaver that begins at position 0 and waits up to `window` samples for a side.
    ///
    /// 16 000 (two seconds) suits a call whose own voice is written when its mark comes back.
    pub fn new(window: u64) -> Self {
        let window = window.max(1);
        let pairs = VecDeque::with_capacity(window.min(1 << 20) as usize + crate::FRAME_SAMPLES);
        Self { window, next: 0, pairs, reached: [0; 2], dropped: 0 }
    }

    /// Takes `samples` of one side from position `at` on, and appends all finished pairs to `out`,
    /// left first. Samples that overlap earlier ones of the same side replace them.
    pub fn push(&mut self, side: Side, at: u64, samples: &[i16], out: &mut Vec<i16>) {
        let late = self.next.saturating_sub(at).min(samples.len() as u64);
        self.dropped += late;
        let at = at + late;
        self.write(side, at, &samples[late as usize..], out);
        self.reach(side, at, out);
    }

    /// Says that `side` has nothing more to give before `at`, e.g. because the assistant is silent.
    pub fn reach(&mut self, side: Side, at: u64, out: &mut Vec<i16>) {
        let reached = &mut self.reached[side as usize];
        *reached = (*reached).max(at);
        self.give_out(out);
    }

    /// Gives out everything held, as at the end of a call.
    pub fn finish(&mut self, out: &mut Vec<i16>) {
        self.take_until(self.reached[0].max(self.reached[1]), out);
    }

    /// Returns the position of the next pair to be given out.
    pub fn position(&self) -> u64 {
        self.next
    }

    /// Returns samples that came too late to be recorded.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn write(&mut self, side: Side, at: u64, samples: &[i16], out: &mut Vec<i16>) {
        // In steps of at most a window, so that a long piece does not need a long buffer.
        let mut at = at;
        for part in samples.chunks(self.window.min(usize::MAX as u64) as usize) {
            let end = at.saturating_add(part.len() as u64);
            self.take_until(end.saturating_sub(self.window).min(at), out);
            let offset = (at - self.next) as usize;
            if self.pairs.len() < offset + part.len() {
                self.pairs.resize(offset + part.len(), [0; 2]);
            }
            for (pair, sample) in self.pairs.range_mut(offset..).zip(part) {
                pair[side as usize] = *sample;
            }
            self.reached[side as usize] = self.reached[side as usize].max(end);
            self.give_out(out);
            at = end;
        }
    }

    fn give_out(&mut self, out: &mut Vec<i16>) {
        let [left, right] = self.reached;
        self.take_until(left.min(right).max(left.max(right).saturating_sub(self.window)), out);
    }

    fn take_until(&mut self, end: u64, out: &mut Vec<i16>) {
        if end <= self.next {
            return;
        }
        let held = (end - self.next).min(self.pairs.len() as u64);
        for [left, right] in self.pairs.drain(..held as usize) {
            out.extend([left, right]);
        }
        let silence = (end - self.next - held).min(Self::SILENCE_AT_MOST);
        out.resize(out.len() + 2 * silence as usize, 0);
        self.next = end;
    }

    /// An hour at 8 kHz: no call has a longer hole, so a longer one is a wrong position and must not
    /// fill the disk with silence.
    const SILENCE_AT_MOST: u64 = 8_000 * 3_600;
}

/// Sound read from a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wav {
    /// Samples a second of each channel, 1 to 384 000.
    pub rate_hz: u32,
    /// 1 or 2.
    pub channels: u16,
    /// All samples, interleaved if stereo.
    pub samples: Vec<i16>,
}

impl Wav {
    /// Returns one channel, 0 the left; a mono file has the same sound on both.
    pub fn channel(&self, index: u16) -> Vec<i16> {
        let (step, from) = if self.channels == 2 { (2, usize::from(index.min(1))) } else { (1, 0) };
        self.samples.iter().skip(from).step_by(step).copied().collect()
    }
}

/// Why a file cannot be read; what to do is always the same: bring another file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WavError {
    /// Not a WAV file, or cut off before its audio begins.
    #[error("not a wav file: {0}")]
    Malformed(&'static str),
    /// A WAV file with an encoding, a rate or a number of channels we do not read.
    #[error("unsupported wav file: {0}")]
    Unsupported(&'static str),
    /// More samples than the caller allows.
    #[error("wav file longer than {0} samples")]
    TooLong(usize),
}

/// Reads 8-bit, 16-bit, μ-law or A-law sound, mono or stereo, of at most `max_samples` samples in total.
///
/// A data chunk longer than the file is read to the file's end, since a recording may have been cut
/// off by a crash before its length was written.
pub fn read_wav(bytes: &[u8], max_samples: usize) -> Result<Wav, WavError> {
    let header = bytes.get(..12).ok_or(WavError::Malformed("too short"))?;
    if &header[..4] != b"RIFF" || &header[8..] != b"WAVE" {
        return Err(WavError::Malformed("no RIFF/WAVE header"));
    }
    let mut rest = &bytes[12..];
    let mut format = None;
    while let Some((name, len)) = chunk_header(rest) {
        let body = &rest[8..];
        let body = &body[..len.min(body.len())];
        match name {
            b"fmt " => format = Some(Format::read(body)?),
            b"data" => {
                let format = format.ok_or(WavError::Malformed("audio before its format"))?;
                return format.decode(body, max_samples);
            }
            _ => {}
        }
        // Chunks are padded to an even length.
        rest = rest.get(8 + len + len % 2..).unwrap_or_default();
    }
    Err(WavError::Malformed("no audio"))
}

fn chunk_header(bytes: &[u8]) -> Option<(&[u8; 4], usize)> {
    let (name, rest) = bytes.split_first_chunk::<4>()?;
    let len = rest.first_chunk::<4>()?;
    Some((name, u32::from_le_bytes(*len) as usize))
}

#[derive(Clone, Copy)]
enum Encoding {
    Unsigned8,
    Signed16,
    Ulaw,
    Alaw,
}

#[derive(Clone, Copy)]
struct Format {
    encoding: Encoding,
    channels: u16,
    rate_hz: u32,
}

impl Format {
    fn read(body: &[u8]) -> Result<Self, WavError> {
        let fields = body.first_chunk::<16>().ok_or(WavError::Malformed("format too short"))?;
        let half = |at: usize| u16::from_le_bytes([fields[at], fields[at + 1]]);
        let (mut tag, channels, bits) = (half(0), half(2), half(14));
        let rate_hz = u32::from_le_bytes([fields[4], fields[5], fields[6], fields[7]]);
        if tag == 0xFFFE {
            // The extensible form carries the true tag at the head of its sub-format.
            tag = body.get(24..26).map(|t| u16::from_le_bytes([t[0], t[1]])).ok_or(WavError::Malformed("format too short"))?;
        }
        let encoding = match (tag, bits) {
            (1, 8) => Encoding::Unsigned8,
            (1, 16) => Encoding::Signed16,
            (7, 8) => Encoding::Ulaw,
            (6, 8) => Encoding::Alaw,
            _ => return Err(WavError::Unsupported("encoding")),
        };
        if !(1..=2).contains(&channels) {
            return Err(WavError::Unsupported("number of channels"));
        }
        if !(1..=384_000).contains(&rate_hz) {
            return Err(WavError::Unsupported("sample rate"));
        }
        Ok(Self { encoding, channels, rate_hz })
    }

    fn decode(self, body: &[u8], max_samples: usize) -> Result<Wav, WavError> {
        let width = if matches!(self.encoding, Encoding::Signed16) { 2 } else { 1 };
        let block = width * usize::from(self.channels);
        // A trailing half block is what a crash leaves; it is no sound.
        let body = &body[..body.len() / block * block];
        if body.len() / width > max_samples {
            return Err(WavError::TooLong(max_samples));
        }
        let mut samples = vec![0; body.len() / width];
        match self.encoding {
            Encoding::Unsigned8 => {
                for (sample, byte) in samples.iter_mut().zip(body) {
                    *sample = (i16::from(*byte) - 128) << 8;
                }
            }
            Encoding::Signed16 => {
                for (sample, pair) in samples.iter_mut().zip(body.as_chunks::<2>().0) {
                    *sample = i16::from_le_bytes(*pair);
                }
            }
            Encoding::Ulaw => {
                crate::g711::ulaw_decode(body, &mut samples);
            }
            Encoding::Alaw => {
                crate::g711::alaw_decode(body, &mut samples);
            }
        }
        Ok(Wav { rate_hz: self.rate_hz, channels: self.channels, samples })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header_with(tag: u16, channels: u16, rate_hz: u32, bits: u16, data: &[u8]) -> Vec<u8> {
        let mut bytes = WavHeader { rate_hz, channels }.bytes(data.len() as u32).to_vec();
        bytes[20..22].copy_from_slice(&tag.to_le_bytes());
        bytes[34..36].copy_from_slice(&bits.to_le_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    #[test]
    fn the_header_is_the_canonical_one() {
        let bytes = WavHeader { rate_hz: 8_000, channels: 2 }.bytes(32_000);
        assert_eq!(&bytes[..4], b"RIFF");
        assert_eq!(bytes[4..8], 32_036u32.to_le_bytes());
        assert_eq!(&bytes[8..16], b"WAVEfmt ");
        assert_eq!(bytes[16..36], [16, 0, 0, 0, 1, 0, 2, 0, 0x40, 0x1F, 0, 0, 0, 0x7D, 0, 0, 4, 0, 16, 0]);
        assert_eq!(&bytes[36..40], b"data");
        assert_eq!(bytes[40..], 32_000u32.to_le_bytes());
    }

    #[test]
    fn patching_an_unfinished_header_gives_the_finished_one() {
        let header = WavHeader { rate_hz: 8_000, channels: 2 };
        let mut bytes = header.bytes(WavHeader::UNKNOWN);
        for (offset, patch) in WavHeader::patches(640) {
            bytes[offset as usize..offset as usize + 4].copy_from_slice(&patch);
        }
        assert_eq!(bytes, header.bytes(640));
    }

    #[test]
    fn a_recording_cut_off_by_a_crash_can_be_read() {
        let mut bytes = WavHeader { rate_hz: 8_000, channels: 1 }.bytes(WavHeader::UNKNOWN).to_vec();
        bytes.extend([1, 0, 2, 0, 3]);
        assert_eq!(read_wav(&bytes, 100).unwrap().samples, [1, 2]);
    }

    #[test]
    fn other_encodings_are_read() {
        assert_eq!(read_wav(&header_with(1, 1, 8_000, 8, &[0, 128, 255]), 9).unwrap().samples, [-32_768, 0, 32_512]);
        assert_eq!(read_wav(&header_with(7, 1, 8_000, 8, &[0xFF, 0x80]), 9).unwrap().samples, [0, 32_124]);
        assert_eq!(read_wav(&header_with(6, 1, 8_000, 8, &[0xD5]), 9).unwrap().samples, [8]);
    }

    #[test]
    fn what_is_not_sound_is_refused_with_its_reason() {
        assert_eq!(read_wav(b"hello", 9), Err(WavError::Malformed("too short")));
        assert_eq!(read_wav(b"RIFF....AVI LIST", 9), Err(WavError::Malformed("no RIFF/WAVE header")));
        assert_eq!(read_wav(&header_with(3, 1, 8_000, 32, &[0; 4]), 9), Err(WavError::Unsupported("encoding")));
        assert_eq!(read_wav(&header_with(1, 6, 8_000, 16, &[0; 4]), 9), Err(WavError::Unsupported("number of channels")));
        assert_eq!(read_wav(&header_with(1, 1, 0, 16, &[0; 4]), 9), Err(WavError::Unsupported("sample rate")));
        assert_eq!(read_wav(&write_wav(8_000, 1, &[0; 10]), 9), Err(WavError::TooLong(9)));
    }

    #[test]
    fn both_sides_come_out_aligned_whatever_came_first() {
        let mut interleaver = StereoInterleaver::new(100);
        let mut out = Vec::new();
        interleaver.push(Side::Left, 0, &[1, 2, 3, 4], &mut out);
        assert!(out.is_empty());
        interleaver.push(Side::Right, 2, &[7, 8], &mut out);
        assert_eq!(out, [1, 0, 2, 0, 3, 7, 4, 8]);
    }

    #[test]
    fn a_silent_side_is_waited_for_no_longer_than_the_window() {
        let mut interleaver = StereoInterleaver::new(4);
        let mut out = Vec::new();
        interleaver.push(Side::Left, 0, &[1, 2, 3, 4, 5, 6], &mut out);
        assert_eq!(out, [1, 0, 2, 0]);
        interleaver.push(Side::Right, 0, &[9, 9, 9], &mut out);
        assert_eq!(out, [1, 0, 2, 0, 3, 9]);
        assert_eq!(interleaver.dropped(), 2);
        interleaver.finish(&mut out);
        assert_eq!(out, [1, 0, 2, 0, 3, 9, 4, 0, 5, 0, 6, 0]);
    }

    #[test]
    fn a_hole_on_both_sides_is_silence_of_its_length() {
        let mut interleaver = StereoInterleaver::new(4);
        let mut out = Vec::new();
        interleaver.push(Side::Left, 10, &[5], &mut out);
        interleaver.finish(&mut out);
        let mut expected = vec![0; 22];
        expected[20] = 5;
        assert_eq!(out, expected);
    }

    proptest! {
        #[test]
        fn the_reader_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = read_wav(&bytes, 100);
        }

        #[test]
        fn the_reader_never_panics_on_damaged_files(at in 0usize..60, value: u8, cut in 0usize..80) {
            let mut bytes = write_wav(8_000, 2, &[1, -1, 2, -2, 3, -3]);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
            bytes.truncate(cut);
            let _ = read_wav(&bytes, 100);
        }

        #[test]
        fn what_is_written_is_read(samples in prop::collection::vec(any::<i16>(), 0..200), rate_hz in 1u32..48_000) {
            let wav = read_wav(&write_wav(rate_hz, 1, &samples), 200).unwrap();
            prop_assert_eq!(wav, Wav { rate_hz, channels: 1, samples });
        }

        #[test]
        fn the_interleaver_keeps_every_punctual_sample_in_place(
            pieces in prop::collection::vec((any::<bool>(), 0u64..2_000, 1usize..300), 0..40), window in 1u64..1_500,
        ) {
            let mut interleaver = StereoInterleaver::new(window);
            let mut out = Vec::new();
            let mut truth = vec![[0i16; 2]; 4_000];
            let mut end = 0;
            for (is_left, at, len) in pieces {
                let side = if is_left { Side::Left } else { Side::Right };
                let samples: Vec<i16> = (at..at + len as u64).map(|p| p as i16 + 1).collect();
                for p in at.max(interleaver.position())..at + len as u64 {
                    truth[p as usize][side as usize] = p as i16 + 1;
                }
                end = end.max(at + len as u64);
                interleaver.push(side, at, &samples, &mut out);
                prop_assert!(interleaver.pairs.len() as u64 <= window);
            }
            interleaver.finish(&mut out);
            prop_assert_eq!(out.as_chunks::<2>().0, &truth[..end as usize]);
        }
    }
}
