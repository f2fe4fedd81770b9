//! What an answer says, as a clause that names the thing it is about: "you close at 9 pm today", "a birthday cake costs 45 dollars".
//!
//! Read back to the callee in this form and told to the user with the persons changed, so that what was affirmed is what is
//! reported. A clause that left out the thing ("the price is 4 dollars") would be affirmed by whoever thinks of another one.

use crate::question::{Answer, Ask};
use crate::speakable::in_words;
use crate::understand::date;

/// Returns what a value claims in answer to a question, addressed to the callee, without a full stop.
pub fn of(ask: &Ask, value: &str) -> String {
    let words = in_words(value);
    let day = day_suffix(&ask.indirect);
    match (ask.answer, value) {
        (Answer::ClosingTime | Answer::OpeningTime | Answer::Hours, "closed") => format!("{}{day}", is_closed(ask)),
        (Answer::ClosingTime | Answer::OpeningTime | Answer::Hours, "open 24 hours") => "you are open 24 hours".to_owned(),
        (Answer::ClosingTime, _) if is_about_you(ask) => format!("you close at {words}{day}"),
        (Answer::OpeningTime, _) if is_about_you(ask) => format!("you open at {words}{day}"),
        (Answer::ClosingTime, _) => timed(ask, value, &words).unwrap_or_else(|| format!("the closing time{day} is {words}")),
        (Answer::OpeningTime, _) => timed(ask, value, &words).unwrap_or_else(|| format!("the opening time{day} is {words}")),
        (Answer::Hours, _) => format!("you are open from {words}{day}"),
        (Answer::Price, _) if words != value => priced(ask, &words),
        (Answer::When, _) if words != value => timed(ask, value, &words).unwrap_or_else(|| format!("that is {}", on_or_at(value, &words))),
        (Answer::PhoneNumber, _) => format!("the number is {words}"),
        (Answer::Name, _) if words.split(' ').count() <= 3 => format!("the name is {words}"),
        (Answer::YesNo, "yes") => asserted(ask).unwrap_or_else(|| "the answer is yes".to_owned()),
        (Answer::YesNo, "no") => asserted(ask).and_then(|claim| negated(&claim)).unwrap_or_else(|| "the answer is no".to_owned()),
        (Answer::Price | Answer::When | Answer::Name | Answer::YesNo | Answer::Words, _) => format!("what I understood is: {words}"),
    }
}

/// Returns the claim as it is told to the user: "They close at 9 pm today."
pub fn told(ask: &Ask, value: &str) -> String {
    let claim = of(ask, value);
    let turned: Vec<String> = claim.split(' ').map(turned).collect();
    format!("{}.", crate::question::clause::sentence(&turned.join(" ")))
}

fn turned(word: &str) -> String {
    let core = word.trim_end_matches([',', '.', ';']);
    let tail = &word[core.len()..];
    let other = match core {
        "you" => "they",
        "your" => "their",
        "yours" => "theirs",
        "you're" => "they're",
        "you've" => "they've",
        _ => return word.to_owned(),
    };
    format!("{other}{tail}")
}

fn is_about_you(ask: &Ask) -> bool {
    ask.indirect.split_whitespace().any(|word| word.starts_with("you") && !word.starts_with("your"))
}

fn is_closed(ask: &Ask) -> String {
    let subject = thing(ask).and_then(|rest| subject_before_verb(&rest)).filter(|_| !is_about_you(ask));
    subject.map_or_else(|| "you are closed".to_owned(), |subject| format!("{subject} is closed"))
}

fn subject_before_verb(rest: &str) -> Option<String> {
    let words: Vec<&str> = rest.split(' ').collect();
    let verb = words.iter().position(|word| matches!(*word, "close" | "closes" | "open" | "opens" | "shut" | "shuts" | "is"))?;
    (verb > 0).then(|| words[..verb].join(" "))
}

/// "the kitchen closes at 9 pm", "Sam's car will be ready on Friday, November 27".
fn timed(ask: &Ask, value: &str, words: &str) -> Option<String> {
    thing(ask).map(|rest| format!("{rest} {}", on_or_at(value, words)))
}

fn on_or_at(value: &str, words: &str) -> String {
    format!("{} {words}", if value.starts_with(|c: char| c.is_ascii_digit()) && value.find('-') == Some(4) { "on" } else { "at" })
}

/// What stands behind "when" or "what time", without what follows a comma.
fn thing(ask: &Ask) -> Option<String> {
    const LEADS: [&str; 9] =
        ["at what time ", "what time ", "until what time ", "until when ", "what day ", "which day ", "how soon ", "how late ", "when "];
    let rest = LEADS.iter().find_map(|lead| ask.indirect.strip_prefix(lead))?;
    (rest.split(' ').count() >= 2).then(|| rest.to_owned())
}

/// "a birthday cake costs 45 dollars", "the price of a wash is 10 dollars", "you charge 20 dollars for a key".
fn priced(ask: &Ask, words: &str) -> String {
    let indirect = ask.indirect.as_str();
    let is_free = words == "free of charge";
    let costs = |thing: &str, verb: &str, tail: &str| {
        let tail = if tail.is_empty() { String::new() } else { format!(" {tail}") };
        if is_free { format!("{thing} is free of charge{tail}") } else { format!("{thing} {verb} {words}{tail}") }
    };
    let rest = ["how much ", "what "].iter().find_map(|lead| indirect.strip_prefix(lead));
    if let Some(rest) = rest {
        let parts: Vec<&str> = rest.split(' ').collect();
        if let Some(verb) = parts.iter().position(|part| matches!(*part, "costs" | "cost" | "charge" | "charges")).filter(|verb| *verb > 0) {
            let (thing, tail) = (parts[..verb].join(" "), parts[verb + 1..].join(" "));
            return if parts[verb].starts_with("charge") && is_free {
                format!("it is free of charge {tail}").trim_end().to_owned()
            } else {
                costs(&thing, parts[verb], &tail)
            };
        }
        if let Some(verb) = parts.iter().rposition(|part| matches!(*part, "is" | "are")).filter(|verb| *verb > 0) {
            return costs(&parts[..verb].join(" "), parts[verb], &parts[verb + 1..].join(" "));
        }
    }
    let noun = ["about ", "for "].iter().find_map(|lead| indirect.strip_prefix(lead));
    match noun.filter(|noun| noun.starts_with("the ") || noun.starts_with("your ")) {
        Some(noun) => format!("{noun} is {words}"),
        None if is_free => "it is free of charge".to_owned(),
        None => format!("the price is {words}"),
    }
}

/// "you have parking", of a question whether they have.
fn asserted(ask: &Ask) -> Option<String> {
    let claim = ["if ", "whether ", "you to confirm that "].iter().find_map(|lead| ask.indirect.strip_prefix(lead))?;
    (claim.split(' ').count() >= 2).then(|| claim.to_owned())
}

/// "you don't have parking", "there is no parking", "the sofa is no longer available".
fn negated(claim: &str) -> Option<String> {
    const AUXILIARIES: [&str; 16] =
        ["is", "are", "was", "were", "can", "could", "will", "would", "should", "must", "may", "does", "do", "did", "has", "you're"];
    let words: Vec<&str> = claim.split(' ').collect();
    if let ["you", verb, rest @ ..] = &words[..]
        && !AUXILIARIES.contains(verb)
    {
        return Some(format!("you don't {verb} {}", rest.join(" ")).trim_end().to_owned());
    }
    let verb = words.iter().position(|word| AUXILIARIES.contains(word))?;
    let (head, tail) = (words[..=verb].join(" "), &words[verb + 1..]);
    let tail_words = tail.join(" ");
    Some(match (words[0], tail.first()) {
        ("there", Some(&("a" | "an" | "any"))) => format!("{head} no {}", tail[1..].join(" ")),
        ("there", _) => format!("{head} no {tail_words}"),
        (_, Some(&"still")) => format!("{head} no longer {}", tail[1..].join(" ")),
        _ => format!("{head} not {tail_words}").trim_end().to_owned(),
    })
}

/// Returns " today", " on Friday": the day that a question is about.
pub fn day_suffix(indirect: &str) -> String {
    let lower = indirect.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
    for day in ["today", "tonight", "tomorrow"] {
        if words.contains(&day) {
            return format!(" {day}");
        }
    }
    words.iter().find_map(|word| date::weekday(word)).map(|weekday| format!(" on {}", date::WEEKDAYS[usize::from(weekday)])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::brief::TaskType;
    use crate::question::errand;
    use crate::script::tests::brief;

    #[test]
    fn claims_name_the_thing_that_they_are_about() {
        let rows = [
            ("Ask what time they close today", "21:00", "you close at 9 pm today"),
            ("Ask what time they close on Friday", "closed", "you are closed on Friday"),
            ("Ask when the kitchen closes", "21:00", "the kitchen closes at 9 pm"),
            ("Ask what time the office closes today", "17:30", "the office closes today at 5:30 pm"),
            ("Ask what time the office closes today", "closed", "the office is closed today"),
            ("Ask about their opening hours", "09:00-17:00", "you are open from 9 am to 5 pm"),
            ("Ask how much a birthday cake costs", "$45.00", "a birthday cake costs 45 dollars"),
            ("Ask how much two tickets cost today", "$30.00", "two tickets cost 30 dollars today"),
            ("How much is an oil change?", "$45.50", "an oil change is 45 dollars and 50 cents"),
            ("Ask how much they charge for a key", "$5.00", "you charge 5 dollars for a key"),
            ("check the price of a haircut", "$20.00", "the price of a haircut is 20 dollars"),
            ("Ask how much a wash costs", "$0.00", "a wash is free of charge"),
            ("Ask if they have parking", "yes", "you have parking"),
            ("Ask if they have parking", "no", "you don't have parking"),
            ("Ask if there is a fee", "no", "there is no fee"),
            ("Ask if the sofa is still available", "no", "the sofa is no longer available"),
            ("Ask whether they are open on Sunday", "no", "you are not open on Sunday"),
            ("Ask if I need a referral", "yes", "Sam Miller needs a referral"),
            ("Ask if I need a referral", "no", "the answer is no"),
            ("Ask when my car will be ready", "2026-11-27 15:00", "Sam Miller's car will be ready on Friday, November 27 at 3 pm"),
            ("Ask when my car will be ready", "next week", "what I understood is: next week"),
            ("Ask for their phone number", "2125550144", "the number is 2 1 2, 5 5 5, 0 1 4 4"),
        ];
        for (intent, value, claim) in rows {
            let errand = errand(&brief(TaskType::InformationInquiry, intent));
            assert_eq!(of(&errand.asks[0], value), claim, "{intent}");
        }
    }

    #[test]
    fn claims_are_told_to_the_user_in_the_third_person() {
        let ask = |intent: &str| errand(&brief(TaskType::InformationInquiry, intent)).asks.remove(0);
        assert_eq!(told(&ask("Ask what time they close today"), "21:00"), "They close at 9 pm today.");
        assert_eq!(told(&ask("Ask how much a birthday cake costs"), "$45.00"), "A birthday cake costs 45 dollars.");
    }
}
