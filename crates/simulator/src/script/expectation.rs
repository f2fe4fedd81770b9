//! What a standard task against a callee must come to.

use std::collections::BTreeMap;

use serde::Deserialize;
use telephony::Disposition;

/// What a standard task against a callee must come to. Words as the report writes them.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// `information_inquiry`, `reservation`…
    #[serde(default = "Expectation::default_task_type")]
    pub task_type: String,
    /// What the user asks for.
    pub intent: String,
    /// For whom the call is made; left out: "a customer".
    #[serde(default = "Expectation::default_principal")]
    pub principal: String,
    /// What may be said when asked: "party size" → "four".
    #[serde(default)]
    pub context: BTreeMap<String, String>,
    /// What to leave on a voicemail.
    #[serde(default)]
    pub voicemail_message: Option<String>,
    /// How the attempt ends.
    pub disposition: Disposition,
    /// `achieved`, `partly`, `not_achieved`, `unconfirmed`; left out if nobody answered.
    #[serde(default)]
    pub outcome: Option<String>,
    /// Facts that must be in the report: `closing_time` → `21:00`. `*` takes any value.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
    /// Who answered, at the end: `human`, `voicemail`…
    #[serde(default)]
    pub who_answered: Option<String>,
    /// Whether the callee must have been noted as not to be called again.
    #[serde(default)]
    pub opted_out: bool,
}

impl Expectation {
    fn default_task_type() -> String {
        "information_inquiry".into()
    }

    /// For whom a call is made if the script does not say.
    pub fn default_principal() -> String {
        "a customer".into()
    }
}
