//! A refusal: a rule says no, why, and when it would say yes. A value, not an error: the program works.

use std::fmt;

use serde::Serialize;
use telephony::Timestamp;

use crate::codes::CodeEntry;

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
}

/// The families of rules, in the order in which they are asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// May this number be rung at all?
    NumberGate,
    /// Has the user approved exactly this?
    Approval,
    /// How often was the number tried?
    Caps,
    /// Is it a decent hour at the callee's place, and within the task's schedule?
    Hours,
    /// Is there money for the worst case?
    Budget,
    /// Is a line free?
    Concurrency,
}

/// When a refused dial would be allowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
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

impl Refusal {
    /// Builds a refusal from its entry in the table of codes.
    pub fn new(rule: Rule, entry: &CodeEntry, fact: impl Into<String>, allowed_when: AllowedWhen) -> Self {
        Self { rule, code: entry.code, fact: fact.into(), remedy: entry.remedy, allowed_when }
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
