//! Hours at the callee's place: the product's windows, statutes, holidays, summer time, and the exactness of the next opening.

use super::*;
use crate::compliance::place::Because;

/// Reads `2026-11-24T14:00:00Z`.
fn utc(text: &str) -> Timestamp {
    Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

const TEN_MINUTES: Duration = Duration::from_secs(600);

fn asked(number: &str, kind: CalleeKind, at: &str) -> CalleeHours {
    callee_hours(&PhoneNumber::parse(number).unwrap(), kind, utc(at), TEN_MINUTES)
}

/// Asks for a call that sells something to a line of this kind.
fn selling(number: &str, line: LineKind, at: &str) -> CalleeHours {
    let number = PhoneNumber::parse(number).unwrap();
    let ring = Ring { line, purpose: CallPurpose::Solicitation, ..Ring::errand(&number, CalleeKind::Unknown, TEN_MINUTES) };
    hours(&ring, utc(at))
}

#[test]
fn a_new_york_shop_is_rung_from_eight_to_eight() {
    let open = |at| asked("+12125552671", CalleeKind::Business, at).is_open;
    assert!(!open("2026-11-24T12:59:00Z"));
    assert!(open("2026-11-24T13:00:00Z"), "08:00 in New York");
    assert!(open("2026-11-25T00:59:00Z"), "19:59, over by 20:09");
    assert!(!open("2026-11-25T01:00:00Z"), "20:00");
    assert!(open("2026-11-22T14:00:00Z"), "Sunday 09:00");
    assert!(!open("2026-11-22T13:59:00Z"), "Sunday 08:59");
}

#[test]
fn an_unknown_callee_may_be_anywhere_in_the_country() {
    let closed = asked("+12125552671", CalleeKind::Unknown, "2026-11-24T17:00:00Z");
    assert!(!closed.is_open, "noon in New York is seven in Honolulu");
    assert_eq!(closed.next_opening, Some(utc("2026-11-24T20:00:00Z")), "15:00 Eastern, 10:00 in Hawaii");
    assert_eq!(closed.because, Because::AnywhereInCountry);
    assert!(asked("+12125552671", CalleeKind::Unknown, "2026-11-24T22:59:00Z").is_open, "17:59 Eastern");
    assert!(!asked("+12125552671", CalleeKind::Unknown, "2026-11-24T23:00:00Z").is_open);
}

#[test]
fn an_area_code_with_two_zones_must_be_open_in_both() {
    assert!(!asked("+18505552671", CalleeKind::Business, "2026-11-24T13:30:00Z").is_open, "Pensacola is on Central time");
    assert!(asked("+18505552671", CalleeKind::Business, "2026-11-24T14:00:00Z").is_open);
}

#[test]
fn summer_time_moves_the_window() {
    let open = |at| asked("+12125552671", CalleeKind::Business, at).is_open;
    assert!(!open("2026-03-07T12:30:00Z"), "Saturday before the change: 07:30");
    assert!(open("2026-03-09T12:30:00Z"), "Monday after it: 08:30");
    assert!(!open("2026-10-31T11:59:00Z"), "Saturday before the change back: 07:59");
    assert!(!open("2026-11-01T13:59:00Z"), "Sunday of it: 08:59");
    assert!(open("2026-11-01T14:00:00Z"));
}

#[test]
fn phoenix_and_the_navajo_nation_part_in_summer() {
    let phoenix = asked("+19285552671", CalleeKind::Business, "2026-07-14T14:30:00Z");
    let clocks: Vec<(&str, u16, bool)> = phoenix.places.iter().map(|place| (place.zone.as_str(), place.rings_at, place.is_open)).collect();
    assert_eq!(clocks, [("America/Phoenix", 450, false), ("America/Denver", 510, true)]);
    assert!(!phoenix.is_open);
    assert_eq!(phoenix.next_opening, Some(utc("2026-07-14T15:00:00Z")));
}

#[test]
fn half_hours_and_the_date_line_are_kept() {
    let newfoundland = asked("+17095552671", CalleeKind::Business, "2026-11-24T11:45:00Z");
    let st_johns = newfoundland.places.iter().find(|place| place.zone == "America/St_Johns").unwrap();
    assert_eq!((st_johns.rings_at, st_johns.is_open, newfoundland.is_open), (8 * 60 + 15, true, false), "Labrador is half an hour behind");
    let guam = asked("+16715552671", CalleeKind::Business, "2026-11-23T22:30:00Z");
    assert_eq!((guam.places[0].weekday, guam.places[0].rings_at, guam.is_open), (1, 8 * 60 + 30, true), "already Tuesday");
}

#[test]
fn closed_hours_say_when_they_open() {
    let closed = asked("+12125552671", CalleeKind::Business, "2026-11-24T05:10:00Z");
    assert_eq!(closed.next_opening, Some(utc("2026-11-24T13:00:00Z")));
    let refusal = check(&closed).unwrap();
    assert_eq!((refusal.code, refusal.allowed_when), ("hours.outside", AllowedWhen::From(utc("2026-11-24T13:00:00Z"))));
    assert_eq!(refusal.fact, "it is 00:10 there, and the call must be over in decent hours");
    assert_eq!(refusal.data.unwrap().table, "calling_hours");
}

#[test]
fn a_call_that_would_outlast_the_window_waits() {
    let number = PhoneNumber::parse("+12125552671").unwrap();
    let late = |lasts| callee_hours(&number, CalleeKind::Business, utc("2026-11-25T00:30:00Z"), Duration::from_secs(lasts)).is_open;
    assert!(late(45 * 60), "19:30 to 20:15");
    assert!(!late(45 * 60 + 1));
}

#[test]
fn abroad_the_law_of_the_country_cuts_the_window() {
    let open = |at| asked("+33155555555", CalleeKind::Consumer, at).is_open;
    assert!(open("2026-11-24T11:00:00Z"), "12:00 in Paris");
    assert!(!open("2026-11-24T12:30:00Z"), "13:30: the French rest");
    assert!(open("2026-11-24T13:00:00Z"));
}

#[test]
fn a_number_of_no_place_is_not_rung() {
    let nowhere = asked("+881612345678", CalleeKind::Business, "2026-11-24T13:00:00Z");
    assert_eq!((check(&nowhere).unwrap().code, nowhere.next_opening), ("hours.unknown_place", None));
}

#[test]
fn a_private_person_is_left_alone_on_weekends_and_holidays() {
    let next = |number, at| asked(number, CalleeKind::Consumer, at).next_opening;
    assert_eq!(next("+18085552671", "2026-11-21T22:00:00Z"), Some(utc("2026-11-23T20:00:00Z")), "Saturday noon in Honolulu to Monday 10:00 there");
    assert_eq!(next("+18085552671", "2026-11-26T21:00:00Z"), Some(utc("2026-11-27T20:00:00Z")), "Thanksgiving");
    let closed = asked("+33155555555", CalleeKind::Consumer, "2026-07-14T11:00:00Z");
    assert_eq!(check(&closed).unwrap().fact, "it is 13:00 there, Fête nationale is kept, and the call must be over in decent hours");
}

#[test]
fn a_shop_is_rung_later_and_shorter_on_holidays() {
    let thanksgiving = |at| asked("+12125552671", CalleeKind::Business, at).is_open;
    assert!(!thanksgiving("2026-11-26T13:30:00Z"), "08:30");
    assert!(thanksgiving("2026-11-26T14:00:00Z"));
    assert!(!thanksgiving("2026-11-26T23:30:00Z"), "18:30");
}

#[test]
fn known_opening_hours_narrow_the_window() {
    let number = PhoneNumber::parse("+12125552671").unwrap();
    let opening: OpeningHours = "Tu-Sa 11:00-23:00".parse().unwrap();
    let ring = Ring { opening_hours: Some(&opening), ..Ring::errand(&number, CalleeKind::Business, TEN_MINUTES) };
    let open = |at| hours(&ring, utc(at)).is_open;
    assert!(!open("2026-11-24T15:59:00Z"), "Tuesday 10:59");
    assert!(open("2026-11-24T16:00:00Z"));
    assert!(!open("2026-11-25T01:00:00Z"), "Tuesday 20:00: open, but late");
    assert_eq!(next_allowed(&ring, utc("2026-11-22T18:00:00Z")), Some(utc("2026-11-24T16:00:00Z")), "Sunday and Monday are closed");
}

#[test]
fn a_known_place_is_the_only_one() {
    let number = PhoneNumber::parse("+12125552671").unwrap();
    let honolulu = KnownPlace::new("Pacific/Honolulu", "US-HI".parse().unwrap()).unwrap();
    let ring = Ring { place: Some(&honolulu), ..Ring::errand(&number, CalleeKind::Unknown, TEN_MINUTES) };
    assert!(hours(&ring, utc("2026-11-24T20:00:00Z")).is_open);
    assert!(hours(&ring, utc("2026-11-25T03:00:00Z")).is_open, "17:00 in Honolulu, midnight in New York");
    assert_eq!(hours(&ring, utc("2026-11-24T20:00:00Z")).places.len(), 1);
}

#[test]
fn who_sells_keeps_every_law_of_the_place() {
    let landline = LineKind::BusinessLandline;
    let kentucky = |at| selling("+15025552671", landline, at).is_open;
    assert!(!kentucky("2026-11-24T14:30:00Z"), "09:30 in Louisville; Kentucky opens at ten");
    assert!(kentucky("2026-11-24T15:30:00Z"));
    let rhode_island = |at| selling("+14015552671", landline, at).is_open;
    assert!(!rhode_island("2026-11-24T13:30:00Z"), "08:30 in Providence; Rhode Island opens at nine");
    assert!(rhode_island("2026-11-24T22:59:00Z") && !rhode_island("2026-11-24T23:00:00Z"), "and closes at six");
    assert!(!rhode_island("2026-08-10T16:00:00Z"), "Victory Day");
    assert!(asked("+14015552671", CalleeKind::Business, "2026-08-10T16:00:00Z").is_open, "an errand to a shop is no solicitation");
    assert!(!selling("+16055552671", landline, "2026-11-21T18:00:00Z").is_open, "South Dakota: no machine sells on Saturday");
    assert!(!selling("+493012345678", landline, "2026-11-24T12:00:00Z").is_open, "Germany: never");
    assert_eq!(selling("+493012345678", landline, "2026-11-24T12:00:00Z").next_opening, None);
}

#[test]
fn who_sells_to_an_unknown_line_keeps_the_laws_of_all_states() {
    let selling_at = |at| selling("+12125552671", LineKind::Unknown, at).is_open;
    assert!(selling_at("2026-11-24T21:00:00Z"), "16:00 Eastern, 11:00 in Hawaii");
    assert!(!selling_at("2026-11-24T22:00:00Z"), "17:00 Eastern: Maine's machines stop at five");
    assert!(asked("+12125552671", CalleeKind::Unknown, "2026-11-24T22:00:00Z").is_open, "an errand may");
}

#[test]
fn mardi_gras_is_kept_where_it_is_kept() {
    assert!(!selling("+15045552671", LineKind::BusinessLandline, "2026-02-17T18:00:00Z").is_open, "New Orleans");
    assert!(selling("+12125552671", LineKind::BusinessLandline, "2026-02-17T18:00:00Z").is_open, "New York");
}

#[test]
fn the_consumer_window_lies_within_every_law_of_every_state() {
    let consumer = CONSUMER.on(0, false);
    assert_eq!(consumer, [Window::new(600, 1080)]);
    for law in LAWS.iter().filter(|law| law.jurisdiction.nation() == Jurisdiction::US && law.applies_to == AppliesTo::Solicitation) {
        assert_eq!(intersection(&consumer, &law.week.on(0, false)), consumer, "{}", law.jurisdiction);
    }
    assert!(CONSUMER.on(5, false).is_empty(), "no consumer is rung on Saturday");
}

#[test]
fn no_window_passes_the_hard_stop() {
    let number = PhoneNumber::parse("+12125552671").unwrap();
    let always: OpeningHours = "24/7".parse().unwrap();
    for line in [LineKind::BusinessLandline, LineKind::BusinessMobile, LineKind::Residential, LineKind::TollFree, LineKind::Unknown] {
        for purpose in [CallPurpose::Errand, CallPurpose::Solicitation] {
            let ring = Ring { line, purpose, opening_hours: Some(&always), ..Ring::errand(&number, CalleeKind::Unknown, TEN_MINUTES) };
            for weekday in 0..7 {
                for kept in [&[][..], &holiday::kept_on(jiff::civil::date(2026, 12, 25), &[Jurisdiction::US])] {
                    for window in windows(&ring, &[Jurisdiction::US], kept, weekday) {
                        assert!(420 <= window.opens() && window.closes() <= 1320, "{ring:?} {weekday}");
                    }
                }
            }
        }
    }
}

#[test]
fn today_is_the_callee_s_day() {
    let local = local_time(&PhoneNumber::parse("+18085552671").unwrap(), utc("2026-11-24T05:30:00Z"));
    assert_eq!((local.year, local.month, local.day, local.weekday, local.minute), (2026, 11, 23, 0, 19 * 60 + 30));
}

/// What [`next_allowed`] should say, found by trying every minute.
fn minute_by_minute(ring: &Ring<'_>, from: Timestamp) -> Option<Timestamp> {
    let minute = 60_000;
    let first = from.as_millis().div_euclid(minute) + 1;
    let tries = [from].into_iter().chain((first..first + 60 * 24 * 5).map(|minutes| Timestamp(minutes * minute)));
    let mut tries = tries.filter(|at| hours_are_open(ring, *at));
    tries.next()
}

fn hours_are_open(ring: &Ring<'_>, at: Timestamp) -> bool {
    let places = Places::of(ring);
    let mut calendar = Calendar::new(ring, &places.candidates.jurisdictions);
    !places.zones.is_empty() && places.zones.iter().all(|(name, zone)| place_time(name, zone, instant(at), ring.lasts, &mut calendar).is_open)
}

#[test]
fn the_next_opening_is_the_first_open_minute() {
    let numbers = ["+12125552671", "+18505552671", "+19285552671", "+17095552671", "+33155555555", "+16715552671", "+61255501234"];
    let mut seed: u64 = 0x5eed_0000_0000_0001;
    let mut chance = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for round in 0..60 {
        let number = PhoneNumber::parse(numbers[usize::try_from(chance(7)).unwrap()]).unwrap();
        let callee = [CalleeKind::Business, CalleeKind::Consumer, CalleeKind::Unknown][usize::try_from(chance(3)).unwrap()];
        let lasts = Duration::from_secs(60 * (1 + chance(60)));
        let purpose = if chance(2) == 0 { CallPurpose::Errand } else { CallPurpose::Solicitation };
        let ring = Ring { purpose, ..Ring::errand(&number, callee, lasts) };
        // Around both changes of the clock, and Christmas.
        let days = [utc("2026-03-06T00:00:00Z"), utc("2026-10-30T00:00:00Z"), utc("2026-12-23T00:00:00Z")];
        let from = Timestamp(days[usize::try_from(chance(3)).unwrap()].0 + i64::try_from(chance(4 * 86_400_000)).unwrap());
        let found = next_allowed(&ring, from);
        let within = found.filter(|found| found.as_millis() - from.as_millis() < 5 * 86_400_000);
        assert_eq!(within, minute_by_minute(&ring, from), "round {round}: {number:?} {callee:?} {purpose:?} {lasts:?} from {from:?}");
    }
}

#[test]
fn one_more_zone_never_widens_the_window() {
    // The same moments, asked for a landline of one zone, of two, and for a phone anywhere in the country.
    for hour in 0..14 * 24 {
        let at = Timestamp(utc("2026-10-26T00:00:00Z").0 + hour * 3_600_000);
        let open = |number: &str, line| {
            let number = PhoneNumber::parse(number).unwrap();
            hours_are_open(&Ring { line, ..Ring::errand(&number, CalleeKind::Business, TEN_MINUTES) }, at)
        };
        let one = open("+13055552671", LineKind::BusinessLandline);
        let two = open("+18505552671", LineKind::BusinessLandline);
        let all = open("+18505552671", LineKind::BusinessMobile);
        assert!((one || !two) && (two || !all), "{at:?}: {one} {two} {all}");
    }
}

#[test]
fn all_area_codes_with_several_zones_are_closed_while_one_of_them_is() {
    let mut checked = 0;
    for npa in 200..1000 {
        let Ok(number) = PhoneNumber::parse(&format!("+1{npa}5552671")) else { continue };
        let candidates = Candidates::of(&number, LineKind::BusinessLandline, None);
        if candidates.because != Because::AreaCode || candidates.zones.len() < 2 {
            continue;
        }
        checked += 1;
        for quarter in 0..96 * 2 {
            let at = Timestamp(utc("2026-11-24T00:00:00Z").0 + quarter * 900_000);
            let asked = callee_hours(&number, CalleeKind::Business, at, TEN_MINUTES);
            assert_eq!(asked.is_open, asked.places.iter().all(|place| place.is_open), "{npa}");
            let earliest = asked.places.iter().map(|place| place.rings_at).min().unwrap();
            assert!(!asked.is_open || earliest >= 480, "{npa} at {at:?}");
        }
    }
    assert!(checked >= 28, "{checked}");
}
