//! Numbers that reach emergency services, crisis lines and service codes, in any country of the world.
//!
//! By what connects and not by what is equal: a network puts a call through to an emergency service on the first digits that
//! lead there, so `911 666 6666` dialed as it stands is a call to 911.

use telephony::PhoneNumber;
use telephony::number::NumberKind;

use crate::codes::{self, CodeEntry};
use crate::data::Provenance;

include!(concat!(env!("OUT_DIR"), "/emergency_numbers.rs"));

/// One row of `emergency_numbers.csv`.
pub(super) struct EmergencyRow {
    /// The country; `*` for all, `EU` for the members of the Union.
    #[cfg_attr(not(test), expect(dead_code, reason = "a number of any country is refused everywhere; the tests read it"))]
    pub(super) region: &'static str,
    /// As dialed within its country; long numbers as dialed from anywhere, with the country code.
    pub(super) number: &'static str,
    /// With the country code before it; empty if it has none.
    pub(super) international: &'static str,
    pub(super) kind: EmergencyKind,
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for who reads the table; the tests read it"))]
    pub(super) provenance: Provenance,
}

/// What answers there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum EmergencyKind {
    /// Police, fire, ambulance.
    Emergency,
    /// A North American service code or crisis line.
    N11OrCrisis,
    /// A European harmonised number, valid behind every member's country code.
    Harmonised116,
    /// A crisis or public-safety line.
    CrisisOrPublicSafety,
}

impl EmergencyRow {
    fn is_emergency(&self) -> bool {
        self.kind == EmergencyKind::Emergency
    }

    fn code(&self) -> CodeEntry {
        if self.is_emergency() { codes::NUMBER_EMERGENCY } else { codes::NUMBER_CRISIS }
    }
}

/// Returns why digits behind a + reach an emergency or crisis line, if they do.
///
/// A number that the plan knows as a subscriber's is rung by its subscriber, even if it begins like an emergency
/// number (`+33 15…` is Paris); one that it does not know connects on its first digits.
pub(super) fn find(digits: &str, is_no_number: bool) -> Option<CodeEntry> {
    let row = EMERGENCY.iter().find(|row| {
        let is_whole = digits == row.number || digits == row.international;
        let is_harmonised = row.kind == EmergencyKind::Harmonised116 && is_no_number && digits.ends_with(row.number);
        let connects =
            row.is_emergency() && row.number.len() >= 3 && is_no_number && !row.international.is_empty() && digits.starts_with(row.international);
        is_whole || is_harmonised || connects
    })?;
    let is_service_code = digits == row.international && is_n11(row.number);
    Some(if is_service_code && !row.is_emergency() { codes::NUMBER_N11 } else { row.code() })
}

/// Returns why digits without a + reach an emergency or crisis line if they are dialed as they stand, if they do.
///
/// `behind_prefix` is what follows an international prefix, if one stands before them.
pub(super) fn find_national(digits: &str, behind_prefix: Option<&str>) -> Option<CodeEntry> {
    // Ten digits that make a North American number lack only the +1; everything else without a + may be dialed as it stands.
    let lacks_only_country_code = digits.len() == 10 && is_number(&format!("1{digits}"));
    let row = EMERGENCY.iter().find(|row| {
        let is_whole = digits == row.number || behind_prefix == Some(row.number);
        let connects = row.number.len() >= 3 && row.is_emergency() && digits.starts_with(row.number) && !lacks_only_country_code;
        is_whole || connects
    })?;
    // A whole number behind its country code, or behind an international prefix, is dialed abroad.
    let is_written_abroad = [Some(digits), behind_prefix].into_iter().flatten().any(is_number);
    (!is_written_abroad).then(|| if digits == row.number { row.code() } else { codes::NUMBER_EMERGENCY })
}

/// `211` to `811`.
pub(super) fn is_n11(digits: &str) -> bool {
    matches!(digits.as_bytes(), [b'2'..=b'8', b'1', b'1'])
}

/// Returns whether digits behind a + are a number that a subscriber can have.
pub(super) fn is_number(digits: &str) -> bool {
    PhoneNumber::parse(&format!("+{digits}")).is_ok_and(|number| number.kind() != NumberKind::Invalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Honesty;

    #[test]
    fn every_region_of_the_world_has_its_numbers() {
        assert_eq!(EMERGENCY.len(), 869, "870 rows, one of them the note on emergency centres' ordinary lines");
        let mut regions: Vec<&str> = EMERGENCY.iter().map(|row| row.region).collect();
        regions.sort_unstable();
        regions.dedup();
        assert!(regions.len() > 240, "{}", regions.len());
        let row = |region: &str, number: &str| EMERGENCY.iter().find(|row| row.region == region && row.number == number);
        assert_eq!(row("DE", "110").unwrap().international, "49110");
        assert_eq!(row("GB", "999").unwrap().kind, EmergencyKind::Emergency);
        assert_eq!(row("US", "988").unwrap().kind, EmergencyKind::N11OrCrisis);
        assert_eq!(
            (row("US", "18002738255").unwrap().international, row("US", "18002738255").unwrap().kind),
            ("", EmergencyKind::CrisisOrPublicSafety)
        );
        assert_eq!(row("GN", "117").unwrap().provenance.honesty, Honesty::Memory);
    }

    #[test]
    fn the_graver_reading_is_found_first() {
        assert!(EMERGENCY.is_sorted_by_key(|row| !row.is_emergency()));
    }
}
