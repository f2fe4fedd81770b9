//! The questions in an intent, and the kind of fact that answers each.

use super::clause::{self, Clause};
use super::goal::strip_words;
use super::person::to_callee;
use super::{Answer, Ask};
use crate::brief::{Brief, TaskType};

const ASK_VERBS: [&str; 18] = [
    "also ask",
    "and ask",
    "then ask",
    "ask",
    "inquire",
    "enquire",
    "find out",
    "also find out",
    "check",
    "see",
    "learn",
    "figure out",
    "confirm",
    "verify",
    "make sure",
    "tell me",
    "let me know",
    "get",
];
const STARTERS: [&str; 13] = ["if", "whether", "what", "what's", "when", "where", "who", "why", "how", "which", "about", "for", "that"];

/// Returns all that a sentence asks, empty if it asks nothing.
/// Returns what a goal asks, in order; nothing if it is no question.
pub(super) fn asks_of(goal: &str, brief: &Brief) -> Vec<Ask> {
    let (first, later) = split_questions(goal);
    let Some(clause) = first_clause(&first, brief) else { return Vec::new() };
    let mut asks = vec![ask_for(clause, brief)];
    for piece in later {
        let bare = ASK_VERBS.iter().find_map(|verb| strip_words(&piece, verb)).unwrap_or(&piece);
        if let Some(clause) = first_clause(&format!("ask {bare}"), brief) {
            asks.push(ask_for(clause, brief));
        }
    }
    asks
}

/// Cuts "what time they close and how much a haircut costs" in two.
fn split_questions(goal: &str) -> (String, Vec<String>) {
    let mut pieces = vec![String::new()];
    let words: Vec<&str> = goal.split_whitespace().collect();
    let mut place = 0;
    while place < words.len() {
        let word = words[place];
        let is_joint = place > 1 && (word.eq_ignore_ascii_case("and") || word.eq_ignore_ascii_case("also"));
        let next = words.get(place + 1).map(|next| next.to_lowercase()).unwrap_or_default();
        let begins = matches!(
            next.as_str(),
            "if" | "whether"
                | "what"
                | "what's"
                | "when"
                | "where"
                | "who"
                | "why"
                | "how"
                | "which"
                | "ask"
                | "find"
                | "also"
                | "about"
                | "do"
                | "are"
                | "is"
        );
        if is_joint && begins {
            pieces.push(String::new());
        } else if let Some(piece) = pieces.last_mut() {
            if !piece.is_empty() {
                piece.push(' ');
            }
            piece.push_str(word);
        }
        place += 1;
    }
    let mut pieces = pieces.into_iter().map(|piece| piece.trim_end_matches(',').to_owned()).filter(|piece| !piece.is_empty());
    (pieces.next().unwrap_or_default(), pieces.collect())
}

fn first_clause(goal: &str, brief: &Brief) -> Option<Clause> {
    let principal = &brief.principal;
    let asked = ASK_VERBS.iter().find_map(|verb| strip_words(goal, verb).map(|rest| (*verb, rest)));
    let Some((verb, rest)) = asked else {
        return direct(goal, principal);
    };
    let rest = rest.trim_end_matches('?');
    let words: Vec<&str> = rest.split_whitespace().collect();
    let starter = words.iter().take(5).position(|word| STARTERS.contains(&word.to_lowercase().as_str()));
    let first = words.first().map(|word| word.to_lowercase()).unwrap_or_default();
    if words.is_empty() {
        return None;
    }
    let is_on = first == "on" && words.len() > 1;
    let skips_addressee = starter.filter(|starter| {
        *starter == 0
            || matches!(first.as_str(), "them" | "him" | "her" | "the" | "someone" | "somebody" | "my" | "me" | "with" | "an" | "a" | "if")
            || words[0].starts_with(char::is_uppercase)
    });
    let noun = |text: &str| to_callee(text, principal);
    match (verb, skips_addressee) {
        ("get", Some(_)) | ("get", None) => price_or_data(rest).map(|noun_text| clause::from_indirect(&format!("for {}", noun(noun_text)))),
        ("confirm" | "verify" | "make sure", Some(0)) if first == "that" => Some(confirmation(&noun(&words[1..].join(" ")))),
        ("confirm" | "verify" | "make sure", None) => Some(if words.iter().any(|word| matches!(*word, "is" | "are" | "they" | "have")) {
            confirmation(&noun(rest))
        } else {
            clause::from_indirect(&format!("about {}", noun(rest)))
        }),
        (_, Some(starter)) => {
            let is_noun_first = starter > 0 && matches!(first.as_str(), "the" | "a" | "an") && matches!(words[starter], "for" | "about");
            if is_noun_first { Some(clause::from_indirect(&format!("about {}", noun(rest)))) } else { Some(clause_of(&words[starter..], principal)) }
        }
        _ if is_on => Some(clause::from_indirect(&format!("about {}", noun(&words[1..].join(" "))))),
        _ => {
            if AUXILIARY_STARTS.contains(&first.as_str()) {
                return direct(rest, principal);
            }
            let bare = strip_words(rest, "them").unwrap_or(rest);
            (!bare.is_empty() && !matches!(verb, "see" | "tell me" | "let me know")).then(|| clause::from_indirect(&format!("about {}", noun(bare))))
        }
    }
}

/// A clause whose order may be either way: "what time they close", "what time do they close".
fn clause_of(words: &[&str], principal: &str) -> Clause {
    let said = to_callee(&words.join(" "), principal);
    let said = said.trim_end_matches(['.', '?']);
    let lower: Vec<String> = said.split_whitespace().map(str::to_lowercase).collect();
    let you = lower.iter().position(|word| word == "you");
    let is_direct = you.is_some_and(|you| you >= 2 && matches!(lower[you - 1].as_str(), "do" | "are" | "can" | "will" | "does" | "would"));
    if is_direct { clause::from_direct(said) } else { clause::from_indirect(said) }
}

const AUXILIARY_STARTS: [&str; 12] = ["do", "does", "are", "is", "can", "could", "will", "would", "did", "has", "have", "should"];

fn direct(goal: &str, principal: &str) -> Option<Clause> {
    let first = goal.split_whitespace().next()?.to_lowercase();
    let is_question = matches!(first.as_str(), "what" | "what's" | "when" | "where" | "who" | "why" | "how" | "which" | "until")
        || AUXILIARY_STARTS.contains(&first.as_str());
    if !is_question {
        return None;
    }
    let said = to_callee(goal.trim_end_matches('?'), principal);
    let words: Vec<&str> = said.split_whitespace().collect();
    let has_auxiliary = words.iter().take(4).any(|word| AUXILIARY_STARTS.contains(&word.to_lowercase().as_str()));
    Some(if has_auxiliary || first == "what's" { clause::from_direct(&said) } else { clause::from_indirect(&clause::lower_first(&said)) })
}

fn confirmation(claim: &str) -> Clause {
    Clause { indirect: format!("you to confirm that {claim}"), question: format!("Could you confirm that {claim}?") }
}

/// "a quote for tyres", "their opening hours": things one gets told. A table is not.
fn price_or_data(rest: &str) -> Option<&str> {
    let lower = rest.to_lowercase();
    ["price", "quote", "estimate", "hours", "address", "number", "cost", "rate", "information", "status", "menu"]
        .iter()
        .any(|noun| lower.contains(noun))
        .then_some(rest)
}

fn ask_for(clause: Clause, brief: &Brief) -> Ask {
    let (fact, answer) = fact_of(&clause.indirect.to_lowercase(), brief.task_type);
    Ask { question: clause.question, indirect: clause.indirect, fact, answer }
}

fn fact_of(clause: &str, task_type: TaskType) -> (&'static str, Answer) {
    let words: Vec<&str> = clause.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty()).collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    let is_yes_no = matches!(words.first(), Some(&("if" | "whether"))) || clause.starts_with("you to confirm");
    let is_price = has(&["price", "prices", "cost", "costs", "charge", "charges", "fee", "fees", "rate", "rates", "quote", "estimate"])
        || (clause.contains("how much") && !has(&["time", "longer", "notice"]));
    let asks_time = clause.starts_with("what time")
        || clause.starts_with("when")
        || clause.starts_with("at what time")
        || clause.starts_with("until")
        || clause.starts_with("how late")
        || clause.starts_with("about")
        || clause.starts_with("for")
        || clause.starts_with("how early");
    if task_type == TaskType::OrderStatus && !is_yes_no && !is_price {
        return ("status", Answer::Words);
    }
    if is_yes_no {
        let is_availability = has(&[
            "have",
            "has",
            "available",
            "availability",
            "table",
            "tables",
            "room",
            "rooms",
            "stock",
            "sell",
            "carry",
            "offer",
            "opening",
            "openings",
            "space",
            "slots",
            "got",
            "free",
        ]);
        let is_open = has(&["open"]) && !is_availability;
        return (
            if is_open {
                "is_open"
            } else if is_availability {
                "availability"
            } else {
                "answer"
            },
            Answer::YesNo,
        );
    }
    let opens = has(&["open", "opens", "opening"]);
    let closes = has(&["close", "closes", "closing", "shut", "shuts"])
        || clause.starts_with("how late")
        || clause.contains("open until")
        || clause.starts_with("until");
    match () {
        () if has(&["hours"]) && !clause.starts_with("how many") && !is_price => ("hours", Answer::Hours),
        () if is_price => ("price", Answer::Price),
        () if opens && closes && asks_time && !clause.starts_with("how late") && !clause.contains("until") => ("hours", Answer::Hours),
        () if closes && asks_time => ("closing_time", Answer::ClosingTime),
        () if opens && asks_time => ("opening_time", Answer::OpeningTime),
        () if has(&["order", "package", "parcel", "delivery", "refund", "shipment"])
            && (has(&["status", "where"]) || clause.starts_with("about")) =>
        {
            ("status", Answer::Words)
        }
        () if clause.contains("phone number") || clause.contains("fax number") => ("phone_number", Answer::PhoneNumber),
        () if clause.starts_with("who") || clause.contains("the name of") => ("name", Answer::Name),
        () if has(&["address"]) || clause.starts_with("where") => ("address", Answer::Words),
        () if clause.starts_with("when") || clause.starts_with("what time") || clause.starts_with("what day") || clause.starts_with("how soon") => {
            ("when", Answer::When)
        }
        () if clause.starts_with("how long") => ("duration", Answer::Words),
        () => ("answer", Answer::Words),
    }
}
