//! Guesses how a word that is in no list is said: names above all. A small net over letters, read like a CTC output.

use std::collections::HashMap;

use ports::error::SpeechError;
use rten_tensor::Tensor;
use serde::Deserialize;

use crate::graph::{Graph, failed, integers};
use crate::library::{self, ModelsDir};
use crate::workers::Worker;

/// The loaded net with its two alphabets.
pub(super) struct Speller {
    net: Graph,
    letters: HashMap<char, i32>,
    phonemes: Vec<char>,
    longest: usize,
}

#[derive(Deserialize)]
struct AlphabetFile {
    #[serde(rename = "in")]
    letters: Vec<char>,
    #[serde(rename = "out")]
    phonemes: Vec<char>,
    #[serde(rename = "maxlen")]
    longest: usize,
}

impl Speller {
    pub(super) fn load(dir: &ModelsDir) -> Result<Self, SpeechError> {
        let file: AlphabetFile = serde_json::from_slice(&dir.read(&library::HIBARI_SPELLER_ALPHABET)?).map_err(failed)?;
        Ok(Self {
            net: Graph::load(dir, &library::HIBARI_SPELLER, &["chars"], &["ids"])?,
            letters: file.letters.into_iter().zip(1..).collect(),
            phonemes: file.phonemes,
            longest: file.longest,
        })
    }

    /// Returns phonemes for `word`; empty if none of its letters is known.
    pub(super) fn guess(&self, worker: &Worker, word: &str) -> Result<String, SpeechError> {
        let ids: Vec<i32> = word.chars().filter_map(|letter| self.letters.get(&letter).copied()).take(self.longest).collect();
        if ids.is_empty() {
            return Ok(String::new());
        }
        let output = self.net.run(worker, vec![Tensor::from_data(&[1, ids.len()], ids).into()])?.pop();
        let output = integers(output.ok_or_else(|| failed("the speller gave no output"))?)?;
        let mut guessed = String::new();
        let mut before = 0;
        for id in output {
            // 0 is the blank; a phoneme that lasts is given several times.
            if id != before
                && let Some(&phoneme) = usize::try_from(id - 1).ok().and_then(|index| self.phonemes.get(index))
            {
                guessed.push(phoneme);
            }
            before = id;
        }
        Ok(guessed)
    }
}
