//! Public holidays: rules for days, kept as data, made into days for the year that is asked about.
//!
//! A holiday that is moved (a Saturday's to Friday, say) closes both days: to ring on neither is the safe reading. A
//! country without rows of its own keeps New Year's Day and Christmas; states add to their country's.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

use super::jurisdiction::Jurisdiction;
use crate::data::Provenance;

include!(concat!(env!("OUT_DIR"), "/holidays.rs"));

/// One row of `holidays.csv`.
struct Holiday {
    /// Where it is kept; `None`: everywhere.
    jurisdiction: Option<Jurisdiction>,
    name: &'static str,
    rule: Rule,
    observed: Observed,
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for who reads the table; the tests read it"))]
    provenance: Provenance,
}

/// On which day a holiday falls.
enum Rule {
    Day {
        month: i8,
        day: i8,
    },
    /// The first to fifth such weekday of a month; -1 is the last.
    NthWeekday {
        which: i8,
        weekday: Weekday,
        month: i8,
    },
    /// The last Monday before a day: Victoria Day.
    MondayBefore {
        month: i8,
        day: i8,
    },
    /// Days from Easter Sunday.
    FromEaster(i8),
}

/// To which day it moves if it falls on a weekend.
enum Observed {
    Never,
    /// A Saturday's to Friday, a Sunday's to Monday.
    NearestWorkday,
    SundayToMonday,
    /// To the next day that is no weekend and no holiday of the same calendar.
    NextWorkday,
}

/// A holiday that somebody keeps on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// Who keeps it: a country with all its states, or one state; `None`: everybody.
    by: Option<Jurisdiction>,
    /// Its name.
    pub name: &'static str,
}

impl Kept {
    /// Returns whether a place keeps it.
    pub fn is_kept_in(&self, place: Jurisdiction) -> bool {
        self.by.is_none_or(|by| by == place || by == place.nation())
    }
}

/// Returns the holidays that any of these places keeps on a day.
pub fn kept_on(day: Date, places: &[Jurisdiction]) -> Vec<Kept> {
    let is_asked = |by: Option<Jurisdiction>| by.is_none_or(|by| places.iter().any(|place| by == *place || by == place.nation()));
    let holidays = HOLIDAYS.iter().filter(|holiday| is_asked(holiday.jurisdiction) && holiday.falls_on(day));
    holidays.map(|holiday| Kept { by: holiday.jurisdiction, name: holiday.name }).collect()
}

/// Returns whether the table knows a place's own calendar, beyond what is kept everywhere.
pub fn knows(place: Jurisdiction) -> bool {
    HOLIDAYS.iter().any(|holiday| holiday.jurisdiction == Some(place.nation()))
}

impl Holiday {
    fn falls_on(&self, day: Date) -> bool {
        // New Year's Day of the next year may be kept on the last day of this one.
        let next_year = (day.month() == 12 && day.day() == 31).then(|| day.year() + 1);
        let falls = [Some(day.year()), next_year].into_iter().flatten().filter_map(|year| self.rule.in_year(year));
        falls.into_iter().any(|falls| falls == day || self.observed_on(falls) == Some(day))
    }

    fn observed_on(&self, falls: Date) -> Option<Date> {
        let shift = |days: Span| falls.checked_add(days).ok();
        match (&self.observed, falls.weekday()) {
            (Observed::Never, _) => None,
            (Observed::NearestWorkday, Weekday::Saturday) => shift((-1).days()),
            (Observed::NearestWorkday | Observed::SundayToMonday, Weekday::Sunday) => shift(1.day()),
            (Observed::NearestWorkday | Observed::SundayToMonday, _) => None,
            (Observed::NextWorkday, Weekday::Saturday | Weekday::Sunday) => {
                (1..=4).filter_map(|days| shift(days.days())).find(|day| self.is_free(*day))
            }
            (Observed::NextWorkday, _) => None,
        }
    }

    /// Returns whether a day is neither weekend nor taken by another holiday of the calendar, moved ones before this one among them.
    fn is_free(&self, day: Date) -> bool {
        if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            return false;
        }
        let earlier = HOLIDAYS.iter().filter(|other| other.jurisdiction == self.jurisdiction);
        let mut is_before = true;
        for other in earlier {
            let is_self = std::ptr::eq(other, self);
            is_before &= !is_self;
            let Some(falls) = other.rule.in_year(day.year()) else { continue };
            let takes = falls == day || (is_before && matches!(other.observed, Observed::NextWorkday) && other.observed_on(falls) == Some(day));
            if takes && !is_self {
                return false;
            }
        }
        true
    }
}

impl Rule {
    fn in_year(&self, year: i16) -> Option<Date> {
        match *self {
            Self::Day { month, day } => Date::new(year, month, day).ok(),
            Self::NthWeekday { which, weekday, month } => Date::new(year, month, 1).ok()?.nth_weekday_of_month(which, weekday).ok(),
            Self::MondayBefore { month, day } => Date::new(year, month, day).ok()?.nth_weekday(-1, Weekday::Monday).ok(),
            Self::FromEaster(days) => easter(year)?.checked_add(i64::from(days).days()).ok(),
        }
    }
}

/// Returns Easter Sunday of the Gregorian calendar.
///
/// Source: the anonymous algorithm in J. Meeus, Astronomical Algorithms, chapter 8.
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::data::Honesty;

    fn kept(place: &str, year: i16, month: i8, day: i8) -> Option<&'static str> {
        kept_on(date(year, month, day), &[place.parse().unwrap()]).first().map(|kept| kept.name)
    }

    #[test]
    fn easter_falls_where_the_church_puts_it() {
        for (year, month, day) in [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2028, 4, 16), (2038, 4, 25)] {
            assert_eq!(easter(year), Some(date(year, month, day)));
        }
    }

    #[test]
    fn american_holidays_of_2026() {
        let table = [
            (1, 1, "New Year's Day"),
            (1, 19, "Martin Luther King Jr. Day"),
            (2, 16, "Washington's Birthday"),
            (5, 25, "Memorial Day"),
            (6, 19, "Juneteenth"),
            (7, 4, "Independence Day"),
            (7, 3, "Independence Day"),
            (9, 7, "Labor Day"),
            (10, 12, "Columbus Day"),
            (11, 11, "Veterans Day"),
            (11, 26, "Thanksgiving"),
            (12, 25, "Christmas Day"),
        ];
        for (month, day, name) in table {
            assert_eq!(kept("US", 2026, month, day), Some(name), "{month}-{day}");
        }
        assert_eq!(
            (1..=12).flat_map(|month| (1..=28).map(move |day| (month, day))).filter(|(month, day)| kept("US", 2026, *month, *day).is_some()).count(),
            12
        );
    }

    #[test]
    fn states_add_to_their_country() {
        assert_eq!(kept("US-RI", 2026, 8, 10), Some("Victory Day"));
        assert_eq!(kept("US-FL", 2026, 8, 10), None);
        assert_eq!(kept("US-AL", 2026, 11, 26), Some("Thanksgiving"));
        assert_eq!(kept("US-LA", 2026, 2, 17), Some("Mardi Gras"));
    }

    #[test]
    fn a_state_s_holiday_is_kept_in_that_state_alone() {
        let places: Vec<Jurisdiction> = ["US", "US-RI", "US-FL"].iter().map(|text| text.parse().unwrap()).collect();
        let kept = kept_on(date(2026, 8, 10), &places);
        assert_eq!(kept.iter().map(|kept| kept.name).collect::<Vec<_>>(), ["Victory Day"]);
        assert_eq!(places.iter().map(|place| kept[0].is_kept_in(*place)).collect::<Vec<_>>(), [false, true, false]);
        assert!(kept_on(date(2026, 11, 26), &places)[0].is_kept_in(places[2]), "Thanksgiving is everybody's");
    }

    #[test]
    fn a_holiday_on_a_weekend_closes_the_day_to_which_it_moves_as_well() {
        assert_eq!(kept("US", 2027, 12, 24), Some("Christmas Day"), "Saturday to Friday");
        assert_eq!(kept("US", 2027, 12, 31), Some("New Year's Day"), "of 2028, a Saturday");
        assert_eq!(kept("US", 2022, 12, 26), Some("Christmas Day"), "Sunday to Monday");
        assert_eq!(kept("GB", 2027, 12, 27), Some("Christmas Day"), "Saturday to Monday");
        assert_eq!(kept("GB", 2027, 12, 28), Some("Boxing Day"), "Sunday to Tuesday, since Monday is taken");
        assert_eq!(kept("GB", 2022, 12, 27), Some("Christmas Day"), "Sunday to Tuesday, since Monday is Boxing Day");
    }

    #[test]
    fn other_countries_keep_their_own() {
        assert_eq!(kept("CA", 2026, 5, 18), Some("Victoria Day"));
        assert_eq!(kept("CA", 2026, 10, 12), Some("Thanksgiving"));
        assert_eq!(kept("DE", 2026, 5, 14), Some("Christi Himmelfahrt"));
        assert_eq!(kept("FR", 2026, 7, 14), Some("Fête nationale"));
        assert_eq!(kept("GB", 2026, 8, 31), Some("Summer bank holiday"));
        assert_eq!(kept("JP", 2026, 1, 1), Some("New Year's Day"), "kept everywhere");
        assert!(knows("US-FL".parse().unwrap()) && !knows("JP".parse().unwrap()));
    }

    #[test]
    fn what_is_recalled_says_so() {
        assert!(HOLIDAYS.iter().all(|holiday| holiday.provenance.honesty != Honesty::Verified), "no calendar was looked up yet");
    }
}
