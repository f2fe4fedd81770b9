//! μ-law and A-law, both ways, by tables.
//!
//! The tables are made by the compiler from the segment rule of ITU-T G.711; the tests rebuild every
//! value from the recommendation's decision values and compare all 256 codes and all 65 536 samples.
//! The encoder follows ITU-T G.191: a 16-bit sample is first cut to 14 bits (μ-law) or 13 bits (A-law).
//! Surprise: μ-law has two zeros. We send the positive one, `0xFF`; `0x7F` decodes to zero as well.

/// Decodes μ-law bytes to samples, as many as the shorter slice holds, and returns how many.
pub fn ulaw_decode(bytes: &[u8], samples: &mut [i16]) -> usize {
    decode(&ULAW_TO_LINEAR, bytes, samples)
}

/// Encodes samples as μ-law, as many as the shorter slice holds, and returns how many.
pub fn ulaw_encode(samples: &[i16], bytes: &mut [u8]) -> usize {
    for (sample, byte) in samples.iter().zip(bytes.iter_mut()) {
        *byte = LINEAR_TO_ULAW[(*sample as u16 >> 2) as usize];
    }
    samples.len().min(bytes.len())
}

/// Decodes A-law bytes to samples, as many as the shorter slice holds, and returns how many.
pub fn alaw_decode(bytes: &[u8], samples: &mut [i16]) -> usize {
    decode(&ALAW_TO_LINEAR, bytes, samples)
}

/// Encodes samples as A-law, as many as the shorter slice holds, and returns how many.
pub fn alaw_encode(samples: &[i16], bytes: &mut [u8]) -> usize {
    for (sample, byte) in samples.iter().zip(bytes.iter_mut()) {
        *byte = LINEAR_TO_ALAW[(*sample as u16 >> 4) as usize];
    }
    samples.len().min(bytes.len())
}

fn decode(table: &[i16; 256], bytes: &[u8], samples: &mut [i16]) -> usize {
    for (byte, sample) in bytes.iter().zip(samples.iter_mut()) {
        *sample = table[*byte as usize];
    }
    bytes.len().min(samples.len())
}

static ULAW_TO_LINEAR: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = ulaw_value(code as u8);
        code += 1;
    }
    table
};

static ALAW_TO_LINEAR: [i16; 256] = {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = alaw_value(code as u8);
        code += 1;
    }
    table
};

/// Indexed by the upper 14 bits of the sample: 16 KiB, which stays in the first-level cache.
static LINEAR_TO_ULAW: [u8; 1 << 14] = {
    let mut table = [0; 1 << 14];
    let mut index = 0;
    while index < table.len() {
        table[index] = ulaw_code(((index as u16) << 2) as i16);
        index += 1;
    }
    table
};

/// Indexed by the upper 12 bits of the sample, which decide the code alone.
static LINEAR_TO_ALAW: [u8; 1 << 12] = {
    let mut table = [0; 1 << 12];
    let mut index = 0;
    while index < table.len() {
        table[index] = alaw_code(((index as u16) << 4) as i16);
        index += 1;
    }
    table
};

/// Half of the first μ-law step, in 14-bit units; with it added, each segment begins at a power of two.
const ULAW_BIAS: i32 = 33;

const fn ulaw_value(code: u8) -> i16 {
    let bits = !code;
    let segment = (bits >> 4) & 7;
    let step = (bits & 15) as i32;
    let magnitude = (((step << 1) + ULAW_BIAS) << segment) - ULAW_BIAS;
    let value = (magnitude << 2) as i16;
    if bits & 0x80 != 0 { -value } else { value }
}

const fn ulaw_code(sample: i16) -> u8 {
    let negative = sample < 0;
    let magnitude = (if negative { !sample } else { sample }) as i32 >> 2;
    let biased = if magnitude + ULAW_BIAS > 0x1FFF { 0x1FFF } else { magnitude + ULAW_BIAS };
    // 33 is the smallest biased value, so its highest set bit is at least the sixth.
    let segment = 26 - biased.leading_zeros() as i32;
    let step = (biased >> (segment + 1)) & 15;
    !((if negative { 0x80 } else { 0 }) | (segment << 4) as u8 | step as u8)
}

const fn alaw_value(code: u8) -> i16 {
    let bits = code ^ 0x55;
    let segment = (bits >> 4) & 7;
    let step = (bits & 15) as i16;
    let magnitude = if segment == 0 { (step << 4) + 8 } else { ((step << 4) + 0x108) << (segment - 1) };
    if bits & 0x80 != 0 { magnitude } else { -magnitude }
}

const fn alaw_code(sample: i16) -> u8 {
    let negative = sample < 0;
    let magnitude = (if negative { !sample } else { sample }) as i32 >> 4;
    let (segment, step) = if magnitude < 16 {
        (0, magnitude)
    } else {
        let segment = 28 - magnitude.leading_zeros() as i32;
        (segment, (magnitude >> (segment - 1)) & 15)
    };
    ((if negative { 0 } else { 0x80 }) | (segment << 4) as u8 | step as u8) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row of the recommendation's table: the interval of magnitudes and what it decodes to.
    struct Row {
        until: i32,
        value: i32,
    }

    /// G.711 table 2: 14-bit magnitudes, steps of 2 doubled each segment; 8159 ends the last one.
    fn ulaw_rows() -> Vec<Row> {
        let mut rows = vec![Row { until: 1, value: 0 }];
        let mut at = 1;
        for segment in 0..8 {
            let width = 2 << segment;
            for _ in 0..if segment == 0 { 15 } else { 16 } {
                rows.push(Row { until: at + width, value: at + width / 2 });
                at += width;
            }
        }
        assert_eq!(at, 8_159);
        rows
    }

    /// G.711 table 1: 13-bit magnitudes, steps of 2 for 32 rows, then doubled each segment to 4096.
    fn alaw_rows() -> Vec<Row> {
        let mut rows = Vec::new();
        let mut at = 0;
        for segment in 0..8 {
            let width = 2 << if segment == 0 { 0 } else { segment - 1 };
            for _ in 0..16 {
                rows.push(Row { until: at + width, value: at + width / 2 });
                at += width;
            }
        }
        assert_eq!(at, 4_096);
        rows
    }

    fn row_of(rows: &[Row], magnitude: i32) -> usize {
        rows.iter().position(|row| magnitude < row.until).unwrap_or(rows.len() - 1)
    }

    fn all_codes() -> Vec<u8> {
        (0..=255).collect()
    }

    fn all_samples() -> Vec<i16> {
        (i16::MIN..=i16::MAX).collect()
    }

    #[test]
    fn every_ulaw_code_decodes_to_the_value_of_the_recommendation() {
        let rows = ulaw_rows();
        let mut decoded = [0; 256];
        ulaw_decode(&all_codes(), &mut decoded);
        for (row, Row { value, .. }) in rows.iter().enumerate() {
            assert_eq!(i32::from(decoded[0xFF - row]), value * 4, "positive row {row}");
            assert_eq!(i32::from(decoded[0x7F - row]), -value * 4, "negative row {row}");
        }
    }

    #[test]
    fn every_alaw_code_decodes_to_the_value_of_the_recommendation() {
        let rows = alaw_rows();
        let mut decoded = [0; 256];
        alaw_decode(&all_codes(), &mut decoded);
        for (row, Row { value, .. }) in rows.iter().enumerate() {
            assert_eq!(i32::from(decoded[(0x80 | row) ^ 0x55]), value * 8, "positive row {row}");
            assert_eq!(i32::from(decoded[row ^ 0x55]), -value * 8, "negative row {row}");
        }
    }

    #[test]
    fn every_sample_encodes_to_the_ulaw_row_it_falls_into() {
        let rows = ulaw_rows();
        let samples = all_samples();
        let mut bytes = vec![0; samples.len()];
        ulaw_encode(&samples, &mut bytes);
        for (sample, byte) in samples.iter().zip(bytes) {
            let (zero, magnitude) = if *sample < 0 { (0x7F, !sample) } else { (0xFF, *sample) };
            assert_eq!(byte, (zero - row_of(&rows, i32::from(magnitude) >> 2)) as u8, "sample {sample}");
        }
    }

    #[test]
    fn every_sample_encodes_to_the_alaw_row_it_falls_into() {
        let rows = alaw_rows();
        let samples = all_samples();
        let mut bytes = vec![0; samples.len()];
        alaw_encode(&samples, &mut bytes);
        for (sample, byte) in samples.iter().zip(bytes) {
            let (sign, magnitude) = if *sample < 0 { (0, !sample) } else { (0x80, *sample) };
            let row = row_of(&rows, i32::from(magnitude) >> 3);
            assert_eq!(byte, ((sign | row) ^ 0x55) as u8, "sample {sample}");
        }
    }

    #[test]
    fn every_code_survives_the_round_trip() {
        let codes = all_codes();
        let (mut samples, mut again) = ([0; 256], [0; 256]);
        alaw_decode(&codes, &mut samples);
        alaw_encode(&samples, &mut again);
        assert_eq!(again.as_slice(), codes);
        ulaw_decode(&codes, &mut samples);
        ulaw_encode(&samples, &mut again);
        for (code, again) in codes.iter().zip(again) {
            // The negative zero comes back as the positive one.
            assert_eq!(again, if *code == 0x7F { 0xFF } else { *code });
        }
    }

    #[test]
    fn the_shorter_slice_decides_how_much_is_converted() {
        let mut samples = [7; 4];
        assert_eq!(ulaw_decode(&[0xFF; 2], &mut samples), 2);
        assert_eq!(samples, [0, 0, 7, 7]);
        assert_eq!(ulaw_encode(&samples, &mut [0; 3]), 3);
    }
}
