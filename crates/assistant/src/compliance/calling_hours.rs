//! Which hour it is where the phone rings, and whether that is a decent one.
//!
//! The place of a number is a set of candidates ([`super::place`]): the window must hold in every time zone and under every
//! law among them, from the first ring to the latest end. Statutes speak of solicitation; an errand is none. So an errand
//! keeps the product's own windows (a business: 8 to 20, weekends 9 to 18 on Sunday; anybody else: 10 to 18 on workdays),
//! cut with what the law of the place would let a seller do, where it lets them do anything. Solicitation keeps every law to
//! the letter. Nothing passes the hard stop, 7 to 22.
//!
//! Data: `data/calling_hours.csv` and `data/holidays.csv`. [`next_allowed`] is exact: it goes from opening to opening and
//! does not try minute after minute.

mod law;
pub mod window;

use std::time::Duration;

use dialogue::brief::LocalTime;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};
use telephony::{PhoneNumber, Timestamp};

use super::holiday::{self, Kept};
use super::jurisdiction::Jurisdiction;
use super::line_kind::{KnownLine, LineKind};
use super::place::{Because, Candidates, KnownPlace, time_zone};
use super::purpose::CallPurpose;
use crate::codes;
use crate::data::versions;
use crate::opening_hours::OpeningHours;
use crate::refusal::{AllowedWhen, Refusal, Rule};
use crate::task::CalleeKind;

use law::{AppliesTo, BUSINESS, CONSUMER, HARD_STOP, LAWS};
use window::{Window, intersection};

/// How far past the end of the window a call may still run if it lasts to its time limit.
const GRACE: Duration = Duration::from_secs(15 * 60);

/// How far ahead the next opening is looked for: past every holiday week.
const LOOKED_AHEAD: i32 = 21;

/// A call whose hour is asked.
#[derive(Clone, Copy, Debug)]
pub struct Ring<'a> {
    /// Whom it rings.
    pub number: &'a PhoneNumber,
    /// What kind of line that is.
    pub line: LineKind,
    /// Whether it is an errand or sells something.
    pub purpose: CallPurpose,
    /// How long the call lasts at most.
    pub lasts: Duration,
    /// Where the phone is, if somebody knows.
    pub place: Option<&'a KnownPlace>,
    /// When somebody is there, if somebody knows.
    pub opening_hours: Option<&'a OpeningHours>,
}

impl<'a> Ring<'a> {
    /// Returns an errand's call to a number of which nothing is known but who picks up.
    pub fn errand(number: &'a PhoneNumber, callee: CalleeKind, lasts: Duration) -> Self {
        let line = KnownLine::told_from(number, callee).kind;
        Self { number, line, purpose: CallPurpose::Errand, lasts, place: None, opening_hours: None }
    }
}

/// What is known of the hour at the callee's place: values, so that a decision can be replayed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CalleeHours {
    /// The hour in every place where the phone may be. Empty if nothing is known.
    pub places: Vec<PlaceTime>,
    /// Every country and state that it may be in.
    #[serde(default)]
    pub jurisdictions: Vec<Jurisdiction>,
    /// Why these places.
    #[serde(default)]
    pub because: Because,
    /// For which purpose the windows were asked.
    #[serde(default)]
    pub purpose: CallPurpose,
    /// Whether it is a decent hour in all of them, from the first ring to the latest end.
    pub is_open: bool,
    /// The next moment at which it is; `None` if it is now, or within three weeks never.
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
    /// The holiday that one of the candidate places keeps on that day.
    #[serde(default)]
    pub holiday: Option<String>,
    /// Whether it is a decent hour in this zone.
    #[serde(default)]
    pub is_open: bool,
}

/// Returns the hours at the callee's place for an errand's call that begins at `at` and lasts at most `lasts`.
pub fn callee_hours(number: &PhoneNumber, kind: CalleeKind, at: Timestamp, lasts: Duration) -> CalleeHours {
    hours(&Ring::errand(number, kind, lasts), at)
}

/// Returns the hours at the callee's place for a call that begins at `at`.
pub fn hours(ring: &Ring<'_>, at: Timestamp) -> CalleeHours {
    let places = Places::of(ring);
    let mut calendar = Calendar::new(ring, &places.candidates.jurisdictions);
    let at_instant = instant(at);
    let times: Vec<PlaceTime> = places.zones.iter().map(|(name, zone)| place_time(name, zone, at_instant, ring.lasts, &mut calendar)).collect();
    let is_open = !times.is_empty() && times.iter().all(|place| place.is_open);
    CalleeHours {
        next_opening: if is_open { None } else { places.next_allowed(at_instant, ring.lasts, &mut calendar) },
        places: times,
        jurisdictions: places.candidates.jurisdictions,
        because: places.candidates.because,
        purpose: ring.purpose,
        is_open,
    }
}

/// Returns the first moment, from `from` on, at which the call would be allowed in every place where the phone may be.
///
/// `None` if that is not within three weeks, or if no place is known.
pub fn next_allowed(ring: &Ring<'_>, from: Timestamp) -> Option<Timestamp> {
    let places = Places::of(ring);
    let mut calendar = Calendar::new(ring, &places.candidates.jurisdictions);
    places.next_allowed(instant(from), ring.lasts, &mut calendar)
}

/// Returns the day and hour at the most likely place of a number, so that "today" can be understood; UTC if unknown.
pub fn local_time(number: &PhoneNumber, at: Timestamp) -> LocalTime {
    let zone = Candidates::of(number, LineKind::BusinessLandline, None).zones.into_iter().next();
    let tz = zone.and_then(|zone| time_zone(&zone)).unwrap_or(TimeZone::UTC);
    let local = tz.to_datetime(instant(at));
    LocalTime {
        year: local.year(),
        month: local.month().unsigned_abs(),
        day: local.day().unsigned_abs(),
        weekday: weekday(local.date()),
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
    let closed = hours.places.iter().find(|place| !place.is_open);
    let holiday = closed.and_then(|place| place.holiday.as_deref()).map_or_else(String::new, |name| format!(", {name} is kept"));
    let fact = match times.as_slice() {
        [only] => format!("it is {only} there{holiday}, and the call must be over in decent hours"),
        [first, .., last] => format!("it may be {first} to {last} where the phone is{holiday}, and the call must be over in decent hours"),
        [] => codes::HOURS_OUTSIDE.text.to_owned(),
    };
    let allowed_when = hours.next_opening.map_or(AllowedWhen::AfterRemedy, AllowedWhen::From);
    Some(Refusal::new(Rule::Hours, &codes::HOURS_OUTSIDE, fact, allowed_when).resting_on(&versions::CALLING_HOURS))
}

/// The zones where the phone may be, found in the database.
struct Places {
    candidates: Candidates,
    /// Empty if one of them is unknown: that would be a place unchecked, so then nothing is known at all.
    zones: Vec<(String, TimeZone)>,
}

impl Places {
    fn of(ring: &Ring<'_>) -> Self {
        let candidates = Candidates::of(ring.number, ring.line, ring.place);
        let zones = candidates.zones.iter().map(|name| Some((name.clone(), time_zone(name)?))).collect::<Option<Vec<_>>>();
        Self { candidates, zones: zones.unwrap_or_default() }
    }

    /// Goes to the latest of the zones' next openings until all are open at once: what lies between is closed somewhere.
    fn next_allowed(&self, from: jiff::Timestamp, lasts: Duration, calendar: &mut Calendar<'_>) -> Option<Timestamp> {
        if self.zones.is_empty() {
            return None;
        }
        let last = from.checked_add(Span::new().hours(i64::from(LOOKED_AHEAD) * 24)).ok()?;
        let mut at = from;
        while at <= last {
            let next = self.zones.iter().map(|(_, zone)| next_in_zone(zone, at, lasts, calendar)).collect::<Option<Vec<_>>>()?;
            let latest = next.into_iter().max()?;
            if latest == at {
                return Some(Timestamp(at.as_millisecond()));
            }
            at = latest;
        }
        None
    }
}

/// Returns the first moment from `at` on at which a call may begin in one zone.
fn next_in_zone(zone: &TimeZone, at: jiff::Timestamp, lasts: Duration, calendar: &mut Calendar<'_>) -> Option<jiff::Timestamp> {
    let mut day = zone.to_datetime(at).date();
    for _ in 0..=LOOKED_AHEAD {
        for window in calendar.windows(day) {
            let span = Starts::of(window, zone, day, lasts);
            if let Some(span) = span.filter(|span| at <= span.last) {
                return Some(at.max(span.first));
            }
        }
        day = day.tomorrow().ok()?;
    }
    None
}

/// The moments at which a call of some length may begin in a window of a day.
struct Starts {
    first: jiff::Timestamp,
    last: jiff::Timestamp,
}

impl Starts {
    /// `None` if the call is too long for the window, or the day does not have it.
    fn of(window: Window, zone: &TimeZone, day: Date, lasts: Duration) -> Option<Self> {
        let moment = |minute: u16| {
            let at = day.at(0, 0, 0, 0).checked_add(i64::from(minute).minutes()).ok()?;
            zone.to_ambiguous_timestamp(at).compatible().ok()
        };
        let first = moment(window.opens())?;
        let closes = moment(window.closes())?;
        let before_close = closes.checked_sub(1.millisecond()).ok()?;
        let ends_in_time = closes.checked_add(GRACE).ok()?.checked_sub(lasts).ok()?;
        let last = before_close.min(ends_in_time);
        (first <= last).then_some(Self { first, last })
    }
}

fn place_time(name: &str, zone: &TimeZone, at: jiff::Timestamp, lasts: Duration, calendar: &mut Calendar<'_>) -> PlaceTime {
    let local = zone.to_datetime(at);
    let rings_at = minute_of_day(&local);
    let minutes = u16::try_from(lasts.as_secs().div_ceil(60)).unwrap_or(u16::MAX);
    let day = local.date();
    let starts = calendar.windows(day).into_iter().filter_map(|window| Starts::of(window, zone, day, lasts));
    let is_open = starts.into_iter().any(|span| span.first <= at && at <= span.last);
    PlaceTime {
        zone: name.to_owned(),
        weekday: weekday(day),
        rings_at,
        ends_at: rings_at.saturating_add(minutes),
        holiday: calendar.holiday(day).map(str::to_owned),
        is_open,
    }
}

/// The windows of days, the same in every zone: found once a day.
struct Calendar<'a> {
    ring: &'a Ring<'a>,
    places: &'a [Jurisdiction],
    days: Vec<(Date, Vec<Window>, Option<&'static str>)>,
}

impl<'a> Calendar<'a> {
    const fn new(ring: &'a Ring<'a>, places: &'a [Jurisdiction]) -> Self {
        Self { ring, places, days: Vec::new() }
    }

    fn windows(&mut self, day: Date) -> Vec<Window> {
        self.look_up(day).1.clone()
    }

    fn holiday(&mut self, day: Date) -> Option<&'static str> {
        self.look_up(day).2
    }

    fn look_up(&mut self, day: Date) -> &(Date, Vec<Window>, Option<&'static str>) {
        let known = self.days.iter().position(|(known, ..)| *known == day);
        let place = known.unwrap_or_else(|| {
            let kept = holiday::kept_on(day, self.places);
            let windows = windows(self.ring, self.places, &kept, weekday(day));
            self.days.push((day, windows, kept.first().map(|kept| kept.name)));
            self.days.len() - 1
        });
        &self.days[place]
    }
}

/// Returns the windows of a day in which a call may ring, whichever of the candidate places it rings in.
fn windows(ring: &Ring<'_>, places: &[Jurisdiction], kept: &[Kept], weekday: u8) -> Vec<Window> {
    let is_holiday = !kept.is_empty();
    let own = if ring.line.is_business() { BUSINESS } else { CONSUMER };
    let mut windows = intersection(&own.on(weekday, is_holiday), &HARD_STOP.on(weekday, is_holiday));
    if let Some(opening_hours) = ring.opening_hours {
        windows = intersection(&windows, opening_hours.on(weekday, is_holiday));
    }
    for law in LAWS.iter().filter(|law| places.contains(&law.jurisdiction)) {
        let is_kept = kept.iter().any(|kept| kept.is_kept_in(law.jurisdiction));
        let allowed = law.week.on(weekday, is_kept);
        match ring.purpose {
            CallPurpose::Solicitation => windows = intersection(&windows, &allowed),
            // A day without hours bars solicitation as such; an errand is none, so the product's window stands. Nor is it
            // the sales machine of which some rows speak, and no business is a consumer.
            CallPurpose::Errand if ring.line.is_business() || allowed.is_empty() || law.applies_to != AppliesTo::Solicitation => {}
            CallPurpose::Errand => windows = intersection(&windows, &allowed),
        }
    }
    windows
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    // Moments beyond jiff's range (the year 9999) cannot come from a clock; they are treated as its beginning, 1970.
    jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

fn weekday(day: Date) -> u8 {
    day.weekday().to_monday_zero_offset().unsigned_abs()
}

fn minute_of_day(local: &DateTime) -> u16 {
    u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs())
}

#[cfg(test)]
mod tests;
