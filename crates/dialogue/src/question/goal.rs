//! The user's sentence without its politeness, and its goal cut from the conditions behind it.

const LEAD_INS: [&str; 24] = [
    "please",
    "can you",
    "could you",
    "would you",
    "will you",
    "i want you to",
    "i would like you to",
    "i'd like you to",
    "i need you to",
    "i want to know",
    "i'd like to know",
    "i would like to know",
    "i need to know",
    "call them and",
    "call them to",
    "call the restaurant and",
    "call the shop and",
    "call the store and",
    "call up and",
    "call and",
    "phone and",
    "ring and",
    "call to",
    "just",
];

/// Returns the goal without "please", "call them and", "for me".
pub(super) fn without_politeness(text: &str) -> String {
    let mut text = text.trim().trim_end_matches(['.', '!', ' ']).to_owned();
    loop {
        let lead = LEAD_INS.iter().find_map(|lead| strip_words(&text, lead));
        let Some(rest) = lead.filter(|rest| !rest.is_empty()) else { break };
        let is_question = text.to_lowercase().starts_with("i want to know")
            || text.to_lowercase().contains("like to know")
            || text.to_lowercase().starts_with("i need to know");
        text = if is_question { format!("ask {rest}") } else { rest.to_owned() };
    }
    for tail in [", please", " please", " for me", " and let me know", " and tell me"] {
        if let Some(shorter) = text.strip_suffix(tail) {
            text = shorter.to_owned();
        }
    }
    text
}

/// Returns what follows these words at the start of a text, if they stand there as whole words.
pub(super) fn strip_words<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let head = text.get(..words.len())?;
    let rest = &text[words.len()..];
    let is_whole = rest.is_empty() || rest.starts_with([' ', ',', ':']);
    (is_whole && head.eq_ignore_ascii_case(words)).then(|| rest.trim_start_matches([' ', ',', ':']))
}

/// Cuts the goal from its conditions.
pub(super) fn split_goal(intent: &str) -> (String, Vec<String>) {
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    let chars: Vec<char> = intent.chars().collect();
    for (place, c) in chars.iter().enumerate() {
        let next_is_new = chars.get(place + 1) == Some(&' ') && chars.get(place + 2).is_some_and(|next| next.is_uppercase());
        let ends = match c {
            '.' => next_is_new && !ends_in_abbreviation(&piece),
            '?' | '!' => chars.get(place + 1) == Some(&' '),
            ';' | '(' | ')' => true,
            _ => false,
        };
        if ends {
            pieces.push(std::mem::take(&mut piece));
        } else {
            piece.push(*c);
        }
    }
    pieces.push(piece);
    let mut pieces: Vec<String> = pieces.iter().map(|piece| piece.trim().to_owned()).filter(|piece| !piece.is_empty()).collect();
    if pieces.is_empty() {
        return (String::new(), pieces);
    }
    let mut goal = pieces.remove(0);
    let lower = goal.to_lowercase();
    let cuts = [
        ", if not",
        ", otherwise",
        ", or else",
        " or else",
        ", but if",
        ", alternatively",
        ", up to",
        ", at most",
        ", no later than",
        " no later than",
        ", any time",
        ", anytime",
        ", or any time",
        " or any time",
        ", i'm flexible",
        ", my budget",
        ", or failing that",
        ", failing that",
    ];
    if lower.is_char_boundary(lower.len())
        && lower.len() == goal.len()
        && let Some(cut) = cuts.iter().filter_map(|cut| lower.find(cut)).min()
    {
        pieces.insert(0, goal[cut..].trim_start_matches([',', ' ']).to_owned());
        goal.truncate(cut);
    }
    (goal, pieces)
}

fn ends_in_abbreviation(piece: &str) -> bool {
    let last = piece.rsplit(' ').next().unwrap_or_default().to_lowercase();
    matches!(last.as_str(), "dr" | "mr" | "mrs" | "ms" | "st" | "no") || (last.len() == 1 && last.chars().all(char::is_alphabetic))
}
