//! A clause behind "to ask" and the question it makes: "what time you close" and "What time do you close?".

/// One thing to ask, both ways. Already addressed to the callee.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clause {
    /// What follows "to ask": "what time you close today", "about your hours".
    pub indirect: String,
    /// The question: "What time do you close today?"
    pub question: String,
}

const AUXILIARIES: [&str; 17] =
    ["are", "is", "can", "could", "will", "would", "should", "do", "does", "did", "have", "has", "were", "was", "must", "may", "might"];

/// Returns the clause and the question for what stands behind "ask": "if you have a table", "about the price of X".
pub fn from_indirect(indirect: &str) -> Clause {
    let indirect = indirect.trim().to_owned();
    let question = question_of(&indirect).unwrap_or_else(|| format!("Could you tell me {indirect}?"));
    Clause { question: sentence(&question), indirect }
}

/// Returns the clause and the question for a question that the user wrote out: "what time do you close".
pub fn from_direct(direct: &str) -> Clause {
    let question = sentence(&format!("{}?", direct.trim().trim_end_matches('?')));
    let words: Vec<&str> = direct.split_whitespace().map(|word| word.trim_end_matches('?')).collect();
    let indirect = indirect_of(&words).unwrap_or_else(|| format!("the following: {question}"));
    Clause { indirect, question }
}

fn question_of(indirect: &str) -> Option<String> {
    let words: Vec<&str> = indirect.split_whitespace().collect();
    let (first, rest) = words.split_first()?;
    match first.to_lowercase().as_str() {
        "if" | "whether" => yes_no(rest),
        "about" => Some(about(&rest.join(" "))),
        "for" => Some(format!("Could you tell me {}?", rest.join(" "))),
        "what" | "what's" | "when" | "where" | "who" | "why" | "how" | "which" => open(&words),
        _ => None,
    }
}

/// "you have a table" → "Do you have a table?", "there is parking" → "Is there parking?"
fn yes_no(rest: &[&str]) -> Option<String> {
    let (subject, tail) = rest.split_first()?;
    let (verb, after) = split_contraction(subject, tail)?;
    match subject.to_lowercase().split('\'').next()? {
        "you" => Some(with_you("", verb, after)),
        "there" | "it" if ["is", "are", "will", "was"].contains(&verb) => {
            Some(format!("{verb} {} {}?", subject.split('\'').next()?, after.join(" ")))
        }
        _ => None,
    }
}

/// "what time you close" → "What time do you close?", "how much an oil change costs" → "How much does an oil change cost?"
fn open(words: &[&str]) -> Option<String> {
    let head_has_verb =
        |until: usize| words[1..until.max(1)].iter().any(|word| AUXILIARIES.contains(&word.to_lowercase().as_str()) || *word == "costs");
    let you = words.iter().position(|word| matches!(word.to_lowercase().split('\'').next(), Some("you")));
    if words.get(1).is_some_and(|word| AUXILIARIES.contains(&word.to_lowercase().as_str())) || words[0].ends_with("'s") {
        return Some(format!("{}?", words.join(" ")));
    }
    if let Some(you) = you.filter(|you| !head_has_verb(*you)) {
        let (verb, after) = split_contraction(words[you], &words[you + 1..])?;
        return Some(with_you(&words[..you].join(" "), verb, after));
    }
    let is_how_much = words.len() > 3 && words[0].eq_ignore_ascii_case("how") && words[1].eq_ignore_ascii_case("much");
    if is_how_much && let Some(cost) = words.iter().position(|word| matches!(*word, "costs" | "cost")).filter(|cost| *cost > 2) {
        let auxiliary = if words[cost] == "costs" { "does" } else { "do" };
        let tail = words[cost + 1..].join(" ");
        return Some(format!("how much {auxiliary} {} cost {tail}", words[2..cost].join(" ")).trim_end().to_owned() + "?");
    }
    let (last, middle) = words.split_last()?;
    if matches!(*last, "is" | "are" | "was" | "were") && middle.len() > 1 {
        let head = if is_how_much { 2 } else { 1 };
        return Some(format!("{} {last} {}?", middle[..head].join(" "), middle[head..].join(" ")));
    }
    None
}

fn about(topic: &str) -> String {
    let lower = topic.to_lowercase();
    if lower.ends_with("hours") {
        return format!("What are {topic}?");
    }
    let is_value =
        ["price", "cost", "fee", "rate", "address", "phone number", "number", "name", "availability", "menu", "policy", "status", "balance"]
            .iter()
            .any(|noun| lower.contains(noun));
    if is_value { format!("Could you tell me {topic}?") } else { format!("Could you tell me about {topic}?") }
}

/// Takes "you're open" and "you close" apart into the verb and what follows.
fn split_contraction<'a>(subject: &str, tail: &'a [&'a str]) -> Option<(&'a str, &'a [&'a str])> {
    match subject.to_lowercase().split_once('\'').map(|(_, ending)| ending) {
        Some("re") => Some(("are", tail)),
        Some("ve") => Some(("have", tail)),
        Some("ll") => Some(("will", tail)),
        Some("d") => Some(("would", tail)),
        Some("s") => Some(("is", tail)),
        _ => tail.split_first().map(|(verb, after)| (*verb, after)),
    }
}

fn with_you(head: &str, verb: &str, after: &[&str]) -> String {
    let is_perfect = matches!(verb, "have" | "had") && after.first().is_some_and(|next| *next == "got" || next.ends_with("ed"));
    let inverts = (AUXILIARIES.contains(&verb) && !matches!(verb, "have" | "do")) || is_perfect;
    let after = after.join(" ");
    let said = if inverts { format!("{head} {verb} you {after}") } else { format!("{head} do you {verb} {after}") };
    format!("{}?", said.trim())
}

/// "what time do you close" → "what time you close", "do you have parking" → "if you have parking".
fn indirect_of(words: &[&str]) -> Option<String> {
    let first = words.first()?.to_lowercase();
    let join = |parts: &[&[&str]]| parts.iter().flat_map(|part| part.iter()).copied().collect::<Vec<_>>().join(" ");
    if AUXILIARIES.contains(&first.as_str()) {
        let subject = words.get(1)?;
        let simple = matches!(subject.to_lowercase().as_str(), "you" | "it" | "there");
        let tail = words.get(2..)?;
        return simple.then(|| {
            if first == "do" || first == "does" { join(&[&["if", subject], tail]) } else { join(&[&["if", subject, first.as_str()], tail]) }
        });
    }
    let you = words.iter().position(|word| word.eq_ignore_ascii_case("you"));
    if let Some(you) = you.filter(|you| *you >= 2) {
        let auxiliary = words[you - 1].to_lowercase();
        if AUXILIARIES.contains(&auxiliary.as_str()) {
            let (head, tail) = (&words[..you - 1], &words[you + 1..]);
            let said = if matches!(auxiliary.as_str(), "do" | "does" | "did") {
                join(&[head, &["you"], tail])
            } else {
                join(&[head, &["you", auxiliary.as_str()], tail])
            };
            return Some(lower_first(&said));
        }
    }
    let verb = words.iter().position(|word| matches!(word.to_lowercase().as_str(), "is" | "are")).filter(|verb| (1..=2).contains(verb))?;
    let is_simple = words.len() - verb <= 6 && !words[verb + 1..].iter().any(|word| AUXILIARIES.contains(&word.to_lowercase().as_str()));
    is_simple.then(|| lower_first(&join(&[&words[..verb], &words[verb + 1..], &[words[verb]]])))
}

/// Returns the text with a capital first letter.
pub fn sentence(text: &str) -> String {
    let mut chars = text.trim().chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Returns the text with a small first letter.
pub fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_become_questions() {
        let rows = [
            ("what time you close today", "What time do you close today?"),
            ("if you have a table for four", "Do you have a table for four?"),
            ("whether you're open on Sunday", "Are you open on Sunday?"),
            ("if you can fix a phone", "Can you fix a phone?"),
            ("if there is parking", "Is there parking?"),
            ("how much an oil change costs", "How much does an oil change cost?"),
            ("how much two tickets cost today", "How much do two tickets cost today?"),
            ("how late you are open", "How late are you open?"),
            ("about your hours", "What are your hours?"),
            ("about the price of a wash", "Could you tell me the price of a wash?"),
            ("for your address", "Could you tell me your address?"),
            ("where Sam's order is", "Where is Sam's order?"),
            ("when Sam's order will arrive", "Could you tell me when Sam's order will arrive?"),
            ("if you've got room", "Have you got room?"),
        ];
        for (indirect, question) in rows {
            assert_eq!(from_indirect(indirect).question, question, "{indirect}");
        }
    }

    #[test]
    fn questions_become_clauses() {
        let rows = [
            ("What time do you close today?", "what time you close today"),
            ("are you open on Sunday", "if you are open on Sunday"),
            ("do you have parking", "if you have parking"),
            ("is there a fee", "if there is a fee"),
            ("what is your address", "what your address is"),
            ("how much is an oil change", "how much an oil change is"),
        ];
        for (direct, indirect) in rows {
            assert_eq!(from_direct(direct).indirect, indirect, "{direct}");
        }
    }
}
