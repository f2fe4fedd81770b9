//! Calling windows as statutes give them, and the product's own.

use super::window::{Week, Window};
use crate::compliance::jurisdiction::Jurisdiction;
use crate::data::Provenance;

include!(concat!(env!("OUT_DIR"), "/calling_hours.rs"));

/// A row of `calling_hours.csv` that is law.
pub(super) struct HoursLaw {
    pub(super) jurisdiction: Jurisdiction,
    pub(super) applies_to: AppliesTo,
    pub(super) week: Week,
    /// The most calls to one number in 24 hours.
    #[cfg_attr(not(test), expect(dead_code, reason = "the installation's caps lie below it, which a test checks"))]
    pub(super) calls_in_24_hours: Option<u32>,
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for who reads the table; the tests read it"))]
    pub(super) statute: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for who reads the table; the tests read it"))]
    pub(super) provenance: Provenance,
}

/// Which calls a statute speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum AppliesTo {
    /// Whatever sells.
    Solicitation,
    /// Machines that sell: we are one, if we sell.
    AutomatedSolicitation,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Honesty;
    use crate::rate_limit::Caps;

    #[test]
    fn the_caps_of_an_installation_lie_below_every_statute_s() {
        let strictest = LAWS.iter().filter_map(|law| law.calls_in_24_hours).min().unwrap();
        let caps = Caps::default();
        assert_eq!(strictest, 3);
        assert!(caps.per_business_number <= strictest && caps.per_consumer_number <= strictest);
    }

    #[test]
    fn rows_are_as_the_statutes_say() {
        let of = |place: &str| LAWS.iter().filter(|law| law.jurisdiction == place.parse().unwrap()).collect::<Vec<_>>();
        let kentucky = of("US-KY")[0];
        assert_eq!((kentucky.week.workdays, kentucky.statute), ([Window::new(600, 1260)].as_slice(), "KRS § 367.46955"));
        let rhode_island = of("US-RI")[0];
        assert_eq!((rhode_island.week.workdays, rhode_island.week.sunday), ([Window::new(540, 1080)].as_slice(), [].as_slice()));
        assert_eq!(rhode_island.week.holidays, Some([].as_slice()));
        let south_dakota = of("US-SD")[0];
        assert_eq!((south_dakota.applies_to, south_dakota.week.saturday), (AppliesTo::AutomatedSolicitation, [].as_slice()));
        assert_eq!(of("FR")[0].week.workdays, [Window::new(600, 780), Window::new(840, 1200)]);
        assert_eq!(of("US-PA")[0].week.sunday, [Window::new(810, 1260)], "the stricter of two sources");
        assert_eq!((of("US-PA")[0].provenance.honesty, of("DE")[0].week.workdays), (Honesty::SourcesDisagree, [].as_slice()));
        assert_eq!((LAWS.len(), of("US-ME").len()), (50, 2));
    }
}
