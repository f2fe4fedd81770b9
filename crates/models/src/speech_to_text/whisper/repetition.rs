//! Notices when Whisper goes round in circles ("we close at nine we close at nine we close …").
//!
//! People repeat themselves too: "no no no", "five five five", "bye bye". So a circle is three rounds of at least
//! two words, two rounds of at least six, or the same word seven times.

/// Returns whether `text` is a circle.
pub(crate) fn circles(text: &str) -> bool {
    circle(&words(text)).is_some()
}

/// Returns `text`, or only the first round if it is a circle.
pub(crate) fn collapsed(text: &str) -> String {
    let Some(length) = circle(&words(text)) else { return text.to_owned() };
    text.split_whitespace().take(length).collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(|word| word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()).collect()
}

/// Returns how many words make a round; the last round may be cut short.
fn circle(words: &[String]) -> Option<usize> {
    (1..=words.len() / 2).find(|&length| {
        let rounds = words.len() / length;
        let enough = match length {
            1 => 7,
            2..=5 => 3,
            _ => 2,
        };
        rounds >= enough && words.iter().zip(&words[length..]).all(|(before, after)| before == after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_collapse_and_people_may_repeat_themselves() {
        assert_eq!(collapsed("We close at nine. We close at nine. We close at nine. We"), "We close at nine.");
        assert_eq!(collapsed("you you you you you you you you"), "you");
        for spoken in ["No, no, no!", "five five five", "Bye bye.", "", "One moment. One moment."] {
            assert_eq!(collapsed(spoken), spoken);
            assert!(!circles(spoken));
        }
    }
}
