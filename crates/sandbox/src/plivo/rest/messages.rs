//! Text messages: taken, handed on, delivered to whoever of the cast has a line, with news of each step. They cost nothing.

use std::sync::Arc;

use telephony::PhoneNumber;
use wire::http::Method;
use wire::plivo::callback::DeliveryCallback;
use wire::plivo::clock::with_offset;
use wire::plivo::decimal::Decimal;
use wire::plivo::party::{Party, bare};
use wire::plivo::rest::{CountKey, CreateMessage, MessageFilter, MessageKind, MessageQueued, MessageRequest, MessageResource, Page, RestError};
use wire::plivo::status::MessageStatus;

use super::{Answer, Asked, internal, page_of};
use crate::clock::wall_clock;
use crate::plivo::{Service, fresh_uuid};
use crate::text_message::Passage;

/// Plivo's code for a number that cannot be reached; from memory.
const UNKNOWN_DESTINATION: &str = "30";

/// Characters of a text that one part holds, as telephones count them.
const PART: usize = 160;

/// A message to be sent, whoever asks for it.
pub(in crate::plivo) struct Outgoing {
    /// Our number.
    pub src: Option<String>,
    /// Whom to.
    pub dst: Vec<String>,
    /// The words.
    pub text: String,
    /// Its kind.
    pub kind: MessageKind,
    /// Where its states are told.
    pub told_at: Option<(String, Option<Method>)>,
}

impl Service {
    pub(super) fn message_request(self: &Arc<Self>, request: MessageRequest, asked: &Asked<'_>) -> Answer {
        match request {
            MessageRequest::Create(create) => {
                let sent = self.send_messages(outgoing_of(*create))?;
                let queued = MessageQueued {
                    message: Some("message(s) queued".to_owned()),
                    message_uuid: Some(sent),
                    api_id: Some(asked.api_id.clone()),
                    ..MessageQueued::default()
                };
                Ok(queued.reply(202))
            }
            MessageRequest::Fetch { message } => self.holdings.with(|held| {
                let found = held.messages.get(message.as_str()).ok_or_else(RestError::not_found)?;
                Ok(MessageResource { api_id: Some(asked.api_id.clone()), ..found.clone() }.reply(200))
            }),
            MessageRequest::List { filter, paging } => {
                let all: Vec<MessageResource> =
                    self.holdings.with(|held| held.messages.newest_first().filter(|message| passes(&filter, message)).cloned().collect());
                let (items, total) = page_of(&all, &paging);
                Ok(Page::reply(&asked.api_id, asked.target, &paging, &items, total, CountKey::TotalCount))
            }
        }
    }

    /// Sends a message to each of its numbers, and returns their UUIDs.
    pub(in crate::plivo) fn send_messages(self: &Arc<Self>, message: Outgoing) -> Result<Vec<String>, RestError> {
        if !message.src.as_deref().is_some_and(|src| self.owns(src)) {
            // The account has no pool of numbers to choose one from.
            return Err(RestError::invalid("src", "no number of the account"));
        }
        let numbers = message.dst.iter().map(|dst| match Party::parse(dst) {
            Party::Number(number) => Ok(number),
            Party::Other(_) => Err(RestError::invalid("dst", "no number that can be written to")),
        });
        let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
        let units = u32::try_from(message.text.chars().count().div_ceil(PART).max(1)).unwrap_or(u32::MAX);
        let mut uuids = Vec::new();
        for number in numbers {
            let uuid = fresh_uuid().map_err(|_| internal())?;
            let text = |text: &str| Some(text.to_owned());
            let resource = MessageResource {
                message_uuid: text(&uuid),
                message_state: text(MessageStatus::Queued.as_str()),
                message_direction: text("outbound"),
                message_type: text(message.kind.as_str()),
                message_time: Some(with_offset(wall_clock())),
                from_number: text(self.credentials.from_number.trim_start_matches('+')),
                to_number: text(bare(&number)),
                units: Some(units),
                total_rate: Some(Decimal::of_micros(0)),
                total_amount: Some(Decimal::of_micros(0)),
                resource_uri: Some(format!("/v1/Account/{}/Message/{uuid}/", self.account)),
                ..MessageResource::default()
            };
            self.holdings.with(|held| held.messages.add(uuid.clone(), resource));
            self.deliver_message(&number, uuid.clone(), message.told_at.clone());
            uuids.push(uuid);
        }
        Ok(uuids)
    }

    /// Moves a message on to its end, and tells of each step.
    fn deliver_message(self: &Arc<Self>, to: &PhoneNumber, uuid: String, told_at: Option<(String, Option<Method>)>) {
        let service = Arc::downgrade(self);
        self.network.carry_message(to, move |passage| {
            let (service, uuid, told_at) = (service.upgrade(), uuid.clone(), told_at.clone());
            async move {
                let status = status_of(passage);
                let Some(service) = service else { return false };
                let Some(message) = service.message_is(&uuid, &status) else { return false };
                if let Some((url, method)) = told_at {
                    let form = news_of(message, status).to_form().into_owned();
                    // The message goes on whatever the program makes of the news.
                    let _ = service.webhooks.send("", method.unwrap_or(Method::Post), &url, &form).await;
                }
                true
            }
        });
    }

    fn message_is(&self, uuid: &str, status: &MessageStatus) -> Option<MessageResource> {
        self.holdings.with(|held| {
            let message = held.messages.get_mut(uuid)?;
            message.message_state = Some(status.as_str().to_owned());
            message.error_code = (*status == MessageStatus::Undelivered).then(|| UNKNOWN_DESTINATION.to_owned());
            Some(message.clone())
        })
    }
}

const fn status_of(passage: Passage) -> MessageStatus {
    match passage {
        Passage::Queued => MessageStatus::Queued,
        Passage::Sent => MessageStatus::Sent,
        Passage::Delivered => MessageStatus::Delivered,
        Passage::Undelivered => MessageStatus::Undelivered,
    }
}

fn outgoing_of(create: CreateMessage) -> Outgoing {
    Outgoing {
        src: create.src,
        dst: create.dst.all().to_vec(),
        text: create.text,
        kind: create.r#type.unwrap_or(MessageKind::Sms),
        told_at: create.url.map(|url| (url.as_str().to_owned(), create.method)),
    }
}

fn news_of(message: MessageResource, status: MessageStatus) -> DeliveryCallback {
    let uuid = message.message_uuid.unwrap_or_default();
    DeliveryCallback {
        parent_message_uuid: Some(uuid.clone()),
        message_uuid: uuid,
        part_info: message.units.map(|units| format!("1 of {units}")),
        status: Some(status),
        error_code: message.error_code,
        from: message.from_number,
        to: message.to_number,
        total_rate: message.total_rate,
        total_amount: message.total_amount,
        units: message.units,
        queued_time: message.message_time,
        ..DeliveryCallback::default()
    }
}

fn passes(filter: &MessageFilter, message: &MessageResource) -> bool {
    let same = |wanted: Option<&str>, is: &Option<String>| wanted.is_none() || wanted == is.as_deref();
    same(filter.message_direction.as_deref(), &message.message_direction)
        && same(filter.message_state.as_ref().map(MessageStatus::as_str), &message.message_state)
        && filter.message_time.contains(message.message_time.as_deref().and_then(wire::date::parse))
        && filter.subaccount.is_none()
}
