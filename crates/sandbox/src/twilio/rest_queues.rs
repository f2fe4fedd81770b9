//! The REST API's part that shows and changes queues and those who wait in them.

use wire::http::{HttpReply, Method};
use wire::twilio::rest::queue::FRONT;
use wire::twilio::rest::{API_VERSION, CallInstructions, Dequeue, QueueMemberResource, QueueRequest, QueueResource, QueueSettings, RestError};

use super::Service;
use super::between::Between;
use super::queues::{MAX_QUEUES, Queue, Waits};
use super::registry::Command;
use super::rest::page;
use super::rest_beside::new_sid;

type Answer = Result<HttpReply, RestError>;

impl Service {
    pub(super) fn queue_request(&self, request: QueueRequest, target: &str, path: &str) -> Answer {
        let missing = || RestError::not_found(path);
        let mut queues = self.queues.lock();
        match request {
            QueueRequest::Create(settings) => {
                let is_name = |queue: &Queue| queue.resource.friendly_name == settings.friendly_name;
                if queues.values().any(is_name) {
                    return Err(RestError::invalid(22_003, "A queue of this name exists already"));
                }
                if queues.len() >= MAX_QUEUES {
                    return Err(RestError::invalid(22_002, "There are too many queues"));
                }
                let sid = new_sid("QU")?;
                let queue = Queue::new(&self.credentials.account_sid, &sid, &settings);
                let reply = queue.shown().reply(201);
                queues.insert(sid, queue);
                Ok(reply)
            }
            QueueRequest::List { paging } => {
                let all: Vec<QueueResource> = queues.values().map(Queue::shown).collect();
                Ok(page("queues", target, &paging, &all, |queue| queue.sid.as_deref()))
            }
            QueueRequest::Fetch { queue } => Ok(queues.get(&queue).ok_or_else(missing)?.shown().reply(200)),
            QueueRequest::Update { queue, settings } => {
                let queue = queues.get_mut(&queue).ok_or_else(missing)?;
                change(&mut queue.resource, settings);
                Ok(queue.shown().reply(200))
            }
            QueueRequest::Delete { queue } => {
                if !queues.get(&queue).ok_or_else(missing)?.members.is_empty() {
                    return Err(RestError::invalid(22_001, "Somebody waits in the queue"));
                }
                queues.remove(&queue);
                Ok(HttpReply::empty(204))
            }
            QueueRequest::ListMembers { queue, paging } => {
                let found = queues.get(&queue).ok_or_else(missing)?;
                let all: Vec<QueueMemberResource> = (0..found.members.len()).filter_map(|at| self.shown_member(&queue, found, at)).collect();
                Ok(page("queue_members", target, &paging, &all, |member| member.call_sid.as_deref()))
            }
            QueueRequest::FetchMember { queue, member } => {
                let found = queues.get(&queue).ok_or_else(missing)?;
                let at = position(found, &member).ok_or_else(missing)?;
                Ok(self.shown_member(&queue, found, at).ok_or_else(missing)?.reply(200))
            }
            QueueRequest::Dequeue { queue, member, to } => {
                let found = queues.get(&queue).ok_or_else(missing)?;
                let at = position(found, &member).ok_or_else(missing)?;
                let shown = self.shown_member(&queue, found, at).ok_or_else(missing)?;
                let Dequeue { url, method, .. } = to;
                let instructions = CallInstructions::Url { url, method: method.unwrap_or(Method::Post) };
                if let Some(Waits { commands, .. }) = found.members.get(at) {
                    // Whoever has just hung up cannot be taken out any more, which the next list shows.
                    let _ = commands.send(Command::Between(Between::Redirected(instructions)));
                }
                Ok(shown.reply(200))
            }
        }
    }

    fn shown_member(&self, sid: &str, queue: &Queue, at: usize) -> Option<QueueMemberResource> {
        let waits = queue.members.get(at)?;
        let account = &self.credentials.account_sid;
        Some(QueueMemberResource {
            queue_sid: Some(sid.to_owned()),
            call_sid: Some(waits.call.clone()),
            date_enqueued: Some(waits.enqueued.clone()),
            position: u32::try_from(at + 1).ok(),
            wait_time: Some(self.queues.seconds_since(waits.since)),
            uri: Some(format!("/{API_VERSION}/Accounts/{account}/Queues/{sid}/Members/{}.json", waits.call)),
        })
    }
}

fn position(queue: &Queue, member: &str) -> Option<usize> {
    if member == FRONT {
        return (!queue.members.is_empty()).then_some(0);
    }
    queue.members.iter().position(|waits| waits.call == member)
}

fn change(resource: &mut QueueResource, settings: QueueSettings) {
    resource.friendly_name = settings.friendly_name.or(resource.friendly_name.take());
    resource.max_size = settings.max_size.or(resource.max_size);
    resource.date_updated = Some(wire::date::rfc2822(crate::clock::wall_clock()));
}
