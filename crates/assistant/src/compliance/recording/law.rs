//! What the law of a place asks of whoever records a call.

use serde::{Deserialize, Serialize};

use crate::compliance::jurisdiction::Jurisdiction;
use crate::data::Provenance;

include!(concat!(env!("OUT_DIR"), "/recording_consent.rs"));

/// One row of `recording_consent.csv`.
struct RecordingLaw {
    jurisdiction: Jurisdiction,
    asks: Asks,
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for who reads the table; the tests read it"))]
    statute: &'static str,
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for who reads the table; the tests read it"))]
    provenance: Provenance,
}

/// What a law asks, the milder first. Where courts or statutes disagree, the stricter reading stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asks {
    /// One of those who speak knows. We say so all the same.
    OneParty,
    /// All who speak know: notice, and they stay.
    AllParties,
    /// Whoever is recorded says yes.
    ExpressYes,
}

/// Returns what the law of a place asks: its own row, for a member state the Union's, and else the strict reading.
pub(super) fn asks(place: Jurisdiction) -> Asks {
    let row = |place| RECORDING_LAWS.iter().find(|law| law.jurisdiction == place).map(|law| law.asks);
    if let Some(asks) = row(place) {
        return asks;
    }
    // A state that no row names has its country's law, unless the country leaves the matter to its states.
    let country = if place.is_state() && place.nation() != Jurisdiction::US { row(place.nation()) } else { None };
    let union = if place.is_in_eu() { row(Jurisdiction::EU) } else { None };
    country.or(union).unwrap_or(Asks::AllParties)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Honesty;

    fn of(place: &str) -> Asks {
        asks(place.parse().unwrap())
    }

    #[test]
    fn all_party_states_are_the_strict_reading_of_every_count() {
        let strict = ["CA", "CT", "DE", "FL", "IL", "MD", "MA", "MI", "MT", "NV", "NH", "OR", "PA", "WA", "PR"];
        let found: Vec<String> = RECORDING_LAWS
            .iter()
            .filter(|law| law.jurisdiction.is_state() && law.asks != Asks::OneParty)
            .map(|law| law.jurisdiction.to_string().replace("US-", ""))
            .collect();
        for state in strict {
            assert!(found.iter().any(|known| known == state), "{state}");
        }
        assert_eq!(found.len(), strict.len() + 4, "and the four territories that were not looked up: {found:?}");
        let one_party = RECORDING_LAWS.iter().filter(|law| law.jurisdiction.is_state() && law.asks == Asks::OneParty).count();
        assert_eq!(one_party, 37);
    }

    #[test]
    fn rows_are_as_the_statutes_say() {
        assert_eq!((of("US"), of("US-NY"), of("US-WA"), of("GB")), (Asks::OneParty, Asks::OneParty, Asks::AllParties, Asks::OneParty));
        assert_eq!((of("DE"), of("DK"), of("FR"), of("ES")), (Asks::ExpressYes, Asks::ExpressYes, Asks::AllParties, Asks::OneParty));
        assert_eq!((of("SA"), of("CA-ON"), of("US-ZZ"), of("XK")), (Asks::AllParties, Asks::OneParty, Asks::AllParties, Asks::AllParties));
        let washington = RECORDING_LAWS.iter().find(|law| law.jurisdiction == "US-WA".parse().unwrap()).unwrap();
        assert_eq!((washington.statute, washington.provenance.honesty), ("RCW 9.73.030", Honesty::Verified));
        assert!(RECORDING_LAWS.iter().filter(|law| law.jurisdiction.nation() == Jurisdiction::US).all(|law| !law.provenance.source.is_empty()));
    }

    #[test]
    fn every_member_of_the_union_has_an_answer() {
        for country in RECORDING_LAWS.iter().map(|law| law.jurisdiction).filter(|place| place.is_in_eu()) {
            assert!(RECORDING_LAWS.iter().any(|law| law.jurisdiction == country));
        }
        assert_eq!(of("EU"), Asks::AllParties);
    }
}
