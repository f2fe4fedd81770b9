//! Laws that say what whoever has a machine call must say.

use jiff::civil::Date;

use super::Part;
use crate::compliance::jurisdiction::Jurisdiction;
use crate::data::Provenance;

include!(concat!(env!("OUT_DIR"), "/bot_disclosure.rs"));

/// One row of `bot_disclosure.csv`.
pub(super) struct Duty {
    authority: Authority,
    /// Its name.
    pub(super) law: &'static str,
    in_force: InForce,
    /// It speaks of telephone calls, and not only of text on a page.
    is_for_calls: bool,
    /// What the opening must say by it.
    pub(super) opening_must: &'static [Part],
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for who reads the table; the tests read it"))]
    provenance: Provenance,
}

/// Who says so.
enum Authority {
    Law(Jurisdiction),
    /// Good custom, or the product's own rule.
    Custom,
}

/// From when on it holds.
enum InForce {
    Always,
    From(Date),
    /// Proposed, or not looked up.
    NotYet,
}

/// Returns the laws that hold for a call to somebody in one of these places, on a day.
pub(super) fn in_force(places: &[Jurisdiction], on: Date) -> Vec<&'static Duty> {
    let holds_in =
        |law: Jurisdiction| places.iter().any(|place| law == *place || law == place.nation() || (law == Jurisdiction::EU && place.is_in_eu()));
    let is_ours = |duty: &&Duty| match duty.authority {
        Authority::Law(law) => duty.is_for_calls && holds_in(law),
        Authority::Custom => false,
    };
    let is_in_force = |duty: &&Duty| match duty.in_force {
        InForce::Always => true,
        InForce::From(from) => from <= on,
        InForce::NotYet => false,
    };
    DUTIES.iter().filter(is_ours).filter(is_in_force).collect()
}

/// Returns every place that has a row.
#[cfg(test)]
pub(super) fn all_places() -> Vec<Jurisdiction> {
    let place = |duty: &Duty| match duty.authority {
        Authority::Law(place) => Some(place),
        Authority::Custom => None,
    };
    let mut places: Vec<Jurisdiction> = DUTIES.iter().filter_map(place).chain(["DE".parse().unwrap()]).collect();
    places.sort();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::data::Honesty;

    fn laws(place: &str, on: Date) -> Vec<&'static str> {
        in_force(&[place.parse().unwrap()], on).iter().map(|duty| duty.law).collect()
    }

    #[test]
    fn laws_hold_where_and_from_when_they_say() {
        assert_eq!(laws("US", date(2026, 11, 25)).len(), 3, "FCC 24-17, 47 U.S.C. 227, FTC Act: {:?}", laws("US", date(2026, 11, 25)));
        assert!(laws("US-CA", date(2026, 11, 25)).contains(&"AB 2905, Pub. Util. Code § 2874"), "the state's and the country's");
        assert!(!laws("US-CA", date(2024, 12, 31)).contains(&"AB 2905, Pub. Util. Code § 2874"));
        assert!(!laws("US-CA", date(2026, 11, 25)).iter().any(|law| law.contains("BOT Act")), "it speaks of pages and not of calls");
        assert_eq!(laws("FR", date(2026, 8, 1)), ["GDPR art. 22, 13(2)(f)"]);
        assert_eq!(laws("FR", date(2026, 8, 2)).len(), 5);
        assert_eq!(laws("JP", date(2026, 11, 25)), [""; 0]);
    }

    #[test]
    fn what_is_only_proposed_does_not_hold() {
        let proposed: Vec<&str> = DUTIES.iter().filter(|duty| matches!(duty.in_force, InForce::NotYet)).map(|duty| duty.law).collect();
        assert_eq!(proposed.len(), 3, "{proposed:?}");
        assert!(DUTIES.iter().any(|duty| duty.provenance.honesty == Honesty::Memory));
    }
}
