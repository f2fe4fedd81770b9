//! Numbers as people say them: "forty five", "twelve hundred", "a hundred and twenty", "1,200".

use super::words::Words;

/// A number and one past its last word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Number {
    /// The value.
    pub value: u32,
    /// One past its last word.
    pub to: usize,
}

const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ORDINALS: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];

/// Returns 0 to 19 for its word.
pub fn unit(word: &str) -> Option<u32> {
    UNITS.iter().position(|unit| *unit == word).and_then(|place| u32::try_from(place).ok())
}

/// Returns 20, 30 … 90 for its word.
pub fn tens(word: &str) -> Option<u32> {
    let word = if word == "fourty" { "forty" } else { word };
    TENS.iter().position(|tens| *tens == word).and_then(|place| u32::try_from(place).ok()).map(|place| 20 + 10 * place)
}

/// Reads a number below one hundred that is written in words or as bare digits: "twenty one", "45".
pub fn below_hundred(words: &Words<'_>, from: usize) -> Option<Number> {
    let word = words.at(from);
    if let Some(tens) = tens(word) {
        return Some(match unit(words.at(from + 1)).filter(|unit| (1..10).contains(unit)) {
            Some(unit) => Number { value: tens + unit, to: from + 2 },
            None => Number { value: tens, to: from + 1 },
        });
    }
    if let Some(value) = unit(word) {
        return Some(Number { value, to: from + 1 });
    }
    let value = digits(word)?;
    (value < 100).then_some(Number { value, to: from + 1 })
}

/// Reads any whole number up to 999 999: "one hundred and twenty", "twelve hundred", "2 thousand", "1,200".
pub fn cardinal(words: &Words<'_>, from: usize) -> Option<Number> {
    let head = match words.at(from) {
        "a" if matches!(words.at(from + 1), "hundred" | "thousand") => Number { value: 1, to: from + 1 },
        word => match digits(word) {
            Some(value) => Number { value, to: from + 1 },
            None => below_hundred(words, from)?,
        },
    };
    let mut total = 0;
    let mut part = head;
    if words.at(part.to) == "thousand" && part.value < 1_000 {
        total = part.value * 1_000;
        let rest = after_and(words, part.to + 1);
        match below_hundred(words, rest) {
            Some(next) => part = next,
            None => return Some(Number { value: total, to: part.to + 1 }),
        }
    }
    if words.at(part.to) == "hundred" && part.value < 100 {
        total += part.value * 100;
        let rest = after_and(words, part.to + 1);
        return Some(match below_hundred(words, rest).filter(|_| digits(words.at(rest)).is_none()) {
            Some(last) => Number { value: total + last.value, to: last.to },
            None => Number { value: total, to: part.to + 1 },
        });
    }
    (head.value < 1_000_000).then_some(Number { value: total + part.value, to: part.to })
}

/// Reads "27th", "the fourteenth", "twenty first"; with `bare`, also "27" and "twenty seven".
pub fn ordinal(words: &Words<'_>, from: usize, bare: bool) -> Option<Number> {
    let word = words.at(from);
    if let Some(value) = ORDINALS.iter().position(|ordinal| *ordinal == word) {
        return u32::try_from(value).ok().map(|value| Number { value, to: from + 1 });
    }
    match word {
        "twentieth" => return Some(Number { value: 20, to: from + 1 }),
        "thirtieth" => return Some(Number { value: 30, to: from + 1 }),
        _ => {}
    }
    if let Some(tens) = tens(word)
        && let Some(unit) = ORDINALS[..10].iter().position(|ordinal| *ordinal == words.at(from + 1))
        && unit > 0
    {
        return u32::try_from(unit).ok().map(|unit| Number { value: tens + unit, to: from + 2 });
    }
    let value = digits(word);
    if let Some(value) = value
        && matches!(words.at(from + 1), "st" | "nd" | "rd" | "th")
    {
        return Some(Number { value, to: from + 2 });
    }
    if bare { below_hundred(words, from) } else { None }
}

/// Reads "45" and "1,200", but not "9.30" or "9:30".
pub fn digits(word: &str) -> Option<u32> {
    if word.is_empty() || word.len() > 9 || !word.chars().all(|c| c.is_ascii_digit() || c == ',') {
        return None;
    }
    let mut groups = word.split(',');
    let first = groups.next()?;
    if word.contains(',') && (first.len() > 3 || groups.any(|group| group.len() != 3)) {
        return None;
    }
    word.replace(',', "").parse().ok()
}

fn after_and(words: &Words<'_>, from: usize) -> usize {
    if words.at(from) == "and" { from + 1 } else { from }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_say_them() {
        let rows = [
            ("zero", 0),
            ("nineteen", 19),
            ("twenty one", 21),
            ("forty-five", 45),
            ("45", 45),
            ("1,200", 1_200),
            ("a hundred", 100),
            ("one hundred and twenty", 120),
            ("twelve hundred", 1_200),
            ("two thousand five hundred", 2_500),
            ("2 thousand", 2_000),
            ("three hundred fifty", 350),
            ("nine thousand and one", 9_001),
        ];
        for (text, value) in rows {
            assert_eq!(cardinal(&Words::of(text), 0).map(|number| number.value), Some(value), "{text}");
        }
        for text in ["", "pizza", "9.30", "12,34"] {
            assert_eq!(cardinal(&Words::of(text), 0), None, "{text}");
        }
    }

    #[test]
    fn ordinals_are_read_in_digits_and_words() {
        for (text, value) in [("first", 1), ("27th", 27), ("twenty first", 21), ("thirtieth", 30), ("3rd", 3), ("fourteenth", 14)] {
            assert_eq!(ordinal(&Words::of(text), 0, false).map(|number| number.value), Some(value), "{text}");
        }
        assert_eq!(ordinal(&Words::of("27"), 0, false), None);
        assert_eq!(ordinal(&Words::of("27"), 0, true).map(|number| number.value), Some(27));
    }
}
