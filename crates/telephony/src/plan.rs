//! What a carrier should do with a call once it asks us, in verbs that belong to no carrier.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::dtmf::Digit;

/// A document for the carrier: verbs, run from the top. An empty plan hangs up.
#[derive(Clone, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// The verbs in order.
    pub verbs: Vec<Verb>,
}

impl Plan {
    /// Returns the plan that ends the call at once: the answer to every attempt that is not the one live approved one.
    pub fn hang_up() -> Self {
        Self { verbs: vec![Verb::HangUp] }
    }
}

/// One step of a [`Plan`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Verb {
    /// Open a two-way media stream to us and stay in it until we close it.
    ConnectMedia {
        /// The socket's address (`wss://…`, or `ws://` on loopback).
        url: String,
        /// The one-time token that the stream must present. Never part of the address.
        token: String,
    },
    /// Speak a text with the carrier's own voice.
    Say {
        /// The words.
        text: String,
    },
    /// Play an audio file.
    Play {
        /// Where the file is.
        url: String,
    },
    /// Press keys.
    PressDigits {
        /// The keys in order.
        digits: Vec<Digit>,
    },
    /// Wait.
    Pause {
        /// How long, in whole seconds on the wire.
        length: Duration,
    },
    /// Fetch the next plan from elsewhere.
    Redirect {
        /// Where the plan is.
        url: String,
    },
    /// End the call.
    HangUp,
}
