//! Whether a call may be recorded, from when on, and what ends it.
//!
//! Off on real lines unless somebody asked for it. If on, always with notice: the assistant's own voice is recorded from the
//! first sample of the notice (in Washington the announcement itself must be on the recording), the callee's from the last
//! one, so that no word of theirs stands before it. Where the law wants a spoken yes, the callee's voice waits for that. The
//! strictest place at either end decides, and a place that no table knows is strict.
//!
//! [`plan`] decides before the call; [`watch`] follows the call and says what to do; [`card_digits`] hears what must never be
//! on a tape. Data: `data/recording_consent.csv`.

pub use dialogue::card_digits;
mod law;
pub mod watch;

use serde::{Deserialize, Serialize};

use super::jurisdiction::Jurisdiction;
use crate::task::Line;

pub use law::Asks;

/// What is known before the call.
#[derive(Clone, Copy, Debug)]
pub struct RecordingFacts<'a> {
    /// Over which network.
    pub line: Line,
    /// What the user or the operator chose; `None` if nobody chose.
    pub choice: Option<bool>,
    /// Where the callee may be. Empty if nothing is known.
    pub callee: &'a [Jurisdiction],
    /// Where our own end may be: of the number that calls, and of the user. Empty if nothing is known.
    pub own: &'a [Jurisdiction],
    /// Whether the opening, as it will be spoken, says that the call is recorded.
    pub is_announced: bool,
}

/// Whether a call is recorded.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingPlan {
    /// No.
    Off {
        /// Why.
        because: WhyNot,
    },
    /// Yes, from the notice on.
    FromNotice {
        /// The strictest of the laws that may apply.
        asks: Asks,
        /// Where they apply: the places that ask for it.
        places: Vec<Jurisdiction>,
    },
}

/// Why a call is not recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// Nobody asked for it, and it is a real line.
    OffByDefault,
    /// Somebody asked for it not to be.
    SwitchedOff,
    /// The opening does not say so. Without notice nothing is recorded anywhere.
    NotAnnounced,
    /// The callee must say yes to it first, and would not be asked.
    NotAsked,
    /// Both sides must know of it, and the recording would begin with the answer, before the notice.
    FromAnswer,
}

/// Decides whether a call is recorded.
pub fn plan(facts: &RecordingFacts<'_>) -> RecordingPlan {
    let is_wanted = facts.choice.unwrap_or(facts.line == Line::Practice);
    if !is_wanted {
        let because = if facts.choice.is_some() { WhyNot::SwitchedOff } else { WhyNot::OffByDefault };
        return RecordingPlan::Off { because };
    }
    if !facts.is_announced {
        return RecordingPlan::Off { because: WhyNot::NotAnnounced };
    }
    if facts.line == Line::Practice {
        return RecordingPlan::FromNotice { asks: Asks::OneParty, places: Vec::new() };
    }
    let strictest_of = |places: &[Jurisdiction]| places.iter().map(|place| law::asks(*place)).max().unwrap_or(Asks::AllParties);
    let asks = strictest_of(facts.callee).max(strictest_of(facts.own));
    let both = facts.callee.iter().chain(facts.own).copied();
    let mut places: Vec<Jurisdiction> = both.filter(|place| law::asks(*place) == asks).collect();
    places.sort();
    places.dedup();
    RecordingPlan::FromNotice { asks, places }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(texts: &[&str]) -> Vec<Jurisdiction> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn planned(line: Line, choice: Option<bool>, callee: &[&str], own: &[&str], is_announced: bool) -> RecordingPlan {
        plan(&RecordingFacts { line, choice, callee: &places(callee), own: &places(own), is_announced })
    }

    #[test]
    fn a_real_call_is_recorded_only_if_somebody_asked() {
        let off = |because| RecordingPlan::Off { because };
        assert_eq!(planned(Line::Real, None, &["US-NY"], &["US-NY"], true), off(WhyNot::OffByDefault));
        assert_eq!(planned(Line::Real, Some(false), &["US-NY"], &["US-NY"], true), off(WhyNot::SwitchedOff));
        assert_eq!(planned(Line::Practice, Some(false), &[], &[], true), off(WhyNot::SwitchedOff));
        assert_eq!(
            planned(Line::Real, Some(true), &["US-NY"], &["US-NY"], false),
            off(WhyNot::NotAnnounced),
            "one party or not: never without notice"
        );
        assert_eq!(planned(Line::Practice, None, &[], &[], true), RecordingPlan::FromNotice { asks: Asks::OneParty, places: vec![] });
    }

    #[test]
    fn the_strictest_place_at_either_end_decides() {
        type Places = &'static [&'static str];
        let table: [(Places, Places, Asks, Places); 8] = [
            (&["US", "US-NY"], &["US", "US-NY"], Asks::OneParty, &["US", "US-NY"]),
            (&["US", "US-CA"], &["US", "US-NY"], Asks::AllParties, &["US-CA"]),
            (&["US", "US-NY"], &["US", "US-CA"], Asks::AllParties, &["US-CA"]),
            (&["US", "US-OR"], &["US"], Asks::AllParties, &["US-OR"]),
            (&["DE"], &["US", "US-CA"], Asks::ExpressYes, &["DE"]),
            (&["GB"], &["GB"], Asks::OneParty, &["GB"]),
            (&["XK"], &["US"], Asks::AllParties, &["XK"]),
            (&[], &["US"], Asks::AllParties, &[]),
        ];
        for (callee, own, asks, strict) in table {
            let expected = RecordingPlan::FromNotice { asks, places: places(strict) };
            assert_eq!(planned(Line::Real, Some(true), callee, own, true), expected, "{callee:?} {own:?}");
        }
    }
}
