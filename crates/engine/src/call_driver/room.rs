//! What the user can do while they have the call: be silent themselves, let the callee wait with music, have the assistant say
//! something for them, and bring others in ([`super::guests`]).

use assistant::operator::OperatorGrant;
use ports::carrier::{Announcement, CarrierError, MemberChange};
use telephony::CarrierCallId;
use telephony::plan::{Plan, Verb};
use tokio::sync::oneshot;

use super::takeover::Takeover;
use super::{CallDriver, Event};
use crate::live::{LiveEvent, RoomChange};

/// What a user wants in the room in which they talk with the callee. What has an opposite is taken back when it is said again.
#[derive(PartialEq, Eq, Debug)]
pub enum RoomWish {
    /// The callee shall not hear me.
    MuteMe,
    /// The callee shall wait.
    HoldCallee,
    /// Somebody else shall come in, if they want to.
    Invite(OperatorGrant),
    /// The guest who came last shall be heard by me alone.
    GuestWhispers,
    /// The guest who came last shall go.
    RemoveGuest,
    /// All shall hear this.
    Announce(String),
}

/// How user and callee are in the room, as the carrier last confirmed it.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Members {
    is_user_muted: bool,
    is_callee_held: bool,
}

impl CallDriver {
    pub(super) fn wished(&mut self, wish: RoomWish) {
        let callee = self.call.carrier_call().cloned();
        let (Some(takeover), Some(callee)) = (self.takeover.as_mut().filter(|takeover| takeover.room().is_some()), callee) else {
            if let RoomWish::Invite(grant) = wish {
                self.scribe.leg_unused(grant.expense().clone());
            }
            return self.tell(LiveEvent::RoomNotChanged);
        };
        let asked = match wish {
            RoomWish::Invite(grant) => return self.invite(grant),
            RoomWish::RemoveGuest if takeover.guests.rings() => return self.give_guest_up(),
            RoomWish::Announce(text) => {
                let announcement = Announcement { text: text.clone(), url: self.takeover_addresses.announcement.clone() };
                takeover.announcement = Some(text);
                return self.announce(announcement);
            }
            RoomWish::MuteMe | RoomWish::HoldCallee | RoomWish::GuestWhispers | RoomWish::RemoveGuest => takeover.asked(&wish, callee),
        };
        match asked {
            Some((member, change, news)) => self.change_member(member, change, news),
            None => self.tell(LiveEvent::RoomNotChanged),
        }
    }

    fn change_member(&self, member: CarrierCallId, change: MemberChange, news: RoomChange) {
        let Some((room, _)) = self.takeover.as_ref().and_then(Takeover::room) else {
            return;
        };
        let (carrier, sender, room) = (self.ports.carrier.clone(), self.sender.clone(), room.to_owned());
        tokio::spawn(async move { sender.send(Event::WishDone(news, carrier.change_member(&room, &member, &change).await)) });
    }

    fn announce(&self, announcement: Announcement) {
        let Some((room, _)) = self.takeover.as_ref().and_then(Takeover::room) else {
            return;
        };
        let (carrier, sender, room) = (self.ports.carrier.clone(), self.sender.clone(), room.to_owned());
        tokio::spawn(async move { sender.send(Event::WishDone(RoomChange::Announced, carrier.announce(&room, &announcement).await)) });
    }

    pub(super) fn wish_done(&mut self, change: RoomChange, done: Result<(), CarrierError>) {
        if let Err(error) = done {
            tracing::warn!(%error, "the room could not be changed");
            return self.tell(LiveEvent::RoomNotChanged);
        }
        let Some(takeover) = &mut self.takeover else {
            return;
        };
        match change {
            RoomChange::UserMuted | RoomChange::UserUnmuted => takeover.members.is_user_muted = change == RoomChange::UserMuted,
            RoomChange::CalleeHeld | RoomChange::CalleeBack => takeover.members.is_callee_held = change == RoomChange::CalleeHeld,
            RoomChange::GuestWhispers | RoomChange::GuestSpeaksToAll => takeover.guests.whispers(change == RoomChange::GuestWhispers),
            // Their leg tells when they are gone.
            RoomChange::GuestRemoved | RoomChange::Announced => {}
        }
        self.tell(LiveEvent::RoomChanged { change });
    }

    /// The carrier asks what all in the room are to hear.
    pub(super) fn announcement_asked(&self, reply: oneshot::Sender<Plan>) {
        let text = self.takeover.as_ref().and_then(|takeover| takeover.announcement.clone());
        // Nothing is heard if it is too late; the room has closed then.
        let _ = reply.send(text.map_or_else(Plan::default, |text| Plan { verbs: vec![Verb::Say { text }] }));
    }
}

impl Takeover {
    /// Returns whom a wish is about, how they change, and what is told of it; `None` if they are not there.
    fn asked(&self, wish: &RoomWish, callee: CarrierCallId) -> Option<(CarrierCallId, MemberChange, RoomChange)> {
        let user = self.room()?.1.clone();
        let guest = || self.guests.last_inside().map(|(guest, whispers)| (guest.clone(), whispers));
        Some(match wish {
            RoomWish::MuteMe if self.members.is_user_muted => (user, MemberChange::Unmute, RoomChange::UserUnmuted),
            RoomWish::MuteMe => (user, MemberChange::Mute, RoomChange::UserMuted),
            RoomWish::HoldCallee if self.members.is_callee_held => (callee, MemberChange::Unhold, RoomChange::CalleeBack),
            RoomWish::HoldCallee => (callee, MemberChange::Hold, RoomChange::CalleeHeld),
            RoomWish::GuestWhispers => match guest()? {
                (guest, true) => (guest, MemberChange::SpeakToAll, RoomChange::GuestSpeaksToAll),
                (guest, false) => (guest, MemberChange::WhisperTo(user), RoomChange::GuestWhispers),
            },
            RoomWish::RemoveGuest => (guest()?.0, MemberChange::Remove, RoomChange::GuestRemoved),
            RoomWish::Invite(_) | RoomWish::Announce(_) => return None,
        })
    }
}
