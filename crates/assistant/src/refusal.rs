//! A refusal: a rule says no, why, and when it would say yes. A value, not an error: the program works.

use std::fmt;

use serde::{Deserialize, Serialize};
use telephony::Timestamp;

use crate::codes::CodeEntry;
use crate::data::DataVersion;

/// A rule says no.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Refusal {
    /// Which family of rules.
    pub rule: Rule,
    /// The stable code, an entry of [`crate::codes::CODES`].
    pub code: &'static str,
    /// The fact that decided, for people. Holds no number, name or word of the task.
    pub fact: String,
    /// What to do, from the table of codes.
    pub remedy: &'static str,
    /// When it would be allowed.
    pub allowed_when: AllowedWhen,
    /// The edition of the table on which it rests, if it rests on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<&'static DataVersion>,
}

/// The families of rules, in the order in which they are asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// May this number be rung at all?
    NumberGate,
    /// Is anything dialed at all?
    Dialing,
    /// Has anybody there asked not to be called?
    DoNotCall,
    /// Does the call sell something, and is there leave for it?
    Consent,
    /// How often was the number tried?
    Caps,
    /// Is it a decent hour at the callee's place, and within the task's schedule?
    Hours,
    /// Has the user approved exactly this?
    Approval,
    /// Is there money for the worst case?
    Budget,
    /// Is a line free, and were not too many calls begun lately?
    Concurrency,
}

/// When a refused dial would be allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowedWhen {
    /// Never, whatever anybody says.
    Never,
    /// Once the remedy was applied.
    AfterRemedy,
    /// From this moment, all else equal.
    From(Timestamp),
    /// Once a running call has ended.
    ACallEnds,
}

impl AllowedWhen {
    /// Returns whichever of two takes longer: never, after a remedy, at the later moment, when a call ends.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        match (self, other) {
            (Self::Never, _) | (_, Self::Never) => Self::Never,
            (Self::AfterRemedy, _) | (_, Self::AfterRemedy) => Self::AfterRemedy,
            (Self::From(one), Self::From(other)) => Self::From(one.max(other)),
            (Self::From(at), Self::ACallEnds) | (Self::ACallEnds, Self::From(at)) => Self::From(at),
            (Self::ACallEnds, Self::ACallEnds) => Self::ACallEnds,
        }
    }
}

impl Refusal {
    /// Builds a refusal from its entry in the table of codes.
    pub fn new(rule: Rule, entry: &CodeEntry, fact: impl Into<String>, allowed_when: AllowedWhen) -> Self {
        Self { rule, code: entry.code, fact: fact.into(), remedy: entry.remedy, allowed_when, data: None }
    }

    /// Returns the refusal with the edition of the table on which it rests.
    #[must_use]
    pub const fn resting_on(mut self, data: &'static DataVersion) -> Self {
        self.data = Some(data);
        self
    }
}

/// `number.emergency: the digits lead to an emergency service`
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.fact)
    }
}

/// One refusal or more, in the order of [`Rule`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(transparent)]
pub struct Refusals(Vec<Refusal>);

impl Refusals {
    /// Returns the refusals, or `None` if there is none.
    pub fn from_list(refusals: Vec<Refusal>) -> Option<Self> {
        (!refusals.is_empty()).then_some(Self(refusals))
    }

    /// Returns the one that was found first: the most important.
    pub fn first(&self) -> &Refusal {
        &self.0[0]
    }

    /// Returns when a call would be allowed, all of them together.
    pub fn allowed_when(&self) -> AllowedWhen {
        self.0.iter().map(|refusal| refusal.allowed_when).fold(self.first().allowed_when, AllowedWhen::stricter)
    }

    /// Returns all of them.
    pub fn as_slice(&self) -> &[Refusal] {
        &self.0
    }
}

impl From<Refusal> for Refusals {
    fn from(refusal: Refusal) -> Self {
        Self(vec![refusal])
    }
}
