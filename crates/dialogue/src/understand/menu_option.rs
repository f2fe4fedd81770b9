//! What a menu offers: "for opening hours, press two", "press 0 to speak to a representative".

use telephony::dtmf::Digit;

use super::number;
use super::words::Words;

/// One key and what it leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MenuOption {
    /// The key.
    pub digit: Digit,
    /// What the menu says it is for, in lower case: "opening hours".
    pub label: String,
}

/// Returns a menu's options in the order they are read out.
pub fn menu_options(text: &str) -> Vec<MenuOption> {
    let words = Words::of(text);
    let presses: Vec<(usize, usize, Digit)> = (0..words.len()).filter_map(|place| press_at(&words, place)).collect();
    let mut found: Vec<MenuOption> = Vec::new();
    let mut floor = 0;
    for (nth, (from, to, digit)) in presses.iter().enumerate() {
        let ceiling = presses.get(nth + 1).map_or(words.len(), |next| next.0);
        let before = label_before(&words, floor, *from).or_else(|| bare_label_before(&words, floor, *from));
        let (label, used_to) = match before {
            Some(label) => (label, *to),
            None => label_behind(&words, *to, ceiling),
        };
        floor = used_to;
        if !found.iter().any(|option| option.digit == *digit) {
            found.push(MenuOption { digit: *digit, label });
        }
    }
    found
}

fn press_at(words: &Words<'_>, place: usize) -> Option<(usize, usize, Digit)> {
    if !matches!(words.at(place), "press" | "dial" | "say" | "push" | "select" | "choose" | "enter" | "hit") {
        return None;
    }
    let mut at = place + 1;
    if words.at(at) == "or" {
        return None;
    }
    while matches!(words.at(at), "the" | "number" | "key" | "option") {
        at += 1;
    }
    let digit = key(words.at(at))?;
    let to = at + 1 + usize::from(words.at(at + 1) == "key");
    let from = if words.before(place, 1) == "or" && place >= 2 { place - 2 } else { place };
    Some((from, to, digit))
}

fn key(word: &str) -> Option<Digit> {
    let key = match word {
        "pound" | "hash" | "#" => '#',
        "star" | "asterisk" => '*',
        "oh" => '0',
        "to" | "too" => '2',
        "for" => '4',
        "won" => '1',
        _ if word.len() == 1 => word.chars().next().filter(char::is_ascii_digit)?,
        _ => number::unit(word).filter(|unit| *unit < 10).and_then(|unit| char::from_digit(unit, 10))?,
    };
    Digit::new(key)
}

/// "outages, press two", where the "for" was not heard: what stands before the key in its sentence.
fn bare_label_before(words: &Words<'_>, floor: usize, press: usize) -> Option<String> {
    let ends_sentence = |place: usize| words.words.get(place).is_some_and(|word| words.text[word.to..].starts_with(['.', '?', '!']));
    let from = (floor..press).rev().find(|place| ends_sentence(*place)).map_or(floor, |place| place + 1);
    let label = words
        .words
        .get(from..press)?
        .iter()
        .map(|word| word.text.as_str())
        .filter(|word| !matches!(*word, "please" | "and" | "or" | "then"))
        .collect::<Vec<_>>()
        .join(" ");
    (!label.is_empty()).then_some(label)
}

/// "for opening hours, press two".
fn label_before(words: &Words<'_>, floor: usize, press: usize) -> Option<String> {
    let from = (floor..press).rev().find(|place| matches!(words.at(*place), "for" | "to" | "if") && is_lead(words, *place, floor))?;
    let label = words.words[from + 1..press].iter().map(|word| word.text.as_str()).filter(|word| *word != "please").collect::<Vec<_>>().join(" ");
    (!label.is_empty()).then_some(label)
}

/// Whether a "for" or "to" begins an option: it stands at the start of a clause, or nothing before it does.
fn is_lead(words: &Words<'_>, place: usize, floor: usize) -> bool {
    place == floor
        || words.words[place - 1].ends_clause
        || matches!(words.before(place, 1), "or" | "and" | "otherwise")
        || (floor..place).all(|earlier| !matches!(words.at(earlier), "for" | "to" | "if"))
}

/// "press two for opening hours".
fn label_behind(words: &Words<'_>, to: usize, ceiling: usize) -> (String, usize) {
    if !matches!(words.at(to), "for" | "to" | "if" | "now") {
        return (String::new(), to);
    }
    let mut end = to + 1;
    while end < ceiling && !words.words[end - 1].ends_clause && words.at(end) != "or" {
        end += 1;
    }
    (words.words[(to + 1).min(end)..end].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "), end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn menus_are_read_in_either_order() {
        let rows = [
            ("For opening hours, press one. For reservations, press two.", "1 opening hours; 2 reservations"),
            ("Press 1 for sales, press 2 for support.", "1 sales; 2 support"),
            ("To speak to a representative, press zero.", "0 speak to a representative"),
            ("For billing press 3, or press 0 to speak to an operator", "3 billing; 0 speak to an operator"),
            ("Thank you for calling Acme. For store hours, say or press four. To repeat, press star.", "4 store hours; * repeat"),
            ("If you know your extension, dial pound now.", "# you know your extension"),
            (
                "For billing, press one. outages, press two. To speak to a representative, press zero.",
                "1 billing; 2 outages; 0 speak to a representative",
            ),
            ("Hello?", ""),
            ("", ""),
        ];
        for (text, expected) in rows {
            let shown: Vec<_> = menu_options(text).iter().map(|option| format!("{} {}", option.digit, option.label)).collect();
            assert_eq!(shown.join("; "), expected, "{text}");
        }
    }
}
