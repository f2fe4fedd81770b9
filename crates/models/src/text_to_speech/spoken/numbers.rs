//! Numbers in words.

const ONES: [&str; 20] = [
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
const TENS: [&str; 10] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [(u64, &str); 6] = [
    (1_000_000_000_000_000_000, "quintillion"),
    (1_000_000_000_000_000, "quadrillion"),
    (1_000_000_000_000, "trillion"),
    (1_000_000_000, "billion"),
    (1_000_000, "million"),
    (1_000, "thousand"),
];

/// Returns a count: 1250 is "one thousand two hundred fifty".
pub(super) fn cardinal(value: u64) -> String {
    if value < 20 {
        return ONES[value as usize].to_owned();
    }
    if value < 100 {
        let tens = TENS[value as usize / 10];
        return if value.is_multiple_of(10) { tens.to_owned() } else { format!("{tens} {}", ONES[value as usize % 10]) };
    }
    let (size, name) = SCALES.iter().copied().find(|(size, _)| value >= *size).unwrap_or((100, "hundred"));
    let head = format!("{} {name}", cardinal(value / size));
    if value.is_multiple_of(size) { head } else { format!("{head} {}", cardinal(value % size)) }
}

/// Returns a rank: 21 is "twenty first".
pub(super) fn ordinal(value: u64) -> String {
    let said = cardinal(value);
    let (head, last) = said.rsplit_once(' ').map_or((None, said.as_str()), |(head, last)| (Some(head), last));
    let last = match last {
        "one" => "first".to_owned(),
        "two" => "second".to_owned(),
        "three" => "third".to_owned(),
        "five" => "fifth".to_owned(),
        "eight" => "eighth".to_owned(),
        "nine" => "ninth".to_owned(),
        "twelve" => "twelfth".to_owned(),
        _ => match last.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth"),
            None => format!("{last}th"),
        },
    };
    head.map_or(last.clone(), |head| format!("{head} {last}"))
}

/// Returns a year: 1984 is "nineteen eighty four", 2005 "two thousand five", 1905 "nineteen oh five".
pub(super) fn year(value: u64) -> String {
    let (century, rest) = (value / 100, value % 100);
    match (century, rest) {
        _ if !(1_000..10_000).contains(&value) || value % 1_000 < 10 => cardinal(value),
        (_, 0) => format!("{} hundred", cardinal(century)),
        (_, 1..=9) => format!("{} oh {}", cardinal(century), cardinal(rest)),
        _ => format!("{} {}", cardinal(century), cardinal(rest)),
    }
}

/// Returns digits one by one; what is no digit is left out.
pub(super) fn digits(text: &str) -> String {
    let words: Vec<&str> = text.chars().filter_map(|letter| letter.to_digit(10)).map(|digit| ONES[digit as usize]).collect();
    words.join(" ")
}

/// Returns digits one by one, with a short pause after every third or fourth if there are more than five.
pub(super) fn digits_grouped(text: &str) -> String {
    let size = match text.len() {
        0..=5 => return digits(text),
        length if length % 3 == 0 => 3,
        length if length % 4 == 0 => 4,
        _ => 3,
    };
    let groups: Vec<String> = text.as_bytes().chunks(size).map(|group| digits(&String::from_utf8_lossy(group))).collect();
    groups.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_ranks_and_years() {
        assert_eq!(cardinal(1_250), "one thousand two hundred fifty");
        assert_eq!(cardinal(0), "zero");
        assert!(cardinal(u64::MAX).starts_with("eighteen quintillion"));
        assert_eq!(ordinal(21), "twenty first");
        assert_eq!(ordinal(30), "thirtieth");
        assert_eq!(ordinal(112), "one hundred twelfth");
        assert_eq!(year(1984), "nineteen eighty four");
        assert_eq!(year(2005), "two thousand five");
        assert_eq!(year(1905), "nineteen oh five");
        assert_eq!(year(1900), "nineteen hundred");
        assert_eq!(digits_grouped("123456"), "one two three, four five six");
    }
}
