//! Cuts a text into phrases that are synthesised one by one: at the ends of sentences, and within long sentences at
//! commas. The first phrase is cut short, so that the first sound is early.

use std::time::Duration;

/// Something to be said in one breath.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Phrase {
    pub(crate) text: String,
    /// Silence after it.
    pub(crate) pause: Duration,
}

const AFTER_SENTENCE: Duration = Duration::from_millis(280);
const AFTER_COMMA: Duration = Duration::from_millis(120);
const AFTER_LAST: Duration = Duration::from_millis(60);
/// Letters in a phrase before a comma may end it, at first and later: 12 letters are about a second of sound, more than
/// the next phrase takes to be made.
const SHORTEST_FIRST: usize = 12;
const SHORTEST: usize = 60;
/// A sentence of fewer letters is never cut: it is made in 60 ms.
const SHORT_SENTENCE: usize = 50;
/// Longest phrase the net was trained on, about 400 phonemes; cut at a blank if no comma comes.
const LONGEST: usize = 300;

const NO_SENTENCE_END: &[&str] = &["mr", "mrs", "ms", "dr", "prof", "st", "ave", "rd", "blvd", "apt", "no", "ext", "vs", "e.g", "i.e", "mt"];

/// Returns the phrases of `text`, none if it holds no letter and no digit.
pub(crate) fn cut(text: &str) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for sentence in sentences(text) {
        cut_sentence(&sentence, &mut phrases);
    }
    if let Some(last) = phrases.last_mut() {
        last.pause = AFTER_LAST;
    }
    phrases
}

fn sentences(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut sentences = Vec::new();
    let mut sentence: Vec<&str> = Vec::new();
    for (index, word) in words.iter().enumerate() {
        sentence.push(word);
        let next = words.get(index + 1);
        if next.is_none_or(|next| ends_sentence(word, next)) {
            let text = sentence.join(" ");
            if text.chars().any(char::is_alphanumeric) {
                sentences.push(text);
            }
            sentence.clear();
        }
    }
    sentences
}

fn ends_sentence(word: &str, next: &str) -> bool {
    let bare = word.trim_end_matches(['"', '\'', ')', '”', '’']);
    if bare.ends_with(['!', '?', '…']) {
        return true;
    }
    let Some(stem) = bare.strip_suffix('.') else { return false };
    let lower = stem.trim_start_matches(['(', '"', '\'', '“']).to_lowercase();
    let is_initial = lower.chars().count() == 1 && lower.chars().all(char::is_alphabetic);
    let next_begins = next.chars().find(|letter| letter.is_alphanumeric());
    let is_half_day = matches!(lower.as_str(), "a.m" | "p.m");
    !NO_SENTENCE_END.contains(&lower.as_str())
        && !is_initial
        && next_begins.is_some_and(|letter| letter.is_uppercase() || (letter.is_numeric() && !is_half_day))
}

fn cut_sentence(sentence: &str, phrases: &mut Vec<Phrase>) {
    let mut phrase = String::new();
    let total = sentence.chars().count();
    for word in sentence.split(' ') {
        if !phrase.is_empty() {
            phrase.push(' ');
        }
        phrase.push_str(word);
        let length = phrase.chars().count();
        let shortest = if phrases.is_empty() { SHORTEST_FIRST } else { SHORTEST };
        let at_comma = word.ends_with([',', ';', ':', '—', '–']) && length >= shortest && total > SHORT_SENTENCE;
        if at_comma || length >= LONGEST {
            phrases.push(Phrase { text: std::mem::take(&mut phrase), pause: AFTER_COMMA });
        }
    }
    if phrase.chars().any(char::is_alphanumeric) {
        phrases.push(Phrase { text: phrase, pause: AFTER_SENTENCE });
    } else if let Some(last) = phrases.last_mut() {
        last.pause = AFTER_SENTENCE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        cut(text).into_iter().map(|phrase| phrase.text).collect()
    }

    #[test]
    fn sentences_end_where_people_end_them() {
        assert_eq!(
            texts("Hello. This is Dr. Smith at 7:30 p.m. today. Is St. Mark open? Yes!"),
            ["Hello.", "This is Dr. Smith at 7:30 p.m. today.", "Is St. Mark open?", "Yes!"]
        );
    }

    #[test]
    fn the_first_phrase_of_a_long_sentence_is_short() {
        assert_eq!(
            texts("Hi, good evening, this is an automated assistant calling for Anna, who would like to book a table."),
            ["Hi, good evening,", "this is an automated assistant calling for Anna, who would like to book a table."]
        );
    }

    #[test]
    fn a_text_without_words_has_no_phrases() {
        assert_eq!(texts("  ... — "), Vec::<String>::new());
        assert_eq!(texts(""), Vec::<String>::new());
    }

    #[test]
    fn an_endless_sentence_is_cut_anyway() {
        let text = "word ".repeat(500);
        assert!(cut(&text).iter().all(|phrase| phrase.text.len() <= LONGEST + 5));
    }
}
