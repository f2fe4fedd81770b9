//! Ranges of numbers that are rung by nobody here: premium and shared-cost lines, satellites, networks of no country.

use crate::codes::{self, CodeEntry};
use crate::data::Provenance;

include!(concat!(env!("OUT_DIR"), "/premium_prefixes.rs"));

/// One row of `premium_prefixes.csv`.
pub(super) struct PrefixRow {
    /// The country; `001` for none.
    #[cfg_attr(not(test), expect(dead_code, reason = "what is denied is denied for all; the tests read it"))]
    pub(super) region: &'static str,
    pub(super) kind: RangeKind,
    /// Denied whatever the settings say.
    #[cfg_attr(not(test), expect(dead_code, reason = "a range is asked by its kind; the tests read it"))]
    pub(super) is_outright: bool,
    /// Digits without the +; `N` stands for 2 to 9, `X` for any.
    pub(super) prefixes: &'static [&'static str],
    /// The numbering plan knows the range by a finer pattern than these prefixes, and is asked by kind.
    pub(super) is_in_plan: bool,
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests ring it"))]
    pub(super) example: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for who reads the table; the tests read it"))]
    pub(super) provenance: Provenance,
}

/// What a range is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum RangeKind {
    Premium,
    SharedCost,
    Personal,
    Pager,
    Satellite,
    GlobalNetwork,
    CarrierService,
    Directory,
    /// Foreign, or an American territory, behind +1. [`crate::compliance::place`] knows all of them by their area codes.
    ForeignBehindOne,
    /// Reported in fraud; whole countries, so the list of allowed regions decides.
    FraudReported,
}

/// Returns why digits behind a + lie in a range that is never rung, if they do.
pub(super) fn find(digits: &str) -> Option<CodeEntry> {
    let rows = PREFIXES.iter().filter(|row| !row.is_in_plan);
    rows.filter_map(|row| row.code().filter(|_| row.prefixes.iter().any(|prefix| fits(prefix, digits)))).next()
}

impl PrefixRow {
    const fn code(&self) -> Option<CodeEntry> {
        match self.kind {
            RangeKind::Premium => Some(codes::NUMBER_PREMIUM),
            RangeKind::SharedCost => Some(codes::NUMBER_SHARED_COST),
            RangeKind::Personal => Some(codes::NUMBER_PERSONAL),
            RangeKind::Pager => Some(codes::NUMBER_PAGER),
            RangeKind::Satellite => Some(codes::NUMBER_SATELLITE),
            RangeKind::GlobalNetwork => Some(codes::NUMBER_GLOBAL_NETWORK),
            RangeKind::CarrierService => Some(codes::NUMBER_CARRIER_SERVICE),
            RangeKind::Directory => Some(codes::NUMBER_DIRECTORY),
            RangeKind::ForeignBehindOne | RangeKind::FraudReported => None,
        }
    }
}

fn fits(pattern: &str, digits: &str) -> bool {
    let fits = |(expected, digit): (u8, u8)| match expected {
        b'N' => (b'2'..=b'9').contains(&digit),
        b'X' => digit.is_ascii_digit(),
        other => other == digit,
    };
    digits.len() >= pattern.len() && pattern.bytes().zip(digits.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Honesty;

    #[test]
    fn rows_are_as_their_sources_say() {
        assert_eq!(PREFIXES.len(), 378);
        assert_eq!(PREFIXES.iter().filter(|row| row.is_in_plan).count(), 287);
        let row = |region: &str, kind| PREFIXES.iter().find(|row| row.region == region && row.kind == kind && !row.is_in_plan).unwrap();
        assert_eq!((row("001", RangeKind::Satellite).prefixes, row("001", RangeKind::Satellite).is_outright), (["881"].as_slice(), true));
        assert_eq!(row("US", RangeKind::Directory).prefixes, ["1NXX5551212"]);
        assert_eq!(row("CU", RangeKind::FraudReported).provenance.honesty, Honesty::Verified);
    }

    #[test]
    fn letters_stand_for_digits() {
        assert!(fits("1NXX976", "12129761234") && !fits("1NXX976", "11129761234") && !fits("1NXX976", "121297"));
    }
}
