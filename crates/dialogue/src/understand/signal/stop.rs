//! "Take me off your list": a stop request, searched generously.

use crate::understand::words::Words;

/// Returns the place of a stop request: its first word, the word after its last, and how sure it is from 0 to 100.
pub(super) fn request(words: &Words<'_>) -> Option<(usize, usize, u8)> {
    let plain = [
        "stop calling",
        "quit calling",
        "never call",
        "take me off",
        "take us off",
        "take this number off",
        "take my number off",
        "remove me",
        "remove us",
        "remove this number",
        "remove my number",
        "remove our number",
        "off your list",
        "off the list",
        "off your call list",
        "lose this number",
        "lose my number",
        "delete my number",
        "delete this number",
        "no more calls",
        "do not call list",
        "don't call list",
        "leave us alone and don't call",
        "unsubscribe",
        "opt out",
        "opt me out",
        "opt us out",
        "stop phoning",
        "stop ringing",
        "don't contact",
        "do not contact",
        "never contact",
        "stop contacting",
        "don't ring",
        "don't phone",
        "calling us again",
        "calling me again",
        "calling here again",
        "call me again",
        "call us again",
        "call here again",
        "call this number again",
        "put me on your do not call",
        "don't wanna be called",
        "don't want to be called",
        "don't want any more calls",
        "don't want any calls",
        "don't want calls",
    ];
    for (from, length) in (0..words.len()).filter_map(|place| {
        plain.iter().filter(|phrase| words.has_at(phrase, place)).map(|phrase| phrase.split(' ').count()).max().map(|length| (place, length))
    }) {
        let is_invitation = words.at(from) == "call"
            && words.words[words.clause_start(from)..from]
                .iter()
                .all(|word| !matches!(word.text.as_str(), "don't" | "dont" | "never" | "not" | "stop"));
        let is_their_own = words.has_at("never call", from) && matches!(words.before(from, 1), "we" | "i");
        if !is_invitation && !is_their_own {
            return Some((from, from + length, 95));
        }
    }
    for place in 0..words.len() {
        let length = match words.at(place) {
            "don't" | "dont" => 1,
            "do" if words.at(place + 1) == "not" => 2,
            _ => continue,
        };
        if matches!(words.before(place, 1), "we" | "i" | "they" | "people" | "customers" | "please" | "just")
            && words.before(place, 1) != "please"
            && words.before(place, 1) != "just"
        {
            continue;
        }
        let mut at = place + length;
        while matches!(words.at(at), "you" | "ever" | "dare" | "be" | "even" | "bother" | "please") {
            at += 1;
        }
        if !matches!(words.at(at), "call" | "calling") {
            continue;
        }
        let mut after = at + 1;
        while matches!(words.at(after), "back" | "us" | "me" | "here" | "in") {
            after += 1;
        }
        let is_advice = matches!(
            words.at(after),
            "before" | "after" | "until" | "till" | "between" | "on" | "during" | "it" | "him" | "her" | "them" | "that" | "it's"
        );
        if !is_advice {
            return Some((place, after.min(words.len()), 90));
        }
    }
    None
}
