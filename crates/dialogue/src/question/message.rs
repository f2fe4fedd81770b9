//! Intents that have something told: "tell my aunt I'll be late".

use super::goal::strip_words;
use super::person::to_callee;
use super::{Errand, blank, clause};
use crate::brief::{Brief, TaskType};

/// Returns the errand of an intent that has something told, and to whom.
pub(super) fn message(brief: &Brief, goal: &str) -> Option<Errand> {
    let principal = &brief.principal;
    let (recipient, text) =
        if let Some(rest) = strip_words(goal, "tell").or_else(|| strip_words(goal, "inform")).or_else(|| strip_words(goal, "remind")) {
            if strip_words(rest, "me").is_some() {
                return None;
            }
            split_recipient(rest)
        } else if let Some(rest) = strip_words(goal, "let") {
            let (recipient, text) = rest.split_once(" know ")?;
            (recipient.to_owned(), text.to_owned())
        } else if let Some(rest) =
            ["pass on to", "pass a message to", "give a message to", "leave a message for", "deliver a message to", "say to", "wish"]
                .iter()
                .find_map(|lead| strip_words(goal, lead))
        {
            split_recipient(rest)
        } else if let Some(rest) = [
            "say that",
            "say",
            "leave a message that",
            "leave a message saying",
            "leave a message",
            "pass on that",
            "deliver the message",
            "deliver this message",
            "deliver a message",
        ]
        .iter()
        .find_map(|lead| strip_words(goal, lead))
        {
            ("them".to_owned(), rest.to_owned())
        } else {
            return None;
        };
    let text = strip_words(&text, "that").unwrap_or(&text).trim().to_owned();
    if text.is_empty() {
        return None;
    }
    let is_callee = matches!(recipient.to_lowercase().as_str(), "them" | "him" | "her" | "");
    let recipient = (!is_callee).then(|| to_callee(&recipient, principal));
    let purpose = recipient.as_ref().map_or_else(|| "to pass on a message".to_owned(), |recipient| format!("to pass on a message for {recipient}"));
    Some(Errand { subject: clause::sentence(&text), recipient, ..blank(TaskType::MessageDelivery, purpose) })
}

/// "my aunt I'll be late" → "my aunt", "I'll be late".
fn split_recipient(rest: &str) -> (String, String) {
    if let Some((recipient, text)) = rest.split_once(" that ").filter(|(recipient, _)| recipient.split(' ').count() <= 4) {
        return (recipient.to_owned(), text.to_owned());
    }
    let words: Vec<&str> = rest.split(' ').collect();
    let is_name = |word: &str| word.starts_with(char::is_uppercase) && !matches!(word.split(['\'', '’']).next(), Some("I"));
    let length = match words.first().map(|word| word.to_lowercase()).as_deref() {
        Some("my" | "the" | "our") => 2,
        Some("them" | "him" | "her" | "everyone" | "everybody") => 1,
        _ => words.iter().take_while(|word| is_name(word)).count().clamp(1, 3),
    };
    let length = length.min(words.len());
    (words[..length].join(" "), words[length..].join(" "))
}
