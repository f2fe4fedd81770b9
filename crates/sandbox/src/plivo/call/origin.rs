//! Where a call comes from.

use tokio::sync::mpsc;
use wire::http::Method;
use wire::plivo::document::MultiPartyCall;
use wire::plivo::status::Direction;

use crate::plivo::registry::Command;

/// Where a call comes from, and what that means for it.
#[derive(Debug)]
pub(in crate::plivo) enum Origin {
    /// The API.
    Api,
    /// The document of another call.
    Dialled(Dialled),
    /// The API, into a multiparty call.
    Party(Box<Guest>),
    /// Somebody of the cast rings the account's number.
    Inbound,
}

/// What a call into a multiparty call must know.
#[derive(Debug)]
pub(in crate::plivo) struct Guest {
    /// How it takes part.
    pub noun: MultiPartyCall,
    /// What is heard before, and how to ask for it.
    pub confirm_sound: Option<(String, Method)>,
    /// The key that must be pressed before.
    pub confirm_key: Option<char>,
}

/// What a call that was dialled must know.
#[derive(Debug)]
pub(in crate::plivo) struct Dialled {
    /// The call whose document dialled.
    pub by: String,
    /// The way to it.
    pub to: mpsc::UnboundedSender<Command>,
    /// What is heard before the connection.
    pub confirm_sound: Option<String>,
    /// The key that must be pressed before it.
    pub confirm_key: Option<char>,
    /// Seconds for that.
    pub confirm_timeout: Option<u32>,
}

impl Origin {
    /// Returns whether somebody rings us.
    pub const fn is_inbound(&self) -> bool {
        matches!(self, Self::Inbound)
    }

    /// Returns who called whom.
    pub const fn direction(&self) -> Direction {
        match self {
            Self::Api | Self::Dialled(_) | Self::Party(_) => Direction::Outbound,
            Self::Inbound => Direction::Inbound,
        }
    }

    /// Returns what was dialled, if it was by a document.
    pub const fn dialled(&self) -> Option<&Dialled> {
        match self {
            Self::Dialled(dialled) => Some(dialled),
            Self::Api | Self::Party(_) | Self::Inbound => None,
        }
    }

    /// Returns how it takes part in a multiparty call, if the API rang it for that.
    pub const fn guest(&self) -> Option<&Guest> {
        match self {
            Self::Party(guest) => Some(guest),
            Self::Api | Self::Dialled(_) | Self::Inbound => None,
        }
    }
}
