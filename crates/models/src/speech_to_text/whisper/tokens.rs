//! Whisper's tokens: which may stand where, and the text they spell.

use std::collections::HashMap;

use ports::error::SpeechError;
use serde::Deserialize;

use crate::graph::failed;
use crate::library::{self, ModelsDir};

/// Start of transcript, no timestamps.
pub(super) const PROMPT: [u32; 2] = [50_257, 50_362];
/// End of the transcript. All tokens below are text.
pub(super) const END: u32 = 50_256;
/// A blank; nothing begins with it.
const BLANK: u32 = 220;

/// Returns whether `token` may be spoken: text, or the end after at least one word.
pub(super) fn may_stand(token: u32, is_first: bool) -> bool {
    if is_first { token < END && token != BLANK } else { token <= END }
}

/// The bytes of each text token.
pub(super) struct Vocabulary {
    bytes: Vec<Vec<u8>>,
}

#[derive(Deserialize)]
struct TokenizerFile {
    model: TokenizerModel,
}

#[derive(Deserialize)]
struct TokenizerModel {
    vocab: HashMap<String, u32>,
}

impl Vocabulary {
    pub(super) fn load(dir: &ModelsDir) -> Result<Self, SpeechError> {
        let file: TokenizerFile = serde_json::from_slice(&dir.read(&library::WHISPER_TOKENIZER)?).map_err(failed)?;
        let byte_of = byte_alphabet();
        let mut bytes = vec![Vec::new(); END as usize];
        for (spelling, token) in file.model.vocab {
            if let Some(slot) = bytes.get_mut(token as usize) {
                *slot = spelling.chars().filter_map(|letter| byte_of.get(&letter).copied()).collect();
            }
        }
        Ok(Self { bytes })
    }

    /// Returns the text that `tokens` spell; bytes that are no UTF-8 become the replacement character.
    pub(super) fn text(&self, tokens: &[u32]) -> String {
        let bytes: Vec<u8> = tokens.iter().filter_map(|&token| self.bytes.get(token as usize)).flatten().copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// The alphabet of byte-level vocabularies: printable bytes stand for themselves, all others, in order, for the code
/// points from 256 on. Source: GPT-2's `encoder.py`, `bytes_to_unicode`.
fn byte_alphabet() -> HashMap<char, u8> {
    let mut next = 256;
    (0..=255_u8)
        .filter_map(|byte| {
            let is_printable = matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
            let code = if is_printable {
                u32::from(byte)
            } else {
                next += 1;
                next - 1
            };
            Some((char::from_u32(code)?, byte))
        })
        .collect()
}

/// Returns the text without what is no speech: notes in brackets such as "[Music]", and signs without a word.
pub(super) fn tidied(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            '♪' | '♫' | '*' | '\u{fffd}' => {}
            _ if depth == 0 => kept.push(letter),
            _ => {}
        }
    }
    let words: Vec<&str> = kept.split_whitespace().collect();
    let has_word = words.iter().any(|word| word.chars().any(char::is_alphanumeric));
    if has_word { with_colons(&words) } else { String::new() }
}

/// Joins words and writes times with a colon: Whisper tiny likes "7.30pm" and "11.45 AM".
fn with_colons(words: &[&str]) -> String {
    let half_day = |text: &str| {
        let text = text.trim_end_matches([',', '.', '?', '!', ';']).to_ascii_lowercase();
        matches!(text.as_str(), "am" | "pm" | "a.m" | "p.m")
    };
    let mut joined = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        let split = word.find(char::is_alphabetic).unwrap_or(word.len());
        let (clock, after) = word.split_at(split);
        let is_before_half = half_day(after) || (after.is_empty() && words.get(index + 1).is_some_and(|next| half_day(next)));
        let is_clock = clock.split_once('.').is_some_and(|(hour, minute)| {
            let number = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
            (1..=2).contains(&hour.len()) && minute.len() == 2 && number(hour) && number(minute)
        });
        joined.push(if is_clock && is_before_half { word.replacen('.', ":", 1) } else { (*word).to_owned() });
    }
    joined.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_and_lonely_signs_are_no_words() {
        assert_eq!(tidied(" We close at 9. [Music]"), "We close at 9.");
        assert_eq!(tidied(" (upbeat music)"), "");
        assert_eq!(tidied(" ♪ ... ♪"), "");
    }

    #[test]
    fn times_are_written_with_a_colon_and_prices_are_left() {
        assert_eq!(tidied(" We close at 7.30pm, or 11.45 AM."), "We close at 7:30pm, or 11:45 AM.");
        assert_eq!(tidied(" It is 7.30 a month."), "It is 7.30 a month.");
    }

    #[test]
    fn nothing_begins_with_its_end() {
        assert!(!may_stand(END, true) && may_stand(END, false));
        assert!(!may_stand(BLANK, true) && may_stand(BLANK, false));
        assert!(!may_stand(50_300, false));
    }
}
