//! May this number be rung at all? Never emergency services, premium lines, satellites; countries only by their region.
//!
//! The numbering plan alone is no safe check: to it `+1911` is merely invalid, `+1 212 976 1234` an ordinary landline,
//! +881 a mobile, and +1 876 looks domestic. So our own tables stand on top, and what is allowed is a list and not
//! what no list forbids. The first rule that says no wins.
//!
//! Data: `data/emergency_numbers.csv` and `data/premium_prefixes.csv`, each row with its source. The rows of the
//! latter that carry a pattern are the numbering plan's own and are asked there by kind: their prefixes alone are too
//! coarse (`+152` would bar Tucson).

use std::sync::OnceLock;

use telephony::PhoneNumber;
use telephony::number::{NumberError, NumberKind};

use crate::codes::{self, CodeEntry};
use crate::refusal::{AllowedWhen, Refusal, Rule};
use crate::table;
use crate::task::Line;

/// Reads a number as a person typed it, and refuses at once what is never rung, whatever the settings say.
///
/// Texts such as `911`, `1911` or `0044999` never become a [`PhoneNumber`]; here they are refused as what they are
/// instead of as "country code missing". `allowed_regions` lists the countries that may be called (`["US", "CA"]`);
/// it matters only for numbers that look North American and are not.
///
/// # Errors
/// The first rule that says no.
pub fn check_text(text: &str, allowed_regions: &[String]) -> Result<PhoneNumber, Refusal> {
    let number_signs = |c: char| c.is_ascii_digit() || " .-()/\u{a0}+".contains(c);
    if text.trim().chars().all(number_signs) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if let Some(entry) = never_rung_as_typed(&digits, text.trim().starts_with('+')) {
            return Err(never(&entry));
        }
    }
    let number = PhoneNumber::parse(text).map_err(|error| {
        let entry = match error {
            NumberError::Empty => codes::NUMBER_EMPTY,
            NumberError::NotANumber => codes::NUMBER_NOT_A_NUMBER,
            NumberError::NoCountryCode => codes::NUMBER_NO_COUNTRY_CODE,
            NumberError::WrongLength => codes::NUMBER_WRONG_LENGTH,
        };
        refuse(&entry, AllowedWhen::AfterRemedy)
    })?;
    if is_practice_number(&number) {
        return Ok(number);
    }
    check_never(&number, allowed_regions)?;
    Ok(number)
}

/// Decides whether a number may be rung on a line.
///
/// The practice line rings numbers of the practice network and no others; a real line rings none of them, and only
/// numbers of the allowed regions and of ordinary kinds.
///
/// # Errors
/// The first rule that says no.
pub fn check(number: &PhoneNumber, line: Line, allowed_regions: &[String], own_number: Option<&PhoneNumber>) -> Result<(), Refusal> {
    if let Some(entry) = emergency(digits_of(number), number.kind() == NumberKind::Invalid) {
        return Err(never(&entry));
    }
    if own_number == Some(number) {
        return Err(refuse(&codes::NUMBER_OWN, AllowedWhen::AfterRemedy));
    }
    match line {
        Line::Practice if is_practice_number(number) => return Ok(()),
        Line::Practice => return Err(refuse(&codes::NUMBER_PRACTICE_ONLY, AllowedWhen::AfterRemedy)),
        Line::Real if is_practice_number(number) => return Err(never(&codes::NUMBER_FICTIONAL)),
        Line::Real => {}
    }
    check_never(number, allowed_regions)?;
    let region = number.region().unwrap_or_default();
    if !is_allowed(&region, allowed_regions) {
        let fact = format!("calls to the region {region} are not allowed");
        return Err(Refusal::new(Rule::NumberGate, &codes::NUMBER_REGION, fact, AllowedWhen::AfterRemedy));
    }
    match number.kind() {
        NumberKind::FixedLine | NumberKind::Mobile | NumberKind::FixedLineOrMobile | NumberKind::TollFree | NumberKind::Voip => Ok(()),
        _ => Err(never(&codes::NUMBER_KIND)),
    }
}

/// Returns whether a number belongs to the practice network: the fictional ones, and Twilio's test numbers for calls
/// that fail (`+1 500 555 0001` is invalid, `0002` cannot be routed, `0003` lacks permission, `0004` is blocked).
pub fn is_practice_number(number: &PhoneNumber) -> bool {
    number.is_fictional() || matches!(number.as_e164(), "+15005550001" | "+15005550002" | "+15005550003" | "+15005550004")
}

fn digits_of(number: &PhoneNumber) -> &str {
    number.as_e164().trim_start_matches('+')
}

fn is_allowed(region: &str, allowed_regions: &[String]) -> bool {
    !region.is_empty() && allowed_regions.iter().any(|allowed| allowed.eq_ignore_ascii_case(region))
}

/// Refuses what is rung on no line whatever the settings say, and foreign countries in North American guise.
fn check_never(number: &PhoneNumber, allowed_regions: &[String]) -> Result<(), Refusal> {
    let digits = digits_of(number);
    let kind = number.kind();
    if let Some(entry) = emergency(digits, kind == NumberKind::Invalid) {
        return Err(never(&entry));
    }
    for rule in prefix_rules() {
        if !rule.matches(digits) {
            continue;
        }
        match &rule.then {
            PrefixVerdict::Never(entry) => return Err(never(entry)),
            PrefixVerdict::ForeignUnless(region) if !is_allowed(region, allowed_regions) => {
                return Err(refuse(&codes::NUMBER_FOREIGN_NANP, AllowedWhen::AfterRemedy));
            }
            PrefixVerdict::ForeignUnless(_) => {}
        }
    }
    let entry = match kind {
        NumberKind::Invalid => codes::NUMBER_INVALID,
        NumberKind::PremiumRate => codes::NUMBER_PREMIUM,
        NumberKind::SharedCost => codes::NUMBER_SHARED_COST,
        NumberKind::Personal => codes::NUMBER_PERSONAL,
        NumberKind::Pager => codes::NUMBER_PAGER,
        NumberKind::FixedLine | NumberKind::Mobile | NumberKind::FixedLineOrMobile | NumberKind::TollFree | NumberKind::Voip | NumberKind::Other => {
            return Ok(());
        }
    };
    Err(never(&entry))
}

fn never(entry: &CodeEntry) -> Refusal {
    refuse(entry, AllowedWhen::Never)
}

fn refuse(entry: &CodeEntry, allowed_when: AllowedWhen) -> Refusal {
    Refusal::new(Rule::NumberGate, entry, entry.text, allowed_when)
}

/// Returns why digits as typed are never rung, if they are a short code or reach an emergency service somewhere.
fn never_rung_as_typed(digits: &str, has_plus: bool) -> Option<CodeEntry> {
    if digits.is_empty() {
        return None;
    }
    if let [b'2'..=b'8', b'1', b'1'] = digits.as_bytes() {
        return Some(codes::NUMBER_N11);
    }
    // Written with an international prefix, the rest is a number with its country code.
    let behind_prefix = digits.strip_prefix("011").or_else(|| digits.strip_prefix("00"));
    for international in [Some(digits), behind_prefix].into_iter().flatten() {
        let is_no_number = PhoneNumber::parse(&format!("+{international}")).map_or(true, |number| number.kind() == NumberKind::Invalid);
        if let Some(entry) = emergency(international, is_no_number) {
            return Some(entry);
        }
    }
    if has_plus {
        return None;
    }
    // Ten digits that make a North American number lack only the +1; everything else without a + may be dialed as it
    // stands, and a telephone network connects on the first digits that lead to an emergency service.
    let lacks_only_country_code =
        digits.len() == 10 && PhoneNumber::parse(&format!("+1{digits}")).is_ok_and(|number| number.kind() != NumberKind::Invalid);
    let connects = emergency_rows().iter().any(|row| {
        let is_whole = digits == row.number || behind_prefix == Some(&*row.number);
        is_whole || (row.number.len() >= 3 && row.is_emergency && digits.starts_with(&row.number) && !lacks_only_country_code)
    });
    if connects && !is_written_abroad(digits, behind_prefix) {
        let is_listed_crisis = emergency_rows().iter().any(|row| row.number == digits && !row.is_emergency)
            && !emergency_rows().iter().any(|row| row.number == digits && row.is_emergency);
        return Some(if is_listed_crisis { codes::NUMBER_CRISIS } else { codes::NUMBER_EMERGENCY });
    }
    (digits.len() <= 6).then_some(codes::NUMBER_SHORT_CODE)
}

/// Returns whether digits without a + are a whole number behind its country code, or behind an international prefix.
fn is_written_abroad(digits: &str, behind_prefix: Option<&str>) -> bool {
    [Some(digits), behind_prefix]
        .into_iter()
        .flatten()
        .any(|international| PhoneNumber::parse(&format!("+{international}")).is_ok_and(|number| number.kind() != NumberKind::Invalid))
}

/// Returns why digits behind a + reach an emergency or crisis line, if they do.
///
/// A number that the plan knows as a subscriber's is rung by its subscriber, even if it begins like an emergency
/// number (`+33 15…` is Paris); one that it does not know connects on its first digits.
fn emergency(digits: &str, is_no_number: bool) -> Option<CodeEntry> {
    let row = emergency_rows().iter().find(|row| {
        if digits == row.number || row.international.as_deref() == Some(digits) {
            return true;
        }
        if row.is_harmonised && digits.ends_with(&row.number) && is_no_number {
            return true;
        }
        let connects = row.is_emergency && row.number.len() >= 3;
        connects && is_no_number && row.international.as_ref().is_some_and(|whole| digits.starts_with(whole.as_str()))
    })?;
    let national = row.international.as_deref() == Some(digits) && matches!(row.number.as_bytes(), [b'2'..=b'8', b'1', b'1']);
    Some(if national && !row.is_emergency {
        codes::NUMBER_N11
    } else if row.is_emergency {
        codes::NUMBER_EMERGENCY
    } else {
        codes::NUMBER_CRISIS
    })
}

/// One row of `emergency_numbers.csv`.
struct EmergencyRow {
    /// As dialed within its country; long numbers as dialed from anywhere, with the country code.
    number: String,
    /// With the country code before it, unless it has none.
    international: Option<String>,
    /// An emergency service, and not a crisis or public-safety line.
    is_emergency: bool,
    /// Valid behind every European country code.
    is_harmonised: bool,
}

fn emergency_rows() -> &'static [EmergencyRow] {
    static ROWS: OnceLock<Vec<EmergencyRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let table = table::rows(include_str!("../../data/emergency_numbers.csv"));
        // A note about ten-digit lines of emergency centres is no number.
        let numbers = table.iter().filter(|row| row[2].bytes().all(|byte| byte.is_ascii_digit()));
        let mut rows: Vec<EmergencyRow> = numbers
            .map(|row| EmergencyRow {
                number: row[2].clone(),
                international: (row[1] != "0" && row[2].len() < 10).then(|| format!("{}{}", row[1], row[2])),
                is_emergency: row[3] == "emergency",
                is_harmonised: row[3] == "harmonised-116",
            })
            .collect();
        // The graver reading of the same digits is found first.
        rows.sort_by_key(|row| !row.is_emergency);
        rows
    })
}

/// A rule on the first digits of a number.
struct PrefixRule {
    /// Digits without the +; `N` stands for 2 to 9, `X` for any.
    pattern: String,
    then: PrefixVerdict,
}

enum PrefixVerdict {
    Never(CodeEntry),
    ForeignUnless(String),
}

impl PrefixRule {
    fn matches(&self, digits: &str) -> bool {
        let fits = |(expected, digit): (u8, u8)| match expected {
            b'N' => (b'2'..=b'9').contains(&digit),
            b'X' => digit.is_ascii_digit(),
            other => other == digit,
        };
        digits.len() >= self.pattern.len() && self.pattern.bytes().zip(digits.bytes()).all(fits)
    }
}

fn prefix_rules() -> &'static [PrefixRule] {
    static RULES: OnceLock<Vec<PrefixRule>> = OnceLock::new();
    RULES.get_or_init(|| {
        let table = table::rows(include_str!("../../data/premium_prefixes.csv"));
        table.iter().filter(|row| row[5].is_empty()).flat_map(|row| prefix_rules_of(row)).collect()
    })
}

/// Returns the rules of one row without a pattern: region, country code, type, policy, prefixes.
fn prefix_rules_of(row: &[String]) -> Vec<PrefixRule> {
    let entry = match row[2].as_str() {
        "PREMIUM_RATE" => codes::NUMBER_PREMIUM,
        "SHARED_COST" => codes::NUMBER_SHARED_COST,
        "PERSONAL_NUMBER" => codes::NUMBER_PERSONAL,
        "SATELLITE" => codes::NUMBER_SATELLITE,
        "SATELLITE_INTL_NETWORK" | "INTL_NETWORK" | "UAN" | "TOLL_FREE" => codes::NUMBER_GLOBAL_NETWORK,
        "CARRIER_SPECIFIC" | "GOVERNMENT" => codes::NUMBER_CARRIER_SERVICE,
        "DIRECTORY" => codes::NUMBER_DIRECTORY,
        "NANP_FOREIGN" | "US_TERRITORY" => {
            return patterns(row).map(|pattern| PrefixRule { pattern, then: PrefixVerdict::ForeignUnless(row[0].clone()) }).collect();
        }
        // Destinations of reported fraud are whole countries: the list of allowed regions decides.
        _ => return Vec::new(),
    };
    patterns(row).map(|pattern| PrefixRule { pattern, then: PrefixVerdict::Never(entry) }).collect()
}

fn patterns(row: &[String]) -> impl Iterator<Item = String> {
    row[4].split(';').map(|prefix| prefix.trim().trim_start_matches('+').to_owned()).filter(|pattern| !pattern.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> &'static str {
        check_text(text, &[]).map_or_else(|refusal| refusal.code, |_| "ok")
    }

    fn real(text: &str, regions: &[&str]) -> &'static str {
        let regions: Vec<String> = regions.iter().map(|region| (*region).to_owned()).collect();
        let number = PhoneNumber::parse(text).unwrap();
        check(&number, Line::Real, &regions, None).map_or_else(|refusal| refusal.code, |()| "ok")
    }

    #[test]
    fn what_people_type_is_refused_as_what_it_is() {
        for (text, code) in [
            ("911", "number.emergency"),
            ("+911", "number.emergency"),
            ("+1911", "number.emergency"),
            ("+1 (911)", "number.emergency"),
            ("1911", "number.emergency"),
            ("001911", "number.emergency"),
            ("0044999", "number.emergency"),
            ("+44999", "number.emergency"),
            ("9116666666", "number.emergency"),
            ("+19116666666", "number.emergency"),
            ("1101234", "number.emergency"),
            ("9991234", "number.emergency"),
            ("112", "number.emergency"),
            ("000", "number.emergency"),
            ("411", "number.n11"),
            ("+1411", "number.n11"),
            ("988", "number.crisis"),
            ("+18002738255", "number.crisis"),
            ("116123", "number.crisis"),
            ("+44116123", "number.crisis"),
            ("23456", "number.short_code"),
            ("", "number.empty"),
            ("pizza", "number.not_a_number"),
            ("+1 212 555 0123 x5", "number.not_a_number"),
            ("2125550123", "number.no_country_code"),
            ("9175550123", "number.no_country_code"),
            ("+12125", "number.wrong_length"),
            ("+19005551234", "number.premium"),
            ("+12129761234", "number.premium"),
            ("+15005551234", "number.personal"),
            ("+17005551234", "number.carrier_service"),
            ("+17105551234", "number.carrier_service"),
            ("+12125551212", "number.directory"),
            ("+18095551234", "number.foreign_nanp"),
            ("+18765551234", "number.foreign_nanp"),
            ("+447012345678", "number.personal"),
            ("+448712345678", "number.premium"),
            ("+881612345678", "number.satellite"),
            ("+870773123456", "number.satellite"),
            ("+882612345678", "number.global_network"),
            ("+979123456789", "number.premium"),
            ("+80812345678", "number.shared_cost"),
            ("+80012345678", "number.global_network"),
            ("+12125550123", "ok"),
            ("+15005550001", "ok"),
            ("+14155552671", "ok"),
            ("+33155555555", "ok"),
            ("+15205552671", "ok"),
        ] {
            assert_eq!(typed(text), code, "{text}");
        }
    }

    #[test]
    fn a_real_line_rings_only_allowed_regions_and_never_fiction() {
        assert_eq!(real("+14155552671", &["US"]), "ok");
        assert_eq!(real("+14155552671", &["us"]), "ok");
        assert_eq!(real("+14155552671", &[]), "number.region");
        assert_eq!(real("+14165552671", &["US"]), "number.region", "Canada is not the United States");
        assert_eq!(real("+442079460018", &["US"]), "number.region");
        assert_eq!(real("+442079460018", &["GB"]), "ok");
        assert_eq!(real("+18765551234", &["JM"]), "ok");
        assert_eq!(real("+18005551234", &["US"]), "ok");
        assert_eq!(real("+12125550123", &["US"]), "number.fictional");
        assert_eq!(real("+15005550001", &["US"]), "number.fictional");
    }

    #[test]
    fn the_practice_line_rings_only_its_cast() {
        let practice = |text: &str| {
            let number = PhoneNumber::parse(text).unwrap();
            check(&number, Line::Practice, &["US".into()], None).map_or_else(|refusal| refusal.code, |()| "ok")
        };
        assert_eq!(practice("+12125550123"), "ok");
        assert_eq!(practice("+15005550001"), "ok");
        assert_eq!(practice("+14155552671"), "number.practice_only");
        assert_eq!(practice("+18002738255"), "number.crisis");
    }

    #[test]
    fn our_own_number_is_not_rung() {
        let number = PhoneNumber::parse("+14155552671").unwrap();
        assert_eq!(check(&number, Line::Real, &["US".into()], Some(&number)).unwrap_err().code, "number.own");
    }

    /// Every region there is, so that nothing is refused only because its country is not allowed.
    fn everywhere() -> Vec<String> {
        table::rows(include_str!("../../data/region_timezones.csv")).into_iter().map(|row| row[0].clone()).collect()
    }

    #[test]
    fn no_emergency_number_passes_in_any_written_form() {
        let regions = everywhere();
        let mut checked = 0;
        for row in table::rows(include_str!("../../data/emergency_numbers.csv")) {
            let (code, number) = (row[1].as_str(), row[2].as_str());
            if !number.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let spaced = number.chars().map(String::from).collect::<Vec<_>>().join(" ");
            let dashed = number.chars().map(String::from).collect::<Vec<_>>().join("-");
            let mut forms = vec![
                number.to_owned(),
                format!("+{number}"),
                format!("  {number} "),
                format!("({number})"),
                format!("{number}6666666"),
                spaced,
                dashed,
            ];
            if code != "0" && number.len() < 10 {
                let international = format!("{code}{number}");
                forms.extend([
                    international.clone(),
                    format!("+{international}"),
                    format!("+{code} {number}"),
                    format!("+{code} ({number})"),
                    format!("+{code}-{number}"),
                    format!("00{international}"),
                    format!("011{international}"),
                    format!("011 {code} {number}"),
                ]);
            }
            for form in forms {
                assert!(check_text(&form, &regions).is_err(), "{form} of {} passed", row[0]);
                checked += 1;
            }
        }
        assert!(checked > 12_000, "{checked}");
    }

    #[test]
    fn what_reaches_an_emergency_service_is_called_that() {
        for row in table::rows(include_str!("../../data/emergency_numbers.csv")) {
            let (code, number) = (row[1].as_str(), row[2].as_str());
            if row[3] != "emergency" || number.len() < 3 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let is_n11 = matches!(number.as_bytes(), [b'2'..=b'8', b'1', b'1']);
            assert_eq!(typed(number), if is_n11 { "number.n11" } else { "number.emergency" }, "{number}");
            if code != "0" {
                assert_eq!(typed(&format!("+{code}{number}")), "number.emergency", "+{code}{number}");
                assert_eq!(typed(&format!("00{code}{number}")), "number.emergency", "00{code}{number}");
            }
        }
    }

    #[test]
    fn no_premium_row_passes_on_a_real_line() {
        let regions = everywhere();
        let mut checked = 0;
        for row in table::rows(include_str!("../../data/premium_prefixes.csv")) {
            let is_denied_outright = row[3] == "deny" || row[2] == "SHARED_COST" || row[0] == "001";
            let allowed: Vec<String> =
                if is_denied_outright { regions.clone() } else { regions.iter().filter(|region| **region != row[0]).cloned().collect() };
            for number in examples(&row) {
                let Ok(number) = PhoneNumber::parse(&number) else { continue };
                // A shared country code may make a padded example another region's; then that region is not allowed either.
                let region = number.region().unwrap_or_default();
                let allowed: Vec<String> =
                    if is_denied_outright { allowed.clone() } else { allowed.iter().filter(|other| **other != region).cloned().collect() };
                assert!(check(&number, Line::Real, &allowed, None).is_err(), "{} of {} {} passed", number.as_e164(), row[0], row[2]);
                checked += 1;
            }
        }
        assert!(checked > 1_000, "{checked}");
    }

    /// Returns the row's own example, or, for rows on prefixes alone, each prefix made up to every length.
    fn examples(row: &[String]) -> Vec<String> {
        if !row[6].is_empty() {
            return vec![row[6].clone()];
        }
        let filled = |pattern: String| pattern.replace('N', "4").replace('X', "1");
        let lengths = |prefix: String| (prefix.len().max(7)..=15).map(move |length| format!("+{prefix:2<length$}"));
        patterns(row).map(filled).flat_map(lengths).collect()
    }
}
