//! Hears digits that look like a payment card's, spoken or keyed, on either side, also across pauses.
//!
//! 13 to 19 digits that pass the Luhn check, or digits after words such as "security code". Recording audio of the latter is
//! forbidden outright (PCI DSS 3.3.1), and nobody can tell beforehand, so what was recorded is silenced from the first digit.
//! The recording listens through this to both sides; the conversation holds every line of its own against it before it is
//! spoken, and a task is not taken whose words give such digits.

use telephony::AudioPosition;

/// Which side of the call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The assistant, or an operator in its place.
    Us,
    /// The callee.
    Callee,
}

/// A run of digits longer than any card's is none.
const MOST_DIGITS: usize = 19;
/// The shortest card number.
const LEAST_DIGITS: usize = 13;

/// Follows the digits of both sides.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct CardWatch {
    runs: [Run; 2],
    is_near: bool,
    /// A card or a code was given, and nothing else was spoken of since.
    is_given: bool,
}

/// Stands in words where digits stood.
pub const HIDDEN: &str = "[hidden]";

/// Digits that one side has given without saying anything else.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
struct Run {
    digits: String,
    from: Option<AudioPosition>,
    /// A security code was spoken of, and not yet given.
    is_code_due: bool,
}

impl CardWatch {
    /// Hears settled words of one side that begin at a place. Returns from where on they must be silenced, if so.
    pub fn hear(&mut self, side: Side, text: &str, from: AudioPosition) -> Option<AudioPosition> {
        let lower = text.to_lowercase();
        let speaks_of_code = SECRET_CODES.iter().any(|words| lower.contains(words));
        let run = &mut self.runs[index(side)];
        let is_code_due = run.is_code_due || speaks_of_code;
        let (mut given, mut sighted, mut is_only_filler) = (0, None, true);
        let was_near = self.is_near;
        for sign in signs(&lower) {
            match sign {
                // "Oh" is a zero among digits, and else a sigh.
                Sign::Oh if run.digits.is_empty() => {}
                sign @ (Sign::Digits(_) | Sign::Oh) => {
                    let digits = if let Sign::Digits(digits) = sign { digits } else { "0".to_owned() };
                    given += digits.len();
                    let begins = run.add(&digits, from);
                    let is_code = is_code_due && (3..=8).contains(&given);
                    if is_code || run.looks_like_a_card() {
                        sighted.get_or_insert(begins);
                    }
                }
                // "Okay", "and then", a breath: the next digits belong to the same number.
                Sign::Filler => {}
                Sign::Other => {
                    is_only_filler = false;
                    run.clear();
                }
            }
        }
        // The same digits are not sighted twice. What follows a card at once, its expiry for one, belongs to it.
        if sighted.is_some() {
            run.clear();
        }
        let belongs = belongs_to_a_card(&lower, given, is_only_filler);
        let goes_on = run.digits.len() >= 6 || (was_near && belongs);
        run.is_code_due = speaks_of_code && given == 0 || is_code_due && is_only_filler && given == 0;
        if speaks_of_code && given == 0 {
            // Whoever is asked for a code will give it: so it is due on the other side as well.
            self.runs[1 - index(side)].is_code_due = true;
        }
        if given > 0 || !is_only_filler {
            self.is_near = sighted.is_some() || goes_on || speaks_of_code;
            self.is_given = sighted.is_some() || (self.is_given && belongs);
        }
        sighted
    }

    /// Returns the words without their digits if, heard next, they would give a card or a code, or go on giving one. `None`
    /// if they may stay as they are.
    ///
    /// Of a number that is given in pieces the last piece is hidden, and no card can be put together from the others: what
    /// only begins like one may as well be the answer that the call is for.
    pub fn masked(&self, side: Side, text: &str) -> Option<String> {
        let mut next = self.clone();
        let is_sighted = next.hear(side, text, AudioPosition::ZERO).is_some();
        (is_sighted || (self.is_given && next.is_given)).then(|| without_digits(text)).filter(|masked| masked != text)
    }

    /// Returns where the digits begin that may yet become a card, if there are any.
    pub fn open_from(&self) -> Option<AudioPosition> {
        self.runs.iter().filter_map(|run| run.from).min()
    }

    /// Hears keys that one side has pressed.
    pub fn key(&mut self, side: Side, digits: &str, from: AudioPosition) -> Option<AudioPosition> {
        let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            return None;
        }
        let run = &mut self.runs[index(side)];
        let is_code = run.is_code_due && (3..=8).contains(&digits.len());
        let begins = run.add(&digits, from);
        let is_sighted = is_code || run.looks_like_a_card();
        self.is_near |= is_sighted || run.digits.len() >= 6;
        if is_sighted {
            run.clear();
        }
        is_sighted.then_some(begins)
    }

    /// Returns whether a card was just read out, or may be in the middle of it.
    pub const fn is_near(&self) -> bool {
        self.is_near
    }
}

const SECRET_CODES: [&str; 10] =
    ["security code", "cvv", "cvc", "cv2", "verification code", "one-time code", "one time code", "passcode", "pin number", "pin code"];

impl Run {
    /// Adds digits and returns where the run begins. Of a run without end only the last digits are kept.
    fn add(&mut self, digits: &str, from: AudioPosition) -> AudioPosition {
        self.digits.push_str(digits);
        let surplus = self.digits.len().saturating_sub(2 * MOST_DIGITS);
        self.digits.drain(..surplus);
        *self.from.get_or_insert(from)
    }

    fn clear(&mut self) {
        self.digits.clear();
        self.from = None;
    }

    /// Any stretch of 13 to 19 of the digits: a card number may stand behind others.
    fn looks_like_a_card(&self) -> bool {
        let digits = self.digits.as_bytes();
        let stretches = (0..digits.len()).flat_map(|from| (LEAST_DIGITS..=MOST_DIGITS).map(move |length| (from, from + length)));
        stretches.filter(|(_, to)| *to <= digits.len()).any(|(from, to)| starts_like_a_card(&digits[from..to]) && passes_luhn(&digits[from..to]))
    }
}

const fn index(side: Side) -> usize {
    match side {
        Side::Us => 0,
        Side::Callee => 1,
    }
}

/// A word, as far as digits are concerned.
enum Sign {
    Digits(String),
    Oh,
    Filler,
    Other,
}

/// Returns the words of a text as signs: "four one, uh, 11" is `4`, `1`, a filler and `11`.
fn signs(lower: &str) -> Vec<Sign> {
    const FILLERS: [&str; 16] = ["uh", "um", "er", "okay", "ok", "and", "then", "yes", "yeah", "right", "mhm", "go", "on", "it's", "so", "next"];
    let mut times = 1;
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    let read = words.filter_map(|word| {
        let digits = match word {
            "oh" | "o" => return Some(Sign::Oh),
            "zero" => "0".to_owned(),
            "one" => "1".to_owned(),
            "two" => "2".to_owned(),
            "three" => "3".to_owned(),
            "four" => "4".to_owned(),
            "five" => "5".to_owned(),
            "six" => "6".to_owned(),
            "seven" => "7".to_owned(),
            "eight" => "8".to_owned(),
            "nine" => "9".to_owned(),
            "double" | "triple" => {
                times = if word == "double" { 2 } else { 3 };
                return None;
            }
            word if word.bytes().all(|byte| byte.is_ascii_digit()) => word.to_owned(),
            word => return Some(if FILLERS.contains(&word) { Sign::Filler } else { Sign::Other }),
        };
        let times = std::mem::replace(&mut times, 1);
        Some(Sign::Digits(digits.repeat(times)))
    });
    read.collect()
}

/// What follows a card at once belongs to it: its date, its code, a correction; not the next sentence with a number in it.
fn belongs_to_a_card(lower: &str, given: usize, is_only_filler: bool) -> bool {
    given > 0 && (is_only_filler || ["expir", "valid", "code", "card", "month"].iter().any(|word| lower.contains(word)))
}

/// Returns the text with each stretch of digits, in figures or words, as one [`HIDDEN`].
fn without_digits(text: &str) -> String {
    let is_of_a_word = |c: char| c.is_alphanumeric() || c == '\'';
    let (mut masked, mut rest, mut is_hidden) = (String::new(), text, false);
    while let Some(begins) = rest.find(is_of_a_word) {
        let (between, tail) = rest.split_at(begins);
        let (word, after) = tail.split_at(tail.find(|c| !is_of_a_word(c)).unwrap_or(tail.len()));
        let is_digits = signs(&word.to_lowercase()).iter().any(|sign| matches!(sign, Sign::Digits(_)));
        if !(is_digits && is_hidden) {
            masked.push_str(between);
            masked.push_str(if is_digits { HIDDEN } else { word });
        }
        is_hidden = is_digits;
        rest = after;
    }
    masked.push_str(rest);
    masked
}

/// Cards begin with 2 to 6 (ISO/IEC 7812: airlines 1, travel 3, banks 4 and 5, merchandising 6; Mastercard also 2).
fn starts_like_a_card(digits: &[u8]) -> bool {
    digits.first().is_some_and(|first| (b'2'..=b'6').contains(first))
}

/// Returns whether digits pass the Luhn check, as all card numbers do.
pub fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            let doubled = if place % 2 == 1 { value * 2 } else { value };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> AudioPosition {
        AudioPosition::from_millis(seconds * 1_000)
    }

    /// Says lines one after the other, a second each; returns where silence begins, in seconds.
    fn heard(lines: &[(Side, &str)]) -> Option<u64> {
        let mut watch = CardWatch::default();
        let mut found = (0..).zip(lines).filter_map(|(second, (side, text))| watch.hear(*side, text, at(second)));
        found.next().map(|from| from.as_millis() / 1_000)
    }

    #[test]
    fn card_numbers_are_heard_however_they_are_read_out() {
        use Side::{Callee, Us};
        assert_eq!(heard(&[(Callee, "It's 4111 1111 1111 1111.")]), Some(0));
        assert_eq!(heard(&[(Callee, "4111-1111-1111-1111")]), Some(0));
        assert_eq!(heard(&[(Callee, "four one one one, one one one one, one one one one, one one one one")]), Some(0));
        assert_eq!(heard(&[(Callee, "hello"), (Callee, "4111 1111"), (Us, "Okay."), (Callee, "and then"), (Callee, "1111 1111")]), Some(1));
        assert_eq!(heard(&[(Callee, "378282246310005")]), Some(0), "15 digits");
        assert_eq!(heard(&[(Us, "5555 5555 5555 4444")]), Some(0), "our own side as well");
    }

    #[test]
    fn a_security_code_is_heard_by_its_name() {
        use Side::{Callee, Us};
        assert_eq!(heard(&[(Callee, "the security code is 123")]), Some(0));
        assert_eq!(heard(&[(Us, "What is the verification code?"), (Callee, "8 3 4 1 2 2")]), Some(1));
        assert_eq!(heard(&[(Callee, "your one-time code is 443 122")]), Some(0));
        assert_eq!(heard(&[(Callee, "the code for the door"), (Callee, "1234")]), None);
    }

    #[test]
    fn other_digits_are_left_alone() {
        use Side::Callee;
        assert_eq!(heard(&[(Callee, "Our number is 212 555 0123.")]), None);
        assert_eq!(heard(&[(Callee, "4111 1111 1111 1112")]), None, "fails the check");
        assert_eq!(heard(&[(Callee, "4111 1111"), (Callee, "No wait, let me look."), (Callee, "1111 1111")]), None, "not one number");
        assert_eq!(heard(&[(Callee, "Your order is 74291, it costs 45 dollars, come at 9.")]), None);
        assert_eq!(heard(&[(Callee, "0000 0000 0000 0000")]), None);
    }

    #[test]
    fn the_check_is_luhn_s() {
        for good in ["4111111111111111", "378282246310005", "6011111111111117", "5555555555554444", "79927398713"] {
            assert!(passes_luhn(good.as_bytes()), "{good}");
        }
        for bad in ["4111111111111112", "79927398710"] {
            assert!(!passes_luhn(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn digits_are_hidden_in_the_words_and_what_is_no_card_stays() {
        use Side::Callee;
        let mut watch = CardWatch::default();
        assert_eq!(watch.masked(Callee, "It's 4111 1111, 1111 1111, yes").as_deref(), Some("It's [hidden], yes"));
        assert_eq!(watch.masked(Callee, "the security code is one two three.").as_deref(), Some("the security code is [hidden]."));
        assert_eq!(watch.masked(Callee, "Our number is 212 555 0123."), None);
        watch.hear(Callee, "My card is 4111 1111", at(0));
        assert_eq!(watch.open_from(), Some(at(0)));
        assert_eq!(watch.masked(Callee, "then 1111 1111").as_deref(), Some("then [hidden]"), "the last piece of it");
        watch.hear(Callee, "then 1111 1111", at(1));
        assert_eq!(watch.open_from(), None);
        assert_eq!(watch.masked(Callee, "it expires 04 27").as_deref(), Some("it expires [hidden]"));
        assert_eq!(watch.masked(Callee, "We close at 9."), None, "an answer is an answer");
        watch.hear(Callee, "Anyway, we close at 9.", at(2));
        assert_eq!(watch.masked(Callee, "04 27"), None);
    }

    #[test]
    fn a_text_without_digits_is_not_touched() {
        for text in ["", " ", "Yes — of course.", "naïve, isn't it?"] {
            assert_eq!(without_digits(text), text);
        }
    }
}
