//! What calls say to each other: who dialled to who was dialled, and back.

use wire::plivo::callback::DialStatus;
use wire::plivo::status::HangupSource;

use crate::room::Room;

/// A word from one call to another.
#[derive(Debug)]
pub enum Between {
    /// To who dialled: this one's phone rings.
    Rings,
    /// To who dialled: this one has answered, and hears perhaps what is for its ear only.
    Answered {
        /// Which.
        call: String,
    },
    /// To who dialled: this one can be connected.
    Ready {
        /// Which.
        call: String,
    },
    /// To who dialled: this one has pressed a key.
    Pressed {
        /// Which.
        call: String,
        /// The key.
        key: char,
    },
    /// To who dialled: this one is gone, or never came.
    Over {
        /// Which.
        call: String,
        /// How.
        end: LegEnd,
    },
    /// To who was dialled: hear and be heard there.
    Connect {
        /// Where.
        room: Room,
    },
    /// To who was dialled: nobody needs you any more.
    LetGo {
        /// The cause, as the record has it.
        code: u32,
        /// Who or what is behind it.
        source: HangupSource,
    },
}

/// How a leg that was dialled ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LegEnd {
    /// For who dialled.
    pub status: DialStatus,
    /// The cause, as the record has it.
    pub code: u32,
    /// The network's word for it.
    pub word: &'static str,
    /// Who or what is behind it.
    pub source: HangupSource,
    /// Seconds of the answered part.
    pub seconds: u32,
    /// The same in begun minutes.
    pub billed: u32,
}
