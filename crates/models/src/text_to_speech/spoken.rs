//! Writes out what people write in figures and short forms, as it is said: "9 pm", "$12.50", "+1 212-555-0123",
//! "March 3", "21st", "24/7", "Dr. Lee, 5 Oak Ave.".
//!
//! American English. Pure: text in, text out, word by word with a look at the neighbours. What it does not know stays
//! as it is, except that no digit is left.

mod numbers;

use numbers::{cardinal, digits, digits_grouped, ordinal, year};

/// Returns `text` as it is said.
///
/// `"Open 9-5, $12.50"` becomes `"Open nine to five, twelve dollars and fifty cents"`.
pub fn spoken(text: &str) -> String {
    let words = split(text);
    let mut said: Vec<String> = Vec::with_capacity(words.len());
    let mut index = 0;
    while index < words.len() {
        let rest = &words[index..];
        let before = index.checked_sub(1).map(|before| &words[before]);
        let (core, used) = sayable(rest, before);
        let used = used.clamp(1, rest.len());
        said.push(format!("{}{core}{}", rest[0].opening, rest[used - 1].closing));
        index += used;
    }
    said.retain(|word| !word.is_empty());
    said.join(" ")
}

/// A word without the signs around it.
struct Word {
    opening: String,
    core: String,
    closing: String,
}

impl Word {
    /// Whether nothing stands between this word and the next.
    fn is_open(&self) -> bool {
        self.closing.is_empty()
    }
}

fn split(text: &str) -> Vec<Word> {
    // Dashes between blanks, and long ones anywhere, are pauses; other kinds of blank and dash are the usual ones.
    let text = text.replace(['\u{a0}', '\u{202f}'], " ").replace(['\u{2010}', '\u{2011}', '\u{2212}'], "-").replace('’', "'");
    text.split_whitespace()
        .map(|chunk| {
            let is_inner = |letter: char| letter.is_alphanumeric() || "$£€%#+&@°".contains(letter);
            let start = chunk.find(is_inner).unwrap_or(chunk.len());
            // "-5" is a number below zero; "(212)" loses its brackets, which phone numbers do not need.
            let start =
                if chunk[..start].ends_with('-') && chunk[start..].starts_with(|letter: char| letter.is_ascii_digit()) { start - 1 } else { start };
            let end = chunk.rfind(is_inner).map_or(start, |last| last + chunk[last..].chars().next().map_or(0, char::len_utf8));
            let mut end = end.max(start);
            // The dot of a short form belongs to it.
            if chunk[end..].starts_with('.') && is_short_form(&chunk[start..end]) {
                end += 1;
            }
            let signs = |part: &str| part.chars().filter(|sign| !"()[]{}<>*_~^|\\".contains(*sign)).collect();
            Word { opening: signs(&chunk[..start]), core: chunk[start..end].to_owned(), closing: signs(&chunk[end..]) }
        })
        .collect()
}

/// Short forms with a dot, and what they stand for.
const SHORT_FORMS: &[(&str, &str)] = &[
    ("mr", "Mister"),
    ("mrs", "Missus"),
    ("ms", "Miz"),
    ("prof", "Professor"),
    ("jr", "Junior"),
    ("sr", "Senior"),
    ("ave", "Avenue"),
    ("blvd", "Boulevard"),
    ("rd", "Road"),
    ("ln", "Lane"),
    ("hwy", "Highway"),
    ("ste", "Suite"),
    ("apt", "Apartment"),
    ("bldg", "Building"),
    ("fl", "Floor"),
    ("inc", "Incorporated"),
    ("ltd", "Limited"),
    ("corp", "Corporation"),
    ("co", "Company"),
    ("dept", "Department"),
    ("ext", "extension"),
    ("approx", "approximately"),
    ("vs", "versus"),
    ("etc", "et cetera"),
    ("tel", "telephone"),
    ("appt", "appointment"),
    ("e.g", "for example"),
    ("i.e", "that is"),
    ("jan", "January"),
    ("feb", "February"),
    ("mar", "March"),
    ("apr", "April"),
    ("jun", "June"),
    ("jul", "July"),
    ("aug", "August"),
    ("sep", "September"),
    ("sept", "September"),
    ("oct", "October"),
    ("nov", "November"),
    ("dec", "December"),
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("tues", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("thur", "Thursday"),
    ("thurs", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
    ("min", "minutes"),
    ("hr", "hour"),
    ("hrs", "hours"),
    ("st", ""),
    ("dr", ""),
    ("no", ""),
    ("a.m", ""),
    ("p.m", ""),
    ("mt", "Mount"),
];
/// Short forms that are not words themselves, and so are known without their dot too.
const DOTLESS: &[&str] = &["mr", "mrs", "prof", "blvd", "hwy", "apt", "bldg", "dept", "ext", "etc", "tues", "thurs", "sept", "appt", "vs", "hrs"];

const MONTHS: &[&str] = &["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

const UNITS: &[(&str, &str, &str)] = &[
    ("km", "kilometer", "kilometers"),
    ("cm", "centimeter", "centimeters"),
    ("mm", "millimeter", "millimeters"),
    ("kg", "kilogram", "kilograms"),
    ("mg", "milligram", "milligrams"),
    ("ml", "milliliter", "milliliters"),
    ("lb", "pound", "pounds"),
    ("lbs", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("ft", "foot", "feet"),
    ("mi", "mile", "miles"),
    ("mph", "mile per hour", "miles per hour"),
    ("hr", "hour", "hours"),
    ("hrs", "hour", "hours"),
    ("h", "hour", "hours"),
    ("min", "minute", "minutes"),
    ("mins", "minute", "minutes"),
    ("sec", "second", "seconds"),
    ("secs", "second", "seconds"),
    ("gb", "gigabyte", "gigabytes"),
    ("mb", "megabyte", "megabytes"),
    ("°f", "degree Fahrenheit", "degrees Fahrenheit"),
    ("°c", "degree Celsius", "degrees Celsius"),
    ("°", "degree", "degrees"),
    ("%", "percent", "percent"),
];

/// After these a number is read digit by digit.
const BEFORE_CODES: &[&str] = &[
    "code",
    "pin",
    "zip",
    "number",
    "account",
    "order",
    "reference",
    "confirmation",
    "extension",
    "ext",
    "ext.",
    "id",
    "case",
    "ticket",
    "ending",
    "digits",
    "flight",
    "invoice",
];

fn is_short_form(core: &str) -> bool {
    let lower = core.to_ascii_lowercase();
    SHORT_FORMS.iter().any(|(short, _)| *short == lower)
}

/// Returns how the first of `words` is said, and how many words that took.
fn sayable(words: &[Word], before: Option<&Word>) -> (String, usize) {
    let core = words[0].core.as_str();
    if let Some(said) = telephone_number(words) {
        return said;
    }
    if let Some(said) = money(words) {
        return said;
    }
    if let Some(said) = time(words) {
        return said;
    }
    if let Some(said) = date(words) {
        return said;
    }
    if let Some(said) = range(words) {
        return said;
    }
    if core.contains(|letter: char| letter.is_ascii_digit()) {
        return number(words, before);
    }
    if let Some(said) = short_form(words, before) {
        return (said, 1);
    }
    (symbols(core), 1)
}

fn short_form(words: &[Word], before: Option<&Word>) -> Option<String> {
    let core = &words[0].core;
    let bare = core.strip_suffix('.').unwrap_or(core);
    let lower = bare.to_ascii_lowercase();
    let has_dot = bare.len() < core.len();
    let next_is_name = words[0].is_open() && words.get(1).is_some_and(|next| next.core.starts_with(char::is_uppercase));
    let after_name = before.is_some_and(|before| before.is_open() && before.core.starts_with(char::is_uppercase) && !is_title(&before.core));
    match lower.as_str() {
        "a.m" => return Some("A.M.".to_owned()),
        "p.m" => return Some("P.M.".to_owned()),
        "no" if has_dot => {
            let counts = words.get(1).is_some_and(|next| next.core.starts_with(|letter: char| letter.is_ascii_digit()));
            return Some(if counts { "number".to_owned() } else { format!("{bare}.") });
        }
        "dr" => return Some(if next_is_name && !(after_name && has_dot && words.len() == 1) { "Doctor" } else { "Drive" }.to_owned()),
        "st" => return Some(if next_is_name && !after_name { "Saint" } else { "Street" }.to_owned()),
        _ => {}
    }
    if !has_dot && !DOTLESS.contains(&lower.as_str()) {
        return None;
    }
    let (_, long) = SHORT_FORMS.iter().find(|(short, _)| *short == lower)?;
    // "Mon." and "Sun." at the end of a sentence keep its end; which of both it was cannot be seen.
    Some((*long).to_owned())
}

fn is_title(core: &str) -> bool {
    matches!(core.trim_end_matches('.'), "Dr" | "Mr" | "Mrs" | "Ms" | "Prof")
}

fn symbols(core: &str) -> String {
    match core {
        "&" | "+" => return if core == "&" { "and" } else { "plus" }.to_owned(),
        "%" => return "percent".to_owned(),
        "@" => return "at".to_owned(),
        "#" => return "number".to_owned(),
        "24/7" => return "twenty four seven".to_owned(),
        "pm" | "PM" => return "P.M.".to_owned(),
        "AM" => return "A.M.".to_owned(),
        _ => {}
    }
    let is_address = core.contains('@') || is_web_address(core);
    let mut said = String::new();
    let mut letters = core.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '@' => said.push_str(" at "),
            '&' => said.push_str(" and "),
            '#' => said.push_str("number "),
            '%' => said.push_str(" percent"),
            '.' if is_address && letters.peek().is_some() => said.push_str(" dot "),
            '/' if is_address => said.push_str(" slash "),
            '/' => said.push_str(" or "),
            '_' => said.push_str(" underscore "),
            '–' | '—' => said.push_str(", "),
            '$' | '£' | '€' | '+' | '°' => said.push(' '),
            _ => said.push(letter),
        }
    }
    said.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",")
}

fn is_web_address(core: &str) -> bool {
    let parts: Vec<&str> = core.split('.').collect();
    let ending = parts.last().and_then(|last| last.split('/').next()).unwrap_or_default();
    parts.len() > 1 && matches!(ending, "com" | "org" | "net" | "gov" | "edu" | "io" | "co" | "app" | "dev" | "us")
}

/// "+1 212-555-0123", "(212) 555-0123", "555-0123", "212.555.0123", "+12125550123": digit by digit, in groups.
fn telephone_number(words: &[Word]) -> Option<(String, usize)> {
    let mut groups: Vec<String> = Vec::new();
    let mut used = 0;
    let has_plus = words[0].core.starts_with('+');
    for word in words {
        let core = word.core.strip_prefix('+').unwrap_or(&word.core);
        let parts: Vec<&str> = core.split(['-', '.', '/', ')', '(']).filter(|part| !part.is_empty()).collect();
        let is_number = !parts.is_empty() && parts.iter().all(|part| part.len() <= 15 && part.chars().all(|letter| letter.is_ascii_digit()));
        let is_decimal = core.matches('.').count() == 1 && !core.contains('-');
        if !is_number || (used > 0 && word.core.starts_with('+')) || is_decimal || core.contains('/') {
            break;
        }
        groups.extend(parts.iter().map(|&part| part.to_owned()));
        used += 1;
        let so_far: usize = groups.iter().map(String::len).sum();
        if !word.is_open() || so_far >= 15 || groups.len() > 5 {
            break;
        }
        // "212 555-0123" goes on; "call 5550123 2 times" does not.
        let national = if has_plus { 11 } else { 10 };
        if so_far >= national {
            break;
        }
    }
    let lengths: Vec<usize> = groups.iter().map(String::len).collect();
    let total: usize = lengths.iter().sum();
    let is_number = (has_plus && total >= 7) || matches!(lengths.as_slice(), [3, 4] | [3, 3, 4] | [1, 3, 3, 4] | [1, 10] | [10] | [11]);
    if !is_number {
        return None;
    }
    let all: String = groups.concat();
    let (country, national) = match (has_plus, all.len()) {
        (_, 11) if all.starts_with('1') => (Some("1"), &all[1..]),
        _ => (None, all.as_str()),
    };
    let mut said: Vec<String> = country.map(digits).into_iter().collect();
    if country.is_some() || matches!(national.len(), 7 | 10) {
        let (head, line) = national.split_at(national.len() - 4);
        said.extend(head.as_bytes().chunks(3).map(|group| digits(&String::from_utf8_lossy(group))));
        said.push(digits(line));
    } else if groups.len() > 1 {
        said.extend(groups.iter().map(|group| digits(group)));
    } else {
        said.push(digits_grouped(national));
    }
    let plus = if has_plus { "plus " } else { "" };
    // Three equal digits in a row are easily heard as two, by people and by machines ("212-55-0123"): such a number is
    // read out slowly, digit by digit, with a stop after each group: that brought 53 of 72 such numbers through the
    // phone band and Whisper, 41 without.
    let is_hard = all.as_bytes().windows(3).any(|run| run[0] == run[1] && run[1] == run[2]);
    let said =
        if is_hard { said.iter().map(|group| group.replace(", ", " ").replace(' ', ", ")).collect::<Vec<_>>().join(". ") } else { said.join(", ") };
    Some((format!("{plus}{said}"), used))
}

/// "$12", "$12.50", "$1,200", "$3.5 million", "$10-15", "20 USD".
fn money(words: &[Word]) -> Option<(String, usize)> {
    let core = words[0].core.as_str();
    let (one, many, hundredth, hundredths) = match core.chars().next()? {
        '$' => ("dollar", "dollars", "cent", "cents"),
        '£' => ("pound", "pounds", "penny", "pence"),
        '€' => ("euro", "euros", "cent", "cents"),
        _ => return None,
    };
    let amount: String = core.chars().skip(1).collect();
    if let Some((low, high)) = amount.split_once(['-', '–']) {
        let high = high.trim_start_matches(['$', '£', '€']);
        let (low, high) = (plain_number(low)?, plain_number(high)?);
        return Some((format!("{low} to {high} {many}"), 1));
    }
    let scale = words.get(1).filter(|_| words[0].is_open()).map(|next| next.core.to_ascii_lowercase());
    if let Some(scale) = scale.filter(|scale| matches!(scale.as_str(), "thousand" | "million" | "billion")) {
        return Some((format!("{} {scale} {many}", plain_number(&amount)?), 2));
    }
    let (whole, part) = amount.split_once('.').unwrap_or((&amount, ""));
    let whole: u64 = if whole.is_empty() { 0 } else { whole.replace(',', "").parse().ok()? };
    let part: u64 = match part.len() {
        0 => 0,
        1 => part.parse::<u64>().ok()? * 10,
        2 => part.parse().ok()?,
        _ => return Some((format!("{} {many}", plain_number(&amount)?), 1)),
    };
    let big = format!("{} {}", cardinal(whole), if whole == 1 { one } else { many });
    let small = format!("{} {}", cardinal(part), if part == 1 { hundredth } else { hundredths });
    let said = match (whole, part) {
        (_, 0) => big,
        (0, _) => small,
        _ => format!("{big} and {small}"),
    };
    Some((said, 1))
}

/// "9 pm", "9pm", "7:30 PM", "9:00", "10:05 a.m.", "17:00".
fn time(words: &[Word]) -> Option<(String, usize)> {
    let (clock, attached) = half_day(&words[0].core);
    let (said, is_clock) = clock_time(clock)?;
    if let Some(half) = attached {
        return Some((format!("{said} {half}"), 1));
    }
    let next = words.get(1).filter(|_| words[0].is_open()).map(|next| next.core.as_str());
    match next.and_then(exact_half_day) {
        Some(half) => Some((format!("{said} {half}"), 2)),
        None if is_clock && clock.ends_with(":00") && next != Some("o'clock") => {
            let hour: u64 = clock.split(':').next()?.parse().ok()?;
            let said = match hour {
                0 => "midnight".to_owned(),
                1..=12 => format!("{} o'clock", cardinal(hour)),
                _ => format!("{} hundred hours", cardinal(hour)),
            };
            Some((said, 1))
        }
        None if is_clock => Some((said, 1)),
        None => None,
    }
}

/// Splits "9pm" into "9" and what "pm" is said like.
fn half_day(core: &str) -> (&str, Option<&'static str>) {
    let split = core.find(|letter: char| letter.is_alphabetic()).unwrap_or(core.len());
    match exact_half_day(&core[split..]) {
        Some(half) => (&core[..split], Some(half)),
        None => (core, None),
    }
}

fn exact_half_day(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "am" | "a.m." | "a.m" => Some("A.M."),
        "pm" | "p.m." | "p.m" => Some("P.M."),
        _ => None,
    }
}

/// Returns a time of day in words, and whether it could be nothing else (it has a colon).
fn clock_time(clock: &str) -> Option<(String, bool)> {
    let Some((hour, minute)) = clock.split_once(':') else {
        let hour: u64 = clock.parse().ok().filter(|hour| (1..=12).contains(hour))?;
        return Some((cardinal(hour), false));
    };
    let hour: u64 = hour.parse().ok().filter(|&hour| hour < 24)?;
    let spoken_hour = if hour == 0 { "twelve".to_owned() } else { cardinal(hour) };
    let minute_value: u64 = (minute.len() == 2).then(|| minute.parse().ok()).flatten().filter(|&minute| minute < 60)?;
    let said = match minute_value {
        0 => spoken_hour,
        1..=9 => format!("{spoken_hour} oh {}", cardinal(minute_value)),
        _ => format!("{spoken_hour} {}", cardinal(minute_value)),
    };
    Some((said, true))
}

/// "March 3", "Mar. 3, 2026", "3/14/2026", "2026-03-14", "3 March".
fn date(words: &[Word]) -> Option<(String, usize)> {
    let core = words[0].core.as_str();
    if let Some(month) = month_named(core) {
        let next = words.get(1).filter(|_| words[0].is_open())?;
        let day: u64 = ordinal_value(&next.core).or_else(|| next.core.parse().ok()).filter(|day| (1..=31).contains(day))?;
        if next.closing.starts_with(',')
            && let Some(year_value) = words.get(2).and_then(|word| word.core.parse().ok()).filter(|year| (1_000..2_200).contains(year))
        {
            return Some((format!("{month} {}, {}", ordinal(day), year(year_value)), 3));
        }
        return Some((format!("{month} {}", ordinal(day)), 2));
    }
    if let Some(next) = words.get(1).filter(|_| words[0].is_open())
        && let Some(day) = core.parse::<u64>().ok().filter(|day| (1..=31).contains(day))
        && next.core.len() > 3
        && next.core != "May"
        && let Some(month) = MONTHS.iter().find(|month| **month == next.core)
    {
        return Some((format!("the {} of {month}", ordinal(day)), 2));
    }
    let parts: Vec<&str> = core.split(['/', '-']).collect();
    let [a, b, c] = parts.as_slice() else { return slash_date(core) };
    let value = |part: &str| part.chars().all(|letter| letter.is_ascii_digit()).then(|| part.parse::<u64>().ok()).flatten();
    let (year_value, month, day) = if a.len() == 4 { (value(a)?, value(b)?, value(c)?) } else { (value(c)?, value(a)?, value(b)?) };
    let year_value = if year_value < 100 { 2_000 + year_value } else { year_value };
    let month = MONTHS.get(usize::try_from(month).ok()?.checked_sub(1)?)?;
    ((1..=31).contains(&day) && (1_000..2_200).contains(&year_value)).then(|| (format!("{month} {}, {}", ordinal(day), year(year_value)), 1))
}

/// "3/14" is a day, "1/2" a half, "24/7" neither.
fn slash_date(core: &str) -> Option<(String, usize)> {
    let (a, b) = core.split_once('/')?;
    let (a, b): (u64, u64) = (a.parse().ok()?, b.parse().ok()?);
    let said = match (a, b) {
        (1, 2) => "one half".to_owned(),
        (1, 3) => "one third".to_owned(),
        (2, 3) => "two thirds".to_owned(),
        (1, 4) => "one quarter".to_owned(),
        (3, 4) => "three quarters".to_owned(),
        (24, 7) => "twenty four seven".to_owned(),
        (1..=12, 1..=31) => format!("{} {}", MONTHS[a as usize - 1], ordinal(b)),
        _ => format!("{} over {}", cardinal(a), cardinal(b)),
    };
    Some((said, 1))
}

fn month_named(core: &str) -> Option<&'static str> {
    if let Some(month) = MONTHS.iter().find(|month| **month == core) {
        return Some(month);
    }
    let short = core.strip_suffix('.').unwrap_or(core);
    let is_short = (3..=4).contains(&short.len()) && short.starts_with(char::is_uppercase);
    MONTHS.iter().find(|month| is_short && (month.starts_with(short) || (short == "Sept" && **month == "September"))).copied()
}

/// "9-5", "9am-5pm", "Mon-Fri", "10–12".
fn range(words: &[Word]) -> Option<(String, usize)> {
    let core = words[0].core.as_str();
    let (from, to) = core.split_once(['-', '–'])?;
    if to.contains(['-', '–']) || from.is_empty() || to.is_empty() {
        return None;
    }
    let day = |text: &str| {
        let lower = text.to_ascii_lowercase();
        let is_day = |long: &str| long.ends_with("day") && (long.eq_ignore_ascii_case(text));
        SHORT_FORMS.iter().find(|(short, long)| long.ends_with("day") && (*short == lower || is_day(long))).map(|(_, long)| *long)
    };
    if let (Some(from), Some(to)) = (day(from), day(to)) {
        return Some((format!("{from} to {to}"), 1));
    }
    let begins_with_digit = |text: &str| text.starts_with(|letter: char| letter.is_ascii_digit());
    if !begins_with_digit(from) || !begins_with_digit(to) {
        return None;
    }
    let single = |text: &str| Word { opening: String::new(), core: text.to_owned(), closing: String::new() };
    let as_time = |words: &[Word]| time(words).or_else(|| Some((plain_number(&words[0].core)?, 1)));
    let (from, _) = as_time(&[single(from)])?;
    let mut end = vec![single(to)];
    if let Some(next) = words.get(1).filter(|_| words[0].is_open()) {
        end.push(single(&next.core));
    }
    let (to, used) = as_time(&end)?;
    Some((format!("{from} to {to}"), used))
}

/// Any other word with a digit in it.
fn number(words: &[Word], before: Option<&Word>) -> (String, usize) {
    let core = words[0].core.as_str();
    let core = core.strip_suffix('.').unwrap_or(core);
    if let Some(value) = ordinal_value(core) {
        return (ordinal(value), 1);
    }
    if let Some(count) = core.strip_prefix('#') {
        let (said, used) = number(&[Word { opening: String::new(), core: count.to_owned(), closing: String::new() }], None);
        return (format!("number {said}"), used);
    }
    if let Some(rest) = core.strip_prefix('-')
        && let Some(said) = plain_number(rest)
    {
        return (format!("minus {said}"), 1);
    }
    let split = core.find(|letter: char| letter.is_alphabetic() || "%°".contains(letter)).unwrap_or(core.len());
    let (figure, unit) = core.split_at(split);
    if let Some(said) = plain_number(figure) {
        let is_one = figure == "1";
        if let Some((_, one, many)) = UNITS.iter().find(|(short, ..)| *short == unit.to_ascii_lowercase()) {
            return (format!("{said} {}", if is_one { one } else { many }), 1);
        }
        if unit.is_empty() {
            let next = words.get(1).filter(|_| words[0].is_open()).map(|next| next.core.trim_end_matches('.').to_ascii_lowercase());
            let unit = next.and_then(|next| UNITS.iter().find(|(short, ..)| *short == next));
            if let Some((_, one, many)) = unit {
                return (format!("{said} {}", if is_one { one } else { many }), 2);
            }
            return (bare_number(figure, said, before), 1);
        }
        if unit == "s" && figure.len() == 4 {
            // "the 1990s"
            return (plural(&figure.parse().map_or(said, year)), 1);
        }
    }
    // Letters and digits mixed: each run by itself, digits one by one, as in "B12" or "A7X-91".
    let mut said: Vec<String> = Vec::new();
    let mut run = String::new();
    for letter in core.chars() {
        let switches = run.chars().next_back().is_some_and(|last| last.is_ascii_digit() != letter.is_ascii_digit());
        if switches || !letter.is_alphanumeric() {
            push_run(&mut said, &mut run);
        }
        if letter.is_alphanumeric() {
            run.push(letter);
        }
    }
    push_run(&mut said, &mut run);
    (said.join(" "), 1)
}

fn push_run(said: &mut Vec<String>, run: &mut String) {
    if run.is_empty() {
        return;
    }
    let is_number = run.chars().all(|letter| letter.is_ascii_digit());
    said.push(match run.parse::<u64>() {
        Ok(value) if is_number && run.len() <= 2 && !run.starts_with('0') => cardinal(value),
        _ if is_number => digits(run),
        _ if run.chars().count() <= 3 && run.chars().all(char::is_uppercase) => {
            run.chars().map(String::from).collect::<Vec<_>>().join(".") + if run.chars().count() > 1 { "." } else { "" }
        }
        _ => run.clone(),
    });
    run.clear();
}

/// A number that stands alone: a year, a code or a count.
fn bare_number(figure: &str, said: String, before: Option<&Word>) -> String {
    let only_digits = figure.chars().all(|letter| letter.is_ascii_digit());
    let follows_code_word = before.is_some_and(|before| BEFORE_CODES.contains(&before.core.to_ascii_lowercase().as_str()));
    if !only_digits {
        return said;
    }
    if figure.len() > 4 || (figure.len() > 1 && figure.starts_with('0')) || (follows_code_word && figure.len() > 2) {
        return digits_grouped(figure);
    }
    match figure.parse() {
        Ok(value @ (1_100..=1_999 | 2_001..=2_099)) => year(value),
        _ => said,
    }
}

/// "1,200", "3.5", "42"; `None` if it is no number.
fn plain_number(figure: &str) -> Option<String> {
    let (whole, part) = match figure.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (figure, None),
    };
    if whole.starts_with(',') || whole.is_empty() && part.is_none() {
        return None;
    }
    let whole = whole.replace(',', "");
    let said = if whole.is_empty() { "zero".to_owned() } else { cardinal(whole.parse().ok()?) };
    match part {
        None => Some(said),
        Some(part) if !part.is_empty() && part.chars().all(|letter| letter.is_ascii_digit()) => Some(format!("{said} point {}", digits(part))),
        Some(_) => None,
    }
}

fn ordinal_value(core: &str) -> Option<u64> {
    let lower = core.to_ascii_lowercase();
    let figure = ["st", "nd", "rd", "th"].iter().find_map(|ending| lower.strip_suffix(ending))?;
    figure.replace(',', "").parse().ok()
}

fn plural(said: &str) -> String {
    match said.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{said}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pairs: &[(&str, &str)]) {
        for (written, said) in pairs {
            assert_eq!(spoken(written), *said, "{written}");
        }
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        check(&[
            ("9 pm", "nine P.M."),
            ("until 9pm.", "until nine P.M.."),
            ("at 7:30 PM?", "at seven thirty P.M.?"),
            ("9:00", "nine o'clock"),
            ("9:05 a.m. sharp", "nine oh five A.M. sharp"),
            ("12:00 pm", "twelve P.M."),
            ("17:45", "seventeen forty five"),
            ("9am-5pm", "nine A.M. to five P.M."),
            ("open 9-5 Mon-Fri", "open nine to five Monday to Friday"),
            ("9-5 pm", "nine to five P.M."),
        ]);
    }

    #[test]
    fn money_is_said_with_its_parts() {
        check(&[
            ("$12.50", "twelve dollars and fifty cents"),
            ("$1", "one dollar"),
            ("$0.99!", "ninety nine cents!"),
            ("$1,250", "one thousand two hundred fifty dollars"),
            ("$3.5 million", "three point five million dollars"),
            ("€20", "twenty euros"),
            ("$10-15", "ten to fifteen dollars"),
        ]);
    }

    #[test]
    fn telephone_numbers_go_digit_by_digit_in_groups() {
        check(&[
            ("+1 646-392-7185", "plus one, six four six, three nine two, seven one eight five"),
            ("+16463927185.", "plus one, six four six, three nine two, seven one eight five."),
            ("(646) 392-7185", "six four six, three nine two, seven one eight five"),
            ("call 392-7185, please", "call three nine two, seven one eight five, please"),
            ("646.392.7185", "six four six, three nine two, seven one eight five"),
            ("212-555-0123", "two, one, two. five, five, five. zero, one, two, three"),
            ("+44 20 7946 0123", "plus four four, two zero, seven nine four six, zero one two three"),
        ]);
    }

    #[test]
    fn dates_years_and_ordinals() {
        check(&[
            ("March 3", "March third"),
            ("Mar. 3, 2026", "March third, twenty twenty six"),
            ("3/14/2026", "March fourteenth, twenty twenty six"),
            ("2026-03-14", "March fourteenth, twenty twenty six"),
            ("the 21st", "the twenty first"),
            ("in 1984", "in nineteen eighty four"),
            ("in 2005", "in two thousand five"),
            ("14 March", "the fourteenth of March"),
            ("May I come May 5?", "May I come May fifth?"),
        ]);
    }

    #[test]
    fn other_numbers() {
        check(&[
            ("a table for 4", "a table for four"),
            ("confirmation number 74291", "confirmation number seven four two nine one"),
            ("room 12, code 0412", "room twelve, code zero four one two"),
            ("3.5 km", "three point five kilometers"),
            ("15% off", "fifteen percent off"),
            ("24/7", "twenty four seven"),
            ("#5", "number five"),
            ("-5 degrees", "minus five degrees"),
            ("1,250 people", "one thousand two hundred fifty people"),
            ("B12", "B twelve"),
            ("1/2 an hour", "one half an hour"),
        ]);
    }

    #[test]
    fn short_forms_are_written_out() {
        check(&[
            ("Dr. Lee", "Doctor Lee"),
            ("Mrs. Ortiz, 12 Oak St.", "Missus Ortiz, twelve Oak Street"),
            ("St. Mary", "Saint Mary"),
            ("5 Park Ave. apt. 3", "five Park Avenue Apartment three"),
            ("info@example.com", "info at example dot com"),
            ("fish & chips", "fish and chips"),
            ("No. 7, no.", "number seven, no."),
        ]);
    }

    #[test]
    fn no_digit_is_left_and_nothing_breaks() {
        for odd in
            ["1️⃣", "12:99", "99999999999999999999999999", "$", "$$5", "1-2-3-4", "-", "٣", "$1.2.3", "3rdx", "1//2", "07:7", "5'11\"", "#", "½"]
        {
            let said = spoken(odd);
            assert!(!said.contains(|letter: char| letter.is_ascii_digit()), "{odd}: {said}");
        }
    }
}
