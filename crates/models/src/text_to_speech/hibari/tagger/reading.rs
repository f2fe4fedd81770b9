//! The tagger's file, read without making a string of each of its 200,000 words and a map of each of its features, for every process that
//! speaks reads it.

use std::fmt;

use ports::error::SpeechError;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::super::lexicon::{Written, unpacked};
use super::Tagger;
use crate::graph::failed;
use crate::library::{self, ModelsDir};

/// Reads the tagger.
pub(super) fn tagger(dir: &ModelsDir) -> Result<Tagger, SpeechError> {
    let json = unpacked(&dir.read(&library::HIBARI_TAGGER)?)?;
    let mut file: TaggerFile = serde_json::from_slice(&json).map_err(failed)?;
    // Of equal scores the last tag in alphabetical order wins.
    file.tags.sort();
    let ByWord { mut words, names } = file.tagdict;
    let numbers = names.numbers(&file.tags)?;
    words.index.iter_mut().for_each(|(.., tag)| *tag = numbers[usize::from(*tag)]);
    let ByFeature { mut weights, names } = file.weights;
    let numbers = names.numbers(&file.tags)?;
    weights.weights.iter_mut().for_each(|(tag, _)| *tag = numbers[usize::from(*tag)]);
    Ok(Tagger { tags: file.tags, by_word: words, vocabulary: file.vocab.0, weights })
}

#[derive(Deserialize)]
struct TaggerFile {
    tags: Vec<String>,
    tagdict: ByWord,
    vocab: Vocabulary,
    weights: ByFeature,
}

/// Words with something about each, in one string and sorted: the model has 200,000 of them.
pub(super) struct Table<T> {
    text: String,
    /// Where a word begins and ends, and what it has.
    index: Vec<(u32, u32, T)>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { text: String::new(), index: Vec::new() }
    }
}

impl<T> Table<T> {
    /// Returns what a word has.
    pub(super) fn get(&self, word: &str) -> Option<&T> {
        let found = self.index.binary_search_by(|&(start, end, _)| self.text[start as usize..end as usize].cmp(word)).ok()?;
        Some(&self.index[found].2)
    }

    fn sorted(mut self) -> Self {
        let Self { text, index } = &mut self;
        index.sort_unstable_by(|a, b| text[a.0 as usize..a.1 as usize].cmp(&text[b.0 as usize..b.1 as usize]));
        self
    }
}

/// Weights of the tags, by feature.
#[derive(Default)]
pub(super) struct Weights {
    /// Where those of a feature begin and end.
    features: Table<(u32, u32)>,
    weights: Vec<(u8, f32)>,
}

impl Weights {
    /// Returns the weights of a feature.
    pub(super) fn of(&self, feature: &str) -> Option<&[(u8, f32)]> {
        let &(from, to) = self.features.get(feature)?;
        Some(&self.weights[from as usize..to as usize])
    }
}

/// The tags that a map of the file names, each by its number of first mention.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    /// Returns the place of each among the tags.
    fn numbers(&self, tags: &[String]) -> Result<Vec<u8>, SpeechError> {
        let place = |name: &String| tags.iter().position(|tag| tag == name).and_then(|place| u8::try_from(place).ok());
        self.0.iter().map(|name| place(name).ok_or_else(|| failed("a tag that the tagger does not know"))).collect()
    }

    fn number(&mut self, name: &str) -> Option<u8> {
        let number = self.0.iter().position(|known| known == name).unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        });
        u8::try_from(number).ok()
    }
}

/// Reads a tag as its number.
struct Named<'a>(&'a mut Names);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = u8;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u8, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Named<'_> {
    type Value = u8;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("one of a few tags")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<u8, E> {
        self.0.number(name).ok_or_else(|| E::custom("too many tags"))
    }
}

/// The tag of each word that has but one, by the number of its name.
#[derive(Default)]
struct ByWord {
    words: Table<u8>,
    names: Names,
}

impl<'de> Deserialize<'de> for ByWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for ByWord {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a tag by word")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut words: A) -> Result<Self, A::Error> {
        loop {
            let start = self.words.text.len() as u32;
            if words.next_key_seed(Written(&mut self.words.text))?.is_none() {
                break;
            }
            let tag = words.next_value_seed(Named(&mut self.names))?;
            self.words.index.push((start, self.words.text.len() as u32, tag));
        }
        self.words = self.words.sorted();
        Ok(self)
    }
}

/// Every word that the tagger has seen.
#[derive(Default)]
struct Vocabulary(Table<()>);

impl<'de> Deserialize<'de> for Vocabulary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Self::default())
    }
}

impl<'de> Visitor<'de> for Vocabulary {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of words")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut words: A) -> Result<Self, A::Error> {
        loop {
            let start = self.0.text.len() as u32;
            if words.next_element_seed(Written(&mut self.0.text))?.is_none() {
                break;
            }
            self.0.index.push((start, self.0.text.len() as u32, ()));
        }
        Ok(Self(self.0.sorted()))
    }
}

/// The weights of each feature, by the numbers of the tags' names.
#[derive(Default)]
struct ByFeature {
    weights: Weights,
    names: Names,
}

impl<'de> Deserialize<'de> for ByFeature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self::default())
    }
}

impl<'de> Visitor<'de> for ByFeature {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("weights of tags by feature")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut words: A) -> Result<Self, A::Error> {
        loop {
            let (start, from) = (self.weights.features.text.len() as u32, self.weights.weights.len() as u32);
            if words.next_key_seed(Written(&mut self.weights.features.text))?.is_none() {
                break;
            }
            words.next_value_seed(OfTags(&mut self))?;
            let (end, to) = (self.weights.features.text.len() as u32, self.weights.weights.len() as u32);
            self.weights.features.index.push((start, end, (from, to)));
        }
        self.weights.features = self.weights.features.sorted();
        Ok(self)
    }
}

/// Reads the weights of one feature behind those that are there.
struct OfTags<'a>(&'a mut ByFeature);

impl<'de> DeserializeSeed<'de> for OfTags<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OfTags<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("weights by tag")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut tags: A) -> Result<(), A::Error> {
        while let Some(tag) = tags.next_key_seed(Named(&mut self.0.names))? {
            self.0.weights.weights.push((tag, tags.next_value()?));
        }
        Ok(())
    }
}
