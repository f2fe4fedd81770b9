//! A room of a provider's: calls that our plans have led there hear each other, and we change from outside how they take part.

use async_trait::async_trait;
use telephony::CarrierCallId;

use crate::carrier::CarrierError;

/// Changes rooms that our plans have opened ([`telephony::plan::Verb::Room`]).
#[async_trait]
pub trait CarrierRoom: Send + Sync {
    /// Changes how somebody takes part.
    ///
    /// # Errors
    /// [`CarrierError::Rejected`] also if the room, or they in it, are not there (any more), and if the provider cannot do it.
    async fn change_member(&self, room: &str, member: &CarrierCallId, change: &MemberChange) -> Result<(), CarrierError>;

    /// Lets all in a room hear something over their talk.
    ///
    /// # Errors
    /// As [`CarrierRoom::change_member`].
    async fn announce(&self, room: &str, announcement: &Announcement) -> Result<(), CarrierError>;
}

/// A change of somebody in a room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MemberChange {
    /// The others do not hear them; they hear the others.
    Mute,
    /// The others hear them.
    Unmute,
    /// They hear music, and neither they nor the others hear each other.
    Hold,
    /// They are back.
    Unhold,
    /// They hear all, and only this one hears them.
    WhisperTo(CarrierCallId),
    /// All hear them again.
    SpeakToAll,
    /// They leave the room, and their plan goes on.
    Remove,
}

/// Something that all in a room hear. `Debug` shows no words.
#[derive(Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The words, for a provider that takes them at once.
    pub text: String,
    /// Where the same words are to be had as a plan, for a provider that asks.
    pub url: String,
}

impl std::fmt::Debug for Announcement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Announcement").finish_non_exhaustive()
    }
}
