//! What the user can do while they have the call: be silent themselves, or let the callee wait with music.

use ports::carrier::{CarrierError, MemberChange};

use super::{CallDriver, Event};
use crate::live::LiveEvent;

/// What a user wants in the room in which they talk with the callee. Said again, it is taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RoomWish {
    /// The callee shall not hear me.
    MuteMe,
    /// The callee shall wait.
    HoldCallee,
}

/// How the two are in the room, as the carrier last confirmed it.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Members {
    is_user_muted: bool,
    is_callee_held: bool,
}

impl CallDriver {
    pub(super) fn wished(&mut self, wish: RoomWish) {
        let together = self.takeover.as_ref().and_then(|takeover| takeover.room().map(|(room, user)| (room, user, takeover.members)));
        let (Some((room, user, members)), Some(callee)) = (together, self.call.carrier_call()) else {
            return self.tell(LiveEvent::RoomNotChanged);
        };
        let (member, change) = match wish {
            RoomWish::MuteMe if members.is_user_muted => (user, MemberChange::Unmute),
            RoomWish::MuteMe => (user, MemberChange::Mute),
            RoomWish::HoldCallee if members.is_callee_held => (callee, MemberChange::Unhold),
            RoomWish::HoldCallee => (callee, MemberChange::Hold),
        };
        let (carrier, sender, room, member) = (self.ports.carrier.clone(), self.sender.clone(), room.to_owned(), member.clone());
        tokio::spawn(async move { sender.send(Event::WishDone(change, carrier.change_member(&room, &member, change).await)) });
    }

    pub(super) fn wish_done(&mut self, change: MemberChange, done: Result<(), CarrierError>) {
        if let Err(error) = done {
            tracing::warn!(%error, "the room could not be changed");
            return self.tell(LiveEvent::RoomNotChanged);
        }
        let Some(takeover) = &mut self.takeover else {
            return;
        };
        match change {
            MemberChange::Mute | MemberChange::Unmute => takeover.members.is_user_muted = change == MemberChange::Mute,
            MemberChange::Hold | MemberChange::Unhold => takeover.members.is_callee_held = change == MemberChange::Hold,
        }
        self.tell(LiveEvent::RoomChanged { change: change.into() });
    }
}
