//! The words by which an opening is recognised to say something, language by language.

use super::Part;

include!(concat!(env!("OUT_DIR"), "/disclosure_words.rs"));

/// One row of `disclosure_words.csv`.
struct Phrase {
    language: &'static str,
    part: Part,
    /// In lower case, apostrophes plain.
    text: &'static str,
}

/// Returns the words that say a part in a language.
pub(super) fn of(language: &str, part: Part) -> impl Iterator<Item = &'static str> {
    WORDS.iter().filter(move |phrase| phrase.language == language && phrase.part == part).map(|phrase| phrase.text)
}

/// Returns the languages of the table, the shipped one first.
pub(super) fn languages() -> Vec<&'static str> {
    let mut languages: Vec<&'static str> = WORDS.iter().map(|phrase| phrase.language).collect();
    languages.dedup();
    languages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_words_for_every_part_that_words_say() {
        assert_eq!(languages(), ["en", "de", "fr", "es", "it", "nl", "pt"]);
        for language in languages() {
            for part in [Part::Machine, Part::Purpose, Part::Recording, Part::NotHuman] {
                assert!(of(language, part).count() >= 2, "{language} {part:?}");
            }
        }
    }
}
