//! Prices: "$45", "45 dollars", "forty five fifty", "a hundred and twenty bucks", "between 40 and 60 dollars", "free".

use serde::{Deserialize, Serialize};

use super::Heard;
use super::number;
use super::words::Words;

/// A price or a range of prices.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Price {
    /// In hundredths; of a range the lower end.
    pub cents: u64,
    /// The upper end of a range, in hundredths.
    pub up_to: Option<u64>,
    /// `$`, `€` or `£`.
    pub currency: char,
}

impl Price {
    /// Returns the normal form, "$45.00" or "$40.00-$60.00".
    pub fn normal(self) -> String {
        let one = |cents: u64| format!("{}{}.{:02}", self.currency, cents / 100, cents % 100);
        self.up_to.map_or_else(|| one(self.cents), |up_to| format!("{}-{}", one(self.cents), one(up_to)))
    }
}

/// Returns all prices in a text, in order. With `is_asked`, the callee was asked for a price: then a bare number is one too, less surely.
pub fn prices(text: &str, is_asked: bool) -> Vec<Heard<Price>> {
    prices_in(&Words::of(text), is_asked).into_iter().map(|(price, _)| price).collect()
}

/// Returns all prices with their first word and one past their last.
pub fn prices_in(words: &Words<'_>, is_asked: bool) -> Vec<(Heard<Price>, (usize, usize))> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match price_at(words, at, is_asked) {
            Some((price, to, confidence)) => {
                found.push((Heard { value: price, quote: words.quote(at, to), confidence }, (at, to)));
                at = to.max(at + 1);
            }
            None => at = number::cardinal(words, at).map_or(at + 1, |number| number.to.max(at + 1)),
        }
    }
    found
}

fn price_at(words: &Words<'_>, at: usize, is_asked: bool) -> Option<(Price, usize, u8)> {
    free(words, at)
        .or_else(|| range(words, at))
        .or_else(|| amount(words, at).map(|(cents, currency, to)| (Price { cents, up_to: None, currency }, to, 95)))
        .or_else(|| is_asked.then(|| bare(words, at)).flatten())
}

fn free(words: &Words<'_>, at: usize) -> Option<(Price, usize, u8)> {
    let is_negated = matches!(words.before(at, 1), "not" | "isn't");
    let length = ["free of charge", "no charge", "at no cost", "no cost", "complimentary", "free"]
        .iter()
        .find(|phrase| words.has_at(phrase, at))?
        .split(' ')
        .count();
    let is_other = words.at(at) == "free"
        && (matches!(words.at(at + 1), "to" | "at" | "on" | "for" | "table" | "tomorrow" | "slot")
            || matches!(words.before(at, 1), "feel" | "toll" | "be" | "we're" | "i'm"));
    (!is_negated && !is_other).then_some((Price { cents: 0, up_to: None, currency: '$' }, at + length, 80))
}

/// "$40 to $60", "between 40 and 60 dollars", "forty to sixty dollars".
fn range(words: &Words<'_>, at: usize) -> Option<(Price, usize, u8)> {
    let is_between = words.at(at) == "between";
    let start = at + usize::from(is_between);
    let (low, low_currency, low_to) = amount(words, start)
        .map(|(cents, currency, to)| (cents, Some(currency), to))
        .or_else(|| plain(words, start).map(|(cents, to)| (cents, None, to)))?;
    let has_dash = low_to > 0
        && matches!((words.words.get(low_to - 1), words.words.get(low_to)), (Some(left), Some(right)) if words.text.get(left.to..right.from).is_some_and(|gap| gap.contains(['-', '–'])));
    let high_from = match words.at(low_to) {
        "to" => low_to + 1,
        "and" if is_between => low_to + 1,
        _ if has_dash => low_to,
        _ => return None,
    };
    let (high, currency, to) =
        amount(words, high_from).or_else(|| low_currency.and_then(|currency| plain(words, high_from).map(|(cents, to)| (cents, currency, to))))?;
    (low < high).then_some((Price { cents: low, up_to: Some(high), currency }, to, 90))
}

/// "$45.50", "45 dollars and 50 cents", "forty five fifty dollars", "50 cents".
fn amount(words: &Words<'_>, at: usize) -> Option<(u64, char, usize)> {
    if let Some(currency) = words.at(at).chars().next().filter(|sign| "$€£".contains(*sign)) {
        let (cents, to) = plain(words, at + 1)?;
        let scaled = if words.at(to) == "thousand" { (cents.checked_mul(1_000)?, to + 1) } else { (cents, to) };
        return Some((scaled.0, currency, scaled.1));
    }
    let (cents, to) = plain(words, at)?;
    if words.at(to) == "cents" || words.at(to) == "cent" {
        return Some((cents / 100, '$', to + 1));
    }
    let currency = currency(words.at(to))?;
    let mut total = cents;
    let mut end = to + 1;
    let rest = end + usize::from(words.at(end) == "and");
    if cents % 100 == 0
        && let Some(small) = number::below_hundred(words, rest)
    {
        let says_cents = matches!(words.at(small.to), "cents" | "cent" | "pence" | "p");
        if says_cents {
            total += u64::from(small.value);
            end = small.to + 1;
        }
    }
    Some((total, currency, end))
}

fn currency(word: &str) -> Option<char> {
    match word {
        "dollars" | "dollar" | "bucks" | "buck" | "usd" => Some('$'),
        "euros" | "euro" | "€" => Some('€'),
        "pounds" | "pound" | "quid" | "£" => Some('£'),
        "$" => Some('$'),
        _ => None,
    }
}

/// A number with or without decimals, in hundredths: "45", "45.5", "1,200.50", "forty five ninety nine".
fn plain(words: &Words<'_>, at: usize) -> Option<(u64, usize)> {
    let word = words.at(at);
    if let Some((whole, decimals)) = word.split_once('.') {
        let whole = number::digits(whole)?;
        let decimals = match decimals.len() {
            1 => decimals.parse::<u64>().ok()? * 10,
            2 => decimals.parse::<u64>().ok()?,
            _ => return None,
        };
        return Some((u64::from(whole) * 100 + decimals, at + 1));
    }
    let whole = number::cardinal(words, at)?;
    let is_spoken = !word.starts_with(|c: char| c.is_ascii_digit());
    if is_spoken
        && (1..1_000).contains(&whole.value)
        && let Some(cents) = number::below_hundred(words, whole.to).filter(|cents| cents.value >= 10)
        && !words.words[whole.to - 1].ends_clause
    {
        return Some((u64::from(whole.value) * 100 + u64::from(cents.value), cents.to));
    }
    Some((u64::from(whole.value) * 100, whole.to))
}

/// A number without a currency where a price was asked for: "it's 45", "forty nine ninety nine".
fn bare(words: &Words<'_>, at: usize) -> Option<(Price, usize, u8)> {
    let (cents, to) = plain(words, at)?;
    let counts = [
        "minutes", "minute", "hours", "hour", "days", "day", "weeks", "week", "am", "pm", "o'clock", "people", "percent", "%", "th", "st", "nd",
        "rd", "miles", "years", "quarts", "of", "moment", "second", "sec", "more",
    ];
    let is_at_time = words.at(at).contains(':');
    let is_number_at = |place: usize| number::below_hundred(words, place).is_some();
    let is_digit_run = (is_number_at(to) && !words.words[to - 1].ends_clause) || (at > 0 && is_number_at(at - 1) && !words.words[at - 1].ends_clause);
    let is_article = words.at(at) == "one" && words.len() > 2;
    if cents == 0 || counts.contains(&words.at(to)) || is_at_time || is_digit_run || is_article {
        return None;
    }
    let price = Price { cents, up_to: None, currency: '$' };
    Some((price, to, if words.at(at).contains('.') { 75 } else { 60 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is_asked: bool, rows: &[(&str, &str)]) {
        for (text, expected) in rows {
            let found = prices(text, is_asked);
            let shown: Vec<_> = found.iter().map(|price| format!("{} \"{}\" {}", price.value.normal(), price.quote, price.confidence)).collect();
            assert_eq!(shown.join(", "), *expected, "{text}");
            assert!(found.iter().all(|price| text.contains(&price.quote)), "{text}");
        }
    }

    #[test]
    fn prices_are_understood_as_people_say_them() {
        check(
            false,
            &[
                ("It's $45.", "$45.00 \"$45\" 95"),
                ("$45.50", "$45.50 \"$45.50\" 95"),
                ("$1,200", "$1200.00 \"$1,200\" 95"),
                ("it's 45 dollars", "$45.00 \"45 dollars\" 95"),
                ("forty five dollars", "$45.00 \"forty five dollars\" 95"),
                ("forty-five dollars and fifty cents", "$45.50 \"forty-five dollars and fifty cents\" 95"),
                ("45 dollars 50 cents", "$45.50 \"45 dollars 50 cents\" 95"),
                ("45.99 dollars", "$45.99 \"45.99 dollars\" 95"),
                ("a hundred and twenty bucks", "$120.00 \"a hundred and twenty bucks\" 95"),
                ("twelve hundred dollars", "$1200.00 \"twelve hundred dollars\" 95"),
                ("two thousand five hundred dollars", "$2500.00 \"two thousand five hundred dollars\" 95"),
                ("50 cents", "$0.50 \"50 cents\" 95"),
                ("twenty euros", "€20.00 \"twenty euros\" 95"),
                ("30 pounds", "£30.00 \"30 pounds\" 95"),
                ("£30", "£30.00 \"£30\" 95"),
                ("It's free.", "$0.00 \"free\" 80"),
                ("no charge at all", "$0.00 \"no charge\" 80"),
                ("$40 to $60", "$40.00-$60.00 \"$40 to $60\" 90"),
                ("$40-60", "$40.00-$60.00 \"$40-60\" 90"),
                ("between 40 and 60 dollars", "$40.00-$60.00 \"between 40 and 60 dollars\" 90"),
                ("forty to sixty dollars", "$40.00-$60.00 \"forty to sixty dollars\" 90"),
                ("$30 for the wash and $45 for the oil", "$30.00 \"$30\" 95, $45.00 \"$45\" 95"),
                ("forty nine ninety nine dollars", "$49.99 \"forty nine ninety nine dollars\" 95"),
                ("$2 thousand", "$2000.00 \"$2 thousand\" 95"),
                ("one dollar", "$1.00 \"one dollar\" 95"),
            ],
        );
    }

    #[test]
    fn bare_numbers_are_prices_only_if_a_price_was_asked() {
        check(
            true,
            &[
                ("It's 45.", "$45.00 \"45\" 60"),
                ("45.99", "$45.99 \"45.99\" 75"),
                ("forty nine ninety nine", "$49.99 \"forty nine ninety nine\" 60"),
                ("that takes 30 minutes", ""),
                ("one moment please", ""),
                ("five five five", ""),
            ],
        );
        check(
            false,
            &[("It's 45.", ""), ("We close at 9 p.m.", ""), ("feel free to ask", ""), ("are you free at nine", ""), ("it's not free", ""), ("", "")],
        );
    }
}
