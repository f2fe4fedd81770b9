//! Rooms at Twilio: conferences. Participants are named by their calls, a conference by a name of Twilio's, looked up by ours.

use async_trait::async_trait;
use ports::carrier::{Announcement, CarrierError, CarrierRoom, MemberChange};
use telephony::CarrierCallId;
use wire::twilio::rest::{
    ConferenceFilter, ConferenceRequest, ConferenceResource, ConferenceStatus, ConferenceUpdate, Page, Paging, ParticipantRequest, ParticipantUpdate,
    RestRequest,
};

use super::{NAME, PAGE_SIZE, Twilio};

#[async_trait]
impl CarrierRoom for Twilio {
    async fn change_member(&self, room: &str, member: &CarrierCallId, change: &MemberChange) -> Result<(), CarrierError> {
        let participant = member.as_str().to_owned();
        let update = |update| ParticipantRequest::Update { participant: participant.clone(), update: Box::new(update) };
        let request = match change {
            MemberChange::Mute => update(ParticipantUpdate::mute(true)),
            MemberChange::Unmute => update(ParticipantUpdate::mute(false)),
            MemberChange::Hold => update(ParticipantUpdate::hold(None)),
            MemberChange::Unhold => update(ParticipantUpdate::unhold()),
            MemberChange::WhisperTo(whom) => update(ParticipantUpdate::coach(whom.as_str())),
            MemberChange::SpeakToAll => update(ParticipantUpdate { coaching: Some(false), ..ParticipantUpdate::default() }),
            MemberChange::Remove => ParticipantRequest::Remove { participant: participant.clone() },
        };
        let conference = self.conference(room).await?;
        let account = self.account_sid.clone();
        self.ask(&RestRequest::Participant { account, conference, request }.write()).await.map(drop)
    }

    async fn announce(&self, room: &str, announcement: &Announcement) -> Result<(), CarrierError> {
        let conference = self.conference(room).await?;
        let request = ConferenceRequest::Update { conference, update: ConferenceUpdate::announce(announcement.url.clone()) };
        self.ask(&RestRequest::Conference { account: self.account_sid.clone(), request }.write()).await.map(drop)
    }
}

impl Twilio {
    /// Returns Twilio's name of the conference that has ours and is not over; one that waits for who opens it is no less live.
    async fn conference(&self, room: &str) -> Result<String, CarrierError> {
        let filter = ConferenceFilter { friendly_name: Some(room.to_owned()), ..ConferenceFilter::default() };
        let request = ConferenceRequest::List { filter, paging: Paging::first(PAGE_SIZE) };
        let reply = self.ask(&RestRequest::Conference { account: self.account_sid.clone(), request }.write()).await?;
        let page: Page<ConferenceResource> = Page::read(&reply).map_err(|_| CarrierError::Unclear { carrier: NAME })?;
        let none = || CarrierError::Rejected { carrier: NAME, code: 404, message: "there is no such meeting any more".into() };
        let live = page.items.into_iter().find(|conference| conference.status() != Some(ConferenceStatus::Completed));
        live.and_then(|conference| conference.sid).ok_or_else(none)
    }
}
