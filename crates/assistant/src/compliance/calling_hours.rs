//! Which hour it is where the phone rings, and whether that is a decent one.
//!
//! The place of a number is a set of candidates: an area code may span two time zones, a mobile phone may be anywhere
//! in its country. The window must hold in all of them, from the first ring to the latest end. The obvious look-up
//! (one zone an area code) is wrong for 23 of 359 US area codes, so the table holds the union.
//!
//! The windows are the product's own, from `data/calling_hours.csv`: statutes speak of solicitation, which no task
//! type does. The consumer window lies within every US row of that table at once; abroad it is cut with the
//! country's row. Public holidays are not known here.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use dialogue::brief::LocalTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use telephony::{PhoneNumber, Timestamp};

use crate::codes;
use crate::refusal::{AllowedWhen, Refusal, Rule};
use crate::table;
use crate::task::CalleeKind;

/// How far past the end of the window a call may still run if it lasts to its time limit.
const GRACE_MINUTES: u16 = 15;

/// What is known of the hour at the callee's place: values, so that a decision can be replayed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CalleeHours {
    /// The hour in every place where the phone may be. Empty if nothing is known.
    pub places: Vec<PlaceTime>,
    /// Whether it is a decent hour in all of them, from the first ring to the latest end.
    pub is_open: bool,
    /// The next moment, to the quarter of an hour, at which it is; `None` within eight days.
    pub next_opening: Option<Timestamp>,
}

/// The hour in one place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlaceTime {
    /// IANA time zone.
    pub zone: String,
    /// 0 (Monday) to 6 (Sunday).
    pub weekday: u8,
    /// Minutes since midnight at which it would ring.
    pub rings_at: u16,
    /// Minutes since that midnight at which it would end at the latest; more than 1440 after the next midnight.
    pub ends_at: u16,
}

/// Returns the hours at the callee's place for a call that begins at `at` and lasts at most `lasts`.
pub fn callee_hours(number: &PhoneNumber, kind: CalleeKind, at: Timestamp, lasts: Duration) -> CalleeHours {
    let zones = zones(number, kind);
    let region = number.region().unwrap_or_default();
    let is_open = |at| {
        let places = places(&zones, at, lasts);
        !places.is_empty() && places.iter().all(|place| is_decent(place, kind, &region))
    };
    let next_opening = || {
        let quarter = 15 * 60_000;
        let first = at.as_millis().div_euclid(quarter) + 1;
        (first..first + 8 * 96).map(|quarters| Timestamp(quarters * quarter)).find(|at| is_open(*at))
    };
    let is_open_now = is_open(at);
    CalleeHours {
        places: places(&zones, at, lasts),
        is_open: is_open_now,
        next_opening: if is_open_now || zones.is_empty() { None } else { next_opening() },
    }
}

/// Returns the day and hour at the most likely place of a number, so that "today" can be understood; UTC if unknown.
pub fn local_time(number: &PhoneNumber, at: Timestamp) -> LocalTime {
    let zone = zones(number, CalleeKind::Business).into_iter().next().unwrap_or("UTC");
    let tz = time_zone(zone).unwrap_or(TimeZone::UTC);
    let local = tz.to_datetime(instant(at));
    LocalTime {
        year: local.year(),
        month: local.month().unsigned_abs(),
        day: local.day().unsigned_abs(),
        weekday: local.weekday().to_monday_zero_offset().unsigned_abs(),
        minute: minute_of_day(&local),
    }
}

/// Returns what speaks against ringing now, if anything does.
pub fn check(hours: &CalleeHours) -> Option<Refusal> {
    if hours.places.is_empty() {
        let entry = codes::HOURS_UNKNOWN_PLACE;
        return Some(Refusal::new(Rule::Hours, &entry, entry.text, AllowedWhen::AfterRemedy));
    }
    if hours.is_open {
        return None;
    }
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
    let mut times: Vec<String> = hours.places.iter().map(|place| clock(place.rings_at)).collect();
    times.sort();
    times.dedup();
    let fact = match times.as_slice() {
        [only] => format!("it is {only} there, and the call must be over in decent hours"),
        [first, .., last] => format!("it may be {first} to {last} where the phone is, and the call must be over in decent hours"),
        [] => codes::HOURS_OUTSIDE.text.to_owned(),
    };
    let allowed_when = hours.next_opening.map_or(AllowedWhen::AfterRemedy, AllowedWhen::From);
    Some(Refusal::new(Rule::Hours, &codes::HOURS_OUTSIDE, fact, allowed_when))
}

fn places(zones: &[&'static str], at: Timestamp, lasts: Duration) -> Vec<PlaceTime> {
    let lasts_minutes = u16::try_from(lasts.as_secs().div_ceil(60)).unwrap_or(u16::MAX);
    let place = |zone: &&'static str| {
        let local = time_zone(zone)?.to_datetime(instant(at));
        let rings_at = minute_of_day(&local);
        let weekday = local.weekday().to_monday_zero_offset().unsigned_abs();
        Some(PlaceTime { zone: (*zone).to_owned(), weekday, rings_at, ends_at: rings_at.saturating_add(lasts_minutes) })
    };
    // A zone that the bundled database does not know would be a place unchecked: then nothing is known at all.
    zones.iter().map(place).collect::<Option<Vec<_>>>().unwrap_or_default()
}

fn is_decent(place: &PlaceTime, kind: CalleeKind, region: &str) -> bool {
    windows(kind, region, place.weekday)
        .iter()
        .any(|(opens, closes)| *opens <= place.rings_at && place.rings_at < *closes && place.ends_at <= closes + GRACE_MINUTES)
}

/// Returns the windows of one weekday in minutes since midnight.
fn windows(kind: CalleeKind, region: &str, weekday: u8) -> Vec<(u16, u16)> {
    let row = |name: &str| hour_rows().get(name).map(|days| days[day_column(weekday)].clone());
    let product = match kind {
        CalleeKind::Business => row("PM-DEFAULT-BUSINESS"),
        CalleeKind::Consumer | CalleeKind::Unknown => row("PM-DEFAULT-CONSUMER"),
    };
    let product = product.unwrap_or_default();
    if kind == CalleeKind::Business {
        return product;
    }
    // A row without any hours bars solicitation as such; an errand is none, so the product's window stands.
    match row(region) {
        Some(law) if !law.is_empty() => intersection(&product, &law),
        _ => product,
    }
}

fn day_column(weekday: u8) -> usize {
    match weekday {
        0..=4 => 0,
        5 => 1,
        _ => 2,
    }
}

fn intersection(a: &[(u16, u16)], b: &[(u16, u16)]) -> Vec<(u16, u16)> {
    let pairs = a.iter().flat_map(|first| b.iter().map(move |second| (first.0.max(second.0), first.1.min(second.1))));
    pairs.filter(|(opens, closes)| opens < closes).collect()
}

/// Windows of Monday to Friday, Saturday, Sunday.
type Week = [Vec<(u16, u16)>; 3];

fn hour_rows() -> &'static BTreeMap<String, Week> {
    static ROWS: OnceLock<BTreeMap<String, Week>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let table = table::rows(include_str!("../../data/calling_hours.csv"));
        table.into_iter().map(|row| (row[0].clone(), [cell(&row[3]), cell(&row[4]), cell(&row[5])])).collect()
    })
}

/// Reads `10:00-13:00;14:00-20:00`; anything else, `none` above all, is no window.
fn cell(text: &str) -> Vec<(u16, u16)> {
    let minutes = |clock: &str| {
        let (hour, minute) = clock.split_once(':')?;
        Some(hour.parse::<u16>().ok()? * 60 + minute.parse::<u16>().ok()?)
    };
    let window = |span: &str| {
        let (opens, closes) = span.split_once('-')?;
        Some((minutes(opens)?, minutes(closes)?))
    };
    text.split(';').filter_map(window).collect()
}

/// Returns every time zone in which the phone may be, most likely first. Empty if nothing is known.
fn zones(number: &PhoneNumber, kind: CalleeKind) -> Vec<&'static str> {
    let e164 = number.as_e164();
    let area = area_rows();
    let own_area = e164.strip_prefix("+1").and_then(|national| national.get(..3)).and_then(|npa| area.get(npa));
    if let (Some(row), CalleeKind::Business) = (own_area, kind) {
        return row.zones.clone();
    }
    let region = match own_area {
        Some(row) => row.region.clone(),
        None => number.region().unwrap_or_default(),
    };
    let mut zones: Vec<&'static str> = own_area.map(|row| row.zones.clone()).unwrap_or_default();
    if e164.starts_with("+1") {
        zones.extend(area.values().filter(|row| row.region == region).flat_map(|row| row.zones.iter().copied()));
    } else {
        zones.extend(region_rows().get(&region).into_iter().flatten().copied());
    }
    let mut seen = Vec::new();
    zones.retain(|zone| {
        let is_new = !seen.contains(zone);
        seen.push(*zone);
        is_new
    });
    zones
}

struct AreaRow {
    region: String,
    /// The likeliest zone first.
    zones: Vec<&'static str>,
}

fn area_rows() -> &'static BTreeMap<String, AreaRow> {
    static ROWS: OnceLock<BTreeMap<String, AreaRow>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let table = table::rows(include_str!("../../data/npa_timezones.csv"));
        let row = |row: Vec<String>| {
            let likeliest = row[3].split(';').next().unwrap_or_default().to_owned();
            let mut zones = static_names(&row[5]);
            zones.sort_by_key(|zone| *zone != likeliest);
            (row[0].clone(), AreaRow { region: row[1].clone(), zones })
        };
        table.into_iter().map(row).collect()
    })
}

fn region_rows() -> &'static BTreeMap<String, Vec<&'static str>> {
    static ROWS: OnceLock<BTreeMap<String, Vec<&'static str>>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let table = table::rows(include_str!("../../data/region_timezones.csv"));
        table.into_iter().map(|row| (row[0].clone(), static_names(&row[1]))).collect()
    })
}

/// Reads a list of zones; called once a row of the embedded tables, so the names may live as long as the program.
fn static_names(list: &str) -> Vec<&'static str> {
    list.split(';').filter(|zone| !zone.is_empty()).map(|zone| &*String::from(zone).leak()).collect()
}

/// Returns a zone from the bundled database, never from the machine's own.
fn time_zone(name: &str) -> Option<TimeZone> {
    static ZONES: OnceLock<BTreeMap<&'static str, TimeZone>> = OnceLock::new();
    let zones = ZONES.get_or_init(|| {
        let database = TimeZoneDatabase::bundled();
        let names = area_rows().values().flat_map(|row| &row.zones).chain(region_rows().values().flatten());
        names.filter_map(|name| Some((*name, database.get(name).ok()?))).collect()
    });
    zones.get(name).cloned()
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    // Moments beyond jiff's range (the year 9999) cannot come from a clock; they are treated as its beginning, 1970.
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

fn minute_of_day(local: &jiff::civil::DateTime) -> u16 {
    u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `2026-11-24T14:00:00Z`.
    fn utc(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn hours(number: &str, kind: CalleeKind, at: &str) -> CalleeHours {
        callee_hours(&PhoneNumber::parse(number).unwrap(), kind, utc(at), Duration::from_secs(600))
    }

    #[test]
    fn every_zone_of_every_row_is_in_the_bundled_database() {
        for zone in area_rows().values().flat_map(|row| &row.zones).chain(region_rows().values().flatten()) {
            assert!(time_zone(zone).is_some(), "{zone}");
        }
        assert_eq!(area_rows().len(), 442, "rows are keyed by area code");
        assert!(area_rows().values().all(|row| !row.zones.is_empty()));
    }

    #[test]
    fn a_new_york_shop_is_rung_from_eight_to_eight() {
        let open = |at| hours("+12125552671", CalleeKind::Business, at).is_open;
        assert!(!open("2026-11-24T12:59:00Z"));
        assert!(open("2026-11-24T13:00:00Z"), "08:00 in New York");
        assert!(open("2026-11-25T00:59:00Z"), "19:59, over by 20:09");
        assert!(!open("2026-11-25T01:00:00Z"), "20:00");
        assert!(open("2026-11-22T14:00:00Z"), "Sunday 09:00");
        assert!(!open("2026-11-22T13:59:00Z"), "Sunday 08:59");
    }

    #[test]
    fn an_unknown_callee_may_be_anywhere_in_the_country() {
        let closed = hours("+12125552671", CalleeKind::Unknown, "2026-11-24T17:00:00Z");
        assert!(!closed.is_open, "noon in New York is seven in Honolulu");
        assert_eq!(closed.next_opening, Some(utc("2026-11-24T20:00:00Z")), "15:00 Eastern, 10:00 in Hawaii");
        assert!(hours("+12125552671", CalleeKind::Unknown, "2026-11-24T22:59:00Z").is_open, "17:59 Eastern");
        assert!(!hours("+12125552671", CalleeKind::Unknown, "2026-11-24T23:00:00Z").is_open);
    }

    #[test]
    fn an_area_code_with_two_zones_must_be_open_in_both() {
        assert!(!hours("+18505552671", CalleeKind::Business, "2026-11-24T13:30:00Z").is_open, "Pensacola is on Central time");
        assert!(hours("+18505552671", CalleeKind::Business, "2026-11-24T14:00:00Z").is_open);
        for npa in ["219", "270", "308", "334", "364", "402", "423", "850", "928"] {
            let number = PhoneNumber::parse(&format!("+1{npa}5552671")).unwrap();
            assert!(zones(&number, CalleeKind::Business).len() > 1, "{npa}");
        }
    }

    #[test]
    fn summer_time_moves_the_window() {
        let open = |at| hours("+12125552671", CalleeKind::Business, at).is_open;
        assert!(!open("2026-03-07T12:30:00Z"), "Saturday before the change: 07:30");
        assert!(open("2026-03-09T12:30:00Z"), "Monday after it: 08:30");
    }

    #[test]
    fn closed_hours_say_when_they_open() {
        let closed = hours("+12125552671", CalleeKind::Business, "2026-11-24T05:10:00Z");
        assert_eq!(closed.next_opening, Some(utc("2026-11-24T13:00:00Z")));
        let refusal = check(&closed).unwrap();
        assert_eq!((refusal.code, refusal.allowed_when), ("hours.outside", AllowedWhen::From(utc("2026-11-24T13:00:00Z"))));
        assert_eq!(refusal.fact, "it is 00:10 there, and the call must be over in decent hours");
    }

    #[test]
    fn a_call_that_would_outlast_the_window_waits() {
        let number = PhoneNumber::parse("+12125552671").unwrap();
        let late = |lasts| callee_hours(&number, CalleeKind::Business, utc("2026-11-25T00:30:00Z"), Duration::from_secs(lasts)).is_open;
        assert!(late(45 * 60), "19:30 to 20:15");
        assert!(!late(46 * 60));
    }

    #[test]
    fn abroad_the_law_of_the_country_cuts_the_window() {
        let open = |at| hours("+33155555555", CalleeKind::Consumer, at).is_open;
        assert!(open("2026-11-24T11:00:00Z"), "12:00 in Paris");
        assert!(!open("2026-11-24T12:30:00Z"), "13:30: the French rest");
        assert!(open("2026-11-24T13:00:00Z"));
    }

    #[test]
    fn a_number_of_no_place_is_not_rung() {
        let nowhere = hours("+881612345678", CalleeKind::Business, "2026-11-24T13:00:00Z");
        assert_eq!(check(&nowhere).unwrap().code, "hours.unknown_place");
    }

    #[test]
    fn the_consumer_window_lies_within_every_us_row() {
        let consumer = windows(CalleeKind::Consumer, "", 0);
        assert_eq!(consumer, [(600, 1080)]);
        for (name, week) in hour_rows() {
            if !name.starts_with("US") {
                continue;
            }
            assert_eq!(intersection(&consumer, &week[0]), consumer, "{name}");
        }
        assert!(windows(CalleeKind::Consumer, "", 5).is_empty(), "no consumer is rung on Saturday");
    }

    #[test]
    fn no_window_passes_the_hard_stop() {
        let hard = &hour_rows()["PM-HARD-STOP"];
        for kind in [CalleeKind::Business, CalleeKind::Consumer, CalleeKind::Unknown] {
            for weekday in 0..7 {
                let windows = windows(kind, "", weekday);
                assert_eq!(intersection(&windows, &hard[day_column(weekday)]), windows);
            }
        }
    }

    #[test]
    fn today_is_the_callee_s_day() {
        let local = local_time(&PhoneNumber::parse("+18085552671").unwrap(), utc("2026-11-24T05:30:00Z"));
        assert_eq!((local.year, local.month, local.day, local.weekday, local.minute), (2026, 11, 23, 0, 19 * 60 + 30));
    }
}
