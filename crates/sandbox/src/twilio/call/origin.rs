//! Where a call comes from.

use tokio::sync::mpsc;

use crate::twilio::registry::Command;

/// Where a call comes from, and what that means for it.
#[derive(Debug)]
pub(in crate::twilio) enum Origin {
    /// The API.
    Api,
    /// The API, into a conference.
    Participant {
        /// `CF…`.
        conference: String,
    },
    /// The document of another call.
    Dialled {
        /// Which.
        by: String,
        /// The way to it.
        to: mpsc::UnboundedSender<Command>,
    },
    /// Somebody of the cast rings a number of the account.
    Inbound {
        /// To pass the caller's number on.
        token: String,
    },
}

impl Origin {
    /// Returns what requests about the call say.
    pub const fn direction(&self) -> &'static str {
        match self {
            Self::Api | Self::Participant { .. } => "outbound-api",
            Self::Dialled { .. } => "outbound-dial",
            Self::Inbound { .. } => "inbound",
        }
    }

    /// Returns the call that made this one.
    pub fn parent(&self) -> Option<&str> {
        match self {
            Self::Dialled { by, .. } => Some(by),
            Self::Api | Self::Participant { .. } | Self::Inbound { .. } => None,
        }
    }
}
