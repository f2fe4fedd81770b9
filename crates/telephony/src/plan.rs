//! What a carrier should do with a call once it asks us, in verbs that belong to no carrier.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::dtmf::Digit;
use crate::number::PhoneNumber;

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

/// How a conversation is held over a call.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationMode {
    /// The call's audio comes and goes over a socket: we hear, speak and are interrupted by ourselves.
    #[default]
    MediaStream,
    /// The carrier hears and speaks; texts come and go over a socket.
    TextRelay,
    /// The carrier hears and speaks; it asks for each of our turns by a webhook. Needs no socket.
    SpokenTurns,
}

impl ConversationMode {
    /// Returns whether the carrier hears and speaks in our place.
    pub const fn is_in_text(self) -> bool {
        matches!(self, Self::TextRelay | Self::SpokenTurns)
    }

    /// Returns it for people: by what the conversation is held.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::MediaStream => "its sound, streamed to us",
            Self::TextRelay => "texts over a socket",
            Self::SpokenTurns => "spoken turns",
        }
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
    /// Open a two-way stream of texts to us, with the carrier's own ears and voice, and stay in it until we close it.
    ConnectRelay {
        /// The socket's address (`wss://…`, or `ws://` on loopback).
        url: String,
        /// The one-time token that the stream must present. Never part of the address.
        token: String,
    },
    /// Let us hear both sides of the call from here on, beside whatever follows, until we close the socket or the call ends.
    Overhear {
        /// The socket's address (`wss://…`, or `ws://` on loopback).
        url: String,
        /// The one-time token that the stream must present. Never part of the address.
        token: String,
    },
    /// Speak, and listen for words and keys meanwhile and afterwards. If nothing is heard, the next verb follows.
    Listen {
        /// What is said first. The callee may cut it short.
        lines: Vec<String>,
        /// Where what was heard is sent; the answer is the next plan.
        answer_to: String,
        /// Silence after the last line that ends it, in whole seconds on the wire.
        silence: Duration,
    },
    /// Record both sides from here on, each on its own channel.
    Record {
        /// Where the recording's state is reported.
        report_to: String,
    },
    /// Talk with whoever else is in a room.
    Room {
        /// Its name: known to the carrier, so it says nothing of anybody.
        name: String,
        /// The talk begins with this one; who comes earlier waits.
        opens: bool,
        /// The talk ends for all when this one leaves.
        closes: bool,
        /// Star leaves the room, and the next verb follows.
        star_leaves: bool,
        /// A tone is heard by all when this one comes or goes.
        beeps: bool,
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
    /// Wait for the beep behind which a voicemail records; where the carrier hears none, just wait.
    AwaitBeep {
        /// How long at most, in whole seconds on the wire.
        at_most: Duration,
    },
    /// Ring somebody else and connect the two until either hangs up.
    Forward {
        /// Whom. The number gate has let it pass.
        to: PhoneNumber,
        /// The number that their telephone shows; the caller's own if not said.
        shows: Option<PhoneNumber>,
        /// How long it may ring, in whole seconds on the wire.
        ring_for: Duration,
        /// When the carrier parts the two, whatever we do.
        time_limit: Duration,
        /// Asked for the next plan when the other end is gone or did not come, and nothing behind this is run; if not said, the next
        /// verb follows.
        done_to: Option<String>,
    },
    /// Wait in a queue, first in, first out. Nothing behind it is run: `done_to` is asked when the waiting is over.
    WaitInQueue {
        /// The queue's name.
        queue: String,
        /// How many may wait.
        most: u32,
        /// Asked, again and again, what is heard meanwhile.
        wait_at: String,
        /// Asked for the next plan.
        done_to: String,
    },
    /// Be connected with who is next in a queue. Nothing behind it is run.
    TakeFromQueue {
        /// The queue's name.
        queue: String,
        /// When the carrier parts the two, whatever we do.
        time_limit: Duration,
        /// Asked for the next plan.
        done_to: String,
    },
    /// Leave the queue: in a plan that [`Verb::WaitInQueue`] asked for.
    LeaveQueue,
    /// Beep, and record what the far end says. Nothing behind it is run if anything was recorded.
    TakeMessage {
        /// The longest message, in whole seconds on the wire.
        longest: Duration,
        /// Silence that ends it, in whole seconds on the wire.
        silence: Duration,
        /// Asked for the next plan.
        done_to: String,
        /// Where the recording's state is reported.
        report_to: String,
    },
    /// Fetch the next plan from elsewhere.
    Redirect {
        /// Where the plan is.
        url: String,
    },
    /// End the call.
    HangUp,
}
