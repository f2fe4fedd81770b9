//! What calls say to each other: who dialled to who was dialled, and back.

use tokio::sync::mpsc;
use wire::http::Method;
use wire::twilio::callback::DialStatus;
use wire::twilio::rest::CallInstructions;

use super::registry::Command;
use crate::room::Room;

/// A word from one call to another.
#[derive(Debug)]
pub enum Between {
    /// To who dialled: this one has answered, has heard what was for its ear only, and can be connected.
    Ready {
        /// Which.
        call: String,
    },
    /// To who dialled: this one is gone, or never came.
    Over {
        /// Which.
        call: String,
        /// How it was.
        status: DialStatus,
    },
    /// To who was dialled: hear and be heard there.
    Connect {
        /// Where.
        room: Room,
    },
    /// To who waits in a queue: somebody takes it out.
    TakenOut {
        /// The call that does.
        by: String,
        /// The way to it.
        to: mpsc::UnboundedSender<Command>,
        /// What to hear before being connected.
        url: Option<(Method, String)>,
    },
    /// To who came out of a queue: the other end is gone, the document goes on.
    Released,
    /// To who waits in a queue: go on with another document.
    Redirected(CallInstructions),
}
