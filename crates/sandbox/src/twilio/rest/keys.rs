//! API keys of the account.

use wire::date;
use wire::http::HttpReply;
use wire::twilio::rest::{KeyRequest, KeyResource, RestError};

use super::pages::page;
use super::{Answer, internal, path};
use crate::clock::wall_clock;
use crate::twilio::holdings::KeyEntry;
use crate::twilio::{Service, fresh_sid};

impl Service {
    pub(super) fn keys(&self, request: KeyRequest, target: &str) -> Answer {
        let unknown = || RestError::not_found(path(target));
        let now = Some(date::rfc2822(wall_clock()));
        self.holdings.with(|held| match request {
            KeyRequest::Create(settings) => {
                let sid = fresh_sid("SK").map_err(|_| internal())?;
                let secret = fresh_sid("").map_err(|_| internal())?;
                let resource = KeyResource {
                    sid: Some(sid.clone()),
                    friendly_name: Some(settings.friendly_name.unwrap_or_default()),
                    date_created: now.clone(),
                    date_updated: now,
                    secret: None,
                };
                let reply = KeyResource { secret: Some(secret.clone()), ..resource.clone() }.reply(201);
                held.keys.add(sid, KeyEntry { resource, secret });
                Ok(reply)
            }
            KeyRequest::List { paging } => {
                let all: Vec<KeyResource> = held.keys.newest_first().map(|key| key.resource.clone()).collect();
                Ok(page("keys", target, &paging, &all, |key| key.sid.as_deref()))
            }
            KeyRequest::Fetch { key } => Ok(held.keys.get(&key).ok_or_else(unknown)?.resource.reply(200)),
            KeyRequest::Update { key, settings } => {
                let key = held.keys.get_mut(&key).ok_or_else(unknown)?;
                key.resource.friendly_name = settings.friendly_name.or(key.resource.friendly_name.take());
                key.resource.date_updated = now;
                Ok(key.resource.reply(200))
            }
            KeyRequest::Delete { key } => held.keys.remove(&key).map(|_| HttpReply::empty(204)).ok_or_else(unknown),
        })
    }
}
