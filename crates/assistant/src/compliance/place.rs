//! Where the phone that rings may be: every time zone and every place with a law of its own that cannot be ruled out.
//!
//! The obvious look-up (one zone an area code) is wrong for 23 of 359 US area codes, so the table holds the union. A
//! landline of a business stands in its area; every other phone may be anywhere in its country: mobiles move, numbers are
//! ported, toll-free lines ring where their owner likes. Who knows the place says so, and is believed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use telephony::PhoneNumber;
use telephony::number::NumberKind;
use thiserror::Error;

use super::jurisdiction::Jurisdiction;
use super::line_kind::LineKind;
use crate::codes;
use crate::data::Provenance;

include!(concat!(env!("OUT_DIR"), "/npa_timezones.rs"));
include!(concat!(env!("OUT_DIR"), "/region_timezones.rs"));

/// One row of `npa_timezones.csv`: a North American area code.
struct AreaCode {
    npa: u16,
    region: Jurisdiction,
    states: &'static [Jurisdiction],
    /// The likeliest zone first.
    zones: &'static [&'static str],
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for who reads the table; the tests read it"))]
    provenance: Provenance,
}

/// One row of `region_timezones.csv`.
struct Region {
    region: Jurisdiction,
    zones: &'static [&'static str],
    #[cfg_attr(not(test), expect(dead_code, reason = "kept for who reads the table; the tests read it"))]
    provenance: Provenance,
}

/// Where the phone may be.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Candidates {
    /// Time zones by their IANA names, the likeliest first. Empty if nothing is known.
    pub zones: Vec<String>,
    /// Countries and states, the country first.
    pub jurisdictions: Vec<Jurisdiction>,
    /// Why these.
    pub because: Because,
}

/// Why the candidates are what they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The user or a directory gave the place.
    PlaceIsKnown,
    /// A business landline stands in its area.
    AreaCode,
    /// A phone of this kind may be anywhere in its country.
    #[default]
    AnywhereInCountry,
}

/// A place that somebody knows: a zone of the bundled database and where that is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "GivenPlace")]
pub struct KnownPlace {
    zone: String,
    jurisdiction: Jurisdiction,
}

/// A place as it comes from a store or a client.
#[derive(Deserialize)]
struct GivenPlace {
    zone: String,
    jurisdiction: Jurisdiction,
}

impl TryFrom<GivenPlace> for KnownPlace {
    type Error = NoSuchZone;

    fn try_from(given: GivenPlace) -> Result<Self, NoSuchZone> {
        Self::new(&given.zone, given.jurisdiction)
    }
}

/// The time zone is none of the bundled database's.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("there is no time zone \"{zone}\"; write its IANA name, for example America/Chicago")]
pub struct NoSuchZone {
    /// What was given.
    pub zone: String,
}

impl NoSuchZone {
    /// Returns the stable code.
    pub const fn code(&self) -> &'static str {
        codes::TASK_TIME_ZONE.code
    }
}

impl KnownPlace {
    /// Takes a place as somebody gave it.
    ///
    /// # Errors
    /// [`NoSuchZone`].
    pub fn new(zone: &str, jurisdiction: Jurisdiction) -> Result<Self, NoSuchZone> {
        if time_zone(zone).is_none() {
            return Err(NoSuchZone { zone: zone.to_owned() });
        }
        Ok(Self { zone: zone.to_owned(), jurisdiction })
    }
}

impl Candidates {
    /// Returns where a number's phone may be.
    pub fn of(number: &PhoneNumber, line: LineKind, known: Option<&KnownPlace>) -> Self {
        let area = area_code(number);
        if let Some(place) = known {
            let nation = place.jurisdiction.nation();
            let mut jurisdictions = vec![nation];
            jurisdictions.extend(Some(place.jurisdiction).filter(|place| place.is_state()));
            return Self { zones: vec![place.zone.clone()], jurisdictions, because: Because::PlaceIsKnown };
        }
        match area {
            Some(area) if !line.is_anywhere() && number.kind() != NumberKind::TollFree => Self::in_area(area),
            _ => Self::anywhere(number, area),
        }
    }

    fn in_area(area: &AreaCode) -> Self {
        let zones = area.zones.iter().map(|zone| (*zone).to_owned()).collect();
        Self { zones, jurisdictions: places_of(area).collect(), because: Because::AreaCode }
    }

    fn anywhere(number: &PhoneNumber, area: Option<&AreaCode>) -> Self {
        let region = match area {
            Some(area) => Some(area.region),
            None => number.region().and_then(|region| region.parse().ok()),
        };
        let mut found = Self { because: Because::AnywhereInCountry, ..Self::default() };
        let Some(region) = region else { return found };
        found.extend_by(area.into_iter());
        let is_american = region == Jurisdiction::US || Jurisdiction::of_us_territory(region).is_some();
        if is_american || number.as_e164().starts_with("+1") {
            // Whoever has a number of an American territory may have moved to any state; not the other way round.
            let country = if is_american { Jurisdiction::US } else { region };
            found.merge(&all_of(country));
        } else {
            let zones = REGIONS.iter().filter(|row| row.region == region).flat_map(|row| row.zones);
            found.zones.extend(zones.map(|zone| (*zone).to_owned()));
            found.jurisdictions.push(region);
        }
        found
    }

    fn extend_by<'a>(&mut self, areas: impl Iterator<Item = &'a AreaCode>) {
        for area in areas {
            self.merge(&Self::in_area(area));
        }
    }

    fn merge(&mut self, others: &Self) {
        for zone in &others.zones {
            if !self.zones.contains(zone) {
                self.zones.push(zone.clone());
            }
        }
        for place in &others.jurisdictions {
            if !self.jurisdictions.contains(place) {
                self.jurisdictions.push(*place);
            }
        }
    }
}

/// Returns all candidates of a country that is made of area codes. Those of the United States are put together once.
fn all_of(country: Jurisdiction) -> Cow<'static, Candidates> {
    static AMERICA: OnceLock<Candidates> = OnceLock::new();
    let gather = || {
        let mut all = Candidates::default();
        all.extend_by(AREA_CODES.iter().filter(|area| area.region == country));
        all
    };
    if country == Jurisdiction::US { Cow::Borrowed(AMERICA.get_or_init(gather)) } else { Cow::Owned(gather()) }
}

/// Returns the country of an area code, then its states. An American territory counts as a state.
fn places_of(area: &AreaCode) -> impl Iterator<Item = Jurisdiction> {
    let territory = Jurisdiction::of_us_territory(area.region);
    let country = if territory.is_some() { Jurisdiction::US } else { area.region };
    [country].into_iter().chain(territory).chain(area.states.iter().copied())
}

fn area_code(number: &PhoneNumber) -> Option<&'static AreaCode> {
    let npa: u16 = number.as_e164().strip_prefix("+1")?.get(..3)?.parse().ok()?;
    let place = AREA_CODES.binary_search_by_key(&npa, |area| area.npa).ok()?;
    AREA_CODES.get(place)
}

/// Returns the region of a North American number that belongs neither to the United States nor to Canada, though it begins with +1.
pub(super) fn foreign_behind_one(number: &PhoneNumber) -> Option<Jurisdiction> {
    let region = area_code(number)?.region;
    (region != Jurisdiction::US && region != Jurisdiction::country(*b"CA")).then_some(region)
}

/// Returns a zone from the bundled database, never from the machine's own.
pub fn time_zone(name: &str) -> Option<TimeZone> {
    static ZONES: OnceLock<BTreeMap<&'static str, TimeZone>> = OnceLock::new();
    let zones = ZONES.get_or_init(|| {
        let names = AREA_CODES.iter().flat_map(|area| area.zones).chain(REGIONS.iter().flat_map(|row| row.zones));
        names.filter_map(|name| Some((*name, TimeZoneDatabase::bundled().get(name).ok()?))).collect()
    });
    zones.get(name).cloned().or_else(|| TimeZoneDatabase::bundled().get(name).ok())
}

/// Returns every region of the table: what "everywhere" means in tests of the gate.
#[cfg(test)]
pub(crate) fn all_regions() -> Vec<String> {
    REGIONS.iter().map(|row| row.region.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Honesty;

    fn candidates(number: &str, line: LineKind) -> Candidates {
        Candidates::of(&PhoneNumber::parse(number).unwrap(), line, None)
    }

    fn places(texts: &[&str]) -> Vec<Jurisdiction> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn every_zone_of_every_row_is_in_the_bundled_database() {
        for zone in AREA_CODES.iter().flat_map(|row| row.zones).chain(REGIONS.iter().flat_map(|row| row.zones)) {
            assert!(time_zone(zone).is_some(), "{zone}");
        }
        assert!(AREA_CODES.iter().all(|row| !row.zones.is_empty()));
        assert_eq!((AREA_CODES.len(), REGIONS.len()), (442, 247));
        assert_eq!(AREA_CODES.iter().filter(|row| row.region == Jurisdiction::US).count(), 359);
        let recalled = AREA_CODES.iter().filter(|row| row.provenance.honesty == Honesty::VerifiedInPart).count();
        assert!(recalled > 0 && REGIONS.iter().all(|row| row.provenance.honesty == Honesty::Verified), "{recalled}");
    }

    #[test]
    fn the_28_american_area_codes_with_several_zones_have_all_of_them() {
        let several: Vec<u16> = AREA_CODES.iter().filter(|row| row.region == Jurisdiction::US && row.zones.len() > 1).map(|row| row.npa).collect();
        let wrong_by_the_obvious_look_up =
            [219, 270, 308, 334, 364, 402, 423, 432, 448, 458, 531, 541, 574, 580, 606, 620, 785, 812, 850, 906, 907, 928, 930];
        for npa in wrong_by_the_obvious_look_up {
            assert!(several.contains(&npa), "{npa}");
        }
        assert!(several.len() >= 28, "{several:?}");
    }

    #[test]
    fn a_business_landline_stands_in_its_area() {
        let pensacola = candidates("+18505552671", LineKind::BusinessLandline);
        assert_eq!(pensacola.zones, ["America/New_York", "America/Chicago"]);
        assert_eq!(pensacola.jurisdictions, places(&["US", "US-FL"]));
        assert_eq!(pensacola.because, Because::AreaCode);
        assert_eq!(candidates("+19025552671", LineKind::BusinessLandline).jurisdictions, places(&["CA", "CA-NS", "CA-PE"]));
    }

    #[test]
    fn every_other_american_phone_may_be_in_any_state() {
        for kind in [LineKind::BusinessMobile, LineKind::Residential, LineKind::PersonalMobile, LineKind::Unknown] {
            let anywhere = candidates("+12125552671", kind);
            assert_eq!(anywhere.zones[0], "America/New_York", "the likeliest first");
            for zone in ["America/Chicago", "America/Denver", "America/Los_Angeles", "America/Anchorage", "Pacific/Honolulu", "America/Phoenix"] {
                assert!(anywhere.zones.iter().any(|known| known == zone), "{zone}");
            }
            assert!(!anywhere.zones.iter().any(|zone| zone == "Pacific/Guam"), "only who has a territory's number may be there");
            assert_eq!(anywhere.jurisdictions.iter().filter(|place| place.is_state()).count(), 51, "the states and the District of Columbia");
        }
        let toll_free = candidates("+18005551234", LineKind::TollFree);
        assert_eq!(toll_free.jurisdictions.len(), 52);
    }

    #[test]
    fn a_territory_s_number_may_be_there_or_in_any_state() {
        let guam = candidates("+16715552671", LineKind::Unknown);
        assert_eq!((guam.zones[0].as_str(), guam.jurisdictions.len()), ("Pacific/Guam", 53));
        assert_eq!(&guam.jurisdictions[..2], places(&["US", "US-GU"]));
        assert_eq!(candidates("+17875552671", LineKind::BusinessLandline).jurisdictions, places(&["US", "US-PR"]));
    }

    #[test]
    fn abroad_the_country_s_zones_count() {
        assert_eq!(candidates("+33155555555", LineKind::BusinessLandline).zones, ["Europe/Paris"]);
        assert!(candidates("+61255501234", LineKind::Unknown).zones.len() > 4, "Australia");
        assert_eq!(candidates("+18765551234", LineKind::Unknown).zones, ["America/Jamaica"]);
        assert_eq!(candidates("+881612345678", LineKind::Unknown), Candidates::default());
    }

    #[test]
    fn who_knows_the_place_is_believed() {
        let honolulu = KnownPlace::new("Pacific/Honolulu", "US-HI".parse().unwrap()).unwrap();
        let known = Candidates::of(&PhoneNumber::parse("+12125552671").unwrap(), LineKind::Unknown, Some(&honolulu));
        assert_eq!((known.zones.as_slice(), known.because), (["Pacific/Honolulu".to_owned()].as_slice(), Because::PlaceIsKnown));
        assert_eq!(known.jurisdictions, places(&["US", "US-HI"]));
        assert_eq!(
            KnownPlace::new("Hawaii/Beach", Jurisdiction::US).unwrap_err().to_string(),
            "there is no time zone \"Hawaii/Beach\"; write its IANA name, for example America/Chicago"
        );
    }

    #[test]
    fn jamaica_is_foreign_behind_one_and_canada_is_not() {
        let foreign = |text: &str| foreign_behind_one(&PhoneNumber::parse(text).unwrap()).map(|region| region.to_string());
        assert_eq!(foreign("+18765551234").as_deref(), Some("JM"));
        assert_eq!(foreign("+12425551234").as_deref(), Some("BS"));
        assert_eq!(foreign("+17875551234").as_deref(), Some("PR"));
        assert_eq!(foreign("+14165551234"), None);
        assert_eq!(foreign("+12125551234"), None);
    }
}
