//! Says which part of speech each word is, because "close" and "read" are said in two ways.
//!
//! An averaged perceptron over Penn Treebank tags: words with one dominant tag are in a table, the others are decided
//! by weights of features of the word, its neighbours and the tags before it. The names of the features are part of the
//! model file.

mod reading;

use ports::error::SpeechError;

use crate::library::ModelsDir;
use reading::{Table, Weights};

/// The loaded model.
pub(super) struct Tagger {
    tags: Vec<String>,
    by_word: Table<u8>,
    vocabulary: Table<()>,
    weights: Weights,
}

impl Tagger {
    pub(super) fn load(dir: &ModelsDir) -> Result<Self, SpeechError> {
        reading::tagger(dir)
    }

    /// Returns a tag for each word; signs such as "," count as words.
    pub(super) fn tags(&self, words: &[&str]) -> Vec<&str> {
        let mut around = vec!["-START2-".to_owned(), "-START-".to_owned()];
        around.extend(words.iter().map(|word| {
            let normal = normal(word);
            if self.vocabulary.get(&normal).is_some() { normal } else { format!("<{}>", shape(word)) }
        }));
        around.extend(["-END-".to_owned(), "-END2-".to_owned()]);
        let (mut before, mut before_that) = ("-START-", "-START2-");
        let mut tags = Vec::with_capacity(words.len());
        for (index, word) in words.iter().enumerate() {
            let tag = match self.by_word.get(word) {
                Some(&known) => self.tags[usize::from(known)].as_str(),
                None => self.likeliest(&features(index, word, &around, before, before_that)),
            };
            tags.push(tag);
            (before_that, before) = (before, tag);
        }
        tags
    }

    fn likeliest(&self, features: &[String]) -> &str {
        let mut scores = vec![0.0_f32; self.tags.len()];
        for weights in features.iter().filter_map(|feature| self.weights.of(feature)) {
            for &(tag, weight) in weights {
                scores[usize::from(tag)] += weight;
            }
        }
        let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
        best.map_or("NN", |best| self.tags[best].as_str())
    }
}

fn features(index: usize, word: &str, around: &[String], before: &str, before_that: &str) -> [String; 15] {
    let at = index + 2;
    let first = word.chars().next().map(String::from).unwrap_or_default();
    [
        "b".to_owned(),
        format!("s3={}", ending(word)),
        format!("p1={first}"),
        format!("w={}", around[at]),
        format!("sh={}", shape(word)),
        if index == 0 { "i0" } else { "i+" }.to_owned(),
        format!("t-1={before}"),
        format!("t-2={before_that}"),
        format!("t-12={before},{before_that}"),
        format!("w-1={}", around[at - 1]),
        format!("s3-1={}", ending(&around[at - 1])),
        format!("w-2={}", around[at - 2]),
        format!("w+1={}", around[at + 1]),
        format!("s3+1={}", ending(&around[at + 1])),
        format!("w+2={}", around[at + 2]),
    ]
}

fn ending(word: &str) -> &str {
    word.char_indices().rev().nth(2).map_or(word, |(start, _)| &word[start..])
}

fn normal(word: &str) -> String {
    let first = word.chars().next().unwrap_or_default();
    let is_number = word.chars().all(|letter| letter.is_ascii_digit());
    if word.contains('-') && first != '-' {
        "!HYPHEN".to_owned()
    } else if is_number && word.len() == 4 {
        "!YEAR".to_owned()
    } else if first.is_ascii_digit() {
        "!DIGITS".to_owned()
    } else {
        word.to_lowercase()
    }
}

fn shape(word: &str) -> String {
    let all = |test: fn(char) -> bool| word.chars().all(test);
    let mut letters = word.chars();
    let begins_upper = letters.next().is_some_and(char::is_uppercase);
    if all(char::is_alphabetic) {
        let shape = if all(char::is_lowercase) {
            "x"
        } else if all(char::is_uppercase) {
            if word.chars().nth(1).is_some() { "XX" } else { "X1" }
        } else if begins_upper && letters.all(char::is_lowercase) {
            "Xx"
        } else {
            "xX"
        };
        return shape.to_owned();
    }
    if all(char::is_numeric) {
        return "d".to_owned();
    }
    let kind = |letter: char| {
        if letter.is_numeric() {
            'd'
        } else if letter.is_alphabetic() {
            'x'
        } else {
            letter
        }
    };
    word.chars().take(4).map(kind).collect()
}
