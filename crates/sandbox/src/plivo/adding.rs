//! What is told of somebody whom the API adds to a multiparty call: that it was asked for, and that it is done, whether they came or not.

use wire::http::Form;
use wire::plivo::callback::{MultipartyCallback, MultipartyEvent};
use wire::plivo::clock::with_offset;
use wire::plivo::document::MultiPartyCall;
use wire::plivo::rest::{EventGroup, MultipartyId, RoomName};

use super::Service;
use super::parties::{Told, told_of};
use crate::clock::wall_clock;

impl Service {
    /// Returns what is told of somebody who is added, and where, if somebody wants to know: who began the multiparty call, or, before it is there,
    /// who adds to it.
    pub(super) fn news_of_adding(&self, noun: &MultiPartyCall, call: &str, what: MultipartyEvent) -> Option<(Told, Form<'static>)> {
        let room = RoomName::parse(&noun.room).ok().map(MultipartyId::Name);
        let live = room.and_then(|room| {
            self.parties.with(&room, |party| {
                let told = party.told.clone()?;
                let number = tells(&told).then(|| party.next_number());
                Some((told, party.uuid.clone(), number))
            })
        });
        let (told, uuid, number) = live.flatten().or_else(|| Some((told_of(noun)?, String::new(), None)))?;
        if !tells(&told) {
            return None;
        }
        let news = MultipartyCallback {
            mpc_uuid: uuid,
            mpc_name: Some(noun.room.clone()),
            at: Some(with_offset(wall_clock())),
            sequence_number: number,
            role: noun.role.clone(),
            participant_call_uuid: Some(call.to_owned()),
            what: Some(what),
            ..MultipartyCallback::default()
        };
        Some((told, news.to_form().into_owned()))
    }

    /// Tells that somebody is to be added.
    pub(super) fn tell_adding(&self, noun: &MultiPartyCall, call: &str) {
        let Some((told, form)) = self.news_of_adding(noun, call, MultipartyEvent::AddInitiated) else { return };
        let webhooks = self.webhooks.clone();
        self.network.spawn(async move {
            // A program that does not take it is not told again.
            let _ = webhooks.send("", told.method, &told.url, &form).await;
        });
    }
}

fn tells(told: &Told) -> bool {
    told.groups.contains(&EventGroup::Adding)
}
