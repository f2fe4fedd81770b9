//! Who is who: the user's "they" is the callee's "you", the user's "my" is the principal's.

/// Returns what the user wrote as it is said to the callee: "what time they close" is "what time you close", "my table" is "Sam's table".
pub fn to_callee(text: &str, principal: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut said: Vec<String> = Vec::with_capacity(words.len());
    let mut after_i = false;
    for (place, word) in words.iter().enumerate() {
        let core = word.trim_end_matches([',', '.', '?', '!', ';', ':']);
        let tail = &word[core.len()..];
        let plain = core.replace('’', "'").to_lowercase();
        let is_last = place + 1 == words.len();
        let turned = if after_i {
            after_i = false;
            Some(third_person(&plain))
        } else {
            after_i = plain == "i" && !is_last;
            turned(&plain, principal)
        };
        match turned {
            Some(turned) => said.push(format!("{turned}{tail}")),
            None => said.push((*word).to_owned()),
        }
    }
    said.join(" ")
}

fn turned(plain: &str, principal: &str) -> Option<String> {
    let same = match plain {
        "they" | "them" => "you",
        "they're" => "you're",
        "they've" => "you've",
        "they'll" => "you'll",
        "they'd" => "you'd",
        "their" => "your",
        "theirs" => "yours",
        "themselves" => "yourselves",
        _ => {
            return Some(match plain {
                "my" | "mine" | "our" | "ours" => possessive(principal),
                "i" | "me" | "us" | "myself" => principal.to_owned(),
                "i'm" => format!("{principal} is"),
                "i've" => format!("{principal} has"),
                "i'll" => format!("{principal} will"),
                "i'd" => format!("{principal} would"),
                _ => return None,
            });
        }
    };
    Some(same.to_owned())
}

fn possessive(principal: &str) -> String {
    format!("{principal}'s")
}

fn third_person(verb: &str) -> String {
    match verb {
        "am" => "is".to_owned(),
        "have" => "has".to_owned(),
        "do" => "does".to_owned(),
        "don't" => "doesn't".to_owned(),
        "haven't" => "hasn't".to_owned(),
        "can" | "could" | "will" | "would" | "should" | "must" | "may" | "might" | "did" | "had" | "was" | "can't" | "won't" | "just" | "already"
        | "never" | "still" | "also" | "ordered" | "bought" | "paid" | "booked" | "left" | "lost" | "made" | "got" => verb.to_owned(),
        _ if verb.ends_with("ed") && !matches!(verb, "need" | "feed") => verb.to_owned(),
        _ if verb.ends_with(['s', 'x', 'z', 'o']) || verb.ends_with("ch") || verb.ends_with("sh") => format!("{verb}es"),
        _ => format!("{verb}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callee_is_you_and_the_user_is_named() {
        let rows = [
            ("what time they close", "what time you close"),
            ("if they've got their menu online", "if you've got your menu online"),
            ("my table, please", "Sam's table, please"),
            ("if I need a referral", "if Sam needs a referral"),
            ("when I'm due", "when Sam is due"),
            ("if I can bring them a dog", "if Sam can bring you a dog"),
        ];
        for (text, said) in rows {
            assert_eq!(to_callee(text, "Sam"), said, "{text}");
        }
    }
}
