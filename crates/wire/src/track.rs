//! Which direction of a call a sound belongs to.

/// Whose sound it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Track {
    /// What the carrier hears from the far end.
    Inbound,
    /// What the far end is played.
    Outbound,
}

impl Track {
    /// Returns the track as messages write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}
