//! The gate against every row of both tables, in every written form.

use super::emergency::{EMERGENCY, EmergencyKind, EmergencyRow};
use super::range::{PREFIXES, PrefixRow, RangeKind};
use super::*;

fn typed(text: &str) -> &'static str {
    check_text(text, &[]).map_or_else(|refusal| refusal.code, |_| "ok")
}

fn real(text: &str, regions: &[&str]) -> &'static str {
    let regions: Vec<String> = regions.iter().map(|region| (*region).to_owned()).collect();
    let number = PhoneNumber::parse(text).unwrap();
    check(&number, Line::Real, &regions, &[]).map_or_else(|refusal| refusal.code, |()| "ok")
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
        check(&number, Line::Practice, &["US".into()], &[]).map_or_else(|refusal| refusal.code, |()| "ok")
    };
    assert_eq!(practice("+12125550123"), "ok");
    assert_eq!(practice("+15005550001"), "ok");
    assert_eq!(practice("+14155552671"), "number.practice_only");
    assert_eq!(practice("+18002738255"), "number.crisis");
}

#[test]
fn our_own_number_is_not_rung() {
    let number = PhoneNumber::parse("+14155552671").unwrap();
    assert_eq!(check(&number, Line::Real, &["US".into()], std::slice::from_ref(&number)).unwrap_err().code, "number.own");
}

/// Every region there is, so that nothing is refused only because its country is not allowed.
fn everywhere() -> Vec<String> {
    place::all_regions()
}

/// Returns how a number of a country may be written.
fn written_forms(row: &EmergencyRow) -> Vec<String> {
    let number = row.number;
    let parted = |sign: &str| number.chars().map(String::from).collect::<Vec<_>>().join(sign);
    let in_script = |zero: char| number.chars().map(|c| char::from_u32(u32::from(zero) + c.to_digit(10).unwrap()).unwrap()).collect::<String>();
    let mut forms = vec![
        number.to_owned(),
        format!("+{number}"),
        format!("  {number} "),
        format!("({number})"),
        format!("1{number}"),
        format!("1-{number}"),
        format!("{number}6666666"),
        format!("{number},,1"),
        format!("{number};ext=5"),
        format!("{number} x5"),
        format!("tel:{number}"),
        format!("sip:{number}@pbx.example"),
        format!("{number}#"),
        format!("*{number}"),
        parted(" "),
        parted("-"),
        parted("."),
        parted("\u{a0}"),
        in_script('０'),
        in_script('٠'),
        in_script('۰'),
        in_script('०'),
    ];
    if !row.international.is_empty() {
        let international = row.international;
        let code = &international[..international.len() - number.len()];
        forms.extend([
            international.to_owned(),
            format!("+{international}"),
            format!("+{code} {number}"),
            format!("+{code} ({number})"),
            format!("+{code}-{number}"),
            format!("+{code} (0) {number}"),
            format!("00{international}"),
            format!("011{international}"),
            format!("011 {code} {number}"),
            format!("＋{international}"),
        ]);
    }
    forms
}

#[test]
fn no_emergency_number_passes_in_any_written_form() {
    let regions = everywhere();
    let mut checked = 0;
    for row in EMERGENCY {
        for form in written_forms(row) {
            assert!(check_text(&form, &regions).is_err(), "{form} of {} passed", row.region);
            checked += 1;
        }
    }
    assert!(checked > 27_000, "{checked}");
}

#[test]
fn what_reaches_an_emergency_service_is_called_that() {
    for row in EMERGENCY.iter().filter(|row| row.kind == EmergencyKind::Emergency && row.number.len() >= 3) {
        let is_n11 = matches!(row.number.as_bytes(), [b'2'..=b'8', b'1', b'1']);
        assert_eq!(typed(row.number), if is_n11 { "number.n11" } else { "number.emergency" }, "{}", row.number);
        if !row.international.is_empty() {
            let international = row.international;
            assert_eq!(typed(&format!("+{international}")), "number.emergency", "+{international}");
            assert_eq!(typed(&format!("00{international}")), "number.emergency", "00{international}");
        }
    }
}

#[test]
fn every_short_number_is_refused_everywhere() {
    let regions = everywhere();
    for number in 0..10_000 {
        for text in [format!("{number:02}"), format!("{number:03}"), format!("{number:04}")] {
            assert!(check_text(&text, &regions).is_err(), "{text}: in Guinea anything may be an emergency number");
        }
    }
}

#[test]
fn no_premium_row_passes_on_a_real_line() {
    let regions = everywhere();
    let mut checked = 0;
    for row in PREFIXES {
        let is_denied_outright = row.is_outright || row.kind == RangeKind::SharedCost || row.region == "001";
        for number in examples(row) {
            let Ok(number) = PhoneNumber::parse(&number) else { continue };
            // What is denied unless its country is allowed is asked with all countries allowed but its own; a padded example
            // may lie in another country that shares the code, so that is not allowed either.
            let own = number.region().unwrap_or_default();
            let is_allowed = |region: &&String| is_denied_outright || (**region != row.region && **region != own);
            let allowed: Vec<String> = regions.iter().filter(is_allowed).cloned().collect();
            assert!(check(&number, Line::Real, &allowed, &[]).is_err(), "{} of {} {:?} passed", number.as_e164(), row.region, row.kind);
            checked += 1;
        }
    }
    assert!(checked > 1_000, "{checked}");
}

/// Returns the row's own example, or, for rows on prefixes alone, each prefix made up to every length.
fn examples(row: &PrefixRow) -> Vec<String> {
    if !row.example.is_empty() {
        return vec![row.example.to_owned()];
    }
    let filled = |prefix: &&str| prefix.replace('N', "4").replace('X', "1");
    let lengths = |prefix: String| (prefix.len().max(7)..=15).map(move |length| format!("+{prefix:2<length$}"));
    row.prefixes.iter().map(filled).flat_map(lengths).collect()
}

#[test]
fn every_refusal_says_what_to_do_and_on_which_data_it_rests() {
    for (text, table) in [
        ("911", Some("emergency_numbers")),
        ("+18002738255", Some("emergency_numbers")),
        ("+881612345678", Some("premium_prefixes")),
        ("+447012345678", Some("premium_prefixes")),
        ("pizza", None),
    ] {
        let refusal = check_text(text, &[]).unwrap_err();
        assert_eq!(refusal.data.map(|data| data.table), table, "{text}");
        assert!(!refusal.remedy.is_empty() && !refusal.fact.is_empty(), "{text}");
    }
}

#[test]
fn steps_are_asked_in_order_and_the_first_no_ends_them() {
    let step = |text: &str, line| {
        let number = PhoneNumber::parse(text).unwrap();
        ask(&number, line, &["US".into()], &[PhoneNumber::parse("+14155552671").unwrap()]).refused.map(|(step, refusal)| (step, refusal.code))
    };
    assert!(Step::ALL.is_sorted());
    assert_eq!(step("+18002738255", Line::Practice), Some((Step::Emergency, "number.crisis")), "on no line");
    assert_eq!(step("+14155552672", Line::Practice), Some((Step::Network, "number.practice_only")));
    assert_eq!(step("+881612345678", Line::Real), Some((Step::Range, "number.satellite")), "and not: allow the region 001");
    assert_eq!(step("+12425551234", Line::Real), Some((Step::Range, "number.foreign_nanp")), "the Bahamas");
    assert_eq!(step("+448712345678", Line::Real), Some((Step::Plan, "number.premium")));
    assert_eq!(step("+442079460018", Line::Real), Some((Step::Region, "number.region")));
    assert_eq!(step("+14155552671", Line::Real), Some((Step::Own, "number.own")));
    assert_eq!(step("+14155552672", Line::Real), None);
}
