//! Who answered: decided while the opening is spoken, from words, sounds and rhythm.

use serde::{Deserialize, Serialize};

/// Who (or what) is on the callee's leg.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhoAnswered {
    /// Not decided yet.
    #[default]
    Unknown,
    /// A person.
    Human,
    /// A voicemail box.
    Voicemail,
    /// A menu: "press one for…".
    Menu,
    /// A call screener that asks who is calling.
    Screener,
    /// A hold queue.
    HoldQueue,
    /// A recorded announcement that ends by itself.
    Announcement,
    /// A fax machine.
    Fax,
    /// Nobody says anything.
    Silence,
}
