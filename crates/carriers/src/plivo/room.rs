//! Rooms at Plivo: its older conferences. Members have numbers, which are looked up by their calls.

use async_trait::async_trait;
use ports::carrier::{Announcement, CarrierError, CarrierRoom, MemberChange};
use telephony::CarrierCallId;
use wire::plivo::rest::{ConferenceRequest, ConferenceResource, MemberAction, Members, RoomName, SpeakToMembers};

use super::{NAME, Plivo, identity, read};
use crate::shared::mistake;

#[async_trait]
impl CarrierRoom for Plivo {
    /// These conferences know no hold: who is held neither hears nor is heard, and hears no music.
    async fn change_member(&self, room: &str, member: &CarrierCallId, change: &MemberChange) -> Result<(), CarrierError> {
        let actions: &[MemberAction] = match change {
            MemberChange::Mute => &[MemberAction::Mute],
            MemberChange::Unmute => &[MemberAction::Unmute],
            MemberChange::Hold => &[MemberAction::Deafen, MemberAction::Mute],
            MemberChange::Unhold => &[MemberAction::Undeafen, MemberAction::Unmute],
            MemberChange::Remove => &[MemberAction::Kick],
            MemberChange::WhisperTo(_) | MemberChange::SpeakToAll => {
                return Err(mistake(NAME, "in a Plivo conference nobody can be heard by one alone"));
            }
        };
        let room = room_name(room)?;
        let members = self.member(&room, self.call(member)?.as_str()).await?;
        for action in actions {
            let request = ConferenceRequest::Member { room: room.clone(), members: members.clone(), action: action.clone() };
            self.ask(&request.write(&self.account)).await?;
        }
        Ok(())
    }

    async fn announce(&self, room: &str, announcement: &Announcement) -> Result<(), CarrierError> {
        let speak = SpeakToMembers::new(announcement.text.as_str());
        let request = ConferenceRequest::Member { room: room_name(room)?, members: Members::All, action: MemberAction::Speak(speak) };
        self.ask(&request.write(&self.account)).await.map(drop)
    }
}

impl Plivo {
    /// Returns the member of a room that a call is.
    async fn member(&self, room: &RoomName, call: &str) -> Result<Members, CarrierError> {
        let none = || CarrierError::Rejected { carrier: NAME, code: 404, message: "there is no such meeting any more".into() };
        let reply = self.ask_for(&ConferenceRequest::Fetch { room: room.clone() }.write(&self.account)).await?.ok_or_else(none)?;
        let conference: ConferenceResource = read(&reply)?;
        let found = conference.members.unwrap_or_default().into_iter().find(|member| member.call_uuid.as_deref() == Some(call));
        Ok(Members::one(identity(&found.and_then(|member| member.member_id).ok_or_else(none)?)?))
    }
}

fn room_name(room: &str) -> Result<RoomName, CarrierError> {
    RoomName::parse(room).map_err(|_| mistake(NAME, "this is no name of a room, so nothing was sent"))
}
