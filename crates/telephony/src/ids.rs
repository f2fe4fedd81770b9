//! Identities. The shell makes them; machines only carry them.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps an identity made elsewhere.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// Returns the identity as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// A task: what the user wants done.
    TaskId
}
text_id! {
    /// One try to reach the callee. Travels in every callback URL, so a carrier's event finds its attempt
    /// even if the carrier's own call id was lost in a crash.
    AttemptId
}
text_id! {
    /// A call, as we name it.
    CallId
}
text_id! {
    /// A call, as the carrier names it (`CA…` at Twilio).
    CarrierCallId
}
text_id! {
    /// A recording, as the carrier names it (`RE…` at Twilio).
    CarrierRecordingId
}

/// One utterance of the callee, counted from 1 within a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UtteranceId(pub u32);

/// One line that the assistant speaks, counted from 1 within a call.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LineId(pub u32);
