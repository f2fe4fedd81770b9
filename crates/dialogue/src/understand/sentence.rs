//! Whole sentences: what a quote stands in, so that a proof can be read by itself.

/// Returns the sentence of a text that holds a quote; all sentences that it reaches over, if it reaches over several.
///
/// A quote that does not stand in the text as written gives the whole text.
pub fn holding<'a>(text: &'a str, quote: &str) -> &'a str {
    let quote = quote.trim();
    let Some(at) = text.find(quote).filter(|_| !quote.is_empty()) else {
        return text.trim();
    };
    let mut from = 0;
    let mut to = text.len();
    for end in ends(text) {
        if end <= at {
            from = end;
        } else if end >= at + quote.len() {
            to = end;
            break;
        }
    }
    text[from..to].trim()
}

/// Returns the sentences of a text in order.
pub fn all(text: &str) -> Vec<&str> {
    let mut from = 0;
    let mut sentences: Vec<&str> = ends(text)
        .into_iter()
        .map(|end| {
            let sentence = text[from..end].trim();
            from = end;
            sentence
        })
        .collect();
    sentences.push(text[from..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

/// Words behind which a full stop ends no sentence.
const ABBREVIATIONS: [&str; 8] = ["dr", "mr", "mrs", "ms", "st", "ave", "no", "vs"];
/// What follows a time of day without beginning a sentence: "9 p.m. Monday to Friday".
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Returns the places one past each full stop (or `?`, `!`) that another sentence follows.
fn ends(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    for (at, sign) in text.char_indices().filter(|(_, sign)| matches!(sign, '.' | '?' | '!')) {
        let end = at + sign.len_utf8();
        let rest = &text[end..];
        let next = rest.trim_start();
        let follows = rest.len() > next.len() && next.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit() || matches!(c, '"' | '“' | '$'));
        if follows && !(sign == '.' && is_inside(&text[..at], next)) {
            ends.push(end);
        }
    }
    ends
}

/// Whether a full stop between these belongs to a word: "Dr. Lee", "9 p.m. Monday".
fn is_inside(before: &str, next: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default().to_lowercase();
    let is_meridiem = matches!(word.as_str(), "a.m" | "p.m" | "m");
    ABBREVIATIONS.contains(&word.as_str())
        || (is_meridiem && (DAYS.iter().any(|day| next.starts_with(day)) || next.starts_with(|c: char| c.is_ascii_digit())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_grows_to_its_sentence() {
        let rows = [
            ("We close at 9 today.", "9", "We close at 9 today."),
            ("Hello. We close at 9 p.m. today. Anything else?", "9 p.m.", "We close at 9 p.m. today."),
            ("We close at 9 p.m. Anything else?", "9 p.m.", "We close at 9 p.m."),
            ("Until 9 p.m. Monday to Friday.", "9 p.m.", "Until 9 p.m. Monday to Friday."),
            ("We open at 8. We close at 5. Bye!", "8. We close at 5", "We open at 8. We close at 5."),
            ("It's 9.30, sir", "9.30", "It's 9.30, sir"),
            ("Ask Dr. Lee at 9", "9", "Ask Dr. Lee at 9"),
            ("It's 45. $5 more on Sundays.", "45", "It's 45."),
            ("nine", "ten", "nine"),
            ("", "", ""),
        ];
        for (text, quote, sentence) in rows {
            assert_eq!(holding(text, quote), sentence, "{text}");
            assert!(text.contains(holding(text, quote)));
        }
    }

    #[test]
    fn sentences_are_cut_apart() {
        assert_eq!(all("Yes. We close at 9 p.m. today! Why?"), ["Yes.", "We close at 9 p.m. today!", "Why?"]);
        assert_eq!(all(" "), Vec::<&str>::new());
    }
}
