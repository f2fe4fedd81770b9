//! May this number be rung at all? Never emergency services, premium lines, satellites; countries only by their region.
//!
//! The numbering plan alone is no safe check: to it `+1911` is merely invalid, `+1 212 976 1234` an ordinary landline,
//! +881 a mobile, and +1 876 looks domestic. So our own tables stand on top, and what is allowed is a list and not
//! what no list forbids. The steps are asked in the order of [`Step`]; the first that says no wins. What no setting can
//! allow is asked before the regions that a setting allows, so that nobody is told to allow `001` in order to ring a satellite.
//!
//! Data: `data/emergency_numbers.csv` and `data/premium_prefixes.csv`, each row with its source. The rows of the
//! latter that carry a pattern are the numbering plan's own and are asked there by kind: their prefixes alone are too
//! coarse (`+152` would bar Tucson).

mod emergency;
mod range;
mod typed;

use serde::{Deserialize, Serialize};
use telephony::PhoneNumber;
use telephony::number::{NumberError, NumberKind};

use super::place;
use crate::codes::{self, CodeEntry};
use crate::data::{DataVersion, versions};
use crate::refusal::{AllowedWhen, Refusal, Rule};
use crate::task::Line;

/// One question about a number, in the order in which they are asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Do the digits reach an emergency service, a crisis line or a service code anywhere?
    Emergency,
    /// Is there such a telephone on this line: fictional numbers on the practice line, real ones on a real line?
    Network,
    /// Is it in a range that costs extra, belongs to no country, or is foreign in domestic guise?
    Range,
    /// Can there be such a number, and of an ordinary price?
    Plan,
    /// Is its country allowed?
    Region,
    /// Is it of a kind that is rung?
    Kind,
    /// Is it not our own?
    Own,
}

impl Step {
    /// All steps in their order.
    pub const ALL: [Self; 7] = [Self::Emergency, Self::Network, Self::Range, Self::Plan, Self::Region, Self::Kind, Self::Own];

    /// Returns the table that the step rests on, if it rests on one of ours.
    pub const fn data(self) -> Option<&'static DataVersion> {
        match self {
            Self::Emergency => Some(&versions::EMERGENCY_NUMBERS),
            Self::Range => Some(&versions::PREMIUM_PREFIXES),
            Self::Network | Self::Plan | Self::Region | Self::Kind | Self::Own => None,
        }
    }
}

/// What the gate says of a number: all steps passed, or the one that refused.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GateAnswer {
    /// The refusal and the step that gave it.
    pub refused: Option<(Step, Refusal)>,
    /// What the numbering plan says of the number.
    pub kind: NumberKind,
    /// Its region, if it has one.
    pub region: Option<String>,
}

/// Reads a number as a person typed it, and refuses at once what is never rung, whatever the settings say.
///
/// Texts such as `911`, `1911` or `0044999` never become a [`PhoneNumber`]; here they are refused as what they are
/// instead of as "country code missing". `allowed_regions` lists the countries that may be called (`["US", "CA"]`);
/// it matters only for numbers that look North American and are not.
///
/// # Errors
/// The first step that says no.
pub fn check_text(text: &str, allowed_regions: &[String]) -> Result<PhoneNumber, Refusal> {
    if let Some(entry) = typed::never_rung(text) {
        return Err(refuse(&entry, AllowedWhen::Never).resting_on(&versions::EMERGENCY_NUMBERS));
    }
    let number = PhoneNumber::parse(text).map_err(|error| {
        let entry = match error {
            NumberError::Empty => codes::NUMBER_EMPTY,
            NumberError::NotANumber => codes::NUMBER_NOT_A_NUMBER,
            NumberError::NoCountryCode => codes::NUMBER_NO_COUNTRY_CODE,
            NumberError::WrongLength => codes::NUMBER_WRONG_LENGTH,
        };
        refuse(&entry, AllowedWhen::AfterRemedy)
    })?;
    if is_practice_number(&number) {
        return Ok(number);
    }
    let kind = number.kind();
    for step in [Step::Emergency, Step::Range, Step::Plan] {
        take(step, &number, kind, None, Line::Real, allowed_regions, &[])?;
    }
    Ok(number)
}

/// Decides whether a number may be rung on a line.
///
/// The practice line rings numbers of the practice network and no others; a real line rings none of them, and only
/// numbers of the allowed regions and of ordinary kinds.
///
/// # Errors
/// The first step that says no.
pub fn check(number: &PhoneNumber, line: Line, allowed_regions: &[String], own_numbers: &[PhoneNumber]) -> Result<(), Refusal> {
    ask(number, line, allowed_regions, own_numbers).refused.map_or(Ok(()), |(_, refusal)| Err(refusal))
}

/// Asks every step in order until one says no.
pub fn ask(number: &PhoneNumber, line: Line, allowed_regions: &[String], own_numbers: &[PhoneNumber]) -> GateAnswer {
    let kind = number.kind();
    let region = number.region();
    let mut steps = Step::ALL.into_iter();
    let refused =
        steps.find_map(|step| take(step, number, kind, region.as_deref(), line, allowed_regions, own_numbers).err().map(|refusal| (step, refusal)));
    GateAnswer { refused, kind, region }
}

/// Returns whether a number belongs to the practice network: the fictional ones, and Twilio's test numbers for calls
/// that fail (`+1 500 555 0001` is invalid, `0002` cannot be routed, `0003` lacks permission, `0004` is blocked).
pub fn is_practice_number(number: &PhoneNumber) -> bool {
    number.is_fictional() || matches!(number.as_e164(), "+15005550001" | "+15005550002" | "+15005550003" | "+15005550004")
}

fn take(
    step: Step,
    number: &PhoneNumber,
    kind: NumberKind,
    region: Option<&str>,
    line: Line,
    allowed_regions: &[String],
    own_numbers: &[PhoneNumber],
) -> Result<(), Refusal> {
    let digits = number.as_e164().trim_start_matches('+');
    // What the practice network has for a telephone is neither in the plan nor in any country.
    let is_practice = line == Line::Practice && is_practice_number(number);
    let is_allowed = |region: &str| allowed_regions.iter().any(|allowed| allowed.eq_ignore_ascii_case(region));
    let refusal = match step {
        Step::Emergency => emergency::find(digits, kind == NumberKind::Invalid).map(|entry| never(&entry)),
        Step::Network => match (line, is_practice_number(number)) {
            (Line::Practice, true) | (Line::Real, false) => None,
            (Line::Practice, false) => Some(refuse(&codes::NUMBER_PRACTICE_ONLY, AllowedWhen::AfterRemedy)),
            (Line::Real, true) => Some(never(&codes::NUMBER_FICTIONAL)),
        },
        Step::Range | Step::Plan | Step::Region | Step::Kind if is_practice => None,
        Step::Range => range::find(digits).map(|entry| never(&entry)).or_else(|| {
            let foreign = place::foreign_behind_one(number).filter(|region| !is_allowed(&region.to_string()));
            foreign.map(|_| refuse(&codes::NUMBER_FOREIGN_NANP, AllowedWhen::AfterRemedy))
        }),
        Step::Plan => match kind {
            NumberKind::Invalid => Some(never(&codes::NUMBER_INVALID)),
            NumberKind::PremiumRate => Some(never(&codes::NUMBER_PREMIUM)),
            NumberKind::SharedCost => Some(never(&codes::NUMBER_SHARED_COST)),
            NumberKind::Personal => Some(never(&codes::NUMBER_PERSONAL)),
            NumberKind::Pager => Some(never(&codes::NUMBER_PAGER)),
            NumberKind::FixedLine
            | NumberKind::Mobile
            | NumberKind::FixedLineOrMobile
            | NumberKind::TollFree
            | NumberKind::Voip
            | NumberKind::Other => None,
        },
        Step::Region => {
            let region = region.unwrap_or_default();
            let fact = format!("calls to the region {region} are not allowed");
            (region.is_empty() || !is_allowed(region)).then(|| Refusal::new(Rule::NumberGate, &codes::NUMBER_REGION, fact, AllowedWhen::AfterRemedy))
        }
        Step::Kind => match kind {
            NumberKind::FixedLine | NumberKind::Mobile | NumberKind::FixedLineOrMobile | NumberKind::TollFree | NumberKind::Voip => None,
            _ => Some(never(&codes::NUMBER_KIND)),
        },
        Step::Own => own_numbers.contains(number).then(|| refuse(&codes::NUMBER_OWN, AllowedWhen::AfterRemedy)),
    };
    match (refusal, step.data()) {
        (None, _) => Ok(()),
        (Some(refusal), Some(data)) => Err(refusal.resting_on(data)),
        (Some(refusal), None) => Err(refusal),
    }
}

fn never(entry: &CodeEntry) -> Refusal {
    refuse(entry, AllowedWhen::Never)
}

fn refuse(entry: &CodeEntry, allowed_when: AllowedWhen) -> Refusal {
    Refusal::new(Rule::NumberGate, entry, entry.text, allowed_when)
}

#[cfg(test)]
mod tests;
