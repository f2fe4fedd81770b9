//! A text cut into words that remember where they stood.
//!
//! "9 p.m." is `9` `pm`, "$45.50" is `$` `45.50`, "3rd" is `3` `rd`; apostrophes stay inside their word.

/// One word, number or sign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// In lower case, typographic apostrophes made plain.
    pub text: String,
    /// First byte in the text.
    pub from: usize,
    /// One past the last byte.
    pub to: usize,
    /// Whether a sentence or a clause ends behind it.
    pub ends_clause: bool,
    /// Whether it stands directly at the word before, as `pm` in "9pm".
    pub is_glued: bool,
}

/// A text with its words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words<'a> {
    /// The text as it was settled.
    pub text: &'a str,
    /// Its words in order.
    pub words: Vec<Word>,
}

impl<'a> Words<'a> {
    /// Cuts a text.
    pub fn of(text: &'a str) -> Self {
        let mut words: Vec<Word> = Vec::new();
        let mut at = 0;
        while let Some(first) = text[at..].chars().next() {
            let to = match first {
                c if c.is_ascii_digit() => end_of_number(text, at),
                c if c.is_alphabetic() => end_of_meridiem(text, at).unwrap_or_else(|| end_of_word(text, at)),
                '$' | '£' | '€' | '%' | '#' => at + first.len_utf8(),
                c => {
                    if ".?!,;:".contains(c)
                        && let Some(last) = words.last_mut()
                        && last.to == at
                    {
                        last.ends_clause = true;
                    }
                    at += c.len_utf8();
                    continue;
                }
            };
            let raw = &text[at..to];
            let is_meridiem = end_of_meridiem(text, at) == Some(to);
            let plain = if is_meridiem {
                raw.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase()
            } else {
                raw.replace('’', "'").to_lowercase()
            };
            let is_glued = words.last().is_some_and(|last| last.to == at);
            let ends_clause = is_meridiem && raw.ends_with('.') && begins_sentence(&text[to..]);
            words.push(Word { text: plain, from: at, to, ends_clause, is_glued });
            at = to;
        }
        Self { text, words }
    }

    /// Returns how many words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Returns whether there is not one word.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Returns the word at this place, empty if there is none.
    pub fn at(&self, place: usize) -> &str {
        self.words.get(place).map_or("", |word| word.text.as_str())
    }

    /// Returns the word `back` places before `place`, empty if there is none.
    pub fn before(&self, place: usize, back: usize) -> &str {
        place.checked_sub(back).map_or("", |place| self.at(place))
    }

    /// Returns the text from one word up to, not including, another.
    pub fn quote(&self, from: usize, to: usize) -> String {
        let (Some(first), Some(last)) = (self.words.get(from), to.checked_sub(1).and_then(|last| self.words.get(last))) else {
            return String::new();
        };
        self.text.get(first.from..last.to).unwrap_or_default().to_owned()
    }

    /// Returns where a phrase (words parted by spaces) begins, at or after `from`.
    pub fn find_from(&self, phrase: &str, from: usize) -> Option<usize> {
        (from..self.len()).find(|place| self.has_at(phrase, *place))
    }

    /// Returns where a phrase begins.
    pub fn find(&self, phrase: &str) -> Option<usize> {
        self.find_from(phrase, 0)
    }

    /// Returns whether a phrase stands at this place.
    pub fn has_at(&self, phrase: &str, place: usize) -> bool {
        phrase.split(' ').enumerate().all(|(offset, word)| self.at(place + offset) == word)
    }

    /// Returns the place and length of the first of these phrases that occurs (by its place, then by its length).
    pub fn find_any(&self, phrases: &[&str]) -> Option<(usize, usize)> {
        (0..self.len()).find_map(|place| {
            phrases.iter().filter(|phrase| self.has_at(phrase, place)).map(|phrase| phrase.split(' ').count()).max().map(|count| (place, count))
        })
    }

    /// Returns whether one of these words occurs.
    pub fn has_any(&self, phrases: &[&str]) -> bool {
        self.find_any(phrases).is_some()
    }

    /// Returns where the sentence or clause of this word begins.
    pub fn clause_start(&self, place: usize) -> usize {
        (0..place.min(self.len())).rev().find(|before| self.words[*before].ends_clause).map_or(0, |before| before + 1)
    }
}

/// Digits, with a `.`, `,` or `:` inside if a digit follows: "9.30", "1,200.50".
fn end_of_number(text: &str, from: usize) -> usize {
    let bytes = text.as_bytes();
    let mut to = from;
    while to < bytes.len() {
        let is_inner_sign = b".,:".contains(&bytes[to]) && bytes.get(to + 1).is_some_and(u8::is_ascii_digit);
        if !bytes[to].is_ascii_digit() && !is_inner_sign {
            break;
        }
        to += 1;
    }
    to
}

fn end_of_word(text: &str, from: usize) -> usize {
    let mut to = from;
    let mut rest = text[from..].chars().peekable();
    while let Some(c) = rest.next() {
        let is_inner_apostrophe = (c == '\'' || c == '’') && rest.peek().is_some_and(|next| next.is_alphabetic());
        if !c.is_alphabetic() && !is_inner_apostrophe {
            break;
        }
        to += c.len_utf8();
    }
    to
}

/// "a.m.", "p.m", "P. M.", "pm", "p m": one word, its last full stop included.
fn end_of_meridiem(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    if !matches!(bytes.get(at)?, b'a' | b'p' | b'A' | b'P') {
        return None;
    }
    at += 1;
    let has_stop = bytes.get(at) == Some(&b'.');
    at += usize::from(has_stop);
    at += usize::from(bytes.get(at) == Some(&b' '));
    if !matches!(bytes.get(at)?, b'm' | b'M') {
        return None;
    }
    at += 1;
    if text[at..].chars().next().is_some_and(|c| c.is_alphanumeric() || c == '\'' || c == '’') {
        return None;
    }
    Some(at + usize::from(has_stop && bytes.get(at) == Some(&b'.')))
}

/// Whether what follows a full stop looks like a new sentence (or the end).
fn begins_sentence(rest: &str) -> bool {
    rest.trim_start().chars().next().is_none_or(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> String {
        Words::of(text).words.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn words_numbers_and_signs_are_cut_apart() {
        assert_eq!(cut("We close at 9 p.m. today."), "we|close|at|9|pm|today");
        assert_eq!(cut("9pm, 9 PM, 9 p.m, nine P. M."), "9|pm|9|pm|9|pm|nine|pm");
        assert_eq!(cut("It’s $45.50 or 1,200."), "it's|$|45.50|or|1,200");
        assert_eq!(cut("the 3rd at 9:30"), "the|3|rd|at|9:30");
        assert_eq!(cut("am I a mother? pmx ümlaut"), "am|i|a|mother|pmx|ümlaut");
    }

    #[test]
    fn quotes_are_pieces_of_the_text() {
        let words = Words::of("Sure, we close at 9 p.m. today.");
        assert_eq!(words.quote(4, 6), "9 p.m.");
        assert_eq!(words.quote(9, 12), "");
        assert!(words.words[0].ends_clause);
        assert_eq!(words.find("close at"), Some(2));
    }
}
