//! The forms of sound on an audio stream.

/// Encoding and rate, as agreed when the stream began; both directions use the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AudioFormat {
    /// μ-law, 8 kHz: a byte a sample.
    Mulaw8k,
    /// Linear 16 bits, little-endian, 8 kHz: two bytes a sample.
    L16At8k,
    /// Linear 16 bits, little-endian, 16 kHz.
    L16At16k,
}

impl AudioFormat {
    /// All of them. A page of Plivo's names L16 at 24 kHz as well; no library and no log knows it.
    pub const ALL: [Self; 3] = [Self::Mulaw8k, Self::L16At8k, Self::L16At16k];

    /// Returns the format as documents and requests write it: `audio/x-mulaw;rate=8000`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Mulaw8k => "audio/x-mulaw;rate=8000",
            Self::L16At8k => "audio/x-l16;rate=8000",
            Self::L16At16k => "audio/x-l16;rate=16000",
        }
    }

    /// Returns the encoding as messages write it: without the rate, which has its own field there.
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::Mulaw8k => "audio/x-mulaw",
            Self::L16At8k | Self::L16At16k => "audio/x-l16",
        }
    }

    /// Returns samples a second.
    pub const fn rate_hz(self) -> u32 {
        match self {
            Self::Mulaw8k | Self::L16At8k => 8_000,
            Self::L16At16k => 16_000,
        }
    }

    /// Returns bytes a sample.
    pub const fn bytes_per_sample(self) -> usize {
        match self {
            Self::Mulaw8k => 1,
            Self::L16At8k | Self::L16At16k => 2,
        }
    }

    /// Returns bytes of a frame of 20 ms: 160, 320, 640.
    pub const fn frame_bytes(self) -> usize {
        self.rate_hz() as usize / 50 * self.bytes_per_sample()
    }

    /// Reads `audio/x-mulaw;rate=8000`. Without a rate it is 8000.
    pub fn parse(content_type: &str) -> Option<Self> {
        Self::of_parts(content_type, None)
    }

    /// Reads an encoding and a rate of its own; capitals, and a rate behind the encoding, are tolerated.
    pub fn of_parts(encoding: &str, rate_hz: Option<u64>) -> Option<Self> {
        let (name, suffix) = encoding.split_once(';').unwrap_or((encoding, ""));
        let own_rate = suffix.trim().strip_prefix("rate=").and_then(|rate| rate.trim().parse().ok());
        let rate = rate_hz.or(own_rate).unwrap_or(8_000);
        let is = |kind: &str| name.trim().len() >= kind.len() && name.trim().to_ascii_lowercase().ends_with(kind);
        match rate {
            8_000 if is("mulaw") => Some(Self::Mulaw8k),
            8_000 if is("l16") => Some(Self::L16At8k),
            16_000 if is("l16") => Some(Self::L16At16k),
            _ => None,
        }
    }
}

/// Appends samples as L16. The order of bytes is what surprises: RFC 2586 says big-endian, Plivo sends and takes little-endian.
pub fn push_l16(samples: &[i16], out: &mut Vec<u8>) {
    out.reserve(samples.len() * 2);
    out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
}

/// Appends the samples of L16. An odd byte at the end is half a sample and passed over.
pub fn read_l16(bytes: &[u8], out: &mut Vec<i16>) {
    out.reserve(bytes.len() / 2);
    out.extend(bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])));
}

/// Returns whether a payload begins with the header of a WAV file. Plivo would play it as a click and noise.
pub fn is_wav_file(bytes: &[u8]) -> bool {
    bytes.len() >= 12 && bytes.starts_with(b"RIFF") && bytes[8..].starts_with(b"WAVE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_format_reads_back() {
        for format in AudioFormat::ALL {
            assert_eq!(AudioFormat::parse(format.content_type()), Some(format));
            assert_eq!(AudioFormat::of_parts(format.encoding(), Some(u64::from(format.rate_hz()))), Some(format));
        }
        assert_eq!(AudioFormat::parse("AUDIO/X-L16; rate=16000"), Some(AudioFormat::L16At16k));
        assert_eq!(AudioFormat::parse("audio/x-mulaw"), Some(AudioFormat::Mulaw8k));
        assert_eq!((AudioFormat::parse("audio/x-mulaw;rate=16000"), AudioFormat::parse("audio/opus"), AudioFormat::parse("")), (None, None, None));
        assert_eq!(AudioFormat::ALL.map(AudioFormat::frame_bytes), [160, 320, 640]);
    }

    #[test]
    fn l16_is_little_endian() {
        let (mut bytes, mut samples) = (Vec::new(), Vec::new());
        push_l16(&[1, -2, 0x1234], &mut bytes);
        assert_eq!(bytes, [1, 0, 0xfe, 0xff, 0x34, 0x12]);
        bytes.push(9);
        read_l16(&bytes, &mut samples);
        assert_eq!(samples, [1, -2, 0x1234]);
    }

    #[test]
    fn a_file_is_told_from_sound() {
        assert!(is_wav_file(b"RIFF\x24\0\0\0WAVEfmt "));
        assert!(!is_wav_file(b"RIFF") && !is_wav_file(&[0xff; 160]));
    }
}
