//! The national do-not-call registry, for operators who sell: what a look-up found, how old the list is, and what follows.
//!
//! A list may be used for 31 days; an area code that was not loaded is no leave to call. The list itself is a file of numbers,
//! a quarter of a billion of them: [`mod@line`] reads its lines, [`area`] holds the one area code that is being read,
//! [`import`] makes the compact file out of them as they stream by, [`mod@file`] looks numbers up in its bytes.

pub mod area;
pub mod file;
pub mod import;
pub mod line;

use std::time::Duration;

use dialogue::brief::TaskType;
use serde::{Deserialize, Serialize};
use telephony::{PhoneNumber, Timestamp};

use super::consent::{self, Consent};
use crate::codes;
use crate::refusal::{AllowedWhen, Refusal, Rule};

/// How long a list may be used. Source: the safe harbour of 47 CFR 64.1200(c)(2)(i)(D) and 16 CFR 310.4(b)(3)(iv).
pub const GOOD_FOR: Duration = Duration::from_secs(31 * 24 * 3_600);

/// Which edition of the registry a look-up used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// The moment that the list reflects.
    pub as_of: Timestamp,
    /// SHA-256 of the file that was imported, as hexadecimal digits.
    pub sha256: String,
    /// How many numbers it holds.
    pub numbers: u64,
}

impl Snapshot {
    /// Returns whether the list may still be used.
    ///
    /// Not from the future either: a clock that was set back must not keep an old list alive.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.as_of <= now && now < self.as_of + GOOD_FOR
    }
}

/// What a look-up found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listing {
    /// The number is on the list.
    Listed,
    /// It is not.
    NotListed,
    /// Its area code was not loaded, or it has none.
    AreaNotLoaded,
}

/// What is known from the registry of one number.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegistryAnswer {
    /// No list was loaded.
    #[default]
    NoList,
    /// A list was asked.
    Found {
        /// What it says.
        listing: Listing,
        /// Which list.
        snapshot: Snapshot,
    },
}

/// Returns what speaks against a call that sells something, if anything does.
pub fn check(answer: &RegistryAnswer, consents: &[Consent], number: &PhoneNumber, task_type: TaskType, now: Timestamp) -> Option<Refusal> {
    let refuse = |entry: codes::CodeEntry, fact: String| Some(Refusal::new(Rule::DoNotCall, &entry, fact, AllowedWhen::AfterRemedy));
    let RegistryAnswer::Found { listing, snapshot } = answer else {
        return refuse(codes::REGISTRY_MISSING, codes::REGISTRY_MISSING.text.to_owned());
    };
    if !snapshot.is_fresh(now) {
        let days = (now.as_millis() - snapshot.as_of.as_millis()) / 86_400_000;
        return refuse(codes::REGISTRY_STALE, format!("the do-not-call registry was read {days} days ago; a list is good for 31 days"));
    }
    match listing {
        Listing::NotListed => None,
        Listing::AreaNotLoaded => refuse(codes::REGISTRY_AREA, codes::REGISTRY_AREA.text.to_owned()),
        Listing::Listed if consent::passes_over_registry(consents, number, task_type, now) => None,
        Listing::Listed => refuse(codes::REGISTRY_LISTED, codes::REGISTRY_LISTED.text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compliance::consent::tests::given;
    use crate::compliance::consent::{Consent, ConsentBasis};

    const NOW: Timestamp = Timestamp(1_795_539_600_000);

    fn answer(listing: Listing, days_old: i64) -> RegistryAnswer {
        let as_of = Timestamp(NOW.0 - days_old * 86_400_000);
        RegistryAnswer::Found { listing, snapshot: Snapshot { as_of, sha256: "ab".repeat(32), numbers: 1 } }
    }

    fn code(answer: &RegistryAnswer, consents: &[Consent]) -> &'static str {
        let number = PhoneNumber::parse("+12125552671").unwrap();
        check(answer, consents, &number, TaskType::Custom, NOW).map_or("ok", |refusal| refusal.code)
    }

    #[test]
    fn a_list_is_good_for_31_days_and_not_a_moment_longer() {
        assert_eq!(code(&answer(Listing::NotListed, 0), &[]), "ok");
        assert_eq!(code(&answer(Listing::NotListed, 30), &[]), "ok");
        assert_eq!(code(&answer(Listing::NotListed, 31), &[]), "registry.stale");
        assert_eq!(code(&answer(Listing::NotListed, -1), &[]), "registry.stale", "a list from the future");
        assert_eq!(code(&RegistryAnswer::NoList, &[]), "registry.missing");
    }

    #[test]
    fn what_the_list_says_is_heeded() {
        assert_eq!(code(&answer(Listing::Listed, 1), &[]), "registry.listed");
        assert_eq!(code(&answer(Listing::AreaNotLoaded, 1), &[]), "registry.area_missing");
    }

    #[test]
    fn some_kinds_of_leave_pass_over_the_list() {
        let number = PhoneNumber::parse("+12125552671").unwrap();
        let with = |basis| code(&answer(Listing::Listed, 1), &[Consent::new(given(&number, basis)).unwrap()]);
        for basis in [ConsentBasis::PriorExpressWritten, ConsentBasis::Invitation, ConsentBasis::Purchase, ConsentBasis::Inquiry] {
            assert_eq!(with(basis), "ok", "{basis:?}");
        }
        assert_eq!(with(ConsentBasis::PriorExpress), "registry.listed");
        assert_eq!(with(ConsentBasis::PublishedForBusiness), "registry.listed");
    }
}
