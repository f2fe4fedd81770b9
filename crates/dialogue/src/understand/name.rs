//! The name somebody gives: "this is Maria", "my name is Ana Lopez", "you're speaking with Joe".

use super::Heard;
use super::words::Words;

/// Returns the callee's name, if they gave it. Only capitalised words count: recognisers capitalise names, and nothing else in mid-sentence.
pub fn name(text: &str) -> Option<Heard<String>> {
    let words = Words::of(text);
    let leads = [
        "my name is",
        "my name's",
        "this is",
        "name is",
        "speaking with",
        "speaking to",
        "you've reached",
        "i'm",
        "i am",
        "it's",
        "call me",
        "ask for",
        "here is",
    ];
    for place in 0..words.len() {
        for lead in leads {
            if !words.has_at(lead, place) {
                continue;
            }
            let from = place + lead.split(' ').count();
            let is_sure = lead.contains("name");
            if let Some(to) = end_of_name(&words, from) {
                let confidence = if is_sure { 90 } else { 75 };
                return Some(Heard { value: words.quote(from, to), quote: words.quote(from, to), confidence });
            }
        }
        if words.at(place + 1) == "speaking"
            && let Some(to) = end_of_name(&words, place)
            && to == place + 1
        {
            return Some(Heard { value: words.quote(place, to), quote: words.quote(place, to), confidence: 80 });
        }
    }
    None
}

const NEVER_NAMES: [&str; 24] = [
    "i",
    "the",
    "a",
    "an",
    "not",
    "sorry",
    "yes",
    "no",
    "okay",
    "ok",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "what",
    "who",
    "how",
    "pm",
    "am",
    "english",
    "spanish",
];

fn end_of_name(words: &Words<'_>, from: usize) -> Option<usize> {
    let is_name = |place: usize| {
        words.words.get(place).is_some_and(|word| {
            let raw = words.text.get(word.from..word.to).unwrap_or_default();
            raw.len() >= 2
                && !raw.contains(['\'', '’'])
                && raw.starts_with(char::is_uppercase)
                && raw.chars().any(char::is_lowercase)
                && !NEVER_NAMES.contains(&word.text.as_str())
        })
    };
    if !is_name(from) {
        return None;
    }
    let mut to = from + 1;
    while to < from + 3 && !words.words[to - 1].ends_clause && is_name(to) {
        to += 1;
    }
    Some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_heard_where_they_are_given() {
        let rows = [
            ("Joe's Pizza, this is Maria, how can I help?", Some("Maria")),
            ("My name is Ana Lopez.", Some("Ana Lopez")),
            ("Joe speaking.", Some("Joe")),
            ("I'm Sam", Some("Sam")),
            ("I'm sorry", None),
            ("this is the kitchen", None),
            ("It's Friday", None),
            ("", None),
            ("This is Tuesday", None),
        ];
        for (text, expected) in rows {
            let heard = name(text).map(|heard| heard.value);
            assert_eq!(heard.as_deref(), expected, "{text}");
        }
    }
}
