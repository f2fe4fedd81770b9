//! Words to phonemes, by the rules the voice was trained with: lexicon by part of speech, endings, weak forms that
//! depend on the next sound, letters spelled out, and a guess for the rest.
//!
//! Expects text without digits ([`super::super::spoken`] wrote them out). Source of the rules: misaki 0.9.4, English.

use std::borrow::Cow;

use ports::error::SpeechError;

use super::lexicon::{Lexicon, parent};
use super::speller::Speller;
use super::tagger::Tagger;
use crate::library::{self, ModelsDir};
use crate::workers::Worker;

const PRIMARY: char = 'ˈ';
const SECONDARY: char = 'ˌ';
const VOWELS: &str = "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ";
const CONSONANTS: &str = "bdfhjklmnpstvwzðŋɡɹɾʃʒʤʧθ";
/// After these a "t" between vowels is tapped, as in "waiting".
const TAPPING: &str = "AIOWYiuæɑəɛɪɹʊʌ";
const SIGNS: &str = ";:,.!?—…";
/// Endings that the tagger sees as words of their own.
const CLITICS: &[&str] = &["n't", "'s", "'re", "'ve", "'ll", "'d", "'m"];

/// All that is needed to pronounce English.
pub(super) struct Pronunciation {
    gold: Lexicon,
    silver: Lexicon,
    tagger: Tagger,
    speller: Speller,
}

/// What a word's weak form depends on.
#[derive(Clone, Copy, Default)]
struct Following {
    /// Whether the next sound is a vowel; `None` before a pause.
    vowel: Option<bool>,
    /// Whether the next word is "to".
    to: bool,
}

impl Pronunciation {
    pub(super) fn load(dir: &ModelsDir) -> Result<Self, SpeechError> {
        Ok(Self {
            gold: Lexicon::load(dir, &library::HIBARI_GOLD)?,
            silver: Lexicon::load(dir, &library::HIBARI_SILVER)?,
            tagger: Tagger::load(dir)?,
            speller: Speller::load(dir)?,
        })
    }

    /// Returns the phonemes of a text, with its signs and blanks.
    pub(super) fn of(&self, worker: &Worker, text: &str) -> Result<String, SpeechError> {
        let tokens = tokens(text);
        let tags = self.tags(&tokens);
        let mut said = Vec::with_capacity(tokens.len());
        let mut following = Following::default();
        for (token, tag) in tokens.iter().zip(tags).rev() {
            let phonemes = match token {
                Token::Sign(sign) => Cow::Borrowed(*sign),
                Token::Word(word) => match self.word(word, tag, following) {
                    Some(phonemes) => Cow::Owned(phonemes),
                    None => Cow::Owned(self.unknown(worker, word)?),
                },
            };
            following = Following {
                vowel: next_sound(&phonemes).unwrap_or(following.vowel),
                to: matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("to")),
            };
            said.push((matches!(token, Token::Word(_)), phonemes));
        }
        let mut text = String::new();
        for (is_word, phonemes) in said.into_iter().rev() {
            if is_word && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&phonemes);
        }
        // The voice knows the tap as "T" and no glottal stop.
        Ok(text.replace('ɾ', "T").replace('ʔ', "t"))
    }

    /// Returns a tag for each token. A contraction has the tag of its first part.
    fn tags(&self, tokens: &[Token<'_>]) -> Vec<&str> {
        let mut parts = Vec::new();
        let mut owners = Vec::new();
        for (owner, token) in tokens.iter().enumerate() {
            let text = token.text();
            let lower = text.to_ascii_lowercase();
            let clitic = CLITICS.iter().find(|clitic| lower.len() > clitic.len() && lower.ends_with(*clitic));
            let split = text.len() - clitic.map_or(0, |clitic| clitic.len());
            parts.push(&text[..split]);
            owners.push(Some(owner));
            if split < text.len() {
                parts.push(&text[split..]);
                owners.push(None);
            }
        }
        let tags = self.tagger.tags(&parts);
        tags.into_iter().zip(owners).filter_map(|(tag, owner)| owner.map(|_| tag)).collect()
    }

    fn word(&self, word: &str, tag: &str, following: Following) -> Option<String> {
        if let Some(special) = self.weak_form(word, tag, following) {
            return Some(special);
        }
        let lower = word.to_lowercase();
        let is_upper = word == word.to_uppercase();
        let stress = match (word == lower, is_upper) {
            (true, _) => None,
            (false, true) => Some(2.0),
            (false, false) => Some(0.5),
        };
        let is_capitalised = is_upper || word.chars().skip(1).all(char::is_lowercase);
        let in_neither = !self.gold.knows(word) && !self.silver.knows(word);
        let reads_as_lower = word != lower
            && is_capitalised
            && in_neither
            && (tag != "NNP" || word.chars().count() > 7)
            && (self.gold.knows(&lower) || self.silver.knows(&lower) || self.inflected(&lower, tag, stress, following).is_some());
        let word = if reads_as_lower { lower.as_str() } else { word };
        if self.knows(word) {
            return self.listed(word, tag, stress, following);
        }
        if let Some(owner) = word.strip_suffix('\'') {
            let with_s = format!("{owner}'s");
            if owner.ends_with('s') && self.knows(owner) {
                return self.listed(owner, tag, stress, following);
            }
            if self.knows(&with_s) {
                return self.listed(&with_s, tag, stress, following);
            }
        }
        self.inflected(word, tag, stress, following)
    }

    /// The little words that change with what follows.
    fn weak_form(&self, word: &str, tag: &str, following: Following) -> Option<String> {
        let said = match word {
            "a" => "ɐ",
            "A" if tag == "DT" => "ɐ",
            "A" => "ˈA",
            "am" | "Am" if following.vowel.is_some() => "ɐm",
            "an" | "An" => "ɐn",
            "I" if tag == "PRP" => "ˌI",
            "by" | "By" if parent(tag) == "ADV" => "bˈI",
            "to" | "To" => match following.vowel {
                None => "tu",
                Some(false) => "tə",
                Some(true) => "tʊ",
            },
            "in" | "In" if following.vowel.is_none() || tag != "IN" => "ˈɪn",
            "in" | "In" => "ɪn",
            "the" | "The" if following.vowel == Some(true) => "ði",
            "the" | "The" => "ðə",
            "used" | "Used" if following.to && matches!(tag, "VBD" | "JJ") => "jˈust",
            "used" | "Used" => "jˈuzd",
            _ => {
                let is_dotted = word.trim_matches('.').contains('.') && word.chars().all(|letter| letter == '.' || letter.is_alphabetic());
                return (is_dotted && word.split('.').all(|part| part.chars().count() < 3)).then(|| self.spelled(word)).flatten();
            }
        };
        Some(said.to_owned())
    }

    fn knows(&self, word: &str) -> bool {
        if self.gold.knows(word) || self.silver.knows(word) {
            return true;
        }
        if word.is_empty() || !word.chars().all(|letter| letter.is_ascii_alphabetic()) {
            return false;
        }
        let is_upper = word.chars().all(char::is_uppercase);
        word.len() == 1 || is_upper || word.chars().skip(1).all(char::is_uppercase)
    }

    /// A word of the lists; letters in a row ("DMV") are spelled out if they are no word.
    fn listed(&self, word: &str, tag: &str, stress: Option<f32>, following: Following) -> Option<String> {
        let is_upper = word == word.to_uppercase();
        let lower = word.to_lowercase();
        let reads_lower = is_upper && !self.gold.knows(word);
        let is_name = reads_lower && tag == "NNP";
        let word = if reads_lower { lower.as_str() } else { word };
        let gold = self.gold.get(word);
        let entry = gold.or_else(|| if is_name { None } else { self.silver.get(word) });
        let before_pause = following.vowel.is_none() && entry.is_some_and(|entry| entry.knows("None"));
        let tag = if before_pause { "None" } else { tag };
        let said = entry.and_then(|entry| entry.phonemes(tag));
        match said {
            Some(said) if !is_name || said.contains(PRIMARY) => Some(stressed(said, stress)),
            _ => self.spelled(word).or_else(|| said.map(|said| stressed(said, stress))),
        }
    }

    /// The names of the letters, the last one stressed.
    fn spelled(&self, word: &str) -> Option<String> {
        let mut said = String::new();
        for letter in word.chars().filter(|letter| letter.is_alphabetic()) {
            said.push_str(self.gold.get(&letter.to_uppercase().to_string())?.phonemes("DEFAULT")?);
        }
        let said = stressed(&said, Some(0.0));
        Some(match said.rsplit_once(SECONDARY) {
            Some((before, last)) => format!("{before}{PRIMARY}{last}"),
            None => said,
        })
    }

    /// A known word with an ending.
    fn inflected(&self, word: &str, tag: &str, stress: Option<f32>, following: Following) -> Option<String> {
        let listed = |stem: &str, stress: Option<f32>| self.listed(stem, tag, stress, following);
        if let Some(stem) = self.stem_before_s(word) {
            return with_s(&listed(&stem, stress)?);
        }
        if let Some(stem) = self.stem_before_ed(word) {
            return with_ed(&listed(stem, stress)?);
        }
        let stem = self.stem_before_ing(word)?;
        with_ing(&listed(&stem, stress.or(Some(0.5)))?)
    }

    fn stem_before_s(&self, word: &str) -> Option<String> {
        let long = word.chars().count() > 4;
        let candidates = [
            word.strip_suffix('s').filter(|stem| !stem.ends_with('s')).map(str::to_owned),
            word.strip_suffix("'s").map(str::to_owned),
            word.strip_suffix("es").filter(|_| long && !word.ends_with("ies")).map(str::to_owned),
            word.strip_suffix("ies").filter(|_| long).map(|stem| format!("{stem}y")),
        ];
        candidates.into_iter().flatten().find(|stem| stem.chars().count() > 1 && self.knows(stem))
    }

    fn stem_before_ed<'a>(&self, word: &'a str) -> Option<&'a str> {
        if word.chars().count() < 4 {
            return None;
        }
        let after_e = word.strip_suffix('d').filter(|stem| !stem.ends_with('d'));
        let bare = word.strip_suffix("ed").filter(|stem| !stem.ends_with('e'));
        after_e.filter(|stem| self.knows(stem)).or_else(|| bare.filter(|stem| self.knows(stem)))
    }

    fn stem_before_ing(&self, word: &str) -> Option<String> {
        let stem = word.strip_suffix("ing").filter(|stem| stem.chars().count() > 1)?;
        if stem.chars().count() > 2 && self.knows(stem) {
            return Some(stem.to_owned());
        }
        let with_e = format!("{stem}e");
        if self.knows(&with_e) {
            return Some(with_e);
        }
        let mut ends = stem.chars().rev();
        let last = ends.next()?;
        let is_doubled = ends.next() == Some(last) || stem.ends_with("ck");
        let shorter = &stem[..stem.len() - last.len_utf8()];
        (is_doubled && self.knows(shorter)).then(|| shorter.to_owned())
    }

    /// A word of no list: its parts if it has a hyphen or the like, else a guess.
    fn unknown(&self, worker: &Worker, word: &str) -> Result<String, SpeechError> {
        let parts: Vec<&str> = word.split(|letter: char| !letter.is_alphabetic() && letter != '\'').filter(|part| !part.is_empty()).collect();
        if parts.len() < 2 {
            // A name's ending is said by rule, so that "Marlowe's" sounds like "Marlowe".
            if let Some(owner) = word.strip_suffix("'s") {
                return Ok(with_s(&self.speller.guess(worker, owner)?).unwrap_or_default());
            }
            return self.speller.guess(worker, word);
        }
        let mut said = Vec::new();
        for part in parts {
            said.push(match self.word(part, "NN", Following { vowel: Some(false), to: false }) {
                Some(phonemes) => phonemes,
                None => self.speller.guess(worker, part)?,
            });
        }
        Ok(said.join(" "))
    }
}

/// A word or a sign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Token<'a> {
    Word(&'a str),
    Sign(&'a str),
}

impl<'a> Token<'a> {
    fn text(&self) -> &'a str {
        match self {
            Self::Word(text) | Self::Sign(text) => text,
        }
    }
}

/// Cuts a text into words and signs; what is neither is left out.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for chunk in text.split_whitespace() {
        let is_inner = |letter: char| letter.is_alphanumeric();
        let Some(start) = chunk.find(is_inner) else {
            push_signs(chunk, &mut tokens);
            continue;
        };
        let end = chunk.rfind(is_inner).map_or(chunk.len(), |last| last + chunk[last..].chars().next().map_or(0, char::len_utf8));
        // "p.m." keeps its last dot, and "James'" its apostrophe.
        let is_dotted = chunk[start..end].contains('.') && chunk[end..].starts_with('.');
        let owns = chunk[end..].starts_with('\'') && chunk[..end].ends_with('s');
        let end = if is_dotted || owns { end + 1 } else { end };
        tokens.push(Token::Word(&chunk[start..end]));
        push_signs(&chunk[end..], &mut tokens);
    }
    tokens
}

fn push_signs<'a>(chunk: &'a str, tokens: &mut Vec<Token<'a>>) {
    for (start, sign) in chunk.char_indices() {
        if SIGNS.contains(sign) {
            tokens.push(Token::Sign(&chunk[start..start + sign.len_utf8()]));
        }
    }
}

/// Returns whether the first sound is a vowel, `Some(None)` for a pause, `None` if there is no sound in it.
fn next_sound(phonemes: &str) -> Option<Option<bool>> {
    phonemes.chars().find_map(|phoneme| {
        if SIGNS.contains(phoneme) {
            Some(None)
        } else if VOWELS.contains(phoneme) {
            Some(Some(true))
        } else {
            CONSONANTS.contains(phoneme).then_some(Some(false))
        }
    })
}

/// Returns `phonemes` with more or less stress: −1 weakens, 0 to 1 gives a word without any a light one, 2 a strong one.
fn stressed(phonemes: &str, stress: Option<f32>) -> String {
    let Some(stress) = stress else { return phonemes.to_owned() };
    let (has_primary, has_secondary) = (phonemes.contains(PRIMARY), phonemes.contains(SECONDARY));
    let has_vowel = phonemes.chars().any(|phoneme| VOWELS.contains(phoneme));
    if stress == 0.0 && has_primary {
        return phonemes.replace(SECONDARY, "").replace(PRIMARY, "ˌ");
    }
    if !has_primary && !has_secondary && has_vowel {
        let mark = if stress > 1.0 { PRIMARY } else { SECONDARY };
        let vowel = phonemes.find(|phoneme| VOWELS.contains(phoneme)).unwrap_or(0);
        return format!("{}{mark}{}", &phonemes[..vowel], &phonemes[vowel..]);
    }
    if stress >= 1.0 && !has_primary && has_secondary {
        return phonemes.replace(SECONDARY, "ˈ");
    }
    phonemes.to_owned()
}

fn with_s(stem: &str) -> Option<String> {
    Some(match stem.chars().last()? {
        last if "ptkfθ".contains(last) => format!("{stem}s"),
        last if "szʃʒʧʤ".contains(last) => format!("{stem}ᵻz"),
        _ => format!("{stem}z"),
    })
}

fn with_ed(stem: &str) -> Option<String> {
    Some(match stem.chars().last()? {
        last if "pkfθʃsʧ".contains(last) => format!("{stem}t"),
        'd' => format!("{stem}ᵻd"),
        't' => match tapped(stem) {
            Some(tapped) => format!("{tapped}ᵻd"),
            None => format!("{stem}ᵻd"),
        },
        _ => format!("{stem}d"),
    })
}

fn with_ing(stem: &str) -> Option<String> {
    stem.chars().last()?;
    Some(format!("{}ɪŋ", tapped(stem).as_deref().unwrap_or(stem)))
}

/// Returns a stem that ends in "t" with the tap that it becomes before a vowel.
fn tapped(stem: &str) -> Option<String> {
    let before = stem.strip_suffix('t')?;
    before.ends_with(|letter| TAPPING.contains(letter)).then(|| format!("{before}ɾ"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_falls_into_words_and_signs() {
        use Token::{Sign, Word};
        assert_eq!(
            tokens("“Hi,” at nine P.M. — don't; James' e-mail?"),
            [
                Word("Hi"),
                Sign(","),
                Word("at"),
                Word("nine"),
                Word("P.M."),
                Sign("—"),
                Word("don't"),
                Sign(";"),
                Word("James'"),
                Word("e-mail"),
                Sign("?")
            ]
        );
    }

    #[test]
    fn endings_sound_as_their_stem_asks() {
        assert_eq!(with_s("kˈæt").unwrap(), "kˈæts");
        assert_eq!(with_s("bˈʌs").unwrap(), "bˈʌsᵻz");
        assert_eq!(with_ed("wˈAt").unwrap(), "wˈAɾᵻd");
        assert_eq!(with_ing("hˈOld").unwrap(), "hˈOldɪŋ");
    }

    #[test]
    fn whole_sentences_sound_as_the_voice_was_taught() {
        let dir = ModelsDir::at(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models"));
        let pronunciation = Pronunciation::load(&dir).unwrap();
        let worker = Worker::new();
        // What misaki's rules give, computed with the reference implementation that the voice comes with.
        for (text, phonemes) in [
            ("what time do you close today?", "wˌʌt tˈIm dˈu ju klˈOz tədˈA?"),
            ("we close at nine P.M.", "wi klˈOz æt nˈIn pˌiˈɛm"),
            ("I read the book that you used to use.", "ˌI ɹˈɛd ðə bˈʊk ðæt ju jˈust tə jˈuz."),
            ("Are you a robot, or am I talking to a person?", "ˌɑɹ ju ɐ ɹˈObˌɑt, ɔɹ ɐm ˌI tˈɔkɪŋ tə ɐ pˈɜɹsᵊn?"),
            ("Please leave a message after the tone.", "plˈiz lˈiv ɐ mˈɛsɪʤ ˈæftəɹ ðə tˈOn."),
            ("the apple and the pear", "ði ˈæpᵊl ænd ðə pˈɛɹ"),
            ("they waited for an estimate", "ðA wˈATᵻd fɔɹ ɐn ˈɛstəmət"),
            ("Your appointment is on March fourteenth.", "jˌʊɹ əpˈYntmənt ɪz ˌɔn mˈɑɹʧ fˌɔɹtˈinθ."),
            ("We don't have it in stock.", "wˌi dˈOnt hæv ɪt ɪn stˈɑk."),
            ("it lives in the DMV, stopped waiting and tried to record it", "ɪt lˈɪvz ɪn ðə dˌiˌɛmvˈi, stˈɑpt wˈATɪŋ ænd tɹˈId tə ɹəkˈɔɹd ɪt"),
            ("The stores' hours", "ðə stˈɔɹz ˈWəɹz"),
        ] {
            assert_eq!(pronunciation.of(&worker, text).unwrap(), phonemes, "{text}");
        }
        let name = pronunciation.of(&worker, "Puppetmaster Zylkowski").unwrap();
        assert!(name.split(' ').count() == 2 && name.chars().filter(|phoneme| VOWELS.contains(*phoneme)).count() >= 5, "{name}");
    }

    #[test]
    fn stress_is_given_and_taken() {
        assert_eq!(stressed("ðæt", Some(0.5)), "ðˌæt");
        assert_eq!(stressed("ðæt", Some(2.0)), "ðˈæt");
        assert_eq!(stressed("hˌu", Some(2.0)), "hˈu");
        assert_eq!(stressed("pˈiˌɛm", Some(0.0)), "pˌiɛm");
    }
}
