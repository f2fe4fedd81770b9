//! What an installation knows of a callee besides the number: what kind of line it is, what leave was given, what was asked
//! for. The store brings it, policy reads it. Nothing known is the strict path.

use serde::{Deserialize, Serialize};
use telephony::Private;

use super::consent::Consent;
use super::do_not_call::Suppression;
use super::line_kind::KnownLine;
use super::registry::RegistryAnswer;

/// What is known of a callee.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// For which user of the installation the call is, if it knows several.
    pub user: Option<Private<String>>,
    /// What kind of line it is, if somebody looked; else it follows from the number and from who picks up.
    pub line: Option<KnownLine>,
    /// Leave that was given for the number.
    pub consents: Vec<Consent>,
    /// Entries of the do-not-call list for the number.
    pub suppressions: Vec<Suppression>,
    /// What the do-not-call registry says. Asked of calls that sell.
    pub registry: RegistryAnswer,
}
