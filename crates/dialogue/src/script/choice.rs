//! Which of several values in one turn answers the question: the one whose piece of the sentence names the thing asked about.
//!
//! "A birthday cake is forty five dollars, and a gallon of milk is four dollars" holds two prices. Taking the last or the
//! surest of them is a guess that the callee may well affirm when it is read back, so where nothing tells them apart
//! none is taken and the question is put again.

use crate::understand::number;
use crate::understand::words::Words;

/// Where a value stands: its first word and one past its last.
pub(super) type Span = (usize, usize);

/// Which value it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Choice {
    /// This one.
    This(usize),
    /// Nothing tells several apart.
    Unclear,
    /// None: what is said of the thing holds no value, and the value is another thing's.
    AnotherThings,
}

/// Returns which of the values (there is at least one, in order) is about the thing that a question names.
pub(super) fn about(indirect: &str, words: &Words<'_>, values: &[Span]) -> Choice {
    let thing = Thing::of(indirect);
    let pieces = pieces(words, values);
    let scores: Vec<usize> = pieces.iter().map(|(from, to)| thing.named_in(words, *from, *to)).collect();
    let best = scores.iter().copied().max().unwrap_or(0);
    let mut bests = scores.iter().enumerate().filter(|(_, score)| **score == best).map(|(at, _)| at);
    match (bests.next(), bests.next()) {
        (Some(_), None) if values.len() == 1 && thing.belongs_elsewhere(words, values[0]) => Choice::AnotherThings,
        (Some(only), None) => Choice::This(only),
        _ => Choice::Unclear,
    }
}

/// Whether what is said of a value names the thing of another question and not of this one: "milk is four" tells no closing time.
pub(super) fn is_about_another<'a>(indirect: &str, others: impl Iterator<Item = &'a str>, words: &Words<'_>, value: Span) -> bool {
    let (from, to) = clause_around(words, value);
    Thing::of(indirect).named_in(words, from, to) == 0 && others.into_iter().any(|other| Thing::of(other).named_in(words, from, to) > 0)
}

/// The words around a value up to where its clause ends or an "and" begins another.
fn clause_around(words: &Words<'_>, value: Span) -> Span {
    let is_joint = |place: usize| matches!(words.at(place), "and" | "but" | "while" | "whereas");
    let from = (0..value.0).rev().find(|place| words.words[*place].ends_clause || is_joint(*place)).map_or(0, |place| place + 1);
    let last = value.1.saturating_sub(1);
    let to = (last..words.len()).find(|place| words.words[*place].ends_clause || is_joint(*place)).map_or(words.len(), |place| place + 1);
    (from, to)
}

/// Cuts the text at its values: each piece holds one value and what is said of it.
fn pieces(words: &Words<'_>, values: &[Span]) -> Vec<Span> {
    let mut pieces = Vec::with_capacity(values.len());
    let mut from = 0;
    for (at, value) in values.iter().enumerate() {
        let to = values.get(at + 1).map_or(words.len(), |next| cut_between(words, value.1, next.0));
        pieces.push((from, to));
        from = to;
    }
    pieces
}

/// Between two values: where a clause ends, else before "and", else behind what a preposition ties to the first.
fn cut_between(words: &Words<'_>, end: usize, next: usize) -> usize {
    let clause = (end.saturating_sub(1)..next).find(|place| words.words[*place].ends_clause).map(|place| place + 1);
    let joint = (end..next).find(|place| matches!(words.at(*place), "and" | "but" | "or" | "while" | "whereas"));
    let is_tied = matches!(words.at(end), "for" | "a" | "an" | "per" | "each" | "on" | "at");
    clause.into_iter().chain(joint).min().unwrap_or(if is_tied { next } else { end })
}

/// What a question is about, in the stems of its telling words.
struct Thing {
    stems: Vec<String>,
}

impl Thing {
    fn of(indirect: &str) -> Self {
        let words = Words::of(indirect);
        Self { stems: words.words.iter().map(|word| word.text.as_str()).filter(|word| is_telling(word)).map(stem).collect() }
    }

    /// Returns how many of its words stand in a piece of the text.
    fn named_in(&self, words: &Words<'_>, from: usize, to: usize) -> usize {
        let said: Vec<String> = (from..to).map(|place| stem(words.at(place))).collect();
        self.stems.iter().filter(|stem| said.contains(stem)).count()
    }

    /// Whether a lone value's clause speaks of something else while another clause names the thing: "The cake is, um. Milk is four".
    fn belongs_elsewhere(&self, words: &Words<'_>, value: Span) -> bool {
        let from = words.clause_start(value.0);
        let to = (value.1.saturating_sub(1)..words.len()).find(|place| words.words[*place].ends_clause).map_or(words.len(), |place| place + 1);
        let speaks_of_something = (from..to).filter(|place| !(value.0..value.1).contains(place)).any(|place| is_telling(words.at(place)));
        let is_named_here = self.named_in(words, from, to) > 0;
        let is_named_elsewhere = self.named_in(words, 0, from) + self.named_in(words, to, words.len()) > 0;
        !is_named_here && is_named_elsewhere && speaks_of_something
    }
}

/// Words that name no thing: of questions, of prices, of times, of courtesy.
const COMMON: &[&str] = &[
    "what",
    "when",
    "where",
    "which",
    "who",
    "how",
    "much",
    "many",
    "time",
    "times",
    "day",
    "late",
    "early",
    "soon",
    "long",
    "cost",
    "costs",
    "price",
    "prices",
    "pricing",
    "charge",
    "charges",
    "charged",
    "fee",
    "fees",
    "rate",
    "rates",
    "quote",
    "estimate",
    "total",
    "you",
    "your",
    "you're",
    "they",
    "their",
    "it",
    "it's",
    "its",
    "is",
    "are",
    "was",
    "be",
    "would",
    "will",
    "can",
    "could",
    "should",
    "do",
    "does",
    "did",
    "have",
    "has",
    "that",
    "that's",
    "this",
    "those",
    "these",
    "there",
    "the",
    "a",
    "an",
    "of",
    "for",
    "to",
    "in",
    "on",
    "at",
    "and",
    "or",
    "but",
    "if",
    "whether",
    "about",
    "with",
    "from",
    "by",
    "until",
    "till",
    "we",
    "i",
    "i'd",
    "we'd",
    "our",
    "us",
    "me",
    "my",
    "so",
    "um",
    "uh",
    "well",
    "okay",
    "ok",
    "yes",
    "yeah",
    "no",
    "not",
    "sure",
    "right",
    "just",
    "only",
    "around",
    "roughly",
    "usually",
    "normally",
    "currently",
    "plus",
    "tax",
    "all",
    "depends",
    "want",
    "get",
    "go",
    "runs",
    "comes",
    "today",
    "tonight",
    "tomorrow",
    "now",
    "am",
    "pm",
    "o'clock",
    "close",
    "closes",
    "closing",
    "closed",
    "open",
    "opens",
    "opening",
    "hours",
    "dollar",
    "dollars",
    "bucks",
    "cent",
    "cents",
    "euros",
    "pounds",
    "usd",
    "please",
    "sorry",
    "sir",
    "madam",
    "ma'am",
    "let",
    "think",
    "say",
    "said",
    "see",
    "check",
    "one",
    "each",
    "per",
    "here",
    "then",
    "also",
    "some",
    "any",
    "than",
    "more",
    "less",
    "up",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

fn is_telling(word: &str) -> bool {
    let is_number = number::digits(word).is_some() || word.starts_with(|c: char| c.is_ascii_digit() || "$€£".contains(c));
    word.len() >= 2 && !is_number && number::unit(word).is_none() && number::tens(word).is_none() && !COMMON.contains(&word)
}

/// A word without its ending: "cakes" and "cake" are one thing.
fn stem(word: &str) -> String {
    let word = word.strip_suffix("'s").unwrap_or(word);
    let bare = word.strip_suffix("es").or_else(|| word.strip_suffix('s')).or_else(|| word.strip_suffix('e')).filter(|bare| bare.len() >= 3);
    bare.unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understand::price;

    fn chosen(indirect: &str, text: &str) -> String {
        let words = Words::of(text);
        let prices = price::prices_in(&words, true);
        let spans: Vec<Span> = prices.iter().map(|(_, span)| *span).collect();
        match about(indirect, &words, &spans) {
            Choice::This(at) => prices[at].0.value.normal(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn the_value_of_the_thing_that_was_asked_about_is_taken() {
        let cake = "how much a birthday cake costs";
        let rows = [
            (cake, "It's 45 dollars.", "$45.00"),
            (cake, "A birthday cake is forty five dollars, and a gallon of milk is four dollars.", "$45.00"),
            (cake, "A gallon of milk is four dollars, and a birthday cake is forty five dollars.", "$45.00"),
            (cake, "A gallon of milk is $4 and a cake is $45.", "$45.00"),
            (cake, "$45 for the cake and $4 for the milk", "$45.00"),
            (cake, "$4 for the milk and $45 for the cake", "$45.00"),
            (cake, "Cakes? Those are 45 dollars.", "$45.00"),
            (cake, "Small ones are 30 dollars and large ones 50 dollars.", "Unclear"),
            (cake, "A birthday cake is, and a gallon of milk is four dollars.", "AnotherThings"),
            (cake, "A small birthday cake is 30 dollars, a large birthday cake is 50 dollars.", "Unclear"),
            ("how much an oil change costs", "The oil change is 45 dollars plus 5 dollars disposal fee.", "$45.00"),
            ("how much it would be", "Forty five dollars.", "$45.00"),
        ];
        for (indirect, text, expected) in rows {
            assert_eq!(chosen(indirect, text), expected, "{text}");
        }
    }
}
