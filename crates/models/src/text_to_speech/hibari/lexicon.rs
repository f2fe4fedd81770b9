//! Two word lists with their pronunciation: gold was checked by people, silver by machines.
//!
//! Source: misaki 0.9.4's `us_gold` and `us_silver`. Each is kept as one long string with an index, because 180,000
//! small strings would take three times the memory.

use std::borrow::Cow;
use std::fmt;
use std::io::Read;

use ports::error::SpeechError;
use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, Visitor};

use crate::graph::failed;
use crate::library::{ModelFile, ModelsDir};

/// How a word is said: always the same, or depending on its part of speech.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Entry<'a> {
    Always(&'a str),
    /// Pairs of part of speech and phonemes, as stored: `TAG=phonemes;TAG=phonemes;`.
    ByTag(&'a str),
}

impl<'a> Entry<'a> {
    /// Returns the phonemes for `tag`, or `None` if the word is spelled out in that role.
    pub(super) fn phonemes(self, tag: &str) -> Option<&'a str> {
        match self {
            Self::Always(phonemes) => Some(phonemes),
            Self::ByTag(pairs) => {
                let find = |wanted: &str| pairs.split_terminator(';').filter_map(|pair| pair.split_once('=')).find(|(tag, _)| *tag == wanted);
                let (_, phonemes) = find(tag).or_else(|| find(parent(tag))).or_else(|| find("DEFAULT"))?;
                (!phonemes.is_empty()).then_some(phonemes)
            }
        }
    }

    /// Returns whether it has a form of its own for `tag`.
    pub(super) fn knows(self, tag: &str) -> bool {
        matches!(self, Self::ByTag(pairs) if pairs.split_terminator(';').any(|pair| pair.split_once('=').is_some_and(|(known, _)| known == tag)))
    }
}

/// The word class of a Penn Treebank tag.
pub(super) fn parent(tag: &str) -> &str {
    match tag {
        _ if tag.starts_with("VB") => "VERB",
        _ if tag.starts_with("NN") => "NOUN",
        _ if tag.starts_with("RB") => "ADV",
        _ if tag.starts_with("JJ") => "ADJ",
        _ => tag,
    }
}

/// One word list.
#[derive(Default)]
pub(super) struct Lexicon {
    text: String,
    /// Where each word, its phonemes and the next word begin; sorted by word.
    index: Vec<(u32, u32, u32)>,
}

impl Lexicon {
    pub(super) fn load(dir: &ModelsDir, file: &ModelFile) -> Result<Self, SpeechError> {
        let json = unpacked(&dir.read(file)?)?;
        let mut deserializer = serde_json::Deserializer::from_slice(&json);
        deserializer.deserialize_map(Self::default()).map_err(failed)
    }

    /// Returns the entry of `word`, or of the same word with another first letter: "tuesday" answers to "Tuesday" and
    /// "Open" to "open", unless that form has an entry of its own.
    pub(super) fn get(&self, word: &str) -> Option<Entry<'_>> {
        self.exact(word).or_else(|| {
            let mut letters = word.chars();
            let first = letters.next()?;
            let rest = letters.as_str();
            if rest.is_empty() || rest.chars().any(char::is_uppercase) {
                return None;
            }
            let other: String = if first.is_uppercase() { first.to_lowercase().collect() } else { first.to_uppercase().collect() };
            self.exact(&(other + rest))
        })
    }

    pub(super) fn knows(&self, word: &str) -> bool {
        self.get(word).is_some()
    }

    fn exact(&self, word: &str) -> Option<Entry<'_>> {
        let slice = |from: u32, to: u32| &self.text[from as usize..to as usize];
        let found = self.index.binary_search_by(|&(start, middle, _)| slice(start, middle).cmp(word)).ok()?;
        let (_, middle, end) = self.index[found];
        let phonemes = slice(middle, end);
        Some(if phonemes.contains('=') { Entry::ByTag(phonemes) } else { Entry::Always(phonemes) })
    }
}

impl<'de> Visitor<'de> for Lexicon {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map of words")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut words: A) -> Result<Self, A::Error> {
        loop {
            let start = self.text.len() as u32;
            if words.next_key_seed(Written(&mut self.text))?.is_none() {
                break;
            }
            let middle = self.text.len() as u32;
            words.next_value_seed(Said(&mut self.text))?;
            self.index.push((start, middle, self.text.len() as u32));
        }
        let Self { text, index } = &mut self;
        index.sort_unstable_by(|a, b| text[a.0 as usize..a.1 as usize].cmp(&text[b.0 as usize..b.1 as usize]));
        Ok(self)
    }
}

/// Writes a string behind a text: of 400,000 strings none is made only to be copied and dropped.
pub(super) struct Written<'a>(pub(super) &'a mut String);

impl<'de> DeserializeSeed<'de> for Written<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Written<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.push_str(text);
        Ok(())
    }
}

/// Writes how a word is said behind a text, as [`Entry`] reads it.
struct Said<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Said<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Said<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("phonemes, or phonemes by part of speech")
    }

    fn visit_str<E>(self, phonemes: &str) -> Result<(), E> {
        self.0.push_str(phonemes);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<(), A::Error> {
        while pairs.next_key_seed(Written(self.0))?.is_some() {
            self.0.push('=');
            if let Some(phonemes) = pairs.next_value::<Option<Cow<'_, str>>>()? {
                self.0.push_str(&phonemes);
            }
            self.0.push(';');
        }
        Ok(())
    }
}

/// Returns what a gzip file holds.
pub(super) fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, SpeechError> {
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut unpacked).map_err(failed)?;
    Ok(unpacked)
}
