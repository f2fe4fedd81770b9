//! A notice: something the user should know before saying yes, that forbids nothing.

use serde::{Deserialize, Serialize};

/// Something to know. Shown on the receipt.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Notice {
    /// The stable code: that of the refusal it would be on a real line, or one of its own.
    pub code: String,
    /// The text for people.
    pub text: String,
}

impl Notice {
    /// Builds a notice.
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into() }
    }
}
